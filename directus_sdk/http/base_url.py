"""The base URL of a server: checked once, and normalized, so that URLs of one server are equal strings."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urlsplit

from directus_sdk.errors import ConfigurationError
from directus_sdk.http.hosts import ascii_host

#: The ports of URLs that name none.
PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")


def base_url(url: object) -> str:
    """Check and normalize the base URL of a server.

    Args:
        url: The URL, with its sub-path where it has one.

    Returns:
        The URL in lower case, without a default port and without a slash at its end.

    Raises:
        ConfigurationError: It is not an absolute http or https URL.

    Example:
        >>> base_url("https://Example.com:443/cms/")
        'https://example.com/cms'
    """
    if not isinstance(url, str):
        raise ConfigurationError(f"url must be a string such as 'https://cms.example.com', not {type(url).__name__}")
    url = url.strip()
    before, at, after = url.rpartition("@")
    # Before an @ there may be a password, and the query may be a token.
    masked = "***" if at and ("?" in before or "#" in before) else after.partition("?")[0].partition("#")[0]
    wrong = ConfigurationError(f"url must begin with http:// or https:// and name a host, not {masked!r}")
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
        raise ConfigurationError(f"url must not have a query or a fragment: {masked!r}")
    if any(name in (".", "..") for name in parts.path.split("/")):
        raise ConfigurationError(f"url must not hold '.' or '..' segments: {url!r}")
    _refuse_app(url, parts.path)
    try:
        path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._").rstrip("/")
    except UnicodeError:
        raise wrong from None
    scheme = parts.scheme.lower()
    return f"{scheme}://{_netloc(parts.hostname, port if port != PORTS[scheme] else None)}{path}"


def _refuse_app(url: str, path: str) -> None:
    """Refuse the URL of the Directus app, copied from a browser, and that of an endpoint."""
    app = r"/(admin)(/(content|files|insights|login|settings|users)(/.*)?)?/*$"
    match = re.search(rf"(?i){app}", path) or re.search(r"/(items|graphql|auth/login|server/ping)(/.*)?$", path)
    if match is not None:
        base = url.rstrip("/")[: -len(match[0].rstrip("/"))].rstrip("/")
        raise ConfigurationError(
            f"url must be the base URL of the server, which ends before /{match[1]}: write {base!r}, not {url!r}"
        )


def _netloc(host: str, port: int | None) -> str:
    host = f"[{host}]" if ":" in host else ascii_host(host)
    return host if port is None else f"{host}:{port}"


def port_of(parts: SplitResult) -> int | None:
    """Return the port of a URL, also where it is the default one."""
    return parts.port if parts.port is not None else PORTS.get(parts.scheme)
