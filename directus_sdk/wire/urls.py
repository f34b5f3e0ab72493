"""URLs: every segment of a path is quoted in one place, and so is every query parameter."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from functools import lru_cache
from numbers import Integral
from typing import Union
from urllib.parse import quote, urlencode
from uuid import UUID

#: What may be the key of an item.
Key = Union[str, int, float, UUID]

#: Longer URLs are sent as SEARCH, since servers refuse headers of more than 16 kB in all.
LONG_URL = 6_000

_SCHEME = r"[a-zA-Z][a-zA-Z0-9+.-]*://"
_UPLOAD = r"(?<=/files/tus)/[^/?]+\Z"


def segment(value: object, what: str = "key") -> str:
    """Quote one segment of a path, so that no key can reach another endpoint.

    Args:
        value: A key or a name.
        what: What it is, for the error.

    Raises:
        TypeError: It is not a string, a number or a UUID.
        ValueError: It is empty, ``.`` or ``..``.

    Example:
        >>> segment("a/b?c")
        'a%2Fb%3Fc'
    """
    if isinstance(value, str):
        return _quoted(value, what)
    if isinstance(value, Enum):
        return segment(value.value, what)
    if isinstance(value, bool) or not isinstance(value, (int, float, UUID, Integral)):
        raise TypeError(f"{what} must be a string, a number or a UUID, not {type(value).__name__}{_instead(value, what)}")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{what} must be a number, not {value}")
        value = int(value) if value.is_integer() else value
    return _quoted(str(int(value) if isinstance(value, Integral) else value), what)


def _instead(value: object, what: str) -> str:
    """Return what to pass instead of something that is not a key."""
    if what != "key":
        return ""
    if isinstance(value, Mapping):
        return "; pass the key that it holds: item['id']. For the items that match a filter use the method with filter=..."
    return "; a list of keys goes to the method whose name ends with _many" if isinstance(value, Collection) else ""


@lru_cache(maxsize=2048)
def _quoted(text: str, what: str) -> str:
    # A key may be white space, a name may not.
    if not text or (what != "key" and not text.strip()):
        raise ValueError(f"{what} must not be empty")
    if text in (".", ".."):
        raise ValueError(f"{what} must not be {text!r}: a server would read it as another path")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise ValueError(f"{what} contains a lone surrogate and cannot be encoded as UTF-8: {text!r}") from None


def path(*segments: object) -> str:
    """Join segments into a path, each quoted.

    Example:
        >>> path("items", "articles", 3)
        '/items/articles/3'
    """
    return "/" + "/".join(map(segment, segments))


def free_path(path: str) -> str:
    """Check a path that a user wrote for a custom endpoint, and quote what a URL cannot contain.

    Escapes stay as they are. A query in it is kept.

    Raises:
        ValueError: It is empty, is a URL of its own, or contains ``.`` or ``..`` segments.
    """
    if not isinstance(path, str):
        raise TypeError(f"path must be a string such as '/my-endpoint', not {type(path).__name__}")
    plain, mark, query = path.partition("?")
    if not plain.strip("/ "):
        raise ValueError("path must not be empty")
    if plain.startswith("//") or re.match(_SCHEME, plain):
        raise ValueError("path must be relative to the base URL: the token is sent to no other host")
    if any(part.replace("%2e", ".").replace("%2E", ".") in (".", "..") for part in plain.split("/")):
        raise ValueError(f"path must not contain '.' or '..' segments: {plain!r}")
    quoted = quote(plain.lstrip("/"), safe="/%:@!$&'()*+,;=~-._")
    return "/" + quoted + mark + quote(query, safe="/%:@!$&'()*+,;=~-._?[]")


def _text(value: str) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


def with_query(url: str, params: Iterable[tuple[str, str]]) -> str:
    """Append query parameters to a URL."""
    try:
        # ``str`` of a member of an enum depends on the version of Python.
        query = urlencode([pair if type(pair[1]) is str else (pair[0], _text(pair[1])) for pair in params])
    except UnicodeEncodeError as error:
        raise ValueError(f"a query parameter contains a lone surrogate and cannot be encoded as UTF-8: {error}") from None
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"


def sent(url: str, params: Iterable[tuple[str, str]]) -> str:
    """Append query parameters to a URL as a server reads it.

    Servers take all that follows the last slash for the id of a resumable upload, the query included: so it ends with the id.

    Example:
        >>> sent("https://cms.example.com/files/tus/1f0", [("lang", "de")])
        'https://cms.example.com/files/tus/1f0?lang=de&/1f0'
    """
    whole = with_query(url, params)
    upload = re.search(_UPLOAD, url) if "/files/tus/" in url and whole != url else None
    return whole if upload is None else f"{whole}&{upload[0]}"
