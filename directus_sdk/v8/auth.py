"""Authentication with Directus 8: what both kinds have in common, and the static token."""

from __future__ import annotations

from directus_sdk.auth.authorizer import Authorizer, check_token
from directus_sdk.auth.static import OneToken
from directus_sdk.auth.static_credentials import StaticCredentialsAuth
from directus_sdk.errors import ConfigurationError
from directus_sdk.v8 import tokens


class Auth8(Authorizer):
    """Authorizes the requests of a `Directus8`."""

    _generation = "Directus8"
    _project: str | None = None

    def join(self, project: str) -> None:
        """Set the project, to which tokens are bound; ``Directus8(...)`` calls this before `bind`."""
        vars(self).update(_project=project)


class StaticTokenAuth8(OneToken, Auth8):
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
        super().__init__(tokens.check_claims(check_token(token), None))

    def join(self, project: str) -> None:
        """Set the project; the token must not be from another one."""
        super().join(project)
        if self.token is not None:
            tokens.check_claims(self.token, project)


def own_auth(embedded: StaticCredentialsAuth) -> StaticTokenAuth8:
    """Return the auth for a token in headers or parameters of ``with_options()``.

    Raises:
        ConfigurationError: They contain something else, such as a password.
    """
    if embedded.token is None:
        raise ConfigurationError("pass token=... or auth=..., not headers with other credentials")
    return StaticTokenAuth8(embedded.token)
