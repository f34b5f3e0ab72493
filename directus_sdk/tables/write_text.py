"""Writes the pages of a table as CSV or NDJSON."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from directus_sdk.json_types import JSONMapping
from directus_sdk.tables.cells import cell, csv_lines, json_text


def csv_header(names: Sequence[str]) -> bytes:
    """Return the line with the names of the columns."""
    return csv_lines([names]).encode()


def csv_page(columns: Mapping[str, Sequence[Any]], is_json: Callable[[str], bool]) -> bytes:
    """Return the lines of a page.

    Args:
        columns: The values of each column.
        is_json: Returns whether a column is a field that holds JSON.
    """
    cells = [
        [cell(value, is_json=True) for value in values] if is_json(name) else list(map(cell, values))
        for name, values in columns.items()
    ]
    return csv_lines(zip(*cells, strict=True)).encode()


def ndjson_page(rows: Sequence[JSONMapping]) -> bytes:
    """Return the lines of a page: each item as it is."""
    return "".join([f"{json_text(row)}\n" for row in rows]).encode()


def gzipped(data: bytes) -> bytes:
    """Return a gzip member that is the same for the same bytes; members one after another are one file."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()
