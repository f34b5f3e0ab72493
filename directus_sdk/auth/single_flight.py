"""One thread at a time renews a session, and the threads that waited take what it got, be it an error."""

from __future__ import annotations

import contextlib
import copy
import threading
from collections.abc import Iterator

from directus_sdk.errors import ConfigurationError, DirectusError, StorageError
from directus_sdk.local.thread_lock import Hold, ThreadLock


class Turn:
    """A lock that knows its holder, is new in a forked child, and remembers how the last attempt ended.

    Attributes:
        attempts: How many attempts have ended.
    """

    def __init__(self) -> None:
        self._lock = ThreadLock()
        self._failure: DirectusError | None = None
        self._lent_to: int | None = None
        self.attempts = 0

    def lend(self, thread: int | None) -> None:
        """Have another thread count as the holder: the one that makes the holder's request."""
        self._lent_to = thread

    @property
    def mine(self) -> bool:
        """Whether this thread holds it: a listener or ``credentials()`` that uses the client in between."""
        return self._lent_to == threading.get_ident() or self._lock.mine

    @property
    def taken(self) -> bool:
        """Whether any thread of this process holds it."""
        return self._lock.taken

    def hold(self, timeout: float) -> Hold:
        """Return a context that waits for the turn and holds it.

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
        return self._lock.context(timeout, _busy)

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


def _busy(seconds: float) -> StorageError:
    return StorageError(f"another thread has been signing in or refreshing the token for {seconds:g} s")
