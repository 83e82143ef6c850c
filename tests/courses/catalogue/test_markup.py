"""Lesson HTML: nothing outside the vocabulary survives, cleaning is stable, and rendering numbers and escapes."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.catalogue import markup
from courses.catalogue.content import Figure, Reference
from tests.courses.catalogue.test_content import COURSE, LESSON

VOCABULARY = {
    "p", "h2", "h3", "ul", "ol", "li", "strong", "em", "b", "i", "dfn", "cite", "sup", "sub", "span", "br", "table",
    "caption", "thead", "tbody", "tr", "th", "td",
    "figure", "figcaption", "details", "summary", "section", "aside", "a",
}  # fmt: skip
ATTRIBUTES = {"id", "class", "href", "scope", "data-figure", "open"}

PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x00>alert(1)</script>",
    "<script/x>alert(1)</script>",
    "<p><script>alert(1)</script></p>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/track.gif'>",
    '<img """><script>alert(1)</script>">',
    "<image src=x onerror=alert(1)>",
    "<picture><source srcset=x onerror=alert(1)></picture>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1)>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
    "<math><mi xlink:href=data:x,alert(1)>x</mi></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=https://evil.example/>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<applet code=x></applet>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)></audio>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<form action=javascript:alert(1)><input type=submit></form>",
    "<select onfocus=alert(1) autofocus></select>",
    "<textarea autofocus onfocus=alert(1)></textarea>",
    "<marquee onstart=alert(1)></marquee>",
    "<details open ontoggle=alert(1)>x</details>",
    "<details open=ontoggle=alert(1)>x</details>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='/\\evil.example'>x</a>",
    "<a href='http://evil.example'>x</a>",
    "<a href='https://ok.example' onclick=alert(1) target=_blank style=color:red>x</a>",
    "<a href='#x\" onclick=\"alert(1)'>x</a>",
    "<p onmouseover=alert(1)>x</p>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p class='lede evil'>x</p>",
    "<h2 id='a\"><script>alert(1)</script>'>x</h2>",
    "<h2 id=constructor onfocus=alert(1) tabindex=1>x</h2>",
    "<figure data-figure='\"><script>alert(1)</script>'></figure>",
    "<span class=unconfirmed contenteditable onblur=alert(1)>x</span>",
    "<!--><script>alert(1)</script>-->",
    "<!-- <img src=x onerror=alert(1)> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<title><img src=x onerror=alert(1)></title>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    "<custom-element onclick=alert(1)>x</custom-element>",
    "<p><cite><script>alert(1)</script></cite></p>",
]


class _Found(HTMLParser):
    def __init__(self, body: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, str] = {}
        self.others: list[str] = []
        self.feed(body)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name: value or "" for name, value in attrs}

    def handle_comment(self, data):
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_within_the_vocabulary(body: str) -> None:
    found = _Found(body)
    assert found.tags <= VOCABULARY
    assert found.attributes.keys() <= ATTRIBUTES
    assert found.others == []
    assert re.fullmatch(r"https://.*|#[a-z0-9-]+|", found.attributes.get("href", ""))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_outside_the_vocabulary_survives(payload):
    kept = markup.clean(payload)

    assert_within_the_vocabulary(kept)
    assert markup.clean(kept) == kept


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    "around", ["<p>{}</p>", "<table><tr><td>{}</td></tr></table>", "<aside class=pearl>{}</aside>"]
)
def test_nothing_survives_inside_what_is_allowed(payload, around):
    kept = markup.clean(around.format(payload))

    assert_within_the_vocabulary(kept)
    assert markup.clean(kept) == kept


def test_what_an_author_may_write_is_kept_byte_for_byte():
    body = (
        '<p class="lede">One <strong>two</strong> <dfn>three</dfn>.<cite>R1</cite></p>\n'
        '<h2 id="start">Start</h2>\n<ul>\n<li>a<br>b</li>\n</ul>\n'
        '<figure data-figure="one two"><figcaption>Words.</figcaption></figure>\n'
        '<table>\n<caption>C</caption>\n<thead>\n<tr><th scope="col" class="n">1</th></tr>\n</thead>\n<tbody>\n'
        '<tr><td class="n">2</td></tr>\n</tbody>\n</table>\n'
        '<section class="case"><details open><summary>S</summary><p>x</p></details></section>\n'
        '<aside class="red-flag"><p>See <a href="#start">there</a> and <a href="https://doi.org/10.1/x">here</a>.</p></aside>\n'
    )

    assert markup.clean(body) == body


_PIECES = st.sampled_from(
    [f"<{tag}>" for tag in sorted(VOCABULARY)]
    + [f"</{tag}>" for tag in sorted(VOCABULARY)]
    + ['<h2 id="x">', '<p class="lede">', '<a href="#x">', "<details open>", '<th scope="row">', '<td class="n">']
    + [
        "<script>",
        "</script>",
        "<svg>",
        "<math>",
        "<style>",
        "<!--",
        "-->",
        "<form>",
        "<pre>\n",
        "<select>",
        "<option>",
    ]
    + ["&", "&amp;", "&nbsp;", "&lt;", "<", ">", '"', "'", "word", " ", "\n", "\u00a0", "é"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=6), max_size=14).map("".join))
def test_cleaning_twice_changes_nothing(body):
    kept = markup.clean(body)

    assert markup.clean(kept) == kept
    assert_within_the_vocabulary(kept)


# --- survey ---------------------------------------------------------------------------------------------------------


def test_a_survey_lists_what_a_lesson_holds():
    found = markup.survey(
        '<h2 id="a">First <em>one</em></h2><p>One <dfn>term</dfn><cite>R1</cite> <span class="unconfirmed">maybe</span>'
        '<a href="#a">up</a></p><h3 id="b">Second</h3><figure data-figure="f g"></figure>'
    )

    assert [(row.anchor, row.level, row.text) for row in found.headings] == [("a", 2, "First one"), ("b", 3, "Second")]
    assert (found.citations, found.terms, found.unconfirmed) == (["R1"], ["term"], ["maybe"])
    assert (found.figures, found.links, found.anchors) == (["f", "g"], ["#a"], ["a", "b"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", 0),
        ("<p>One two</p>", 2),
        ("<p>One</p><p>two</p>", 2),
        ("<p>One<br>two</p>", 2),
        ("<details><summary>One</summary>two</details>", 2),
        ("<p>One<cite>R1</cite>, two</p>", 2),
        ("<p>One</p><table><caption>No</caption><tr><td>no</td></tr></table><p>two</p>", 2),
        ("<p>One</p><figure><figcaption>No no</figcaption></figure>two", 2),
        ("<p>foot&amp;mouth&nbsp;is</p>", 2),
    ],
)
def test_words_are_those_of_the_running_text(body, words):
    assert markup.count_words(body) == words


# --- rendering ------------------------------------------------------------------------------------------------------

REFERENCES = (
    Reference("R1", "First <b>author</b> & others.", doi='10.1/x"y'),
    Reference("R2", "Second.", url="https://example.org/<2>", studied="<i>two</i> cadavers", subjects=7),
    Reference("A&B", "Third."),
)


def rendered(body: str, **more) -> str:
    return markup.render(replace(LESSON, body=body), replace(COURSE, **({"references": REFERENCES} | more)))


def test_sources_are_numbered_by_first_citation_and_noted_once():
    page = rendered("<p>A<cite>R2</cite> b<cite>R1</cite></p>\n<p>C<cite>R2</cite></p>\n")

    assert re.findall(r'class="ref"(?: id="r(\d)")? href="#n(\d)"', page) == [("1", "1"), ("2", "2"), ("", "1")]
    assert re.findall(r'class="note" id="n(\d)"', page) == ["1", "2"]


def test_a_note_stands_at_the_end_of_its_paragraph():
    page = rendered("<p>A<cite>R1</cite> goes on.</p>\n<p>Next.</p>")

    assert re.fullmatch(r'<p>A<a class="ref".*?</a> goes on\.<span class="note".*?</span></p>\n<p>Next\.</p>', page)


def test_a_note_never_stands_inside_its_own_mark():
    page = rendered("Words at the end<cite>R1</cite>")

    assert page.index("</a>") < page.index('<span class="note"')


def test_citations_are_escaped():
    page = rendered("<p>A<cite>R1</cite><cite>R2</cite></p>")

    assert "First &lt;b&gt;author&lt;/b&gt; &amp; others." in page
    assert 'href="https://doi.org/10.1/x&quot;y"' in page
    assert 'href="https://example.org/&lt;2&gt;"' in page
    assert "&lt;i&gt;two&lt;/i&gt; cadavers" in page


def test_subjects_are_drawn_as_dots_in_fives():
    assert "●●●●● ●●" in rendered("<p>A<cite>R2</cite></p>")


def test_a_marked_statement_says_in_words_that_it_is_unconfirmed():
    page = rendered(
        '<p><span class="unconfirmed">It <em>may</em> be.<cite>R1</cite></span> It is. <span>So?</span></p>'
    )

    assert re.search(r'be\.<a class="ref".*?</a></span> <span class="doubt">unconfirmed</span> It is\.', page)
    assert page.count('class="doubt"') == 1


def test_a_note_says_that_its_source_was_not_re_checked():
    doubted = (replace(REFERENCES[0], unconfirmed=True), REFERENCES[1])

    page = rendered("<p>A<cite>R1</cite> b<cite>R2</cite></p>", references=doubted)

    first, second = re.findall(r'<span class="note".*?</span>(?=<span class="note"|</p>)', page)
    assert "Details not re-checked." in first and "Details" not in second


def test_an_unknown_key_is_dropped():
    assert rendered("<p>A<cite>NOBODY</cite>.</p>") == "<p>A.</p>"


def test_the_list_of_sources_has_the_order_of_the_notes_and_reads_escaped_keys():
    lesson = replace(LESSON, body="<p><cite>A&amp;B</cite><cite>NOBODY</cite><cite>R1</cite><cite>A&amp;B</cite></p>")
    course = replace(COURSE, references=REFERENCES)

    assert [row.key for row in markup.cited(lesson, course)] == ["A&B", "R1"]
    assert 'id="n2"' in markup.render(lesson, course)


def test_figures_are_set_in_and_unknown_ones_are_left_out():
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>F</title><desc>f</desc></svg>'

    page = rendered('<figure data-figure="f none"><figcaption>x</figcaption></figure>', figures=(Figure("f", drawing),))

    assert (
        page == f'<figure class="figure"><div class="figure__panels">{drawing}</div><figcaption>x</figcaption></figure>'
    )


def test_tables_scroll_and_folds_are_dressed():
    page = rendered("<table>\n</table><details><summary>a</summary></details><details open></details>")

    assert page.count('<table class="table">') == page.count("</table></div>") == 1
    assert page.count('<details class="fold">') == page.count('<details class="fold" open>') == 1
