"""Host names as they are looked up and compared: one spelling for HTTP, sockets, proxies and redirects."""

from __future__ import annotations

import os
from contextlib import suppress

from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONMapping
from directus_sdk.redaction.redact import SafeDict


def ascii_host(host: str) -> str:
    """Return a host name as it is looked up: by IDNA 2008, as browsers and requests have it.

    Python's own codec, which sockets use, has the rules of 2003, where ``ß`` is ``ss``: a name that may belong to somebody
    else.

    Raises:
        ConfigurationError: It is not a valid host name.

    Example:
        >>> ascii_host("faß.example")
        'xn--fa-hia.example'
    """
    if host.isascii():
        return host
    import idna  # requests needs it too; its tables take a while to load

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError as error:
        raise ConfigurationError(f"url must name a host, and {host!r} is not a valid host name: {error}") from None


def with_ascii_host(address: str) -> str:
    """Return a URL whose host is spelled as it is looked up; the scheme may be missing, as in the URL of a proxy.

    Raises:
        ConfigurationError: It is not a valid host name.
    """
    if address.isascii():
        return address
    scheme, mark, rest = address.rpartition("://") if "://" in address else ("", "", address)
    end = next((place for place, char in enumerate(rest) if char in "/?#"), len(rest))
    user, at, host = rest[:end].rpartition("@")
    name, colon, port = host.partition(":")
    return f"{scheme}{mark}{user}{at}{ascii_host(name.lower())}{colon}{port}{rest[end:]}"


def proxies(given: JSONMapping) -> SafeDict:
    """Spell the hosts of proxies, and those that a proxy is for, as they are looked up."""
    return SafeDict(
        {with_ascii_host(name): with_ascii_host(proxy) if isinstance(proxy, str) else proxy for name, proxy in given.items()}
    )


def no_proxy() -> str | None:
    """Return the hosts of the environment that take no proxy, where they are not spelled as they are compared."""
    given = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if given.isascii():
        return None
    return ",".join(_ascii_entry(entry.strip()) for entry in given.split(","))


def _ascii_entry(entry: str) -> str:
    dot = "." if entry.startswith((".", "*.")) else ""
    with suppress(ConfigurationError):
        return dot + with_ascii_host(entry.removeprefix("*").removeprefix("."))
    return entry
