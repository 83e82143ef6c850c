"""Login sessions at the price of one statement: the session and its user are fetched together.

Nothing is decided here. Django's own `auth.get_user` still judges the session (backend, password hash, active user);
it only receives the user that came with the session row instead of asking for it again.
"""

from contextvars import ContextVar
from functools import cache

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib import auth
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth import middleware as auth_middleware
from django.contrib.sessions.backends import db
from django.db import connections, router
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from ceu.shared.prepared import hot_cursor


class SessionStore(db.SessionStore):
    fetched_user = None

    @classmethod
    def get_model_class(cls):
        from ceu.accounts.models import LoginSession

        return LoginSession

    def load(self) -> dict:
        session_data, self.fetched_user = _fetch(self.model, self.session_key)
        if session_data is None:
            self._session_key = None
            return {}
        return self.decode(session_data)

    def create_model_instance(self, data: dict):
        session = super().create_model_instance(data)
        session.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return session

    async def acreate_model_instance(self, data: dict):
        session = await super().acreate_model_instance(data)
        session.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return session

    def _validate_session_key(self, key) -> bool:
        # A cookie may hold an escaped NUL, which PostgreSQL answers with an error.
        return super()._validate_session_key(key) and key.isascii() and key.isalnum() and len(key) <= 40


def _fetch(model, session_key: str):
    """(session_data, user or None) of a live session, or (None, None)."""
    # From the database that is written to: a replica that lags would let a signed-out session live on.
    using = router.db_for_write(model)
    connection = connections[using]
    statement, names, converters = _statement(model, using)
    with hot_cursor(connection) as cursor:
        cursor.execute(statement, [session_key, connection.ops.adapt_datetimefield_value(timezone.now())])
        row = cursor.fetchone()
    if row is None:
        return None, None
    session_data, *values = row
    if values[0] is None:
        return session_data, None
    for position, converter, column in converters:
        values[position] = converter(values[position], column, connection)
    return session_data, get_user_model().from_db(using, names, values)


@cache
def _statement(model, using: str):
    user_model, connection = get_user_model(), connections[using]
    quote, fields = connection.ops.quote_name, [get_user_model()._meta.pk]
    fields += [field for field in user_model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f"u.{quote(field.column)}" for field in fields)
    statement = (
        f"SELECT s.{quote('session_data')}, {columns} "  # noqa: S608 (names come from the models)
        f"FROM {quote(model._meta.db_table)} s "
        f"LEFT JOIN {quote(user_model._meta.db_table)} u ON u.{quote(fields[0].column)} = s.{quote('user_id')} "
        f"WHERE s.{quote('session_key')} = %s AND s.{quote('expire_date')} > %s"
    )
    converters = []
    for position, field in enumerate(fields):
        column = field.get_col("u")
        for converter in connection.ops.get_db_converters(column) + field.get_db_converters(connection):
            converters.append((position, converter, column))
    return statement, [field.attname for field in fields], converters


_offered: ContextVar = ContextVar("fetched_user", default=None)


class Backend(AuthenticationBackend):
    """allauth's backend, which takes the user that was fetched with the session of this very request."""

    def get_user(self, user_id):
        user = _offered.get()
        if user is None or user.pk != user_id:
            return super().get_user(user_id)
        return user if self.user_can_authenticate(user) else None


def note_sign_out(request, **kwargs) -> None:
    """Whoever signs out takes along what the device kept for them: `ceu.middleware.private_pages` says so to the browser."""
    if request is not None:
        request.signed_out = True


class AuthenticationMiddleware(auth_middleware.AuthenticationMiddleware):
    def process_request(self, request) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))


def _user_of(request):
    if not hasattr(request, "_cached_user"):
        request.session.get(SESSION_KEY)
        token = _offered.set(getattr(request.session, "fetched_user", None))
        try:
            request._cached_user = auth.get_user(request)
        finally:
            _offered.reset(token)
    return request._cached_user
