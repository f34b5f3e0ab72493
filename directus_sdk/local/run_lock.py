"""A lock file, which lets one run at a time work with another file."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import stat
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from directus_sdk.errors import ConfigurationError
from directus_sdk.local import fork
from directus_sdk.local.file_lock import system_lock

logger = logging.getLogger("directus_sdk")

#: The maximum length of a file name before the suffix, in bytes.
_MAX_NAME = 200


class FileLock:
    """A lock that is a file next to another one and exists while the lock is held.

    Args:
        path: The file to protect. The lock file is ``<path>.lock``.
    """

    _file: FileIO | None = None
    _held = False

    def __init__(self, path: str | os.PathLike[str]) -> None:
        protected = Path(path)
        name = protected.name
        if len(os.fsencode(name)) > _MAX_NAME:
            name = hashlib.sha256(os.fsencode(name)).hexdigest()
        self.path = Path(os.path.realpath(protected.parent)) / f"{name}.lock"
        # The object is closed at the latest when it is collected, which releases a lock that an interrupt left behind.
        fork.register(self)

    def _after_fork(self) -> None:
        # The lock belongs to the parent; an open copy of its file would hold the lock after the parent has ended.
        file, self._file, self._held = self._file, None, False
        if file is not None:
            file.close()

    def take(self) -> bool:
        """Acquire the lock; return ``False`` if it is held, by this process or another one.

        Raises:
            ConfigurationError: The lock file is a link or not a regular file, or it cannot be created.
        """
        try:
            return self._take()
        except BaseException:  # an interrupt may come where the file is there, and `_file` is not set yet
            self.leave()
            with contextlib.suppress(ConfigurationError, OSError):
                if self.path.exists() and self._take():
                    self.leave()
            raise

    def _take(self) -> bool:
        take = system_lock()[0]
        while True:
            self._file = file = self._open()
            try:
                if not take(file.fileno()):
                    self.leave()
                    return False
            except OSError as error:  # some file systems have no locks
                logger.warning("%s cannot be locked (%s): a second run would not be detected", self.path, error.strerror)
                self._held = True
                return True
            self._held = self._is_in_place(file)
            if self._held:
                return True
            self.leave()  # its holder has removed the file meanwhile

    def _is_in_place(self, file: FileIO) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(file.fileno()), self.path.stat())
        return False

    def leave(self) -> None:
        """Release the lock if it is held, and remove its file; after an interrupt it can be called again."""
        file = self._file
        if file is None:
            return
        removed = True
        if not file.closed and self._is_held(file) and self._is_in_place(file):
            # Before the release, so that the file of the next holder is not removed. Windows removes no open file.
            removed = _removed(self.path)
            with contextlib.suppress(OSError):
                system_lock()[1](file.fileno())
        file.close()
        self._file, self._held = None, False
        if not removed:
            _removed(self.path)

    def _is_held(self, file: FileIO) -> bool:
        with contextlib.suppress(OSError):  # an interrupt may come where it is held, and `_held` is not set yet
            return self._held or system_lock()[0](file.fileno())
        return False

    @contextlib.contextmanager
    def acquired(self, otherwise: str) -> Iterator[None]:
        """Hold the lock in a ``with`` block.

        Args:
            otherwise: The message of the error if another run holds it.

        Raises:
            ConfigurationError: Another run holds it.
        """
        try:
            if not self.take():
                raise ConfigurationError(otherwise)
            yield
        finally:
            try:
                self.leave()
            except BaseException:
                self.leave()
                raise

    def __del__(self) -> None:
        self.leave()

    def _open(self) -> FileIO:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            file = FileIO(os.open(self.path, flags, 0o600), "r+")
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise ConfigurationError(f"{self.path} is a symbolic link, so it cannot be the lock: remove it") from None
            raise ConfigurationError(f"{self.path} cannot be created, so nothing was started: {error.strerror}") from error
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise ConfigurationError(f"{self.path} is not a file, so it cannot be the lock: remove it")
        return file


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except PermissionError:
        return False
    except OSError:
        return True
    return True
