"""The session of a client: a state machine over what is in memory and what is in the storage.

docs/design/sessions.md has a table of all transitions with a test for each. Each transition is a method that replaces
the whole status in one step, so no interrupt and no other thread sees half of one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum

import attrs

from directus_sdk.auth.credentials import Credentials
from directus_sdk.auth.refresh import Exchange
from directus_sdk.auth.storage import Storage
from directus_sdk.errors import APIError, DirectusError
from directus_sdk.local import fork
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.redaction.redact import Secret

logger = logging.getLogger("directus_sdk")

#: The errors of a storage that are logged. Others are raised, after the session is kept in memory: they may be the time limit
#: of a task, which is raised wherever the task happens to be.
_FAILURES = (DirectusError, OSError)


class State(Enum):
    """What is known of a session. Whether a token is about to expire is not a state: its record says when."""

    #: No session is in memory; the next call looks in the storage.
    UNKNOWN = "unknown"
    #: A session is in memory, and in the storage unless it was ended elsewhere.
    ACTIVE = "active"
    #: A refresh token was sent, and the new one is not in memory yet. An interrupt of the caller leaves this state.
    REFRESHING = "refreshing"
    #: A session is in memory that the storage does not hold yet.
    UNSTORED = "unstored"
    #: The server refused the refresh, or the session was ended elsewhere.
    ENDED = "ended"
    #: After `logout`; ``credentials()`` is not called.
    SIGNED_OUT = "signed out"
    #: A copy from a pickle, which held no session although there was one.
    LOST = "lost in a pickle"


@attrs.frozen(eq=False)
class Status:
    """A state with its data.

    Attributes:
        state: The state.
        record: The session in memory.
        user: The user whose sessions are taken from the storage, where known.
        superseded: What the storage may still hold, and what is not used any more.
        exchange: The refresh, while `REFRESHING`.
        before: The status that a refresh without a result returns to.
        inherited: Whether the record was made in the parent of a forked process.
        rejected: The arguments of a login that the server refused, and the error.
    """

    state: State = State.UNKNOWN
    record: Credentials | None = None
    user: str | None = None
    superseded: Credentials | None = None
    exchange: Exchange | None = None
    before: Status | None = None
    inherited: bool = False
    rejected: tuple[Secret, APIError] | None = None


class Session:
    """The status of a session and its transitions, during which the locks of the client and of the storage are held.

    Attributes:
        status: The status; only the methods of this class set it.

    Args:
        any_user: Whether a stored session is taken before its user is known to be the right one.
        state: The state to begin with.
        user: The user whose sessions are taken from the storage, where known.
    """

    def __init__(self, any_user: bool, state: State = State.UNKNOWN, user: str | None = None) -> None:
        self._any_user = any_user
        self.status = Status(state, user=user)
        self._storage: Storage | None = None
        self._server: str | None = None
        fork.register(self)

    def bind(self, storage: Storage, server: str | None) -> None:
        """Set where the session is stored, and the server that it belongs to."""
        self._storage, self._server = storage, server

    # ------------------------------------------------------------------ what is known
    def load(self) -> Credentials | None:
        """Return the session that the storage holds, corrected by what could not be written to it.

        A superseded record was spent, so it must not be used again. Where the storage holds nothing because another process
        was refused with such a record, the one in memory is newer. A session of another user is not used.
        """
        stored, status = self._read(), self.status
        is_old = status.state is not State.ACTIVE and (stored is None or stored == status.superseded)
        return status.record if is_old or _is_of_another(stored, status.user) else stored

    def peek(self) -> Credentials | None:
        """Return the session in memory, or else the stored one, without taking it."""
        status = self.status
        if status.record is not None:
            return status.record
        stored = self.load()
        is_right = stored is None or stored.user is None or status.user is not None or self._any_user
        return stored if is_right else None

    def find(self) -> Credentials | None:
        """Return the session in memory, or else take the stored one."""
        status = self.status
        record = self.peek()
        if record is not None and record is not status.record and self.status is status:  # no other thread has changed it
            return self.adopt(record)
        return record

    # ------------------------------------------------------------------ transitions
    def adopt(self, record: Credentials) -> Credentials:
        """Take the session that `load` returned."""
        status = self.status
        if record == status.record:
            return status.record
        self.status = Status(State.ACTIVE, record, record.user or status.user, rejected=status.rejected)
        return record

    def replace(self, record: Credentials, *, quiet: bool = False) -> Credentials:
        """Take the session of a login, a refresh or a static token, and store it.

        Args:
            record: The session.
            quiet: Whether an error of the storage is logged instead of raised. The session is in memory in any case.
        """
        record = attrs.evolve(record, server=self._server)
        self._store(Status(State.UNSTORED, record, record.user), quiet=quiet)
        return record

    def store_again(self) -> None:
        """Store the session that could not be stored."""
        if self.status.state is State.UNSTORED:
            self._store(self.status, quiet=True)

    def begin_refresh(self, exchange: Exchange) -> None:
        """Note that the refresh token of the session is about to be sent."""
        status = self.status
        self.status = attrs.evolve(status, state=State.REFRESHING, exchange=exchange, before=status)

    def settle(self) -> None:
        """Take the result of a refresh whose caller was interrupted, or return to the status before it."""
        status = self.status
        if status.exchange is None:
            return
        record = status.exchange.result()
        # Another session in the storage is newer: another process has signed in.
        if record is not None and self.load() in (None, status.exchange.spent):
            self.replace(record, quiet=True)
        else:
            self.status = status.before or status

    def end(self, *, elsewhere: bool = False) -> None:
        """Forget the session: the server refused to refresh it, or it was ended elsewhere and is not stored any more."""
        status = self.status
        if status.record is None:  # another thread has ended it, or signed out
            return
        ended = Status(State.ENDED, user=status.user, inherited=status.inherited, rejected=status.rejected)
        if elsewhere:
            self.status = ended
        else:
            self._store(ended, quiet=True)

    def sign_out(self) -> None:
        """Forget the session at the request of its user."""
        self._store(Status(State.SIGNED_OUT, rejected=self.status.rejected), quiet=False)

    def expect(self, user: str) -> None:
        """Note whose session is wanted: ``credentials()`` named the user."""
        self.status = attrs.evolve(self.status, user=user)

    def reject(self, arguments: Secret, error: APIError) -> None:
        """Note that the server refused a login, whose arguments are not sent again."""
        self.status = attrs.evolve(self.status, rejected=(arguments, error))

    def _after_fork(self) -> None:
        status = self.status
        self.status = attrs.evolve(status.before or status, inherited=status.record is not None or status.inherited)

    def pickled(self, *, any_user: bool, is_incomplete: bool) -> Session:
        """Return the session of a pickle, without tokens.

        Args:
            any_user: Whether the copy takes a stored session before its user is known.
            is_incomplete: Whether the pickle lacks what is needed to sign in again.
        """
        is_incomplete = is_incomplete or _quietly(self.peek) is not None
        return Session(any_user, State.LOST if is_incomplete else self.status.state, self.status.user)

    def __reduce__(self) -> tuple[type[Session], tuple[bool, State, str | None]]:
        return Session, (self._any_user, self.status.state, self.status.user)

    # ------------------------------------------------------------------ the storage
    def _read(self) -> Credentials | None:
        return None if self._storage is None else self._storage.load(self._server)

    def _store(self, status: Status, *, quiet: bool) -> None:
        """Take a status, and write its record to the storage or delete what is stored."""
        storage, before, user = self._storage, self.status, self.status.user
        assert storage is not None
        # In memory first, whatever becomes of the storage: what it holds now has been spent. Until it has been read, that is
        # what was in memory before.
        self.status = status = attrs.evolve(status, superseded=before.superseded or before.record)
        stored = _quietly(self._read)
        if stored not in (None, status.superseded):
            self.status = status = attrs.evolve(status, superseded=stored)
        try:
            if status.record is not None:
                storage.save(status.record)
            elif not _is_of_another(storage.load(self._server), user):
                storage.clear(self._server)
        except _FAILURES as error:
            # What a signal handler raised is not about the storage.
            if not quiet or is_interrupt(error):
                raise
            logger.warning("the session could not be written to the %s: %s", type(storage).__name__, type(error).__name__)
        else:
            state = status.state if status.record is None else State.ACTIVE
            self.status = attrs.evolve(status, state=state, superseded=None)


def _quietly(read: Callable[[], Credentials | None]) -> Credentials | None:
    """Return what is stored, or ``None`` where the storage fails."""
    try:
        return read()
    except _FAILURES as error:
        if is_interrupt(error):
            raise
        return None


def _is_of_another(record: Credentials | None, user: str | None) -> bool:
    return record is not None and None not in (record.user, user) and record.user != user
