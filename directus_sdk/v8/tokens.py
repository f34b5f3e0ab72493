"""The tokens of Directus 8: those that the server would not accept, and those in its responses."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from directus_sdk.auth.authorizer import check_token
from directus_sdk.auth.claims import claims
from directus_sdk.auth.credentials import Credentials, cookies_of
from directus_sdk.errors import ConfigurationError
from directus_sdk.http.responses import APIResponse
from directus_sdk.wire.messages import Response

#: By how many seconds the clock of the server may seem to differ from that of this machine.
_TOLERANCE = 2.0


def check_generation(token: str) -> str:
    """Return a token that a server of Directus 8 may have issued.

    Raises:
        ConfigurationError: It is a session token of another generation.
    """
    fields = claims(check_token(token))
    if fields and "project" not in fields:
        raise ConfigurationError(
            "this token is from a server of Directus 9 or later, and Directus 8 would ignore it: use directus_sdk.Directus "
            "for that server"
        )
    return token


def check_claims(token: str, project: str | None) -> str:
    """Return a token that a server of Directus 8 may accept for a project.

    Args:
        token: The token.
        project: The project of the client, or ``None`` where it is not known yet.

    Raises:
        ConfigurationError: It is a session token of another generation, of another project, or for another purpose.
    """
    fields = claims(check_generation(token))
    if not fields:
        return token
    if project is not None and fields["project"] != project:
        raise ConfigurationError(
            f"this token is from the project {fields['project']!r}, and the client is for {project!r}, which would ignore it: "
            f"make the client with project={fields['project']!r}, or sign in to {project!r}"
        )
    if fields.get("type", "auth") != "auth":
        raise ConfigurationError(
            f"this token is for another purpose ({fields['type']}): pass it to the method that takes such tokens"
        )
    return token


def from_response(result: APIResponse, sent_at: float, cookie: str | None = None) -> Credentials:
    """Return the session that the response to a sign-in or a refresh contains.

    Args:
        result: The decoded response.
        sent_at: When the request was sent, in Unix seconds.
        cookie: The name of the cookie that holds the session, in the mode cookie.

    Raises:
        ConfigurationError: The response contains no token.
    """
    data = result.data if isinstance(result.data, Mapping) else {}
    token = data.get("token")
    if isinstance(token, str) and token and all("!" <= char <= "~" for char in token):
        end = _end_of(token, result.response, sent_at)
        lifetime = None if end is None else max(end - time.time(), 0.0)
        return Credentials(access_token=token, expires_at=end, lifetime=lifetime, mode="jwt")
    cookies = {} if cookie is None else cookies_of(result.response)
    if cookie not in cookies:
        raise ConfigurationError("the server's response to the sign-in contains no token: is this URL a Directus 8 server?")
    return Credentials(cookies={cookie: cookies[cookie]}, mode="cookie")


def _end_of(token: str, response: Response, sent_at: float) -> float | None:
    """Return when a token expires by the clock of this machine, which may differ from that of the server."""
    end = claims(token).get("exp")
    if isinstance(end, bool) or not isinstance(end, (int, float)):
        return None
    try:
        date = parsedate_to_datetime(response.headers["Date"]).timestamp()
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        return float(end)
    received_at = time.time()
    # The header has whole seconds.
    if sent_at - _TOLERANCE <= date <= received_at + _TOLERANCE:
        return float(end)
    return float(end) - date - 1.0 + received_at
