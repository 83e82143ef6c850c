"""The media library in the admin: pictures come in by upload, with words, and only as we make them."""

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from courses.catalogue import drafts, figures, markup
from courses.catalogue.models import Figure, Lesson
from courses.packages import services as packages
from tests.admin_pages import filled, post, problems, signed_in, staff, url
from tests.courses import factories as make
from tests.courses.catalogue.test_pictures import BAD, file, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher(settings):
    settings.STAFF_SECOND_FACTOR = False
    return staff("instructor")


@pytest.fixture
def course(teacher):
    return make.make_course(by=teacher)


@pytest.fixture
def client(teacher):
    return signed_in(teacher)


WORDS = {"title": "A hand at rest", "alternative": "The fingers are half bent. The wrist is straight."}


def sent(data: bytes, name: str = "hand.png"):
    return SimpleUploadedFile(name, data, content_type="image/png")


def upload(client, course, data: bytes, name: str = "hand.png", **given):
    return client.post(url(Figure, "add"), {"course": course.pk, "picture": sent(data, name), **WORDS, **given})


def test_a_picture_is_uploaded_with_its_words_and_named_by_us(client, course):
    answer = upload(client, course, told(), name="../../x\u202egnp.exe")

    assert answer.status_code == 302, problems(answer)
    figure = course.figures.get()
    assert figure.name == "a-hand-at-rest"
    assert figures.alternative(figure.svg) == tuple(WORDS.values())
    assert b"CANARY" not in base64.b64decode(figures.picture_in(figure.svg).partition(",")[2])


def test_the_same_title_twice_makes_two_names(client, course):
    for _ in range(3):
        upload(client, course, file())

    assert sorted(course.figures.values_list("name", flat=True)) == [
        "a-hand-at-rest", "a-hand-at-rest-2", "a-hand-at-rest-3",
    ]  # fmt: skip


@pytest.mark.parametrize("missing", WORDS)
def test_a_picture_without_words_is_refused(missing, client, course):
    answer = upload(client, course, file(), **{missing: ""})

    assert missing in answer.context["adminform"].form.errors
    assert not course.figures.exists()


@pytest.mark.parametrize(("data", "words"), BAD.values(), ids=BAD.keys())
def test_a_hostile_upload_is_refused_in_a_sentence_and_nothing_is_stored(data, words, client, course):
    answer = upload(client, course, data)

    assert answer.status_code == 200
    assert problems(answer).strip()
    if data:
        assert words in problems(answer)
    assert not course.figures.exists()


def test_either_a_picture_or_a_drawing_is_given(client, course):
    neither = client.post(url(Figure, "add"), {"course": course.pk, **WORDS})

    assert "Give either a picture or the SVG of a drawing" in problems(neither)


def test_another_course_takes_no_picture_of_a_stranger(client):
    other = make.make_course()

    answer = upload(client, other, file())

    assert answer.status_code == 404 and not other.figures.exists()


def test_words_and_picture_are_changed_each_by_itself(client, course):
    upload(client, course, file())
    figure = course.figures.get()
    first = figures.picture_in(figure.svg)
    page = url(Figure, "change", figure.pk)

    assert post(client, page, alternative="Other words.").status_code == 302
    figure.refresh_from_db()
    reworded = figure.svg
    assert post(client, page, picture=sent(file(colour="red"))).status_code == 302
    figure.refresh_from_db()

    assert figures.alternative(reworded) == ("A hand at rest", "Other words.")
    assert figures.picture_in(reworded) == first != figures.picture_in(figure.svg)
    assert figures.alternative(figure.svg)[1] == "Other words."


def test_a_page_of_a_picture_sent_back_as_it_was_opened_changes_nothing(client, course):
    upload(client, course, file())
    before = course.figures.get().svg

    post(client, url(Figure, "change", course.figures.get().pk))

    assert course.figures.get().svg == before


def test_two_editors_of_a_picture_do_not_write_over_each_other(client, course):
    upload(client, course, file())
    page = url(Figure, "change", course.figures.get().pk)
    stale = filled(client.get(page))
    post(client, page, title="The first")

    answer = client.post(page, stale | {"title": "The second"})

    assert "Someone else saved this" in problems(answer)
    assert figures.alternative(course.figures.get().svg)[0] == "The first"


def test_the_page_says_which_lessons_show_the_picture(client, course):
    upload(client, course, file())
    figure = course.figures.get()
    page = url(Figure, "change", figure.pk)
    unused = client.get(page).content.decode()
    lesson = Lesson.objects.filter(module__course=course).first()
    Lesson.objects.filter(pk=lesson.pk).update(
        body='<figure data-figure="a-hand-at-rest"><figcaption>A</figcaption></figure>'
    )

    used = client.get(page).content.decode()

    assert "No lesson shows it yet." in unused
    assert url(Lesson, "change", lesson.pk) in used and "No lesson shows it yet." not in used


def test_a_picture_stands_in_the_lesson_and_travels_in_the_package(client, course):
    upload(client, course, file())
    lesson = Lesson.objects.filter(module__course=course).first()
    lesson.body += '<figure data-figure="a-hand-at-rest"><figcaption>A hand.</figcaption></figure>'
    lesson.save()
    content = drafts.content_of(course)

    page = markup.render(content.by_slug[lesson.slug][2], content)
    packed = packages.dump(course)["figures/a-hand-at-rest.svg"].decode()

    assert '<image href="data:image/webp;base64,' in page and WORDS["alternative"] in page
    assert packed.strip() == course.figures.get().svg
