"""A feed of changes that survives restarts: the socket is only the door bell, a log on the server is the feed."""

from __future__ import annotations

import logging
import re
import threading
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from directus_sdk.changes.checkpoint import Bookmark, GivenCheckpoint, Position
from directus_sdk.changes.notifier import Bell
from directus_sdk.changes.sources import KINDS, PATIENCE, SOURCES, Entry, Source, Unfit, explain, has_numeric_keys
from directus_sdk.errors import ConfigurationError, DirectusError, ModelError, SubscriptionEnded, Timeout
from directus_sdk.http.base_url import same_server
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.clock import monotonic
from directus_sdk.models import Codec
from directus_sdk.reading.collection import Collection
from directus_sdk.realtime.connection_manager import Hub
from directus_sdk.realtime.options import is_passing
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

T = TypeVar("T")
logger = logging.getLogger("directus_sdk.realtime")

#: A key that may be a number; "007" is a text.
_WHOLE = re.compile(r"0|-?[1-9]\d*")

_NOT_HERE = ("limit", "offset", "page", "sort", "aggregate", "groupBy", "export", "meta")
#: How soon to look again while a number is missing in the log, in seconds.
_SOON = 1.0


@attrs.frozen
class Change(Generic[T]):
    """One change of an item.

    Attributes:
        event: ``"create"``, ``"update"`` or ``"delete"``.
        key: The primary key.
        data: The item as it is now, as a model where the handler has one; ``None`` for a deletion, and where the item
            is gone by now or you may not read it.
        collection: The collection.
        time: When it happened, as the server writes it, or ``None`` where the source does not tell.
    """

    event: str
    key: Any
    data: T | None
    collection: str
    time: str | None = None


@without_locals
class Changes(Generic[T]):
    """The changes of a collection, one after another: iterate over it, or ask for the `next` one.

    A change counts as done when the next one is asked for; only then the position is saved. After a crash the change
    that was being worked on comes again. It is a context manager too, which closes it.

    Attributes:
        source: Where changes are read: ``"activity"``, ``"dates"`` or ``"key"``.
        sees: The kinds of changes that this source can see.
        kinds: The kinds that are handed out.
    """

    def __init__(
        self,
        hub: Hub,
        collection: Collection,
        codec: Codec[T],
        *,
        checkpoint: GivenCheckpoint = None,
        query: NormalizedQuery | None = None,
        kinds: Iterable[str] | None = None,
        source: str | None = None,
        start: str = "now",
        poll_interval: float = 10.0,
        patience: float = PATIENCE,
    ) -> None:
        query = query or NormalizedQuery()
        for name in _NOT_HERE:
            if name in query:
                raise TypeError(f"{name} cannot be given here: the feed has every change in its order")
        if start not in ("now", "first"):
            raise ValueError(f"start must be 'now' or 'first', not {start!r}")
        if not poll_interval > 0:
            raise ValueError(f"poll_interval must be more than 0 seconds, not {poll_interval!r}")
        collection = attrs.evolve(collection, strict=False)  # a singleton has changes too
        self._hub, self._collection, self._codec, self._query = hub, collection, codec, query
        self._poll_interval = poll_interval
        wanted = None if kinds is None else _kinds(kinds)
        collection.rows(query.replace(limit=0))  # an error of the collection or the query is raised now
        self._bookmark = Bookmark(checkpoint)
        try:
            self._source = _choose(collection, patience, wanted, source or self._bookmark.source())
        except BaseException:
            self._bookmark.release()
            raise
        self.source: str = self._source.name
        self.sees: frozenset[str] = self._source.sees
        self.kinds: frozenset[str] = self.sees if wanted is None else wanted
        self._buffer: deque[tuple[Entry, Change[T] | ModelError | None]] = deque()
        self._handed: Entry | None = None
        self._turn = threading.RLock()  # its own thread gets it again where an interrupt left it taken
        self._rung = threading.Event()
        self._closed = threading.Event()
        self._failures = 0
        self._numeric: bool | None = None
        self._bell = Bell(hub, collection.name, collection.primary_key, self._rung.set, poll_interval)
        self._prepare(start)

    def _prepare(self, start: str) -> None:
        feed = {
            "server": same_server(self._collection.pipeline.base_url),
            "collection": self._collection.name,
            "source": self.source,
        }
        try:
            position = self._bookmark.load(feed)
            if position is not None:
                self._restore(position)
            else:
                self._source.begin(first=start == "first")
                self._bookmark.save(self._source.position())
            self._bell.hang()
            self._bell.settle(min(self._poll_interval, self._hub.options.open_timeout))
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
    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Change[T]:
        try:
            return self.next()
        except SubscriptionEnded:
            raise StopIteration from None

    def next(self, timeout: float | None = None) -> Change[T]:
        """Save that the change before is done, and return the next one.

        Args:
            timeout: The most seconds to wait for it; ``None`` waits for ever.

        Raises:
            Timeout: Nothing happened in time; the feed goes on.
            SubscriptionEnded: The feed was closed.
            ModelError: The item does not fit the model. The feed goes on behind it: to ask for the next one, or `done`, marks
                it as done.
            DirectusError: The server refuses to be read.
        """
        deadline = None if timeout is None else monotonic() + timeout
        with self._turn:
            self._confirm()
            while not self._closed.is_set():
                while self._buffer:
                    entry, change = self._buffer.popleft()
                    if change is None:
                        self._source.take(entry)
                        continue
                    self._handed = entry
                    if isinstance(change, ModelError):
                        raise change
                    return change
                self._bookmark.save(self._source.position())
                self._rung.clear()
                if self._closed.is_set():
                    break
                pause = self._fill()
                if pause is None:
                    continue
                left = None if deadline is None else deadline - monotonic()
                if left is not None and left <= 0:
                    raise Timeout(f"no change of {self._collection.name} within {timeout:g} s", sent=False)
                if not self._rung.is_set():
                    self._rung.wait(pause if left is None else min(pause, left))
        raise SubscriptionEnded(f"the feed of {self._collection.name} was closed")

    def done(self) -> None:
        """Save that the last change is done, without asking for another: for the end of a script."""
        with self._turn:
            self._confirm()

    def close(self) -> None:
        """End the feed; whoever waits for a change, in any thread, stops waiting. The last change is not marked as done."""
        self._closed.set()
        self._rung.set()
        self._bell.close()
        self._bookmark.release()

    @property
    def live(self) -> bool:
        """Whether a socket tells of changes at once; otherwise the server is asked every `poll_interval` seconds."""
        return self._bell.rings

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Changes of {self._collection.name} from {self.source}>"

    # ------------------------------------------------------------------ reading
    def _confirm(self) -> None:
        if self._handed is not None:
            entry, self._handed = self._handed, None
            self._source.take(entry)
            self._bookmark.save(self._source.position())

    def _fill(self) -> float | None:
        """Read on; return how many seconds to wait if there is nothing, or ``None`` if there is."""
        self._bell.hang()
        try:
            entries = self._source.fetch()
            found = self._with_data(entries)
        except DirectusError as error:
            if not is_passing(error):
                raise
            self._failures += 1
            pause = self._hub.options.reconnect.delay(self._failures, error)
            if pause is None:
                raise
            logger.info("the changes of %s cannot be read now (%s); again in %.2f s", self._collection.name, error, pause)
            return pause
        self._failures = 0
        self._buffer.extend(found)
        if found:
            return None
        return min(_SOON, self._poll_interval) if self._source.waits else self._poll_interval

    def _with_data(self, entries: list[Entry]) -> list[tuple[Entry, Change[T] | ModelError | None]]:
        ours = [entry for entry in entries if entry.kind in self.kinds]
        rows = self._items([entry.key for entry in ours if entry.kind != "delete"])
        found: list[tuple[Entry, Change[T] | ModelError | None]] = []
        for entry in entries:
            change: Change[T] | ModelError | None = None
            if entry.kind in self.kinds:
                row = rows.get(key_text(entry.key))
                if entry.kind == "delete" or row is not None or "filter" not in self._query:
                    try:
                        change = self._change(entry, row)
                    except ModelError as error:  # raised in its turn, so that what is before and behind it comes
                        change = error
            found.append((entry, change))
        return found

    def _change(self, entry: Entry, row: JSONMapping | None) -> Change[T]:
        data = None
        if row is not None:
            shown = {name: value for name, value in row.items() if name != self._collection.primary_key or self._shows_key()}
            data = self._codec.load(shown)
        key = entry.key if row is None else row[self._collection.primary_key]
        return Change(entry.kind, self._typed(key), data, self._collection.name, entry.time)

    def _typed(self, key: Any) -> Any:
        """The log has every key as text; where keys are numbers they are handed out as numbers."""
        if isinstance(key, str) and _WHOLE.fullmatch(key) and self._has_numeric_keys():
            return int(key)
        return key

    def _has_numeric_keys(self) -> bool:
        if self._numeric is None:
            self._numeric = has_numeric_keys(self._collection)
        return self._numeric

    def _shows_key(self) -> bool:
        fields = self._query.get("fields")
        if fields is None:
            return True
        names = [fields] if isinstance(fields, str) else fields
        return bool({self._collection.primary_key, "*"} & {part for name in names for part in name.split(",")})

    def _items(self, keys: list[Key]) -> dict[str, JSONMapping]:
        if not keys:
            return {}
        query = self._query
        if not self._shows_key():
            fields = query["fields"]
            query = query.replace(fields=[*([fields] if isinstance(fields, str) else fields), self._collection.primary_key])
        rows = self._collection.watched().by_keys(Keys(keys).unique(), query)
        return {key_text(row[self._collection.primary_key]): row for row in rows}


def _kinds(given: Iterable[str]) -> frozenset[str]:
    kinds = frozenset([given] if isinstance(given, str) else given)
    if not kinds or not kinds <= set(KINDS):
        raise ValueError(f"kinds must be some of {', '.join(KINDS)}, not {sorted(map(str, kinds))}")
    return kinds


def _choose(collection: Collection, patience: float, wanted: frozenset[str] | None, name: str | None) -> Source:
    """Return the first source that can be used and sees what is wanted."""
    known = {source.name: source for source in SOURCES}
    if name is not None and name not in known:
        raise ValueError(f"source must be one of {', '.join(known)}, not {name!r}")
    reasons = []
    for kind in SOURCES if name is None else (known[name],):
        if wanted is not None and not wanted <= kind.sees:
            reasons.append(f"{kind.name}: it does not see {', '.join(sorted(wanted - kind.sees))}")
            continue
        source = kind(collection, patience)
        try:
            source.check()
        except Unfit as error:
            reasons.append(f"{kind.name}: {explain(error)}")
        else:
            return source
    raise ConfigurationError(f"the changes of {collection.name} cannot be seen; " + "; ".join(reasons))
