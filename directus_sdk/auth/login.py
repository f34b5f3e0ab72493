"""Sign-in with email and password, and sessions that stay alive for any number of threads and processes."""

from __future__ import annotations

import copy
import json
import logging
import os
import time
from collections.abc import Callable
from functools import partial
from types import EllipsisType, FunctionType
from typing import Any

import attrs

from directus_sdk.auth import arguments, refusals
from directus_sdk.auth import credentials as records
from directus_sdk.auth.base import Auth, check_token
from directus_sdk.auth.refresh import Exchange, buy
from directus_sdk.auth.single_flight import Turn
from directus_sdk.auth.storage import Credentials, MemoryStorage
from directus_sdk.auth.stored_session import Kept
from directus_sdk.errors import (
    APIError,
    ConfigurationError,
    SessionExpired,
    StorageError,
    TransportError,
)
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.redact import Secret
from directus_sdk.wire.messages import Request, Response

logger = logging.getLogger("directus_sdk")

#: How many seconds a call may take that is made while others wait for the storage's lock.
_CALL = 25.0
#: How many seconds a thread waits for another one, which may be asking a person for a one-time password.
_PATIENCE = 300.0


class LoginAuth(Auth):
    """Signs in with email and password, and refreshes the access token when it is needed.

    Until `login` is called, calls go out as the public. There are no timers: a token that is about to end is refreshed
    before the next call, once for all threads, and with a shared storage once for all processes. The request of a refresh
    comes to its end also where Ctrl-C or the time limit of a task ends the call that needed it.

    Args:
        mode: ``"json"`` (the tokens come in the answer), ``"cookie"`` (the refresh token comes as a cookie) or
            ``"session"`` (one cookie is all; the server lets the old one live for ten seconds after a refresh).
        auto_refresh: Whether tokens are refreshed without being asked.
        refresh_margin: How many seconds before its end a token is refreshed; a quarter of its life if that is less.
        credentials: Called when there is no session, or when it has died, to sign in; returns the arguments of
            `login` as a mapping, such as ``{"email": ..., "password": ..., "otp": ...}``. After `logout` it is not
            called any more, and what the server has refused once is not sent again.
        required: Whether calls need a session, so that they never go on unauthenticated when it is over: they raise
            `SessionExpired`, or `NotSignedIn` where there was none. Endpoints that are open to everybody still work.

    Raises:
        ConfigurationError: The mode is unknown, or the margin is negative.

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
        if refresh_margin < 0:
            raise ConfigurationError(f"refresh_margin must not be negative: {refresh_margin}")
        if credentials is not None and not callable(credentials):
            raise ConfigurationError("credentials must be a function that returns {'email': ..., 'password': ...}")
        self.mode = records.check_mode(mode)
        self.auto_refresh = auto_refresh
        self.refresh_margin = refresh_margin
        self.required = required
        self._credentials = credentials
        self._turn = Turn()
        self._current: Credentials | None = None
        self._changes = 0
        self._kept = Kept()
        self._exchange: Exchange | None = None  # a refresh on its way, or one that an interrupt left behind
        self._signed_out = False
        self._was_signed_in = False
        self._lost_in_pickle = False
        self._signed_in_by = 0
        # Whose sessions are taken from the storage, once that is known.
        self._user: str | None = None
        self._refused: tuple[Secret, APIError] | None = None

    # ------------------------------------------------------------------ what is known
    @property
    def token(self) -> str | None:
        """The last known access token (in the mode session its cookie), or ``None``; never asks the server."""
        return records.token_of(self._current or (None if self._storage is None else self._found()))

    @property
    def signed_in(self) -> bool:
        """Whether there is a session that this client can use; never asks the server, which may have ended it meanwhile."""
        current = self._current or (None if self._storage is None else self._found())
        return current is not None and records.is_alive(current)

    def ensure_signed_in(self) -> None:
        """Refuse to go on as nobody, where `required` is set; sends nothing."""
        may_sign_in = self._credentials is not None and not self._signed_out
        if self.required and not may_sign_in and not self.signed_in:
            raise refusals.nobody(was_signed_in=self._was_signed_in)

    def fresh_token(self) -> tuple[str | None, float | None]:
        """Return a token that is not about to end, and how many seconds it has left."""
        current = self._for_call()
        return (None, None) if current is None else (records.token_of(current), records.seconds_left(current))

    def authorize(self, request: Request) -> Request:
        """Return the request with the token of the session, refreshed where that is due."""
        current = self._for_call()
        return request if current is None else records.sign(request, current)

    def recover(self, request: Request, response: Response) -> bool:
        """Refresh, or take the token that somebody else has refreshed, after the server refused the one that was sent."""
        current = self._current
        if not refusals.refuses_token(response, current) or not self.auto_refresh or self._turn.mine:
            return False
        if current is None:  # it ended while this call was on its way
            if self._signed_out or not (request.has_header("Authorization") or request.has_header("Cookie")):
                return False
            self._sign_in_or_raise()
            return True
        if records.carries(request, current):
            if not self._is_renewable(current):
                return False
            self._renew(current, refused=True)
        return True  # with the token that another thread has got, or this one

    # ------------------------------------------------------------------ what the user calls
    def login(
        self,
        email: str | None = None,
        password: str | None = None,
        *,
        otp: str | None = None,
        mode: str | None = None,
        provider: str | None = None,
        identifier: str | None = None,
    ) -> Credentials:
        """Sign in and keep the session.

        ``POST /auth/login`` or ``POST /auth/login/{provider}``. When it fails, the session before stays as it was.

        Args:
            email: The user's address.
            password: The password.
            otp: The six digits of the second factor, if the user has one.
            mode: ``"json"``, ``"cookie"`` or ``"session"``; the mode of this auth by default.
            provider: The name of another way to sign in, such as ``"ldap"``.
            identifier: The user's name for a provider that knows no addresses.

        Returns:
            The session, which does not show its tokens.

        Raises:
            InvalidCredentials: Wrong address or password.
            InvalidOTP: The second factor is missing or wrong.
            UserSuspended: The account is suspended.
            StorageError: The session could not be stored (this client has it nevertheless), or the storage not locked.
            ValueError: Neither email nor identifier, or no password.

        Example:
            >>> directus = Directus(url)
            >>> session = directus.auth.login(admin_email, admin_password)
            >>> directus.users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        given = {"email": email, "identifier": identifier, "password": password, "otp": otp, "mode": mode}
        path, body = arguments.login_call(given, provider, self.mode)
        with self._turn.hold(_PATIENCE), self.storage.lock():
            return self._login_locked(path, body)

    def _login_locked(self, path: str, body: JSONObject, *, quiet: bool = False) -> Credentials:
        sent_at = time.time()
        answer = self.sender("POST", path, json=body, max_elapsed=_CALL)
        record = records.from_answer(answer, sent_at, body["mode"])
        return self._keep(attrs.evolve(record, user=arguments.user_of(path, body)), quiet=quiet)

    def refresh(self) -> Credentials:
        """Get a new access token now.

        ``POST /auth/refresh``. A new one of another process is taken instead, if this one has not seen it yet.

        Returns:
            The session, which does not show its tokens.

        Raises:
            SessionExpired: The session is over.
            ConfigurationError: There is no session, or it is a static token.
        """
        current = self._known()
        if current is None and self._credentials is not None and self._load() is not None and not self._signed_out:
            current = self._sign_in_or_raise()
        if current is None or not records.can_renew(current):
            raise ConfigurationError("there is no session to refresh: call login() first")
        return self._renew(current, refused=True)

    def logout(self, refresh_token: str | EllipsisType = ..., *, mode: str = "json") -> None:
        """End the session of this client, here and on the server, or that of a refresh token from elsewhere.

        ``POST /auth/logout``. An access token of the modes json and cookie stays valid until its end, as the server
        keeps no list of them. Without a session nothing is sent.

        Args:
            refresh_token: A refresh token from elsewhere, such as one of a browser: the session that it belongs to is
                ended on the server, and the one of this client stays. In the mode session it is the value of the cookie
                ``directus_session_token``. Left out, the session of this client is ended.
            mode: The mode of the login that this token came from: ``"json"``, ``"cookie"`` or ``"session"``.

        Raises:
            ConfigurationError: `refresh_token` is ``None``, empty, or cannot be a token.
            TransportError: No answer came; the session is kept, so that you can try again.
            APIError: Somebody else than Directus refused, such as a firewall; the session is kept.
        """
        if not isinstance(refresh_token, EllipsisType):
            current = self._load() or self._current
            if current is None or not records.buys(current, check_token(refresh_token)):
                self._end_session(refresh_token, mode)
                return
        with self._turn.hold(_PATIENCE), self.storage.lock():
            self._settle()
            current = self._load() or self._current
            if current is not None and records.can_renew(current):
                body, headers = records.spend(current)
                try:
                    self.sender("POST", "/auth/logout", json=body, headers=headers, max_elapsed=_CALL)
                except APIError as error:
                    if not refusals.by_directus(error):  # a session that is over already is what was asked for
                        raise
            self._signed_out = True
            try:
                self._forget(quiet=False)
            finally:
                self._user, self._was_signed_in = None, False

    def static(self, token: str, *, verify: bool = False) -> None:
        """Use a token that does not expire from now on.

        Args:
            token: The token.
            verify: Ask ``GET /users/me`` with it first.

        Raises:
            InvalidCredentials: With ``verify=True``: the server does not know the token.
            ConfigurationError: The token is empty or has white space in it.

        Example:
            >>> directus = Directus(url)
            >>> directus.auth.static(token, verify=True)
            >>> directus.users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        check_token(token)
        if verify:
            self.sender("GET", "/users/me?fields=id", headers={"Authorization": f"Bearer {token}"})
        with self._turn.hold(_PATIENCE), self.storage.lock():
            self._keep(Credentials(access_token=token))

    # ------------------------------------------------------------------ how it stays alive
    def _for_call(self) -> Credentials | None:
        """Return the session to sign a call with, or ``None`` for an unauthenticated one, where that is allowed."""
        current = self._usable()
        if self.required and (current is None or not records.signs(current)):
            raise refusals.nobody(was_signed_in=self._was_signed_in)
        return current

    def _usable(self) -> Credentials | None:
        """Return the session with a token that is good for a call, or ``None`` for the public."""
        current = self._known()
        if self._turn.mine:  # a listener, or credentials(), uses the client while it is being renewed
            return current
        if current is None:
            if self._credentials is not None and not self._signed_out:
                return self._sign_in_or_raise()
            if self._lost_in_pickle:
                raise ConfigurationError(
                    "this client was unpickled, and a pickle holds no session: call auth.login(...) again, "
                    "or share the session through a FileStorage"
                )
            return None
        if not self.auto_refresh or not records.is_due(current, self.refresh_margin) or not self._is_renewable(current):
            return current
        left = records.seconds_left(current) or 0.0
        if left > records.margin(current, self.refresh_margin) / 2 and self._turn.taken:
            return current  # another thread is at it, and the token lives long enough for this call
        try:
            return self._renew(current, refused=False)
        except (APIError, TransportError, StorageError) as error:
            if not records.seconds_left(current):
                raise
            # Not SessionExpired: the session may live, and so does the token.
            logger.info("the token could not be refreshed ahead of time (%s); the next call tries again", type(error).__name__)
            return current

    def _is_renewable(self, record: Credentials) -> bool:
        return records.can_renew(record) or (self._credentials is not None and record.expires_at is not None)

    def _renew(self, stale: Credentials, *, refused: bool) -> Credentials:
        """Refresh once for all: whoever has the turn does it, the others take what it got."""
        seen = self._turn.attempts
        with self._turn.hold(_PATIENCE):
            current = self._current
            if current is not None and current is not stale:
                waited = self._turn.attempts != seen and records.seconds_left(current) != 0
                if (waited and not refused) or self._is_better(current, stale, refused):
                    return current
            self._turn.raise_failure(seen)
            with self._turn.attempt():
                outcome = self._refresh_or_adopt(stale, refused)
                if isinstance(outcome, Credentials):
                    return outcome
                if self._credentials is not None and not self._signed_out:
                    return self._ask_and_sign_in()
                raise self._session_expired(outcome) from outcome

    def _is_better(self, candidate: Credentials, stale: Credentials, refused: bool) -> bool:
        # Two refreshes within a second give the same access token: if that was refused, both are.
        if refused:
            return records.token_of(candidate) != records.token_of(stale)
        # The same record, read again, counts as known since then where the time of day was set back.
        return candidate != stale and not records.is_due(candidate, self.refresh_margin)

    def _refresh_or_adopt(self, stale: Credentials, refused: bool) -> Credentials | APIError | None:
        """Return a better record; or why there is none: the server's refusal, or ``None`` if it was ended elsewhere."""
        with self.storage.lock():
            self._settle()
            latest = self._load()
            if latest is None:
                self._drop()
                return None
            if self._kept.lacks(latest):
                self._write(latest, quiet=True)  # before others spend what is stored once more
            if self._is_better(latest, stale, refused):
                return self._take(latest)
            if not records.can_renew(latest):
                self._forget()
                return None
            self._exchange = exchange = Exchange(latest, partial(buy, self.sender, latest, _CALL), self._turn.lend)
            try:
                record = exchange.run()
            except APIError as error:
                if not refusals.by_directus(error):
                    raise
                # A storage whose lock does not hold (a network file system, say) may have a newer record by now.
                newer = self._load()
                if newer is not None and newer != latest:
                    return self._take(newer)
                self._forget()
                return error
            # The record before stays until this one is stored: a crash in between loses one token, not the file.
            return self._keep(record, quiet=True)

    def _session_expired(self, cause: APIError | None) -> SessionExpired:
        forked = isinstance(self.storage, MemoryStorage) and self._signed_in_by not in (0, os.getpid())
        return refusals.session_expired(cause, forked=forked)

    # ------------------------------------------------------------------ signing in again
    def _sign_in_or_raise(self) -> Credentials:
        """Return the session that there is by now, or a new one from ``credentials()``."""
        seen = self._turn.attempts
        with self._turn.hold(_PATIENCE):
            current = self._known()
            if current is not None:
                return current
            self._turn.raise_failure(seen)
            if self._credentials is None or self._signed_out:
                raise self._session_expired(None)
            with self._turn.attempt():
                return self._ask_and_sign_in()

    def _ask_and_sign_in(self) -> Credentials:
        assert self._credentials is not None
        # Without the storage's lock: this may take as long as a person does.
        given = self._credentials()
        if not arguments.are_arguments(given):
            raise ConfigurationError("credentials() must return a mapping such as {'email': ..., 'password': ...}")
        path, body = arguments.login_call(given, given.get("provider"), self.mode)
        self._user = arguments.user_of(path, body)
        asked = Secret(json.dumps([path, body], sort_keys=True))
        if self._refused is not None and self._refused[0] == asked:
            # A server suspends the account after some failures: what it refused must not be sent with every call.
            raise copy.copy(self._refused[1])
        with self.storage.lock():
            latest = self._load()
            if latest is not None:  # another process was faster
                return self._take(latest)
            try:
                return self._login_locked(path, body, quiet=True)
            except APIError as error:
                if refusals.by_directus(error):
                    self._refused = (asked, error)
                raise

    # ------------------------------------------------------------------ memory and storage
    def _known(self) -> Credentials | None:
        current = self._current
        if current is not None:
            return current
        changes = self._changes
        found = self._found()
        if found is not None and changes == self._changes:  # nobody has signed out meanwhile
            self._take(found)
        return found

    def _found(self) -> Credentials | None:
        """Return the stored session, unless ``credentials()`` has to say first whose session this client wants."""
        found = self._load()
        unasked = found is not None and found.user is not None and self._credentials is not None and self._user is None
        return None if unasked else found

    def _is_of_another(self, record: Credentials | None) -> bool:
        return record is not None and None not in (record.user, self._user) and record.user != self._user

    def _load(self) -> Credentials | None:
        found = self._kept.load(self.storage, self._server)
        # Where another user has signed in, this client goes on with what it has.
        return self._current if self._is_of_another(found) else found

    def _take(self, record: Credentials) -> Credentials:
        self._current = record
        self._user = record.user or self._user
        self._was_signed_in = True
        self._changes += 1
        self._signed_out = self._lost_in_pickle = False
        return record

    def _drop(self) -> None:
        self._current = None
        self._changes += 1

    def _keep(self, record: Credentials, *, quiet: bool = False) -> Credentials:
        record = attrs.evolve(record, server=self._server)
        # In memory first, whatever becomes of the storage. What is stored has been spent, and counts no more from here on.
        self._kept.expect(record)
        self._user = record.user
        self._take(record)
        self._refused = None
        self._signed_in_by = os.getpid()
        self._write(record, quiet)
        self._exchange = None
        return record

    def _forget(self, *, quiet: bool = True) -> None:
        self._kept.expect(None)
        self._drop()
        self._write(None, quiet)
        self._exchange = None

    def _write(self, record: Credentials | None, quiet: bool) -> None:
        self._kept.write(self.storage, self._server, record, quiet=quiet, is_of_another=self._is_of_another)

    def _settle(self) -> None:
        """Keep what a refresh has got whose caller was interrupted."""
        exchange = self._exchange
        if exchange is None:
            return
        record = exchange.result()
        # Who has found the spent token meanwhile was refused and cleared it; whoever has signed in goes first.
        if record is not None and self._load() in (None, exchange.spent):
            self._keep(record, quiet=True)
        self._exchange = None

    # ------------------------------------------------------------------ copies
    def __getstate__(self) -> dict[str, Any]:
        signed_in = self._lost_in_pickle or self._current is not None
        if not signed_in and self._storage is not None:
            signed_in = self._kept.stored(self.storage, self._server) is not None
        kept = self._credentials
        if kept is not None and not (isinstance(kept, FunctionType) and "<" not in kept.__qualname__):
            # A function of a module is pickled as its name; what else there is may hold a password.
            kept, signed_in = None, True
        fresh = {"_turn": Turn(), "_kept": Kept(), "_current": None, "_exchange": None, "_refused": None}
        return {**super().__getstate__(), **fresh, "_credentials": kept, "_lost_in_pickle": signed_in}

    def _unbound(self) -> Auth:
        # A session is bought with one refresh token, which two clients cannot share: the copy starts without it.
        copied = super()._unbound()
        copied.__dict__.update(_turn=Turn(), _current=None, _kept=Kept(), _exchange=None, _refused=None)
        copied.__dict__.update(_signed_out=False, _lost_in_pickle=False, _was_signed_in=False, _user=None)
        return copied

    def __repr__(self) -> str:
        required = ", required=True" if self.required else ""
        margin = f"refresh_margin={self.refresh_margin!r}{required}"
        return f"LoginAuth(mode={self.mode!r}, auto_refresh={self.auto_refresh!r}, {margin})"
