"""What transports over requests have in common: redirects, headers, proxies and certificates of the environment, forks.

One request is sent by `adapter`, which is imported at the first call, since importing requests takes longer than importing
this package.
"""

from __future__ import annotations

import os
import sys
from abc import abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from directus_sdk.errors import ConfigurationError
from directus_sdk.http import hosts
from directus_sdk.http.options import check_timeout
from directus_sdk.http.redirects import redirect_target
from directus_sdk.http.statuses import REDIRECTS
from directus_sdk.http.transport import Transport
from directus_sdk.local import fork
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.version import __version__
from directus_sdk.wire import urls
from directus_sdk.wire.messages import Request, Response, Timeout, check_headers
from directus_sdk.wire.parameters import integer

if TYPE_CHECKING:
    from directus_sdk.errors import DirectusError
    from directus_sdk.http.adapter import Adapter

USER_AGENT = f"directus-python-sdk/{__version__} python/{'.'.join(map(str, sys.version_info[:3]))}"
#: What is sent with every request, unless the transport or the call has headers of these names.
DEFAULT_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "application/json, */*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}

_MAX_REDIRECTS = 10


class Own(NamedTuple):
    """What the transport itself adds to a request."""

    headers: redact.SafeDict
    params: redact.SafePairs
    #: The spelling of each header, by its name in lower case.
    names: Mapping[str, str]
    secrets: tuple[redact.Secret, ...]


class Origin(NamedTuple):
    """The settings for one host.

    `proxies` is a function because it holds secrets: a debugger that lists attributes shows a function.
    """

    proxies: Callable[[], Mapping[str, str]]
    verify: bool | str


@without_locals
class BaseTransport(Transport):
    """A transport over requests."""

    timeout: Timeout
    max_response_size: int | None

    def _set_limits(self, timeout: Timeout, max_response_size: int | None) -> None:
        self.timeout = check_timeout(timeout)
        self.max_response_size = None if max_response_size is None else integer("max_response_size", max_response_size)

    def _begin(self) -> None:
        #: The one in use has the key 0, those of parents follow.
        self._adapters: dict[int, Adapter] = {}
        fork.register(self)

    def _after_fork(self) -> None:
        # Not closed: that would take locks that may have been held when the process forked.
        if 0 in self._adapters:
            self._adapters = {number + 1: adapter for number, adapter in self._adapters.items()}

    @abstractmethod
    def _own_for(self, request: Request) -> Own:
        """Return our headers and parameters: without credentials where the request has its own."""

    @abstractmethod
    def _own_headers(self) -> Mapping[str, str]:
        """Return our headers with the credentials among them."""

    @abstractmethod
    def _origin(self, url: str) -> Origin:
        """Return the proxies and the certificates for a URL."""

    @abstractmethod
    def _new_adapter(self) -> Adapter:
        """Return an adapter without connections."""

    @abstractmethod
    def _exchange(self, request: Request, url: str, headers: redact.SafeDict, own: Own) -> Response | DirectusError:
        """Send one request, and return its response or the error to raise."""

    def send(self, request: Request) -> Response:
        """Send one request, and follow the redirects of a GET or HEAD on the same host.

        Raises:
            ConnectionFailed: No connection, or it broke.
            Timeout: The server was too slow.
            TLSError: The certificate is not trusted.
            ResponseTooLarge: The response has more than `max_response_size` bytes.
            ConfigurationError: The proxy cannot be used, or something has replaced requests in a way that cannot work.
        """
        own = self._own_for(request)
        url = urls.sent(request.url, own.params + request.params if own.params else request.params)
        response = self._send_once(request, url, own)
        if response.status not in REDIRECTS or not request.follow_redirects or request.method not in ("GET", "HEAD"):
            return response
        for _ in range(_MAX_REDIRECTS):
            target, refusal = redirect_target(url, response.headers.get("Location"))
            if refusal:
                break
            response.close()
            url = target
            response = self._send_once(request, url, own)
            if response.status not in REDIRECTS:
                break
        return response

    def adds(self, request: Request) -> tuple[tuple[str, str], ...]:
        """Return the headers and the parameters that the transport itself adds to a request."""
        own = self._own_for(request)
        return (*own.headers.items(), *own.params)

    def _send_once(self, request: Request, url: str, own: Own) -> Response:
        check_headers(request.headers)
        headers = redact.SafeDict(own.headers)
        if request.stream:
            headers["Accept-Encoding"] = "identity"  # a download's length and ranges count the bytes of the file
        _merge(headers, dict(own.names), request.headers)
        outcome = self._exchange(request, url, headers, own)
        if not isinstance(outcome, Response):
            raise outcome from outcome.__cause__
        return outcome

    def _connections(self) -> Adapter:
        fork.check()
        adapter = self._adapters.get(0)
        if adapter is None:
            # Without a lock, which an interrupt could leave taken: setdefault lets one of two threads win.
            adapter = self._adapters.setdefault(0, self._new_adapter())
        return adapter

    def route(self, url: str) -> tuple[str | None, bool | str, Mapping[str, str]]:
        """Return what a WebSocket to a URL needs: the proxy, what certificates are checked with, and the headers."""
        from requests import utils

        origin = self._origin(url)
        verify = utils.DEFAULT_CA_BUNDLE_PATH if origin.verify is True else origin.verify
        return utils.select_proxy(url, dict(origin.proxies())), verify, dict(self._own_headers())

    def close(self) -> None:
        """Close the connections that are kept open; a later call opens new ones."""
        fork.check()
        adapter = self._adapters.pop(0, None)
        if adapter is not None:
            adapter.close()

    def __deepcopy__(self, memo: object) -> BaseTransport:
        return self

    def __copy__(self) -> BaseTransport:
        return self


def origin_of(url: str, verify: object, own_proxies: Mapping[str, str], *, trust_env: bool = True) -> Origin:
    """Return the settings for a URL; those of the environment hold where there are none of our own."""
    environment: dict[str, str] = {}
    if trust_env:
        from requests import utils

        environment = utils.get_environ_proxies(url, no_proxy=hosts.no_proxy())
    proxies = hosts.proxies({**environment, **own_proxies})
    chosen = verify if isinstance(verify, bool) else existing(verify, "verify")
    if trust_env and chosen is True and url.partition("://")[0].lower() in ("https", "wss"):
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            if os.environ.get(name):
                chosen = existing(os.environ[name], f"the variable {name}")
                break
    return Origin(lambda: proxies, chosen)


def spellings(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the spelling of each header by its name in lower case."""
    return {name.lower(): name for name in headers}


def _merge(headers: dict[str, str], names: dict[str, str], more: Mapping[str, str]) -> None:
    """Put headers over others, whatever the case of their names; a dict that ignores case costs four times as much."""
    for name, value in more.items():
        key = name.lower()
        spelling = "Content-Length" if key == "content-length" else name  # the adapter looks for this spelling
        present = names.get(key)
        if present is not None and present != spelling:
            headers.pop(present, None)
        names[key] = spelling
        headers[spelling] = value


def existing(path: object, what: str) -> str:
    """Return a path as a string.

    Raises:
        ConfigurationError: It is not a path, or nothing is there.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise ConfigurationError(f"{what} must be a path, not {type(path).__name__}")
    name = os.fsdecode(path)
    if not name or not Path(name).exists():
        raise ConfigurationError(f"{what} names a file that does not exist: {name!r}")
    return name


def existing_cert(cert: str | tuple[str, str]) -> str | tuple[str, str]:
    """Return the path or the paths of a client certificate.

    Raises:
        ConfigurationError: It is not a path, or nothing is there.
    """
    if isinstance(cert, tuple):
        return existing(cert[0], "cert"), existing(cert[1], "cert")
    return existing(cert, "cert")
