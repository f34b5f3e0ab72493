"""Django's cache as the backend of a region of dogpile.cache, and the cached transport of the setting ``CACHE``."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.core.cache import BaseCache, caches
from dogpile.cache import make_region, register_backend
from dogpile.cache.api import NO_VALUE, CacheBackend, CacheMutex

from directus_sdk.contrib.cache import CachedTransport
from directus_sdk.contrib.django.conf import Options
from directus_sdk.contrib.web.regions import redis_region
from directus_sdk.http.requests_transport import RequestsTransport
from directus_sdk.http.transport import Transport
from directus_sdk.local.clock import monotonic

_NAME: Final = "directus.django"
register: Any = register_backend  # it has no types
register(_NAME, __name__, "DjangoCacheBackend")
#: For how many seconds one process sends a request that others wait for.
_LOCK_SECONDS: Final = 30


class DjangoCacheBackend(CacheBackend):
    """Keeps the values of a region in one of ``CACHES``.

    Args:
        arguments: ``alias`` of the cache, and ``timeout``: after how many seconds a value may be dropped.
    """

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.alias: str = arguments["alias"]
        self.timeout: float = arguments["timeout"]

    @property
    def _cache(self) -> BaseCache:
        return caches[self.alias]  # that of this thread

    def get(self, key: str) -> Any:
        """Return a value, or ``NO_VALUE``."""
        return self._cache.get(key, NO_VALUE)

    def get_multi(self, keys: Iterable[str]) -> list[Any]:
        """Return the values of some keys."""
        keys = list(keys)
        values = self._cache.get_many(keys)
        return [values.get(key, NO_VALUE) for key in keys]

    def set(self, key: str, value: object) -> None:
        """Store a value."""
        self._cache.set(key, value, self.timeout)

    def set_multi(self, mapping: Mapping[str, object]) -> None:
        """Store some values; these say which others are valid, and stay as long as the cache keeps them."""
        self._cache.set_many(dict(mapping), None)

    def delete(self, key: str) -> None:
        """Delete a value."""
        self._cache.delete(key)

    def delete_multi(self, keys: Iterable[str]) -> None:
        """Delete some values."""
        self._cache.delete_many(keys)

    def get_mutex(self, key: str) -> CacheMutex:
        """Return the lock of a key, which holds across processes where the cache is shared by them."""
        return _Mutex(self.alias, f"{key}:lock")


class _Mutex(CacheMutex):
    def __init__(self, alias: str, key: str) -> None:
        self._alias, self._key = alias, key

    def acquire(self, wait: bool = True) -> bool:
        deadline = monotonic() + _LOCK_SECONDS
        while not caches[self._alias].add(self._key, "1", _LOCK_SECONDS):
            if not wait or monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def release(self) -> None:
        caches[self._alias].delete(self._key)

    def locked(self) -> bool:
        return caches[self._alias].get(self._key) is not None


def cached_transport(chosen: Options) -> CachedTransport:
    """Return the transport of the setting ``CACHE``: over one of ``CACHES``, or over Redis.

    Raises:
        ConfigurationError: An option is not valid.
    """
    assert chosen.cache is not None
    seconds = chosen.cache_ttl + chosen.cache_stale
    if "://" in chosen.cache:
        region = redis_region(chosen.cache, seconds)
    else:
        region = make_region().configure(_NAME, arguments={"alias": chosen.cache, "timeout": seconds})
    transport = chosen.options.get("transport")
    inner = transport if isinstance(transport, Transport) else RequestsTransport()
    return CachedTransport(inner, region, ttl=chosen.cache_ttl, stale=chosen.cache_stale)
