"""The query parameters of version 8: three sets of keywords, checked and encoded in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.v8.filters import Filter, filter_pairs, joins_with_or, value_text
from directus_sdk.wire.functions import bare, list_of_names
from directus_sdk.wire.iterators import repeatable
from directus_sdk.wire.parameters import Check, boolean, integer
from directus_sdk.wire.query import Fields, NormalizedQuery, together
from directus_sdk.wire.unknown_names import of_reading, of_writing

if TYPE_CHECKING:
    from typing_extensions import Self

Names = str | Sequence[str]


class OneQuery(TypedDict, total=False):
    """The query parameters of methods that read one item, or the items with some keys."""

    fields: Fields | None
    """The fields to return: ``["id", "author.name"]``, ``"*,-title"`` or ``["id", {"author": ["name"]}]``."""
    meta: Names | None
    """What to return in ``.meta``: ``"*"``, or names such as ``"total_count"``, ``"filter_count"`` and ``"status"``."""
    lang: Names | None
    """The languages of translations among the `fields`, or ``"*"``."""
    status: Names | None
    """The statuses of the items to read; ``"*"`` includes those that count as deleted."""


class ListQuery(OneQuery, total=False):
    """The query parameters of methods that read many items."""

    limit: int | None
    """The maximum number of items; ``-1`` for all of them. By default a setting of the server, which is 200 at first."""
    offset: int | None
    """How many items to skip."""
    page: int | None
    """Which page of `limit` items, from 1 on; only together with `limit`, and not with `offset`."""
    sort: Names | None
    """The order: ``"date"`` for the least first, ``"-date"`` for the greatest first, ``"?"`` for a random one, or a list."""
    single: bool | None
    """``True`` reads only the first item; there must be one."""
    filter: Filter | None
    """Which items: ``{"status": {"eq": "published"}}``; see the guide on version 8 for the operators."""
    q: str | None
    """A string that is searched for in strings and numbers."""
    groups: Names | None
    """The fields by which the items are grouped; one item of each group is returned."""


class DeleteQuery(TypedDict, total=False):
    """The query parameters of methods that delete."""

    activity_skip: bool | None
    """``True`` records nothing in the activity log, and no revision."""
    comment: str | None
    """A comment for the activity log, which a permission may require."""


class WriteQuery(DeleteQuery, total=False):
    """The query parameters of methods that write."""

    fields: Fields | None
    """The fields to return; all by default."""
    meta: Names | None
    """What to return beside the item; it is checked and sent, and the response to a write has no ``.meta``."""


#: Parameters of later versions, and what version 8 has instead.
_LATER: Mapping[str, str] = {
    "search": "write q='word'",
    **dict.fromkeys(("group_by", "groupBy", "group", "distinct"), "write groups='status'"),
    **dict.fromkeys(("deep", "aggregate", "alias", "version", "export"), ""),
    **dict.fromkeys(("version_raw", "versionRaw", "backlink", "nested_limit"), ""),
}
_ALL = frozenset({*ListQuery.__annotations__, *WriteQuery.__annotations__})


class Query8(NormalizedQuery):
    """A checked query of version 8; `normalize` makes it.

    Example:
        >>> query = normalize({"fields": "id,title", "limit": 5}, {"filter": {"id": {"gt": 3}}})
        >>> query.replace(limit=None).where({"rating": {"lt": 9}}).pairs()
        [('fields', 'id,title'), ('filter[id][gt]', '3'), ('filter[rating][lt]', '9')]
    """

    __slots__ = ()

    def where(self, condition: JSONMapping) -> Self:
        """Return a copy whose filter also requires a condition on a field that it does not have yet."""
        return self.replace(filter={**self.get("filter", {}), **condition})

    @property
    def is_grouped(self) -> bool:
        """Whether it returns groups instead of items."""
        return "groups" in self

    def can_require(self, field: str) -> bool:
        """Return whether `where` can add a condition on a field."""
        rule = self.get("filter", {})
        return not any(bare(name) == field for name in rule) and not joins_with_or(filter_pairs(rule))

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters of a URL; a name can be there more than once."""
        pairs: list[tuple[str, str]] = []
        for name, value in self.items():
            if name == "filter":
                pairs += filter_pairs(value)
            else:
                pairs.append((name, ",".join(value) if isinstance(value, list) else value_text(value, name)))
        return pairs

    def encode(self) -> dict[str, str]:
        """Return the parameters of a URL by their names."""
        return dict(self.pairs())


def normalize(
    query: JSONMapping | None = None, params: JSONMapping | None = None, kind: type[JSONMapping] = ListQuery
) -> Query8:
    """Check a query and bring its values to one form.

    Args:
        query: A mapping. A normalized query without keywords is returned as it is.
        params: Keywords; a name that is in both is an error, unless one of the values is ``None``.
        kind: The set of parameters that the method has: `ListQuery`, `OneQuery`, `WriteQuery` or `DeleteQuery`.

    Raises:
        TypeError: A name is unknown or passed twice, or a value has the wrong type.
        ValueError: The server would ignore a value or read it as another one.

    Example:
        >>> normalize({"sort": "-id,title"}, {"single": True, "limit": None})
        {'sort': ['-id', 'title'], 'single': True}
    """
    if isinstance(query, Query8) and not params:
        return query
    checked: JSONObject = {}
    for key, value in together(query, params).items():
        name, plain = str(bare(key)), bare(value)
        if name not in kind.__annotations__:
            raise TypeError(_unknown(name, plain, kind))
        if plain is not None:
            checked[name] = _CHECKS[name](name, plain)
    normalized = Query8((name, value) for name, value in checked.items() if value is not None)
    if "page" in normalized and ("limit" not in normalized or "offset" in normalized):
        wrong = "stands beside offset" if "offset" in normalized else "has no limit beside it"
        raise ValueError(f"page {wrong}, so that the server would ignore it: write limit=10, page=2")
    return normalized


def _unknown(name: str, value: object, kind: type[JSONMapping]) -> str:
    if name in _LATER:
        instead = _LATER[name]
        return f"{name} is not in version 8{f': {instead}' if instead else ''}"
    if name in _ALL:
        return f"{name} cannot be given here; this method has {', '.join(sorted(kind.__annotations__))}"
    names = kind.__annotations__
    return (of_writing if "comment" in names else of_reading)(name, value, names)


# ------------------------------------------------------------ values
def _flat(fields: object, prefix: str = "") -> Iterator[str]:
    """Yield the names of nested fields with dots."""
    fields = bare(fields)
    if isinstance(fields, Mapping):
        for field, inner in fields.items():
            yield from _flat(inner, f"{prefix}{bare(field)}.")
    elif isinstance(fields, str):
        yield from (prefix + name.strip() for name in fields.split(",") if name.strip())
    elif isinstance(fields, Iterable) and not isinstance(fields, (bytes, bytearray)):
        for part in fields:
            yield from _flat(part, prefix)
    else:
        raise TypeError(f"fields must be strings, lists or mappings of them, not {type(fields).__name__}")


def _fields(place: str, value: object) -> list[str] | None:
    return list(_flat(value)) or None


def _names(place: str, value: object) -> list[str] | None:
    return list_of_names(place, value) or None


def _filter(place: str, value: object) -> object:
    rule = repeatable(value)
    filter_pairs(rule)
    return rule or None


def _string(place: str, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError(f"{place} must be a string, not {type(value).__name__}")
    return str(value) or None


def _number(least: int) -> Check:
    def check(place: str, value: object) -> int:
        return integer(place, int(value) if isinstance(value, str) and re.fullmatch(r"\s*-?\d+\s*", value) else value, least)

    return check


def _flag(place: str, value: object) -> bool | None:
    return boolean(place, value) or None


_CHECKS: Mapping[str, Check] = {
    "fields": _fields,
    **dict.fromkeys(("sort", "status", "lang", "groups", "meta"), _names),
    "limit": _number(-1),
    "offset": _number(0),
    "page": _number(1),
    "filter": _filter,
    **dict.fromkeys(("q", "comment"), _string),
    **dict.fromkeys(("single", "activity_skip"), _flag),
}
