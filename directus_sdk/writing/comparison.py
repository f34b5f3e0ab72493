"""Comparing the rows of a table with the items of a collection, field by field."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.wire.keys import key_text
from directus_sdk.writing import rows as tables
from directus_sdk.writing.field_values import Field, equal, guessed
from directus_sdk.writing.rows import Rows

#: How many rules a database takes in one filter.
_RULES = 200


class Comparison:
    """Compares rows with items, field by field.

    Args:
        collection: The collection.
        table: The rows.
        match_on: The field that they are matched by.
        fields: The fields of the collection, as far as they may be read.
        truths: Without them: the names of the fields that hold truth values in some item.
    """

    def __init__(
        self, collection: Collection, table: Rows, match_on: str, fields: Mapping[str, Field], truths: Container[str] = ()
    ) -> None:
        self._collection = collection
        self._key = collection.primary_key
        self._table = table
        self._match_on = match_on
        self._fields = fields
        self._truths = truths
        self.not_compared: dict[str, None] = {}

    def created(self, index: int) -> JSONMapping:
        """Return what is sent to create the item of a row."""
        row = self._table.rows[index]
        values = {name: self._meant(index, name, value, None) for name, value in row.items()}
        nothing = {name for name, value in values.items() if value is None and self._kind(name) == "alias"}
        return tables.derived(row, {name: value for name, value in values.items() if name not in nothing})

    def changes(self, index: int, current: JSONMapping) -> JSONMapping:
        """Return the fields that differ, with what is sent for them."""
        changes: JSONObject = {}
        for name, given in self._table.rows[index].items():
            if name == self._key:
                if given is not None and key_text(given) != key_text(current[name]):
                    raise ValueError(
                        f"{self._table.place(index)} has {name} = {given!r}, and the item with {self._match_on} = "
                        f"{current[self._match_on]!r} has {current[name]!r}: a server never changes a key. Leave {name!r} out"
                    )
                continue
            if name == self._match_on:
                continue
            held = current.get(name)
            if type(given) is type(held) and given == held and not isinstance(given, (dict, list)):
                continue  # whatever the type of the field is
            field = self._fields.get(name)
            if field is not None and (field.own or field.hides(held)):
                self.not_compared[name] = None
                continue
            sent = self._meant(index, name, given, held)
            # Empty text in a field that holds none is an empty cell, wherever it comes from; "null" in JSON is none.
            cell = (self._table.cells and given is None) or given == ""
            if not self._same(index, name, sent, held, cell):
                changes[name] = sent
        return changes

    def unfit(self, row: JSONMapping) -> str | None:
        """Return why a row cannot be written, or ``None``."""
        for name, value in row.items():
            field = self._fields.get(name)
            if field is not None and (reason := field.unfit(value)):
                return f"{name!r}: {reason}"
        return None

    def settled(self, update: Sequence[JSONMapping]) -> list[JSONMapping]:
        """Return the changes without those that the server, which knows its own time zone, takes for what it has."""
        for field in self._fields.values():
            doubtful = [
                {"_and": [{self._key: {"_eq": row[self._key]}}, rule]}
                for row in update
                if field.name in row and (rule := field.asked(row[field.name])) is not None
            ]
            for start in range(0, len(doubtful), _RULES):
                rules = doubtful[start : start + _RULES]
                query = {"filter": {"_or": rules}, "fields": [self._key], "limit": len(rules)}
                same = {key_text(row[self._key]) for row in self._collection.rows(query)}
                update = [
                    tables.derived(row, {name: value for name, value in row.items() if name != field.name})
                    if key_text(row[self._key]) in same
                    else row
                    for row in update
                ]
        return [row for row in update if len(row) > 1]

    def _kind(self, name: str) -> str:
        return self._fields[name].kind if name in self._fields else ""

    def _meant(self, index: int, name: str, given: Any, current: Any) -> Any:
        field = self._fields.get(name)
        try:
            if field is not None:
                return field.meant(given, current)
            return guessed(given, True if current is None and name in self._truths else current)
        except (ValueError, TypeError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"{self._table.place(index)}, {name!r}: {error}. Nothing was planned") from error

    def _same(self, index: int, name: str, sent: Any, current: Any, cell: bool) -> bool:
        field = self._fields.get(name)
        if field is None:
            if sent is None and cell and current == "":
                return True
            return equal(sent, current, from_text=isinstance(sent, str) and not isinstance(current, str))
        try:
            return field.same(sent, current, cell=cell)
        except ValueError as error:
            raise ValueError(f"{self._table.place(index)}, {name!r}: {error}. Nothing was planned") from error
