"""Every table that can be written to a collection: files, and tables of other libraries in memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sized
from typing import cast

from directus_sdk import dataframes
from directus_sdk.tables import arrow_rows, csv_rows, json_rows
from directus_sdk.tables.options import Options
from directus_sdk.tables.reader_rows import of_reader
from directus_sdk.tables.records import NumberedRecord, Record, Table
from directus_sdk.tables.streams import Stream, stream_of

_READER = type(csv.reader(()))


def table_of(source: object, options: Options, what: str = "items") -> Table | None:
    """Return the table that an object is; ``None`` for other objects, such as a list of mappings.

    Args:
        source: A path, a file object, a `csv.DictReader`, or a frame or table of pandas, polars or Arrow.
        options: How a file is read.
        what: The name of the argument.

    Raises:
        OSError: The file cannot be opened.
        TypeError: An option is for another kind of source; or it is a `csv.reader`, or a frame that has no rows yet.
        ValueError: The file is not a table, or the name of a column is not valid.
    """
    table = _in_memory(source, what)
    if table is None and (stream := stream_of(source)) is not None:
        return _of_stream(stream, options)
    if table is None and options.columns:
        raise TypeError("columns is an option of files and tables: the values of other rows have types already")
    options.refuse("encoding", "delimiter", "dialect", what="paths and open files")
    return table


def _of_stream(stream: Stream, options: Options) -> Table:
    name, encoding = stream.name, options.encoding
    if stream.format != "csv":
        options.refuse("delimiter", "dialect", what="CSV files")
    if stream.is_text:
        options.refuse("encoding", what="paths and files that are opened with mode 'rb'")
    if stream.format == "csv":
        columns, lists = csv_rows.of_stream(stream, options)

        def rows() -> Iterator[Record]:
            for line, cells in lists():
                yield Record(zip(columns, cells, strict=True), name, line)

        return Table(name, rows, columns, text=True, cells=True, again=stream.again, lists=lists)
    if stream.format in ("json", "ndjson"):
        read = json_rows.ndjson if stream.format == "ndjson" else json_rows.json_list
        return Table(name, lambda: read(stream, encoding), documents=False, again=stream.again)
    options.refuse("encoding", what="text files")
    if not stream.again:
        raise TypeError(f"{name} is a {stream.format} file that cannot seek: pass its path, or io.BytesIO(file.read())")
    arrow_rows.pyarrow()
    columns = arrow_rows.columns(stream)
    csv_rows.check_header(columns, name)
    return Table(name, lambda: arrow_rows.of_stream(stream), columns)


def _in_memory(source: object, what: str) -> Table | None:
    if isinstance(source, _READER):
        raise TypeError(f"{what} must name their fields, which the rows of csv.reader do not: pass csv.DictReader(file)")
    if isinstance(source, csv.DictReader):
        return of_reader(source)
    if hasattr(source, "collect") and hasattr(source, "collect_schema"):  # polars
        raise TypeError(f"{what} must be a table, and a {type(source).__name__} is not computed yet: pass its collect()")
    table: Table | None = None
    if dataframes.is_frame(source):
        names, total = dataframes.names(source), len(cast("Sized", source))
        table = Table("the frame", lambda: _of_frame(source), names, cells=True, total=total)
    elif arrow_rows.is_polars(source):
        names, total = arrow_rows.names(source), len(cast("Sized", source))
        table = Table("the frame", lambda: arrow_rows.of_polars(source), names, total=total)
    elif arrow_rows.is_arrow(source):
        again = hasattr(source, "num_rows")  # others are read once
        table = Table("the table", lambda: arrow_rows.of_table(source), arrow_rows.names(source), again=again)
    if table is not None and table.columns:
        csv_rows.check_header(table.columns, table.name)
    return table


def _of_frame(source: object) -> Iterator[Record]:
    for number, row in enumerate(dataframes.records(source), 1):
        yield NumberedRecord(row, "the frame", number)
