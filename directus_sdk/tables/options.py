"""How a file is read: the options that a call takes for it."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypedDict, Union
from uuid import UUID

import attrs

from directus_sdk.wire.value_forms import NO_JSON, as_datetime, as_time, parsed

#: A type such as `Decimal`, `bool` or `datetime.date`, or a function that is called with the value.
ColumnType = Union[type, Callable[[Any], object]]
Dialect = Union[str, csv.Dialect, type[csv.Dialect]]

_WORDS = {"true": True, "1": True, "false": False, "0": False}


class FileOptions(TypedDict, total=False):
    """How a file is read, for every method that takes rows.

    Example:
        >>> from decimal import Decimal
        >>> from directus_sdk import FileOptions
        >>> options: FileOptions = {"encoding": "cp1252", "delimiter": ";", "columns": {"price": Decimal}}
    """

    columns: Mapping[str, ColumnType] | None
    """The types of columns, such as ``{"price": Decimal, "active": bool, "sold": date}``, or functions that are called with a
    value. Other columns have the types of their fields."""
    encoding: str | None
    """The encoding, such as ``"cp1252"``; UTF-8 by default, with or without a byte order mark."""
    delimiter: str | None
    """What separates the cells of a CSV file; a comma by default, and a tab in a file named ``.tsv``."""
    dialect: Dialect | None
    """The dialect of a CSV file, as the module `csv` has it: a name, a class or an instance."""


def _column_types(columns: Mapping[str, ColumnType] | None) -> Mapping[str, ColumnType]:
    if columns is not None and not isinstance(columns, Mapping):
        raise TypeError(f"columns must be a mapping such as {{'price': Decimal}}, not {type(columns).__name__}")
    for name, kind in (columns or {}).items():
        if not callable(kind):
            raise TypeError(f"columns: the type of {name!r} must be a type such as Decimal, or a function, not {kind!r}")
    return columns or {}


@attrs.frozen
class Options:
    """The options of one file; see `FileOptions`.

    Raises:
        TypeError: One is of another type.
        ValueError: There is no such encoding or dialect, or the delimiter is not one character.
    """

    columns: Mapping[str, ColumnType] = attrs.field(factory=dict, converter=_column_types)
    encoding: str | None = None
    delimiter: str | None = None
    dialect: Dialect | None = None

    def __attrs_post_init__(self) -> None:
        encoding, delimiter, dialect = self.encoding, self.delimiter, self.dialect
        if encoding is not None:
            try:
                codecs.lookup(encoding)
            except (LookupError, TypeError) as error:
                raise ValueError(f"encoding: there is no encoding {encoding!r}; 'utf-8' and 'cp1252' are two") from error
        if delimiter is not None and (type(delimiter) is not str or len(delimiter) != 1):
            raise ValueError(f"delimiter must be one character such as ';', not {delimiter!r}")
        if isinstance(dialect, str) and dialect not in csv.list_dialects():
            raise ValueError(f"dialect: there is no dialect {dialect!r}; there are {', '.join(csv.list_dialects())}")
        if dialect is not None and not isinstance(dialect, str) and not hasattr(dialect, "quotechar"):
            raise TypeError(f"dialect must be a name such as 'excel-tab', or a csv.Dialect, not {type(dialect).__name__}")

    def refuse(self, *names: str, what: str) -> None:
        """Refuse options that something does not have.

        Raises:
            TypeError: One of them is given.
        """
        for name in names:
            if getattr(self, name):
                raise TypeError(f"{name} is an option of {what}")


def converted(kind: ColumnType, value: Any) -> object:
    """Return a value as the type of a column; a value that has the type stays as it is.

    Args:
        kind: The type, or a function that is called with the value.
        value: The value, which is not ``None``.

    Raises:
        ValueError: It is not a valid value of the type.

    Example:
        >>> from decimal import Decimal
        >>> converted(Decimal, "1.50"), converted(bool, "false"), converted(dt.date, "2026-01-02")
        (Decimal('1.50'), False, datetime.date(2026, 1, 2))
    """
    if not isinstance(kind, type):
        try:
            return kind(value)
        except (LookupError, AttributeError) as error:  # such as of a dict that does not have the value
            raise ValueError(f"the function that columns= has for it raised {type(error).__name__}: {error}") from error
    if isinstance(value, kind) and (kind is not dt.date or not isinstance(value, dt.datetime)):
        return value
    reader = _READERS.get(kind)
    try:
        result = kind(value) if reader is None else reader(value)
    except (ValueError, TypeError, ArithmeticError):
        result = None
    if result is None or result is NO_JSON:
        raise ValueError(f"{str(value)[:80]!r} is not a valid {kind.__name__}")
    return result


def _date(value: Any) -> dt.date | None:
    moment = as_datetime(value)
    return None if moment is None else moment.date()


def _time(value: Any) -> dt.time | None:
    text = as_time(value)
    return None if text is None else dt.time.fromisoformat(text)


def _document(value: Any) -> object:
    return parsed(value) if isinstance(value, str) else value


_READERS: dict[Any, Callable[[Any], object]] = {
    Decimal: lambda value: Decimal(str(value)) if isinstance(value, float) else Decimal(value),
    bool: lambda value: _WORDS.get(str(value).strip().lower()),
    dt.date: _date,
    dt.datetime: as_datetime,
    dt.time: _time,
    UUID: lambda value: UUID(str(value).strip()),
    dict: _document,
    list: _document,
    object: lambda value: value,
}
