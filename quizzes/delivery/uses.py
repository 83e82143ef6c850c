"""In which quizzes an item stands: drafts that draw from its pool, and papers that hold a revision of it."""

from collections.abc import Iterator

from ceu.shared.admin import address, counted
from quizzes.bank.models import Item
from quizzes.bank.uses import Use
from quizzes.delivery.models import PublishedQuiz, Response, Section


def of_item(item: Item) -> Iterator[Use]:
    drawing = Section.objects.filter(quiz__bank=item.bank_id, pool=item.pool).select_related("quiz")
    for section in drawing.order_by("quiz__title", "pk"):
        how = "draws from" if section.mode == Section.Mode.DRAWN else "asks all of"
        yield Use("Quizzes", f"{section.quiz} {how} its pool {item.pool}.", address(section.quiz))
    yield from (Use("Published quizzes", f"{paper}, {_asked(item, paper)}.", address(paper)) for paper in papers(item))


def papers(item: Item) -> list[PublishedQuiz]:
    """The published quizzes that hold a revision of the item. Their contents are frozen and kept in the process."""
    revisions = set(item.revisions.values_list("pk", flat=True))
    rows = PublishedQuiz.objects.filter(quiz__bank=item.bank_id).defer("content").select_related("quiz")
    return [
        row
        for row in rows.order_by("quiz__title", "-number")
        if revisions & {each.revision for each in PublishedQuiz.objects.content(row.pk).items}
    ]


def _asked(item: Item, paper: PublishedQuiz) -> str:
    times = Response.objects.filter(revision__item=item, attempt__published_quiz=paper).count()
    return counted(times, "asked in 1 attempt", "asked in {} attempts") if times else "not asked yet"
