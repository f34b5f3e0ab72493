"""The operators of a filter, for type checkers and completion."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict, Union

from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.filter_marks import FilterExpression

if TYPE_CHECKING:
    from datetime import date, time
    from decimal import Decimal
    from enum import Enum
    from uuid import UUID


class Operators(TypedDict, total=False):
    """The conditions on a field in a filter: ``{"status": {"_eq": "published"}}``.

    Any other operator is refused. One of a later server can be sent with ``request()``, whose parameters are not checked.
    """

    _eq: object
    """Equal to the value; ``None`` is the same as ``"_null": True``."""
    _neq: object
    """Not equal to the value; ``None`` is the same as ``"_nnull": True``."""
    _ieq: str
    """Equal to the string, without regard to upper and lower case."""
    _nieq: str
    """Not equal to the string, without regard to upper and lower case."""
    _lt: object
    """Less than, or before, the value."""
    _lte: object
    """Less than, before, or equal to the value."""
    _gt: object
    """Greater than, or after, the value."""
    _gte: object
    """Greater than, after, or equal to the value."""
    _in: Collection[object]
    """One of the values, of which there must be at least one: ``{"_in": [1, 2]}``."""
    _nin: Collection[object]
    """None of the values, of which there must be at least one."""
    _between: Collection[object]
    """Between two values, both included: ``{"_between": [1, 5]}``."""
    _nbetween: Collection[object]
    """Not between two values."""
    _null: bool | str
    """``True`` finds items without a value."""
    _nnull: bool | str
    """``True`` finds items with a value."""
    _empty: bool | str
    """``True`` finds items whose value is empty: no value, an empty string or an empty list."""
    _nempty: bool | str
    """``True`` finds items whose value is not empty."""
    _contains: object
    """Contains the string; whether case matters depends on the database (see `_icontains`)."""
    _ncontains: object
    """Does not contain the string."""
    _icontains: object
    """Contains the string, without regard to upper and lower case."""
    _nicontains: object
    """Does not contain the string, without regard to upper and lower case."""
    _starts_with: object
    """Begins with the string."""
    _nstarts_with: object
    """Does not begin with the string."""
    _istarts_with: object
    """Begins with the string, without regard to upper and lower case."""
    _nistarts_with: object
    """Does not begin with the string, without regard to upper and lower case."""
    _ends_with: object
    """Ends with the string."""
    _nends_with: object
    """Does not end with the string."""
    _iends_with: object
    """Ends with the string, without regard to upper and lower case."""
    _niends_with: object
    """Does not end with the string, without regard to upper and lower case."""
    _regex: object
    """Matches the regular expression; servers accept it in validation rules, and not in every query."""
    _intersects: object
    """Intersects the GeoJSON geometry."""
    _nintersects: object
    """Does not intersect the GeoJSON geometry."""
    _intersects_bbox: object
    """Intersects the bounding box of the GeoJSON geometry."""
    _nintersects_bbox: object
    """Does not intersect the bounding box of the GeoJSON geometry."""
    _some: Filter
    """At least one related item meets the condition, which must be one condition on one field."""
    _none: Filter
    """No related item meets the condition, which must be one condition on one field."""
    _and: Sequence[Filter]
    """All of these filters match."""
    _or: Sequence[Filter]
    """At least one of these filters matches."""
    _json: JSONMapping
    """One comparison for each path within a JSON field: ``{"color": {"_eq": "red"}}``. Needs version 12."""


#: A value without an operator, which is compared with ``_eq``.
_Value = Union[str, float, "date", "time", "Decimal", "Enum", "UUID"]
#: What can be under the name of a related item's field. Values need an operator here: without this rule a misspelt operator
#: would be the name of a field.
_Related = Mapping[str, Union["Operators", "_Related", Sequence["Filter"]]]
#: What selects items: an expression such as ``F.price > 10``, or the names of fields with their conditions, and ``_and``
#: and ``_or`` with lists of filters.
#: A filter that is built step by step is annotated: ``where: Filter = {"status": {"_eq": "published"}}``.
Filter = Union[FilterExpression, Mapping[str, Union[_Value, "Operators", _Related, Sequence["Filter"]]]]
