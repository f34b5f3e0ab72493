"""Opening a socket: the only code that knows websockets."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import struct
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlsplit

import attrs

from directus_sdk.errors import (
    APIError,
    ConfigurationError,
    ConnectionFailed,
    DirectusError,
    InvalidCredentials,
    NotSupported,
    RedirectRefused,
    Timeout,
    TLSError,
)
from directus_sdk.errors.transport import because
from directus_sdk.http.statuses import error_class_of_status
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.clock import monotonic
from directus_sdk.realtime.transport_settings import route_to
from directus_sdk.redaction import redact
from directus_sdk.wire.encoding import dumps

if TYPE_CHECKING:
    from types import TracebackType

    from websockets.sync.client import ClientConnection

    from directus_sdk.http.transport import Transport

    _Adapter = logging.LoggerAdapter[logging.Logger]
else:
    _Adapter = logging.LoggerAdapter  # the class takes no parameter before Python 3.11

_CLOSE_TIMEOUT = 1.0
#: How many secrets that went out are remembered, to be taken out of what the server says.
_REMEMBERED = 10_000
#: The codes with which a GraphQL socket is closed to those that it does not know.
_UNKNOWN = frozenset({4401, 4403})


class _Quiet(_Adapter):
    """websockets logs whole messages, with tokens, at the level DEBUG; it never may."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name of the standard library
        return level >= logging.WARNING and super().isEnabledFor(level)


@attrs.frozen(kw_only=True)
class Address:
    """Where to connect to.

    Attributes:
        url: The address, with ``ws`` or ``wss``.
        token: The token that goes into the address (mode strict), or ``None``.
        subprotocols: The protocols that are spoken.
        headers: Headers of the upgrade.
    """

    url: str
    token: str | None = attrs.field(default=None, repr=False)
    subprotocols: Sequence[str] = ()
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    @property
    def full(self) -> str:
        """The address with its token."""
        if self.token is None:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}access_token={quote(self.token, safe='')}"


class Wire:
    """An open socket that speaks JSON.

    Args:
        address: Where to connect to.
        transport: Whose proxies and certificates count.
        open_timeout: Seconds for all of it.
        send_timeout: Seconds after which a message that cannot be sent ends the connection.
        max_size: The largest message, in bytes.
        on_socket: Told about the socket before the upgrade, so that it can be shut from outside.

    Raises:
        ConnectionFailed: No connection, or it broke.
        Timeout: No answer in time.
        TLSError: The certificate is not trusted.
        APIError: The server refused.
    """

    def __init__(
        self,
        address: Address,
        transport: Transport,
        *,
        open_timeout: float,
        send_timeout: float | None,
        max_size: int,
        on_socket: Callable[[socket.socket], None],
    ) -> None:
        connect, exceptions = _websockets()
        started = monotonic()
        self._closed = False
        self._sent: dict[redact.Secret, None] = {}
        self._note([] if address.token is None else [address.token, quote(address.token, safe="")])
        given: JSONObject = {}
        failure: DirectusError
        try:
            route = route_to("http" + address.url[2:], transport)
            if address.url.startswith("wss:"):
                given["ssl"] = route.tls()
            headers = redact.SafeDict({**route.headers, **address.headers})
            self._note(redact.secrets(headers, (), None))
            if route.proxy is None:
                given["sock"] = _dial(address.url, open_timeout)
                _limit_sending(given["sock"], send_timeout)
                on_socket(given["sock"])
            else:
                given["proxy"] = route.proxy
            self._context: Any = connect(
                address.full,
                **given,
                subprotocols=list(address.subprotocols) or None,
                additional_headers={name: value for name, value in headers.items() if name.lower() != "user-agent"},
                user_agent_header=headers.get("User-Agent"),
                compression=None,
                open_timeout=max(0.001, open_timeout - (monotonic() - started)),
                ping_interval=None,
                close_timeout=_CLOSE_TIMEOUT,
                max_size=max_size,
                create_connection=_straight,
                logger=_Quiet(logging.getLogger("directus_sdk.realtime.socket"), {}),
            )
            # Entered by hand, so that it stands for one connection in every version of websockets.
            self._socket: ClientConnection = self._context.__enter__()
            self._socket.recv_events_thread.name = "directus-realtime-socket"
            return
        except (OSError, EOFError, ValueError, exceptions.WebSocketException) as error:
            failure = _opening_error(error, self._words(error), redact.url(address.url), open_timeout, proxied="proxy" in given)
        except TypeError as error:
            if "proxy" in str(error):
                raise ConfigurationError("a proxy needs websockets 15 or newer") from error
            raise
        # Raised here, it does not carry the error of websockets, which holds the server's answer and may repeat the token.
        raise failure from failure.__cause__

    def send(self, message: JSONMapping | str) -> None:
        """Send a message.

        Raises:
            ConnectionFailed: The connection is broken.
        """
        _, exceptions = _websockets()
        text = message if isinstance(message, str) else dumps(message).decode()
        self._note(redact.secrets({}, (), text.encode("utf-8", "surrogatepass")))
        try:
            self._socket.send(text)
            return
        except (OSError, exceptions.WebSocketException) as error:
            failure = because(ConnectionFailed(f"the WebSocket broke: {self._words(error)}", sent=False), error)
        raise failure from failure.__cause__

    def receive(self, timeout: float | None) -> str | None:
        """Return the next message, or ``None`` after so many seconds without one.

        Raises:
            ConnectionFailed: The connection was closed.
        """
        _, exceptions = _websockets()
        try:
            data = self._socket.recv(timeout=timeout)
        except TimeoutError:
            return None
        except (OSError, exceptions.WebSocketException) as error:
            code = getattr(getattr(error, "rcvd", None), "code", None)
            if code in _UNKNOWN:
                words = f"the server closed the WebSocket, since it does not know the token [{code}]"
                failure: DirectusError = InvalidCredentials(words)
            else:
                failure = because(ConnectionFailed(f"the WebSocket was closed: {self._words(error)}"), error)
        else:
            return data if isinstance(data, str) else data.decode("utf-8", "replace")
        raise failure from failure.__cause__

    def secrets(self) -> list[str]:
        """Return the secrets that went out, which the server may repeat."""
        return [secret.reveal() for secret in self._sent]

    def _note(self, found: Iterable[str]) -> None:
        for text in found:
            self._sent[redact.Secret(text)] = None
        while len(self._sent) > _REMEMBERED:
            del self._sent[next(iter(self._sent))]

    def _words(self, error: BaseException) -> str:
        return str(redact.text(redact.without(str(error), self.secrets())))[:300] or type(error).__name__

    def close(self, *, dead: bool = False) -> None:
        """Close the connection; of a dead one no answer is waited for."""
        _, exceptions = _websockets()
        if dead and not self._closed:
            with contextlib.suppress(OSError):
                self._socket.socket.shutdown(socket.SHUT_RDWR)
        if not self._closed:
            self._closed = True
            with contextlib.suppress(OSError, exceptions.WebSocketException):
                self._context.__exit__(None, None, None)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self.close(dead=kind is not None)


def _websockets() -> tuple[Any, Any]:
    try:
        from websockets import exceptions
        from websockets.sync.client import connect
    except ImportError as error:
        raise ImportError("realtime needs the extra of this name: pip install 'directus-python-sdk[realtime]'") from error
    return connect, exceptions


@lru_cache(maxsize=1)
def _straight(*args: Any, **kwargs: Any) -> ClientConnection:
    """Make a connection that follows no redirect, which newer versions of websockets do behind a proxy."""
    from websockets.exceptions import InvalidStatus, WebSocketException
    from websockets.sync.client import ClientConnection

    class Redirected(WebSocketException):
        """Not an ``InvalidStatus``, whose redirects would be followed, with the token in the URL or in the first message."""

        response: Any = None

    # Not a class of our own: what such an object holds, such as the request with its token, is not ours to show.
    connection: Any = ClientConnection(*args, **kwargs)
    follow = connection.handshake

    def handshake(*args: Any, **kwargs: Any) -> None:
        try:
            follow(*args, **kwargs)
        except InvalidStatus as error:
            if not 300 <= error.response.status_code < 400:
                raise
            redirected = Redirected("the upgrade was answered with a redirect")
            redirected.response = error.response
            raise redirected from None

    connection.handshake = handshake
    return cast("ClientConnection", connection)


def _dial(url: str, timeout: float) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port or (443 if parts.scheme == "wss" else 80)), timeout)
    connection.settimeout(None)
    return connection


def _limit_sending(connection: socket.socket, seconds: float | None) -> None:
    """Have the system give up sending to a peer that reads nothing; otherwise a full buffer would block for ever."""
    if seconds is None:
        return
    if sys.platform == "win32":
        value = struct.pack("L", int(seconds * 1000))
    else:
        value = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)


def _opening_error(error: Exception, words: str, shown: str, timeout: float, *, proxied: bool) -> DirectusError:
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    status = getattr(response, "status_code", None)
    if isinstance(status, int) and not type(error).__name__.startswith("InvalidProxy"):
        return _refusal(status, shown)
    if isinstance(error, TimeoutError):
        slow = Timeout(
            f"{shown}: the upgrade to a WebSocket was not answered within {timeout:g} s; "
            "are WebSockets enabled on the server, and passed on by the proxy before it?",
            sent=False,
        )
        return because(slow, error)
    if isinstance(error, ssl.SSLError):
        untrusted = TLSError(
            f"{shown}: no trusted connection ({words}); for a certificate of your own pass "
            "transport=RequestsTransport(verify='/path/to/ca.pem')",
            sent=False,
        )
        return because(untrusted, error)
    if isinstance(error, ValueError) and not isinstance(error, UnicodeError):
        return ConfigurationError(f"{shown}: {words}")
    via = "the proxy does not connect" if proxied else "no WebSocket connection"
    return because(ConnectionFailed(f"{shown}: {via} ({words})", sent=False), error)


def _refusal(status: int, shown: str) -> APIError:
    if status == 401:
        return InvalidCredentials(f"{shown}: the server does not know the token [401]", status=status)
    if status in (400, 404):
        return NotSupported(
            f"{shown}: there is no WebSocket [{status}]; servers have it from version 10.4, "
            "is WEBSOCKETS_ENABLED=true set on the server, and is this the address of a Directus server?",
            status=status,
        )
    if 300 <= status < 400:
        return RedirectRefused(
            f"{shown}: the upgrade was answered with a redirect [{status}], which is not followed", status=status
        )
    kind = error_class_of_status(status)
    more = "; the server may have as many connections as it takes" if status == 403 else ""
    return kind(f"{shown}: the upgrade to a WebSocket was refused [{status}]{more}", status=status)
