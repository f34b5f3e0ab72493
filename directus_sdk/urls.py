"""Addresses: the base URL is checked once, and every segment of a path is quoted in one place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from functools import lru_cache
from numbers import Integral
from typing import Union
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit
from uuid import UUID

from directus_sdk.errors import ConfigurationError
from directus_sdk.hosts import ascii_host, with_ascii_host

#: What may be the key of an item.
Key = Union[str, int, float, UUID]

#: Longer addresses are sent as SEARCH, since servers refuse headers of more than 16 kB in all.
LONG_URL = 6_000

#: The ports of URLs that name none.
PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")


def base_url(url: object) -> str:
    """Check the address of a server and bring it to one form.

    Args:
        url: The address, with its sub-path where it has one.

    Returns:
        The address without a slash at its end.

    Raises:
        ConfigurationError: It is not an absolute http or https address.

    Example:
        >>> base_url("https://Example.com:443/cms/")
        'https://example.com/cms'
    """
    if not isinstance(url, str):
        raise ConfigurationError(f"url must be a text such as 'https://cms.example.com', not {type(url).__name__}")
    url = url.strip()
    before, at, after = url.rpartition("@")
    # What stands before it may be a password, or all of it a token in a query.
    shown = "***" if at and ("?" in before or "#" in before) else after.partition("?")[0].partition("#")[0]
    wrong = ConfigurationError(f"url must begin with http:// or https:// and name a host, not {shown!r}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or _UNSAFE.search(url):
        raise wrong
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError("url must not hold a user or a password; pass token=... or use auth.login(...)")
    if parts.query or parts.fragment:
        raise ConfigurationError(f"url must not have a query or a fragment: {shown!r}")
    if any(part in (".", "..") for part in parts.path.split("/")):
        raise ConfigurationError(f"url must not hold '.' or '..' segments: {url!r}")
    try:
        path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._").rstrip("/")
    except UnicodeError:
        raise wrong from None
    scheme = parts.scheme.lower()
    # Two URLs of one server are the same text, since sessions and files remember which server they belong to.
    return f"{scheme}://{_netloc(parts.hostname, port if port != PORTS[scheme] else None)}{path}"


def _netloc(host: str, port: int | None) -> str:
    host = f"[{host}]" if ":" in host else ascii_host(host)
    return host if port is None else f"{host}:{port}"


def port_of(parts: SplitResult) -> int | None:
    """Return the port of a URL, be it spelled out or not."""
    return parts.port if parts.port is not None else PORTS.get(parts.scheme)


def same_server(url: str) -> str:
    """Return a base URL in the form that all spellings of it share.

    Example:
        >>> same_server("https://CMS.example.com:443/sub")
        'https://cms.example.com/sub'
    """
    parts = urlsplit(url)
    port = "" if parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f":{parts.port}"
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{parts.path.rstrip('/')}"


def segment(value: object, what: str = "key") -> str:
    """Quote one segment of a path, so that no key can reach another endpoint.

    Args:
        value: A key or a name.
        what: What it is, for the error.

    Raises:
        TypeError: It is not a text, a number or a UUID.
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
        raise TypeError(f"{what} must be a text, a number or a UUID, not {type(value).__name__}")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{what} must be a number, not {value}")
        value = int(value) if value.is_integer() else value
    return _quoted(str(int(value) if isinstance(value, Integral) else value), what)


@lru_cache(maxsize=2048)
def _quoted(text: str, what: str) -> str:
    # A key may be white space, if somebody has made one; a name is not.
    if not text or (what != "key" and not text.strip()):
        raise ValueError(f"{what} must not be empty")
    if text in (".", ".."):
        raise ValueError(f"{what} must not be {text!r}: a server would read it as another address")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise ValueError(f"{what} holds half of a surrogate pair, which cannot be sent: {text!r}") from None


def path(*segments: object) -> str:
    """Join segments into a path, each quoted.

    Example:
        >>> path("items", "articles", 3)
        '/items/articles/3'
    """
    return "/" + "/".join(map(segment, segments))


def free_path(given: str) -> str:
    """Check a path that a user wrote for a custom endpoint and quote what cannot stand in an address.

    Escapes stay as they are. A query in it is kept.

    Raises:
        ValueError: It is empty, is an address of its own, or holds ``.`` or ``..`` segments.
    """
    if not isinstance(given, str):
        raise TypeError(f"path must be a text such as '/my-endpoint', not {type(given).__name__}")
    plain, mark, query = given.partition("?")
    if not plain.strip("/ "):
        raise ValueError("path must not be empty")
    if plain.startswith("//") or _SCHEME.match(plain):
        raise ValueError("path must be relative to the server's address: the token goes to no other host")
    if any(part.replace("%2e", ".").replace("%2E", ".") in (".", "..") for part in plain.split("/")):
        raise ValueError(f"path must not hold '.' or '..' segments: {plain!r}")
    quoted = quote(plain.lstrip("/"), safe="/%:@!$&'()*+,;=~-._")
    return "/" + quoted + mark + quote(query, safe="/%:@!$&'()*+,;=~-._?[]")


def _text(value: str) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


def _as_utf8(text: str) -> str:
    # The bytes of a header are read as Latin-1, and those of a host name are UTF-8.
    with suppress(UnicodeError):
        return text.encode("latin-1").decode("utf-8")
    return text


def redirect_target(address: str, location: str | None) -> tuple[str, str]:
    """Return where a redirect leads, and why it is not followed: ``""`` where it may be.

    A step from http to https on the same host is allowed, the way back is not.

    Example:
        >>> redirect_target("https://cms.example.com/a", "/b")
        ('https://cms.example.com/b', '')
        >>> redirect_target("https://cms.example.com/a", "https://cms.example.com:8443/b")
        ('https://cms.example.com:8443/b', 'it leads to another port')
    """
    if not location:
        return "", "it does not say where to"
    try:
        old, new = urlsplit(address), urlsplit(urljoin(address, location))
        if not new.netloc.isascii():
            new = new._replace(netloc=with_ascii_host(_as_utf8(new.netloc)))
        target, schemes, ports = new.geturl(), (old.scheme, new.scheme), (port_of(old), port_of(new))
        other = old.hostname != new.hostname
    except ValueError:
        return "", "it does not lead to a valid URL"
    if other:
        return target, "it leads to another host"
    if new.username or new.password:
        return target, "its URL holds a user or a password"
    if schemes[0] != schemes[1] and (schemes, ports) != (("http", "https"), (80, 443)):
        return target, f"it leads from {schemes[0]} to {schemes[1]}"
    if schemes[0] == schemes[1] and ports[0] != ports[1]:
        return target, "it leads to another port"
    return quote(target, safe="!#$%&'()*+,/:;=?@[]~"), ""


def with_query(address: str, params: Iterable[tuple[str, str]]) -> str:
    """Append query parameters to an address."""
    try:
        # A member of an enum that is a text would show itself otherwise in each version of Python.
        query = urlencode([pair if type(pair[1]) is str else (pair[0], _text(pair[1])) for pair in params])
    except UnicodeEncodeError as error:
        raise ValueError(f"a query parameter holds half of a surrogate pair, which cannot be sent: {error}") from None
    if not query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{query}"
