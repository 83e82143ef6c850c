"""Makes items_expected.json from the curriculum's items.json, which is not in this repository.

    python tests/courses/packages/make_items_expected.py PATH/TO/items.json > tests/courses/packages/items_expected.json

It was run once, on the 130 items as the curriculum's authors delivered them. The table keeps the short fields as they
are and of each text the first 16 hexadecimal digits of its SHA-256. It knows nothing of the package format: what was
lost on the way into the packages shows as a difference.
"""

import hashlib
import json
import sys
from decimal import Decimal

KINDS = {
    "SBA": "single", "MR": "multiple", "TF": "true_false", "NUM": "numeric", "MATCH": "matching", "ORDER": "ordering",
}  # fmt: skip


def sha(text: str | None) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def row(item: dict) -> dict:
    return {
        "kind": KINDS[item["type"]],
        "pool": item["module"],
        "objective": item["objective"],
        "bloom": item["bloom"],
        "safety": item["safety"],
        "references": references(item["refs"]),
        "stem": sha(item["stem"]),
        "vignette": sha(item["vignette"]),
        "options": [[sha(o["text"]), o["correct"], sha(o["rationale"])] for o in item.get("options", [])],
        "choose": item.get("n"),
        "pairs": [[sha(p["left"]), sha(p["right"]), sha(p["rationale"])] for p in item.get("pairs", [])],
        "extra": [[sha(e["right"]), sha(e["rationale"])] for e in item.get("extra", [])],
        "steps": [[sha(s["text"]), sha(s["rationale"])] for s in item.get("steps", [])],
        "common_error": sha(item.get("common_error")),
        "answer": number(item.get("answer")),
        "tolerance": number(item.get("tolerance")),
        "unit": item.get("unit") or "",
        "work": sha(item.get("work")),
        "wrong": [[w["value"], sha(w["why"])] for w in item.get("wrong", [])],
    }


def references(refs: str) -> list[str]:
    """Keys only. "GK" says general knowledge, and words in parentheses are a remark to the editor: no source either."""
    keys = [key.partition("(")[0].strip() for key in refs.split(";")]
    return [key for key in keys if key != "GK"]


def number(value) -> str | None:
    return None if value is None else str(Decimal(str(value)))


def table(items: list[dict]) -> dict:
    return {
        item["id"]: {key: value for key, value in row(item).items() if value not in (None, [], "")} for item in items
    }


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as source:
        rows = table(json.load(source))
    lines = (f"{json.dumps(code)}: {json.dumps(rows[code], sort_keys=True)}" for code in sorted(rows))
    print("{\n" + ",\n".join(lines) + "\n}")
