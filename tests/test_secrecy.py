"""S01, S02, I13: no byte that a person can reach holds the answer key before it is due, and nothing else tells it.

Every secret of the world's items is a canary. The crawler walks every address as each person and looks for canaries in
bodies (of PDFs too), headers, cookies and the log.
"""

import json
import logging
import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from ceu import urls as site_urls
from courses.learning import services as learning
from courses.learning.assessments import Part
from quizzes.bank.authoring import write_question
from quizzes.bank.models import Item, ItemKey, ItemRevision
from quizzes.delivery import selection
from quizzes.delivery import services as delivery
from quizzes.delivery.forms import CONTROLS
from quizzes.delivery.models import Attempt, PublishedQuiz, Response
from quizzes.questions import key_from_dict
from tests import queries
from tests.addresses import address_of, every_address, row_of, values_of, walk
from tests.courses import factories as make
from tests.factories import ALL_KINDS, KINDS, NOW, WRONG, make_marked
from tests.world import HOUR, World, canary_question, forget, make_canary_course

pytestmark = pytest.mark.django_db
NUMBERS = re.compile(rb"86\d{5}\.7513")
FORM = "application/x-www-form-urlencoded"
WITHOUT_KEYS = ("anonymous", "stranger", "owner", "elsewhere", "registrar", "auditor")


def canaries_in(text: bytes | str) -> set[str]:
    raw = text.encode(errors="replace") if isinstance(text, str) else text
    found = re.findall(rb"canary\d{5}x", raw, re.IGNORECASE) + NUMBERS.findall(raw)
    return {each.decode().lower() for each in found}


def secrets_of(attempt: Attempt) -> set[str]:
    """The canaries in the keys of an attempt's questions."""
    keys = ItemKey.objects.filter(revision__in=attempt.responses.values("revision")).values_list("key", flat=True)
    return canaries_in("\n".join(keys))


@dataclass
class Crawler:
    """Fetches addresses and keeps what it saw of canaries: where -> which."""

    world: World
    who: str
    seen: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = self.world.visit(self.who)

    def fetch(self, method: str, address: str, **sent) -> HttpResponse:
        forget()
        response = self.client.generic(method, address, **sent)
        told = [*_readable(response), str(response.headers).encode(), response.cookies.output().encode()]
        self._note(f"{method} {address} ({response.status_code})", b"\n".join(told))
        return response

    def walk(self) -> None:
        """Every address, filled with every question and several rows; what only asks "are you sure?" is left out."""
        for pattern in walk():
            for address in () if pattern.model and pattern.name.endswith(("_delete", "/")) else self._all_of(pattern):
                self.fetch("GET", address)
        for name in ("quizzes:check", "quizzes:question"):
            for pattern in (each for each in walk() if each.name == name):
                self.fetch("GET", f"{address_of(pattern, self.world)}?print=1&back=check&answer=0&rev=0")

    def _all_of(self, pattern) -> list[str]:
        values = values_of(pattern, self.world)
        if "n" in pattern.parameters:
            numbers = range(len(KINDS) + 2)
            return [pattern.filled(values | {"uuid": uuid, "n": n}) for uuid in self._attempts() for n in numbers]
        if pattern.name.startswith("quizzes:"):
            return [pattern.filled(values | {"uuid": uuid}) for uuid in self._attempts()]
        if pattern.model:
            most = (
                2 * len(ALL_KINDS) + 1
                if pattern.name.endswith("_change") and pattern.model in {Item, ItemRevision}
                else 1
            )
            some = pattern.model._default_manager.order_by("pk").values_list("pk", flat=True)[:most]
            return [pattern.filled(values | {"object_id": pk}) for pk in {*some, row_of(pattern.model, self.world).pk}]
        return [pattern.filled(values)]

    def _attempts(self) -> list[UUID]:
        own = Attempt.objects.filter(entry=self.world.attempt.entry_id).values_list("uuid", flat=True)
        return [*own, *(attempt.uuid for attempt in self.world.texts)]

    def read_the_log(self, caplog) -> None:
        self._note("the log", "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records))

    def _note(self, where: str, text: bytes | str) -> None:
        if found := canaries_in(text):
            self.seen[where] = found


def _readable(response) -> list[bytes]:
    """The body, and what a PDF holds compressed."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    streams = re.findall(rb"stream\r?\n(.*?)endstream", body, re.DOTALL) if body.startswith(b"%PDF") else []
    return [body, *(zlib.decompressobj().decompress(stream) for stream in streams if stream[:1] == b"x")]


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


# --- S01 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", WITHOUT_KEYS)
def test_s01_no_address_tells_a_key_while_an_attempt_is_open(world, log, who):
    crawler = Crawler(world, who)

    crawler.walk()
    crawler.read_the_log(log)

    assert crawler.seen == {}


def test_s01_no_answer_to_an_answer_tells_a_key(world, log):
    """Saved, stale, refused, malformed, too large, out of reach: by form and by script."""
    crawler, attempt = Crawler(world, "owner"), world.attempt
    for n, kind in Response.objects.filter(attempt=attempt).values_list("n", "revision__kind"):
        address = reverse("quizzes:answer", args=[attempt.uuid, n])
        for accept in ("text/html", "application/json"):
            for body in _bodies(kind):
                crawler.fetch("POST", address, data=body, content_type=FORM, headers={"accept": accept})
            crawler.fetch("POST", address, data="{}", content_type="application/json", headers={"accept": accept})
            crawler.fetch("POST", address, data="a" * 70_000, content_type=FORM, headers={"accept": accept})
    for method in ("PUT", "DELETE", "OPTIONS", "HEAD"):
        crawler.fetch(method, address)
    crawler.fetch("POST", reverse("quizzes:answer", args=[attempt.uuid, 99]), data="rev=0", content_type=FORM)
    crawler.fetch("GET", reverse("quizzes:check", args=[attempt.uuid]))
    crawler.read_the_log(log)

    assert crawler.seen == {}


def _bodies(kind: str) -> list[str]:
    parts = [f"answer-{place}={place + 1}" for place in range(4)]
    ours = (
        "&".join(parts) if kind in {"matching", "ordering"} else "answer=0" if kind != "text" else "answer=median+nerve"
    )
    return [
        f"{ours}&rev=0",
        f"{ours}&rev=99",
        f"{ours}&rev=x",
        "answer=%ff&rev=0",
        "rev=1&clear=1",
        "answer=99&answer=98&rev=0",
        "rev=0&flag=1",
    ]


def test_s01_a_failed_attempt_with_attempts_left_tells_no_key(world, log):
    failed = take(world, right=False)
    assert (failed.passed, delivery.standing(failed.entry, now=NOW + HOUR).attempts_left) == (False, 2)

    crawlers = [Crawler(world, who) for who in ("owner", "registrar")]
    for crawler in crawlers:
        crawler.walk()
        crawler.read_the_log(log)

    assert [crawler.seen for crawler in crawlers] == [{}, {}]


def test_s01_after_a_pass_every_reason_is_told_to_its_learner_alone(world):
    """The positive control: what the crawler looks for can be seen, and it sees it."""
    passed = take(world, right=True)
    result = reverse("quizzes:result", args=[passed.uuid])
    crawlers = {who: Crawler(world, who) for who in ("owner", "stranger", "registrar", "auditor")}

    for crawler in crawlers.values():
        crawler.fetch("GET", result)

    assert set().union(*crawlers["owner"].seen.values()) == secrets_of(passed)
    assert [crawlers[who].seen for who in ("stranger", "registrar", "auditor")] == [{}, {}, {}]


def test_s01_the_last_attempt_opens_the_keys_and_a_further_allowance_does_not_reopen_a_paper(world):
    for _ in range(3):
        last = take(
            world,
            right=False,
            now=NOW + 100 * HOUR * (1 + Attempt.objects.filter(entry=world.attempt.entry_id).count()),
        )
    crawler = Crawler(world, "owner")

    crawler.fetch("GET", reverse("quizzes:result", args=[last.uuid]))

    assert set().union(*crawler.seen.values()) == secrets_of(last)


def take(world: World, *, right: bool, now=NOW + HOUR) -> Attempt:
    """The open attempt, or the next, submitted."""
    attempt = world.attempt
    if not Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.OPEN).exists():
        attempt = delivery.start(learning.enter_quiz(world.enrolment, "M1", home="/courses/alpha/", now=now), now=now)
    if right:
        make.answer_right(attempt, now=now)
    else:
        for n, kind in attempt.responses.values_list("n", "revision__kind"):
            delivery.save_answer(attempt, n, WRONG[kind], rev=0, now=now)
    return delivery.submit(attempt, now=now)


def test_s01_a_written_answer_that_passed_tells_its_learner_what_was_looked_for(world):
    waits, marked, _ = world.texts
    make_marked(waits, by=world.people["instructor"])
    crawlers = {who: Crawler(world, who) for who in ("owner", "stranger", "registrar", "auditor")}

    for crawler in crawlers.values():
        for attempt in (waits, marked):
            crawler.fetch("GET", reverse("quizzes:result", args=[attempt.uuid]))

    assert set().union(*crawlers["owner"].seen.values()) == secrets_of(waits)
    assert [place for place in crawlers["owner"].seen if str(marked.uuid) in place] == []
    assert [crawlers[who].seen for who in ("stranger", "registrar", "auditor")] == [{}, {}, {}]


def test_s01_the_marking_desk_tells_what_to_look_for_to_who_marks(world):
    """The positive control of the desk, and that a refused form tells it to nobody else."""
    row = world.texts[0].responses.get()
    address = reverse("admin:quizzes_answertomark_mark", args=[row.pk])
    crawlers = {who: Crawler(world, who) for who in ("instructor", *WITHOUT_KEYS)}

    for crawler in crawlers.values():
        crawler.fetch("GET", address)
        crawler.fetch("POST", address, data="met=9", content_type=FORM)

    assert set().union(*crawlers["instructor"].seen.values()) == secrets_of(world.texts[0])
    assert [crawlers[who].seen for who in WITHOUT_KEYS] == [{}] * len(WITHOUT_KEYS)


# --- parallel forms -------------------------------------------------------------------------------------------------------


@pytest.fixture
def tested(world):
    """An enrolment of the owner in a course with canaries in both forms, and its pre-test handed in."""
    course = make.make_forms(make_canary_course("delta", modules=1, by=world.people["instructor"]), KINDS)
    for item in course.bank.items.filter(pool__in=["FA", "FB"]):
        write_question(item, canary_question(item.kind))
    enrolment = make.make_enrolment(world.people["owner"], make.make_edition(course))
    return enrolment, make.take_test(enrolment, Part.PRE_TEST)


def crawled(world: World, who: str, enrolment, attempts) -> dict[str, set[str]]:
    """What a person sees of canaries on every page of these attempts and of the course, door and admin among them."""
    crawler, slug = Crawler(world, who), enrolment.course.slug
    pages = ["quizzes:attempt", "quizzes:check", "quizzes:result"]
    for attempt in attempts:
        for address in [reverse(name, args=[attempt.uuid]) for name in pages]:
            crawler.fetch("GET", address)
        for n in range(1, len(KINDS) + 1):
            crawler.fetch("GET", reverse("quizzes:question", args=[attempt.uuid, n]))
        crawler.fetch("GET", reverse("admin:quizzes_attempt_change", args=[attempt.pk]))
        crawler.fetch("GET", reverse("admin:quizzes_entry_change", args=[attempt.entry_id]))
    crawler.fetch("GET", reverse("courses:course", args=[slug]))
    for code in ("A", "B"):
        crawler.fetch("GET", reverse("courses:quiz", args=[slug, code]))
        crawler.fetch("POST", reverse("courses:quiz", args=[slug, code]))
    crawler.fetch("GET", reverse("courses:dashboard"))
    crawler.fetch("GET", reverse("admin:courses_enrolment_change", args=[enrolment.pk]))
    return crawler.seen


@pytest.mark.parametrize("who", ["owner", "stranger", "registrar", "auditor"])
def test_s01_a_pre_test_tells_no_key_until_the_post_test_is_handed_in(world, tested, who):
    enrolment, before = tested

    seen = crawled(world, who, enrolment, [before])
    make.finish_lessons(enrolment)
    for module in enrolment.edition.frozen.modules:
        make.take_quiz(enrolment, module.code)
    after = make.start_assessment(enrolment, Part.POST_TEST)
    while_open = crawled(world, who, enrolment, [before, after])

    assert (before.passed, seen, while_open) == (True, {}, {})


def test_s01_the_post_test_opens_both_forms_to_their_learner_alone(world, tested):
    enrolment, before = tested
    make.finish_lessons(enrolment)
    make.pass_quizzes(enrolment)
    after = make.take_test(enrolment, Part.POST_TEST, right=0)

    seen = crawled(world, "owner", enrolment, [before, after])

    assert set().union(*seen.values()) == secrets_of(before) | secrets_of(after)
    assert [crawled(world, who, enrolment, [before, after]) for who in ("stranger", "registrar", "auditor")] == [{}] * 3


# --- the crawler itself ---------------------------------------------------------------------------------------------


def leak(request, n):
    """What must never be written: the key of the question, a header and the log with it."""
    key = ItemKey.objects.order_by("pk")[n].key
    logging.getLogger("quizzes").info("Key %s", key)
    response = HttpResponse(key)
    response["X-Key"] = json.dumps(key)
    return response


urlpatterns = [*site_urls.urlpatterns, path("leaks/<int:n>/", leak, name="leak")]


def test_s01_the_crawler_finds_a_leak_that_was_planted(world, log, settings):
    settings.ROOT_URLCONF = __name__
    crawler = Crawler(world, "anonymous")

    for pattern, _ in every_address(world):
        if pattern.name == "leak":
            for address in crawler._all_of(pattern):
                crawler.fetch("GET", address)
    crawler.read_the_log(log)

    assert "GET /leaks/0/ (200)" in crawler.seen
    assert "the log" in crawler.seen


def test_s01_every_secret_text_of_a_key_is_a_canary(world):
    """A text without one would be a place where the crawler is blind."""
    for revision in ItemRevision.objects.select_related("key").filter(item__bank=world.alpha.bank):
        texts = [text for text in _texts(json.loads(revision.key.key)) if text not in {"choice", revision.kind}]
        assert [text for text in texts if not canaries_in(text) and text != "0.05"] == []


def _texts(value) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) and value else []


def test_s01_no_model_that_learners_pages_cache_holds_a_canary(world):
    published = PublishedQuiz.objects.values_list("content", flat=True)
    editions = apps.get_model("courses", "Edition").objects.values_list("content", flat=True)

    assert [canaries_in(text) for text in (*published, *editions)] == [set()] * (len(published) + len(editions))


# --- S02 ------------------------------------------------------------------------------------------------------------

PAPERS = 500
CRITICAL = {2: 10.828, 4: 16.266, 5: 18.467}  # chi-squared at p = 0.001, by how many places there are


def test_s02_the_place_of_the_right_option_tells_nothing(world):
    """500 papers of the real drawing, with fixed seeds: each place of a right option is as likely as the next."""
    content = PublishedQuiz.objects.content(world.attempt.published_quiz_id)
    keys = {row.pk: key_from_dict(json.loads(row.key)) for row in ItemKey.objects.all()}
    places: dict[str, Counter] = {}

    for seed in range(PAPERS):
        for placed in selection.paper(content, f"paper {seed}"):
            for name, place in _right_places(placed, keys):
                places.setdefault(f"{name} of {len(placed.order)}", Counter())[place] += 1

    assert {name: sum(found.values()) >= PAPERS for name, found in places.items()} == dict.fromkeys(places, True)
    assert {name.split()[0] for name in places} == {"single", "multiple", "matching"}
    assert {
        name: found for name, found in places.items() if _squared(found, int(name[-1])) > CRITICAL[int(name[-1])]
    } == {}


def _right_places(placed: selection.Placed, keys: dict) -> list[tuple[str, int]]:
    """(kind and which, place it is shown at) of each right option."""
    kind, key = placed.item.kind, keys[placed.item.revision]
    if kind in {"single", "multiple"}:
        return [(f"{kind} {index}", placed.order.index(index)) for index in key.correct]
    return (
        [(f"{kind} {left}", placed.order.index(right)) for left, right in enumerate(key.pairs)]
        if kind == "matching"
        else []
    )


def _squared(found: Counter, places: int) -> float:
    expected = found.total() / places
    return sum((found[place] - expected) ** 2 / expected for place in range(places))


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("kind", KINDS)
def test_s02_a_right_and_a_wrong_answer_are_saved_alike(world, kind, accept):
    response = world.attempt.responses.select_related("revision__key").get(revision__kind=kind)
    prompt = PublishedQuiz.objects.content(world.attempt.published_quiz_id).item(response.revision_id).prompt
    right = make.right_answer(kind, key_from_dict(json.loads(response.revision.key.key)))
    client, told = world.visit("owner"), []

    for answer in (right, WRONG[kind]):
        fields = [*CONTROLS[kind].pairs(prompt, CONTROLS[kind].filled(response.order, answer)), ("rev", "0")]
        before = transaction.savepoint()
        with CaptureQueriesContext(connection) as captured:
            address = reverse("quizzes:answer", args=[world.attempt.uuid, response.n])
            saved = client.post(address, urlencode(fields), content_type=FORM, headers={"accept": accept})
        transaction.savepoint_rollback(before)
        told.append(
            (saved.status_code, len(saved.content), sorted(saved.headers.items()), queries.statements(captured))
        )

    assert told[0] == told[1]
    assert told[0][0] in {200, 302}
