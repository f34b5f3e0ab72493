"""Lists inside of items: where they are, how long they are, and what a query says about them.

A path is the names that lead to a list, as in a response: ``("author", "books")``. Under a many-to-any field
the name is followed by the collection, as `deep` wants it: ``("blocks", "item:headings", "lines")``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from directus_sdk.json_types import JSONMapping, JSONObject

Path = tuple[str, ...]


def lengths(items: Iterable[object]) -> dict[Path, int]:
    """Return the length of the longest list at each path, of lists that may be related items or their keys.

    Example:
        >>> lengths([{"id": 1, "kids": [{"id": 7, "toys": [1, 2]}, {"id": 8, "toys": []}], "point": [0.5, 1.5]}])
        {('kids',): 2, ('kids', 'toys'): 2}
    """
    longest: dict[Path, int] = {}
    for item in items:
        if type(item) is dict:
            _measure(item, (), longest)
    return longest


def _measure(item: JSONObject, path: Path, longest: dict[Path, int]) -> None:
    for name, value in item.items():
        kind = type(value)
        if kind is dict:
            collection = item.get("collection") if name == "item" else None
            _measure(value, (*path, f"{name}:{collection}" if type(collection) is str else name), longest)
        elif kind is list and value and type(value[0]) in (dict, int, str):
            place = (*path, name)
            longest[place] = max(len(value), longest.get(place, 0))
            for entry in value:
                if type(entry) is dict:
                    _measure(entry, place, longest)


def limit_of(deep: JSONMapping, path: Path) -> int | None:
    """Return the ``_limit`` that a query has for a path, or ``None``.

    Example:
        >>> limit_of({"author": {"books": {"_limit": 3}}}, ("author", "books"))
        3
    """
    node: object = deep
    for name in path:
        node = node.get(name, node.get(name.partition(":")[0])) if isinstance(node, Mapping) else None
    return node.get("_limit") if isinstance(node, Mapping) else None


def with_limits(deep: JSONMapping, paths: Iterable[Path], limit: int) -> JSONObject:
    """Return a `deep` that has a limit for some paths, where it has none yet.

    Example:
        >>> with_limits({"author": {"_sort": "id"}}, [("author", "books"), ("author",)], -1)
        {'author': {'_sort': 'id', 'books': {'_limit': -1}, '_limit': -1}}
    """
    made = dict(deep)
    for path in paths:
        node = made
        for name in path:
            inner = node.get(name)
            node[name] = dict(inner) if isinstance(inner, Mapping) else {}
            node = node[name]
        node.setdefault("_limit", limit)
    return made


def expanded(query: JSONMapping) -> JSONMapping:
    """Return a query with a limit for every relation among its fields in place of ``nested_limit``.

    Example:
        >>> expanded({"fields": ["*", "author.books.title"], "nested_limit": -1})["deep"]
        {'author': {'_limit': -1, 'books': {'_limit': -1, 'title': {'_limit': -1}}}}
    """
    if "nested_limit" not in query:
        return query
    fields = query.get("fields", ())
    names = (part.strip() for field in ([fields] if isinstance(fields, str) else fields) for part in field.split(","))
    # The last name may be a relation or not; a limit of a plain field changes nothing.
    paths: dict[Path, None] = {}
    for name in names:
        if "(" not in name and ")" not in name:
            parts = tuple(part for part in name.split(".") if part != "*")
            paths.update(dict.fromkeys(parts[: end + 1] for end in range(len(parts))))
    others = {name: value for name, value in query.items() if name != "nested_limit"}
    deep = with_limits(query.get("deep", {}), paths, query["nested_limit"])
    return {**others, "deep": deep} if deep else others
