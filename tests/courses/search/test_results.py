from courses.search.results import CLOSES, OPENS, Match, by_lesson, marked


def match(pk: int, edition: int, lesson: str, rank: float) -> Match:
    return Match(pk, edition, pk, lesson, "", rank)


def test_courses_and_lessons_stand_in_the_order_of_their_best_match_and_sections_in_that_of_reading():
    found = by_lesson(
        [match(1, 7, "a", 1), match(2, 7, "b", 3), match(3, 8, "c", 9), match(4, 7, "b", 5), match(5, 8, "d", 0.5)]
    )

    assert [(row.edition, row.slug) for row in found] == [(8, "c"), (8, "d"), (7, "b"), (7, "a")]
    assert [section.pk for section in found[2].sections] == [2, 4]


def test_a_lesson_shows_its_three_best_sections_and_counts_the_rest():
    lesson = by_lesson([match(n, 1, "a", n) for n in range(1, 8)])[0]

    assert ([section.pk for section in lesson.sections], lesson.more) == ([5, 6, 7], 4)


def test_text_is_escaped_and_words_are_marked():
    text = f"<b>{OPENS}slump{CLOSES} {OPENS}test{CLOSES} & {OPENS}<i>{CLOSES}"

    assert marked(text) == "&lt;b&gt;<mark>slump test</mark> &amp; <mark>&lt;i&gt;</mark>"
