"""Numbers and dates in words, by the same functions that print certificates."""

from django import template

from courses.certificates import snapshot

register = template.Library()


@register.filter
def day(iso: str | None) -> str:
    """2026-11-22 -> 22 November 2026; nothing for nothing."""
    return snapshot.date_in_words(iso) if iso else ""


@register.filter
def grouped(number: int) -> str:
    """17820 -> 17,820."""
    return f"{number:,}"
