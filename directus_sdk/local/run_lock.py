"""A lock beside a file that one run at a time may work with."""

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

#: The most bytes of a file's name that leave room for what comes after it.
_LONGEST = 200


class FileLock:
    """A lock that is a file beside another one, there as long as somebody works with that.

    Args:
        path: The file that is worked with. The lock is ``<path>.lock``.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        given = Path(path)
        name = given.name
        if len(os.fsencode(name)) > _LONGEST:
            name = hashlib.sha256(os.fsencode(name)).hexdigest()
        self.path = Path(os.path.realpath(given.parent)) / f"{name}.lock"
        # An object closes its file, which frees the lock, also where an interrupt has left it behind.
        self._file: FileIO | None = None
        self._held = False
        fork.register(self)

    def _after_fork(self) -> None:
        # The lock stays the parent's. The copy of its file is closed, lest it holds the lock after the parent has ended.
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def take(self) -> bool:
        """Take it; ``False`` where another has it, in this process too.

        Raises:
            ConfigurationError: What stands under its name is a link, or is not a file, or it cannot be made.
        """
        take = system_lock()[0]
        while True:
            self._file = file = self._open()
            try:
                if not take(file.fileno()):
                    self.leave()
                    return False
            except OSError as error:  # some file systems have no locks
                logger.warning("%s cannot be locked (%s): a second run would not be noticed", self.path, error.strerror)
                self._held = True
                return True
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), self.path.stat()):
                    self._held = True
                    return True
            self.leave()  # its holder removed it after it was opened here

    def leave(self) -> None:
        """Leave it, if it was taken here, and remove its file; after an interrupt it may be called again."""
        file = self._file
        if file is None:
            return
        held, self._held = self._held, False
        removed = True
        if held and not file.closed:
            # Before the lock is free, lest another's file goes; Windows removes no file that is open.
            removed = _removed(self.path)
            with contextlib.suppress(OSError):
                system_lock()[1](file.fileno())
        file.close()
        self._file = None
        if not removed:
            _removed(self.path)

    @contextlib.contextmanager
    def held(self, otherwise: str) -> Iterator[None]:
        """Hold it.

        Args:
            otherwise: What the error says where another has it.

        Raises:
            ConfigurationError: Another has it.
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
            raise ConfigurationError(f"{self.path} cannot be made, so nothing was begun: {error.strerror}") from error
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
