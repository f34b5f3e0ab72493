"""A static token, which does not expire."""

from __future__ import annotations

from directus_sdk.auth.authorizer import Authorizer, check_token
from directus_sdk.auth.base import Auth
from directus_sdk.auth.claims import check_generation
from directus_sdk.auth.placement import SendAs, check_send_as, with_token
from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONObject
from directus_sdk.redaction.redact import MASK, Secret
from directus_sdk.wire.messages import Request
from directus_sdk.wire.urls import with_query


class OneToken(Authorizer):
    """Authorizes each request with one token, which does not expire.

    Args:
        token: The token.
    """

    def __init__(self, token: str) -> None:
        self._token: Secret | None = Secret(check_token(token))

    @property
    def token(self) -> str | None:
        """The token."""
        return None if self._token is None else self._token.reveal()

    def authorize(self, request: Request) -> Request:
        """Return the request with the token."""
        return request.with_headers({"Authorization": f"Bearer {self.fresh_token()[0]}"})

    def fresh_token(self) -> tuple[str, None]:
        """Return the token, and ``None`` because it does not expire."""
        if self._token is None:
            raise ConfigurationError("this client was unpickled, and a pickle holds no token: pass token=... again")
        return self._token.reveal(), None

    def __getstate__(self) -> JSONObject:
        return {**super().__getstate__(), "_token": None}

    def __repr__(self) -> str:
        return f"{type(self).__name__}('***')"


class StaticTokenAuth(OneToken, Auth):
    """Authorizes each request with one token, such as the static token of a user.

    Args:
        token: The token.
        send_as: Where it is sent: ``"header"`` (``Authorization: Bearer ...``), ``"query"`` (``?access_token=...``, which
            proxies write to their logs) or ``"cookie"`` (``directus_session_token``). Servers before 10.10 know no such
            cookie, so that calls are unauthenticated there.

    Raises:
        ConfigurationError: The token is empty, contains white space, or is from Directus 8; or `send_as` is not valid.

    Example:
        >>> from directus_sdk import Directus, StaticTokenAuth
        >>> directus = Directus("https://cms.example.com", auth=StaticTokenAuth("my-token"))
    """

    def __init__(self, token: str, send_as: SendAs = "header") -> None:
        super().__init__(check_generation(check_token(token)))
        self._send_as = check_send_as(send_as)

    def authorize(self, request: Request) -> Request:
        """Return the request with the token."""
        return with_token(request, self.fresh_token()[0], self._send_as)

    def illustrate(self, request: Request) -> Request:
        """Return the request with the place of the token, for a person to read."""
        return with_token(request, MASK, self._send_as)

    def static(self, token: str, *, verify: bool = False) -> None:
        """Use another static token from now on, sent in the same place, in this client and those that share its auth.

        Args:
            token: The token.
            verify: Whether to check it with ``GET /users/me`` first.

        Raises:
            InvalidCredentials: With ``verify=True``: the server does not accept the token.
            ConfigurationError: The token is empty or contains white space.

        Example:
            >>> directus = Directus(url, token="my-token")
            >>> directus.auth.static(token, verify=True)
            >>> directus.users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        checked = self._checked(token, verify=False)
        if verify:
            signed = with_token(Request("GET", "/users/me", (("fields", "id"),)), checked, self._send_as)
            self.sender("GET", with_query(signed.url, signed.params), headers=signed.headers)
        self._token = Secret(checked)

    def __repr__(self) -> str:
        return super().__repr__() if self._send_as == "header" else f"StaticTokenAuth('***', send_as={self._send_as!r})"
