"""Events over WebSockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from directus_sdk.handlers.base import Handler
from directus_sdk.pipeline import Requester
from directus_sdk.query import normalize
from directus_sdk.realtime import (
    Change,
    Changes,
    Hub,
    RealtimeEvent,
    RealtimeOptions,
    ReconnectPolicy,
    Subscription,
)
from directus_sdk.urls import Key

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

__all__ = [
    "Change",
    "Changes",
    "RealtimeEvent",
    "RealtimeHandler",
    "RealtimeOptions",
    "ReconnectPolicy",
    "SocketItems",
    "Subscription",
]


class RealtimeHandler(Handler):
    """The WebSocket of a client: ``directus.realtime``.

    Most programs need only ``directus.items(...).subscribe()``, which connects by itself. Needs the extra ``realtime``.
    """

    def __init__(self, directus: Requester) -> None:
        super().__init__(directus)
        self.hub = Hub(directus)

    # ------------------------------------------------------------------ the connection
    @property
    def options(self) -> RealtimeOptions:
        """How connections are made; `configure` changes it."""
        return self.hub.options

    def configure(self, **options: Any) -> Self:
        """Set options of the connections that are made from now on.

        Args:
            **options: `mode`, `url`, `open_timeout`, `heartbeat_timeout`, `reconnect`, `queue_size`, `max_size` and
                `workers`, as `RealtimeOptions` has them.

        Returns:
            Itself.

        Raises:
            ConfigurationError: A value cannot be right, or there is an open connection already.

        Example:
            >>> directus.realtime.configure(heartbeat_timeout=20).options.heartbeat_timeout
            20
        """
        self.hub.configure(options)
        return self

    def connect(self, **options: Any) -> Self:
        """Connect and sign in, and stay connected until `disconnect`; does nothing when that was done.

        Opens ``/websocket``. It is a context manager too.

        Args:
            **options: As for `configure`.

        Raises:
            InvalidCredentials: The server does not know the token.
            NotSupported: The server has no WebSockets.
            Timeout: The server did not answer within `open_timeout`.
            ConnectionFailed: No connection.
            ConfigurationError: The mode needs a token, and there is none.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.connected
            True
        """
        if options:
            self.hub.configure(options)
        self.hub.line(hold=True)
        return self

    def disconnect(self) -> None:
        """Close the connections of this client; subscriptions end.

        Example:
            >>> directus.realtime.connect().disconnect()
            >>> directus.realtime.connected
            False
        """
        self.hub.close()

    @property
    def connected(self) -> bool:
        """Whether the server can be spoken to now; ``False`` while a lost connection is being made again."""
        return self.hub.connected

    def __enter__(self) -> Self:
        return self.connect()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self.disconnect()

    def on(self, event: str, function: Callable[..., object]) -> Callable[[], None]:
        """Have a function called when something happens on a connection, in a thread of a pool, one after another.

        An exception in it is logged and stops nothing.

        Args:
            event: ``"open"`` (signed in; no argument), ``"message"`` (every message but heartbeats, decoded),
                ``"close"`` (no argument) or ``"error"`` (a `DirectusError`).
            function: What to call.

        Returns:
            A function that takes it back.

        Example:
            >>> import threading
            >>> opened = threading.Event()
            >>> forget = directus.realtime.on("open", opened.set)
            >>> with directus.realtime.connect():
            ...     opened.wait(10)
            True
        """
        return self.hub.on(event, function)

    def send_message(self, message: Mapping[str, Any] | str) -> None:
        """Send a message of your own; the answer goes to those who listen to ``"message"``.

        Args:
            message: The message; a text goes out as it is.

        Raises:
            ConnectionFailed: There is no connection at the moment.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.send_message({"type": "ping", "uid": "mine"})
        """
        self.hub.current().send(message)

    def items(self, collection: str) -> SocketItems:
        """Return what reads and writes a collection's items over the connection.

        Args:
            collection: The collection; the server does not take system collections here.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").read(fields=["id"], limit=1)
            [{'id': 1}]
        """
        return SocketItems(self.hub, collection)

    def __getstate__(self) -> dict[str, Any]:
        raise TypeError("a WebSocket is never pickled")


class SocketItems:
    """Reads and writes items over the WebSocket, without HTTP: ``directus.realtime.items("articles")``.

    Every method needs an open connection, and raises ConnectionFailed without one. A call that got no answer may have been
    carried out; nothing is tried again.

    Args:
        hub: The sockets of the client.
        collection: The collection.
    """

    def __init__(self, hub: Hub, collection: str) -> None:
        self._hub = hub
        self.collection = collection

    def create(self, data: Any, /, **query: Any) -> Any:
        """Create an item, or several.

        Args:
            data: A mapping, or a list of them.
            **query: What to return, such as `fields`.

        Returns:
            What was created, one item or a list.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").create({"title": "Over the wire"}, fields=["title"])
            {'title': 'Over the wire'}
        """
        return self._ask("create", query, data=data)

    def read(self, key: Key | None = None, /, **query: Any) -> Any:
        """Read one item, or those that match a query.

        Args:
            key: The primary key of one item.
            **query: What to read: `filter`, `fields`, `limit` and so on.

        Returns:
            The item, or a list.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").read(1, fields=["id", "status"])
            {'id': 1, 'status': 'published'}
        """
        return self._ask("read", query, **({} if key is None else {"id": str(key)}))

    def update(self, key: Key | Sequence[Key], data: Mapping[str, Any], /, **query: Any) -> Any:
        """Update one item, or several in the same way.

        Args:
            key: The primary key, or a list of them.
            data: The new values.
            **query: What to return, such as `fields`.

        Returns:
            The item, or a list.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").update([1, 2], {"views": 7}, fields=["views"])
            [{'views': 7}, {'views': 7}]
        """
        # By its key alone the server would return every field, whatever the query says: so one key is a list too.
        rows = self._ask("update", query, data=data, ids=_texts(key))
        if isinstance(key, (list, tuple)):
            return rows
        return rows[0] if rows else None

    def delete(self, key: Key | Sequence[Key], /) -> None:
        """Delete one item, or several.

        Args:
            key: The primary key, or a list of them.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").delete(25)
        """
        self._ask("delete", {}, ids=_texts(key))

    def _ask(self, action: str, query: Mapping[str, Any], **message: Any) -> Any:
        wire = normalize(query)
        asked = {"type": "items", "action": action, "collection": self.collection, **message}
        if wire:
            asked["query"] = wire
        return self._hub.current().request(asked, self._hub.options.open_timeout).get("data")


def _texts(key: Key | Sequence[Key]) -> list[str]:
    keys: Sequence[Any] = key if isinstance(key, (list, tuple)) else [key]
    if not keys:
        raise ValueError("there must be at least one key")
    return [str(each) for each in keys]
