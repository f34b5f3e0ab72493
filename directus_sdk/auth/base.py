"""The interface of authentication: what authorizes the requests of a client."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType

from directus_sdk.auth.authorizer import Authorizer, check_token
from directus_sdk.auth.claims import check_generation
from directus_sdk.auth.credentials import Credentials, check_mode
from directus_sdk.auth.login_url import login_url
from directus_sdk.errors import APIError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.credential_names import SESSION_COOKIE

#: The cookies that hold the token of a session, by mode.
_COOKIES = {"cookie": "directus_refresh_token", "session": SESSION_COOKIE}


@without_locals
class Auth(Authorizer):
    """Authorizes requests. A `Directus` binds one for its whole life.

    For tokens that another program issues, write a subclass with `token` and `authorize`.
    """

    _generation = "Directus"

    def login(
        self,
        email: str | JSONMapping | None = None,
        password: str | None = None,
        *,
        otp: str | None = None,
        mode: str | None = None,
        provider: str | None = None,
        identifier: str | None = None,
    ) -> Credentials:
        """Sign in and store the session; only with `LoginAuth`, whose `login` says more.

        ``POST /auth/login`` or ``POST /auth/login/{provider}``.

        Args:
            email: The user's email address, or a mapping of these arguments; that of the client by default.
            password: The password.
            otp: The one-time password, if the user has enabled two-factor authentication.
            mode: ``"json"``, ``"cookie"`` or ``"session"``; the mode of this auth by default.
            provider: The name of another authentication provider, such as ``"ldap"``.
            identifier: The user's name, for a provider without email addresses.

        Returns:
            The session, whose ``repr`` masks its tokens.

        Raises:
            ConfigurationError: This auth has no session.
            InvalidCredentials: Wrong email address or password.

        Example:
            >>> client = Directus(url)
            >>> session = client.auth.login(admin_email, admin_password)
            >>> client.auth.signed_in
            True
        """
        raise self._unavailable("login()")

    def logout(self, refresh_token: str | EllipsisType = ..., *, mode: str = "json") -> None:
        """End the session of a refresh token from elsewhere; only `LoginAuth` has a session of its own.

        ``POST /auth/logout``.

        Args:
            refresh_token: The refresh token; in the mode session the value of the cookie ``directus_session_token``.
            mode: The mode of the login that returned it: ``"json"``, ``"cookie"`` or ``"session"``.

        Raises:
            ConfigurationError: There is no token, or it is not a valid one.
            TransportError: There was no response; the session may be alive.
            APIError: The server refused for another reason than that the session is over already.

        Example:
            >>> other = Directus(url).auth.login(admin_email, admin_password)
            >>> directus.auth.logout(other.refresh_token.reveal())
        """
        if isinstance(refresh_token, EllipsisType):
            raise self._unavailable("logout()")
        self._end_session(refresh_token, mode)

    def refresh(self, token: str | EllipsisType = ...) -> Credentials:
        """Get a new access token; only with a session.

        ``POST /auth/refresh``.

        Args:
            token: A refresh token from elsewhere; by default that of the session of this client.

        Returns:
            The new session.

        Raises:
            ConfigurationError: This auth has no session.
            SessionExpired: The session is over.

        Example:
            >>> client = Directus(url)
            >>> session = client.auth.login(admin_email, admin_password)
            >>> client.auth.refresh().seconds_left > 0
            True
        """
        raise self._unavailable("refresh()")

    def adopt(self, session_token: str) -> Credentials:
        """Take the session of a browser; only with `LoginAuth`, whose `adopt` says more.

        ``GET /users/me``.

        Args:
            session_token: The value of the cookie ``directus_session_token``.

        Returns:
            The session.

        Raises:
            ConfigurationError: This auth has no session.
        """
        raise self._unavailable("adopt()")

    def login_url(self, provider: str, redirect: str | None = None) -> str:
        """Return the URL to which a browser is sent to sign in with a single sign-on provider; nothing is sent.

        Directus redirects the browser to the provider, and at the end to `redirect`, with the session in a cookie: pass that
        to `refresh` or `adopt`. Where the sign-in fails, the query of `redirect` is replaced by ``?reason=<code>``.

        Args:
            provider: The name of the provider, such as ``"google"``: one of `providers`.
            redirect: The absolute URL of a page of yours, which the server must allow
                (``AUTH_<PROVIDER>_REDIRECT_ALLOW_LIST``). Keep what you have to remember in a session of your own, not in
                its query. By default, the server decides.

        Raises:
            ConfigurationError: The provider has no valid name, or `redirect` is not an absolute http or https URL.

        Example:
            >>> Directus("https://cms.example.com").auth.login_url("google", redirect="https://www.example.com/signed-in")
            'https://cms.example.com/auth/login/google?redirect=https%3A%2F%2Fwww.example.com%2Fsigned-in'
        """
        return login_url(self._of_client(self._server), provider, redirect)

    def _checked(self, token: str, verify: bool) -> str:
        return super()._checked(check_generation(check_token(token)), verify)

    def _end_session(self, refresh_token: str, mode: str) -> None:
        check_token(refresh_token)
        name = _COOKIES.get(check_mode(mode))
        body = {"mode": mode} if name else {"mode": mode, "refresh_token": refresh_token}
        headers = {"Cookie": f"{name}={refresh_token}"} if name else {}
        try:
            self.sender("POST", "/auth/logout", json=body, headers=headers)
        except APIError as error:
            if error.status != 401 or not error.code:  # otherwise it is over already
                raise

    def static(self, token: str, *, verify: bool = False) -> None:
        """Use a static token from now on; not with an auth of your own.

        Args:
            token: The token.
            verify: Whether to check it with ``GET /users/me`` first.

        Raises:
            InvalidCredentials: With ``verify=True``: the server does not accept the token.
            ConfigurationError: The token is empty or contains white space.

        Example:
            >>> client = Directus(url)
            >>> client.auth.static(token, verify=True)
            >>> client.users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        raise self._unavailable("static()")

    @property
    def password(self) -> PasswordHandler:
        """Reset a forgotten password; needs no session."""
        return PasswordHandler(self)

    def providers(self, *, session_only: bool = False) -> list[JSONObject]:
        """List the authentication providers of the server.

        ``GET /auth``.

        Args:
            session_only: Only those that support the mode session.

        Returns:
            A list of mappings with ``name`` and ``driver``.

        Example:
            >>> directus.auth.providers()
            []
        """
        data = self.sender("GET", "/auth?sessionOnly" if session_only else "/auth").data
        # Next to the list, the response says whether the login with a password is disabled.
        providers: list[JSONObject] = data["data"] if isinstance(data, Mapping) and "data" in data else data
        return providers


@without_locals
class PasswordHandler:
    """Resets forgotten passwords: ``directus.auth.password``."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def request(self, email: str, reset_url: str | None = None) -> None:
        """Request an email with a link to reset the password.

        The server responds in the same way to email addresses that it does not know. ``POST /auth/password/request``.

        Args:
            email: The user's email address.
            reset_url: The page that the link opens; the server must allow it (``PASSWORD_RESET_URL_ALLOW_LIST``).
        """
        body = {"email": email} if reset_url is None else {"email": email, "reset_url": reset_url}
        self._auth.sender("POST", "/auth/password/request", json=body)

    def reset(self, token: str, password: str) -> None:
        """Set a new password with the token of that email.

        ``POST /auth/password/reset``.

        Args:
            token: The token at the end of the link.
            password: The new password.
        """
        self._auth.sender("POST", "/auth/password/reset", json={"token": token, "password": password})
