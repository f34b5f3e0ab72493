"""A session in Redis, shared by the processes of any number of machines. Needs the extra ``redis``.

Example:
    >>> from directus_sdk import Directus
    >>> from directus_sdk.contrib.redis import RedisStorage
    >>> directus = Directus("https://cms.example.com", storage=RedisStorage("redis://127.0.0.1:6379/0", prefix="shop:"))
"""

from __future__ import annotations

import contextlib
import logging
import os
import random
import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from directus_sdk.auth.storage import LOCK_TIMEOUT, Storage, lock_timeout
from directus_sdk.errors import ConfigurationError, StorageError
from directus_sdk.http.hosts import with_ascii_host
from directus_sdk.local.clock import monotonic

logger = logging.getLogger("directus_sdk")

# One step on the server, so that nobody frees the lock of another.
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


class RedisStorage(Storage):
    """Keeps the session in Redis, and lets one process of all machines refresh it.

    The record holds the tokens as they are: whoever may read the database is signed in.

    Args:
        redis: The address of the server, such as ``"redis://127.0.0.1:6379/0"``, or a ``redis.Redis``.
        prefix: Put before the key, so that several clients can share one database.
        lock_ttl: After how many seconds the lock of a process that died comes free. A refresh takes 50 at most.

    Raises:
        ImportError: The extra ``redis`` is not installed.
        ConfigurationError: The address is none, or `lock_ttl` is not positive.

    Example:
        >>> storage = RedisStorage("redis://127.0.0.1:6379/0", prefix="shop:")
        >>> storage
        RedisStorage(prefix='shop:')
    """

    def __init__(self, redis: Any, prefix: str = "", *, lock_ttl: float = 60.0) -> None:
        super().__init__(prefix)
        if lock_ttl <= 0:
            raise ConfigurationError(f"lock_ttl must be positive seconds: {lock_ttl}")
        self.lock_ttl = lock_ttl
        #: What each process has last put into the lock.
        self._held: dict[int, str] = {}
        # Kept for pickles, which hold no password.
        self._url = redis if isinstance(redis, str) and _is_open(redis) else None
        self._client: Any = _connect(redis) if isinstance(redis, str) else redis
        if not hasattr(self._client, "eval"):
            raise ConfigurationError("redis must be an address such as 'redis://127.0.0.1:6379/0', or a redis.Redis")

    @property
    def _redis(self) -> Any:
        if self._client is None:
            raise ConfigurationError("this RedisStorage was unpickled, and a pickle holds no password: make a new one")
        return self._client

    def get(self, key: str) -> str | None:
        """Return the text under `key`, or ``None``."""
        with _translated():
            value = self._redis.get(key)
        return value.decode("utf-8") if isinstance(value, bytes) else value

    def set(self, key: str, value: str) -> None:
        """Keep `value` under `key`."""
        with _translated():
            self._redis.set(key, value)

    def delete(self, key: str) -> None:
        """Forget `key`."""
        with _translated():
            self._redis.delete(key)

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Hold the record for one refresh, against the threads of all processes that use this database.

        Raises:
            StorageError: The others did not let it go in time, or Redis does not answer.
        """
        deadline = monotonic() + timeout
        with self._threads(timeout) as outermost:
            if not outermost:  # this thread has it already
                yield
                return
            name, token = f"{self._key}:lock", uuid.uuid4().hex
            here = os.getpid()
            left_behind = self._held.get(here)
            if left_behind is not None:  # by an interrupt: no other thread of this process is at it
                with _translated():
                    self._redis.eval(_RELEASE, 1, name, left_behind)
            self._held[here] = token
            wait = 0.005
            while not self._take(name, token):
                if monotonic() >= deadline:
                    raise lock_timeout(timeout)
                time.sleep(random.uniform(wait / 2, wait))
                wait = min(wait * 2, 0.1)
            try:
                yield
            finally:
                self._leave(name, token)
                if self._held.get(here) == token:
                    del self._held[here]

    def _take(self, name: str, token: str) -> bool:
        with _translated():
            return bool(self._redis.set(name, token, nx=True, px=max(1, int(self.lock_ttl * 1000))))

    def _leave(self, name: str, token: str) -> None:
        # An error here must not hide that the refresh went well; the lock ends by itself.
        try:
            with _translated():
                left = self._redis.eval(_RELEASE, 1, name, token)
        except StorageError as error:
            logger.warning("%s; the lock of the session ends in %g s at the latest", error, self.lock_ttl)
        else:
            if not left:
                logger.warning("the session was locked for more than lock_ttl=%g s, and the lock was lost", self.lock_ttl)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_client": None, "_held": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._url is not None:
            self._client = _connect(self._url)


def _import() -> Any:
    try:
        import redis
    except ImportError as error:
        raise ImportError("RedisStorage needs the extra redis: pip install 'directus-python-sdk[redis]'") from error
    return redis


def _connect(url: str) -> Any:
    try:
        return _import().Redis.from_url(with_ascii_host(url))
    except ValueError:
        raise ConfigurationError("the address of Redis must look like 'redis://127.0.0.1:6379/0'") from None


def _is_open(url: str) -> bool:
    """Tell whether an address holds no password."""
    parts = urlsplit(url)
    return parts.password is None and "password" not in parts.query


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    import redis

    try:
        yield
    except redis.RedisError as error:
        raise StorageError(f"the session's Redis does not do what it should: {type(error).__name__}") from error
