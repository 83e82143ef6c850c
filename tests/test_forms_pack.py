"""The look of forms: one for `{{ form }}` and for `{% crispy form %}`."""

import re

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Button, ButtonHolder, Column, Div, Field, Fieldset, Layout, Row, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.template import engines

from ceu.shared.forms import CleanCharField, CleanForm

CHOICES = [("a", "Often"), ("b", "Seldom")]


class Report(CleanForm):
    title = CleanCharField(max_length=20, help_text="At most 20 characters.")
    body = forms.CharField(widget=forms.Textarea, required=False)
    kind = forms.ChoiceField(choices=[("", "Choose one"), *CHOICES])
    useful = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect, label="How useful was it?", help_text="One.")
    subjects = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple, required=False)
    read = forms.BooleanField(label="I have read it")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


class Laid(Report):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Fieldset("About it", "title", Field("body")),
            Row(Column("kind"), "read"),
            Div("useful", "subjects"),
            "secret",
            ButtonHolder(Submit("save", "Save the report"), Button("later", "Later", css_class="quiet")),
        )


def plain(form) -> str:
    return engines["django"].from_string("<form>{{ form }}</form>").render({"form": form})


def crispy(form) -> str:
    return engines["django"].from_string("{% load crispy_forms_tags %}{% crispy form %}").render({"form": form})


def filtered(form) -> str:
    return engines["django"].from_string("{% load crispy_forms_tags %}{{ form|crispy }}").render({"form": form})


WAYS = [(plain, Report), (crispy, Report), (crispy, Laid), (filtered, Report)]


@pytest.mark.parametrize(("render", "kind"), WAYS)
def test_the_list_of_problems_comes_first_and_leads_to_each_field(render, kind):
    page = render(kind({"body": "x"}))

    targets = re.findall(r'<a href="#([^"]+)">', page)
    assert page.index("There is a problem") < page.index('name="title"')
    assert targets == ["id_title", "id_kind", "id_useful_0", "id_read"]
    assert all(f'id="{target}"' in page for target in targets)
    assert 'tabindex="-1" data-problems' in page


@pytest.mark.parametrize(("render", "kind"), WAYS)
def test_hints_and_errors_are_tied_to_their_field(render, kind):
    page = render(kind({}))

    described = set(" ".join(re.findall(r'aria-describedby="([^"]+)"', page)).split())
    assert described == {
        "id_title_helptext",
        "id_title_error",
        "id_kind_error",
        "id_useful_helptext",
        "id_useful_error",
        "id_read_error",
    }
    assert all(page.count(f'id="{name}"') == 1 for name in described)


@pytest.mark.parametrize(("render", "kind"), WAYS)
def test_a_group_of_choices_is_a_fieldset_with_a_legend(render, kind):
    page = render(kind())

    assert re.search(
        r'<fieldset class="field field--group[^>]*aria-describedby="id_useful_helptext"[^>]*>\s*<legend>How useful',
        page,
    )
    assert "There is a problem" not in page
    assert 'name="secret"' in page


@pytest.mark.parametrize(("render", "kind"), WAYS)
def test_what_may_be_left_out_says_so(render, kind):
    page = render(kind())

    assert page.count("(optional)") == 2


def test_a_crispy_form_posts_with_a_token_and_without_the_browsers_own_checks():
    page = (
        engines["django"]
        .from_string("{% load crispy_forms_tags %}{% crispy form %}")
        .render({"form": Laid(), "csrf_token": "TOKEN"})
    )

    assert re.search(r'<form\s+method="post" novalidate>', page)
    assert 'name="csrfmiddlewaretoken"' in page
    assert '<button type="submit" name="save" value="Save the report" class="button"' in page
    assert 'class="button button--second button--quiet"' in page
    assert "<legend><h2>About it</h2></legend>" in page


def test_what_is_missing_is_asked_for_by_name():
    errors = Report({}).errors

    assert errors == {
        "title": ["Enter the title."],
        "kind": ["Choose the kind."],
        "useful": ["Answer “How useful was it?”."],
        "read": ["Tick “I have read it”."],
    }


@pytest.mark.parametrize(("typed", "kept"), [("Zoe\u0308", "Zoë"), ("a\r\nb", "a\nb"), (" x ", "x")])
def test_text_is_cleaned(typed, kept):
    form = Report({"title": typed, "body": typed, "kind": "a", "useful": "a", "read": "on"})

    assert form.is_valid()
    assert (form.cleaned_data["title"], form.cleaned_data["body"]) == (kept, kept)


@pytest.mark.parametrize("typed", ["a\x00b", "a\ud800b", ["a"], {"a": 1}])
def test_b10_text_that_no_database_keeps_is_a_problem_of_the_field(typed):
    assert "title" in Report({"title": typed}).errors


@pytest.mark.parametrize("typed", ["a\x00b", "a\ud800b"])
def test_b10_so_it_is_in_a_field_of_djangos_own(typed):
    assert "body" in Report({"body": typed}).errors


def test_markup_in_a_label_or_an_error_is_text():
    class Hostile(CleanForm):
        title = forms.CharField(label="<b>bold</b>")

        def clean_title(self):
            raise ValidationError("<script>alert(1)</script>")

    page = plain(Hostile({"title": "<img onerror=x>"}))

    assert "<script>" not in page
    assert "<b>bold" not in page
    assert "<img" not in page
