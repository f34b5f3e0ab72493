"""Files that are replaced completely or not at all."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from directus_sdk.local.clock import monotonic

T = TypeVar("T")

#: For how many seconds an action on a file that is open elsewhere is retried.
_RETRY = 2.0


def place_of(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path of a file, which stays right when the working folder changes; a link to a file is followed."""
    place = Path(path).absolute()
    return Path(os.path.realpath(place)) if place.is_symlink() and place.exists() else place


def replace_file(path: Path, text: str | Iterable[str], *, lasting: bool = False, temporary: Path | None = None) -> None:
    """Write a string to a file, completely or not at all. A link with its name is replaced, and its target is kept.

    Args:
        path: The file.
        text: The new content, or its parts.
        lasting: Whether to wait until it is on the disk.
        temporary: The name of the new file until it replaces `path`, if no other thread or process uses that name. What a
            crash has left there is removed.
    """
    if temporary is None:
        import tempfile  # slow to import

        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
        temporary = Path(name)
    else:
        retry_while_open(lambda: temporary.unlink(missing_ok=True))
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines([text] if isinstance(text, str) else text)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        retry_while_open(lambda: temporary.replace(path))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def retry_while_open(action: Callable[[], T]) -> T:
    """Act on a file, and retry for a while where that is forbidden.

    Windows forbids it while another program, such as a virus scanner, has the file open.
    """
    deadline = monotonic() + _RETRY
    wait = 0.005
    while True:
        try:
            return action()
        except PermissionError:
            if monotonic() >= deadline:
                raise
        time.sleep(wait)
        wait = min(wait * 2, 0.1)
