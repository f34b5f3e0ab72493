"""Where a feed of changes reads what happened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import attrs

from directus_sdk.calls import uncached
from directus_sdk.changes.checkpoint import Position
from directus_sdk.changes.sequence_gaps import SequenceReader
from directus_sdk.errors import (
    APIError,
    ConfigurationError,
    DirectusError,
    Forbidden,
    InvalidQuery,
    NotFound,
    ServerError,
)
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import segment

PAGE = 1_000
#: How many seconds a change may take from its beginning to its commit.
PATIENCE = 30.0
KINDS = ("create", "update", "delete")


@attrs.frozen
class Entry:
    """One line of a log.

    Attributes:
        kind: ``"create"``, ``"update"``, ``"delete"``, or ``""`` for what is no change of the collection.
        key: The primary key, as the log has it.
        time: When it happened, as the server writes it, or ``None``.
        mark: What the source needs to note that it was taken.
    """

    kind: str
    key: Any
    time: str | None
    mark: Any


class Unfit(Exception):
    """A source cannot be used here; the text says why."""


def has_numeric_keys(collection: Collection) -> bool:
    """Tell whether responses have the primary key as a number: an item shows it, or else the type of the field."""
    rows = collection.rows(NormalizedQuery(fields=[collection.primary_key], limit=1))
    if rows:
        return isinstance(rows[0].get(collection.primary_key), int)
    try:
        path = f"/fields/{segment(collection.name)}/{segment(collection.primary_key)}"
        field = uncached.get(collection.pipeline, path).data
    except APIError:
        return False
    return isinstance(field, Mapping) and field.get("type") == "integer"


class Source(ABC):
    """Reads a log, and knows how far it was taken.

    Args:
        collection: The collection that is watched.
        patience: How many seconds a change may take from its beginning to its commit.
    """

    name: ClassVar[str]
    sees: ClassVar[frozenset[str]]

    def __init__(self, collection: Collection, patience: float = PATIENCE) -> None:
        self.collection = collection
        self.patience = patience

    def check(self) -> None:
        """Find out whether it can be used.

        Raises:
            Unfit: It cannot.
        """
        try:
            self._check()
        except (Forbidden, InvalidQuery, NotFound) as error:
            raise Unfit(error.message) from error
        except ServerError as error:
            if error.status != 500:
                raise
            raise Unfit(error.message) from error  # how versions 9 and 10 refuse to sort by a field that is not there

    @abstractmethod
    def _check(self) -> None:
        """Raise `Unfit`, or let the server refuse."""

    @abstractmethod
    def begin(self, *, first: bool) -> None:
        """Start with what comes from now on, or with the first change that there is."""

    @abstractmethod
    def restore(self, position: Position) -> None:
        """Start where `position` was returned."""

    @abstractmethod
    def position(self) -> Position:
        """Return how far it was taken."""

    @abstractmethod
    def fetch(self) -> list[Entry]:
        """Read what was not taken yet, or the first part of it; an empty list means that there is nothing."""

    @abstractmethod
    def take(self, entry: Entry) -> None:
        """Note that an entry was taken."""

    @property
    def waits(self) -> bool:
        """Whether something is missing that may still come."""
        return False


class _NumberedSource(Source):
    """A log whose lines have growing numbers."""

    _reader: SequenceReader
    _number: str
    _fields: tuple[str, ...]
    #: The field that tells when a line was written, and the latest time that was seen in it.
    _time: str | None = None
    _latest: datetime | None = None

    def __init__(self, collection: Collection, patience: float = PATIENCE) -> None:
        super().__init__(collection, patience)
        #: What is read: the collection itself, unless a source has a log of its own.
        self._log = collection

    def begin(self, *, first: bool) -> None:
        # What was given a lower number and is not committed yet comes from now on too: the holes in the last page are watched.
        rows = self._newest(1 if first else PAGE)
        numbers = [] if first else sorted((int(row[self._number]), row) for row in rows)
        self._reader = SequenceReader({"high": numbers[0][0] - 1 if numbers else 0}, self.patience)
        for number, row in numbers:
            self._reader.take(number, old=self._is_old(row))

    def restore(self, position: Position) -> None:
        self._reader = SequenceReader(position, self.patience)

    def position(self) -> Position:
        return self._reader.position()

    def _newest(self, count: int) -> list[Any]:
        """Read the newest lines, the newest first."""
        fields = [self._number] if self._time is None else [self._number, self._time]
        rows = self._log.rows(NormalizedQuery(fields=fields, sort=[f"-{self._number}"]), at_most=count)
        self._see(rows)
        return rows

    def _see(self, rows: Iterable[JSONMapping]) -> None:
        times = [time for row in rows if (time := self._when(row)) is not None]
        self._latest = max([*times, *([] if self._latest is None else [self._latest])], default=None)

    def _when(self, row: JSONMapping) -> datetime | None:
        return None if self._time is None else _moment(row.get(self._time))

    def _is_old(self, row: JSONMapping) -> bool:
        """Tell whether what was begun before a line would have been committed by now, by the log's own times.

        What it says holds for what has been read already: the latest time was seen before, or in the same response.
        """
        time = self._when(row)
        return time is not None and self._latest is not None and (self._latest - time).total_seconds() > self.patience

    @property
    def waits(self) -> bool:
        return self._reader.waits

    def take(self, entry: Entry) -> None:
        self._reader.take(entry.mark, old=self._is_old({self._time or "": entry.time}))

    def fetch(self) -> list[Entry]:
        self._reader.start()
        rule = self._wanted()
        while True:
            query = NormalizedQuery(fields=list(self._fields), filter=rule, sort=[self._number])
            rows = self._log.rows(query, at_most=PAGE)
            self._see(rows)
            fresh = [self._entry(row) for row in rows if self._reader.is_new(int(row[self._number]))]
            last = int(rows[-1][self._number]) if rows else None
            if fresh or last is None:
                self._reader.finish([entry.mark for entry in fresh], last)
                return fresh
            rule = {self._number: {"_gt": last}}

    def _wanted(self) -> JSONObject:
        """Return the filter for what was not taken: what is behind the highest number, and what is missing before it."""
        number = self._number
        behind = {number: {"_gt": self._reader.high}}
        single = [a for a, b in self._reader.missing if a == b]
        parts: list[Any] = [{number: {"_between": [a, b]}} for a, b in self._reader.missing if a < b]
        if single:
            parts.append({number: {"_in": single}})
        return {"_or": [behind, *parts]} if parts else behind

    @abstractmethod
    def _entry(self, row: JSONMapping) -> Entry:
        """Make an entry of a row."""


class ActivitySource(_NumberedSource):
    """The server's own log: everything that was done over its API, in its order."""

    name = "activity"
    sees = frozenset(KINDS)
    _number = "id"
    _fields = ("id", "action", "collection", "item", "timestamp")
    _time = "timestamp"
    _high_time: str | None = None

    def __init__(self, collection: Collection, patience: float = PATIENCE) -> None:
        super().__init__(collection, patience)
        self._log = Collection(collection.pipeline, "/activity", "directus_activity")

    def restore(self, position: Position) -> None:
        """Start where `position` was returned, if the log is the same."""
        super().restore(position)
        self._high_time = position.get("time")
        self._check_log()

    def position(self) -> Position:
        """Return how far it was taken, and when that line was written."""
        return {**super().position(), "time": self._high_time}

    def take(self, entry: Entry) -> None:
        """Note that an entry was taken."""
        super().take(entry)
        if entry.mark == self._reader.high:
            self._high_time = entry.time

    def _check_log(self) -> None:
        """Refuse a log that has not come as far as the checkpoint, or has another line where that has ended."""
        high = self._reader.high
        newest = self._newest(1)
        number = int(newest[0]["id"]) if newest else high  # an empty log may have been cleared
        rows = []
        if number >= high and self._high_time is not None:
            query = NormalizedQuery(fields=["id", "timestamp"], filter={"id": {"_gt": high - 1}}, sort=["id"], limit=1)
            rows = [row for row in self._log.rows(query) if int(row["id"]) == high]
        if number < high or any(_moment(row["timestamp"]) != _moment(self._high_time) for row in rows):
            raise ConfigurationError(
                f"the checkpoint has come to line {high} of directus_activity, and the log is another one now: its newest line "
                f"is {number}. The database was restored from a backup, or is another one, so what has changed since cannot be "
                "told. Read the collection anew, and remove the checkpoint to begin with what comes from now on"
            )

    def _check(self) -> None:
        self._log.rows(NormalizedQuery(fields=list(self._fields), limit=1))
        if not self._sees_all():
            raise Unfit("you may read only a part of directus_activity, such as what you did yourself")
        if not self._is_kept():
            raise Unfit("the server keeps no activity of this collection (its accountability is off)")

    def _sees_all(self) -> bool:
        pipeline = self.collection.pipeline
        try:
            if uncached.get(pipeline, "/policies/me/globals").data.get("admin_access"):
                return True
            rights = uncached.get(pipeline, "/permissions/me").data
            return bool(rights["directus_activity"]["read"]["access"] == "full")
        except (APIError, AttributeError, KeyError, TypeError):
            pass
        try:  # before version 11
            me = uncached.get(pipeline, "/users/me", {"fields": ["role.admin_access"]}).data
            return bool(me["role"]["admin_access"])
        except (APIError, KeyError, TypeError):
            return False

    def _is_kept(self) -> bool:
        if self.collection.name.startswith("directus_"):
            return True
        try:
            found = uncached.get(self.collection.pipeline, f"/collections/{segment(self.collection.name)}").data
        except APIError:
            return True
        meta = found.get("meta") if isinstance(found, Mapping) else None
        return not isinstance(meta, Mapping) or meta.get("accountability", "all") is not None

    def _entry(self, row: JSONMapping) -> Entry:
        ours = row.get("collection") == self.collection.name and row.get("action") in KINDS
        return Entry(str(row["action"]) if ours else "", row.get("item"), row.get("timestamp"), int(row["id"]))


class KeySource(_NumberedSource):
    """Primary keys that grow: shows what is created, and nothing else."""

    name = "key"
    sees = frozenset({"create"})

    def __init__(self, collection: Collection, patience: float = PATIENCE) -> None:
        super().__init__(collection, patience)
        self._number = collection.primary_key
        self._fields = (collection.primary_key,)

    def _check(self) -> None:
        rows = self._log.rows(NormalizedQuery(fields=[self._number], filter={self._number: {"_gt": 0}}, limit=1))
        key = rows[0].get(self._number) if rows else 0
        if not isinstance(key, int) and not (isinstance(key, str) and key.isdecimal()):
            raise Unfit(f"the primary keys of {self.collection.name} do not grow")

    def _entry(self, row: JSONMapping) -> Entry:
        return Entry("create", row[self._number], None, int(row[self._number]))


class DatesSource(Source):
    """The dates that a collection keeps of its items: shows what is created and updated, and no deletions.

    Args:
        collection: The collection.
        patience: How many seconds a change may take from its beginning to its commit.
        created: The field with the date of the creation.
        updated: The field with the date of the last change.
    """

    name = "dates"
    sees = frozenset({"create", "update"})

    def __init__(
        self,
        collection: Collection,
        patience: float = PATIENCE,
        created: str = "date_created",
        updated: str = "date_updated",
    ) -> None:
        super().__init__(collection, patience)
        self._created, self._updated = created, updated
        self._dates = {created: _Dates(), updated: _Dates()}

    def _check(self) -> None:
        fields = [self.collection.primary_key, self._created, self._updated]
        self.collection.rows(NormalizedQuery(fields=fields, sort=[self._created, self._updated], limit=1))

    def begin(self, *, first: bool) -> None:
        """Start after the newest dates, or before all."""
        if first:
            return
        for field, dates in self._dates.items():
            newest = self.collection.rows(
                NormalizedQuery(fields=[field], filter={field: {"_nnull": True}}, sort=[f"-{field}"], limit=1)
            )
            if newest:
                dates.at = str(newest[0][field])
                self._pass_over(field, dates, dates.at)

    def restore(self, position: Position) -> None:
        """Start where `position` was returned."""
        for field, dates in self._dates.items():
            found = position.get(field) or {}
            dates.at, dates.seen = found.get("at"), dict(found.get("seen", {}))
            if dates.at is not None and _moment(dates.at) is None:
                raise ValueError(f"{dates.at!r} is not a time")

    def position(self) -> Position:
        """Return the newest dates, and what was taken shortly before them."""
        return {field: {"at": dates.at, "seen": dict(dates.seen)} for field, dates in self._dates.items()}

    def fetch(self) -> list[Entry]:
        """Read what was created and updated since, in the order of the dates."""
        found = [entry for field, dates in self._dates.items() for entry in self._since(field, dates)]
        return sorted(found, key=lambda entry: str(entry.time))

    def take(self, entry: Entry) -> None:
        """Note that an entry was taken."""
        field, key = entry.mark
        self._dates[field].take(key, str(entry.time), self.patience)

    def _pass_over(self, field: str, dates: _Dates, newest: str) -> None:
        """Take what is there already. What is newer than the newest date of the beginning comes from now on."""
        offset = 0
        while rows := self._page(field, {"_gte": _earlier(newest, self.patience)}, offset):
            offset += len(rows)
            for row in rows:
                if str(row[field]) <= newest:
                    dates.take(key_text(row[self.collection.primary_key]), str(row[field]), self.patience)
            if str(rows[-1][field]) > newest:
                return

    def _page(self, field: str, rule: JSONMapping, offset: int) -> list[Any]:
        key = self.collection.primary_key
        query = NormalizedQuery(fields=[key, field], filter={field: rule}, sort=[field, key], offset=offset)
        return self.collection.rows(query, at_most=PAGE)

    def _since(self, field: str, dates: _Dates) -> list[Entry]:
        key = self.collection.primary_key
        rule: JSONMapping = {"_nnull": True} if dates.at is None else {"_gte": _earlier(dates.at, self.patience)}
        kind = "create" if field == self._created else "update"
        offset = 0
        while True:
            rows = self._page(field, rule, offset)
            fresh = [
                Entry(kind, row[key], row[field], (field, key_text(row[key])))
                for row in rows
                if dates.seen.get(key_text(row[key])) != row[field]
            ]
            if fresh or not rows:
                return fresh
            offset += len(rows)


@attrs.define
class _Dates:
    """The newest date that was taken, and what was taken shortly before it: changes are not committed in their order."""

    at: str | None = None
    seen: dict[str, str] = attrs.field(factory=dict)

    def take(self, key: str, time: str, patience: float) -> None:
        self.at = time if self.at is None else max(self.at, time)
        self.seen[key] = time
        if len(self.seen) % 100 == 0:
            oldest = _earlier(self.at, patience)
            self.seen = {name: seen for name, seen in self.seen.items() if seen >= oldest}


def _moment(time: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(time).replace("Z", "+00:00"))
    except ValueError:
        return None


def _earlier(time: str, seconds: float) -> str:
    moment = datetime.fromisoformat(time.replace("Z", "+00:00")) - timedelta(seconds=seconds)
    if moment.tzinfo is None:
        return moment.isoformat()
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


SOURCES: tuple[type[Source], ...] = (ActivitySource, DatesSource, KeySource)


def explain(error: DirectusError | Unfit) -> str:
    """Return why a source cannot be used, on one line."""
    return " ".join(str(error).split())[:200]
