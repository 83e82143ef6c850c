"""Roles as groups with permissions, made anew after every migrate. A role is a list here and nothing else."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

INSTRUCTOR, REGISTRAR, AUDITOR = "instructor", "registrar", "auditor"


def _rights(verbs: tuple[str, ...], *models: str) -> set[str]:
    return {f"{model.split('.')[0]}.{verb}_{model.split('.')[1]}" for model in models for verb in verbs}


ROLES: dict[str, set[str]] = {INSTRUCTOR: set(), REGISTRAR: set(), AUDITOR: set()}


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
