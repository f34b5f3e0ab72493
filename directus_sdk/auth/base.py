"""The interface of authentication: what authorizes the requests of a client."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import EllipsisType
from typing import ClassVar, Protocol, TypeVar

from directus_sdk.auth.credentials import Credentials, check_mode
from directus_sdk.auth.storage import Storage
from directus_sdk.errors import APIError, ConfigurationError
from directus_sdk.errors.hints import Hints
from directus_sdk.http.responses import APIResponse
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.credential_names import SESSION_COOKIE
from directus_sdk.wire.messages import Request, Response

T = TypeVar("T")

#: The cookies that hold the token of a session, by mode.
_COOKIES = {"cookie": "directus_refresh_token", "session": SESSION_COOKIE}


class Sender(Protocol):
    """Sends a call without authorization, so that a refresh cannot call itself."""

    def __call__(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        secret: bool = True,
        retryable: bool = False,
        max_elapsed: float | None = None,
    ) -> APIResponse:
        """Send it and return the decoded response."""


@without_locals
class Auth(Hints, ABC):
    """Authorizes requests. A `Directus` binds one for its whole life.

    For tokens that another program issues, write a subclass with `token` and `authorize`.
    """

    _sender: Sender | None = None
    _storage: Storage | None = None
    _server: str | None = None
    #: The class of the clients that it is for.
    _generation: ClassVar[str] = "Directus"
    #: Whether every call needs a session, except those of endpoints that need no authentication.
    required = False

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        without_locals(cls)

    def bind(self, sender: Sender, storage: Storage, server: str | None = None) -> None:
        """Join the auth to a client; ``Directus(...)`` calls this once.

        Args:
            sender: Sends calls without authorization.
            storage: Where the session is stored.
            server: The base URL of the client, which a stored session must belong to.

        Raises:
            ConfigurationError: It is bound already; each client needs an auth of its own.
        """
        if self._sender is not None:
            raise ConfigurationError(
                f"this {type(self).__name__} belongs to another client; make a new one, "
                "or use with_options(), whose copies share it"
            )
        vars(self).update(_sender=sender, _storage=storage, _server=server)  # a frozen dataclass refuses assignments

    @property
    def bound(self) -> bool:
        """Whether it belongs to a client."""
        return self._sender is not None

    @property
    def sender(self) -> Sender:
        """The function that sends calls without authorization."""
        return self._of_client(self._sender)

    @property
    def storage(self) -> Storage:
        """Where the session is stored."""
        return self._of_client(self._storage)

    def _of_client(self, part: T | None) -> T:
        if part is None:
            raise ConfigurationError(f"this {type(self).__name__} belongs to no client yet; pass it as Directus(url, auth=...)")
        return part

    @property
    @abstractmethod
    def token(self) -> str | None:
        """The last known access token, or ``None``; never asks the server."""

    @property
    def signed_in(self) -> bool:
        """Whether calls are authenticated; never asks the server, which may have ended the session meanwhile."""
        return self.token is not None

    def ensure_signed_in(self) -> None:
        """Raise an error where `required` is set and there is no session; sends nothing.

        Raises:
            SessionExpired: There is no session.
        """

    @abstractmethod
    def authorize(self, request: Request) -> Request:
        """Return the request with the credentials of the client."""

    def recover(self, request: Request, response: Response) -> bool:
        """Get a new token after the server refused the one that `request` carried.

        Returns:
            Whether the request should be retried.
        """
        return False

    def fresh_token(self) -> tuple[str | None, float | None]:
        """Return a token for a long-lived connection, refreshed where necessary.

        Returns:
            The token (``None`` for an unauthenticated client) and for how many seconds it is valid (``None`` without limit).
        """
        return self.token, None

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
        """Sign in; only with `LoginAuth`."""
        raise self._unavailable("login()")

    def refresh(self) -> Credentials:
        """Get a new access token; only with `LoginAuth`."""
        raise self._unavailable("refresh()")

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
        """
        if isinstance(refresh_token, EllipsisType):
            raise self._unavailable("logout()")
        self._end_session(refresh_token, mode)

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
        """
        raise self._unavailable("static()")

    def _checked(self, token: str, verify: bool) -> str:
        """Return a static token that is valid; on request, the server is asked."""
        check_token(token)
        if verify:
            self.sender("GET", "/users/me?fields=id", headers={"Authorization": f"Bearer {token}"})
        return token

    def _unavailable(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            f"{type(self).__name__} has no {what}; make the client with auth=LoginAuth(), without a token"
        )

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
        """
        data = self.sender("GET", "/auth?sessionOnly" if session_only else "/auth").data
        # Next to the list, the response says whether the login with a password is disabled.
        providers: list[JSONObject] = data["data"] if isinstance(data, Mapping) and "data" in data else data
        return providers

    def __getstate__(self) -> JSONObject:
        return {**self.__dict__, "_sender": None, "_storage": None}

    def _unbound(self) -> Auth:
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, _sender=None, _storage=None)
        return copy

    # A copy is for another client; copies of a client share its auth.
    def __copy__(self) -> Auth:
        return self._unbound()

    def __deepcopy__(self, memo: object) -> Auth:
        return self._unbound()


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


def check_token(token: object) -> str:
    """Return a token that is valid: not empty, and without white space, such as the line break at the end of a file.

    Raises:
        ConfigurationError: It is not a valid token; the message does not contain it.
    """
    if not isinstance(token, str):
        raise ConfigurationError(f"token must be a string, not {type(token).__name__}")
    if not token:
        raise ConfigurationError("token must not be empty; leave it out for an unauthenticated client")
    if token.lower().startswith("bearer "):
        raise ConfigurationError("token must not begin with 'Bearer ': leave that out, the client adds it to the header")
    place = next((place for place, char in enumerate(token, 1) if not "!" <= char <= "~"), None)
    if place is not None:
        kind, char, advice = _unfit(token[place - 1])
        raise ConfigurationError(f"token must not contain {kind}: its character {place} is {char}; {advice}")
    return token


def _unfit(char: str) -> tuple[str, str, str]:
    """Return the kind of a character that no header can hold, which one it is, and what to do about it."""
    import unicodedata  # its tables take a while to load

    code = f"U+{ord(char):04X}"
    if char.isspace():
        return "white space", f"a line break ({code})" if char in "\r\n" else code, "strip what was read from a file"
    if "\ud800" <= char <= "\udfff":
        return "halves of surrogate pairs", code, "decode it as UTF-8"
    if unicodedata.category(char) in ("Cc", "Cf"):
        return "control characters", f"{code}, which is invisible", "copy it again"
    return "what is not ASCII", f"{code} ({unicodedata.name(char, 'without a name')})", "a header cannot carry it"
