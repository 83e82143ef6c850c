from django.db import models
from django.db.models import Q

from courses.learning.models import Enrolment

LONGEST = 5000


class SectionNoteQuerySet(models.QuerySet):
    def of(self, user) -> "SectionNoteQuerySet":
        """The only way in: nobody reads the notes of another, staff included."""
        return self.filter(enrolment__user=user)

    def kept(self) -> "SectionNoteQuerySet":
        """With something in them. An emptied row stays for its revision: a page that is still open must not write over it."""
        return self.filter(~Q(text="") | Q(bookmarked=True))


class SectionNote(models.Model):
    """What one learner keeps beside one section: a note in plain text, a bookmark, or both.

    The section goes by lesson and anchor, so that a note outlives an edition; titles are as they were at the last change,
    for when a later edition has the section no longer. An empty anchor is the opening of the lesson.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    lesson = models.CharField(max_length=60)
    anchor = models.CharField(max_length=64, blank=True)
    lesson_title = models.CharField(max_length=220)
    heading = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    bookmarked = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    objects = SectionNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson", "anchor"], name="a_section_has_one_note_of_an_enrolment"
            )
        ]

    def __str__(self) -> str:
        return f"A note beside {self.lesson}#{self.anchor}"
