"""The index behind the search: rows of plain text for each edition, written once, and what each database makes of them.

PostgreSQL keeps a `vector` beside each row, which stems by the language of the course where it knows it, under a GIN
index. SQLite keeps an FTS5 table over the same rows, which stems as English does and reads letters without their accents.
"""

from django.db import IntegrityError, connections, transaction
from django.db.models import Exists, OuterRef

from courses.catalogue import sections
from courses.catalogue.models import Edition, LessonSection

TABLE = "courses_lessonsection"
FTS = f"{TABLE}_fts"
# Languages that PostgreSQL stems out of the box. All others are matched word for word.
STEMMED = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french", "it": "italian",
    "nl": "dutch", "no": "norwegian", "pt": "portuguese", "sv": "swedish",
}  # fmt: skip


def stemmer(language: str) -> str:
    """The text search configuration of PostgreSQL for a course's language: "en-GB" is read as English."""
    return STEMMED.get(language.lower().replace("_", "-").split("-")[0], "simple")


@transaction.atomic
def index(edition: Edition) -> None:
    """Write the rows of a new edition. They are frozen as it is."""
    course = edition.frozen
    found = [(lesson.slug, section) for lesson in course.lessons for section in sections.of_lesson(lesson)]
    LessonSection.objects.bulk_create(
        LessonSection(
            edition=edition, place=place, lesson=slug, anchor=row.anchor[:64], language=course.language,
            heading=row.heading, text=row.text,
        )
        for place, (slug, row) in enumerate(found)
    )  # fmt: skip
    connection = connections[edition._state.db or "default"]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {FTS}(rowid, heading, text) SELECT id, heading, text FROM {TABLE} WHERE edition_id = %s",  # noqa: S608
                [edition.pk],
            )


def index_missing() -> int:
    """Index each edition that was published before there was a search; how many. Twice at once is once."""
    indexed = LessonSection.objects.filter(edition=OuterRef("pk"))
    done = 0
    for edition in Edition.objects.filter(~Exists(indexed)).defer("content").order_by("pk"):
        try:
            index(edition)
        except IntegrityError:  # another process came first
            continue
        done += 1
    return done


def install(schema_editor) -> None:
    """What the two databases keep beside the table. For a migration."""
    statements = _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def uninstall(schema_editor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TABLE IF EXISTS {FTS}")


def spaced(column: str) -> str:
    """SQL: the text with blanks for all that is neither letter nor digit. PostgreSQL reads "C5/C6" as the name of a file."""
    return f"regexp_replace({column}, '[^[:alnum:]]+', ' ', 'g')"


def _vector(config: str) -> str:
    return f"setweight(to_tsvector('{config}', {spaced('heading')}), 'A') || to_tsvector('{config}', {spaced('text')})"


def _postgresql() -> tuple[str, ...]:
    # A generated column may not look a configuration up by name, so each is written out.
    cases = " ".join(f"WHEN '{code}' THEN {_vector(config)}" for code, config in STEMMED.items())
    base = "split_part(replace(lower(language), '_', '-'), '-', 1)"
    return (
        f"ALTER TABLE {TABLE} ADD COLUMN vector tsvector GENERATED ALWAYS AS "
        f"(CASE {base} {cases} ELSE {_vector('simple')} END) STORED",
        f"CREATE INDEX {TABLE}_vector ON {TABLE} USING gin (vector)",
    )


_POSTGRESQL = _postgresql()
_SQLITE = (
    f"CREATE VIRTUAL TABLE {FTS} USING fts5(heading, text, content='{TABLE}', content_rowid='id', "
    "tokenize='porter unicode61 remove_diacritics 2')",
)
