"""Every setting, read from the environment. Importing this file starts nothing."""

from datetime import date, timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent

MODE = env.choice("WAYMARK_MODE", ("development", "demo", "production"), "development")
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
DEBUG = env.switch("WAYMARK_DEBUG", False)
VERSION = "0.1.0"

VAR = env.folder("WAYMARK_VAR", BASE_DIR / "var")
KEYS = env.folder("WAYMARK_KEYS", VAR / "keys")
AUDIT_HEADS = env.folder("WAYMARK_AUDIT_HEADS", VAR / "audit-heads")
AUDIT_HEAD_TO = env.words("WAYMARK_AUDIT_HEAD_TO")
SECRET_KEY = env.text("WAYMARK_SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("WAYMARK_OLD_SECRET_KEYS")
BASE_URL = env.text("WAYMARK_BASE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.words("WAYMARK_HOSTS", "localhost,127.0.0.1,[::1]")
COLLEGE_NAME = env.text("WAYMARK_COLLEGE_NAME", "Waymark College")

if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("WAYMARK_DEBUG can't be on in production: error pages would show students' data.")
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("WAYMARK_SECRET_KEY must be at least 50 characters in production.")
    if not BASE_URL.startswith("https://"):
        raise ImproperlyConfigured("WAYMARK_BASE_URL must start with https:// in production.")

_today = env.text("WAYMARK_TODAY", "")
if _today and PRODUCTION:
    raise ImproperlyConfigured("WAYMARK_TODAY fixes the clock for demonstrations; it can't be set in production.")
try:
    FIXED_TODAY = date.fromisoformat(_today) if _today else None
except ValueError:
    raise ImproperlyConfigured(f"WAYMARK_TODAY is “{_today}”. Write a date as 2026-11-20.") from None

# --- Applications -------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "safeguarding",
    "reporting",
    "exchange",
    "interventions",
    "attendance",
    "progress",
    "caseload",
    "accounts",
    "audit",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "guardian",
    "pghistory",
    "pgtrigger",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads each answer, so that its length tells nothing about a token
    "csp.middleware.CSPMiddleware",
    "core.forms.zero_bytes.NoZeroBytes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.IdleSignOut",
    "accounts.middleware.PrivatePages",
    "accounts.middleware.NamedRequest",
    "accounts.kept_forms.KeptForms",
    "accounts.middleware.GateKeeper",
    "core.forms.numbers.HandledOnce",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.pages.context.shell",
                "attendance.context.feed",
                "caseload.context.visits",
                "caseload.context.set_up",
            ],
            "builtins": ["template_partials.templatetags.partials", "core.templatetags.page_token"],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database -----------------------------------------------------------------------------------------------------
# The application signs in as a role that owns nothing, so that row security binds it; only the commands that change
# the shape of the database sign in as its owner.

DATABASE_ROLE = env.choice("WAYMARK_DATABASE_ROLE", ("app", "owner"), "app")
_application = env.database("DATABASE_URL")
DATABASE_APP_USER = str(_application["USER"])
_signed_in = env.database("DATABASE_OWNER_URL") if DATABASE_ROLE == "owner" else _application
DATABASES = {
    "default": _signed_in
    | {
        "CONN_MAX_AGE": env.number("WAYMARK_CONNECTION_SECONDS", 60),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "ATOMIC_REQUESTS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PGHISTORY_BASE_MODEL = "core.history.Event"

# --- Redis or Valkey: cache and the bell for jobs -----------------------------------------------------------------

_cache, _ = env.redis("REDIS_URL", 1)
_, CELERY_BROKER_URL = env.redis("REDIS_URL", 0)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _cache}}
SESSION_ENGINE = "accounts.sessions"  # the cookie's key is stored hashed
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a cookie would leave names in the browser
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = ["core.jobs.registry.route"]
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Europe/London"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 30, "visibility_timeout": 3600}
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- People and sign-in -------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "caseload.backends.GrantBackend",
    "accounts.backends.StaffBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_USER_DISPLAY = "accounts.models.name_shown"
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second factor is told to its owner
# A whole college shares one address, so only wrong codes are few; wrong passwords are counted by django-axes.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": "5/300s/key"}
FACTOR_MINUTES = 5  # how fresh the proof must be before somebody's ways of signing in are shown or changed
ACCOUNT_REAUTHENTICATION_TIMEOUT = FACTOR_MINUTES * 60
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = COLLEGE_NAME
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from the college's own list of staff
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}
MFA_FORMS = {
    "authenticate": "accounts.forms.SignInCodeForm",
    "authenticate_webauthn": "accounts.forms.SignInKeyForm",
    "login_webauthn": "accounts.forms.PasskeyForm",
    "reauthenticate": "accounts.forms.StepUpCodeForm",
}
AXES_FAILURE_LIMIT = env.number("WAYMARK_SIGN_IN_TRIES", 5, 3, 100)
AXES_COOLOFF_TIME = timedelta(minutes=env.number("WAYMARK_LOCK_OUT_MINUTES", 15, 1, 1440))
AXES_HANDLER = "accounts.lockout.Handler"
AXES_LOCKOUT_PARAMETERS = "accounts.lockout.counted_by"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or whoever keeps trying would keep its owner out for ever
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
PROXIES = env.number("WAYMARK_PROXIES", 0, 0, 10)  # how many proxies of ours stand in front
AXES_CLIENT_IP_CALLABLE = "accounts.addresses.address_of"
AXES_USERNAME_CALLABLE = "accounts.lockout.lane_of"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
STEP_UP_MINUTES = env.number("WAYMARK_STEP_UP_MINUTES", 15, 1, 240)
SAFEGUARDING_REMIND_MINUTES = env.number("WAYMARK_SAFEGUARDING_REMIND_MINUTES", 60, 5, 1440)
IDLE_MINUTES = env.number("WAYMARK_IDLE_MINUTES", 30, 1, 1440)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- Security of answers ------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
if env.switch("WAYMARK_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# --- Words and times ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False
FIRST_DAY_OF_WEEK = 1

# --- Static files, private files, mail ----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("WAYMARK_STATIC", VAR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "core.pages.static_packages.PackageFinder",
]
STORAGES = {
    "default": env.file_store("WAYMARK_FILES", VAR / "files"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
EMAIL_BACKEND = "core.outbox.backend.OutboxBackend"
EMAIL_URL = env.text("EMAIL_URL", "smtp://localhost:2525")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("WAYMARK_FROM_EMAIL", "waymark@localhost")
MAIL_SINK = env.text("WAYMARK_MAIL_SINK", "127.0.0.1:2525")

SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # reach is asked through caseload's own grants, never guardian's backend

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "core.logs.OneLine", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("WAYMARK_LOG_LEVEL", "INFO")},
    "loggers": {"axes": {"level": "WARNING"}},  # sign-ins are in the audit record
}
