"""A health check: whether Directus responds, within a time that a load balancer waits."""

from __future__ import annotations

import logging
from typing import Final

from directus_sdk.auth.login import LoginAuth
from directus_sdk.calls.retry import RetryPolicy
from directus_sdk.client import Directus
from directus_sdk.errors import DirectusError

logger = logging.getLogger("directus_sdk")

#: How many seconds the check takes at most.
TIMEOUT: Final = 2.0


def health(client: Directus, timeout: float = TIMEOUT) -> tuple[int, dict[str, str]]:
    """Return the status and the JSON of a health check, which say nothing about the server but whether it responds.

    ``GET /server/ping``, one attempt, unauthenticated.

    Args:
        client: The site's client.
        timeout: How many seconds the check takes at most.

    Example:
        >>> health(directus)
        (200, {'directus': 'ok'})
    """
    # Unauthenticated: signing in, or refreshing a session, may take longer than the check.
    probe = client.with_options(auth=LoginAuth(), timeout=timeout, retry=RetryPolicy(attempts=1, max_elapsed=timeout))
    try:
        probe.server.ping()
    except DirectusError as error:
        logger.warning("the health check failed: %s", error)
        return 503, {"directus": "no response"}
    return 200, {"directus": "ok"}
