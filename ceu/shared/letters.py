"""Letters: what the site writes to people. A letter is one plain text, and its HTML is made from that very text.

So the two cannot differ, and nothing in a name or a title can become a tag. In the text an empty line parts paragraphs;
a paragraph indented by four spaces is a code, and stands by itself; lines that begin with "- " are a list; and
"Words: address" becomes a link with these words, if the address is one of this site. Below the line "-- " stands who
wrote it and why. A prefix names two templates,
`<prefix>_subject.txt` and `<prefix>_message.txt`, as allauth has them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_LINK = re.compile(r"^(?:(?P<words>.+): )?(?P<address>https?://\S+)$")
_CODE = "font:700 26px/1.3 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.06em;margin:0 0 20px"
_BUTTON = (
    "display:inline-block;padding:10px 16px;border:1px solid #837c6e;border-bottom:3px solid #a57a00;"
    "color:inherit;text-decoration:none"
)
_FOOT = "\n-- \n"  # as mail programs know it (RFC 3676, section 4.3)


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    stop: str = ""  # the address that stops letters of this kind at one click; empty: it belongs to what was asked for

    @property
    def html(self) -> SafeString:
        body, _, foot = self.text.partition(_FOOT)
        context = {
            "subject": self.subject,
            "body": _html(body, _BUTTON),
            "foot": _html(foot, "color:inherit"),
            "site_name": settings.SITE_NAME,
        }
        return render_to_string("mail/letter.html", context)

    def send(self, to: str, *, message_id: str = "") -> None:
        """`message_id`: the same for the same letter, so that a second sending is seen as the same."""
        self.message(to, message_id=message_id).send()

    def message(self, to: str, *, message_id: str = "", sender: str | None = None) -> EmailMultiAlternatives:
        headers = {"Message-ID": f"<{message_id}@{urlsplit(settings.SITE_URL).hostname}>"} if message_id else {}
        if self.stop:  # RFC 8058: the mail program offers the button, and sends a POST
            headers |= {"List-Unsubscribe": f"<{self.stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        message = EmailMultiAlternatives(self.subject, self.text, sender, to=[to], headers=headers)
        message.attach_alternative(self.html, "text/html")
        return message


@dataclass(frozen=True)
class Kind:
    """One letter that the site may write. `sample` gives what a preview shows; `when` says when it is sent."""

    name: str
    when: str
    prefix: str
    sample: Callable[[], dict[str, Any]]


KINDS: dict[str, Kind] = {}


def kind(name: str, prefix: str, *, when: str, sample: Callable[[], dict[str, Any]]) -> Kind:
    """Each part of the site names its own letters, beside the code that sends them."""
    KINDS[name] = Kind(name, when, prefix, sample)
    return KINDS[name]


def write(prefix: str, context: dict[str, Any], *, stop: str = "") -> Letter:
    """`stop`: see Letter. The text then says how to stop letters of this kind."""
    known = {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "provider_contact": settings.PROVIDER_CONTACT,
        "stop": stop,
    }
    subject = " ".join(render_to_string(f"{prefix}_subject.txt", known | context).split())
    text = render_to_string(f"{prefix}_message.txt", known | context)
    return Letter(subject, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", stop)


# --- the HTML of a text -----------------------------------------------------------------------------------------------


def _html(text: str, link: str) -> SafeString:
    """`link`: the style of its links."""
    return format_html_join("", "{}", ((_block(block, link),) for block in _blocks(text)))


def _blocks(text: str) -> Iterator[list[str]]:
    """Paragraphs as lists of their lines, with what one line alone says by itself: a code, a link."""
    for paragraph in filter(None, re.split(r"\n\s*\n", text.strip("\n"))):
        plain: list[str] = []
        for line in paragraph.split("\n"):
            if _is_link(line):
                yield from filter(None, [plain])
                plain = []
                yield [line]
            else:
                plain.append(line)
        yield from filter(None, [plain])


def _is_link(line: str) -> bool:
    """Only addresses of this site become links: a title or a reason may hold any other."""
    found = _LINK.match(line.strip())
    return bool(found) and found["address"].startswith(f"{settings.SITE_URL}/")


def _block(lines: list[str], link: str) -> SafeString:
    if _is_link(lines[0]):
        found = _LINK.match(lines[0].strip())
        words = found["words"] or found["address"]
        return format_html(
            '<p style="margin:0 0 20px"><a href="{}" style="{}">{}</a></p>', found["address"], link, words
        )
    if all(line.startswith("    ") for line in lines):
        return format_html('<p style="{}">{}</p>', _CODE, " ".join(line.strip() for line in lines))
    if all(line.startswith("- ") for line in lines):
        items = format_html_join("", '<li style="margin:0 0 6px">{}</li>', ((line[2:],) for line in lines))
        return format_html('<ul style="margin:0 0 20px;padding:0 0 0 20px">{}</ul>', items)
    rows = format_html_join(SafeString("<br>"), "{}", ((line.strip(),) for line in lines))
    return format_html('<p style="margin:0 0 20px">{}</p>', rows)
