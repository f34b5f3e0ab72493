"""Host names in ASCII (IDNA 2008), as they are looked up and compared by HTTP, sockets, proxies and redirects."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

from directus_sdk.errors import ConfigurationError
from directus_sdk.redaction.redact import SafeDict


def ascii_host(host: str) -> str:
    """Return a host name in ASCII, by IDNA 2008 like browsers and requests.

    Python's own codec, which sockets use, has the rules of 2003, where ``ß`` is ``ss``: a name that may have another owner.

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


def with_ascii_host(url: str) -> str:
    """Return a URL with its host in ASCII; the scheme may be missing, as in the URL of a proxy.

    Raises:
        ConfigurationError: It is not a valid host name.
    """
    if url.isascii():
        return url
    scheme, mark, rest = url.rpartition("://") if "://" in url else ("", "", url)
    end = next((place for place, char in enumerate(rest) if char in "/?#"), len(rest))
    user, at, host = rest[:end].rpartition("@")
    name, colon, port = host.partition(":")
    return f"{scheme}{mark}{user}{at}{ascii_host(name.lower())}{colon}{port}{rest[end:]}"


def proxies(settings: object) -> SafeDict:
    """Return proxies, and the hosts that they are for, with host names in ASCII.

    Raises:
        ConfigurationError: They are not a mapping of strings.
    """
    if not isinstance(settings, Mapping):
        raise _wrong_proxies()
    ascii_hosts: dict[str, str] = {}
    for name, proxy in settings.items():
        if not isinstance(name, str) or not isinstance(proxy, (str, type(None))):
            raise _wrong_proxies()
        ascii_hosts[with_ascii_host(name)] = with_ascii_host(proxy or "")
    return SafeDict(ascii_hosts)


def _wrong_proxies() -> ConfigurationError:
    # Without what was given, which may contain a password.
    return ConfigurationError("proxies must be a mapping of strings, such as {'https': 'http://proxy:3128'}")


def no_proxy() -> str | None:
    """Return the environment's hosts without a proxy with names in ASCII; ``None`` where they are in ASCII already."""
    hosts = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if hosts.isascii():
        return None
    return ",".join(_ascii_entry(entry.strip()) for entry in hosts.split(","))


def _ascii_entry(entry: str) -> str:
    dot = "." if entry.startswith((".", "*.")) else ""
    with suppress(ConfigurationError):
        return dot + with_ascii_host(entry.removeprefix("*").removeprefix("."))
    return entry
