from django.contrib import admin
from django.urls import include, path

from ceu import health, theme

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("theme/", theme.choose, name="theme"),
    path("accounts/", include("ceu.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("quizzes.urls")),
    path("", include("courses.urls")),
]
