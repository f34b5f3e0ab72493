"""Items to a pandas DataFrame, and back; needs the extra ``pandas``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from directus_sdk.json_types import JSONMapping

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def pandas() -> Any:
    """Import pandas.

    Raises:
        ImportError: It is not installed; the error names the extra.
    """
    try:
        import pandas as module
    except ImportError as error:
        raise ImportError("this needs pandas: pip install 'directus-python-sdk[pandas]'") from error
    return module


def frame(rows: Iterable[JSONMapping], columns: Sequence[str] = (), types: Mapping[str, str] | None = None) -> Any:
    """Create a DataFrame of items, with suitable types.

    A column whose strings are all dates or times becomes datetimes (with UTC if they have a time zone); a 0 in it is
    1970-01-01, which a server returns so on SQLite. Integers and
    booleans with missing values become ``Int64`` and ``boolean``. Everything else stays as it is.

    Args:
        rows: Mappings.
        columns: The columns of a frame without rows.
        types: The types of the fields in Directus, where they are known: they decide instead of the values.
    """
    pd, types = pandas(), types or {}
    records = list(rows)
    if not records and not types:
        return pd.DataFrame(columns=list(columns))
    names = list(dict.fromkeys(name for record in records for name in record) if records else columns)
    series = {name: _of_type(pd, [record.get(name) for record in records], types.get(name)) for name in names}
    return pd.DataFrame(series, columns=names)


#: How strings that are dates or times look, and whether they have a time zone.
PATTERNS = ((_TIMESTAMP, True), (_DATETIME, False), (_DATE, False))


def column(values: list[Any], type_: str | None = None, patterns: set[int] | None = None) -> Any:
    """Return the values of a field as a column.

    Args:
        values: The values.
        type_: The type of the field in Directus, if it is known.
        patterns: Which of `PATTERNS` all values match, if that is known.
    """
    return _of_type(pandas(), values, type_, patterns)


def _of_type(pd: Any, values: list[Any], name: str | None, patterns: set[int] | None = None) -> object:
    """Return the column of a field of a type; by its values if that is unknown or they do not fit."""
    import datetime as dt  # like pandas, they are imported when a frame is made
    from decimal import Decimal
    from uuid import UUID

    from directus_sdk.wire.value_types import DATES, python_type

    python = None if name is None else python_type(name)
    present = {type(value) for value in values if value is not None}
    gaps = None in values or not values
    try:
        if python is int and present <= {int, str}:  # PostgreSQL sends a bigInteger as a string
            numbers = [None if value is None else int(value) for value in values]
            return pd.array(numbers, dtype="Int64") if gaps else pd.Series(numbers)
        if python is bool and present <= {bool, int} and set(values) <= {True, False, None}:
            return pd.array(values, dtype="boolean") if gaps else pd.Series(values, dtype=bool)
        if python is float and present <= {int, float, str}:
            return pd.Series([None if value is None else float(value) for value in values], dtype="float64")
        if python is Decimal and present <= {int, float, str}:
            return pd.Series([None if value is None else Decimal(str(value)) for value in values], dtype=object)
        if name in DATES and present <= {str, int}:
            moments = _moments(values) if int in present else values
            return pd.Series(pd.to_datetime(moments, utc=name == "timestamp", format="ISO8601"))
        if python in (str, UUID, dt.time) and present <= {str}:
            return pd.Series(values, dtype=None if present else object)
    except (ValueError, TypeError, ArithmeticError):  # a value of an older type of the field, or the year 9999
        pass
    return _column(pd, values, patterns)


def _moments(values: list[Any]) -> list[Any]:
    """Return the values of a field of dates; on SQLite, a server returns 0 for the first moment of 1970.

    Raises:
        ValueError: There are other numbers.
    """
    if any(type(value) is int and value != 0 for value in values):
        raise ValueError("not dates")
    return ["1970-01-01" if value == 0 else value for value in values]


def _column(pd: Any, values: list[Any], patterns: set[int] | None) -> object:
    present = [value for value in values if value is not None]
    kinds = set(map(type, present))
    gaps = len(present) < len(values)
    if kinds == {str} or (kinds == {str, int} and {value for value in present if type(value) is int} == {0}):
        moments = values
        if int in kinds:
            present, moments, patterns = [value for value in present if value != 0], _moments(values), None
        for index, (pattern, utc) in enumerate(PATTERNS):
            if all(map(pattern.fullmatch, present)) if patterns is None else index in patterns:
                try:
                    return pd.Series(pd.to_datetime(moments, utc=utc, format="ISO8601"))
                except (ValueError, OverflowError):  # such as the year 9999: it stays a string
                    break
    elif gaps and kinds in ({int}, {bool}):
        try:
            return pd.array(values, dtype="Int64" if kinds == {int} else "boolean")
        except (OverflowError, TypeError):  # more than 64 bits
            return pd.Series(values, dtype=object)
    elif kinds - {int, float, bool}:
        return pd.Series(values, dtype=object)
    return pd.Series(values)


def columns(query: JSONMapping) -> list[str]:
    """Return the columns of a frame without rows: the names among the fields of a query, and no wildcards."""
    fields = query.get("fields", [])
    names = [fields] if isinstance(fields, str) else fields
    return [name for name in names if all(part.isidentifier() for part in name.split("."))]


def is_frame(value: object) -> bool:
    """Return whether a value is a DataFrame, without importing pandas."""
    return type(value).__name__ == "DataFrame" and hasattr(value, "itertuples")


def names(value: Any) -> list[str]:
    """Return the names of the columns of a DataFrame.

    Raises:
        TypeError: The name of a column is not a string, such as a number, or the levels of a MultiIndex.
        ValueError: The index has a name that is not one of a column, so that its values would be lost.
    """
    for name in value.index.names:
        if name is not None and name not in value.columns:
            raise ValueError(
                f"the frame has the index {name!r}, which is not a column, so its values would be lost: pass "
                "frame.reset_index(), or without them frame.reset_index(drop=True)"
            )
    for name in value.columns:
        if not isinstance(name, str):
            raise TypeError(f"the columns of a frame must be named as the fields are, and {name!r} is not a string: rename it")
    return [str(name) for name in value.columns]


def records(value: Any) -> Iterator[JSONMapping]:
    """Yield the rows of a DataFrame as mappings; missing values become ``None``.

    Raises:
        ValueError: Two columns have the same name.
    """
    pd = pandas()
    columns = names(value)
    duplicates = [name for name, count in Counter(columns).items() if count > 1]
    if duplicates:
        raise ValueError(f"more than one column is named {duplicates[0]!r}: an item has one value in each field")
    for row in value.itertuples(index=False, name=None):
        yield {name: _plain(pd, cell) for name, cell in zip(columns, row, strict=True)}


def _plain(pd: Any, cell: object) -> object:
    if isinstance(cell, dict):
        return {name: _plain(pd, inner) for name, inner in cell.items()}
    if isinstance(cell, (list, tuple)) or type(cell).__name__ == "ndarray":  # lists of a Parquet file are arrays
        return [_plain(pd, inner) for inner in cell]  # type: ignore[attr-defined]
    if isinstance(cell, set):
        return cell
    return None if pd.isna(cell) else cell
