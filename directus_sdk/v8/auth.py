"""Authentication with Directus 8: what both kinds have in common, and the static token."""

from __future__ import annotations

from directus_sdk.auth.authorizer import Authorizer
from directus_sdk.auth.credentials import Credentials
from directus_sdk.auth.static import OneToken
from directus_sdk.auth.static_credentials import StaticCredentialsAuth
from directus_sdk.errors import APIError, ConfigurationError
from directus_sdk.json_types import JSONObject
from directus_sdk.redaction.redact import Secret
from directus_sdk.results import Page
from directus_sdk.v8 import errors, tokens
from directus_sdk.v8.passwords import PasswordHandler8
from directus_sdk.v8.sso import SSOHandler8
from directus_sdk.wire import urls
from directus_sdk.wire.messages import Request, Response


class Auth8(Authorizer):
    """Authorizes the requests of a `Directus8`; its paths are below the project."""

    _generation = "Directus8"
    _project: str | None = None

    def join(self, project: str) -> None:
        """Set the project, to which tokens are bound; ``Directus8(...)`` calls this before `bind`."""
        vars(self).update(_project=project)

    def login(self, email: str, password: str, *, otp: str | None = None, mode: str | None = None) -> Credentials:
        """Sign in; only with `LoginAuth8`."""
        raise self._unavailable("login()")

    def refresh(self, token: str | None = None) -> Credentials:
        """Get a new token; only with `LoginAuth8`."""
        raise self._unavailable("refresh()")

    def logout(self, *, user: urls.Key | None = None, session: urls.Key | None = None) -> None:
        """End a session; only with `LoginAuth8`."""
        raise self._unavailable("logout()")

    @property
    def password(self) -> PasswordHandler8:
        """Reset a forgotten password; needs no session."""
        return PasswordHandler8(self.sender)

    @property
    def sso(self) -> SSOHandler8:
        """Single sign-on with another provider, such as GitHub."""
        return SSOHandler8(self.sender, str(self._server), self._adopt)

    def check(self) -> bool:
        """Tell whether the token belongs to a session of the server.

        ``GET /{project}/auth/check``.

        Returns:
            ``False`` for static tokens, and for a token that was refreshed since, though both work: it says nothing about
            whether a token is alive.
        """
        data: JSONObject = self.sender("GET", "/auth/check", headers=self._headers()).data
        return bool(data["authenticated"])

    def sessions(self) -> Page[JSONObject]:
        """List the sessions of the server.

        ``GET /{project}/auth/sessions``. Version 8.8.1 lists those of all users; it lists none for a static token.

        Returns:
            The sessions, with their tokens.
        """
        result = self.sender("GET", "/auth/sessions", headers=self._headers())
        return Page(result.data or [], result.meta)

    def static(self, token: str, *, verify: bool = False) -> None:
        """Use a static token from now on.

        Args:
            token: The token.
            verify: Whether to check it with ``GET /{project}/users/me`` first.

        Raises:
            Unauthorized: With ``verify=True``: the server does not accept the token.
            ConfigurationError: The token is empty, contains white space, or is not from this project.
        """
        raise self._unavailable("static()")

    def refused(self, request: Request, response: Response) -> APIError:
        """Return the error for a call whose token was not accepted, once nothing else has helped.

        Raises:
            SessionExpired: It was the token of a session, which is over.
        """
        return errors.token_refused(response, request)

    def _adopt(self, result: Credentials) -> Credentials:
        """Take the session of a single sign-on, where this auth has sessions."""
        return result

    def _headers(self) -> dict[str, str]:
        """Return the headers that sign a call."""
        return dict(self.authorize(Request("GET", "")).headers)

    def _checked(self, token: str, verify: bool) -> str:
        return super()._checked(tokens.check_claims(token, self._project), verify)


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
        super().__init__(tokens.check_claims(token, None))

    def join(self, project: str) -> None:
        """Set the project; the token must not be from another one."""
        super().join(project)
        if self.token is not None:
            tokens.check_claims(self.token, project)

    def static(self, token: str, *, verify: bool = False) -> None:
        """Use another token from now on, in this client and those that share its auth."""
        self._token = Secret(self._checked(token, verify))


def own_auth(embedded: StaticCredentialsAuth) -> StaticTokenAuth8:
    """Return the auth for a token in headers or parameters of ``with_options()``.

    Raises:
        ConfigurationError: They contain something else, such as a password.
    """
    if embedded.token is None:
        raise ConfigurationError("pass token=... or auth=..., not headers with other credentials")
    return StaticTokenAuth8(embedded.token)
