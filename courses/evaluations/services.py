"""Handing in an evaluation: the answers and the receipt, in one transaction and with nothing that joins them."""

import datetime as dt

from django.db import IntegrityError, transaction

from courses.evaluations import questions
from courses.evaluations.models import Evaluation
from courses.learning import facts
from courses.learning.completion import Kind, State
from courses.learning.models import Enrolment, EvaluationReceipt
from courses.learning.services import NotOpenYet


def hand_in(
    enrolment: Enrolment,
    *,
    answers: dict[str, int],
    minutes: int | None,
    change: str,
    comments: str,
    grievance: bool,
    now: dt.datetime,
) -> EvaluationReceipt:
    """Once only: handed in a second time, the first stays and the second is dropped. Raises NotOpenYet."""
    step = facts.progress_of(enrolment, now=now).step(Kind.EVALUATION, "evaluation")
    if step.state is State.SHUT:
        raise NotOpenYet(step.reason)
    try:
        with transaction.atomic():
            receipt = EvaluationReceipt.objects.create(enrolment=enrolment, submitted_at=now)
            Evaluation.objects.create(
                edition_id=enrolment.edition_id,
                version=questions.VERSION,
                answers=answers,
                minutes=minutes,
                change=change,
                comments=comments,
                grievance=grievance,
                submitted_on=now.date(),
            )
    except IntegrityError:
        return EvaluationReceipt.objects.get(enrolment=enrolment)
    return receipt
