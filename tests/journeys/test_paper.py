"""A lesson on paper: where its links lead is said once."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from courses.catalogue.content import Reference
from courses.catalogue.markup import render
from tests.courses.catalogue.test_content import COURSE, LESSON

pytestmark = pytest.mark.browser
SHEET = (Path(settings.BASE_DIR) / "ceu/static/ceu/site.css").read_text()
PRINTED_AFTER = "(link) => getComputedStyle(link, '::after').content"


def test_a_note_prints_its_address_once_and_a_link_in_words_prints_where_it_leads(browser):
    source = Reference(key="A20", citation="Author A (2020).", url="https://example.org/page")
    lesson = replace(LESSON, body='<p><a href="https://example.org">Words</a>.<cite>A20</cite></p>')
    page = browser.page()
    page.set_content(
        f'<style>{SHEET}</style><div class="prose">{render(lesson, replace(COURSE, references=(source,)))}</div>'
    )

    page.emulate_media(media="print")

    note = page.get_by_role("link", name="example.org/page")
    assert note.evaluate(PRINTED_AFTER) == "none"
    assert page.get_by_role("link", name="Words").evaluate(PRINTED_AFTER) == '" (https://example.org)"'
