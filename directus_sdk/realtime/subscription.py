"""A subscription: the events that a connection delivers to the caller of `subscribe`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TypeVar

import attrs

from directus_sdk.errors import ConfigurationError, ConnectionFailed, DirectusError, SubscriptionEnded, Timeout
from directus_sdk.local import fork
from directus_sdk.local.thread_lock import Latch
from directus_sdk.realtime.blocking_iterator import BlockingIterator
from directus_sdk.realtime.bounded_queue import BoundedQueue, Dropped
from directus_sdk.realtime.callback_threads import CallbackThreads, Listeners, SerialRunner
from directus_sdk.realtime.events import RealtimeEvent
from directus_sdk.realtime.protocols import Incoming, Message
from directus_sdk.redaction.tracebacks import separate_error, without_locals

T = TypeVar("T")
logger = logging.getLogger("directus_sdk.realtime")

KINDS = ("init", "create", "update", "delete", "next", "reconnected", "overflow", "error")


@without_locals
class Subscription(BlockingIterator[RealtimeEvent[T]]):
    """The events of a subscription: iterate over it, call `next`, or register callbacks with `on`.

    Events wait in a bounded queue; those that do not fit are dropped, and an event ``"overflow"`` holds their number.
    It is a context manager, which closes it.

    Args:
        uid: Its name on the connection.
        request: What the server is asked for.
        collection: The collection, or ``""``.
        convert: Makes an event of a message; called in the thread that takes the event.
        first: Whether the first response of the server is an event.
        size: The maximum number of events that wait.
        threads: The threads for callbacks.
        release: Called when it ends, and again when it is closed after that.
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
        threads: CallbackThreads,
        release: Callable[[Subscription[T]], None],
    ) -> None:
        self.uid = uid
        self.request = request
        self.collection = collection
        self._convert = convert
        self._first = first
        self._release = release
        self._begin(size, threads)
        self._confirmed = self._failure_reported = False
        self._failure: DirectusError | None = None
        self._listeners = Listeners(KINDS)
        fork.register(self)

    def _begin(self, size: int, threads: CallbackThreads) -> None:
        self._queue: BoundedQueue[Incoming | RealtimeEvent[T]] = BoundedQueue(size)
        self._runner = SerialRunner(threads, self._step)
        self._settled = Latch()

    def _after_fork(self) -> None:
        self._begin(1, CallbackThreads(1))
        self._release = lambda ended: None
        self.end(ConnectionFailed("this subscription belongs to the parent process: subscribe again in this one", sent=False))

    # ------------------------------------------------------------------ for the caller
    def next(self, timeout: float | None = None) -> RealtimeEvent[T]:
        """Return the next event; wait for it if necessary.

        Args:
            timeout: The maximum number of seconds to wait; ``None`` waits for ever.

        Returns:
            The event, whose ``event`` is ``"init"`` for the first one.

        Raises:
            Timeout: There was no event in time; the subscription continues.
            SubscriptionEnded: The subscription was closed, or the server has completed it.
            ModelError: The items do not fit the model; the subscription continues.
            DirectusError: The subscription has ended for this reason, such as an expired session.
        """
        if self._queue.on_ready is not None:
            raise ConfigurationError("the callbacks of this subscription take its events; make another one to iterate over")
        return self._take(timeout)

    def on(self, event: str, function: Callable[[RealtimeEvent[T]], object]) -> Callable[[], None]:
        """Register a callback for a kind of event. Callbacks run in background threads, one at a time.

        An exception in it is logged and does not end the subscription. From the first `on` on, the subscription cannot be
        iterated over, and events without a callback are discarded.

        Args:
            event: The kind of event, such as ``"create"``, ``"reconnected"`` or ``"error"``.
            function: Called with the `RealtimeEvent`.

        Returns:
            A function that removes the callback.
        """
        remove = self._listeners.add(event, function)
        self._queue.on_ready = self._runner.wake
        self._runner.wake()
        return remove

    def close(self) -> None:
        """End the subscription; threads that wait for an event stop waiting."""
        self._queue.end(discard=True)
        self.end(None)

    @property
    def closed(self) -> bool:
        """Whether the subscription has ended."""
        return self._queue.ended

    def __repr__(self) -> str:
        state = "closed" if self.closed else "open"
        return f"<{type(self).__name__} {self.uid} of {self.collection or 'GraphQL'}, {state}>"

    # ------------------------------------------------------------------ for the connection
    def confirmed(self, incoming: Incoming | None, lost_at: datetime | None) -> None:
        """Note that the server has confirmed the subscription."""
        if lost_at is not None:
            back_at = datetime.now(timezone.utc)
            self._queue.put(RealtimeEvent(event="reconnected", lost_at=lost_at, back_at=back_at))
        if incoming is not None and self._first:
            self._queue.put(incoming, incoming.size)
        self._confirmed = True
        self._settled.set()

    def deliver(self, incoming: Incoming) -> None:
        """Put an event into the queue."""
        self._queue.put(incoming, incoming.size)

    def report(self, error: DirectusError) -> None:
        """Put an error into the queue."""
        if not self._confirmed:
            self.end(error)
        else:
            self._queue.put(RealtimeEvent(event="error", error=error))

    def end(self, error: DirectusError | None) -> None:
        """End the subscription, because of an error or because it is closed."""
        self._failure = self._failure or error
        self._queue.end(error)
        self._settled.set()
        self._release(self)

    def wait(self, timeout: float) -> None:
        """Wait until the server has confirmed the subscription.

        Raises:
            DirectusError: It has not confirmed it.
        """
        if not self._settled.wait(timeout):
            error = Timeout(f"the server did not confirm the subscription within {timeout:g} s", sent=True)
            self.end(error)
            raise error
        if self._failure is not None and not self._confirmed:
            raise separate_error(self._failure)

    # ------------------------------------------------------------------ inside
    def _take(self, timeout: float | None) -> RealtimeEvent[T]:
        entry = self._queue.get(timeout)
        if isinstance(entry, Incoming):
            return self._convert(entry)
        if isinstance(entry, Dropped):
            entry = RealtimeEvent(event="overflow", count=entry.count)
        return attrs.evolve(entry, collection=self.collection, uid=self.uid)

    def _step(self) -> bool:
        """Call the callbacks for one event; return whether there may be more."""
        if not self._queue.ready:
            failure = self._failure if self._queue.ended and self._listeners.any("error") else None
            if failure is not None and not self._failure_reported:
                self._failure_reported = True
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
        except Exception:  # a warning that the user's filters make an error: it would end the thread
            logger.exception("an event of %s cannot be read", self.collection)
            return True
        self._listeners.call(event.event, event)
        return True
