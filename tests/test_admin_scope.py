"""An instructor reaches own courses and nothing of another's, on every door of the admin; others write nothing at all."""

import re

import pytest
from django.contrib import admin
from django.forms.models import InlineForeignKeyField, ModelChoiceField

from courses.catalogue.models import (
    Assessment,
    Correction,
    Course,
    Edition,
    Figure,
    GlossaryTerm,
    LearningObjective,
    Lesson,
    Module,
    Reference,
)
from courses.evaluations.models import Evaluation
from courses.learning.models import Enrolment
from quizzes.bank import services as bank
from quizzes.bank.models import Item, ItemBank, ItemDraft, ItemRevision, Option
from quizzes.delivery.models import Attempt, Entry, EntryGrant, PublishedQuiz, Quiz, Section
from quizzes.delivery.written_models import AnswerToMark, WrittenMark
from quizzes.interchange.models import BankExchange, ImportBatch
from tests.admin_pages import MODELS, boss, filled, make_world, post, problems, signed_in, staff, url
from tests.courses import factories as make

pytestmark = pytest.mark.django_db

SCOPED = [
    Course, Module, Lesson, Reference, GlossaryTerm, Figure, Item, ItemBank, ItemRevision, Quiz, PublishedQuiz, Entry,
    Attempt, Edition, Enrolment, Evaluation, AnswerToMark, WrittenMark, BankExchange, ImportBatch,
]  # fmt: skip
# Where each model's course is, for picking a row of one course.
COURSE = {
    Course: "pk", Module: "course", Lesson: "module__course", Reference: "course", GlossaryTerm: "course",
    Figure: "course", Item: "bank__course", ItemBank: "course", ItemRevision: "item__bank__course",
    Quiz: "bank__course", PublishedQuiz: "quiz__bank__course", Entry: "published_quiz__quiz__bank__course",
    Attempt: "published_quiz__quiz__bank__course", Edition: "course", Enrolment: "course",
    Evaluation: "edition__course", LearningObjective: "course", Correction: "course", Option: "item__bank__course",
    Section: "quiz__bank__course", AnswerToMark: "attempt__published_quiz__quiz__bank__course",
    Assessment: "course", BankExchange: "course", ImportBatch: "bank__course",
    WrittenMark: "response__attempt__published_quiz__quiz__bank__course",
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def mine():
    return make_world(staff("instructor"), learners=1)[0]


@pytest.fixture
def theirs():
    return make_world(staff("instructor"), learners=1)[0]


@pytest.fixture
def me(mine):
    return signed_in(mine.instructors.get())


def row_of(model, course):
    return model._default_manager.filter(**{COURSE[model]: course.pk}).order_by("pk").first()


# --- S16, S17: another's rows -----------------------------------------------------------------------------------------


def test_another_instructors_row_is_missing_behind_every_door(me, mine, theirs):
    for model in SCOPED:
        own, foreign = row_of(model, mine), row_of(model, theirs)
        site_page = admin.site._registry[model]
        assert me.get(url(model, "change", own.pk)).status_code == 200, model
        for page in ["change", "history", *[name for name in site_page.pages if name != "allow"]]:
            assert me.get(url(model, page, foreign.pk)).status_code == 404, (model, page)
        if site_page.has_change_permission(_request(mine)):
            assert me.post(url(model, "change", foreign.pk), {}).status_code == 404, model
        if model in {Module, Lesson, Reference, GlossaryTerm, Figure, Item, Quiz}:
            assert me.post(url(model, "delete", foreign.pk), {"post": "yes"}).status_code == 404, model


def _request(course):
    class Request:
        user = course.instructors.get()

    return Request()


def test_a_foreign_and_a_missing_row_give_the_same_page(me, theirs):
    pages = [me.get(url(Course, "change", pk)).content.decode() for pk in (theirs.pk, 999999)]

    foreign, missing = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page) for page in pages]
    assert foreign == missing


def test_lists_filters_and_searches_show_own_rows_only(me, mine, theirs):
    for model in SCOPED:
        listed = me.get(url(model)).context["cl"].queryset
        assert row_of(model, mine) in listed, model
        assert row_of(model, theirs) not in listed, model
    assert theirs.title not in me.get(url(Lesson)).content.decode()
    assert theirs.title not in me.get(f"{url(Course)}?q={theirs.title}").context["cl"].queryset.values_list(
        "title", flat=True
    )


@pytest.mark.parametrize(
    ("model", "field", "chosen"),
    [(Lesson, "module", Module), (Reference, "course", Course), (Item, "bank", ItemBank), (Module, "quiz", Quiz)],
)
def test_autocomplete_offers_own_rows_only(model, field, chosen, me, mine, theirs):
    query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field, "term": ""}

    offered = [row["id"] for row in me.get("/admin/autocomplete/", query).json()["results"]]

    own = chosen._default_manager.filter(**{COURSE[chosen]: mine.pk}).values_list("pk", flat=True)
    assert sorted(offered) == sorted(map(str, own)) != []


def test_autocomplete_of_people_is_shut_for_an_instructor(me):
    query = {"app_label": "courses", "model_name": "course", "field_name": "instructors", "term": "a"}

    assert me.get("/admin/autocomplete/", query).status_code == 403


@pytest.mark.parametrize(
    ("model", "field", "chosen"),
    [
        (Lesson, "module", Module),
        (Reference, "course", Course),
        (GlossaryTerm, "course", Course),
        (Item, "bank", ItemBank),
    ],
)
def test_a_new_row_cannot_be_put_under_another_instructors(model, field, chosen, me, theirs):
    before = model.objects.count()
    given = {
        "code": "X-1", "kind": "single", "pool": "M1", "stem": "?", "position": "1", "slug": "x", "title": "X", "key": "X",
        "citation": "X", "term": "X", "meaning": "X", "body": "<p>x</p>",
    }  # fmt: skip

    answer = me.post(url(model, "add"), given | {field: row_of(chosen, theirs).pk})

    assert answer.status_code == 404
    assert model.objects.count() == before


def test_a_choice_that_a_colleague_deleted_is_an_error_of_the_form_and_the_page_comes_back(me, mine):
    answer = post(me, url(Module, "change", row_of(Module, mine).pk), quiz=999_999)

    assert answer.status_code == 200 and "Select a valid choice" in problems(answer)


def test_an_own_row_cannot_be_moved_to_another_instructors_course(me, mine, theirs):
    lesson, module = row_of(Lesson, mine), row_of(Module, mine)

    moved = post(me, url(Lesson, "change", lesson.pk), module=row_of(Module, theirs).pk)
    tied = post(me, url(Module, "change", module.pk), quiz=row_of(Quiz, theirs).pk)
    post(me, url(Reference, "change", row_of(Reference, mine).pk), course=theirs.pk)

    assert (moved.status_code, tied.status_code) == (404, 404)
    assert row_of(Lesson, mine) == lesson and row_of(Module, mine).quiz == module.quiz
    assert theirs.references.count() == 5


@pytest.mark.parametrize(
    ("parent", "child", "prefix"),
    [
        (Course, LearningObjective, "objectives"),
        (Course, Module, "modules"),
        (Course, Correction, "corrections"),
        (Module, Lesson, "lessons"),
        (Item, Option, "options"),
        (Quiz, Section, "sections"),
    ],
)
@pytest.mark.parametrize("as_new", [False, True])
def test_a_row_of_another_course_is_refused_inside_an_own_page(parent, child, prefix, as_new, me, mine, theirs):
    """The id of the first row, or of one more row that says it is new, is swapped for another course's."""
    foreign = row_of(child, theirs)
    before = child.objects.filter(pk=foreign.pk).values().get()
    address = url(parent, "change", row_of(parent, mine).pk)
    data = filled(me.get(address))
    total = int(data[f"{prefix}-TOTAL_FORMS"])
    place = total if as_new else 0
    if as_new:
        copied = {
            name.replace("-0-", f"-{total}-"): value for name, value in data.items() if name.startswith(f"{prefix}-0-")
        }
        data |= copied | {f"{prefix}-TOTAL_FORMS": total + 1}
    named = {
        name: f"Mine {place}"
        for name in data
        if name.startswith(f"{prefix}-{place}-") and name.endswith(("-title", "-text", "-belief"))
    }

    answer = me.post(address, data | named | {f"{prefix}-{place}-id": foreign.pk, f"{prefix}-{place}-DELETE": ""})

    assert answer.status_code == 404
    assert child.objects.filter(pk=foreign.pk).values().get() == before


def test_a_row_that_a_colleague_deleted_is_told_inside_the_page(me, mine):
    address = url(Course, "change", mine.pk)
    data = filled(me.get(address))

    answer = me.post(address, data | {"objectives-0-id": 999_999})

    assert answer.status_code == 200 and "Open the page again" in answer.content.decode()


@pytest.mark.parametrize("action", ["retire", "make_ready"])
def test_an_action_over_another_instructors_row_is_missing_and_does_nothing(action, me, mine, theirs):
    own, foreign = row_of(Item, mine), row_of(Item, theirs)
    Item.objects.filter(pk__in=[own.pk, foreign.pk]).update(status=Item.Status.DRAFT)

    answer = me.post(url(Item), {"action": action, "_selected_action": [own.pk, foreign.pk]})

    assert answer.status_code == 404
    assert set(Item.objects.filter(pk__in=[own.pk, foreign.pk]).values_list("status", flat=True)) == {"draft"}


# --- S17: every id of every form, one at a time ---------------------------------------------------------------------------

FORMS = [Course, Module, Lesson, Reference, GlossaryTerm, Figure, Item, Quiz]


def everything() -> str:
    """Every row of what authors write, as text."""
    models = [*FORMS, LearningObjective, Correction, Option, Section, ItemBank, ItemDraft, Assessment]
    return repr([list(model._base_manager.order_by("pk").values_list()) for model in models])


def ids(page) -> dict[str, type]:
    """Field of an opened form -> the model whose row it names."""
    found = {}
    forms = [page.context["adminform"].form]
    forms += [form for inline in page.context["inline_admin_formsets"] for form in inline.formset.forms]
    for form in forms:
        for name, field in form.fields.items():
            if isinstance(field, InlineForeignKeyField):
                found[form.add_prefix(name)] = type(field.parent_instance)
            elif isinstance(field, ModelChoiceField):
                found[form.add_prefix(name)] = field.queryset.model
    return found


@pytest.mark.parametrize("model", FORMS)
@pytest.mark.parametrize("page", ["add", "change"])
def test_any_one_id_of_any_form_swapped_for_another_courses_gives_404_and_no_write(page, model, me, mine, theirs):
    for course in (mine, theirs):
        course.corrections.create(belief="Mine.", finding="It is.", lesson="m1-l1", position=1)
        make.make_task(course)
    address = url(model, page, *([row_of(model, mine).pk] if page == "change" else []))
    opened = me.get(address)
    data, named = filled(opened), ids(opened)
    before = everything()

    for name, chosen in named.items():
        answer = me.post(address, data | {name: row_of(chosen, theirs).pk})
        assert answer.status_code == 404, name
        assert everything() == before, name
    assert named or page == "add" or model in LEAVES


LEAVES = (Reference, GlossaryTerm, Figure)  # their course is fixed once they are made, and they hold no rows


def test_the_pages_of_one_row_know_nothing_of_another_courses_ids(me, mine, theirs):
    item, foreign = row_of(Item, mine), row_of(Item, theirs)
    kept = bank.keep(foreign, by=None)
    before = everything()
    posts = {
        url(Item, "versions", item.pk): {"version": f"draft-{kept.pk}"},
        url(Item, "versions", foreign.pk): {"version": f"draft-{kept.pk}"},
        url(Item, "duplicate", foreign.pk): {},
        url(Quiz, "rehearse", row_of(Quiz, theirs).pk): {},
        url(Course, "copy", theirs.pk): {"title": "Mine now", "slug": "mine-now"},
        url(Course, "outline", theirs.pk): {"base": "", "order": ""},
        url(Course, "publish", theirs.pk): {"note": ""},
        url(Course, "retire", theirs.pk): {},
    }

    assert {address: me.post(address, data).status_code for address, data in posts.items()} == dict.fromkeys(posts, 404)
    assert everything() == before


def test_an_instructor_gives_nobody_the_course_and_no_role(me, mine):
    stranger = staff("instructor")

    answer = post(me, url(Course, "change", mine.pk), title="Renamed", instructors=[stranger.pk], is_superuser="on")

    assert answer.status_code == 302, problems(answer)
    mine.refresh_from_db()
    assert (mine.title, stranger in mine.instructors.all()) == ("Renamed", False)


# --- S18: the right token and the wrong role --------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["registrar", "auditor"])
def test_registrars_and_auditors_write_no_content(role, mine):
    client = signed_in(staff(role))
    writable = {"courses.accreditor", "courses.approval"} if role == "registrar" else set()
    for model in MODELS:
        if model._meta.label_lower in writable:
            continue
        row = model._default_manager.first()
        answers = [client.post(url(model, "add"), {}), client.post(url(model, "change", getattr(row, "pk", 1)), {})]
        assert {answer.status_code for answer in answers} == {403}, model
    for page in ("publish", "retire", "reinstate"):
        assert client.post(url(Course, page, mine.pk)).status_code == 403
    assert client.get(url(Lesson, "preview", row_of(Lesson, mine).pk)).status_code == 403


def test_keys_are_seen_by_authors_and_superusers_alone(me, mine):
    revision = row_of(ItemRevision, mine)
    address = url(ItemRevision, "change", revision.pk)

    assert "why 0" in me.get(address).content.decode()
    assert "why 0" in signed_in(boss()).get(address).content.decode()
    for role in ("registrar", "auditor"):
        client = signed_in(staff(role))
        assert client.get(address).status_code == 403
        for model in MODELS:
            row = model._default_manager.first()
            pages = [client.get(url(model)), client.get(url(model, "change", row.pk))] if row else []
            assert all("why 0" not in page.content.decode() for page in pages), (role, model)


@pytest.mark.parametrize(("role", "status"), [("instructor", 403), ("auditor", 403), ("registrar", 302)])
def test_only_a_registrar_allows_more_attempts(role, status, mine):
    client = signed_in(mine.instructors.get() if role == "instructor" else staff(role))
    entry = row_of(Entry, mine)

    answer = client.post(url(Entry, "allow", entry.pk), {"extra_attempts": 2, "reason": "The power failed."})

    assert answer.status_code == status
    grants = [(grant.extra_attempts, grant.reason) for grant in EntryGrant.objects.filter(entry=entry)]
    assert grants == ([(2, "The power failed.")] if status == 302 else [])


def test_more_attempts_need_a_reason_and_a_number(mine):
    client = signed_in(staff("registrar"))
    address = url(Entry, "allow", row_of(Entry, mine).pk)

    without_reason = client.post(address, {"extra_attempts": 1})
    without_number = client.post(address, {"reason": "The power failed."})

    assert "Enter the reason." in without_reason.content.decode()
    assert "Give at least one more attempt, or more time." in without_number.content.decode()
    assert not EntryGrant.objects.exists()
