"""Sessions that renew themselves, shared by any number of threads and processes; how is up to a generation of Directus."""

from __future__ import annotations

import copy
import json
import logging
import time
from abc import abstractmethod
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING

import attrs

from directus_sdk.auth import arguments, refusals
from directus_sdk.auth import credentials as records
from directus_sdk.auth.authorizer import Authorizer, Sender
from directus_sdk.auth.credentials import Credentials
from directus_sdk.auth.refresh import Exchange
from directus_sdk.auth.session import Session, State
from directus_sdk.auth.single_flight import SingleFlight
from directus_sdk.auth.storage import Storage
from directus_sdk.errors import APIError, ConfigurationError, SessionExpired, StorageError, TransportError
from directus_sdk.http.responses import APIResponse
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.thread_lock import holds_locks
from directus_sdk.redaction.redact import Secret
from directus_sdk.wire.messages import Request

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger("directus_sdk")

#: How many seconds a call may take while others wait for the lock of the storage.
CALL_TIMEOUT = 25.0
#: How many seconds a thread waits for another one, which may be asking a person for a one-time password.
WAIT_TIMEOUT = 300.0


class SessionAuth(Authorizer):
    """Authorizes with a session: signs in when there are `credentials`, and renews the token before it expires.

    Args:
        mode: How the tokens are sent.
        auto_refresh: Whether tokens are refreshed automatically.
        refresh_margin: How many seconds before its expiry a token is refreshed.
        credentials: Called to sign in when there is no session, or when it is over.

    Raises:
        ConfigurationError: The mode is not valid, or the margin is negative.
    """

    def __init__(
        self,
        mode: str,
        auto_refresh: bool,
        refresh_margin: float,
        credentials: Callable[[], JSONMapping] | None,
    ) -> None:
        margin: object = refresh_margin
        if isinstance(margin, bool) or not isinstance(margin, (int, float)) or not margin >= 0:
            raise ConfigurationError(f"refresh_margin must be seconds, and not negative: {refresh_margin!r}")
        if credentials is not None and not callable(credentials):
            raise ConfigurationError("credentials must be a function that returns {'email': ..., 'password': ...}")
        self.mode = self._check_mode(mode)
        self.auto_refresh = auto_refresh
        self.refresh_margin = refresh_margin
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
        return self._token_of(self._session.peek())

    @property
    def signed_in(self) -> bool:
        """Whether there is a session that this client can use; never asks the server, which may have ended it meanwhile."""
        record = self._session.peek()
        return record is not None and self._is_alive(record)

    def ensure_signed_in(self) -> None:
        """Raise an error where `required` is set and there is no session; sends nothing."""
        if self.required and not self._may_sign_in and not self.signed_in:
            raise refusals.not_signed_in(self._session.status.state)

    def fresh_token(self) -> tuple[str | None, float | None]:
        """Return a token that is not about to expire, and how many seconds it is valid."""
        record = self._for_call()
        return (None, None) if record is None else (self._token_of(record), self._seconds_left(record))

    def authorize(self, request: Request) -> Request:
        """Return the request with the token of the session, which is refreshed first where necessary."""
        record = self._for_call()
        return request if record is None else records.sign(request, record)

    # ------------------------------------------------------------------ what a generation of Directus decides
    @abstractmethod
    def _check_mode(self, mode: str) -> str:
        """Return the mode of a login, or raise a `ConfigurationError`."""

    @abstractmethod
    def _login_call(self, fields: JSONMapping) -> tuple[str, JSONObject]:
        """Return the path and the body of a login with these arguments."""

    @abstractmethod
    def _user_of(self, path: str, body: JSONMapping) -> str:
        """Return the user that a login names, in a normalized spelling."""

    @abstractmethod
    def _session_of(self, result: APIResponse, sent_at: float, body: JSONMapping) -> Credentials:
        """Return the session that the response to a login contains."""

    @abstractmethod
    def _refresh_of(self, record: Credentials) -> Callable[[], Credentials]:
        """Return a function that sends a refresh and returns the new session."""

    @abstractmethod
    def _is_refusal(self, error: APIError) -> bool:
        """Whether the server itself refused a login or a refresh, which is not worth repeating."""

    @abstractmethod
    def _session_expired(self, cause: APIError | None) -> SessionExpired:
        """Return the error for a session that is over, because of a refusal or because it was ended elsewhere."""

    def _token_of(self, record: Credentials | None) -> str | None:
        return records.token_of(record)

    def _signs(self, record: Credentials) -> bool:
        return records.signs(record)

    def _seconds_left(self, record: Credentials) -> float | None:
        return records.seconds_left(record)

    def _is_alive(self, record: Credentials) -> bool:
        return records.is_alive(record)

    def _can_renew(self, record: Credentials) -> bool:
        return records.can_renew(record)

    def _margin(self, record: Credentials) -> float:
        return records.margin(record, self.refresh_margin)

    def _is_due(self, record: Credentials) -> bool:
        left = self._seconds_left(record)
        return left is not None and left <= self._margin(record)

    # ------------------------------------------------------------------ renewal
    @property
    def _may_sign_in(self) -> bool:
        return self._credentials is not None and self._session.status.state is not State.SIGNED_OUT

    def _for_call(self) -> Credentials | None:
        """Return the session for a call, or ``None`` for an unauthenticated one, where that is allowed."""
        record = self._usable()
        if self.required and (record is None or not self._signs(record)):
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
        if not self.auto_refresh or not self._is_due(record) or not self._is_renewable(record):
            return record
        left = self._seconds_left(record) or 0.0
        if left > self._margin(record) / 2 and self._renewal.taken:
            return record  # another thread refreshes it, and the token is valid long enough for this call
        try:
            return self._renew(record, refused=False)
        except (APIError, TransportError, StorageError) as error:
            if not self._seconds_left(record):
                raise
            # Not SessionExpired: the session may be alive, and the token is still valid.
            logger.info("the token could not be refreshed ahead of time (%s); the next call retries", type(error).__name__)
            return record

    def _is_renewable(self, record: Credentials) -> bool:
        return self._can_renew(record) or (self._credentials is not None and record.expires_at is not None)

    @holds_locks
    def _renew(self, stale: Credentials, *, refused: bool) -> Credentials:
        """Return a newer record than `stale`: one thread refreshes, and the others use its result."""
        seen = self._renewal.attempts
        with self._renewal.hold(WAIT_TIMEOUT):
            record = self._session.status.record
            if record is not None and record is not stale:
                has_waited = self._renewal.attempts != seen and self._seconds_left(record) != 0
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
            return self._token_of(candidate) != self._token_of(stale)
        # The lifetime of a record that was read again begins again, where the time of day was set back.
        return candidate != stale and not self._is_due(candidate)

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
            if not self._can_renew(record):
                session.end()
                return None
            exchange = Exchange(record, self._refresh_of(record), self._renewal.lend)
            session.begin_refresh(exchange)
            try:
                renewed = exchange.run()
            except APIError as error:
                if not self._is_refusal(error):
                    raise
                # A storage whose lock has no effect (a network file system, say) may hold a newer record by now.
                newer = session.load()
                if newer is not None and newer != record:
                    return session.adopt(newer)
                session.end()
                return error
            return session.replace(renewed, quiet=True)

    @holds_locks
    def _sign_in_or_raise(self) -> Credentials:
        """Return the session that there is by now, or a new one from ``credentials()``."""
        seen = self._renewal.attempts
        with self._renewal.hold(WAIT_TIMEOUT):
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
        path, body = self._login_call(fields)
        session.expect(self._user_of(path, body))
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
                if self._is_refusal(error):
                    session.reject(request, error)
                raise

    def _login_locked(self, path: str, body: JSONObject, *, quiet: bool = False) -> Credentials:
        sent_at = time.time()
        result = self.sender("POST", path, json=body, max_elapsed=CALL_TIMEOUT)
        record = attrs.evolve(self._session_of(result, sent_at, body), user=self._user_of(path, body))
        return self._session.replace(record, quiet=quiet)

    # ------------------------------------------------------------------ copies
    def __getstate__(self) -> JSONObject:
        credentials = self._credentials
        if not (isinstance(credentials, FunctionType) and "<" not in credentials.__qualname__):
            credentials = None  # only a function of a module is pickled as its name; any other may hold a password
        is_incomplete = credentials is not self._credentials
        session = self._session.pickled(any_user=credentials is None, is_incomplete=is_incomplete)
        return {**super().__getstate__(), "_credentials": credentials, "_session": session}

    def _unbound(self) -> Self:
        # A refresh token can be used once, so two clients cannot share it: the copy starts without a session.
        copied = super()._unbound()
        copied.__dict__.update(_renewal=SingleFlight(), _session=Session(any_user=self._credentials is None))
        return copied
