"""A WebSocket server whose side of the conversation a test writes down, for faults that a real server has no switch for."""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport

WAIT = 10


class ClientLeft(Exception):
    """The client closed the connection before it had said what the script waits for; the test sees what it did."""


class Line:
    """One connection, as the server has it."""

    def __init__(self, connection: ServerConnection, number: int) -> None:
        self._socket = connection
        self.number = number
        assert connection.request is not None
        self.path = connection.request.path
        self.headers = connection.request.headers
        self.got: list[Any] = []
        self.over = threading.Event()

    def receive(self, timeout: float = WAIT) -> Any:
        """The next message but pings, which are answered; None when the connection is closed."""
        while True:
            try:
                message = json.loads(self._socket.recv(timeout=timeout))
            except ConnectionClosed:
                return None
            self.got.append(message)
            if message.get("type") != "ping":
                return message
            self.send({"type": "pong"})

    def _expect(self, kind: str) -> Any:
        message = self.receive()
        if message is None:
            raise ClientLeft
        assert message["type"] == kind, message
        return message

    def send(self, *messages: Any) -> None:
        for message in messages:
            self._socket.send(message if isinstance(message, str) else json.dumps(message))

    def welcome(self) -> str:
        """Take the sign-in, and return its token."""
        message = self._expect("auth")
        self.send({"type": "auth", "status": "ok"})
        return str(message["access_token"])

    def take_subscription(self, data: Any = ()) -> dict[str, Any]:
        """Take a subscription and confirm it."""
        message = self._expect("subscribe")
        first = {"type": "subscription", "event": "init", "uid": message["uid"]}
        self.send(first if "event" in message else {**first, "data": list(data)})
        return dict(message)

    def event(self, asked: dict[str, Any], event: str, *data: Any) -> None:
        self.send({"type": "subscription", "event": event, "uid": asked["uid"], "data": list(data)})

    def rest(self) -> None:
        """Answer pings until the client closes the connection."""
        while self.receive(60) is not None:
            pass

    def close(self, code: int, reason: str) -> None:
        """Close the connection with a reason."""
        self._socket.close(code, reason)

    def drop(self) -> None:
        """Break the connection without a close frame."""
        self._socket.close_socket()


class Peer:
    """The server and what happened on it."""

    def __init__(self, server: Server, lines: queue.Queue[Line], failures: queue.Queue[BaseException]) -> None:
        host, port = server.socket.getsockname()[:2]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.url = f"http://{self.address}"
        self._lines = lines
        self.failures = failures

    def line(self) -> Line:
        """The next connection."""
        return self._lines.get(timeout=WAIT)

    @property
    def waiting(self) -> int:
        """How many connections were made that nobody has looked at."""
        return self._lines.qsize()

    def directus(self, token: str | None = "the-token", path: str = "", **options: Any) -> Directus:
        """A client whose HTTP calls are answered with nothing."""
        options.setdefault("transport", MockTransport())
        if token is not None and "auth" not in options:
            options["token"] = token
        return Directus(self.url + path, **options)


@contextmanager
def peer(script: Callable[[Line], None], *, host: str = "127.0.0.1", **options: Any) -> Iterator[Peer]:
    """Run a server that plays `script` on each connection."""
    lines: queue.Queue[Line] = queue.Queue()
    failures: queue.Queue[BaseException] = queue.Queue()
    numbers = iter(range(1, 1_000_000))
    ended: list[threading.Thread] = []

    def play(connection: ServerConnection) -> None:
        ended.append(threading.current_thread())
        line = Line(connection, next(numbers))
        lines.put(line)
        try:
            script(line)
        except (ConnectionClosed, ClientLeft):
            pass
        except BaseException as error:
            failures.put(error)
        finally:
            line.over.set()

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, 0), family=family)
    with serve(play, sock=listening, ping_interval=None, close_timeout=1, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        found = Peer(server, lines, failures)
        try:
            yield found
        finally:
            server.shutdown()
            thread.join(WAIT)
            for each in ended:
                each.join(WAIT)
    if not failures.empty():
        error = failures.get()
        raise AssertionError(f"the script of the peer failed: {error!r}") from error
