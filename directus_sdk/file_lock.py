"""A lock beside a file that one run at a time may work with."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from directus_sdk.errors import ConfigurationError
from directus_sdk.locks import system_lock

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
        self._handle: int | None = None
        self._process = 0
        self._held = False

    def take(self) -> bool:
        """Take it; ``False`` where another has it, in this process too.

        Raises:
            ConfigurationError: What stands under its name is a link, or is not a file.
        """
        take = system_lock()[0]
        while True:
            self._process = os.getpid()
            self._handle = self._open()
            try:
                if not take(self._handle):
                    self.leave()
                    return False
            except OSError as error:  # some file systems have no locks
                logger.warning("%s cannot be locked (%s): a second run would not be noticed", self.path, error.strerror)
                self._held = True
                return True
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(self._handle), self.path.stat()):
                    self._held = True
                    return True
            self.leave()  # its holder removed it after it was opened here

    def leave(self) -> None:
        """Leave it, if it was taken here, and remove its file."""
        handle, self._handle = self._handle, None
        held, self._held = self._held, False
        if handle is None:
            return
        if os.getpid() != self._process:  # a child that was forked meanwhile must not free its parent's lock
            os.close(handle)
            return
        if held:
            # Before the lock is free, lest another's file goes; Windows removes no file that is open.
            with contextlib.suppress(OSError):
                self.path.unlink()
            with contextlib.suppress(OSError):
                system_lock()[1](handle)
        os.close(handle)

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
            self.leave()

    def __del__(self) -> None:
        self.leave()

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            handle = os.open(self.path, flags, 0o600)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise ConfigurationError(f"{self.path} is a symbolic link, so it cannot be the lock: remove it") from None
            raise
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise ConfigurationError(f"{self.path} is not a file, so it cannot be the lock: remove it")
        return handle
