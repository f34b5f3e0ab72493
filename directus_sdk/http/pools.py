"""Pools of connections: which idle connection a request gets, and which connection is kept for the next one.

Private names of `urllib3.connectionpool.HTTPConnectionPool`: `_get_conn`, `_put_conn` and `_make_request` are overridden,
`ConnectionCls` and `QueueCls` are set. urllib3 is pinned below 3 for this reason.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from typing import Any

from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from directus_sdk.http.connections import (
    PlainConnection,
    SecureConnection,
    TrackedConnection,
    WatchfulConnection,
    original,
)
from directus_sdk.http.deadlines import Watch
from directus_sdk.local.clock import monotonic

#: Node.js closes a connection that was idle for 5 seconds. A POST that is sent at that very moment gets no response, and it
#: stays unknown whether it was processed; so a connection that was idle for longer than this is not used again.
IDLE_SECONDS = 4.0

#: Bodies below this size, in bytes, are sent together with their headers.
SMALL = 64 * 1024


class Current(threading.local):
    """The connection and the deadline of each thread's last request."""

    connection: object = None
    watch: Watch | None = None


class _Stack(queue.LifoQueue[object]):
    """The idle connections of a pool.

    An interrupt between two steps of `queue.LifoQueue` leaves its lock taken for ever. This one has no lock, since our pools
    never wait for a connection: they open one. It is derived from a queue because tools check its class.
    """

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self._items: deque[object] = deque()
        self._size = maxsize

    def put(self, item: object, block: bool = True, timeout: float | None = None) -> None:
        if len(self._items) >= self._size:
            raise queue.Full
        self._items.append(item)

    def get(self, block: bool = True, timeout: float | None = None) -> object:
        try:
            return self._items.pop()
        except IndexError:
            raise queue.Empty from None

    def qsize(self) -> int:
        return len(self._items)


class _Chosen:
    """The class of the connections that a pool makes: ours, unless a tool such as vcrpy has put another into urllib3."""

    def __init__(self, ours: type, pool: Any) -> None:
        self._ours = ours
        self._pool = pool
        self._theirs = original(pool.ConnectionCls)

    def __get__(self, pool: object, owner: object = None) -> type:
        now: type = self._pool.ConnectionCls
        return self._ours if now is self._theirs else now


class Pool(HTTPConnectionPool):
    """The connections to one server."""

    ConnectionCls: Any = _Chosen(PlainConnection, HTTPConnectionPool)
    QueueCls: Any = _Stack
    current: Current

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)
        if not isinstance(connection, self.ConnectionCls):  # of a tool that was removed meanwhile
            connection.close()
            connection = self._new_conn()
        self.current.connection = connection
        if not isinstance(connection, TrackedConnection):
            return connection
        if connection.sock is not None and monotonic() - connection.idle_since > IDLE_SECONDS:
            connection.close()  # it connects again when it is used
        if connection.sock is None:
            connection.connecting, connection.open_socket = True, None
        watch = self.current.watch
        if watch is not None:
            try:
                watch.hold(connection)
            except TimeoutError:
                connection.close()
                raise
        return connection

    def _put_conn(self, conn: Any) -> None:
        if isinstance(conn, TrackedConnection):
            conn.idle_since = monotonic()
            watch, conn.watch = conn.watch, None
            if watch is not None and not watch.finish():
                conn.close()  # it was cut, perhaps after the end of the response
            if not conn.settled:
                conn.close()  # the rest of it is not the response to the next request
        super()._put_conn(conn)

    def _make_request(self, conn: Any, *args: Any, **kwargs: Any) -> Any:
        body = kwargs.get("body")
        conn.joined = isinstance(body, bytes) and 0 < len(body) < SMALL
        conn.read_timeout = getattr(kwargs.get("timeout"), "read_timeout", ...)
        return super()._make_request(conn, *args, **kwargs)


class SecurePool(Pool, HTTPSConnectionPool):
    """The connections to one server, with TLS."""

    ConnectionCls: Any = _Chosen(SecureConnection, HTTPSConnectionPool)


def through_socks(pools: dict[str, type]) -> dict[str, type]:
    """Return such pools for connections through a SOCKS proxy, which needs PySocks."""
    from urllib3.contrib import socks

    plain = type("_SocksConnection", (TrackedConnection, WatchfulConnection, socks.SOCKSConnection), {})
    secure = type("_SecureSocksConnection", (TrackedConnection, socks.SOCKSHTTPSConnection), {})
    chosen = {
        "http": _Chosen(plain, socks.SOCKSHTTPConnectionPool),
        "https": _Chosen(secure, socks.SOCKSHTTPSConnectionPool),
    }
    return {name: type("SocksPool", (pool,), {"ConnectionCls": chosen[name]}) for name, pool in pools.items()}
