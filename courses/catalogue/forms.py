"""What an author types, cleaned on the way in, and what was taken out of it said to the author."""

from collections import Counter
from html.parser import HTMLParser

from django import forms

from ceu.shared.admin_forms import GuardedForm, people_for
from ceu.shared.forms import CleanForm
from courses.catalogue import markup
from courses.catalogue.lesson_body import LessonBody
from courses.catalogue.models import Assessment, Course, Lesson, Module

_WIDE = {"class": "wide"}


class CourseForm(GuardedForm):
    class Meta:
        model = Course
        fields = "__all__"
        widgets = {
            name: forms.Textarea(attrs={"rows": 3, **_WIDE})
            for name in (
                "summary", "audience", "prerequisites", "disclosures", "commercial_support", "scope_notice",
                "contraindications", "disclaimer",
            )
        }  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "instructors" in self.fields:
            self.fields["instructors"].queryset = people_for(self.instance, "courses_taught")


class ModuleForm(GuardedForm):
    class Meta:
        model = Module
        fields = "__all__"
        widgets = {"summary": forms.Textarea(attrs={"rows": 3, **_WIDE})}

    def clean(self):
        given = super().clean() or self.cleaned_data
        course, quiz = given.get("course") or getattr(self.instance, "course", None), given.get("quiz")
        if course and quiz and quiz.bank_id != course.bank_id:
            self.add_error("quiz", "Choose a quiz over this course's own item bank.")
        return given


class AssessmentForm(GuardedForm):
    class Meta:
        model = Assessment
        fields = "__all__"

    def clean(self):
        given = super().clean() or self.cleaned_data
        course, quiz = self.instance.course, given.get("quiz")
        if quiz and quiz.bank_id != course.bank_id:
            self.add_error("quiz", "Choose a quiz over this course's own item bank.")
        elif quiz and Module.objects.filter(quiz=quiz).exists():
            self.add_error("quiz", "This quiz closes a module. Choose one that stands beside them.")
        return given


class LessonForm(GuardedForm):
    """`taken_out` names what the body held that is not of the lesson vocabulary."""

    taken_out: tuple[str, ...] = ()

    class Meta:
        model = Lesson
        fields = "__all__"
        widgets = {
            "purpose": forms.TextInput(attrs=_WIDE),
            "body": LessonBody(attrs={"rows": 30, "class": "wide code", "spellcheck": "true"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.module_id and "body" in self.fields:
            self.fields["body"].widget.course = self.instance.module.course

    def clean_body(self) -> str:
        typed = self.cleaned_data["body"]
        cleaned = markup.clean(typed)
        self.taken_out = taken_out(typed, cleaned)
        return cleaned


class PublishForm(CleanForm):
    note = forms.CharField(
        required=False, max_length=2000, label="Note", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What is new in this edition, for those who read the list of editions.",
    )  # fmt: skip


class _Vocabulary(HTMLParser):
    """Counts every tag, and every attribute with its tag."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs) -> None:
        self.found[f"<{tag}>"] += 1
        for name, value in attrs:
            self.found[f"{name} of <{tag}>" if name != "class" else f"class “{value}” of <{tag}>"] += 1

    def handle_comment(self, data: str) -> None:
        self.found["a comment"] += 1


def taken_out(typed: str, cleaned: str) -> tuple[str, ...]:
    """Which tags and attributes of what was typed are not in what was kept, in the order of the alphabet."""
    gone = _Vocabulary(typed).found - _Vocabulary(cleaned).found
    return tuple(sorted(gone))
