"""A refresh token on its way to its successor, which no interrupt of the caller loses."""

from __future__ import annotations

import _thread
import contextvars
import os
import threading
from collections.abc import Callable
from typing import Any

from directus_sdk.storage import Credentials


class Exchange:
    """The request of one refresh, made by a thread of its own.

    The server takes the old token at once. Ctrl-C or the time limit of a task strikes where a program waits, which is when
    the answer is on its way; if it ended the request, the new token would be lost and the session with it. Signal handlers
    run in the main thread only, so here the request comes to its end, and whoever refreshes next takes what it got.

    Args:
        spent: The record whose token is sent.
        work: Sends it and returns the new record.
        on_thread: Called with the thread that sends it, and with ``None`` when that is done.
    """

    def __init__(self, spent: Credentials, work: Callable[[], Credentials], on_thread: Callable[[int | None], None]) -> None:
        self.spent = spent
        self._work = work
        self._on_thread = on_thread
        self._by: dict[str, object] = {}
        self._process = os.getpid()
        self._outcome: Credentials | BaseException | None = None
        self._done = threading.Lock()
        self._done.acquire()

    def run(self) -> Credentials:
        """Make the request and return the new record, or raise its error."""
        # With the context of the caller, which listeners may read.
        context = contextvars.copy_context()
        try:
            # No `threading.Thread`: its start() waits, and an interrupt there leaves it half registered.
            _thread.start_new_thread(context.run, (self._run,))
        except RuntimeError:  # no thread can be started at the end of the interpreter
            self._run()
        return self.wait()

    def wait(self) -> Credentials:
        """Return the new record when the request has come to its end, or raise its error."""
        self._done.acquire()
        self._done.release()
        outcome: Any = self._outcome
        if isinstance(outcome, BaseException):
            raise outcome
        found: Credentials = outcome
        return found

    def result(self) -> Credentials | None:
        """Return the new record of a request that was left behind, or ``None`` if it was never made or got none."""
        # A request that was not begun is not made any more. A forked child has no such thread.
        if self._process != os.getpid() or self._by.setdefault("by", self) is self:
            return None
        self._done.acquire()
        self._done.release()
        return self._outcome if isinstance(self._outcome, Credentials) else None

    def _run(self) -> None:
        me = object()
        if self._by.setdefault("by", me) is not me:
            return
        try:
            self._on_thread(threading.get_ident())
            self._outcome = self._work()
        except BaseException as error:  # noqa: BLE001 - it is raised where the record is waited for
            self._outcome = error
        finally:
            self._on_thread(None)
            self._done.release()
