"""Connections that are not kept for too long, know whether anything was sent, and can be cut at a deadline."""

from __future__ import annotations

import contextlib
import http.client
import logging
import queue
import threading
from collections import deque
from typing import Any

from requests import Response
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from directus_sdk.http.connections import (
    FinalResponse,
    HTTPConnection,
    HTTPSConnection,
    WatchfulConnection,
    has_undelivered,
    original,
)
from directus_sdk.http.deadlines import Watch
from directus_sdk.http.response_body import on_the_wire
from directus_sdk.json_types import JSONObject
from directus_sdk.local.clock import monotonic
from directus_sdk.redaction import redact

#: Node.js closes a connection that was idle for 5 seconds. A POST that is sent at that very moment gets no answer, and
#: nobody knows whether it was done; so a connection that was idle for longer than this is not used again.
IDLE_SECONDS = 4.0


#: Bodies below this size, in bytes, go out together with their head.
SMALL = 64 * 1024


class _Tracked(HTTPConnection):  # type: ignore[misc]
    connecting = False
    skipped = 0
    sent = 0
    idle_since = 0.0
    patience: Any = ...
    #: What a watch shuts down. It outlives `sock`, which is gone while a response is read that ends with the connection.
    plug: Any = None
    #: The deadline of the request that uses the connection.
    watch: Watch | None = None
    #: Whether the head waits for the body, so that both go out in one packet and one system call.
    joined = False
    _head = b""
    #: Whether the body of the last request was not sent to its end.
    _unsent = False
    _last: FinalResponse | None = None

    def response_class(self, *args: Any, **kwargs: Any) -> FinalResponse:
        """Make the response to what was sent; http.client calls it by this name."""
        self._last = response = FinalResponse(*args, **kwargs)
        return response

    @property
    def settled(self) -> bool:
        """Whether all of the last request was sent, all of its response was read, and nothing came behind it."""
        last = self._last
        return not self._unsent and (last is None or last.whole) and not (self.sock and has_undelivered(self.sock))

    def connect(self) -> None:
        self.connecting = True
        try:
            super().connect()
        finally:
            self.plug, spare = self.sock, self.plug
            if spare is not None:
                spare.close()
        self.connecting = False
        self._be_patient()

    def _new_conn(self) -> Any:
        above: Any = super()
        plug = above._new_conn()
        if self.watch is not None:
            # TLS takes the descriptor away from the socket, and is seen by nobody before its handshake is over.
            with contextlib.suppress(OSError, AttributeError):
                self.plug = plug.dup()
            self.watch.check()
        return plug

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            self._be_patient()
        self._unsent, self._last, self.skipped, self.sent = True, None, 0, 0
        super().request(*args, **kwargs)
        self._unsent = False

    def getresponse(self) -> Any:
        """Return the response.

        Raises:
            HTTPException: It says that all is well, but not all of the body was sent.
        """
        response: Any = super().getresponse()
        if self._unsent and response.status < 300:
            response.close()
            raise http.client.HTTPException(f"status {response.status} came before all of the body was sent")
        return response

    def _send_output(self, message_body: Any = None, encode_chunked: bool = False) -> None:
        above: Any = super()
        if not self.joined or message_body is not None:
            above._send_output(message_body, encode_chunked)
            return
        lines: list[bytes] = self.__dict__["_buffer"]
        self._head = b"\r\n".join([*lines, b"", b""])
        lines.clear()

    def send(self, data: Any) -> None:
        """Send bytes, behind the head if that waits for them."""
        if self._head and isinstance(data, bytes):
            data, self._head = self._head + data, b""
        super().send(data)

    def close(self) -> None:
        """Close the connection, and forget what was to be sent on it."""
        self._head = b""
        self._last = None
        super().close()

    def _be_patient(self) -> None:
        # urllib3 sends with the time limit for connecting, which holds for all of what is sent at once.
        if self.patience is not ... and self.sock is not None:
            self.timeout = self.patience
            self.sock.settimeout(self.patience)


class _Connection(_Tracked, WatchfulConnection):
    pass


class _SecureConnection(_Tracked, HTTPSConnection):  # type: ignore[misc]
    pass


class Current(threading.local):
    """What each thread's last request was sent on."""

    connection: Any = None
    watch: Watch | None = None


class _Stack(queue.Queue[Any]):
    """The idle connections of a pool.

    The lock of `queue.LifoQueue` stays taken for ever where an interrupt strikes between two of its steps. This one has none,
    since a pool of ours never waits for a connection: it makes one. A queue by its class, as tools tell it by that.
    """

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self._items: deque[Any] = deque()
        self._size = maxsize

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        if len(self._items) >= self._size:
            raise queue.Full
        self._items.append(item)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        try:
            return self._items.pop()
        except IndexError:
            raise queue.Empty from None

    def qsize(self) -> int:
        return len(self._items)


class _Chosen:
    """The class of the connections that a pool makes: ours, unless a tool such as vcrpy has put another into urllib3."""

    def __init__(self, ours: Any, pool: Any) -> None:
        self._ours = ours
        self._pool = pool
        self._theirs = original(pool.ConnectionCls)

    def __get__(self, pool: object, owner: object = None) -> Any:
        now = self._pool.ConnectionCls
        return self._ours if now is self._theirs else now


class _Pool(HTTPConnectionPool):
    ConnectionCls: Any = _Chosen(_Connection, HTTPConnectionPool)
    QueueCls: Any = _Stack
    current: Current

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        if not isinstance(connection, self.ConnectionCls):  # of a tool that is there no more
            connection.close()
            connection = self._new_conn()
        self.current.connection = connection
        if not isinstance(connection, _Tracked):
            return connection
        if connection.sock is not None and monotonic() - connection.idle_since > IDLE_SECONDS:
            connection.close()  # it connects again when it is used
        if connection.sock is None:
            connection.connecting, connection.plug = True, None
        watch = self.current.watch
        if watch is not None:
            try:
                watch.hold(connection)
            except TimeoutError:
                connection.close()
                raise
        return connection

    def _put_conn(self, conn: Any) -> None:
        if isinstance(conn, _Tracked):
            conn.idle_since = monotonic()
            watch: Watch | None = getattr(conn, "watch", None)
            conn.watch = None
            if watch is not None and not watch.finish():
                conn.close()  # it was cut, perhaps after all of the response had come
            if not conn.settled:
                conn.close()  # what is still to come on it is no response to the next request
        super()._put_conn(conn)

    def _make_request(self, conn: Any, *args: Any, **kwargs: Any) -> Any:
        limits = kwargs.get("timeout")
        body = kwargs.get("body")
        conn.joined = isinstance(body, bytes) and 0 < len(body) < SMALL
        conn.patience = getattr(limits, "read_timeout", ...)
        return super()._make_request(conn, *args, **kwargs)


class _SecurePool(_Pool, HTTPSConnectionPool):
    ConnectionCls: Any = _Chosen(_SecureConnection, HTTPSConnectionPool)


def _through_socks() -> JSONObject:
    """Return our kinds of connections as they are made through a SOCKS proxy, which takes PySocks."""
    from urllib3.contrib import socks

    plain, secure = socks.SOCKSHTTPConnectionPool, socks.SOCKSHTTPSConnectionPool
    return {
        "http": _Chosen(type("_SocksConnection", (_Tracked, WatchfulConnection, socks.SOCKSConnection), {}), plain),
        "https": _Chosen(type("_SecureSocksConnection", (_Tracked, socks.SOCKSHTTPSConnection), {}), secure),
    }


class Answer(Response):
    """A response of requests whose body is still on the wire.

    What the transport does not need, such as cookies and the encoding, is made when a tool looks at it.
    """

    def __init__(self, request: Any, raw: Any) -> None:
        self.request = request
        self.raw = raw
        self.status_code = raw.status
        self.url = request.url
        self._content: Any = False
        self._content_consumed = False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "raw" not in self.__dict__:
            raise AttributeError(name)
        full = HTTPAdapter().build_response(self.request, self.raw)
        for attribute, value in vars(full).items():
            self.__dict__.setdefault(attribute, value)
        if name not in self.__dict__:
            raise AttributeError(name)
        return self.__dict__[name]

    def close(self) -> None:
        """Give the connection back; what was not read is not read any more."""
        self.raw.close()
        release = getattr(self.raw, "release_conn", None)
        if release is not None:
            release()


class Adapter(HTTPAdapter):
    """The adapter of requests with such connections; `current` tells each thread of its own."""

    def __init__(self, pool_size: int) -> None:
        self.current = Current()
        # Classes of their own, since a pool is made by its class and has to find `current`.
        self._pools = {
            "http": type("Pool", (_Pool,), {"current": self.current}),
            "https": type("SecurePool", (_SecurePool,), {"current": self.current}),
        }
        self._socks_pools: JSONObject | None = None
        self._found: dict[tuple[Any, ...], Any] = {}
        super().__init__(pool_connections=10, pool_maxsize=pool_size)
        for name in ("urllib3.connectionpool", "urllib3.connection"):
            logging.getLogger(name).addFilter(without_secrets)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have connections made by our classes."""
        super().init_poolmanager(*args, **kwargs)
        manager: Any = self.poolmanager
        manager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Have connections through a proxy made by our classes."""
        manager: Any = super().proxy_manager_for(proxy, **kwargs)
        pools = self._pools
        if proxy.lower().startswith("socks"):
            if self._socks_pools is None:
                kinds = _through_socks()
                self._socks_pools = {name: type("SocksPool", (pools[name],), {"ConnectionCls": kinds[name]}) for name in pools}
            pools = self._socks_pools
        manager.pool_classes_by_scheme = pools
        return manager

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        """Return the pool of a host, which is made alike for the same certificates; looking it up anew takes a while."""
        scheme, _, rest = request.url.partition("://")
        key = (scheme, rest.partition("/")[0].partition("?")[0], verify, cert)
        pool = self._found.get(key)
        if pool is None or pool.pool is None:  # closed, to make room for other hosts
            pool = self._found[key] = super().get_connection_with_tls_context(request, verify, proxies, cert)
        return pool

    def build_response(self, req: Any, resp: Any) -> Any:
        """Wrap a response; that of requests would read cookies and encodings, which nobody here asks for."""
        answer = Answer(req, resp)
        if on_the_wire(answer):
            resp.enforce_content_length = True  # what was cut off is not the whole
        return answer

    def never_sent(self) -> bool:
        """Tell whether this thread's last request failed before there was a connection."""
        connection = self.current.connection
        return connection is None or getattr(connection, "connecting", False)


def without_secrets(record: logging.LogRecord) -> bool:
    """Mask what urllib3 logs: at level DEBUG every path with its query, and headers that it cannot read."""
    if record.exc_info and "parse headers" in str(record.msg):
        record.msg, record.args, record.exc_info = "Failed to parse the headers of a response", (), None
    if isinstance(record.args, tuple):
        record.args = tuple(redact.url(arg) if isinstance(arg, str) and "?" in arg else arg for arg in record.args)
    return True
