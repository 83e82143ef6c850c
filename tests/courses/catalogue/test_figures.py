"""Drawings: what may stand in a page as SVG, and what is refused with a sentence."""

import pytest

from courses.catalogue import figures
from courses.catalogue.figures import BadFigure

NS = 'xmlns="http://www.w3.org/2000/svg"'
GOOD = (
    f'<svg {NS} viewBox="0 0 10 10" role="img" aria-labelledby="t d"><title id="t">A nerve</title><desc id="d">It '
    'slides.</desc><g class="line" transform="scale(2)"><path d="M0 0L1 1" fill="none"/><use href="#t"/></g></svg>'
)


def drawing(inside: str = "", *, attributes: str = "", before: str = "") -> str:
    words = "<title>A nerve</title><desc>It slides.</desc>"
    return f'{before}<svg {NS} viewBox="0 0 10 10" {attributes}>{words}{inside}</svg>'


def test_a_good_drawing_is_kept_as_it_is():
    assert figures.clean(f"\n{GOOD}\n") == GOOD
    assert figures.clean(figures.clean(GOOD)) == GOOD


def test_the_text_alternative_is_read_from_it():
    assert figures.alternative(GOOD) == ("A nerve", "It slides.")


BAD = {
    "script": drawing("<script>alert(1)</script>"),
    "script of html": drawing('<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>'),
    "foreignObject": drawing("<foreignObject><p>x</p></foreignObject>"),
    "html element": drawing('<p xmlns="http://www.w3.org/1999/xhtml">x</p>'),
    "no namespace": drawing('<g xmlns=""><path d="M0 0"/></g>'),
    "image": drawing('<image href="https://evil.example/x.png"/>'),
    "a": drawing('<a href="https://evil.example/">x</a>'),
    "animate": drawing('<animate attributeName="href" to="javascript:alert(1)"/>'),
    "set": drawing('<set attributeName="onload" to="alert(1)"/>'),
    "style element": drawing("<style>@import url(https://evil.example/)</style>"),
    "style attribute": drawing('<g style="background:url(https://evil.example/)"/>'),
    "external use": drawing('<use href="https://evil.example/x.svg#a"/>'),
    "protocol-relative use": drawing('<use href="//evil.example/x.svg#a"/>'),
    "data use": drawing('<use href="data:image/svg+xml;base64,AAAA"/>'),
    "javascript use": drawing('<use href="javascript:alert(1)"/>'),
    "xlink": drawing('<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="https://evil.example/"/>'),
    "onload": drawing(attributes='onload="alert(1)"'),
    "onclick": drawing('<g onclick="alert(1)"/>'),
    "external paint": drawing('<g fill="url(https://evil.example/x.svg#p)"/>'),
    "colour": drawing('<g fill="red"/>'),
    "filter": drawing('<g filter="url(#f)"/>'),
    "comment that a browser ends early": drawing("<!--><script>alert(1)</script>-->"),
    "comment": drawing("<!-- made by hand -->"),
    "instruction that a browser ends early": drawing("<?x ><script>alert(1)</script>?>"),
    "stylesheet instruction": drawing(before='<?xml-stylesheet href="https://evil.example/x.css"?>'),
    "CDATA": drawing("<text><![CDATA[<script>alert(1)</script>]]></text>"),
    "DTD": drawing(before="<!DOCTYPE svg>"),
    "external DTD": drawing(before='<!DOCTYPE svg SYSTEM "https://evil.example/x.dtd">'),
    "external entity": drawing("<text>&x;</text>", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "entity bomb": drawing(
        "<text>&c;</text>",
        before='<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    ),
    "unknown entity": drawing("<text>&nbsp;</text>"),
    "markup in the title": drawing("<g><title><g/></title></g>"),
    "not closed": f"<svg {NS} viewBox='0 0 1 1'><title>x</title>",
    "not SVG": "<p>x</p>",
    "no viewBox": f"<svg {NS}><title>x</title><desc>y</desc></svg>",
    "no title": f'<svg {NS} viewBox="0 0 1 1"><desc>y</desc></svg>',
    "empty desc": f'<svg {NS} viewBox="0 0 1 1"><title>x</title><desc> </desc></svg>',
    "nothing": "",
    "too large": drawing(f"<text>{'x' * figures.MAX_BYTES}</text>"),
}


@pytest.mark.parametrize("source", BAD.values(), ids=BAD.keys())
def test_a_drawing_that_runs_or_fetches_is_refused_with_a_sentence(source):
    with pytest.raises(BadFigure) as refused:
        figures.clean(source)

    assert str(refused.value)[0].isupper() or str(refused.value).startswith(("fill", "stroke"))
    assert str(refused.value).endswith(".")


def test_a_drawing_ten_thousand_deep_is_judged_and_not_a_crash():
    deep = drawing("<g>" * 10_000 + "</g>" * 10_000)

    assert figures.clean(deep) == deep
