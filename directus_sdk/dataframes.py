"""Items as a pandas DataFrame, and back; needs the extra ``pandas``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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


def frame(rows: Iterable[Any], columns: Sequence[str] = ()) -> Any:
    """Make a DataFrame of items, with sensible types.

    A column whose texts are all dates or times becomes datetimes (with UTC where the server says so). Whole numbers and
    truth values that are missing here and there become ``Int64`` and ``boolean``. Everything else stays as it is.

    Args:
        rows: Mappings.
        columns: The columns of a frame without rows.
    """
    pd = pandas()
    found = list(rows)
    if not found:
        return pd.DataFrame(columns=list(columns))
    names = list(dict.fromkeys(name for row in found for name in row))
    return pd.DataFrame({name: _column(pd, [row.get(name) for row in found]) for name in names}, columns=names)


def _column(pd: Any, values: list[Any]) -> Any:
    held = [value for value in values if value is not None]
    kinds = set(map(type, held))
    gaps = len(held) < len(values)
    if kinds == {str}:
        for pattern, utc in ((_TIMESTAMP, True), (_DATETIME, False), (_DATE, False)):
            if all(map(pattern.fullmatch, held)):
                try:
                    return pd.Series(pd.to_datetime(values, utc=utc, format="ISO8601"))
                except (ValueError, OverflowError):  # such as the year 9999: it stays text
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
    """Return the columns of a frame without rows: the plain names among the fields of a query."""
    fields = query.get("fields", [])
    return [name for name in ([fields] if isinstance(fields, str) else fields) if name.isidentifier()]


def is_frame(value: Any) -> bool:
    """Tell whether a value is a DataFrame, without importing pandas."""
    return type(value).__name__ == "DataFrame" and hasattr(value, "itertuples")


def names(value: Any) -> list[str]:
    """Return the names of the columns of a DataFrame."""
    return [str(name) for name in value.columns]


def records(value: Any) -> Iterator[JSONMapping]:
    """Yield the rows of a DataFrame as mappings, one at a time; what is missing becomes ``None``.

    Raises:
        ValueError: Two columns have one name.
    """
    pd = pandas()
    columns = names(value)
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise ValueError(f"more than one column is named {twice[0]!r}: an item has one value in each field")
    for row in value.itertuples(index=False, name=None):
        yield {name: _plain(pd, cell) for name, cell in zip(columns, row, strict=True)}


def _plain(pd: Any, cell: Any) -> Any:
    if isinstance(cell, (list, dict, tuple, set)) or type(cell).__name__ == "ndarray":
        return cell
    return None if pd.isna(cell) else cell
