"""How a connection is made, watched and made again."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import attrs

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


def _positive(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value is not None and not value > 0:
        raise ConfigurationError(f"{attribute.name} must be more than 0, not {value!r}")


@attrs.frozen(kw_only=True)
class ReconnectPolicy:
    """When a lost connection is made again.

    Each wait is twice as long as the one before, up to `max_delay`, and a random part of its second half is left out.
    What the server refuses with 401 or 403 is not tried again.

    Attributes:
        attempts: How many times in a row it is tried; ``None`` for ever.
        backoff: The first wait, in seconds.
        max_delay: The longest wait, in seconds.

    Example:
        >>> ReconnectPolicy(attempts=2).delay(3, ConnectionFailed("no answer")) is None
        True
    """

    attempts: int | None = None
    backoff: float = attrs.field(default=0.5, validator=_positive)
    max_delay: float = attrs.field(default=30.0, validator=_positive)
    random: Callable[[], float] = attrs.field(default=random.random, repr=False, eq=False)

    def delay(self, attempt: int, error: DirectusError | None) -> float | None:
        """Return how many seconds to wait before try number `attempt` (from 1), or ``None`` to give up."""
        if is_final(error) or (self.attempts is not None and attempt > self.attempts):
            return None
        longest = min(self.max_delay, self.backoff * 2.0 ** min(attempt - 1, 60))
        return longest * (1 - self.random() / 2)


def is_final(error: BaseException | None) -> bool:
    """Tell whether trying again cannot help: the server knows us, or does not, and says no."""
    return isinstance(error, _FINAL)


def is_passing(error: BaseException) -> bool:
    """Tell whether a call failed for a reason that passes: no answer, too many calls, or the server's own trouble."""
    return isinstance(error, (TransportError, RateLimited, ServerError))


@attrs.frozen(kw_only=True)
class RealtimeOptions:
    """The options of the connections of one client; see ``directus.realtime.configure``.

    Attributes:
        mode: How the server wants the sign-in (its ``WEBSOCKETS_REST_AUTH``): ``"handshake"``, ``"public"`` or
            ``"strict"``.
        url: The address of the socket, where it is not the client's address with ``/websocket``.
        open_timeout: Seconds within which a connection, a sign-in and a subscription must be answered.
        heartbeat_timeout: Seconds without a sign of life after which a connection is given up; ``None`` waits for ever.
        reconnect: When a lost connection is made again.
        queue_size: How many events wait for a slow consumer; more are counted and reported.
        max_size: The largest message, in bytes.
        workers: How many threads run callbacks.
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
    def _known(self, attribute: attrs.Attribute[str], value: str) -> None:
        if value not in MODES:
            raise ConfigurationError(f"mode must be one of {', '.join(MODES)}, not {value!r}")
