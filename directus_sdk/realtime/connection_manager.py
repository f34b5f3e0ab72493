"""The WebSocket connections of one client: one for all subscriptions of a protocol."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import TypeVar

import attrs

from directus_sdk.calls.pipeline import Pipeline, Requester
from directus_sdk.errors import ConfigurationError, ConnectionFailed, DirectusError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local import fork
from directus_sdk.models.codec import Codec
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.truncation import TruncationCheck, is_truncated, warn
from directus_sdk.realtime.bounded_queue import BoundedQueue, Dropped
from directus_sdk.realtime.callback_threads import CallbackThreads, Listeners, SerialRunner
from directus_sdk.realtime.connection import Connection
from directus_sdk.realtime.events import RealtimeEvent, graphql_event, items_event, rows_of
from directus_sdk.realtime.options import RealtimeOptions
from directus_sdk.realtime.protocols import DirectusProtocol, GraphQLProtocol, Incoming, Message, SocketProtocol
from directus_sdk.realtime.registrations import Subscriber
from directus_sdk.realtime.subscription import Subscription
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import separate_error
from directus_sdk.wire.query import NormalizedQuery

T = TypeVar("T")

LISTENABLE = ("open", "message", "close", "error")
EVENTS = ("create", "update", "delete")


@attrs.define
class _SharedConnection:
    """A connection, the names of its users, and whether it stays open without any."""

    connection: Connection
    users: set[str] = attrs.field(factory=set)
    keep_open: bool = False


class ConnectionManager:
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
        self._shared: dict[type[SocketProtocol], _SharedConnection] = {}
        self._numbers = itertools.count(1)
        self._begin_callbacks()

    def _begin_callbacks(self) -> None:
        self._threads = CallbackThreads(self.options.workers)
        self._notifications: BoundedQueue[tuple[str, object]] = BoundedQueue(self.options.queue_size)
        self._runner = SerialRunner(self._threads, self._step)

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline for calls over HTTP."""
        return self._directus.pipeline

    # ------------------------------------------------------------------ connections
    def connect(self) -> None:
        """Open a connection and keep it open until `close`.

        Raises:
            DirectusError: It cannot be opened.
        """
        user = self.new_uid()
        try:
            shared = self._shared_by(user, DirectusProtocol)
            shared.connection.open()
            shared.keep_open = True
        finally:
            self.release(user)

    def attach(self, subscriber: Subscriber, protocol: type[SocketProtocol] = DirectusProtocol) -> Connection:
        """Subscribe without waiting for the connection or the confirmation; end it with `detach`.

        Every result, also a failure of the connection, goes to the subscriber.
        """
        try:
            connection = self._shared_by(subscriber.uid, protocol).connection
            connection.start()
            connection.add(subscriber)
        except BaseException:
            self.release(subscriber.uid)
            raise
        return connection

    def _shared_by(self, user: str, protocol: type[SocketProtocol]) -> _SharedConnection:
        with self._lock:
            shared = self._shared.get(protocol)
            if shared is None or shared.connection.is_over:
                connection = Connection(protocol(), self._directus.pipeline, self.options, self._notify)
                shared = self._shared[protocol] = _SharedConnection(connection)
            shared.users.add(user)
            return shared

    def detach(self, connection: Connection, subscriber: Subscriber) -> None:
        """End a subscription, and the connection after its last one."""
        with self._lock:
            if self._protocol_of(connection) is None:  # closed, or of the parent process
                return
        connection.remove(subscriber)
        self.release(subscriber.uid)

    def release(self, user: str) -> None:
        """Remove a user, and close the connection after the last one; after an interrupt it can be called again."""
        with self._lock:
            used = [(protocol, shared) for protocol, shared in self._shared.items() if user in shared.users]
            if not used:
                return
            [(protocol, shared)] = used
            if len(shared.users) > 1 or (shared.keep_open and not shared.connection.is_over):
                shared.users.discard(user)
                return
            shared.connection.stop()
        shared.connection.close()
        with self._lock:
            if self._shared.get(protocol) is shared:
                del self._shared[protocol]

    def _protocol_of(self, connection: Connection) -> type[SocketProtocol] | None:
        return next((protocol for protocol, shared in self._shared.items() if shared.connection is connection), None)

    def close(self) -> None:
        """Close every connection; subscriptions end."""
        with self._lock:
            closing, self._shared = list(self._shared.values()), {}
        for shared in closing:
            shared.connection.close()
        with self._lock:
            threads = self._threads
            self._begin_callbacks()
        threads.close()

    def current(self) -> Connection:
        """Return the existing connection.

        Raises:
            ConnectionFailed: There is none.
        """
        with self._lock:
            shared = self._shared.get(DirectusProtocol)
        if shared is None or shared.connection.is_over:
            raise ConnectionFailed("there is no open WebSocket: call connect() first", sent=False)
        return shared.connection

    @property
    def connected(self) -> bool:
        """Whether messages can be sent now."""
        with self._lock:
            return any(shared.connection.is_open for shared in self._shared.values())

    def configure(self, changes: JSONMapping) -> None:
        """Change the options of future connections."""
        try:
            options = attrs.evolve(self.options, **changes)
        except TypeError as error:
            names = ", ".join(field.name for field in attrs.fields(RealtimeOptions))
            raise TypeError(f"{error}; the options are {names}") from None
        if options == self.options:
            return
        with self._lock:
            if not all(shared.connection.is_over for shared in self._shared.values()):
                raise ConfigurationError(
                    "there is an open connection: set options before it is made, or call disconnect() first"
                )
            self.options = options
            self._threads.size = options.workers
            self._notifications = BoundedQueue(options.queue_size)

    # ------------------------------------------------------------------ listeners
    def on(self, kind: str, function: Callable[..., object]) -> Callable[[], None]:
        """Register a callback for what happens on the connections; see ``directus.realtime.on``."""
        return self._listeners.add(kind, function)

    def _notify(self, kind: str, subject: object) -> None:
        if self._listeners.any(kind):
            with self._lock:
                notifications, runner = self._notifications, self._runner
            notifications.put((kind, separate_error(subject) if isinstance(subject, DirectusError) else subject))
            runner.wake()

    def _step(self) -> bool:
        if not self._notifications.ready:
            return False
        try:
            entry = self._notifications.get(0)
        except DirectusError:
            return False
        if isinstance(entry, Dropped):
            entry = ("error", ConnectionFailed(f"{entry.count} messages were dropped: the callbacks are too slow"))
        kind, subject = entry
        self._listeners.call(kind, *(() if kind in ("open", "close") else (subject,)))
        return True

    # ------------------------------------------------------------------ subscriptions
    def subscribe(
        self,
        collection: Collection,
        codec: Codec[T],
        *,
        event: str | None,
        query: NormalizedQuery,
    ) -> Subscription[T]:
        """Subscribe to a collection; see ``items(...).subscribe``."""
        if event is not None and event not in EVENTS:
            raise ValueError(f"event must be one of {', '.join(EVENTS)}, or None for all, not {event!r}")
        # Over HTTP the server reports every mistake, over the WebSocket only some.
        self.pipeline.call("GET", collection.path, query=query.replace(limit=0), searchable=True)
        check = TruncationCheck(self.pipeline, f"subscription of {collection.name}")

        def convert(incoming: Incoming) -> RealtimeEvent[T]:
            rows = rows_of(incoming)
            if incoming.message.get("event") != "delete":
                check.check_items(rows, query)
            made = items_event(incoming, collection.name, codec, collection.primary_key)
            unlimited = made.event == "init" and query.get("limit", -1) == -1 and "page" not in query
            if unlimited and is_truncated(self.pipeline, query, len(rows), lambda more: collection.page(more)[0]):
                warn(
                    f"subscription of {collection.name}: the first event holds {len(rows)} items, and the server has more (no "
                    "limit was given); limit=-1 asks for all that it gives at once, and read_all() reads every one"
                )
            return made

        request: Message = redact.SafeDocument(collection=collection.name)
        if event is not None:
            request["event"] = event
        if query:
            request["query"] = query.search_body()["query"]
        return self._subscribe(DirectusProtocol, request, collection.name, convert, first=event is None)

    def graphql(self, query: str, variables: JSONMapping | None = None) -> Subscription[JSONObject]:
        """Start a GraphQL subscription; see ``graphql.subscribe``."""
        request: Message = redact.SafeDocument(query=query)
        if variables is not None:
            request["variables"] = dict(variables)
        return self._subscribe(GraphQLProtocol, request, "", graphql_event, first=False)

    def _subscribe(
        self,
        protocol: type[SocketProtocol],
        request: Message,
        collection: str,
        convert: Callable[[Incoming], RealtimeEvent[T]],
        *,
        first: bool,
    ) -> Subscription[T]:
        uid = self.new_uid()
        subscription: Subscription[T] | None = None
        try:
            connection = self._shared_by(uid, protocol).connection
            connection.open()
            subscription = Subscription(
                uid,
                request,
                collection,
                convert=convert,
                first=first,
                size=self.options.queue_size,
                threads=self._threads,
                release=lambda ended: self.detach(connection, ended),
            )
            connection.add(subscription)
            subscription.wait(self.options.open_timeout)
            return subscription
        except BaseException:
            if subscription is not None:
                subscription.close()  # it is never returned
            self.release(uid)
            raise

    def new_uid(self) -> str:
        """Return a name that no other subscription of this client has."""
        return f"sub-{next(self._numbers)}"


def manager_of(directus: Requester) -> ConnectionManager:
    """Return the connection manager of a client.

    Raises:
        ConfigurationError: The client has none.
    """
    manager = getattr(getattr(directus, "realtime", None), "manager", None)
    if not isinstance(manager, ConnectionManager):
        raise ConfigurationError(f"{type(directus).__name__} has no realtime")
    return manager
