"""The rows of a table as the items of a bulk call: each value as its field has it, and dotted columns put together.

The type of the field decides what a value means (`directus_sdk.reading.field_values`); `columns=` of the caller comes first.
Where the server does not report the fields, values are sent as they are. The names of the columns are checked first; and a
table that can be read twice is checked as a whole before anything is sent, so that a bad cell leaves nothing half done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from math import isfinite
from typing import Any

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_types import fields_of, key_name, permitted_fields, targets_of
from directus_sdk.reading.field_values import Field
from directus_sdk.tables.cells import MASK, nested
from directus_sdk.tables.csv_rows import separator_hint
from directus_sdk.tables.options import ColumnType, Options, converted
from directus_sdk.tables.records import Record, Table, derived, place
from directus_sdk.wire.field_names import check_names
from directus_sdk.wire.functions import closest
from directus_sdk.wire.value_forms import NUMBER, holds_mapping, parsed
from directus_sdk.wire.value_types import INTEGERS, SCALARS, STRINGS

#: A value that is not sent.
_LEFT_OUT = object()

#: How many cells of a column are remembered with their values: days and booleans repeat.
_REMEMBERED = 2_000

_Convert = Callable[[Any], object]


class TableRows:
    """Makes items of the rows of a table.

    Args:
        collection: The collection that they are for.
        table: The table.
        options: How the caller reads it.
        creates: Whether related items without a key are created.

    Raises:
        ValueError: A column is not a field, or one is missing.
    """

    def __init__(self, collection: Collection, table: Table, options: Options, *, creates: bool) -> None:
        self._collection, self._key = collection, collection.primary_key
        self._table = table
        self._types = options.columns
        self._creates = creates
        self._fields_of = lru_cache(maxsize=None)(lambda name: fields_of(collection.pipeline, name))
        self._converters: dict[str, _Convert] = {}
        self._plans: dict[tuple[str, ...], tuple[list[_Convert], bool]] = {}
        if table.columns is not None:
            if missing := [name for name in self._types if name not in table.columns]:
                raise ValueError(f"columns: {table.name} has no column {missing[0]!r}; its columns are {list(table.columns)}")
            self._plan(tuple(table.columns))  # the names are checked before a row is read

    @cached_property
    def _fields(self) -> Mapping[str, Field]:
        """The fields of the collection; a file of JSON is opened, and its first row read, before they are asked for."""
        return self._fields_of(self._collection.name)

    def check(self, *, values: bool, required: str | None) -> int:
        """Read the whole table, before anything is sent, and return how many rows it has.

        Args:
            values: Whether values are checked too.
            required: The field that says which item a row is about.

        Raises:
            ValueError: The file is broken, or a value is missing or not valid for its field.
        """
        columns = self._table.columns
        if required is not None and columns and required not in columns:
            hint = f"; {self._collection.key_hint}" if required == self._key else ""
            raise ValueError(
                f"{self._table.name} has no column {required!r}, which says which item a row is about; its columns are "
                f"{list(columns)}{hint}. Nothing was sent"
            )
        count = 0
        try:
            for row in self._table.rows():
                count += 1
                if values:
                    item = self.item(row)
                    if required is not None and required in row and isinstance(item, Record) and item.get(required) is None:
                        raise ValueError(f"{place(row, 0)} has no {required!r}, which says which item it is about")
                elif (names := tuple(row)) not in self._plans:
                    self._plan(names)
        except (ValueError, TypeError) as error:
            base = TypeError if isinstance(error, TypeError) else ValueError
            raise base(f"{error}. Nothing was sent") from error
        return count

    def item(self, row: object) -> object:
        """Return the item of a row.

        Raises:
            ValueError: A column is not a field, or a value is not valid for its field; the error names file, line and column.
        """
        if not isinstance(row, Record):
            return row
        names = tuple(row)
        converters, has_dots = self._plans.get(names) or self._plan(names, row)
        values: JSONObject = {}
        for name, raw, convert in zip(names, row.values(), converters, strict=True):
            try:
                value = convert(raw)
            except (ValueError, TypeError, ArithmeticError) as error:
                text = f"{row.source}, {row.unit} {row.line}, column {name!r}: {error}"
                excerpt = repr(raw)[:80]
                raise ValueError(text if excerpt in text else f"{text}; the value is {excerpt}") from error
            if value is not _LEFT_OUT:
                values[name] = value
        if has_dots:
            values = nested(values)
        if not self._creates:
            self._check_keys(values, self._fields, place(row, 0))
        return derived(row, values)

    # ------------------------------------------------------------------ the columns
    def _plan(self, names: tuple[str, ...], row: Record | None = None) -> tuple[list[_Convert], bool]:
        """Return the converters of the columns, and whether some are parts of related items."""
        where = self._table.name if row is None else place(row, 0)
        plan = [self._converter(name, names, where) for name in names], any("." in name for name in names)
        if plan[1]:
            nested(dict.fromkeys(names))
            # A value in each column shows which are missing.
            self._check_keys(nested(dict.fromkeys(names, True)), {} if self._creates else self._fields, where)
        if len(self._plans) < 1_000:  # every row may have other names
            self._plans[names] = plan
        return plan

    def _converter(self, name: str, names: Sequence[str], where: str) -> _Convert:
        if name not in self._converters:
            field = self._field(name, names, where)
            self._converters[name] = _converter(field, self._types.get(name), self._table, is_key=name == self._key)
        return self._converters[name]

    def _field(self, name: str, names: Sequence[str], where: str) -> Field:
        fields, (*path, last) = self._fields, name.split(".")
        for part in path:
            if part not in fields or not fields[part].related:
                check_names([name], where)
            fields = self._fields_of(str(fields[part].related))
        check_names([last], where)
        if last in fields and "no-data" not in fields[last].special:
            return fields[last]
        if fields and (path or not (last == self._key or self._writable & {last, "*"})):
            alike = {field.lower(): field for field in fields}
            near = closest(last.strip().lower(), alike)
            hint = separator_hint(names) or (f": did you mean {alike[near]!r}" if near else ": leave it out")
            whole = f"{self._collection.name}{''.join(f'.{part}' for part in path)}"
            raise ValueError(f"{where} has the column {name!r}, which is not a field of {whole}{hint}")
        return Field(last, brief=True)

    def _check_keys(self, item: JSONMapping, fields: Mapping[str, Field], where: str) -> None:
        """Refuse related items without their keys."""
        for name, value in item.items():
            if type(value) is dict and name in fields and (related := fields[name].related):
                inner = self._fields_of(related)
                key = key_name(inner)
                if value.get(key) is None:
                    raise ValueError(
                        f"{where} has values of {name!r}, an item of {related}, without its key, and the server would create "
                        f"it again at each write. Add its key, such as the column '{name}.{key}', or leave its columns out"
                    )
                self._check_keys(value, inner, where)
            elif fields is self._fields and type(value) in (list, dict) and name in fields and fields[name].type == "alias":
                self._check_list(name, value, where)

    def _check_list(self, name: str, value: list[object] | JSONMapping, where: str) -> None:
        """Refuse a list with related items that have no key."""
        new = value.get("create") if isinstance(value, dict) else value
        entries = [entry for entry in new if isinstance(entry, dict)] if isinstance(new, list) else []
        if not entries or not (targets := self._targets.get((self._collection.name, name))):
            return
        related = targets[0]
        key = key_name(self._fields_of(related))
        if isinstance(value, dict) or any(entry.get(key) is None for entry in entries):
            raise ValueError(
                f"{where} has items of {related} in {name!r} without their keys, and the server would create them again at "
                f"each write. Add their keys, such as the field '{name}.{key}' of an export, or leave {name!r} out"
            )

    @cached_property
    def _targets(self) -> Mapping[tuple[str, str], list[str]]:
        return targets_of(self._collection.pipeline)

    @cached_property
    def _writable(self) -> frozenset[str]:
        """The fields that the user may write, which may be more than may be read."""
        by_action = permitted_fields(self._collection.pipeline, self._collection.name)
        names = by_action.get("create", frozenset()) | by_action.get("update", frozenset())
        # Who may read every field has got the names of all.
        return names - {"*"} if "*" in by_action.get("read", ()) else names


def _converter(field: Field, kind: ColumnType | None, table: Table, *, is_key: bool) -> _Convert:
    """Return the function that makes the value of a field of the value of a column."""
    null = _LEFT_OUT if field.type == "alias" else field.of_empty_cell if table.cells and not is_key else None
    may_be_masked = field.is_hidden or field.brief
    if field.type in STRINGS and kind is None and not may_be_masked and not field.related and field.keeps_nul:

        def string(raw: Any) -> object:
            return raw if type(raw) is str else null if raw is None else field.to_send(raw)

        return string

    def convert(raw: Any) -> object:
        if raw is None or (raw == "" and table.text and field.type not in STRINGS and field.type != "unknown"):
            return null
        if may_be_masked and raw == MASK:
            return _LEFT_OUT
        value = raw if kind is None else converted(kind, raw)
        if isinstance(value, str) and (made := _of_string(field, value, table)) is not _LEFT_OUT:
            return made
        if (field.related or field.type == "alias") and isinstance(value, (dict, list)):
            return value  # related items
        sent = field.to_send(value)
        if reason := field.why_invalid(sent):
            raise ValueError(reason)
        return null if sent is None else sent

    if not table.text or may_be_masked or kind is not None or field.type not in SCALARS - STRINGS:
        return convert
    values: dict[str | None, object] = {}

    def remembered(raw: Any) -> object:
        if raw in values:
            return values[raw]
        value = convert(raw)
        if len(values) < _REMEMBERED:
            values[raw] = value
        return value

    return remembered


def _of_string(field: Field, value: str, table: Table) -> object:
    """Return what a string means in a few common cases, or `_LEFT_OUT`."""
    if field.type in INTEGERS and len(value) < 19 and value.isascii() and value.removeprefix("-").isdigit():
        return int(value)
    if field.type in ("float", "decimal") and NUMBER.fullmatch(value) and isfinite(float(value)):
        return value
    if field.is_json and not table.documents:
        return field.of_document(value)
    if field.type == "alias" and holds_mapping(items := parsed(value)):
        return items
    return _LEFT_OUT
