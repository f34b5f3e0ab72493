"""What the authentication of every generation of Directus has in common: it joins a client and authorizes its requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from directus_sdk.auth.credentials import Credentials
from directus_sdk.auth.storage import Storage
from directus_sdk.errors import ConfigurationError
from directus_sdk.errors.hints import Hints
from directus_sdk.http.responses import APIResponse
from directus_sdk.json_types import JSONObject
from directus_sdk.redaction.redact import MASK
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.messages import Request, Response

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")


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
class Authorizer(Hints, ABC):
    """Authorizes the requests of a client. A client binds one for its whole life."""

    _sender: Sender | None = None
    _storage: Storage | None = None
    _server: str | None = None
    #: The class of the clients that it is for.
    _generation: ClassVar[str]
    #: Whether every call needs a session, except those of endpoints that need no authentication.
    required = False

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        without_locals(cls)

    def bind(self, sender: Sender, storage: Storage, server: str | None = None) -> None:
        """Join the auth to a client, which calls this once.

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
            raise ConfigurationError(
                f"this {type(self).__name__} belongs to no client yet; pass it as {self._generation}(url, auth=...)"
            )
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

    def illustrate(self, request: Request) -> Request:
        """Return the request with the place of its credentials, for a person to read; sends nothing."""
        return request.with_headers({"Authorization": f"Bearer {MASK}"}) if self.signed_in else request

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

    def refresh(self) -> Credentials:
        """Get a new access token; only with a session."""
        raise self._unavailable("refresh()")

    def _unavailable(self, what: str) -> ConfigurationError:
        login = f"LoginAuth{self._generation.removeprefix('Directus')}()"
        return ConfigurationError(f"{type(self).__name__} has no {what}; make the client with auth={login}, without a token")

    def _checked(self, token: str, verify: bool) -> str:
        """Return a static token that is valid; on request, the server is asked."""
        check_token(token)
        if verify:
            self.sender("GET", "/users/me?fields=id", headers={"Authorization": f"Bearer {token}"})
        return token

    def __getstate__(self) -> JSONObject:
        return {**self.__dict__, "_sender": None, "_storage": None}

    def _unbound(self) -> Self:
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, _sender=None, _storage=None)
        return copy

    # A copy is for another client; copies of a client share its auth.
    def __copy__(self) -> Self:
        return self._unbound()

    def __deepcopy__(self, memo: object) -> Self:
        return self._unbound()


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
