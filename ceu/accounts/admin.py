"""People and their licences. Only a superuser makes accounts and gives roles; people keep their own particulars."""

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from ceu.accounts import roles
from ceu.accounts.models import Licence, User
from ceu.shared.admin import KeptAdmin, ReadOnlyAdmin, ReadOnlyInline
from ceu.shared.admin_forms import GuardedForm
from ceu.shared.forms import RowsField


class UserForm(GuardedForm):
    """A role is a group and the door to the admin; taking the last role away closes the door."""

    roles = RowsField(
        Group.objects.filter(name__in=roles.ROLES).order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each role opens its desks of the admin. Learners have none.",
    )

    class Meta:
        model = User
        fields = ["email", "legal_name", "display_name", "time_zone", "is_active", "is_superuser"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "roles" in self.fields:
            self.initial["roles"] = list(self.instance.groups.filter(name__in=roles.ROLES))

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("There is an account with this address already.")
        return email


class LicenceRows(ReadOnlyInline):
    model = Licence
    fields = ["profession", "jurisdiction", "number", "issued_on", "expires_on"]
    verbose_name_plural = "licences"


@admin.register(User)
class UserAdmin(KeptAdmin):
    desk, rank = "Learners", 4
    form = UserForm
    list_display = ["email", "legal_name", "display_name", "role_names", "is_active", "date_joined"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "legal_name", "display_name"]
    ordering = ["email"]
    inlines = [LicenceRows]
    fieldsets = [
        (None, {"fields": ["email", "legal_name", "display_name", "time_zone"]}),
        ("Access", {"fields": ["is_active", "roles", "is_superuser"]}),
    ]

    def in_scope(self, rows, user):
        """Whoever may see accounts may see all of them: a registrar, who finds a learner by name."""
        return rows.prefetch_related("groups") if user.has_perm("accounts.view_user") else rows.none()

    def get_fieldsets(self, request: HttpRequest, obj=None):
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        people, _ = self.fieldsets
        return [people, ("Access", {"fields": ["is_active", "role_names", "is_superuser"]})]

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        # The address is changed by its owner, who confirms it: here it would part from the one that signs in.
        return [*(["email"] if obj else []), *([] if self.has_change_permission(request, obj) else ["role_names"])]

    @admin.display(description="Roles")
    def role_names(self, user: User) -> str:
        names = [group.name.capitalize() for group in user.groups.all()]
        return ", ".join([*names, *(["Superuser"] if user.is_superuser else [])]) or "Learner"

    def save_model(self, request: HttpRequest, obj: User, form, change: bool) -> None:
        chosen = form.cleaned_data.get("roles")
        if not change:
            obj.set_unusable_password()
        obj.is_staff = bool(obj.is_superuser or chosen)
        super().save_model(request, obj, form, change)
        if change:
            obj.save(update_fields=["is_staff"])
        else:
            EmailAddress.objects.create(user=obj, email=obj.email, primary=True)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.groups.set(form.cleaned_data["roles"])


@admin.register(Licence)
class LicenceAdmin(ReadOnlyAdmin):
    desk, rank = "Learners", 5
    list_display = ["user", "profession", "jurisdiction", "number", "expires_on"]
    list_filter = ["profession"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__legal_name", "number", "jurisdiction"]
    fields = ["user", "profession", "jurisdiction", "number", "issued_on", "expires_on"]

    def in_scope(self, rows, user):
        return rows if user.has_perm("accounts.view_licence") else rows.none()
