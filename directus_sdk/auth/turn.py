"""One thread at a time renews a session, and the threads that waited take what it got, be it an error."""

from __future__ import annotations

import contextlib
import copy
import os
import threading
from collections.abc import Iterator

from directus_sdk.errors import ConfigurationError, DirectusError, StorageError


class Turn:
    """A lock that knows its holder, is new in a forked child, and remembers how the last attempt ended.

    A child that was forked while another thread of its parent held the lock would wait for ever: that thread does not
    exist there. So every process has a lock of its own.

    Attributes:
        attempts: How many attempts have ended.
    """

    def __init__(self) -> None:
        self._locks: dict[int, threading.Lock] = {}
        self._holder: tuple[int, int] | None = None
        self._failure: DirectusError | None = None
        self.attempts = 0

    def _lock(self) -> threading.Lock:
        # setdefault is atomic: two threads get the same lock.
        return self._locks.setdefault(os.getpid(), threading.Lock())

    @property
    def mine(self) -> bool:
        """Whether this thread holds it: a listener or ``credentials()`` that uses the client in between."""
        return self._holder == (os.getpid(), threading.get_ident())

    @property
    def taken(self) -> bool:
        """Whether any thread of this process holds it."""
        return self._lock().locked()

    @contextlib.contextmanager
    def hold(self, timeout: float) -> Iterator[None]:
        """Wait for the turn and hold it.

        Args:
            timeout: How many seconds to wait.

        Raises:
            ConfigurationError: This thread holds it already.
            StorageError: The others did not let it go in time.
        """
        if self.mine:
            raise ConfigurationError(
                "the session is being renewed by this very call: credentials() and listeners of on_event must not sign "
                "the same client in or out"
            )
        lock = self._lock()
        if not lock.acquire(timeout=timeout):
            raise StorageError(f"another thread has been signing in or refreshing the token for {timeout:g} s")
        try:
            self._holder = (os.getpid(), threading.get_ident())
            yield
        finally:
            self._holder = None
            lock.release()

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Count what is done inside as an attempt, and keep its error for those who wait."""
        self._failure = None
        try:
            yield
        except DirectusError as error:
            self._failure = error
            raise
        finally:
            self.attempts += 1

    def raise_failure(self, seen: int) -> None:
        """Raise the error of the last attempt if it ended after `attempts` was `seen`: one refusal is for all who waited."""
        if self.attempts != seen and self._failure is not None:
            raise copy.copy(self._failure) from self._failure.__cause__

    def __reduce__(self) -> tuple[type[Turn], tuple[()]]:
        return Turn, ()
