"""What `sync` compares: each row with its item, field by field, in the fields that the row has.

The primary key, the field to match on, and fields that the server sets itself or masks are left out. Everything else is
compared as `directus_sdk.writing.field_values` describes; what differs is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.writing import rows as tables
from directus_sdk.writing.field_values import Field
from directus_sdk.writing.rows import Rows

#: Types whose values are equal in a field of any type where they are equal in Python.
_PLAIN = frozenset({str, int, float, bool, type(None)})
#: How many rules a database takes in one filter.
_RULES = 200


class Comparison:
    """Compares rows with items, field by field.

    Args:
        collection: The collection.
        table: The rows.
        match_on: The field that they are matched by.
        fields: The fields of the rows.
    """

    def __init__(self, collection: Collection, table: Rows, match_on: str, fields: Mapping[str, Field]) -> None:
        self._collection = collection
        self._key = collection.primary_key
        self._table = table
        self._match_on = match_on
        self._fields = fields
        self.not_compared: dict[str, None] = {}

    def created(self, index: int) -> JSONMapping:
        """Return what is sent to create the item of a row."""
        row, values = self._table.rows[index], {}
        for name, raw in row.items():
            with ErrorPlace(self._table, index, name):
                value = self._fields[name].to_send(raw)
            if value is not None or (self._fields[name].type != "alias" and name != self._key):
                values[name] = value
        return tables.derived(row, values)

    def changes(self, index: int, current: JSONMapping) -> JSONMapping:
        """Return the fields that differ, with what is sent for them."""
        changes: JSONObject = {}
        for name, raw in self._table.rows[index].items():
            stored, field = current.get(name), self._fields[name]
            if name == self._key:
                if raw is not None and key_text(raw) != key_text(current[name]):
                    raise ValueError(
                        f"{self._table.place(index)} has {name} = {raw!r}, and the item with {self._match_on} = "
                        f"{current[self._match_on]!r} has {stored!r}: a server never changes a key. Leave {name!r} out"
                    )
            elif name == self._match_on or (type(raw) is type(stored) and raw == stored and type(raw) in _PLAIN):
                continue
            elif field.is_set_by_server or field.masks(stored):
                self.not_compared[name] = None
            else:
                # An empty string in a field that holds no strings is an empty cell; "null" in JSON is not.
                cell = (self._table.cells and raw is None) or raw == ""
                with ErrorPlace(self._table, index, name):
                    sent = field.to_send(raw, stored)
                    if not field.is_same(sent, stored, cell=cell):
                        changes[name] = sent
        return changes

    def why_unfit(self, row: JSONMapping) -> str | None:
        """Return why a row cannot be written, or ``None``."""
        reasons = ((name, self._fields[name].why_unfit(value)) for name, value in row.items() if name in self._fields)
        return next((f"{name!r}: {reason}" for name, reason in reasons if reason), None)

    def without_equal_values(self, update: Sequence[JSONMapping]) -> list[JSONMapping]:
        """Return the changes without values that the server, which knows its time zone and its database, finds equal."""
        for field in self._fields.values():
            filters = [
                {"_and": [{self._key: {"_eq": row[self._key]}}, server_filter]}
                for row in update
                if field.name in row and (server_filter := field.server_filter(row[field.name])) is not None
            ]
            for start in range(0, len(filters), _RULES):
                rules = filters[start : start + _RULES]
                query = NormalizedQuery(filter={"_or": rules}, fields=[self._key], limit=len(rules))
                equal = {key_text(row[self._key]) for row in self._collection.rows(query)}
                update = [
                    tables.derived(row, {name: value for name, value in row.items() if name != field.name})
                    if key_text(row[self._key]) in equal
                    else row
                    for row in update
                ]
        return [row for row in update if len(row) > 1]


class ErrorPlace:
    """A context in which errors of a value name its row and its field."""

    def __init__(self, table: Rows, index: int, name: str) -> None:
        self._place = table, index, name

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, (ValueError, TypeError)):
            table, index, name = self._place
            base = TypeError if isinstance(error, TypeError) else ValueError
            raise base(f"{table.place(index)}, {name!r}: {error}. Nothing was planned") from error
