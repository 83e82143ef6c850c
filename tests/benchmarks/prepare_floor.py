"""Make the floor's tables, one user, one login session and one CSRF token; print them as JSON."""

import json

# isort: off
from tests.benchmarks import floor  # noqa: F401 - it configures Django, and has to come first
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.middleware.csrf import _get_new_csrf_string


def main() -> None:
    call_command("migrate", verbosity=0)
    user = User.objects.create_user("bench", password=None)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    token = _get_new_csrf_string()
    print(json.dumps({"cookie": f"sessionid={session.session_key}; csrftoken={token}", "token": token}))


main()
