"""The subscriptions of one connection."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from directus_sdk.errors import ConnectionFailed, DirectusError, RateLimited, Timeout
from directus_sdk.local.clock import monotonic
from directus_sdk.realtime.protocols import Incoming, Message, SocketProtocol, wait_of


class Subscriber(Protocol):
    """What a connection needs of a subscription. Its methods are called by the connection's thread and never block."""

    uid: str
    request: Message

    def confirmed(self, incoming: Incoming | None, lost_at: datetime | None) -> None:
        """The server confirmed the subscription; after a loss `lost_at` is when the server was last heard before."""

    def deliver(self, incoming: Incoming) -> None:
        """An event arrived."""

    def report(self, error: DirectusError) -> None:
        """An error occurred, and the subscription continues."""

    def end(self, error: DirectusError | None) -> None:
        """No more events will arrive."""


class Registrations:
    """Requests the subscriptions of one connection, again after each reconnect, and passes on what the server sends.

    Servers of version 11 do not say which subscription an error is about. So one subscription is requested at a time.

    Args:
        protocol: The protocol of the connection.
        timeout: Seconds within which the server must confirm a subscription.
        send: Sends a message; raises `ConnectionFailed` where the connection is lost.
        lock: The lock of the connection.
    """

    def __init__(
        self, protocol: SocketProtocol, timeout: float, send: Callable[[Message], None], lock: threading.RLock
    ) -> None:
        self._protocol = protocol
        self._timeout = timeout
        self._send = send
        self._lock = lock
        self._active = False
        self._subscribers: dict[str, Subscriber] = {}
        self._confirmed: set[str] = set()
        self._lost_at: dict[str, datetime] = {}
        self._queue: deque[Subscriber] = deque()
        self._requested: Subscriber | None = None
        #: When the confirmation of the requested subscription, or the pause of a rate limit, is over.
        self.deadline: float | None = None

    # ------------------------------------------------------------------ for the connection
    def resume(self) -> None:
        """Begin to request the subscriptions: there is a connection."""
        with self._lock:
            self._active = True
            self._request_next()

    def suspend(self, heard_at: datetime) -> None:
        """Stop until `resume`: the connection was lost, and the server was last heard at `heard_at`."""
        with self._lock:
            self._active = False
            self._requested = self.deadline = None
            self._queue = deque(self._subscribers.values())
            for uid in self._confirmed:
                self._lost_at.setdefault(uid, heard_at)
            self._confirmed.clear()

    def add(self, subscriber: Subscriber) -> None:
        """Request a subscription as soon as possible."""
        with self._lock:
            self._subscribers[subscriber.uid] = subscriber
            self._queue.append(subscriber)
            self._request_next()

    def remove(self, subscriber: Subscriber) -> None:
        """Cancel a subscription."""
        with self._lock:
            if self._forget(subscriber) and self._active:
                with contextlib.suppress(ConnectionFailed):
                    self._send(self._protocol.unsubscribe(subscriber.uid))
                self._request_next()

    def report(self, error: DirectusError) -> None:
        """Report an error to every subscription."""
        with self._lock:
            for subscriber in list(self._subscribers.values()):
                subscriber.report(error)

    def end(self, error: DirectusError | None) -> None:
        """End every subscription."""
        with self._lock:
            subscribers = list(self._subscribers.values())
            self._queue.clear()
        for subscriber in subscribers:
            subscriber.end(error)

    def check_deadline(self) -> None:
        """Report a subscription that was not confirmed in time, and request the next one."""
        if self.deadline is None or monotonic() < self.deadline:
            return
        with self._lock:
            self.deadline = None
            subscriber, self._requested = self._requested, None
            if subscriber is not None:
                if subscriber.uid in self._lost_at:  # confirmed before the loss: its user relies on it
                    self._queue.append(subscriber)
                subscriber.report(Timeout(f"the server did not confirm the subscription within {self._timeout:g} s"))
            self._request_next()

    def handle(self, incoming: Incoming) -> None:
        """Pass on a message of the server."""
        kind, confirms = incoming.kind, self._protocol.confirms
        with self._lock:
            subscriber = self._subscribers.get(incoming.uid)
            if kind == "pong":
                if not confirms and self._requested is not None:
                    self._confirm(self._requested, None)
            elif kind == "error" and incoming.error is not None:
                self._refuse(incoming.error, incoming.uid, subscriber)
            elif subscriber is None:
                return
            elif kind == "confirmed":
                self._confirm(subscriber, incoming)
            elif kind == "event":
                if not confirms and self._requested is subscriber:
                    self._confirm(subscriber, None)
                subscriber.deliver(incoming)
            elif kind == "complete":
                self._drop(subscriber, None)

    # ------------------------------------------------------------------ with the lock
    def _confirm(self, subscriber: Subscriber, incoming: Incoming | None) -> None:
        self._confirmed.add(subscriber.uid)
        lost_at = self._lost_at.pop(subscriber.uid, None)
        self._settle(subscriber)
        subscriber.confirmed(incoming, lost_at)
        self._request_next()

    def _refuse(self, error: DirectusError, uid: str, subscriber: Subscriber | None) -> None:
        requested = self._requested if not uid or subscriber is self._requested else None
        if requested is not None and isinstance(error, RateLimited):
            self._requested = None
            self._queue.appendleft(requested)
            self.deadline = monotonic() + wait_of(error)
        elif requested is not None:
            self._drop(requested, error)
        elif subscriber is None:
            self.report(error)
        elif self._protocol.confirms:
            subscriber.report(error)
        else:
            self._drop(subscriber, error)

    def _drop(self, subscriber: Subscriber, error: DirectusError | None) -> None:
        self._forget(subscriber)
        subscriber.end(error)
        self._request_next()

    def _forget(self, subscriber: Subscriber) -> bool:
        self._confirmed.discard(subscriber.uid)
        self._lost_at.pop(subscriber.uid, None)
        if subscriber in self._queue:
            self._queue.remove(subscriber)
        self._settle(subscriber)
        return self._subscribers.pop(subscriber.uid, None) is not None

    def _settle(self, subscriber: Subscriber) -> None:
        if self._requested is subscriber:
            self._requested = self.deadline = None

    def _request_next(self) -> None:
        paused = self.deadline is not None and monotonic() < self.deadline
        if not self._active or self._requested is not None or not self._queue or paused:
            return
        self._requested = subscriber = self._queue.popleft()
        self.deadline = monotonic() + self._timeout
        with contextlib.suppress(ConnectionFailed):  # the connection's thread notices too, and all are requested again
            for message in self._protocol.subscribe(subscriber.uid, subscriber.request):
                self._send(message)
