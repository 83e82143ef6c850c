"""In which courses and editions an item stands: through the quizzes that draw from its pool, and the papers that hold it."""

from collections.abc import Iterator

from django.db.models import Q

from ceu.shared.admin import address
from courses.catalogue.models import Course, Edition
from quizzes.bank.models import Item
from quizzes.bank.uses import Use
from quizzes.delivery.models import Quiz
from quizzes.delivery.uses import papers


def of_item(item: Item) -> Iterator[Use]:
    drawing = Quiz.objects.filter(bank=item.bank_id, sections__pool=item.pool)
    drafts = Course.objects.filter(Q(modules__quiz__in=drawing) | Q(assessments__quiz__in=drawing)).distinct()
    yield from (Use("Courses", f"{course}, the draft.", address(course)) for course in drafts.order_by("title"))
    editions = Edition.objects.filter(quizzes__published_quiz__in=papers(item)).distinct().defer("content")
    for edition in editions.select_related("course").order_by("course__title", "-number"):
        yield Use("Editions", f"{edition}.", address(edition))
