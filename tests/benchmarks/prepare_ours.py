"""Load the real course, make learners with work behind them, and print every request of the run as JSON."""

import json
import os
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ceu.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.middleware.csrf import _get_new_csrf_string  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from courses.catalogue.models import Course  # noqa: E402
from courses.learning import services as learning  # noqa: E402
from courses.packages import services as packages  # noqa: E402
from quizzes.delivery import services as delivery  # noqa: E402
from tests.courses.factories import answer_right, make_learner  # noqa: E402
from tests.factories import make_entry, make_published, make_user  # noqa: E402

ROUNDS, PAGES, SUBMITS = json.loads(os.environ["BENCH_PLAN"])
LEARNERS = 20
TOKEN = _get_new_csrf_string()


def cookie(user) -> str:
    client = Client()
    client.force_login(user)
    return f"session={client.cookies['session'].value}; csrf={TOKEN}"


def learners(course: Course):
    """Each has read the first module and passed its quiz, has read the second, and has an attempt at its quiz open."""
    now = timezone.now()
    for _ in range(LEARNERS):
        user = make_learner()
        enrolment = learning.enrol(user, course, scope_confirmed=True, now=now)
        for lesson in enrolment.edition.frozen.lessons[:8]:
            learning.finish_lesson(enrolment, lesson.slug, now=now)
        home = reverse("courses:course", args=[course.slug])
        done = delivery.start(learning.enter_quiz(enrolment, "M1", home=home, now=now), now=now)
        answer_right(done, now=now)
        delivery.submit(done, now=now)
        attempt = delivery.start(learning.enter_quiz(enrolment, "M2", home=home, now=now), now=now)
        yield cookie(user), enrolment, done, attempt


def submits(users: int, questions: int) -> list[list[dict]]:
    """Attempts answered right and not submitted, one for each request: an attempt is submitted once."""
    published = make_published(kinds=("single",) * questions, section={"count": questions, "min_vignettes": 0})
    now, plans = timezone.now(), []
    people = [make_user() for _ in range(users)]
    cookies = {person.pk: cookie(person) for person in people}
    for _ in range(ROUNDS + 1):
        rows = []
        for n in range(SUBMITS):
            person = people[n % users]
            attempt = delivery.start(make_entry(person, published), now=now)
            answer_right(attempt, now=now)
            form = {"csrfmiddlewaretoken": TOKEN}
            address = reverse("quizzes:submit", args=[attempt.uuid])
            rows.append({"path": address, "cookie": cookies[person.pk], "form": form})
        plans.append(rows)
    return plans


_revisions: Counter = Counter()
_known: dict[int, list[int]] = {}


def saves(pick) -> list[dict]:
    """Real changes: each answers a single-choice question of an open attempt, with the revision number it will have.

    One learner's requests go over one connection, in order (LEARNERS is a multiple of the connections)."""
    rows = []
    for n, (sent, _, _, attempt) in enumerate(pick):
        singles = _singles(attempt)
        number = singles[(n // LEARNERS) % len(singles)]
        rev = _revisions[attempt.pk, number]
        _revisions[attempt.pk, number] += 1
        form = {"csrfmiddlewaretoken": TOKEN, "rev": str(rev), "answer": str(rev % 2)}
        address = reverse("quizzes:answer", args=[attempt.uuid, number])
        rows.append({"path": address, "cookie": sent, "form": form, "accept": "application/json"})
    return rows


def _singles(attempt) -> list[int]:
    if attempt.pk not in _known:
        rows = attempt.responses.filter(revision__kind="single").order_by("n").values_list("n", flat=True)
        _known[attempt.pk] = list(rows)
    return _known[attempt.pk]


def main() -> None:
    call_command("migrate", verbosity=0)
    author = make_user(display_name="Bench Instructor")
    packages.load("fixtures/neural-mobilization", by=author, publish=True)
    course = Course.objects.get(slug="neural-mobilization")
    known = list(learners(course))
    pick = [known[n % len(known)] for n in range(PAGES)]
    slugs = [lesson.slug for lesson in known[0][1].edition.frozen.lessons]
    lessons = [
        {"path": reverse("courses:lesson", args=[course.slug, slugs[n % len(slugs)]]), "cookie": row[0]}
        for n, row in enumerate(pick)
    ]
    questions = [
        {"path": reverse("quizzes:question", args=[row[3].uuid, n % 10 + 1]), "cookie": row[0]}
        for n, row in enumerate(pick)
    ]
    results = [{"path": reverse("quizzes:result", args=[row[2].uuid]), "cookie": row[0]} for row in pick]
    dashboards = [{"path": reverse("courses:dashboard"), "cookie": row[0]} for row in pick]
    turns = ROUNDS + 1
    plan = {
        "lesson": [lessons] * turns,
        "question": [questions] * turns,
        "result": [results] * turns,
        "dashboard": [dashboards] * turns,
        "save an answer": [saves(pick) for _ in range(turns)],
        "submit and mark 10": submits(10, 10),
        "submit and mark 100": submits(10, 100),
    }
    print(json.dumps(plan))


main()
