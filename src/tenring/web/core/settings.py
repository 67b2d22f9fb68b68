"""Django's settings, made from Tenring's: everything a user may set is in `tenring.settings.VARIABLES`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

from tenring import language
from tenring.settings import from_environment
from tenring.web.accounts.configuration import mail, providers
from tenring.web.core import logs, secret

TENRING = from_environment()
language.offer(TENRING.languages)
WEB = Path(__file__).resolve().parents[1]

SECRET_KEY = secret.long_enough(TENRING.secret_key) if TENRING.secret_key else secret.at_hand(TENRING.home)
DEBUG = False
ALLOWED_HOSTS = list(TENRING.hosts)
ROOT_URLCONF = "tenring.web.core.urls"
WSGI_APPLICATION = "tenring.web.core.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "tenring.web.core",
    "tenring.web.accounts",
    "tenring.web.register",
    "tenring.web.procurement",
    "tenring.web.api",
    "tenring.web.proof",
    "tenring.web.webhooks",
    "tenring.web.products",
]
MIDDLEWARE = [
    "tenring.web.core.observed.Observed",
    "tenring.web.core.turns.InTurn",
    "django.middleware.security.SecurityMiddleware",
    "tenring.web.core.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tenring.web.core.middleware.Language",
    "tenring.web.api.middleware.Api",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tenring.web.accounts.middleware.NotKept",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tenring.web.core.middleware.ErrorsExplained",
]

# Pages are Jinja2, as the report is: `T("…")` puts their texts into the one catalogue of translations.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [
            WEB / app / "templates"
            for app in ("core", "accounts", "register", "procurement", "api", "proof", "webhooks", "products")
        ],
        "OPTIONS": {
            "environment": "tenring.web.core.rendering.environment",
            "context_processors": ["tenring.web.core.rendering.frame", "tenring.web.accounts.frame.accounts"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,  # no page of a library is ever shown: what is not ours does not exist
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]


def _database(address: str | None, home: Path) -> dict[str, Any]:
    """Django's words for a database: SQLite below `home` unless an address says otherwise."""
    found: dict[str, Any] = dict(dj_database_url.parse(address or f"sqlite:///{home / 'tenring.sqlite'}"))
    if found["ENGINE"] == "django.db.backends.sqlite3":
        # Readers and one writer do not wait for each other (WAL); a second writer waits its turn.
        found["OPTIONS"] = {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        }
    return found


DATABASES = {"default": _database(TENRING.database_url, TENRING.home)}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "tenring.web.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Accounts: allauth does what is hard about them; its pages, texts and e-mail are ours (`accounts/`).
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 2 * 86_400
ACCOUNT_ADAPTER = "tenring.web.accounts.adapter.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "tenring.web.accounts.forms.SignUp"}
ACCOUNT_USER_DISPLAY = "tenring.web.accounts.log.name_of"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # without it an answer would tell which addresses have accounts
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that signed up
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TENRING.https else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TENRING.https else 0
MFA_ADAPTER = "tenring.web.accounts.adapter.SecondFactors"
MFA_FORMS = {"add_webauthn": "tenring.web.accounts.forms.AddPasskey"}
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Tenring"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones are up to half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TENRING.https  # browsers do so for this machine alone
SOCIALACCOUNT_ADAPTER = "tenring.web.accounts.adapter.Elsewhere"
SOCIALACCOUNT_PROVIDERS = providers(TENRING.oidc)
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_ONLY = False
# Attempts to sign in are counted here; enough room that nobody can push the counts out.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}}
globals().update(mail(TENRING))

LANGUAGE_CODE = "en"
LANGUAGES = [(language.KNOWN[tag].html.lower(), language.KNOWN[tag].name) for tag in language.offered()]
LANGUAGE_COOKIE_NAME = "tenring_language"
LANGUAGE_COOKIE_AGE = 365 * 86_400
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Addresses of static files carry a hash of their content (see `rendering.static`), so they never change.
WHITENOISE_MAX_AGE = 365 * 86_400

# Files are hostile: they are counted while they come, and stream into a folder that nothing serves.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
FILE_UPLOAD_HANDLERS = [
    "tenring.web.procurement.uploads.LimitedUpload",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600

SESSION_COOKIE_NAME = "tenring_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = TENRING.https
CSRF_COOKIE_NAME = "tenring_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = TENRING.https
CSRF_FAILURE_VIEW = "tenring.web.core.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TENRING.https else None
SECURE_HSTS_SECONDS = 365 * 86_400 if TENRING.https else 0
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in TENRING.hosts if host != "*"] if TENRING.https else []

LOGGING = logs.configuration(TENRING.log_format, TENRING.log_level)
