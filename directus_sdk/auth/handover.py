"""Sessions from elsewhere, such as a single sign-on in a browser: what is checked before one is kept."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote
from uuid import uuid4

import attrs

from directus_sdk.auth import credentials as records
from directus_sdk.auth.authorizer import Sender, check_token
from directus_sdk.auth.claims import check_generation, claims
from directus_sdk.auth.credentials import Credentials
from directus_sdk.auth.refresh import Exchange
from directus_sdk.errors import ConfigurationError, DirectusError, SessionExpired
from directus_sdk.local import fork
from directus_sdk.redaction.redact import Secret
from directus_sdk.wire.credential_names import SESSION_COOKIE
from directus_sdk.wire.messages import Request, Response

#: What a session token consists of: no character of it ends a cookie, or is decoded by the server.
_COOKIE = r"[A-Za-z0-9_.~-]+"


def check_refresh_token(token: object) -> str:
    """Return a refresh token.

    Raises:
        ConfigurationError: It is not a string, or another kind of token; the message does not contain it.
    """
    checked = _present(token, "token")
    if claims(check_generation(checked)):
        raise ConfigurationError(
            "this is not a refresh token but a session token or an access token: for the cookie directus_session_token "
            "use auth.adopt(session_token=...)"
        )
    return checked


def session_of_cookie(token: object) -> Credentials:
    """Return the session of the cookie ``directus_session_token``; its signature is not verified.

    Raises:
        ConfigurationError: It is another kind of token, or its claims are not valid; the message does not contain it.
    """
    checked = _present(token, "session_token")
    content = claims(check_generation(checked))
    end, begin = (_time(content.get(name)) for name in ("exp", "iat"))
    # Whether any other string is a session, the server decides.
    if not re.fullmatch(_COOKIE, checked) or (content and "session" not in content):
        raise ConfigurationError(
            "session_token must be the value of the cookie directus_session_token (a sign-in in the mode session); for an "
            "access token use with_token(...)"
        )
    lifetime = None if begin is None or end is None else max(end - begin, 0.0)
    return Credentials(cookies={SESSION_COOKIE: checked}, mode="session", expires_at=end, lifetime=lifetime)


def _present(token: object, name: str) -> str:
    if token is None or token == "":
        raise ConfigurationError(f"{name} must not be {token!r}: a browser without that cookie is not signed in")
    return check_token(token)


def _time(value: object) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 2**53 else None  # type: ignore[operator,arg-type]


def verified(sender: Sender, record: Credentials, max_elapsed: float) -> Credentials:
    """Return a session with its user, after the server has said whose it is.

    ``GET /users/me``, with a query that was never sent before, so that no cache has a response to it.

    Raises:
        APIError: The server refuses the session.
        TransportError: There was no response.
        SessionExpired: The response is about another user, or about none.
    """
    unique = quote(json.dumps({f"x{uuid4().hex}": {"_limit": 1}}))
    headers = records.sign(Request("GET", ""), record).headers
    result = sender("GET", f"/users/me?fields=id,email&deep={unique}", headers=headers, retryable=True, max_elapsed=max_elapsed)
    user = result.data if isinstance(result.data, Mapping) else {}
    key, email = user.get("id"), user.get("email")
    if not isinstance(key, str) or claims(records.token_of(record) or "").get("id", key) != key:
        raise SessionExpired(
            "the session was not taken: GET /users/me responds with another user than the one that its token names; "
            "is there a cache in front of the server? Sign in again"
        )
    name = email.strip().lower() if isinstance(email, str) and email.strip() else f"id:{key}"
    return attrs.evolve(_by_own_clock(record, result.response), user=name)


def _by_own_clock(record: Credentials, response: Response) -> Credentials:
    """Return the session of a cookie with its expiry by the clock of this machine; that in the token is by the server's."""
    if record.expires_at is None or record.access_token is not None:
        return record
    from email.utils import parsedate_to_datetime  # it takes a while to load

    try:
        ahead = time.time() - parsedate_to_datetime(response.headers.get("Date") or "").timestamp()
    except (TypeError, ValueError, OverflowError):
        return record
    return attrs.evolve(record, expires_at=record.expires_at + ahead)


class Trade:
    """The trade of a refresh token from elsewhere, whose result is kept until its user has been checked.

    A refresh token can be used once. Where the check fails without a verdict, or an interrupt ends the call, the next call
    with the same token goes on with the new one.
    """

    def __init__(self) -> None:
        self._pending: tuple[Secret, Exchange] | None = None
        fork.register(self)

    def _after_fork(self) -> None:
        self._pending = None  # its thread belongs to the parent

    def run(self, token: str, refresh: Callable[[Credentials], Credentials], lend: Callable[[int | None], None]) -> Credentials:
        """Return the session of a refresh token: the one it was traded for before, or a new one."""
        pending, spent = self._pending, Credentials(refresh_token=token)
        if pending is not None and pending[0].reveal() == token:
            record = pending[1].result()
            if record is not None:
                return record
        exchange = Exchange(spent, lambda: refresh(spent), lend)
        self._pending = (Secret(token), exchange)
        try:
            return exchange.run()
        except DirectusError:  # an interrupt keeps it: the request is completed nevertheless
            self._pending = None
            raise

    def finish(self) -> None:
        """Forget the trade: its session is in use, or over."""
        self._pending = None

    def __reduce__(self) -> tuple[type[Trade], tuple[()]]:
        return Trade, ()
