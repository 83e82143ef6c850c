"""How a question looks to a learner, for its author: put together from prompts alone, and without any attempt."""

import random
import re
from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from quizzes.delivery import written_pages
from quizzes.delivery.forms import CONTROLS, Held
from quizzes.delivery.paper import WRITTEN
from quizzes.questions import QUESTION_KINDS

# Our own templates name their fields; what authors wrote is escaped and holds no quotation mark.
_NAMES = re.compile(r' (name|id|for|aria-describedby|aria-labelledby)="([^"]*)"')


def order_for(prompt: Any, seed: str = "") -> list[int]:
    """An order in which the options may be shown, the same for a seed. Empty where nothing can be shown yet."""
    try:
        return QUESTION_KINDS[prompt.kind].shuffle(prompt, random.Random(seed))  # noqa: S311 - no secret
    except IndexError:
        return []


def question(
    prompt: Any, order: Sequence[int], *, prefix: str, number: str = "", held: Held = (), problem: str = ""
) -> SafeString:
    """One question as on its page. `prefix` keeps its fields apart from those of others: q1- names q1-answer."""
    control = CONTROLS[prompt.kind]
    rows = control.rows(prompt, list(order), held)
    context = {
        "prompt": prompt,
        "number": number,
        "control": control,
        "rows": rows,
        "drawn": control.drawn(rows),
        "choices": control.choices(prompt, list(order)) if hasattr(control, "choices") else (),
        "typed": held[0] if control.labels_itself and held else "",
        "hint": control.hint(prompt),
        "problem": problem,
    }
    if prompt.kind == WRITTEN:
        lines = [written_pages.Line(text, None) for text in prompt.criteria]
        context |= {"criteria": lines, "needed": written_pages.needed(prompt), "words": 0, "marks": None}
    return _apart(render_to_string("quizzes/_asked.html", context), prefix)


def _apart(markup: str, prefix: str) -> SafeString:
    def renamed(found: re.Match) -> str:
        return f' {found[1]}="{" ".join(prefix + name for name in found[2].split())}"'

    return mark_safe(_NAMES.sub(renamed, markup))  # noqa: S308 - a template's output, with other names
