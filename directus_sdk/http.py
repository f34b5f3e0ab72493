"""The transport over requests: the only code that knows it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

import attrs

from directus_sdk import hosts, redact, urls
from directus_sdk.clock import monotonic
from directus_sdk.deadlines import Watch
from directus_sdk.errors import ConfigurationError, ConnectionFailed, Timeout, TLSError, TransportError, because
from directus_sdk.query import free_params, whole_number
from directus_sdk.tracebacks import without_locals
from directus_sdk.transport import Headers, Request, Response, Transport, check_timeout
from directus_sdk.version import __version__

if TYPE_CHECKING:
    from directus_sdk.pools import Adapter, Answer

USER_AGENT = f"directus-python-sdk/{__version__} python/{'.'.join(map(str, sys.version_info[:3]))}"

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 10


@attrs.frozen
class _Origin:
    """What the environment says about one host: worked out once, since it takes longer than a call."""

    proxies: Mapping[str, str]
    verify: bool | str


@without_locals
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
            ``socks5://`` takes ``pip install 'requests[socks]'``.
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
        self.timeout = check_timeout(timeout)
        self.verify: bool | str = verify if isinstance(verify, bool) else _existing(verify, "verify")
        self.cert = tuple(_existing(part, "cert") for part in cert) if isinstance(cert, tuple) else _existing(cert, "cert")
        self.pool_size = whole_number("pool_size", pool_size)
        self._proxies = hosts.proxies(proxies or {})
        self._headers = redact.SafeDict(
            {"User-Agent": USER_AGENT, "Accept": "application/json, */*;q=0.5", "Accept-Encoding": "gzip, deflate"}
        )
        _replace(self._headers, headers or {})
        check_headers(self._headers)
        self._names = {name.lower(): name for name in self._headers}
        self._params = redact.SafePairs(free_params(params))
        self._own_secrets = tuple(map(redact.Secret, redact.secrets(self._headers, self._params, None)))
        # One for each process. What a child inherited is kept: closing it would take locks that may have been held at the fork.
        self._adapters: dict[int, Adapter] = {}
        self._origins: dict[tuple[str, str], _Origin] = {}

    def send(self, request: Request) -> Response:
        """Send one request, and follow the redirects of a GET or HEAD on the same host.

        Raises:
            ConnectionFailed: No connection, or it broke.
            Timeout: The server was too slow.
            TLSError: The certificate is not trusted.
        """
        address = urls.with_query(request.url, self._params + request.params if self._params else request.params)
        response = self._send_once(request, address)
        if response.status not in REDIRECTS or not request.follow_redirects or request.method not in ("GET", "HEAD"):
            return response
        for _ in range(_MAX_REDIRECTS):
            target = same_host(address, response.headers.get("Location"))
            if target is None:
                break
            response.close()
            address = target
            response = self._send_once(request, address)
            if response.status not in REDIRECTS:
                break
        return response

    def _send_once(self, request: Request, address: str) -> Response:
        # requests is most of the time that importing the package would take; the first call pays for it.
        import requests
        from urllib3.exceptions import HTTPError

        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = address
        check_headers(request.headers)
        headers: Any = redact.SafeDict(self._headers)
        if request.stream:
            headers["Accept-Encoding"] = "identity"  # a download's length and ranges count the bytes of the file
        _merge(headers, dict(self._names), request.headers)
        prepared.headers = headers
        body: Any = request.body() if callable(request.body) else request.body
        prepared.body = body
        prepared.hooks = {"response": []}
        _set_length(headers, request.method, body)
        timeout = self.timeout if request.timeout is ... else request.timeout
        origin = self._origin(address)
        adapter = self._connections()
        current = adapter.current
        watch = None if request.deadline is None else Watch(request.deadline - monotonic())
        current.connection, current.watch = None, watch
        failure: Exception
        try:
            with watch or nullcontext():
                # The adapter gives what its build_response makes.
                answer: Any = adapter.send(
                    prepared, stream=True, timeout=timeout, verify=origin.verify, cert=self.cert, proxies=origin.proxies
                )
                # raw.read keeps the pool's own rules; answer.content would decode in blocks of 10 kB.
                content = None if request.stream else _read(answer)
            if watch is not None and watch.cut and (content is None or not _has_end(answer)):
                answer.close()
                raise TimeoutError("cut off")
        except (requests.RequestException, HTTPError, OSError) as error:
            cut = watch is not None and watch.cut
            failure = _translated(TimeoutError() if cut else error, request, sent=not adapter.never_sent())
        else:
            response = (
                _streamed(answer, request)
                if content is None
                else Response(answer.status_code, Headers(_items(answer)), content, address)
            )
            if self._own_secrets:
                response.own_secrets = self._own_secrets
            return response
        # Raised here, it carries neither the error of requests nor its frames, which hold the token.
        raise failure from failure.__cause__

    def _connections(self) -> Adapter:
        here = os.getpid()
        adapter = self._adapters.get(here)
        if adapter is None:
            from directus_sdk.pools import Adapter

            # Without a lock, which an interrupt could leave taken: setdefault lets one of two threads win.
            adapter = self._adapters.setdefault(here, Adapter(self.pool_size))
        return adapter

    def _origin(self, address: str) -> _Origin:
        scheme, _, rest = address.partition("://")
        key = (scheme, rest.partition("/")[0].partition("?")[0])
        origin = self._origins.get(key)
        if origin is None:
            from requests import utils

            proxies = hosts.proxies({**utils.get_environ_proxies(address, no_proxy=hosts.no_proxy()), **self._proxies})
            verify = self.verify
            if verify is True:
                for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
                    if os.environ.get(name):
                        verify = _existing(os.environ[name], f"the variable {name}") or True
                        break
            origin = self._origins[key] = _Origin(proxies, verify)
        return origin

    def route(self, address: str) -> tuple[str | None, bool | str, Mapping[str, str]]:
        """Return what a WebSocket needs to reach an address: its proxy, what certificates are checked with, the headers."""
        from requests import utils

        origin = self._origin(address)
        verify = utils.DEFAULT_CA_BUNDLE_PATH if origin.verify is True else origin.verify
        return utils.select_proxy(address, dict(origin.proxies)), verify, dict(self._headers)

    def close(self) -> None:
        """Close the connections that are kept open; a later call opens new ones."""
        adapter = self._adapters.pop(os.getpid(), None)
        if adapter is not None:
            adapter.close()

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        for name in ("_adapters", "_origins", "_own_secrets"):
            del state[name]
        # A pickle holds no secrets: headers and parameters that are one are left out, and the passwords of proxies.
        state["_headers"] = redact.SafeDict(
            {name: value for name, value in self._headers.items() if not redact.secret_header(name)}
        )
        state["_params"] = redact.SafePairs(pair for pair in self._params if not redact.is_secret(pair[0]))
        state["_proxies"] = redact.SafeDict({name: redact.url(address) for name, address in self._proxies.items()})
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _adapters={}, _origins={}, _own_secrets=())

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
    try:
        target = urljoin(address, location)
        old, new = urlsplit(address), urlsplit(target)
        if not new.netloc.isascii():
            new = new._replace(netloc=hosts.with_ascii_host(_as_utf8(new.netloc)))
        if old.hostname != new.hostname or new.username or new.password:
            return None
        schemes, ports = (old.scheme, new.scheme), (urls.port_of(old), urls.port_of(new))
    except ValueError:
        return None
    if (schemes[0] == schemes[1] and ports[0] == ports[1]) or (schemes == ("http", "https") and ports == (80, 443)):
        return quote(new.geturl(), safe="!#$%&'()*+,/:;=?@[]~")
    return None


def _as_utf8(text: str) -> str:
    # The bytes of a header are read as Latin-1, and those of a host name are UTF-8.
    with suppress(UnicodeError):
        return text.encode("latin-1").decode("utf-8")
    return text


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse headers that would break out of their line, or that HTTP cannot carry; the error shows no value."""
    texts: Mapping[Any, Any] = headers
    for name, value in texts.items():
        if not isinstance(value, str) or not isinstance(name, str):
            raise TypeError(f"the header {name} must be a text, not {type(value).__name__}")
        # Every char that could do harm is no printable one.
        if not value.isprintable() or not name.isascii() or not name.isprintable() or value != value.strip():
            raise ValueError(f"the header {name!r} must not hold line breaks or begin or end with white space")
        if not name or " " in name or ":" in name:
            raise ValueError(f"{name!r} cannot be the name of a header")
        if not value.isascii() and max(value) > "\xff":
            raise ValueError(f"the header {name!r} holds a character that HTTP cannot carry; encode it, or send it in the body")


def _replace(headers: dict[str, str], given: Mapping[str, str]) -> None:
    for name in {str(name).lower() for name in given}:
        for held in [held for held in headers if held.lower() == name]:
            del headers[held]
    headers.update(given)


def _merge(headers: dict[str, str], names: dict[str, str], given: Mapping[str, str]) -> None:
    """Put headers over others, whatever the case of their names; a dict that ignores case costs four times as much."""
    for name, value in given.items():
        key = name.lower()
        spelt = "Content-Length" if key == "content-length" else name  # the adapter asks for it in this spelling
        held = names.get(key)
        if held is not None and held != spelt:
            headers.pop(held, None)
        names[key] = spelt
        headers[spelt] = value


def _existing(given: Any, what: str) -> Any:
    if given is None and what == "cert":
        return None
    try:
        path = os.fspath(given)
    except TypeError:
        raise ConfigurationError(f"{what} must be a path, not {type(given).__name__}") from None
    if not path or not Path(path).exists():
        raise ConfigurationError(f"{what} names a file that is not there: {path!r}")
    return path


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


def _items(answer: Answer) -> Iterator[tuple[str, str]]:
    raw: Any = answer.raw
    return iter(raw.headers.items())


def _read(answer: Answer) -> bytes:
    raw: Any = answer.raw
    try:
        content: bytes = raw.read(decode_content=True)
    except BaseException:
        answer.close()
        raise
    raw.release_conn()
    if not content:
        _check_head(answer)
    return content


def _has_end(answer: Answer) -> bool:
    """Tell whether an answer says where it ends; one without a length ends where it is cut."""
    raw: Any = answer.raw
    return raw.length_remaining is not None or bool(raw.chunked)


def _check_head(answer: Answer) -> None:
    """Refuse an answer that ended within its head, which http.client takes for an empty one."""
    raw: Any = answer.raw
    none = answer.request.method == "HEAD" or answer.status_code in (204, 304)
    told = raw.length_remaining is not None or raw.chunked or "close" in raw.headers.get("Connection", "").lower()
    if not none and not told and raw.version >= 11:
        raise ConnectionResetError("the answer ended within its head")


def _streamed(answer: Answer, request: Request) -> Response:
    raw: Any = answer.raw

    def blocks(size: int) -> Iterator[bytes]:
        from urllib3.exceptions import HTTPError

        empty = True
        try:
            for block in _as_it_comes(raw, size):
                empty = False
                yield block
            if empty:
                _check_head(answer)
            return
        except (HTTPError, OSError) as error:
            failure = _translated(error, request, sent=True)
        raise failure from failure.__cause__

    return Response(answer.status_code, Headers(_items(answer)), blocks, answer.url, close=answer.close)


def _as_it_comes(raw: Any, size: int) -> Iterator[bytes]:
    """Yield what has arrived, at most `size` bytes at once; waiting for whole blocks would let the server wait too."""
    # Older versions of urllib3 have no read1.
    if raw.chunked or raw.headers.get("Content-Encoding") or not hasattr(raw, "read1"):
        yield from raw.stream(size, decode_content=True)
        return
    while block := raw.read1(size, decode_content=False):
        yield block


def _translated(error: Exception, request: Request, *, sent: bool) -> TransportError:
    """Turn an error of requests, urllib3 or the system into ours.

    Theirs hold the request with its token, and addresses with their queries, so only the innermost one is kept.
    """
    import ssl

    root = _root(error)
    trace = request.trace()
    where = trace.where
    words = redact.text(str(root) or type(root).__name__)[:300]
    failure: TransportError
    if isinstance(root, ssl.SSLError) and (not sent or isinstance(root, ssl.SSLCertVerificationError)):
        failure = TLSError(
            f"{where}: no trusted connection ({words}); "
            "for a certificate of your own pass transport=RequestsTransport(verify='/path/to/ca.pem')",
            sent=False,
            request=trace,
        )
    elif isinstance(root, TimeoutError) or "Timeout" in type(error).__name__:
        what = "the server did not answer in time, and may have done it" if sent else "no connection within the time limit"
        failure = Timeout(f"{where}: {what}", sent=sent, request=trace)
    else:
        what = "the connection broke before the answer was complete" if sent else "no connection"
        failure = ConnectionFailed(f"{where}: {what} ({words})", sent=sent, request=trace)
    return because(failure, root)


def _root(error: BaseException) -> BaseException:
    """Return the error at the bottom of those that wrap each other."""
    seen: list[BaseException] = []
    while error not in seen:
        seen.append(error)
        # Not __context__: that may be an error of the caller, who calls us while he handles it.
        inside = [getattr(error, "reason", None), *reversed(error.args), error.__cause__]
        error = next((part for part in inside if isinstance(part, BaseException) and part not in seen), error)
    return error
