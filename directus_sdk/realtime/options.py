"""The options of a connection: opening, heartbeat, reconnecting."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.errors import (
    ConfigurationError,
    DirectusError,
    Forbidden,
    RateLimited,
    ServerError,
    SessionExpired,
    TransportError,
    Unauthorized,
)
from directus_sdk.http.hosts import with_ascii_host

MODES = ("handshake", "public", "strict")
_FINAL = (Unauthorized, Forbidden, SessionExpired, ConfigurationError)


def _positive(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0):
        raise ConfigurationError(f"{attribute.name} must be more than 0, not {value!r}")


def _not_negative(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise ConfigurationError(f"{attribute.name} must be an integer of at least 0, or None for no limit, not {value!r}")


@attrs.frozen(kw_only=True)
class ReconnectPolicy(Displayed):
    """When to reconnect after a connection was lost.

    Each wait is twice as long as the one before, up to `max_delay`, and a random part of its second half is left out.
    A refusal with 401 or 403 is not retried.

    Attributes:
        attempts: The maximum number of attempts in a row; ``None`` for no limit.
        backoff: The first wait, in seconds.
        max_delay: The longest wait, in seconds.

    Example:
        >>> ReconnectPolicy(attempts=2).delay(3, ConnectionFailed("no response")) is None
        True
    """

    attempts: int | None = attrs.field(default=None, validator=_not_negative)
    backoff: float = attrs.field(default=0.5, validator=_positive)
    max_delay: float = attrs.field(default=30.0, validator=_positive)
    random: Callable[[], float] = attrs.field(default=random.random, repr=False, eq=False)

    def delay(self, attempt: int, error: DirectusError | None) -> float | None:
        """Return how many seconds to wait before attempt number `attempt` (from 1), or ``None`` to give up."""
        if is_final(error) or (self.attempts is not None and attempt > self.attempts):
            return None
        longest = min(self.max_delay, self.backoff * 2.0 ** min(attempt - 1, 60))
        return longest * (1 - self.random() / 2)


def is_final(error: BaseException | None) -> bool:
    """Return whether a retry is useless, because the server refuses the user or the client is set up wrongly."""
    return isinstance(error, _FINAL)


def is_passing(error: BaseException) -> bool:
    """Return whether a call failed for a temporary reason: no response, a rate limit, or an error of the server."""
    return isinstance(error, (TransportError, RateLimited, ServerError))


@attrs.frozen(kw_only=True)
class RealtimeOptions(Displayed):
    """The options of the connections of one client; see ``directus.realtime.configure``.

    Attributes:
        mode: How the server expects the sign-in (its ``WEBSOCKETS_REST_AUTH``): ``"handshake"``, ``"public"`` or
            ``"strict"``.
        url: The URL of the WebSocket, where it is not the client's base URL with ``/websocket``.
        open_timeout: Seconds for connecting and signing in, and for the confirmation of a subscription.
        heartbeat_timeout: Seconds without a message after which the connection counts as lost; ``None`` waits for ever.
        reconnect: When to reconnect after a connection was lost.
        queue_size: The maximum number of events that wait for a slow consumer; more are dropped and counted.
        max_size: The maximum size of a message, in bytes.
        workers: The number of threads that run callbacks.
    """

    mode: str = attrs.field(default="handshake")
    url: str | None = attrs.field(default=None, converter=attrs.converters.optional(with_ascii_host))
    open_timeout: float = attrs.field(default=10.0, validator=_positive)
    heartbeat_timeout: float | None = attrs.field(default=60.0, validator=_positive)
    reconnect: ReconnectPolicy = ReconnectPolicy()
    queue_size: int = attrs.field(default=1_000, validator=_positive)
    max_size: int = attrs.field(default=64 * 1024 * 1024, validator=_positive)
    workers: int = attrs.field(default=4, validator=_positive)

    @mode.validator
    def _check_mode(self, attribute: attrs.Attribute[str], value: str) -> None:
        if value not in MODES:
            raise ConfigurationError(f"mode must be one of {', '.join(MODES)}, not {value!r}")
