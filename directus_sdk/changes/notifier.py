"""The door bell of a feed: a subscription that only says that there is something to read, and that may be missing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from directus_sdk.errors import ConfigurationError, DirectusError, Forbidden, NotSupported
from directus_sdk.local import fork
from directus_sdk.local.clock import monotonic
from directus_sdk.realtime.connection import Connection
from directus_sdk.realtime.connection_manager import Hub
from directus_sdk.realtime.protocols import Incoming, Message

logger = logging.getLogger("directus_sdk.realtime")

#: What will not be otherwise the next time.
_FINAL = (NotSupported, ConfigurationError, Forbidden, ImportError)


class _Ringer:
    """What the connection tells."""

    def __init__(self, uid: str, request: Message, ring: Callable[[], None]) -> None:
        self.uid = uid
        self.request = request
        self.settled = threading.Event()
        self.taken = self.ended = False
        self.error: DirectusError | None = None
        self._ring = ring

    def confirmed(self, incoming: Incoming | None, lost_at: datetime | None) -> None:
        """Ring: something may have happened before."""
        self.taken = True
        self.settled.set()
        self._ring()

    def deliver(self, incoming: Incoming) -> None:
        """Ring."""
        self._ring()

    def trouble(self, error: DirectusError) -> None:
        """Ring: an event may have been lost. Before the server has taken the subscription it is the end."""
        if self.taken:
            self._ring()
        else:
            self.end(error)

    def end(self, error: DirectusError | None) -> None:
        """Ring for the last time."""
        if not self.ended:
            self.error, self.ended = error, True
        self.settled.set()
        self._ring()


class Bell:
    """Hangs on the client's connection while there is one, and is hung again when it has fallen down.

    Nothing here waits for the server: the connection is made in its own thread, and the feed is read meanwhile.

    Args:
        hub: The sockets of the client.
        collection: What is watched.
        primary_key: The name of its primary key.
        ring: Called, by the connection's thread, when there may be something to read.
        interval: How many seconds after a fall it is hung again.
    """

    def __init__(self, hub: Hub, collection: str, primary_key: str, ring: Callable[[], None], interval: float) -> None:
        self._hub, self._collection, self._ring, self._interval = hub, collection, ring, interval
        self._request: Message = {"collection": collection, "query": {"fields": [primary_key], "limit": 1}}
        self._closed = False
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        self._hung: tuple[Connection, _Ringer] | None = None
        self._lock = threading.RLock()
        self._next_at = 0.0

    @property
    def rings(self) -> bool:
        """Whether the server has taken the subscription."""
        hung = self._hung
        return hung is not None and hung[1].taken and not hung[1].ended

    def hang(self) -> None:
        """Hang it, unless it hangs already or has just fallen down; take it down if it has."""
        hung = self._hung
        if hung is not None:
            connection, ringer = hung
            if not ringer.ended:
                return
            self._take_down()
            self._fell(ringer.error or connection.failure)
        elif monotonic() >= self._next_at:
            ringer = _Ringer(self._hub.new_uid(), self._request, self._ring)
            try:
                connection = self._hub.attach(ringer)
            except (DirectusError, ImportError) as error:
                error.__traceback__ = None  # the sockets keep it, and its frames would keep a feed that is forgotten
                self._fell(error)
                return
            with self._lock:
                self._hung = (connection, ringer)
            if self._closed:  # by another thread, which may have come too early to see it
                self._take_down()

    def settle(self, timeout: float) -> None:
        """Wait until the server has taken it, or has not; no longer than so many seconds."""
        hung = self._hung
        if hung is not None and hung[1].settled.wait(timeout):
            self.hang()

    def close(self) -> None:
        """Take it down for good."""
        self._closed = True
        self._take_down()

    def _take_down(self) -> None:
        with self._lock:
            hung, self._hung = self._hung, None
        if hung is not None:
            self._hub.let_go(*hung)

    def _fell(self, error: DirectusError | ImportError | None) -> None:
        final = isinstance(error, _FINAL)
        self._next_at = float("inf") if final else monotonic() + self._interval
        how = f"every {self._interval:g} s" if final else "for now"
        logger.info("%s is polled %s: %s", self._collection, how, error or "the connection was closed")
