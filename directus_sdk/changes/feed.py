"""A change feed that survives restarts: it reads a log of the server over HTTP; a WebSocket only says when."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Generic, TypeVar

import attrs

from directus_sdk.changes.checkpoint import GivenCheckpoint, Position, StoredPosition, check_checkpoint
from directus_sdk.changes.log_source import KINDS, PAGE, PATIENCE, LogEntry, Source, SourceUnavailable
from directus_sdk.changes.notifier import Notifier
from directus_sdk.changes.sources import SOURCES, has_numeric_keys
from directus_sdk.displayed import Displayed
from directus_sdk.errors import ConfigurationError, DirectusError, ModelError, SubscriptionEnded, Timeout
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.clock import monotonic
from directus_sdk.local.thread_lock import ThreadLock, holds_locks
from directus_sdk.models.codec import Codec
from directus_sdk.reading.collection import Collection
from directus_sdk.realtime.blocking_iterator import BlockingIterator
from directus_sdk.realtime.connection_manager import ConnectionManager
from directus_sdk.realtime.options import is_passing
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key

T = TypeVar("T")
logger = logging.getLogger("directus_sdk.realtime")

#: A key that may be an integer; "007" is a string.
_INTEGER = re.compile(r"0|-?[1-9]\d*")

#: Query parameters that a feed does not take.
_REFUSED = ("limit", "offset", "page", "sort", "aggregate", "groupBy", "export", "meta")
#: Those that select items: an item that they leave out has no change.
_SELECTING = frozenset({"filter", "search"})
#: Seconds until the next read while a number is missing in the log.
_MISSING_INTERVAL = 1.0


@attrs.frozen
class Change(Displayed, Generic[T]):
    """One change of an item.

    Attributes:
        event: ``"create"``, ``"update"`` or ``"delete"``.
        key: The primary key.
        data: The current item, as a model where the handler has one; ``None`` for a deletion, and where the item was
            deleted meanwhile or you may not read it.
        collection: The collection.
        time: When it happened, as the server writes it, or ``None`` where the source has no times.
    """

    event: str
    key: Any
    data: T | None = attrs.field(repr=redact.masked_repr)
    collection: str
    time: str | None = None


@without_locals
class Changes(BlockingIterator[Change[T]]):
    """The changes of a collection, one after another: iterate over it, or call `next`.

    A change counts as processed when the next one is requested; only then the position is saved. After a crash the last
    change is returned again. It is a context manager, which closes it.

    Attributes:
        source: Where changes are read: ``"activity"``, ``"dates"`` or ``"key"``.
        sees: The kinds of changes that this source can see.
        kinds: The kinds that are returned.
    """

    def __init__(
        self,
        manager: ConnectionManager,
        collection: Collection,
        codec: Codec[T],
        *,
        checkpoint: GivenCheckpoint = None,
        query: NormalizedQuery,
        kinds: Iterable[str] | None = None,
        source: str | None = None,
        start: str = "now",
        poll_interval: float = 10.0,
        patience: float = PATIENCE,
    ) -> None:
        for name in _REFUSED:
            if name in query:
                raise TypeError(f"{name} cannot be used here: a feed returns every change, in the order of the log")
        check_checkpoint(checkpoint)
        if start not in ("now", "first"):
            raise ValueError(f"start must be 'now' or 'first', not {start!r}")
        interval: object = poll_interval
        if not (isinstance(interval, (int, float)) and interval > 0):
            raise ValueError(f"poll_interval must be more than 0 seconds, not {poll_interval!r}")
        self._manager, self._codec, self._query = manager, codec, query
        self._collection = attrs.evolve(collection, strict=False)  # a singleton has changes too
        self._poll_interval = poll_interval
        wanted = None if kinds is None else _kinds(kinds)
        self._collection.rows(query.replace(limit=0))  # raises for mistakes in the query
        self._stored = StoredPosition(checkpoint)
        try:
            self._source = _choose(collection, patience, wanted, source or self._stored.source())
        except BaseException:
            self._stored.release()
            raise
        self.source: str = self._source.name
        self.sees: frozenset[str] = self._source.sees
        self.kinds: frozenset[str] = self.sees if wanted is None else wanted
        self._buffer: deque[tuple[LogEntry, Change[T] | ModelError | None]] = deque()
        self._returned: list[LogEntry] = []
        self._closed = False
        self._failures = 0
        self._notifier = Notifier(manager, collection.name, collection.primary_key, poll_interval)
        self._lock = ThreadLock()
        self._prepare(start)

    def _prepare(self, start: str) -> None:
        feed = {
            "server": self._collection.pipeline.base_url,
            "collection": self._collection.name,
            "source": self.source,
        }
        try:
            position = self._stored.load(feed)
            if position is not None:
                self._restore(position)
            else:
                self._source.begin(first=start == "first")
                self._stored.save(self._source.position())
            self._notifier.subscribe()
            self._notifier.settle(min(self._poll_interval, self._manager.options.open_timeout))
        except BaseException:
            self.close()
            raise

    def _restore(self, position: Position) -> None:
        try:
            self._source.restore(position)
        except DirectusError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigurationError("the checkpoint is not one of this SDK; take another file, or remove it") from error

    # ------------------------------------------------------------------ for the consumer
    @holds_locks
    def next(self, timeout: float | None = None) -> Change[T]:
        """Mark the last change as processed, and return the next one.

        Args:
            timeout: The maximum number of seconds to wait; ``None`` waits for ever.

        Returns:
            The change.

        Raises:
            Timeout: There was no change in time; the feed continues.
            SubscriptionEnded: The feed was closed.
            ModelError: The item does not fit the model. The feed continues after it: `next` or `done` mark it as processed.
            DirectusError: The server refuses the read.

        Example:
            >>> articles = directus.items("articles")
            >>> with articles.changes("position.json", fields=["title"]) as changes:
            ...     made = articles.create_one({"title": "Breaking"})
            ...     change = changes.next(timeout=10)
            ...     changes.done()
            >>> change.event, change.data
            ('create', {'title': 'Breaking'})
        """
        limit = float("inf") if timeout is None else timeout
        deadline = monotonic() + limit
        with self._lock.context(limit, self._nothing):
            self._confirm()
            while True:
                self._notifier.clear()
                if not self._closed:
                    self._stored.hold()  # in the child of a fork it is not held
                if self._closed:
                    self._stored.release()
                    raise SubscriptionEnded(f"the feed of {self._collection.name} was closed")
                for change in self._buffered(1):
                    return change
                self._stored.save(self._source.position())
                pause = self._fill()
                if pause is None:
                    continue
                left = deadline - monotonic()
                if left <= 0:
                    raise self._nothing(limit)
                self._notifier.wait(min(pause, left))

    def pending(self, batch: int = 500) -> Iterator[list[Change[T]]]:
        """Yield the changes that there are now, in lists, and end: for a job that runs from time to time.

        The newest change at the beginning is the last one. A list counts as processed when the next one is requested; only
        then the position is saved. So the next run of a job that failed receives the last list again.

        Args:
            batch: The maximum number of changes in a list.

        Raises:
            SubscriptionEnded: The feed was closed.
            ModelError: An item does not fit the model; it is raised after the changes before it. The feed continues after it.
            DirectusError: The server refuses the read, or does not respond. The position is kept.
            ValueError: `batch` is not a positive integer.

        Example:
            >>> with directus.items("articles").changes("articles.ckpt", fields=["title"]) as changes:
            ...     for some in changes.pending(batch=100):
            ...         print([change.key for change in some])
        """
        size: object = batch
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"batch must be a positive integer, not {batch!r}")
        return self._pending(size)

    def _pending(self, size: int) -> Iterator[list[Change[T]]]:
        newest: JSONMapping | None = None
        while True:
            with self._lock.context(float("inf"), self._nothing):
                self._confirm()
                if self._closed:
                    raise SubscriptionEnded(f"the feed of {self._collection.name} was closed")
                self._stored.hold()
                newest = self._source.newest() if newest is None else newest
                changes = self._buffered(size)
                while not changes and (entries := self._source.fetch(newest, max(size, PAGE))):
                    self._buffer.extend(self._with_data(entries))
                    changes = self._buffered(size)
                if not changes:
                    self._stored.save(self._source.position())
                    return
            yield changes

    @holds_locks
    def done(self) -> None:
        """Mark the last change as processed without requesting another one: for the end of a script."""
        if self._returned:  # otherwise another thread may be waiting for the next change
            with self._lock.context(float("inf"), self._nothing):
                self._confirm()

    def close(self) -> None:
        """End the feed; threads that wait for a change stop waiting. The last change is not marked as processed."""
        self._closed = True
        self._notifier.close()
        self._stored.release()

    @property
    def live(self) -> bool:
        """Whether a WebSocket reports changes at once; otherwise the log is read every `poll_interval` seconds."""
        return self._notifier.active

    def __repr__(self) -> str:
        return f"<Changes of {self._collection.name} from {self.source}>"

    # ------------------------------------------------------------------ reading
    def _nothing(self, seconds: float) -> Timeout:
        return Timeout(f"no change of {self._collection.name} within {seconds:g} s", sent=False)

    def _confirm(self) -> None:
        if self._returned:
            entries, self._returned = self._returned, []
            for entry in entries:
                self._source.take(entry)
            self._stored.save(self._source.position())

    def _buffered(self, size: int) -> list[Change[T]]:
        """Return at most `size` changes that were read; their entries are taken when they are confirmed.

        Raises:
            ModelError: The next item does not fit the model.
        """
        changes: list[Change[T]] = []
        while self._buffer and len(changes) < size:
            entry, change = self._buffer[0]
            if isinstance(change, ModelError) and changes:
                break
            self._buffer.popleft()
            if change is None and not changes:
                self._source.take(entry)
                continue
            self._returned.append(entry)
            if isinstance(change, ModelError):
                raise change
            if change is not None:
                changes.append(change)
        return changes

    def _fill(self) -> float | None:
        """Read the log; return how many seconds to wait if there is nothing new, or ``None``."""
        self._notifier.subscribe()
        try:
            changes = self._with_data(self._source.fetch())
        except DirectusError as error:
            if not is_passing(error):
                raise
            self._failures += 1
            pause = self._manager.options.reconnect.delay(self._failures, error)
            if pause is None:
                raise
            logger.info("the changes of %s cannot be read now (%s); again in %.2f s", self._collection.name, error, pause)
            return pause
        self._failures = 0
        self._buffer.extend(changes)
        if changes:
            return None
        return min(_MISSING_INTERVAL, self._poll_interval) if self._source.waits else self._poll_interval

    def _with_data(self, entries: list[LogEntry]) -> list[tuple[LogEntry, Change[T] | ModelError | None]]:
        ours = [entry for entry in entries if entry.kind in self.kinds]
        rows = self._items([entry.key for entry in ours if entry.kind != "delete"])
        changes: list[tuple[LogEntry, Change[T] | ModelError | None]] = []
        for entry in entries:
            change: Change[T] | ModelError | None = None
            if entry.kind in self.kinds:
                row = rows.get(key_text(entry.key))
                if entry.kind == "delete" or row is not None or _SELECTING.isdisjoint(self._query):
                    try:
                        change = self._change(entry, row)
                    except ModelError as error:  # `next` raises it between the other changes
                        change = error
            changes.append((entry, change))
        return changes

    def _change(self, entry: LogEntry, row: JSONMapping | None) -> Change[T]:
        data = None
        if row is not None:
            item = {name: value for name, value in row.items() if name != self._collection.primary_key or self._shows_key()}
            data = self._codec.load(item)
        key = entry.key if row is None else row[self._collection.primary_key]
        return Change(entry.kind, self._typed(key), data, self._collection.name, entry.time)

    def _typed(self, key: Key) -> Key:
        """Return a key of the log, where all keys are strings, with the type that it has in responses."""
        if isinstance(key, str) and _INTEGER.fullmatch(key) and self._has_numeric_keys:
            return int(key)
        return key

    @cached_property
    def _has_numeric_keys(self) -> bool:
        return has_numeric_keys(self._collection)

    def _shows_key(self) -> bool:
        # "*.*" holds the fields of the item too.
        return any(name.partition(".")[0] == "*" or name == self._collection.primary_key for name in self._fields())

    def _fields(self) -> list[str]:
        fields = self._query.get("fields", "*")
        return [fields] if isinstance(fields, str) else list(fields)

    def _items(self, keys: list[Key]) -> dict[str, JSONMapping]:
        if not keys:
            return {}
        query, primary_key = self._query, self._collection.primary_key
        if not self._shows_key():
            query = query.replace(fields=[*self._fields(), primary_key])
        rows = self._collection.checked().by_keys(Keys(keys).unique(), query)
        return {key_text(row[primary_key]): row for row in rows}


def _kinds(names: Iterable[str]) -> frozenset[str]:
    kinds = frozenset([names] if isinstance(names, str) else names)
    if not kinds or not kinds <= set(KINDS):
        raise ValueError(f"kinds must be some of {', '.join(KINDS)}, not {sorted(map(str, kinds))}")
    return kinds


def _choose(collection: Collection, patience: float, wanted: frozenset[str] | None, name: str | None) -> Source:
    """Return the first usable source that sees the wanted kinds of changes."""
    sources = {source.name: source for source in SOURCES}
    if name is not None and name not in sources:
        raise ValueError(f"source must be one of {', '.join(sources)}, not {name!r}")
    reasons: list[str] = []
    for kind in SOURCES if name is None else (sources[name],):
        if wanted is not None and not wanted <= kind.sees:
            reasons.append(f"{kind.name}: it does not see {', '.join(sorted(wanted - kind.sees))}")
            continue
        source = kind(collection, patience)
        try:
            source.check()
        except SourceUnavailable as error:
            reasons.append(f"{kind.name}: {' '.join(str(error).split())[:200]}")
        else:
            return source
    raise ConfigurationError(f"the changes of {collection.name} cannot be seen; " + "; ".join(reasons))
