"""A site of Django for the tests of this process, which can configure Django once only."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: What a site has; tests change it with `override_settings`.
SETTINGS: dict[str, Any] = {
    "SECRET_KEY": "only for the tests, and long enough to be one: 0123456789-abcdefghijklmnop",
    "ALLOWED_HOSTS": ["testserver"],
    "ROOT_URLCONF": "tests.contrib.django.site",
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "directus_sdk.contrib.django",
    ],
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "directus_sdk.contrib.django.middleware.DirectusMiddleware",
    ],
    "AUTHENTICATION_BACKENDS": [
        "directus_sdk.contrib.django.backends.DirectusBackend",
        "django.contrib.auth.backends.ModelBackend",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "LOGIN_REDIRECT_URL": "/",
    "USE_TZ": True,
    "DIRECTUS": {"URL": "https://cms.example.com"},
}


def configure() -> None:
    """Configure Django, with a database of its own, unless that has been done."""
    from django.conf import settings

    if settings.configured:
        return
    folder = tempfile.mkdtemp(prefix="directus-sdk-django-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path(folder) / "db.sqlite3")}
    database["OPTIONS"] = {"init_command": "PRAGMA synchronous=OFF"}  # it need not outlast a power cut
    settings.configure(**SETTINGS, DATABASES={"default": database})

    import django
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment(debug=False)
    call_command("migrate", verbosity=0)


@contextmanager
def site_of(urls: str, server: str, token: str) -> Iterator[None]:
    """Have the site show the examples of a page of the docs, which are the module of its URLs, and a real server."""
    configure()
    from django.test import override_settings

    with override_settings(ROOT_URLCONF=urls, DIRECTUS={"URL": server, "TOKEN": token}):
        yield


def sign_in(browser: Any, email: str = "ada@example.com", password: str = "right") -> None:
    """Sign in over the login page."""
    response = browser.post("/accounts/login/", {"username": email, "password": password, "next": "/private/"})
    assert (response.status_code, response.headers.get("Location")) == (302, "/private/")
