from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from quizzes.bank import services as bank
from quizzes.bank.authoring import question_of, write_question
from quizzes.delivery import selection
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, EntryGrant, PublishedQuiz, Response
from tests.factories import (
    KINDS,
    NOW,
    RIGHT,
    WRONG,
    make_attempt,
    make_bank,
    make_entry,
    make_item,
    make_published,
    make_quiz,
    make_user,
)

pytestmark = pytest.mark.django_db
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def save(attempt, n=1, raw=0, rev=0, now=NOW, **more):
    return delivery.save_answer(attempt, n, raw, rev=rev, now=now, **more)


def row(attempt, n=1) -> Response:
    return Response.objects.get(attempt=attempt, n=n)


def fresh(attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


def failed(entry, now):
    return delivery.submit(delivery.start(entry, now=now), now=now)


# --- start ----------------------------------------------------------------------------------------------------------


def test_an_attempt_holds_the_paper_of_its_seed():
    attempt = make_attempt(kinds=KINDS)

    content = PublishedQuiz.objects.content(attempt.published_quiz_id)
    laid_out = list(attempt.responses.order_by("n").values_list("n", "revision_id", "order"))

    assert laid_out == [
        (n, placed.item.revision, placed.order) for n, placed in enumerate(selection.paper(content, attempt.seed), 1)
    ]


def test_an_open_attempt_resumes():
    attempt = make_attempt()

    assert delivery.start(attempt.entry, now=NOW + HOUR) == attempt


def test_starting_counts_and_the_limit_holds():
    entry = make_entry(attempts_allowed=2, cooldown_hours=0)
    failed(entry, NOW), failed(entry, NOW)

    with pytest.raises(delivery.NoAttemptsLeft):
        delivery.start(entry, now=NOW)
    assert list(entry.attempts.values_list("number", flat=True)) == [1, 2]


def test_a_day_passes_after_the_second_attempt():
    entry = make_entry()
    failed(entry, NOW), failed(entry, NOW + HOUR)

    with pytest.raises(delivery.CoolingDown) as refused:
        delivery.start(entry, now=NOW + 25 * HOUR - SECOND)

    assert refused.value.until == NOW + 25 * HOUR
    assert delivery.start(entry, now=NOW + 25 * HOUR).number == 3


def test_a_passed_quiz_is_not_taken_again():
    attempt = make_attempt(answers=[True] * 4, submit=True)

    with pytest.raises(delivery.AlreadyPassed):
        delivery.start(attempt.entry, now=NOW + 99 * HOUR)


def test_a_retake_has_other_questions_where_the_pool_allows():
    published = make_published(kinds=("single",) * 6, section={"count": 4})

    for _ in range(10):
        entry = make_entry(published=published, user=make_user())
        first, second = (failed(entry, NOW) for _ in range(2))
        papers = [set(attempt.responses.values_list("revision", flat=True)) for attempt in (first, second)]
        assert papers[0] != papers[1]


def test_a_fixed_section_asks_all_in_order():
    published = make_published(kinds=("single",) * 5, section={"mode": "fixed", "count": 1})
    attempt = make_attempt(make_entry(published=published))

    codes = list(attempt.responses.order_by("n").values_list("revision__item__code", flat=True))

    assert codes == sorted(codes)
    assert len(codes) == 5


def test_the_database_holds_one_open_attempt_for_an_entry():
    attempt = make_attempt()

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            entry=attempt.entry, published_quiz=attempt.published_quiz, number=2, seed="x", started_at=NOW
        )


# --- save -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_stored_in_canonical_form(kind):
    attempt = make_attempt(kinds=(kind,))

    assert save(attempt, raw=RIGHT[kind]) == delivery.Saved(1)
    assert (row(attempt).answer, row(attempt).rev, row(attempt).answered_at) == (RIGHT[kind], 1, NOW)


def test_a_stale_tab_is_told_both_answers_and_changes_nothing():
    attempt = make_attempt()
    save(attempt, raw=1)

    with pytest.raises(delivery.StaleAnswer) as refused:
        save(attempt, raw=2, rev=0)

    assert (refused.value.mine, refused.value.stored, refused.value.rev) == (2, 1, 1)
    assert row(attempt).answer == 1


def test_the_same_request_once_more_is_no_conflict():
    attempt = make_attempt()
    save(attempt, raw=1)

    assert save(attempt, raw=1, rev=0) == delivery.Saved(1)


@pytest.mark.parametrize("blank", [None, "", " ", []])
def test_a_blank_never_overwrites_an_answer(blank):
    attempt = make_attempt()
    save(attempt, raw=1)

    assert save(attempt, raw=blank, rev=1) == delivery.Saved(1)
    assert row(attempt).answer == 1


def test_an_answer_is_taken_back_when_that_is_said():
    attempt = make_attempt()
    save(attempt, raw=1)

    assert save(attempt, raw=None, rev=1, clear=True) == delivery.Saved(2)
    assert Response.objects.filter(attempt=attempt, n=1, answer__isnull=True).exists()


def test_a_bad_answer_is_refused_with_a_sentence():
    with pytest.raises(delivery.BadAnswer, match="Choose one of the answers that are offered."):
        save(make_attempt(), raw="\uff10")


def test_a_question_that_is_not_on_the_paper_is_not_found():
    with pytest.raises(Response.DoesNotExist):
        save(make_attempt(), n=99)


def test_a_submitted_attempt_takes_no_answer_and_no_flag():
    attempt = make_attempt(submit=True)

    with pytest.raises(delivery.AttemptClosed):
        save(attempt)
    with pytest.raises(delivery.AttemptClosed):
        delivery.flag(attempt, 1, True, now=NOW)


def test_a_question_is_flagged_and_unflagged():
    attempt = make_attempt()

    delivery.flag(attempt, 2, True, now=NOW)
    assert list(attempt.responses.filter(flagged=True).values_list("n", flat=True)) == [2]

    delivery.flag(attempt, 2, False, now=NOW)
    assert not attempt.responses.filter(flagged=True).exists()


# --- time -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, False), (4, False), (6, True)])
def test_answers_count_until_the_deadline_and_its_grace(seconds, late):
    attempt = make_attempt(time_limit_minutes=10)
    then = NOW + timedelta(minutes=10, seconds=seconds)
    save(attempt, raw=2)

    if late:
        with pytest.raises(delivery.DeadlinePassed):
            save(attempt, n=2, raw=2, now=then)
    else:
        save(attempt, n=2, raw=2, now=then)

    done = delivery.submit(attempt, now=then)
    assert (done.late, done.earned, done.submitted_at) == (late, 1 if late else 2, then)


def test_an_answer_that_came_late_is_noted_though_the_sweeper_submits():
    attempt = make_attempt(time_limit_minutes=10)
    with pytest.raises(delivery.DeadlinePassed):
        save(attempt, now=NOW + HOUR)

    delivery.close_overdue(NOW + HOUR)

    assert fresh(attempt).late


def test_a_clock_that_steps_back_takes_nothing_away():
    attempt = make_attempt(time_limit_minutes=10)

    assert save(attempt, now=NOW - timedelta(seconds=60)) == delivery.Saved(1)
    assert delivery.submit(attempt, now=NOW - timedelta(seconds=60)).state == Attempt.State.SUBMITTED


def test_the_sweeper_closes_what_is_overdue_once_with_the_answers_saved():
    due, open_ended = make_attempt(time_limit_minutes=10), make_attempt()
    save(due, raw=2)

    assert delivery.close_overdue(NOW + timedelta(minutes=10, seconds=5)) == 0
    assert [delivery.close_overdue(NOW + HOUR) for _ in range(2)] == [1, 0]

    due = fresh(due)
    assert (due.state, due.submitted_at, due.late, due.earned) == ("submitted", due.deadline, False, 1)
    assert fresh(open_ended).state == "open"


def test_more_time_is_for_later_attempts():
    entry = make_entry(time_limit_minutes=10)

    delivery.allow(entry, time_multiplier=Decimal("1.5"), reason="Reads slowly", by=None)

    assert delivery.start(entry, now=NOW).deadline == NOW + timedelta(minutes=15)


# --- submit ---------------------------------------------------------------------------------------------------------


def test_a_blank_paper_scores_zero():
    attempt = make_attempt(kinds=KINDS, submit=True)

    assert (attempt.earned, attempt.possible, attempt.percent, attempt.passed) == (0, len(KINDS), 0, False)
    assert set(attempt.responses.values_list("earned", "correct")) == {(0, False)}


@pytest.mark.parametrize(("right", "percent", "passed"), [(4, 100, True), (3, 75, False), (0, 0, False)])
def test_the_score_is_written_with_the_answers_marked(right, percent, passed):
    attempt = fresh(make_attempt(answers=[True] * right + [False] * (4 - right), submit=True))

    assert (attempt.state, attempt.submitted_at, attempt.late) == ("submitted", NOW, False)
    assert (attempt.earned, attempt.percent, attempt.passed, attempt.missed_safety) == (right, percent, passed, 0)
    assert list(attempt.responses.order_by("n").values_list("correct", flat=True)) == [True] * right + [False] * (
        4 - right
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_marked(kind):
    right = make_attempt(kinds=(kind,), answers=[True], submit=True)
    wrong = make_attempt(kinds=(kind,), answers=[WRONG[kind]], submit=True)

    assert (fresh(right).percent, fresh(wrong).percent) == (100, 0)


def test_a_third_is_cut_off_and_three_of_them_make_one():
    attempt = make_attempt(kinds=("multiple",) * 3, answers=[[0]] * 3, submit=True)

    assert {response.earned for response in attempt.responses.all()} == {Decimal("0.333333")}
    assert fresh(attempt).earned == 1
    assert fresh(attempt).percent == Decimal("33.3333")


def test_a_missed_safety_item_fails_where_it_must_pass():
    shelf = make_bank()
    for place in range(10):
        make_item(shelf, code=f"{place}", safety=place == 9)
    published = delivery.publish_quiz(
        make_quiz(shelf, kinds=[""] * 10, section={"mode": "fixed"}, safety_must_pass=True), by=None
    )

    attempt = make_attempt(make_entry(published=published), answers=[True] * 9, submit=True)

    assert (attempt.percent, attempt.passed, attempt.missed_safety) == (90, False, 1)


def test_a_second_submit_gives_the_first_result():
    attempt = make_attempt(answers=[True], submit=True)
    first = Attempt.objects.filter(pk=attempt.pk).values().get()

    delivery.submit(attempt, now=NOW + HOUR)

    assert Attempt.objects.filter(pk=attempt.pk).values().get() == first


def test_an_edit_during_an_attempt_changes_nothing_of_it():
    quiz = make_quiz(kinds=("single",))
    attempt = make_attempt(make_entry(published=delivery.publish_quiz(quiz, by=None)), answers=[True])
    item = quiz.bank.items.get()
    question = question_of(item)

    write_question(item, replace(question, key=replace(question.key, correct=(0,))))
    quiz.pass_mark = 100
    quiz.save()
    delivery.publish_quiz(quiz, by=None)
    bank.retire(item, by=None)

    assert delivery.submit(attempt, now=NOW).passed


@pytest.mark.parametrize("model", [Attempt, Response])
@pytest.mark.parametrize("state", ["open", "submitted"])
def test_attempts_and_responses_are_never_deleted(model, state):
    attempt = make_attempt(submit=state == "submitted")

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        # Constraints of SQLite wait for the commit, so the trigger is the first to speak.
        model.objects.filter(pk=model.objects.order_by("-pk").first().pk)._raw_delete("default")
    assert Attempt.objects.filter(pk=attempt.pk).exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda attempt: Attempt.objects.filter(pk=attempt.pk).update(passed=True),
        lambda attempt: Attempt.objects.filter(pk=attempt.pk).update(state="open"),
        lambda attempt: Response.objects.filter(attempt=attempt).update(answer=2),
        lambda attempt: Response.objects.filter(attempt=attempt).update(correct=None),
    ],
)
def test_a_submitted_attempt_never_changes(change):
    attempt = make_attempt(submit=True)

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        change(attempt)


def test_a_submitted_attempt_without_a_score_is_refused_by_the_database():
    attempt = make_attempt()

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(state="submitted")


# --- allowances -----------------------------------------------------------------------------------------------------


def test_an_extra_attempt_opens_a_closed_door_and_is_logged():
    entry, registrar = make_entry(attempts_allowed=1), make_user()
    failed(entry, NOW)

    entry = delivery.allow(entry, extra_attempts=1, reason=" The power failed ", by=registrar)

    assert delivery.start(entry, now=NOW).number == 2
    grant = EntryGrant.objects.get()
    assert (grant.extra_attempts, grant.reason, grant.by) == (1, "The power failed", registrar)


@pytest.mark.parametrize(
    ("allowance", "refusal"),
    [
        ({"extra_attempts": 1, "reason": " "}, delivery.ReasonMissing),
        ({"extra_attempts": 0, "reason": "x"}, delivery.NothingAllowed),
        ({"extra_attempts": -1, "reason": "x"}, delivery.NothingAllowed),
        ({"time_multiplier": Decimal("0.5"), "reason": "x"}, delivery.NothingAllowed),
        ({"extra_attempts": 1, "time_multiplier": Decimal("0.5"), "reason": "x"}, delivery.NothingAllowed),
    ],
)
def test_an_allowance_gives_something_and_says_why(allowance, refusal):
    entry = make_entry()

    with pytest.raises(refusal):
        delivery.allow(entry, by=None, **allowance)


def test_a_void_attempt_is_not_counted_and_can_no_longer_change():
    attempt = make_attempt(attempts_allowed=1)

    delivery.void(attempt, reason="The page did not load", by=None)

    with pytest.raises(delivery.AttemptClosed):
        delivery.submit(attempt, now=NOW)
    with pytest.raises(delivery.AttemptClosed):
        save(attempt)
    assert delivery.start(attempt.entry, now=NOW).number == 2
    assert EntryGrant.objects.get().reason == "Attempt 1 void: The page did not load"


def test_a_standing_explains_itself():
    entry = make_entry()
    assert delivery.standing(entry, now=NOW)[2:] == (False, 0, 3, None, None, None)

    first = failed(entry, NOW)
    failed(entry, NOW)

    found = delivery.standing(entry, now=NOW)
    assert (found.open, found.counting, found.attempts_left) == (None, first, 1)
    assert (found.next_start, type(found.refusal)) == (NOW + 24 * HOUR, delivery.CoolingDown)


# --- what belongs to whom -------------------------------------------------------------------------------------------


def test_each_sees_their_own_attempts():
    attempt = make_attempt(submit=True)
    mine, stranger = attempt.entry.user, make_user()
    author = make_user()
    attempt.published_quiz.quiz.bank.authors.add(author)

    assert list(Attempt.objects.of(mine).submitted()) == [attempt]
    assert not Attempt.objects.of(mine).open().exists()
    assert not Attempt.objects.of(mine).passed().exists()
    assert not Attempt.objects.of(stranger).exists()
    assert list(Attempt.objects.for_user(author)) == [attempt]
    assert not Attempt.objects.for_user(stranger).exists()


# --- statements -----------------------------------------------------------------------------------------------------


def statements(verb) -> int:
    with CaptureQueriesContext(connection) as captured:
        verb()
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN")) for query in captured)


@pytest.mark.parametrize("questions", [10, 100])
def test_the_statements_of_a_submit_do_not_grow(questions):
    attempt = make_attempt(kinds=("single",) * questions, answers=[True] * questions)

    assert statements(lambda: delivery.submit(attempt, now=NOW)) == 5
    assert statements(lambda: delivery.submit(attempt, now=NOW)) == 1


@pytest.mark.parametrize("questions", [10, 100])
def test_saving_is_one_statement(questions):
    attempt = make_attempt(kinds=("single",) * questions)
    revision_id = row(attempt).revision_id

    assert statements(lambda: save(attempt, raw=2, revision_id=revision_id)) == 1
    assert statements(lambda: save(attempt, n=2, raw=2)) == 2


def test_starting_is_four_statements():
    entry = make_entry(kinds=("single",) * 10)
    PublishedQuiz.objects.content(entry.published_quiz_id)

    assert statements(lambda: delivery.start(entry, now=NOW)) == 4


def test_right_and_wrong_answers_are_saved_by_the_same_statements():
    attempt = make_attempt(kinds=("single", "single"))

    assert statements(lambda: save(attempt, n=1, raw=2)) == statements(lambda: save(attempt, n=2, raw=0))
