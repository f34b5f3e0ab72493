"""The request of a refresh, which is completed even where its caller is interrupted."""

from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Callable

import attrs

from directus_sdk.auth import credentials as records
from directus_sdk.auth.authorizer import Sender
from directus_sdk.auth.credentials import Credentials

#: Seconds between two checks whether the request has been completed.
_INTERVAL = 0.1


class Exchange:
    """The request of one refresh, made by a thread of its own.

    The server invalidates the old token at once. Ctrl-C or the time limit of a task strikes where a program waits, which is
    during this request. If it ended the request, the new token would be lost, and the session with it. Signal handlers run in
    the main thread only, so in another thread the request is completed, and the next refresh takes its result.

    Args:
        spent: The record whose token is sent.
        refresh: Sends it and returns the new record.
        on_thread: Called with the number of the thread that sends it, and with ``None`` afterwards.
    """

    def __init__(self, spent: Credentials, refresh: Callable[[], Credentials], on_thread: Callable[[int | None], None]) -> None:
        self.spent = spent
        self._refresh = refresh
        self._on_thread = on_thread
        self._first: dict[str, object] = {}  # `dict.setdefault` admits one thread
        self._outcome: Credentials | BaseException | None = None
        self._done = threading.Lock()
        self._done.acquire()

    def run(self) -> Credentials:
        """Make the request and return the new record, or raise its error."""
        import contextvars

        # In the context of the caller, because callbacks of `on_event` may read it.
        context = contextvars.copy_context()
        try:
            # Not a `threading.Thread`: its start() waits, and an interrupt there leaves it partly registered.
            _thread.start_new_thread(context.run, (self._run,))
        except RuntimeError:  # no thread can be started at the end of the interpreter
            self._run()
        outcome = self._wait()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def result(self) -> Credentials | None:
        """Return the new record of a request whose caller was interrupted, or ``None`` if it was not sent or failed."""
        if self._first.setdefault("", self) is self:  # it was not begun, and now it never is
            return None
        outcome = self._wait()
        return outcome if isinstance(outcome, Credentials) else None

    def _wait(self) -> Credentials | BaseException:
        while self._outcome is None:
            # An interrupt between the two keeps the lock; the outcome is there nevertheless.
            if self._done.acquire(timeout=_INTERVAL):
                self._done.release()
            else:
                # An exception that another thread raises in this one may end the new one before its first step: until
                # then both have the same number. Where the request has begun, this does nothing.
                self._run()
        return self._outcome

    def _run(self) -> None:
        me = object()
        if self._first.setdefault("", me) is not me:
            return
        outcome: Credentials | BaseException
        try:
            self._on_thread(threading.get_ident())
            outcome = self._refresh()
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits for the record
            outcome = error
        self._on_thread(None)
        self._outcome = outcome
        self._done.release()


def send_refresh(sender: Sender, spent: Credentials, max_elapsed: float) -> Credentials:
    """Send a refresh token and return the record with its successor."""
    body, headers = records.refresh_body(spent)
    sent_at = time.time()
    # Retrying does no harm: if the server has taken the token already, its successor is lost anyway.
    result = sender("POST", "/auth/refresh", json=body, headers=headers, retryable=True, max_elapsed=max_elapsed)
    return attrs.evolve(records.from_response(result, sent_at, spent.mode), user=spent.user, id=spent.id)
