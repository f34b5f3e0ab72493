"""A refresh token on its way to its successor, which no interrupt of the caller loses."""

from __future__ import annotations

import _thread
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import attrs

from directus_sdk.auth import credentials as records
from directus_sdk.auth.base import Sender
from directus_sdk.auth.storage import Credentials

#: Seconds between two looks whether the request has come to its end.
_LOOK = 0.1


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
        self._bell = threading.Lock()
        self._bell.acquire()

    def run(self) -> Credentials:
        """Make the request and return the new record, or raise its error."""
        import contextvars

        # With the context of the caller, which listeners may read.
        context = contextvars.copy_context()
        try:
            # No `threading.Thread`: its start() waits, and an interrupt there leaves it half registered.
            _thread.start_new_thread(context.run, (self._run,))
        except RuntimeError:  # no thread can be started at the end of the interpreter
            self._run()
        outcome: Any = self._wait()
        if isinstance(outcome, BaseException):
            raise outcome
        found: Credentials = outcome
        return found

    def result(self) -> Credentials | None:
        """Return the new record of a request that was left behind, or ``None`` if it was never made or got none."""
        # A request that was not begun is not made any more. A forked child has no such thread.
        if self._process != os.getpid() or self._by.setdefault("by", self) is self:
            return None
        outcome = self._wait()
        return outcome if isinstance(outcome, Credentials) else None

    def _wait(self) -> Credentials | BaseException:
        while self._outcome is None:
            # An interrupt between the two keeps the bell; the outcome is there nevertheless.
            if self._bell.acquire(timeout=_LOOK):
                self._bell.release()
            else:
                # An exception that another thread raises in this one may end the new one before its first step: until
                # then it has the same number. Where it has begun, this does nothing.
                self._run()
        return self._outcome

    def _run(self) -> None:
        me = object()
        if self._by.setdefault("by", me) is not me:
            return
        outcome: Credentials | BaseException
        try:
            self._on_thread(threading.get_ident())
            outcome = self._work()
        except BaseException as error:  # noqa: BLE001 - it is raised where the record is waited for
            outcome = error
        self._on_thread(None)
        self._outcome = outcome
        self._bell.release()


def buy(sender: Sender, spent: Credentials, max_elapsed: float) -> Credentials:
    """Send a refresh token and return the record of its successor."""
    body, headers = records.spend(spent)
    sent_at = time.time()
    # Asking again does no harm: if the server has taken the token already, its successor is lost anyway.
    answer = sender("POST", "/auth/refresh", json=body, headers=headers, retryable=True, max_elapsed=max_elapsed)
    return attrs.evolve(records.from_answer(answer, sent_at, spent.mode), user=spent.user)
