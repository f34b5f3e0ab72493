"""Where a visitor may be sent: within the site only (no open redirects)."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

#: Longer URLs are dropped: proxies refuse them.
_MAX_LENGTH: Final = 2000


def safe_next(url: object, host: str, default: str = "/") -> str:
    r"""Return the path of a URL of this site, for a redirect; `default` for every other URL.

    Args:
        url: What a form or a query contains, such as ``request.args.get("next")``.
        host: The site's host and port, such as ``request.host``.
        default: Where a visitor is sent otherwise.

    Example:
        >>> safe_next("/articles/1?page=2", "example.com")
        '/articles/1?page=2'
        >>> safe_next("https://example.com/articles", "example.com")
        '/articles'
        >>> [safe_next(url, "example.com") for url in ("//evil.com", "/\\evil.com", "https://evil.com", "javascript:x", None)]
        ['/', '/', '/', '/', '/']
    """
    # Browsers take a backslash for a slash, and drop tabs and line breaks wherever they stand.
    if not isinstance(url, str) or not 0 < len(url) <= _MAX_LENGTH or not url.isprintable() or "\\" in url:
        return default
    try:
        parts = urlsplit(url)
    except ValueError:
        return default
    if parts.scheme or parts.netloc:
        if parts.scheme not in ("http", "https") or parts.netloc.lower() != host.lower():
            return default
        url = parts._replace(scheme="", netloc="").geturl() or "/"
    # After the host was removed, too: https://example.com//evil.com
    return url if url.startswith("/") and not url.startswith("//") else default


def with_next(login_url: str, url: str, default: str = "/") -> str:
    """Return the URL of the login page, which leads back to a page of the site.

    Args:
        login_url: The URL of the login page.
        url: The path and query of the page.
        default: The page that the login page leads to anyway.

    Example:
        >>> with_next("/login", "/articles/1?page=2")
        '/login?next=/articles/1%3Fpage%3D2'
    """
    if url == default or safe_next(url, "", default) != url:
        return login_url
    return f"{login_url}{'&' if '?' in login_url else '?'}next={quote(url, safe='/')}"
