"""The transport over requests: the client's own headers and parameters, proxies, certificates and redirects.

One request is sent by `adapter`, which is imported at the first call, since importing requests takes longer than importing
this package.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from directus_sdk.errors import ConfigurationError
from directus_sdk.http import hosts
from directus_sdk.http.options import check_timeout
from directus_sdk.http.redirects import redirect_target
from directus_sdk.http.statuses import REDIRECTS
from directus_sdk.http.transport import Transport
from directus_sdk.json_types import JSONMapping
from directus_sdk.local import fork
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.version import __version__
from directus_sdk.wire import credential_names, urls
from directus_sdk.wire.messages import Request, Response, Timeout, check_headers, merged
from directus_sdk.wire.parameters import integer
from directus_sdk.wire.query import free_params

if TYPE_CHECKING:
    from directus_sdk.http.adapter import Adapter

USER_AGENT = f"directus-python-sdk/{__version__} python/{'.'.join(map(str, sys.version_info[:3]))}"

_MAX_REDIRECTS = 10


class _Own(NamedTuple):
    """What the transport itself adds to requests."""

    headers: redact.SafeDict
    params: redact.SafePairs
    proxies: redact.SafeDict


class _Origin(NamedTuple):
    """The settings for one host: determined once, since looking them up in the environment takes longer than a call.

    `proxies` is a function because it holds secrets: a debugger that lists attributes shows a function.
    """

    proxies: Callable[[], Mapping[str, str]]
    verify: bool | str


@without_locals
class RequestsTransport(Transport):
    """Sends requests through one pool of connections that all threads share.

    Proxies and CA bundles of the environment are used (``HTTPS_PROXY``, ``NO_PROXY``, ``REQUESTS_CA_BUNDLE`` and so on,
    read at the first call to a host); ``~/.netrc`` is not, since it would replace the token.
    After a fork the child opens its own connections.

    Args:
        timeout: Seconds for connecting and for waiting for data, or a pair: seconds to connect, seconds to wait.
        headers: Headers that are sent with every request.
        params: Query parameters that are sent with every request.
        verify: Whether certificates are checked, or the path of a CA bundle.
        cert: The path of a client certificate, or a pair: certificate and key.
        proxies: Proxies by scheme, such as ``{"https": "http://proxy:3128"}``; they take precedence over the environment's.
            ``socks5://`` needs ``pip install 'requests[socks]'``.
        pool_size: How many connections are kept open to a host; give it the number of your threads.
        max_response_size: The maximum size of a response that is read into memory, in bytes after decompression; ``None``
            means no maximum. An error response may have 4 MiB. Streams and downloads have no maximum.

    Example:
        >>> from directus_sdk import Directus, RequestsTransport
        >>> directus = Directus("https://cms.example.com", transport=RequestsTransport(timeout=(3, 30), pool_size=32))
    """

    def __init__(
        self,
        timeout: Timeout = (10.0, 60.0),
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
        self.cert = None if cert is None else _existing_cert(cert)
        self.pool_size = integer("pool_size", pool_size)
        self.max_response_size = None if max_response_size is None else integer("max_response_size", max_response_size)
        if headers is not None and not isinstance(headers, Mapping):
            raise ConfigurationError(f"headers must be a mapping, not {type(headers).__name__}")
        check_headers(headers or {})
        defaults = {"User-Agent": USER_AGENT, "Accept": "application/json, */*;q=0.5", "Accept-Encoding": "gzip, deflate"}
        self._credentials_lost = False
        self._hold(merged(defaults, headers), redact.SafePairs(free_params(params)), hosts.proxies(proxies or {}))
        self._begin()

    def _begin(self) -> None:
        #: The one in use has the key 0, those of parents follow.
        self._adapters: dict[int, Adapter] = {}
        self._origins: dict[tuple[str, str, bool | str], _Origin] = {}
        fork.register(self)

    def _after_fork(self) -> None:
        # Not closed: that would take locks that may have been held when the process forked.
        if 0 in self._adapters:
            self._adapters = {number + 1: adapter for number, adapter in self._adapters.items()}

    def _hold(self, headers: redact.SafeDict, params: redact.SafePairs, proxies: redact.SafeDict) -> None:
        # A function, since a debugger that lists attributes would show the values of a mapping.
        own = _Own(headers, params, proxies)
        self._own: Callable[[], _Own] = lambda: own
        remaining = _Own(
            redact.SafeDict(credential_names.without(headers)),
            redact.SafePairs(pair for pair in params if pair[0] != credential_names.PARAM),
            proxies,
        )
        self._without_credentials = (lambda: remaining) if credential_names.any_in(headers, params) else None
        self._names = {name.lower(): name for name in headers}
        self._own_secrets = tuple(map(redact.Secret, redact.secrets(headers, params, None)))

    def _own_for(self, request: Request) -> _Own:
        """Return our headers and parameters: without credentials where the request has its own."""
        ours = self._without_credentials is not None or self._credentials_lost
        has_credentials = ours and credential_names.any_in(request.headers, request.params, request.url)
        if self._credentials_lost and not has_credentials:
            raise ConfigurationError(
                "this client was unpickled, and a pickle holds no token: give its RequestsTransport the headers or params "
                "with the credentials again"
            )
        if self._without_credentials is not None and has_credentials:
            return self._without_credentials()
        return self._own()

    def send(self, request: Request) -> Response:
        """Send one request, and follow the redirects of a GET or HEAD on the same host.

        Raises:
            ConnectionFailed: No connection, or it broke.
            Timeout: The server was too slow.
            TLSError: The certificate is not trusted.
            ResponseTooLarge: The response has more than `max_response_size` bytes.
            ConfigurationError: The proxy cannot be used, or something has replaced requests in a way that cannot work.
        """
        params = self._own_for(request).params
        url = urls.sent(request.url, params + request.params if params else request.params)
        response = self._send_once(request, url)
        if response.status not in REDIRECTS or not request.follow_redirects or request.method not in ("GET", "HEAD"):
            return response
        for _ in range(_MAX_REDIRECTS):
            target, refusal = redirect_target(url, response.headers.get("Location"))
            if refusal:
                break
            response.close()
            url = target
            response = self._send_once(request, url)
            if response.status not in REDIRECTS:
                break
        return response

    def _send_once(self, request: Request, url: str) -> Response:
        check_headers(request.headers)
        headers = redact.SafeDict(self._own_for(request).headers)
        if request.stream:
            headers["Accept-Encoding"] = "identity"  # a download's length and ranges count the bytes of the file
        _merge(headers, dict(self._names), request.headers)
        origin = self._origin(url)
        outcome = self._connections().exchange(
            request, url, headers, timeout=self.timeout, verify=origin.verify, cert=self.cert, proxies=origin.proxies(),
            max_size=self.max_response_size, secrets=self._own_secrets,
        )  # fmt: skip
        if not isinstance(outcome, Response):
            raise outcome from outcome.__cause__
        if self._own_secrets:
            outcome.own_secrets = self._own_secrets
        return outcome

    def _connections(self) -> Adapter:
        fork.check()
        adapter = self._adapters.get(0)
        if adapter is None:
            from directus_sdk.http.adapter import Adapter

            # Without a lock, which an interrupt could leave taken: setdefault lets one of two threads win.
            adapter = self._adapters.setdefault(0, Adapter(self.pool_size))
        return adapter

    def _origin(self, url: str) -> _Origin:
        scheme, _, rest = url.partition("://")
        # Switching `verify` on again holds from the next call on.
        key = (scheme, rest.partition("/")[0].partition("?")[0], self.verify)
        origin = self._origins.get(key)
        if origin is None:
            from requests import utils

            environment = utils.get_environ_proxies(url, no_proxy=hosts.no_proxy())
            proxies = hosts.proxies({**environment, **self._own().proxies})
            verify = self.verify if isinstance(self.verify, bool) else _existing(self.verify, "verify")
            if verify is True and scheme.lower() in ("https", "wss"):
                for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
                    if os.environ.get(name):
                        verify = _existing(os.environ[name], f"the variable {name}")
                        break
            origin = self._origins[key] = _Origin(lambda: proxies, verify)
        return origin

    def route(self, url: str) -> tuple[str | None, bool | str, Mapping[str, str]]:
        """Return what a WebSocket to a URL needs: the proxy, what certificates are checked with, and the headers."""
        from requests import utils

        origin = self._origin(url)
        verify = utils.DEFAULT_CA_BUNDLE_PATH if origin.verify is True else origin.verify
        return utils.select_proxy(url, dict(origin.proxies())), verify, dict(self._own().headers)

    def close(self) -> None:
        """Close the connections that are kept open; a later call opens new ones."""
        fork.check()
        adapter = self._adapters.pop(0, None)
        if adapter is not None:
            adapter.close()

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        for name in ("_adapters", "_origins", "_own_secrets", "_names", "_own", "_without_credentials"):
            del state[name]
        # A pickle holds no secrets: headers and parameters that are one are left out, and the passwords of proxies.
        own = self._own()
        headers = redact.public_headers(own.headers)
        params = [pair for pair in own.params if not redact.is_secret(pair[0])]
        proxies = {name: redact.url(proxy) for name, proxy in own.proxies.items()}
        lost = self._credentials_lost or self._without_credentials is not None
        return {**state, "_own_settings": (headers, params, proxies), "_credentials_lost": lost}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()
        headers, params, proxies = state["_own_settings"]
        self._hold(redact.SafeDict(headers), redact.SafePairs(params), redact.SafeDict(proxies))

    def __deepcopy__(self, memo: object) -> RequestsTransport:
        return self

    def __copy__(self) -> RequestsTransport:
        return self

    def __repr__(self) -> str:
        return f"RequestsTransport(timeout={self.timeout!r}, verify={self.verify!r}, pool_size={self.pool_size!r})"


def _merge(headers: dict[str, str], names: dict[str, str], more: Mapping[str, str]) -> None:
    """Put headers over others, whatever the case of their names; a dict that ignores case costs four times as much."""
    for name, value in more.items():
        key = name.lower()
        spelling = "Content-Length" if key == "content-length" else name  # the adapter looks for this spelling
        existing = names.get(key)
        if existing is not None and existing != spelling:
            headers.pop(existing, None)
        names[key] = spelling
        headers[spelling] = value


def _existing(path: object, what: str) -> str:
    if not isinstance(path, (str, os.PathLike)):
        raise ConfigurationError(f"{what} must be a path, not {type(path).__name__}")
    name = os.fsdecode(path)
    if not name or not Path(name).exists():
        raise ConfigurationError(f"{what} names a file that does not exist: {name!r}")
    return name


def _existing_cert(cert: str | tuple[str, str]) -> str | tuple[str, str]:
    if isinstance(cert, tuple):
        return _existing(cert[0], "cert"), _existing(cert[1], "cert")
    return _existing(cert, "cert")
