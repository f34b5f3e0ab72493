"""A session in Redis, shared by the processes of any number of machines. Needs the extra ``redis``.

Example:
    >>> from directus_sdk import Directus
    >>> from directus_sdk.contrib.redis import RedisStorage
    >>> directus = Directus("https://cms.example.com", storage=RedisStorage("redis://127.0.0.1:6379/0", prefix="shop:"))
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

from directus_sdk.auth.storage import LOCK_TIMEOUT, Storage, wait_for_lock
from directus_sdk.errors import ConfigurationError, StorageError
from directus_sdk.http.hosts import with_ascii_host
from directus_sdk.json_types import JSONObject
from directus_sdk.local import fork
from directus_sdk.local.clock import monotonic

logger = logging.getLogger("directus_sdk")

# One step on the server, so that no process releases the lock of another.
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


class RedisClient(Protocol):
    """What is used of a ``redis.Redis``."""

    def get(self, name: str, /) -> object:
        """Return the value of a key."""

    def set(self, name: str, value: str, /, *, nx: bool = ..., px: int | None = ...) -> object:
        """Set the value of a key."""

    def delete(self, name: str, /) -> object:
        """Delete a key."""

    def eval(self, script: str, numkeys: int, /, *keys_and_args: str) -> object:
        """Run a Lua script."""


class RedisStorage(Storage):
    """Keeps the session in Redis, where one process at a time refreshes it, on any number of machines.

    The tokens are not encrypted: everybody who can read the database can use the session.

    Args:
        redis: The URL of the Redis server, such as ``"redis://127.0.0.1:6379/0"``, or a ``redis.Redis``.
        prefix: Prepended to the key, so that several clients can share one database.
        lock_ttl: After how many seconds the lock of a process that was killed is free. A refresh takes at most 50.
        ttl: After how many seconds a record expires that was not written again; by default never.

    Raises:
        ImportError: The extra ``redis`` is not installed.
        ConfigurationError: The URL is not valid, or `lock_ttl` or `ttl` is not positive.

    Example:
        >>> storage = RedisStorage("redis://127.0.0.1:6379/0", prefix="shop:")
        >>> storage
        RedisStorage(prefix='shop:')
    """

    def __init__(self, redis: str | RedisClient, prefix: str = "", *, lock_ttl: float = 60.0, ttl: float | None = None) -> None:
        super().__init__(prefix)
        if lock_ttl <= 0:
            raise ConfigurationError(f"lock_ttl must be positive seconds: {lock_ttl}")
        if ttl is not None and ttl <= 0:
            raise ConfigurationError(f"ttl must be positive seconds: {ttl}")
        self.lock_ttl = lock_ttl
        self.ttl = ttl
        # For pickles, which hold no password.
        self._url = redis if isinstance(redis, str) and not _has_password(redis) else None
        self._client: RedisClient | None = connect(redis) if isinstance(redis, str) else redis
        if not hasattr(self._client, "eval"):
            raise ConfigurationError("redis must be a URL such as 'redis://127.0.0.1:6379/0', or a redis.Redis")
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        #: The value of the lock while this process holds it. The lock of a parent is not released.
        self._lock_value: str | None = None

    @property
    def _redis(self) -> RedisClient:
        if self._client is None:
            raise ConfigurationError("this RedisStorage was unpickled, and a pickle holds no password: make a new one")
        return self._client

    def get(self, key: str) -> str | None:
        """Return the value of `key`, or ``None``."""
        with _translated():
            value = self._redis.get(key)
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else None if value is None else str(value)

    def set(self, key: str, value: str) -> None:
        """Store `value` under `key`."""
        with _translated():
            self._redis.set(key, value, px=None if self.ttl is None else _milliseconds(self.ttl))

    def delete(self, key: str) -> None:
        """Delete `key`."""
        with _translated():
            self._redis.delete(key)

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Lock the record for one refresh, against the threads of all processes that use this database.

        Raises:
            StorageError: It was not free in time, or Redis does not respond.
        """
        deadline = monotonic() + timeout
        with self._threads(timeout) as is_outermost:
            if not is_outermost:
                yield
                return
            name = f"{self._key}:lock"
            if self._lock_value is not None:  # an interrupt left it: no other thread of this process holds the lock
                self._release(name, self._lock_value)
            self._lock_value = value = uuid.uuid4().hex
            wait_for_lock(partial(self._take, name, value), deadline, timeout)
            try:
                yield
            finally:
                if self._lock_value == value:
                    self._leave(name, value)
                    self._lock_value = None

    def _take(self, name: str, value: str) -> bool:
        with _translated():
            return bool(self._redis.set(name, value, nx=True, px=_milliseconds(self.lock_ttl)))

    def _release(self, name: str, value: str) -> bool:
        with _translated():
            return bool(self._redis.eval(_RELEASE, 1, name, value))

    def _leave(self, name: str, value: str) -> None:
        # An error here must not hide that the refresh succeeded; the lock expires.
        try:
            if not self._release(name, value):
                logger.warning("the session was locked for more than lock_ttl=%g s, and the lock was lost", self.lock_ttl)
        except StorageError as error:
            logger.warning("%s; the lock of the session ends in %g s at the latest", error, self.lock_ttl)

    def __getstate__(self) -> JSONObject:
        return {**super().__getstate__(), "_client": None, "_lock_value": None}

    def __setstate__(self, state: JSONObject) -> None:
        self.__dict__.update(state)
        if self._url is not None:
            self._client = connect(self._url)
        fork.register(self)


def connect(url: str) -> RedisClient:
    """Return a client of a Redis server; nothing is sent yet.

    Raises:
        ImportError: The extra ``redis`` is not installed.
        ConfigurationError: The URL is not valid.
    """
    try:
        from redis import Redis
    except ImportError as error:
        raise ImportError("RedisStorage needs the extra redis: pip install 'directus-python-sdk[redis]'") from error
    try:
        client: RedisClient = Redis.from_url(with_ascii_host(url))
    except ValueError:
        raise ConfigurationError("the URL of Redis must look like 'redis://127.0.0.1:6379/0'") from None
    return client


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _has_password(url: str) -> bool:
    parts = urlsplit(url)
    return parts.password is not None or "password" in parts.query


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    import redis

    try:
        yield
    except redis.RedisError as error:
        raise StorageError(f"the Redis command failed: {type(error).__name__}") from error
