"""A table that describes fields: it prints well, and notebooks show it as HTML."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from directus_sdk.displayed import Displayed
from directus_sdk.json_types import JSONObject
from directus_sdk.schema.model import Field

if TYPE_CHECKING:
    from directus_sdk.display.card import Card

#: The width of a printed table, and that of the narrowest column, in characters, and how many rows its `repr` has.
_WIDTH, _NARROW, _LISTED = 100, 8, 200


class Table(list[JSONObject], Displayed):
    """The rows of a description: a list of dicts.

    ``print`` prints all rows; the ``repr`` has the first 200, and a notebook displays those that there is room for.

    Example:
        >>> directus.items("authors").describe()
        field  type           required  relation  note
        id     integer (key)
        name   string(255)    yes
        >>> directus.items("authors").describe()[1]["required"]
        True
    """

    def to_pandas(self) -> Any:
        """Return the rows as a pandas DataFrame; needs the extra ``pandas``.

        Raises:
            ImportError: pandas is not installed.

        Example:
            >>> frame = directus.items("authors").describe().to_pandas()
            >>> frame.loc[frame["required"], "field"].tolist()
            ['name']
        """
        from directus_sdk import dataframes

        return dataframes.frame(self, COLUMNS)

    def __str__(self) -> str:
        names = [*self[0]] if self else [*COLUMNS]
        cells = [names, *([_cell(row[name]) for name in names] for row in self)]
        widths = _fitting([max(map(len, column)) for column in zip(*cells, strict=True)])
        return "\n".join(line for row in cells for line in _lines(row, widths))

    def __repr__(self) -> str:
        rest = len(self) - _LISTED
        return f"{Table(self[:_LISTED])}\n... {rest:,} more; print() prints all" if rest > 0 else str(self)

    def _card(self) -> Card:
        from directus_sdk.display import Card, Grid

        rows = ({name: _cell(value) if isinstance(value, bool) else value for name, value in row.items()} for row in self)
        counts = Counter(row["collection"] for row in self if "collection" in row)
        fields = Grid(rows, len(self), "fields", whole=not counts)
        if not counts:
            return Card(grids=[fields])
        names = [{"collection": name, "fields": count} for name, count in counts.items()]
        return Card(
            lines=[f"{one_of('directus.schema.read()', counts)}; print(...) prints all."],
            grids=[Grid(names, len(names), "collections", whole=True), fields],
        )


def one_of(schema: str, names: Iterable[str]) -> str:
    """Return how to see the fields of one of several collections."""
    return f"{schema}.describe({json.dumps(next(iter(names)), ensure_ascii=False)}) describes one collection"


COLUMNS = ("field", "type", "required", "relation", "note")


def table_of(fields: Iterable[Field], *, with_collection: bool = False) -> Table:
    """Return the table that describes some fields."""
    table = Table()
    for field in fields:
        relation = field.relation.text if field.relation else None
        values = (field.name, _type(field), field.required, relation, field.note)
        first = {"collection": field.collection} if with_collection else {}
        table.append({**first, **dict(zip(COLUMNS, values, strict=True))})
    return table


def _type(field: Field) -> str:
    """Return the type of a field with its size, such as ``"decimal(12, 3)"``."""
    sizes = [field.length] if field.type in ("string", "hash") else [field.precision, field.scale]
    size = ", ".join(str(number) for number in sizes if number is not None)
    return f"{field.type}{f'({size})' if size else ''}{' (key)' if field.primary_key else ''}"


def _cell(value: object) -> str:
    """Return a value in one line: a note has line breaks, and a name may have any character."""
    if value is None or isinstance(value, bool):
        return "yes" if value else ""
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(str(value).split()))


def _fitting(widths: list[int]) -> list[int]:
    """Make the widest columns narrower until the table fits."""
    while sum(widths) + 2 * len(widths) - 2 > _WIDTH and max(widths) > _NARROW:
        widths[widths.index(max(widths))] -= 1
    return widths


def _lines(row: list[str], widths: list[int]) -> Iterable[str]:
    parts = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
    for index in range(max(map(len, parts))):
        line = (part[index] if index < len(part) else "" for part in parts)
        yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
