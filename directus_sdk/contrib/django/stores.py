"""Where Django keeps the sessions of visitors: a table of the database, a cache, or what `contrib.web.stores` has."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterator, Mapping
from functools import partial

from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.module_loading import import_string

from directus_sdk.auth.storage import LOCK_TIMEOUT, Storage, wait_for_lock
from directus_sdk.contrib.django.conf import Options
from directus_sdk.contrib.django.database_storage import DatabaseStorage, delete_expired
from directus_sdk.contrib.web.stores import FolderVisitorStore, MemoryVisitorStore, RedisVisitorStore
from directus_sdk.contrib.web.visitors import MAX_AGE, VisitorStore
from directus_sdk.errors import DirectusError, StorageError
from directus_sdk.local.clock import monotonic
from directus_sdk.local.interrupts import is_interrupt

logger = logging.getLogger("directus_sdk")


class DatabaseVisitorStore(VisitorStore):
    """Keeps the sessions in a table, shared by all processes that use the database. It needs ``manage.py migrate``.

    Rows are written and locked outside the transaction of a request, so that a rolled back request loses no token. SQLite
    cannot do that while a transaction is open.

    Args:
        using: The alias of the database.
        max_age: After how many seconds without a refresh a session is over: `REFRESH_TOKEN_TTL` of the server.
    """

    def __init__(self, using: str = DEFAULT_DB_ALIAS, *, max_age: float = MAX_AGE) -> None:
        self.using = using
        self.max_age = max_age

    def storage(self, name: str) -> Storage:
        """Return the storage of one visitor's session, a row of its own."""
        return DatabaseStorage(self.using, f"{name}:", max_age=self.max_age)

    def clear_expired(self) -> int:
        """Delete the rows of sessions that are over."""
        return delete_expired(self.using)

    def __repr__(self) -> str:
        return f"DatabaseVisitorStore({self.using!r}, max_age={self.max_age:g})"


class CacheVisitorStore(VisitorStore):
    """Keeps the sessions in a cache of Django. What the cache drops, for lack of memory say, is signed out.

    The cache must be shared by all processes: Memcached or Redis.

    Args:
        cache: The alias of the cache.
        max_age: After how many seconds without a refresh a session is over: `REFRESH_TOKEN_TTL` of the server.
    """

    def __init__(self, cache: str = "default", *, max_age: float = MAX_AGE) -> None:
        self.cache = cache
        self.max_age = max_age

    def storage(self, name: str) -> Storage:
        """Return the storage of one visitor's session, a key of its own."""
        return CacheStorage(self.cache, f"directus:{name}:", max_age=self.max_age)

    def __repr__(self) -> str:
        return f"CacheVisitorStore({self.cache!r}, max_age={self.max_age:g})"


class CacheStorage(Storage):
    """Keeps the session under a key of a cache; the lock is another key, which only one process can add.

    Args:
        cache: The alias of the cache.
        prefix: Prepended to the keys.
        max_age: After how many seconds without a refresh the key expires.
        lock_ttl: After how many seconds the lock of a process that was killed is free. A refresh takes at most 50.
    """

    def __init__(self, cache: str, prefix: str = "", *, max_age: float, lock_ttl: float = 60.0) -> None:
        super().__init__(prefix)
        self.cache = cache
        self.max_age = max_age
        self.lock_ttl = lock_ttl

    def get(self, key: str) -> str | None:
        """Return the value of `key`, or ``None``."""
        with _translated(self.cache):
            value: object = caches[self.cache].get(key)
        return value if isinstance(value, str) else None

    def set(self, key: str, value: str) -> None:
        """Store `value` under `key`."""
        with _translated(self.cache):
            caches[self.cache].set(key, value, self.max_age)

    def delete(self, key: str) -> None:
        """Delete `key`."""
        with _translated(self.cache):
            caches[self.cache].delete(key)

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Lock the key for one refresh, against the threads of all processes that share the cache.

        Raises:
            StorageError: It was not free in time, or the cache does not respond.
        """
        deadline = monotonic() + timeout
        with self._threads(timeout) as is_outermost:
            if not is_outermost:
                yield
                return
            name, owner = f"{self._key}:lock", uuid.uuid4().hex
            wait_for_lock(partial(self._add, name, owner), deadline, timeout)
            try:
                yield
            finally:
                self._leave(name, owner)

    def _add(self, name: str, owner: str) -> bool:
        with _translated(self.cache):
            return caches[self.cache].add(name, owner, self.lock_ttl)

    def _leave(self, name: str, owner: str) -> None:
        # An error here must not hide that the refresh succeeded; the lock expires.
        try:
            if self.get(name) == owner:
                self.delete(name)
        except StorageError as error:
            logger.warning("%s; the lock of the session ends in %g s at the latest", error, self.lock_ttl)


@contextlib.contextmanager
def _translated(cache: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if isinstance(error, DirectusError) or is_interrupt(error):
            raise
        raise StorageError(f"the cache {cache!r} failed: {type(error).__name__}") from error


def visitor_store(chosen: Options) -> VisitorStore:
    """Return the store that ``DIRECTUS["VISITORS"]`` names.

    Without it, the sessions are in the default database. If that is SQLite, where nothing can be written while a request has
    a transaction open, they are in a folder beside it, and in memory if the database is.

    Raises:
        ImproperlyConfigured: There is no such store, or it is not a store.
    """
    value = chosen.visitors
    if value is None:
        return _default_store()
    if isinstance(value, str) and "://" in value:
        return RedisVisitorStore(value)
    path, arguments = (value, {}) if isinstance(value, str) else (value["BACKEND"], value.get("OPTIONS") or {})
    try:
        store: object = import_string(str(path))(**(arguments if isinstance(arguments, Mapping) else {}))
    except (ImportError, TypeError) as error:
        raise ImproperlyConfigured(f"DIRECTUS['VISITORS'] cannot be used: {error}") from error
    if not isinstance(store, VisitorStore):
        raise ImproperlyConfigured(f"DIRECTUS['VISITORS'] must name a VisitorStore, not {type(store).__name__}")
    return store


def _default_store() -> VisitorStore:
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "sqlite":
        return DatabaseVisitorStore()
    name = str(connection.settings_dict["NAME"])
    if name == ":memory:" or "mode=memory" in name:
        return MemoryVisitorStore()
    return FolderVisitorStore(f"{name.removeprefix('file:').partition('?')[0]}-visitors")
