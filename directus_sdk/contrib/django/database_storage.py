"""A session in a row of a database, whatever transaction the request has open."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from django.db import DatabaseError, IntegrityError, OperationalError, connections, transaction

from directus_sdk.auth.storage import LOCK_TIMEOUT, Storage, wait_for_lock
from directus_sdk.errors import StorageError
from directus_sdk.json_types import JSONObject
from directus_sdk.local import fork
from directus_sdk.local.clock import monotonic

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger("directus_sdk")
#: The table of `VisitorSession`, which cannot be imported before the apps are ready.
TABLE = "django_directus_session"
_SELECT = "SELECT value FROM {} WHERE id = %s AND expires_at > %s"


class DatabaseStorage(Storage):
    """Keeps the session in a row; one process at a time refreshes it.

    What it writes is committed at once: the refresh token of the response is the only one that is valid, so a request that is
    rolled back must not lose it. Inside a transaction it opens a connection of its own for that.

    Args:
        using: The alias of the database.
        prefix: The id of the visitor.
        max_age: After how many seconds without a refresh the session is over, and the row may be deleted.
        lock_ttl: After how many seconds the lock of a process that was killed is free. A refresh takes at most 50.
    """

    def __init__(self, using: str, prefix: str = "", *, max_age: float, lock_ttl: float = 60.0) -> None:
        super().__init__(prefix)
        self.using = using
        self.max_age = max_age
        self.lock_ttl = lock_ttl
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        #: The connection of the lock and its thread, while it is locked.
        self._own: tuple[int, BaseDatabaseWrapper] | None = None

    def get(self, key: str) -> str | None:
        """Return the value of `key`, or ``None``."""
        value = None
        if self._own is None:
            # What a transaction sees may be old, which is found out when it is used; within the lock it may not be.
            with _translated(self.using), self._spared():
                value = _value(connections[self.using], key)
        if value is None and (self._own is not None or in_transaction(self.using)):
            with self._connection() as connection:
                value = _value(connection, key)
        return value

    @contextlib.contextmanager
    def _spared(self) -> Iterator[None]:
        """Ignore an error of a transaction that has failed already."""
        try:
            yield
        except DatabaseError:
            if not in_transaction(self.using):
                raise

    @contextlib.contextmanager
    def _connection(self) -> Iterator[BaseDatabaseWrapper]:
        """Yield a connection that commits each statement; within the lock it is the same one."""
        thread, own = self._own or (0, None)
        with _translated(self.using):
            if own is not None and thread == threading.get_ident():
                yield own
            else:
                with committing(self.using) as connection:
                    yield connection

    def set(self, key: str, value: str) -> None:
        """Store `value` under `key`."""
        expires = time.time() + self.max_age
        with self._connection() as connection:
            if not _run(connection, "UPDATE {} SET value = %s, expires_at = %s WHERE id = %s", (value, expires, key)):
                try:
                    _insert(connection, key, value, "", 0.0, expires)
                except IntegrityError:  # another process was faster
                    _run(connection, "UPDATE {} SET value = %s, expires_at = %s WHERE id = %s", (value, expires, key))

    def delete(self, key: str) -> None:
        """Delete `key`."""
        with self._connection() as connection:
            _run(connection, "DELETE FROM {} WHERE id = %s", (key,))

    @contextlib.contextmanager
    def lock(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Lock the row for one refresh, against the threads of all processes that use this database.

        Raises:
            StorageError: It was not free in time, or the database does not respond.
        """
        deadline = monotonic() + timeout
        with self._threads(timeout) as is_outermost:
            if not is_outermost:
                yield
                return
            owner = uuid.uuid4().hex
            with _translated(self.using), contextlib.ExitStack() as stack:
                connection = stack.enter_context(committing(self.using))
                wait_for_lock(partial(self._take, connection, owner), deadline, timeout)
                kept = stack.pop_all()
            self._own = threading.get_ident(), connection
            try:
                yield
            finally:
                self._leave(owner)
                self._own = None
                kept.close()

    def __getstate__(self) -> JSONObject:
        return {**super().__getstate__(), "_own": None}

    def _take(self, connection: BaseDatabaseWrapper, owner: str) -> bool:
        now = time.time()
        lock = (owner, now + self.lock_ttl, self._key, now)
        try:
            if _run(connection, "UPDATE {} SET owner = %s, locked_until = %s WHERE id = %s AND locked_until < %s", lock):
                return True
            if _run(connection, "SELECT 1 FROM {} WHERE id = %s", (self._key,)):
                return False
            # Nothing is stored yet: a sign-in. Such a row does not outlive its lock.
            _insert(connection, self._key, None, owner, now + self.lock_ttl, now + self.lock_ttl)
        except IntegrityError:  # another process was faster
            return False
        except OperationalError:
            if connection.vendor != "sqlite" or in_transaction(self.using):
                raise
            return False  # another connection writes
        return True

    def _leave(self, owner: str) -> None:
        # An error here must not hide that the refresh succeeded; the lock expires.
        try:
            with self._connection() as connection:
                row = (self._key, owner)
                if not _run(connection, "DELETE FROM {} WHERE id = %s AND owner = %s AND value IS NULL", row):
                    _run(connection, "UPDATE {} SET owner = '', locked_until = 0 WHERE id = %s AND owner = %s", row)
        except StorageError as error:
            logger.warning("%s; the lock of the session ends in %g s at the latest", error, self.lock_ttl)


def in_transaction(using: str) -> bool:
    """Tell whether this thread has a transaction open that may be rolled back; that of a test case does not count."""
    connection = connections[using]
    if not connection.in_atomic_block:
        return not connection.get_autocommit()
    try:
        with transaction.atomic(using=using, durable=True):
            return False
    except RuntimeError:
        return True


@contextlib.contextmanager
def committing(using: str) -> Iterator[BaseDatabaseWrapper]:
    """Yield a connection that commits each statement: the one of this thread, or inside a transaction another one."""
    if not in_transaction(using):
        yield connections[using]
        return
    connection = connections.create_connection(using)
    # Not from a pool: requests that hold its connections may all be waiting for one more.
    extra = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    if connection.vendor == "sqlite":
        extra["timeout"] = 2  # if this thread itself is what it waits for, that takes for ever
    connection.settings_dict = {**connection.settings_dict, "AUTOCOMMIT": True, "OPTIONS": extra}
    try:
        yield connection
    finally:
        connection.close()


def delete_expired(using: str) -> int:
    """Delete the rows that were not refreshed for too long, and return how many these were."""
    with _translated(using), committing(using) as connection:
        return _run(connection, "DELETE FROM {} WHERE expires_at < %s", (time.time(),))


def _run(connection: BaseDatabaseWrapper, sql: str, values: Sequence[str | float | None]) -> int:
    """Execute a statement and return the number of its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql.format(connection.ops.quote_name(TABLE)), values)
        return len(cursor.fetchall()) if sql.startswith("SELECT") else cursor.rowcount


def _value(connection: BaseDatabaseWrapper, key: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT.format(connection.ops.quote_name(TABLE)), [key, time.time()])
        row = cursor.fetchone()
    return None if row is None or row[0] is None else str(row[0])


def _insert(
    connection: BaseDatabaseWrapper, key: str, value: str | None, owner: str, locked_until: float, expires_at: float
) -> None:
    values = (key, value, owner, locked_until, expires_at)
    sql = "INSERT INTO {} (id, value, owner, locked_until, expires_at) VALUES (%s, %s, %s, %s, %s)"
    with (
        transaction.atomic(using=connection.alias) if connections[connection.alias] is connection else contextlib.nullcontext()
    ):
        _run(connection, sql, values)


@contextlib.contextmanager
def _translated(using: str) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        advice = ""
        if connections[using].vendor == "sqlite" and in_transaction(using):
            advice = (
                ". SQLite has one writer at a time, and this thread has a transaction open (ATOMIC_REQUESTS or atomic()): "
                "leave out DIRECTUS['VISITORS'], or take CacheVisitorStore, RedisVisitorStore or another database"
            )
        raise StorageError(f"the database {using!r} failed: {type(error).__name__}{advice}") from error
