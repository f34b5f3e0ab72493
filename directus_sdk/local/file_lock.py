"""Locks between processes, on an open file: the operating system frees them when their holder dies."""

from __future__ import annotations

import os
from collections.abc import Callable


def system_lock() -> tuple[Callable[[int], bool], Callable[[int], None]]:
    """Return two functions of a file descriptor: one takes its lock, ``True`` on success, the other one releases it.

    The modules of the system are imported here, so that the package can be imported on every system.
    """
    try:
        import fcntl
    except ImportError:
        import importlib

        msvcrt = importlib.import_module("msvcrt")

        def take_windows(handle: int) -> bool:
            os.lseek(handle, 0, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            except OSError:
                return False
            return True

        def leave_windows(handle: int) -> None:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

        return take_windows, leave_windows

    def take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def leave(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)

    return take, leave
