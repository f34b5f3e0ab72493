"""The session that a storage keeps, and the one that it does not have yet."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from directus_sdk.auth.storage import Credentials, Storage
from directus_sdk.errors import DirectusError
from directus_sdk.local.interrupts import is_interrupt

logger = logging.getLogger("directus_sdk")

#: The errors of a storage that cost no session. Others pass, after the session is kept in memory: among them may be the
#: time limit of a task, which is raised wherever the task happens to be.
_FAILURES = (DirectusError, OSError)


class Kept:
    """What a storage holds, corrected by what could not be written to it.

    A record that was replaced has been spent, so it must not be taken for the session again.
    """

    def __init__(self) -> None:
        # What the storage holds and what it should hold, after a write failed; `...` where nobody has looked yet.
        self._unwritten: tuple[Any, Credentials | None] | None = None

    def load(self, storage: Storage, server: str | None) -> Credentials | None:
        """Return the session by what is stored and what should be."""
        stored = storage.load(server)
        if self._unwritten is None:
            return stored
        replaced, record = self._unwritten
        if replaced is ... and stored != record:  # the write was interrupted before it began
            replaced = stored
            self._unwritten = (stored, record)
        # Nothing is there where another process spent the stored token again, and was refused: ours is newer.
        return record if stored is None or replaced == stored else stored

    def lacks(self, record: Credentials) -> bool:
        """Tell whether a record that was loaded is not stored."""
        return self._unwritten is not None and record is self._unwritten[1]

    def expect(self, record: Credentials | None) -> None:
        """Note that a record is about to be written: whatever interrupts that, what is stored does not count any more."""
        self._unwritten = (..., record)

    def write(
        self,
        storage: Storage,
        server: str | None,
        record: Credentials | None,
        *,
        quiet: bool,
        is_of_another: Callable[[Credentials | None], bool],
    ) -> None:
        """Store a record, or clear what is stored.

        Args:
            storage: Where.
            server: The server that the session belongs to.
            record: The record; ``None`` clears.
            quiet: Whether a failure of the storage is logged instead of raised.
            is_of_another: Tells whether a stored session is another user's, which is not cleared.
        """
        self.expect(record)
        try:
            if record is not None:
                storage.save(record)
            elif not is_of_another(storage.load(server)):
                storage.clear(server)
        except _FAILURES as error:
            self._unwritten = (self.stored(storage, server), record)
            # What a signal handler raised is not about the storage.
            if not quiet or is_interrupt(error):
                raise
            logger.warning("the session could not be written to the %s: %s", type(storage).__name__, type(error).__name__)
        else:
            self._unwritten = None

    @staticmethod
    def stored(storage: Storage, server: str | None) -> Credentials | None:
        """Return what is stored, or ``None`` where the storage fails."""
        try:
            return storage.load(server)
        except _FAILURES as error:
            if is_interrupt(error):
                raise
            return None
