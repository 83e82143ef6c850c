"""What the admin pages of a course's parts have in common."""

from django.contrib import admin
from django.http import HttpRequest

from ceu.shared.admin import ScopedAdmin


class PartOfCourse(ScopedAdmin):
    """A row of one course. It stays with that course once it is made."""

    desk = "Authoring"
    scope_path = "course"
    list_filter = [("course", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["course"]
    autocomplete_fields = ["course"]

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        return ["course"] if obj else []
