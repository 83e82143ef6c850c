"""The page of one course: what it says, what still stops it, and the three verbs that lead on from it."""

import datetime as dt

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from ceu.shared.admin import (
    KeptAdmin,
    ScopedInline,
    Waiting,
    address,
    counted,
)
from ceu.shared.admin_forms import CodesField, PositionedForm, number_anew
from ceu.shared.forms import CleanForm, CleanModelForm
from courses.catalogue import checklist, publication, workload
from courses.catalogue import services as catalogue
from courses.catalogue.admin_outline import outline_page
from courses.catalogue.admin_preview import preview_page
from courses.catalogue.copying import copy_course
from courses.catalogue.forms import AssessmentForm, CourseForm, PublishForm
from courses.catalogue.models import Assessment, Correction, Course, Edition, LearningObjective, Module
from courses.catalogue.services import NotReady

REVIEW_SOON = 60  # days


class ObjectiveForm(PositionedForm):
    class Meta:
        model = LearningObjective
        fields = "__all__"
        widgets = {"text": forms.Textarea(attrs={"rows": 2, "cols": 50})}


class ObjectiveRows(ScopedInline):
    model = LearningObjective
    form = ObjectiveForm
    fields = ["position", "code", "verb", "bloom", "text"]


class ModuleRowForm(PositionedForm):
    class Meta:
        model = Module
        fields = ["position", "code", "title"]


class ModuleRows(ScopedInline):
    model = Module
    form = ModuleRowForm
    fields = ["position", "code", "title"]
    can_delete = False
    show_change_link = True


class CorrectionForm(PositionedForm):
    references = CodesField(required=False, help_text="Keys of the reference list, with commas between them.")

    class Meta:
        model = Correction
        fields = "__all__"
        widgets = {name: forms.Textarea(attrs={"rows": 2, "cols": 40}) for name in ("belief", "finding")}


class CorrectionRows(ScopedInline):
    model = Correction
    form = CorrectionForm
    fields = ["position", "belief", "finding", "references", "lesson"]


class AssessmentRows(ScopedInline):
    model = Assessment
    form = AssessmentForm
    fields = ["role", "code", "quiz"]
    autocomplete_fields = ["quiz"]
    max_num = len(Assessment.Role)
    verbose_name_plural = "pre-test, post-test and written task"


class CopyForm(CleanModelForm):
    """What tells the copy of a course from its source."""

    class Meta:
        model = Course
        fields = ["title", "slug"]


class StandingFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin):
        return [("draft", "Draft"), ("offered", "On offer"), ("retired", "Retired")]

    def queryset(self, request: HttpRequest, queryset):
        if self.value() == "draft":
            return queryset.filter(newest=0, retired_at=None)
        if self.value() == "offered":
            return queryset.offered()
        return queryset.exclude(retired_at=None) if self.value() == "retired" else queryset


@admin.register(Course)
class CourseAdmin(KeptAdmin):
    desk, rank = "Authoring", 1
    form = CourseForm
    inlines = [ObjectiveRows, ModuleRows, AssessmentRows, CorrectionRows]
    pages = {
        "outline": "courses.change_course",
        "preview": "courses.view_lesson",
        "hours": "courses.view_course",
        "copy": "courses.add_course",
        "publish": "courses.publish_course",
        "retire": "courses.publish_course",
        "reinstate": "courses.publish_course",
    }
    list_display = ["title", "slug", "level", "newest_edition", "learners", "standing", "review_due_on"]
    list_filter = [StandingFilter, "level"]
    search_fields = ["title", "slug", "subtitle"]
    ordering = ["title"]
    prose = [
        (
            "Course",
            [
                "title",
                "subtitle",
                "slug",
                "summary",
                "audience",
                ("level", "language"),
                "prerequisites",
                "delivery_type",
            ],
        ),
        ("Quizzes and hours", ["pass_mark", "attempts_allowed", ("cooldown_after", "cooldown_hours"), "difficulty"]),
        ("Notices", ["disclosures", "commercial_support", "scope_notice", "contraindications", "disclaimer"]),
        ("Dates", [("released_on", "reviewed_on", "review_due_on")]),
    ]

    # --- the page -------------------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Course | None = None):
        prose = [(name, {"fields": list(fields)}) for name, fields in self.prose]
        people = [("People and certificates", {"fields": [*self._people(request, obj), "issue_automatically"]})]
        if obj is None:
            return [*prose, *people]
        seen = ["seen"] if self.has_change_permission(request, obj) else []
        now = [("Where it stands", {"fields": ["readiness", "editions", *seen]})]
        return [*now, *prose, ("Contact hours", {"fields": ["hours"]}), *people]

    def _people(self, request: HttpRequest, obj: Course | None) -> list[str]:
        """Who teaches a course is decided by a superuser: it gives somebody the course, its items and their keys."""
        return ["instructors"] if obj or request.user.is_superuser else []

    def get_readonly_fields(self, request: HttpRequest, obj: Course | None = None):
        panels = ["readiness", "editions", "hours"] if obj else []
        return panels + ([] if request.user.is_superuser else ["instructors"])

    def get_prepopulated_fields(self, request: HttpRequest, obj: Course | None = None):
        return {} if obj else {"slug": ["title"]}

    @admin.display(description="Readiness")
    def readiness(self, course: Course) -> str:
        found = publication.findings(course, today=timezone.now().date())
        checks = checklist.checks(found)
        met = sum(check.met for check in checks)
        return render_to_string("admin/courses/course/_checklist.html", {"checks": checks, "met": met})

    @admin.display(description="By each method")
    def hours(self, course: Course) -> str:
        work = workload.of(course, timezone.now().date())
        return render_to_string("admin/courses/_hours.html", {"work": work})

    @admin.display(description="Editions")
    def editions(self, course: Course) -> str:
        rows = course.editions.defer("content").order_by("-number")[:10]
        cells = ((address(row), row.number, f"{row.published_at:%d %B %Y}", row.note) for row in rows)
        listed = format_html_join("", '<li><a href="{}">Edition {}</a>, {} {}</li>', cells)
        return format_html('<ul class="plain">{}</ul>', listed) if listed else "None yet."

    # --- saving ---------------------------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Course, form, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        given = {
            name: value
            for name, value in form.cleaned_data.items()
            if name not in {"slug", "title", "instructors", "seen"}
        }
        made = catalogue.create_course(slug=obj.slug, title=obj.title, by=request.user, **given)
        obj.pk, obj.bank, obj.uuid, obj._state.adding = made.pk, made.bank, made.uuid, False

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        course = form.instance
        if not change and not course.instructors.exists():
            course.instructors.add(request.user)
        number_anew(course.objectives.all())
        number_anew(course.modules.all())
        number_anew(course.corrections.all())
        catalogue.share_bank(course)
        catalogue.apply_policy(course)

    # --- the list -------------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest):
        newest = (
            Edition.objects.filter(course=OuterRef("pk"))
            .order_by()
            .values("course")
            .annotate(n=Max("number"))
            .values("n")
        )
        enrolled = Course.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
        active = enrolled.annotate(n=Count("enrolments", filter=Q(enrolments__withdrawn_at=None))).values("n")
        return super().get_queryset(request).annotate(newest=Coalesce(Subquery(newest), 0), enrolled=Subquery(active))

    @admin.display(description="edition", ordering="newest")
    def newest_edition(self, course: Course) -> str:
        return str(course.newest) if course.newest else "none yet"

    @admin.display(description="learners", ordering="enrolled")
    def learners(self, course: Course) -> int:
        return course.enrolled

    @admin.display(description="standing", ordering="retired_at")
    def standing(self, course: Course) -> str:
        return "Retired" if course.retired_at else "On offer" if course.newest else "Draft"

    def waiting(self, request: HttpRequest) -> Waiting | None:
        soon = timezone.now().date() + dt.timedelta(days=REVIEW_SOON)
        due = self.model.objects.for_user(request.user).filter(retired_at=None, review_due_on__lte=soon).count()
        one, many = "1 course is due for review within {} days.", "{{}} courses are due for review within {} days."
        sentence = counted(due, one.format(REVIEW_SOON), many.format(REVIEW_SOON))
        return Waiting(sentence, self.list_address("?o=7")) if due else None

    # --- publish, retire, reinstate -------------------------------------------------------------------------------------

    def may(self, request: HttpRequest, page: str) -> bool:
        return super().may(request, page) and (page == "hours" or self.has_change_permission(request))

    def page_words(self, name: str) -> str:
        return _WORDS.get(name) or super().page_words(name)

    def tools(self, request: HttpRequest, course: Course) -> list[tuple[str, str]]:
        hidden = address(course, "retire" if course.retired_at else "reinstate")
        return [(url, words) for url, words in super().tools(request, course) if url != hidden]

    def outline_page(self, request: HttpRequest, course: Course) -> HttpResponse:
        """Modules, lessons and quizzes at one glance, and in another order by one POST."""
        return outline_page(self, request, course)

    def preview_page(self, request: HttpRequest, course: Course) -> HttpResponse:
        """The draft of the whole course as a learner would see it, for those who may edit it."""
        return preview_page(request, course)

    def copy_page(self, request: HttpRequest, course: Course) -> HttpResponse:
        form = CopyForm(request.POST if request.method == "POST" else None, initial={"title": f"{course.title} (copy)"})
        if request.method == "POST" and form.is_valid():
            made = copy_course(course, **form.cleaned_data)
            self.log_addition(request, made, f"Copied from {course}.")
            self.message_user(request, f"This is “{made}”, a copy of “{course}”.", messages.SUCCESS)
            return redirect(address(made))
        intro = [
            "The copy is a draft of its own, with everything that is written here: lessons, figures, references, quizzes, "
            "and every item in a new bank. The same people teach it.",
            "Editions, approvals, dates of release and review, and everything of learners stay with this course.",
        ]
        return self.show(
            request, course, "admin/act.html", title="Copy", form=form, intro=intro, button="Copy the course"
        )

    def hours_page(self, request: HttpRequest, course: Course) -> HttpResponse:
        """The panel alone, to be printed for an accreditor."""
        work = workload.of(course, timezone.now().date())
        return self.show(request, course, "admin/courses/course/hours.html", title="Contact hours", work=work)

    def publish_page(self, request: HttpRequest, course: Course) -> HttpResponse:
        """What stops it, or what an edition made now would change, and for whom; published on POST."""
        form = PublishForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._publish(request, course, form.cleaned_data["note"])
            except NotReady as refusal:
                form.add_error(None, str(refusal))
        plan = publication.plan(course, today=timezone.now().date())
        return self.show(request, course, "admin/courses/course/publish.html", title="Publish", plan=plan, form=form)

    def _publish(self, request: HttpRequest, course: Course, note: str) -> HttpResponse:
        before = set(course.editions.values_list("pk", flat=True))
        edition = catalogue.publish(course, by=request.user, now=timezone.now(), note=note)
        if edition.pk in before:
            self.message_user(request, f"Nothing has changed since edition {edition.number}, so there is no new one.")
        else:
            self.log_change(request, course, f"Published edition {edition.number}.")
            self.message_user(request, f"Edition {edition.number} is published.", messages.SUCCESS)
        return redirect(address(course))

    def retire_page(self, request: HttpRequest, course: Course) -> HttpResponse:
        def retire(given: dict) -> str:
            catalogue.retire(course, now=timezone.now())
            return "The course is retired."

        intro = ["It leaves the catalogue, and nobody new can enrol. Who is enrolled goes on; certificates stay."]
        return self.act(
            request,
            course,
            _confirmation(request),
            retire,
            title="Retire",
            intro=intro,
            button="Retire the course",
            danger=True,
        )

    def reinstate_page(self, request: HttpRequest, course: Course) -> HttpResponse:
        def reinstate(given: dict) -> str:
            catalogue.reinstate(course)
            return "The course is on offer again."

        intro = ["It comes back to the catalogue with its newest edition."]
        return self.act(
            request,
            course,
            _confirmation(request),
            reinstate,
            title="Reinstate",
            intro=intro,
            button="Reinstate the course",
        )


_WORDS = {"hours": "Contact hours", "preview": "Preview as a learner", "copy": "Copy it"}


def _confirmation(request: HttpRequest) -> CleanForm:
    return CleanForm(request.POST if request.method == "POST" else None)
