"""Bulk calls on collections, fields and relations: in one request where the server has a batch, otherwise one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from directus_sdk.reading import local_query
from directus_sdk.reading.paging import Rows
from directus_sdk.writing.bulk_call import BulkCall
from directus_sdk.writing.bulk_options import Result
from directus_sdk.writing.chunk_sender import Written
from directus_sdk.writing.chunks import ROWS, Chunk

_JSON = {"Content-Type": "application/json"}

#: Sends one entry and returns the data of the response.
SendOne = Callable[[Any], object]


class SchemaCall(BulkCall):
    """One bulk call on entries of the data model; the name of its collection is that of the entries."""

    def batch(
        self,
        call: str,
        method: str,
        items: Iterable[object],
        prepare: Callable[[int, Any], object],
        is_done: Callable[[Any], bool] = lambda data: False,
    ) -> Result:
        """Send many entries in one request.

        Args:
            call: The name of the method that was called.
            method: The HTTP method.
            items: The entries.
            prepare: Returns what is sent for an entry.
            is_done: Whether an entry was written by an earlier run that a checkpoint continues.
        """

        def write(part: Chunk) -> Written:
            data = self._pipeline.call(method, self._collection.path, body=part.body, headers=_JSON, query=self._query).data
            return Written(self._rows(part, data), len(part))

        return self._run(call, items, prepare, self._resumed(write, is_done), most=ROWS)

    def one_by_one(
        self,
        call: str,
        items: Iterable[object],
        prepare: Callable[[int, Any], object],
        send: SendOne,
        is_done: Callable[[Any], bool] = lambda data: False,
    ) -> Result:
        """Send each entry in a request of its own; the arguments are those of `batch`."""

        def write(part: Chunk) -> Written:
            return Written(self._rows(part, send(part.data[0])), 1) if part.data else Written([], 0)

        return self._run(call, items, prepare, self._resumed(write, is_done), most=1)

    def _resumed(self, write: Callable[[Chunk], Written], is_done: Callable[[Any], bool]) -> Callable[[Chunk], Written]:
        def resumed(part: Chunk) -> Written:
            if part.indexes and part.indexes[0] in self._doubtful:
                part = part.chosen([place for place, data in enumerate(part.data) if not is_done(data)])
                if not part.data:
                    return Written([], 0)
            return write(part)

        return resumed

    def _rows(self, part: Chunk, data: object) -> Rows:
        returning = self._options.returning
        if returning is None:
            return []
        if returning == "keys":
            return [entry[self._key] if isinstance(entry, dict) else entry for entry in part.data]
        if data is None:
            return []
        rows: list[Any] = data if isinstance(data, list) else [data]  # some servers return only the first of several
        by_key = {row.get(self._key): row for row in rows}
        if len(by_key) == len(rows) == len(part) > 1 and None not in by_key:  # servers return them in an order of their own
            rows = [by_key.get(data[self._key], row) for data, row in zip(part.data, rows, strict=True)]
        return [dict(row) for row in local_query.project(rows, self._query)]
