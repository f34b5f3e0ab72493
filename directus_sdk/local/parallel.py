"""Several uploads at a time: threads, locks for files that share a reader, and their progress as one."""

from __future__ import annotations

import contextvars
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from directus_sdk.local.file_objects import moving_reader, readers
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.local.progress import OnProgress
from directus_sdk.redaction import redact

T = TypeVar("T")


def side_by_side(jobs: Sequence[Callable[[], T]], workers: int) -> list[T | Exception]:
    """Run jobs on some threads; return what each returned or raised, in their order.

    An exception that is not an error of a job, such as ``KeyboardInterrupt`` or the time limit of a task, is raised, and jobs
    that have not begun are not run.

    Args:
        jobs: What to call.
        workers: The number of threads.

    Raises:
        ValueError: `workers` is less than 1.
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


def in_order(jobs: Iterable[Callable[[], T]], workers: int) -> Iterator[T]:
    """Run jobs on some threads, and yield what they return in their order; at most `workers` are ahead.

    Args:
        jobs: What to call; the first error ends all.
        workers: The number of threads.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="directus_sdk")
    waiting: deque[Future[T]] = deque()
    try:
        for job in jobs:
            # The transport and listeners may read variables of the caller's context.
            waiting.append(pool.submit(contextvars.copy_context().run, job))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _outcome(job: Callable[[], T]) -> T | Exception:
    try:
        return job()
    except Exception as error:  # a reader may raise anything
        if is_interrupt(error):
            raise
        return error


def reading_locks(files: Sequence[object]) -> list[AbstractContextManager[object]]:
    """Return the lock for each file: the same one for files with one reader beneath them, such as members of an archive.

    Reading moves that reader, and two uploads at a time would get each other's content.

    Raises:
        ValueError: The same file object or iterator is given twice.
    """
    moved = [id(file if isinstance(file, Iterator) else moving_reader(file)) for file in files]
    moved = [reader for reader in moved if reader != id(None)]
    if len(set(moved)) < len(moved):
        raise ValueError("the same file object or iterator is given twice, and each upload reads it: give one for each upload")
    locks: dict[int, AbstractContextManager[object]] = {}
    chosen: list[AbstractContextManager[object]] = []
    for file in files:
        mine = readers(file)
        lock = next((locks[reader] for reader in mine if reader in locks), None) or threading.Lock()
        locks.update(dict.fromkeys(mine, lock))
        chosen.append(lock)
    return chosen


class Stopped(BaseException):
    """Wraps an error of the user's `on_progress`, which is not about one file: it stops all uploads."""


class Progresses:
    """The progress of several files as one.

    Args:
        report: Called with the sums.
        files: The files; the size of those that are not paths is known once they are sent.
    """

    def __init__(self, report: OnProgress | None, files: Sequence[object]) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._done = [0] * len(files)
        self._sizes = list(map(_size, files)) if report is not None else []
        self._total = sum(self._sizes)
        self._sum = 0

    def of(self, index: int) -> OnProgress | None:
        """Return the callback for one of the files."""
        report = self._report
        if report is None:
            return None

        def count(done: int, total: int | None) -> None:
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

        return count


def label(file: object) -> str:
    """Return the name of a file in messages."""
    if isinstance(file, (str, os.PathLike)):
        path = os.fsdecode(file)
        return redact.url(path) if "://" in path else path[:200]
    name = getattr(file, "filename", None) or getattr(file, "name", None)
    return name if isinstance(name, str) else type(file).__name__


def _size(file: object) -> int:
    if isinstance(file, (bytes, bytearray, memoryview)):
        return memoryview(file).nbytes
    try:
        return Path(file).stat().st_size if isinstance(file, (str, os.PathLike)) else 0
    except (OSError, ValueError):
        return 0  # its upload raises the error
