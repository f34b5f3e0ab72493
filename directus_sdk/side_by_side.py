"""Some calls at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from directus_sdk.errors import DirectusError
from directus_sdk.interrupts import is_interrupt
from directus_sdk.progress import OnProgress

T = TypeVar("T")


def side_by_side(jobs: Sequence[Callable[[], T]], workers: int) -> list[T | Exception]:
    """Run jobs on some threads; return what each returned or raised, in their order.

    What is not an error of a call or of its arguments, such as ``KeyboardInterrupt`` or the time limit of a task, stops those
    that have not begun and is raised.

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
    except (DirectusError, OSError, ValueError, TypeError, LookupError) as error:
        if is_interrupt(error):
            raise
        return error


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
                report(self._sum, self._total)

        return tell


def shown(file: Any) -> str:
    """Return what a message calls a file."""
    if isinstance(file, (str, os.PathLike)):
        return os.fsdecode(file)
    name = getattr(file, "filename", None) or getattr(file, "name", None)
    return name if isinstance(name, str) else type(file).__name__


def _size(file: Any) -> int:
    if isinstance(file, (bytes, bytearray, memoryview)):
        return memoryview(file).nbytes
    try:
        return Path(file).stat().st_size if isinstance(file, (str, os.PathLike)) else 0
    except (OSError, ValueError):
        return 0  # its upload tells what is wrong
