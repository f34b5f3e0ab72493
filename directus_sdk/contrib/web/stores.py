"""Where the sessions of visitors are kept: in a folder, in Redis, or in the memory of one process."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakValueDictionary

from directus_sdk.auth.storage import FileStorage, MemoryStorage, Storage
from directus_sdk.contrib.redis import RedisClient, RedisStorage, connect
from directus_sdk.contrib.web.visitors import MAX_AGE, VisitorStore
from directus_sdk.errors import ConfigurationError, StorageError
from directus_sdk.local import fork
from directus_sdk.local.clock import monotonic
from directus_sdk.local.thread_lock import holds_locks


class FolderVisitorStore(VisitorStore):
    """Keeps the sessions in files that only their owner may read, shared by the processes of one machine.

    Args:
        folder: A folder on a local disk for nothing else; it is created if it does not exist.
        max_age: After how many seconds without a refresh a session is over: `REFRESH_TOKEN_TTL` of the server.

    Raises:
        ConfigurationError: The folder cannot be created, or `max_age` is not positive.

    Example:
        >>> import tempfile
        >>> store = FolderVisitorStore(tempfile.mkdtemp())
        >>> store.clear_expired()
        0
    """

    def __init__(self, folder: str | os.PathLike[str], *, max_age: float = MAX_AGE) -> None:
        self.max_age = _positive(max_age)
        if not os.fspath(folder):
            raise ConfigurationError("folder must be the path of a folder; it is empty")
        self.folder = Path(folder).expanduser().resolve()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"the folder {self.folder} cannot be created: {error.strerror}") from error

    def storage(self, name: str) -> Storage:
        """Return the storage of one visitor's session, a file of its own."""
        return _RecordFile(self.folder / f"{name}.json", self.max_age)

    def clear_expired(self) -> int:
        """Delete the records of sessions that are over.

        Raises:
            OSError: The folder cannot be read.
        """
        count = 0
        for entry in self._locks():
            record = _RecordFile(self.folder / entry.removesuffix(".lock"), self.max_age)
            if record.is_expired():
                with contextlib.suppress(StorageError):  # a web request uses it at this moment
                    count += record.expire()
        return count

    def _locks(self) -> Iterator[str]:
        # A record always has a lock file; one without a record is what a crash has left.
        with os.scandir(self.folder) as entries:
            yield from (entry.name for entry in entries if entry.name.endswith(".json.lock"))

    def __repr__(self) -> str:
        return f"FolderVisitorStore({str(self.folder)!r}, max_age={self.max_age:g})"


class _RecordFile(FileStorage):
    """A file that is deleted with its last value, together with its lock.

    Another thread may still wait for the deleted lock while a third one makes a new one. Both will see that there is no
    record, and no visitor gets the same id again.
    """

    def __init__(self, path: Path, max_age: float) -> None:
        super().__init__(path)
        self.max_age = max_age

    def is_expired(self) -> bool:
        """Whether it was written too long ago; without a record, its lock counts."""
        for path in (self.path, Path(f"{self.path}.lock")):
            with contextlib.suppress(FileNotFoundError):
                return time.time() - path.stat().st_mtime > self.max_age
        return False

    def get(self, key: str) -> str | None:
        """Return the value of `key`, or ``None`` where it has expired."""
        return None if self.is_expired() else super().get(key)

    @holds_locks
    def delete(self, key: str) -> None:
        """Delete `key`, and the file with the last one."""
        with self.lock():
            super().delete(key)
            if not self._read():
                self._remove()

    @holds_locks
    def expire(self) -> bool:
        """Delete the file if it is expired still."""
        with self.lock(timeout=0.1):
            if self.is_expired():
                self._remove()
                return True
        return False

    def _remove(self) -> None:
        for path in (self.path.with_name(f".{self.path.name}.new"), self.path, Path(f"{self.path}.lock")):
            with contextlib.suppress(FileNotFoundError, PermissionError):  # Windows keeps files that are open
                path.unlink()


class RedisVisitorStore(VisitorStore):
    """Keeps the sessions in Redis, shared by the processes of any number of machines. Needs the extra ``redis``.

    Records expire by themselves.

    Args:
        redis: The URL of the Redis server, such as ``"redis://127.0.0.1:6379/0"``, or a ``redis.Redis``.
        prefix: Prepended to the keys, so that several sites can share one database.
        max_age: After how many seconds without a refresh a session is over: `REFRESH_TOKEN_TTL` of the server.

    Raises:
        ImportError: The extra ``redis`` is not installed.
        ConfigurationError: The URL is not valid, or `max_age` is not positive.
    """

    def __init__(self, redis: str | RedisClient, *, prefix: str = "directus:visitor:", max_age: float = MAX_AGE) -> None:
        self.prefix = prefix
        self.max_age = _positive(max_age)
        self._client = connect(redis) if isinstance(redis, str) else redis  # one pool for all visitors
        self.storage("")

    def storage(self, name: str) -> Storage:
        """Return the storage of one visitor's session, a key of its own."""
        return RedisStorage(self._client, f"{self.prefix}{name}:", ttl=self.max_age)

    def __repr__(self) -> str:
        return f"RedisVisitorStore(prefix={self.prefix!r}, max_age={self.max_age:g})"


class MemoryVisitorStore(VisitorStore):
    """Keeps the sessions in the memory of this process, until it ends: for tests, and for a site of one process.

    Args:
        max_age: After how many seconds without a refresh a session is over.

    Raises:
        ConfigurationError: `max_age` is not positive.
    """

    def __init__(self, *, max_age: float = MAX_AGE) -> None:
        self.max_age = _positive(max_age)
        self._kept: dict[str, _Record] = {}
        # Web requests that use one record at the same time share its lock, also before there is a session in it.
        self._used: WeakValueDictionary[str, _Record] = WeakValueDictionary()
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        self._lock = threading.Lock()

    def storage(self, name: str) -> Storage:
        """Return the storage of one visitor's session."""
        with self._lock:
            record = self._used.get(name)
            if record is None:
                self._used[name] = record = _Record(name, self)
            return record

    def clear_expired(self) -> int:
        """Delete the records of sessions that are over."""
        expired = [name for name, record in list(self._kept.items()) if record.is_expired()]
        return sum(self._kept.pop(name, None) is not None for name in expired)

    def __repr__(self) -> str:
        return f"MemoryVisitorStore(max_age={self.max_age:g})"


class _Record(MemoryStorage):
    def __init__(self, name: str, store: MemoryVisitorStore) -> None:
        super().__init__()
        self._name = name
        self._kept = store._kept
        self._max_age = store.max_age
        self._written_at = monotonic()

    def is_expired(self) -> bool:
        return monotonic() - self._written_at > self._max_age

    def get(self, key: str) -> str | None:
        return None if self.is_expired() else super().get(key)

    def set(self, key: str, value: str) -> None:
        super().set(key, value)
        self._written_at = monotonic()
        self._kept[self._name] = self

    def delete(self, key: str) -> None:
        super().delete(key)
        if not self._values:
            self._kept.pop(self._name, None)

    def __getstate__(self) -> dict[str, object]:
        return {**super().__getstate__(), "_kept": {}}


def _positive(max_age: float) -> float:
    value: object = max_age
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise ConfigurationError(f"max_age must be positive seconds, not {max_age!r}")
    return max_age
