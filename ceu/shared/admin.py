"""Admin pages that keep to a person's scope, on whichever of their many doors one knocks.

Lists, single pages, history, actions, filters, autocomplete and the choices of every select go through one method,
`in_scope`. A row outside of it gives the same 404 as a row that does not exist. Whatever services write is read-only.
"""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest, FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst

from ceu.shared.admin_forms import GuardedForm
from ceu.shared.forms import CleanForm, RowField, RowsField, is_key, refuse_strangers

# What a filter of a list may add to the name of its field.
_LOOKUPS = {"id", "exact", "gte", "lt", "isnull", "isempty"}


class Waiting(NamedTuple):
    """Work that waits at a desk: one whole sentence with its count, and the address of the list."""

    sentence: str
    address: str


def counted(n: int, one: str, many: str) -> str:
    """The sentence for n, which the longer form names: counted(3, "One row waits.", "{} rows wait.")."""
    return one if n == 1 else many.format(n)


def address(row: models.Model, page: str = "change") -> str:
    """Where a row's page is in the admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


class NamedAutocomplete(AutocompleteSelect):
    class Media:
        js = ["ceu/admin.js"]

    def optgroups(self, name: str, value: list[str], attr: dict | None = None) -> list:
        """What was sent and cannot be a key shows nothing chosen: Django would ask the database for it, and fail."""
        key = self.field.remote_field.model._meta.pk
        return super().optgroups(name, [each for each in value if is_key(key, each)], attr)


class Scoped:
    """For pages and inlines: what may be chosen is what the chosen model's own page would list."""

    def get_field_queryset(self, db, db_field, request: HttpRequest):
        try:
            chosen = self.admin_site.get_model_admin(db_field.remote_field.model)
        except NotRegistered:
            return db_field.remote_field.model._default_manager.none()
        return chosen.get_queryset(request)

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", NamedAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **{"form_class": RowField} | kwargs)

    def formfield_for_manytomany(self, db_field, request: HttpRequest, **kwargs):
        """Boxes to tick: the widgets with two lists, or with a search, fail people who use neither mouse nor eyes."""
        return super().formfield_for_manytomany(
            db_field, request, **{"widget": forms.CheckboxSelectMultiple, "form_class": RowsField} | kwargs
        )


class ScopedChangeList(ChangeList):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = capfirst(self.opts.verbose_name_plural)

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
            self.result_list = list(self.result_list)
        except (ValueError, OverflowError) as error:  # a value that no column holds, such as the year 99999
            raise IncorrectLookupParameters(error) from error
        self.model_admin.prepare(self.result_list)


class ScopedAdmin(Scoped, admin.ModelAdmin):
    """`desk` is where the index shows it, `rank` its place there. `scope_path` leads to a row that has `for_user`;
    empty: the model has it itself. `pages` are further pages of one row, name -> the right each needs (codename with
    its app): the method `<name>_page(request, row)` makes it."""

    desk = ""
    rank = 5
    scope_path = ""
    pages: ClassVar[dict[str, str]] = {}
    refusals: ClassVar[tuple[type[Exception], ...]] = ()
    form = GuardedForm
    formfield_overrides: ClassVar[dict] = {models.URLField: {"assume_scheme": "https"}}
    view_on_site = False
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    save_on_top = False

    # --- scope ------------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest):
        return self.in_scope(super().get_queryset(request), request.user)

    def in_scope(self, rows, user):
        if not self.scope_path:
            return rows.for_user(user)
        model = self.model
        for step in self.scope_path.split("__"):
            model = model._meta.get_field(step).related_model
        return rows.filter(**{f"{self.scope_path}__in": model._default_manager.all().for_user(user)})

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts, object_id):
        raise Http404("There is no such row for you.")

    def lookup_allowed(self, lookup: str, value, request: HttpRequest | None = None) -> bool:
        """Only what the page's filters offer. A lookup is a question, and its answer may be somebody's secret."""
        return any(_offers(each, lookup) for each in [*self.get_list_filter(request), self.date_hierarchy] if each)

    def response_action(self, request: HttpRequest, queryset) -> HttpResponse | None:
        if not all(is_key(self.opts.pk, chosen) for chosen in request.POST.getlist("_selected_action")):
            raise BadRequest("A selected row is not the key of a row.")
        selected = set(request.POST.getlist("_selected_action"))
        if self.get_queryset(request).filter(pk__in=selected).count() < len(selected):
            raise Http404("There is no such row for you.")
        return super().response_action(request, queryset)

    # --- what is saved ----------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return fieldsets
        (name, first), *rest = fieldsets
        return [(name, first | {"fields": [*first["fields"], "seen"]}), *rest]

    def save_model(self, request: HttpRequest, obj, form, change: bool) -> None:
        """Only what was changed is written, so that a page left open does not bring old values back."""
        if not change:
            return super().save_model(request, obj, form, change)
        changed = [name for name in form.changed_data if _is_column(obj, name)]
        return obj.save(update_fields=changed) if changed else None

    # --- lists ------------------------------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs):
        return ScopedChangeList

    def prepare(self, rows: list) -> None:
        """Give the rows of one page of the list what they show, all in one go."""

    def waiting(self, request: HttpRequest) -> Waiting | None:
        """The work that waits here for this person, if any. One cheap statement."""

    def list_address(self, query: str = "") -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist") + query

    # --- further pages of one row -------------------------------------------------------------------------------------

    def get_urls(self):
        mine = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(self._page(name)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{name}",
            )
            for name in self.pages
        ]
        return mine + super().get_urls()

    def may(self, request: HttpRequest, page: str) -> bool:
        return self.has_view_permission(request) and request.user.has_perm(self.pages[page])

    def _page(self, name: str) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if not self.may(request, name):
                raise PermissionDenied
            row = self.get_object(request, unquote(object_id))
            if row is None:
                raise Http404("There is no such row for you.")
            return getattr(self, f"{name}_page")(request, row)

        return view

    def show(self, request: HttpRequest, row, template: str, *, title: str, **context: Any) -> HttpResponse:
        context = self.admin_site.each_context(request) | {"opts": self.opts, "original": row, "title": title} | context
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context)

    def act(self, request: HttpRequest, row, form: CleanForm, do: Callable[[dict], str], **words: Any) -> HttpResponse:
        """A page around one service: its form on GET, done on POST. `do` gets the cleaned data and returns a sentence.

        `words`: title, intro (sentences), button, danger."""
        if request.method == "POST" and form.is_valid():
            try:
                done = do(form.cleaned_data)
            except self.refusals as refusal:
                form.add_error(None, str(refusal))
            else:
                self.log_change(request, row, done)
                self.message_user(request, done, messages.SUCCESS)
                return redirect(address(row))
        return self.show(request, row, "admin/act.html", form=form, **words)

    def tools(self, request: HttpRequest, row) -> list[tuple[str, str]]:
        """(address, words) of the buttons above a row's page: its further pages, for who may open them."""
        return [(address(row, name), self.page_words(name)) for name in self.pages if self.may(request, name)]

    def page_words(self, name: str) -> str:
        return name.replace("_", " ").capitalize()

    def render_change_form(self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        row = kwargs.get("obj")
        context["tools"] = self.tools(request, row) if row is not None else []
        return super().render_change_form(request, context, *args, **kwargs)


def _offers(list_filter: Any, lookup: str) -> bool:
    """`list_filter` is a name, a name with the class of its filter, or a filter that has a parameter of its own."""
    if isinstance(list_filter, type):
        return lookup == list_filter.parameter_name
    name = list_filter if isinstance(list_filter, str) else list_filter[0]
    if lookup != name and not lookup.startswith(f"{name}__"):
        return False
    return set(lookup[len(name) :].split("__")) - {""} <= _LOOKUPS


def _is_column(obj: models.Model, name: str) -> bool:
    try:
        return obj._meta.get_field(name).concrete and not obj._meta.get_field(name).many_to_many
    except FieldDoesNotExist:
        return False


class KeptAdmin(ScopedAdmin):
    """Rows that are changed and never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class ReadOnlyAdmin(KeptAdmin):
    """Rows that only services write, or nobody at all."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


# --- rows inside another row's page -------------------------------------------------------------------------------------


class OwnRows(BaseInlineFormSet):
    """Refuses a row that belongs to another page, and names each field for people who do not see the table.

    A row that is gone by now is told as an error, so that what was typed is not lost; one that is another page's gives 404.
    """

    def clean(self) -> None:
        super().clean()
        self._refuse_strangers()
        strangers = [form for form in self.initial_forms if form.instance.pk is None]
        own = {row.pk for row in self.get_queryset()}
        named = [
            form.cleaned_data.get(self.model._meta.pk.name) for form in self.forms if hasattr(form, "cleaned_data")
        ]
        if strangers or any(row is not None and row.pk not in own for row in named):
            raise ValidationError("One of the rows is not part of this page any more. Open the page again.")

    def _refuse_strangers(self) -> None:
        """By what was sent: an id that is nobody's here never reaches the cleaned data."""
        sent = {form.data.get(form.add_prefix(self.model._meta.pk.name)) for form in self.forms}
        own = {str(row.pk) for row in self.get_queryset()}
        refuse_strangers(self.model, sent - own)
        parents = {form.data.get(form.add_prefix(self.fk.name)) for form in self.forms}
        refuse_strangers(self.fk.related_model, parents - {str(self.instance.pk)})

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        row = "new row" if index is None else f"row {index + 1}"
        for name, field in form.fields.items():
            if not field.widget.is_hidden:
                field.widget.attrs["aria-label"] = f"{field.label or name}, {row}"
                if field.help_text:  # it stands in the heading of the column
                    field.widget.attrs["aria-describedby"] = f"{self.prefix}-{name}-column"


class ScopedInline(Scoped, admin.TabularInline):
    form = GuardedForm
    formset = OwnRows
    extra = 0

    def get_fields(self, request: HttpRequest, obj=None):
        fields = list(super().get_fields(request, obj))
        return [*fields, "seen"] if self.has_change_permission(request, obj) else fields


class ReadOnlyInline(ScopedInline):
    can_delete = False
    max_num = 0

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
