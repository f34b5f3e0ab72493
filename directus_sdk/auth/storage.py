"""Where a session is kept: one record of credentials under one key."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeVar

from directus_sdk.auth.credentials import Credentials, dump, parse
from directus_sdk.errors import ConfigurationError, StorageError
from directus_sdk.local.clock import monotonic
from directus_sdk.local.file_lock import system_lock
from directus_sdk.local.thread_lock import Hold, ThreadLock
from directus_sdk.redaction.redact import Secret
from directus_sdk.redaction.tracebacks import without_locals

T = TypeVar("T")

_KEY = "directus_credentials"

#: How many seconds a file that others have open is tried again.
_SHARED = 2.0

#: How many seconds a lock is waited for: longer than a refresh may take.
LOCK_TIMEOUT = 90.0


@without_locals
class Storage(ABC):
    """Keeps texts under keys, as the storages of the classic JavaScript SDK do.

    Write your own by giving `get`, `set` and `delete`; give `lock` too when several processes share it.
    ``directus_sdk.testing.storage_suite`` checks a storage of yours.

    Args:
        prefix: Put before the key, so that several clients can share one place.

    Example:
        >>> class DictStorage(Storage):
        ...     texts = {}
        ...     def get(self, key):
        ...         return self.texts.get(key)
        ...     def set(self, key, value):
        ...         self.texts[key] = value
        ...     def delete(self, key):
        ...         self.texts.pop(key, None)
        >>> directus = Directus(url, storage=DictStorage())
    """

    prefix = ""
    _threads_lock: ThreadLock

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        without_locals(cls)

    def __new__(cls, *args: Any, **kwargs: Any) -> Storage:  # noqa: D102
        # Here and not in __init__, which a user's subclass may forget to call.
        self = super().__new__(cls)
        self._threads_lock = ThreadLock()
        return self

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix

    @abstractmethod
    def get(self, key: str) -> str | None:
        """Return the text under `key`, or ``None``."""

    @abstractmethod
    def set(self, key: str, value: str) -> None:
        """Keep `value` under `key`."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Forget `key`; one that is not there is no error."""

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Hold the storage for one refresh; other holders wait.

        Args:
            timeout: How many seconds to wait for it.

        Raises:
            StorageError: The others did not let it go in time.
        """
        with self._threads(timeout):
            yield

    def _threads(self, timeout: float) -> Hold:
        """Hold the lock between the threads of this process; yields whether this thread did not hold it before."""
        return self._threads_lock.context(timeout, lock_timeout)

    @property
    def _key(self) -> str:
        return f"{self.prefix}{_KEY}"

    def load(self, server: str | None = None) -> Credentials | None:
        """Return the session that is kept, or ``None``.

        Args:
            server: The base URL of a server, whose session is asked for; ``None`` for the one that was saved last.
        """
        kept = parse(self.get(self._key))
        return next((record for record in kept if server is None or record.server in (None, server)), None)

    def save(self, credentials: Credentials) -> None:
        """Keep a session in place of the one before; sessions of other servers stay."""
        self.set(self._key, dump([credentials, *self._others(credentials.server)]))

    def clear(self, server: str | None = None) -> None:
        """Forget the session of a server, or all if `server` is ``None``."""
        others = [] if server is None else self._others(server)
        if others:
            self.set(self._key, dump(others))
        else:
            self.delete(self._key)

    def _others(self, server: str | None) -> list[Credentials]:
        return [record for record in parse(self.get(self._key)) if record.server not in (None, server)]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_threads_lock"}

    def __deepcopy__(self, memo: object) -> Storage:
        return self

    def __copy__(self) -> Storage:
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}(prefix={self.prefix!r})"


def lock_timeout(timeout: float) -> StorageError:
    """Return the error for a lock that did not come free."""
    return StorageError(
        f"the credentials' lock was not free within {timeout:g} s: another thread or process is refreshing the token"
    )


class MemoryStorage(Storage):
    """Keeps the session for as long as the process lives.

    Example:
        >>> storage = MemoryStorage()
        >>> storage.set("a", "1")
        >>> storage.get("a")
        '1'
    """

    def __init__(self, prefix: str = "") -> None:
        super().__init__(prefix)
        self._texts: dict[str, Secret] = {}

    def get(self, key: str) -> str | None:
        """Return the text under `key`, or ``None``."""
        held = self._texts.get(key)
        return None if held is None else held.reveal()

    def set(self, key: str, value: str) -> None:
        """Keep `value` under `key`."""
        self._texts[key] = Secret(value)

    def delete(self, key: str) -> None:
        """Forget `key`."""
        self._texts.pop(key, None)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_texts": {}}


class FileStorage(Storage):
    """Keeps the session in a file that only its owner may read, shared by any number of processes.

    The file is replaced as a whole, so that a crash leaves the old record or the new one. A second file with the
    ending ``.lock`` is the lock between processes; the operating system frees it when its holder dies.

    Args:
        path: The file, on a local disk. Its folder must exist.
        prefix: Put before the key, so that several clients can share one file.

    Raises:
        ConfigurationError: The folder does not exist.
        StorageError: At its use: the file belongs to another user, or others may write to it.

    Example:
        >>> import tempfile, os
        >>> storage = FileStorage(os.path.join(tempfile.mkdtemp(), "session.json"))
        >>> storage.set("a", "1")
        >>> storage.get("a")
        '1'
    """

    def __init__(self, path: str | os.PathLike[str], prefix: str = "") -> None:
        super().__init__(prefix)
        # Resolved, so that a symbolic link is kept and its target replaced.
        self.path = Path(path).expanduser().resolve()
        if not self.path.parent.is_dir():
            raise ConfigurationError(f"the folder of {self.path} does not exist; make it before FileStorage uses it")
        self._open: dict[int, IO[bytes]] = {}

    def _read(self) -> dict[str, str]:
        try:
            texts = json.loads(_patiently(lambda: _read_own(self.path)))
        except (FileNotFoundError, ValueError, RecursionError):
            return {}
        except OSError as error:
            raise StorageError(f"the session in {self.path} cannot be read: {error.strerror}") from error
        return texts if isinstance(texts, dict) else {}

    def _write(self, texts: dict[str, str]) -> None:
        # The lock is held: nobody else uses this name, and what a crash left under it goes.
        unfinished = self.path.with_name(f".{self.path.name}.new")
        try:
            _patiently(lambda: unfinished.unlink(missing_ok=True))
            with open(unfinished, "x", encoding="utf-8", opener=_private) as file:
                json.dump(texts, file)
                file.flush()
                os.fsync(file.fileno())
            _patiently(lambda: unfinished.replace(self.path))
        except OSError as error:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise StorageError(f"the session cannot be written to {self.path}: {error.strerror}") from error

    def get(self, key: str) -> str | None:
        """Return the text under `key`, or ``None``; a file that cannot be understood holds nothing."""
        value = self._read().get(key)
        return value if isinstance(value, str) else None

    def set(self, key: str, value: str) -> None:
        """Keep `value` under `key`."""
        with self.lock():
            self._write({**self._read(), key: value})

    def delete(self, key: str) -> None:
        """Forget `key`."""
        with self.lock():
            texts = self._read()
            if texts.pop(key, None) is not None:
                self._write(texts)

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Hold the file for one refresh, against the threads of all processes of this machine.

        Raises:
            StorageError: The others did not let it go in time, or the folder cannot be written.
        """
        deadline = monotonic() + timeout
        with self._threads(timeout) as outermost:
            if not outermost:  # this thread has the file already
                yield
                return
            with self._lock_file() as file:
                _take(file, deadline, timeout)
                here = os.getpid()
                try:
                    yield
                finally:
                    # A child that was forked inside must not free its parent's lock. A file that is closed is free.
                    if os.getpid() == here and not file.closed:
                        system_lock()[1](file.fileno())

    @contextlib.contextmanager
    def _lock_file(self) -> Iterator[IO[bytes]]:
        # A fork copied it while the parent held the lock: as long as it is open here, the lock outlives the parent. Or an
        # interrupt left it open here: no other thread of this process is at it.
        for pid in list(self._open):
            self._open.pop(pid).close()
        here = os.getpid()
        try:
            file = self._open[here] = open(f"{self.path}.lock", "a+b", opener=_private)  # noqa: SIM115
        except OSError as error:
            raise StorageError(
                f"the session in {self.path} cannot be locked, which needs a file beside it: {error.strerror}"
            ) from error
        with file:
            try:
                yield file
            finally:
                if self._open.get(here) is file:
                    del self._open[here]

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_open": {}}

    def __repr__(self) -> str:
        return f"FileStorage({str(self.path)!r}, prefix={self.prefix!r})"


def _patiently(action: Callable[[], T]) -> T:
    """Do something to a file, again for a while where that is forbidden.

    Windows forbids it for as long as a reader or a virus scanner has the file open.
    """
    deadline = monotonic() + _SHARED
    wait = 0.005
    while True:
        try:
            return action()
        except PermissionError:
            if monotonic() >= deadline:
                raise
        time.sleep(wait)
        wait = min(wait * 2, 0.1)


def _read_own(path: Path) -> str:
    """Return what is in a file that nobody else can have written: a foreign session would be used as one's own.

    Raises:
        StorageError: It is another user's, or others may write to it.
    """
    found = path.stat()
    own = os.geteuid() if hasattr(os, "geteuid") else found.st_uid  # Windows has no such numbers
    wrong = None
    if not stat.S_ISREG(found.st_mode):
        wrong = "is not a regular file"
    elif found.st_uid not in (own, 0):
        wrong = "belongs to another user of this machine, who may have put a session of their own there"
    elif hasattr(os, "geteuid") and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        wrong = f"can be written by other users (mode {stat.S_IMODE(found.st_mode):04o}): allow its owner only (chmod 600)"
    if wrong is not None:
        raise StorageError(f"the session in {path} cannot be read safely: the file {wrong}; or take another path")
    text = path.read_text("utf-8")
    # Another file by now: one that this process or another has written, or somebody else's.
    return text if path.stat().st_ino == found.st_ino else _read_own(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _take(file: IO[bytes], deadline: float, timeout: float) -> None:
    take = system_lock()[0]
    wait = 0.002
    while not take(file.fileno()):
        if monotonic() >= deadline:
            raise lock_timeout(timeout)
        time.sleep(wait)
        wait = min(wait * 2, 0.05)
