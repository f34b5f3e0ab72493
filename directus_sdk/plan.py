"""Making a collection like a table: compared first, written when you say so."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import attrs

from directus_sdk import frames
from directus_sdk.encoding import loads, to_text
from directus_sdk.keys import key_text
from directus_sdk.match_values import Value, matched
from directus_sdk.query import normalize
from directus_sdk.results import BulkResult

_OF_EVERY_CALL = ("batch_size", "on_error", "workers", "progress")
_MISSING = "\0missing"


@attrs.frozen
class Applied:
    """What `Plan.apply` did.

    Attributes:
        created: The keys of the new items.
        updated: The keys of the changed items.
        deleted: The keys of the deleted items.
    """

    created: BulkResult[Any]
    updated: BulkResult[Any]
    deleted: BulkResult[Any]

    @property
    def count(self) -> int:
        """How many items were written or deleted."""
        return self.created.count + self.updated.count + self.deleted.count


@attrs.frozen
class Plan:
    """What makes a collection like the rows it was compared with; it prints as ``+3 ~12 -0 =985``.

    Attributes:
        create: The rows that have no item yet.
        update: For each item that differs: its key, and the fields that differ with their new values.
        delete: The keys of the items that no row is about.
        same: How many items are as the rows want them.
    """

    create: list[Mapping[str, Any]]
    update: list[dict[str, Any]]
    delete: list[Any]
    same: int
    _items: Any = attrs.field(repr=False, eq=False)

    def __str__(self) -> str:
        return f"+{len(self.create)} ~{len(self.update)} -{len(self.delete)} ={self.same}"

    def apply(self, **options: Any) -> Applied:
        """Do it: create, change, then delete.

        Args:
            **options: `batch_size`, `on_error`, `workers` and `progress`, as of ``update_batch``, for all that is done;
                `returning` and what to return, such as `fields`, for what is created and changed. A `checkpoint` is not
                taken: after a crash a new `sync` shows what is left.

        Returns:
            What was done.

        Raises:
            BulkError: A call failed; ``.result`` holds what it had done. A new `sync` shows what is left.
            TypeError: An option is not known here; nothing was sent.
        """
        if options.pop("checkpoint", None) is not None:
            # One file cannot tell how far each of three calls came.
            raise TypeError("apply takes no checkpoint: after a crash, a new sync() shows what is left")
        normalize({name: value for name, value in options.items() if name not in (*_OF_EVERY_CALL, "returning")})
        shared = {name: value for name, value in options.items() if name in _OF_EVERY_CALL}
        return Applied(
            # Which new key belongs to which row nobody asks for, so the order does not matter.
            self._items.create_many(self.create, **{"returning": None, **options}) if self.create else BulkResult(),
            self._items.update_batch(self.update, **{"returning": "keys", **options}) if self.update else BulkResult(),
            self._items.delete_many(self.delete, **shared) if self.delete else BulkResult(),
        )


def compare(items: Any, rows: Any, match_on: str, delete_missing: bool, selection: Mapping[str, Any] | None) -> Plan:
    """Compare rows with a collection; see `directus_sdk.handlers.items.ItemsHandler.sync`."""
    wanted, from_text = _read(rows)
    _check_wanted(wanted, match_on)
    if delete_missing and not wanted:
        raise ValueError(
            "there are no rows, so delete_missing=True would delete everything; if you mean that, call "
            "delete_by_query({}, all_items=True)"
        )
    names = dict.fromkeys(name for row in wanted for name in row)
    wire: dict[str, Any] = {"fields": list(dict.fromkeys([items.primary_key, match_on, *names]))}
    if selection:
        from directus_sdk.filters import check_filter

        wire["filter"] = check_filter(selection, known_only=True)
    there, found = _everything(items, wanted, match_on, wire) if delete_missing else _asked(items, wanted, match_on, wire)
    create: list[Mapping[str, Any]] = []
    update: list[dict[str, Any]] = []
    same = 0
    kept: dict[int, int] = {}
    for index, (row, current) in enumerate(zip(wanted, found, strict=True)):
        if current is None:
            create.append(row)
            continue
        other = kept.setdefault(id(current), index)
        if other != index:
            raise ValueError(f"rows {other} and {index} are about one item, which has {match_on} = {current[match_on]!r}")
        changes = {
            name: value
            for name, value in row.items()
            if name not in (items.primary_key, match_on) and not equal(value, current.get(name), from_text)
        }
        if changes:
            update.append({items.primary_key: current[items.primary_key], **changes})
        else:
            same += 1
    # An item without a value is nobody's.
    spare = [item for item in there if id(item) not in kept and item.get(match_on) is not None]
    return Plan(create, update, [item[items.primary_key] for item in spare] if delete_missing else [], same, items)


def _read(rows: Any) -> tuple[list[Mapping[str, Any]], bool]:
    """Return the rows as mappings, and whether all of their values are text."""
    if isinstance(rows, (str, os.PathLike)):
        with Path(rows).open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restval=_MISSING)
            twice = [name for name, count in Counter(reader.fieldnames or ()).items() if count > 1]
            if twice:
                raise ValueError(f"more than one column of the CSV file is named {twice[0]!r}")
            return [_row(record, reader.line_num) for record in reader], True
    if frames.is_frame(rows):
        return list(frames.records(rows)), False
    if isinstance(rows, (bytes, Mapping)) or not isinstance(rows, Iterable):
        raise TypeError(f"rows must be a list of mappings, a DataFrame or the path of a CSV file, not {type(rows).__name__}")
    read = list(rows)
    for index, row in enumerate(read):
        if not isinstance(row, Mapping):
            raise TypeError(f"row {index} must be a mapping such as {{'title': 'Hello'}}, not {type(row).__name__}")
    return read, False


def _row(record: Mapping[Any, Any], line: int) -> Mapping[str, Any]:
    if None in record:
        raise ValueError(f"line {line} of the CSV file has more values than there are columns: {record[None]!r}")
    for name, value in record.items():
        if value is _MISSING:  # an empty value would clear the field
            raise ValueError(f"line {line} of the CSV file has fewer values than there are columns: {name!r} is missing")
    return {name: value or None for name, value in record.items()}


def _check_wanted(rows: Sequence[Mapping[str, Any]], field: str) -> None:
    """Check that no two rows are about the same item."""
    seen: set[Any] = set()
    for index, row in enumerate(rows):
        given = row.get(field)
        if given is None:
            raise ValueError(f"row {index} has no {field!r}, so there is nothing to match on")
        value = Value.of(given)
        # Texts may be written alike and yet be two values.
        marks = {value.text, value.form} if value.sure and value.form is not None else {value.text}
        if marks & seen:
            raise ValueError(f"more than one row has {field} = {given!r}: match_on needs a unique field")
        seen |= marks


def _check_there(items: Any, rows: Sequence[Mapping[str, Any]], field: str) -> None:
    """Check that no two items have the same value."""
    seen: set[str] = set()
    for row in rows:
        value = row.get(field)
        if value is None:
            continue
        text = key_text(value)
        if text in seen:
            raise ValueError(f"more than one item of {items.collection} has {field} = {value!r}: match_on needs a unique field")
        seen.add(text)


_Rows = list[Mapping[str, Any]]


def _asked(items: Any, wanted: Sequence[Mapping[str, Any]], match_on: str, wire: Mapping[str, Any]) -> tuple[_Rows, list[Any]]:
    """Read the items that have one of the values, and tell which row is about which of them."""
    values = [row[match_on] for row in wanted]
    read = items._lookup.by_values(match_on, values, wire)
    # Two values in two calls may be one for the server.
    there = list({key_text(row[items.primary_key]): row for row in read}.values())
    _check_there(items, there, match_on)
    return there, matched(wanted, there, match_on)


def _everything(
    items: Any, wanted: Sequence[Mapping[str, Any]], match_on: str, wire: Mapping[str, Any]
) -> tuple[_Rows, list[Any]]:
    """Read every item, and tell which row is about which of them."""
    there = list(items._iterate_rows(wire, 1_000, deciding=True))
    _check_there(items, there, match_on)
    found = matched(wanted, there, match_on, asked=False)
    known = set(map(id, found))
    spare = {type(Value.of(row[match_on]).form) for row in there if id(row) not in known and row.get(match_on) is not None}
    doubtful = [
        index
        for index, row in enumerate(found)
        if row is None and (form := Value.of(wanted[index][match_on]).form) is not None and type(form) in spare
    ]
    if doubtful:
        # They may be written in another way than the server writes them: it is asked before they are made anew.
        by_key = {key_text(row[items.primary_key]): row for row in there}
        _, again = _asked(items, [wanted[index] for index in doubtful], match_on, wire)
        for index, row in zip(doubtful, again, strict=True):
            if row is not None:
                found[index] = by_key.get(key_text(row[items.primary_key]), row)
    return there, found


# ------------------------------------------------------------------- equality
def equal(given: Any, current: Any, from_text: bool = False) -> bool:
    """Tell whether a value is what the server has, however each of them writes it.

    Args:
        given: The value of the row.
        current: The value of the server.
        from_text: Whether the row comes from a text file, where every value is text.

    Example:
        >>> from datetime import datetime, timezone
        >>> equal(datetime(2024, 1, 1, tzinfo=timezone.utc), "2024-01-01T00:00:00.000Z"), equal(Decimal("1.50"), "1.5")
        (True, True)
        >>> equal("3", 3), equal("3", 3, from_text=True)
        (False, True)
    """
    if given is None or current is None:
        return given is current
    if isinstance(given, (dict, list, tuple, set)) or attrs.has(type(given)):
        return bool(loads(to_text(given)) == current)
    plain: Any = loads(to_text(given))
    if isinstance(plain, bool) == isinstance(current, bool) and plain == current:
        return True
    if isinstance(current, bool):
        words = ("true", "1") if current else ("false", "0")
        return from_text and str(plain).lower() in words
    if isinstance(plain, bool):  # some databases keep truth as a number
        return isinstance(current, (int, float)) and current == plain
    numeric = isinstance(given, (int, float, Decimal)) or (from_text and isinstance(current, (int, float)))
    if numeric and isinstance(current, (int, float, str)):
        return _number(given) is not None and _number(given) == _number(current)
    if from_text and isinstance(current, (dict, list)):
        try:
            return bool(loads(str(plain)) == current)
        except ValueError:
            return bool(",".join(map(str, current)) == plain)
    return isinstance(plain, str) and isinstance(current, str) and _same_text(given, plain, current)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _same_text(given: Any, plain: str, current: str) -> bool:
    if type(given).__name__ == "UUID":
        return plain.lower() == current.lower()
    if not (current[:4].isdigit() and current[4:5] == "-"):
        return False
    ours, theirs = _time(plain), _time(current)
    if ours is None or theirs is None or (ours.tzinfo is None) != (theirs.tzinfo is None):
        return False
    # The server keeps milliseconds.
    return abs((ours - theirs).total_seconds()) < 0.001


def _time(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00") if text.endswith("Z") else text)
    except ValueError:
        return None
