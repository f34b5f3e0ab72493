"""One thread at a time renews a session; the threads that waited use its result, which may be an error."""

from __future__ import annotations

import contextlib
import copy
import threading
from collections.abc import Iterator

from directus_sdk.errors import ConfigurationError, DirectusError, StorageError
from directus_sdk.local import fork
from directus_sdk.local.thread_lock import Hold, ThreadLock


class SingleFlight:
    """A lock that knows its holder, is free in a forked child, and keeps the error of the last attempt.

    Attributes:
        attempts: How many attempts have ended.
    """

    def __init__(self) -> None:
        self._lock = ThreadLock()
        self._failure: DirectusError | None = None
        self.attempts = 0
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        # That thread does not exist in the child, where a new one may get its number.
        self._lent_to: int | None = None

    def lend(self, thread: int | None) -> None:
        """Treat another thread as the holder: the one that sends the request of the holder."""
        self._lent_to = thread

    @property
    def mine(self) -> bool:
        """Whether this thread holds it: a callback of ``on_event``, or ``credentials()``, that uses the client meanwhile."""
        return self._lent_to == threading.get_ident() or self._lock.mine

    @property
    def taken(self) -> bool:
        """Whether any thread of this process holds it."""
        return self._lock.taken

    def hold(self, timeout: float) -> Hold:
        """Return a context that waits for the lock and holds it.

        Args:
            timeout: How many seconds to wait.

        Raises:
            ConfigurationError: This thread holds it already.
            StorageError: The other threads did not release it in time.
        """
        if self.mine:
            raise ConfigurationError(
                "the session is being renewed by this very call: credentials() and listeners of on_event must not sign "
                "the same client in or out"
            )
        return self._lock.context(timeout, _busy)

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Count what is done inside as an attempt, and keep its error for the threads that wait."""
        self._failure = None
        try:
            yield
        except DirectusError as error:
            self._failure = error
            raise
        finally:
            self.attempts += 1

    def raise_failure(self, seen: int) -> None:
        """Raise the error of the last attempt if it ended after `attempts` was `seen`: all who waited share one refusal."""
        if self.attempts != seen and self._failure is not None:
            raise copy.copy(self._failure) from self._failure.__cause__

    def __reduce__(self) -> tuple[type[SingleFlight], tuple[()]]:
        return SingleFlight, ()


def _busy(seconds: float) -> StorageError:
    return StorageError(f"another thread has been signing in or refreshing the token for {seconds:g} s")
