"""Questions over a socket, and the answers to them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

from directus_sdk.errors import DirectusError, Timeout
from directus_sdk.json_types import JSONMapping
from directus_sdk.realtime.protocols import Incoming, Message


class _Pending:
    def __init__(self, uid: str) -> None:
        self.uid = uid
        self.done = threading.Event()
        self.message: Message = {}
        self.error: DirectusError | None = None


class Requests:
    """Sends one question at a time, since servers of version 11 do not say which one an error is about.

    Args:
        send: Sends a message.
    """

    def __init__(self, send: Callable[[JSONMapping], None]) -> None:
        self._send = send
        self._turn = threading.RLock()  # its own thread gets it again where an interrupt left it taken
        self._numbers = itertools.count(1)
        self._pending: _Pending | None = None

    def send(self, message: JSONMapping, timeout: float) -> Message:
        """Send a question and wait for its answer.

        Raises:
            Timeout: No answer in time.
            DirectusError: The server refused, or the connection broke.
        """
        with self._turn:
            self._pending = pending = _Pending(f"request-{next(self._numbers)}")
            try:
                self._send({**message, "uid": pending.uid})
                if not pending.done.wait(timeout):
                    raise Timeout(f"the server did not answer over the WebSocket within {timeout:g} s")
            finally:
                self._pending = None
            if pending.error is not None:
                raise pending.error
            return pending.message

    def claims(self, incoming: Incoming) -> bool:
        """Tell whether an error is the answer to the question that is open."""
        pending = self._pending
        if pending is None:
            return False
        return incoming.uid == pending.uid or (not incoming.uid and incoming.message.get("type") == "items")

    def answer(self, incoming: Incoming) -> None:
        """Hand an answer to the thread that waits for it."""
        pending = self._pending
        if pending is not None and (incoming.uid == pending.uid or self.claims(incoming)):
            pending.message, pending.error = incoming.message, incoming.error
            pending.done.set()

    def fail(self, error: DirectusError) -> None:
        """Let the open question fail."""
        pending = self._pending
        if pending is not None:
            pending.error = error
            pending.done.set()
