"""Sign-in to Directus 8 with email and password, and sessions whose token refreshes itself while it lives."""

from __future__ import annotations

import time
from collections.abc import Callable

import attrs

from directus_sdk.auth.authorizer import check_token
from directus_sdk.auth.claims import claims
from directus_sdk.auth.credentials import Credentials, carries, sign
from directus_sdk.auth.session import State
from directus_sdk.auth.session_auth import CALL_TIMEOUT, WAIT_TIMEOUT, SessionAuth
from directus_sdk.errors import APIError, ConfigurationError, SessionExpired, TransportError
from directus_sdk.http.responses import APIResponse
from directus_sdk.http.statuses import is_success
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.thread_lock import holds_locks
from directus_sdk.redaction.redact import Secret
from directus_sdk.v8 import errors, tokens
from directus_sdk.v8.auth import Auth8
from directus_sdk.v8.dialect import Envelope
from directus_sdk.wire import urls
from directus_sdk.wire.messages import Request, Response
from directus_sdk.wire.parameters import non_empty

#: Statuses of a login or a refresh that the server itself refused.
_REFUSED = frozenset({400, 401, 403, 404, 422})
#: Codes of a 401 to a call of the Public role, whose 403 has one of many; SCIM has no codes.
_AS_PUBLIC = frozenset({None, 3, 108})


class LoginAuth8(SessionAuth, Auth8):
    """Signs in with email and password, and refreshes the token when necessary.

    Until `login` is called, calls are unauthenticated. A token can be refreshed only while it is valid, which is 20 minutes
    by default: a client that is idle for longer needs `credentials`. There are no timers: a token that is about to expire is
    refreshed before the next call, once for all threads, and with a shared storage once for all processes.

    Args:
        mode: ``"jwt"`` (the response contains the token) or ``"cookie"`` (a cookie, which needs no refresh).
        auto_refresh: Whether tokens are refreshed automatically.
        refresh_margin: How many seconds before its expiry a token is refreshed; two thirds of its lifetime if that is less.
        credentials: Called to sign in when there is no session, or when it is over; returns the arguments of `login` as a
            mapping, such as ``{"email": ..., "password": ..., "otp": ...}``. After `logout` it is not called any more, and
            arguments that the server has refused are not sent again.

    Raises:
        ConfigurationError: The mode is not valid, or the margin is negative.

    Example:
        >>> from directus_sdk.v8 import Directus8, LoginAuth8
        >>> directus = Directus8("https://cms.example.com", "my-project", auth=LoginAuth8(mode="cookie"))
    """

    def __init__(
        self,
        mode: str = "jwt",
        auto_refresh: bool = True,
        refresh_margin: float = 30.0,
        credentials: Callable[[], JSONMapping] | None = None,
    ) -> None:
        super().__init__(mode, auto_refresh, refresh_margin, credentials)
        #: The token of a login whose user must enable two-factor authentication first.
        self._restricted: Secret | None = None

    # ------------------------------------------------------------------ used by every call
    def recover(self, request: Request, response: Response) -> bool:
        """Get another token after the server did not accept the one that `request` carried, or tell that it did."""
        as_public = is_success(response.status)
        if self._renewal.mine or not (as_public or _may_be_public(response)):
            return False
        record = self._session.status.record
        if record is None:  # the session ended during this call
            if self._session.status.state is State.SIGNED_OUT or not _is_signed(request):
                return False
            self._sign_in_or_raise()
        elif carries(request, record):
            if _is_static(record) or (not as_public and self._is_accepted(record)):
                return False
            if self._is_restricted(record):
                raise errors.restricted(response, request)
            if not self.auto_refresh:
                raise self._session_expired(None)
            self._renew(record, refused=True)
        # What the Public role has created or deleted is not done twice.
        return not as_public or request.retryable or request.method not in ("POST", "DELETE")

    def refused(self, request: Request, response: Response) -> APIError:
        """Return the error for a call whose token was not accepted, once nothing else has helped."""
        record = self._session.status.record
        if record is None or not carries(request, record) or _is_static(record):
            return super().refused(request, response)
        if self._is_restricted(record):
            return errors.restricted(response, request)
        raise self._session_expired(None)

    def _is_accepted(self, record: Credentials) -> bool:
        """Ask the server whether a token is alive: its refusals of other calls do not say so."""
        if self._seconds_left(record) == 0:
            return False
        try:
            self.sender("GET", "/users/me?fields=id", headers=_signature(record))
        except APIError as error:
            return error.status != 401
        except TransportError:
            return True  # the refusal is raised, as long as nothing else is known
        return True

    def _is_restricted(self, record: Credentials) -> bool:
        token = self._token_of(record)
        return token is not None and (
            (self._restricted is not None and self._restricted.reveal() == token) or claims(token).get("needs2FA") is True
        )

    def _usable(self) -> Credentials | None:
        record = super()._usable()
        if record is None and self._session.status.state is State.ENDED and not self._renewal.mine:
            raise self._session_expired(None)  # the calls of a session never become those of the Public role
        return record

    # ------------------------------------------------------------------ for users
    @holds_locks
    def login(self, email: str, password: str, *, otp: str | None = None, mode: str | None = None) -> Credentials:
        """Sign in and store the session.

        ``POST /{project}/auth/authenticate``. When it fails, the previous session is kept. Where the role of the user enforces
        two-factor authentication and the user has not enabled it, the session works for ``users.me.tfa.enable(...)``, and
        every other call is an `Unauthorized` with the code 113.

        Args:
            email: The user's email address.
            password: The password.
            otp: The one-time password, if the user has enabled two-factor authentication.
            mode: ``"jwt"`` or ``"cookie"``; the mode of this auth by default.

        Returns:
            The session, whose `repr` masks its tokens.

        Raises:
            InvalidCredentials: Wrong email address or password.
            InvalidOTP: The one-time password is missing or wrong.
            UserSuspended: The account is suspended or not active.
            StorageError: The session could not be stored (this client has it nevertheless), or the storage not locked.
        """
        path, body = self._login_call({"email": email, "password": password, "otp": otp, "mode": mode})
        with self._renewal.hold(WAIT_TIMEOUT), self.storage.lock():
            return self._login_locked(path, body)

    @holds_locks
    def refresh(self, token: str | None = None) -> Credentials:
        """Get a new token now.

        ``POST /{project}/auth/refresh``. If another process has refreshed meanwhile, its token is used instead.

        Args:
            token: A token from elsewhere that is still valid, such as a browser's: the new one becomes the session.

        Returns:
            The session, whose `repr` masks its tokens.

        Raises:
            SessionExpired: The session is over.
            TokenExpired: `token` has expired.
            InvalidToken: `token` is not from this project of this server.
            ConfigurationError: There is no session, or it is a cookie or a static token, or `token` is from a later version.
        """
        if token is not None:
            tokens.check_claims(check_token(token), None)  # the server knows whether it is from this project
            with self._renewal.hold(WAIT_TIMEOUT), self.storage.lock():
                return self._session.replace(self._exchange(Secret(token)))
        record = self._session.find()
        if record is None and self._may_sign_in:
            return self._sign_in_or_raise()
        if record is None or record.expires_at is None:
            if self._session.status.state is State.ENDED:
                raise self._session_expired(None)
            raise ConfigurationError("there is no session to refresh, or it needs no refresh: call login() first")
        return self._renew(record, refused=True)

    @holds_locks
    def logout(self, *, user: urls.Key | None = None, session: urls.Key | None = None) -> None:
        """End the session of this client, or the sessions of a user.

        ``POST /{project}/auth/logout[/{user}[/{session}]]``. Without arguments the session of this client ends, here and on
        the server; where there is none, nothing is sent. A token stays valid until it expires: no longer than 20 minutes.

        Args:
            user: The key of a user, all of whose sessions end.
            session: The key of one session of that user; `sessions` lists them.

        Raises:
            ConfigurationError: There is a `session` and no `user`.
            TransportError: There was no response; the session is kept, so that you can retry.
        """
        if user is not None or session is not None:
            if user is None:
                raise ConfigurationError("session= needs user=, the user whose session it is")
            keys = "".join(f"/{urls.segment(key)}" for key in (user, session) if key is not None)
            self.sender("POST", f"/auth/logout{keys}", headers=self._headers())
            return
        with self._renewal.hold(WAIT_TIMEOUT), self.storage.lock():
            self._session.settle()
            record = self._session.load() or self._session.status.record
            if record is not None and not _is_static(record):
                try:
                    self.sender("POST", "/auth/logout", headers=_signature(record), max_elapsed=CALL_TIMEOUT)
                except APIError as error:
                    if not self._is_refusal(error):  # otherwise it is over already
                        raise
            self._session.sign_out()

    @holds_locks
    def static(self, token: str, *, verify: bool = False) -> None:
        """Use a static token from now on."""
        self._checked(token, verify)
        self._adopt(Credentials(access_token=token, mode="jwt"))

    # ------------------------------------------------------------------ what this generation decides
    @holds_locks
    def _adopt(self, result: Credentials) -> Credentials:
        with self._renewal.hold(WAIT_TIMEOUT), self.storage.lock():
            return self._session.replace(result)

    def _check_mode(self, mode: str) -> str:
        if mode not in ("jwt", "cookie"):
            raise ConfigurationError(f"mode must be 'jwt' or 'cookie', not {mode!r}")
        return mode

    def _login_call(self, fields: JSONMapping) -> tuple[str, JSONObject]:
        unknown = sorted(fields.keys() - {"email", "password", "otp", "mode"})
        if unknown:
            raise TypeError(f"login has no {unknown[0]!r} on Directus 8; its arguments are email, password, otp, mode")
        body = {name: non_empty(name, fields.get(name)) for name in ("email", "password")}
        if fields.get("otp") is not None:
            body["otp"] = str(fields["otp"])
        if fields.get("mode") is not None or self.mode == "cookie":
            body["mode"] = self._check_mode(fields.get("mode") or self.mode)
        return "/auth/authenticate", body

    def _user_of(self, path: str, body: JSONMapping) -> str:
        return str(body["email"]).strip().lower()

    def _session_of(self, result: APIResponse, sent_at: float, body: JSONMapping) -> Credentials:
        cookie = f"directus-{self._project}-session" if body.get("mode") == "cookie" else None
        record = tokens.from_response(result, sent_at, cookie)
        is_restricted = isinstance(result, Envelope) and result.error is not None
        token = self._token_of(record)
        self._restricted = Secret(token) if is_restricted and token is not None else None
        return record

    def _refresh_of(self, record: Credentials) -> Callable[[], Credentials]:
        assert record.access_token is not None
        token, is_restricted = record.access_token, self._restricted == record.access_token

        def refresh() -> Credentials:
            renewed = attrs.evolve(self._exchange(token), user=record.user)
            if is_restricted:
                self._restricted = renewed.access_token
            return renewed

        return refresh

    def _exchange(self, token: Secret) -> Credentials:
        """Exchange a token for a new one; the old one stays valid, so that it may be sent more than once."""
        sent_at = time.time()
        body = {"token": token.reveal()}
        return tokens.from_response(
            self.sender("POST", "/auth/refresh", json=body, retryable=True, max_elapsed=CALL_TIMEOUT), sent_at
        )

    def _is_refusal(self, error: APIError) -> bool:
        return error.status in _REFUSED and isinstance(error.code, int)

    def _session_expired(self, cause: APIError | None) -> SessionExpired:
        return SessionExpired(
            "the session is over: its token has expired, or was ended elsewhere, and only a valid one can be refreshed. Call "
            "auth.login(...), or make the client with LoginAuth8(credentials=...) to have that done for you"
        )

    def _token_of(self, record: Credentials | None) -> str | None:
        if record is None:
            return None
        token = record.access_token or next(iter(record.cookies.values()), None)
        return None if token is None else token.reveal()

    def _signs(self, record: Credentials) -> bool:
        return True

    def _seconds_left(self, record: Credentials) -> float | None:
        return record.seconds_left

    def _is_alive(self, record: Credentials) -> bool:
        return record.seconds_left != 0

    def _can_renew(self, record: Credentials) -> bool:
        return record.access_token is not None and bool(record.seconds_left)

    def _is_renewable(self, record: Credentials) -> bool:
        return record.expires_at is not None

    def _margin(self, record: Credentials) -> float:
        # Wider than for other servers: a token that has expired cannot be refreshed.
        return self.refresh_margin if record.lifetime is None else min(self.refresh_margin, record.lifetime * 2 / 3)

    def __getstate__(self) -> JSONObject:
        return {**super().__getstate__(), "_restricted": None}

    def __repr__(self) -> str:
        return f"LoginAuth8(mode={self.mode!r}, auto_refresh={self.auto_refresh!r}, refresh_margin={self.refresh_margin!r})"


def _is_static(record: Credentials) -> bool:
    return record.expires_at is None and not record.cookies


def _may_be_public(response: Response) -> bool:
    status, code = errors.refusal_of(response)
    return status == 403 or (status == 401 and code in _AS_PUBLIC)


def _is_signed(request: Request) -> bool:
    return request.has_header("Authorization") or request.has_header("Cookie")


def _signature(record: Credentials) -> dict[str, str]:
    return dict(sign(Request("GET", ""), record).headers)
