"""The key of a read: everything on which the response depends, and whether a cache may respond at all."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from urllib.parse import parse_qsl

from directus_sdk.auth.claims import claims
from directus_sdk.wire.credential_names import PARAM
from directus_sdk.wire.messages import Request

#: Begins every key; another form of what is stored needs another one.
PREFIX = "directus1:"

#: Headers that name the caller or the call, and that no response of Directus depends on.
_IRRELEVANT = frozenset(
    ("user-agent", "traceparent", "tracestate", "baggage", "sentry-trace", "x-request-id", "x-correlation-id")
)
#: Requests with one of these ask for something else than the whole response.
_CONDITIONAL = frozenset(("range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"))


def key_of(request: Request, added: Iterable[tuple[str, str]]) -> str | None:
    """Return the key of a read, or ``None`` where only the server may respond.

    The token of a session is replaced by the id of the session, because a refresh replaces the token. Any other credentials
    are a part of what is hashed, like all headers, so the key shows none of them.

    Args:
        request: The request as it is signed.
        added: The headers and parameters that the transport adds.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not _CONDITIONAL.isdisjoint(headers) or directives(headers.get("cache-control", "")).keys() & {"no-cache", "no-store"}:
        return None
    pairs = list(added)
    tokens = _tokens([*headers.items(), *request.params, *parse_qsl(request.url.partition("?")[2]), *pairs])
    if request.session is not None:
        # Whether it is alive was decided when it was signed.
        headers.pop("authorization", None)
    elif not all(map(_is_alive, tokens)):
        return None
    body = request.body
    if body is not None and not isinstance(body, bytes):
        return None
    parts = [
        request.method,
        request.url,
        request.params,
        sorted((name, value) for name, value in headers.items() if name not in _IRRELEVANT),
        None if body is None else bytes(body).decode("latin-1"),
        request.session,
        [(name, value) for name, value in pairs if name.lower() not in _IRRELEVANT],
    ]
    return name_of("read", *parts)


def name_of(*parts: object) -> str:
    """Return the key of some parts: short, of plain characters, and without what could be a secret."""
    return PREFIX + sha256(json.dumps(parts).encode()).hexdigest()


def origin_of(url: str) -> str:
    """Return the scheme, the host and the port of a URL."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0]}"


def directives(header: str) -> Mapping[str, str]:
    """Return the directives of a ``Cache-Control`` header with their values.

    Example:
        >>> directives('Public, max-age="60"')
        {'public': '', 'max-age': '60'}
    """
    pairs = (part.partition("=") for part in header.lower().split(","))
    return {name.strip(): value.strip(' "') for name, _, value in pairs if name.strip()}


def is_unauthenticated(request: Request, added: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a request has no credentials, so that it has the key of other users."""
    if request.session is not None:
        return False
    pairs = [*request.headers.items(), *request.params, *parse_qsl(request.url.partition("?")[2]), *added]
    return not any(name == PARAM or name.lower() in ("authorization", "cookie") for name, _ in pairs)


def _tokens(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in pairs:
        if name == PARAM or name.lower() == "authorization":
            yield value.strip().rpartition(" ")[2]
        elif name.lower() == "cookie":
            for part in value.split(";"):  # a server may use another name for its cookie
                yield part.partition("=")[2].strip(' "')


def _is_alive(token: str) -> bool:
    """Whether a token is valid as far as it says itself; a server looks up that of the mode session for each request."""
    content = claims(token)
    expiry = content.get("exp")
    return "session" not in content and not (isinstance(expiry, (int, float)) and expiry <= time.time())
