"""Timeouts, in seconds: what may be one."""

from __future__ import annotations

from typing import Any

from directus_sdk.errors import ConfigurationError

#: The most seconds of a timeout: sockets count milliseconds in 31 bits, which is 24 days.
MAX_TIMEOUT = 2_000_000


def check_timeout(timeout: Any) -> Any:
    """Refuse a timeout that is not positive seconds up to `MAX_TIMEOUT`, a pair of them, or ``None``."""
    parts = timeout if isinstance(timeout, tuple) else (timeout,)
    if isinstance(timeout, tuple) and len(timeout) != 2:
        raise ConfigurationError("timeout must be seconds, or a pair: seconds to connect, seconds to wait for data")
    for part in parts:
        if part is not None and (isinstance(part, bool) or not isinstance(part, (int, float)) or not part > 0):
            raise ConfigurationError(f"timeout must be positive seconds, not {part!r}")
        if part is not None and part > MAX_TIMEOUT:
            raise ConfigurationError(f"timeout must be at most {MAX_TIMEOUT:,} seconds; None waits for ever")
    return timeout
