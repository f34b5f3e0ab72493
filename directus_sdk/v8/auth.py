"""Authentication with Directus 8: what both kinds have in common, and the static token."""

from __future__ import annotations

from typing import ClassVar

from directus_sdk.auth import Auth, StaticTokenAuth
from directus_sdk.v8 import tokens


class Auth8(Auth):
    """Authorizes the requests of a `Directus8`. Its methods are below the path of the project."""

    _generation: ClassVar[str] = "Directus8"
    _project: str | None = None

    def join(self, project: str) -> None:
        """Set the project; ``Directus8(...)`` calls this once, before `bind`."""
        vars(self).update(_project=project)


class StaticTokenAuth8(Auth8, StaticTokenAuth):
    """Authorizes each request with one token: the static token of a user, or a session token as it is.

    Args:
        token: The token.

    Raises:
        ConfigurationError: It is empty, contains white space, or is not from Directus 8.

    Example:
        >>> from directus_sdk.v8 import Directus8, StaticTokenAuth8
        >>> directus = Directus8("https://cms.example.com", "my-project", auth=StaticTokenAuth8("my-token"))
    """

    def __init__(self, token: str) -> None:
        super().__init__(token)
        tokens.check_claims(token, None)

    def join(self, project: str) -> None:
        """Set the project; the token must not be from another one."""
        super().join(project)
        if self.token is not None:
            tokens.check_claims(self.token, project)

    def __repr__(self) -> str:
        return "StaticTokenAuth8('***')"
