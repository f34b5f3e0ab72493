"""What the caller of `subscribe` gets."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Generic, TypeVar

from directus_sdk.errors import ConfigurationError, ConnectionFailed, DirectusError, SubscriptionEnded, Timeout
from directus_sdk.local import fork
from directus_sdk.realtime.bounded_queue import Dropped, Inbox
from directus_sdk.realtime.callback_threads import Listeners, Pool, Serial
from directus_sdk.realtime.events import RealtimeEvent
from directus_sdk.realtime.protocols import Incoming, Message
from directus_sdk.redaction.tracebacks import separate_error, without_locals

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

T = TypeVar("T")
logger = logging.getLogger("directus_sdk.realtime")

KINDS = ("init", "create", "update", "delete", "next", "reconnected", "overflow", "error")


@without_locals
class Subscription(Generic[T]):
    """The events of a subscription: iterate over it, ask for the `next` one, or have functions called with `on`.

    Events wait in a queue of limited length; what does not fit is counted, and the count is an event of its own.
    It is a context manager too, which closes it.

    Args:
        uid: Its name on the connection.
        request: What it asks the server for.
        collection: The collection, or ``""``.
        convert: Makes an event of a message; called by whoever takes the event.
        first: Whether the first answer of the server is an event.
        size: How many events wait for a slow consumer.
        pool: The threads for callbacks.
        release: Told once when it ends.
    """

    def __init__(
        self,
        uid: str,
        request: Message,
        collection: str,
        *,
        convert: Callable[[Incoming], RealtimeEvent[T]],
        first: bool,
        size: int,
        pool: Pool,
        release: Callable[[Subscription[T]], None],
    ) -> None:
        self.uid = uid
        self.request = request
        self.collection = collection
        self._convert = convert
        self._first = first
        self._release = release
        self._released = threading.Lock()
        self._begin(size, pool)
        self._confirmed = self._told_failure = False
        self._failure: DirectusError | None = None
        self._listeners = Listeners(KINDS)
        fork.register(self)

    def _begin(self, size: int, pool: Pool) -> None:
        self._inbox: Inbox[Incoming | RealtimeEvent[T]] = Inbox(size)
        self._serial = Serial(pool, self._step)
        self._settled = threading.Event()

    def _after_fork(self) -> None:
        self._begin(1, Pool(1))
        self._release = lambda ended: None
        self.end(ConnectionFailed("this subscription belongs to the parent process: subscribe again in this one", sent=False))

    # ------------------------------------------------------------------ for the caller
    def __iter__(self) -> Self:
        return self

    def __next__(self) -> RealtimeEvent[T]:
        try:
            return self.next()
        except SubscriptionEnded:
            raise StopIteration from None

    def next(self, timeout: float | None = None) -> RealtimeEvent[T]:
        """Return the next event, and wait for it if need be.

        Args:
            timeout: The most seconds to wait; ``None`` waits for ever.

        Raises:
            Timeout: No event came in time; the subscription goes on.
            SubscriptionEnded: The subscription was closed, or the server has completed it.
            ModelError: The items do not fit the model; the subscription goes on.
            DirectusError: The subscription has ended for this reason, such as a session that is over.
        """
        if self._inbox.on_ready is not None:
            raise ConfigurationError(
                "this subscription calls functions, which take its events; make another one to iterate over"
            )
        return self._take(timeout)

    def on(self, event: str, function: Callable[[RealtimeEvent[T]], object]) -> Callable[[], None]:
        """Have a function called with each event of a kind, in a thread of a pool, one after another.

        An exception in it is logged and stops nothing. From the first call on, events are no longer there to iterate
        over, and those that no function listens to are let go.

        Args:
            event: The kind of event, such as ``"create"``, ``"reconnected"`` or ``"error"``.
            function: Called with the `RealtimeEvent`.

        Returns:
            A function that takes it back.
        """
        remove = self._listeners.add(event, function)
        self._inbox.on_ready = self._serial.wake
        self._serial.wake()
        return remove

    def close(self) -> None:
        """End the subscription; whoever waits for an event, in any thread, stops waiting."""
        self._inbox.end(discard=True)
        self.end(None)

    @property
    def closed(self) -> bool:
        """Whether nothing more comes."""
        return self._inbox.ended

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self.closed else "open"
        return f"<{type(self).__name__} {self.uid} of {self.collection or 'GraphQL'}, {state}>"

    # ------------------------------------------------------------------ for the connection
    def confirmed(self, incoming: Incoming | None, lost_at: datetime | None) -> None:
        """Note that the server has taken the subscription."""
        if lost_at is not None:
            back_at = datetime.now(timezone.utc)
            self._put(RealtimeEvent(event="reconnected", lost_at=lost_at, back_at=back_at))
        if incoming is not None and self._first:
            self._inbox.put(incoming, incoming.size)
        self._confirmed = True
        self._settled.set()

    def deliver(self, incoming: Incoming) -> None:
        """Put an event into the queue."""
        self._inbox.put(incoming, incoming.size)

    def trouble(self, error: DirectusError) -> None:
        """Put an error into the queue."""
        if not self._confirmed:
            self.end(error)
        else:
            self._put(RealtimeEvent(event="error", error=error))

    def end(self, error: DirectusError | None) -> None:
        """End the subscription, because of an error or because it was closed."""
        self._failure = self._failure or error
        self._inbox.end(error)
        self._settled.set()
        if self._released.acquire(blocking=False):  # once only
            self._release(self)

    def wait(self, timeout: float) -> None:
        """Wait until the server has taken the subscription.

        Raises:
            DirectusError: It has not.
        """
        if not self._settled.wait(timeout):
            error = Timeout(f"the server did not answer the subscription within {timeout:g} s", sent=True)
            self.end(error)
            raise error
        if self._failure is not None and not self._confirmed:
            raise separate_error(self._failure)

    # ------------------------------------------------------------------ inside
    def _put(self, event: RealtimeEvent[T]) -> None:
        self._inbox.put(event)

    def _take(self, timeout: float | None) -> RealtimeEvent[T]:
        found = self._inbox.get(timeout)
        if isinstance(found, Dropped):
            found = RealtimeEvent(event="overflow", count=found.count)
        if isinstance(found, Incoming):
            return self._convert(found)
        return RealtimeEvent(
            event=found.event,
            collection=self.collection,
            uid=self.uid,
            lost_at=found.lost_at,
            back_at=found.back_at,
            count=found.count,
            error=found.error,
        )

    def _step(self) -> bool:
        """Call the functions for one event, and tell whether there may be more."""
        if not self._inbox.ready:
            failure = self._failure if self._inbox.ended and self._listeners.any("error") else None
            if failure is not None and not self._told_failure:
                self._told_failure = True
                event = RealtimeEvent[T](event="error", collection=self.collection, uid=self.uid, error=separate_error(failure))
                self._listeners.call("error", event)
            return False
        try:
            event = self._take(0)
        except (Timeout, SubscriptionEnded):
            return False
        except DirectusError as error:
            logger.warning("an event of %s cannot be read: %s", self.collection, error)
            event = RealtimeEvent(event="error", collection=self.collection, uid=self.uid, error=error)
        self._listeners.call(event.event, event)
        return True
