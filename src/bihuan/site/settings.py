"""Django's settings, all drawn from the table in `environment`. Secrets are generated on first start."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from bihuan.core import logs
from bihuan.core.secrets import session_keys
from bihuan.site.environment import home, is_on, rates, setting
from bihuan.site.modules import APPS

HERE = Path(__file__).resolve().parent
BIHUAN_HOME = home()
BIHUAN_AUDIT_ANCHOR = setting("BIHUAN_AUDIT_ANCHOR")
BIHUAN_AUDIT_SYSLOG = setting("BIHUAN_AUDIT_SYSLOG")
BIHUAN_DEMO = is_on("BIHUAN_DEMO")
BIHUAN_PUBLIC_URL = setting("BIHUAN_PUBLIC_URL")
BIHUAN_PROXIES = int(setting("BIHUAN_PROXIES"))
BIHUAN_LIVE_PORT = int(setting("BIHUAN_LIVE_PORT"))
BIHUAN_LIVE_URL = setting("BIHUAN_LIVE_URL").rstrip("/")
BIHUAN_MONITOR_PORT = int(setting("BIHUAN_MONITOR_PORT"))
BIHUAN_MONITOR_BIND = setting("BIHUAN_MONITOR_BIND")
BIHUAN_MONITOR_TOKEN = setting("BIHUAN_MONITOR_TOKEN")
BIHUAN_CERTIFICATE = setting("BIHUAN_CERTIFICATE")
BIHUAN_BACKUP = setting("BIHUAN_BACKUP")
BIHUAN_MAP_TILES = setting("BIHUAN_MAP_TILES")
BIHUAN_OIDC = {
    "issuer": setting("BIHUAN_OIDC_ISSUER"),
    "client": setting("BIHUAN_OIDC_CLIENT"),
    "secret": setting("BIHUAN_OIDC_SECRET"),
}
BIHUAN_MAIL_URL = setting("BIHUAN_MAIL_URL")
BIHUAN_MAIL_FROM = setting("BIHUAN_MAIL_FROM")
BIHUAN_WEBHOOK_ALLOW = setting("BIHUAN_WEBHOOK_ALLOW")
BIHUAN_WEBHOOK_HTTP = is_on("BIHUAN_WEBHOOK_HTTP")
BIHUAN_HEARTBEAT_URL = setting("BIHUAN_HEARTBEAT_URL")
BIHUAN_ALARM_MAIL = setting("BIHUAN_ALARM_MAIL")

BIHUAN_RATES = rates()
BIHUAN_EXPORT_ROWS = int(setting("BIHUAN_EXPORT_ROWS"))
BIHUAN_EXPORT_HOURS = int(setting("BIHUAN_EXPORT_HOURS"))
BIHUAN_FIELD_CIPHER = setting("BIHUAN_FIELD_CIPHER")
BIHUAN_FIELD_DIGEST = setting("BIHUAN_FIELD_DIGEST")
BIHUAN_AUDIT_SIGNATURE = setting("BIHUAN_AUDIT_SIGNATURE")

DEBUG = is_on("BIHUAN_DEBUG")
ALLOWED_HOSTS = [h.strip() for h in setting("BIHUAN_HOSTS").split(",") if h.strip()]
if DEBUG:
    ALLOWED_HOSTS.append("testserver")


def _database() -> dict[str, object]:
    """SQLite: WAL, every writing transaction immediate, full sync: what was acknowledged survives a power cut."""
    url = setting("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "bihuan.core.sqlite3",
            "NAME": BIHUAN_HOME / "bihuan.sqlite3",
            # Opening one costs as much as five queries, and an idle one holds no lock.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # NORMAL: our backend itself waits for the disk after each commit (decision 0604).
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; "
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        # A page asks the same ten questions every time: prepared once for a connection, they are neither parsed nor
        # planned again, which is half of the server's work. Compiling a plan to machine code costs more than any has.
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 5,
            "options": "-c jit=off",
            **dict(parse_qsl(parts.query)),
        },
    }


SECRET_KEY, SECRET_KEY_FALLBACKS = session_keys(BIHUAN_HOME / "keys")
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *APPS,
    "bihuan.site",
]
AUTH_USER_MODEL = "access.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
ROOT_URLCONF = "bihuan.site.urls"
WSGI_APPLICATION = "bihuan.site.wsgi.application"
APPEND_SLASH = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = BIHUAN_HOME / "static"
STATICFILES_DIRS = [HERE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Names with a digest, kept by browsers for ever; `bihuan up` collects them when they have changed.
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "bihuan.site.collecting.CollectedFiles"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "bihuan_session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "bihuan_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "bihuan.core.pages.problems.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = is_on("BIHUAN_HTTPS")
if is_on("BIHUAN_HTTPS"):
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

MIDDLEWARE = [
    # First of all: a probe knows neither our host names nor our sessions.
    "bihuan.core.pages.answering.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bihuan.core.pages.middleware.PageSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    # Before the check of forgery: a request with a token of its own needs none.
    "bihuan.core.pages.middleware.ContextMiddleware",
    "bihuan.core.access.middleware.AccountStepMiddleware",
    "bihuan.core.pages.limiting.RateLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Next to the pages: what it asks again has passed everything before.
    "bihuan.core.pages.limiting.HeadMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "bihuan.core.pages.shell.shell",
            ]
        },
    }
]
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

LOGGING = logs.configuration(setting("BIHUAN_LOG_FORMAT"), setting("BIHUAN_LOG_LEVEL"))
