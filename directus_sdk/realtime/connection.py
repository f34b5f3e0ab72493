"""One socket that is kept alive, and made again when it is lost."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, Protocol

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import ConfigurationError, ConnectionFailed, DirectusError, RateLimited, Timeout, TokenExpired
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.clock import monotonic
from directus_sdk.realtime.options import RealtimeOptions
from directus_sdk.realtime.protocols import Dialect, Incoming, Message, wait_of, without_secrets
from directus_sdk.realtime.request_reply import Requests
from directus_sdk.realtime.token_refresh import SignIn
from directus_sdk.realtime.websocket import Address, Wire
from directus_sdk.redaction.tracebacks import guarded, separate_error
from directus_sdk.wire.encoding import loads

logger = logging.getLogger("directus_sdk.realtime")


class Subscriber(Protocol):
    """What a connection needs of a subscription. Its methods are called by the connection's thread and never block."""

    uid: str
    request: Message

    def confirmed(self, incoming: Incoming | None, lost_at: datetime | None) -> None:
        """The server has taken the subscription; `lost_at` tells since when it was not there, after a loss."""

    def deliver(self, incoming: Incoming) -> None:
        """An event has come."""

    def trouble(self, error: DirectusError) -> None:
        """Something went wrong, and the subscription goes on."""

    def end(self, error: DirectusError | None) -> None:
        """Nothing more comes."""


class Connection:
    """A connection in a thread of its own.

    Args:
        dialect: The protocol.
        pipeline: The client's address, auth and transport.
        options: How it is made and watched.
        tell: Called with what happens: ``"open"``, ``"message"``, ``"close"``, ``"error"``, and what belongs to it.
    """

    def __init__(
        self, dialect: Dialect, pipeline: Pipeline, options: RealtimeOptions, tell: Callable[[str, Any], None]
    ) -> None:
        self._dialect = dialect
        self._pipeline = pipeline
        self._options = options
        self._tell = tell
        self._lock = threading.RLock()
        self._decided = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: DirectusError | ImportError | None = None
        self._wire: Wire | None = None
        self._dialing: socket.socket | None = None
        self._greeting: Wire | None = None
        self._signed_in = self._established = self._proved = False
        self._loss: DirectusError | None = None
        self._keeper: SignIn | None = None
        self._heard = datetime.now(timezone.utc)
        self._subscribers: dict[str, Subscriber] = {}
        self._live: set[str] = set()
        self._gaps: dict[str, datetime] = {}
        # One subscription is asked for at a time, since servers of version 11 do not say which one an error is about.
        self._unasked: deque[Subscriber] = deque()
        self._asked: Subscriber | None = None
        self._look_at: float | None = None
        self._requests = Requests(self.send)

    # ------------------------------------------------------------------ for the hub
    @property
    def is_open(self) -> bool:
        """Whether the server can be spoken to now."""
        return self._wire is not None

    @property
    def is_over(self) -> bool:
        """Whether it has ended for good."""
        return self._stop.is_set() or self._failure is not None

    @property
    def failure(self) -> DirectusError | ImportError | None:
        """Why it has ended, unless it was closed."""
        return self._failure

    def start(self) -> None:
        """Begin to connect and sign in; does nothing when that was done."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="directus-realtime", daemon=True)
                self._thread.start()

    def open(self) -> None:
        """Connect and sign in; does nothing when that was done.

        Raises:
            DirectusError: It did not work.
        """
        self.start()
        self._decided.wait()
        if self._failure is not None:
            raise separate_error(self._failure)
        if self._stop.is_set():
            raise ConnectionFailed("the WebSocket was closed", sent=False)

    def close(self) -> None:
        """Close the connection for good; the thread has ended then."""
        self._stop.set()
        with self._lock:
            wire, greeting, dialing, thread = self._wire, self._greeting, self._dialing, self._thread
        if wire is not None:
            wire.close()
        elif greeting is not None:
            greeting.close(dead=True)
        elif dialing is not None:
            with contextlib.suppress(OSError):
                dialing.shutdown(socket.SHUT_RDWR)
        if thread is not None and thread is not threading.current_thread():
            thread.join(self._options.open_timeout + 5)
        for subscriber in list(self._subscribers.values()):
            subscriber.end(None)

    def add(self, subscriber: Subscriber) -> None:
        """Subscribe, as soon as there is a connection; what the server answers goes to the subscriber.

        Raises:
            DirectusError: There will be no connection.
        """
        with self._lock:
            if self._failure is not None:
                raise separate_error(self._failure)
            if self._stop.is_set():
                raise ConnectionFailed("the WebSocket was closed", sent=False)
            self._subscribers[subscriber.uid] = subscriber
            self._unasked.append(subscriber)
            self._ask_next()

    def remove(self, subscriber: Subscriber) -> None:
        """End a subscription."""
        with self._lock:
            known = self._subscribers.pop(subscriber.uid, None)
            self._live.discard(subscriber.uid)
            self._gaps.pop(subscriber.uid, None)
            if subscriber in self._unasked:
                self._unasked.remove(subscriber)
            self._answered(subscriber)
            if known is not None and self._wire is not None:
                with contextlib.suppress(ConnectionFailed):
                    self._wire.send(self._dialect.unsubscribe(subscriber.uid))
                self._ask_next()

    def send(self, message: JSONMapping | str) -> None:
        """Send a message.

        Raises:
            ConnectionFailed: There is no connection at the moment.
        """
        wire = self._wire
        if wire is None:
            raise ConnectionFailed("there is no open WebSocket at the moment", sent=False)
        wire.send(message)

    def request(self, message: JSONMapping, timeout: float) -> Message:
        """Send a message and return the server's answer to it."""
        return self._requests.send(message, timeout)

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
                self._failure = caught
                break
            except Exception as caught:
                logger.exception("the WebSocket failed")
                error = ConnectionFailed(f"the WebSocket failed: {type(caught).__name__}: {caught}")
            if self._stop.is_set():
                break
            attempt = 1 if self._proved else attempt + 1
            self._proved = False
            delay = self._options.reconnect.delay(attempt, error) if self._established else None
            self._tell("error", error)
            if delay is None:
                self._failure = error
                break
            logger.info("the WebSocket was lost (%s); try %d in %.2f s", error, attempt, delay)
            self._stop.wait(delay)
        self._decided.set()
        with self._lock:
            left, self._unasked = list(self._subscribers.values()), deque()
        for subscriber in left:
            subscriber.end(self._failure if isinstance(self._failure, DirectusError) else None)

    @guarded  # its errors go to listeners and into logs
    def _session(self) -> None:
        """Connect, sign in, and hand out what comes; returns only when closed, and raises when the connection is lost."""
        wire, token, left = self._connect()
        broken = True
        try:
            with self._lock:
                if self._stop.is_set():
                    broken = False
                    return
                self._wire, self._asked, self._look_at, self._loss = wire, None, None, None
                self._unasked = deque(self._subscribers.values())
            if token is not None and left is not None:
                self._keeper = SignIn(self._pipeline.auth, token, left, self._sign_in_again, self._give_up)
            self._established = True
            logger.debug("the WebSocket is open")
            self._tell("open", None)
            self._decided.set()
            with self._lock:
                self._ask_next()
            self._read(wire)
        except ConnectionFailed as error:
            broken = not self._stop.is_set()
            if broken:
                raise self._loss or error from error
        finally:
            self._lost(wire, broken=broken)

    def _connect(self) -> tuple[Wire, str | None, float | None]:
        options = self._options
        deadline = monotonic() + options.open_timeout
        token, left = self._pipeline.auth.fresh_token()
        if token is None and options.mode != "public":
            raise ConfigurationError(
                f"the mode {options.mode} needs a token: sign in first, or call "
                "directus.realtime.configure(mode='public') if the server lets the public in"
            )
        strict = options.mode == "strict"
        address = Address(
            url=self._address(),
            token=token if strict else None,
            subprotocols=self._dialect.subprotocols,
            headers=self._pipeline.headers,
        )
        try:
            wire = Wire(
                address,
                self._pipeline.transport,
                open_timeout=max(0.001, deadline - monotonic()),
                send_timeout=options.heartbeat_timeout,
                max_size=options.max_size,
                on_socket=self._note_socket,
            )
            self._greeting = wire
        finally:
            self._dialing = None
        try:
            if self._stop.is_set():
                raise ConnectionFailed("the WebSocket was closed", sent=False)
            hello = self._dialect.hello(None if strict else token)
            if hello is not None:
                wire.send(hello)
                self._await_welcome(wire, deadline)
        except BaseException:
            wire.close(dead=True)
            raise
        finally:
            self._greeting = None
        self._signed_in = token is not None
        return wire, token, left

    def _address(self) -> str:
        if self._options.url is not None and self._dialect.path == "/websocket":
            return self._options.url
        scheme, _, rest = self._pipeline.base_url.partition("://")
        return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{self._dialect.path}"

    def _note_socket(self, dialed: socket.socket) -> None:
        self._dialing = dialed
        if self._stop.is_set():
            dialed.close()

    def _await_welcome(self, wire: Wire, deadline: float) -> None:
        while True:
            text = wire.receive(max(0.0, deadline - monotonic()))
            if text is None:
                raise Timeout(
                    f"the server did not answer the sign-in within {self._options.open_timeout:g} s; "
                    "are WebSockets of this kind enabled on it?",
                    sent=False,
                )
            incoming = self._decode(wire, text)
            if incoming is None:
                continue
            if incoming.kind == "refused" and incoming.error is not None:
                raise incoming.error
            if incoming.kind == "signed_in":
                return
            if incoming.kind == "ping":
                wire.send({"type": "pong"})

    def _decode(self, wire: Wire, text: str) -> Incoming | None:
        self._heard = datetime.now(timezone.utc)
        try:
            message = loads(text.encode())
        except ValueError:
            message = text
        incoming = self._dialect.read(message, len(text)) if isinstance(message, dict) else None
        if incoming is not None and incoming.error is not None:
            message = without_secrets(message, wire.secrets())
            incoming = self._dialect.read(message, len(text))
        if incoming is None or incoming.kind not in ("ping", "pong"):
            self._tell("message", message)
        return incoming

    def _read(self, wire: Wire) -> None:
        patience = self._options.heartbeat_timeout
        pinged = False
        heard = monotonic()
        while not self._stop.is_set():
            quiet_until = None if patience is None else heard + patience / 2
            times = [at for at in (quiet_until, self._look_at) if at is not None]
            text = wire.receive(max(0.0, min(times) - monotonic()) if times else None)
            now = monotonic()
            if self._look_at is not None and now >= self._look_at:
                self._look_again()
            if text is None:
                if quiet_until is None or now < quiet_until:
                    continue
                if pinged:
                    raise ConnectionFailed(f"the server gave no sign of life for {patience:g} s")
                wire.send({"type": "ping"})
                pinged = True
            else:
                pinged = False
                incoming = self._decode(wire, text)
                if incoming is not None:
                    self._handle(wire, incoming)
            heard = now

    def _lost(self, wire: Wire, *, broken: bool) -> None:
        with self._lock:
            self._wire = None
            keeper, self._keeper = self._keeper, None
            for uid in self._live:
                self._gaps.setdefault(uid, self._heard)
            self._live.clear()
        self._requests.fail(ConnectionFailed("the WebSocket broke before the answer came"))
        if keeper is not None:
            keeper.stop()
        wire.close(dead=broken)
        self._tell("close", None)

    # ------------------------------------------------------------------ the sign-in
    def _sign_in_again(self, token: str) -> None:
        self.send(self._dialect.sign_in(token))

    def _give_up(self, error: DirectusError) -> None:
        """End the connection, since there will be no token for it any more."""
        with self._lock:
            self._loss, wire = error, self._wire
        if wire is not None:
            wire.close(dead=True)

    def _refused(self, error: DirectusError) -> None:
        if isinstance(error, TokenExpired):
            if self._keeper is not None:
                self._keeper.hurry()
            return
        if not self._signed_in:
            raise error  # a public connection to a server that wants to know who is asking
        self._tell("error", error)
        for subscriber in list(self._subscribers.values()):
            subscriber.trouble(error)

    # ------------------------------------------------------------------ messages
    def _handle(self, wire: Wire, incoming: Incoming) -> None:
        kind = incoming.kind
        if kind == "ping":
            wire.send({"type": "pong"})
            return
        if kind == "refused" and incoming.error is not None:
            self._refused(incoming.error)
            return
        self._proved = True
        if kind == "reply":
            self._requests.answer(incoming)
            return
        with self._lock:
            subscriber = self._subscribers.get(incoming.uid)
            if kind == "pong":
                if self._dialect.greets and self._asked is not None:
                    self._confirm(self._asked, None)
                return
            if kind == "error" and incoming.error is not None:
                self._error(incoming, subscriber)
            elif subscriber is not None:
                if kind == "confirmed":
                    self._confirm(subscriber, incoming)
                elif kind == "event":
                    if self._dialect.greets and self._asked is subscriber:
                        self._confirm(subscriber, None)
                    subscriber.deliver(incoming)
                elif kind == "complete":
                    self._drop(subscriber, None)

    def _confirm(self, subscriber: Subscriber, incoming: Incoming | None) -> None:
        self._live.add(subscriber.uid)
        lost_at = self._gaps.pop(subscriber.uid, None)
        self._answered(subscriber)
        subscriber.confirmed(incoming, lost_at)
        self._ask_next()

    def _error(self, incoming: Incoming, subscriber: Subscriber | None) -> None:
        error = incoming.error
        assert error is not None
        if self._requests.claims(incoming):
            self._requests.answer(incoming)
            return
        self._tell("error", error)
        asked = self._asked if not incoming.uid or subscriber is self._asked else None
        if asked is not None:
            self._answered(asked)
            if isinstance(error, RateLimited):
                self._unasked.appendleft(asked)
                self._look_at = monotonic() + wait_of(error)
            else:
                self._drop(asked, error)
        elif subscriber is not None:
            if self._dialect.greets:
                self._drop(subscriber, error)  # the protocol says that nothing more comes
            else:
                subscriber.trouble(error)
        else:
            for each in list(self._subscribers.values()):
                each.trouble(error)

    def _drop(self, subscriber: Subscriber, error: DirectusError | None) -> None:
        self._subscribers.pop(subscriber.uid, None)
        self._live.discard(subscriber.uid)
        self._answered(subscriber)
        subscriber.end(error)
        self._ask_next()

    def _answered(self, subscriber: Subscriber) -> None:
        if self._asked is subscriber:
            self._asked = self._look_at = None

    def _ask_next(self) -> None:
        """Ask for the next subscription, if none is being asked for; called with the lock."""
        wire = self._wire
        if wire is None or self._asked is not None or not self._unasked:
            return
        if self._look_at is not None and monotonic() < self._look_at:
            return
        self._asked = subscriber = self._unasked.popleft()
        self._look_at = monotonic() + self._options.open_timeout
        with contextlib.suppress(ConnectionFailed):  # the thread notices too, and all are asked for again
            for message in self._dialect.subscribe(subscriber.uid, subscriber.request):
                wire.send(message)

    def _look_again(self) -> None:
        with self._lock:
            self._look_at = None
            if self._asked is not None:
                asked, self._asked = self._asked, None
                if asked.uid in self._gaps:  # the server had taken it before the loss: its caller believes that it is there
                    self._unasked.append(asked)
                asked.trouble(Timeout(f"the server did not answer the subscription within {self._options.open_timeout:g} s"))
            self._ask_next()
