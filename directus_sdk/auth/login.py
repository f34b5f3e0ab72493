"""Sign-in with email and password, and sessions that any number of threads and processes share."""

from __future__ import annotations

import copy
import json
import logging
import time
from collections.abc import Callable
from types import EllipsisType, FunctionType

import attrs

from directus_sdk.auth import arguments, refusals
from directus_sdk.auth import credentials as records
from directus_sdk.auth.base import Auth, Sender, check_token
from directus_sdk.auth.credentials import Credentials
from directus_sdk.auth.refresh import Exchange
from directus_sdk.auth.session import Session, State
from directus_sdk.auth.single_flight import SingleFlight
from directus_sdk.auth.storage import MemoryStorage, Storage
from directus_sdk.errors import APIError, ConfigurationError, SessionExpired, StorageError, TransportError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.thread_lock import holds_locks
from directus_sdk.redaction.redact import Secret
from directus_sdk.wire.messages import Request, Response

logger = logging.getLogger("directus_sdk")

#: How many seconds a call may take while others wait for the lock of the storage.
_CALL_TIMEOUT = 25.0
#: How many seconds a thread waits for another one, which may be asking a person for a one-time password.
_WAIT_TIMEOUT = 300.0


class LoginAuth(Auth):
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
        margin: object = refresh_margin
        if isinstance(margin, bool) or not isinstance(margin, (int, float)) or not margin >= 0:
            raise ConfigurationError(f"refresh_margin must be seconds, and not negative: {refresh_margin!r}")
        if credentials is not None and not callable(credentials):
            raise ConfigurationError("credentials must be a function that returns {'email': ..., 'password': ...}")
        self.mode = records.check_mode(mode)
        self.auto_refresh = auto_refresh
        self.refresh_margin = refresh_margin
        self.required = required
        self._credentials = credentials
        self._renewal = SingleFlight()
        self._session = Session(any_user=credentials is None)

    def bind(self, sender: Sender, storage: Storage, server: str | None = None) -> None:
        """Join the auth to a client; ``Directus(...)`` calls this once."""
        super().bind(sender, storage, server)
        self._session.bind(storage, server)

    # ------------------------------------------------------------------ used by every call
    @property
    def token(self) -> str | None:
        """The last known access token (in the mode session its cookie), or ``None``; never asks the server."""
        return records.token_of(self._session.peek())

    @property
    def signed_in(self) -> bool:
        """Whether there is a session that this client can use; never asks the server, which may have ended it meanwhile."""
        record = self._session.peek()
        return record is not None and records.is_alive(record)

    def ensure_signed_in(self) -> None:
        """Raise an error where `required` is set and there is no session; sends nothing."""
        if self.required and not self._may_sign_in and not self.signed_in:
            raise refusals.not_signed_in(self._session.status.state)

    def fresh_token(self) -> tuple[str | None, float | None]:
        """Return a token that is not about to expire, and how many seconds it is valid."""
        record = self._for_call()
        return (None, None) if record is None else (records.token_of(record), records.seconds_left(record))

    def authorize(self, request: Request) -> Request:
        """Return the request with the token of the session, which is refreshed first where necessary."""
        record = self._for_call()
        return request if record is None else records.sign(request, record)

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
        path, body = arguments.login_call(fields, fields.get("provider"), self.mode)
        with self._renewal.hold(_WAIT_TIMEOUT), self.storage.lock():
            return self._login_locked(path, body)

    def _login_locked(self, path: str, body: JSONObject, *, quiet: bool = False) -> Credentials:
        sent_at = time.time()
        result = self.sender("POST", path, json=body, max_elapsed=_CALL_TIMEOUT)
        record = records.from_response(result, sent_at, body["mode"])
        return self._session.replace(attrs.evolve(record, user=arguments.user_of(path, body)), quiet=quiet)

    def refresh(self) -> Credentials:
        """Get a new access token now.

        ``POST /auth/refresh``. If another process has refreshed meanwhile, its token is used instead.

        Returns:
            The session, whose `repr` masks its tokens.

        Raises:
            SessionExpired: The session is over.
            ConfigurationError: There is no session, or it is a static token.
        """
        record = self._session.find()
        if record is None and self._may_sign_in and self._session.load() is not None:
            record = self._sign_in_or_raise()
        if record is None or not records.can_renew(record):
            raise ConfigurationError("there is no session to refresh: call login() first")
        return self._renew(record, refused=True)

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
        with self._renewal.hold(_WAIT_TIMEOUT), self.storage.lock():
            session.settle()
            record = session.load() or session.status.record
            if record is not None and records.can_renew(record):
                body, headers = records.refresh_body(record)
                try:
                    self.sender("POST", "/auth/logout", json=body, headers=headers, max_elapsed=_CALL_TIMEOUT)
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
        with self._renewal.hold(_WAIT_TIMEOUT), self.storage.lock():
            self._session.replace(Credentials(access_token=token))

    # ------------------------------------------------------------------ renewal
    @property
    def _may_sign_in(self) -> bool:
        return self._credentials is not None and self._session.status.state is not State.SIGNED_OUT

    def _for_call(self) -> Credentials | None:
        """Return the session for a call, or ``None`` for an unauthenticated one, where that is allowed."""
        record = self._usable()
        if self.required and (record is None or not records.signs(record)):
            raise refusals.not_signed_in(self._session.status.state)
        return record

    def _usable(self) -> Credentials | None:
        """Return the session, refreshed where necessary, or ``None`` for an unauthenticated call."""
        record = self._session.find()
        if self._renewal.mine:  # a callback uses the client while the session is being renewed
            return record
        if record is None:
            if self._may_sign_in:
                return self._sign_in_or_raise()
            if self._session.status.state is State.LOST:
                raise ConfigurationError(
                    "this client was unpickled, and a pickle holds no session: call auth.login(...) again, "
                    "or share the session through a FileStorage"
                )
            return None
        if not self.auto_refresh or not records.is_due(record, self.refresh_margin) or not self._is_renewable(record):
            return record
        left = records.seconds_left(record) or 0.0
        if left > records.margin(record, self.refresh_margin) / 2 and self._renewal.taken:
            return record  # another thread refreshes it, and the token is valid long enough for this call
        try:
            return self._renew(record, refused=False)
        except (APIError, TransportError, StorageError) as error:
            if not records.seconds_left(record):
                raise
            # Not SessionExpired: the session may be alive, and the token is still valid.
            logger.info("the token could not be refreshed ahead of time (%s); the next call retries", type(error).__name__)
            return record

    def _is_renewable(self, record: Credentials) -> bool:
        return records.can_renew(record) or (self._credentials is not None and record.expires_at is not None)

    @holds_locks
    def _renew(self, stale: Credentials, *, refused: bool) -> Credentials:
        """Return a newer record than `stale`: one thread refreshes, and the others use its result."""
        seen = self._renewal.attempts
        with self._renewal.hold(_WAIT_TIMEOUT):
            record = self._session.status.record
            if record is not None and record is not stale:
                has_waited = self._renewal.attempts != seen and records.seconds_left(record) != 0
                if (has_waited and not refused) or self._is_better(record, stale, refused):
                    return record
            self._renewal.raise_failure(seen)
            with self._renewal.attempt():
                outcome = self._refresh_or_adopt(stale, refused)
                if isinstance(outcome, Credentials):
                    return outcome
                if self._may_sign_in:
                    return self._ask_and_sign_in()
                raise self._session_expired(outcome) from outcome

    def _is_better(self, candidate: Credentials, stale: Credentials, refused: bool) -> bool:
        # Two refreshes within a second return the same access token: if it was refused, both are.
        if refused:
            return records.token_of(candidate) != records.token_of(stale)
        # The lifetime of a record that was read again begins again, where the time of day was set back.
        return candidate != stale and not records.is_due(candidate, self.refresh_margin)

    @holds_locks
    def _refresh_or_adopt(self, stale: Credentials, refused: bool) -> Credentials | APIError | None:
        """Return a better record; or the server's refusal, or ``None`` if the session was ended elsewhere."""
        session = self._session
        with self.storage.lock():
            session.settle()
            stored = session.load()
            if stored is None:
                session.end(elsewhere=True)
                return None
            record = session.adopt(stored)
            session.store_again()  # before another process spends the token that is stored
            if self._is_better(record, stale, refused):
                return record
            if not records.can_renew(record):
                session.end()
                return None
            exchange = Exchange(record, self.sender, _CALL_TIMEOUT, self._renewal.lend)
            session.begin_refresh(exchange)
            try:
                renewed = exchange.run()
            except APIError as error:
                if not refusals.by_directus(error):
                    raise
                # A storage whose lock has no effect (a network file system, say) may hold a newer record by now.
                newer = session.load()
                if newer is not None and newer != record:
                    return session.adopt(newer)
                session.end()
                return error
            return session.replace(renewed, quiet=True)

    def _session_expired(self, cause: APIError | None) -> SessionExpired:
        is_inherited = self._session.status.inherited and isinstance(self.storage, MemoryStorage)
        return refusals.session_expired(cause, is_inherited=is_inherited)

    @holds_locks
    def _sign_in_or_raise(self) -> Credentials:
        """Return the session that there is by now, or a new one from ``credentials()``."""
        seen = self._renewal.attempts
        with self._renewal.hold(_WAIT_TIMEOUT):
            record = self._session.find()
            if record is not None:
                return record
            self._renewal.raise_failure(seen)
            if not self._may_sign_in:
                raise self._session_expired(None)
            with self._renewal.attempt():
                return self._ask_and_sign_in()

    @holds_locks
    def _ask_and_sign_in(self) -> Credentials:
        assert self._credentials is not None
        session = self._session
        # Not in the lock of the storage: this may wait for a person.
        fields = arguments.returned(self._credentials)
        path, body = arguments.login_call(fields, fields.get("provider"), self.mode)
        session.expect(arguments.user_of(path, body))
        request = Secret(json.dumps([path, body], sort_keys=True))
        rejected = session.status.rejected
        if rejected is not None and rejected[0] == request:
            # Not sent again with every call: a server suspends the account after some failures.
            raise copy.copy(rejected[1])
        with self.storage.lock():
            stored = session.load()
            if stored is not None:  # another process was faster
                return session.adopt(stored)
            try:
                return self._login_locked(path, body, quiet=True)
            except APIError as error:
                if refusals.by_directus(error):
                    session.reject(request, error)
                raise

    # ------------------------------------------------------------------ copies
    def __getstate__(self) -> JSONObject:
        credentials = self._credentials
        if not (isinstance(credentials, FunctionType) and "<" not in credentials.__qualname__):
            credentials = None  # only a function of a module is pickled as its name; any other may hold a password
        is_incomplete = credentials is not self._credentials
        session = self._session.pickled(any_user=credentials is None, is_incomplete=is_incomplete)
        return {**super().__getstate__(), "_credentials": credentials, "_session": session}

    def _unbound(self) -> Auth:
        # A refresh token can be used once, so two clients cannot share it: the copy starts without a session.
        copied = super()._unbound()
        copied.__dict__.update(_renewal=SingleFlight(), _session=Session(any_user=self._credentials is None))
        return copied

    def __repr__(self) -> str:
        required = ", required=True" if self.required else ""
        margin = f"refresh_margin={self.refresh_margin!r}{required}"
        return f"LoginAuth(mode={self.mode!r}, auto_refresh={self.auto_refresh!r}, {margin})"
