"""Storages of a session: one record of credentials under one key."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from directus_sdk.auth.credentials import Credentials, dump, parse
from directus_sdk.displayed import Displayed
from directus_sdk.errors import ConfigurationError, StorageError
from directus_sdk.json_types import JSONObject
from directus_sdk.local import fork
from directus_sdk.local.atomic_file import replace_file, retry_while_open
from directus_sdk.local.clock import monotonic
from directus_sdk.local.file_lock import system_lock
from directus_sdk.local.thread_lock import Hold, ThreadLock, holds_locks
from directus_sdk.redaction.redact import Secret
from directus_sdk.redaction.tracebacks import without_locals

_KEY = "directus_credentials"

#: How many seconds to wait for a lock: longer than a refresh may take.
LOCK_TIMEOUT = 90.0


@without_locals
class Storage(Displayed, ABC):
    """Keeps strings under keys, as the storages of the classic JavaScript SDK do.

    To write your own, define `get`, `set` and `delete`, and `lock` too where several processes share it.
    ``directus_sdk.testing.storage_suite`` checks it.

    Args:
        prefix: Prepended to the key, so that several clients can share one place.

    Example:
        >>> class DictStorage(Storage):
        ...     values = {}
        ...     def get(self, key):
        ...         return self.values.get(key)
        ...     def set(self, key, value):
        ...         self.values[key] = value
        ...     def delete(self, key):
        ...         self.values.pop(key, None)
        >>> directus = Directus(url, storage=DictStorage())
    """

    prefix = ""
    _threads_lock: ThreadLock

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        without_locals(cls)

    def __new__(cls, *args: object, **kwargs: object) -> Storage:  # noqa: D102
        # Here and not in __init__, which a user's subclass may forget to call.
        self = super().__new__(cls)
        vars(self)["_threads_lock"] = ThreadLock()  # a frozen dataclass refuses assignments
        return self

    def __init__(self, prefix: str = "") -> None:
        if not isinstance(prefix, str):  # "None" would be one prefix for all who have none
            raise ConfigurationError(f"prefix must be a string, not {type(prefix).__name__}")
        self.prefix = prefix

    @abstractmethod
    def get(self, key: str) -> str | None:
        """Return the value of `key`, or ``None``."""

    @abstractmethod
    def set(self, key: str, value: str) -> None:
        """Store `value` under `key`."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Delete `key`; a missing key is not an error."""

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Lock the storage for one refresh.

        Args:
            timeout: How many seconds to wait for it.

        Raises:
            StorageError: It was not free in time.
        """
        with self._threads(timeout):
            yield

    def _threads(self, timeout: float) -> Hold:
        """Return the lock between the threads of this process; it yields whether this thread did not hold it before."""
        return self._threads_lock.context(timeout, lock_timeout)

    @property
    def _key(self) -> str:
        return f"{self.prefix}{_KEY}"

    def load(self, server: str | None = None) -> Credentials | None:
        """Return the stored session, or ``None``.

        Args:
            server: The base URL of the server of the session; ``None`` for the session that was saved last.

        Returns:
            The session, whose tokens are masked in its ``repr``.

        Raises:
            StorageError: The storage cannot be read.

        Example:
            >>> MemoryStorage().load() is None
            True
        """
        records = parse(self.get(self._key))
        return next((record for record in records if server is None or record.server in (None, server)), None)

    def save(self, credentials: Credentials) -> None:
        """Store a session in place of the previous one; sessions of other servers are kept."""
        self.set(self._key, dump([credentials, *self._others(credentials.server)]))

    def clear(self, server: str | None = None) -> None:
        """Delete the session of a server, or all if `server` is ``None``."""
        others = [] if server is None else self._others(server)
        if others:
            self.set(self._key, dump(others))
        else:
            self.delete(self._key)

    def _others(self, server: str | None) -> list[Credentials]:
        return [record for record in parse(self.get(self._key)) if record.server not in (None, server)]

    def __getstate__(self) -> JSONObject:
        return {name: value for name, value in self.__dict__.items() if name != "_threads_lock"}

    def __deepcopy__(self, memo: object) -> Storage:
        return self

    def __copy__(self) -> Storage:
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}(prefix={self.prefix!r})"


def lock_timeout(timeout: float) -> StorageError:
    """Return the error for a lock that was not free in time."""
    return StorageError(
        f"the credentials' lock was not free within {timeout:g} s: another thread or process is refreshing the token"
    )


def wait_for_lock(take: Callable[[], bool], deadline: float, timeout: float, *, longest: float = 0.1) -> None:
    """Take a lock as soon as it is free, with growing waits that differ from process to process.

    Args:
        take: Makes one attempt and returns whether the lock was taken.
        deadline: The time of the last attempt, by the clock of the SDK.
        timeout: How many seconds that was, for the error.
        longest: The longest wait between two attempts, in seconds.

    Raises:
        StorageError: It was not free in time.
    """
    wait = 0.005
    while not take():
        if monotonic() >= deadline:
            raise lock_timeout(timeout)
        from random import uniform  # most locks are free

        time.sleep(uniform(wait / 2, wait))
        wait = min(wait * 2, longest)


class MemoryStorage(Storage):
    """Keeps the session in memory.

    Example:
        >>> storage = MemoryStorage()
        >>> storage.set("a", "1")
        >>> storage.get("a")
        '1'
    """

    def __init__(self, prefix: str = "") -> None:
        super().__init__(prefix)
        self._values: dict[str, Secret] = {}

    def get(self, key: str) -> str | None:
        """Return the value of `key`, or ``None``."""
        value = self._values.get(key)
        return None if value is None else value.reveal()

    def set(self, key: str, value: str) -> None:
        """Store `value` under `key`."""
        self._values[key] = Secret(value)

    def delete(self, key: str) -> None:
        """Delete `key`."""
        self._values.pop(key, None)

    def __getstate__(self) -> JSONObject:
        return {**super().__getstate__(), "_values": {}}


class FileStorage(Storage):
    """Keeps the session in a file that only its owner may read, shared by any number of processes.

    The file is replaced as a whole, so that a crash leaves the old record or the new one. A second file with the
    ending ``.lock`` is the lock between processes, which the operating system releases when its holder ends.

    Args:
        path: The file, on a local disk. Its folder must exist.
        prefix: Prepended to the key, so that several clients can share one file.

    Raises:
        ConfigurationError: The folder does not exist.
        StorageError: Not here, but when it is used: the file belongs to another user, or others may write to it.

    Example:
        >>> import tempfile, os
        >>> storage = FileStorage(os.path.join(tempfile.mkdtemp(), "session.json"))
        >>> storage.set("a", "1")
        >>> storage.get("a")
        '1'
    """

    def __init__(self, path: str | os.PathLike[str], prefix: str = "") -> None:
        super().__init__(prefix)
        if not os.fspath(path):
            raise ConfigurationError("path must be the path of a file; it is empty")
        # Resolved, so that a symbolic link is kept and its target is replaced.
        self.path = Path(path).expanduser().resolve()
        if not self.path.parent.is_dir():
            raise ConfigurationError(f"the folder of {self.path} does not exist; make it before FileStorage uses it")
        self._lock_file = _LockFile(self.path)

    def _read(self) -> dict[str, str]:
        try:
            values = json.loads(retry_while_open(lambda: _read_own(self.path)))
        except (FileNotFoundError, ValueError, RecursionError):
            return {}
        except OSError as error:
            raise StorageError(f"the session in {self.path} cannot be read: {error.strerror}") from error
        return values if isinstance(values, dict) else {}

    def _write(self, values: dict[str, str]) -> None:
        temporary = self.path.with_name(f".{self.path.name}.new")  # in the lock, so nothing else uses this name
        try:
            replace_file(self.path, json.dumps(values), lasting=True, temporary=temporary)
        except OSError as error:
            raise StorageError(f"the session cannot be written to {self.path}: {error.strerror}") from error

    def get(self, key: str) -> str | None:
        """Return the value of `key`, or ``None``; a file that is not valid counts as empty."""
        value = self._read().get(key)
        return value if isinstance(value, str) else None

    @holds_locks
    def set(self, key: str, value: str) -> None:
        """Store `value` under `key`."""
        with self.lock():
            self._write({**self._read(), key: value})

    @holds_locks
    def delete(self, key: str) -> None:
        """Delete `key`."""
        with self.lock():
            values = self._read()
            if values.pop(key, None) is not None:
                self._write(values)

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Lock the file for one refresh, against the threads of all processes of this machine.

        Raises:
            StorageError: It was not free in time, or the folder cannot be written.
        """
        deadline = monotonic() + timeout
        with self._threads(timeout) as is_outermost:
            if not is_outermost:
                yield
                return
            take, release = system_lock()
            with self._lock_file.open() as file:
                wait_for_lock(partial(take, file.fileno()), deadline, timeout, longest=0.05)
                try:
                    yield
                finally:
                    if not file.closed:  # as it is in a child that was forked meanwhile
                        release(file.fileno())

    def __repr__(self) -> str:
        return f"FileStorage({str(self.path)!r}, prefix={self.prefix!r})"


class _LockFile:
    """The file that is the lock between processes, as long as it is open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        fork.register(self)

    @contextlib.contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        self.close()  # an interrupt left it open: no other thread of this process uses it
        try:
            self._file = file = open(f"{self._path}.lock", "a+b", opener=_open_private)  # noqa: SIM115
        except OSError as error:
            raise StorageError(
                f"the session in {self._path} cannot be locked, which needs a file beside it: {error.strerror}"
            ) from error
        try:
            yield file
        finally:
            if self._file is file:
                self.close()

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    # A copy of the open file in a child would keep the lock after the parent has ended.
    _after_fork = close

    def __reduce__(self) -> tuple[type[_LockFile], tuple[Path]]:
        return _LockFile, (self._path,)


def _read_own(path: Path) -> str:
    """Return the content of a file that no other user can have written, because a planted session would be used.

    Raises:
        StorageError: It belongs to another user, or others may write to it.
    """
    status = path.stat()
    own = os.geteuid() if hasattr(os, "geteuid") else status.st_uid  # Windows has no such numbers
    fault = None
    if not stat.S_ISREG(status.st_mode):
        fault = "is not a regular file"
    elif status.st_uid not in (own, 0):
        fault = "belongs to another user of this machine, who may have put a session of their own there"
    elif hasattr(os, "geteuid") and status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        fault = f"can be written by other users (mode {stat.S_IMODE(status.st_mode):04o}): allow its owner only (chmod 600)"
    if fault is not None:
        raise StorageError(f"the session in {path} cannot be read safely: the file {fault}; or take another path")
    text = path.read_text("utf-8")
    # Where the file was replaced meanwhile, the new one is checked.
    return text if path.stat().st_ino == status.st_ino else _read_own(path)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
