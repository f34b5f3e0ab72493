"""The end of a single sign-on: Directus sends the browser back, with a session in a cookie or a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypedDict

from directus_sdk.auth.claims import claims
from directus_sdk.wire.credential_names import SESSION_COOKIE

_REFRESH_COOKIE: Final = "directus_refresh_token"
#: How many seconds the clocks of the site and of Directus may differ.
_CLOCKS: Final = 60
#: What Directus leaves in the browser, and a site deletes when it has the session.
COOKIES: Final = (SESSION_COOKIE, _REFRESH_COOKIE)
_MESSAGES: Final = {
    "INVALID_CREDENTIALS": "You have no account here.",
    "INVALID_PROVIDER": "Your account signs in in another way.",
    "USER_SUSPENDED": "Your account is suspended.",
    "SERVICE_UNAVAILABLE": "The sign-in is unavailable at the moment.",
}


class Tokens(TypedDict, total=False):
    """What `Visitors.sign_in_with` takes."""

    session_token: str
    """The cookie of a provider with ``AUTH_<PROVIDER>_MODE=session``."""
    refresh_token: str
    """The cookie of a provider with ``AUTH_<PROVIDER>_MODE=cookie``."""


def tokens(cookies: Mapping[str, str], begun_at: float | None = None) -> Tokens | None:
    """Return the session in the cookies of a callback; ``None`` if there is none.

    Args:
        cookies: The cookies of the request.
        begun_at: When the single sign-on began, in seconds since 1970. Where both cookies are there, one that is older is of
            another sign-in, such as one at Directus's own app with another account.

    Example:
        >>> tokens({"directus_refresh_token": "abc", "other": "x"})
        {'refresh_token': 'abc'}
    """
    is_old = False
    if begun_at is not None and cookies.get(_REFRESH_COOKIE):
        issued = claims(cookies.get(SESSION_COOKIE, "")).get("iat")
        is_old = isinstance(issued, (int, float)) and issued < begun_at - _CLOCKS
    if cookies.get(SESSION_COOKIE) and not is_old:
        return {"session_token": cookies[SESSION_COOKIE]}
    if cookies.get(_REFRESH_COOKIE):
        return {"refresh_token": cookies[_REFRESH_COOKIE]}
    return None


def message(reason: str) -> str:
    """Return a sentence for the visitor about the ``reason`` of a callback, which anybody may have written."""
    return _MESSAGES.get(reason, "The sign-in failed.")
