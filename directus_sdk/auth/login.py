"""Sign-in with email and password, and sessions that any number of threads and processes share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from types import EllipsisType
from typing import TYPE_CHECKING

from directus_sdk.auth import arguments, handover, refusals
from directus_sdk.auth import credentials as records
from directus_sdk.auth.authorizer import check_token
from directus_sdk.auth.base import Auth
from directus_sdk.auth.credentials import Credentials
from directus_sdk.auth.handover import Trade
from directus_sdk.auth.refresh import send_refresh
from directus_sdk.auth.session import State
from directus_sdk.auth.session_auth import CALL_TIMEOUT, WAIT_TIMEOUT, SessionAuth
from directus_sdk.auth.storage import MemoryStorage
from directus_sdk.errors import APIError, ConfigurationError, DirectusError, SessionExpired
from directus_sdk.http.responses import APIResponse
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.thread_lock import holds_locks
from directus_sdk.wire.messages import Request, Response

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger("directus_sdk")


class LoginAuth(SessionAuth, Auth):
    """Signs in with email and password, and refreshes the access token when necessary.

    Until `login` is called, calls are unauthenticated. There are no timers: a token that is about to expire is refreshed
    before the next call, once for all threads, and with a shared storage once for all processes. The request of a refresh is
    completed also where Ctrl-C or the time limit of a task ends the call that needed it.

    Args:
        mode: ``"json"`` (the response contains the tokens), ``"cookie"`` (the refresh token is a cookie) or ``"session"``
            (one cookie is both tokens; the old one is valid for ten more seconds after a refresh).
        auto_refresh: Whether tokens are refreshed automatically.
        refresh_margin: How many seconds before its expiry a token is refreshed; a quarter of its lifetime if that is less.
        credentials: Called to sign in when there is no session, or when it is over; returns the arguments of `login` as a
            mapping, such as ``{"email": ..., "password": ..., "otp": ...}``. After `logout` it is not called any more, and
            arguments that the server has refused are not sent again.
        required: Whether calls need a session, so that they are never unauthenticated when it is over: they raise
            `SessionExpired`, or `NotSignedIn` where there was none. Endpoints that need no authentication still work.

    Raises:
        ConfigurationError: The mode is not valid, or the margin is negative.

    Example:
        >>> from directus_sdk import Directus, LoginAuth
        >>> directus = Directus("https://cms.example.com", auth=LoginAuth(mode="session"))
    """

    def __init__(
        self,
        mode: str = "json",
        auto_refresh: bool = True,
        refresh_margin: float = 30.0,
        credentials: Callable[[], JSONMapping] | None = None,
        required: bool = False,
    ) -> None:
        super().__init__(mode, auto_refresh, refresh_margin, credentials)
        self.required = required
        self._trade = Trade()

    def recover(self, request: Request, response: Response) -> bool:
        """Refresh the token that the server refused, or use the one that another thread has got meanwhile."""
        record = self._session.status.record
        if not refusals.refuses_token(response, record) or not self.auto_refresh or self._renewal.mine:
            return False
        if record is None:  # the session ended during this call
            was_authorized = request.has_header("Authorization") or request.has_header("Cookie")
            if self._session.status.state is State.SIGNED_OUT or not was_authorized:
                return False
            self._sign_in_or_raise()
        elif records.carries(request, record):
            if not self._is_renewable(record):
                return False
            self._renew(record, refused=True)
        return True

    # ------------------------------------------------------------------ for users
    @holds_locks
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
        """Sign in and store the session.

        ``POST /auth/login`` or ``POST /auth/login/{provider}``. When it fails, the previous session is kept.

        Args:
            email: The user's email address; or a mapping of these arguments, such as ``{"email": ..., "password": ...}``.
                Without it, the email and the password that the client was made with.
            password: The password.
            otp: The one-time password, if the user has enabled two-factor authentication.
            mode: ``"json"``, ``"cookie"`` or ``"session"``; the mode of this auth by default.
            provider: The name of another authentication provider, such as ``"ldap"``.
            identifier: The user's name, for a provider without email addresses.

        Returns:
            The session, whose `repr` masks its tokens.

        Raises:
            InvalidCredentials: Wrong email address or password.
            InvalidOTP: The one-time password is missing or wrong.
            UserSuspended: The account is suspended.
            StorageError: The session could not be stored (this client has it nevertheless), or the storage not locked.
            ValueError: Neither email nor identifier, or no password.
            TypeError: An argument is passed twice, or the mapping has an unknown key.

        Example:
            >>> directus = Directus(url)
            >>> session = directus.auth.login(admin_email, admin_password)
            >>> directus.users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        fields = arguments.together(
            email, password=password, otp=otp, mode=mode, provider=provider, identifier=identifier, own=self._credentials
        )
        path, body = self._login_call(fields)
        with self._renewal.hold(WAIT_TIMEOUT), self.storage.lock():
            return self._login_locked(path, body)

    def refresh(self, token: str | EllipsisType = ...) -> Credentials:
        """Get a new access token now; or take the session of a refresh token from elsewhere, such as a single sign-on.

        ``POST /auth/refresh``. If another process has refreshed meanwhile, its token is used instead. With `token`, its
        session becomes the session of this client after ``GET /users/me`` has confirmed whose it is; when that fails, the
        previous session is kept. A refresh token can be used once: the browser or program that it is from cannot use it any
        more, and where the check got no response, the next call with the same token repeats the check.

        Args:
            token: A refresh token from elsewhere, such as the cookie ``directus_refresh_token`` that a single sign-on sets.
                By default, the session of this client is refreshed.

        Returns:
            The session, whose `repr` masks its tokens.

        Raises:
            SessionExpired: The session is over; with `token`: the server names another user than the token.
            InvalidCredentials: `token` has been used, has expired, or is not from this server.
            ConfigurationError: There is no session, or it is a static token; `token` is ``None`` or not a refresh token.
            TransportError: There was no response.
            StorageError: The session could not be stored (this client has it nevertheless), or the storage not locked.

        Example:
            >>> browser = Directus(url)
            >>> cookie = browser.auth.login(admin_email, admin_password).refresh_token.reveal()
            >>> directus = Directus(url)
            >>> session = directus.auth.refresh(token=cookie)
            >>> directus.users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        if not isinstance(token, EllipsisType):
            return self._take_over(handover.check_refresh_token(token))
        record = self._session.find()
        if record is None and self._may_sign_in and self._session.load() is not None:
            record = self._sign_in_or_raise()
        if record is None or not records.can_renew(record):
            raise ConfigurationError("there is no session to refresh: call login() first")
        return self._renew(record, refused=True)

    @holds_locks
    def adopt(self, session_token: str) -> Credentials:
        """Take the session of the cookie ``directus_session_token``, which a sign-in in the mode session sets.

        ``GET /users/me``, to learn whose session it is. When it fails, the previous session is kept. The browser and this
        client share the session: a log-out of one ends it for both. When this client refreshes it, the browser's cookie is
        valid for ten more seconds.

        Args:
            session_token: The value of the cookie.

        Returns:
            The session, whose `repr` masks its tokens.

        Raises:
            InvalidCredentials: The session was ended.
            TokenExpired: The session has expired.
            InvalidToken: The token is not from this server.
            SessionExpired: The server names another user than the token.
            ConfigurationError: `session_token` is ``None``, or it is another kind of token.
            TransportError: There was no response.
            StorageError: The session could not be stored (this client has it nevertheless), or the storage not locked.

        Example:
            >>> browser = Directus(url)
            >>> cookie = browser.auth.login(admin_email, admin_password, mode="session").cookies["directus_session_token"]
            >>> directus = Directus(url)
            >>> session = directus.auth.adopt(session_token=cookie.reveal())
            >>> directus.users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        record = handover.session_of_cookie(session_token)
        with self._renewal.hold(WAIT_TIMEOUT), self.storage.lock():
            return self._session.replace(handover.verified(self.sender, record, CALL_TIMEOUT))

    @holds_locks
    def _take_over(self, token: str) -> Credentials:
        """Trade a refresh token from elsewhere, check its user, and keep the session."""
        own = self._session.load() or self._session.status.record
        if own is not None and records.has_refresh_token(own, token):
            return self.refresh()  # nothing to take over, and the session must not be lost where the check fails
        with self._renewal.hold(WAIT_TIMEOUT), self.storage.lock():
            traded = self._trade.run(token, self._traded, self._renewal.lend)
            try:
                record = handover.verified(self.sender, traded, CALL_TIMEOUT)
            except DirectusError as error:
                if isinstance(error, SessionExpired) or (isinstance(error, APIError) and refusals.by_directus(error)):
                    self._drop(traded)
                else:
                    error.args = (f"{error.message}; the refresh token has been used: call this again with it, which goes on",)
                raise
            self._trade.finish()
            return self._session.replace(record)

    def _traded(self, spent: Credentials) -> Credentials:
        return send_refresh(self.sender, spent, CALL_TIMEOUT)

    def _drop(self, record: Credentials) -> None:
        """End a session that is not taken, so that the server keeps no session without a client."""
        self._trade.finish()
        body, headers = records.refresh_body(record)
        try:
            self.sender("POST", "/auth/logout", json=body, headers=headers, max_elapsed=CALL_TIMEOUT)
        except DirectusError as error:
            logger.warning("a session that was not taken could not be ended on the server: %s", type(error).__name__)

    @holds_locks
    def logout(self, refresh_token: str | EllipsisType = ..., *, mode: str = "json") -> None:
        """End the session of this client, here and on the server, or the session of another refresh token.

        ``POST /auth/logout``. An access token of the modes json and cookie stays valid until it expires, because the server
        keeps no list of them. Without a session nothing is sent.

        Args:
            refresh_token: A refresh token from elsewhere, such as a browser: its session is ended on the server, and the
                session of this client is kept. In the mode session it is the value of the cookie
                ``directus_session_token``. By default, the session of this client is ended.
            mode: The mode of the login that returned this token: ``"json"``, ``"cookie"`` or ``"session"``.

        Raises:
            ConfigurationError: `refresh_token` is ``None``, empty, or not a valid token.
            TransportError: There was no response; the session is kept, so that you can retry.
            APIError: The refusal did not come from Directus, but from a firewall, say; the session is kept.
        """
        session = self._session
        if not isinstance(refresh_token, EllipsisType):
            record = session.load() or session.status.record
            if record is None or not records.has_refresh_token(record, check_token(refresh_token)):
                self._end_session(refresh_token, mode)
                return
        with self._renewal.hold(WAIT_TIMEOUT), self.storage.lock():
            session.settle()
            record = session.load() or session.status.record
            if record is not None and records.can_renew(record):
                body, headers = records.refresh_body(record)
                try:
                    self.sender("POST", "/auth/logout", json=body, headers=headers, max_elapsed=CALL_TIMEOUT)
                except APIError as error:
                    if not refusals.by_directus(error):  # otherwise it is over already
                        raise
            session.sign_out()

    @holds_locks
    def static(self, token: str, *, verify: bool = False) -> None:
        """Use a static token from now on.

        Args:
            token: The token.
            verify: Whether to check it with ``GET /users/me`` first.

        Raises:
            InvalidCredentials: With ``verify=True``: the server does not accept the token.
            ConfigurationError: The token is empty or contains white space.

        Example:
            >>> directus = Directus(url)
            >>> directus.auth.static(token, verify=True)
            >>> directus.users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        self._checked(token, verify)
        with self._renewal.hold(WAIT_TIMEOUT), self.storage.lock():
            self._session.replace(Credentials(access_token=token))

    # ------------------------------------------------------------------ what this generation decides
    def _check_mode(self, mode: str) -> str:
        if "@" in str(mode):
            raise ConfigurationError("LoginAuth takes no email and password: write Directus(url, email=..., password=...)")
        return records.check_mode(mode)

    def _login_call(self, fields: JSONMapping) -> tuple[str, JSONObject]:
        return arguments.login_call(fields, fields.get("provider"), self.mode)

    def _user_of(self, path: str, body: JSONMapping) -> str:
        return arguments.user_of(path, body)

    def _session_of(self, result: APIResponse, sent_at: float, body: JSONMapping) -> Credentials:
        return records.from_response(result, sent_at, body["mode"])

    def _refresh_of(self, record: Credentials) -> Callable[[], Credentials]:
        return partial(send_refresh, self.sender, record, CALL_TIMEOUT)

    def _is_refusal(self, error: APIError) -> bool:
        return refusals.by_directus(error)

    def _session_expired(self, cause: APIError | None) -> SessionExpired:
        is_inherited = self._session.status.inherited and isinstance(self.storage, MemoryStorage)
        return refusals.session_expired(cause, is_inherited=is_inherited)

    def _unbound(self) -> Self:
        copied = super()._unbound()
        copied.__dict__["_trade"] = Trade()
        return copied

    def __repr__(self) -> str:
        required = ", required=True" if self.required else ""
        margin = f"refresh_margin={self.refresh_margin!r}{required}"
        return f"LoginAuth(mode={self.mode!r}, auto_refresh={self.auto_refresh!r}, {margin})"
