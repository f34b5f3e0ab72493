"""What a record of credentials means: its proof, its time, and how an answer of the server becomes one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from directus_sdk.auth.storage import Credentials
from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONObject
from directus_sdk.redaction.redact import Secret
from directus_sdk.wire.credential_names import SESSION_COOKIE
from directus_sdk.wire.messages import Request, Response

_COOKIE = re.compile(r"[!#-:<-\[\]-~]+")

MODES = ("json", "cookie", "session")


def check_mode(mode: str) -> str:
    """Return the mode of a login.

    Raises:
        ConfigurationError: There is no such mode.
    """
    if mode not in MODES:
        raise ConfigurationError(f"mode must be 'json', 'cookie' or 'session', not {mode!r}")
    return mode


def token_of(record: Credentials | None) -> str | None:
    """Return the access token; in the mode session it is the value of the cookie."""
    if record is None:
        return None
    held = record.access_token or (_session_cookie(record) if record.mode == "session" else None)
    return None if held is None else held.reveal()


def signs(record: Credentials) -> bool:
    """Tell whether a call can be signed with the record as it is."""
    return record.access_token is not None or (record.mode == "session" and bool(record.cookies))


def is_alive(record: Credentials) -> bool:
    """Tell whether the session can go on; a cookie of the mode session cannot be refreshed once it has ended."""
    return seconds_left(record) != 0 or (can_renew(record) and record.mode != "session")


def can_renew(record: Credentials) -> bool:
    """Tell whether there is anything that buys a new access token."""
    return record.refresh_token is not None or bool(record.cookies)


def seconds_left(record: Credentials) -> float | None:
    """Return how long the access token is good for: ``None`` for ever, zero if it is over or there is none yet."""
    if record.access_token is None and record.mode != "session":
        return 0.0
    return record.seconds_left


def margin(record: Credentials, longest: float) -> float:
    """Return how many seconds before its end a token is refreshed."""
    return longest if record.lifetime is None else min(longest, record.lifetime / 4)


def is_due(record: Credentials, longest: float) -> bool:
    """Tell whether a token is to be refreshed."""
    left = seconds_left(record)
    return left is not None and left <= margin(record, longest)


def sign(request: Request, record: Credentials) -> Request:
    """Return the request with what proves who is asking."""
    if record.access_token is not None:
        return request.with_headers({"Authorization": f"Bearer {record.access_token.reveal()}"})
    if not record.cookies:
        return request
    given = next((value for name, value in request.headers.items() if name.lower() == "cookie"), "")
    return request.with_headers({"Cookie": "; ".join(filter(None, (given, _cookie_text(record))))})


def carries(request: Request, record: Credentials) -> bool:
    """Tell whether this record has signed the request."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if record.access_token is not None:
        return headers.get("authorization") == f"Bearer {record.access_token.reveal()}"
    return headers.get("cookie", "").endswith(_cookie_text(record))


def buys(record: Credentials, token: str) -> bool:
    """Tell whether a token is what renews the session of a record."""
    return any(held is not None and held.reveal() == token for held in (record.refresh_token, *record.cookies.values()))


def spend(record: Credentials) -> tuple[JSONObject, dict[str, str]]:
    """Return the body and the headers of a refresh or a logout."""
    if record.refresh_token is not None:
        return {"refresh_token": record.refresh_token.reveal(), "mode": "json"}, {}
    return {"mode": record.mode}, {"Cookie": _cookie_text(record)}


def from_answer(answer: Any, sent_at: float, mode: str) -> Credentials:
    """Read the record out of the answer to a login or a refresh.

    Args:
        answer: The `directus_sdk.http.responses.Answer`.
        sent_at: When the request was sent, in Unix seconds.
        mode: The mode of the login.

    Raises:
        ConfigurationError: There is no token in it.
    """
    data = answer.data if isinstance(answer.data, Mapping) else {}
    lifetime = _seconds(data.get("expires"))
    # The answer of the mode json may carry cookies of a load balancer, which are none of ours.
    cookies = {} if mode == "json" else _cookies(answer.response)
    access, refresh = (_text(data.get(name)) for name in ("access_token", "refresh_token"))
    if access is not None and not all("!" <= char <= "~" for char in access):
        raise ConfigurationError("the token in the server's response to the sign-in cannot stand in a header")
    if mode == "session" and cookies:
        access = None
    if access is None and not cookies:
        raise ConfigurationError("the server's answer to the sign-in holds no token: is this address a Directus server?")
    return Credentials(
        access_token=access,
        refresh_token=refresh,
        # The server counts whole seconds, and its clock began when the request arrived at the earliest.
        expires_at=None if lifetime is None else sent_at + max(lifetime - 1.0, 0.0),
        lifetime=lifetime,
        cookies=cookies,
        mode=mode,
    )


def _session_cookie(record: Credentials) -> Secret | None:
    if SESSION_COOKIE in record.cookies:
        return record.cookies[SESSION_COOKIE]
    # A server may call its cookie otherwise; its value is a JWT, which has three parts.
    return next((value for value in record.cookies.values() if value.reveal().count(".") == 2), None)


def _cookie_text(record: Credentials) -> str:
    return "; ".join(f"{name}={value.reveal()}" for name, value in record.cookies.items())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(milliseconds: object) -> float | None:
    try:
        return float(milliseconds) / 1000 if isinstance(milliseconds, (int, float, str)) and milliseconds else None
    except (ValueError, OverflowError):
        return None


def _cookies(response: Response) -> dict[str, str]:
    cookies: dict[str, str] = {}
    for line in response.headers.get_all("Set-Cookie"):
        try:
            parsed: SimpleCookie = SimpleCookie(line)
        except CookieError:
            continue
        # What was quoted may hold what would be several cookies, or break out of the header.
        cookies.update({name: morsel.value for name, morsel in parsed.items() if _COOKIE.fullmatch(morsel.value)})
    return cookies
