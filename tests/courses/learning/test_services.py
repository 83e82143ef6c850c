"""The verbs of learning: each records once, refuses by name, and keeps what an edition leaves unchanged."""

import datetime as dt
from datetime import timedelta
from decimal import Decimal

import pytest

from ceu.accounts.models import Licence
from courses.catalogue import services as catalogue
from courses.catalogue.models import Lesson
from courses.learning import attestations, facts, surroundings
from courses.learning import services as learning
from courses.learning.completion import Kind, State
from courses.learning.models import Attestation, Enrolment, EvaluationReceipt, LessonProgress, ModuleEntry
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Attempt, Entry
from tests.courses import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def enrol(user, course, **fields) -> Enrolment:
    usual = {"scope_confirmed": True, "profession": "other", "jurisdiction": "Ohio", "now": NOW}
    return learning.enrol(user, course, **(usual | fields))


def progress(enrolment, now=NOW):
    return facts.progress_of(Enrolment.objects.get(pk=enrolment.pk), now=now)


def change_lesson(course, slug="m1-l1") -> None:
    course.modules.get(code=slug[:2].upper()).lessons.filter(slug=slug).update(purpose="Something new.")


def change_quiz(course, module="M1") -> None:
    course.bank.items.filter(code=f"{module}-01").update(stem="Which one, please?")


def publish(course, now=LATER):
    return catalogue.publish(course, by=None, now=now)


# --- enrolling ------------------------------------------------------------------------------------------------------


def test_enrolling_keeps_what_was_stated_and_pins_the_newest_edition():
    edition = make.make_edition()

    enrolment = enrol(make.make_learner(), edition.course)

    assert (enrolment.edition, enrolment.enrolled_at, enrolment.scope_confirmed_at) == (edition, NOW, NOW)
    assert (enrolment.profession, enrolment.jurisdiction) == ("other", "Ohio")


def test_enrolling_twice_is_enrolling_once():
    course, user = make.make_edition().course, make.make_learner()

    first, second = enrol(user, course), enrol(user, course, jurisdiction="Utah", now=LATER)

    assert first == second
    assert Enrolment.objects.get().jurisdiction == "Ohio"


def test_enrolling_needs_the_scope_to_be_confirmed():
    with pytest.raises(learning.ScopeNotConfirmed):
        enrol(make.make_learner(), make.make_edition().course, scope_confirmed=False)


def test_instructors_are_refused_in_their_own_course():
    by = make.make_learner()
    edition = make.make_edition(make.make_course(by=by))

    with pytest.raises(learning.OwnCourse):
        enrol(by, edition.course)

    assert not Enrolment.objects.exists()


def test_a_course_without_an_edition_or_retired_is_not_on_offer():
    draft, retired = make.make_course(), make.make_edition().course
    catalogue.retire(retired, now=NOW)

    for course in (draft, retired):
        with pytest.raises(learning.NotOnOffer):
            enrol(make.make_learner(), course)


def test_a_learner_of_a_retired_course_goes_on():
    enrolment = make.make_enrolment()
    catalogue.retire(enrolment.course, now=NOW)

    make.complete(enrolment)

    assert progress(enrolment).complete


def test_who_left_and_comes_back_finds_everything_as_it_was():
    enrolment = make.make_enrolment()
    make.finish_lessons(enrolment)
    make.take_quiz(enrolment, "M1", right=False)
    learning.withdraw(enrolment, now=NOW)
    assert not Enrolment.objects.active().exists()

    back = enrol(enrolment.user, enrolment.course, jurisdiction="Utah", now=LATER)

    assert (back.pk, back.withdrawn_at, back.jurisdiction, back.scope_confirmed_at) == (
        enrolment.pk,
        None,
        "Utah",
        LATER,
    )
    assert progress(back).lessons_read == 2


def test_leaving_and_coming_back_gives_no_further_attempts():
    enrolment = make.make_enrolment(attempts_allowed=1)
    make.finish_lessons(enrolment)
    make.take_quiz(enrolment, "M1", right=False)
    learning.withdraw(enrolment, now=NOW)
    back = enrol(enrolment.user, enrolment.course)

    with pytest.raises(learning.NotOpenYet, match="No attempts left"):
        learning.enter_quiz(back, "M1", home="/", now=LATER)


def test_coming_back_needs_the_scope_and_an_offer_again():
    enrolment = make.make_enrolment()
    learning.withdraw(enrolment, now=NOW)

    with pytest.raises(learning.ScopeNotConfirmed):
        enrol(enrolment.user, enrolment.course, scope_confirmed=False)

    catalogue.retire(enrolment.course, now=NOW)
    with pytest.raises(learning.NotOnOffer):
        enrol(enrolment.user, enrolment.course)


def test_a_completed_course_that_was_left_may_be_taken_anew():
    enrolment = make.make_enrolment()
    make.complete(enrolment)
    learning.withdraw(enrolment, now=NOW)

    again = enrol(enrolment.user, enrolment.course, now=LATER)

    assert again.pk != enrolment.pk
    assert progress(again).lessons_read == 0


def test_leaving_twice_keeps_the_first_time():
    enrolment = make.make_enrolment()

    learning.withdraw(enrolment, now=NOW)
    learning.withdraw(enrolment, now=LATER)

    assert Enrolment.objects.get().withdrawn_at == NOW


# --- lessons --------------------------------------------------------------------------------------------------------


def test_finishing_a_lesson_twice_is_finishing_it_once():
    enrolment = make.make_enrolment()

    learning.finish_lesson(enrolment, "m1-l1", now=NOW)
    learning.finish_lesson(enrolment, "m1-l1", now=LATER)

    assert LessonProgress.objects.get().finished_at == NOW
    assert progress(enrolment).lessons_read == 1
    assert Enrolment.objects.get().last_seen_at == LATER


def test_the_place_is_remembered():
    enrolment = make.make_enrolment()

    learning.remember_place(enrolment, "m1-l2", "start", now=NOW)

    row = Enrolment.objects.get()
    assert (row.last_lesson, row.last_anchor, row.last_seen_at) == ("m1-l2", "start", NOW)
    assert progress(enrolment).next.key == "m1-l2"


# --- quizzes --------------------------------------------------------------------------------------------------------


def test_a_quiz_is_not_entered_while_lessons_are_unread():
    enrolment = make.make_enrolment()
    learning.finish_lesson(enrolment, "m1-l1", now=NOW)

    with pytest.raises(learning.NotOpenYet, match="Opens when one more lesson of this module is read."):
        learning.enter_quiz(enrolment, "M1", home="/", now=NOW)

    assert not Entry.objects.exists()


def test_a_quiz_is_entered_once_with_its_title_and_home():
    enrolment = make.make_enrolment()
    make.finish_lessons(enrolment)

    first = learning.enter_quiz(enrolment, "M1", home="/courses/x/", now=NOW)
    second = learning.enter_quiz(enrolment, "M1", home="/courses/y/", now=LATER)

    assert first == second
    assert (first.title, first.home, first.user) == ("Quiz M1", "/courses/x/", enrolment.user)
    assert ModuleEntry.objects.count() == 1


def test_waiting_for_the_next_attempt_is_judged_by_the_time_that_is_given():
    enrolment = make.make_enrolment(cooldown_after=1, cooldown_hours=24)
    make.finish_lessons(enrolment)
    make.take_quiz(enrolment, "M1", right=False)

    with pytest.raises(learning.NotOpenYet, match="has to wait"):
        learning.enter_quiz(enrolment, "M1", home="/", now=NOW + timedelta(hours=23))

    entry = learning.enter_quiz(enrolment, "M1", home="/", now=NOW + timedelta(hours=25))
    assert delivery.start(entry, now=NOW + timedelta(hours=25)).number == 2


def test_a_lesson_that_changed_shuts_the_quiz_again_though_it_was_entered_before():
    enrolment = make.make_enrolment()
    make.finish_lessons(enrolment)
    make.take_quiz(enrolment, "M1", right=False)
    change_lesson(enrolment.course)
    learning.take_up_edition(enrolment, publish(enrolment.course), now=LATER)

    with pytest.raises(learning.NotOpenYet, match="one more lesson"):
        learning.enter_quiz(enrolment, "M1", home="/", now=LATER)


def test_a_void_attempt_neither_counts_nor_hides_the_others():
    enrolment = make.make_enrolment(attempts_allowed=2)
    make.finish_lessons(enrolment)
    entry = learning.enter_quiz(enrolment, "M1", home="/", now=NOW)
    delivery.void(delivery.start(entry, now=NOW), reason="Power cut", by=None)

    make.take_quiz(enrolment, "M1")

    (quiz,) = progress(enrolment).quizzes
    found = dict(facts.facts_of([enrolment], now=NOW)[enrolment.pk].quizzes)["M1"]
    assert quiz.state is State.DONE
    assert ([tried.number for tried in found.attempts], found.attempts_left) == ([2], 1)


def test_facts_tell_each_attempt_and_what_is_left():
    enrolment = make.make_enrolment(attempts_allowed=3, cooldown_after=1, cooldown_hours=24)
    make.finish_lessons(enrolment)
    attempt = make.take_quiz(enrolment, "M1", right=False)

    found = dict(facts.facts_of([enrolment], now=LATER)[enrolment.pk].quizzes)["M1"]

    (tried,) = found.attempts
    assert (tried.uuid, tried.number, tried.percent, tried.passed) == (str(attempt.uuid), 1, 0, False)
    assert (found.attempts_left, found.next_start) == (2, NOW + timedelta(hours=24))


def test_the_percentage_is_cut_off_and_never_rounded_up():
    enrolment = make.make_enrolment(items=("single",) * 3)
    make.finish_lessons(enrolment)
    attempt = delivery.start(learning.enter_quiz(enrolment, "M1", home="/", now=NOW), now=NOW)
    make.answer_right(attempt)
    third = attempt.responses.get(n=3)
    delivery.save_answer(attempt, 3, (third.answer + 1) % 4, rev=third.rev, now=NOW)
    delivery.submit(attempt, now=NOW)

    found = dict(facts.facts_of([enrolment], now=NOW)[enrolment.pk].quizzes)["M1"]

    assert [(tried.percent, tried.passed) for tried in found.attempts] == [(66, False)]


def test_the_facts_of_many_are_those_of_each():
    edition = make.make_edition(modules=2)
    rows = [make.make_enrolment(edition=edition) for _ in range(3)]
    learning.finish_lesson(rows[0], "m1-l1", now=NOW)
    make.complete(rows[1])

    many = facts.progress_of_many(list(Enrolment.objects.with_milestones()), now=NOW)

    assert many == {row.pk: facts.progress_of(row, now=NOW) for row in rows}
    assert [many[row.pk].share for row in rows] == [12, 100, 0]


# --- F19: a later edition ---------------------------------------------------------------------------------------------


def test_a_later_edition_keeps_unchanged_lessons_and_the_passes_of_unchanged_quizzes():
    enrolment = make.make_enrolment(modules=2)
    make.finish_lessons(enrolment)
    make.pass_quizzes(enrolment)
    change_lesson(enrolment.course, "m1-l1")
    change_quiz(enrolment.course, "M2")
    second = publish(enrolment.course)

    learning.take_up_edition(enrolment, second, now=LATER)

    after = progress(enrolment)
    assert Enrolment.objects.get().edition == second
    assert [(step.key, step.done) for step in after.lessons] == [
        ("m1-l1", False), ("m1-l2", True), ("m2-l1", True), ("m2-l2", True),
    ]  # fmt: skip
    assert after.step(Kind.LESSON, "m1-l1").reason == "Changed since you read it"
    assert [(step.key, step.done) for step in after.quizzes] == [("M1", True), ("M2", False)]


def test_the_changed_quiz_of_a_later_edition_is_entered_anew_and_its_pass_counts():
    enrolment = make.make_enrolment()
    make.finish_lessons(enrolment)
    make.pass_quizzes(enrolment)
    change_quiz(enrolment.course)
    enrolment = learning.take_up_edition(enrolment, publish(enrolment.course), now=LATER)
    assert progress(enrolment).quizzes_passed == 0

    make.take_quiz(enrolment, "M1")

    assert progress(enrolment).quizzes_passed == 1
    assert ModuleEntry.objects.count() == 2


def test_an_open_attempt_blocks_a_later_edition_and_is_finished_on_its_own_paper():
    enrolment = make.make_enrolment()
    make.finish_lessons(enrolment)
    attempt = delivery.start(learning.enter_quiz(enrolment, "M1", home="/", now=NOW), now=NOW)
    change_quiz(enrolment.course)
    second = publish(enrolment.course)

    with pytest.raises(learning.NotOpenYet, match="open quiz attempt"):
        learning.take_up_edition(enrolment, second, now=LATER)

    make.answer_right(attempt)
    assert delivery.submit(attempt, now=LATER).passed
    assert learning.take_up_edition(enrolment, second, now=LATER).edition == second


def test_nothing_in_the_draft_reaches_an_enrolment_or_an_open_attempt():
    enrolment = make.make_enrolment(pass_mark=Decimal("80"))
    make.finish_lessons(enrolment)
    attempt = delivery.start(learning.enter_quiz(enrolment, "M1", home="/", now=NOW), now=NOW)
    course = enrolment.course
    course.modules.first().lessons.all().delete()
    course.bank.items.all().update(status="retired", stem="Broken")
    course.modules.first().quiz.sections.all().delete()
    type(course).objects.update(pass_mark=Decimal("100"), title="Another")

    make.answer_right(attempt)

    assert delivery.submit(attempt, now=LATER).passed
    assert progress(enrolment).lessons_read == 2
    assert Enrolment.objects.get().edition.frozen.title != "Another"


def test_only_a_later_edition_of_the_same_course_is_taken_up():
    enrolment, other = make.make_enrolment(), make.make_edition()

    for edition in (enrolment.edition, other):
        with pytest.raises(learning.NotOnOffer):
            learning.take_up_edition(enrolment, edition, now=LATER)


def test_a_completed_course_stays_on_its_edition():
    enrolment = make.make_enrolment()
    make.complete(enrolment)
    change_lesson(enrolment.course)

    with pytest.raises(learning.AlreadyComplete):
        learning.take_up_edition(enrolment, publish(enrolment.course), now=LATER)


def test_a_stale_row_does_not_take_a_learner_back_to_an_older_edition():
    enrolment = make.make_enrolment()
    stale = Enrolment.objects.get()
    change_lesson(enrolment.course)
    second = publish(enrolment.course)
    change_lesson(enrolment.course, "m1-l2")
    third = publish(enrolment.course)
    learning.take_up_edition(enrolment, third, now=LATER)

    with pytest.raises(learning.NotOnOffer):
        learning.take_up_edition(stale, second, now=LATER)


# --- the attestation ------------------------------------------------------------------------------------------------


def _nothing(enrolment): ...


def _lessons(enrolment):
    make.finish_lessons(enrolment)


def _quizzes(enrolment):
    make.finish_lessons(enrolment)
    make.pass_quizzes(enrolment)


@pytest.mark.parametrize("done", [_nothing, _lessons, _quizzes])
def test_the_attestation_needs_everything_before_it(done):
    enrolment = make.make_enrolment()
    done(enrolment)

    with pytest.raises(learning.NotOpenYet):
        make.attest(enrolment)

    assert not Attestation.objects.exists()


def test_an_attestation_keeps_the_words_the_names_the_licence_and_the_time():
    user = make.make_learner(legal_name="Zoë Łukasz", time_zone="America/Chicago")
    licence = Licence.objects.create(user=user, jurisdiction="Florida", profession="massage_therapist", number="MA 007")
    enrolment = make.make_enrolment(user)

    attestation = make.complete(enrolment, licence=licence)

    assert attestation.text == attestations.text("Zoë Łukasz", "MA 007", "Florida")
    assert attestation.text.startswith("I am Zoë Łukasz, licence MA 007 (Florida). I personally completed")
    assert (attestation.licence_number, attestation.licence_jurisdiction) == ("MA 007", "Florida")
    assert attestation.licence_profession == "Massage therapist"
    assert (attestation.time_zone, attestation.signed_at) == ("America/Chicago", NOW)
    assert (attestation.edition, attestation.text_version) == (enrolment.edition, attestations.VERSION)


def test_without_a_licence_the_words_name_none():
    assert make.complete(make.make_enrolment()).text.partition(". ")[0].count(",") == 0


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("Zoë Müller", True), ("zoë  müller", True), ("  ZOË MÜLLER ", True), ("Zoe Müller", False),
        ("Zoë Muller", False), ("Zoë", False), ("Zoë Müller Jr", False), ("", False),
    ],
)  # fmt: skip
def test_the_typed_name_is_the_legal_name_but_for_case_and_spacing(typed, same):
    assert attestations.same_name(typed, "Zoë Müller") is same


def ready(**fields) -> Enrolment:
    enrolment = make.make_enrolment(make.make_learner(**fields))
    _quizzes(enrolment)
    make.evaluate(enrolment)
    return enrolment


def test_another_name_is_refused_and_the_right_one_is_told():
    enrolment = ready(legal_name="Ada Lovelace")

    with pytest.raises(learning.NameDiffers, match="Ada Lovelace"):
        make.attest(enrolment, typed_name="Ada Byron")


def test_who_has_no_legal_name_is_sent_to_enter_it():
    enrolment = ready(legal_name="")

    with pytest.raises(learning.NameMissing):
        make.attest(enrolment, typed_name="")


def test_signing_twice_gives_the_first_attestation():
    enrolment = ready(legal_name="Ada Lovelace")

    first = make.attest(enrolment)
    second = make.attest(enrolment, typed_name="Somebody Else", now=LATER)

    assert first == second
    assert Attestation.objects.get().signed_at == NOW


def test_a_signed_attestation_completes_the_course():
    enrolment = ready()
    assert not Enrolment.objects.completed().exists()

    make.attest(enrolment)

    assert list(Enrolment.objects.completed()) == [enrolment]
    assert not Enrolment.objects.unfinished().exists()
    assert progress(enrolment).complete


def test_nothing_of_all_this_deletes_or_doubles_a_row():
    enrolment = ready()
    make.attest(enrolment)

    for model, count in ((Enrolment, 1), (LessonProgress, 2), (ModuleEntry, 1), (Attempt, 1), (EvaluationReceipt, 1)):
        assert model.objects.count() == count


def test_dates_are_aware():
    assert make.make_enrolment().enrolled_at.tzinfo is dt.UTC


# --- races (PostgreSQL) ---------------------------------------------------------------------------------------------


def at_once(count: int, act) -> list:
    """`act(n)` in that many threads, each with a connection of its own, begun together."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    barrier = Barrier(count)

    def one(n):
        try:
            barrier.wait()
            return act(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_make_one_enrolment():
    course, user = make.make_edition().course, make.make_learner()

    found = at_once(8, lambda n: enrol(user, course).pk)

    assert len(set(found)) == 1
    assert Enrolment.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_make_one_entry_and_one_open_attempt():
    enrolment = make.make_enrolment()
    make.finish_lessons(enrolment)

    def start(n):
        return delivery.start(learning.enter_quiz(enrolment, "M1", home="/", now=NOW), now=NOW).pk

    assert len(set(at_once(8, start))) == 1
    assert (ModuleEntry.objects.count(), Entry.objects.count()) == (1, 1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_signatures_at_once_are_one_attestation():
    enrolment = ready()

    assert len(set(at_once(8, lambda n: make.attest(enrolment).pk))) == 1


def test_a_result_speaks_in_the_words_of_the_edition_that_its_learner_is_on():
    enrolment = make.make_enrolment(modules=2)
    make.finish_lessons(enrolment)
    attempt = make.take_quiz(enrolment, "M1")
    Lesson.objects.filter(module__course=enrolment.course, slug="m1-l1").update(title="Renamed since")

    before = surroundings.names_for(attempt.entry)
    learning.take_up_edition(enrolment, publish(enrolment.course), now=LATER)
    after = surroundings.names_for(Entry.objects.get(pk=attempt.entry_id))

    assert "Renamed since" not in before.lessons["m1-l1"]
    assert "Renamed since" in after.lessons["m1-l1"]
    assert (before.topics, before.next_address) == (after.topics, after.next_address)
