"""Wake-up notifications for a change feed: a subscription that only says when to read, and that may be missing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from directus_sdk.errors import ConfigurationError, DirectusError, Forbidden, NotSupported
from directus_sdk.local import fork
from directus_sdk.local.clock import monotonic
from directus_sdk.local.thread_lock import Latch
from directus_sdk.realtime.connection import Connection
from directus_sdk.realtime.connection_manager import ConnectionManager
from directus_sdk.realtime.protocols import Incoming, Message

logger = logging.getLogger("directus_sdk.realtime")

#: Errors after which it is useless to subscribe again.
_FINAL = (NotSupported, ConfigurationError, Forbidden, ImportError)


class _WakeUp:
    """A subscriber that calls `wake` for everything that happens."""

    def __init__(self, uid: str, request: Message, wake: Callable[[], None]) -> None:
        self.uid = uid
        self.request = request
        self.settled = Latch()
        self.active = self.ended = False
        self.error: DirectusError | None = None
        self._wake = wake

    def confirmed(self, incoming: Incoming | None, lost_at: datetime | None) -> None:
        """Wake the feed: there may be changes from before."""
        self.active = True
        self.settled.set()
        self._wake()

    def deliver(self, incoming: Incoming) -> None:
        """Wake the feed."""
        self._wake()

    def report(self, error: DirectusError) -> None:
        """Wake the feed: an event may have been lost. Before the confirmation, an error ends the subscription."""
        if self.active:
            self._wake()
        else:
            self.end(error)

    def end(self, error: DirectusError | None) -> None:
        """Wake the feed for the last time."""
        if not self.ended:
            self.error, self.ended, self.active = error, True, False
        self.settled.set()
        self._wake()


class Notifier:
    """Subscribes on the client's connection, and again after the subscription has ended.

    It never waits for the server: another thread connects, and meanwhile the feed reads.

    Args:
        manager: The connections of the client.
        collection: The collection.
        primary_key: The name of its primary key.
        interval: Seconds before it subscribes again.
    """

    def __init__(self, manager: ConnectionManager, collection: str, primary_key: str, interval: float) -> None:
        self._manager, self._collection, self._interval = manager, collection, interval
        self._request: Message = {"collection": collection, "query": {"fields": [primary_key], "limit": 1}}
        self._closed = False
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        self._subscribed: tuple[Connection, _WakeUp] | None = None
        self._lock = threading.RLock()
        self._event = threading.Event()
        self._next_at = 0.0

    @property
    def active(self) -> bool:
        """Whether the server has confirmed the subscription."""
        subscribed = self._subscribed
        return subscribed is not None and subscribed[1].active

    def clear(self) -> None:
        """Forget earlier notifications."""
        self._event.clear()

    def wait(self, timeout: float) -> None:
        """Wait for a notification since `clear`."""
        self._event.wait(timeout)

    def subscribe(self) -> None:
        """Subscribe, unless it is subscribed, or the subscription has ended less than `interval` seconds ago."""
        subscribed = self._subscribed
        if subscribed is not None:
            connection, subscriber = subscribed
            if subscriber.ended:
                self._unsubscribe()
                self._pause(subscriber.error or connection.failure)
        elif monotonic() >= self._next_at:
            subscriber = _WakeUp(self._manager.new_uid(), self._request, self._event.set)
            try:
                connection = self._manager.attach(subscriber)
            except (DirectusError, ImportError) as error:
                error.__traceback__ = None  # the connection keeps the error, and its frames would keep a feed without users
                self._pause(error)
                return
            with self._lock:
                self._subscribed = (connection, subscriber)
            if self._closed:  # by another thread, before it could see the subscription
                self._unsubscribe()

    def settle(self, timeout: float) -> None:
        """Wait until the server has confirmed or refused the subscription."""
        subscribed = self._subscribed
        if subscribed is not None and subscribed[1].settled.wait(timeout):
            self.subscribe()

    def close(self) -> None:
        """Unsubscribe for good, and notify."""
        self._closed = True
        self._event.set()
        self._unsubscribe()

    def _unsubscribe(self) -> None:
        with self._lock:
            subscribed, self._subscribed = self._subscribed, None
        if subscribed is not None:
            self._manager.detach(*subscribed)

    def _pause(self, error: DirectusError | ImportError | None) -> None:
        final = isinstance(error, _FINAL)
        self._next_at = float("inf") if final else monotonic() + self._interval
        how = f"every {self._interval:g} s" if final else "for now"
        logger.info("%s is polled %s: %s", self._collection, how, error or "the connection was closed")
