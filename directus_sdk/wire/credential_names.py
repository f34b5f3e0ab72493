"""Where a request carries credentials: a bearer token, an ``access_token`` or a session cookie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote

#: The query parameter that holds a token.
PARAM = "access_token"
#: The cookie of the mode session, unless the server was set up otherwise.
SESSION_COOKIE = "directus_session_token"


def session_cookie(header: str) -> str | None:
    """Return the session in a ``Cookie`` header, or ``None``; it is read as loosely as the server does.

    Example:
        >>> session_cookie('prefs={"a": 1}; directus_session_token=abc')
        'abc'
    """
    for part in header.split(";"):
        name, mark, value = part.partition("=")
        if mark and name.strip() == SESSION_COOKIE:
            return unquote(value.strip().strip('"'))
    return None


def is_proof(name: str, value: str) -> bool:
    """Tell whether a header carries credentials for Directus; the password of a gateway does not."""
    name = name.lower()
    bearer = name == "authorization" and value.lstrip()[:7].lower() == "bearer "
    return bearer or (name == "cookie" and session_cookie(value) is not None)


def any_in(headers: Mapping[str, str], params: Iterable[tuple[str, str]], url: str = "") -> bool:
    """Tell whether headers, parameters or the query of a URL carry credentials."""
    return (
        any(name == PARAM for name, _ in params)
        or any(is_proof(name, value) for name, value in headers.items())
        or ("?" in url and any(name == PARAM for name, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True)))
    )


def in_call(headers: Mapping[str, str], params: Iterable[tuple[str, str]], url: str) -> bool:
    """Tell whether a call carries credentials of its own, so that the client adds none; any ``Authorization`` counts."""
    return any(name.lower() == "authorization" for name in headers) or any_in(headers, params, url)


def without(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers without credentials."""
    return {name: value for name, value in headers.items() if not is_proof(name, value)}
