"""One request for many threads that read the same: the first one sends it, the others wait for its response."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from dogpile.cache.api import CacheMutex

from directus_sdk.local.clock import monotonic
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.local.thread_lock import Latch

#: Seconds between two attempts to take the lock of the backend.
_INTERVAL = 0.02


class Leader(Latch):
    """The thread that sends a request, until it has the response."""

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()


class Turn(CacheMutex):
    """The turn of one read, for `dogpile.Lock`.

    Where the first thread has no response to share, the others do not queue up: all of them send their requests at once.

    Args:
        leaders: The leader for each key, shared by the threads of a process.
        key: The key of the read.
        timeout: For how many seconds to wait at most.
        shared: Returns the lock of the backend across processes, if there is one.
    """

    def __init__(self, leaders: dict[str, Leader], key: str, timeout: float, shared: Callable[[], Any]) -> None:
        self._leaders = leaders
        self._key = key
        self._timeout = timeout
        self._find_shared = shared
        self._shared: Any = None
        self._mine: Leader | None = None

    def acquire(self, wait: bool = True) -> bool:
        """Become the leader, or wait for the one that there is."""
        deadline = monotonic() + self._timeout
        self._mine = mine = Leader()
        leader = self._leaders.setdefault(self._key, mine)
        if leader is not mine:
            self._mine = None
            # Not for itself: a callback of on_event may read what is being read.
            if leader.thread != threading.get_ident() and not leader.wait(self._timeout):
                self._end(leader)  # an interrupt has left it, or it takes longer than this call may
        else:
            self._acquire_shared(deadline)
        return True

    def _acquire_shared(self, deadline: float) -> None:
        try:
            shared = self._find_shared()
            while shared is not None and monotonic() < deadline:
                if shared.acquire(False):
                    self._shared = shared
                    return
                time.sleep(_INTERVAL)
        except Exception as error:  # a lock that does not work must not stop anyone
            if is_interrupt(error):
                raise

    def release(self) -> None:
        """Let the waiting threads go on."""
        leader, self._mine = self._mine, None
        if leader is not None:
            self._end(leader)
        shared, self._shared = self._shared, None
        if shared is not None:
            with contextlib.suppress(Exception):  # it has expired
                shared.release()

    def _end(self, leader: Leader) -> None:
        if self._leaders.get(self._key) is leader:
            self._leaders.pop(self._key, None)
        leader.set()

    def locked(self) -> bool:
        """Whether a thread of this process is the leader."""
        return self._key in self._leaders
