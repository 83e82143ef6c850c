"""A draft quiz made into an immutable paper."""

import json

from django.db import transaction

from ceu.shared import canonical
from quizzes.bank import services as bank
from quizzes.bank.models import ItemRevision
from quizzes.delivery import paper
from quizzes.delivery.models import PublishedQuiz, Quiz
from quizzes.delivery.readiness import drafts, problems, section_rules
from quizzes.delivery.refusals import NotPublishable
from quizzes.questions import prompt_from_dict


@transaction.atomic
def publish_quiz(quiz: Quiz, *, by) -> PublishedQuiz:
    """The publication that holds the quiz as it is now, its items published with it; made only if there is none.

    Raises NotPublishable. Content that was published before is that earlier publication.
    """
    quiz = Quiz.objects.select_for_update().get(pk=quiz.pk)
    if found := problems(quiz):
        raise NotPublishable(found)
    content = paper.dumps(_content(quiz, by))
    digest = canonical.digest(content)
    earlier = list(quiz.published.order_by("number"))
    same = [published for published in earlier if published.digest == digest]
    if same:
        return same[0]
    number = earlier[-1].number + 1 if earlier else 1
    return quiz.published.create(number=number, content=content, digest=digest, published_by=by)


def _content(quiz: Quiz, by) -> paper.QuizContent:
    sections, items = drafts(quiz)
    revisions = bank.publish_items(items, by=by)
    return paper.QuizContent(
        title=quiz.title,
        rules=rules_of(quiz),
        sections=tuple(section_rules(section) for section in sections),
        items=tuple(_pool_item(revisions[item.pk]) for item in items),
    )


def rules_of(quiz: Quiz) -> paper.Rules:
    return paper.Rules(
        pass_mark=quiz.pass_mark,
        attempts_allowed=quiz.attempts_allowed,
        cooldown_after=quiz.cooldown_after,
        cooldown_hours=quiz.cooldown_hours,
        time_limit_minutes=quiz.time_limit_minutes,
        safety_must_pass=quiz.safety_must_pass,
        reveals=quiz.reveals,
    )


def _pool_item(revision: ItemRevision) -> paper.PoolItem:
    return paper.PoolItem(
        revision=revision.pk,
        uuid=str(revision.uuid),
        kind=revision.kind,
        pool=revision.pool,
        objective=revision.objective,
        safety=revision.safety,
        has_vignette=revision.has_vignette,
        points=revision.points,
        teaches_at=revision.teaches_at,
        prompt=prompt_from_dict(json.loads(revision.prompt)),
    )
