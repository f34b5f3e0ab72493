"""Events over WebSockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import UUID

from directus_sdk.calls.pipeline import Requester
from directus_sdk.changes.feed import Change, Changes
from directus_sdk.handlers.base import Handler
from directus_sdk.json_types import JSONMapping
from directus_sdk.models import Codec
from directus_sdk.models.attributes import is_model
from directus_sdk.models.payloads import payload
from directus_sdk.reading import truncation
from directus_sdk.reading.truncation import Watch
from directus_sdk.realtime import Hub, RealtimeEvent, RealtimeOptions, ReconnectPolicy, Subscription
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.query import normalize, returned, search_body
from directus_sdk.wire.urls import Key, segment

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

    def send_message(self, message: JSONMapping | str) -> None:
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


@without_locals
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
        self._codec: Codec[Any] = Codec(collection)

    def create(self, data: Any, /, **query: Any) -> Any:
        """Create an item, or several.

        Args:
            data: A mapping or a model, or a list of them.
            **query: What to return, such as `fields`.

        Returns:
            What was created, one item or a list.

        Raises:
            TypeError: There is something else in it; nothing was sent.
            ValueError: The list is empty.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").create({"title": "Over the wire"}, fields=["title"])
            {'title': 'Over the wire'}
        """
        # Models of pydantic can be iterated over.
        if not isinstance(data, Iterable) or isinstance(data, (str, bytes, Mapping)) or is_model(type(data)):
            return self._ask("create", query, data=self._new(data))
        items = [self._new(item, f"item {index}") for index, item in enumerate(data)]
        if not items:
            raise ValueError("there must be at least one item")
        return self._ask("create", query, data=items)

    def read(self, key: Key | None = None, /, **query: Any) -> Any:
        """Read one item, or those that match a query.

        Args:
            key: The primary key of one item.
            **query: What to read: `filter`, `fields`, `limit` and so on.

        Returns:
            The item, or a list.

        Warns:
            TruncatedResultWarning: The server has more items, or more related items in one of them, than it returned.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").read(1, fields=["id", "status"])
            {'id': 1, 'status': 'published'}
        """
        if key is not None:
            return self._ask("read", query, id=_text(key))
        wire = normalize(None, query)
        found = self._ask("read", wire)
        unlimited = isinstance(found, list) and wire.get("limit", -1) == -1 and "page" not in wire
        if unlimited and truncation.is_cut(self._hub.pipeline, wire, len(found), lambda more: self._ask("read", more)):
            truncation.warn(
                f"{self.collection}: the server returned {len(found)} items and has more (no limit was given); limit=... says "
                "how many you want, and read_all() of directus.items() reads every one"
            )
        return found

    def update(self, key: Key | Iterable[Key], data: Any, /, **query: Any) -> Any:
        """Update one item, or several in the same way.

        Args:
            key: The primary key, or several in a list or any other iterable.
            data: The new values: a mapping, or a model whose unset attributes hold ``UNSET``.
            **query: What to return, such as `fields`.

        Returns:
            The item, or a list.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").update([1, 2], {"views": 7}, fields=["views"])
            [{'views': 7}, {'views': 7}]
        """
        # By its key alone the server would return every field, whatever the query says: so one key is a list too.
        changes = payload(self._codec.dump_update(data), "data")
        rows = self._ask("update", query, data=changes, ids=_texts(key))
        if not _is_one(key):
            return rows
        return rows[0] if rows else None

    def delete(self, key: Key | Iterable[Key], /) -> None:
        """Delete one item, or several.

        Args:
            key: The primary key, or several in a list or any other iterable.

        Raises:
            TypeError: There is something in it that cannot be a key; nothing was sent.
            ValueError: A key is empty, or there is none.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").delete(25)
        """
        self._ask("delete", {}, ids=_texts(key))

    def _new(self, item: Any, place: str = "data") -> JSONMapping:
        try:
            return payload(self._codec.dump_create(item), place)
        except TypeError as error:
            raise TypeError(f"{place}: {error}") from error

    def _ask(self, action: str, query: JSONMapping, **message: Any) -> Any:
        wire = normalize(None, query) if action == "read" else returned(None, query)
        asked = {"type": "items", "action": action, "collection": self.collection, **message}
        if wire:
            asked["query"] = search_body(wire)["query"]
        data = self._hub.current().request(asked, self._hub.options.open_timeout).get("data")
        Watch(self._hub.pipeline, self.collection).look_at(data if isinstance(data, list) else [data], wire)
        return data


def _is_one(key: Any) -> bool:
    # A mapping is no list of keys either; as one key it is refused.
    return isinstance(key, (str, bytes, Mapping, UUID)) or not isinstance(key, Iterable)


def _texts(key: Any) -> list[str]:
    if _is_one(key):
        return [_text(key)]
    keys = [str(int(each)) if isinstance(each, float) and each.is_integer() else str(each) for each in Keys(key)]
    if not keys:
        raise ValueError("there must be at least one key")
    return keys


def _text(key: Any) -> str:
    return unquote(segment(key))  # checked as over HTTP
