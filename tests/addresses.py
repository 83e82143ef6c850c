"""Every address of the site, read from the URLconf, and filled with the rows of `tests.world`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from ceu.accounts import choices
from tests.world import World

_PARAMETER = re.compile(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>")
NOBODYS = {
    "uuid": UUID(int=0), "n": 99, "pk": 99_999_999, "object_id": 99_999_999, "slug": "no-such-course", "lesson": "no-such",
    "module": "M99", "kind": "no-such", "token": "0" * 40, "url": "no-such/", "app_label": "quizzes", "name": "no-such",
}  # fmt: skip


class Pattern(NamedTuple):
    """One line of the URLconf. `name` has its namespaces; a line without a name goes by its route."""

    name: str
    route: str

    @property
    def parameters(self) -> list[str]:
        return [one or other for one, other in _PARAMETER.findall(self.route)]

    def filled(self, values: Mapping[str, Any]) -> str:
        return "/" + _PARAMETER.sub(lambda match: str(values[match[1] or match[2]]), self.route)

    @property
    def model(self):
        """The model of an admin page of one row, else None."""
        found = re.match(r"admin/(\w+)/(\w+)/", self.route)
        return apps.get_model(*found.groups()) if found and "object_id" in self.parameters else None


def walk(resolver: URLResolver | None = None, route: str = "", namespace: str = "") -> Iterator[Pattern]:
    for each in (resolver or get_resolver()).url_patterns:
        here = route + _plain(each.pattern)
        if isinstance(each, URLResolver):
            yield from walk(each, here, f"{namespace}{each.namespace}:" if each.namespace else namespace)
        else:
            yield Pattern(f"{namespace}{each.name}" if each.name else here, here)


def _plain(pattern) -> str:
    text = str(pattern)
    return text.removeprefix("^").removesuffix("$") if isinstance(pattern, RegexPattern) else text


def values_of(pattern: Pattern, world: World) -> dict[str, Any]:
    """Values that lead to a row: the owner's, or the instructor's."""
    usual = {
        "slug": world.alpha.slug, "lesson": "m1-l1", "module": "M1", "n": 1, "token": world.certificate.token, "pk": world.key.pk,
        "url": "no-such/", "app_label": "quizzes", "kind": "single", "name": "certificate-issued",
    }  # fmt: skip
    if pattern.name == "account_mail_stop":
        usual["token"] = choices.token_of(world.people["owner"], "licences")
    if pattern.model:
        usual["object_id"] = row_of(pattern.model, world).pk
    if "uuid" in pattern.parameters:
        owner = {"account": world.licence, "quizzes": world.attempt, "courses": world.certificate}
        usual["uuid"] = owner[re.split("[:_]", pattern.name)[0]].uuid
    return usual


def row_of(model, world: World):
    """A row of this model in the course alpha, which was made first."""
    own = {"user": world.people["owner"]}.get(model._meta.model_name)
    return own or admin.site.get_model_admin(model).model._default_manager.order_by("pk").first()


def address_of(pattern: Pattern, world: World) -> str:
    return pattern.filled(values_of(pattern, world))


def nobodys_address(pattern: Pattern, world: World) -> str:
    """The same address, of a row that does not exist: the first of its parameters leads nowhere."""
    first = pattern.parameters[0]
    return pattern.filled(values_of(pattern, world) | {first: NOBODYS[first]})


def every_address(world: World) -> Iterator[tuple[Pattern, str]]:
    for pattern in walk():
        yield pattern, address_of(pattern, world)
