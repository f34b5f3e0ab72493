"""The rows of a table: items, instances of models and entries of the data model become mappings with the same columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from itertools import islice

import attrs

from directus_sdk.display import values
from directus_sdk.display.card import Card, Grid
from directus_sdk.redaction import redact

#: The maximum number of rows, of rows of a description, and of columns; of more columns those without values are left out.
ROWS, WHOLE, COLUMNS, _MANY = 60, 200, 20, 8
_NAME = 40


@attrs.frozen
class Prepared:
    """The rows of a table that can be displayed.

    Attributes:
        names: The columns.
        rows: The rows.
        left_out: Columns that are not displayed, in words.
    """

    names: list[str]
    rows: list[dict[str, object]]
    left_out: str


def prepare(grid: Grid, rows: int, columns: int) -> Prepared:
    """Return the first rows of a table, with as many columns as there is room for."""
    records, widest = [], 0
    for row in islice(grid.rows, rows):
        try:
            mapping = _model_entry(_mapping(row))
            record, widest = values.masked(mapping, grid.masked), max(widest, len(mapping))
        except Exception as error:  # noqa: BLE001 - a class of a user's own
            record = {"value": f"<{type(row).__name__}: {type(error).__name__}>"}
        records.append(record)
    names = list(dict.fromkeys(name for record in records for name in record))
    unread = widest - values.FIELDS
    notes = []
    if len(names) > _MANY:
        full = [name for name in names if any(not values.is_empty(record.get(name)) for record in records)]
        if len(full) < len(names):
            notes.append(f"{_columns(len(names) - len(full))} without values")
        names = full or names[:1]
    if len(names) > columns:
        rest = _columns(len(names) - columns + max(unread, 0))
        notes.append(f"{rest}: {', '.join(map(name_of, names[columns : columns + 8]))}")
    return Prepared(names[:columns], records, values.shorten("; not displayed: " + ", ".join(notes), 300) if notes else "")


def _columns(count: int) -> str:
    return f"{count:,} column{'s' * (count != 1)}"


def name_of(name: str) -> str:
    """Return the name of a column."""
    return values.line(name, _NAME)


def card_of(value: object) -> Card:
    """Return what is displayed of an object that has no card of its own: its attributes, or its ``repr`` and what it is."""
    kind = type(value)
    fields = getattr(kind, "__attrs_attrs__", None)
    if isinstance(value, Mapping):
        return Card(values.line(values.brief(value), spell=redact.masked_repr))
    if dataclasses.is_dataclass(kind) or hasattr(kind, "model_fields"):  # a model of the user
        return Card(kind.__name__, facts=_mapping(value))
    if not fields:
        return Card(values.line(value, spell=repr), lines=[(kind.__doc__ or "").partition("\n")[0]])
    public = [field for field in fields if field.repr and not field.name.startswith("_")]
    values_of = ((field, getattr(value, field.name)) for field in public)
    facts = {each.alias: each.repr(item) if callable(each.repr) and isinstance(item, str) else item for each, item in values_of}
    return Card(kind.__name__, facts=facts)


def _mapping(row: object) -> Mapping[str, object]:
    """Return an item as a mapping, whatever its class is."""
    if isinstance(row, Mapping):
        return row
    fields = values.fields_of(row)
    if fields is not None:
        return fields
    own = getattr(row, "__dict__", None)
    return own if isinstance(own, dict) and own else {"value": row}


def _model_entry(row: Mapping[str, object]) -> Mapping[str, object]:
    """Return an entry of the data model, such as a collection, in the words that describe it."""
    if not ("collection" in row and "meta" in row and "schema" in row):
        return row
    meta = row["meta"] if isinstance(row["meta"], Mapping) else {}
    plain = {name: value for name, value in row.items() if name not in ("meta", "schema", "fields")}
    if "related_collection" in row:
        return {**plain, "one_field": meta.get("one_field"), "junction_field": meta.get("junction_field")}
    if "field" in row:
        more = {"required": "yes" if meta.get("required") else "", "interface": meta.get("interface")}
    else:
        kind = "folder" if row["schema"] is None else "singleton" if meta.get("singleton") else "items"
        more = {"kind": "system" if meta.get("system") else kind}
    return {
        **plain,
        **more,
        "hidden": "yes" if meta.get("hidden") else "",
        "note": "" if meta.get("system") else meta.get("note"),
    }
