"""The log that the dates of creation and last change are."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from directus_sdk.changes.checkpoint import Position
from directus_sdk.changes.log_source import PAGE, PATIENCE, LogEntry, Source, moment
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.paging import Rows
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery

_KINDS_BY_DATE = {"date_created": "create", "date_updated": "update"}


class DatesSource(Source):
    """Fields with the dates of creation and last change: shows created and updated items, no deletions.

    Args:
        collection: The collection.
        patience: The maximum duration of a transaction, in seconds.
    """

    name = "dates"
    sees = frozenset({"create", "update"})

    def __init__(self, collection: Collection, patience: float = PATIENCE) -> None:
        super().__init__(collection, patience)
        self._dates = {field: _Dates() for field in _KINDS_BY_DATE}

    def _check(self) -> None:
        fields = [self.collection.primary_key, *self._dates]
        self.collection.rows(NormalizedQuery(fields=fields, sort=list(self._dates), limit=1))

    def begin(self, *, first: bool) -> None:
        """Start after the newest dates, or before all dates."""
        if first:
            return
        for field, newest in self.newest().items():
            self._dates[field].at = newest
            self._pass_over(field, self._dates[field], newest)

    def restore(self, position: Position) -> None:
        """Start at the result of an earlier `position()`."""
        for field, dates in self._dates.items():
            saved = position.get(field) or {}
            dates.at, dates.seen = saved.get("at"), dict(saved.get("seen", {}))
            if dates.at is not None and moment(dates.at) is None:
                raise ValueError(f"{dates.at!r} is not a valid time")

    def position(self) -> Position:
        """Return the newest dates, and the keys of the entries shortly before them."""
        return {field: {"at": dates.at, "seen": dict(dates.seen)} for field, dates in self._dates.items()}

    def newest(self) -> JSONMapping:
        """Return the newest date of each kind; a kind without dates is left out."""
        newest = {}
        for field in self._dates:
            query = NormalizedQuery(fields=[field], filter={field: {"_nnull": True}}, sort=[f"-{field}"], limit=1)
            for row in self.collection.rows(query):
                newest[field] = str(row[field])
        return newest

    def fetch(self, newest: JSONMapping | None = None, at_most: int = PAGE) -> list[LogEntry]:
        """Read the items that were created and updated since, in the order of the dates."""
        entries: list[LogEntry] = []
        for field, dates in self._dates.items():
            condition: JSONObject = {"_nnull": True} if dates.at is None else {"_gte": _earlier(dates.at, self.patience)}
            if newest is not None:
                if field not in newest:
                    continue
                condition["_lte"] = newest[field]
            entries += self._since(field, dates, condition, at_most)
        return sorted(entries, key=lambda entry: str(entry.time))

    def take(self, entry: LogEntry) -> None:
        """Note that an entry was taken."""
        self._dates[entry.field].take(key_text(entry.key), str(entry.time), self.patience)

    def _pass_over(self, field: str, dates: _Dates, newest: str) -> None:
        """Take the existing items, up to the newest date at the start."""
        offset = 0
        while rows := self._page(field, {"_gte": _earlier(newest, self.patience)}, offset, PAGE):
            offset += len(rows)
            for row in rows:
                if str(row[field]) <= newest:
                    dates.take(key_text(row[self.collection.primary_key]), str(row[field]), self.patience)
            if str(rows[-1][field]) > newest:
                return

    def _page(self, field: str, condition: JSONMapping, offset: int, at_most: int) -> Rows:
        key = self.collection.primary_key
        # Version 9 fails with two operators on one field of times.
        rules = [{field: {operator: value}} for operator, value in condition.items()]
        query = NormalizedQuery(fields=[key, field], filter={"_and": rules}, sort=[field, key], offset=offset)
        return self.collection.rows(query, at_most=at_most)

    def _since(self, field: str, dates: _Dates, condition: JSONMapping, at_most: int) -> list[LogEntry]:
        key = self.collection.primary_key
        offset = 0
        while True:
            rows = self._page(field, condition, offset, at_most)
            fresh = [
                LogEntry(_KINDS_BY_DATE[field], row[key], row[field], field=field)
                for row in rows
                if dates.seen.get(key_text(row[key])) != row[field]
            ]
            if fresh or not rows:
                return fresh
            offset += len(rows)


@attrs.define
class _Dates:
    """The newest date that was taken, and the keys of the entries shortly before it, since commits are not in order."""

    at: str | None = None
    seen: dict[str, str] = attrs.field(factory=dict)

    def take(self, key: str, time: str, patience: float) -> None:
        self.at = time if self.at is None else max(self.at, time)
        self.seen[key] = time
        if len(self.seen) % 100 == 0:
            oldest = _earlier(self.at, patience)
            self.seen = {name: seen for name, seen in self.seen.items() if seen >= oldest}


def _earlier(time: str, seconds: float) -> str:
    at = datetime.fromisoformat(time.replace("Z", "+00:00")) - timedelta(seconds=seconds)
    if at.tzinfo is None:
        return at.isoformat()
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
