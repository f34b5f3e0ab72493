"""One request's life, in one place: encode, authorize, send, retry, recover from an expired token, decode, raise."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import attrs

from directus_sdk.auth import Auth
from directus_sdk.calls.events import Event, Listener
from directus_sdk.calls.retry import RetryPolicy, wait
from directus_sdk.calls.server_limits import Limits
from directus_sdk.errors import APIError, SessionExpired, Timeout, TransportError
from directus_sdk.errors.transport import refuse_at_exit
from directus_sdk.http.bodies import SourceError
from directus_sdk.http.options import MAX_TIMEOUT
from directus_sdk.http.responses import Answer, decode, error_code, error_from, search_ignored, server_errors
from directus_sdk.http.transport import Transport
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.clock import monotonic
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.redaction.call_names import MAX_MESSAGE, shorten
from directus_sdk.redaction.redact import Kept, SafeDict, SafePairs, SecretBytes
from directus_sdk.wire import credential_names, urls
from directus_sdk.wire.encoding import dumps
from directus_sdk.wire.messages import Body, Headers, Request, Response, check_headers, merged, safe_headers, safe_params
from directus_sdk.wire.query import encode, search_body

logger = logging.getLogger("directus_sdk")

_JSON = {"Content-Type": "application/json"}
#: Endpoints whose SEARCH never answers with "meta".
_WITHOUT_META = ("/deployments", "/shares")


class Requester(Protocol):
    """What a handler needs of a client."""

    @property
    def pipeline(self) -> Pipeline:
        """Sends the calls."""

    @property
    def models(self) -> Mapping[str, type[Any]]:
        """The model class of each collection that has one."""


@attrs.frozen(eq=False, repr=False)
class Pipeline:
    """Sends calls. A copy with other options is `attrs.evolve`.

    Attributes:
        base_url: The server's address without a slash at its end.
        auth: Signs the requests.
        transport: Sends them.
        retry: Says when to try again.
        headers: Headers of every call.
        params: Query parameters of every call, encoded.
        timeout: The timeout of every call; ``...`` means the transport's.
        listeners: Functions that are told about every try.
        limits: What has been learnt about the server.
        patience: How many seconds a call may wait for the server's rate limiter without using up its attempts.
    """

    base_url: str
    auth: Auth
    transport: Transport
    retry: RetryPolicy
    # Tools that walk through attrs classes and dicts find nothing in these.
    _headers: Kept[Any] = attrs.field(factory=dict, converter=safe_headers, repr=False)
    _params: Kept[Any] = attrs.field(default=(), converter=safe_params, repr=False)
    timeout: Any = ...
    listeners: list[Listener] = attrs.field(factory=list)
    limits: Limits = attrs.field(factory=Limits)
    patience: float = 0.0

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of every call."""
        headers: Mapping[str, str] = self._headers.reveal()
        return headers

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        """Query parameters of every call, encoded."""
        params: tuple[tuple[str, str], ...] = self._params.reveal()
        return params

    def __reduce__(self) -> tuple[Any, ...]:
        # Headers and parameters of a copy may hold tokens, and listeners are functions of this process.
        kept = (self.base_url, self.auth, self.transport, self.retry)
        return Pipeline, (*kept, {}, (), self.timeout, [], self.limits, self.patience)

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
        query: JSONMapping | None = None,
        params: Sequence[tuple[str, str]] = (),
        json: Any = None,
        body: bytes | Callable[[], Body] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: Any = ...,
        searchable: bool = False,
        retryable: bool = False,
        replayable: bool = True,
        json_only: bool = True,
        follow_redirects: bool = True,
        authorize: bool = True,
        public: bool = False,
        secret: bool = False,
    ) -> Answer:
        """Make a call and return its decoded answer.

        Args:
            method: The HTTP method.
            path: The path below the base URL, quoted, with a slash at its beginning.
            query: A query as `directus_sdk.wire.query.normalize` returns it.
            params: More query parameters, encoded.
            json: A value for the body; ``None`` means no body.
            body: A body that is ready, instead of `json`.
            headers: Headers of this call.
            timeout: The timeout of this call.
            searchable: Whether a long query may go out as SEARCH.
            retryable: Whether repeating the call does no harm although its method says otherwise.
            replayable: Whether `body` can be opened more than once.
            json_only: Whether anything but JSON is an error.
            follow_redirects: Whether GET and HEAD follow redirects, and any other redirect is an error.
            authorize: Whether the call is signed.
            public: Whether the endpoint is open to everybody, so that it needs no session where the auth requires one.
            secret: Whether the body holds passwords or tokens.

        Raises:
            APIError: The server refused.
            TransportError: No answer came.
        """
        if query:
            encoded = encode(query)
            if searchable and method == "GET" and self.is_long(path, encoded):
                # A SEARCH changes nothing and reads what the same GET would.
                if json_only and path not in _WITHOUT_META:
                    return self.search(path, query)
                method, json = "SEARCH", search_body(query)
            else:
                params = (*params, *encoded.items())
        if json is not None:
            body = dumps(json)
            if secret:
                body = SecretBytes(body)
            headers = merged(_JSON, headers)
        request = self.request(
            method, path, params, headers, body, timeout=timeout, retryable=retryable, replayable=replayable,
            follow_redirects=follow_redirects,
        )  # fmt: skip
        response = self.send(request, authorize=authorize, public=public)
        return decode(response, request, json_only=json_only)

    def search(self, path: str, query: JSONMapping, **beside: Any) -> Answer:
        """Read with SEARCH, and make sure that the server has read the body: without it, it returns what it likes.

        Args:
            path: The path of an endpoint that reads many items.
            query: A query as `directus_sdk.wire.query.normalize` returns it.
            **beside: What stands in the body beside the query.

        Raises:
            SearchIgnored: Something between us and the server has dropped the body.
            APIError: The server refused.
        """
        # An empty list costs nothing, and is answered with an empty "meta".
        answer = self.call("SEARCH", path, json={**search_body({"meta": [], **query}), **beside})
        # What stands in for a server, in a test, may know nothing of that.
        if answer.meta is None and answer.data and "Directus" in answer.response.headers.get("X-Powered-By", ""):
            raise search_ignored(answer.response, path)
        return answer

    def request(
        self,
        method: str,
        path: str,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | Callable[[], Body] | None = None,
        *,
        timeout: Any = ...,
        stream: bool = False,
        retryable: bool = False,
        replayable: bool = True,
        follow_redirects: bool = True,
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
        )

    def is_long(self, path: str, encoded: Mapping[str, str]) -> bool:
        """Tell whether a query is too long for an address."""
        # Escapes make a text at most nine times as long, so short ones need no exact count.
        if sum(map(len, encoded.values())) * 9 < urls.LONG_URL:
            return False
        return len(urls.with_query(self.base_url + path, encoded.items())) > urls.LONG_URL

    # ------------------------------------------------------------------ one request
    def send(self, request: Request, *, authorize: bool = True, public: bool = False) -> Response:
        """Send a request until it succeeds or there is no hope, and return the answer.

        Args:
            request: The request.
            authorize: Whether it is signed.
            public: Whether its endpoint needs no session.

        Raises:
            APIError: The server refused.
            TransportError: No answer came.
        """
        refuse_at_exit()
        authorize = authorize and not credential_names.in_call(request.headers, request.params, request.url)
        recovered = not authorize
        attempt = uncounted = 0
        waits: list[float] = []
        failed: Response | TransportError | None = None
        started = before = monotonic()
        while True:
            attempt += 1
            signed = self._signed(request, public) if authorize else request
            # A sign-in or a refresh has a time of its own.
            started += monotonic() - before
            bounded = self._bounded(signed, started)
            if bounded is None:
                raise self._final(failed or self._too_late(signed), signed, attempt - 1 if failed else attempt)
            outcome = self._try(bounded, attempt)
            if isinstance(outcome, Response):
                if 200 <= outcome.status < 300 or (300 <= outcome.status < 400 and not request.follow_redirects):
                    return outcome
                before = monotonic()
                if not recovered and outcome.status in (401, 403) and self.auth.recover(signed, outcome):
                    recovered = True
                    if request.replayable:
                        attempt -= 1  # the refusal says nothing about the call itself
                        continue
                started += monotonic() - before
            delay = self._delay(attempt, waits, request, outcome)
            if delay is None or not self._has_time(started, delay):
                raise self._final(outcome, signed, attempt)
            self._wait(signed, outcome, attempt, delay)
            if len(waits) > uncounted:  # it was for a rate limit, which says nothing about the call
                uncounted, attempt = len(waits), attempt - 1
            failed, before = outcome, monotonic()

    def _signed(self, request: Request, public: bool) -> Request:
        try:
            return self.auth.authorize(request)
        except SessionExpired:
            # Where the auth does not require a session, this is said once, and the calls after it are unauthenticated.
            if not (public and self.auth.required):
                raise
            return request

    def _try(self, request: Request, attempt: int) -> Response | TransportError:
        started = monotonic()
        if self.listeners:
            self._tell(Event("request", request.trace(), attempt))
        outcome: Response | TransportError
        try:
            outcome = self.transport.send(request)
            outcome.request = request
            if outcome.status >= 300 and outcome.streamed:
                outcome.content  # noqa: B018 - a refusal is short, and reading it may fail like the rest
            if isinstance(request.body, SecretBytes):
                outcome.hide()
        except TransportError as error:
            outcome = error
        except SourceError as error:  # raised by the user's file or iterator while the body was read
            raise (error.__cause__ or error) from None
        if self.listeners:
            elapsed = monotonic() - started
            if isinstance(outcome, Response):
                self._tell(Event("response", request.trace(), attempt, outcome.status, elapsed))
            else:
                self._tell(Event("error", request.trace(), attempt, elapsed=elapsed, reason=str(outcome)))
        if logger.isEnabledFor(logging.DEBUG):
            result = outcome.status if isinstance(outcome, Response) else type(outcome).__name__
            trace = request.trace()
            logger.debug("%s -> %s in %.3f s", trace.where, result, monotonic() - started)
        return outcome

    def _tell(self, event: Event) -> None:
        for listener in list(self.listeners):
            try:
                listener(event)
            except Exception as error:
                if is_interrupt(error):  # a task's time limit, which struck while the listener ran
                    raise
                logger.exception("a listener of on_event failed")

    def _bounded(self, request: Request, started: float) -> Request | None:
        """Shorten the timeout of a try to what `max_elapsed` leaves; ``None`` where that is nothing."""
        limit = self.retry.max_elapsed
        if limit is None or limit > MAX_TIMEOUT:
            return request
        deadline = started + limit
        left = deadline - monotonic()
        if left <= 0:
            return None
        given = getattr(self.transport, "timeout", None) if request.timeout is ... else request.timeout
        pair = given if isinstance(given, tuple) else (given, given)
        bounded = tuple(left if part is None else min(part, left) for part in pair)
        return attrs.evolve(request, timeout=bounded, deadline=deadline)

    def _too_late(self, request: Request) -> TransportError:
        trace = request.trace()
        words = f"{trace.where}: no time is left for a try (max_elapsed={self.retry.max_elapsed:g} seconds)"
        return Timeout(words, sent=False, request=trace)

    def _delay(self, attempt: int, waits: list[float], request: Request, outcome: Response | TransportError) -> float | None:
        if self.patience and (pause := self.retry.limited(len(waits), request, outcome)) is not None:
            waits.append(pause)
            return pause if sum(waits) <= self.patience else None
        return self.retry.delay(attempt, request, outcome)

    def _has_time(self, started: float, delay: float) -> bool:
        return self.retry.max_elapsed is None or monotonic() - started + delay < self.retry.max_elapsed

    def _wait(self, request: Request, outcome: Response | TransportError, attempt: int, delay: float) -> None:
        if isinstance(outcome, Response):
            errors = server_errors(outcome)
            reason = f"status {outcome.status}{' ' + error_code(errors[0]) if errors else ''}"
            outcome.close()
        else:
            reason = f"{type(outcome).__name__}: {outcome}"
        trace = request.trace()
        # The message of a TransportError names the call already.
        words = reason if isinstance(outcome, TransportError) else f"{trace.where}: {reason}"
        logger.info("try %d failed, the next in %.2f s: %s", attempt, delay, shorten(words, MAX_MESSAGE - 60))
        if self.listeners:
            status = outcome.status if isinstance(outcome, Response) else None
            self._tell(Event("retry", trace, attempt, status, delay=delay, reason=reason))
        if self.retry.sleep is not wait or getattr(self.transport, "waits", True):
            self.retry.sleep(delay)

    def _final(self, outcome: Response | TransportError, request: Request, attempt: int) -> APIError | TransportError:
        error: APIError | TransportError
        if isinstance(outcome, Response):
            path = request.url.removeprefix(self.base_url)
            error = error_from(outcome, request, path, self.limits.version)
            outcome.close()
        else:
            error = outcome
        error.attempts = attempt
        if attempt > 1:
            error.args = (f"{error.message} (tried {attempt} times)",)
        return error

    # ------------------------------------------------------------------ for Auth
    def anonymous(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        secret: bool = True,
        retryable: bool = False,
        max_elapsed: float | None = None,
    ) -> Answer:
        """Make a call that is not signed: the sender that `Auth.bind` is given.

        `max_elapsed` bounds a call that others wait for, where the retry policy allows more.
        """
        limits = [limit for limit in (max_elapsed, self.retry.max_elapsed) if limit is not None]
        bounded = attrs.evolve(self, retry=attrs.evolve(self.retry, max_elapsed=min(limits))) if limits else self
        return bounded.call(method, path, json=json, headers=headers, authorize=False, secret=secret, retryable=retryable)


def parse_headers(headers: Mapping[str, str] | None) -> Mapping[str, str]:
    """Check the headers that a user gives and return them."""
    if headers is None:
        return {}
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers must be a mapping, not {type(headers).__name__}")
    check_headers(headers)
    return Headers(headers)
