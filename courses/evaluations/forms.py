from crispy_forms.helper import FormHelper
from django import forms

from ceu.shared.forms import CleanCharField, CleanForm
from courses.catalogue.content import EditionContent
from courses.evaluations import questions


class EvaluationForm(CleanForm):
    """Every statement on the five-point scale, then the open questions. No answer is better than another."""

    helper = FormHelper()
    helper.form_tag = False

    def __init__(self, *args, course: EditionContent, **kwargs):
        super().__init__(*args, **kwargs)
        self.statements = questions.statements(course)
        asked = {
            statement.key: forms.TypedChoiceField(
                label=statement.text,
                choices=questions.SCALE,
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": f"Choose an answer for “{statement.text}”"},
            )
            for statement in self.statements
        }
        asked["minutes"] = forms.IntegerField(
            label="How many minutes did the course take you?",
            help_text="Lessons and quizzes together, in whole minutes. It helps us to state the hours honestly.",
            min_value=1,
            max_value=questions.MAX_MINUTES,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            error_messages={"required": "Enter the minutes, as a whole number."},
        )
        asked["change"] = CleanCharField(
            label="What will you do differently?",
            required=False,
            max_length=questions.MAX_COMMENT,
            widget=forms.Textarea,
        )
        asked["comments"] = CleanCharField(
            label="Anything else?", required=False, max_length=questions.MAX_COMMENT, widget=forms.Textarea
        )
        asked["grievance"] = forms.BooleanField(
            label="This is a complaint that somebody should look into.", required=False
        )
        self.fields = asked

    def answers(self) -> dict[str, int]:
        return {statement.key: self.cleaned_data[statement.key] for statement in self.statements}
