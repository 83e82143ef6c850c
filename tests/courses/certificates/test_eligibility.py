"""Every issue rule as a reason, without a database (ce-rules.md section 4)."""

import datetime as dt
from dataclasses import replace

import pytest

from courses.certificates.eligibility import Candidate, Reason, reasons

SOUND = Candidate(
    legal_name="Ana María Delgado-Øst",
    licence_number="MA 0123456",
    licence_jurisdiction="Florida",
    complete=True,
    missing=(),
    attested=True,
    scope_confirmed=True,
    completed_on=dt.date(2027, 3, 1),
    released_on=dt.date(2027, 1, 1),
    review_due_on=dt.date(2030, 1, 1),
    approvals_need_licence=("NCBTMB",),
)
REFUSALS = [
    (
        {"completed_on": dt.date(2030, 1, 2)},
        "R1",
        "The course was due for review on 1 January 2030, before it was completed.",
    ),
    ({"completed_on": dt.date(2026, 12, 31)}, "R1", "The course was not released yet."),
    ({"scope_confirmed": False}, "R3", "The information shown before enrolment was not confirmed."),
    ({"legal_name": ""}, "R4", "The learner has no legal name."),
    ({"legal_name": " \u3000"}, "R4", "The learner has no legal name."),
    ({"licence_number": ""}, "R4", "A licence number and state are needed for NCBTMB."),
    ({"licence_jurisdiction": ""}, "R4", "A licence number and state are needed for NCBTMB."),
    ({"licence_number": " "}, "R4", "A licence number and state are needed for NCBTMB."),
    (
        {"licence_number": "", "approvals_need_licence": ("NCBTMB", "AOTA")},
        "R4",
        "A licence number and state are needed for NCBTMB, AOTA.",
    ),
    (
        {"complete": False, "missing": ("2 lessons to read", "1 quiz to pass")},
        "R5",
        "Not complete: 2 lessons to read; 1 quiz to pass.",
    ),
    ({"complete": False}, "R5", "Not complete: a requirement is not met."),
    ({"attested": False}, "R9", "The attestation is not signed."),
    ({"credited_by": "MT-000123-N"}, "R11", "Certificate MT-000123-N awards the hours of this course already."),
    ({"is_instructor": True}, "R12", "The learner teaches this course."),
    ({"is_staff_account": True}, "R12", "Staff accounts do not earn certificates."),
    ({"withdrawn": True}, "withdrawn", "The learner has left the course."),
]


def test_who_meets_every_rule_has_no_reason_against():
    assert reasons(SOUND) == []


@pytest.mark.parametrize(("change", "rule", "text"), REFUSALS)
def test_each_rule_alone_is_one_reason(change, rule, text):
    assert reasons(replace(SOUND, **change)) == [Reason(rule, text)]


@pytest.mark.parametrize(
    "change",
    [
        {"completed_on": dt.date(2030, 1, 1)},  # the day of the review itself
        {"completed_on": dt.date(2027, 1, 1)},  # the day of the release itself
        {"released_on": None, "review_due_on": None},
        {"licence_number": "", "licence_jurisdiction": "", "approvals_need_licence": ()},
        {"legal_name": "Suharto"},
    ],
)
def test_the_edges_that_still_hold(change):
    assert reasons(replace(SOUND, **change)) == []


def test_all_reasons_are_given_together_and_in_the_order_of_the_rules():
    hopeless = replace(
        SOUND,
        legal_name="",
        licence_number="",
        complete=False,
        missing=("the attestation to sign",),
        attested=False,
        scope_confirmed=False,
        completed_on=dt.date(2031, 1, 1),
        released_on=dt.date(2032, 1, 1),
        is_instructor=True,
        is_staff_account=True,
        withdrawn=True,
        credited_by="MT-000123-N",
    )

    assert [reason.rule for reason in reasons(hopeless)] == [
        "R1", "R1", "R3", "R4", "R4", "R5", "R9", "R11", "R12", "R12", "withdrawn",
    ]  # fmt: skip


def test_what_was_never_completed_is_not_judged_by_dates():
    found = reasons(replace(SOUND, completed_on=None, attested=False))

    assert found == [Reason("R9", "The attestation is not signed.")]


def test_every_reason_is_a_sentence():
    for change, _, _ in REFUSALS:
        (reason,) = reasons(replace(SOUND, **change))
        assert reason.text[0].isupper()
        assert reason.text.endswith(".")
