"""The verbs of notes: write, delete, bookmark. Each is one conditional statement, so that no window writes over another."""

import datetime as dt

from django.db.models import F

from courses.learning.models import Enrolment
from courses.notes.models import SectionNote


class Refusal(Exception):
    """Why nothing was written; `str()` of it is a sentence for the learner."""


class Stale(Refusal):
    """The note was changed elsewhere since the page was made. `stored` is the row as it is now."""

    def __init__(self, stored: SectionNote) -> None:
        super().__init__("This note was changed in another window or on another device.")
        self.stored = stored


class Blank(Refusal): ...


def write(enrolment: Enrolment, place: dict[str, str], text: str, *, rev: int, now: dt.datetime) -> SectionNote:
    """Keep `text` beside a section. `place`: lesson, anchor and their titles. `rev` is the revision that the page showed, 0
    for none. Raises Stale, and Blank where nothing would take the place of something: deleting is said in so many words.

    A text that is stored already is no conflict, so that a request may be sent twice."""
    if not text.strip():
        raise Blank("An empty note is not saved. To remove the note, choose “Delete this note”.")
    return _put(enrolment, place, {"text": text}, rev=rev, now=now)


def delete(enrolment: Enrolment, place: dict[str, str], *, rev: int, now: dt.datetime) -> SectionNote:
    """Take the text away; a bookmark stays. Raises Stale, so that nobody deletes what they have not seen."""
    return _put(enrolment, place, {"text": ""}, rev=rev, now=now)


def bookmark(enrolment: Enrolment, place: dict[str, str], *, on: bool, now: dt.datetime) -> SectionNote:
    """There is nothing to overwrite, so the last click counts, and the text keeps its revision."""
    row, made = SectionNote.objects.get_or_create(
        enrolment=enrolment,
        **_key(place),
        defaults=_titles(place) | {"bookmarked": on, "revision": 0, "changed_at": now},
    )
    if not made and row.bookmarked != on:
        SectionNote.objects.filter(pk=row.pk).update(bookmarked=on, changed_at=now)
        row.bookmarked = on
    return row


def _put(enrolment: Enrolment, place: dict[str, str], values: dict, *, rev: int, now: dt.datetime) -> SectionNote:
    written = values | _titles(place) | {"changed_at": now}
    own = SectionNote.objects.filter(enrolment=enrolment, **_key(place))
    if not own.filter(revision=rev).update(**written, revision=F("revision") + 1) and not rev:
        # Two first notes at once: the one that comes second is compared below.
        SectionNote.objects.bulk_create(
            [SectionNote(enrolment=enrolment, **_key(place), **written, revision=1)], ignore_conflicts=True
        )
    stored = own.first()
    if stored is None:
        stored = SectionNote(enrolment=enrolment, **_key(place), **_titles(place), revision=0, changed_at=now)
    if stored.text != values["text"]:
        raise Stale(stored)
    return stored


def _key(place: dict[str, str]) -> dict[str, str]:
    return {name: place[name] for name in ("lesson", "anchor")}


def _titles(place: dict[str, str]) -> dict[str, str]:
    return {"lesson_title": place["lesson_title"][:220], "heading": place["heading"][:300]}
