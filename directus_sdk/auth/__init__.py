"""Authentication: a static token, or a session that is refreshed.

`LoginAuth` is imported from `auth.login`: scripts with a static token do not need it.
"""

from __future__ import annotations

from directus_sdk.auth.base import Auth, PasswordHandler
from directus_sdk.auth.static import StaticTokenAuth

__all__ = ["Auth", "PasswordHandler", "StaticTokenAuth"]
