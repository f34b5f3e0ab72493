"""Some calls at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from directus_sdk.local.file_objects import moving, readers
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.local.progress import OnProgress
from directus_sdk.redaction import redact

T = TypeVar("T")


def side_by_side(jobs: Sequence[Callable[[], T]], workers: int) -> list[T | Exception]:
    """Run jobs on some threads; return what each returned or raised, in their order.

    What is no error of a job, such as ``KeyboardInterrupt`` or the time limit of a task, stops those that have not begun and
    is raised.

    Args:
        jobs: What to call.
        workers: The number of threads.

    Raises:
        ValueError: There is no worker.
    """
    if workers < 1:
        raise ValueError(f"workers must be a number from 1 on, not {workers!r}")
    if workers == 1:
        return [_outcome(job) for job in jobs]
    pool = ThreadPoolExecutor(workers, thread_name_prefix="directus_sdk")
    try:
        return list(pool.map(_outcome, jobs))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _outcome(job: Callable[[], T]) -> T | Exception:
    try:
        return job()
    except Exception as error:  # what a reader raises is of any kind
        if is_interrupt(error):
            raise
        return error


def reading_locks(files: Sequence[Any]) -> list[AbstractContextManager[Any]]:
    """Return what each file is read under: one lock for those that read from the same file, such as members of an archive.

    They move it, and two at a time would get what is the other's.

    Raises:
        ValueError: The same file object or iterator is given twice.
    """
    moved = [reader for reader in map(moving, files) if reader is not None]
    if len({id(reader) for reader in moved}) < len(moved):
        raise ValueError("the same file object or iterator is given twice, and each upload reads it: give one for each upload")
    locks: dict[int, AbstractContextManager[Any]] = {}
    found: list[AbstractContextManager[Any]] = []
    for file in files:
        mine = readers(file)
        lock = next((locks[reader] for reader in mine if reader in locks), None) or threading.Lock()
        locks.update(dict.fromkeys(mine, lock))
        found.append(lock)
    return found


class Stopped(BaseException):
    """What a user's `on_progress` raised, which is about no file: it stops all of them."""


class Progresses:
    """The progress of several files as one.

    Args:
        report: What is told.
        files: The files; of those that are no paths the size is known once they are sent.
    """

    def __init__(self, report: OnProgress | None, files: Sequence[Any]) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._done = [0] * len(files)
        self._sizes = list(map(_size, files)) if report is not None else []
        self._total = sum(self._sizes)
        self._sum = 0

    def of(self, index: int) -> OnProgress | None:
        """Return what one of the files is to tell."""
        report = self._report
        if report is None:
            return None

        def tell(done: int, total: Any) -> None:
            with self._lock:
                self._sum += done - self._done[index]
                self._done[index] = done
                if total is not None:
                    self._total += total - self._sizes[index]
                    self._sizes[index] = total
                try:
                    report(self._sum, self._total)
                except Exception as error:
                    raise Stopped from error

        return tell


def shown(file: Any) -> str:
    """Return what a message calls a file."""
    if isinstance(file, (str, os.PathLike)):
        path = os.fsdecode(file)
        return redact.url(path) if "://" in path else path[:200]
    name = getattr(file, "filename", None) or getattr(file, "name", None)
    return name if isinstance(name, str) else type(file).__name__


def _size(file: Any) -> int:
    if isinstance(file, (bytes, bytearray, memoryview)):
        return memoryview(file).nbytes
    try:
        return Path(file).stat().st_size if isinstance(file, (str, os.PathLike)) else 0
    except (OSError, ValueError):
        return 0  # its upload tells what is wrong
