"""One request on its way: authorize, send, retry, recover from an expired token, raise."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from directus_sdk.auth.authorizer import Authorizer
from directus_sdk.calls.dialect import Dialect
from directus_sdk.calls.retry import Outcome, RetryPolicy, wait
from directus_sdk.calls.server_limits import Limits
from directus_sdk.errors import APIError, SessionExpired, Timeout, TransportError
from directus_sdk.errors.transport import refuse_at_exit
from directus_sdk.http.bodies import SourceError
from directus_sdk.http.options import MAX_TIMEOUT
from directus_sdk.http.responses import error_code, server_errors
from directus_sdk.http.statuses import is_success
from directus_sdk.http.transport import Transport
from directus_sdk.local.clock import monotonic
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.redaction.call_names import MAX_MESSAGE, shorten
from directus_sdk.redaction.redact import SecretBytes
from directus_sdk.wire import credential_names
from directus_sdk.wire.messages import Request, Response

if TYPE_CHECKING:
    from directus_sdk.calls.checks import CallChecks
    from directus_sdk.calls.events import EventKind, Listener
    from directus_sdk.redaction.trace import Trace

logger = logging.getLogger("directus_sdk")

#: How servers refuse what is not in their schema.
_CHECKED = ("FORBIDDEN", "INVALID_QUERY")
_DIALECT = Dialect()


class CallState:
    """The state of one call while it is sent, and sent again.

    Attributes:
        request: The request without credentials.
        signs: Whether each attempt is signed.
        public: Whether the endpoint needs no session.
        started: When it began, later by what signing took.
        attempt: Which attempt this is, from 1, without those that the rate limiter refused.
        counts: Whether the last attempt counts.
        recovered: Whether the auth has another token already.
        pauses: How long the call waited for the rate limiter, each time.
        failure: The outcome of the attempt before.
    """

    def __init__(self, request: Request, signs: bool, public: bool, started: float) -> None:
        self.request = request
        self.signs = signs
        self.public = public
        self.started = started
        self.attempt = 1
        self.counts = True
        self.recovered = False
        self.pauses: list[float] = []
        self.failure: Outcome | None = None


@attrs.frozen(eq=False, repr=False)
class RequestSender:
    """Sends requests.

    Attributes:
        base_url: The URL of the server without a slash at its end.
        auth: Signs the requests.
        transport: Sends them.
        retry: Decides what is retried.
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
    listeners: list[Listener] = attrs.field(factory=list)
    limits: Limits = attrs.field(factory=Limits)
    patience: float = 0.0
    dialect: Dialect = _DIALECT
    checks: CallChecks | None = None

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
