"""The state of one call while it is sent, and sent again."""

from __future__ import annotations

from directus_sdk.calls.retry import Outcome
from directus_sdk.wire.messages import Request


class CallState:
    """How often a call was sent, and how long it takes.

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
