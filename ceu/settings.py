"""Every difference between deployments is an environment variable, and it is read here and nowhere else."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Which kind of run is this -------------------------------------------------------------------------------------
# "demo" and "test" are conveniences of one machine; everything else is production and must be told its secrets.
CEU_MODE = env("CEU_MODE", default="production")
if CEU_MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("CEU_MODE must be production, demo or test.")
LOCAL = CEU_MODE != "production"
DEBUG = False

_missing = [
    sentence
    for name, sentence in {
        "SECRET_KEY": "SECRET_KEY is not set: give a long random value that stays the same between restarts.",
        "ALLOWED_HOSTS": "ALLOWED_HOSTS is not set: give the host names this site answers to, parted by commas.",
    }.items()
    if not LOCAL and not env(name, default="")
]
if _missing:
    raise ImproperlyConfigured("\n".join(_missing))

SECRET_KEY = env("SECRET_KEY", default="only-for-the-demo-and-the-tests-never-for-a-real-site-0123456789")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

# --- Who we are (printed on pages and certificates) ----------------------------------------------------------------
SITE_NAME = env("SITE_NAME", default="Manual Therapy CE")
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
PROVIDER_NAME = env("PROVIDER_NAME", default=SITE_NAME)
PROVIDER_NUMBER = env("PROVIDER_NUMBER", default="000000-00 (specimen)")
PROVIDER_CONTACT = env("PROVIDER_CONTACT", default="registrar@ce.example.org")
PROVIDER_ADDRESS = env("PROVIDER_ADDRESS", default="1 Specimen Street, Example Town")
CERTIFICATE_SIGNATORY = env("CERTIFICATE_SIGNATORY", default="Demo Registrar, registrar")
CERTIFICATE_SERIES = env("CERTIFICATE_SERIES", default="MT")
CERT_FONT_DIRS = env.list("CERT_FONT_DIRS", default=[])

# --- Applications --------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "ceu",
    "ceu.accounts",
    "quizzes",
    "courses",
    "ceu.admin_site.SiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "django_prose_editor",  # for its static files alone: the lesson editor is made of its parts
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ceu.middleware.content_security_policy",  # before the files: a drawing that is opened by itself is a document too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ceu.middleware.private_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ceu.accounts.sessions.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "ceu.urls"
WSGI_APPLICATION = "ceu.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "ceu" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ceu.context.site",
            ],
            "builtins": ["ceu.templatetags.inheritance"],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "ceu_forms"
CRISPY_TEMPLATE_PACK = "ceu_forms"
FORM_RENDERER = "ceu.shared.forms.SiteRenderer"

# --- Database: SQLite in one file, or PostgreSQL by DATABASE_URL ----------------------------------------------------
SQLITE_OPTIONS = {
    # Without IMMEDIATE most concurrent writers fail with "database is locked"; WAL alone does not help.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; "
    # Else INSERT OR REPLACE deletes a frozen row without firing its trigger.
    "PRAGMA recursive_triggers=ON;",
}
if env("DATABASE_URL", default=""):
    DATABASES = {"default": env.db("DATABASE_URL")}
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        DATABASES["default"]["CONN_MAX_AGE"] = 0
        DATABASES["default"]["OPTIONS"] = {
            # How often a hot statement runs on a connection before PostgreSQL keeps its plan (ceu.shared.prepared).
            "prepare_threshold": 2 if env.bool("DATABASE_PREPARED", default=True) else None,
        }
        if CEU_MODE != "test":
            DATABASES["default"]["OPTIONS"]["pool"] = {
                "min_size": 1,
                "max_size": env.int("DATABASE_POOL", default=8),
                "timeout": 10,
            }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": env("SQLITE_PATH", default=str(BASE_DIR / "db.sqlite3")),
        }
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if env("REDIS_URL", default=""):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env("REDIS_URL")}}
elif CEU_MODE == "production":
    # Rate limits live in the cache, so every process must see the same one.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "ceu_cache"}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- People and login sessions --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["ceu.accounts.sessions.Backend"]
SESSION_ENGINE = "ceu.accounts.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if CEU_MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "courses:dashboard"
STAFF_SECOND_FACTOR = CEU_MODE != "demo"

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
# No SUPPORTS_CHANGE: allauth offers it for new addresses only, which tells who has an account. We offer to start again.
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# Mail can be slow: a code that dies in three minutes dies on its way.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_ADAPTER = "ceu.accounts.adapter.AccountAdapter"
MFA_ADAPTER = "ceu.accounts.adapter.MFAAdapter"
_OUR_FORMS = "ceu.accounts.forms."
ACCOUNT_FORMS = {
    "login": _OUR_FORMS + "LoginForm",
    "signup": _OUR_FORMS + "SignupForm",
    "reset_password": _OUR_FORMS + "ResetPasswordForm",
    "reset_password_from_key": _OUR_FORMS + "ResetPasswordKeyForm",
    "change_password": _OUR_FORMS + "ChangePasswordForm",
    "set_password": _OUR_FORMS + "SetPasswordForm",
    "add_email": _OUR_FORMS + "AddEmailForm",
    "change_email": _OUR_FORMS + "ChangeEmailForm",
    "reauthenticate": _OUR_FORMS + "ReauthenticateForm",
    "request_login_code": _OUR_FORMS + "RequestLoginCodeForm",
    "confirm_login_code": _OUR_FORMS + "ConfirmLoginCodeForm",
    "confirm_email_verification_code": _OUR_FORMS + "ConfirmEmailVerificationCodeForm",
    "confirm_password_reset_code": _OUR_FORMS + "ConfirmPasswordResetCodeForm",
}
MFA_FORMS = {
    "authenticate": _OUR_FORMS + "AuthenticateForm",
    "reauthenticate": _OUR_FORMS + "ReauthenticateByCodeForm",
    "activate_totp": _OUR_FORMS + "ActivateTOTPForm",
    "deactivate_totp": _OUR_FORMS + "DeactivateTOTPForm",
    "generate_recovery_codes": _OUR_FORMS + "GenerateRecoveryCodesForm",
    "add_webauthn": _OUR_FORMS + "AddWebAuthnForm",
    "edit_webauthn": _OUR_FORMS + "EditWebAuthnForm",
    "authenticate_webauthn": _OUR_FORMS + "AuthenticateWebAuthnForm",
    "reauthenticate_webauthn": _OUR_FORMS + "ReauthenticateWebAuthnForm",
    "login_webauthn": _OUR_FORMS + "LoginWebAuthnForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
USERSESSIONS_TRACK_ACTIVITY = False

# --- Security -------------------------------------------------------------------------------------------------------
SECURE = not LOCAL
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
THEME_COOKIE_NAME = "__Host-theme" if SECURE else "theme"
SIZE_COOKIE_NAME = "__Host-size" if SECURE else "size"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63072000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # data: is for the QR code of the authenticator set-up, which allauth draws as a data address.
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- Static files, language, mail, tasks, logs -----------------------------------------------------------------------
STATIC_URL = "static/"
# On one machine WhiteNoise reads the sources; a real site serves what collectstatic gathered.
STATIC_ROOT = None if LOCAL else Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not LOCAL
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LOCAL
LANGUAGE_CODE = "en-gb"
# One language, so no LocaleMiddleware: half a page in the browser's language would be worse than none.
LANGUAGES = [("en-gb", "English")]
FORMAT_MODULE_PATH = ["ceu.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <{PROVIDER_CONTACT}>")
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if not LOCAL
        else "django_tasks.backends.immediate.ImmediateBackend"
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO" if not LOCAL else "WARNING")},
}
