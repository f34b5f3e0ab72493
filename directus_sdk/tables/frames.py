"""A pandas DataFrame that is made page by page, so that no list of all items is ever in memory; needs ``pandas``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import attrs

from directus_sdk import dataframes
from directus_sdk.json_types import JSONMapping
from directus_sdk.tables.columns import Tree, split
from directus_sdk.wire.value_types import is_json

#: Strings of one page that repeat this often on average are stored once.
_REPEATED = 4


class FrameBuilder:
    """Collects the columns of pages.

    Args:
        fields: The fields that were asked for.
        types: The types of the fields in Directus, where they are known.
    """

    def __init__(self, fields: Tree, types: Mapping[str, str] | None = None) -> None:
        self._pd = dataframes.pandas()
        self._fields, self._types = fields, dict(types or {})
        self._documents = {name for name, type_ in self._types.items() if is_json(type_)}
        self._columns: dict[str, _Column] = {}
        self._count = 0

    def add(self, rows: Sequence[JSONMapping]) -> None:
        """Add a page."""
        columns = split(rows, self._fields, self._documents.__contains__)
        for name in columns:
            if name not in self._columns:
                self._columns[name] = column = _Column(self._pd)
                if self._count:
                    column.add([None] * self._count)
        for name, column in self._columns.items():
            column.add(columns[name] if name in columns else [None] * len(rows))
        self._count += len(rows)

    def frame(self, columns: Sequence[str]) -> Any:
        """Return the DataFrame.

        Args:
            columns: The columns of one without rows.
        """
        if not self._count:
            return dataframes.frame((), columns, self._types)
        series = {}
        for name in list(self._columns):
            series[name] = self._columns.pop(name).finish(self._types.get(name))
        return self._pd.DataFrame(series, columns=list(series))


@attrs.define
class _Column:
    """The values of a column: arrays where a page has values of one type, and lists otherwise."""

    _pd: Any
    _parts: list[Any] = attrs.field(factory=list)
    _kinds: set[type] = attrs.field(factory=set)
    _has_gaps: bool = False
    _patterns: set[int] = attrs.field(factory=lambda: set(range(len(dataframes.PATTERNS))))

    def add(self, values: list[Any]) -> None:
        kinds = set(map(type, values))
        if type(None) in kinds:
            kinds.discard(type(None))
            self._has_gaps = True
        self._kinds |= kinds
        if kinds == {str}:
            values = self._strings(values)
        elif kinds and None not in values and kinds <= {int, float} and len(kinds) == 1:
            values = self._numbers(values)
        self._parts.append(values)

    def _strings(self, values: list[Any]) -> Any:
        if self._patterns:
            distinct = set(values)
            present = distinct - {None}
            self._patterns = {index for index in self._patterns if all(map(dataframes.PATTERNS[index][0].fullmatch, present))}
            if self._patterns and len(distinct) * _REPEATED < len(values):
                once = {value: value for value in distinct}
                return [once[value] for value in values]
        if self._patterns:
            return values
        array = self._pd.Series(values).array  # from pandas 3 on, it takes a third of the memory
        return values if array.dtype == object else array

    def _numbers(self, values: list[Any]) -> Any:
        array = self._pd.Series(values).to_numpy()
        return values if array.dtype == object else array

    def finish(self, type_: str | None) -> Any:
        """Return the whole column, and forget its parts."""
        parts, self._parts = self._parts, []
        if type_ is None and self._kinds in ({int}, {float}) and not any(isinstance(part, list) for part in parts):
            import numpy

            return self._pd.Series(numpy.concatenate(parts))
        if type_ is None and self._kinds == {str} and any(not isinstance(part, list) for part in parts):
            return self._pd.concat([self._pd.Series(part, dtype="str") for part in parts], ignore_index=True)
        values = list(chain.from_iterable(part if isinstance(part, list) else _listed(part) for part in parts))
        return dataframes.column(values, type_, self._patterns if self._kinds == {str} else None)


def _listed(part: Any) -> list[Any]:
    values: list[Any] = part.tolist()
    return values if part.dtype.kind in "if" else [value if isinstance(value, str) else None for value in values]
