"""Issue, supersede, revoke, withhold, erase: what stands afterwards, and what never changes again."""

import datetime as dt
import hashlib
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as sent
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.catalogue.models import Approval
from courses.certificates import services as certificates
from courses.certificates.models import (
    AwaitingCertificate,
    Certificate,
    CertificateDocument,
    CertificateEvent,
    CertificateHolder,
    Register,
)
from courses.certificates.snapshot import NO_APPROVAL, Particulars, date_in_words, hours_in_words, printed_facts
from courses.learning import services as learning
from courses.learning.models import Enrolment
from tests.courses import factories as make
from tests.courses.certificates.certified import (
    LATER,
    RETENTION,
    address,
    execute,
    make_approved,
    make_completed,
    make_issued,
    printed,
    shown_facts,
    stored,
)
from tests.courses.certificates.test_document import expected_text, text_of
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
AFTER_RETENTION = LATER + dt.timedelta(days=RETENTION + 10)


def learner_page(certificate: Certificate):
    client = Client()
    client.force_login(certificate.enrolment.user)
    return client.get(reverse("courses:certificate", args=[certificate.uuid]))


def public_page(certificate: Certificate):
    return Client().get(address(certificate))


def refusal_of(verb, *args, **kwargs) -> list[str]:
    with pytest.raises(certificates.NotEligible) as refused:
        verb(*args, **kwargs)
    return [reason.rule for reason in refused.value.reasons]


# --- issue ----------------------------------------------------------------------------------------------------------


def test_issue_writes_number_snapshot_holder_paper_and_event_together(completed):
    registrar = make_user()

    certificate = certificates.issue(completed, by=registrar, now=LATER)

    assert (certificate.number, certificate.serial, certificate.issued_by) == ("MT-000001-A", 1, registrar)
    assert len(certificate.token) == 40
    assert stored(certificate).sha256 == hashlib.sha256(bytes(stored(certificate).content)).hexdigest()
    assert [(event.position, event.kind, event.by) for event in certificate.events.all()] == [(1, "issued", registrar)]
    assert Register.objects.values_list("series", "last_serial", "last_position").get() == ("MT", 1, 1)


def test_issue_returns_the_same_certificate_when_it_is_asked_again(completed):
    first = certificates.issue(completed, by=None, now=LATER)

    again = certificates.issue(completed, by=make_user(), now=LATER + dt.timedelta(days=1))

    assert again == first
    assert (Certificate.objects.count(), CertificateEvent.objects.count()) == (1, 1)


def test_the_queue_holds_who_is_due_and_issuing_empties_it(completed):
    waiting = AwaitingCertificate.objects.get()

    certificates.issue(waiting, by=None, now=LATER)

    assert not AwaitingCertificate.objects.exists()


def test_numbers_follow_each_other_in_their_series():
    edition = make_approved()

    numbers = [make_issued(make_completed(edition)).number for _ in range(3)]

    assert [number[:-2] for number in numbers] == ["MT-000001", "MT-000002", "MT-000003"]


def test_a_new_series_begins_at_one_and_continues_the_chain(settings):
    edition = make_approved()
    old = make_issued(make_completed(edition))
    settings.CERTIFICATE_SERIES = "NT"

    new = make_issued(make_completed(edition))
    certificates.revoke(old, category="error", reason="Wrong course.", by=None, now=LATER)
    settings.CERTIFICATE_SERIES = "MT"
    back = make_issued(make_completed(edition))

    assert [row.number[:-2] for row in (old, new, back)] == ["MT-000001", "NT-000001", "MT-000002"]
    assert list(CertificateEvent.objects.values_list("position", flat=True)) == [1, 2, 3, 4]


def test_the_paper_says_the_frozen_facts_and_nothing_else():
    certificate = make_issued(
        legal_name="Ana María Delgado-Øst",
        licence={"jurisdiction": "Florida", "profession": "massage_therapist", "number": "MA 0012345"},
    )

    assert text_of(bytes(stored(certificate).content)) == expected_text(*printed(certificate))
    assert ("Licence", "Florida, Massage therapist, number MA 0012345") in printed_facts(*printed(certificate))


def test_without_an_approval_in_force_no_hours_are_claimed():
    certificate = make_issued(make_completed(make_approved(valid_from=dt.date(2027, 3, 2))))

    assert ("Hours", NO_APPROVAL) in printed_facts(*printed(certificate))


def test_the_approved_title_and_kind_are_printed():
    edition = make_approved(accreditor={"certificate_kind": "achievement", "unit": "CE"}, title="As the board knows it")

    facts = printed_facts(*printed(make_issued(make_completed(edition))))

    assert facts[0].text == "Certificate of achievement"
    assert ("Course", "As the board knows it") in facts


LETTERS = "abdefghiklmnoprstuvyzàéîõüñçłøšžğőæßÅÉØŁŠŽąęẫịơ"
words = st.text(LETTERS, min_size=2, max_size=12).filter(lambda word: "fi" not in word and "fl" not in word)
names = st.lists(words, min_size=1, max_size=4).map(" ".join) | st.sampled_from(
    ["Nguyễn Thị Ánh", "O'Brien-Kaʻahumanu", "Ελένη Παπαδοπούλου", "Надежда Щёголева", "Zoë", "Łukasz Wiśniewski"]
)
moments = st.datetimes(dt.datetime(2027, 1, 3), dt.datetime(2029, 12, 28)).map(lambda at: at.replace(tzinfo=dt.UTC))
quarters = st.integers(1, 160).map(lambda n: Decimal(n) / 4)
zones = st.sampled_from(["UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=names, title=words, hours=quarters, at=moments, zone=zones)
def test_r16_paper_learner_page_and_verify_page_agree(name, title, hours, at, zone):
    course = make.make_course(title=f"Course of {title}")
    completed = make_completed(make_approved(course, hours=hours), legal_name=name, time_zone=zone, now=at)

    certificate = certificates.issue(completed, by=None, now=at + dt.timedelta(days=1))

    date = date_in_words(at.astimezone(ZoneInfo(zone)).date().isoformat())
    amount = hours_in_words(f"{hours.normalize():f}", "contact hour")
    paper, own, public = (
        text_of(bytes(stored(certificate).content)),
        learner_page(certificate),
        public_page(certificate),
    )
    facts = printed_facts(*printed(certificate))
    said = dict(facts)
    assert (said["Name"], said["Course"], said["Completed"]) == (name, f"Course of {title}", date)
    assert said["Hours"].startswith(f"{amount}, Board")
    assert paper == expected_text(*printed(certificate))
    assert shown_facts(own) == shown_facts(public) == [tuple(fact) for fact in facts]


def test_r17_completed_late_on_30_november_at_home_prints_30_november():
    at = dt.datetime(2027, 11, 30, 23, 30, tzinfo=ZoneInfo("America/Los_Angeles"))

    certificate = make_issued(
        make_completed(now=at.astimezone(dt.UTC), time_zone="America/Los_Angeles"),
        now=dt.datetime(2027, 12, 20, 2, tzinfo=dt.UTC),
    )

    facts = dict(printed_facts(*printed(certificate)))
    assert certificate.completed_on == dt.date(2027, 11, 30)
    assert (facts["Completed"], facts["Issued"]) == ("30 November 2027", "19 December 2027")
    assert "Completed 30 November 2027" in text_of(bytes(stored(certificate).content))


@pytest.mark.parametrize(
    ("at", "rules"),
    [("2030-01-01T23:59:59.999999", []), ("2030-01-02T00:00:00", ["R1"]), ("2030-01-02T23:00:00", ["R1"])],
)
def test_r1_a_course_is_too_old_one_moment_after_its_review_day_at_home(at, rules):
    local = dt.datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    completed = make_completed(now=local.astimezone(dt.UTC), time_zone="Asia/Tokyo")

    if rules:
        assert refusal_of(certificates.issue, completed, by=None, now=local) == rules
    else:
        assert certificates.issue(completed, by=None, now=local).completed_on == dt.date(2030, 1, 1)
    assert Certificate.objects.count() == (not rules)


def test_r1_an_approval_ends_with_its_last_day_at_home():
    edition = make_approved(valid_to=dt.date(2027, 3, 31))
    zone = ZoneInfo("America/Los_Angeles")
    last = dt.datetime(2027, 3, 31, 23, 59, 59, tzinfo=zone)

    inside = make_issued(make_completed(edition, now=last.astimezone(dt.UTC), time_zone=zone.key))
    outside = make_issued(
        make_completed(edition, now=last.astimezone(dt.UTC) + dt.timedelta(seconds=1), time_zone=zone.key)
    )

    assert [len(printed(row)[0].hours) for row in (inside, outside)] == [1, 0]


def test_r4_an_approval_that_asks_for_a_licence_is_not_printed_without_one():
    edition = make_approved(accreditor={"requires_licence_number": True})
    licence = {"jurisdiction": "Florida", "profession": "massage_therapist", "number": "0099"}

    assert refusal_of(make_issued, make_completed(edition)) == ["R4"]
    assert make_issued(make_completed(edition, licence=licence)).serial == 1


def test_all_that_is_missing_is_said_at_once_and_nothing_is_written():
    edition = make_approved(accreditor={"requires_licence_number": True})
    enrolment = make.make_enrolment(make.make_learner(legal_name=""), edition)
    Enrolment.objects.filter(pk=enrolment.pk).update(scope_confirmed_at=None)

    assert refusal_of(make_issued, enrolment) == ["R3", "R4", "R5", "R9"]
    assert not Certificate.objects.exists()
    assert not Register.objects.exists()


def test_r12_instructors_and_staff_earn_no_certificate(completed):
    completed.course.instructors.add(completed.user)
    type(completed.user).objects.filter(pk=completed.user_id).update(is_staff=True)

    assert refusal_of(make_issued, completed) == ["R12", "R12"]


def repeat(enrolment: Enrolment, days: int) -> Enrolment:
    """The same course once more, by the same learner, so many days later."""
    now = NOW + dt.timedelta(days=days)
    learning.withdraw(enrolment, now=now)
    again = make.make_enrolment(enrolment.user, enrolment.edition, now=now)
    make.complete(again, now=now)
    return again


@pytest.mark.parametrize(("days", "rules"), [(1, ["R11"]), (729, ["R11"]), (730, [])])
def test_r11_the_hours_of_a_course_count_once_in_a_cycle(completed, days, rules):
    certificate = certificates.issue(completed, by=None, now=LATER)
    again = repeat(completed, days)

    if rules:
        assert refusal_of(make_issued, again) == rules
        certificates.revoke(certificate, category="error", reason="Never done.", by=None, now=LATER)

    assert make_issued(again).serial == 2


def test_r11_what_awarded_no_hours_stands_in_nobodys_way():
    unapproved = make_completed(make_approved(valid_from=dt.date(2027, 6, 1)))
    make_issued(unapproved)

    assert len(printed(make_issued(repeat(unapproved, 365)))[0].hours) == 1


@pytest.mark.parametrize("name", ["李小龍", "محمد علي", "Smile 🙂"])
def test_a_name_that_no_font_can_print_is_refused_and_burns_no_number(name):
    edition = make_approved()
    unprintable = make_completed(edition, legal_name=name)

    assert refusal_of(make_issued, unprintable) == ["B07"]

    assert make_issued(make_completed(edition)).serial == 1


# --- what never changes ---------------------------------------------------------------------------------------------


def test_r10_new_approved_hours_change_no_certificate_and_count_for_new_ones():
    edition = make_approved(hours=Decimal("2.5"))
    old = make_issued(make_completed(edition))
    before = (old.snapshot, bytes(stored(old).content), shown_facts(learner_page(old)), shown_facts(public_page(old)))

    Approval.objects.update(hours=Decimal("4"), number="NEW", title="A new title")
    new = make_issued(make_completed(edition))

    old.refresh_from_db()
    after = (old.snapshot, bytes(stored(old).content), shown_facts(learner_page(old)), shown_facts(public_page(old)))
    assert after == before
    assert [printed(row)[0].hours[0].hours for row in (old, new)] == ["2.5", "4"]


def test_s07_f21_f22_renaming_everything_leaves_every_byte_as_it_was(completed):
    certificate = certificates.issue(completed, by=None, now=LATER)
    before = (certificate.snapshot, stored(certificate).sha256, shown_facts(public_page(certificate)))

    user, course = completed.user, completed.course
    user.legal_name, user.time_zone = "Someone Else", "Asia/Tokyo"
    user.save()
    course.title, course.delivery_type = "Another course", "Live"
    course.save()
    course.instructors.clear()

    fetched = Certificate.objects.get()
    assert (fetched.snapshot, stored(fetched).sha256, shown_facts(public_page(fetched))) == before
    assert hashlib.sha256(bytes(stored(fetched).content)).hexdigest() == before[1]


def test_a_rename_is_put_right_by_a_new_number_and_the_old_one_says_so(completed):
    old = certificates.issue(completed, by=None, now=LATER)
    sha256 = stored(old).sha256
    type(completed.user).objects.filter(pk=completed.user_id).update(legal_name="Lea Married")

    new = certificates.supersede(old, reason="Married.", by=None, now=LATER)

    assert (new.serial, new.supersedes, stored(old).sha256) == (2, old, sha256)
    facts = dict(printed_facts(*printed(new)))
    assert (facts["Name"], facts["Replaces"]) == ("Lea Married", f"Certificate {old.number}")
    assert b"Superseded" in public_page(old).content
    assert b"Valid certificate" in public_page(new).content
    assert new.number.encode() in learner_page(old).content
    assert certificates.issue(completed, by=None, now=LATER) == new
    events = CertificateEvent.objects.values_list("certificate", "kind", "reason")
    assert list(events) == [(old.pk, "issued", ""), (new.pk, "issued", ""), (old.pk, "superseded", "Married.")]


def test_a_correction_is_due_to_who_has_left_or_joined_the_staff_since(completed):
    old = certificates.issue(completed, by=None, now=LATER)
    learning.withdraw(completed, now=LATER)
    completed.course.instructors.add(completed.user)
    type(completed.user).objects.filter(pk=completed.user_id).update(is_staff=True)

    new = certificates.supersede(old, particulars=Particulars("Lea Right"), reason="Misspelt.", by=None, now=LATER)

    assert dict(printed_facts(*printed(new)))["Name"] == "Lea Right"


def test_a_certificate_has_one_successor(completed):
    old = certificates.issue(completed, by=None, now=LATER)
    new = certificates.supersede(old, reason="Misspelt.", by=None, now=LATER)

    with pytest.raises(certificates.Refusal, match=f"superseded already, by {new.number}"):
        certificates.supersede(old, reason="Once more.", by=None, now=LATER)

    assert certificates.supersede(new, reason="Once more.", by=None, now=LATER).serial == 3


def test_a_correction_with_an_empty_name_is_refused_and_burns_no_number(completed):
    old = certificates.issue(completed, by=None, now=LATER)
    blank = Particulars("")

    assert refusal_of(certificates.supersede, old, particulars=blank, reason="x", by=None, now=LATER) == ["R4"]

    assert Register.objects.get().last_serial == 1


# --- revoke ---------------------------------------------------------------------------------------------------------


def revoke(certificate, **given):
    usual = {"category": "misconduct", "reason": "Someone else sat the quiz.", "by": None, "now": LATER}
    return certificates.revoke(certificate, **(usual | given))


def test_revoking_twice_is_one_event(completed):
    certificate = certificates.issue(completed, by=None, now=LATER)

    first = revoke(certificate)
    second = revoke(certificate, category="error", reason="Something else.", now=LATER + dt.timedelta(days=1))

    assert second == first
    assert [event.kind for event in certificate.events.all()] == ["issued", "revoked"]


def test_f23_a_revocation_shows_at_once_on_both_pages(completed):
    certificate = certificates.issue(completed, by=None, now=LATER)
    assert b"Valid certificate" in public_page(certificate).content

    revoke(certificate)

    own, public = learner_page(certificate).content.decode(), public_page(certificate).content.decode()
    for page in (own, public):
        assert "Revoked on 4 March 2027" in page
    assert "false statement or misconduct" in public
    assert "Valid" not in public
    assert "Someone else sat the quiz." in own
    assert "Someone else sat the quiz." not in public
    assert shown_facts(public_page(certificate)) == [tuple(fact) for fact in printed_facts(*printed(certificate))]


def test_after_a_revocation_only_a_replacement_can_be_issued(completed):
    certificate = certificates.issue(completed, by=None, now=LATER)
    revoke(certificate)

    assert refusal_of(certificates.issue, completed, by=None, now=LATER) == ["R13"]

    replacement = certificates.supersede(certificate, reason="It was the learner after all.", by=None, now=LATER)
    assert certificates.issue(completed, by=None, now=LATER) == replacement
    assert b"Revoked" in public_page(certificate).content


@pytest.mark.parametrize(
    "verb",
    [
        lambda row: revoke(row, reason=" "),
        lambda row: revoke(row, category=""),
        lambda row: revoke(row, category="whim"),
        lambda row: certificates.supersede(row, reason="", by=None, now=LATER),
        lambda row: certificates.withhold(row, reason="", by=None, now=LATER),
        lambda row: certificates.erase(row, reason="\n", by=None, now=AFTER_RETENTION),
    ],
)
def test_a12_nothing_is_corrected_without_a_reason(completed, verb):
    certificate = certificates.issue(completed, by=None, now=LATER)

    with pytest.raises(certificates.Refusal) as refused:
        verb(certificate)

    assert str(refused.value).endswith(".")
    assert CertificateEvent.objects.count() == 1


# --- withhold and erase ---------------------------------------------------------------------------------------------


def retire(certificate):
    type(certificate.enrolment.course).objects.update(retired_at=LATER)
    certificate.refresh_from_db()


def test_r18_withholding_hides_the_public_page_and_keeps_the_record(completed):
    certificate = certificates.issue(completed, by=None, now=LATER)

    first = certificates.withhold(certificate, reason="As the holder asked.", by=None, now=LATER)

    assert certificates.withhold(certificate, reason="Again.", by=None, now=LATER) == first
    assert public_page(certificate).status_code == 404
    assert learner_page(certificate).status_code == 200
    assert stored(certificate).size


@pytest.mark.parametrize("days", [0, 7 * 365, RETENTION - 3])
def test_r18_nothing_is_erased_before_the_retention_date(completed, days):
    certificate = certificates.issue(completed, by=None, now=LATER)
    retire(certificate)

    with pytest.raises(certificates.Refusal, match="must be kept until"):
        certificates.erase(certificate, reason="Retention.", by=None, now=LATER + dt.timedelta(days=days))

    assert CertificateHolder.objects.count() == CertificateDocument.objects.count() == 1


def test_r18_n2_retention_does_not_end_while_the_course_is_on_offer(completed):
    certificate = certificates.issue(completed, by=None, now=LATER)

    with pytest.raises(certificates.Refusal, match="must be kept until"):
        certificates.erase(certificate, reason="Retention.", by=None, now=AFTER_RETENTION)


def test_r18_an_approval_can_lengthen_the_retention():
    certificate = make_issued(make_completed(make_approved(accreditor={"retention_years": 10})))
    retire(certificate)

    with pytest.raises(certificates.Refusal):
        certificates.erase(certificate, reason="Retention.", by=None, now=AFTER_RETENTION)

    certificates.erase(certificate, reason="Retention.", by=None, now=LATER + dt.timedelta(days=10 * 365 + 10))


def test_f24_erasing_takes_holder_and_paper_and_keeps_digest_and_chain(completed):
    certificate = certificates.issue(completed, by=None, now=LATER)
    unknown = Client().get(reverse("courses:verify-token", args=["0" * 40]))
    retire(certificate)

    event = certificates.erase(certificate, reason="Retention ended.", by=None, now=AFTER_RETENTION)

    assert certificates.erase(certificate, reason="Again.", by=None, now=AFTER_RETENTION) == event
    assert not CertificateHolder.objects.exists()
    assert not CertificateDocument.objects.exists()
    kept = Certificate.objects.get()
    assert (kept.snapshot, kept.digest) == (certificate.snapshot, certificate.digest)
    assert completed.user.legal_name not in kept.snapshot
    assert completed.user.legal_name not in "".join(CertificateEvent.objects.values_list("payload", flat=True))
    assert public_page(certificate).status_code == unknown.status_code == 404
    assert learner_page(certificate).status_code == 404
    assert certificates.issue(completed, by=None, now=AFTER_RETENTION) == certificate


def test_what_is_erased_is_not_printed_again(completed):
    certificate = certificates.issue(completed, by=None, now=LATER)
    retire(certificate)
    certificates.erase(certificate, reason="Retention ended.", by=None, now=AFTER_RETENTION)

    with pytest.raises(certificates.Refusal, match="are erased"):
        certificates.supersede(certificate, reason="Lost.", by=None, now=AFTER_RETENTION)


# --- what the database itself refuses -------------------------------------------------------------------------------


def refused(statement: str, *values) -> bool:
    try:
        with transaction.atomic():
            execute(statement, *values)
    except IntegrityError as error:
        return "frozen" in str(error)
    return False


COLUMNS = {
    "certificate": ("snapshot", "number", "token", "completed_on", "issued_at", "enrolment_id", "serial"),
    "certificateholder": ("particulars", "salt", "certificate_id"),
    "certificatedocument": ("content", "sha256", "size"),
    "certificateevent": ("payload", "reason", "at", "hash", "position", "kind", "category"),
}


def test_no_column_of_a_certificate_can_be_updated(completed):
    certificates.issue(completed, by=None, now=LATER)

    for table, columns in COLUMNS.items():
        for column in columns:
            assert refused(f'UPDATE "courses_{table}" SET "{column}" = "{column}"'), (table, column)


def test_no_row_of_a_certificate_can_be_deleted(completed):
    certificates.issue(completed, by=None, now=LATER)

    assert all(refused(f'DELETE FROM "courses_{table}"') for table in [*COLUMNS, "register"])


def test_no_row_of_a_certificate_can_be_replaced_by_inserting_it_again(completed):
    certificates.issue(completed, by=None, now=LATER)

    for table in COLUMNS:
        again = f'INTO "courses_{table}" SELECT * FROM "courses_{table}" WHERE 1 = 1'
        if connection.vendor == "sqlite":
            assert refused(f"INSERT OR REPLACE {again}"), table
            assert refused(f'UPDATE OR REPLACE "courses_{table}" SET id = id'), table
        else:
            assert refused(f"INSERT {again} ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id"), table


def test_querysets_cannot_get_around_the_triggers(completed):
    certificates.issue(completed, by=None, now=LATER)

    for model, column in (
        (Certificate, "kind"),
        (CertificateHolder, "particulars"),
        (CertificateDocument, "sha256"),
        (CertificateEvent, "reason"),
    ):
        for verb in (
            lambda rows, column: rows.update(**{column: ""}),
            lambda rows, column: rows._raw_delete("default"),
            lambda rows, column: rows.model.objects.bulk_update(list(rows), [column]),
            lambda rows, column: rows.get().save(),
            lambda rows, column: rows.get().save(update_fields=[column]),
        ):
            with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
                verb(model.objects.all(), column)


def test_holder_and_paper_go_only_once_an_event_says_so(completed):
    other = make_issued()
    certificate = certificates.issue(completed, by=None, now=LATER)
    retire(certificate)
    tables = ("courses_certificateholder", "courses_certificatedocument")
    assert all(refused(f"DELETE FROM {table} WHERE certificate_id = %s", certificate.pk) for table in tables)

    with transaction.atomic():
        certificates.erase(certificate, reason="Retention ended.", by=None, now=AFTER_RETENTION)
        assert all(refused(f"DELETE FROM {table} WHERE certificate_id = %s", other.pk) for table in tables)

    assert [execute(f"DELETE FROM {table} WHERE certificate_id = %s", certificate.pk) for table in tables] == [0, 0]


def columns_of(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields if not field.primary_key}


def test_the_database_gives_a_number_and_a_first_certificate_once(completed):
    one = certificates.issue(completed, by=None, now=LATER)
    certificates.supersede(one, reason="Misspelt.", by=None, now=LATER)
    fresh = {"uuid": "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "serial": 9, "number": "MT-000009-T", "token": "f" * 40}
    other = {"enrolment_id": make_completed().pk}

    for name, same in {
        "series and serial": other | {"serial": 1},
        "number": other | {"number": one.number},
        "token": other | {"token": one.token},
        "uuid": other | {"uuid": one.uuid},
        "first of its enrolment": {},
        "successor": {"supersedes_id": one.pk},
    }.items():
        with transaction.atomic(), pytest.raises(IntegrityError):
            with transaction.atomic():
                Certificate.objects.create(**(columns_of(one) | fresh | same))
            pytest.fail(f"Two certificates with the same {name}.")


def test_the_database_keeps_one_holder_one_paper_and_one_event_at_a_place(completed):
    certificate = certificates.issue(completed, by=None, now=LATER)
    event = CertificateEvent.objects.get()

    for row, fresh in (
        (CertificateHolder.objects.get(), {}),
        (CertificateDocument.objects.get(), {}),
        (event, {"hash": "another"}),
        (event, {"position": 9}),
    ):
        with transaction.atomic(), pytest.raises(IntegrityError):
            with transaction.atomic():
                type(row).objects.create(**(columns_of(row) | fresh))
            pytest.fail(f"{row} twice for {certificate}.")


# --- mail -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_mail_leaves_after_the_commit_and_not_when_it_is_rolled_back():
    edition = make_approved()
    kept, lost = make_completed(edition, email="kept@example.org"), make_completed(edition, email="lost@example.org")
    sent.outbox.clear()

    with pytest.raises(RuntimeError), transaction.atomic():
        certificates.issue(lost, by=None, now=LATER)
        raise RuntimeError
    assert sent.outbox == []
    with transaction.atomic():
        certificate = certificates.issue(kept, by=None, now=LATER)
        assert sent.outbox == []

    (letter,) = sent.outbox
    assert (letter.to, letter.subject) == (["kept@example.org"], f"Your certificate {certificate.number}")
    assert letter.message()["Message-ID"] == f"<issued.{certificate.uuid}@127.0.0.1>"
    assert address(certificate) in letter.body
    assert certificate.serial == 1


@pytest.mark.django_db(transaction=True)
def test_a_revocation_is_told_once():
    certificate = make_issued()
    sent.outbox.clear()

    revoke(certificate)
    revoke(certificate)

    (letter,) = sent.outbox
    assert letter.subject == f"Certificate {certificate.number} was revoked"
    assert "Someone else sat the quiz." in letter.body


@pytest.mark.django_db(transaction=True)
def test_f12_a_queue_in_the_database_takes_the_letter_in_the_same_transaction(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    edition = make_approved()

    with pytest.raises(RuntimeError), transaction.atomic():
        make_issued(make_completed(edition))
        raise RuntimeError
    issuing = DBTaskResult.objects.filter(task_path__endswith="tell_issued")
    assert not issuing.exists()
    certificate = make_issued(make_completed(edition))

    assert issuing.get().args_kwargs["kwargs"] == {"certificate": certificate.pk}
    assert sent.outbox == []
