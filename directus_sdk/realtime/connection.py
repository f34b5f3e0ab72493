"""One WebSocket connection that is watched, and reconnects when it is lost."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import ConfigurationError, ConnectionFailed, DirectusError, Timeout, TokenExpired
from directus_sdk.json_types import JSONMapping
from directus_sdk.local import interrupts
from directus_sdk.local.clock import monotonic
from directus_sdk.local.thread_lock import Latch
from directus_sdk.realtime.options import RealtimeOptions
from directus_sdk.realtime.protocols import Incoming, Message, SocketProtocol, without_secrets
from directus_sdk.realtime.registrations import Registrations, Subscriber
from directus_sdk.realtime.request_reply import RequestReply
from directus_sdk.realtime.token_refresh import TokenRefresh
from directus_sdk.realtime.websocket import WebSocket
from directus_sdk.redaction.tracebacks import guarded, separate_error
from directus_sdk.wire.encoding import loads

logger = logging.getLogger("directus_sdk.realtime")


class Connection:
    """A connection in a thread of its own.

    Args:
        protocol: The protocol.
        pipeline: The client's base URL, auth and transport.
        options: How it is made and watched.
        notify: Called with what happens, ``"open"``, ``"message"``, ``"close"`` or ``"error"``, and the message or error.
    """

    def __init__(
        self,
        protocol: SocketProtocol,
        pipeline: Pipeline,
        options: RealtimeOptions,
        notify: Callable[[str, object], None],
    ) -> None:
        self._protocol = protocol
        self._pipeline = pipeline
        self._options = options
        self._notify = notify
        self._lock = threading.RLock()
        self._decided = Latch()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        #: Why it has ended, unless it was closed.
        self.failure: DirectusError | ImportError | None = None
        self._websocket: WebSocket | None = None
        #: Ends what the thread waits for: the TCP connection, the sign-in, or the next message.
        self._interrupt: Callable[[], object] | None = None
        self._signed_in = self._established = self._proved = False
        self._loss: DirectusError | None = None
        self._token_refresh: TokenRefresh | None = None
        self._heard_at = datetime.now(timezone.utc)
        self._registrations = Registrations(protocol, options.open_timeout, self.send, self._lock)
        self._requests = RequestReply(self.send)

    # ------------------------------------------------------------------ for the connection manager
    @property
    def is_open(self) -> bool:
        """Whether messages can be sent now."""
        return self._websocket is not None

    @property
    def is_over(self) -> bool:
        """Whether it has ended for good."""
        return self._stop.is_set() or self.failure is not None

    def start(self) -> None:
        """Begin to connect and sign in; does nothing if that was done."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="directus-realtime", daemon=True)
                interrupts.start(self._thread)

    def open(self) -> None:
        """Connect and sign in; does nothing if that was done.

        Raises:
            DirectusError: It failed.
        """
        self.start()
        self._decided.wait()
        self._raise_if_over()

    def stop(self) -> None:
        """Let no other user have the connection, which is about to be closed."""
        self._stop.set()

    def close(self) -> None:
        """Close the connection for good and wait for its thread; after an interrupt it can be called again."""
        self.stop()
        with self._lock:
            interrupt, thread = self._interrupt, self._thread
        if interrupt is not None:
            interrupt()
        if thread is not None and thread is not threading.current_thread():
            with contextlib.suppress(RuntimeError):  # its start was interrupted
                thread.join(self._options.open_timeout + 5)
        self._registrations.end(None)

    def add(self, subscriber: Subscriber) -> None:
        """Subscribe as soon as there is a connection; the subscriber receives the server's response.

        Raises:
            DirectusError: There will be no connection.
        """
        with self._lock:
            self._raise_if_over()
            self._registrations.add(subscriber)

    def remove(self, subscriber: Subscriber) -> None:
        """End a subscription."""
        self._registrations.remove(subscriber)

    def send(self, message: JSONMapping | str) -> None:
        """Send a message.

        Raises:
            ConnectionFailed: There is no connection at the moment.
        """
        websocket = self._websocket
        if websocket is None:
            raise ConnectionFailed("there is no open WebSocket at the moment", sent=False)
        websocket.send(message)

    def request(self, message: JSONMapping, timeout: float) -> Message:
        """Send a message and return the server's response to it."""
        return self._requests.send(message, timeout)

    def _raise_if_over(self) -> None:
        if self.failure is not None:
            raise separate_error(self.failure)
        if self._stop.is_set():
            raise ConnectionFailed("the WebSocket was closed", sent=False)

    # ------------------------------------------------------------------ the thread
    def _run(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            error: DirectusError
            try:
                self._session()
                continue
            except DirectusError as caught:
                error = caught
            except ImportError as caught:
                self.failure = caught
                break
            except Exception as caught:
                logger.exception("the WebSocket failed")
                error = ConnectionFailed(f"the WebSocket failed: {type(caught).__name__}: {caught}")
            if self._stop.is_set():
                break
            attempt = 1 if self._proved else attempt + 1
            self._proved = False
            delay = self._options.reconnect.delay(attempt, error) if self._established else None
            self._notify("error", error)
            if delay is None:
                self.failure = error
                break
            logger.info("the WebSocket was lost (%s); attempt %d in %.2f s", error, attempt, delay)
            self._stop.wait(delay)
        self._decided.set()
        self._registrations.end(self.failure if isinstance(self.failure, DirectusError) else None)

    @guarded  # its errors are logged and passed to listeners
    def _session(self) -> None:
        """Connect, sign in, and pass on messages; returns when closed, and raises when the connection is lost."""
        websocket, token, left = self._connect()
        broken = True
        try:
            with self._lock:
                if self._stop.is_set():
                    broken = False
                    return
                self._websocket, self._interrupt, self._loss = websocket, websocket.close, None
            if token is not None and left is not None:
                self._token_refresh = TokenRefresh(self._pipeline.auth, token, left, self._sign_in_again, self._give_up)
            self._established = True
            logger.debug("the WebSocket is open")
            self._notify("open", None)
            self._decided.set()
            self._registrations.resume()
            self._read(websocket)
        except ConnectionFailed as error:
            broken = not self._stop.is_set()
            if broken:
                raise self._loss or error from error
        finally:
            self._lost(websocket, broken=broken)

    def _connect(self) -> tuple[WebSocket, str | None, float | None]:
        options = self._options
        deadline = monotonic() + options.open_timeout
        token, left = self._pipeline.auth.fresh_token()
        if token is None and options.mode != "public":
            raise ConfigurationError(
                f"the mode {options.mode} needs a token: sign in first, or call "
                "directus.realtime.configure(mode='public') if the server accepts unauthenticated connections"
            )
        strict = options.mode == "strict"
        try:
            websocket = WebSocket(
                self._url(),
                self._pipeline.transport,
                token=token if strict else None,
                subprotocols=self._protocol.subprotocols,
                headers=self._pipeline.headers,
                open_timeout=max(0.001, deadline - monotonic()),
                send_timeout=options.heartbeat_timeout,
                max_size=options.max_size,
                on_socket=self._note_socket,
            )
        except BaseException:
            self._interrupt = None
            raise
        self._interrupt = partial(websocket.close, dead=True)
        try:
            if self._stop.is_set():
                raise ConnectionFailed("the WebSocket was closed", sent=False)
            sign_in = self._protocol.first_message(None if strict else token)
            if sign_in is not None:
                websocket.send(sign_in)
                self._await_sign_in(websocket, deadline)
        except BaseException:
            self._interrupt = None
            websocket.close(dead=True)
            raise
        self._signed_in = token is not None
        return websocket, token, left

    def _url(self) -> str:
        if self._options.url is not None and self._protocol.path == "/websocket":
            return self._options.url
        scheme, _, rest = self._pipeline.base_url.partition("://")
        return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{self._protocol.path}"

    def _note_socket(self, tcp: socket.socket) -> None:
        self._interrupt = partial(_shut_down, tcp)
        if self._stop.is_set():
            tcp.close()

    def _await_sign_in(self, websocket: WebSocket, deadline: float) -> None:
        while True:
            text = websocket.receive(max(0.0, deadline - monotonic()))
            if text is None:
                raise Timeout(
                    f"the server did not respond to the sign-in within {self._options.open_timeout:g} s; "
                    "are WebSockets of this kind enabled on it?",
                    sent=False,
                )
            incoming = self._decode(websocket, text)
            if incoming is None:
                continue
            if incoming.kind == "refused" and incoming.error is not None:
                raise incoming.error
            if incoming.kind == "signed_in":
                return
            if incoming.kind == "ping":
                websocket.send({"type": "pong"})

    def _decode(self, websocket: WebSocket, text: str) -> Incoming | None:
        self._heard_at = datetime.now(timezone.utc)
        message: object
        try:
            message = loads(text.encode())
        except ValueError:
            message = text
        incoming = None
        if isinstance(message, dict):
            incoming = self._protocol.read(message, len(text))
            if incoming.error is not None:
                message = without_secrets(message, websocket.secrets())
                incoming = self._protocol.read(message, len(text))
        if incoming is None or incoming.kind not in ("ping", "pong"):
            self._notify("message", message)
        return incoming

    def _read(self, websocket: WebSocket) -> None:
        heartbeat = self._options.heartbeat_timeout
        pinged = False
        heard = monotonic()
        while not self._stop.is_set():
            quiet_until = None if heartbeat is None else heard + heartbeat / 2
            times = [at for at in (quiet_until, self._registrations.deadline) if at is not None]
            text = websocket.receive(max(0.0, min(times) - monotonic()) if times else None)
            now = monotonic()
            self._registrations.check_deadline()
            if text is not None:
                pinged = False
                incoming = self._decode(websocket, text)
                if incoming is not None:
                    self._handle(websocket, incoming)
            elif quiet_until is None or now < quiet_until:
                continue
            elif pinged:
                raise ConnectionFailed(f"no message received for {heartbeat:g} s (heartbeat timeout)")
            else:
                websocket.send({"type": "ping"})
                pinged = True
            heard = now

    def _lost(self, websocket: WebSocket, *, broken: bool) -> None:
        with self._lock:
            self._websocket = self._interrupt = None
            token_refresh, self._token_refresh = self._token_refresh, None
        self._registrations.suspend(self._heard_at)
        self._requests.fail(ConnectionFailed("the WebSocket was lost before the response arrived"))
        if token_refresh is not None:
            token_refresh.stop()
        websocket.close(dead=broken)
        self._notify("close", None)

    # ------------------------------------------------------------------ the sign-in
    def _sign_in_again(self, token: str) -> None:
        self.send(self._protocol.sign_in(token))

    def _give_up(self, error: DirectusError) -> None:
        """End the connection, because there will be no valid token for it."""
        with self._lock:
            self._loss, websocket = error, self._websocket
        if websocket is not None:
            websocket.close(dead=True)

    def _refused(self, error: DirectusError) -> None:
        if isinstance(error, TokenExpired):
            if self._token_refresh is not None:
                self._token_refresh.refresh_now()
            return
        if not self._signed_in:
            raise error  # the server accepts no unauthenticated connections
        self._notify("error", error)
        self._registrations.report(error)

    # ------------------------------------------------------------------ messages
    def _handle(self, websocket: WebSocket, incoming: Incoming) -> None:
        if incoming.kind == "ping":
            websocket.send({"type": "pong"})
        elif incoming.kind == "refused" and incoming.error is not None:
            self._refused(incoming.error)
        else:
            self._proved = True
            if self._requests.resolve(incoming):
                return
            if incoming.kind == "error":
                self._notify("error", incoming.error)
            self._registrations.handle(incoming)


def _shut_down(tcp: socket.socket) -> None:
    with contextlib.suppress(OSError):
        tcp.shutdown(socket.SHUT_RDWR)
