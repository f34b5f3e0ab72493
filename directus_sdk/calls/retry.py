"""When a call is retried, and after how long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Union

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.errors import ConfigurationError, ResponseTooLarge, TLSError, TransportError
from directus_sdk.http.responses import error_code, server_errors
from directus_sdk.http.statuses import OVERLOADED, RATE_LIMIT_CODES, RATE_LIMITED, RETRIED

if TYPE_CHECKING:
    from directus_sdk.wire.messages import Request, Response

#: Methods that change nothing, so that they can be repeated.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "SEARCH"})
#: Errors of the transport that a retry does not help.
_FINAL = (TLSError, ResponseTooLarge)

Outcome = Union["Response", TransportError]


def _seconds(instance: object, attribute: attrs.Attribute[float], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise ConfigurationError(f"{attribute.name} must be seconds, and not negative: {value!r}")


def _at_least_one(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(
            f"attempts counts every attempt, the first included, so it must be an integer of at least 1: {value!r}"
        )


def _statuses(value: Iterable[int]) -> frozenset[int]:
    statuses = None if isinstance(value, (str, bytes)) or not isinstance(value, Iterable) else list(value)
    if statuses is None or any(type(status) is not int or not 400 <= status < 600 for status in statuses):
        raise ConfigurationError(f"statuses must be a list of HTTP statuses from 400 to 599, such as [429, 503]: {value!r}")
    return frozenset(statuses)


def wait(seconds: float) -> None:
    """Wait; looked up at each call, since gevent and eventlet replace what waits."""
    time.sleep(seconds)


@attrs.frozen
class RetryPolicy(Displayed):
    """Decides whether a call is retried.

    A response which says that the server did not process the request (429, and 503 of a server under pressure) is
    retried for every method. A broken connection, a timeout and the other `statuses` are retried only for calls that
    change nothing, for calls marked ``retryable=True``, and where nothing had been sent.

    Args:
        attempts: How many times a call is sent at most, the first included; 1 switches retries off.
        backoff: The longest wait before the second attempt, in seconds; it doubles with each attempt. The wait is
            drawn at random between zero and that (full jitter).
        max_delay: The longest wait, in seconds. A longer ``Retry-After`` of the server is not waited for.
        max_elapsed: How many seconds a call may take in all, attempts and waits together, or ``None``. What is left of
            it bounds each attempt, also where the server sends a byte now and then. A download may go on after its
            first byte.
        sleep: What waits; tests put their own in. With a transport that has no network, such as `MockTransport`, nothing
            waits unless you give one.
        statuses: The HTTP statuses that are retried, from 400 to 599; ``()`` retries after errors of the network only.

    Raises:
        ConfigurationError: An argument cannot be what it has to be.

    Example:
        >>> RetryPolicy(attempts=5, max_elapsed=60).attempts
        5
        >>> sorted(RetryPolicy().statuses)
        [429, 502, 503, 504]
    """

    attempts: int = attrs.field(default=3, validator=_at_least_one)
    backoff: float = attrs.field(default=0.5, validator=_seconds)
    max_delay: float = attrs.field(default=30.0, validator=_seconds)
    max_elapsed: float | None = attrs.field(default=None, validator=attrs.validators.optional(_seconds))
    sleep: Callable[[float], None] = attrs.field(default=wait, repr=False, eq=False)
    statuses: frozenset[int] = attrs.field(
        default=RETRIED, converter=_statuses, repr=lambda codes: str(sorted(codes)), kw_only=True
    )

    def delay(self, attempt: int, request: Request, outcome: Outcome) -> float | None:
        """Return how many seconds to wait before the next attempt, or ``None`` to give up.

        Args:
            attempt: Which attempt this was, from 1.
            request: What was sent.
            outcome: The response, or the error that was raised instead.
        """
        if attempt >= self.attempts or not self._may_retry(request, outcome):
            return None
        asked = None if isinstance(outcome, TransportError) else outcome.retry_after
        # A server rounds what it asks for, so 0 means up to half a second: the back-off is the better guess.
        if asked:
            return asked if asked <= self.max_delay else None
        return self._back_off(attempt)

    def limited(self, times: int, request: Request, outcome: Outcome) -> float | None:
        """Return how many seconds to wait for the rate limiter, or ``None`` where the outcome is something else.

        Args:
            times: How many times this call waited for it before.
            request: What was sent.
            outcome: The response, or the error that was raised instead.
        """
        if isinstance(outcome, TransportError) or outcome.status != RATE_LIMITED or self.attempts == 1:
            return None
        if not self._may_retry(request, outcome):
            return None
        if not outcome.retry_after and not self.backoff:
            return None  # it would be sent without a pause and without an end
        return outcome.retry_after or self._back_off(times + 1)

    def _may_retry(self, request: Request, outcome: Outcome) -> bool:
        harmless = request.retryable or request.method in SAFE_METHODS
        if not request.replayable or isinstance(outcome, _FINAL):
            return False
        if isinstance(outcome, TransportError):
            return harmless or not outcome.sent
        if outcome.status not in self.statuses:
            return False
        error = next(iter(server_errors(outcome)), {})
        if outcome.status == RATE_LIMITED:
            return error_code(error) in RATE_LIMIT_CODES
        if error_code(error) == OVERLOADED:
            # "api" is Directus itself, which did not process the request. Another service is not back in a second.
            extensions: object = error["extensions"]
            return isinstance(extensions, dict) and extensions.get("service") == "api"
        return harmless

    def _back_off(self, attempt: int) -> float:
        import random  # slow to import, and seldom needed

        return random.uniform(0, min(self.max_delay, self.backoff * 2.0 ** min(attempt - 1, 60)))
