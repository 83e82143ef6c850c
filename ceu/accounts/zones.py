"""Time zones as people look for them: by continent and city."""

from functools import cache
from zoneinfo import available_timezones

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CONTINENTS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def choices() -> list:
    """[("UTC", "UTC"), (continent, [(key, "New York"), …]), …]"""
    cities: dict[str, list[tuple[str, str]]] = {continent: [] for continent in CONTINENTS}
    for key in sorted(available_timezones()):
        continent, _, city = key.partition("/")
        if city and continent in cities:
            cities[continent].append((key, city.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *((continent, group) for continent, group in cities.items() if group)]


class ZoneSelect(forms.Select):
    """A select whose four hundred options are drawn once a process: Django's own draws each from a template each time."""

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        attrs = forms.utils.flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        plain, chosen = _options(), format_html('value="{}"', value or "UTC")
        return format_html("<select{}>{}</select>", attrs, SafeString(plain.replace(chosen, f"{chosen} selected", 1)))


@cache
def _options() -> str:
    def draw(options) -> SafeString:
        return format_html_join("", '<option value="{}">{}</option>', options)

    top, *continents = choices()
    return draw([top]) + format_html_join(
        "", '<optgroup label="{}">{}</optgroup>', ((continent, draw(group)) for continent, group in continents)
    )
