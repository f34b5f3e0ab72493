"""Events over WebSockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote
from uuid import UUID

from directus_sdk.calls.pipeline import Requester
from directus_sdk.changes.feed import Change, Changes
from directus_sdk.displayed import Displayed
from directus_sdk.handlers.base import Handler
from directus_sdk.json_types import JSONMapping
from directus_sdk.models.attributes import is_model
from directus_sdk.models.codec import Codec
from directus_sdk.models.payloads import payload
from directus_sdk.reading.truncation import TruncationCheck, is_truncated, warn
from directus_sdk.realtime import ConnectionManager, RealtimeEvent, RealtimeOptions, ReconnectPolicy, Subscription
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.query import NormalizedQuery, Query, WriteQuery, normalize, returned, together
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

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
    """The WebSocket connection of a client: ``directus.realtime``.

    Most programs need only ``directus.items(...).subscribe()``, which connects by itself. Needs the extra ``realtime``.
    """

    def __init__(self, directus: Requester) -> None:
        super().__init__(directus)
        self.manager = ConnectionManager(directus)

    # ------------------------------------------------------------------ the connection
    @property
    def options(self) -> RealtimeOptions:
        """The options of connections; `configure` changes them."""
        return self.manager.options

    def configure(self, **options: Any) -> Self:
        """Change the options of future connections.

        Args:
            **options: `mode`, `url`, `open_timeout`, `heartbeat_timeout`, `reconnect`, `queue_size`, `max_size` and
                `workers`, as `RealtimeOptions` has them.

        Returns:
            Itself.

        Raises:
            ConfigurationError: A value is not valid, or there is an open connection already.

        Example:
            >>> directus.realtime.configure(heartbeat_timeout=20).options.heartbeat_timeout
            20
        """
        self.manager.configure(options)
        return self

    def connect(self, **options: Any) -> Self:
        """Connect and sign in, and stay connected until `disconnect`; does nothing if it is connected.

        Opens ``/websocket``. The handler is a context manager, which disconnects.

        Args:
            **options: As for `configure`.

        Returns:
            This handler, connected.

        Raises:
            InvalidCredentials: The token is not valid.
            NotSupported: The server has no WebSockets.
            Timeout: The server did not respond within `open_timeout`.
            ConnectionFailed: No connection.
            ConfigurationError: The mode needs a token, and there is none.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.connected
            True
        """
        if options:
            self.manager.configure(options)
        self.manager.connect()
        return self

    def disconnect(self) -> None:
        """Close the connections of this client; subscriptions end.

        Example:
            >>> directus.realtime.connect().disconnect()
            >>> directus.realtime.connected
            False
        """
        self.manager.close()

    @property
    def connected(self) -> bool:
        """Whether messages can be sent now; ``False`` while it reconnects after a loss."""
        return self.manager.connected

    def __enter__(self) -> Self:
        return self.connect()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self.disconnect()

    def on(self, event: str, function: Callable[..., object]) -> Callable[[], None]:
        """Register a callback for what happens on the connections. Callbacks run in background threads, one at a time.

        An exception in it is logged and does not affect the connection.

        Args:
            event: ``"open"`` (signed in; no argument), ``"message"`` (every message except heartbeats, decoded),
                ``"close"`` (no argument) or ``"error"`` (a `DirectusError`).
            function: The callback.

        Returns:
            A function that removes the callback.

        Example:
            >>> import threading
            >>> opened = threading.Event()
            >>> forget = directus.realtime.on("open", opened.set)
            >>> with directus.realtime.connect():
            ...     opened.wait(10)
            True
        """
        return self.manager.on(event, function)

    def send_message(self, message: JSONMapping | str) -> None:
        """Send a message; callbacks for ``"message"`` receive the response.

        Args:
            message: The message; a string is sent as it is.

        Raises:
            ConnectionFailed: There is no connection at the moment.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.send_message({"type": "ping", "uid": "mine"})
        """
        self.manager.current().send(message)

    def items(self, collection: str) -> SocketItems:
        """Return an object that reads and writes the items of a collection over the WebSocket.

        Args:
            collection: The collection; the server does not accept system collections here.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").read(fields=["id"], limit=1)
            [{'id': 1}]
        """
        return SocketItems(self.manager, collection)

    def __getstate__(self) -> NoReturn:
        raise TypeError("a WebSocket is never pickled")


@without_locals
class SocketItems(Displayed):
    """Reads and writes items over the WebSocket, without HTTP: ``directus.realtime.items("articles")``.

    Every method needs an open connection, and raises `ConnectionFailed` without one. Calls are not retried; one that got no
    response may have been carried out.

    Args:
        manager: The connections of the client.
        collection: The collection.
    """

    def __init__(self, manager: ConnectionManager, collection: str) -> None:
        self._manager = manager
        self.collection = collection
        self._codec: Codec[Any] = Codec(collection)

    def create(self, data: object, query: JSONMapping | None = None, **params: Unpack[WriteQuery]) -> Any:
        """Create an item, or several.

        Args:
            data: A mapping or a model, or an iterable of them.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The created item, or a list.

        Raises:
            TypeError: An item is neither; nothing was sent.
            ValueError: The list is empty.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").create({"title": "Over the wire"}, fields=["title"])
            {'title': 'Over the wire'}
        """
        # Models of pydantic are iterable too.
        if not isinstance(data, Iterable) or isinstance(data, (str, bytes, Mapping)) or is_model(type(data)):
            return self._ask("create", returned(query, params), data=self._new(data))
        items = [self._new(item, f"item {index}") for index, item in enumerate(data)]
        if not items:
            raise ValueError("there must be at least one item")
        return self._ask("create", returned(query, params), data=items)

    def read(self, key: Key | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[Query]) -> Any:
        """Read one item, or those that match a query.

        Args:
            key: The primary key of one item; a mapping is a query.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read: `filter`, `fields`, `limit` and so on.

        Returns:
            The item, or a list.

        Warns:
            TruncatedResultWarning: The server has more items, or more related items in one of them, than it returned.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").read(1, fields=["id", "status"])
            {'id': 1, 'status': 'published'}
        """
        if isinstance(key, Mapping):
            key, query = None, together(key, {"query": query})
        normalized = normalize(query, params)
        if key is not None:
            return self._ask("read", normalized, id=_key_string(key))
        rows = self._ask("read", normalized)
        unlimited = isinstance(rows, list) and normalized.get("limit", -1) == -1 and "page" not in normalized
        if unlimited and is_truncated(self._manager.pipeline, normalized, len(rows), lambda more: self._ask("read", more)):
            warn(
                f"{self.collection}: the server returned {len(rows)} items and has more (no limit was given); limit=... says "
                "how many you want, and read_all() of directus.items() reads every one"
            )
        return rows

    def update(
        self, key: Key | Iterable[Key], data: object, query: JSONMapping | None = None, **params: Unpack[WriteQuery]
    ) -> Any:
        """Update one item, or several in the same way.

        Args:
            key: The primary key, or an iterable of several.
            data: The new values: a mapping, or a model whose unset attributes hold ``UNSET``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The item, or a list.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").update([1, 2], {"views": 7}, fields=["views"])
            [{'views': 7}, {'views': 7}]
        """
        # By its key alone the server would return every field, whatever the query says: so one key is a list too.
        changes = payload(self._codec.dump_update(data), "data")
        rows = self._ask("update", returned(query, params), data=changes, ids=_key_strings(key))
        if not _is_one(key):
            return rows
        return rows[0] if rows else None

    def delete(self, key: Key | Iterable[Key]) -> None:
        """Delete one item, or several.

        Args:
            key: The primary key, or an iterable of several.

        Raises:
            TypeError: A key has a type that cannot be one; nothing was sent.
            ValueError: A key is empty, or there is none.

        Example:
            >>> with directus.realtime.connect() as socket:
            ...     socket.items("articles").delete(25)
        """
        self._ask("delete", NormalizedQuery(), ids=_key_strings(key))

    def _new(self, item: object, place: str = "data") -> JSONMapping:
        try:
            return payload(self._codec.dump_create(item), place)
        except TypeError as error:
            raise TypeError(f"{place}: {error}") from error

    def _ask(self, action: str, normalized: NormalizedQuery, **message: object) -> Any:
        request = {"type": "items", "action": action, "collection": self.collection, **message}
        if normalized:
            request["query"] = normalized.search_body()["query"]
        try:
            data = self._manager.current().request(request, self._manager.options.open_timeout).get("data")
        finally:
            if action != "read":
                pipeline = self._manager.pipeline
                pipeline.transport.changed(pipeline.base_url)
        check = TruncationCheck(self._manager.pipeline, self.collection)
        check.check_items(data if isinstance(data, list) else [data], normalized)
        return data


def _is_one(key: object) -> bool:
    # A mapping is not a list of keys; it is refused as one key.
    return isinstance(key, (str, bytes, Mapping, UUID)) or not isinstance(key, Iterable)


def _key_strings(key: Any) -> list[str]:
    if _is_one(key):
        return [_key_string(key)]
    keys = [str(int(each)) if isinstance(each, float) and each.is_integer() else str(each) for each in Keys(key)]
    if not keys:
        raise ValueError("there must be at least one key")
    return keys


def _key_string(key: Key) -> str:
    return unquote(segment(key))  # checked as over HTTP
