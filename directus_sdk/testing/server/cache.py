"""The folder where installed servers are kept between runs, and the lock that guards it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from directus_sdk.local.file_lock import system_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def cache_folder() -> Path:
    """The folder for everything that is installed once: `directus-python-sdk` in the user's cache directory.

    That is `LOCALAPPDATA` on Windows, else `XDG_CACHE_HOME` or `~/.cache`.
    """
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "directus-python-sdk"


def built_once(target: Path, build: Callable[[Path], None]) -> Path:
    """Makes a folder the first time it is asked for, even when several processes ask at once.

    The work is done in a folder beside the target that is renamed when it is whole, so that a killed run leaves
    nothing that could be taken for a finished one.

    Args:
        target: The folder to make.
        build: Fills the empty folder that it is called with.

    Returns:
        The target.
    """
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with file_lock(target.with_name(f"{target.name}.lock"), f"another process is preparing {target.name}"):
        if target.is_dir():
            return target
        unfinished = target.with_name(f".{target.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)  # a killed run's
        unfinished.mkdir()
        try:
            build(unfinished)
            unfinished.rename(target)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    return target


def report(line: str) -> None:
    """Reports on stderr what takes so long."""
    sys.stderr.write(f"directus_sdk: {line}\n")
    sys.stderr.flush()


@contextmanager
def file_lock(path: Path, notice: str) -> Iterator[None]:
    """Holds a lock between processes; the operating system releases it when the holder dies.

    Args:
        path: The lock's file.
        notice: What to write to stderr when another process holds it.
    """
    take, leave = system_lock()
    with path.open("a+b") as file:
        if not take(file.fileno()):
            report(f"{notice}, waiting")
            while not take(file.fileno()):
                time.sleep(0.1)
        try:
            yield
        finally:
            leave(file.fileno())
