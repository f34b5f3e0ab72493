"""What a refusal of the server means for a session, and what its user is told."""

from __future__ import annotations

from directus_sdk.auth.storage import Credentials
from directus_sdk.errors import APIError, NotSignedIn, SessionExpired
from directus_sdk.http.responses import error_code, server_errors
from directus_sdk.json_types import JSONObject
from directus_sdk.wire.messages import Response

#: What a server says of a token that it does not take (any more).
_REFUSALS = frozenset({"TOKEN_EXPIRED", "INVALID_TOKEN"})
#: The answers to a refresh that end a session, and to a login that make it useless to send the same again.
_REFUSED = frozenset({400, 401, 403})


def refuses_token(response: Response, current: Credentials | None) -> bool:
    """Tell whether a server refuses the token of a call, and not the call itself."""
    errors = server_errors(response)
    code = error_code(errors[0]) if errors else ""
    if code == "INVALID_CREDENTIALS":
        # The first: how servers of version 9 say it. The second: a session that was ended on the server.
        return _says_expired(errors) or (current is not None and current.mode == "session")
    return code in _REFUSALS


def by_directus(error: APIError) -> bool:
    """Tell whether Directus itself refused a sign-in, a refresh or a logout."""
    # A firewall or a proxy on the way refuses with the same statuses, and knows nothing of the session.
    return error.status in _REFUSED and bool(error.code)


def session_expired(cause: APIError | None, *, forked: bool) -> SessionExpired:
    """Return the error for a session that is over: the server refused it, or it was ended elsewhere."""
    if cause is None:
        return SessionExpired("the session was ended elsewhere: call auth.login(...)")
    if forked:
        return SessionExpired(
            "the session is over: this process was forked from the one that signed in, and a refresh token can be used "
            "by one of them only. Call auth.login(...) in each, or share the session through a FileStorage"
        )
    return SessionExpired(
        "the session is over and its token cannot be refreshed: call auth.login(...), "
        "or make the client with LoginAuth(credentials=...) to have that done for you"
    )


def nobody(*, was_signed_in: bool) -> SessionExpired:
    """Return the error for a call without a session, of a client that must have one."""
    kind, words = (SessionExpired, "the session is over") if was_signed_in else (NotSignedIn, "nobody is signed in")
    return kind(f"{words}, and LoginAuth(required=True) sends nothing without a session: call auth.login(...)")


def _says_expired(errors: list[JSONObject]) -> bool:
    return "expired" in str(errors[0].get("message", "")).lower()
