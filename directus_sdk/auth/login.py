"""Sign-in with email and password, and sessions that stay alive for any number of threads and processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from directus_sdk import urls
from directus_sdk.answers import error_code, server_errors
from directus_sdk.auth.base import Auth, check_token
from directus_sdk.errors import APIError, ConfigurationError, SessionExpired
from directus_sdk.redact import Secret
from directus_sdk.storage import Credentials
from directus_sdk.transport import Request, Response

MODES = ("json", "cookie", "session")
_SESSION_COOKIE = "directus_session_token"
#: What a server says of a token that it does not take (any more).
_REFUSALS = frozenset({"TOKEN_EXPIRED", "INVALID_TOKEN"})


class LoginAuth(Auth):
    """Signs in with email and password, and refreshes the access token when it is needed.

    Until `login` is called, calls go out as the public. There are no timers: a token that is about to end is refreshed
    before the next call, once for all threads, and with a shared storage once for all processes.

    Args:
        mode: ``"json"`` (the tokens come in the answer), ``"cookie"`` (the refresh token comes as a cookie) or
            ``"session"`` (one cookie is all; the server lets the old one live for ten seconds after a refresh).
        auto_refresh: Whether tokens are refreshed without being asked.
        refresh_margin: How many seconds before its end a token is refreshed; a quarter of its life if that is less.
        credentials: Called when there is no session, or when it has died, to sign in; returns the arguments of
            `login` as a mapping, such as ``{"email": ..., "password": ..., "otp": ...}``.

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
        credentials: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        if refresh_margin < 0:
            raise ConfigurationError(f"refresh_margin must not be negative: {refresh_margin}")
        if credentials is not None and not callable(credentials):
            raise ConfigurationError("credentials must be a function that returns {'email': ..., 'password': ...}")
        self.mode = _check_mode(mode)
        self.auto_refresh = auto_refresh
        self.refresh_margin = refresh_margin
        self._credentials = credentials
        self._current: Credentials | None = None
        self._signed_out = False
        self._lost_in_pickle = False

    # ------------------------------------------------------------------ what is known
    @property
    def token(self) -> str | None:
        """The last known access token (in the mode session its cookie), or ``None``; never asks the server."""
        return _token(self._current or (None if self._storage is None else self._storage.load()))

    def fresh_token(self) -> tuple[str | None, float | None]:
        """Return a token that is not about to end, and how many seconds it has left."""
        current = self._usable()
        if current is None:
            return None, None
        left = None if current.expires_at is None else max(0.0, current.expires_at - time.time())
        return _token(current), left

    def authorize(self, request: Request) -> Request:
        """Return the request with the token of the session, refreshed where that is due."""
        current = self._usable()
        if current is None:
            return request
        return request.with_headers(_proof(current))

    def recover(self, request: Request, response: Response) -> bool:
        """Refresh, or take the token that somebody else has refreshed, after the server refused the one that was sent."""
        errors = server_errors(response)
        code = error_code(errors[0]) if errors else ""
        current = self._current
        if not self.auto_refresh or current is None or not self._can_renew(current):
            return False
        expired = code in _REFUSALS or (code == "INVALID_CREDENTIALS" and _says_expired(errors))
        revoked = code == "INVALID_CREDENTIALS" and current.mode == "session"
        if not expired and not revoked:
            return False
        sent = {name: request.headers.get(name) for name in ("Authorization", "Cookie")}
        if {"Authorization": None, "Cookie": None, **_proof(current)} != sent:
            return True  # another thread has a new token already
        self._renew(current, refused=True)
        return True

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
            ValueError: Neither email nor identifier, or no password.

        Example:
            >>> directus = Directus(url)
            >>> session = directus.auth.login(admin_email, admin_password)
            >>> directus.users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        if not (email or identifier):
            raise ValueError("login needs an email, or an identifier for a provider such as ldap")
        if not isinstance(password, str) or not password:
            raise ValueError("login needs a password")
        with self.storage.lock():
            return self._login_locked(email, password, otp, mode, provider, identifier)

    def _login_locked(
        self, email: str | None, password: str, otp: str | None, mode: str | None, provider: str | None, identifier: str | None
    ) -> Credentials:
        mode = _check_mode(mode or self.mode)
        given = {"email": email, "identifier": identifier, "password": password, "otp": otp, "mode": mode}
        path = "/auth/login" if provider is None else f"/auth/login/{urls.segment(provider, 'provider')}"
        sent_at = time.time()
        answer = self.sender("POST", path, json={name: value for name, value in given.items() if value is not None})
        return self._keep(_record(answer, sent_at, mode))

    def refresh(self) -> Credentials:
        """Get a new access token now.

        ``POST /auth/refresh``. A new one of another thread or process is taken instead of a second refresh only if this
        one has not seen it yet.

        Returns:
            The session, which does not show its tokens.

        Raises:
            SessionExpired: The session is over.
            ConfigurationError: There is no session, or it is a static token.
        """
        current = self._known()
        if current is None or not self._can_renew(current):
            raise ConfigurationError("there is no session to refresh: call login() first")
        return self._renew(current, refused=True)

    def logout(self) -> None:
        """End the session here and on the server.

        ``POST /auth/logout``. An access token of the modes json and cookie stays valid until its end, as the server
        keeps no list of them. Without a session nothing is sent.

        Raises:
            TransportError: No answer came; the session is kept, so that you can try again.
        """
        with self.storage.lock():
            current = self.storage.load() or self._current
            if current is not None and self._can_renew(current) and not _is_dead(current):
                body, headers = _spend(current)
                try:
                    self.sender("POST", "/auth/logout", json=body, headers=headers)
                except APIError as error:
                    if error.status not in (400, 401, 403):
                        raise
            self._forget()
            self._signed_out = True

    def static(self, token: str, *, verify: bool = False) -> None:
        """Use a token that does not expire from now on.

        Args:
            token: The token.
            verify: Ask ``GET /users/me`` with it first.

        Raises:
            InvalidCredentials: With ``verify=True``: the server does not know the token.
        """
        check_token(token)
        if verify:
            self.sender("GET", "/users/me?fields=id", headers={"Authorization": f"Bearer {token}"})
        with self.storage.lock():
            self._keep(Credentials(access_token=token))

    # ------------------------------------------------------------------ how it stays alive
    def _known(self) -> Credentials | None:
        if self._current is None:
            self._current = self.storage.load()
        return self._current

    def _usable(self) -> Credentials | None:
        current = self._known()
        if current is None:
            if self._lost_in_pickle:
                raise ConfigurationError(
                    "this client was unpickled, and a pickle holds no session: call auth.login(...) again, "
                    "or share the session through a FileStorage"
                )
            if self._credentials is None or self._signed_out:
                return None
            with self.storage.lock():
                self._current = self.storage.load()
                return self._current or self._sign_in_again()
        return self._renew(current, refused=False) if self.auto_refresh and self._is_due(current) else current

    def _is_due(self, current: Credentials) -> bool:
        if current.expires_at is None:
            return False
        margin = self.refresh_margin
        if current.lifetime is not None:
            margin = min(margin, current.lifetime / 4)
        return time.time() >= current.expires_at - margin

    @staticmethod
    def _can_renew(current: Credentials) -> bool:
        return current.refresh_token is not None or bool(current.cookies)

    def _renew(self, stale: Credentials, *, refused: bool) -> Credentials:
        """Refresh once for all: whoever gets the lock first does it, the others take what it got."""
        with self.storage.lock():
            latest = self.storage.load()
            if latest is None:
                self._current = None
                if self._credentials is not None and not self._signed_out:
                    return self._sign_in_again()
                raise SessionExpired("the session was ended elsewhere: call auth.login(...)")
            # After a refusal another token is a better one; otherwise its time decides.
            if _token(latest) != _token(stale) if refused else not self._is_due(latest):
                self._current = latest
                return latest
            return self._refresh_locked(latest)

    def _refresh_locked(self, latest: Credentials) -> Credentials:
        if not self._can_renew(latest) or _is_dead(latest):
            return self._over(None)
        body, headers = _spend(latest)
        sent_at = time.time()
        try:
            answer = self.sender("POST", "/auth/refresh", json=body, headers=headers)
        except APIError as error:
            if error.status in (400, 401, 403):
                return self._over(error)
            raise
        # The record before stays until this one is stored: a crash in between loses one token, not the file.
        return self._keep(_record(answer, sent_at, latest.mode))

    def _over(self, cause: APIError | None) -> Credentials:
        self._forget()
        if self._credentials is not None:
            return self._sign_in_again()
        raise SessionExpired(
            "the session is over and its token cannot be refreshed: call auth.login(...), "
            "or make the client with LoginAuth(credentials=...) to have that done for you"
        ) from cause

    def _sign_in_again(self) -> Credentials:
        assert self._credentials is not None
        given = self._credentials()
        if not isinstance(given, Mapping):
            raise ConfigurationError("credentials() must return a mapping such as {'email': ..., 'password': ...}")
        return self.login(**given)

    def _keep(self, credentials: Credentials) -> Credentials:
        # In memory first: if the storage cannot be written, this process at least has the token that it paid for.
        self._current = credentials
        self._signed_out = self._lost_in_pickle = False
        self.storage.save(credentials)
        return credentials

    def _forget(self) -> None:
        self._current = None
        self.storage.clear()

    def __getstate__(self) -> dict[str, Any]:
        signed_in = self._lost_in_pickle or self.token is not None
        return {**super().__getstate__(), "_current": None, "_lost_in_pickle": signed_in}

    def __repr__(self) -> str:
        return f"LoginAuth(mode={self.mode!r}, auto_refresh={self.auto_refresh!r}, refresh_margin={self.refresh_margin!r})"


def _check_mode(mode: str) -> str:
    if mode not in MODES:
        raise ConfigurationError(f"mode must be 'json', 'cookie' or 'session', not {mode!r}")
    return mode


def _says_expired(errors: list[dict[str, Any]]) -> bool:
    return "expired" in str(errors[0].get("message", "")).lower()


def _session_cookie(current: Credentials) -> Secret | None:
    if _SESSION_COOKIE in current.cookies:
        return current.cookies[_SESSION_COOKIE]
    # A server may call its cookie otherwise; its value is a JWT, which has three parts.
    return next((value for value in current.cookies.values() if value.reveal().count(".") == 2), None)


def _token(current: Credentials | None) -> str | None:
    if current is None:
        return None
    held = current.access_token or (_session_cookie(current) if current.mode == "session" else None)
    return None if held is None else held.reveal()


def _cookie_header(current: Credentials) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value.reveal()}" for name, value in current.cookies.items())}


def _proof(current: Credentials) -> dict[str, str]:
    if current.access_token is not None:
        return {"Authorization": f"Bearer {current.access_token.reveal()}"}
    return _cookie_header(current)


def _is_dead(current: Credentials) -> bool:
    """Tell whether a session cookie has ended: the server refuses every call that carries it, even a login."""
    return current.mode == "session" and current.expires_at is not None and time.time() >= current.expires_at


def _spend(current: Credentials) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the body and headers of a refresh or logout."""
    if current.refresh_token is not None:
        return {"refresh_token": current.refresh_token.reveal(), "mode": "json"}, {}
    return {"mode": current.mode}, _cookie_header(current)


def _record(answer: Any, sent_at: float, mode: str) -> Credentials:
    """Read the record out of the answer to a login or a refresh."""
    data = answer.data if isinstance(answer.data, Mapping) else {}
    expires = data.get("expires")
    lifetime = float(expires) / 1000 if isinstance(expires, (int, float, str)) and expires else None
    cookies = _cookies(answer.response)
    access = data.get("access_token") if mode != "session" or not cookies else None
    if access is None and not cookies:
        raise ConfigurationError("the server's answer to the sign-in holds no token: is this address a Directus server?")
    return Credentials(
        access_token=access,
        refresh_token=data.get("refresh_token"),
        # The server counts whole seconds, and its clock began when the request arrived at the earliest.
        expires_at=None if lifetime is None else sent_at + max(lifetime - 1.0, 0.0),
        lifetime=lifetime,
        cookies=cookies,
        mode=mode,
    )


def _cookies(response: Response) -> dict[str, str]:
    from http.cookies import CookieError, SimpleCookie  # only the modes cookie and session need it

    cookies: dict[str, str] = {}
    for line in response.headers.get_all("Set-Cookie"):
        try:
            parsed: SimpleCookie = SimpleCookie(line)
        except CookieError:
            continue
        cookies.update({name: morsel.value for name, morsel in parsed.items() if morsel.value})
    return cookies
