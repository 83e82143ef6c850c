"""Any order of starts, answers, submits, edits, sweeps and allowances keeps the promises (trust.md, section 11)."""

import json
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from quizzes import scoring
from quizzes.delivery import models as delivery_models
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, PublishedQuiz, Response
from quizzes.delivery.written_models import WrittenMark
from quizzes.questions import QUESTION_KINDS, BadAnswer, key_from_dict, written
from tests.factories import KINDS, NOW, RIGHT, make_bank, make_item, make_quiz, make_user

answers = (
    st.none() | st.integers(-1, 4) | st.lists(st.integers(0, 4), max_size=4) | st.sampled_from(["2.1", "ulnar", ""])
)

checklists = st.sets(st.integers(0, 4)) | st.sets(st.integers(-1, 5))
comments = st.sampled_from(["Say when to stop.", ""])


def graded(attempt: Attempt) -> scoring.Score:
    """The score worked out anew from the stored answers and the pinned revisions."""
    content = PublishedQuiz.objects.content(attempt.published_quiz_id)
    rows = []
    for response in attempt.responses.select_related("revision__key").order_by("n"):
        item = content.item(response.revision_id)
        key = key_from_dict(json.loads(response.revision.key.key))
        mark = QUESTION_KINDS[item.kind].mark(item.prompt, key, response.answer)
        if mark is None:
            mark = written.judged(item.prompt, WrittenMark.objects.get(response=response).met)
        rows.append((mark, item.points, item.safety))
    return scoring.score(rows, pass_mark=content.rules.pass_mark, safety_must_pass=content.rules.safety_must_pass)


class QuizMachine(RuleBasedStateMachine):
    entries = Bundle("entries")

    def __init__(self):
        super().__init__()
        delivery_models._content.cache_clear()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.now, self.first, self.acknowledged = NOW, {}, {}
        shelf = make_bank()
        for kind in KINDS:
            make_item(shelf, kind=kind)
        make_item(shelf, kind="written", pool="W")
        self.marker = make_user()
        self.quiz = make_quiz(shelf, kinds=KINDS[:5], section={"count": 5}, time_limit_minutes=60, cooldown_hours=1)
        self.quiz.sections.create(pool="W", mode="fixed", position=2)
        self.published = delivery.publish_quiz(self.quiz, by=None)

    @rule(target=entries)
    def enter(self):
        return delivery.enter(make_user(), self.published)

    @rule(entry=entries)
    def start(self, entry):
        try:
            delivery.start(entry, now=self.now)
        except delivery.Refusal as refusal:
            assert str(refusal).endswith(".")

    @rule(entry=entries, n=st.integers(1, 6), raw=answers, rev=st.integers(0, 2), clear=st.booleans())
    def save(self, entry, n, raw, rev, clear):
        attempt = entry.attempts.order_by("-number").first()
        if attempt is None:
            return
        before = Response.objects.get(attempt=attempt, n=n)
        try:
            saved = delivery.save_answer(attempt, n, raw, rev=rev, now=self.now, clear=clear)
        except (BadAnswer, delivery.Refusal):
            return
        if saved.rev > before.rev:
            self.acknowledged[attempt.pk, n] = Response.objects.get(attempt=attempt, n=n).answer

    @rule(entry=entries)
    def answer_all_rightly(self, entry):
        attempt = entry.attempts.open().first()
        for response in attempt.responses.select_related("revision") if attempt else ():
            try:
                right = RIGHT[response.revision.kind]
                delivery.save_answer(attempt, response.n, right, rev=response.rev, now=self.now)
                self.acknowledged[attempt.pk, response.n] = right
            except delivery.DeadlinePassed:
                return

    @rule(entry=entries)
    def submit(self, entry):
        attempt = entry.attempts.order_by("-number").first()
        if attempt is None:
            return
        try:
            delivery.submit(attempt, now=self.now)
        except delivery.AttemptClosed:
            assert attempt.state == Attempt.State.VOID

    @rule(entry=entries, marks=st.lists(st.tuples(checklists, comments), max_size=3), corrected=st.none() | checklists)
    def hand_in_a_text(self, entry, marks, corrected):
        """And have it marked, more or less well: one rule, because single steps seldom meet in this order."""
        try:
            attempt = delivery.start(entry, now=self.now)
            text = Response.objects.get(attempt=attempt, n=6)
            delivery.save_answer(attempt, 6, f"Text {attempt.pk}.", rev=text.rev, now=self.now)
            self.acknowledged[attempt.pk, 6] = f"Text {attempt.pk}."
            delivery.submit(attempt, now=self.now)
        except delivery.Refusal as refusal:
            assert str(refusal).endswith(".")
        for met, comment in marks:
            self.mark(met, comment)
        if corrected is not None:
            self.mark_again(corrected)

    @rule(met=checklists, comment=comments)
    def mark(self, met, comment):
        """The last text that waits, else one that is marked or open already."""
        response = Response.objects.filter(n=6).order_by("attempt__state", "pk").last()
        if response is None:
            return
        try:
            delivery.mark_written(response, met=sorted(met), comment=comment, by=self.marker, now=self.now)
        except delivery.Refusal as refusal:
            assert str(refusal).endswith(".")

    @rule(met=checklists)
    def mark_again(self, met):
        mark = WrittenMark.objects.order_by("pk").last()
        if mark is None:
            return
        try:
            delivery.mark_again(
                mark, met=sorted(met), comment="Read again.", reason="Because", by=self.marker, now=self.now
            )
        except delivery.Refusal as refusal:
            assert str(refusal).endswith(".")

    @rule()
    def sweep(self):
        delivery.close_overdue(self.now)
        assert delivery.close_overdue(self.now) == 0

    @rule(entry=entries)
    def allow(self, entry):
        delivery.allow(entry, extra_attempts=1, reason="Because", by=None)

    @rule(entry=entries)
    def void(self, entry):
        attempt = entry.attempts.open().first()
        if attempt:
            delivery.void(attempt, reason="Because", by=None)

    @rule(minutes=st.integers(-2, 90))
    def pass_time(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(pass_mark=st.integers(0, 100))
    def edit_and_publish(self, pass_mark):
        self.quiz.pass_mark = pass_mark
        self.quiz.save()
        self.quiz.bank.items.first().options.update(rationale=f"edited {pass_mark}")
        self.published = delivery.publish_quiz(self.quiz, by=None)

    @invariant()
    def what_was_submitted_never_changes_and_is_what_the_answers_earn(self):
        for attempt in Attempt.objects.submitted():
            row = Attempt.objects.filter(pk=attempt.pk).values().get()
            if attempt.pk not in self.first:
                score = graded(attempt)
                assert (attempt.passed, attempt.missed_safety) == (score.passed, len(score.missed_safety))
                assert abs(Fraction(attempt.percent) - score.percent) < Fraction(1, 10_000)
            assert self.first.setdefault(attempt.pk, row) == row

    @invariant()
    def an_entry_has_one_open_attempt_and_no_more_than_allowed(self):
        for entry in delivery_models.Entry.objects.all():
            states = list(entry.attempts.values_list("state", flat=True))
            assert states.count("open") + states.count("waiting") <= 1
            assert len(states) - states.count("void") <= 3 + entry.extra_attempts

    @invariant()
    def an_attempt_waits_for_marks_exactly_while_one_of_its_answers_has_none(self):
        for attempt in Attempt.objects.exclude(state="open").exclude(state="void"):
            unmarked = attempt.responses.filter(correct=None).exists()
            assert (attempt.state == "waiting") == unmarked == (attempt.passed is None)

    @invariant()
    def marks_never_change(self):
        for row in WrittenMark.objects.values():
            assert self.first.setdefault(("mark", row["id"]), row) == row

    @invariant()
    def an_acknowledged_answer_is_stored(self):
        stored = {(row.attempt_id, row.n): row.answer for row in Response.objects.all()}
        assert {place: stored[place] for place in self.acknowledged} == self.acknowledged

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)


@pytest.mark.django_db
def test_any_order_of_events_keeps_the_promises():
    run_state_machine_as_test(
        QuizMachine,
        settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
