"""The system checks: ``manage.py check`` says what is wrong with the settings, without their values."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.cache import caches
from django.core.cache.backends.base import InvalidCacheBackendError
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.utils.connection import ConnectionDoesNotExist
from django.utils.module_loading import import_string

from directus_sdk.client import Directus
from directus_sdk.contrib.django.conf import Options, options, problems
from directus_sdk.contrib.django.middleware import DirectusMiddleware
from directus_sdk.contrib.django.stores import CacheVisitorStore, DatabaseVisitorStore, visitor_store
from directus_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from django.apps import AppConfig

#: Caches whose lock holds in one process only, or not at all.
_UNSHARED = {"LocMemCache", "FileBasedCache", "DummyCache"}


def register_all() -> None:
    """Register the checks."""
    checks.register(check_settings, "directus")
    checks.register(check_middleware, "directus")
    checks.register(check_deployment, "directus", deploy=True)


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[checks.CheckMessage]:
    """Check the setting ``DIRECTUS``."""
    faults = [_error(each.id, each.message, each.hint) for each in problems(getattr(settings, "DIRECTUS", None))]
    return faults or [*_client(options()), *_cache(options()), *_fields(options()), *_store(options())]


def check_middleware(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[checks.CheckMessage]:
    """Check where the middleware stands."""
    classes = [_class(path) for path in settings.MIDDLEWARE]
    ours = next((index for index, each in enumerate(classes) if _is(each, DirectusMiddleware)), None)
    if ours is None:
        return []
    from django.contrib.auth.middleware import AuthenticationMiddleware
    from django.contrib.sessions.middleware import SessionMiddleware

    needed = (SessionMiddleware, AuthenticationMiddleware)
    missing = [each.__name__ for each in needed if not any(_is(other, each) for other in classes[:ours])]
    hint = f"Put it below {' and '.join(missing)} in MIDDLEWARE."
    return [_error("E008", "DirectusMiddleware needs the session and the user of a request.", hint)] if missing else []


def check_deployment(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[checks.CheckMessage]:
    """Check what is wrong on a public site only."""
    if [*problems(getattr(settings, "DIRECTUS", None))]:
        return []
    chosen = options()
    parts = urlsplit(chosen.url)
    messages: list[checks.CheckMessage] = []
    if parts.scheme == "http" and _is_public(parts.hostname or ""):
        hint = "Use https, unless the network between both is yours: then add 'directus.W003' to SILENCED_SYSTEM_CHECKS."
        messages.append(checks.Warning("Tokens and passwords are sent to Directus over http.", hint, id="directus.W003"))
    cache = settings.CACHES.get(chosen.cache or "", {}).get("BACKEND", "")
    if cache.rpartition(".")[2] == "LocMemCache" and chosen.webhook_secret is not None:
        hint = "Use a cache that all processes share, such as Redis."
        messages.append(checks.Warning("The webhook reaches the cache of one process only.", hint, id="directus.W004"))
    return messages


def _is_public(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_private
    except ValueError:
        return "." in host  # other names are those of containers, and localhost


def _error(number: str, message: str, hint: str | None = None) -> checks.CheckMessage:
    return checks.Error(message, hint, id=f"directus.{number}")


def _client(chosen: Options) -> Iterator[checks.CheckMessage]:
    try:
        chosen.make_client().close()
        Directus(chosen.public_url or chosen.url)
    except (ConfigurationError, ImportError, TypeError, ValueError) as error:
        yield _error("E005", f"The client of DIRECTUS cannot be made: {error}")


def _cache(chosen: Options) -> Iterator[checks.CheckMessage]:
    if chosen.cache is not None and "://" not in chosen.cache and chosen.cache not in settings.CACHES:
        yield _error("E006", "DIRECTUS['CACHE'] is not one of CACHES.", f"These are {', '.join(settings.CACHES)}.")
    elif chosen.cache is not None:
        from directus_sdk.contrib.django.cache_backend import cached_transport

        try:
            cached_transport(chosen).close()
        except (ConfigurationError, ImportError) as error:
            yield _error("E006", f"The cache of DIRECTUS cannot be made: {error}")


def _fields(chosen: Options) -> Iterator[checks.CheckMessage]:
    names = {field.name for field in get_user_model()._meta.concrete_fields}
    for name in chosen.user_fields or ():
        if name not in names:
            yield _error("E011", f"DIRECTUS['USER_FIELDS'] names {name!r}, which is not a field of the user model.")


def _store(chosen: Options) -> Iterator[checks.CheckMessage]:
    try:
        store = visitor_store(chosen)
        if isinstance(store, DatabaseVisitorStore):
            yield from _database(store.using)
        elif isinstance(store, CacheVisitorStore):
            yield from _visitor_cache(type(caches[store.cache]))
    except (ConfigurationError, ConnectionDoesNotExist, ImproperlyConfigured, ImportError, InvalidCacheBackendError) as error:
        yield _error("E007", f"DIRECTUS['VISITORS'] cannot be used: {error}")


def _database(using: str) -> Iterator[checks.CheckMessage]:
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    hint = "Leave DIRECTUS['VISITORS'] out (then a folder beside the database is used), or take another store or database."
    if connection.settings_dict["ATOMIC_REQUESTS"]:
        message = "With ATOMIC_REQUESTS, SQLite cannot store a visitor's new token while the request runs."
        yield _error("E009", message, hint)
    else:
        message = "Within atomic(), SQLite cannot store a visitor's new token."
        yield checks.Warning(message, hint, id="directus.W001")


def _visitor_cache(backend: type) -> Iterator[checks.CheckMessage]:
    names = {each.__qualname__ for each in backend.__mro__}
    hint = "Use Memcached or Redis, or another store than CacheVisitorStore."
    if names & _UNSHARED:
        message = f"The lock of {backend.__name__} does not hold across processes, so visitors are signed out at times."
        yield checks.Warning(message, hint, id="directus.W002")
    elif "DatabaseCache" in names:
        message = "What DatabaseCache stores within the transaction of a request is lost with it, and so are visitors' tokens."
        yield _error("E010", message, "Use DatabaseVisitorStore instead of CacheVisitorStore.")


def _class(path: str) -> object:
    try:
        return import_string(path)
    except ImportError:  # Django reports that itself
        return None


def _is(middleware: object, base: type) -> bool:
    return isinstance(middleware, type) and issubclass(middleware, base)
