"""What an unknown keyword of a query may mean: a field, an option of another method, or a name from another API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from directus_sdk.redaction import redact
from directus_sdk.wire.functions import bare, closest

_KEYS = "keys go first: read_many([1, 2])"
_SORT = "write sort='date', or sort='-date' for the greatest first"
_FIELDS = "write fields=['id', 'title']"
_RELATED = "name the fields of related items in fields=['id', 'author.name']"
_FILTER = "write filter={'status': {'_eq': 'published'}}"
_PAGES = "read_all(page_size=…) and iterate(page_size=…) read every page; limit=… is the size of one"
_GROUPS = "write aggregate({'count': '*'}, group_by='status')"
#: The names of other APIs, and what this one has instead.
_INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("keys", "ids", "pks", "primary_keys"), _KEYS),
    **dict.fromkeys(("order_by", "orderBy", "orderby", "order", "ordering", "sort_by", "sortBy", "sorted_by"), _SORT),
    **dict.fromkeys(("select", "columns", "only", "attributes", "projection", "values"), _FIELDS),
    **dict.fromkeys(("include", "expand", "populate", "select_related", "prefetch_related", "join", "relations"), _RELATED),
    **dict.fromkeys(("where", "filter_by", "conditions", "criteria"), _FILTER),
    **dict.fromkeys(("per_page", "perPage", "pageSize"), _PAGES),
    **dict.fromkeys(("take", "top", "first", "max_items", "max_results"), "write limit=10"),
    **dict.fromkeys(("skip",), "write offset=10, or page=2 with limit=10"),
    **dict.fromkeys(("q", "term", "search_term"), "write search='word'"),
    **dict.fromkeys(("group", "distinct"), _GROUPS),
    "query": "what it holds stands in the query itself: {'filter': …, 'limit': 5}",
}
_BULK = "create_many, update_many, update_batch, upsert_many and delete_many"
_PAGING = "read_all, iterate and read_frame"
_BY_QUERY = "update_by_query and delete_by_query"
_OF_A_CLIENT = "directus.with_options({}=…)"
#: Options, and the methods that have them.
OPTIONS: Mapping[str, str] = {
    **dict.fromkeys(("batch_size", "returning", "on_error", "workers", "checkpoint"), _BULK),
    "progress": f"{_BULK}, and of {_PAGING}",
    "generate_keys": "create_many",
    "match_on": "upsert_one, upsert_many and sync",
    "missing": "read_many([1, 2])",
    "page_size": "read_all(page_size=…), iterate and read_frame",
    "prefetch": _PAGING,
    **dict.fromkeys(("all_items", "max_affected", "dry_run"), _BY_QUERY),
    "must_exist": "update_one and delete_one",
    "delete_missing": "sync",
    **{name: _OF_A_CLIENT.format(name) for name in ("timeout", "headers", "retry", "token", "params")},
}
#: How many letters a misspelt name has in common with the one that is meant.
_ALIKE = 0.8
_IGNORED = "Directus ignores unknown parameters"


def of_reading(name: object, value: object, names: Iterable[str]) -> str:
    """Return the message about an unknown parameter of a query.

    Example:
        >>> of_reading("status", "published", ["sort"])
        "unknown query parameter 'status'; fields are filtered with filter={'status': {'_eq': 'published'}}"
    """
    unknown = f"unknown query parameter {name!r}"
    if (meant := _meant(name)) is not None:
        return f"{unknown}; {meant}"
    close = closest(name, names, _ALIKE)
    condition = _condition(name, value)
    if close is not None:
        rest = f"; fields are filtered with {condition}" if condition else ""
        return f"{unknown}; did you mean {close}? {_IGNORED}{rest}"
    if condition:
        return f"{unknown}; fields are filtered with {condition}"
    if isinstance(value, Mapping):
        return f"{unknown}; a filter is given as {{'filter': {{{name!r}: …}}}}"
    return f"{unknown}. {_IGNORED}; for a custom endpoint use request()"


def of_writing(name: object, value: object, names: Iterable[str]) -> str:
    """Return the same for a call that writes: its keywords say what is returned, and the name may be a field."""
    unknown = f"unknown query parameter {name!r}"
    if name in OPTIONS:
        return f"{unknown}; {_meant(name)}"
    close = closest(name, names)
    hint = f"; did you mean {close}?" if close else "."
    return f"{unknown}{hint} {_IGNORED}. The fields of an item go into its mapping: {{{name!r}: …}}"


def _meant(name: object) -> str | None:
    if not isinstance(name, str):
        return None
    methods = OPTIONS.get(name)
    if methods is None:
        return _INSTEAD.get(name)
    if methods.startswith("directus."):
        return f"it is an option of the client: {methods}"
    return f"it is an option of other methods, not of this one: of {methods}"


def _condition(name: object, value: object) -> str | None:
    """Return how a field is filtered by one value, or by one of several; the value of a secret is masked."""
    value = bare(value)
    if not isinstance(name, str) or isinstance(value, (Mapping, bytes, bytearray)) or callable(value):
        return None
    if value is None:
        return f"filter={{{name!r}: {{'_null': True}}}}"
    several = isinstance(value, (list, tuple, set, frozenset))
    if not several and hasattr(value, "__iter__") and not isinstance(value, str):
        return None
    operator, plain = ("_in", list(value)) if several else ("_eq", value)  # type: ignore[call-overload]
    text = repr(redact.value({name: plain})[name])
    return f"filter={{{name!r}: {{{operator!r}: {text if len(text) <= 60 else '…'}}}}}"
