"""What says to a Directus server who is asking: a bearer token, an ``access_token`` or a session cookie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie

#: The query parameter that holds a token.
PARAM = "access_token"
#: The cookie of the mode session, unless the server was set up otherwise.
SESSION_COOKIE = "directus_session_token"


def session_cookie(header: str) -> str | None:
    """Return the session in a ``Cookie`` header, or ``None``."""
    try:
        morsel = SimpleCookie(header).get(SESSION_COOKIE)
    except CookieError:
        return None
    return None if morsel is None else morsel.value


def is_proof(name: str, value: str) -> bool:
    """Tell whether a header says who is asking; the password of a gateway says nothing to Directus."""
    name = name.lower()
    bearer = name == "authorization" and value.lstrip()[:7].lower() == "bearer "
    return bearer or (name == "cookie" and session_cookie(value) is not None)


def any_in(headers: Mapping[str, str], params: Iterable[tuple[str, str]]) -> bool:
    """Tell whether headers or parameters say who is asking."""
    return any(name == PARAM for name, _ in params) or any(is_proof(name, value) for name, value in headers.items())


def without(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that do not."""
    return {name: value for name, value in headers.items() if not is_proof(name, value)}
