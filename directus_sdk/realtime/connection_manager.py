"""The sockets of one client: one for all subscriptions of a protocol."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from directus_sdk.calls.pipeline import Pipeline, Requester
from directus_sdk.errors import ConfigurationError, ConnectionFailed, DirectusError, GraphQLError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local import fork
from directus_sdk.models import Codec
from directus_sdk.reading.truncation import Watch, is_cut, warn
from directus_sdk.realtime.bounded_queue import Dropped, Inbox
from directus_sdk.realtime.callback_threads import Listeners, Pool, Serial
from directus_sdk.realtime.connection import Connection, Subscriber
from directus_sdk.realtime.events import RealtimeEvent
from directus_sdk.realtime.options import RealtimeOptions
from directus_sdk.realtime.protocols import Dialect, DirectusDialect, GraphQLDialect, Incoming, Message
from directus_sdk.realtime.subscription import Subscription
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import separate_error
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery, normalize, search_body

T = TypeVar("T")

LISTENABLE = ("open", "message", "close", "error")
EVENTS = ("create", "update", "delete")


class _Line:
    """A connection and how many need it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.users = 0
        self.held = False


class Hub:
    """Opens connections when they are needed and closes them when they are not.

    Args:
        directus: The client.
    """

    def __init__(self, directus: Requester) -> None:
        self._directus = directus
        self.options = RealtimeOptions()
        self._listeners = Listeners(LISTENABLE)
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        self._lock = threading.RLock()
        self._lines: dict[type[Dialect], _Line] = {}
        self._numbers = itertools.count(1)
        self._pool: Pool | None = None
        self._told: Inbox[tuple[str, Any]] = Inbox(self.options.queue_size)
        self._serial: Serial | None = None

    @property
    def pipeline(self) -> Pipeline:
        """What sends the calls over HTTP."""
        return self._directus.pipeline

    # ------------------------------------------------------------------ connections
    def line(self, dialect: type[Dialect] = DirectusDialect, *, hold: bool = False) -> Connection:
        """Return an open connection and count one more user of it, or keep it open until `close`.

        Raises:
            DirectusError: It cannot be opened.
        """
        line = self._counted(dialect, hold=hold)
        try:
            line.connection.open()
        except BaseException:
            self.release(line.connection)
            raise
        if hold:
            with self._lock:
                line.users -= 1
        return line.connection

    def attach(self, subscriber: Subscriber, dialect: type[Dialect] = DirectusDialect) -> Connection:
        """Subscribe without waiting for anything: not for the answer, nor for the connection if there is none yet.

        What becomes of it, even of the connection, goes to the subscriber; end it with `let_go`.
        """
        connection = self._counted(dialect).connection
        try:
            connection.start()
            connection.add(subscriber)
        except BaseException:
            self.let_go(connection, subscriber)
            raise
        return connection

    def _counted(self, dialect: type[Dialect], *, hold: bool = False) -> _Line:
        """Count one more user of a connection, which is a new one if there is none."""
        with self._lock:
            line = self._lines.get(dialect)
            if line is None or line.connection.is_over:
                line = self._lines[dialect] = _Line(Connection(dialect(), self._directus.pipeline, self.options, self._tell))
            line.users += 1
            line.held = line.held or hold
            return line

    def release(self, connection: Connection) -> None:
        """Count one user less, and close the connection after the last."""
        with self._lock:
            dialect = self._dialect_of(connection)
            if dialect is None:
                return
            line = self._lines[dialect]
            line.users -= 1
            if line.users > 0 or (line.held and not connection.is_over):
                return
            del self._lines[dialect]
        connection.close()

    def _dialect_of(self, connection: Connection) -> type[Dialect] | None:
        return next((kind for kind, line in self._lines.items() if line.connection is connection), None)

    def close(self) -> None:
        """Close every connection; subscriptions end."""
        with self._lock:
            lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            line.connection.close()
        with self._lock:
            pool, self._pool, self._serial = self._pool, None, None
        if pool is not None:
            pool.close()

    def current(self, dialect: type[Dialect] = DirectusDialect) -> Connection:
        """Return the connection that is there.

        Raises:
            ConnectionFailed: There is none.
        """
        with self._lock:
            line = self._lines.get(dialect)
        if line is None or line.connection.is_over:
            raise ConnectionFailed("there is no open WebSocket: call connect() first", sent=False)
        return line.connection

    @property
    def connected(self) -> bool:
        """Whether the server can be spoken to now."""
        with self._lock:
            return any(line.connection.is_open for line in self._lines.values())

    def configure(self, changes: JSONMapping) -> None:
        """Change the options of connections that are made from now on."""
        try:
            options = attrs.evolve(self.options, **changes)
        except TypeError as error:
            known = ", ".join(field.name for field in attrs.fields(RealtimeOptions))
            raise TypeError(f"{error}; the options are {known}") from None
        with self._lock:
            if options != self.options and not all(line.connection.is_over for line in self._lines.values()):
                raise ConfigurationError(
                    "there is an open connection: set options before it is made, or call disconnect() first"
                )
            self.options = options
            self._told = Inbox(options.queue_size, self._told.on_ready)

    # ------------------------------------------------------------------ listeners
    def on(self, kind: str, function: Callable[..., object]) -> Callable[[], None]:
        """Have a function told about the connections; see ``directus.realtime.on``."""
        return self._listeners.add(kind, function)

    def _tell(self, kind: str, subject: Any) -> None:
        if not self._listeners.any(kind):
            return
        pool = self._workers()
        with self._lock:
            if self._serial is None:
                self._serial = Serial(pool, self._step)
            serial = self._serial
        self._told.put((kind, separate_error(subject) if kind == "error" else subject))
        serial.wake()

    def _step(self) -> bool:
        if not self._told.ready:
            return False
        try:
            found = self._told.get(0)
        except DirectusError:
            return False
        if isinstance(found, Dropped):
            found = ("error", ConnectionFailed(f"{found.count} messages were dropped: the functions that listen are too slow"))
        kind, subject = found
        self._listeners.call(kind, *(() if kind in ("open", "close") else (subject,)))
        return True

    def _workers(self) -> Pool:
        with self._lock:
            if self._pool is None:
                self._pool = Pool(self.options.workers)
            return self._pool

    # ------------------------------------------------------------------ subscriptions
    def subscribe(
        self,
        collection: str,
        path: str,
        codec: Codec[T],
        *,
        primary_key: str = "id",
        event: str | None = None,
        query: JSONMapping | None = None,
    ) -> Subscription[T]:
        """Subscribe to a collection; see ``items(...).subscribe``."""
        wire = NormalizedQuery(self.checked(path, event, query))
        pipeline = self._directus.pipeline
        watch = Watch(pipeline, f"subscription of {collection}")

        def more(wire: JSONMapping) -> list[Any]:
            rows = pipeline.call("GET", path, query=wire, searchable=True).data
            return rows if isinstance(rows, list) else []

        def convert(incoming: Incoming) -> RealtimeEvent[T]:
            rows = _rows(incoming)
            if incoming.message.get("event") != "delete":
                watch.look_at(rows, wire)
            made = _items_event(incoming, rows, collection, codec, primary_key)
            unlimited = made.event == "init" and wire.get("limit", -1) == -1 and "page" not in wire
            if unlimited and is_cut(pipeline, wire, len(rows), more):
                warn(
                    f"subscription of {collection}: the first event holds {len(rows)} items, and the server has more (no limit "
                    "was given); limit=-1 asks for all that it gives at once, and read_all() reads every one"
                )
            return made

        request: Message = redact.SafeDocument(collection=collection)
        if event is not None:
            request["event"] = event
        if wire:
            request["query"] = search_body(wire)["query"]
        return self._subscribed(DirectusDialect, request, collection, convert, first=event is None)

    def checked(self, path: str, event: str | None, query: JSONMapping | None) -> JSONObject:
        """Check a subscription over HTTP, as the server may say nothing of what is wrong with it; return its query."""
        if event is not None and event not in EVENTS:
            raise ValueError(f"event must be one of {', '.join(EVENTS)}, or None for all, not {event!r}")
        wire = normalize(query)
        self._directus.pipeline.call("GET", path, query={**wire, "limit": 0}, searchable=True)
        return wire

    def graphql(self, query: str, variables: JSONMapping | None = None) -> Subscription[JSONObject]:
        """Start a GraphQL subscription; see ``graphql.subscribe``."""
        if not isinstance(query, str):
            raise TypeError(f"query must be a text, not {type(query).__name__}")
        request: Message = redact.SafeDocument(query=query)
        if variables is not None:
            request["variables"] = dict(variables)
        return self._subscribed(GraphQLDialect, request, "", _graphql_event, first=False)

    def _subscribed(
        self,
        dialect: type[Dialect],
        request: Message,
        collection: str,
        convert: Callable[[Incoming], RealtimeEvent[T]],
        *,
        first: bool,
    ) -> Subscription[T]:
        connection = self.line(dialect)
        subscription = Subscription(
            self.new_uid(),
            request,
            collection,
            convert=convert,
            first=first,
            size=self.options.queue_size,
            pool=self._workers(),
            release=lambda ended: self.let_go(connection, ended),
        )
        try:
            self.join(connection, subscription)
            subscription.wait(self.options.open_timeout)
        except BaseException:
            subscription.close()  # nobody gets it
            raise
        return subscription

    def new_uid(self) -> str:
        """Return a name that no other subscription of this client has."""
        return f"sub-{next(self._numbers)}"

    def join(self, connection: Connection, subscriber: Subscriber) -> None:
        """Subscribe on a connection that was counted."""
        try:
            connection.add(subscriber)
        except BaseException:
            subscriber.end(None)
            raise

    def let_go(self, connection: Connection, subscriber: Subscriber) -> None:
        """End a subscription on a connection, and the connection after its last one."""
        with self._lock:
            if self._dialect_of(connection) is None:  # closed, or the parent's in the child of a fork
                return
        connection.remove(subscriber)
        self.release(connection)


def hub_of(directus: Requester) -> Hub:
    """Return the sockets of a client.

    Raises:
        ConfigurationError: The client has none.
    """
    hub = getattr(getattr(directus, "realtime", None), "hub", None)
    if not isinstance(hub, Hub):
        raise ConfigurationError(f"{type(directus).__name__} has no realtime")
    return hub


def _rows(incoming: Incoming) -> list[Any]:
    data = incoming.message.get("data")
    return data if isinstance(data, list) else [] if data is None else [data]


def _items_event(incoming: Incoming, rows: list[Any], collection: str, codec: Codec[T], primary_key: str) -> RealtimeEvent[T]:
    message = incoming.message
    event = str(message.get("event"))
    if event == "delete":
        # The server repeats the keys as whoever deleted them gave them: numbers or texts.
        keys, items = tuple(map(key_text, rows)), []
    else:
        keys = tuple(row[primary_key] for row in rows if isinstance(row, Mapping) and primary_key in row)
        items = codec.load_many(rows)
    meta = message.get("meta")
    return RealtimeEvent(event=event, data=items, keys=keys, collection=collection, uid=incoming.uid, meta=meta)


def _graphql_event(incoming: Incoming) -> RealtimeEvent[JSONObject]:
    payload = incoming.message.get("payload")
    data = payload.get("data") if isinstance(payload, Mapping) else None
    if isinstance(incoming.error, GraphQLError):
        incoming.error.data = data
    return RealtimeEvent(event="next" if incoming.error is None else "error", data=data, uid=incoming.uid, error=incoming.error)
