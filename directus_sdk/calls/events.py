"""The events of a call, which the callbacks of ``directus.on_event()`` receive."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import attrs

from directus_sdk.displayed import Displayed

if TYPE_CHECKING:
    from directus_sdk.redaction.trace import Trace

EventKind = Literal["request", "response", "error", "retry", "cached", "stale"]


@attrs.frozen
class Event(Displayed):
    """One step of a call, without secrets.

    Attributes:
        kind: ``"request"`` before an attempt, ``"response"`` after a response, ``"error"`` if there was none,
            ``"retry"`` before the wait for the next attempt, ``"cached"`` where a cache of the transport responded and nothing
            was sent, ``"stale"`` where it responded because the server did not.
        request: The request, as a `directus_sdk.redaction.trace.Trace`.
        attempt: The number of the attempt, from 1.
        status: The HTTP status of the response.
        elapsed: How many seconds the attempt took. With ``"cached"`` and ``"stale"``: how many seconds ago the server
            responded.
        delay: With ``"retry"``: how many seconds the call waits.
        reason: With ``"retry"``, ``"error"`` and ``"stale"``: the cause.
    """

    kind: EventKind
    request: Trace
    attempt: int
    status: int | None = None
    elapsed: float | None = None
    delay: float | None = None
    reason: str | None = None


Listener = Callable[[Event], object]
