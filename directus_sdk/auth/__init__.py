"""Authentication: a static token, or a session that is refreshed."""

from __future__ import annotations

from directus_sdk.auth.base import Auth, PasswordHandler
from directus_sdk.auth.login import LoginAuth
from directus_sdk.auth.static import StaticTokenAuth

__all__ = ["Auth", "LoginAuth", "PasswordHandler", "StaticTokenAuth"]
