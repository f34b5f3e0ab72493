"""An authenticator app for two-factor authentication."""

from __future__ import annotations

import base64

import pyotp


class App(pyotp.TOTP):
    """An authenticator app that takes the secrets of 80 bits that Directus makes."""

    def byte_secret(self) -> bytes:
        return base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
