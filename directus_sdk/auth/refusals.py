"""What a refusal of the server means for a session, and the errors of a session that is over."""

from __future__ import annotations

from directus_sdk.auth.credentials import Credentials
from directus_sdk.auth.session import State
from directus_sdk.errors import APIError, NotSignedIn, SessionExpired
from directus_sdk.http.responses import error_code, server_errors
from directus_sdk.json_types import JSONObject
from directus_sdk.wire.messages import Response

#: The error codes for a token that the server does not accept (any more).
_REFUSALS = frozenset({"TOKEN_EXPIRED", "INVALID_TOKEN"})
#: The statuses of a refresh that end the session, and those of a login that is not worth repeating.
_REFUSED = frozenset({400, 401, 403})


def refuses_token(response: Response, current: Credentials | None) -> bool:
    """Whether a server refuses the token of a call, and not the call itself."""
    errors = server_errors(response)
    code = error_code(errors[0]) if errors else ""
    if code == "INVALID_CREDENTIALS":
        # The first: an expired token, on servers of version 9. The second: a session that was ended on the server.
        return _says_expired(errors) or (current is not None and current.mode == "session")
    return code in _REFUSALS


def by_directus(error: APIError) -> bool:
    """Whether Directus itself refused a login, a refresh or a logout."""
    # A firewall or a proxy refuses with the same statuses, which means nothing for the session.
    return error.status in _REFUSED and bool(error.code)


def session_expired(cause: APIError | None, *, is_inherited: bool) -> SessionExpired:
    """Return the error for a session that is over: the server refused it, or it was ended elsewhere."""
    if cause is None:
        return SessionExpired("the session was ended elsewhere: call auth.login(...)")
    if is_inherited:
        return SessionExpired(
            "the session is over: this process was forked from the one that signed in, and a refresh token can be used "
            "by one of them only. Call auth.login(...) in each, or share the session through a FileStorage"
        )
    return SessionExpired(
        "the session is over and its token cannot be refreshed: call auth.login(...), "
        "or make the client with LoginAuth(credentials=...) to have that done for you"
    )


def not_signed_in(state: State) -> SessionExpired:
    """Return the error for a call without a session, of a client that must have one."""
    never = state in (State.UNKNOWN, State.SIGNED_OUT)
    kind, words = (NotSignedIn, "this client is not signed in") if never else (SessionExpired, "the session is over")
    return kind(f"{words}, and LoginAuth(required=True) sends nothing without a session: call auth.login(...)")


def _says_expired(errors: list[JSONObject]) -> bool:
    return "expired" in str(errors[0].get("message", "")).lower()
