"""One exchange with a server through requests: the request is prepared and sent, its response read, its errors translated.

requests is used without a session: `Adapter` gives the prepared request to our pools, makes no cookies, and looks up the
pool of a host once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from directus_sdk.errors import DirectusError
from directus_sdk.http import hooks, response_body
from directus_sdk.http.deadlines import Watch
from directus_sdk.http.network_errors import is_before_sending, is_of_the_network, too_large, translated
from directus_sdk.http.pools import Current, Pool, SecurePool, through_socks
from directus_sdk.local.clock import monotonic
from directus_sdk.redaction import redact
from directus_sdk.wire.messages import Headers, Request, Response, Timeout

if TYPE_CHECKING:
    from urllib3 import HTTPResponse
    from urllib3.connectionpool import ConnectionPool

#: Sends a prepared request by an adapter.
Send = Callable[..., requests.Response]

#: The maximum size of a response that refuses or redirects, in bytes.
_MAX_ERROR = 4 * 1024 * 1024


class LazyResponse(requests.Response):
    """A response of requests whose body is still on the wire.

    What the transport does not need, such as cookies and the encoding, is made when a tool looks at it.
    """

    _content: Any

    def __init__(self, request: requests.PreparedRequest, raw: HTTPResponse) -> None:
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


class Pools:
    """The classes of the pools of one transport.

    Attributes:
        current: The connection and the deadline of each thread's last request.
        direct: The classes by scheme.
    """

    def __init__(self) -> None:
        self.current = Current()
        # Classes of their own, since urllib3 makes a pool by its class, and the pool has to find `current`.
        self.direct: dict[str, type] = {
            "http": type("Pool", (Pool,), {"current": self.current}),
            "https": type("SecurePool", (SecurePool,), {"current": self.current}),
        }
        self._socks: dict[str, type] | None = None

    def through(self, proxy: str) -> dict[str, type]:
        """Return the classes for connections through a proxy."""
        if not proxy.lower().startswith("socks"):
            return self.direct
        if self._socks is None:
            self._socks = through_socks(self.direct)
        return self._socks


class PooledAdapter(HTTPAdapter):
    """An adapter whose connections are made by our classes, and which never retries."""

    # Outside of the dict of attributes, which `adopted` shares with an adapter of the user.
    __slots__ = ("max_retries", "poolmanager", "pools", "proxy_manager")

    pools: Pools

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have connections made by our classes."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools.direct

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Have connections through a proxy made by our classes."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self.pools.through(proxy)
        return manager

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Have a body that was cut off reported as an error."""
        return complete(super().build_response(req, resp))


def complete(response: requests.Response) -> requests.Response:
    """Have a body that was cut off reported as an error, in every version of urllib3."""
    if response_body.on_the_wire(response):
        response.raw.enforce_content_length = True
    return response


class Adapter(PooledAdapter):
    """Sends prepared requests through our pools."""

    def __init__(self, pool_size: int) -> None:
        self.pools = Pools()
        self.current = self.pools.current
        self._pool_of: dict[tuple[object, ...], ConnectionPool] = {}
        super().__init__(pool_connections=10, pool_maxsize=pool_size)
        for name in ("urllib3.connectionpool", "urllib3.connection"):
            logging.getLogger(name).addFilter(without_secrets)

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: bool | str | None, proxies: Any = None, cert: Any = None
    ) -> ConnectionPool:
        """Return the pool of a host, which is the same for the same certificates; requests takes a while to look it up."""
        scheme, _, rest = (request.url or "").partition("://")
        key = (scheme, rest.partition("/")[0].partition("?")[0], verify, cert)
        pool = self._pool_of.get(key)
        if pool is None or getattr(pool, "pool", None) is None:  # closed, to make room for other hosts
            pool = self._pool_of[key] = super().get_connection_with_tls_context(request, verify, proxies, cert)
        return pool

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Wrap a response without reading cookies and encodings, as requests does."""
        return complete(LazyResponse(req, resp))

    def exchange(
        self,
        request: Request,
        url: str,
        headers: dict[str, str],
        *,
        timeout: Timeout,
        verify: bool | str,
        cert: str | tuple[str, str] | None,
        proxies: Mapping[str, str],
        max_size: int | None,
        secrets: Sequence[redact.Secret],
        send: Send = hooks.send,
    ) -> Response | DirectusError:
        """Send one request and read its response.

        Args:
            request: The request.
            url: Its URL, with the query.
            headers: All headers.
            timeout: The timeout where the request has none of its own.
            verify: As of `RequestsTransport`.
            cert: As of `RequestsTransport`.
            proxies: As of `RequestsTransport`.
            max_size: The maximum size of a response that is read into memory, in bytes.
            secrets: Secrets in headers and parameters of the transport.
            send: Passes the prepared request to this adapter, or to another one with our pools.

        Returns:
            The response, or the error to raise: raised by the caller, it carries neither the error of requests nor its
            frames, which hold the token.
        """
        prepared: Any = requests.PreparedRequest()
        body = request.body() if callable(request.body) else request.body
        prepared.method, prepared.url, prepared.headers, prepared.body = request.method, url, headers, body
        prepared.hooks = {"response": []}
        _set_length(headers, request.method, body)
        watch = None if request.deadline is None else Watch(request.deadline - monotonic())
        self.current.connection, self.current.watch = None, watch
        try:
            with watch or nullcontext():
                received = send(
                    self, prepared, stream=True, timeout=timeout if request.timeout is ... else request.timeout,
                    verify=verify, cert=cert, proxies=proxies,
                )  # fmt: skip
                status = received.status_code
                if status < 200:
                    received.close()
                    raise ConnectionError(f"the server responded with status {status}, which is not final")
                streamed = request.stream and status < 300
                limit = max_size if status < 300 else _MAX_ERROR if max_size is None else min(_MAX_ERROR, max_size)
                content = None if streamed else response_body.read(received, limit)
            if watch is not None and watch.cut and (streamed or not response_body.has_end(received)):
                received.close()
                raise TimeoutError("cut off")
        except response_body.TooLarge as error:
            return too_large(error, request)
        except Exception as error:
            if not is_of_the_network(error):
                raise
            cut = watch is not None and watch.cut
            sent = not self._never_sent(error)
            return translated(TimeoutError() if cut else error, request, secrets, sent=sent)
        if content is None:
            return _streamed(received, request, secrets)
        return Response(status, Headers(hooks.headers_of(received)), content, url)

    def _never_sent(self, error: Exception) -> bool:
        """Tell whether this thread's last request failed before there was a connection."""
        connection = self.current.connection
        if isinstance(connection, BaseAdapter):  # an adapter of the user, which does not use our pools
            return is_before_sending(error)
        return connection is None or getattr(connection, "connecting", False)


def _set_length(headers: dict[str, str], method: str, body: object) -> None:
    if isinstance(body, bytes):
        headers["Content-Length"] = str(len(body))
    elif body is None:
        if method not in ("GET", "HEAD", "OPTIONS", "SEARCH"):
            headers["Content-Length"] = "0"
    else:
        length = getattr(body, "length", None)
        if length is not None:
            headers["Content-Length"] = str(length)


def _streamed(received: requests.Response, request: Request, secrets: Sequence[redact.Secret]) -> Response:
    def blocks(size: int) -> Iterator[bytes]:
        try:
            yield from response_body.blocks(received, size)
            return
        except Exception as error:
            if not is_of_the_network(error):
                raise
            failure = translated(error, request, secrets, sent=True)
        raise failure from failure.__cause__

    headers = Headers(hooks.headers_of(received))
    return Response(received.status_code, headers, blocks, received.url, close=received.close)


def without_secrets(record: logging.LogRecord) -> bool:
    """Mask what urllib3 logs: at level DEBUG every path with its query, and headers that it cannot read."""
    if record.exc_info and "parse headers" in str(record.msg):
        record.msg, record.args, record.exc_info = "Failed to parse the headers of a response", (), None
    if isinstance(record.args, tuple):
        record.args = tuple(redact.url(arg) if isinstance(arg, str) and "?" in arg else arg for arg in record.args)
    return True
