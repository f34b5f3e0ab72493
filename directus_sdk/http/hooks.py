"""Test tools and instrumentation that replace parts of requests: every call has to pass through them.

The transport works without a `requests.Session`, which takes as much time as the rest of a call. While something has
replaced that class, or its `send` or `get_adapter` (requests-mock, HTTMock, `unittest.mock`, OpenTelemetry, Datadog), a
call is sent through a session that uses our adapter and does nothing else of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from operator import is_
from types import FunctionType
from typing import Any

import requests
from requests import adapters, sessions
from requests.structures import CaseInsensitiveDict

from directus_sdk.errors import ConfigurationError
from directus_sdk.redaction import redact

#: Bodies up to this size, in bytes, are read before they are sent, so that tools can look at them.
_MAX_READ_AHEAD = 1024 * 1024

_OWN = frozenset({"Session.send", "Session.get_adapter", "Session.request", "HTTPAdapter.send"})

_CLASSES = {(sessions.__name__, "Session"), (adapters.__name__, "HTTPAdapter")}

_WITHOUT = {getattr(sessions, "SessionRedirectMixin", object), object}

#: The classes and functions that were seen to be the originals.
_untouched: list[object] = []


def send(adapter: adapters.HTTPAdapter, prepared: requests.PreparedRequest, **options: Any) -> requests.Response:
    """Send a prepared request by an adapter, and through what has replaced a part of requests.

    Raises:
        ConfigurationError: A part was replaced in a way that a call would not pass through.
    """
    session = requests.Session
    parts: tuple[Any, ...] = (
        session,
        sessions.Session,
        getattr(session, "send", None),
        getattr(session, "get_adapter", None),
        getattr(session, "request", None),
        adapters.HTTPAdapter.send,
        sessions.HTTPAdapter,
    )
    # By identity: what wrapt wraps is equal to what it wraps.
    if _untouched and all(map(is_, parts, _untouched)):
        return adapter.send(prepared, **options)
    if all(map(_is_own, parts)):
        _untouched[:] = parts
        return adapter.send(prepared, **options)
    if not isinstance(parts[6], type):
        raise _refusal("requests.sessions.HTTPAdapter was replaced")
    show(prepared)
    kind: Any = next((kind for kind in parts[:2] if not _is_own(kind)), session)
    if _is_cache(kind):
        return adapter.send(prepared, **options)
    if all(map(_is_own, parts[:4])):
        _refuse_unless_wrapped(parts[4])
        return checked(adapter.send(prepared, **options), prepared)
    if isinstance(kind, type) and not any("send" in vars(base) for base in kind.__mro__ if base not in _WITHOUT):
        raise _refusal("requests.Session.send was taken away")
    own: Any = kind()
    own.trust_env = False  # neither the proxies of the environment nor ~/.netrc
    own.get_redirect_target = lambda response: None  # redirects are the transport's
    for scheme in ("http://", "https://"):
        own.mount(scheme, adapter)
    return checked(own.send(prepared, allow_redirects=False, **options), prepared)


def _is_own(thing: object) -> bool:
    """Tell whether a class or function is the one of requests; wrappers pass themselves off as what they wrap."""
    if type(thing) is FunctionType:
        return (thing.__globals__ is vars(sessions) or thing.__globals__ is vars(adapters)) and thing.__qualname__ in _OWN
    return type(thing) is type and (thing.__module__, thing.__qualname__) in _CLASSES


def _is_cache(kind: object) -> bool:
    """Tell whether a class is of requests-cache, which would give a user the response to another: it ignores tokens."""
    return any(base.__module__.partition(".")[0] == "requests_cache" for base in getattr(kind, "__mro__", ()))


def _refuse_unless_wrapped(request: object) -> None:
    """Refuse to send where `Session.request`, which the transport does not call, was replaced and not just wrapped."""
    if not _is_own(request) and not (callable(request) and _is_own(inspect.unwrap(request))):
        raise _refusal("requests.Session.request was replaced")


def _refusal(what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{what}, which the SDK does not call, so this call would reach the server. Replace requests.Session.send, or use "
        "responses, requests-mock, vcrpy, or transport=MockTransport(...) of directus_sdk.testing"
    )


def show(prepared: requests.PreparedRequest) -> None:
    """Prepare a request for tools that look at it: headers in any case, and the bytes of a small body."""
    prepared.headers = _Headers(prepared.headers)
    body: Any = prepared.body
    if body is not None and not isinstance(body, bytes) and getattr(body, "length", _MAX_READ_AHEAD + 1) <= _MAX_READ_AHEAD:
        prepared.body = b"".join(body)


def checked(response: Any, prepared: requests.PreparedRequest) -> requests.Response:
    """Return what a tool has returned as a response of requests.

    Raises:
        ConfigurationError: It has no status, headers and content.
    """
    if isinstance(response, requests.Response):
        if getattr(response, "request", None) is None:
            response.request = prepared
        if isinstance(response.status_code, int):
            return response
    elif isinstance(getattr(response, "status_code", None), int) and isinstance(getattr(response, "content", None), bytes):
        made = requests.Response()
        headers = getattr(response, "headers", None)
        made.status_code, made._content = response.status_code, response.content
        made.request, made.url = prepared, prepared.url or ""
        made.headers.update(headers if isinstance(headers, Mapping) else {})
        return made
    raise ConfigurationError(
        f"what replaces requests returned {type(response).__name__}: a requests.Response with status_code, headers and "
        "content is needed"
    )


def headers_of(response: requests.Response) -> Iterator[tuple[str, str]]:
    """Yield the headers of a response, with each value of a repeated one."""
    raw = getattr(response.raw, "headers", None)
    headers = raw if raw is not None and hasattr(raw, "items") else response.headers
    return ((str(name), str(value)) for name, value in headers.items())


class _Headers(CaseInsensitiveDict[str]):
    """Headers in any case that do not show their secrets."""

    def copy(self) -> _Headers:
        return _Headers(self)

    def __repr__(self) -> str:
        return repr(redact.SafeDict(self))

    __str__ = __repr__
