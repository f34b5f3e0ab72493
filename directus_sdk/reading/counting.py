"""How many items match, whether there is one, and groups of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from directus_sdk.errors import DecodeError, Forbidden, InvalidQuery, SchemaError, ServerError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local import progress as local_progress
from directus_sdk.local.progress import Progress
from directus_sdk.reading.collection import Collection
from directus_sdk.results import Meta, counted
from directus_sdk.wire.functions import AGGREGATES
from directus_sdk.wire.query import NormalizedQuery, normalize, together

#: Parameters that do not select items, and the method that has them.
_NOT_SELECTING = {
    **dict.fromkeys(("offset", "page"), "every item that matches counts; limit=… is the maximum"),
    **dict.fromkeys(("aggregate", "groupBy"), "use aggregate()"),
    **dict.fromkeys(("version", "versionRaw", "export"), "it reads items, and none are returned here"),
}


def selected(arguments: JSONMapping) -> NormalizedQuery:
    """Return the query that selects the items to count: its `filter`, `search` and `limit`.

    Raises:
        TypeError: It has a parameter that counts something else.
    """
    query = normalize(arguments)
    for name in query:
        if name in _NOT_SELECTING:
            raise TypeError(f"{name} cannot be given here: {_NOT_SELECTING[name]}")
    return query.only("filter", "search", "limit")


def count(collection: Collection, arguments: JSONMapping) -> int:
    """Return how many items match, each counted once."""
    query = selected(arguments)
    limit = query.get("limit", -1)
    query = query.replace(limit=None)
    number = _count(collection, query) if limit else 0
    return number if limit == -1 else min(number, limit)


def exists(collection: Collection, arguments: JSONMapping) -> bool:
    """Return whether an item matches."""
    query = selected(arguments)
    if query.get("limit") == 0:
        return False
    try:
        return bool(collection.rows(query.replace(fields=[collection.primary_key], limit=1)))
    except (Forbidden, SchemaError) as error:
        if not collection.concerns_key(error):
            raise
        return _count(collection, query.replace(limit=None)) > 0


def _count(collection: Collection, query: NormalizedQuery) -> int:
    key = collection.primary_key
    try:
        # A filter or a permission on a relation joins rows, so that an item may be counted more than once.
        rows, _ = collection.page(query.replace(aggregate={"countDistinct": key}))
    except SchemaError as error:
        if not collection.concerns_key(error):
            raise
        return _filter_count(collection, query)
    except (Forbidden, InvalidQuery, ServerError) as error:
        # Versions 9 and 10 name no field, or return the database's error.
        if not any(name in error._server_message() for name in (f'"{key}"', f".{key}", "access this")):
            raise
        return _filter_count(collection, query)  # the key has another name, or may not be read
    # Version 12 removes permissions that need a licence from a list, and treats the count as such a permission.
    return counted(rows) if rows or query.matches_nothing else _filter_count(collection, query)


def _filter_count(collection: Collection, query: NormalizedQuery) -> int:
    _, meta = collection.page(query.replace(limit=0, meta=["filter_count"]))
    number = Meta(meta or {}).filter_count
    if number is None:
        raise DecodeError(f"the response for {collection.name} holds no count")
    return number


@contextmanager
def reported(collection: Collection, query: NormalizedQuery, progress: Progress) -> Iterator[Callable[[int], object]]:
    """Yield a function to call with the number of items that were read since its last call.

    The items are counted first, but only if progress is shown.

    Raises:
        ImportError: tqdm, which a progress bar needs, is not installed.
        TypeError: `progress` is not a valid value.
    """
    total = None
    if progress and not query.is_grouped:
        total = count(collection, query.only("filter", "search", "limit"))
    with local_progress.counting(progress, collection.name, total) as report:
        yield report


def aggregation(functions: JSONMapping | None, arguments: JSONObject, params: JSONMapping) -> NormalizedQuery:
    """Return the query of an aggregation.

    Args:
        functions: The fields for each function, or a query that has `aggregate`.
        arguments: `group_by` and `query`.
        params: The keywords.

    Raises:
        TypeError: A function is given as a keyword, or something is given twice.
        ValueError: No function is named.
    """
    for name in params:
        if name in AGGREGATES:
            raise TypeError(f"functions are given as a mapping: aggregate({{{name!r}: {params[name]!r}}})")
    query = arguments.pop("query")
    if isinstance(arguments["group_by"], Mapping):
        raise TypeError("group_by must be a string or a list of strings, not dict; a query goes to query={...}")
    if isinstance(functions, Mapping) and "aggregate" in functions:
        query, functions = together(functions, {"query": query}), None
    normalized = normalize(together(query, params), {"aggregate": functions, **arguments})
    if "aggregate" not in normalized:
        raise ValueError("functions must name at least one function, such as {'count': '*'}")
    return normalized
