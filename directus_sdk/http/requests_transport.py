"""The transport over requests: the only code that knows it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from directus_sdk.errors import (
    ConfigurationError,
    ConnectionFailed,
    DirectusError,
    ResponseTooLarge,
    Timeout,
    TLSError,
    TransportError,
)
from directus_sdk.errors.transport import because
from directus_sdk.http import hosts
from directus_sdk.http.options import check_timeout
from directus_sdk.http.redirects import redirect_target
from directus_sdk.http.transport import Transport
from directus_sdk.json_types import JSONMapping
from directus_sdk.local import fork
from directus_sdk.local.clock import monotonic
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.version import __version__
from directus_sdk.wire import credential_names, urls
from directus_sdk.wire.messages import Headers, Request, Response, check_headers
from directus_sdk.wire.query import free_params, whole_number

if TYPE_CHECKING:
    from directus_sdk.http.adapter import Adapter

USER_AGENT = f"directus-python-sdk/{__version__} python/{'.'.join(map(str, sys.version_info[:3]))}"

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 10

#: The most bytes of a response that refuses or redirects.
_MAX_ERROR = 4 * 1024 * 1024


@attrs.frozen
class _Origin:
    """What the environment says about one host: worked out once, since it takes longer than a call.

    What is given here as a function holds secrets: a debugger that lists attributes shows a function.
    """

    proxies: Callable[[], Mapping[str, str]]
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
        max_response_size: The most bytes of a response that is read into memory, after it was decompressed; ``None`` reads
            any. A response that refuses may have 4 MiB. Streams and downloads have no such limit.

    Example:
        >>> from directus_sdk import Directus, RequestsTransport
        >>> directus = Directus("https://cms.example.com", transport=RequestsTransport(timeout=(3, 30), pool_size=32))
    """

    def __init__(
        self,
        timeout: Any = (10.0, 60.0),
        headers: Mapping[str, str] | None = None,
        params: JSONMapping | None = None,
        verify: bool | str | os.PathLike[str] = True,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
        pool_size: int = 10,
        max_response_size: int | None = 256 * 1024 * 1024,
    ) -> None:
        self.timeout = check_timeout(timeout)
        self.verify: bool | str = verify if isinstance(verify, bool) else _existing(verify, "verify")
        self.cert = tuple(_existing(part, "cert") for part in cert) if isinstance(cert, tuple) else _existing(cert, "cert")
        self.pool_size = whole_number("pool_size", pool_size)
        self.max_response_size = None if max_response_size is None else whole_number("max_response_size", max_response_size)
        own = redact.SafeDict(
            {"User-Agent": USER_AGENT, "Accept": "application/json, */*;q=0.5", "Accept-Encoding": "gzip, deflate"}
        )
        _replace(own, headers or {})
        check_headers(own)
        self._lost = False
        self._hold(own, redact.SafePairs(free_params(params)), hosts.proxies(proxies or {}))
        self._begin()

    def _begin(self) -> None:
        #: The one in use has the key 0, those of parents follow.
        self._adapters: dict[int, Adapter] = {}
        self._origins: dict[tuple[Any, ...], _Origin] = {}
        fork.register(self)

    def _after_fork(self) -> None:
        # Not closed: that would take locks that may have been held when the process forked.
        if 0 in self._adapters:
            self._adapters = {number + 1: adapter for number, adapter in self._adapters.items()}

    def _hold(self, headers: redact.SafeDict, params: redact.SafePairs, proxies: redact.SafeDict) -> None:
        # A function, since a debugger that lists attributes would show what stands in a mapping.
        self._held: Callable[[], tuple[redact.SafeDict, redact.SafePairs, redact.SafeDict]] = lambda: (headers, params, proxies)
        unproven = (
            redact.SafeDict(credential_names.without(headers)),
            redact.SafePairs(pair for pair in params if pair[0] != credential_names.PARAM),
        )
        self._unproven = (lambda: unproven) if credential_names.any_in(headers, params) else None
        self._names = {name.lower(): name for name in headers}
        self._own_secrets = tuple(map(redact.Secret, redact.secrets(headers, params, None)))

    def _own(self, request: Request) -> tuple[Mapping[str, str], tuple[tuple[str, str], ...]]:
        """Return the headers and parameters that go along: none that say who is asking where the request does so itself."""
        credentials = request.headers, request.params, request.url
        proven = (self._unproven is not None or self._lost) and credential_names.any_in(*credentials)
        if self._lost and not proven:
            raise ConfigurationError(
                "this client was unpickled, and a pickle holds no token: give its RequestsTransport the headers or params "
                "that say who is asking again"
            )
        if self._unproven is not None and proven:
            return self._unproven()
        return self._headers, self._params

    @property
    def _headers(self) -> redact.SafeDict:
        return self._held()[0]

    @property
    def _params(self) -> redact.SafePairs:
        return self._held()[1]

    @property
    def _proxies(self) -> redact.SafeDict:
        return self._held()[2]

    def send(self, request: Request) -> Response:
        """Send one request, and follow the redirects of a GET or HEAD on the same host.

        Raises:
            ConnectionFailed: No connection, or it broke.
            Timeout: The server was too slow.
            TLSError: The certificate is not trusted.
            ResponseTooLarge: The response has more than `max_response_size` bytes.
            ConfigurationError: The proxy cannot be used, or something has replaced requests in a way that cannot work.
        """
        own = self._own(request)[1]
        address = urls.with_query(request.url, own + request.params if own else request.params)
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
        outcome = self._exchange(request, address)
        if isinstance(outcome, Response):
            return outcome
        # Raised here, it carries neither the error of requests nor its frames, which hold the token.
        raise outcome from outcome.__cause__

    def _exchange(self, request: Request, address: str) -> Response | DirectusError:
        prepared_request, response_body, hooks, watch_of = _tools()
        prepared: Any = prepared_request()
        prepared.method = request.method
        prepared.url = address
        check_headers(request.headers)
        headers: Any = redact.SafeDict(self._own(request)[0])
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
        watch = None if request.deadline is None else watch_of(request.deadline - monotonic())
        current.connection, current.watch = None, watch
        answer: Any = None
        try:
            with watch or nullcontext():
                answer = hooks.send(
                    adapter, prepared, stream=True, timeout=timeout, verify=origin.verify, cert=self.cert,
                    proxies=origin.proxies(),
                )  # fmt: skip
                if answer.status_code < 200:
                    answer.close()
                    raise ConnectionError(f"the server answered with status {answer.status_code}, which is not final")
                streamed = request.stream and answer.status_code < 300
                content = None if streamed else response_body.read(answer, self._limit(answer.status_code))
            if watch is not None and watch.cut and (streamed or not response_body.has_end(answer)):
                answer.close()
                raise TimeoutError("cut off")
        except response_body.TooLarge as error:
            return _too_large(error.limit, answer.status_code, request)
        except Exception as error:
            if not _is_of_the_network(error):
                raise
            cut = watch is not None and watch.cut
            return _translated(TimeoutError() if cut else error, request, self._own_secrets, sent=not adapter.never_sent())
        response = (
            _streamed(answer, request, self._own_secrets)
            if content is None
            else Response(answer.status_code, Headers(hooks.headers_of(answer)), content, address)
        )
        if self._own_secrets:
            response.own_secrets = self._own_secrets
        return response

    def _limit(self, status: int) -> int | None:
        """Return the most bytes that a response may have."""
        if status < 300:
            return self.max_response_size
        return _MAX_ERROR if self.max_response_size is None else min(_MAX_ERROR, self.max_response_size)

    def _connections(self) -> Adapter:
        fork.check()
        adapter = self._adapters.get(0)
        if adapter is None:
            from directus_sdk.http.adapter import Adapter

            # Without a lock, which an interrupt could leave taken: setdefault lets one of two threads win.
            adapter = self._adapters.setdefault(0, Adapter(self.pool_size))
        return adapter

    def _origin(self, address: str) -> _Origin:
        scheme, _, rest = address.partition("://")
        # Switching `verify` on again holds from the next call on.
        key = (scheme, rest.partition("/")[0].partition("?")[0], self.verify)
        origin = self._origins.get(key)
        if origin is None:
            from requests import utils

            environment = utils.get_environ_proxies(address, no_proxy=hosts.no_proxy())
            proxies = hosts.proxies({**environment, **self._proxies})
            verify = self.verify if isinstance(self.verify, bool) else _existing(self.verify, "verify")
            if verify is True and scheme.lower() in ("https", "wss"):
                for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
                    if os.environ.get(name):
                        verify = _existing(os.environ[name], f"the variable {name}") or True
                        break
            origin = self._origins[key] = _Origin(lambda: proxies, verify)
        return origin

    def route(self, address: str) -> tuple[str | None, bool | str, Mapping[str, str]]:
        """Return what a WebSocket needs to reach an address: its proxy, what certificates are checked with, the headers."""
        from requests import utils

        origin = self._origin(address)
        verify = utils.DEFAULT_CA_BUNDLE_PATH if origin.verify is True else origin.verify
        return utils.select_proxy(address, dict(origin.proxies())), verify, dict(self._headers)

    def close(self) -> None:
        """Close the connections that are kept open; a later call opens new ones."""
        fork.check()
        adapter = self._adapters.pop(0, None)
        if adapter is not None:
            adapter.close()

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        for name in ("_adapters", "_origins", "_own_secrets", "_names", "_held", "_unproven"):
            del state[name]
        # A pickle holds no secrets: headers and parameters that are one are left out, and the passwords of proxies.
        headers = {name: value for name, value in self._headers.items() if not redact.secret_header(name)}
        params = [pair for pair in self._params if not redact.is_secret(pair[0])]
        proxies = {name: redact.url(address) for name, address in self._proxies.items()}
        return {**state, "_held": (headers, params, proxies), "_lost": self._lost or self._unproven is not None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()
        headers, params, proxies = state["_held"]
        self._hold(redact.SafeDict(headers), redact.SafePairs(params), redact.SafeDict(proxies))

    def __deepcopy__(self, memo: object) -> RequestsTransport:
        return self

    def __copy__(self) -> RequestsTransport:
        return self

    def __repr__(self) -> str:
        return f"RequestsTransport(timeout={self.timeout!r}, verify={self.verify!r}, pool_size={self.pool_size!r})"


@lru_cache(maxsize=1)
def _tools() -> tuple[Any, Any, Any, Any]:
    """Return what a call needs of requests, which is most of the time that importing the package would take."""
    import requests

    from directus_sdk.http import hooks, response_body
    from directus_sdk.http.deadlines import Watch

    return requests.PreparedRequest, response_body, hooks, Watch


def same_host(address: str, location: str | None) -> str | None:
    """Return where a redirect leads if that is the same host, else ``None``."""
    target, refusal = redirect_target(address, location)
    return None if refusal else target


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


def _streamed(answer: Any, request: Request, own: tuple[redact.Secret, ...]) -> Response:
    from directus_sdk.http import hooks, response_body

    def blocks(size: int) -> Iterator[bytes]:
        try:
            yield from response_body.blocks(answer, size)
            return
        except Exception as error:
            if not _is_of_the_network(error):
                raise
            failure = _translated(error, request, own, sent=True)
        raise failure from failure.__cause__

    return Response(answer.status_code, Headers(hooks.headers_of(answer)), blocks, answer.url, close=answer.close)


def _is_of_the_network(error: Exception) -> bool:
    """Tell an error of the network, of urllib3 and of requests from those of tools, and of what a user has sent."""
    # Told by their modules, which are slow to import.
    theirs = ("http.client", "urllib3.exceptions", "requests.exceptions")
    return isinstance(error, OSError) or any(base.__module__ in theirs for base in type(error).__mro__)


def _too_large(limit: int, status: int, request: Request) -> ResponseTooLarge:
    trace = request.trace()
    error = ResponseTooLarge(
        f"{trace.method} {trace.url}: the server answered with status {status} and more than {limit:,} bytes; ask for less "
        "at once, stream it, or raise max_response_size of RequestsTransport",
        request=trace,
    )
    error.limit, error.status = limit, status
    return error


def _translated(error: Exception, request: Request, own: tuple[redact.Secret, ...], *, sent: bool) -> DirectusError:
    """Turn an error of requests, urllib3 or the system into ours.

    Theirs hold the request with its token, and addresses with their queries, so only the innermost one is kept.
    """
    import ssl

    root = _root(error)
    trace = request.trace()
    where = trace.where
    said = str(root) or type(root).__name__
    secret = [*redact.secrets(request.headers, request.params, request.body), *(held.reveal() for held in own)]
    words = redact.text(redact.without(said, redact.repeated(secret))).strip()
    repeats, words = words != said.strip(), words[:300]
    failure: TransportError
    if not sent and {kind.__name__ for kind in type(root).__mro__} & _MISUSE:
        return ConfigurationError(f"{where}: there is no way to the server ({words}); check its URL and the proxies")
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
    return failure if repeats else because(failure, root)


#: Errors of urllib3 and requests about URLs and proxies that cannot work.
_MISUSE = frozenset({"LocationValueError", "ProxySchemeUnsupported", "InvalidURL", "InvalidSchema", "MissingSchema"})


def _root(error: BaseException) -> BaseException:
    """Return the error at the bottom of those that wrap each other."""
    seen: list[BaseException] = []
    while error not in seen:
        seen.append(error)
        # Not __context__: that may be an error of the caller, who calls us while he handles it.
        inside = [getattr(error, "reason", None), *reversed(error.args), error.__cause__]
        error = next((part for part in inside if isinstance(part, BaseException) and part not in seen), error)
    return error
