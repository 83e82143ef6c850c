"""Tags that carry what other systems have no place for: what each may say, both ways. Section 5 of the formats' rules."""

import re
from collections.abc import Iterator
from decimal import Decimal

from quizzes.interchange.values import Carried
from quizzes.questions.codec import plain

LONGEST = 50
VALUE = r"[A-Za-z0-9._/\-]+"
SPLIT_VIGNETTE, SPLIT_REASONS, SPLIT_CHECKLIST = "split:vignette", "split:reasons", "split:checklist"
BLOOM = ("Remember", "Understand", "Apply", "Analyze", "Evaluate", "Create")
# name -> what may follow the colon; "" is a tag without a value.
KNOWN = {
    "obj": VALUE, "at": VALUE, "mod": VALUE, "ref": VALUE, "must-pass": "", "bloom": "|".join(BLOOM), "level": "[1-5]",
    "as": "order", "pick": "[1-9][0-9]?", "score": "all-or-nothing", "split": "vignette|reasons|checklist",
    "mark": r"[0-9]{1,3}(\.[0-9]{1,2})?", "unit": r"[A-Za-z0-9._/%°\-]+", "fixed-order": "", "status": "draft",
    "rev": "[1-9][0-9]{0,8}", "case-sensitive": "", "pass": "[1-9][0-9]?", "words": "[0-9]{1,4}-[0-9]{1,4}",
}  # fmt: skip
MANY = {"obj", "ref", "split"}


def parse(tag: str) -> tuple[str, str] | None:
    """(name, value) of a known tag, None of a free one. Raises ValueError on a known tag with a bad value."""
    name, colon, value = tag.partition(":")
    if name not in KNOWN:
        return None
    if (
        len(tag) > LONGEST
        or bool(colon) != bool(KNOWN[name])
        or not re.fullmatch(KNOWN[name], value, re.ASCII if name != "unit" else 0)
    ):
        raise ValueError(tag)
    return name, value


def fits(tag: str) -> bool:
    try:
        return parse(tag) is not None
    except ValueError:
        return False


def written(item: Carried, *, mark: bool, unit: bool, case: bool, splits: Iterator[str]) -> list[str]:
    """The tags of an item, in their one order. `mark`, `unit`, `case`: whether the format needs them as tags.

    A value that a tag cannot say is left away; reading the item back shows the loss.
    """
    prompt, key = item.question.prompt, item.question.key
    found = [f"obj:{item.objective}", f"at:{item.teaches_at}", f"bloom:{item.bloom}"]
    found += ["must-pass"] if item.safety else []
    found += [f"ref:{reference}" for reference in item.references]
    found += [f"mark:{plain(item.points)}"] if mark and item.points != Decimal(1) else []
    found += [f"unit:{prompt.unit}"] if unit and getattr(prompt, "unit", "") else []
    found += ["case-sensitive"] if case and getattr(key, "case_sensitive", False) else []
    found += [f"pick:{prompt.choose}"] if getattr(prompt, "choose", None) else []
    found += ["as:order"] if item.kind == "ordering" else []
    found += [f"pass:{prompt.pass_at}"] if getattr(prompt, "pass_at", 0) else []
    found += [f"words:{prompt.min_words}-{prompt.max_words}"] if getattr(prompt, "max_words", 0) else []
    found += splits
    found += ["status:draft"] if item.draft else []
    found += [f"rev:{item.rev}"] if item.rev else []
    return [tag for tag in found if fits(tag)]
