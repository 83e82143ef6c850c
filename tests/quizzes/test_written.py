"""A written answer from its first word to its marks: what is stored, what waits, who may mark, and what never changes."""

from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from quizzes.bank.models import Kind
from quizzes.delivery import marking, readiness, results, timing
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, EntryGrant, PublishedQuiz, Response
from quizzes.delivery.written_models import AnswerToMark, WrittenMark
from tests import queries
from tests.factories import (
    NOW,
    RIGHT,
    make_attempt,
    make_bank,
    make_entry,
    make_item,
    make_marked,
    make_quiz,
    make_user,
    make_written,
)
from tests.quizzes.test_races import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TEXT = RIGHT["written"]
MIXED = ("single", "written", "text")


def handed_in(kinds=("written",), answers=(True, True, True), **rules) -> Attempt:
    """A waiting attempt over these kinds, in order."""
    section = {"mode": "fixed"}
    bank = make_bank()
    for n, kind in enumerate(kinds):
        make_item(bank, kind=kind, code=f"{n}")
    published = delivery.publish_quiz(make_quiz(bank, kinds=kinds, section=section, **rules), by=None)
    return make_attempt(make_entry(published=published), answers=answers, submit=True)


def written(attempt: Attempt) -> Response:
    return attempt.responses.get(revision__kind=Kind.WRITTEN)


def mark(attempt: Attempt, *, met=(0, 1, 2, 3), comment="", by=None, now=NOW + DAY) -> WrittenMark:
    return delivery.mark_written(written(attempt), met=list(met), comment=comment, by=by or make_user(), now=now)


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


# --- handed in ------------------------------------------------------------------------------------------------------


def test_a_written_answer_makes_its_attempt_wait_without_a_score():
    attempt = fresh(handed_in())

    assert (attempt.state, attempt.submitted_at) == ("waiting", NOW)
    assert (attempt.earned, attempt.possible, attempt.percent, attempt.passed, attempt.missed_safety) == (None,) * 5
    assert (written(attempt).answer, written(attempt).correct) == (TEXT, None)


def test_what_a_machine_can_mark_is_marked_at_once_and_no_verdict_is_given():
    attempt = handed_in(MIXED, [True, True, False])

    assert list(attempt.responses.order_by("n").values_list("correct", flat=True)) == [True, None, False]
    assert fresh(attempt).passed is None


def test_a_blank_text_needs_no_marker():
    attempt = fresh(handed_in(MIXED, [True, None, True]))

    assert (attempt.state, attempt.earned, attempt.possible) == ("submitted", 2, 3)
    assert not AnswerToMark.objects.exists()


def test_a_second_submit_leaves_the_attempt_waiting_as_it_was():
    attempt = handed_in()
    before = Attempt.objects.filter(pk=attempt.pk).values().get()

    assert delivery.submit(attempt, now=NOW + DAY).state == "waiting"
    assert Attempt.objects.filter(pk=attempt.pk).values().get() == before


def test_the_sweeper_hands_in_a_text_whose_time_is_up_as_of_its_deadline():
    bank = make_bank()
    make_item(bank, kind="written")
    published = delivery.publish_quiz(make_quiz(bank, kinds=("written",), time_limit_minutes=10), by=None)
    attempt = make_attempt(make_entry(published=published), answers=[True])

    assert [delivery.close_overdue(NOW + DAY) for _ in range(2)] == [1, 0]
    assert (fresh(attempt).state, fresh(attempt).submitted_at) == ("waiting", attempt.deadline)


def test_while_one_attempt_waits_no_other_starts_and_the_reason_is_said():
    attempt = handed_in()

    with pytest.raises(delivery.AwaitingMarks, match="Your last attempt is still with an instructor") as refused:
        delivery.start(attempt.entry, now=NOW + DAY)

    assert refused.value.due == NOW + 14 * DAY
    found = delivery.standing(attempt.entry, now=NOW + DAY)
    assert (found.open, found.waiting, found.passed, found.counting) == (None, attempt, False, None)


def test_the_database_lets_no_attempt_stand_beside_one_that_waits():
    attempt = handed_in()

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            entry=attempt.entry, published_quiz=attempt.published_quiz, number=2, seed="x", started_at=NOW
        )


@pytest.mark.parametrize(
    "change",
    [
        lambda attempt: Attempt.objects.filter(pk=attempt.pk).update(state="open"),
        lambda attempt: Attempt.objects.filter(pk=attempt.pk).update(state="void"),
        lambda attempt: Attempt.objects.filter(pk=attempt.pk).update(late=True),
        lambda attempt: written_row(attempt).update(answer="Another text"),
        lambda attempt: written_row(attempt).update(answer="Another text", correct=True, earned=1),
        lambda attempt: written_row(attempt).update(flagged=True),
        lambda attempt: Response.objects.filter(attempt=attempt, n=1).update(correct=False),
    ],
)
def test_the_database_keeps_what_waits_as_it_was_handed_in(change):
    attempt = handed_in(MIXED)

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        change(attempt)


def written_row(attempt: Attempt):
    return Response.objects.filter(pk=written(attempt).pk)


def test_a_waiting_attempt_with_a_score_is_refused_by_the_database():
    attempt = make_attempt()

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(state="waiting", submitted_at=NOW, passed=True)


def test_what_waits_takes_no_answer_and_no_flag_and_is_not_void():
    attempt = handed_in()

    with pytest.raises(delivery.AttemptClosed):
        delivery.save_answer(attempt, 1, "Another text", rev=written(attempt).rev, now=NOW)
    with pytest.raises(delivery.AttemptClosed):
        delivery.flag(attempt, 1, True, now=NOW)
    with pytest.raises(delivery.AttemptClosed):
        delivery.void(attempt, reason="Because", by=None)


@pytest.mark.parametrize(
    ("after", "left"),
    [(timedelta(0), 14), (DAY / 2, 13), (13 * DAY, 1), (13.5 * DAY, 0), (14 * DAY, 0), (14.1 * DAY, -1)],
)
def test_two_weeks_are_promised_for_the_marks(after, left):
    assert timing.marking_due(NOW) == NOW + timedelta(weeks=2)
    assert timing.marking_left(NOW, NOW + after) == left


# --- marked ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("met", "passed"), [((0, 1, 2, 3), True), ((4, 3, 2, 1, 0), True), ((0, 1, 2), False), ((), False)]
)
def test_the_checklist_decides(met, passed):
    attempt = handed_in()

    made = mark(attempt, met=met, comment="A word to you.")

    attempt = fresh(attempt)
    assert (attempt.state, attempt.passed, attempt.percent) == ("submitted", passed, 100 if passed else 0)
    assert (attempt.submitted_at, attempt.missed_safety) == (NOW, 0)
    assert (written(attempt).earned, written(attempt).correct) == (int(passed), passed)
    assert (made.met, made.comment, made.marked_at) == (sorted(met), "A word to you.", NOW + DAY)


def test_a_mixed_quiz_gets_its_whole_score_with_the_last_mark():
    attempt = handed_in(("multiple", "written", "written"), [[0], True, True], pass_mark=50)
    first, second = attempt.responses.filter(correct=None).order_by("n")

    delivery.mark_written(first, met=[0, 1, 2, 3], comment="", by=make_user(), now=NOW)
    assert (fresh(attempt).state, len(mail.outbox)) == ("waiting", 0)
    delivery.mark_written(second, met=[], comment="Not yet.", by=make_user(), now=NOW)

    attempt = fresh(attempt)
    assert (attempt.state, str(attempt.earned), str(attempt.percent)) == ("submitted", "1.3333", "44.4444")


def test_thirds_are_added_before_they_are_cut():
    attempt = handed_in(("multiple", "multiple", "multiple", "written"), [[0], [0], [0], True])

    mark(attempt)

    assert fresh(attempt).earned == 2


def test_a_missed_text_that_is_for_safety_fails_where_it_must_pass():
    bank = make_bank()
    for n, kind in enumerate(["single"] * 9 + ["written"]):
        make_item(bank, kind=kind, code=f"{n}", safety=kind == "written")
    quiz = make_quiz(bank, kinds=[""] * 10, section={"mode": "fixed"}, safety_must_pass=True)
    attempt = make_attempt(make_entry(published=delivery.publish_quiz(quiz, by=None)), answers=[True] * 10, submit=True)

    mark(attempt, met=[0], comment="Name the stop rule.")

    assert (fresh(attempt).percent, fresh(attempt).passed, fresh(attempt).missed_safety) == (90, False, 1)


def test_marks_are_given_once_and_the_second_marker_sees_the_first_ones():
    attempt, first, second = handed_in(), make_user(), make_user()
    made = mark(attempt, by=first)

    with pytest.raises(delivery.AlreadyMarked) as refused:
        mark(attempt, met=[0], comment="No.", by=second)

    assert (refused.value.mark, refused.value.mark.marked_by) == (made, first)
    assert (WrittenMark.objects.count(), fresh(attempt).passed) == (1, True)


def test_the_same_marks_sent_twice_are_one(django_capture_on_commit_callbacks):
    attempt, marker = handed_in(), make_user()

    with django_capture_on_commit_callbacks(execute=True):
        assert mark(attempt, by=marker) == mark(attempt, by=marker)

    assert (WrittenMark.objects.count(), len(mail.outbox)) == (1, 1)


def test_nobody_marks_an_answer_of_their_own():
    attempt = handed_in()

    with pytest.raises(delivery.OwnAnswer):
        mark(attempt, by=attempt.entry.user)
    assert fresh(attempt).state == "waiting"


@pytest.mark.parametrize(
    ("met", "comment", "refusal"),
    [
        ([0, 1, 2], "", delivery.CommentMissing),
        ([0, 1, 2], " \n", delivery.CommentMissing),
        ([0, 0, 0, 0], "", delivery.CommentMissing),
        ([5], "x", delivery.BadMarks),
        ([-1], "x", delivery.BadMarks),
        ([True], "x", delivery.BadMarks),
        (["0"], "x", delivery.BadMarks),
        ([0], "x" * 2001, delivery.CommentTooLong),
    ],
)
def test_marks_that_cannot_stand_are_refused_with_a_sentence_and_nothing_is_stored(met, comment, refusal):
    attempt = handed_in()

    with pytest.raises(refusal) as refused:
        mark(attempt, met=met, comment=comment)

    assert str(refused.value).endswith(".")
    assert (fresh(attempt).state, WrittenMark.objects.count()) == ("waiting", 0)


def test_only_a_written_answer_that_was_handed_in_can_be_marked():
    mixed, blank = handed_in(MIXED), handed_in(answers=[None])
    open_one = make_attempt(make_entry(published=mixed.published_quiz), answers=[True, True, True])

    for response in (mixed.responses.get(n=1), written(blank), written(open_one)):
        with pytest.raises(delivery.NothingToMark):
            delivery.mark_written(response, met=[0, 1, 2, 3], comment="", by=make_user(), now=NOW)


def test_a_mark_never_changes_and_is_never_deleted():
    made = mark(handed_in())

    for verb in (lambda rows: rows.update(comment="Another"), lambda rows: rows._raw_delete("default")):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            verb(WrittenMark.objects.filter(pk=made.pk))


def test_after_the_marks_the_attempt_never_changes():
    attempt = handed_in()
    mark(attempt)

    for change in ({"passed": False}, {"state": "waiting"}):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            Attempt.objects.filter(pk=attempt.pk).update(**change)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        written_row(attempt).update(correct=False)


@pytest.mark.django_db(transaction=True)
def test_the_letter_leaves_after_the_commit_and_holds_the_way_to_the_marks_and_no_mark(settings):
    attempt = handed_in()
    comment, met = "Say when to stop.", [0, 1, 2]

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        mark(attempt, met=met, comment=comment)
        raise ZeroDivisionError
    assert mail.outbox == []
    mark(attempt, met=met, comment=comment)

    (letter,) = mail.outbox
    assert letter.to == [attempt.entry.user.email]
    for body in (letter.body, letter.alternatives[0].content):
        assert f"{settings.SITE_URL}/attempts/{attempt.uuid}/result/" in body
        assert not [word for word in (comment, "passed", "3 of 5", TEXT[:10]) if word in body]


# --- revised --------------------------------------------------------------------------------------------------------


def test_a_text_that_did_not_pass_comes_back_to_be_revised():
    attempt = make_marked(handed_in(MIXED, [True, True, None]), passes=False)

    revision = delivery.start(attempt.entry, now=NOW + 2 * DAY)

    assert list(revision.responses.order_by("n").values_list("answer", "answered_at")) == [
        (None, None),
        (TEXT, NOW + 2 * DAY),
        (None, None),
    ]
    delivery.save_answer(revision, 2, "A better text.", rev=0, now=NOW + 2 * DAY)
    delivery.submit(revision, now=NOW + 2 * DAY)
    assert make_marked(revision).passed is False  # two of three are not enough
    assert written(attempt).answer == TEXT


def test_the_third_attempt_opens_with_the_second_text():
    attempt = make_marked(handed_in(), passes=False)
    second = delivery.start(attempt.entry, now=NOW)
    delivery.save_answer(second, 1, "The second text.", rev=0, now=NOW)
    make_marked(delivery.submit(second, now=NOW), passes=False)

    third = delivery.start(attempt.entry, now=NOW + 2 * DAY)

    assert written(third).answer == "The second text."


def test_a_text_that_passed_needs_no_further_attempt():
    attempt = make_marked(handed_in())

    with pytest.raises(delivery.AlreadyPassed):
        delivery.start(attempt.entry, now=NOW + DAY)


def test_the_limit_of_attempts_and_the_wait_hold_for_texts_too():
    attempt = make_marked(handed_in(attempts_allowed=2, cooldown_after=1), passes=False)

    with pytest.raises(delivery.CoolingDown):
        delivery.start(attempt.entry, now=NOW + DAY / 2)
    second = delivery.start(attempt.entry, now=NOW + DAY)
    make_marked(delivery.submit(second, now=NOW + DAY), passes=False)
    with pytest.raises(delivery.NoAttemptsLeft):
        delivery.start(attempt.entry, now=NOW + 9 * DAY)


def test_nothing_is_released_while_an_attempt_waits_though_none_is_left():
    attempt = handed_in(attempts_allowed=1)

    assert not results.is_final(attempt)
    with pytest.raises(results.NotSubmitted):
        results.result_of(attempt, final=True)
    make_marked(attempt, passes=False)
    assert results.is_final(attempt)


def test_a_written_question_is_not_drawn_from_among_others():
    bank = make_bank()
    make_item(bank, kind="written"), make_item(bank, kind="single")
    drawn, whole = (make_quiz(bank, section={"count": count}) for count in (1, 2))

    assert [problem.code for problem in readiness.problems(drawn)] == ["written_drawn"]
    assert readiness.problems(whole) == []


# --- corrected ------------------------------------------------------------------------------------------------------


def again(made: WrittenMark, *, met=(0, 1, 2, 3), comment="", reason="Read too fast", by=None, now=NOW + 3 * DAY):
    return delivery.mark_again(made, met=list(met), comment=comment, reason=reason, by=by or make_user(), now=now)


def test_a_correction_leaves_the_first_marks_and_their_attempt_as_they_are_and_counts():
    attempt = handed_in(MIXED)
    first = mark(attempt, met=[0], comment="No.")
    before = Attempt.objects.filter(pk=attempt.pk).values().get()

    second = again(first)

    corrected = second.response.attempt
    assert Attempt.objects.filter(pk=attempt.pk).values().get() == before
    assert (second.supersedes, second.reason) == (first, "Attempt 1 marked again: Read too fast")
    assert (corrected.number, corrected.passed, corrected.submitted_at) == (2, True, NOW)
    same = ("n", "revision", "order", "answer")
    assert list(corrected.responses.values_list(*same)) == list(attempt.responses.values_list(*same))
    found = delivery.standing(attempt.entry.__class__.objects.get(), now=NOW + 3 * DAY)
    assert (found.passed, found.counting, found.attempts_left) == (True, corrected, 2)
    assert (EntryGrant.objects.get().reason, EntryGrant.objects.get().extra_attempts) == (second.reason, 1)


def test_a_correction_of_one_of_two_texts_keeps_the_marks_of_the_other():
    attempt = handed_in(("written", "written"), [True, True])
    one, other = attempt.responses.order_by("n")
    kept = delivery.mark_written(one, met=[0, 1, 2, 3], comment="Good.", by=make_user(), now=NOW)
    wrong = delivery.mark_written(other, met=[], comment="No.", by=make_user(), now=NOW)

    corrected = again(wrong).response.attempt

    assert (corrected.passed, corrected.earned) == (True, 2)
    copied = WrittenMark.objects.get(response__attempt=corrected, response__n=1)
    assert (copied.met, copied.comment, copied.marked_by, copied.supersedes) == (
        kept.met,
        "Good.",
        kept.marked_by,
        kept,
    )


def test_a_correction_beside_a_revision_that_is_open_leaves_it_open():
    attempt = handed_in()
    first = mark(attempt, met=[0], comment="No.")
    revision = delivery.start(attempt.entry, now=NOW + DAY)

    corrected = again(first).response.attempt

    assert (fresh(revision).state, corrected.number) == ("open", 3)


@pytest.mark.parametrize("case", ["passed", "corrected", "own", "reason", "comment"])
def test_a_correction_that_may_not_be_is_refused_with_a_sentence(case):
    attempt = handed_in()
    made = mark(attempt, met=[0, 1, 2, 3] if case == "passed" else [0], comment="x")
    if case == "corrected":
        again(made, met=[0, 1], comment="x")
    asked, refusal = {
        "passed": ({}, delivery.PassStands),
        "corrected": ({}, delivery.AlreadyMarked),
        "own": ({"by": attempt.entry.user}, delivery.OwnAnswer),
        "reason": ({"reason": " "}, delivery.ReasonMissing),
        "comment": ({"met": [0]}, delivery.CommentMissing),
    }[case]
    before = (Attempt.objects.count(), WrittenMark.objects.count())

    with pytest.raises(refusal) as refused:
        again(made, **asked)

    assert str(refused.value).endswith(".")
    assert (Attempt.objects.count(), WrittenMark.objects.count()) == before


# --- who sees what waits --------------------------------------------------------------------------------------------


def test_the_queue_holds_what_waits_in_ones_own_banks_and_never_ones_own():
    attempt = handed_in()
    author, stranger = make_user(), make_user()
    attempt.published_quiz.quiz.bank.authors.add(author, attempt.entry.user)
    queue = AnswerToMark.objects.for_user

    assert [row.pk for row in queue(author).waiting().not_of(author)] == [written(attempt).pk]
    assert not queue(stranger).exists()
    assert not queue(attempt.entry.user).not_of(attempt.entry.user).exists()
    made = mark(attempt)
    assert not queue(author).waiting().exists()
    assert queue(author).exists()
    assert list(WrittenMark.objects.for_user(author)) == [made]
    assert not WrittenMark.objects.for_user(stranger).exists()


# --- at once --------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_markers_at_once_one_marks_and_the_other_sees_those_marks():
    for _ in range(20):
        attempt, markers = handed_in(), [make_user(), make_user()]
        mail.outbox.clear()

        said = at_once(
            partial(mark, attempt, by=markers[0]),
            partial(mark, attempt, by=markers[1], met=[0], comment="No."),
        )

        stored = WrittenMark.objects.get(response__attempt=attempt)
        told = [each for each in said if isinstance(each, delivery.AlreadyMarked)]
        assert stored in said
        assert [each.mark for each in told] == [stored]
        assert fresh(attempt).passed == (stored.marked_by == markers[0])
        assert len(mail.outbox) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_last_two_texts_marked_at_once_give_one_score_and_one_letter():
    for _ in range(20):
        attempt = handed_in(("written", "written"), [True, True])
        mail.outbox.clear()
        one, other = attempt.responses.order_by("n")

        at_once(
            *(
                partial(delivery.mark_written, row, met=[0, 1, 2, 3], comment="", by=make_user(), now=NOW)
                for row in (one, other)
            )
        )

        assert (fresh(attempt).state, fresh(attempt).earned, len(mail.outbox)) == ("submitted", 2, 1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_text_saved_while_submitting_is_handed_in_or_refused():
    bank = make_bank()
    make_item(bank, kind="written")
    published = delivery.publish_quiz(make_quiz(bank, kinds=("written",)), by=None)
    for _ in range(40):
        attempt = make_attempt(make_entry(published=published), answers=["The first text."])

        saved, _ = at_once(
            partial(delivery.save_answer, attempt, 1, "The second text.", rev=1, now=NOW),
            partial(delivery.submit, attempt, now=NOW),
        )

        assert saved == delivery.Saved(2) or isinstance(saved, delivery.AttemptClosed)
        assert written(attempt).answer == f"The {'second' if saved == delivery.Saved(2) else 'first'} text."
        assert fresh(attempt).state == "waiting"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_text_taken_back_while_submitting_never_leaves_an_attempt_that_waits_for_nothing():
    published = make_written()
    for _ in range(40):
        attempt = make_attempt(make_entry(published=published), answers=["A text."])

        cleared, _ = at_once(
            partial(delivery.save_answer, attempt, 1, None, rev=1, now=NOW, clear=True),
            partial(delivery.submit, attempt, now=NOW),
        )

        taken_back = cleared == delivery.Saved(2)
        assert taken_back or isinstance(cleared, delivery.AttemptClosed)
        assert fresh(attempt).state == ("submitted" if taken_back else "waiting")
        assert AnswerToMark.objects.filter(attempt=attempt).exists() != taken_back


def test_a_text_taken_back_between_the_reading_and_the_closing_is_seen(monkeypatch):
    attempt = make_attempt(make_entry(published=make_written()), answers=["A text."])
    read = marking._marks

    def marks(content, answered):
        found = read(content, answered)
        if answered[0].answer is not None:
            delivery.save_answer(attempt, 1, None, rev=1, now=NOW, clear=True)
        return found

    monkeypatch.setattr(marking, "_marks", marks)

    assert delivery.submit(attempt, now=NOW).state == "submitted"


# --- statements -----------------------------------------------------------------------------------------------------


def cost(verb) -> int:
    with CaptureQueriesContext(connection) as captured:
        verb()
    return queries.statements(captured)


@pytest.mark.parametrize("count", [1, 10])
def test_a_written_answer_costs_a_submit_two_statements_more_at_most(count):
    kinds = ("single",) * count + ("written",)
    bank = make_bank()
    for n, kind in enumerate(kinds):
        make_item(bank, kind=kind, code=f"{n}")
    published = delivery.publish_quiz(make_quiz(bank, kinds=kinds, section={"mode": "fixed"}), by=None)
    attempt = make_attempt(make_entry(published=published), answers=[True] * len(kinds))
    row = written(attempt)
    PublishedQuiz.objects.content(published.pk)

    assert cost(lambda: delivery.save_answer(attempt, row.n, "x", rev=1, now=NOW, revision_id=row.revision_id)) == 1
    assert cost(lambda: delivery.submit(attempt, now=NOW)) == 6
    assert cost(lambda: mark(attempt)) <= 13
