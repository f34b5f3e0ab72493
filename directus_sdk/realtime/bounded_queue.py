"""A bounded queue between a connection and the consumer of its events."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from directus_sdk.errors import DirectusError, SubscriptionEnded, Timeout
from directus_sdk.redaction.tracebacks import separate_error

T = TypeVar("T")

#: The maximum size of the messages in one queue, in bytes.
MAX_SIZE = 64 * 1024 * 1024


@attrs.frozen
class Dropped:
    """A place in the queue where `count` entries were dropped."""

    count: int


class BoundedQueue(Generic[T]):
    """Keeps up to `size` entries in order. While it is full, entries are dropped, and a `Dropped` holds their number.

    Args:
        size: The maximum number of entries.
        on_ready: Called, outside the lock, after an entry was added or the queue was closed.
    """

    def __init__(self, size: int, on_ready: Callable[[], None] | None = None) -> None:
        self._size = size
        self._entries: deque[tuple[T | Dropped, int]] = deque()
        self._weight = 0
        self._dropped = 0
        self._ended = False
        self._error: DirectusError | None = None
        # Its methods are C code: an exception of a signal handler in those of the condition could leave it taken.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self.on_ready = on_ready

    def put(self, entry: T, weight: int = 0) -> None:
        """Add an entry, or count it as dropped if the queue is full.

        Args:
            entry: The entry.
            weight: Its approximate size in bytes.
        """
        with self._lock:
            if self._ended:
                return
            full = len(self._entries) >= self._size or (self._entries and self._weight + weight > MAX_SIZE)
            if full:
                self._dropped += 1
            else:
                self._note_dropped()
                self._entries.append((entry, weight))
                self._weight += weight
                self._changed.notify()
        if self.on_ready is not None:
            self.on_ready()

    def _note_dropped(self) -> None:
        if self._dropped:
            self._entries.append((Dropped(self._dropped), 0))
            self._dropped = 0

    def get(self, timeout: float | None = None) -> T | Dropped:
        """Remove and return the next entry; wait for it if necessary.

        Args:
            timeout: The maximum number of seconds to wait; ``None`` waits for ever.

        Raises:
            Timeout: There was no entry in time.
            SubscriptionEnded: The queue was closed.
            DirectusError: The queue was closed because of this error.
        """
        with self._lock:
            self._changed.wait_for(lambda: self._entries or self._dropped or self._ended, timeout)
            if not self._entries:
                self._note_dropped()
            if self._entries:
                entry, weight = self._entries.popleft()
                self._weight -= weight
                return entry
            if self._error is not None:
                raise separate_error(self._error)
            if self._ended:
                raise SubscriptionEnded("the subscription has ended: it was closed, or the server has completed it")
            raise Timeout(f"no event within {timeout:g} s", sent=False)

    @property
    def ready(self) -> bool:
        """Whether `get` would return an entry at once."""
        return bool(self._entries or self._dropped)

    @property
    def ended(self) -> bool:
        """Whether the queue was closed."""
        return self._ended

    def end(self, error: DirectusError | None = None, *, discard: bool = False) -> None:
        """Close the queue; the entries in it can still be taken, unless they are discarded."""
        with self._lock:
            if discard:
                self._entries.clear()
                self._dropped = 0
            if not self._ended:
                self._ended, self._error = True, error
            self._changed.notify_all()
        if self.on_ready is not None:
            self.on_ready()
