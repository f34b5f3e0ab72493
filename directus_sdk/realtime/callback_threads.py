"""The threads that run callbacks."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

logger = logging.getLogger("directus_sdk.realtime")

Task = Callable[[], None]
_TURN = 100


class Pool:
    """Runs tasks in up to `size` daemon threads, which are started when there is work and live until `close`.

    Args:
        size: The most threads.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._idle = 0
        self._closed = False

    def submit(self, task: Task) -> None:
        """Have a task run; it must not raise."""
        with self._lock:
            if self._closed:
                return
            if self._idle > 0:
                self._idle -= 1
            elif len(self._threads) < self._size:
                name = f"directus-realtime-callback-{len(self._threads) + 1}"
                thread = threading.Thread(target=self._work, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._tasks.put(task)

    def _work(self) -> None:
        while True:
            task = self._tasks.get()
            if task is None:
                return
            task()
            del task  # else it would be kept until the next one comes
            with self._lock:
                if self._tasks.empty():
                    self._idle += 1

    def close(self, timeout: float = 5.0) -> None:
        """End the threads after the task that each is at; wait for them, except when called by one of them."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
            for _ in threads:
                self._tasks.put(None)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(timeout)


class Serial:
    """Runs `step` in a pool as long as it returns ``True``: one at a time, and never in two threads.

    Args:
        pool: Where it runs.
        step: Does one piece of work and tells whether there is more.
    """

    def __init__(self, pool: Pool, step: Callable[[], bool]) -> None:
        self._pool = pool
        self._step = step
        self._lock = threading.Lock()
        self._running = False
        self._again = False

    def wake(self) -> None:
        """Have `step` run, now or after the run that is going on."""
        with self._lock:
            if self._running:
                self._again = True
                return
            self._running = True
        self._pool.submit(self._run)

    def _run(self) -> None:
        for _ in range(_TURN):
            if not self._step():
                with self._lock:
                    if not self._again:
                        self._running = False
                        return
                    self._again = False
        self._pool.submit(self._run)  # others of the pool have their turn


class Listeners:
    """Functions by the kind of thing that they are told about.

    Args:
        kinds: The kinds that there are.
    """

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self._kinds = kinds
        self._functions: dict[str, list[Callable[..., object]]] = {kind: [] for kind in kinds}

    def add(self, kind: str, function: Callable[..., object]) -> Callable[[], None]:
        """Add a function and return one that removes it."""
        if kind not in self._functions:
            raise ValueError(f"there is no {kind!r} to listen to; there are {', '.join(self._kinds)}")
        if not callable(function):
            raise TypeError(f"on({kind!r}, ...) needs a function, not {type(function).__name__}")
        functions = self._functions[kind]
        functions.append(function)

        def remove() -> None:
            with contextlib.suppress(ValueError):  # it was removed before
                functions.remove(function)

        return remove

    def any(self, kind: str) -> bool:
        """Tell whether somebody listens."""
        return bool(self._functions[kind])

    def call(self, kind: str, *arguments: object) -> None:
        """Call the functions; what they raise is logged and stops nothing, not even `SystemExit`."""
        for function in tuple(self._functions.get(kind, ())):
            try:
                function(*arguments)
            except BaseException:  # it would end a thread of the pool, and whatever runs in it
                logger.exception("a function that listens to %r failed", kind)
