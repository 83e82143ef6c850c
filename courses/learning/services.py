"""The verbs of learning: enrol, finish a lesson, enter a quiz, take up a later edition, attest.

Each locks what it judges, refuses by name, and writes in one transaction.
"""

import datetime as dt

from django.db import IntegrityError, transaction

from ceu.shared import outbox
from courses.catalogue.models import Course, Edition
from courses.learning import assessments, attestations, facts, mail, surroundings
from courses.learning.completion import Kind, State
from courses.learning.models import AssessmentEntry, Attestation, Enrolment, LessonProgress, ModuleEntry
from quizzes.delivery import services as delivery
from quizzes.delivery.models import Entry, PublishedQuiz


class Refusal(Exception):
    """Why a verb did not happen; `str()` of it is a sentence for the learner."""


class NotOnOffer(Refusal): ...


class OwnCourse(Refusal): ...


class ScopeNotConfirmed(Refusal): ...


class NotOpenYet(Refusal): ...


class NameMissing(Refusal): ...


class NameDiffers(Refusal): ...


class AlreadyComplete(Refusal): ...


def enrol(
    user, course: Course, *, scope_confirmed: bool, profession: str = "", jurisdiction: str = "", now: dt.datetime
) -> Enrolment:
    """Put `user` on the newest edition. Enrolled already: the same enrolment again, on the edition it has.

    A course that was left unfinished is taken up where it was left: a new start would give new quiz attempts.
    """
    existing = Enrolment.objects.of(user).active().filter(course=course).first()
    if existing:
        return existing
    if not scope_confirmed:
        raise ScopeNotConfirmed("Confirm that you have checked what your licence allows.")
    edition = Edition.objects.current().filter(course=course).first()
    if edition is None:
        raise NotOnOffer("This course is not on offer now.")
    if course.instructors.filter(pk=user.pk).exists():
        raise OwnCourse("Instructors cannot earn hours in their own course. Use the preview instead.")
    stated = {"scope_confirmed_at": now, "profession": profession, "jurisdiction": jurisdiction}
    try:
        with transaction.atomic():
            left = Enrolment.objects.of(user).unfinished().filter(course=course).select_for_update().first()
            if left:
                return _take_up_again(left, stated)
            made = Enrolment.objects.create(user=user, course=course, edition=edition, enrolled_at=now, **stated)
            outbox.after_commit(mail.tell_enrolled, enrolment=made.pk)
            return made
    except IntegrityError:  # the same click, twice at once
        return Enrolment.objects.of(user).active().get(course=course)


def _take_up_again(enrolment: Enrolment, stated: dict) -> Enrolment:
    for name, value in stated.items():
        setattr(enrolment, name, value)
    enrolment.withdrawn_at = None
    enrolment.save(update_fields=[*stated, "withdrawn_at"])
    return enrolment


def finish_lesson(enrolment: Enrolment, slug: str, *, now: dt.datetime) -> None:
    """Record that the lesson was read in its present wording. Finishing twice changes nothing."""
    lesson = Edition.objects.content(enrolment.edition_id).by_slug[slug][2]
    LessonProgress.objects.bulk_create(
        [LessonProgress(enrolment=enrolment, lesson=slug, digest=lesson.digest, finished_at=now)], ignore_conflicts=True
    )
    remember_place(enrolment, slug, "", now=now)


def remember_place(enrolment: Enrolment, slug: str, anchor: str, *, now: dt.datetime) -> None:
    """Where the learner is, so that every device can go on from there."""
    Enrolment.objects.filter(pk=enrolment.pk).update(last_lesson=slug, last_anchor=anchor[:64], last_seen_at=now)


@transaction.atomic
def enter_quiz(enrolment: Enrolment, module_code: str, *, home: str, now: dt.datetime) -> Entry:
    """The learner's entry for the quiz of a module, made on first need. Raises NotOpenYet while the quiz is shut."""
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    step = facts.progress_of(enrolment, now=now).step(Kind.QUIZ, module_code)
    if step.state is State.SHUT:
        raise NotOpenYet(f"{step.reason}.")
    pinned = Edition.objects.quizzes(enrolment.edition_id)[module_code]
    existing = _entry(enrolment, module_code, pinned)
    if existing:
        return existing
    place = surroundings.place(enrolment.edition_id, enrolment.course.slug, module_code)
    published = PublishedQuiz.objects.get(pk=pinned)
    entry = delivery.enter(enrolment.user, published, title=step.title, home=home, place=place)
    ModuleEntry.objects.create(enrolment=enrolment, module_code=module_code, entry=entry)
    return entry


@transaction.atomic
def enter_assessment(enrolment: Enrolment, code: str, *, home: str, now: dt.datetime) -> Entry:
    """The learner's entry for the pre-test, the post-test or the written task, made on first need. Raises NotOpenYet."""
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    offer = facts.offer_of(enrolment, code, now=now)
    if not offer.is_open:
        raise NotOpenYet(f"{offer.reason}.")
    existing = (
        AssessmentEntry.objects.filter(enrolment=enrolment, part=offer.part.value).select_related("entry").first()
    )
    if existing:
        return existing.entry
    pinned = PublishedQuiz.objects.get(pk=Edition.objects.quizzes(enrolment.edition_id)[code])
    part = AssessmentEntry.Part(offer.part.value)
    title = offer.quiz.title if offer.part is assessments.Part.WRITTEN_TASK else part.label
    entry = delivery.enter(enrolment.user, pinned, title=title, home=home)
    AssessmentEntry.objects.create(enrolment=enrolment, part=part, entry=entry)
    return entry


def _entry(enrolment: Enrolment, module_code: str, published_quiz: int) -> Entry | None:
    return Entry.objects.filter(
        module_entry__enrolment=enrolment, module_entry__module_code=module_code, published_quiz=published_quiz
    ).first()


@transaction.atomic
def take_up_edition(enrolment: Enrolment, edition: Edition, *, now: dt.datetime) -> Enrolment:
    """Move to a later edition of the same course, because the learner asked to. What is unchanged stays finished."""
    enrolment = Enrolment.objects.select_for_update().select_related("edition").get(pk=enrolment.pk)
    if Attestation.objects.filter(enrolment=enrolment).exists():
        raise AlreadyComplete("You have completed this course. Its certificate rests on the edition you took.")
    if edition.course_id != enrolment.course_id or edition.number <= enrolment.edition.number:
        raise NotOnOffer("This is not a later edition of your course.")
    entered = (ModuleEntry, AssessmentEntry)
    if any(tie.objects.filter(enrolment=enrolment, entry__attempts__state="open").exists() for tie in entered):
        raise NotOpenYet("Finish or submit your open quiz attempt first.")
    enrolment.edition = edition
    enrolment.last_seen_at = now
    enrolment.save(update_fields=["edition", "last_seen_at"])
    for tie in enrolment.module_entries.select_related("entry"):
        place = surroundings.place(edition.pk, edition.course.slug, tie.module_code)
        delivery.replace(tie.entry, place=place)
    return enrolment


@transaction.atomic
def attest(
    enrolment: Enrolment, *, typed_name: str, licence=None, ip_address: str | None, user_agent: str, now: dt.datetime
) -> Attestation:
    """Sign the attestation, the last requirement. Signed already: the same one again."""
    enrolment = Enrolment.objects.select_for_update().select_related("edition", "user").get(pk=enrolment.pk)
    existing = Attestation.objects.filter(enrolment=enrolment).first()
    if existing:
        return existing
    user = enrolment.user
    if not user.legal_name:
        raise NameMissing("Enter your legal name in your profile first. It is printed on the certificate.")
    step = facts.progress_of(enrolment, now=now).step(Kind.ATTESTATION, "attestation")
    if step.state is State.SHUT:
        raise NotOpenYet(step.reason)
    if not attestations.same_name(typed_name, user.legal_name):
        raise NameDiffers(f"Type your legal name as it stands in your profile: {user.legal_name}.")
    if licence and licence.user_id != user.pk:
        raise NameDiffers("Choose a licence of your own.")
    number, place = (licence.number, licence.jurisdiction) if licence else ("", "")
    return Attestation.objects.create(
        enrolment=enrolment,
        edition=enrolment.edition,
        text_version=attestations.VERSION,
        text=attestations.text(user.legal_name, number, place),
        legal_name=user.legal_name,
        licence_number=number,
        licence_jurisdiction=place,
        licence_profession=licence.get_profession_display() if licence else "",
        typed_name=typed_name,
        time_zone=user.time_zone,
        signed_at=now,
        ip_address=ip_address,
        user_agent=user_agent[:300],
    )


def withdraw(enrolment: Enrolment, *, now: dt.datetime) -> None:
    """Leave the course. What was earned stays; the place may be taken again later."""
    Enrolment.objects.filter(pk=enrolment.pk, withdrawn_at=None).update(withdrawn_at=now)
