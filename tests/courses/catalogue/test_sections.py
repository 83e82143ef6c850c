from courses.catalogue.content import Lesson
from courses.catalogue.sections import Section, of_lesson


def sections(body: str) -> list[Section]:
    return list(of_lesson(Lesson("l", "A lesson", "Know it.", (), body)))


def test_a_lesson_without_headings_is_its_opening():
    assert sections("<p>One<br>two.</p><p>Three</p>") == [Section("", "A lesson", "Know it. One two. Three")]


def test_sections_begin_at_anchored_headings_and_hold_tables_and_captions_and_no_citation():
    found = sections(
        '<p>Before.</p><h2 id="a">The <em>first</em></h2><p>Words<cite>R1</cite>.</p><h3>No anchor</h3><p>More</p>'
        '<section class="case"><h3 id="b">Case</h3><table><tr><td>Cell</td><td>next</td></tr></table>'
        "<figure><figcaption>Drawn</figcaption></figure></section>"
    )

    assert found[1:] == [Section("a", "The first", "Words. No anchor More"), Section("b", "Case", "Cell next Drawn")]
    assert found[0].text == "Know it. Before."


def test_text_is_plain_and_without_characters_that_cannot_be_seen():
    assert sections("<p>a &lt;b&gt; &amp; c\x00\x07\ue000d</p>")[0].text == "Know it. a <b> & c d"


def test_a_broken_body_is_read_all_the_same():
    assert sections('</cite><h2 id="a">Open<p>text') == [
        Section("", "A lesson", "Know it."), Section("a", "Opentext", ""),
    ]  # fmt: skip
