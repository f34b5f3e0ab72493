"""The credentials of a session: the record, what it means, and how a response of the server becomes one."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping, Sequence

import attrs
from attrs.validators import and_, instance_of, optional

from directus_sdk.displayed import Displayed
from directus_sdk.errors import ConfigurationError
from directus_sdk.http.responses import APIResponse
from directus_sdk.json_types import JSONObject
from directus_sdk.local.clock import monotonic
from directus_sdk.redaction.redact import TOKEN, Secret
from directus_sdk.wire.credential_names import SESSION_COOKIE
from directus_sdk.wire.messages import Request, Response

#: What a header can hold.
_PRINTABLE = r"[!-~]([ -~]*[!-~])?"
_COOKIE = r"[!#-:<-\[\]-~]+"


def _secret(value: str | Secret | None) -> Secret | None:
    return value if value is None or isinstance(value, Secret) else Secret(_string(value))


def _secrets(value: Mapping[str, str | Secret]) -> dict[str, Secret]:
    return {name: item if isinstance(item, Secret) else Secret(_string(item)) for name, item in value.items()}


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a token must be a string, not {type(value).__name__}")
    return value


def _fits_a_float(record: object, field: attrs.Attribute[object], value: float) -> None:
    float(value)  # an integer of hundreds of digits is an OverflowError


_is_number = optional(and_(instance_of((int, float)), _fits_a_float))
_is_string = optional(instance_of(str))


def _now() -> float:
    return monotonic()


@attrs.frozen
class Credentials(Displayed):
    """Session credentials; token values are masked in `repr`.

    Attributes:
        access_token: The token that is sent with each call, or ``None`` in the mode session.
        refresh_token: The refresh token (mode json).
        expires_at: When the access token expires, in Unix seconds; ``None`` means never.
        lifetime: The total lifetime of the access token, in seconds.
        cookies: The cookies of the modes cookie and session.
        mode: The mode of the login: ``"json"``, ``"cookie"`` or ``"session"``; with Directus 8 ``"jwt"`` or ``"cookie"``.
        server: The base URL of the server that the session belongs to, with Directus 8 that of the project. A client of
            another server does not use it. With ``None`` it belongs to the server of the first client that refreshes it.
        user: The email address or the identifier of the login, where known.
        id: A random id of the session, which stays when its tokens are refreshed.
    """

    access_token: Secret | None = attrs.field(default=None, converter=_secret)
    refresh_token: Secret | None = attrs.field(default=None, converter=_secret)
    expires_at: float | None = attrs.field(default=None, validator=_is_number)
    lifetime: float | None = attrs.field(default=None, validator=_is_number)
    cookies: Mapping[str, Secret] = attrs.field(factory=dict, converter=_secrets)
    mode: str = attrs.field(default="json", validator=instance_of(str))
    server: str | None = attrs.field(default=None, validator=_is_string)
    user: str | None = attrs.field(default=None, validator=_is_string)
    id: str = attrs.field(factory=lambda: os.urandom(16).hex(), validator=instance_of(str), repr=False, eq=False)
    # When this process made or read the record, by the clock that never steps back.
    _known_since: float = attrs.field(factory=_now, init=False, repr=False, eq=False)

    @property
    def seconds_left(self) -> float | None:
        """For how many seconds the access token is valid; ``None`` means without limit.

        `expires_at` is read by other processes and machines, so it is a time of day, which may be set back. A token never
        lives longer than its `lifetime`, counted from when this process made or read the record.
        """
        if self.expires_at is None:
            return None
        left = self.expires_at - time.time()
        if self.lifetime is not None:
            left = min(left, self.lifetime - (monotonic() - self._known_since))
        return max(0.0, left)

    def to_json(self) -> str:
        """Return the record as the JSON that a storage keeps, secrets included."""
        return dump([self])

    @classmethod
    def from_json(cls, text: str) -> Credentials | None:
        """Return a record from its JSON, or ``None`` where `text` is not a valid record."""
        # Not an error: a broken file must not keep its user from signing in.
        return next(iter(parse(text)), None)


def dump(sessions: Sequence[Credentials]) -> str:
    """Return the JSON of several sessions: that of the first, with the others in a field of it."""
    first, *others = (attrs.asdict(record, filter=_is_stored, value_serializer=_reveal) for record in sessions)
    return json.dumps({**first, "others": others} if others else first)


def _is_stored(field: attrs.Attribute[object], value: object) -> bool:
    return field.init


def _reveal(record: object, field: object, value: object) -> object:
    return value.reveal() if isinstance(value, Secret) else value


def parse(text: str | None) -> list[Credentials]:
    """Return the sessions of such a JSON; none where it is not valid."""
    try:
        first = json.loads(text or "{}")
        others = first.get("others") or []
        records = [_record(each) for each in (first, *others)]
    except (ValueError, AttributeError, TypeError, RecursionError, OverflowError):
        return []
    return [record for record in records if record is not None]


def _record(fields: JSONObject) -> Credentials | None:
    names = (field.name for field in attrs.fields(Credentials) if field.init)
    record = Credentials(**{name: fields[name] for name in names if fields.get(name) not in (None, "")})
    has_token = record.access_token or record.refresh_token or record.cookies
    return record if has_token and _can_be_sent(record) else None


def _can_be_sent(record: Credentials) -> bool:
    """Whether a header can hold the token and the cookies."""
    token = record.access_token
    return (token is None or re.fullmatch(_PRINTABLE, token.reveal()) is not None) and all(
        TOKEN.fullmatch(name) and re.fullmatch(_PRINTABLE, value.reveal()) for name, value in record.cookies.items()
    )


def check_mode(mode: str) -> str:
    """Return the mode of a login.

    Raises:
        ConfigurationError: It is not a valid mode.
    """
    if mode not in ("json", "cookie", "session"):
        raise ConfigurationError(f"mode must be 'json', 'cookie' or 'session', not {mode!r}")
    return mode


def token_of(record: Credentials | None) -> str | None:
    """Return the access token; in the mode session it is the value of the cookie."""
    if record is None:
        return None
    token = record.access_token or (_session_cookie(record) if record.mode == "session" else None)
    return None if token is None else token.reveal()


def signs(record: Credentials) -> bool:
    """Whether a call can be authorized with the record as it is."""
    return record.access_token is not None or (record.mode == "session" and bool(record.cookies))


def is_alive(record: Credentials) -> bool:
    """Whether the session can be used or refreshed; a cookie of the mode session cannot be refreshed once it has expired."""
    return seconds_left(record) != 0 or (can_renew(record) and record.mode != "session")


def can_renew(record: Credentials) -> bool:
    """Whether the record has a token that can be exchanged for a new access token."""
    return record.refresh_token is not None or bool(record.cookies)


def seconds_left(record: Credentials) -> float | None:
    """Return for how many seconds the access token is valid: ``None`` without limit, zero if it has expired or is missing."""
    if record.access_token is None and record.mode != "session":
        return 0.0
    return record.seconds_left


def margin(record: Credentials, longest: float) -> float:
    """Return how many seconds before its expiry a token is refreshed."""
    return longest if record.lifetime is None else min(longest, record.lifetime / 4)


def sign(request: Request, record: Credentials) -> Request:
    """Return the request with the token or the cookie of the session.

    A cache may respond where the session is known to be alive, without asking the server: until its access token expires. In
    the mode session the server looks it up for each request, so its end would not be noticed.
    """
    if request.cacheable is not None and (record.mode == "session" or seconds_left(record) == 0):
        request = attrs.evolve(request, cacheable=None)
    if record.access_token is not None:
        return request.with_headers({"Authorization": f"Bearer {record.access_token.reveal()}"}, session=record.id)
    if not record.cookies:
        return request
    cookies = next((value for name, value in request.headers.items() if name.lower() == "cookie"), "")
    return request.with_headers({"Cookie": "; ".join(filter(None, (cookies, _cookie_header(record))))})


def carries(request: Request, record: Credentials) -> bool:
    """Whether the request was authorized with this record."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if record.access_token is not None:
        return headers.get("authorization") == f"Bearer {record.access_token.reveal()}"
    return headers.get("cookie", "").endswith(_cookie_header(record))


def has_refresh_token(record: Credentials, token: str) -> bool:
    """Whether `token` is the one that refreshes the session of a record."""
    return any(own is not None and own.reveal() == token for own in (record.refresh_token, *record.cookies.values()))


def refresh_body(record: Credentials) -> tuple[JSONObject, dict[str, str]]:
    """Return the body and the headers of a refresh or a logout."""
    if record.refresh_token is not None:
        return {"refresh_token": record.refresh_token.reveal(), "mode": "json"}, {}
    return {"mode": record.mode}, {"Cookie": _cookie_header(record)}


def from_response(result: APIResponse, sent_at: float, mode: str) -> Credentials:
    """Return the record that the response to a login or a refresh contains.

    Args:
        result: The decoded response.
        sent_at: When the request was sent, in Unix seconds.
        mode: The mode of the login.

    Raises:
        ConfigurationError: The response contains no token.
    """
    data = result.data if isinstance(result.data, Mapping) else {}
    lifetime = _seconds(data.get("expires"))
    # In the mode json, cookies are those of a load balancer.
    cookies = {} if mode == "json" else cookies_of(result.response)
    access, refresh = (_token(data.get(name)) for name in ("access_token", "refresh_token"))
    if access is not None and not all("!" <= char <= "~" for char in access):
        raise ConfigurationError("the token in the server's response to the sign-in cannot stand in a header")
    if mode == "session" and cookies:
        access = None
    if access is None and not cookies:
        raise ConfigurationError("the server's response to the sign-in contains no token: is this URL a Directus server?")
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
    # A server may use another name for its cookie. The value is a JWT, which has three parts.
    return next((value for value in record.cookies.values() if value.reveal().count(".") == 2), None)


def _cookie_header(record: Credentials) -> str:
    return "; ".join(f"{name}={value.reveal()}" for name, value in record.cookies.items())


def _token(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(milliseconds: object) -> float | None:
    try:
        return float(milliseconds) / 1000 if isinstance(milliseconds, (int, float, str)) and milliseconds else None
    except (ValueError, OverflowError):
        return None


def cookies_of(response: Response) -> dict[str, str]:
    """Return the cookies that a response sets."""
    from http.cookies import CookieError, SimpleCookie  # the mode json needs no cookies

    cookies: dict[str, str] = {}
    for line in response.headers.get_all("Set-Cookie"):
        try:
            # One attribute that it cannot read, such as a date of PHP that ends with UTC, hides the cookie from it.
            parsed: SimpleCookie = SimpleCookie(line.partition(";")[0])
        except CookieError:
            continue
        # A quoted value may contain several cookies, or characters that end the header.
        cookies.update({name: morsel.value for name, morsel in parsed.items() if re.fullmatch(_COOKIE, morsel.value)})
    return cookies
