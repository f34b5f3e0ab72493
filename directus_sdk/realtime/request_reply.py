"""Requests over a WebSocket, and the responses to them."""

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


class RequestReply:
    """Sends one request at a time, because servers of version 11 do not say which one an error is about.

    Args:
        send: Sends a message.
    """

    def __init__(self, send: Callable[[JSONMapping], None]) -> None:
        self._send = send
        self._turn = threading.RLock()  # an interrupt may leave it taken, and its own thread can take it again
        self._numbers = itertools.count(1)
        self._pending: _Pending | None = None

    def send(self, message: JSONMapping, timeout: float) -> Message:
        """Send a request and wait for its response.

        Raises:
            Timeout: No response in time.
            DirectusError: The server refused, or the connection broke.
        """
        with self._turn:
            self._pending = pending = _Pending(f"request-{next(self._numbers)}")
            try:
                self._send({**message, "uid": pending.uid})
                if not pending.done.wait(timeout):
                    raise Timeout(f"the server did not respond over the WebSocket within {timeout:g} s")
            finally:
                self._pending = None
            if pending.error is not None:
                raise pending.error
            return pending.message

    def resolve(self, incoming: Incoming) -> bool:
        """Pass a response to the thread that waits for it; return whether the message was a response."""
        pending = self._pending
        if incoming.kind not in ("reply", "error"):
            return False
        is_unnamed = not incoming.uid and incoming.message.get("type") == "items"
        if pending is None or not (is_unnamed or incoming.uid == pending.uid):
            return incoming.kind == "reply"
        pending.message, pending.error = incoming.message, incoming.error
        pending.done.set()
        return True

    def fail(self, error: DirectusError) -> None:
        """Let the pending request fail."""
        pending = self._pending
        if pending is not None:
            pending.error = error
            pending.done.set()
