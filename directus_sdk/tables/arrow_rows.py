"""The rows of Parquet and Arrow files, and of Arrow tables (extra ``arrow``), and of polars frames, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from directus_sdk.tables.records import NumberedRecord, Record
from directus_sdk.tables.streams import Stream

#: How many rows become Python objects at once.
_AT_ONCE = 1_000


def pyarrow() -> Any:
    """Import pyarrow.

    Raises:
        ImportError: It is not installed; the error names the extra.
    """
    try:
        import pyarrow as module
    except ImportError as error:
        raise ImportError("this needs pyarrow: pip install 'directus-python-sdk[arrow]'") from error
    return module


def columns(stream: Stream) -> list[str]:
    """Return the columns of a Parquet or an Arrow file.

    Raises:
        ValueError: It is cut off or damaged.
    """
    with stream.binary() as file, _errors(stream):
        return list(_opened(stream, file)[0])


def of_stream(stream: Stream) -> Iterator[Record]:
    """Yield the rows of a Parquet or an Arrow file.

    Raises:
        ValueError: It is cut off or damaged.
    """
    with stream.binary() as file, _errors(stream):
        names, batches = _opened(stream, file)
        yield from _records(batches, names, stream.name)


def is_arrow(value: object) -> bool:
    """Return whether a value is an Arrow table, or gives one, without importing pyarrow."""
    if hasattr(value, "__arrow_c_stream__"):  # so does a single column
        return hasattr(value, "schema") or hasattr(value, "columns")
    return hasattr(value, "__arrow_c_array__") and hasattr(value, "num_rows")


def is_polars(value: object) -> bool:
    """Return whether a value is a frame of polars, without importing it."""
    return type(value).__name__ == "DataFrame" and hasattr(value, "iter_slices")


def names(value: Any) -> list[str]:
    """Return the columns of an Arrow table."""
    names = getattr(getattr(value, "schema", None), "names", None)  # polars has a method
    return list(names if isinstance(names, list) else value.columns)


def of_table(value: Any) -> Iterator[Record]:
    """Yield the rows of an Arrow table, or of an object that gives one."""
    pa = pyarrow()
    table = value if hasattr(value, "__arrow_c_stream__") else pa.Table.from_batches([value])
    reader = pa.RecordBatchReader.from_stream(table)
    return _records(reader, reader.schema.names, "the table")


def of_polars(value: Any) -> Iterator[Record]:
    """Yield the rows of a polars frame."""
    numbers = count(1)
    for part in value.iter_slices(_AT_ONCE):
        for values, number in zip(part.rows(), numbers, strict=False):
            yield NumberedRecord(dict(zip(value.columns, values, strict=True)), "the frame", number)


def _opened(stream: Stream, file: Any) -> tuple[Sequence[str], Iterable[Any]]:
    if stream.format == "parquet":
        pyarrow()
        from pyarrow import parquet

        parquet_file = parquet.ParquetFile(file)
        return parquet_file.schema_arrow.names, parquet_file.iter_batches(_AT_ONCE)
    ipc = pyarrow().ipc
    if file.read(6) != b"ARROW1":
        file.seek(0)
        reader = ipc.open_stream(file)
        return reader.schema.names, reader
    file.seek(0)
    reader = ipc.open_file(file)
    return reader.schema.names, (reader.get_batch(number) for number in range(reader.num_record_batches))


def _records(batches: Iterable[Any], names: Sequence[str], source: str) -> Iterator[Record]:
    numbers = count(1)
    for batch in batches:
        for start in range(0, batch.num_rows, _AT_ONCE):
            part = [_in_microseconds(column).to_pylist() for column in batch.slice(start, _AT_ONCE).columns]
            for values, number in zip(zip(*part, strict=True), numbers, strict=False):
                yield NumberedRecord(dict(zip(names, values, strict=True)), source, number)


def _in_microseconds(column: Any) -> Any:
    """Return a column whose times are no finer than Python's."""
    pa, kind = pyarrow(), column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return column.cast(pa.timestamp("us", kind.tz), safe=False)
    return column.cast(pa.time64("us"), safe=False) if pa.types.is_time64(kind) and kind.unit == "ns" else column


@contextmanager
def _errors(stream: Stream) -> Iterator[None]:
    """Let errors of pyarrow name the file."""
    try:
        yield
    except (ValueError, OSError) as error:  # pyarrow's own are both
        raise ValueError(f"{stream.name} is not a whole {stream.format} file; is it cut off? {error}") from error
