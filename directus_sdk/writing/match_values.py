"""Which item each row means, by the value of one field (`match_on`).

The type of the field decides whether two values are equal: ``"1.5"`` and ``"1.50"`` are one value in a field of decimals, and
two in a field of strings. Most values are sent and returned in one spelling, so the type is not needed. Only where a server
returns an item that has none of the values in their spelling, it is asked for the type, once. Where it does not report the
type, only what is certain matches: equal strings, and numbers that the server returns as numbers; an item that then has none
of the values is an error, because creating it again would duplicate it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

import attrs

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.field_types import fields_of
from directus_sdk.reading.field_values import Field
from directus_sdk.wire.keys import key_text, one_item
from directus_sdk.wire.value_forms import as_datetime, as_decimal, as_json, as_time, to_milliseconds


def likeness(value: object) -> Hashable:
    """Return what two values share that are equal in a field of some type.

    Example:
        >>> likeness("1.50") == likeness("1.5"), likeness("2024-01-01T00:00Z") == likeness("2024-01-01T02:00+02:00")
        (True, True)
    """
    moment = as_datetime(value)
    return as_time(value) or one_item(as_json(value)) if moment is None else to_milliseconds(moment)


@attrs.define
class Matcher:
    """Finds the item of each row.

    Attributes:
        field: The field to match on.
        report: Asks the server for the fields of the collection, or ``None`` where it was asked already.
    """

    field: Field
    report: Callable[[], Mapping[str, Field]] | None = None

    @classmethod
    def of(cls, pipeline: Pipeline, collection: str, name: str) -> Matcher:
        """Return a matcher that asks for the type of the field when it needs it."""
        return cls(Field(name), lambda: fields_of(pipeline, collection))

    def match(self, sent: Sequence[JSONMapping], items: Sequence[JSONMapping]) -> list[JSONMapping | None]:
        """Return the item of each row, ``None`` where it does not exist.

        Args:
            sent: The rows.
            items: The items that the server has found by the values of the rows.

        Raises:
            ValueError: The server has found an item for one of the values, and which one is unclear; or a moment is too
                fine to be looked for.
        """
        matched = self.find(sent, items)
        if (trouble := self._trouble(sent, items, matched)) is None:
            return matched
        if self.report is None:
            raise ValueError(trouble)
        self.field, self.report = self.report().get(self.field.name, self.field), None
        return self.match(sent, items)

    def _trouble(
        self, sent: Sequence[JSONMapping], items: Sequence[JSONMapping], matched: Sequence[JSONMapping | None]
    ) -> str | None:
        """Return what is unclear, or ``None``."""
        name = self.field.name
        if self.uncertain(sent, items, matched):
            used = set(map(id, matched))
            unused = next(item for item in items if id(item) not in used and item.get(name) is not None)
            return (
                f"the server has an item with {name} = {unused[name]!r} for one of the values, and which one is unclear: "
                "send them as the server returns them (a timestamp has a time zone, a date has no time)"
            )
        missing = (row[name] for row, item in zip(sent, matched, strict=True) if item is None and row.get(name) is not None)
        if (fine := next(filter(self.field.is_too_fine, missing), None)) is None:
            return None
        return (
            f"it is unclear whether an item with {name} = {as_json(fine)} exists: PostgreSQL keeps microseconds, and the "
            "server asks it for milliseconds. Round it: moment.replace(microsecond=moment.microsecond // 1000 * 1000)"
        )

    def find(self, sent: Iterable[JSONMapping], items: Iterable[JSONMapping]) -> list[JSONMapping | None]:
        """Return the item of each row, as far as that is certain."""
        name = self.field.name
        buckets: dict[Hashable, list[JSONMapping]] = {}
        for item in items:
            if item.get(name) is not None:
                buckets.setdefault(self.bucket(item[name]), []).append(item)

        def item_of(value: object) -> JSONMapping | None:
            candidates = () if value is None else buckets.get(self.bucket(value), ())
            same = [item for item in candidates if self._is_same(value, item[name])]
            return next((item for item in same if item[name] == value), same[0] if same else None)

        return [item_of(row.get(name)) for row in sent]

    def uncertain(
        self, sent: Sequence[JSONMapping], items: Iterable[JSONMapping], matched: Sequence[JSONMapping | None]
    ) -> list[int]:
        """Return the rows without an item for which an item that no row has may be the right one."""
        name, used = self.field.name, set(map(id, matched))
        unused = (item[name] for item in items if id(item) not in used and item.get(name) is not None)
        if not any(self.field.type != "unknown" or not self.field.is_certain(value) for value in unused):
            return []
        missing = ((index, row[name]) for index, row in enumerate(sent) if matched[index] is None and row.get(name) is not None)
        return [index for index, value in missing if not self.field.is_certain(value)]

    def spellings(self, values: Iterable[object]) -> list[object]:
        """Return the values to look for, in each spelling that a database may have stored."""
        unsure = self.report is not None
        return [spelling for value in values for spelling in self.field.spellings(value, unsure=unsure)]

    def bucket(self, value: object) -> Hashable:
        """Return a key for a dict of values: values that may be equal have the same one."""
        return one_item(as_json(value)) if self.field.type == "unknown" else self.field.bucket(value)

    def _is_same(self, value: object, current: object) -> bool:
        if self.field.type != "unknown":
            return self.field.is_same(value, current)
        ours = as_json(value)
        if key_text(ours) == key_text(current):
            # A UUID in capital letters is another value in a field of strings.
            return self.report is None or ours == current or not (isinstance(ours, str) and isinstance(current, str))
        return type(current) in (int, float) and as_decimal(value) == as_decimal(current)
