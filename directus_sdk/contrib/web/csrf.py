"""Requests that another site makes a visitor's browser send (CSRF)."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

#: The name of the field in a form.
FIELD: Final = "_csrf"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def is_same_origin(headers: Mapping[str, str], host: str) -> bool:
    """Whether a request is from a page of this site, or from a program that is not a browser.

    Browsers say where a request is from, and no page can change that: ``Sec-Fetch-Site``, and ``Origin`` where the site has no
    HTTPS.

    Args:
        headers: The headers of the request, under any case that the framework finds.
        host: The site's host and port.

    Example:
        >>> is_same_origin({"Sec-Fetch-Site": "cross-site"}, "example.com")
        False
        >>> is_same_origin({"Origin": "https://example.com"}, "example.com")
        True
    """
    relation, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if relation is not None:
        return relation in ("same-origin", "none")
    try:
        return origin is None or urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def new_token() -> str:
    """Return a random token for the framework's session and the forms of one visitor."""
    return secrets.token_urlsafe(32)


def is_valid(sent: object, expected: object) -> bool:
    """Whether a form contains the token of the session; compared in constant time."""
    if not isinstance(sent, str) or not isinstance(expected, str) or not expected:
        return False
    return hmac.compare_digest(sent.encode("utf-8", "replace"), expected.encode())
