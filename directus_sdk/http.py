"""The transport over requests: the only code that knows it."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import attrs

from directus_sdk import redact, urls
from directus_sdk.errors import ConnectionFailed, Timeout, TLSError, TransportError
from directus_sdk.transport import Headers, Request, Response, Transport, check_timeout
from directus_sdk.version import __version__

if TYPE_CHECKING:
    import requests
    from requests.adapters import HTTPAdapter

USER_AGENT = f"directus-python-sdk/{__version__} python/{'.'.join(map(str, sys.version_info[:3]))}"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 10
_BAD_HEADER = re.compile(r"[\r\n\x00]|^\s|\s$")


@attrs.frozen
class _Origin:
    """What the environment says about one host: worked out once, since it takes longer than a call."""

    proxies: Mapping[str, str]
    verify: bool | str


class RequestsTransport(Transport):
    """Sends requests through one pool of connections that all threads share.

    Proxies and CA bundles of the environment are honoured (``HTTPS_PROXY``, ``NO_PROXY``, ``REQUESTS_CA_BUNDLE`` and
    so on, read at the first call to a host); ``~/.netrc`` is not, since it would replace the token.
    After a fork the child makes connections of its own.

    Args:
        timeout: Seconds for connecting and for waiting for data, or a pair: seconds to connect, seconds to wait.
        headers: Headers that go out with every request.
        params: Query parameters that go out with every request.
        verify: Whether certificates are checked, or the path of a CA bundle.
        cert: The path of a client certificate, or a pair: certificate and key.
        proxies: Proxies by scheme, such as ``{"https": "http://proxy:3128"}``; they win over the environment's.
        pool_size: How many connections are kept open to a host; give it the number of your threads.

    Example:
        >>> from directus_sdk import Directus, RequestsTransport
        >>> directus = Directus("https://cms.example.com", transport=RequestsTransport(timeout=(3, 30), pool_size=32))
    """

    def __init__(
        self,
        timeout: Any = (10.0, 60.0),
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        verify: bool | str | os.PathLike[str] = True,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
        pool_size: int = 10,
    ) -> None:
        from directus_sdk.query import free_params

        self.timeout = check_timeout(timeout)
        self.verify: bool | str = verify if isinstance(verify, (bool, str)) else os.fspath(verify)
        self.cert = cert
        self.pool_size = pool_size
        self._proxies = dict(proxies or {})
        self._headers = {"User-Agent": USER_AGENT, "Accept": "application/json, */*;q=0.5", **(headers or {})}
        _check_headers(self._headers)
        self._params = tuple(free_params(params))
        self._lock = threading.Lock()
        self._adapter: HTTPAdapter | None = None
        self._pid = os.getpid()
        self._origins: dict[tuple[str, str], _Origin] = {}

    def send(self, request: Request) -> Response:
        """Send one request, and follow the redirects of a GET or HEAD on the same host.

        Raises:
            ConnectionFailed: No connection, or it broke.
            Timeout: The server was too slow.
            TLSError: The certificate is not trusted.
        """
        address = urls.with_query(request.url, self._params + request.params if self._params else request.params)
        for _ in range(_MAX_REDIRECTS):
            response = self._send_once(request, address)
            if response.status not in _REDIRECTS or not request.follow_redirects or request.method not in ("GET", "HEAD"):
                return response
            target = same_host(address, response.headers.get("Location"))
            if target is None:
                return response
            response.close()
            address = target
        raise ConnectionFailed(f"more than {_MAX_REDIRECTS} redirects, the last to {redact.url(address)}", sent=False)

    def _send_once(self, request: Request, address: str) -> Response:
        # requests is most of the time that importing the package would take; the first call pays for it.
        import requests

        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = address
        prepared.headers = headers = requests.structures.CaseInsensitiveDict(self._headers)
        headers.update(request.headers)
        _check_headers(request.headers)
        body: Any = request.body() if callable(request.body) else request.body
        prepared.body = body
        prepared.hooks = {"response": []}
        _set_length(headers, request.method, body)
        timeout = self.timeout if request.timeout is ... else request.timeout
        adapter = self._connections()
        try:
            origin = self._origin(address)
            answer = adapter.send(
                prepared, stream=True, timeout=timeout, verify=origin.verify, cert=self.cert, proxies=origin.proxies
            )
            if request.stream:
                return _streamed(answer, request)
            # raw.read keeps the pool's own rules; answer.content would decode in blocks of 10 kB.
            content = _read(answer, request)
        except (requests.RequestException, OSError) as error:
            raise _translated(error, request) from error
        return Response(answer.status_code, Headers(_items(answer)), content, address)

    def _connections(self) -> HTTPAdapter:
        if self._adapter is None or self._pid != os.getpid():
            from directus_sdk.connections import WatchfulAdapter

            if self._pid != os.getpid():  # the parent's lock may have been held at the fork
                self._lock = threading.Lock()
            with self._lock:
                if self._adapter is None or self._pid != os.getpid():
                    self._adapter = WatchfulAdapter(pool_connections=10, pool_maxsize=self.pool_size)
                    self._pid = os.getpid()
        return self._adapter

    def _origin(self, address: str) -> _Origin:
        scheme, _, rest = address.partition("://")
        key = (scheme, rest.partition("/")[0].partition("?")[0])
        origin = self._origins.get(key)
        if origin is None:
            from requests import utils

            proxies = {**utils.get_environ_proxies(address, no_proxy=None), **self._proxies}
            bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
            verify = bundle if self.verify is True and bundle else self.verify
            origin = self._origins[key] = _Origin(proxies, verify)
        return origin

    def close(self) -> None:
        """Close the connections that are kept open; a later call opens new ones."""
        with self._lock:
            adapter, self._adapter = self._adapter, None
        if adapter is not None and self._pid == os.getpid():
            adapter.close()

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        for name in ("_lock", "_adapter", "_origins"):
            del state[name]
        state["_headers"] = {name: value for name, value in self._headers.items() if name.lower() not in redact.SECRET_HEADERS}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock(), _adapter=None, _origins={})

    def __deepcopy__(self, memo: object) -> RequestsTransport:
        return self

    def __copy__(self) -> RequestsTransport:
        return self

    def __repr__(self) -> str:
        return f"RequestsTransport(timeout={self.timeout!r}, verify={self.verify!r}, pool_size={self.pool_size!r})"


def same_host(address: str, location: str | None) -> str | None:
    """Return where a redirect leads if that is the same host, else ``None``.

    A step from http to https on the same host is allowed, the way back is not.
    """
    if not location:
        return None
    target = urljoin(address, location)
    old, new = urlsplit(address), urlsplit(target)
    try:
        if old.hostname != new.hostname or new.username or new.password:
            return None
        if (old.scheme, old.port) == (new.scheme, new.port):
            return target
        upgraded = (old.scheme, new.scheme) == ("http", "https") and (old.port or 80, new.port or 443) == (80, 443)
        return target if upgraded else None
    except ValueError:
        return None


def _check_headers(headers: Mapping[str, str]) -> None:
    texts: Mapping[Any, Any] = headers
    for name, value in texts.items():
        if not isinstance(value, str) or not isinstance(name, str):
            raise TypeError(f"the header {name} must be a text, not {type(value).__name__}")
        if _BAD_HEADER.search(value) or _BAD_HEADER.search(name) or not name:
            raise ValueError(f"the header {name!r} must not hold line breaks or begin or end with white space")


def _set_length(headers: Any, method: str, body: object) -> None:
    if isinstance(body, bytes):
        headers["Content-Length"] = str(len(body))
    elif body is None:
        if method not in ("GET", "HEAD", "OPTIONS", "SEARCH"):
            headers["Content-Length"] = "0"
    else:
        length = getattr(body, "length", None)
        if length is not None:
            headers["Content-Length"] = str(length)


def _items(answer: requests.Response) -> Iterator[tuple[str, str]]:
    raw: Any = answer.raw
    return iter(raw.headers.items())


def _read(answer: requests.Response, request: Request) -> bytes:
    raw: Any = answer.raw
    try:
        content: bytes = raw.read(decode_content=True)
    except Exception as error:
        answer.close()
        raise _broken(error, request) from error
    raw.release_conn()
    return content


def _streamed(answer: requests.Response, request: Request) -> Response:
    raw: Any = answer.raw

    def blocks(size: int) -> Iterator[bytes]:
        try:
            yield from raw.stream(size, decode_content=True)
        except Exception as error:
            raise _broken(error, request) from error

    return Response(answer.status_code, Headers(_items(answer)), blocks, answer.url, close=answer.close)


def _broken(error: Exception, request: Request) -> Exception:
    """Turn an error in the middle of an answer into ours."""
    import urllib3

    trace = request.trace()
    where = f"{trace.method} {trace.url}"
    if isinstance(error, (urllib3.exceptions.ReadTimeoutError, TimeoutError)):
        return Timeout(f"{where}: the server stopped in the middle of the answer", request=trace)
    if isinstance(error, (urllib3.exceptions.HTTPError, OSError)):
        return ConnectionFailed(_message(f"{where}: the connection broke before the answer was complete", error), request=trace)
    return error


def _translated(error: Exception, request: Request) -> TransportError:
    """Turn an error of requests into ours; it keeps no request, since that would hold the token."""
    import requests

    if isinstance(error, requests.RequestException):
        error.request = None
    trace = request.trace()
    where = f"{trace.method} {trace.url}"
    if isinstance(error, requests.exceptions.SSLError):
        return TLSError(
            _message(f"{where}: no trusted connection", error)
            + "; for a certificate of your own pass transport=RequestsTransport(verify='/path/to/ca.pem')",
            sent=False,
            request=trace,
        )
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Timeout(f"{where}: no connection within the time limit", sent=False, request=trace)
    if isinstance(error, requests.Timeout):
        return Timeout(f"{where}: no answer within the time limit", request=trace)
    if isinstance(error, requests.exceptions.ProxyError):
        return ConnectionFailed(_message(f"{where}: the proxy does not connect", error), sent=False, request=trace)
    return ConnectionFailed(_message(f"{where}: no answer", error), sent=not _never_connected(error), request=trace)


def _never_connected(error: BaseException) -> bool:
    """Tell whether the connection itself failed, so that the server cannot have seen the request."""
    import urllib3

    seen: set[int] = set()
    parts: list[Any] = [error]
    while parts:
        part = parts.pop()
        if isinstance(part, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.LocationParseError)):
            return True
        if isinstance(part, BaseException) and id(part) not in seen:
            seen.add(id(part))
            parts += [part.__cause__, part.__context__, getattr(part, "reason", None), *part.args]
    return False


def _message(what: str, error: BaseException) -> str:
    return f"{what} ({redact.text(str(error))[:300]})"
