"""How messages and log lines name a call, in words that fit into a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

#: The most characters of an error's message and of a line of the log.
MAX_MESSAGE = 500
_SHORT = 60
_MAX_WHERE = 220
_MAX_ADDRESS = 160


def shorten(text: str, most: int = MAX_MESSAGE) -> str:
    """Return a text of at most so many characters; what is left out is taken from its middle, as both ends say most.

    Example:
        >>> shorten("a" * 30 + "z" * 10, 20)
        'aaaaaaaaaaaa … zzzzz'
    """
    if len(text) <= most:
        return text
    tail = (most - 3) // 3
    return f"{text[: most - 3 - tail]} … {text[-tail:]}"


def where(method: str, url: str) -> str:
    """Name a call: its method, its address, and its query in brief.

    Args:
        method: The HTTP method.
        url: The address with its query, without secrets.

    Example:
        >>> where("GET", "https://cms.example.com/items/articles?limit=5&fields=id%2Ctitle")
        'GET https://cms.example.com/items/articles (limit: 5, fields: id,title)'
    """
    address, _, query = url.partition("?")
    words = ", ".join(_parameter(name, value) for name, value in parse_qsl(query, keep_blank_values=True))
    shown = f"{method} {shorten(address, _MAX_ADDRESS)}"
    return f"{shown} ({shorten(words, _MAX_WHERE - min(len(shown), _MAX_ADDRESS))})" if words else shown


def _parameter(name: str, value: str) -> str:
    if name == "filter" and len(value) > _SHORT:
        try:
            return _filter(json.loads(value))
        except (ValueError, RecursionError):
            pass
    return f"{name}: {shorten(value, _SHORT)}"


def _filter(document: Any) -> str:
    """Say which fields a filter is on, and how many values it has."""
    fields: dict[str, None] = {}
    values = _walk(document, "", fields)
    shown = ", ".join([*list(fields)[:3], *(["…"] if len(fields) > 3 else [])])
    return f"filter on {shown or 'nothing'}, {values} value{'' if values == 1 else 's'}"


def _walk(document: Any, path: str, fields: dict[str, None]) -> int:
    if isinstance(document, Mapping):
        count = 0
        for name, held in document.items():
            if name.startswith("_"):
                count += _walk(held, path, fields)
            else:
                inner = f"{path}.{name}" if path else name
                if not isinstance(held, Mapping) or any(key.startswith("_") for key in held):
                    fields[shorten(inner, _SHORT)] = None
                count += _walk(held, inner, fields)
        return count
    if isinstance(document, list):
        return sum(_walk(held, path, fields) for held in document)
    return 1
