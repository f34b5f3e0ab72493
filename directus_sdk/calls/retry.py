"""When a call is tried again, and after how long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Union

import attrs

from directus_sdk.errors import ConfigurationError, ResponseTooLarge, TLSError, TransportError
from directus_sdk.http.responses import error_code, server_errors

if TYPE_CHECKING:
    from directus_sdk.wire.messages import Request, Response

#: Methods that change nothing, so that a second try does no harm.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "SEARCH"})

_GATEWAY = frozenset({502, 503, 504})

Outcome = Union["Response", TransportError]


def _seconds_or_none(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value is None and attribute.name == "max_elapsed":
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise ConfigurationError(f"{attribute.name} must be seconds, and not negative: {value!r}")


def _at_least_one(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(
            f"attempts counts every try, the first included, so it must be a whole number of at least 1: {value!r}"
        )


def wait(seconds: float) -> None:
    """Wait; looked up at each call, since gevent and eventlet replace what waits."""
    time.sleep(seconds)


@attrs.frozen
class RetryPolicy:
    """Decides whether a call is tried again.

    What the server says it did not do (429, and 503 under pressure) is tried again for every method. A broken
    connection, a timeout and 502, 503 and 504 are tried again only for calls that change nothing, for calls marked
    ``retryable=True``, and where nothing had been sent.

    Args:
        attempts: How many times a call is tried, the first included; 1 switches retries off.
        backoff: The longest wait before the second try, in seconds; it doubles with each try. The wait is drawn
            at random between zero and that (full jitter).
        max_delay: The longest wait, in seconds. A longer ``Retry-After`` of the server is not waited for.
        max_elapsed: How many seconds a call may take in all, tries and waits together, or ``None``. What is left of it
            bounds each try, also where the server sends a byte now and then. A download may go on after its first byte.
        sleep: What waits; tests put their own in. With a transport that has no network, such as `MockTransport`, nothing
            waits unless you give one.

    Example:
        >>> RetryPolicy(attempts=5, max_elapsed=60).attempts
        5
    """

    attempts: int = attrs.field(default=3, validator=_at_least_one)
    backoff: float = attrs.field(default=0.5, validator=_seconds_or_none)
    max_delay: float = attrs.field(default=30.0, validator=_seconds_or_none)
    max_elapsed: float | None = attrs.field(default=None, validator=_seconds_or_none)
    sleep: Callable[[float], None] = attrs.field(default=wait, repr=False, eq=False)

    def delay(self, attempt: int, request: Request, outcome: Outcome) -> float | None:
        """Return how many seconds to wait before the next try, or ``None`` to give up.

        Args:
            attempt: Which try this was, from 1.
            request: What was sent.
            outcome: The answer, or the error that came instead.
        """
        if attempt >= self.attempts or not request.replayable or not _worth_trying(request, outcome):
            return None
        asked = None if isinstance(outcome, TransportError) else outcome.retry_after
        # A server rounds what it asks for, so 0 means up to half a second: the back-off is the better guess.
        if asked:
            return asked if asked <= self.max_delay else None
        return self._back_off(attempt)

    def limited(self, times: int, request: Request, outcome: Outcome) -> float | None:
        """Return how many seconds a rate limit is to be waited for, or ``None`` where it is something else.

        Args:
            times: How many times the call was waited for before.
            request: What was sent.
            outcome: The answer, or the error that came instead.
        """
        if isinstance(outcome, TransportError) or outcome.status != 429 or self.attempts == 1:
            return None
        if not request.replayable or not _worth_trying(request, outcome):
            return None
        if not outcome.retry_after and not self.backoff:
            return None  # nobody waits, so it would be asked without a pause and without an end
        return outcome.retry_after or self._back_off(times + 1)

    def _back_off(self, attempt: int) -> float:
        import random  # slow to import, and seldom needed

        return random.uniform(0, min(self.max_delay, self.backoff * 2.0 ** min(attempt - 1, 60)))


def _worth_trying(request: Request, outcome: Outcome) -> bool:
    harmless = request.retryable or request.method in SAFE_METHODS
    if isinstance(outcome, (TLSError, ResponseTooLarge)):
        return False
    if isinstance(outcome, TransportError):
        return harmless or not outcome.sent
    if outcome.status == 429:
        return _code(outcome) in {"", "REQUESTS_EXCEEDED"}
    if outcome.status not in _GATEWAY:
        return False
    if outcome.status == 503 and _code(outcome) == "SERVICE_UNAVAILABLE":
        # Directus says so itself: "api" is shed load, where it did nothing. Another service is not back in a second.
        return _is_shed(outcome)
    return harmless


def _code(response: Response) -> str:
    errors = server_errors(response)
    return error_code(errors[0]) if errors else ""


def _is_shed(response: Response) -> bool:
    extensions = server_errors(response)[0].get("extensions")
    return isinstance(extensions, dict) and extensions.get("service") == "api"
