"""The factories keep what they promise: what other tests stand on."""

import time

import pytest

from courses.catalogue import drafts
from courses.learning import facts
from tests.courses import factories as make
from tests.factories import KINDS, NOW

pytestmark = pytest.mark.django_db


def test_a_made_course_has_no_problem_at_all():
    assert drafts.readiness(make.make_course(modules=2), year=2027) == []


def test_an_enrolment_is_completed_with_every_kind_of_question():
    enrolment = make.make_enrolment(modules=2, items=KINDS)

    attestation = make.complete(enrolment)

    assert facts.progress_of(enrolment, now=NOW).complete
    assert attestation.legal_name == enrolment.user.legal_name


def test_a_completed_enrolment_is_made_quickly():
    make.complete(make.make_enrolment())
    began = time.process_time()

    make.complete(make.make_enrolment())

    assert time.process_time() - began < 0.3  # processor seconds: other work on the machine does not count
