"""Roles as groups with permissions, made anew after every migrate. A role is a list here and nothing else.

A learner has no permission at all. Which rows a permission reaches is decided by each model's `for_user`.
"""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

INSTRUCTOR, REGISTRAR, AUDITOR = "instructor", "registrar", "auditor"

_VIEW = ("view",)
_WRITE = ("view", "add", "change")
_OWN = ("view", "add", "change", "delete")


def _rights(verbs: tuple[str, ...], *models: str) -> set[str]:
    return {f"{model.split('.')[0]}.{verb}_{model.split('.')[1]}" for model in models for verb in verbs}


ROLES: dict[str, set[str]] = {
    # Writes own courses and their items, publishes them, and sees how learners get on. Issues nothing.
    INSTRUCTOR: {
        *_rights(_WRITE, "courses.course"),
        *_rights(_OWN, "courses.module", "courses.lesson", "courses.learningobjective", "courses.reference"),
        *_rights(_OWN, "courses.glossaryterm", "courses.figure", "courses.correction", "courses.assessment"),
        *_rights(_OWN, "quizzes.item", "quizzes.option", "quizzes.quiz", "quizzes.section"),
        *_rights(_VIEW, "quizzes.itembank", "quizzes.itemrevision", "quizzes.itemkey", "quizzes.publishedquiz"),
        *_rights(_VIEW, "quizzes.entry", "quizzes.entrygrant", "quizzes.attempt"),
        *_rights(_VIEW, "courses.edition", "courses.enrolment", "courses.evaluation"),
        *_rights(_VIEW, "quizzes.answertomark", "quizzes.writtenmark"),
        *_rights(_VIEW, "quizzes.bankexchange", "quizzes.importbatch"),
        "quizzes.add_importbatch",
        "quizzes.add_writtenmark",
        "courses.publish_course",
    },
    # Issues certificates and takes them back, keeps accreditors and approvals, grants attempts. Writes no content.
    REGISTRAR: {
        *_rights(_VIEW, "courses.course", "courses.module", "courses.learningobjective", "courses.edition"),
        *_rights(_VIEW, "courses.enrolment", "courses.evaluation", "accounts.user", "accounts.licence"),
        *_rights(_VIEW, "courses.awaitingcertificate", "courses.certificate", "courses.certificateevent"),
        *_rights(_VIEW, "quizzes.entry", "quizzes.entrygrant", "quizzes.attempt"),
        *_rights(_WRITE, "courses.accreditor", "courses.approval"),
        "quizzes.add_entrygrant",
        "quizzes.view_every_itembank",
        "courses.view_all_courses",
        "courses.issue_certificate",
        "courses.revoke_certificate",
    },
    # Reads what certificates rest on; neither answers nor keys.
    AUDITOR: {
        *_rights(_VIEW, "courses.certificate", "courses.certificateevent", "courses.enrolment", "courses.edition"),
        *_rights(_VIEW, "quizzes.writtenmark"),
        "courses.view_all_courses",
        "quizzes.view_every_writtenmark",
    },
}


def install(using: str = "default") -> None:
    """Make each role's group hold exactly its permissions. Names that do not exist yet are left out."""
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role, rights in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=role)
        group.permissions.set([known[right] for right in sorted(rights) if right in known])


def give(user, role: str) -> None:
    """Give `user` a staff role: the group, and the door to the admin."""
    user.groups.add(Group.objects.get(name=role))
    get_user_model().objects.filter(pk=user.pk).update(is_staff=True)
    user.is_staff = True
