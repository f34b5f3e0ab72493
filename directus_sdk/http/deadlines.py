"""Deadlines of calls: the connection of a call is shut down at its deadline (`max_elapsed`).

A timeout of sockets is not enough, since a server that sends one byte now and then never exceeds it. One thread watches the
calls of a process. It is started once and never joined, so an exception of a signal handler cannot interrupt the start or
the end of a thread. Only primitives of C are shared with it: each of their calls is done whole or not at all, while an
interrupt inside a `threading.Event` or `Condition` can leave its lock taken for ever.
"""

from __future__ import annotations

import _socket
import _thread
import contextlib
import os
import socket
import threading
from collections import deque
from functools import lru_cache
from typing import Protocol

from directus_sdk.local import fork
from directus_sdk.local.clock import monotonic

#: Seconds between two attempts to shut down a connection, and for how long they are repeated.
_AGAIN = 0.02
_GIVE_UP = 60.0


class OpenSocket(Protocol):
    """A socket, of the standard library or of a library that wraps it."""

    def fileno(self) -> int:
        """Return the file descriptor."""

    def close(self) -> None:
        """Close it."""


class Watched(Protocol):
    """A connection that a watch can shut down.

    Attributes:
        open_socket: What is shut down, or ``None`` while the connection is made.
        watch: The watch of the request that uses the connection.
    """

    open_socket: OpenSocket | None
    watch: Watch | None


class Watch:
    """The deadline of one request, as a context: it is over when the context is, or when its response is complete.

    A connection belongs to a watch from the moment when the request gets it to the moment when it returns to the pool.
    Nothing else is cut, also where an interrupt skips the end of the context.

    Args:
        seconds: How many seconds are left.
    """

    def __init__(self, seconds: float) -> None:
        self.ends = monotonic() + seconds
        #: Who ended it: the request, or the cut. `dict.setdefault` decides that in one step.
        self._end: dict[str, str] = {}
        self._connection: Watched | None = None

    @property
    def cut(self) -> bool:
        """Whether the connection was cut, or is not to be used any more."""
        return self._end.get("by") == "cut"

    @property
    def over(self) -> bool:
        """Whether the request ended before it was cut."""
        return self._end.get("by") == "request"

    def hold(self, connection: Watched) -> None:
        """Bind a connection to the request that is about to use it.

        Raises:
            TimeoutError: The deadline has passed.
        """
        self._connection = connection
        connection.watch = self
        self.check()

    def check(self) -> None:
        """Stop a request whose deadline passed while there was nothing to cut.

        Raises:
            TimeoutError: The deadline has passed.
        """
        if self.cut:
            raise TimeoutError("the deadline passed while the connection was made")

    def finish(self) -> bool:
        """End the watch; return whether the connection was not cut before."""
        whole = self._end.setdefault("by", "request") == "request"
        self._connection = None
        return whole

    def end(self) -> bool:
        """Cut the connection; return whether there is nothing more to do."""
        if self._end.setdefault("by", "cut") != "cut":
            return True
        # In this order: the request sets what can be cut and looks at `cut` then, so that one of the two sees the other.
        connection = self._connection
        open_socket = connection.open_socket if connection is not None and connection.watch is self else None
        if open_socket is None or shut(open_socket):
            return True
        # The response may still be completed. Or TLS has just taken over the socket.
        self._end.pop("by", None)
        return monotonic() > self.ends + _GIVE_UP

    def __enter__(self) -> Watch:
        _watcher().add(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.finish()


def shut(open_socket: OpenSocket) -> bool:
    """Shut down a socket; return whether that was possible.

    TLS within TLS, pyOpenSSL, gevent and eventlet wrap a socket of the standard library. It is shut down below TLS,
    whose object belongs to the thread that reads.
    """
    inner: object = open_socket
    for _ in range(10):
        if isinstance(inner, _socket.socket):
            break
        wrapped = (getattr(inner, name, None) for name in ("socket", "_sock", "fd"))
        inner = next((part for part in wrapped if part is not None), None)
    try:
        if isinstance(inner, _socket.socket):
            _socket.socket.shutdown(inner, socket.SHUT_RDWR)
        else:
            with socket.socket(fileno=os.dup(open_socket.fileno())) as copy:
                copy.shutdown(socket.SHUT_RDWR)
    except OSError:  # closed already, or not connected any more
        return False
    except Exception:  # noqa: BLE001 - a wrapper may raise anything, and the thread must not end
        return False
    return True


class _Watcher:
    """The thread of one process that looks at the deadlines."""

    def __init__(self) -> None:
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        self._arrived: deque[Watch] = deque()
        # Taken while the thread sleeps; released to wake it when a watch is added.
        self._wake = threading.Lock()
        self._wake.acquire()
        self._running = threading.Lock()

    def add(self, watch: Watch) -> None:
        self._arrived.append(watch)
        if not self._running.locked():
            # No `threading.Thread`: its start() waits, and an interrupt there leaves it half registered.
            # At the end of the interpreter no thread can be started; the timeouts hold without one.
            with contextlib.suppress(RuntimeError):
                _thread.start_new_thread(self._run, ())
        with contextlib.suppress(RuntimeError):  # it is free: the thread is about to look
            self._wake.release()

    def _run(self) -> None:
        if not self._running.acquire(blocking=False):
            return  # two calls started one each
        try:
            watches: list[Watch] = []
            while True:
                while self._arrived:
                    watches.append(self._arrived.popleft())
                watches, wait = _look(watches)
                self._wake.acquire(timeout=wait)
        finally:
            self._running.release()


def _look(watches: list[Watch]) -> tuple[list[Watch], float]:
    """Cut what is due; return what is left, and in how many seconds to look again (-1 for "when one is added")."""
    now = monotonic()
    left = [watch for watch in watches if not (watch.over or (watch.ends <= now and watch.end()))]
    if not left:
        return left, -1
    first = min(watch.ends for watch in left)
    return left, min(max(first - now, _AGAIN), threading.TIMEOUT_MAX)


@lru_cache(maxsize=1)
def _watcher() -> _Watcher:
    return _Watcher()
