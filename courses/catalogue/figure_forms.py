"""A figure as its author makes it: a picture that is uploaded and put into words, or a drawing as SVG source."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from ceu.shared.admin_forms import GuardedForm
from courses.catalogue import figures, pictures
from courses.catalogue.models import Figure

_LONGEST_NAME = 60


class FigureForm(GuardedForm):
    """The svg field is for drawings, the other three for pictures; a new figure is either. A file's name is never used."""

    picture = forms.FileField(
        required=False, label="Picture",
        widget=forms.FileInput(attrs={"accept": ",".join(pictures.FORMATS.values())}),
        help_text=f"PNG, JPEG or WebP, up to {pictures.MAX_UPLOAD // 1_000_000} MB. It is made anew for the page: smaller, "
        "still, on white, and without what the file says of its camera, place and date.",
    )  # fmt: skip
    title = forms.CharField(
        required=False, max_length=120, label="Title", widget=forms.TextInput(attrs={"class": "wide"}),
        help_text="What the picture is, in a few words.",
    )  # fmt: skip
    alternative = forms.CharField(
        required=False, max_length=1000, label="Text alternative",
        widget=forms.Textarea(attrs={"rows": 3, "class": "wide"}),
        help_text="What somebody who cannot see the picture needs to know from it, in whole sentences. Every picture has one.",
    )  # fmt: skip

    class Meta:
        model = Figure
        fields = "__all__"
        widgets = {"svg": forms.Textarea(attrs={"rows": 12, "class": "wide code", "spellcheck": "false"})}
        help_texts = {
            "name": "Small letters, digits and hyphens. Lessons show the figure by it. Empty: made from the title.",
            "svg": "For a drawing made for this course, instead of a picture. It has a title and a desc of its own.",
        }

    def __init__(self, *args, **kwargs) -> None:
        row = kwargs.get("instance")
        held = figures.picture_in(row.svg) if row and row.pk else None
        if held:
            title, alternative = figures.alternative(row.svg)
            kwargs["initial"] = {"title": title, "alternative": alternative} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.is_new, self.is_picture = not (row and row.pk), held is not None
        if not self.is_new and not self.is_picture:
            for name in ("picture", "title", "alternative"):
                del self.fields[name]
        if self.is_new:
            for name in ("svg", "name"):
                if name in self.fields:
                    self.fields[name].required = False
        elif self.is_picture:
            self.fields["picture"].label = "Another picture in its place"
            self.fields.pop("svg", None)

    def clean_svg(self) -> str:
        return _said(figures.clean, self.cleaned_data["svg"]) if self.cleaned_data["svg"] else ""

    def clean_picture(self) -> pictures.Picture | None:
        upload = self.cleaned_data["picture"]
        if upload is None:
            return None
        if upload.size > pictures.MAX_UPLOAD:
            raise ValidationError(f"The file is larger than {pictures.MAX_UPLOAD // 1_000_000} MB.")
        return _said(pictures.read, upload.read(), most=figures.MAX_PICTURE)

    def clean(self):
        given = super().clean() or self.cleaned_data
        if self.is_new and not self.errors and bool(given["picture"]) == bool(given["svg"]):
            raise ValidationError("Give either a picture or the SVG of a drawing, one of them.")
        if self.is_new and not self.errors and not given["name"]:
            given["name"] = self._made_name(given)
        if self.is_picture or given.get("picture"):
            self._put_into_words(given)
        return given

    def _made_name(self, given: dict) -> str:
        words = given["title"] or (figures.alternative(given["svg"])[0] if given["svg"] else "")
        base = slugify(words)[: _LONGEST_NAME - 4].strip("-_").replace("_", "-") or "figure"
        taken = set(Figure.objects.filter(course=given["course"], name__startswith=base).values_list("name", flat=True))
        return next(name for n in range(1, len(taken) + 2) if (name := base if n == 1 else f"{base}-{n}") not in taken)

    def _put_into_words(self, given: dict) -> None:
        for name, sentence in {
            "title": "Enter the title: it names the picture for everybody.",
            "alternative": "Enter the text alternative: without it, some readers get nothing from the picture.",
        }.items():
            if not given.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        if self.errors:
            return
        words = {"name": given["name"], "title": given["title"], "described": given["alternative"]}
        made = given.get("picture")
        if made:
            given["svg"] = _said(figures.picture, made.webp, size=(made.width, made.height), **words)
        else:
            given["svg"] = _said(figures.renamed, self.instance.svg, **words)


def _said(make, *args, **kwargs):
    """What `make` returns; its refusal is said at the field."""
    try:
        return make(*args, **kwargs)
    except (figures.BadFigure, pictures.BadPicture) as error:
        raise ValidationError(str(error)) from error
