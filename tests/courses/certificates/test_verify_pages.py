"""The public check: everything that was printed, nothing else, and one answer for all that is not to be seen."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from courses.certificates import services as certificates
from courses.certificates.models import Certificate
from courses.certificates.snapshot import printed_facts
from courses.certificates.views import CHECKS_A_MINUTE
from tests.courses.certificates.certified import (
    LATER,
    RETENTION,
    address,
    make_completed,
    make_issued,
    printed,
    shown_facts,
)

pytestmark = pytest.mark.django_db
VERIFY = "/verify/"
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
LICENCE = {"jurisdiction": "Florida", "profession": "massage_therapist", "number": "MA 0123456"}


@pytest.fixture
def issued(completed) -> Certificate:
    return certificates.issue(completed, by=None, now=LATER)


def body(response) -> bytes:
    """Without the token against forged requests, which is another one each time."""
    return CSRF.sub(b"", response.content)


def ask(number: str, name: str, **headers):
    return Client().get(VERIFY, {"number": number, "name": name}, **headers)


# --- what it shows --------------------------------------------------------------------------------------------------


def test_s07_every_printed_fact_is_on_the_page_and_the_licence_is_masked(client):
    certificate = make_issued(legal_name="Ana María Delgado-Øst", licence=LICENCE)
    frozen, holder = printed(certificate)

    response = client.get(address(certificate))

    facts = shown_facts(response)
    assert facts == [tuple(fact) for fact in printed_facts(frozen, holder, mask_licence=True)]
    assert [term for term, _ in facts] == [fact.term for fact in printed_facts(frozen, holder)]
    assert dict(facts)["Licence"] == "Florida, Massage therapist, number ending in 56"
    assert "0123456" not in response.content.decode()


def test_n3_no_score_no_mail_address_and_no_reason_are_on_the_page(client):
    certificate = make_issued(email="canary@secret.example", display_name="Canary Display")
    user = certificate.enrolment.user
    certificates.revoke(certificate, category="error", reason="canary reason", by=user, now=LATER)

    page = client.get(address(certificate)).content.decode()

    assert not re.search(r"canary|100 ?%|\bscore\b|percent", page, re.IGNORECASE)
    assert str(user.uuid) not in page
    assert str(certificate.uuid) not in page


@pytest.mark.parametrize("path", ["token", "number", "form", "unknown"])
def test_no_search_engine_and_no_cache_keeps_a_page(client, issued, path):
    answer = {
        "token": lambda: client.get(address(issued)),
        "number": lambda: ask(issued.number, issued.enrolment.user.legal_name),
        "form": lambda: client.get(VERIFY),
        "unknown": lambda: client.get(reverse("courses:verify-token", args=["0" * 40])),
    }[path]()

    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Cache-Control"] == "no-cache, private"


def test_a_check_costs_three_statements_at_most(client, issued, max_statements):
    certificates.supersede(issued, reason="Misspelt.", by=None, now=LATER)

    with max_statements(3):
        assert client.get(address(issued)).status_code == 200
    with max_statements(3):
        assert ask(issued.number, issued.enrolment.user.legal_name).status_code == 200
    with max_statements(0):
        client.get(VERIFY)


# --- one answer for all that is not to be seen ----------------------------------------------------------------------


def test_n4_unknown_erased_and_withheld_records_answer_alike():
    erased, withheld = make_issued(), make_issued()
    certificates.withhold(withheld, reason="As the holder asked.", by=None, now=LATER)
    type(erased.enrolment.course).objects.update(retired_at=LATER)
    later = LATER + dt.timedelta(days=RETENTION + 10)
    certificates.erase(Certificate.objects.get(pk=erased.pk), reason="Retention ended.", by=None, now=later)

    unknown = Client().get(reverse("courses:verify-token", args=["0" * 40]))
    others = [Client().get(address(row)) for row in (erased, withheld)]
    others += [ask(row.number, row.enrolment.user.legal_name) for row in (erased, withheld)]
    others += [ask(withheld.number, "Somebody"), ask("MT-000123-N", "Learner"), Client().get("/verify/short/")]

    assert unknown.status_code == 404
    for other in others:
        assert (other.status_code, body(other)) == (404, body(unknown))
        assert other.headers.items() == unknown.headers.items()


def test_s06_a_wrong_name_is_the_same_as_an_unknown_number(issued):
    wrong, unknown = ask(issued.number, "Nobody"), ask("MT-000123-N", "Nobody")

    assert wrong.status_code == unknown.status_code == 404
    assert body(wrong) == body(unknown)


@pytest.mark.parametrize(
    "token",
    [
        "0",
        "-1",
        "1.0",
        "١٢",
        "1%00",
        "%00" * 40,
        "0" * 39 + "%00",
        "0" * 39,
        "0" * 41,
        "F" * 40,
        "g" * 40,
        "é" * 40,
        "٠" * 40,
        "\U0001f600",
        "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
        "9" * 5000,
        "%ED%A0%80",
        "' OR 1=1 --",
        "..%2F..",
        "0" * 39 + "%0A",
    ],
)
def test_b13_odd_addresses_are_not_found_and_break_nothing(client, token):
    response = client.get(f"/verify/{token}/")

    assert response.status_code == 404


@pytest.mark.parametrize("verb", ["post", "put", "delete", "patch", "trace"])
def test_b10_the_check_takes_no_other_verb(client, issued, verb):
    assert getattr(client, verb)(address(issued)).status_code == 405
    assert getattr(client, verb)(VERIFY).status_code == 405


# --- number and name ------------------------------------------------------------------------------------------------


def test_a_number_is_read_as_people_type_it(issued):
    number, name = issued.number, issued.enrolment.user.legal_name.split()[-1]
    for typed in (
        number,
        f" {number} ",
        number.lower(),
        number.replace("-", ""),
        number.replace("0", "O"),
        number.replace("1", "l"),
        number.replace("-", "\u2014"),
        " ".join(number),
        "".join(chr(ord(c) + 0xFEE0) for c in number),
    ):
        response = ask(typed, name)

        assert response.status_code == 200, typed
        assert dict(shown_facts(response))["Number"] == number


@pytest.mark.parametrize(
    ("legal_name", "same", "other"),
    [
        (
            "Ana María Delgado-Øst",
            ["delgado-øst", "DELGADO ØST", "Øst", "maria delgado øst"],
            ["Ana", "Maria", "Delgado", "st", "Delgado-Øst Ana", "-", "Øst Øst", "%", "Ø_t", "Nobody"],
        ),
        ("Nguyễn Thị Ánh", ["anh", "Thi Anh"], ["nguyen"]),
        ("Zoe\u0308 Müller", ["MULLER", "Zoë Müller"], ["Mueller"]),
        ("Franz Groß", ["GROSS"], ["Gro"]),
        ("Maeve O’Brien", ["O'Brien", "obrien", "O’Brien"], ["Brien"]),
        ("Keoni Kaʻahumanu", ["Ka'ahumanu", "Kaahumanu"], ["ahumanu"]),
        ("Ludwig van der Berg", ["Berg", "van der Berg", "Ludwig van der Berg"], ["van der"]),
        ("Надежда Щёголева", ["щеголева"], ["Надежда"]),
    ],
)
def test_a_last_name_is_compared_in_whole_words_without_case_and_accents(legal_name, same, other):
    number = make_issued(legal_name=legal_name).number

    assert {typed: ask(number, typed).status_code for typed in same} == dict.fromkeys(same, 200)
    assert {typed: ask(number, typed).status_code for typed in other} == dict.fromkeys(other, 404)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("", "Enter the certificate number."),
        ("MT-000001-Q", "One character of this number is not right."),
        ("hello", "A certificate number is letters, at least six digits and one last character"),
        ("MT-000000-0", "No certificate has this number."),
        ("9" * 40, "A certificate number is letters"),
        ("MT-0000\x0001-A", "Remove the null character."),
    ],
)
def test_b10_a_number_that_cannot_be_one_is_explained(number, said):
    response = ask(number, "Learner")

    assert response.status_code == 200
    assert said in response.content.decode()


@pytest.mark.parametrize(
    "query", ["number=MT-000001-A", "name=Learner", "number=&name=", "number[]=1&name[]=2", "name=%00"]
)
def test_b10_half_a_question_is_asked_for_the_rest(client, query):
    response = client.get(f"{VERIFY}?{query}")

    assert response.status_code == 200
    assert b"Certificate number" in response.content


# --- throttle -------------------------------------------------------------------------------------------------------


@pytest.fixture
def noon(monkeypatch):
    """The throttle counts by the minute: the clock stands still, so that no minute ends within a test."""
    moment = LATER.replace(hour=12)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


def test_r20_too_many_checks_from_one_address_have_to_wait(issued, noon):
    client, answers = Client(), set()
    for n in range(CHECKS_A_MINUTE):
        answers.add(client.get(f"/verify/{n:040}/").status_code)

    token, number = client.get(address(issued)), ask(issued.number, issued.enrolment.user.legal_name)
    elsewhere = client.get(address(issued), REMOTE_ADDR="192.0.2.7")

    assert answers == {404}
    assert [(row.status_code, row.headers.get("Retry-After")) for row in (token, number)] == [(429, "60")] * 2
    assert elsewhere.status_code == 200


def test_r20_behind_a_proxy_each_visitor_has_an_own_allowance(issued, noon, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client()
    for n in range(CHECKS_A_MINUTE + 1):
        last = client.get(f"/verify/{n:040}/", headers={"x-forwarded-for": "spoofed, 192.0.2.1"})

    other = client.get(address(issued), headers={"x-forwarded-for": "192.0.2.2"})

    assert (last.status_code, other.status_code) == (429, 200)


def test_the_throttle_lets_go_after_its_minute(issued, monkeypatch):
    now = LATER.replace(hour=12)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    client = Client()
    for _ in range(CHECKS_A_MINUTE + 1):
        last = client.get(address(issued))
    now += dt.timedelta(minutes=1)

    assert (last.status_code, client.get(address(issued)).status_code) == (429, 200)


def test_the_page_of_another_series_and_of_a_second_holder_do_not_mix():
    one, two = make_issued(make_completed(legal_name="Ann One")), make_issued(make_completed(legal_name="Ben Two"))

    assert ask(one.number, "Two").status_code == ask(two.number, "One").status_code == 404
    assert dict(shown_facts(ask(two.number, "Two")))["Name"] == "Ben Two"
