"""B10 to B13, S04, S27: whatever is sent to whichever address is answered with a page or a named refusal, never 500.

What is refused writes nothing. Each request is rolled back before the next, so that all meet the same rows.
"""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ceu.accounts.models import Licence, User
from courses.evaluations import questions
from courses.learning import services as learning
from courses.learning.models import Attestation, Enrolment
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, Response
from tests.addresses import address_of, every_address, values_of, walk
from tests.courses import factories as make
from tests.factories import NOW
from tests.test_urls import ADMIN, SITE, digest_of_everything, read, table_name
from tests.world import PEOPLE, STAFF, World, forget

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
FIELDS = [
    *(
        [
            "login",
            "email",
            "password",
            "password1",
            "oldpassword",
            "code",
            "legal_name",
            "display_name",
            "time_zone",
            "next",
            "action",
            "remember",
            "theme",
        ]
    ),
    *(
        [
            "jurisdiction",
            "profession",
            "number",
            "issued_on",
            "expires_on",
            "name",
            "credential",
            "confirmed",
            "typed_name",
            "licence",
            "anchor",
        ]
    ),
    *(
        [
            "minutes",
            "change",
            "comments",
            "grievance",
            "answer",
            "answer-0",
            "answer-1",
            "answer-2",
            "answer-3",
            "rev",
            "clear",
            "flag",
            "back",
            "keep",
        ]
    ),
    *(
        [
            "title",
            "bank",
            "kind",
            "stem",
            "vignette",
            "pool",
            "objective",
            "references",
            "position",
            "slug",
            "body",
            "svg",
            "status",
            "points",
            "choose",
            "tolerance",
        ]
    ),
    *(
        [
            "authors",
            "instructors",
            "roles",
            "reason",
            "category",
            "extra_attempts",
            "time_multiplier",
            "seen",
            "_selected_action",
            "action",
            "post",
        ]
    ),
    *(
        [
            "options-TOTAL_FORMS",
            "options-INITIAL_FORMS",
            "options-0-id",
            "options-0-item",
            "options-0-text",
            "_continue",
        ]
    ),
    *(f"objective-{n}" for n in range(1, 4)),
    *(statement.key for statement in questions.GENERAL),
]


@pytest.fixture(autouse=True)
def quiet():
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


class Sender:
    """Sends as one person, and takes back what came of it."""

    def __init__(self, world: World, who: str) -> None:
        self._client = world.visit(who)

    def send(self, method: str, address: str, **sent):
        before, session = transaction.savepoint(), {name: morsel.value for name, morsel in self._client.cookies.items()}
        forget()
        response = self._client.generic(method, address, **sent)
        transaction.savepoint_rollback(before)
        self._client.cookies.clear()
        for name, value in session.items():
            self._client.cookies[name] = value
        return response

    def failures(self, method: str, addresses: Iterator[str], **sent) -> list[str]:
        return [address for address in addresses if self.send(method, address, **sent).status_code >= 500]


def site(world: World) -> Iterator[str]:
    return (address for pattern, address in every_address(world) if not pattern.route.startswith("admin/"))


def forms_of_the_site(world: World, who: str) -> Iterator[str]:
    """Where this person may POST: what the table of addresses says."""
    takes = {name for name, answers in read(SITE, PEOPLE).items() if answers[who][1] not in {404, 405}}
    return (
        address
        for pattern, address in every_address(world)
        if pattern.name in takes and not pattern.route.startswith("admin/")
    )


def is_covered(address: str, body: str) -> bool:
    """tests/accounts/test_malformed.py sends the commoner bodies to allauth's forms."""
    ours = ("/accounts/profile/", "/accounts/licences/")
    return address.startswith("/accounts/") and not address.startswith(ours) and body not in NEW_TO_ALLAUTH


def forms_of_the_desks(world: World) -> Iterator[str]:
    """Where a superuser may POST in the admin, without the lists and what only asks "are you sure?"."""
    takes = {name for name, answers in read(ADMIN, STAFF).items() if answers["superuser"][1] in {200, 302, 400}}
    taken = (pattern for pattern in walk() if table_name(pattern) in takes)
    return (
        address_of(pattern, world)
        for pattern in taken
        if not pattern.name.endswith(("_changelist", "_history", "_delete", "_pdf", "_preview"))
    )


def lists(world: World, *models: str) -> list[str]:
    return [reverse(f"admin:{model}_changelist") for model in models]


# --- B10: bodies ------------------------------------------------------------------------------------------------------


def filled(value: str) -> str:
    return "&".join(f"{field}={value}" for field in FIELDS)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


BODIES = {
    "nothing": ("", FORM),
    "nul": (filled("a%00b"), FORM),
    "bad utf-8": (filled("%ff%fe%c0"), FORM),
    "lone surrogate": (filled("%ed%a0%80"), FORM),
    "raw bytes": (b"legal_name=\xff\xfe&answer=\xed\xa0\x80", FORM),
    "bidi": (filled("%e2%80%ae%e2%81%a6"), FORM),
    "combining": (filled("%cc%81%cc%81"), FORM),
    "long": (filled("x" * 20_000), FORM),
    "large number": (filled("1" + "0" * 30), FORM),
    "negative": (filled("-1"), FORM),
    "float": (filled("1.0"), FORM),
    "exponent": (filled("1e3"), FORM),
    "not a number": (filled("NaN"), FORM),
    "arabic digits": (filled("%d9%a1%d9%a2"), FORM),
    "wide digits": (filled("%ef%bc%90%ef%bc%91"), FORM),
    "twice": (f"{filled('1')}&{filled('2')}", FORM),
    "brackets": ("&".join(f"{field}[]=a" for field in FIELDS), FORM),
    "crlf": (filled("%0d%0aBcc:x%40example.org"), FORM),
    "1001 fields": ("&".join(f"f{n}=1" for n in range(1001)), FORM),
    "no equals sign": ("&&&=&answer&rev&;;", FORM),
    "too large": ("comments=" + "x" * 2_700_000, FORM),
    "json": (json.dumps(dict.fromkeys(FIELDS, ["a"])), JSON),
    "deep json": (nested(10_000), JSON),
    "json nan": ('{"answer": NaN, "rev": Infinity}', JSON),
    "json surrogate": ('{"legal_name": "\\ud800"}', JSON),
    "broken multipart": ("--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
    "no boundary": ("abc", "multipart/form-data"),
    "a file for a text": (
        '--x\r\nContent-Disposition: form-data; name="legal_name"; filename="../../x\u202egpj.exe"\r\n\r\na\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "unknown charset": (filled("a"), f"{FORM}; charset=no-such"),
    "utf-16": (filled("a").encode("utf-16"), f"{FORM}; charset=utf-16"),
    "xml": ('<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>', "text/xml"),
    "no type": ("abc", ""),
}
NEW_TO_ALLAUTH = {"raw bytes", "deep json", "utf-16", "unknown charset", "a file for a text", "arabic digits"}
# Refused for what they are, wherever they come: nothing may be stored of them.
NEVER_STORED = ["nul", "bad utf-8", "lone surrogate", "long", "too large", "1001 fields", "large number"]


@pytest.mark.parametrize(
    ("who", "body"),
    [
        *(("owner", body) for body in BODIES),
        *(("anonymous", body) for body in ("nul", "lone surrogate", "twice", "deep json")),
    ],
)
def test_b10_whatever_is_posted_is_answered(world, who, body):
    data, kind = BODIES[body]
    addresses = (address for address in forms_of_the_site(world, who) if not is_covered(address, body))

    assert Sender(world, who).failures("POST", addresses, data=data, content_type=kind) == []


@pytest.mark.parametrize("body", ["nul", "lone surrogate", "large number", "broken multipart"])
def test_b10_whatever_is_posted_to_the_desks_is_answered(world, body):
    data, kind = BODIES[body]

    assert Sender(world, "superuser").failures("POST", forms_of_the_desks(world), data=data, content_type=kind) == []


FORMS = ("account_profile", "account_licence_add", "account_licence_change", "courses:enrol", "courses:evaluation",
         "courses:attestation", "quizzes:answer")  # fmt: skip


@pytest.mark.parametrize("body", NEVER_STORED)
def test_b10_what_is_refused_writes_nothing(world, body):
    client, (data, kind) = world.visit("owner"), BODIES[body]
    before = digest_of_everything()

    for pattern in (pattern for pattern in walk() if pattern.name in FORMS):
        forget()
        assert 200 <= client.post(address_of(pattern, world), data, content_type=kind).status_code < 500

    assert digest_of_everything() == before


# --- B10: methods and headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "TRACE", "DELETE", "PROPFIND", "GETX"])
def test_b10_another_method_reads_or_is_refused_and_changes_nothing(world, method):
    owner, superuser = Sender(world, "owner"), Sender(world, "superuser")
    before = digest_of_everything()

    failed = owner.failures(method, site(world)) + superuser.failures(method, lists(world, "quizzes_item"))

    assert failed == []
    assert digest_of_everything() == before


def test_b10_every_page_that_can_be_read_can_be_asked_for_its_head(world):
    client, differing = world.visit("owner"), []
    for pattern, address in (
        (pattern, address) for pattern, address in every_address(world) if "admin/" not in pattern.route
    ):
        forget()
        got, headed = client.get(address).status_code, client.head(address).status_code
        differing += [(pattern.name, got, headed)] if got != headed else []

    assert differing == []


@pytest.mark.parametrize(
    "override",
    [
        {"data": "_method=DELETE"},
        {"headers": {"x-http-method-override": "DELETE"}},
        {"headers": {"x-method-override": "PUT"}},
    ],
)
def test_b10_a_method_cannot_be_overridden(world, override):
    address = reverse("account_licence_change", args=[world.licence.uuid])

    response = world.visit("owner").post(address, **({"data": ""} | override), content_type=FORM)

    assert response.status_code == 200
    assert Licence.objects.filter(pk=world.licence.pk).exists()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:99999",
        "a" * 300,
        "[::1",
        "testserver, evil.example",
        "testserver@evil.example",
        "\x00",
    ],
)
def test_b10_a_spoofed_host_is_refused_everywhere(world, host):
    client = world.visit("owner")

    found = {
        address: client.get(address, headers={"host": host}).status_code
        for address in [*site(world), "/admin/", "/static/ceu/site.css"]
    }

    assert {address for address, status in found.items() if status != 400} == {"/static/ceu/site.css"}


FORWARDED = {
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-port": "666",
    "forwarded": "host=evil.example",
}


def test_b10_what_a_proxy_would_say_is_not_believed_without_one(world):
    sender = Sender(world, "anonymous")

    for address in site(world):
        response = sender.send("GET", address, headers=FORWARDED)
        assert "evil.example" not in response.content.decode(errors="replace") + response.get("Location", "")
    world.visit("anonymous").post("/accounts/password/reset/", {"email": "owner@example.org"}, headers=FORWARDED)
    assert mail.outbox
    assert "evil.example" not in "".join(str(message.message()) for message in mail.outbox)


def test_s24_the_check_of_certificates_is_not_opened_wider_by_a_made_up_address(world):
    client = world.visit("anonymous")
    forget()

    told = [
        client.get(f"/verify/{'0' * 40}/", headers={"x-forwarded-for": f"192.0.2.{n}"}).status_code for n in range(25)
    ]

    assert told[-1] == 429


# --- B13: ids ---------------------------------------------------------------------------------------------------------

IDS = {
    "negative": "-1", "zero": "0", "huge": str(10**30), "float": "1.0", "arabic": "١٢", "nul": "1\x00", "braces": "{{{}}}",
    "long": "9" * 5000, "quote": "1'--", "dots": "..", "surrogate": "%ED%A0%80", "nothing": " ", "hash": "1#", "two": "1,2",
}  # fmt: skip
QUERIES = [
    "id__exact=1" + "0" * 30, "id__exact=x", "q=%00", "q=%ed%a0%80", "q=" + "x" * 3000, "p=-1", "p=" + "9" * 30, "p=x", "o=99.-99.x",
    "all=", "e=1", "_to_field=password", "_to_field=id&_popup=1", "user__password__startswith=a", "entry__user__password__startswith=a",
    "bank__id__exact=1" + "0" * 30, "status__exact=%00", "kind__in=a,b", "created_at__gte=x", "created_at__year=99999", "is_active__exact=2",
    "date_joined__gte=2027-13-45", "_changelist_filters=%00", "_facets=True", "pk__in=1,x", "_selected_action=1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        *(("owner", kind) for kind in IDS),
        *(("superuser", kind) for kind in ("huge", "negative", "nul", "arabic", "long")),
    ],
)
def test_b13_an_id_that_is_none_is_not_found(world, who, kind):
    sender, found = Sender(world, who), {}
    alike = ("_history", "_delete", "_add", "/")  # of the admin's pages of a row, the change page stands for these
    asked = [pattern for pattern in walk() if (who == "superuser") == pattern.route.startswith("admin/")]

    for pattern in (pattern for pattern in asked if not (pattern.model and pattern.name.endswith(alike))):
        for parameter in pattern.parameters:
            values = values_of(pattern, world)
            bad = IDS[kind].format(values[parameter]) if kind == "braces" else IDS[kind]
            address = pattern.filled(values | {parameter: bad if "%" in bad else quote(bad)})
            for method in ("GET",) if who == "superuser" else ("GET", "POST"):
                found[f"{method} {pattern.name} {parameter}"] = sender.send(
                    method, address, data="", content_type=FORM
                ).status_code

    assert {name: status for name, status in found.items() if status >= 500} == {}


@pytest.mark.parametrize("query", QUERIES)
def test_b13_a_list_of_the_admin_is_asked_only_what_it_offers(world, query):
    asked = lists(
        world,
        "quizzes_item",
        "quizzes_entry",
        "quizzes_attempt",
        "accounts_user",
        "courses_enrolment",
        "courses_certificate",
    )

    assert Sender(world, "superuser").failures("GET", (f"{address}?{query}" for address in asked)) == []


AUTOCOMPLETE = {"app_label": "quizzes", "model_name": "item", "field_name": "bank", "term": "", "page": "1"}


@pytest.mark.parametrize("change", [
    {"page": "x"}, {"page": str(10**30)}, {"page": "-1"}, {"term": "\x00"}, {"term": "\ud800"}, {"term": "x" * 5000}, {"model_name": "nope"},
    {"app_label": "auth", "model_name": "permission", "field_name": "content_type"}, {"field_name": "stem"}, {"field_name": "nope"},
    {"model_name": "item\x00"},
])  # fmt: skip
def test_b13_autocomplete_answers_whatever_it_is_asked(world, change):
    query = urlencode(AUTOCOMPLETE | change, errors="surrogatepass")

    assert Sender(world, "superuser").failures("GET", [f"/admin/autocomplete/?{query}"]) == []


@pytest.mark.parametrize("chosen", [str(10**30), "-1", "x", "1\x00", "", "1.0", "١"])
@pytest.mark.parametrize("action", ["retire", "delete_selected", "issue", "no_such"])
def test_b13_an_action_takes_only_rows(world, chosen, action):
    data = urlencode({"action": action, "_selected_action": chosen, "index": "0", "select_across": "0"})
    asked = lists(world, "courses_awaitingcertificate" if action == "issue" else "quizzes_item")

    assert Sender(world, "superuser").failures("POST", asked, data=data, content_type=FORM) == []


# --- S04, B12: what nobody asked for ------------------------------------------------------------------------------------

EXTRA = {
    "score": "100", "correct": "1", "passed": "1", "earned": "9", "percent": "100", "state": "submitted", "hours": "99", "is_staff": "1",
    "is_superuser": "1", "is_active": "0", "deadline": "2099-01-01", "seed": "x", "completed_on": "2020-01-01", "groups": "1",
}  # fmt: skip


def test_s04_a_person_does_not_make_themselves_staff(world):
    owner = world.people["owner"]
    extra = EXTRA | {"email": "other@example.org", "id": str(world.people["superuser"].pk), "user": "1"}

    world.visit("owner").post("/accounts/profile/", {"legal_name": "Other Name", "time_zone": "UTC"} | extra)

    row = User.objects.get(pk=owner.pk)
    assert (row.legal_name, row.email, row.is_staff, row.is_superuser, row.is_active) == (
        "Other Name",
        owner.email,
        False,
        False,
        True,
    )
    assert not row.groups.exists()


def test_s04_a_licence_is_ones_own_whatever_is_sent(world):
    stranger = world.people["stranger"]
    sent = {
        "jurisdiction": "Ohio",
        "profession": "other",
        "number": "7",
        "user": stranger.pk,
        "user_id": stranger.pk,
        "uuid": "x",
        "id": "1",
    }

    world.visit("owner").post("/accounts/licences/add/", sent | EXTRA)

    assert Licence.objects.get(number="7").user == world.people["owner"]


def test_s04_an_answer_brings_no_score_and_the_attempt_to_bring_one_is_logged(world, caplog):
    logging.disable(logging.NOTSET)
    address = reverse("quizzes:answer", args=[world.attempt.uuid, 1])

    saved = world.visit("owner").post(address, urlencode({"rev": "0"} | EXTRA), content_type=FORM)

    assert saved.status_code == 302
    attempt, row = Attempt.objects.get(pk=world.attempt.pk), Response.objects.get(attempt=world.attempt, n=1)
    assert (attempt.passed, attempt.percent, attempt.state, attempt.deadline, row.earned, row.correct) == (
        None,
        None,
        "open",
        None,
        None,
        None,
    )
    assert "fields that no form of ours has" in caplog.text


def test_s04_a_submission_is_marked_and_not_believed(world):
    world.visit("owner").post(reverse("quizzes:submit", args=[world.attempt.uuid]), EXTRA | {"confirm": "1"})

    attempt = Attempt.objects.get(pk=world.attempt.pk)
    assert (attempt.state, attempt.passed, attempt.percent) == ("submitted", False, 0)


def test_s04_an_enrolment_is_ones_own_and_on_the_newest_edition(world):
    newest = world.alpha.editions.order_by("-number").first()
    sent = {
        "profession": "other",
        "jurisdiction": "Ohio",
        "confirmed": "on",
        "edition": "1",
        "user": "1",
        "course": str(world.beta.pk),
    }

    world.visit("stranger").post(reverse("courses:enrol", args=["alpha"]), sent | EXTRA)

    row = Enrolment.objects.get(user=world.people["stranger"])
    assert (row.course, row.edition, row.scope_confirmed_at is not None) == (world.alpha, newest, True)


def test_s04_an_attestation_is_signed_with_ones_own_licence_and_name(world):
    enrolment = finished_but_for_the_signature(world)
    foreign = Licence.objects.create(
        user=world.people["stranger"], jurisdiction="Ohio", profession="other", number="STOLEN"
    )
    client, address = world.visit("owner"), reverse("courses:attestation", args=[enrolment.course.slug])

    client.post(address, {"typed_name": "Owner Delgado", "licence": foreign.pk})
    assert not Attestation.objects.filter(enrolment=enrolment).exists()
    client.post(
        address,
        {
            "typed_name": "Owner Delgado",
            "legal_name": "Somebody Else",
            "licence_number": "STOLEN",
            "signed_at": "2020-01-01",
        }
        | EXTRA,
    )

    row = Attestation.objects.get(enrolment=enrolment)
    assert (row.legal_name, row.licence_number, row.signed_at.year) == ("Owner Delgado", "", 2027)


def finished_but_for_the_signature(world: World) -> Enrolment:
    enrolment = make.make_enrolment(world.people["owner"], modules=1)
    make.finish_lessons(enrolment)
    make.pass_quizzes(enrolment)
    make.evaluate(enrolment)
    return enrolment


@pytest.mark.parametrize("name", ["rev", "clear", "flag", "keep", "back", "choosing", "answer"])
def test_b10_a_field_that_comes_twice_is_refused(world, name):
    single = world.attempt.responses.get(revision__kind="single")
    address = reverse("quizzes:answer", args=[world.attempt.uuid, single.n])

    response = world.visit("owner").post(
        address, f"rev=0&answer=1&{name}=1&{name}=0", content_type=FORM, headers={"accept": JSON}
    )

    assert response.status_code == 400
    assert Response.objects.get(pk=single.pk).answer is None


# --- B11: out of order ------------------------------------------------------------------------------------------------


@pytest.fixture
def quiz(world):
    """`quiz("post", 0, "rev=0")` answers a question of the open attempt by script."""
    client = world.visit("owner")

    def send(n: int, body: str, *, uuid=None, accept: str = JSON):
        address = reverse("quizzes:answer", args=[uuid or world.attempt.uuid, n])
        return client.post(address, body, content_type=FORM, headers={"accept": accept})

    send.client = client
    return send


def single_of(world: World) -> Response:
    return world.attempt.responses.get(revision__kind="single")


def test_b11_an_answer_to_an_attempt_that_is_none_is_not_found(world, quiz):
    other = delivery.start(make.learning.enter_quiz(_ready(world, "stranger"), "M1", home="/", now=NOW), now=NOW)

    assert quiz(1, "rev=0&answer=0", uuid="00000000-0000-0000-0000-000000000000").status_code == 404
    assert quiz(1, "rev=0&answer=0", uuid=other.uuid).status_code == 404
    assert [quiz(n, "rev=0&answer=0").status_code for n in (0, 99, 10**30)] == [404] * 3
    assert not other.responses.exclude(answer=None).exists()


def _ready(world: World, who: str) -> Enrolment:
    enrolment = make.make_enrolment(world.people[who], world.alpha.editions.order_by("number").first())
    make.finish_lessons(enrolment)
    return enrolment


@pytest.mark.parametrize(("body", "status"), [
    ("rev=0&answer=4", 422),
    ("rev=0&answer=-1", 422),
    ("rev=0&answer=1.0", 422),
    ("rev=0&answer=%EF%BC%90", 422),
    ("rev=0&answer=true", 422),
    ("rev=0&answer=0&answer=1", 400),
    ("answer=0", 400),
    ("rev=-1&answer=0", 400),
    ("rev=&answer=0", 400),
    ("rev=0&answer[]=0", 200),
    ("rev=99&answer=0", 409),
])  # fmt: skip
def test_b11_an_answer_that_no_form_sends_is_refused_by_name_and_not_stored(world, quiz, body, status):
    single = single_of(world)

    response = quiz(single.n, body)

    assert response.status_code == status
    assert Response.objects.get(pk=single.pk).answer is None


def test_b11_after_the_submission_nothing_is_stored(world, quiz):
    single = single_of(world)
    delivery.submit(world.attempt, now=NOW)

    told = quiz(single.n, "rev=0&answer=1")
    page = quiz(single.n, "rev=0&answer=1", accept="text/html")

    assert (told.status_code, told.json()["next"]) == (410, reverse("quizzes:result", args=[world.attempt.uuid]))
    assert (page.status_code, page["Location"]) == (302, reverse("quizzes:result", args=[world.attempt.uuid]))
    assert Response.objects.get(pk=single.pk).answer is None


def test_b11_a_submission_without_answers_asks_first_and_a_second_one_shows_the_first(world, quiz):
    address = reverse("quizzes:submit", args=[world.attempt.uuid])

    assert quiz.client.post(address).status_code == 422
    assert Attempt.objects.get(pk=world.attempt.pk).state == "open"
    assert quiz.client.post(address, {"confirm": "1"}).status_code == 302
    first = Attempt.objects.filter(pk=world.attempt.pk).values().get()
    assert quiz.client.post(address, {"confirm": "1"}).status_code == 302
    assert Attempt.objects.filter(pk=world.attempt.pk).values().get() == first


def test_b11_a_passed_quiz_does_not_start_again(world, quiz):
    make.answer_right(world.attempt)
    delivery.submit(world.attempt, now=NOW)

    started = quiz.client.post(reverse("courses:quiz", args=["alpha", "M1"]), follow=True)

    assert (started.status_code, started.redirect_chain[0][1]) == (200, 302)
    assert "You have passed this quiz already" in started.content.decode()
    assert world.attempt.entry.attempts.count() == 1


def test_b11_a_quiz_whose_lessons_are_not_read_does_not_start(world, quiz):
    started = quiz.client.post(reverse("courses:quiz", args=["alpha", "M2"]))

    assert (started.status_code, started["Location"]) == (302, reverse("courses:quiz", args=["alpha", "M2"]))
    assert world.enrolment.module_entries.count() == 1


def test_b11_a_queue_that_is_played_again_a_week_later_changes_nothing(world, quiz):
    single = single_of(world)
    for body in ("rev=0&answer=1", "rev=1&answer=2", "rev=2&answer=3"):
        assert quiz(single.n, body).status_code == 200
    stored = Response.objects.get(pk=single.pk)

    with time_machine.travel(NOW + timedelta(days=7)):
        again = world.visit("owner")
        address = reverse("quizzes:answer", args=[world.attempt.uuid, single.n])
        told = [
            again.post(address, body, content_type=FORM, headers={"accept": JSON}).status_code
            for body in ("rev=0&answer=1", "rev=1&answer=2")
        ]

    assert told == [409, 409]
    assert Response.objects.get(pk=single.pk).answer == stored.answer


@pytest.mark.parametrize("path", ["evaluation", "attestation"])
def test_b11_the_last_steps_wait_for_those_before(world, quiz, path):
    sent = {"typed_name": "Owner Delgado", "minutes": "60", "licence": ""}
    sent |= {statement.key: "4" for statement in questions.statements(world.enrolment.edition.frozen)}

    response = quiz.client.post(f"/courses/alpha/{path}/", sent)

    assert response.status_code in {200, 302}
    assert not Attestation.objects.filter(enrolment=world.enrolment).exists()
    assert not apps.get_model("courses", "EvaluationReceipt").objects.filter(enrolment=world.enrolment).exists()


def test_b11_s25_who_left_the_course_no_longer_reads_it_or_starts_a_quiz(world, quiz):
    learning.withdraw(world.enrolment, now=NOW)

    paths = ["lessons/m1-l1/", "quizzes/M1/", "evaluation/", "attestation/", "leave/"]
    assert {path: quiz.client.get(f"/courses/alpha/{path}").status_code for path in paths} == dict.fromkeys(paths, 404)
    assert quiz.client.post("/courses/alpha/quizzes/M1/").status_code == 404
    assert quiz.client.get(f"/certificates/{world.certificate.uuid}/").status_code == 200
    assert quiz(1, "rev=0").status_code < 500


# --- every form, with whatever Hypothesis thinks of ---------------------------------------------------------------------

NASTY = st.sampled_from([
    "\x00", "\ud800", "\u202e", "\u200b", "\u0301x", "１２", "١٢", "-1", "1e999", "NaN", "Infinity", "0", "10" * 20, "{}", "[]", "null", "%00",
    "\r\nBcc: x@example.org", "<script>", "{{ 7*7 }}", "'; DROP TABLE x; --", "a" * 5000, "9999-12-31", "0000-00-00", "2027-02-30", "on", "",
])  # fmt: skip
VALUES = st.one_of(NASTY, st.text(st.characters(codec=None), max_size=60), st.integers().map(str), st.dates().map(str))
HYPOTHESIS = settings(max_examples=8, deadline=None, derandomize=True, database=None,
                      suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
FUZZED = {
    "/accounts/login/": ("anonymous", "login password remember next"),
    "/accounts/signup/": ("anonymous", "email password1 next"),
    "/accounts/password/reset/": ("anonymous", "email"),
    "/accounts/login/code/": ("anonymous", "email"),
    "/theme/": ("anonymous", "theme next"),
    "/accounts/profile/": ("owner", "legal_name display_name time_zone next"),
    "/accounts/licences/add/": ("owner", "jurisdiction profession number issued_on expires_on next"),
    "/accounts/email/": ("owner", "email action_add action_send action_remove action_primary"),
    "/accounts/password/change/": ("owner", "oldpassword password1"),
    "/courses/beta/enrol/": ("stranger", "profession jurisdiction confirmed"),
    "/courses/alpha/lessons/m1-l1/place/": ("owner", "anchor"),
    "/admin/quizzes/item/add/": ("instructor", "bank code kind pool vignette stem"),
    "/admin/accounts/user/add/": ("superuser", "email legal_name display_name time_zone is_active is_superuser roles"),
    "/admin/courses/course/add/": (
        "instructor",
        "slug title subtitle summary level pass_mark attempts_allowed released_on",
    ),
}


@pytest.mark.parametrize("address", FUZZED)
def test_b10_hypothesis_finds_no_value_that_breaks_a_form(world, address):
    who, names = FUZZED[address]
    fuzz(Sender(world, who), address, names.split())


@pytest.mark.parametrize("name", ["answer", "evaluation", "attestation"])
def test_b10_hypothesis_finds_no_value_that_breaks_a_step_of_a_course(world, name):
    enrolment = finished_but_for_the_signature(world) if name == "attestation" else _ready(world, "stranger")
    who = "owner" if name in {"answer", "attestation"} else "stranger"
    if name == "evaluation":
        make.pass_quizzes(enrolment)
    keys = [statement.key for statement in questions.statements(enrolment.edition.frozen)]
    names = {"answer": ["answer", "answer-0", "answer-1", "answer-2", "answer-3", "rev", "clear", "flag", "keep", "back", "choosing"],
             "evaluation": [*keys, "minutes", "change", "comments", "grievance"], "attestation": ["typed_name", "licence"]}  # fmt: skip
    addresses = {"answer": [reverse("quizzes:answer", args=[world.attempt.uuid, n]) for n in range(1, 8)]}

    for address in addresses.get(name, [f"/courses/{enrolment.course.slug}/{name}/"]):
        fuzz(Sender(world, who), address, names[name])


def fuzz(sender: Sender, address: str, names: list[str]) -> None:
    @HYPOTHESIS
    @given(st.lists(st.tuples(st.sampled_from(names), VALUES), max_size=len(names) + 2))
    def no_value_breaks_it(pairs):
        body = urlencode(pairs, errors="surrogatepass")
        assert sender.send("POST", address, data=body, content_type=FORM).status_code < 500

    no_value_breaks_it()


@HYPOTHESIS
@given(st.lists(st.tuples(st.sampled_from(["number", "name", "x"]), VALUES), max_size=4))
def test_b10_hypothesis_finds_no_question_that_breaks_the_check_of_certificates(world, pairs):
    forget()
    client = Client(raise_request_exception=False)

    assert client.get(f"/verify/?{urlencode(pairs, errors='surrogatepass')}").status_code < 500
