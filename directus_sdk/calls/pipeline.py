"""The life of a call: encode, send, decode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import attrs

from directus_sdk.calls.sending import RequestSender
from directus_sdk.errors.transport import refuse_at_exit
from directus_sdk.http.responses import APIResponse, search_ignored
from directus_sdk.redaction.redact import Kept, SafeDict, SafePairs, SecretBytes, is_secret, public_headers
from directus_sdk.wire import urls
from directus_sdk.wire.encoding import dumps
from directus_sdk.wire.messages import (
    AnyBody,
    Headers,
    Request,
    Response,
    TimeoutOption,
    check_headers,
    merged,
    safe_headers,
    safe_params,
)
from directus_sdk.wire.query import NormalizedQuery

_JSON = {"Content-Type": "application/json"}
#: Endpoints whose SEARCH never returns "meta".
_WITHOUT_META = ("/deployments", "/shares")


class Requester(Protocol):
    """What a handler needs of a client."""

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that sends the calls."""

    @property
    def models(self) -> Mapping[str, type[object]]:
        """The model class of each collection that has one."""


@attrs.frozen(eq=False, repr=False)
class Pipeline(RequestSender):
    """Sends calls. A copy with other options is `attrs.evolve`.

    Attributes:
        headers: Headers of every call.
        params: Query parameters of every call, encoded.
        timeout: The timeout of every call; ``...`` means the transport's.
    """

    # Tools that walk through attrs classes and dicts find nothing in these.
    _headers: Kept[Mapping[str, str]] = attrs.field(factory=dict, converter=safe_headers, repr=False)
    _params: Kept[SafePairs] = attrs.field(default=(), converter=safe_params, repr=False)
    timeout: TimeoutOption = ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of every call."""
        return self._headers.reveal()

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        """Query parameters of every call, encoded."""
        return self._params.reveal()

    def __reduce__(self) -> tuple[object, ...]:
        # A pickle holds no secrets, as with the headers of the transport, and listeners are functions of this process.
        params = tuple(pair for pair in self.params if not is_secret(pair[0]))
        state: tuple[object, ...] = ([], self.limits, self.patience, self.dialect, self.checks)
        own = (public_headers(self.headers), params, self.timeout)
        return Pipeline, (self.base_url, self.auth, self.transport, self.retry, *state, *own)

    def __copy__(self) -> Pipeline:
        return self

    def __deepcopy__(self, memo: object) -> Pipeline:
        return self

    # ------------------------------------------------------------------ calls
    def call(
        self,
        method: str,
        path: str,
        *,
        query: NormalizedQuery | None = None,
        params: Sequence[tuple[str, str]] = (),
        json: object = None,
        body: AnyBody = None,
        headers: Mapping[str, str] | None = None,
        timeout: TimeoutOption = ...,
        searchable: bool = False,
        retryable: bool = False,
        replayable: bool = True,
        json_only: bool = True,
        follow_redirects: bool = True,
        authorize: bool = True,
        public: bool = False,
        secret: bool = False,
        cacheable: str | None = None,
    ) -> APIResponse:
        """Make a call and return its decoded response.

        Args:
            method: The HTTP method.
            path: The path below the base URL, quoted, with a slash at its beginning.
            query: The query.
            params: More query parameters, encoded.
            json: A value for the body; ``None`` means no body.
            body: A body that is ready, instead of `json`.
            headers: Headers of this call.
            timeout: The timeout of this call.
            searchable: Whether a long query may be sent as SEARCH.
            retryable: Whether the call is idempotent and may be retried after a network error, whatever its method.
            replayable: Whether `body` can be opened more than once.
            json_only: Whether anything but JSON is an error.
            follow_redirects: Whether GET and HEAD follow redirects, and any other redirect is an error.
            authorize: Whether the call is signed.
            public: Whether the endpoint is open to everyone, so that it needs no session where the auth requires one.
            secret: Whether the body holds passwords or tokens.
            cacheable: The collection that is read, where a cache of the transport may respond.

        Raises:
            APIError: The server refused.
            TransportError: No response was received.
        """
        refuse_at_exit()  # before the body is encoded, which may import modules
        if self.checks is not None:
            self.checks.before(self, method, path, query, json)
        exported = False
        if query:
            encoded = query.encode()
            if searchable and method == "GET" and self.is_long(path, encoded):
                # A SEARCH changes nothing and reads what the same GET would.
                if json_only and path not in _WITHOUT_META:
                    return self.search(path, query, cacheable=cacheable)
                method, json, exported = "SEARCH", query.search_body(), "export" in query
            else:
                params = (*params, *encoded.items())
        if json is not None:
            body = dumps(json)
            if secret:
                body = SecretBytes(body)
            headers = merged(_JSON, headers)
        request = self.request(
            method, path, params, headers, body, timeout=timeout, retryable=retryable, replayable=replayable,
            follow_redirects=follow_redirects, cacheable=cacheable,
        )  # fmt: skip
        response = self.send(request, authorize=authorize, public=public)
        # A server sends an export as an attachment.
        if exported and "Content-Disposition" not in response.headers and _is_directus(response):
            raise search_ignored(response, path)
        return self.dialect.decode(response, request, json_only=json_only)

    def search(self, path: str, query: NormalizedQuery, *, cacheable: str | None = None, **body: object) -> APIResponse:
        """Read with SEARCH, and make sure that the server has read the body: without it, the result is arbitrary.

        Args:
            path: The path of an endpoint that reads many items.
            query: The query.
            cacheable: See `call`.
            **body: More members of the body, beside the query.

        Raises:
            SearchIgnored: The body was dropped on the way to the server.
            APIError: The server refused.
        """
        # An empty list costs nothing, and the server returns an empty "meta" for it.
        meta = query.get("meta", [])
        result = self.call("SEARCH", path, json={**query.replace(meta=meta).search_body(), **body}, cacheable=cacheable)
        # A fake server in a test may not do that.
        if result.meta is None and result.data and _is_directus(result.response):
            raise search_ignored(result.response, path)
        return result

    def request(
        self,
        method: str,
        path: str,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: AnyBody = None,
        *,
        timeout: TimeoutOption = ...,
        stream: bool = False,
        retryable: bool = False,
        replayable: bool = True,
        follow_redirects: bool = True,
        cacheable: str | None = None,
    ) -> Request:
        """Make a `Request` for a path below the base URL, with the options of this pipeline.

        `params` and `headers` are added to those of every call.
        """
        if self.headers:
            headers = merged(self.headers, headers)
        return Request(
            method,
            self.base_url + path,
            SafePairs((*self.params, *params)),
            SafeDict(headers or ()),
            body,
            self.timeout if timeout is ... else timeout,
            stream,
            follow_redirects,
            retryable,
            replayable,
            None,
            cacheable,
        )

    def is_long(self, path: str, encoded: Mapping[str, str]) -> bool:
        """Tell whether a query is too long for a URL."""
        # Escapes make a string at most nine times as long, so short ones need no exact count.
        if sum(map(len, encoded.values())) * 9 < urls.LONG_URL:
            return False
        return len(urls.with_query(self.base_url + path, encoded.items())) > urls.LONG_URL

    # ------------------------------------------------------------------ for Auth
    def anonymous(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        secret: bool = True,
        retryable: bool = False,
        max_elapsed: float | None = None,
    ) -> APIResponse:
        """Make a call that is not signed, for `Auth.bind`.

        `max_elapsed` limits a call that others wait for, where the retry policy allows more.
        """
        limits = [limit for limit in (max_elapsed, self.retry.max_elapsed) if limit is not None]
        bounded = attrs.evolve(self, retry=attrs.evolve(self.retry, max_elapsed=min(limits))) if limits else self
        return bounded.call(method, path, json=json, headers=headers, authorize=False, secret=secret, retryable=retryable)


def _is_directus(response: Response) -> bool:
    return "Directus" in response.headers.get("X-Powered-By", "")


def parse_headers(headers: Mapping[str, str] | None) -> Mapping[str, str]:
    """Check the headers that a user passes and return them."""
    if headers is None:
        return {}
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers must be a mapping, not {type(headers).__name__}")
    check_headers(headers)
    return Headers(headers)
