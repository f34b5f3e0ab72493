"""Operations of containers that people expect of clients and handlers, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

_READING = {
    "[]": "read_one({})",
    "[:]": "read_many(offset=..., limit=...)",
    "for": "iterate(), or read_all()",
    "in": "exists({})",
    "len": "count()",
}
#: What to write instead of ``client["articles"]``, ``for item in handler``, ``key in handler`` and ``len(handler)``, by class.
OPERATIONS: Mapping[str, Mapping[str, str]] = {
    "Directus": {
        "[]": "directus.items({})",
        "for": "directus.collections.read_all()",
        "in": "directus.collections.exists({})",
    },
    "Directus8": {"[]": "directus.items({})", "for": "directus.collections.read_all()"},
    "SingletonHandler": {"[]": "read()[{}]", "for": "read()", "in": "read()", "len": "read()"},
    "AssetsHandler": {"[]": "read({})"},
    "DataModelHandler": {"[]": "read_one({})", "for": "read_all()", "in": "exists({})", "len": "count()"},
    "ReadHandler": _READING,
    "ReadHandler8": _READING,
}


def operation(kind: type, sign: str, key: object = None) -> str:
    """Return what to write instead of an operation that a class lacks, or ``""``.

    Example:
        >>> operation(Directus, "[]", "articles")
        "write directus.items('articles')"
    """
    example = repr(key) if isinstance(key, int) or (isinstance(key, str) and len(key) <= 40) else "..."
    for parent in kind.__mro__:
        instead = OPERATIONS.get(parent.__name__, {}).get(sign)
        if instead is not None:
            return f"write {instead.format(example)}"
    return ""
