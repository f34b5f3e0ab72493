"""One WebSocket: the only module that uses the package websockets."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import struct
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

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
from directus_sdk.errors.transport import with_cause
from directus_sdk.http.network_errors import tls_advice
from directus_sdk.http.statuses import error_class_of_status
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.clock import monotonic
from directus_sdk.realtime.transport_settings import settings_for
from directus_sdk.redaction import redact
from directus_sdk.wire.encoding import dumps

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

    from directus_sdk.http.transport import Transport

    _Adapter = logging.LoggerAdapter[logging.Logger]
else:
    _Adapter = logging.LoggerAdapter  # the class takes no parameter before Python 3.11

_CLOSE_TIMEOUT = 1.0
#: The maximum number of sent secrets that are remembered, to be removed from what the server repeats.
_REMEMBERED = 10_000
#: The codes with which a GraphQL connection is closed when the token is not valid.
_UNAUTHORIZED = frozenset({4401, 4403})


class _Quiet(_Adapter):
    """Passes on no DEBUG records, in which websockets logs whole messages with their tokens."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name of the standard library
        return level >= logging.WARNING and super().isEnabledFor(level)


class WebSocket:
    """An open WebSocket that carries JSON messages.

    Args:
        url: The URL, with ``ws`` or ``wss``.
        transport: The transport whose proxies and certificates are used.
        token: The token that becomes part of the URL (mode strict), or ``None``.
        subprotocols: The subprotocols.
        headers: Headers of the upgrade.
        open_timeout: Seconds for connecting and the upgrade together.
        send_timeout: Seconds after which a message that cannot be sent ends the connection.
        max_size: The maximum size of a message, in bytes.
        on_socket: Called with the TCP socket before the upgrade, so that another thread can shut it down.

    Raises:
        ConnectionFailed: No connection, or it broke.
        Timeout: No response in time.
        TLSError: The certificate is not trusted.
        APIError: The server refused.
    """

    def __init__(
        self,
        url: str,
        transport: Transport,
        *,
        token: str | None,
        subprotocols: Sequence[str],
        headers: Mapping[str, str],
        open_timeout: float,
        send_timeout: float | None,
        max_size: int,
        on_socket: Callable[[socket.socket], None],
    ) -> None:
        connect, failures = _websockets()
        started = monotonic()
        self._closed = False
        self._sent: dict[redact.Secret, None] = {}
        query = "" if token is None else f"{'&' if '?' in url else '?'}access_token={quote(token, safe='')}"
        self._remember([] if token is None else [token, quote(token, safe="")])
        options: JSONObject = {}
        opening_failures: tuple[type[Exception], ...] = (*failures, EOFError, ValueError)
        failure: DirectusError
        try:
            settings = settings_for("http" + url[2:], transport)
            if url.startswith("wss:"):
                options["ssl"] = settings.tls()
            headers = redact.SafeDict({**settings.headers, **headers})
            self._remember(redact.secrets(headers, (), None))
            if settings.proxy is None:
                options["sock"] = _open_tcp(url, open_timeout)
                _limit_sending(options["sock"], send_timeout)
                on_socket(options["sock"])
            else:
                options["proxy"] = settings.proxy
            context = connect(
                url + query,
                **options,
                subprotocols=list(subprotocols) or None,
                additional_headers={name: value for name, value in headers.items() if name.lower() != "user-agent"},
                user_agent_header=headers.get("User-Agent"),
                compression=None,
                open_timeout=max(0.001, open_timeout - (monotonic() - started)),
                ping_interval=None,
                close_timeout=_CLOSE_TIMEOUT,
                max_size=max_size,
                create_connection=_without_redirects,
                logger=_Quiet(logging.getLogger("directus_sdk.realtime.socket"), {}),
            )
            # A connection in some versions of websockets and a factory of connections in others: both are contexts.
            connection = context.__enter__()
            connection.recv_events_thread.name = "directus-realtime-socket"
            # They hold the request of the upgrade, whose URL has the token in the mode strict.
            self._context, self._connection = redact.Kept(context), redact.Kept(connection)
            return
        except opening_failures as error:
            failure = _opening_error(error, self._words(error), redact.url(url), open_timeout, proxied="proxy" in options)
        except TypeError as error:
            if "proxy" in str(error):
                raise ConfigurationError("a proxy needs websockets 15 or newer") from error
            raise
        # Raised here, it does not refer to the error of websockets, whose response may repeat the token.
        raise failure from failure.__cause__

    def send(self, message: JSONMapping | str) -> None:
        """Send a message.

        Raises:
            ConnectionFailed: The connection is broken.
        """
        _, failures = _websockets()
        text = message if isinstance(message, str) else dumps(message).decode()
        self._remember(redact.secrets({}, (), text.encode("utf-8", "surrogatepass")))
        try:
            self._connection.reveal().send(text)
            return
        except failures as error:
            failure = with_cause(ConnectionFailed(f"the WebSocket broke: {self._words(error)}", sent=False), error)
        raise failure from failure.__cause__

    def receive(self, timeout: float | None) -> str | None:
        """Return the next message, or ``None`` if there is none within `timeout` seconds.

        Raises:
            ConnectionFailed: The connection was closed.
        """
        _, failures = _websockets()
        try:
            data = self._connection.reveal().recv(timeout=timeout)
        except TimeoutError:
            return None
        except failures as error:
            code = getattr(getattr(error, "rcvd", None), "code", None)
            if code in _UNAUTHORIZED:
                words = f"the server closed the WebSocket, because the token is not valid [{code}]"
                failure: DirectusError = InvalidCredentials(words)
            else:
                failure = with_cause(ConnectionFailed(f"the WebSocket was closed: {self._words(error)}"), error)
        else:
            return data if isinstance(data, str) else data.decode("utf-8", "replace")
        raise failure from failure.__cause__

    def secrets(self) -> list[str]:
        """Return the secrets that were sent, which the server may repeat."""
        return [secret.reveal() for secret in self._sent]

    def _remember(self, secrets: Iterable[str]) -> None:
        for secret in secrets:
            self._sent[redact.Secret(secret)] = None
        while len(self._sent) > _REMEMBERED:
            del self._sent[next(iter(self._sent))]

    def _words(self, error: BaseException) -> str:
        return str(redact.text(redact.without(str(error), self.secrets())))[:300] or type(error).__name__

    def close(self, *, dead: bool = False) -> None:
        """Close the connection; of a `dead` one, without waiting for the server's close message."""
        if self._closed:
            return
        if dead:
            with contextlib.suppress(OSError):
                self._connection.reveal().socket.shutdown(socket.SHUT_RDWR)
        self._closed = True
        try:
            with contextlib.suppress(*_websockets()[1]):
                self._context.reveal().__exit__(None, None, None)
        except BaseException:  # of a signal handler
            self._closed = False
            raise


def _websockets() -> tuple[Callable[..., AbstractContextManager[ClientConnection]], tuple[type[Exception], ...]]:
    """Return ``connect`` of websockets, and the errors of a connection."""
    try:
        from websockets.exceptions import WebSocketException
        from websockets.sync.client import connect
    except ImportError as error:
        raise ImportError("realtime needs the extra of this name: pip install 'directus-python-sdk[realtime]'") from error
    return connect, (OSError, WebSocketException)


def _without_redirects(*args: object, **kwargs: object) -> ClientConnection:
    """Make a connection that follows no redirects, as newer versions of websockets do behind a proxy."""
    from websockets.exceptions import InvalidStatus, WebSocketException
    from websockets.sync.client import ClientConnection

    class Redirected(WebSocketException):
        """Not an ``InvalidStatus``: websockets would follow the redirect, and send the token there."""

        def __init__(self, response: object) -> None:
            super().__init__("the server responded to the upgrade with a redirect")
            self.response = response

    # Not a subclass: its instances hold the request with the token, and would be shown as objects of this package.
    make: Callable[..., ClientConnection] = ClientConnection
    connection = make(*args, **kwargs)
    follow: Callable[..., None] = connection.handshake

    def handshake(*args: object, **kwargs: object) -> None:
        try:
            follow(*args, **kwargs)
        except InvalidStatus as error:
            if not 300 <= error.response.status_code < 400:
                raise
            raise Redirected(error.response) from None

    setattr(connection, "handshake", handshake)  # noqa: B010 - mypy refuses to assign a method
    return connection


def _open_tcp(url: str, timeout: float) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port or (443 if parts.scheme == "wss" else 80)), timeout)
    connection.settimeout(None)
    return connection


def _limit_sending(connection: socket.socket, seconds: float | None) -> None:
    """Let sending fail after so many seconds: to a peer that reads nothing, a full buffer would block for ever."""
    if seconds is None:
        return
    if sys.platform == "win32":
        value = struct.pack("L", int(seconds * 1000))
    else:
        value = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)


def _opening_error(error: Exception, words: str, url: str, timeout: float, *, proxied: bool) -> DirectusError:
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    status = getattr(response, "status_code", None)
    if isinstance(status, int) and not type(error).__name__.startswith("InvalidProxy"):
        return _refusal(status, url)
    if isinstance(error, TimeoutError):
        slow = Timeout(
            f"{url}: no response to the upgrade to a WebSocket within {timeout:g} s; "
            "are WebSockets enabled on the server, and passed on by the proxy before it?",
            sent=False,
        )
        return with_cause(slow, error)
    if isinstance(error, ssl.SSLError):
        untrusted = TLSError(f"{url}: no trusted connection ({words}); {tls_advice(words)}", sent=False)
        return with_cause(untrusted, error)
    if isinstance(error, ValueError) and not isinstance(error, UnicodeError):
        return ConfigurationError(f"{url}: {words}")
    how = "the proxy does not connect" if proxied else "no WebSocket connection"
    return with_cause(ConnectionFailed(f"{url}: {how} ({words})", sent=False), error)


def _refusal(status: int, url: str) -> APIError:
    if status == 401:
        return InvalidCredentials(f"{url}: the token is not valid [401]", status=status)
    if status in (400, 404):
        return NotSupported(
            f"{url}: there is no WebSocket [{status}]; servers have it from version 10.4, "
            "is WEBSOCKETS_ENABLED=true set on the server, and is this the URL of a Directus server?",
            status=status,
        )
    if 300 <= status < 400:
        return RedirectRefused(
            f"{url}: the server responded to the upgrade with a redirect [{status}], which is not followed", status=status
        )
    kind = error_class_of_status(status)
    more = "; the server may have reached its maximum number of connections" if status == 403 else ""
    return kind(f"{url}: the upgrade to a WebSocket was refused [{status}]{more}", status=status)
