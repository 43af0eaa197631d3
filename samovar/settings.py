"""All settings, read from the environment; every one has a default that works."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from samovar.lib import env, processes, secrets
from samovar.lib.postgres.external import external_address
from samovar.lib.postgres.place import embedded_address

BASE = Path(__file__).resolve().parent
HOME = env.home()
PORT = env.number("SAMOVAR_PORT", 8000, 1, 65535)
# The address that links in mail are built from; never taken from a request.
PUBLIC_URL = env.text("SAMOVAR_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")
# Where the port is opened. Others can reach it only after this is changed, or through a proxy on the same machine.
LISTEN = env.text("SAMOVAR_LISTEN", "127.0.0.1")
# Where mail is taken from a mail server of this machine over LMTP: 127.0.0.1:2424 or unix:PATH; nowhere by default.
LMTP = env.text("SAMOVAR_LMTP")
# Peers whose word about the client is taken (X-Forwarded-For and -Proto): addresses and networks.
TRUSTED_PROXIES = env.networks("SAMOVAR_TRUSTED_PROXIES")
# The country whose phone numbers may be written without its code.
PHONE_REGION = env.text("SAMOVAR_PHONE_REGION", "RU").upper()
WEB_PROCESSES = env.number("SAMOVAR_WEB_PROCESSES", processes.cores(), 1, 64)
# What this process does: web, live, work or command. It decides the limits of its database connections.
ROLE = env.text("SAMOVAR_ROLE", "command")
# While one version takes over from another, each has sockets of its own: 0 or 1.
GENERATION = env.number("SAMOVAR_GENERATION", 0, 0, 1)
TEST_RUN = "pytest" in sys.modules

SECRET_KEY = secrets.key("django")
DEBUG = env.flag("SAMOVAR_DEBUG", False)
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS += [host for host in env.text("SAMOVAR_HOSTS").replace(",", " ").split() if host]

# Ours come first: where two have a template or a translation of the same name, the first one wins.
INSTALLED_APPS = [
    "samovar.ui",
    "samovar.jobs",
    "samovar.files",
    "samovar.events",
    "samovar.accounts",
    "samovar.customers",
    "samovar.conversations",
    "samovar.channels",
    "samovar.desk",
    "samovar.live",
    "samovar.demo",
    "samovar.operations",
    "samovar.wiring",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
]

MIDDLEWARE = [
    "samovar.operations.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "samovar.ui.compression.PageCompression",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "samovar.accounts.middleware.FirstRunMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "samovar.accounts.middleware.SecondFactorMiddleware",
    "samovar.accounts.middleware.OwnWaysMiddleware",
    "samovar.accounts.refusing.OtherPersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "samovar.conversations.following.MergedMiddleware",
]

ROOT_URLCONF = "samovar.urls"
FORM_RENDERER = "samovar.ui.forms.Renderer"
WSGI_APPLICATION = "samovar.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "samovar.accounts.context.company",
                "samovar.accounts.context.ways_in",
                "samovar.accounts.context.me",
                "samovar.desk.menu.menu",
            ],
        },
    }
]

DATABASE_IS_EMBEDDED = not env.text("DATABASE_URL")
LIMITS = " -c idle_in_transaction_session_timeout=15s -c lock_timeout=5s"
LIMITS_BY_ROLE = {"web": " -c statement_timeout=10s", "live": "", "work": "", "command": ""}
_url = env.text("DATABASE_URL")
_address, _words = external_address(_url) if _url else (embedded_address(HOME), {})
_options = _words.pop("options", "") + LIMITS
# A process that was loaded for any role takes those of the one that it becomes.
DATABASE_OPTIONS = {
    role: {"connect_timeout": "10", **_words, "options": _options + own, "application_name": f"samovar {role}"}
    for role, own in LIMITS_BY_ROLE.items()
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **_address,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(DATABASE_OPTIONS[ROLE]),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["samovar.accounts.backends.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "samovar.accounts.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # Tries of passwords; how often for one account: accounts/throttling.py.
    "password": "10/m/ip",
    "single_sign_on": "30/m/ip",
    # Tries of codes.
    "login_failed": "10/m/ip,5/10m/key",
    "setup_code": "20/10m/key",
    "invitation": "60/10m/ip",
    # Files that customers fetch by a link of ours; a whole company may sit behind one address.
    "shared_file": "120/10m/ip",
    "reset_password": "20/10m/ip,3/10m/key,10/d/key",
    "reset_password_from_key": "30/10m/ip",
}
# Nobody is told by mail that they have no account: anybody could have us write to anybody.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "samovar.accounts.reset_keys.ResetKeys"
PASSWORD_RESET_TIMEOUT = 2 * 3600
ACCOUNT_FORMS = {
    "reset_password": "samovar.accounts.resetting.ForgottenForm",
    "user_token": "samovar.accounts.resetting.LinkForm",
}
MFA_ADAPTER = "samovar.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Clocks of phones differ: the code before and the one after are right too.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "samovar.accounts.security_forms.SecondFactorForm",
    "reauthenticate": "samovar.accounts.security_forms.ProofForm",
    "login_webauthn": "samovar.accounts.security_forms.AnyPasskeyForm",
    "authenticate_webauthn": "samovar.accounts.security_forms.OwnPasskeyForm",
    "reauthenticate_webauthn": "samovar.accounts.security_forms.PasskeyProofForm",
}

# What Django and its libraries write goes to members of staff, through the first mailbox that can send.
EMAIL_BACKEND = "samovar.channels.staff_mail.Postbox"

# Counters of limits live in the database, so that they survive a restart and hold for all processes.
# A full cache would throw some of them away, and with them the limits: old ones are cleared away by a job instead.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}
SESSION_ENGINE = "samovar.accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "samovar.accounts.refusing.no_proof"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
# A load balancer asks these over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        # ui/js/policy.js is the one policy.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LOGGING_CONFIG = "samovar.lib.logs.configure"
LOGGING = {"level": "DEBUG" if DEBUG else "INFO"}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
FORMAT_MODULE_PATH = "samovar.ui.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if TEST_RUN else "samovar.ui.storage.Storage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# W021: whether a whole domain enters the browsers' preload list is for its owner to decide.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if not IS_HTTPS:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
