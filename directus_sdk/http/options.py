"""The timeouts of requests, in seconds, and their check."""

from __future__ import annotations

from directus_sdk.errors import ConfigurationError
from directus_sdk.wire.messages import Timeout

#: The maximum timeout in seconds: sockets count milliseconds in 31 bits, which is 24 days.
MAX_TIMEOUT = 2_000_000


def check_timeout(timeout: Timeout) -> Timeout:
    """Refuse a timeout that is not positive seconds up to `MAX_TIMEOUT`, a pair of them, or ``None``."""
    pair: tuple[object, ...] = timeout if isinstance(timeout, tuple) else (timeout,)
    if isinstance(timeout, tuple) and len(timeout) != 2:
        raise ConfigurationError("timeout must be seconds, or a pair: seconds to connect, seconds to wait for data")
    for seconds in pair:
        if seconds is None:
            continue
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
            raise ConfigurationError(f"timeout must be positive seconds, not {seconds!r}")
        if seconds > MAX_TIMEOUT:
            raise ConfigurationError(f"timeout must be at most {MAX_TIMEOUT:,} seconds; None waits for ever")
    return timeout
