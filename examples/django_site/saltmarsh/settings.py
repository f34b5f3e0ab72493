"""The settings. Without the environment of `make example-django` they are those of a deployment with HTTPS."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.management.utils import get_random_secret_key

BASE = Path(__file__).parent
DATA = Path(os.environ.get("SITE_DATA", BASE.parent / "data"))
DATA.mkdir(exist_ok=True)
SITE_URL = urlsplit(os.environ.get("SITE_URL", "https://www.example.com"))

DEBUG = False
SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()
ALLOWED_HOSTS = [SITE_URL.hostname or "", "localhost"]
ROOT_URLCONF = "saltmarsh.urls"
WSGI_APPLICATION = "saltmarsh.wsgi.application"

DIRECTUS = {
    "URL": os.environ.get("DIRECTUS_URL", "http://127.0.0.1:8055"),
    "MODE": os.environ.get("DIRECTUS_MODE", "json"),
    "CACHE": None if os.environ.get("SITE_CACHE") == "off" else "default",
    "SSO_PROVIDERS": os.environ.get("SSO_PROVIDERS", "").split(),
    "WEBHOOK_SECRET": os.environ.get("WEBHOOK_SECRET"),
}
AUTHENTICATION_BACKENDS = ["directus_sdk.contrib.django.backends.DirectusBackend"]
LOGIN_URL = "directus:login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "directus_sdk.contrib.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "directus_sdk.contrib.django.middleware.DirectusMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA / "db.sqlite3", "OPTIONS": {"timeout": 20}}}
# The two worker processes share it; a site on several machines would name Redis here.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": DATA / "cache"}}

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE.parent.parent / "magazine" / "static"]
TIME_ZONE = "UTC"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

HTTPS = SITE_URL.scheme == "https"
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
