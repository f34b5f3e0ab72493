"""An authenticator app for two-factor authentication."""

from __future__ import annotations

import base64
import time

import pyotp


class App(pyotp.TOTP):
    """An authenticator app that takes the secrets of 80 bits that Directus makes."""

    def now(self) -> str:
        """The six digits, which are valid for five seconds at least: the server accepts those of this moment only."""
        left = self.interval - time.time() % self.interval
        if left < 5:
            time.sleep(left)
        return super().now()

    def byte_secret(self) -> bytes:
        return base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
