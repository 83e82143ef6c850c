"""Pages of the admin in the learner's look: a question while its author types, and a quiz rehearsed. Neither writes."""

import secrets

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from ceu.shared.admin import address
from quizzes.bank.authoring import question_from
from quizzes.bank.models import Kind
from quizzes.bank.typed import Typed
from quizzes.delivery import look, rehearsal
from quizzes.delivery import services as delivery
from quizzes.delivery.forms import Malformed, fields_of
from quizzes.delivery.models import Quiz
from quizzes.questions import QUESTION_KINDS, BadFormat

LONGEST_SEED = 64


@require_POST
def question_page(request: HttpRequest, kind: str) -> HttpResponse:
    """What stands in the item's form as a learner would see it, what stops it, and what an editor would say.

    It reads nothing but what was sent. A script gets it in parts, a browser without one as a page.
    """
    if not (request.user.has_perm("quizzes.add_item") or request.user.has_perm("quizzes.change_item")):
        raise PermissionDenied
    if kind not in Kind.values:
        raise Http404("There is no such kind of question.")
    typed = Typed(request.POST, kind)
    parts = {"html": "", "stops": [], "findings": typed.findings}
    try:
        question = question_from(typed.item, typed.options)
    except BadFormat as error:
        parts["stops"] = [str(error)]
    else:
        parts["stops"] = QUESTION_KINDS[kind].problems(question.prompt, question.key)
        parts["html"] = look.question(question.prompt, look.order_for(question.prompt), prefix="look-")
    if "application/json" in request.headers.get("Accept", ""):
        said = [{"severity": each.severity, "field": each.field, "reason": each.reason} for each in parts["findings"]]
        return JsonResponse(parts | {"findings": said})
    return TemplateResponse(request, "admin/quizzes/item/look.html", parts)


def rehearse_page(request: HttpRequest, quiz: Quiz) -> HttpResponse:
    """The draft asked on GET, marked on POST. A paper of a draft that has changed since is asked anew, and not marked."""
    context: dict = {"quiz": quiz, "back": address(quiz), "stops": delivery.problems(quiz)}
    if context["stops"]:
        return TemplateResponse(request, "admin/quizzes/quiz/rehearse.html", context)
    if request.method != "POST":
        return _asked(request, context)
    try:
        return _answered(request, context)
    except Malformed as error:
        raise BadRequest(str(error)) from error


def _asked(request: HttpRequest, context: dict, **more) -> HttpResponse:
    seed = secrets.token_hex(8)
    drawn = rehearsal.draw(context["quiz"], seed)
    context |= {"seed": seed, "digest": drawn.digest, "questions": rehearsal.page(drawn), "rules": drawn.content.rules}
    return TemplateResponse(request, "admin/quizzes/quiz/rehearse.html", context | more)


def _answered(request: HttpRequest, context: dict) -> HttpResponse:
    fields = fields_of(request)
    seed, digest = (fields.get(name, [""])[0] for name in ("seed", "digest"))
    drawn = rehearsal.draw(context["quiz"], seed[:LONGEST_SEED])
    if digest != drawn.digest:
        return _asked(request, context, changed=True)
    answers = rehearsal.read(drawn, fields)
    context |= {"seed": seed, "digest": digest, "rules": drawn.content.rules, "problems": answers.problems}
    if answers.problems:
        context["questions"] = rehearsal.page(drawn, answers.held, answers.problems)
    else:
        context["outcome"] = rehearsal.mark(drawn, answers.given)
    return TemplateResponse(request, "admin/quizzes/quiz/rehearse.html", context)
