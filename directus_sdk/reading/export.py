"""Items to a file on this machine: page by page, complete or not at all, and continued after a crash."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.atomic_file import place_of
from directus_sdk.local.progress import Progress
from directus_sdk.local.run_lock import FileLock
from directus_sdk.reading import counting, paging, side_by_side
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_types import fields_of
from directus_sdk.reading.field_values import Field
from directus_sdk.reading.page_size import PageSize
from directus_sdk.reading.paging import Order, Rows
from directus_sdk.reading.primary_key import missing_key_error
from directus_sdk.tables import columns as table_columns
from directus_sdk.tables import write_arrow, write_text
from directus_sdk.tables.arrow_rows import pyarrow
from directus_sdk.tables.cells import MASK, json_text
from directus_sdk.tables.partial_table import PartialTable
from directus_sdk.wire.parameters import file_path
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.wire.value_types import DATES

logger = logging.getLogger("directus_sdk")

#: The formats by the end of a file's name; all but Parquet may be followed by ``.gz``.
_SUFFIXES = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"}


@attrs.frozen
class ExportedFile(Displayed):
    """A file that ``items(...).export`` has written.

    Attributes:
        path: The file.
        count: The number of its items.
        left_out: The fields that it does not have, because the server masks their values.
    """

    path: Path
    count: int
    left_out: tuple[str, ...] = ()


class TableExport:
    """One export.

    Args:
        collection: The collection; its pages are measured by `size`.
        query: What to read.
        path: The file.
        size: The size of the pages.
    """

    def __init__(self, collection: Collection, query: NormalizedQuery, path: str | os.PathLike[str], size: PageSize) -> None:
        self._path = place_of(file_path("path", path, "a file such as 'articles.csv'"))
        self._format, self._zipped = _format_of(self._path)
        if not self._path.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {self._path.parent} to export to")
        if self._path.is_dir():
            raise IsADirectoryError(f"{self._path} is a folder: name a file in it")
        if self._format == "parquet":
            pyarrow()  # before anything is read
        self._collection, self._size = collection, size
        self._query, self._added = paging.with_key(query, collection.primary_key)
        self._tree = table_columns.tree(query.get("fields"))
        self._fields = lru_cache(maxsize=None)(lambda name: fields_of(collection.pipeline, name))
        self._left_out: dict[str, None] = {}
        self._schema: object = None
        identity: JSONMapping = {
            "server": collection.pipeline.base_url,
            "collection": collection.name,
            "fields": query.get("fields"),
            "format": f"{self._format}{'.gz' * self._zipped}",
            "query": dict(self._query),
        }
        self._part = PartialTable(self._path, identity)

    def run(self, progress: Progress, workers: int) -> ExportedFile:
        """Write the file; see ``items(...).export``."""
        self._refuse_masked()
        with FileLock(self._path).acquired(f"another export writes {self._path}: wait for it, or name another file"):
            self._part.open()
            try:
                with counting.reported(self._collection, self._query, progress) as report:
                    report(self._part.progress.count)
                    for rows in self._pages(workers):
                        if self._collection.check is not None:
                            self._collection.check.warn()
                        self._write(rows)
                        report(len(rows))
                self._complete()
            finally:
                self._part.close()
        return ExportedFile(self._path, self._part.progress.count, tuple(self._left_out))

    # ------------------------------------------------------------------- pages
    def _pages(self, workers: int) -> Iterator[Rows]:
        done, collection = self._part.progress, self._collection
        order = Order.of(self._query, collection.primary_key)
        cursor = None if done.last is None else order.cursor([{order.key: done.last}])
        if workers > 1:
            try:
                yield from side_by_side.pages(collection, self._query, workers, self._size, (cursor, done.count), done.last)
            except side_by_side.ItemsMovedError:
                self._begin_again()
                yield from side_by_side.pages(collection, self._query, workers, self._size)
            return
        if done.count and cursor is None and not self._is_unmoved(order, done.count, done.last):
            self._begin_again()
        after = (cursor, self._part.progress.count)
        pages = collection.iterate(self._query, page_size=self._size, read=lambda query: collection.page(query)[0], after=after)
        yield from paging.ahead(pages)

    def _is_unmoved(self, order: Order, count: int, last: Key | None) -> bool:
        """Return whether the last item that was written is at its place, where the server cannot compare keys."""
        query = order.page(self._query.replace(fields=[order.key], limit=1), None, count - 1)
        rows = self._collection.rows(query)
        return bool(rows) and rows[0].get(order.key) == last

    def _begin_again(self) -> None:
        logger.warning("%s: items before the last one were added or removed: the export begins again", self._path.name)
        self._part.begin_again()
        self._schema = None

    # ------------------------------------------------------------------ writing
    def _write(self, rows: Rows) -> None:
        last = rows[-1].get(self._collection.primary_key)
        if last is None:
            raise missing_key_error(self._collection)
        if self._added:
            rows = paging.without_key(rows, self._collection.primary_key)
        columns = table_columns.split(rows, self._tree, self._is_json)
        for name in [name for name, values in columns.items() if self._is_masked(name, values)]:
            del columns[name]
            self._left_out[name] = None
            for row in rows:
                _remove(row, name.split("."))
        for name, values in columns.items():
            if 0 in values and (field := self._field(name)).type in DATES:
                columns[name] = [field.as_stored(value) for value in values]
                for row, value in zip(rows, columns[name], strict=True):
                    _put(row, name.split("."), value)
        if self._format == "ndjson":
            self._append(write_text.ndjson_page(rows), len(rows), last)
            return
        head = self._fix(list(columns), columns)
        columns = self._fixed(columns, len(rows))
        if self._format == "csv":
            self._append(head + write_text.csv_page(columns, self._is_json), len(rows), last)
        else:
            self._append(write_arrow.arrow_page(columns, self._schema, self._is_json), len(rows), last)

    def _append(self, data: bytes, count: int, last: Key | None) -> None:
        self._part.append(write_text.gzipped(data) if self._zipped else data, count, last)

    def _complete(self) -> None:
        if not self._part.progress.size:  # there are no items
            self._append(self._fix(self._names(), {}) if self._format != "ndjson" else b"", 0, None)
        if self._format == "parquet":
            schema = self._schema or write_arrow.schema_of(self._part.data)
            self._part.complete(lambda source, target: write_arrow.to_parquet(source, target, schema))
        else:
            self._part.complete()

    def _fix(self, names: list[str], columns: Mapping[str, list[Any]]) -> bytes:
        """Fix the columns of the file, which its first page decides; return its header."""
        progress, head = self._part.progress, b""
        if not progress.columns:
            progress.columns = table_columns.arranged(names, self._tree)
            head = write_text.csv_header(progress.columns) if self._format == "csv" else b""
        if self._format == "parquet" and self._schema is None:
            if progress.size:
                self._schema = write_arrow.schema_of(self._part.data)
            else:
                types = {name: self._type(name, columns.get(name, [])) for name in progress.columns}
                self._schema = write_arrow.schema(types)
        return head

    def _fixed(self, columns: Mapping[str, list[Any]], count: int) -> dict[str, list[Any]]:
        """Return the columns of the file of a page."""
        names = self._part.progress.columns
        for name in set(columns).difference(names):
            if any(value is not None for value in columns[name]):
                raise ValueError(
                    f"{name} has values that the first page has not, and the file has no column for them: name the fields, "
                    f"such as fields=['id', {name!r}], or export to .ndjson"
                )
        return {name: columns.get(name) or [None] * count for name in names}

    def _names(self) -> list[str]:
        """Return the columns of a file without items, which are those that items would have."""
        columns = [self._column(name) for name in table_columns.named(self._tree)]
        if "*" in self._tree:
            fields = self._fields(self._collection.name)
            columns += [name for name in fields if "no-data" not in fields[name].special]
        columns = list(dict.fromkeys(columns))
        return [name for name in columns if not self._is_masked(name, ())] or [self._collection.primary_key]

    def _column(self, name: str) -> str:
        """Return the column that holds a field: that of the first list of related items on the way to it."""
        parts = name.split(".")
        ways = (".".join(parts[:count]) for count in range(1, len(parts)))
        return next((way for way in ways if self._field(way).type == "alias"), name)

    # ------------------------------------------------------------------- fields
    def _field(self, column: str) -> Field:
        """Return the field of a column, which a related collection may have; of unknown type where it is not known."""
        *relations, last = column.split(".")
        aliases = self._query.get("alias") or {}
        collection, unknown = self._collection.name, Field(last, brief=True)
        for index, name in enumerate(relations):
            field = self._fields(collection).get(name if index else aliases.get(name, name), unknown)
            if field.related is None:
                return unknown
            collection = field.related
        return self._fields(collection).get(last if relations else aliases.get(last, last), unknown)

    def _is_json(self, column: str) -> bool:
        return self._field(column).is_json

    def _type(self, column: str, values: list[Any]) -> Any:
        field = self._field(column)
        return write_arrow.arrow_type(field.type, field.scale, values)

    # -------------------------------------------------------------------- masks
    def _refuse_masked(self) -> None:
        for name in table_columns.named(self._tree):
            if self._field(name).is_hidden:
                raise ValueError(
                    f"the server masks the values of {name}, and a mask is no value to keep: leave it out of fields=[...]"
                )

    def _is_masked(self, column: str, values: Sequence[Any]) -> bool:
        """Return whether the server masks a column that a wildcard has brought.

        Raises:
            ValueError: It holds masks, and whether the field is masked is not known.
        """
        field = self._field(column)
        if field.is_hidden or (not field.brief and field.type != "alias"):
            return field.is_hidden
        if MASK in values or any(isinstance(value, (list, dict)) and MASK in json_text(value) for value in values):
            raise ValueError(
                f"{column} holds {MASK}, with which the server masks values: name the fields to export, without that one"
            )
        return False


def _remove(item: object, path: list[str]) -> None:
    for name in path[:-1]:
        item = item.get(name) if isinstance(item, dict) else None
    if isinstance(item, dict):
        item.pop(path[-1], None)


def _put(item: object, path: list[str], value: object) -> None:
    for name in path[:-1]:
        item = item.get(name) if isinstance(item, dict) else None
    if isinstance(item, dict) and path[-1] in item:
        item[path[-1]] = value


def _format_of(path: Path) -> tuple[str, bool]:
    """Return the format of a file, and whether it is compressed."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    zipped = suffixes[-1:] == [".gz"]
    suffix = suffixes[-2 if zipped else -1] if len(suffixes) > zipped else ""
    format_ = _SUFFIXES.get(suffix)
    if format_ is None or (zipped and format_ == "parquet"):
        raise ValueError(
            f"{path.name}: the name says no format that can be exported: .csv, .ndjson and .jsonl, each with or without .gz, "
            "and .parquet"
        )
    return format_, zipped
