"""The logs whose entries have increasing numbers: the activity log, and primary keys."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime

from directus_sdk.calls import uncached
from directus_sdk.changes.checkpoint import Position
from directus_sdk.changes.log_source import KINDS, PAGE, PATIENCE, LogEntry, Source, SourceUnavailable, moment
from directus_sdk.changes.sequence_gaps import SequenceReader
from directus_sdk.errors import APIError, ConfigurationError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.paging import Rows
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import segment


class _NumberedSource(Source):
    """A log whose entries have increasing numbers."""

    _reader: SequenceReader
    _number: str
    _fields: tuple[str, ...]
    #: The field with the time of an entry, and the latest time that was read.
    _time: str | None = None
    _latest: datetime | None = None

    def __init__(self, collection: Collection, patience: float = PATIENCE) -> None:
        super().__init__(collection, patience)
        #: The log: the collection itself, unless a source has another one.
        self._log = collection

    def begin(self, *, first: bool) -> None:
        # Changes that are not committed yet may have lower numbers than the newest entry: the gaps in the last page count.
        rows = self._newest(1 if first else PAGE)
        numbers = [] if first else sorted((int(row[self._number]), row) for row in rows)
        self._reader = SequenceReader({"high": numbers[0][0] - 1 if numbers else 0}, self.patience)
        for number, row in numbers:
            self.take(LogEntry("", "", None if self._time is None else row[self._time], number))

    def restore(self, position: Position) -> None:
        self._reader = SequenceReader(position, self.patience)

    def position(self) -> Position:
        return self._reader.position()

    def _newest(self, count: int) -> Rows:
        """Read the newest entries, in descending order."""
        fields = [self._number] if self._time is None else [self._number, self._time]
        rows = self._log.rows(NormalizedQuery(fields=fields, sort=[f"-{self._number}"]), at_most=count)
        self._note_times(rows)
        return rows

    def _note_times(self, rows: Iterable[JSONMapping]) -> None:
        times = [time for row in rows if (time := self._time_of(row)) is not None]
        self._latest = max([*times, *([] if self._latest is None else [self._latest])], default=None)

    def _time_of(self, row: JSONMapping) -> datetime | None:
        return None if self._time is None else moment(row.get(self._time))

    def _is_old(self, row: JSONMapping) -> bool:
        """Return whether every transaction that began before an entry has ended, by the times of the log.

        This is true of entries that were read: the latest time is from an earlier response or from the same one.
        """
        time = self._time_of(row)
        return time is not None and self._latest is not None and (self._latest - time).total_seconds() > self.patience

    @property
    def waits(self) -> bool:
        return self._reader.waits

    def take(self, entry: LogEntry) -> None:
        self._reader.take(entry.number, old=self._is_old({self._time or "": entry.time}))

    def newest(self) -> JSONMapping:
        rows = self._newest(1)
        # A log that was cleared ends before what was taken.
        return {self._number: max([self._reader.high, *(int(row[self._number]) for row in rows)])}

    def fetch(self, newest: JSONMapping | None = None, at_most: int = PAGE) -> list[LogEntry]:
        self._reader.start()
        condition = self._not_taken()
        end = [] if newest is None else [{self._number: {"_lte": newest[self._number]}}]
        while True:
            selected = {"_and": [condition, *end]} if end else condition
            query = NormalizedQuery(fields=list(self._fields), filter=selected, sort=[self._number])
            rows = self._log.rows(query, at_most=at_most)
            self._note_times(rows)
            fresh = [self._entry(row) for row in rows if self._reader.is_new(int(row[self._number]))]
            last = int(rows[-1][self._number]) if rows else None
            if fresh or last is None:
                self._reader.finish([entry.number for entry in fresh], last)
                return fresh
            condition = {self._number: {"_gt": last}}

    def _not_taken(self) -> JSONObject:
        """Return the filter for entries that were not taken: those after the highest number, and the missing ones."""
        number = self._number
        newer: JSONObject = {number: {"_gt": self._reader.high}}
        single = [a for a, b in self._reader.missing if a == b]
        missing: list[JSONObject] = [{number: {"_between": [a, b]}} for a, b in self._reader.missing if a < b]
        if single:
            missing.append({number: {"_in": single}})
        return {"_or": [newer, *missing]} if missing else newer

    @abstractmethod
    def _entry(self, row: JSONMapping) -> LogEntry:
        """Return the entry for a row."""


class ActivitySource(_NumberedSource):
    """The activity log of the server: all changes over its API, in their order."""

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
        """Start at the result of an earlier `position()`, if the log is the same."""
        super().restore(position)
        self._high_time = position.get("time")
        self._check_log()

    def position(self) -> Position:
        """Return the position up to which entries were taken, and the time of the last one."""
        return {**super().position(), "time": self._high_time}

    def take(self, entry: LogEntry) -> None:
        """Note that an entry was taken."""
        super().take(entry)
        if entry.number == self._reader.high:
            self._high_time = entry.time

    def _check_log(self) -> None:
        """Refuse a log that ends before the checkpoint, or has another entry at the number of the checkpoint."""
        high = self._reader.high
        newest = self._newest(1)
        number = int(newest[0]["id"]) if newest else high  # an empty log may have been cleared
        rows = []
        if number >= high and self._high_time is not None:
            query = NormalizedQuery(fields=["id", "timestamp"], filter={"id": {"_gt": high - 1}}, sort=["id"], limit=1)
            rows = [row for row in self._log.rows(query) if int(row["id"]) == high]
        if number < high or any(moment(row["timestamp"]) != moment(self._high_time) for row in rows):
            raise ConfigurationError(
                f"the checkpoint is at line {high} of directus_activity, and the log is another one now: its newest line is "
                f"{number}. The database was restored from a backup or replaced, so the changes since then are unknown. Read "
                "the whole collection again, and remove the checkpoint to begin with future changes"
            )

    def _check(self) -> None:
        self._log.rows(NormalizedQuery(fields=list(self._fields), limit=1))
        if not self._sees_all():
            raise SourceUnavailable("you may read only a part of directus_activity, such as your own activity")
        if not self._is_kept():
            raise SourceUnavailable("the server keeps no activity of this collection (its accountability is off)")

    def _sees_all(self) -> bool:
        pipeline = self.collection.pipeline
        try:
            if uncached.get(pipeline, "/policies/me/globals").data.get("admin_access"):
                return True
            permissions = uncached.get(pipeline, "/permissions/me").data
            return bool(permissions["directus_activity"]["read"]["access"] == "full")
        except (APIError, AttributeError, KeyError, TypeError):
            pass
        try:  # before version 11
            me = uncached.get(pipeline, "/users/me", NormalizedQuery(fields=["role.admin_access"])).data
            return bool(me["role"]["admin_access"])
        except (APIError, KeyError, TypeError):
            return False

    def _is_kept(self) -> bool:
        if self.collection.name.startswith("directus_"):
            return True
        try:
            collection = uncached.get(self.collection.pipeline, f"/collections/{segment(self.collection.name)}").data
        except APIError:
            return True
        meta = collection.get("meta") if isinstance(collection, Mapping) else None
        return not isinstance(meta, Mapping) or meta.get("accountability", "all") is not None

    def _entry(self, row: JSONMapping) -> LogEntry:
        is_change = row.get("collection") == self.collection.name and row.get("action") in KINDS
        return LogEntry(str(row["action"]) if is_change else "", str(row.get("item")), row.get("timestamp"), int(row["id"]))


class KeySource(_NumberedSource):
    """Increasing primary keys: shows created items only."""

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
            raise SourceUnavailable(f"the primary keys of {self.collection.name} are not increasing numbers")

    def _entry(self, row: JSONMapping) -> LogEntry:
        return LogEntry("create", row[self._number], None, int(row[self._number]))
