"""The life of a call: encode, authorize, send, retry, recover from an expired token, decode, raise."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import attrs

from directus_sdk.auth.authorizer import Authorizer
from directus_sdk.calls.call_state import CallState
from directus_sdk.calls.dialect import Dialect
from directus_sdk.calls.retry import Outcome, RetryPolicy, wait
from directus_sdk.calls.server_limits import Limits
from directus_sdk.errors import APIError, SessionExpired, Timeout, TransportError
from directus_sdk.errors.transport import refuse_at_exit
from directus_sdk.http.bodies import SourceError
from directus_sdk.http.options import MAX_TIMEOUT
from directus_sdk.http.responses import APIResponse, error_code, search_ignored, server_errors
from directus_sdk.http.statuses import is_success
from directus_sdk.http.transport import Transport
from directus_sdk.local.clock import monotonic
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.redaction.call_names import MAX_MESSAGE, shorten
from directus_sdk.redaction.redact import Kept, SafeDict, SafePairs, SecretBytes, is_secret, public_headers
from directus_sdk.wire import credential_names, urls
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

if TYPE_CHECKING:
    from directus_sdk.calls.checks import CallChecks
    from directus_sdk.calls.events import EventKind, Listener
    from directus_sdk.redaction.trace import Trace

logger = logging.getLogger("directus_sdk")

_JSON = {"Content-Type": "application/json"}
#: How servers refuse what is not in their schema.
_CHECKED = ("FORBIDDEN", "INVALID_QUERY")
#: Endpoints whose SEARCH never returns "meta".
_WITHOUT_META = ("/deployments", "/shares")
DIALECT = Dialect()


class Requester(Protocol):
    """What a handler needs of a client."""

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that sends the calls."""

    @property
    def models(self) -> Mapping[str, type[object]]:
        """The model class of each collection that has one."""


@attrs.frozen(eq=False, repr=False)
class Pipeline:
    """Sends calls. A copy with other options is `attrs.evolve`.

    Attributes:
        base_url: The URL of the server without a slash at its end.
        auth: Signs the requests.
        transport: Sends them.
        retry: Decides what is retried.
        headers: Headers of every call.
        params: Query parameters of every call, encoded.
        timeout: The timeout of every call; ``...`` means the transport's.
        listeners: Callbacks that receive an event for each attempt.
        limits: What was learned about the server.
        patience: How many seconds a call may wait for the server's rate limiter in addition to its attempts.
        dialect: Reads the responses.
        checks: Checks each call before it is sent, or ``None``.
    """

    base_url: str
    auth: Authorizer
    transport: Transport
    retry: RetryPolicy
    # Tools that walk through attrs classes and dicts find nothing in these.
    _headers: Kept[Mapping[str, str]] = attrs.field(factory=dict, converter=safe_headers, repr=False)
    _params: Kept[SafePairs] = attrs.field(default=(), converter=safe_params, repr=False)
    timeout: TimeoutOption = ...
    listeners: list[Listener] = attrs.field(factory=list)
    limits: Limits = attrs.field(factory=Limits)
    patience: float = 0.0
    dialect: Dialect = DIALECT
    checks: CallChecks | None = None

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
        fields = (self.base_url, self.auth, self.transport, self.retry, public_headers(self.headers), params)
        return Pipeline, (*fields, self.timeout, [], self.limits, self.patience, self.dialect, self.checks)

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

    # ------------------------------------------------------------------ one request
    def send(self, request: Request, *, authorize: bool = True, public: bool = False) -> Response:
        """Send a request until it succeeds or must not be retried, and return the response.

        Args:
            request: The request.
            authorize: Whether it is signed.
            public: Whether its endpoint needs no session.

        Raises:
            APIError: The server refused.
            TransportError: No response was received.
        """
        refuse_at_exit()
        signs = authorize and not credential_names.in_call(request.headers, request.params, request.url)
        call = CallState(request, signs, public, monotonic())
        while True:
            signed = self._sign(call)
            outcome = self._attempt(call, signed)
            if isinstance(outcome, Response) and self.dialect.is_final(outcome, signed):
                return outcome
            if self._recover(call, signed, outcome):
                continue
            delay = self._delay(call, outcome)
            if delay is None:
                raise self._error(outcome, signed, call.attempt)
            self._wait(call, signed, outcome, delay)

    def _sign(self, call: CallState) -> Request:
        if not call.signs:
            return call.request
        before = monotonic()
        try:
            return self.auth.authorize(call.request)
        except SessionExpired:
            # Where the auth does not require a session, this is raised once, and later calls are unauthenticated.
            if not (call.public and self.auth.required):
                raise
            return call.request
        finally:
            # A sign-in or a refresh has a time limit of its own.
            call.started += monotonic() - before

    def _attempt(self, call: CallState, request: Request) -> Outcome:
        bounded = self._bounded(call, request)
        started = monotonic()

        def sending() -> None:
            if self.listeners:
                self._notify("request", bounded.trace(), call.attempt)

        outcome = self._exchange(bounded, sending)
        self._report(call, bounded, outcome, monotonic() - started)
        return outcome

    def _bounded(self, call: CallState, request: Request) -> Request:
        """Shorten the timeout of an attempt to what `max_elapsed` leaves.

        Raises:
            DirectusError: That is nothing: the error of the attempt before.
        """
        limit = self.retry.max_elapsed
        if limit is None or limit > MAX_TIMEOUT:
            return request
        deadline = call.started + limit
        left = deadline - monotonic()
        if left <= 0:
            if call.failure is None:
                raise self._error(self._too_late(request), request, call.attempt)
            raise self._error(call.failure, request, call.attempt - call.counts)
        timeout = getattr(self.transport, "timeout", None) if request.timeout is ... else request.timeout
        connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        bounded = (left if connect is None else min(connect, left), left if read is None else min(read, left))
        return attrs.evolve(request, timeout=bounded, deadline=deadline)

    def _too_late(self, request: Request) -> TransportError:
        trace = request.trace()
        message = f"{trace.where}: no time is left for an attempt (max_elapsed={self.retry.max_elapsed:g} seconds)"
        return Timeout(message, sent=False, request=trace)

    def _exchange(self, request: Request, sending: Callable[[], None]) -> Outcome:
        try:
            if request.cacheable is not None and self.transport.caches:
                response = self.transport.read(request, sending)
            else:
                sending()
                response = self.transport.send(request)
            response.request = request
            if not is_success(response.status) and response.streamed:
                response.content  # noqa: B018 - a refusal is short, and reading it may fail like the rest
        except TransportError as error:
            return error
        except SourceError as error:  # raised by the user's file or iterator while the body was read
            raise (error.__cause__ or error) from None
        if isinstance(request.body, SecretBytes):
            response.hide()
        return response

    def _report(self, call: CallState, request: Request, outcome: Outcome, elapsed: float) -> None:
        if self.listeners:
            if isinstance(outcome, Response) and outcome.age is not None:
                kind: EventKind = "cached" if outcome.stale_because is None else "stale"
                status, age = outcome.status, outcome.age
                self._notify(kind, request.trace(), call.attempt, status, age, reason=outcome.stale_because)
            elif isinstance(outcome, Response):
                self._notify("response", request.trace(), call.attempt, outcome.status, elapsed)
            else:
                self._notify("error", request.trace(), call.attempt, elapsed=elapsed, reason=str(outcome))
        if logger.isEnabledFor(logging.DEBUG):
            result = outcome.status if isinstance(outcome, Response) else type(outcome).__name__
            logger.debug("%s -> %s in %.3f s", request.trace().where, result, elapsed)

    def _notify(
        self,
        kind: EventKind,
        request: Trace,
        attempt: int,
        status: int | None = None,
        elapsed: float | None = None,
        delay: float | None = None,
        reason: str | None = None,
    ) -> None:
        from directus_sdk.calls.events import Event  # only callbacks need it

        event = Event(kind, request, attempt, status, elapsed, delay, reason)
        for listener in list(self.listeners):
            try:
                listener(event)
            except Exception as error:
                if is_interrupt(error):  # such as the time limit of a task queue
                    raise
                logger.exception("a listener of on_event failed")

    def _recover(self, call: CallState, signed: Request, outcome: Outcome) -> bool:
        """Ask the auth once for another token, and tell whether the request is to be sent again with it."""
        if call.recovered or not call.signs or isinstance(outcome, TransportError):
            return False
        if not self.dialect.may_refuse_token(outcome):
            return False
        before = monotonic()
        call.recovered = self.auth.recover(signed, outcome)
        call.started += monotonic() - before
        return call.recovered and call.request.replayable

    def _delay(self, call: CallState, outcome: Outcome) -> float | None:
        """Return how many seconds to wait before the next attempt, or ``None`` to give up."""
        pause = self.retry.limited(len(call.pauses), call.request, outcome) if self.patience else None
        if pause is None:
            call.counts, delay = True, self.retry.delay(call.attempt, call.request, outcome)
        else:
            # The rate limit says nothing about the call itself.
            call.pauses.append(pause)
            call.counts, delay = False, pause if sum(call.pauses) <= self.patience else None
        limit = self.retry.max_elapsed
        if delay is not None and limit is not None and monotonic() - call.started + delay >= limit:
            return None
        return delay

    def _wait(self, call: CallState, request: Request, outcome: Outcome, delay: float) -> None:
        status = None
        if isinstance(outcome, Response):
            status, errors = outcome.status, server_errors(outcome)
            reason = f"status {status}{' ' + error_code(errors[0]) if errors else ''}"
            outcome.close()
        else:
            reason = f"{type(outcome).__name__}: {outcome}"
        trace = request.trace()
        # The message of a TransportError names the call already.
        message = reason if status is None else f"{trace.where}: {reason}"
        logger.info("attempt %d failed, the next in %.2f s: %s", call.attempt, delay, shorten(message, MAX_MESSAGE - 60))
        if self.listeners:
            self._notify("retry", trace, call.attempt, status, delay=delay, reason=reason)
        self.pause(delay)
        call.failure = outcome
        call.attempt += call.counts

    def pause(self, seconds: float) -> None:
        """Wait between two attempts, unless the transport has no network."""
        if self.retry.sleep is not wait or getattr(self.transport, "waits", True):
            self.retry.sleep(seconds)

    def _error(self, outcome: Outcome, request: Request, attempts: int) -> APIError | TransportError:
        if isinstance(outcome, Response):
            error: APIError | TransportError
            path = request.url.removeprefix(self.base_url)
            error = self.dialect.error(outcome, request, self.auth, path, self.limits.version)
            outcome.close()
            if self.checks is not None and error.code in _CHECKED:
                self.checks.refused()
        else:
            error = outcome
        error.attempts = attempts
        if attempts > 1:
            error.args = (f"{error.message} (tried {attempts} times)",)
        return error

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
