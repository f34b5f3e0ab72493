"""Where a request carries its token: in a header, in the query or in a cookie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args
from urllib.parse import quote

from directus_sdk.errors import ConfigurationError
from directus_sdk.redaction.redact import SafePairs
from directus_sdk.wire.credential_names import PARAM, SESSION_COOKIE
from directus_sdk.wire.messages import Request, merged

#: Where a static token is sent.
SendAs = Literal["header", "query", "cookie"]


def check_send_as(send_as: object) -> SendAs:
    """Return where a token is sent.

    Raises:
        ConfigurationError: It is not a valid place.
    """
    for place in get_args(SendAs):
        if send_as == place and isinstance(send_as, str):
            return place  # type: ignore[no-any-return]
    raise ConfigurationError(f"send_as must be 'header', 'query' or 'cookie', not {send_as!r}")


def with_token(request: Request, token: str, send_as: SendAs) -> Request:
    """Return the request with a token."""
    if send_as == "header":
        return request.with_headers({"Authorization": f"Bearer {token}"})
    if send_as == "query":
        return with_credentials(request, {}, ((PARAM, token),))
    return with_credentials(request, {"Cookie": f"{SESSION_COOKIE}={quote(token, safe='*')}"}, ())


def with_credentials(request: Request, headers: Mapping[str, str], params: tuple[tuple[str, str], ...]) -> Request:
    """Return the request with credentials; a cookie of the call is sent first."""
    headers = dict(headers)
    for name in [name for name in headers if name.lower() == "cookie"]:
        own = next((value for header, value in request.headers.items() if header.lower() == "cookie"), None)
        headers[name] = f"{own}; {headers[name]}" if own else headers[name]
    return Request(
        request.method, request.url, SafePairs((*request.params, *params)), merged(request.headers, headers),
        request.body, request.timeout, request.stream, request.follow_redirects, request.retryable, request.replayable,
        request.deadline, request.cacheable, request.session,
    )  # fmt: skip
