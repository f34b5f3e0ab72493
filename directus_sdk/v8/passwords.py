"""Forgotten passwords."""

from __future__ import annotations

from directus_sdk.auth.authorizer import Sender
from directus_sdk.handlers.base import without_none
from directus_sdk.redaction.tracebacks import without_locals


@without_locals
class PasswordHandler8:
    """Resets forgotten passwords: ``directus.auth.password``."""

    def __init__(self, sender: Sender) -> None:
        self._send = sender

    def request(self, email: str, reset_url: str | None = None) -> None:
        """Request an email with a link to reset the password.

        ``POST /{project}/auth/password/request``.

        Args:
            email: The user's email address.
            reset_url: The page that the link opens; that of the app by default.

        Raises:
            NotFound: No user has this email address.
        """
        self._send("POST", "/auth/password/request", json={"email": email, **without_none(reset_url=reset_url)})

    def reset(self, token: str, password: str) -> None:
        """Set a new password with the token of that email.

        ``POST /{project}/auth/password/reset``.

        Args:
            token: The token at the end of the link; it is valid for 20 minutes.
            password: The new password.

        Raises:
            InvalidToken: It is not such a token.
            TokenExpired: It has expired, or was used before.
        """
        self._send("POST", "/auth/password/reset", json={"token": token, "password": password})
