"""A bounded queue between a connection and whoever takes its events."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from directus_sdk.errors import DirectusError, SubscriptionEnded, Timeout
from directus_sdk.redaction.tracebacks import separate_error

T = TypeVar("T")

#: The most bytes of messages that wait in one queue, however few they are.
MAX_WAITING = 64 * 1024 * 1024


@attrs.frozen
class Dropped:
    """Stands in the queue where entries were dropped."""

    count: int


class Inbox(Generic[T]):
    """Keeps up to `size` entries in order; what comes while it is full is counted, and the count is handed out.

    Args:
        size: How many entries it holds.
        on_ready: Called, outside the lock, after an entry or the end has come.
    """

    def __init__(self, size: int, on_ready: Callable[[], None] | None = None) -> None:
        self._size = size
        self._entries: deque[tuple[T | Dropped, int]] = deque()
        self._waiting = 0
        self._dropped = 0
        self._ended = False
        self._error: DirectusError | None = None
        self._changed = threading.Condition()
        self.on_ready = on_ready

    def put(self, entry: T, weight: int = 0) -> None:
        """Add an entry, or count it as dropped if there is no room.

        Args:
            entry: The entry.
            weight: About how many bytes it takes.
        """
        with self._changed:
            if self._ended:
                return
            full = len(self._entries) >= self._size or (self._entries and self._waiting + weight > MAX_WAITING)
            if full:
                self._dropped += 1
            else:
                self._note_dropped()
                self._entries.append((entry, weight))
                self._waiting += weight
                self._changed.notify()
        if self.on_ready is not None:
            self.on_ready()

    def _note_dropped(self) -> None:
        if self._dropped:
            self._entries.append((Dropped(self._dropped), 0))
            self._dropped = 0

    def get(self, timeout: float | None = None) -> T | Dropped:
        """Take the next entry, and wait for it if need be.

        Args:
            timeout: The most seconds to wait; ``None`` waits for ever.

        Raises:
            Timeout: Nothing came in time.
            SubscriptionEnded: The queue was closed.
            DirectusError: The queue was closed because of this error.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._entries or self._dropped or self._ended, timeout)
            if not self._entries:
                self._note_dropped()
            if self._entries:
                entry, weight = self._entries.popleft()
                self._waiting -= weight
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
        """Whether nothing more comes."""
        return self._ended

    def end(self, error: DirectusError | None = None, *, discard: bool = False) -> None:
        """Close the queue; what waits is still handed out, unless it is discarded."""
        with self._changed:
            if discard:
                self._entries.clear()
                self._dropped = 0
            if not self._ended:
                self._ended, self._error = True, error
            self._changed.notify_all()
        if self.on_ready is not None:
            self.on_ready()
