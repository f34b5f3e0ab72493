"""The names of calls in messages and log lines: method, URL and a short form of the query."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

#: The maximum length of an error's message and of a line of the log, in characters.
MAX_MESSAGE = 500
_SHORT = 60
_MAX_WHERE = 220
_MAX_URL = 160


def shorten(text: str, length: int = MAX_MESSAGE) -> str:
    """Return a string of at most so many characters; the middle is left out, since both ends say most.

    Example:
        >>> shorten("a" * 30 + "z" * 10, 20)
        'aaaaaaaaaaaa … zzzzz'
    """
    if len(text) <= length:
        return text
    tail = (length - 3) // 3
    return f"{text[: length - 3 - tail]} … {text[-tail:]}"


def where(method: str, url: str) -> str:
    """Return the name of a call: its method, its URL, and a short form of its query.

    Args:
        method: The HTTP method.
        url: The URL with its query, without secrets.

    Example:
        >>> where("GET", "https://cms.example.com/items/articles?limit=5&fields=id%2Ctitle")
        'GET https://cms.example.com/items/articles (limit: 5, fields: id,title)'
    """
    base, _, query = url.partition("?")
    words = ", ".join(_parameter(name, value) for name, value in parse_qsl(query, keep_blank_values=True))
    name = f"{method} {shorten(base, _MAX_URL)}"
    return f"{name} ({shorten(words, _MAX_WHERE - min(len(name), _MAX_URL))})" if words else name


def _parameter(name: str, value: str) -> str:
    if name == "filter" and len(value) > _SHORT:
        try:
            return _filter(json.loads(value))
        except (ValueError, RecursionError):
            pass
    return f"{name}: {shorten(value, _SHORT)}"


def _filter(document: object) -> str:
    """Return the fields that a filter is on, and the number of its values."""
    fields: dict[str, None] = {}
    values = _walk(document, "", fields)
    names = ", ".join([*list(fields)[:3], *(["…"] if len(fields) > 3 else [])])
    return f"filter on {names or 'nothing'}, {values} value{'' if values == 1 else 's'}"


def _walk(document: object, path: str, fields: dict[str, None]) -> int:
    if isinstance(document, Mapping):
        count = 0
        for name, value in document.items():
            if name.startswith("_"):
                count += _walk(value, path, fields)
            else:
                inner = f"{path}.{name}" if path else name
                if not isinstance(value, Mapping) or any(key.startswith("_") for key in value):
                    fields[shorten(inner, _SHORT)] = None
                count += _walk(value, inner, fields)
        return count
    if isinstance(document, list):
        return sum(_walk(value, path, fields) for value in document)
    return 1
