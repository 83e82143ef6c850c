"""The few drawings that pages ask for: an icon, the nerve line, the ring of hours. All are drawn by the server."""

from collections.abc import Iterable
from functools import cache, lru_cache
from math import cos, pi, sin

from django import template
from django.templatetags.static import static
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A sign from icons.svg. It is hidden from screen readers, so a word always stands beside it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("ceu/icons.svg"),
        name,
    )


@register.simple_tag
def address(view: str, *names: str) -> str:
    """`{% url %}` for the pages that are asked for most: each address is looked up once a process."""
    return _address(get_urlconf(), get_script_prefix(), view, names)


@lru_cache(maxsize=4096)
def _address(urlconf: str | None, prefix: str, view: str, names: tuple[str, ...]) -> str:
    return reverse(view, args=names)


@register.simple_tag
def nerve(steps: Iterable[str], form: str = "") -> SafeString:
    """The fibre, one segment a step: "done", "here", "miss" or "". Put a sentence that says the same beside it.

    `form` is "bleed" (under the masthead) or "few" (short, for a handful of steps)."""
    segments = "".join(
        f'<li class="{step}"></li>' if step in {"done", "here", "miss"} else "<li></li>" for step in steps
    )
    shape = f" nerve--{form}" if form in {"bleed", "few"} else ""
    return mark_safe(f'<ol class="nerve{shape}" aria-hidden="true">{segments}</ol>')  # noqa: S308


@register.simple_tag
def hours_ring(earned, needed) -> SafeString:
    """One segment for each hour needed, filled as they are earned. Above 48 hours the segments become four-hour ones."""
    earned, needed = float(earned), max(float(needed), 1.0)
    count = min(round(needed), 48) if needed <= 48 else max(round(needed / 4), 1)
    filled = min(int(earned / needed * count), count)
    return format_html(
        '<svg class="hours__ring" viewBox="0 0 100 100" aria-hidden="true" focusable="false">'
        '<circle class="core" cx="50" cy="50" r="44"/><path class="base" d="{}" stroke-linecap="round"/>'
        '<path class="fill" d="{}" stroke-linecap="round"/><text x="50" y="56">{}</text>'
        '<text class="of" x="50" y="73">of {} h</text></svg>',
        _arcs(filled, count, count),
        _arcs(0, filled, count),
        f"{earned:g}",
        f"{needed:g}",
    )


def _arcs(first: int, last: int, count: int) -> str:
    gap, radius = 2 * pi / count * 0.24, 44

    def point(angle: float) -> str:
        return f"{50 + radius * sin(angle):.2f} {50 - radius * cos(angle):.2f}"

    step = 2 * pi / count
    return "".join(
        f"M{point(n * step + gap)}A{radius} {radius} 0 {int(step - 2 * gap > pi)} 1 {point((n + 1) * step - gap)}"
        for n in range(first, last)
    )


class _Kept(template.Node):
    MOST = 1024

    def __init__(self, nodelist, values) -> None:
        self.nodelist, self.values = nodelist, values
        self.rendered: dict[tuple, str] = {}

    def render(self, context) -> str:
        name = context.template.name
        if name is None:
            return self.nodelist.render(context)
        key = (name, *(value.resolve(context) for value in self.values))
        if key not in self.rendered:
            if len(self.rendered) >= self.MOST:
                self.rendered = {}
            self.rendered[key] = self.nodelist.render(context)
        return self.rendered[key]


@register.tag
def kept(parser, token) -> _Kept:
    """{% kept frame user.is_staff %} … {% endkept %}: rendered once a process for each page template and these values.

    What stands between may depend on nothing else: the text is shown to everybody who comes with equal values.
    """
    values = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return _Kept(nodelist, values)


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("Linux", "Linux"),
)


@register.filter
def device(user_agent: str) -> str:
    """ "Firefox on Windows": enough to know one's own device. What cannot be told is called a browser."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "A browser")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return f"{browser} on {system}" if system else browser
