"""Writes the pages of a table as Parquet; needs the extra ``arrow``."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from directus_sdk.tables.arrow_rows import pyarrow
from directus_sdk.tables.cells import json_text
from directus_sdk.wire.value_types import INTEGERS

#: The digits of the decimals of a database whose scale is known.
_PRECISION = 38


def arrow_type(type_: str, scale: int | None, values: Sequence[Any] = ()) -> Any:
    """Return the Arrow type of the values of a Directus type.

    Args:
        type_: The type, or ``"unknown"``: then the values decide.
        scale: The number of decimals that the database stores, where that is fixed.
        values: Some values.
    """
    pa = pyarrow()
    if type_ in INTEGERS:
        return pa.int64()
    if type_ == "decimal" and scale is not None:
        return pa.decimal128(_PRECISION, scale)
    types = {
        "boolean": pa.bool_(),
        "float": pa.float64(),
        "date": pa.date32(),
        "dateTime": pa.timestamp("us"),
        "timestamp": pa.timestamp("us", tz="UTC"),
        "time": pa.time64("us"),
        "csv": pa.list_(pa.string()),
    }
    if type_ in types:
        return types[type_]
    kinds = {type(value) for value in values if value is not None} if type_ == "unknown" else set()
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {int, float} else pa.string()


def schema(types: Mapping[str, Any]) -> Any:
    """Return the schema of columns with these Arrow types."""
    return pyarrow().schema(list(types.items()))


def schema_of(pages: Path) -> Any:
    """Return the schema of a file with pages that `arrow_page` returned."""
    with pages.open("rb") as file, pyarrow().ipc.open_stream(file) as stream:
        return stream.schema


def arrow_page(columns: Mapping[str, Sequence[Any]], schema: Any, documents: Callable[[str], bool]) -> bytes:
    """Return a page as an Arrow stream of its own; pages one after another are one file.

    Args:
        columns: The values of each column.
        schema: The Arrow types.
        documents: Returns whether a column is a field that holds JSON.

    Raises:
        ValueError: A value does not fit the type of its column.
    """
    pa, arrays = pyarrow(), []
    for field in schema:
        try:
            arrays.append(_array(pa, columns[field.name], field.type, documents(field.name)))
        except (ValueError, TypeError, ArithmeticError, pa.ArrowException) as error:
            raise ValueError(
                f"{field.name} holds a value that is not of the column's type, {field.type}: {str(error)[:200]}. Correct the "
                "value, leave the field out, or export to .csv or .ndjson, which hold values of any type"
            ) from error
    sink = io.BytesIO()
    batch = pa.record_batch(arrays, schema=schema)
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def to_parquet(source: Path, target: Path, schema: Any) -> None:
    """Write pages that `arrow_page` returned to a Parquet file, each as a row group.

    Args:
        source: The file with the pages.
        target: The new file.
        schema: The Arrow types.
    """
    pa = pyarrow()
    from pyarrow.parquet import ParquetWriter

    end = source.stat().st_size
    with source.open("rb") as file, ParquetWriter(target, schema) as writer:
        while file.tell() < end:
            with pa.ipc.open_stream(file) as stream:
                for batch in stream:
                    writer.write_batch(batch)


def _array(pa: Any, values: Sequence[Any], type_: Any, is_document: bool) -> Any:
    kind = pa.types
    if is_document:
        values = [None if value is None else json_text(value) for value in values]
    elif kind.is_string(type_):
        values = [value if value is None or isinstance(value, str) else json_text(value) for value in values]
    elif kind.is_timestamp(type_) or kind.is_date(type_):
        # Without a zone, a moment is not converted to another one.
        return pa.array(values, pa.string()).cast(type_)
    elif kind.is_time(type_):
        values = [None if value is None else dt.time.fromisoformat(value) for value in values]
    elif kind.is_decimal(type_):
        values = [None if value is None else Decimal(str(value)) for value in values]
    elif kind.is_integer(type_):
        values = [int(value) if isinstance(value, str) else value for value in values]
    elif kind.is_boolean(type_):
        values = [bool(value) if value in (0, 1) else value for value in values]
    elif kind.is_floating(type_):
        values = [None if value is None else float(value) for value in values]
    return pa.array(values, type_)
