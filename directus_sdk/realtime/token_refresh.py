"""Signing in again before the token of a connection expires."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable

from directus_sdk.auth.authorizer import Authorizer
from directus_sdk.errors import ConfigurationError, DirectusError, StorageError
from directus_sdk.local.clock import monotonic
from directus_sdk.realtime.options import is_passing
from directus_sdk.redaction.redact import Secret

logger = logging.getLogger("directus_sdk.realtime")

_MARGIN = 30.0
_SHARE = 0.5
#: With less than this left, in seconds, a new token is requested even if the auth still considers the old one valid.
_URGENT = 10.0
_SHORTEST = 0.05


class TokenRefresh:
    """Renews the token of one connection, in a thread of its own: a refresh over HTTP must not delay events.

    Args:
        auth: Provides the tokens.
        token: The token of the connection.
        left: Seconds until it expires.
        send: Signs in with a new token.
        give_up: Called with the error when no other token can be obtained.
    """

    def __init__(
        self,
        auth: Authorizer,
        token: str,
        left: float,
        send: Callable[[str], None],
        give_up: Callable[[DirectusError], None],
    ) -> None:
        self._auth = auth
        self._token = Secret(token)
        self._expires_at = monotonic() + left
        self._send = send
        self._give_up = give_up
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="directus-realtime-sign-in", daemon=True)
        self._thread.start()

    def refresh_now(self) -> None:
        """Renew the token at once, because the server reports that it has expired."""
        self._expires_at = monotonic()
        self._wake.set()

    def stop(self) -> None:
        """End the thread; wait at most two seconds for a refresh in progress."""
        self._stop.set()
        self._wake.set()
        if self._thread is not threading.current_thread():
            self._thread.join(2.0)

    def _run(self) -> None:
        while True:
            left = self._expires_at - monotonic()
            self._wake.wait(max(_SHORTEST, left - min(_MARGIN, left * _SHARE)))
            self._wake.clear()
            if self._stop.is_set() or not self._renew():
                return

    def _renew(self) -> bool:
        """Sign in with a new token if there is one; return whether to continue."""
        requested_at = monotonic()
        try:
            token, left = self._fresh_token()
            if self._stop.is_set():
                return False
            if token is not None and token != self._token.reveal():
                self._send(token)
                self._token = Secret(token)
                logger.debug("signed in again on the WebSocket")
            elif left is not None and left <= 0:
                logger.warning("the token of the WebSocket expires, and there is no other one")
                return False
        except DirectusError as error:
            if not is_passing(error) and not isinstance(error, StorageError):  # the session itself may be fine
                self._give_up(error)
                return False
            logger.info("no new token for the WebSocket yet: %s", error)
            self._expires_at = max(self._expires_at, monotonic() + 2.0)
            return True
        if left is None:
            return False
        self._expires_at = requested_at + left
        return True

    def _fresh_token(self) -> tuple[str | None, float | None]:
        token, left = self._auth.fresh_token()
        if token != self._token.reveal() or left is None or left > _URGENT or not getattr(self._auth, "auto_refresh", True):
            return token, left
        # An early refresh costs a call, a late sign-in costs events.
        with contextlib.suppress(ConfigurationError):
            self._auth.refresh()
            return self._auth.fresh_token()
        return token, left
