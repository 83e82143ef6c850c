"""The outline of a course: every move of a part, what two orders differ in, and nobody's order written over another's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.catalogue import outline
from courses.catalogue import services as catalogue
from courses.catalogue.models import Course, Lesson, Module
from courses.catalogue.outline import BadOrder
from tests.admin_pages import signed_in, staff, url
from tests.courses import factories as make
from tests.queries import listed

ORDER = outline.read("1:11,12;2:21;3:")
NAMES = {("module", 1): "Module A", ("module", 2): "Module B", ("lesson", 11): "“One”", ("lesson", 12): "“Two”"}


@pytest.mark.parametrize("text", ["1:11,12;2:21;3:", "", "7:"])
def test_an_order_is_read_as_it_is_written(text):
    assert str(outline.read(text)) == text


@pytest.mark.parametrize(
    "text", ["1", "1:a", "1:2,", ";", "1:2;1:3", "1:2;3:2", "1:2 ;3:", "١:٢", "9" * 30 + ":", "-1:2"]
)
def test_what_is_no_order_is_refused(text):
    with pytest.raises(BadOrder):
        outline.read(text)


@pytest.mark.parametrize(
    ("part", "way", "after"),
    [
        (("lesson", 12), "up", "1:12,11;2:21;3:"),
        (("lesson", 11), "up", "1:11,12;2:21;3:"),
        (("lesson", 12), "down", "1:11;2:12,21;3:"),
        (("lesson", 21), "up", "1:11,12,21;2:;3:"),
        (("lesson", 21), "down", "1:11,12;2:;3:21"),
        (("module", 2), "up", "2:21;1:11,12;3:"),
        (("module", 3), "down", "1:11,12;2:21;3:"),
    ],
)
def test_a_step_goes_over_the_edge_of_a_module_and_stops_at_the_end(part, way, after):
    assert str(outline.step(ORDER, part, way)) == after


@pytest.mark.parametrize(
    ("part", "where", "beside", "after"),
    [
        (("lesson", 11), "first", 3, "1:12;2:21;3:11"),
        (("lesson", 11), "after", 21, "1:12;2:21,11;3:"),
        (("lesson", 11), "after", 11, "1:11,12;2:21;3:"),
        (("lesson", 12), "first", 1, "1:12,11;2:21;3:"),
        (("module", 3), "front", None, "3:;1:11,12;2:21"),
        (("module", 1), "behind", 2, "2:21;1:11,12;3:"),
        (("module", 1), "behind", 1, "1:11,12;2:21;3:"),
    ],
)
def test_a_part_is_put_where_it_is_wanted(part, where, beside, after):
    assert str(outline.put(ORDER, part, where, beside)) == after


@pytest.mark.parametrize(
    ("part", "where", "beside"),
    [
        (("lesson", 11), "front", None),
        (("lesson", 11), "after", 99),
        (("module", 1), "first", 2),
        (("lesson", 99), "first", 1),
        (("chapter", 1), "front", None),
    ],
)
def test_a_part_is_put_nowhere_else(part, where, beside):
    with pytest.raises(BadOrder):
        outline.put(ORDER, part, where, beside)


def test_an_order_fits_what_there_is_by_now():
    theirs = outline.read("1:11,13;2:21;4:41")

    assert str(outline.fitted(outline.read("2:21,11;1:12;3:"), theirs)) == "2:21,11;1:13;4:41"


def test_differences_are_told_in_sentences():
    after = outline.read("2:21,11;1:13")

    assert outline.differences(outline.read("1:11,12;2:21"), after, NAMES) == [
        "“Two” is gone.",
        "A lesson is new.",
        "Module B stands in another place.",
        "“One” went to Module B.",
    ]
    assert outline.differences(outline.read("1:11,12"), outline.read("1:12,11"), NAMES) == [
        "“Two” stands in another place of its module."
    ]
    assert outline.differences(ORDER, ORDER, NAMES) == []


# --- the page -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def teacher(db, settings):
    settings.STAFF_SECOND_FACTOR = False
    return staff("instructor")


@pytest.fixture
def client(teacher):
    return signed_in(teacher)


@pytest.fixture
def course(teacher):
    return make.make_course(modules=2, by=teacher)


def order(course) -> str:
    return str(catalogue.order_of(course))


def swapped(course) -> str:
    """The stored order with the first two lessons exchanged."""
    one, two = list(course.modules.first().lessons.values_list("pk", flat=True))[:2]
    return str(outline.step(catalogue.order_of(course), ("lesson", two), "up"))


def send(client, course, **given):
    return client.post(url(Course, "outline", course.pk), {"base": order(course), "order": order(course)} | given)


def test_the_page_shows_every_part_with_its_quiz_and_opens_it(client, course):
    page = client.get(url(Course, "outline", course.pk)).content.decode()

    rows = [*course.modules.all(), *Lesson.objects.filter(module__course=course)]
    rows += [module.quiz for module in course.modules.all()]
    assert all(url(type(row), "change", row.pk) in page for row in rows)


def test_an_order_is_saved_with_one_post(client, course):
    wanted = swapped(course)

    answer = send(client, course, order=wanted)

    assert (answer.status_code, order(course)) == (302, wanted)
    positions = course.modules.first().lessons.values_list("position", flat=True)
    assert list(positions) == [1, 2]


def test_a_button_moves_a_part_without_a_script_and_keeps_the_focus(client, course):
    first, second = course.modules.all()
    lesson = first.lessons.last()

    answer = send(client, course, move=f"lesson:{lesson.pk}:down")

    assert second.lessons.first() == lesson
    assert answer["Location"].endswith(f"?at=lesson%3A{lesson.pk}%3Adown")


def test_a_part_is_put_elsewhere_without_a_script(client, course):
    first, second = course.modules.all()

    send(client, course, move="put", what=f"module:{second.pk}", where="front")
    send(client, course, move="put", what=f"lesson:{first.lessons.first().pk}", where=f"first:{second.pk}")

    assert list(course.modules.all()) == [second, first]
    assert (second.lessons.count(), first.lessons.count()) == (3, 1)


def test_two_editors_never_write_over_each_other_and_each_is_told_what_the_other_did(client, course):
    base, mine = order(course), swapped(course)
    other = course.modules.last()
    catalogue.arrange(
        course, outline.step(catalogue.order_of(course), ("module", other.pk), "up"), seen=outline.read(base)
    )
    theirs = order(course)

    answer = send(client, course, base=base, order=mine)

    page = answer.content.decode()
    assert (answer.status_code, order(course)) == (200, theirs)
    assert "Someone else changed this outline" in page
    assert answer.context["their_changes"] == [f"Module {other.code}, {other.title} stands in another place."]
    assert len(answer.context["my_changes"]) == 1

    chosen = client.post(url(Course, "outline", course.pk), {"base": theirs, "order": str(answer.context["mine"])})

    assert (chosen.status_code, order(course)) == (302, mine)


def test_a_lesson_added_in_the_meantime_is_kept_by_the_choice_of_ones_own_order(client, course):
    base, mine = order(course), swapped(course)
    added = course.modules.first().lessons.create(slug="late", title="Late", position=9)

    answer = send(client, course, base=base, order=mine)
    client.post(url(Course, "outline", course.pk), {"base": order(course), "order": str(answer.context["mine"])})

    assert list(course.modules.first().lessons.all())[-1] == added


@pytest.mark.parametrize("name", ["base", "order"])
def test_a_part_of_another_course_is_missing_and_nothing_is_written(name, client, course):
    foreign = make.make_course(by=staff("instructor"))
    before = order(course), order(foreign)
    one = course.modules.first().lessons.first()
    theirs = foreign.modules.first().lessons.first()
    module, other = course.modules.first(), foreign.modules.first()

    for mine, swap in ((one.pk, theirs.pk), (module.pk, other.pk)):
        text = before[0].replace(str(mine), str(swap), 1)
        answers = [send(client, course, **{name: text}), send(client, course, move=f"lesson:{theirs.pk}:up")]
        assert [answer.status_code for answer in answers] == [404, 400]
    assert (order(course), order(foreign)) == before


def test_both_orders_swapped_for_another_courses_parts_write_nothing(client, course):
    foreign = make.make_course(by=staff("instructor"))
    Module.objects.filter(course=foreign).update(title="Canary")
    Lesson.objects.filter(module__course=foreign).update(title="Canary")
    before = order(foreign)
    moved = str(outline.step(catalogue.order_of(foreign), ("lesson", foreign.modules.first().lessons.last().pk), "up"))

    answer = send(client, course, base=before, order=moved)

    assert order(foreign) == before
    assert "Canary" not in answer.content.decode()


@pytest.mark.parametrize("given", [{"order": "x"}, {"base": ""}, {"move": "lesson:x:up"}, {"move": "put", "what": "a"}])
def test_what_is_no_order_is_a_bad_request_or_missing(given, client, course):
    assert send(client, course, **given).status_code in (400, 404)


def test_two_lessons_of_one_address_do_not_meet_in_a_module(client, course):
    first, second = course.modules.all()
    Lesson.objects.filter(pk=second.lessons.first().pk).update(slug=first.lessons.first().slug)
    base = catalogue.order_of(course)
    wanted = outline.put(base, ("lesson", second.lessons.first().pk), "first", first.pk)

    answer = send(client, course, order=str(wanted))

    assert "would have the address" in answer.content.decode()
    assert catalogue.order_of(course) == base
    assert answer.context["order"] == wanted


def test_forty_modules_are_arranged_in_as_many_statements_as_two(client, course, teacher):
    def cost() -> int:
        client.get(url(Course, "outline", course.pk))
        with CaptureQueriesContext(connection) as done:
            assert send(client, course, order=swapped(course)).status_code == 302
        return len(listed(done))

    few = cost()
    for n in range(3, 41):
        module = Module.objects.create(course=course, code=f"M{n}", title=f"Module {n}", position=n)
        Lesson.objects.bulk_create(
            Lesson(module=module, slug=f"m{n}-l{i}", title="L", position=i) for i in range(1, 21)
        )

    assert cost() == few
