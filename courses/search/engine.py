"""The two databases' own full text search behind one face: matching sections with their rank, and marked excerpts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from courses.catalogue.fulltext import FTS, TABLE, stemmer
from courses.search.query import Query
from courses.search.results import CLOSES, OPENS, Match

MOST_MATCHES = 500


@dataclass(frozen=True)
class Excerpt:
    heading: str
    text: str


def matches(languages: Mapping[int, str], query: Query) -> list[Match]:
    """The best matches in these editions (primary key -> language), the best first. One statement."""
    if not languages or not query:
        return []
    if connection.vendor == "postgresql":
        return _rows(*_postgresql_matches(languages, query))
    return _rows(*_sqlite_matches(languages, query))


def excerpts(found: Iterable[Match], languages: Mapping[int, str], query: Query) -> dict[int, Excerpt]:
    """Primary key of a section -> its heading and what stands around the words, marked. One statement."""
    found = list(found)
    if not found:
        return {}
    on_postgresql = connection.vendor == "postgresql"
    make = _postgresql_excerpts if on_postgresql else _sqlite_excerpts
    with connection.cursor() as cursor:
        cursor.execute(*make(found, languages, query))
        return {pk: Excerpt(heading, text) for pk, heading, text in cursor.fetchall()}


def _rows(sql: str, values: list) -> list[Match]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Match(*row) for row in cursor.fetchall()]


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)


# --- SQLite ---------------------------------------------------------------------------------------------------------


def expression(query: Query) -> str:
    """In the language of FTS5. Terms hold letters, digits and blanks alone, so that quotation marks keep them."""
    wanted = " AND ".join(f"({_any(terms)})" for terms in query.needed)
    return f"({wanted}) NOT ({_any(query.unwanted)})" if query.unwanted else wanted


def _any(terms: Iterable[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)


def _sqlite_matches(languages: Mapping[int, str], query: Query) -> tuple[str, list]:
    sql = (
        f"SELECT s.id, s.edition_id, s.place, s.lesson, s.anchor, -bm25({FTS}, 4.0, 1.0) "  # noqa: S608
        f"FROM {FTS} JOIN {TABLE} s ON s.id = {FTS}.rowid "
        f"WHERE {FTS} MATCH %s AND s.edition_id IN ({_marks(len(languages))}) ORDER BY 6 DESC, 2, 3 LIMIT %s"
    )
    return sql, [expression(query), *languages, MOST_MATCHES]


def _sqlite_excerpts(found: list[Match], languages: Mapping[int, str], query: Query) -> tuple[str, list]:
    sql = (
        f"SELECT rowid, highlight({FTS}, 0, %s, %s), snippet({FTS}, 1, %s, %s, ' … ', 32) FROM {FTS} "  # noqa: S608
        f"WHERE {FTS} MATCH %s AND rowid IN ({_marks(len(found))})"
    )
    return sql, [OPENS, CLOSES, OPENS, CLOSES, expression(query), *(match.pk for match in found)]


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def _tsquery(query: Query, config: str) -> tuple[str, list[str]]:
    """SQL and its values. phraseto_tsquery takes any text, and drops the words that are too common."""
    one = f"phraseto_tsquery('{config}', %s)"
    wanted = " && ".join("(" + " || ".join([one] * len(terms)) + ")" for terms in query.needed)
    barred = "".join(f" && !! {one}" for _ in query.unwanted)
    return f"({wanted}){barred}", [*(term for terms in query.needed for term in terms), *query.unwanted]


def _by_config(languages: Mapping[int, str]) -> dict[str, list[int]]:
    grouped: dict[str, list[int]] = defaultdict(list)
    for edition, language in languages.items():
        grouped[stemmer(language)].append(edition)
    return grouped


def _postgresql_matches(languages: Mapping[int, str], query: Query) -> tuple[str, list]:
    parts, values = [], []
    for config, editions in _by_config(languages).items():
        asked, terms = _tsquery(query, config)
        parts.append(
            f"SELECT s.id, s.edition_id, s.place, s.lesson, s.anchor, ts_rank_cd(s.vector, q.asked, 1) "  # noqa: S608
            f"FROM {TABLE} s, (SELECT {asked} AS asked) q "
            f"WHERE s.vector @@ q.asked AND s.edition_id IN ({_marks(len(editions))})"
        )
        values += [*terms, *editions]
    return f"{' UNION ALL '.join(parts)} ORDER BY 6 DESC, 2, 3 LIMIT %s", [*values, MOST_MATCHES]


_AROUND = f'StartSel={OPENS}, StopSel={CLOSES}, MaxFragments=2, MaxWords=26, MinWords=12, FragmentDelimiter=" … "'
_WHOLE = f"StartSel={OPENS}, StopSel={CLOSES}, HighlightAll=true"
# Words on both sides of a slash are one to PostgreSQL: apart, each can be marked. And it takes out what looks like a tag.
_APART = "replace(replace({}, '/', ' / '), '<', '< ')"


def _postgresql_excerpts(found: list[Match], languages: Mapping[int, str], query: Query) -> tuple[str, list]:
    parts, values = [], []
    for config, editions in _by_config({match.edition: languages[match.edition] for match in found}).items():
        asked, terms = _tsquery(query, config)
        heading, text = (
            f"ts_headline('{config}', {_APART.format(column)}, q.asked, %s)" for column in ("s.heading", "s.text")
        )
        pks = [match.pk for match in found if match.edition in editions]
        parts.append(
            f"SELECT s.id, {heading}, {text} FROM {TABLE} s, (SELECT {asked} AS asked) q "  # noqa: S608
            f"WHERE s.id IN ({_marks(len(pks))})"
        )
        values += [_WHOLE, _AROUND, *terms, *pks]
    return " UNION ALL ".join(parts), values
