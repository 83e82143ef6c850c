"""Time zones as people look for them: by continent and city."""

from functools import cache
from zoneinfo import available_timezones

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
