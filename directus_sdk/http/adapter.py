"""The adapter of requests over our pools: it makes no session, no cookies, and looks a pool up once for each host."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from directus_sdk.http.pools import Current, Pool, SecurePool, through_socks
from directus_sdk.http.response_body import on_the_wire
from directus_sdk.redaction import redact

if TYPE_CHECKING:
    from urllib3 import HTTPResponse
    from urllib3.connectionpool import ConnectionPool


class LazyResponse(Response):
    """A response of requests whose body is still on the wire.

    What the transport does not need, such as cookies and the encoding, is made when a tool looks at it.
    """

    _content: Any

    def __init__(self, request: PreparedRequest, raw: HTTPResponse) -> None:
        self.request = request
        self.raw = raw
        self.status_code = raw.status
        self.url = request.url or ""
        self._content = False
        self._content_consumed = False

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") or "raw" not in self.__dict__:
            raise AttributeError(name)
        full = HTTPAdapter().build_response(self.request, self.raw)
        for attribute, value in vars(full).items():
            self.__dict__.setdefault(attribute, value)
        if name not in self.__dict__:
            raise AttributeError(name)
        return self.__dict__[name]

    def close(self) -> None:
        """Give the connection back; the rest of the body is not read."""
        self.raw.close()
        release = getattr(self.raw, "release_conn", None)
        if release is not None:
            release()


class Adapter(HTTPAdapter):
    """Sends prepared requests through our pools.

    Attributes:
        current: The connection and the deadline of each thread's last request.
    """

    def __init__(self, pool_size: int) -> None:
        self.current = Current()
        # Classes of their own, since urllib3 makes a pool by its class, and the pool has to find `current`.
        self._pools = {
            "http": type("Pool", (Pool,), {"current": self.current}),
            "https": type("SecurePool", (SecurePool,), {"current": self.current}),
        }
        self._socks_pools: dict[str, type] | None = None
        self._pool_of: dict[tuple[object, ...], ConnectionPool] = {}
        super().__init__(pool_connections=10, pool_maxsize=pool_size)
        for name in ("urllib3.connectionpool", "urllib3.connection"):
            logging.getLogger(name).addFilter(without_secrets)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have connections made by our classes."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Have connections through a proxy made by our classes."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        pools = self._pools
        if proxy.lower().startswith("socks"):
            if self._socks_pools is None:
                self._socks_pools = through_socks(pools)
            pools = self._socks_pools
        manager.pool_classes_by_scheme = pools
        return manager

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: bool | str | None, proxies: Any = None, cert: Any = None
    ) -> ConnectionPool:
        """Return the pool of a host, which is the same for the same certificates; requests takes a while to look it up."""
        scheme, _, rest = (request.url or "").partition("://")
        key = (scheme, rest.partition("/")[0].partition("?")[0], verify, cert)
        pool = self._pool_of.get(key)
        if pool is None or getattr(pool, "pool", None) is None:  # closed, to make room for other hosts
            pool = self._pool_of[key] = super().get_connection_with_tls_context(request, verify, proxies, cert)
        return pool

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Wrap a response without reading cookies and encodings, as requests does."""
        response = LazyResponse(req, resp)
        if on_the_wire(response):
            resp.enforce_content_length = True  # a body that was cut off is an error
        return response

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
