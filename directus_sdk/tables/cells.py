r"""The rule for tables in files, for both ways: what a column is called, and what a cell means.

- A field of a related item is a column with a dotted name, ``author.name``. Where the relation is null, all its columns are
  null; and columns of a relation that are all null are a relation that is null. A list of related items is one column.
- A null is an empty cell, and an empty string is the quoted cell ``""``, as in the CSV format of PostgreSQL's ``COPY``. In
  a file with one column, an empty line is a null.
- Booleans are ``true`` and ``false``. Fields that hold JSON, lists and objects are written as JSON. All else is written as
  the server returns it.
- A value that the server masks is neither written to a file nor sent back.

Files are UTF-8 without a byte order mark, and their lines end with ``\n``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence

import attrs

from directus_sdk.json_types import JSONMapping, JSONObject

#: What the server returns in place of a hashed or concealed value.
MASK = "**********"

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
#: The values that a CSV file holds as Python spells them.
_PLAIN = frozenset({str, int, float, type(None)})


# -------------------------------------------------------------------- columns
def nested(row: JSONMapping) -> JSONObject:
    """Return the item of a row: dotted columns become nested mappings, or ``None`` where all of a relation are null.

    Args:
        row: The values by the names of the columns.

    Raises:
        ValueError: There is a column for a relation, and another one for a field of it.

    Example:
        >>> nested({"id": 1, "author.name": "Ada", "editor.name": None})
        {'id': 1, 'author': {'name': 'Ada'}, 'editor': None}
    """
    item: JSONObject = {}
    relations: dict[str, JSONObject] = {}
    for column, value in row.items():
        first, dot, rest = column.partition(".")
        if (first in relations) if not dot else (first in item and first not in relations):
            raise ValueError(f"the columns {first!r} and {first + '.…'!r} are both values of the field {first}: leave one out")
        if dot:
            relations.setdefault(first, {})[rest] = value
            item[first] = None
        else:
            item[first] = value
    for name, values in relations.items():
        if any(value is not None for value in values.values()):
            item[name] = nested(values)
    return item


# ---------------------------------------------------------------------- cells
def cell(value: object, *, is_json: bool = False) -> object:
    """Return the value of a CSV cell: a string, a number, or ``None`` for an empty cell.

    Args:
        value: A value of the server.
        is_json: Whether the field holds JSON, so that a string is written in quotes, as JSON has it.

    Example:
        >>> cell(True), cell(["a"]), cell("a"), cell("a", is_json=True)
        ('true', '["a"]', 'a', '"a"')
    """
    if value is None or (type(value) in _PLAIN and not is_json):
        return value
    return json_text(value)


def json_text(value: object) -> str:
    """Return the JSON of a value of the server, with every number as it is.

    Example:
        >>> json_text({"n": 12345678901234567890, "name": "ü"})
        '{"n":12345678901234567890,"name":"ü"}'
    """
    return _ENCODER.encode(value)


def csv_lines(rows: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    r"""Return the lines of rows of cells, each with its line end.

    Example:
        >>> csv_lines([["a", "b"], [None, ""], [1, "x,y"]])
        'a,b\n,""\n1,"x,y"\n'
    """
    lines: list[str] = []
    # Python quotes only the line ends that it writes itself.
    writer = csv.writer(_Lines(lines.append), delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        if "" in row or len(row) == 1:  # Python writes both kinds of empty cells alike
            lines.append(delimiter.join([_quoted(value, delimiter) for value in row]) + "\r\n")
        else:
            writer.writerow(row)
    return "".join([f"{line[:-2]}\n" for line in lines])


@attrs.frozen
class _Lines:
    write: Callable[[str], object]


def _quoted(value: object, delimiter: str) -> str:
    if value is None:
        return ""
    text = str(value)
    if text and not any(char in text for char in (delimiter, '"', "\n", "\r")):
        return text
    return '"' + text.replace('"', '""') + '"'
