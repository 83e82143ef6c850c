"""A course and a learner all of whose texts are payloads, for tests that open their pages."""

from types import SimpleNamespace
from urllib.parse import quote

from django.urls import reverse

from ceu.accounts.models import Licence, User
from courses.catalogue import figures
from courses.catalogue import services as catalogue
from courses.catalogue.models import Course
from courses.certificates import services as certificates
from courses.learning import services as learning
from courses.learning.models import Enrolment
from courses.notes import services as notes
from quizzes.bank.models import Item, Option
from quizzes.delivery import services as delivery
from tests.courses import factories as make
from tests.factories import KINDS, NOW
from tests.payloads import PAYLOADS

WORST = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
HOSTILE_FIGURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>&lt;script&gt;alert(1)&lt;/script&gt;</title>'
    "<desc>&quot;&gt;&lt;img src=x onerror=alert(1)&gt;</desc></svg>"
)


def make_hostile(people: dict) -> SimpleNamespace:
    """A published course, all of whose texts are payloads, and a learner called by one, finished and certified."""
    course = make.make_course(items=KINDS, by=people["instructor"], slug="hostile", title=f"{WORST}")
    texts = [
        name
        for name in [
            "subtitle",
            "summary",
            "audience",
            "prerequisites",
            "disclosures",
            "commercial_support",
            "scope_notice",
            "contraindications",
            "disclaimer",
        ]
    ]
    Course.objects.filter(pk=course.pk).update(**dict.fromkeys(texts, WORST), delivery_type=WORST)
    for n, payload in enumerate(PAYLOADS):
        course.references.create(
            key=f"X{n}",
            citation=f"{payload} A study. 2025.",
            year=2025,
            doi=f"10.1/{payload}",
            studied=payload,
            species="x",
        )
        course.terms.create(term=f"{n} {payload}"[:80], meaning=payload)
    course.corrections.update(belief=WORST, finding=WORST, references=["LINK", "X0", "X1"])
    course.references.create(key="LINK", citation="A link.", year=2025, url="javascript:alert(1)")
    course.objectives.update(text=WORST)
    course.figures.create(name="drawing", svg=figures.clean(HOSTILE_FIGURE))
    module = course.modules.get()
    module.title = module.summary = WORST
    module.save()
    cited = "".join(f"<p>See<cite>X{n}</cite></p>" for n in range(len(PAYLOADS)))
    body = f'{make.make_body()}<figure data-figure="drawing"><figcaption>{WORST}</figcaption></figure>{cited}<p>See<cite>LINK</cite></p>'
    module.lessons.update(title=WORST, purpose=WORST, body=body)
    module.lessons.filter(slug="m1-l2").update(body=make.make_body() + "\n".join(PAYLOADS))
    _hostile_items(course)
    edition = catalogue.publish(course, by=people["instructor"], now=NOW)
    return SimpleNamespace(course=course, edition=edition, people=people)


def _hostile_items(course: Course) -> None:
    """Every kind, in every text of it. Lists of texts hold a payload each, so that no two are alike."""
    for shift, item in enumerate(Item.objects.filter(bank=course.bank)):
        Item.objects.filter(pk=item.pk).update(
            stem=WORST, vignette="\n\n".join(PAYLOADS), work=WORST, common_error=WORST, unit=WORST[:40]
        )
        for place, option in enumerate(item.options.all()):
            payload = PAYLOADS[(9 * shift + place) % len(PAYLOADS)]
            keep = (
                {"text": option.text}
                if item.kind in {"numeric", "true_false"} or not option.text
                else {"text": f"{place} {payload}"}
            )
            match = {"match": f"{place} {payload}"} if option.match else {}
            Option.objects.filter(pk=option.pk).update(rationale="\n".join(PAYLOADS), **keep, **match)


def take_part(hostile: SimpleNamespace) -> SimpleNamespace:
    """Enrolled, all but the quiz done; then the quiz open, passed, and the certificate issued, one after the other."""
    owner = hostile.people["owner"]
    User.objects.filter(pk=owner.pk).update(legal_name=WORST, display_name=WORST)
    owner.refresh_from_db()
    licence = Licence.objects.create(user=owner, jurisdiction=WORST, profession="other", number=WORST[:40])
    enrolment = make.make_enrolment(owner, hostile.edition)
    Enrolment.objects.filter(pk=enrolment.pk).update(jurisdiction=WORST, profession=WORST[:40])
    make.finish_lessons(enrolment)
    for anchor in ("", "start", "gone"):
        place = {"lesson": "m1-l1", "anchor": anchor, "lesson_title": WORST, "heading": WORST}
        notes.write(enrolment, place, "\n".join(PAYLOADS)[:5000], rev=0, now=NOW)
    entry = learning.enter_quiz(enrolment, "M1", home="/courses/hostile/", now=NOW)
    hostile.attempt, hostile.enrolment, hostile.licence = delivery.start(entry, now=NOW), enrolment, licence
    return hostile


def finish(hostile: SimpleNamespace) -> None:
    make.answer_right(hostile.attempt)
    delivery.submit(hostile.attempt, now=NOW)
    make.evaluate(hostile.enrolment, change="\n".join(PAYLOADS)[:4000], comments="\n".join(PAYLOADS)[:4000])
    make.attest(hostile.enrolment, licence=hostile.licence, user_agent=WORST)
    hostile.certificate = certificates.issue(hostile.enrolment, by=hostile.people["registrar"], now=NOW)


def learner_pages(hostile: SimpleNamespace) -> list[str]:
    home, attempt = "/courses/hostile/", f"/attempts/{hostile.attempt.uuid}/"
    questions = [f"{attempt}{n}/" for n in range(1, len(KINDS) + 1)]
    return [
        "/", "/record/", "/search/?q=alert+or+nerve", f"/search/?q={quote(WORST)}", home, f"{home}lessons/m1-l1/", f"{home}lessons/m1-l2/", f"{home}quizzes/M1/", f"{home}evaluation/",
        f"{home}attestation/", f"{home}leave/", f"{home}certificate/", f"{home}notes/", f"{home}lessons/m1-l1/notes/", *questions, f"{attempt}check/", f"{attempt}result/",
        "/accounts/profile/", "/accounts/licences/", f"/accounts/licences/{hostile.licence.uuid}/", f"/accounts/licences/{hostile.licence.uuid}/delete/",
    ]  # fmt: skip


def certificate_pages(hostile: SimpleNamespace) -> list[str]:
    return [
        f"/certificates/{hostile.certificate.uuid}/",
        f"/verify/{hostile.certificate.token}/",
        "/record/",
        f"/attempts/{hostile.attempt.uuid}/result/",
    ]


def admin_pages(hostile: SimpleNamespace) -> list[str]:
    course, edition = hostile.course, hostile.edition
    rows = {
        "courses_course": course, "courses_module": course.modules.get(), "courses_lesson": course.modules.get().lessons.first(),
        "courses_reference": course.references.first(), "courses_glossaryterm": course.terms.first(), "courses_figure": course.figures.first(),
        "courses_edition": edition, "courses_enrolment": hostile.enrolment, "courses_certificate": hostile.certificate,
        "quizzes_attempt": hostile.attempt, "quizzes_entry": hostile.attempt.entry, "accounts_user": hostile.people["owner"],
        "accounts_licence": hostile.licence, "courses_evaluation": edition.evaluations.first() if hasattr(edition, "evaluations") else None,
        **{f"quizzes_item {item.kind}": item for item in course.bank.items.all()},
        **{f"quizzes_itemrevision {item.kind}": item.revisions.first() for item in course.bank.items.all()},
    }  # fmt: skip
    pages = []
    for name, row in rows.items():
        model = f"admin:{name.split()[0]}"
        pages += [reverse(f"{model}_changelist")] + (
            [reverse(f"{model}_{page}", args=[row.pk]) for page in ("change", "history", "delete")] if row else []
        )
    return [*dict.fromkeys(pages), "/admin/", reverse("admin:courses_lesson_preview", args=[rows["courses_lesson"].pk])]
