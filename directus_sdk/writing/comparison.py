"""What `sync` compares: each row with its item, field by field, in the fields that the row has.

The primary key, the fields to match on, and fields that the server sets itself or masks are left out. Everything else is
compared as `directus_sdk.reading.field_values` describes; what differs is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_values import Field
from directus_sdk.wire.iterators import batched
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.writing.nested_rows import SAME, NestedRows
from directus_sdk.writing.quick_equality import Quick, quick_equality
from directus_sdk.writing.row_store import StoredRow

#: Types whose values are equal in a field of any type where they are equal in Python.
_PLAIN = frozenset({str, int, float, bool, type(None)})
#: How many rules a database takes in one filter.
_RULES = 200


@attrs.define(eq=False, repr=False)
class Comparison:
    """Compares rows with items, field by field.

    Args:
        collection: The collection.
        match_on: The fields that they are matched by.
        fields: The fields of the rows.
        nested: Compares related items.
        cells: Whether the values are cells of a table.
    """

    _collection: Collection
    _match_on: Sequence[str]
    _fields: Mapping[str, Field]
    _nested: NestedRows
    _cells: bool
    _quick: dict[tuple[str, ...], list[tuple[int, str, Quick | None]]] = attrs.field(factory=dict, init=False)
    not_compared: dict[str, None] = attrs.field(factory=dict, init=False)
    _key: str = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._key = self._collection.primary_key

    def created(self, row: StoredRow) -> JSONMapping:
        """Return what is sent to create the item of a row."""
        values: JSONObject = {}
        for name, value in zip(row.names, row.values, strict=True):
            sent, _ = self._sent(row, name, value, None)
            if sent is SAME:
                sent = None
            if sent is not None or (self._fields[name].type != "alias" and name != self._key):
                values[name] = sent
        return row.derived(values)

    def changes(self, row: StoredRow, current: JSONMapping) -> JSONMapping:
        """Return the fields that differ, with what is sent for them."""
        changes: JSONObject = {}
        values = row.values
        for place, name, quick in self._columns(row.names):
            raw, stored = values[place], current.get(name)
            kind = type(raw)
            if kind is type(stored) and raw == stored and kind in _PLAIN:
                continue
            if quick is not None:
                if not quick(raw, stored):
                    self._compare(row, name, raw, stored, changes)
            elif name != self._key:
                self._compare(row, name, raw, stored, changes)
            elif raw != str(stored):
                self._check_key(row, raw, current)
        return changes

    def _columns(self, names: tuple[str, ...]) -> list[tuple[int, str, Quick | None]]:
        """Return the columns that are compared, each with its place."""
        columns = self._quick.get(names)
        if columns is None:
            columns = self._quick[names] = [
                (place, name, None if name == self._key else quick_equality(self._fields[name], cells=self._cells))
                for place, name in enumerate(names)
                if name not in self._match_on or name == self._key
            ]
        return columns

    def _check_key(self, row: StoredRow, raw: object, current: JSONMapping) -> None:
        if raw is not None and key_text(raw) != key_text(current[self._key]):
            raise ValueError(
                f"{row.place} has {self._key} = {raw!r}, and the item with "
                f"{' and '.join(f'{name} = {current[name]!r}' for name in self._match_on)} has "
                f"{current[self._key]!r}: a server never changes a key. Leave {self._key!r} out"
            )

    def _compare(self, row: StoredRow, name: str, raw: object, stored: object, changes: JSONObject) -> None:
        field = self._fields[name]
        if field.is_set_by_server or field.masks(stored):
            self.not_compared[name] = None
            return
        sent, is_same = self._sent(row, name, raw, stored)
        if not is_same:
            changes[name] = sent

    def _sent(self, row: StoredRow, name: str, raw: object, stored: object) -> tuple[object, bool]:
        """Return what is sent for a value of a row, and whether it equals the value of the item."""
        field = self._fields[name]
        # An empty string in a field that holds no strings is an empty cell; "null" in JSON is not.
        cell = (self._cells and raw is None) or raw == ""
        if raw is None and self._cells:
            raw = field.of_empty_cell
        with ErrorPlace(row.place, name):
            nested = self._nested.read(field, raw, of_file=row.line is not None)
            if nested is not None:
                sent = self._nested.difference(field, nested, stored)
                return sent, sent is SAME
            current = stored
            if isinstance(stored, Mapping) and field.related:  # other rows have values of the related item
                current = stored.get(self._nested.key_of(field), stored)
            sent = field.to_send(raw, current)
            is_key = not isinstance(current, Mapping) or not field.related
            return sent, is_key and field.is_same(sent, current, cell=cell)

    def why_unfit(self, row: JSONMapping) -> str | None:
        """Return why a row cannot be written, or ``None``."""
        reasons = ((name, self._fields[name].why_unfit(value)) for name, value in row.items() if name in self._fields)
        return next((f"{name!r}: {reason}" for name, reason in reasons if reason), None)

    def drop_equal_values(self, updates: Sequence[JSONObject]) -> None:
        """Remove from changes the values that the server, which knows its time zone and its database, finds equal."""
        for field in self._fields.values():
            filters = [
                {"_and": [{self._key: {"_eq": row[self._key]}}, server_filter]}
                for row in updates
                if field.name in row and (server_filter := field.server_filter(row[field.name])) is not None
            ]
            for rules in batched(filters, _RULES):
                query = NormalizedQuery(filter={"_or": rules}, fields=[self._key], limit=len(rules))
                equal = {key_text(row[self._key]) for row in self._collection.rows(query)}
                for row in updates:
                    if key_text(row[self._key]) in equal and field.name != self._key:
                        row.pop(field.name, None)


class ErrorPlace:
    """A context in which errors of a value name its row and its field."""

    def __init__(self, place: str, name: str) -> None:
        self._place, self._name = place, name

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, (ValueError, TypeError)):
            base = TypeError if isinstance(error, TypeError) else ValueError
            raise base(f"{self._place}, {self._name!r}: {error}. Nothing was planned") from error
