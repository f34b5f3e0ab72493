"""Credentials in a header or a query parameter, instead of a token."""

from __future__ import annotations

from collections.abc import Mapping

from directus_sdk.auth.authorizer import check_token
from directus_sdk.auth.base import Auth
from directus_sdk.auth.placement import with_credentials
from directus_sdk.auth.static import StaticTokenAuth
from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONObject
from directus_sdk.redaction import redact
from directus_sdk.wire.credential_names import PARAM, session_cookie
from directus_sdk.wire.messages import Request, safe_headers, safe_params


class StaticCredentialsAuth(Auth):
    """Sends an ``Authorization`` header, a session cookie or an ``access_token`` of ``with_options()``.

    Args:
        headers: The headers with credentials.
        params: The query parameters with credentials.
        token: The token in them, for WebSockets; ``None`` where they contain something else, such as a password.
    """

    def __init__(self, headers: Mapping[str, str], params: tuple[tuple[str, str], ...], token: str | None) -> None:
        self._headers, self._params = safe_headers(headers), safe_params(params)
        self._token = None if token is None else redact.Secret(token)
        self._what = next((f"the header {name}" for name in headers), f"the parameter {PARAM}")
        self._lost = False
        self._later: StaticTokenAuth | None = None

    @property
    def token(self) -> str | None:
        """The token in the credentials, if there is one."""
        if self._later is not None:
            return self._later.token
        return None if self._token is None else self._token.reveal()

    @property
    def signed_in(self) -> bool:
        """Whether calls are authenticated."""
        return not self._lost if self._later is None else self._later.signed_in

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers with credentials."""
        headers: Mapping[str, str] = self._headers.reveal()
        return headers

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        """The query parameters with credentials."""
        params: tuple[tuple[str, str], ...] = self._params.reveal()
        return params

    def authorize(self, request: Request) -> Request:
        """Return the request with the credentials; a cookie of the call is sent first."""
        if self._later is not None:
            return self._later.authorize(request)
        self._refuse_lost()
        return with_credentials(request, self.headers, self.params)

    def fresh_token(self) -> tuple[str | None, float | None]:
        """Return the token, whose expiry is not known."""
        if self._later is not None:
            return self._later.fresh_token()
        self._refuse_lost()
        return self.token, None

    def static(self, token: str, *, verify: bool = False) -> None:
        """Use a static token from now on, instead of these credentials.

        Args:
            token: The token.
            verify: Whether to check it with ``GET /users/me`` first.
        """
        self._later = StaticTokenAuth(self._checked(token, verify))

    def _refuse_lost(self) -> None:
        if self._lost:
            raise ConfigurationError(f"this client was unpickled, and a pickle holds no token: pass {self._what} again")

    def _unavailable(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            f"this client sends {self._what} of its own, so there is no {what}: use a client without it, "
            "or with_options(auth=LoginAuth())"
        )

    def __getstate__(self) -> JSONObject:
        return {**super().__getstate__(), "_headers": None, "_params": None, "_token": None, "_lost": True}

    def __setstate__(self, state: JSONObject) -> None:
        self.__dict__.update(state, _headers=safe_headers({}), _params=safe_params(()))

    def __repr__(self) -> str:
        return f"StaticCredentialsAuth({self._what!r})" if self._later is None else repr(self._later)


def take(headers: Mapping[str, str], params: tuple[tuple[str, str], ...]) -> StaticCredentialsAuth | None:
    """Return an auth for the credentials in the headers and parameters of ``with_options()``, or ``None`` without any.

    Raises:
        ConfigurationError: They contain two, or empty ones.
    """
    auths: list[StaticCredentialsAuth] = []
    for name, value in headers.items():
        if name.lower() == "authorization":
            scheme, _, rest = value.strip().partition(" ")
            if not rest.strip():
                raise ConfigurationError(f"the header {name} holds no credentials; {UNAUTHENTICATED}")
            auths.append(StaticCredentialsAuth({name: value}, (), rest.strip() if scheme.lower() == "bearer" else None))
        elif name.lower() == "cookie" and (cookie := session_cookie(value)) is not None:
            auths.append(StaticCredentialsAuth({name: value}, (), cookie or None))
    for name, value in params:
        if name == PARAM:
            if not value:
                raise ConfigurationError(f"the parameter {PARAM} holds no token; {UNAUTHENTICATED}")
            auths.append(StaticCredentialsAuth({}, ((name, check_token(value)),), value))
    if len(auths) > 1:
        raise ConfigurationError(f"pass one of them: {' or '.join(auth._what for auth in auths)}")
    return auths[0] if auths else None


#: What to do instead of passing nothing.
UNAUTHENTICATED = "for an unauthenticated client pass with_options(auth=LoginAuth())"
