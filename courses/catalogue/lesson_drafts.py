"""A lesson's body saved while it is written: only over the text that its author had before, never over somebody else's."""

from django.db import transaction

from ceu.shared import canonical
from courses.catalogue import markup
from courses.catalogue.models import Lesson


class BodyChanged(Exception):
    """Somebody else saved another body in the meantime; `body` is theirs."""

    def __init__(self, body: str) -> None:
        super().__init__("Somebody else saved this lesson in the meantime.")
        self.body = body


def mark_of(body: str) -> str:
    """Names one state of a body: whoever sends it back has seen that state."""
    return canonical.digest(body)


@transaction.atomic
def save_body(lesson: Lesson, body: str, *, over: str) -> str:
    """Write the cleaned body if the one that is stored bears the mark `over`. Returns the new mark. Raises BodyChanged.

    The same text again is no conflict: an answer may have been lost on its way back."""
    stored = Lesson.objects.select_for_update().values_list("body", flat=True).get(pk=lesson.pk)
    cleaned = markup.clean(body)
    if stored != cleaned and mark_of(stored) != over:
        raise BodyChanged(stored)
    if stored != cleaned:
        Lesson.objects.filter(pk=lesson.pk).update(body=cleaned)
    lesson.body = cleaned
    return mark_of(cleaned)
