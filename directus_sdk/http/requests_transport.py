"""The default transport: over requests without a session."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from directus_sdk.errors import ConfigurationError
from directus_sdk.http import hosts
from directus_sdk.http.base_transport import (
    DEFAULT_HEADERS,
    BaseTransport,
    Origin,
    Own,
    existing,
    existing_cert,
    origin_of,
    spellings,
)
from directus_sdk.json_types import JSONMapping
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire import credential_names
from directus_sdk.wire.messages import Request, Response, Timeout, check_headers, merged
from directus_sdk.wire.parameters import integer
from directus_sdk.wire.query import free_params

if TYPE_CHECKING:
    from directus_sdk.errors import DirectusError
    from directus_sdk.http.adapter import Adapter


class _Settings(NamedTuple):
    """The headers, parameters and proxies of a transport."""

    headers: redact.SafeDict
    params: redact.SafePairs
    proxies: redact.SafeDict


@without_locals
class RequestsTransport(BaseTransport):
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
        self._set_limits(timeout, max_response_size)
        self.verify: bool | str = verify if isinstance(verify, bool) else existing(verify, "verify")
        self.cert = None if cert is None else existing_cert(cert)
        self.pool_size = integer("pool_size", pool_size)
        if headers is not None and not isinstance(headers, Mapping):
            raise ConfigurationError(f"headers must be a mapping, not {type(headers).__name__}")
        check_headers(headers or {})
        self._credentials_lost = False
        self._hold(merged(DEFAULT_HEADERS, headers), redact.SafePairs(free_params(params)), hosts.proxies(proxies or {}))
        self._begin()

    def _begin(self) -> None:
        #: Determined once, since looking them up in the environment takes longer than a call.
        self._origins: dict[tuple[str, str, bool | str], Origin] = {}
        super()._begin()

    def _hold(self, headers: redact.SafeDict, params: redact.SafePairs, proxies: redact.SafeDict) -> None:
        settings = _Settings(headers, params, proxies)
        # Functions, since a debugger that lists attributes would show the values of a mapping.
        self._settings: Callable[[], _Settings] = lambda: settings
        names = spellings(headers)
        self._own_secrets = tuple(map(redact.Secret, redact.secrets(headers, params, None)))
        own = Own(headers, params, names, self._own_secrets)
        self._own: Callable[[], Own] = lambda: own
        remaining = Own(
            redact.SafeDict(credential_names.without(headers)),
            redact.SafePairs(pair for pair in params if pair[0] != credential_names.PARAM),
            names,
            self._own_secrets,
        )
        self._without_credentials = (lambda: remaining) if credential_names.any_in(headers, params) else None

    def _own_for(self, request: Request) -> Own:
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

    def _own_headers(self) -> Mapping[str, str]:
        return self._settings().headers

    def _exchange(self, request: Request, url: str, headers: redact.SafeDict, own: Own) -> Response | DirectusError:
        origin = self._origin(url)
        outcome = self._connections().exchange(
            request, url, headers, timeout=self.timeout, verify=origin.verify, cert=self.cert, proxies=origin.proxies(),
            max_size=self.max_response_size, secrets=own.secrets,
        )  # fmt: skip
        if own.secrets and isinstance(outcome, Response):
            outcome.own_secrets = own.secrets
        return outcome

    def _new_adapter(self) -> Adapter:
        from directus_sdk.http.adapter import Adapter

        return Adapter(self.pool_size)

    def _origin(self, url: str) -> Origin:
        scheme, _, rest = url.partition("://")
        # Switching `verify` on again holds from the next call on.
        key = (scheme, rest.partition("/")[0].partition("?")[0], self.verify)
        origin = self._origins.get(key)
        if origin is None:
            origin = self._origins[key] = origin_of(url, self.verify, self._settings().proxies)
        return origin

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        for name in ("_adapters", "_origins", "_own_secrets", "_settings", "_own", "_without_credentials"):
            del state[name]
        # A pickle holds no secrets: headers and parameters that are one are left out, and the passwords of proxies.
        own = self._settings()
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

    def __repr__(self) -> str:
        return f"RequestsTransport(timeout={self.timeout!r}, verify={self.verify!r}, pool_size={self.pool_size!r})"
