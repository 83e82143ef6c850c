"""The floor: a bare Django site with default middleware, a login session and a user through the ORM, and one save.

It does less than a course platform (no permissions, no progress, no policy headers). It shares nothing with our site
but the machine, the web server, the PostgreSQL server and the kind of connection pool.
"""

import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only-for-the-benchmark",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["FLOOR_DATABASE"],
            "HOST": os.environ.get("FLOOR_HOST", "127.0.0.1"),
            "PORT": os.environ.get("FLOOR_PORT", "5432"),
            "USER": os.environ.get("FLOOR_USER", "postgres"),
            "PASSWORD": os.environ.get("FLOOR_PASSWORD", ""),
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
        }
    },
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.locmem.Loader", {})],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.template import Context, Template  # noqa: E402
from django.template.context import RequestContext  # noqa: E402, F401
from django.urls import path  # noqa: E402

_PARAGRAPH = (
    "<p>A line of text that stands for the body of a page, long enough to be a page of fifteen kilobytes.</p>\n"
)
PAGE = Template(
    "<!doctype html><html lang=en><head><title>Floor</title></head><body><p>{{ user.username }}</p>"
    "<form method=post action=/save>{% csrf_token %}<button>Save</button></form>\n"
    + "".join(f"<h2>{{{{ words.{n} }}}}</h2>\n" + _PARAGRAPH * 7 for n in range(20))
    + "</body></html>"
)


@login_required
def page(request):
    from django.middleware.csrf import get_token

    context = Context(
        {"user": request.user, "words": [f"Heading {n}" for n in range(20)], "csrf_token": get_token(request)}
    )
    return HttpResponse(PAGE.render(context))


@login_required
def save(request):
    with transaction.atomic():
        Group.objects.create(name=request.POST["name"])
    return HttpResponse(status=204)


urlpatterns = [path("page", page), path("save", save)]
application = get_wsgi_application()
