"""The threads that run callbacks."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

from directus_sdk.local import interrupts

logger = logging.getLogger("directus_sdk.realtime")

Task = Callable[[], None]
#: How many steps run before other tasks have their turn.
_STEPS = 100


class CallbackThreads:
    """Runs tasks in up to `size` daemon threads, which start when needed and run until `close`.

    Args:
        size: The maximum number of threads.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._idle = 0
        self._closed = False

    def submit(self, task: Task) -> None:
        """Schedule a task, which must not raise."""
        with self._lock:
            if self._closed:
                return
            if self._idle > 0:
                self._idle -= 1
            elif len(self._threads) < self.size:
                name = f"directus-realtime-callback-{len(self._threads) + 1}"
                thread = threading.Thread(target=self._work, name=name, daemon=True)
                interrupts.start(thread)
                self._threads.append(thread)
            self._tasks.put(task)

    def _work(self) -> None:
        while True:
            task = self._tasks.get()
            if task is None:
                self._tasks.put(None)  # for the next thread
                return
            task()
            del task  # it would be kept until the next one arrives
            with self._lock:
                if self._tasks.empty():
                    self._idle += 1

    def close(self, timeout: float = 5.0) -> None:
        """End the threads after their current tasks, and wait for them, except when called by one of them."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
            self._tasks.put(None)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(timeout)


class SerialRunner:
    """Runs `step` in the callback threads as long as it returns ``True``, in one thread at a time.

    Args:
        threads: Where it runs.
        step: Does one piece of work and returns whether there is more.
    """

    def __init__(self, threads: CallbackThreads, step: Callable[[], bool]) -> None:
        self._threads = threads
        self._step = step
        self._lock = threading.Lock()
        self._running = False
        self._again = False

    def wake(self) -> None:
        """Run `step`, now or after the current run."""
        with self._lock:
            if self._running:
                self._again = True
                return
            self._running = True
        try:
            self._threads.submit(self._run)
        except BaseException:  # no thread can be started, or an interrupt
            self._running = False
            raise

    def _run(self) -> None:
        for _ in range(_STEPS):
            if not self._step():
                with self._lock:
                    if not self._again:
                        self._running = False
                        return
                    self._again = False
        self._threads.submit(self._run)  # behind the tasks of others


class Listeners:
    """Callbacks by the kind of event that they are called for.

    Args:
        kinds: The kinds of events.
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
        """Return whether there is a callback for a kind."""
        return bool(self._functions[kind])

    def call(self, kind: str, *arguments: object) -> None:
        """Call the callbacks; an exception in one, even `SystemExit`, is logged and does not stop the others."""
        for function in tuple(self._functions.get(kind, ())):
            try:
                function(*arguments)
            except BaseException:  # it would end the thread, and the tasks of others would wait
                logger.exception("a callback for %r failed", kind)
