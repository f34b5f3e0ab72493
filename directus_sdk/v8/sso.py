"""Single sign-on: a provider such as GitHub confirms who the user is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from directus_sdk.auth.authorizer import Sender
from directus_sdk.auth.credentials import Credentials
from directus_sdk.handlers.base import without_none
from directus_sdk.json_types import JSONObject
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.v8 import tokens
from directus_sdk.wire import urls


@without_locals
class SSOHandler8:
    """Single sign-on: ``directus.auth.sso``.

    A web application sends the browser to `url`, and passes the ``request_token`` with which it returns to `exchange`.
    With `LoginAuth8` the result is the session of this client; with a static token it is only returned.
    """

    def __init__(self, sender: Sender, server: str, adopt: Callable[[Credentials], Credentials]) -> None:
        self._send, self._server, self._adopt = sender, server, adopt

    def list(self) -> Sequence[JSONObject]:
        """List the providers of the server.

        ``GET /{project}/auth/sso``.

        Returns:
            A list of mappings with ``name`` and ``icon``.
        """
        providers: list[JSONObject] = self._send("GET", "/auth/sso").data or []
        return providers

    def url(self, provider: str, *, mode: str = "jwt", redirect_url: str | None = None) -> str:
        """Return the URL for a link that begins the sign-in in a browser; nothing is sent.

        Args:
            provider: The name of the provider, such as ``"github"``.
            mode: ``"jwt"`` or ``"cookie"``.
            redirect_url: Where the browser returns, with ``request_token`` in the query.
        """
        return urls.with_query(self._server + _path(provider), without_none(mode=mode, redirect_url=redirect_url).items())

    def authorize(self, provider: str, *, mode: str | None = None, redirect_url: str | None = None) -> JSONObject:
        """Read the URL of the provider's own page.

        ``GET /{project}/auth/sso/{provider}``.

        Args:
            provider: The name of the provider.
            mode: ``"jwt"`` or ``"cookie"``.
            redirect_url: Where the browser returns.

        Returns:
            A mapping with ``authorization_url`` and, where the provider has one, ``state``.

        Raises:
            ServerError: The server has no such provider.
        """
        query = without_none(mode=mode, redirect_url=redirect_url).items()
        data: JSONObject = self._send("GET", urls.with_query(_path(provider), query)).data
        return data

    def exchange(self, request_token: str) -> Credentials:
        """Exchange the ``request_token`` with which the browser returned for a session.

        ``POST /{project}/auth/sso/access_token``.

        Raises:
            InvalidToken: It is not such a token.
            TokenExpired: It has expired.
        """
        return self._session("/auth/sso/access_token", {"request_token": request_token})

    def login(
        self,
        provider: str,
        *,
        code: str | None = None,
        oauth_token: str | None = None,
        oauth_verifier: str | None = None,
    ) -> Credentials:
        """Sign in with what the provider's page returned.

        ``POST /{project}/auth/sso/{provider}``.

        Args:
            provider: The name of the provider.
            code: The code, for a provider with OAuth 2.
            oauth_token: The token, for a provider with OAuth 1.
            oauth_verifier: The verifier that belongs to it.

        Raises:
            InvalidProvider: The user has two-factor authentication, which excludes single sign-on.
        """
        body = without_none(code=code, oauth_token=oauth_token, oauth_verifier=oauth_verifier)
        return self._session(_path(provider), body)

    def _session(self, path: str, body: JSONObject) -> Credentials:
        sent_at = time.time()
        return self._adopt(tokens.from_response(self._send("POST", path, json=body), sent_at))


def _path(provider: str) -> str:
    return f"/auth/sso/{urls.segment(provider, 'provider')}"
