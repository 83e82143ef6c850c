"""How long ten thousand questions take, and how much memory: `python3 -m tests.benchmarks.interchange`. It needs no database."""

import resource
import sys
import time

from quizzes.interchange import formats
from quizzes.interchange.formats import FORMATS
from quizzes.interchange.values import MOST_ITEMS, Unreadable


def question(n: int) -> str:
    return (
        f"// [id:x{n}] [tag:obj:O1]\n::x{n}::[plain]Question {n}, with some words about nerves and loads?{{\n"
        f"\t=right {n}#because it is so\n\t~wrong a#not so\n\t~wrong b#nor so\n\t~wrong c#nor that\n}}\n\n"
    )


def main() -> None:
    items = formats.read("".join(map(question, range(MOST_ITEMS))).encode(), "gift").items
    for name in FORMATS:
        started = time.perf_counter()
        exported = formats.export(items, name)
        written = time.perf_counter()
        back = formats.read(exported.data, name)
        read = time.perf_counter()
        whole = "whole" if back.items == items else "NOT WHOLE"
        out = (
            f"{name}: {len(exported.data):,} bytes; out {written - started:.1f} s, in {read - written:.1f} s, {whole}\n"
        )
        sys.stdout.write(out)
    started = time.perf_counter()
    try:
        formats.read(b"{" * 50_000_000)
    except Unreadable as error:
        sys.stdout.write(f"50 MB: “{error}” after {time.perf_counter() - started:.2f} s\n")
    sys.stdout.write(f"At most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB of memory\n")


if __name__ == "__main__":
    main()
