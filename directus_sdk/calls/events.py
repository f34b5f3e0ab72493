"""What ``directus.on_event(fn)`` is told about each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import attrs

from directus_sdk.redaction.redact import Trace


@attrs.frozen
class Event:
    """One step in the life of a call, without secrets.

    Attributes:
        kind: ``"request"`` before a try, ``"response"`` after an answer, ``"error"`` where none came, ``"retry"``
            before the wait for the next try.
        request: What is sent.
        attempt: Which try it is, from 1.
        status: The HTTP status of an answer.
        elapsed: How many seconds this try took.
        delay: With ``"retry"``: how many seconds are waited.
        reason: With ``"retry"`` and ``"error"``: why.
    """

    kind: Literal["request", "response", "error", "retry"]
    request: Trace
    attempt: int
    status: int | None = None
    elapsed: float | None = None
    delay: float | None = None
    reason: str | None = None


Listener = Callable[[Event], object]
