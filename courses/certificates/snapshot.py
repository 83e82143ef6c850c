"""What a certificate says, frozen when it is issued. PURE: the PDF, the learner's page and the verify page read this.

Two values, because they have different lives: the `Snapshot` is kept for ever and may be published; the `Particulars`
are personal, can be erased, and are tied to the snapshot by a salted HMAC, so that what is left after an erasure
neither names the holder nor can be guessed back to one.
"""

import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from ceu.shared import canonical

FORMAT = 1
KINDS = {"completion": "Certificate of completion", "achievement": "Certificate of achievement"}
NO_APPROVAL = "No continuing-education approval applied on the completion date."

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHORTEST_SALT = 16


class BadSnapshot(ValueError):
    """Stored data that is not a snapshot of a known format, or a value that cannot be printed as it stands."""


class MissingField(ValueError):
    """A certificate must not be printed without these. `names` are the fields, in the order of the dataclasses."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(f"The certificate cannot be printed: {', '.join(names)} missing.")


class Fact(NamedTuple):
    """One printed line: what it is, and what it says."""

    term: str
    text: str


@dataclass(frozen=True)
class Particulars:
    """The holder as printed. Only the name is always needed; an approval may need the licence as well (rule R4)."""

    legal_name: str
    licence_number: str = ""
    licence_jurisdiction: str = ""
    profession: str = ""


@dataclass(frozen=True)
class CategoryHours:
    """A part of the awarded hours, as the approval divides them. `hours` is decimal text."""

    category: str
    hours: str


@dataclass(frozen=True)
class AwardedHours:
    """Hours under one approval. `unit` is the label the body allows, in the singular: contact hour, CE, CCU."""

    accreditor_name: str
    approval_number: str
    unit: str
    hours: str
    categories: tuple[CategoryHours, ...] = ()
    statement: str = ""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything printed but the holder, with what later proves it. Dates are ISO dates, hours decimal text.

    `course_title` is the approved title when an approval applies. `completed_on` is the date in the learner's zone,
    `time_zone`. `verify_url` holds the public token. `chain_head` is the event chain's hash in force at issue:
    printed, it makes each certificate a witness. Empty `hours`: no approval applied, and no hours are claimed (R1).
    """

    number: str
    verify_url: str
    kind: str
    course_title: str
    course_uuid: str
    edition_number: int
    edition_sha256: str
    completed_on: str
    time_zone: str
    delivery_type: str
    provider_name: str
    provider_contact: str
    provider_address: str
    instructors: tuple[str, ...]
    signatory: str
    issued_on: str
    particulars_hmac: str
    provider_number: str = ""
    hours: tuple[AwardedHours, ...] = ()
    notices: tuple[str, ...] = ()
    supersedes_number: str | None = None
    chain_head: str = ""
    format: int = field(default=FORMAT)


_MAY_BE_EMPTY = {"provider_number", "hours", "notices", "supersedes_number", "chain_head"}


def to_dict(value: Snapshot | Particulars) -> dict[str, Any]:
    """Plain JSON values, ready for `canonical.dumps`."""
    return {key: _plain(item) for key, item in asdict(value).items()}


def from_dict(data: Mapping[str, Any]) -> Snapshot:
    """The snapshot a dict holds. Every key must be known and present, of the right type: BadSnapshot otherwise."""
    if data.get("format") != FORMAT:
        raise BadSnapshot(f"Format {data.get('format')!r} is not known.")
    values = _known(Snapshot, data)
    values["hours"] = tuple(_hours_from(item) for item in _list(values, "hours"))
    values["instructors"] = tuple(_text(item, "instructors") for item in _list(values, "instructors"))
    values["notices"] = tuple(_text(item, "notices") for item in _list(values, "notices"))
    for name in ("format", "edition_number"):
        if type(values[name]) is not int:
            raise BadSnapshot(f"{name} must be a whole number.")
    for name, item in values.items():
        if name not in {"format", "edition_number", "hours", "instructors", "notices"} and not (
            name == "supersedes_number" and item is None
        ):
            _text(item, name)
    return Snapshot(**values)


def particulars_from_dict(data: Mapping[str, Any]) -> Particulars:
    return Particulars(**{name: _text(item, name) for name, item in _known(Particulars, data).items()})


def dumps(snapshot: Snapshot) -> str:
    """Canonical JSON. Its SHA-256 (`digest`) is what the event chain seals."""
    return canonical.dumps(to_dict(snapshot))


def digest(snapshot: Snapshot) -> str:
    return canonical.digest(dumps(snapshot))


def particulars_hmac(salt: bytes, particulars: Particulars) -> str:
    """HMAC-SHA256, in hexadecimal, over canonical JSON. The salt is random, the holder's own, and erased with them."""
    if len(salt) < _SHORTEST_SALT:
        raise ValueError(f"The salt needs at least {_SHORTEST_SALT} bytes.")
    return hmac.digest(salt, canonical.dumps(to_dict(particulars)).encode(), "sha256").hex()


def require_complete(snapshot: Snapshot, particulars: Particulars) -> None:
    """Raises MissingField, or BadSnapshot for a kind, a date or an amount that cannot be printed."""
    missing = [] if _line(particulars.legal_name) else ["legal_name"]
    for item in fields(Snapshot):
        value = getattr(snapshot, item.name)
        if item.name not in _MAY_BE_EMPTY and _blank(value):
            missing.append(item.name)
    if snapshot.hours and _blank(snapshot.provider_number):
        missing.append("provider_number")
    for awarded in snapshot.hours:
        missing += [f"hours.{name}" for name in ("accreditor_name", "unit", "hours") if _blank(getattr(awarded, name))]
    if missing:
        raise MissingField(missing)
    address = snapshot.verify_url
    if not address.startswith(("https://", "http://")) or address.split() != [address]:
        raise BadSnapshot(f"{address!r} is not an address people can open.")
    printed_facts(snapshot, particulars)


def printed_facts(snapshot: Snapshot, particulars: Particulars, *, mask_licence: bool = False) -> list[Fact]:
    """Every printed fact, in reading order: THE list, for paper and for pages. Texts are NFC and single lines.

    The public page passes `mask_licence` and shows only how the licence number ends.
    """
    facts = [
        Fact("Document", _kind(snapshot.kind)),
        Fact("Name", particulars.legal_name),
        Fact("Course", snapshot.course_title),
        Fact("Completed", date_in_words(snapshot.completed_on)),
        Fact("Type", snapshot.delivery_type),
        *_hours_facts(snapshot.hours),
        Fact("Licence", _licence(particulars, mask_licence)),
        Fact("Instructor" if len(snapshot.instructors) == 1 else "Instructors", "; ".join(snapshot.instructors)),
        Fact("Provider", _provider(snapshot)),
        Fact("Address", _address(snapshot.provider_address)),
        Fact("Contact", snapshot.provider_contact),
        Fact("Edition", f"Edition {snapshot.edition_number} of the course"),
        Fact("Replaces", f"Certificate {snapshot.supersedes_number}" if snapshot.supersedes_number else ""),
        *(Fact("Notice", notice) for notice in snapshot.notices),
        Fact("Signed by", snapshot.signatory),
        Fact("Issued", date_in_words(snapshot.issued_on)),
        Fact("Number", snapshot.number),
        Fact("Check at", snapshot.verify_url),
        Fact("Edition fingerprint", snapshot.edition_sha256),
        Fact("Register fingerprint", snapshot.chain_head),
    ]
    return [Fact(term, line) for term, text in facts if (line := _line(text))]


def date_in_words(iso: str) -> str:
    """2026-10-12 -> 12 October 2026. The one way a date is printed; no locale has a say in it."""
    try:
        day = date.fromisoformat(iso)
    except ValueError as error:
        raise BadSnapshot(f"{iso!r} is not a date.") from error
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def hours_in_words(hours: str, unit: str) -> str:
    """2.5 and "contact hour" -> 2.5 contact hours. The digits stay as the approval wrote them."""
    try:
        amount = Decimal(hours)
    except InvalidOperation as error:
        raise BadSnapshot(f"{hours!r} is not an amount of hours.") from error
    if not amount.is_finite() or amount <= 0 or set(hours) - set("0123456789."):
        raise BadSnapshot(f"{hours!r} is not an amount of hours.")
    return f"{hours} {unit}" if amount == 1 else f"{hours} {unit}s"


def _hours_facts(hours: tuple[AwardedHours, ...]) -> list[Fact]:
    if not hours:
        return [Fact("Hours", NO_APPROVAL)]
    facts = []
    for awarded in hours:
        approval = f", approval number {awarded.approval_number}" if awarded.approval_number else ""
        amount = hours_in_words(awarded.hours, awarded.unit)
        parts = (f"{part.category} {hours_in_words(part.hours, awarded.unit)}" for part in awarded.categories)
        facts += [
            Fact("Hours", f"{amount}, {awarded.accreditor_name}{approval}"),
            Fact("By category", "; ".join(parts)),
            Fact("Statement", awarded.statement),
        ]
    return facts


def _licence(particulars: Particulars, masked: bool) -> str:
    number = _line(particulars.licence_number)
    if number and masked:
        number = f"number ending in {number[-2:]}" if len(number) > 4 else "number not shown"
    elif number:
        number = f"number {number}"
    return ", ".join(part for part in (particulars.licence_jurisdiction, particulars.profession, number) if part)


def _provider(snapshot: Snapshot) -> str:
    number = f", provider number {snapshot.provider_number}" if snapshot.provider_number else ""
    return snapshot.provider_name + number


def _address(text: str) -> str:
    """An address typed on several lines, on one."""
    return ", ".join(line.strip(" ,") for line in text.splitlines() if line.strip(" ,"))


def _kind(kind: str) -> str:
    try:
        return KINDS[kind]
    except KeyError:
        raise BadSnapshot(f"{kind!r} is not a kind of certificate.") from None


def _line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _blank(value: object) -> bool:
    if isinstance(value, tuple):
        return not value or any(_blank(item) for item in value)
    return value is None or (isinstance(value, str) and not value.strip())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _known(kind: type, data: Any) -> dict[str, Any]:
    names = {item.name for item in fields(kind)}
    if not isinstance(data, Mapping) or set(data) != names:
        raise BadSnapshot(f"A {kind.__name__} has exactly these keys: {', '.join(sorted(names))}.")
    return dict(data)


def _hours_from(data: Any) -> AwardedHours:
    values = _known(AwardedHours, data)
    categories = [_known(CategoryHours, item) for item in _list(values, "categories")]
    parts = tuple(CategoryHours(**{name: _text(text, name) for name, text in item.items()}) for item in categories)
    texts = {name: _text(item, name) for name, item in values.items() if name != "categories"}
    return AwardedHours(**texts, categories=parts)


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    if not isinstance(values[name], list):
        raise BadSnapshot(f"{name} must be a list.")
    return values[name]


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise BadSnapshot(f"{name} must be text.")
    return value
