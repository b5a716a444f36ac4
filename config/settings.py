"""
Settings. Everything that differs between places comes from the environment (``config/environment.py``).

In production nothing has a default that could be unsafe: a missing or weak secret stops the start.
In development and tests ``manage.py up`` and ``tests/conftest.py`` make the secrets and pass them on.
"""

import os
from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = environment.text("HAGUKUMI_ENV", "development")
if ENVIRONMENT not in {"development", "test", "production"}:
    raise ImproperlyConfigured("HAGUKUMI_ENV must be development, test or production.")
PRODUCTION = ENVIRONMENT == "production"
VAR_DIR = Path(environment.text("HAGUKUMI_VAR", str(BASE_DIR / "var")))
DEMO = environment.flag("HAGUKUMI_DEMO", default=not PRODUCTION)
if DEMO and PRODUCTION:
    raise ImproperlyConfigured("HAGUKUMI_DEMO must be off in production: its accounts are public.")

DEBUG = False

# Commands that need neither secrets nor a database (quote, collectstatic) may run on a bare machine in
# development; the made-up values below never sign or seal anything that is kept.
_UNSET = {
    "SECRET_KEY": "development-only-" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "VAULT_KEYS": "dev:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "CODE_KEY": "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=",
    "INDEX_KEYS": "dev:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
}
if not PRODUCTION:
    for name, value in _UNSET.items():
        if f"{name}_FILE" not in os.environ:
            os.environ.setdefault(name, value)
elif any(environment.text(name, "") == value for name, value in _UNSET.items()):
    raise ImproperlyConfigured("A development secret is set in production.")

SECRET_KEY = environment.strong_secret("SECRET_KEY")
VAULT_KEYS = environment.keyring("VAULT_KEYS")
CODE_KEY = environment.key("CODE_KEY")
INDEX_KEYS = environment.keyring("INDEX_KEYS")
_keys = [CODE_KEY, *VAULT_KEYS.values(), *INDEX_KEYS.values()]
if len(set(_keys)) != len(_keys):
    raise ImproperlyConfigured("CODE_KEY, VAULT_KEYS and INDEX_KEYS must be different keys.")

ALLOWED_HOSTS = environment.words(
    "ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1],testserver"
)
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts this process answers for.")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS", "")
SITE_URL = environment.text(
    "SITE_URL", "" if PRODUCTION else f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
)
if not SITE_URL:
    raise ImproperlyConfigured("SITE_URL is not set: mails need the address of the facility entrance.")
# The city's people come by another door (LGWAN); where both are one host, one address is enough.
CITY_SITE_URL = environment.text("CITY_SITE_URL", SITE_URL)

# Which doors this process opens: facilities arrive over the Internet, city staff over LGWAN.
ENTRANCES = frozenset(environment.words("ENTRANCES", "internet,lgwan"))
if not ENTRANCES or not {"internet", "lgwan"} >= ENTRANCES:
    raise ImproperlyConfigured("ENTRANCES must be internet, lgwan or both.")
# Proxies of our own in front of this process; with 0 the X-Forwarded-For header is never believed.
TRUSTED_PROXY_COUNT = environment.number("TRUSTED_PROXY_COUNT", 0)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_otp",
    "axes",
    "csp",
    "pages",
    "audit",
    "person_keys",
    "jobs",
    "accounts",
    "facilities",
    "documents",
    "rate_books",
    "staff_records",
    "applications",
    "claims",
    "approvals",
    "portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.SessionLimitsMiddleware",
    "facilities.middleware.EntranceMiddleware",
    "portal.middleware.ButtonAddressMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.layout",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Requests run as portal_app, which owns nothing; only ``migrate`` runs as portal_owner.
APPLICATION_ROLE = "portal_app"
_database_variable = (
    "DATABASE_OWNER_URL" if environment.text("HAGUKUMI_DB_ROLE", "app") == "owner" else "DATABASE_URL"
)
_key_store_variable = _database_variable.replace("DATABASE", "KEY_STORE")
_connecting = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": True}
_database_url = environment.text(
    _database_variable, None if PRODUCTION else "postgresql://portal_app@localhost/portal"
)
# The wrapped keys of persons live apart, on a server whose backups are kept for 35 days (person_keys/README.md).
_key_store_url = environment.text(
    _key_store_variable, None if PRODUCTION else "postgresql://portal_app@localhost/portal_keys"
)
if PRODUCTION and _key_store_url == _database_url:
    raise ImproperlyConfigured("KEY_STORE_URL must be another database than DATABASE_URL.")
DATABASES = {
    "default": {**environment.database(_database_url), **_connecting},
    "keys": {**environment.database(_key_store_url), **_connecting},
}
DATABASE_ROUTERS = ["person_keys.router.KeyStoreRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["login_id"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.ContextWordsValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "portal:start"

# One-time codes (R14): six digits, ten minutes, once.
LOGIN_CODE_LIFETIME = timedelta(minutes=10)
LOGIN_CODE_TRIES = 5
LOGIN_CODE_RESEND_AFTER = timedelta(seconds=60)
LOGIN_CODES_PER_ATTEMPT = 4
LOGIN_CODES_PER_HOUR = 10

# Sessions live in PostgreSQL, so that nobody is thrown out while Redis is away.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_LIMIT = timedelta(minutes=30)
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# django-axes counts wrong passwords in the database, so that lockout holds while Redis is away.
AXES_HANDLER = "accounts.lockout.AccountLockoutHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login_id"
AXES_USERNAME_CALLABLE = "accounts.lockout.normalised_login_id"
AXES_CLIENT_IP_CALLABLE = "accounts.places.client_address"
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "login_id", "password", "code", "csrfmiddlewaretoken", "form_token"]
AXES_VERBOSE = False

LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = Path(environment.text("HAGUKUMI_STATIC", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT != "test"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Uploaded counts are read in memory and never touch the disk (R12); the largest accepted file is 5 MB.
UPLOAD_LIMIT_BYTES = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["documents.uploads.MemoryOnlyUploadHandler"]
# tcp://host:port or unix:///path of clamd; empty: attached files are not scanned.
CLAMD_ADDRESS = environment.text("CLAMD_ADDRESS", "")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A page of the roster's table has 24 cells a row, and pasting makes some hundred rows more.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 8000
COUNT_PREVIEW_LIFETIME = timedelta(hours=24)
# Where core systems leave files of counts and charges: a folder for each city, named by its code. Empty: no such door.
_drop_folder = environment.text("COUNT_DROP_FOLDER", "")
COUNT_DROP_FOLDER = Path(_drop_folder) if _drop_folder else None
if COUNT_DROP_FOLDER is not None and not COUNT_DROP_FOLDER.is_absolute():
    raise ImproperlyConfigured("COUNT_DROP_FOLDER must be an absolute path.")
DROP_REFUSAL_LIFETIME = timedelta(days=30)
# A month's counts are one call; a token that calls more often has gone wrong.
API_CALLS_PER_MINUTE = 30
# The door of the API is our own (facilities.api): no users, no browsable pages.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}

# Mail leaves through the outbox only (jobs.mail).
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "はぐくみ請求 <noreply@hagukumi.example>")
MAIL_FOLDER = VAR_DIR / "mail"
if DEMO:
    EMAIL_BACKEND = "jobs.mail_folder.FolderBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = environment.text("EMAIL_HOST")
    EMAIL_PORT = environment.number("EMAIL_PORT", 587, least=1)
    EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
    EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
    EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=True)
    EMAIL_TIMEOUT = 10

# Celery carries ids only; results are never kept. Short timeouts: a page must not wait for an absent broker.
CELERY_BROKER_URL = environment.text("REDIS_URL", None if PRODUCTION else "redis://127.0.0.1:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# ``jobs.models.Lane``: a worker takes from each in turn.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("bulk")]
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for its broker for as long as it takes; kombu would give up after a hundred tries.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "visibility_timeout": 600,
    # One more try at once, not kombu's two seconds of waiting: the outbox row is safe already.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat" / "schedule")
CELERY_BEAT_SCHEDULE = {
    "send again what was not done": {"task": "jobs.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "make the coming months' audit partitions": {"task": "audit.make_partitions", "schedule": 6 * 60 * 60.0},
    "empty expired previews": {"task": "claims.empty_expired_previews", "schedule": 15 * 60.0},
    "read files dropped into the folder": {
        "task": "claims.read_drops",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "empty expired lists of facilities": {
        "task": "facilities.empty_expired_imports",
        "schedule": 15 * 60.0,
    },
    "forget files of rosters nobody finished": {
        "task": "staff_records.forget_expired_files",
        "schedule": 15 * 60.0,
    },
    "put bundles together that nobody else does": {
        "task": "documents.settle_bundles",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "forget old bundles": {"task": "documents.forget_bundles", "schedule": crontab(minute=50, hour=3)},
    # After midnight's months and days, before anybody is at work.
    "compute what lists show": {"task": "facilities.keep_ready", "schedule": crontab(minute=10, hour=4)},
    "forget forms sent long ago": {
        "task": "facilities.forget_sent_forms",
        "schedule": crontab(minute=40, hour=3),
    },
    "let changed names hold from their day": {"task": "facilities.hold_details", "schedule": 30 * 60.0},
    # From eight o'clock; the later runs catch up what a morning without beat has missed.
    "tell the city of staff changes": {
        "task": "staff_records.tell_city",
        "schedule": crontab(minute=10, hour="8-11"),
    },
    "remind of deadlines": {"task": "claims.remind", "schedule": crontab(minute=5, hour="8-11")},
    "remind of entry rounds": {"task": "applications.remind", "schedule": crontab(minute=15, hour="8-11")},
    "tell of new notices": {
        "task": "portal.tell_of_new_notices",
        "schedule": crontab(minute=20, hour="8-11"),
    },
    # Sundays at half past three: nobody types a roster.
    "remove keys nothing is kept under": {
        "task": "staff_records.sweep_keys",
        "schedule": crontab(minute=30, hour=3, day_of_week=0),
    },
    "clear old sessions and codes": {"task": "accounts.clear_expired", "schedule": 60 * 60.0},
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        # Only a page that asks for a nonce gets one: the pictures of forms bring the styles of their cells.
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
if PRODUCTION:
    SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# Log lines say what happened and to which request, never whose data it was.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
