"""The sessions of a site's visitors: a record for each, outside the framework's own session.

A framework saves its session as a whole at the end of a web request, and a refresh token can be used once: of two web
requests at the same time, the one that ends last would store a token that is spent. So the framework's session holds a
random id only, and the tokens are in a `directus_sdk.auth.storage.Storage`, which is read again in a lock, and written at once.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import EllipsisType
from typing import Final

from directus_sdk.auth import Auth
from directus_sdk.auth.login import LoginAuth
from directus_sdk.auth.storage import Storage
from directus_sdk.calls.retry import RetryPolicy
from directus_sdk.client import Directus
from directus_sdk.errors import ConfigurationError, DirectusError
from directus_sdk.local.clock import monotonic
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.messages import Request

logger = logging.getLogger("directus_sdk")

#: After how many seconds without a refresh a record is deleted: the default of `REFRESH_TOKEN_TTL` on the server.
MAX_AGE: Final = 7 * 24 * 3600.0
#: How many seconds a visitor waits at most for the server to end a session.
SIGN_OUT_TIMEOUT: Final = 5.0
#: Seconds between two removals of expired records by one process.
_CLEAN_EVERY = 3600.0
_ID = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def record_name(visitor_id: str | None) -> str | None:
    """Return the name of a visitor's record, 64 hexadecimal digits; ``None`` for what is not a valid id.

    The name does not lead back to the id, so a list of the records is of no use in a browser.

    Example:
        >>> record_name("../../etc/passwd") is None
        True
        >>> len(record_name(Visitors.new_id()))
        64
    """
    if not isinstance(visitor_id, str) or not _ID.fullmatch(visitor_id):
        return None
    return hashlib.sha256(visitor_id.encode()).hexdigest()


class VisitorStore(ABC):
    """Keeps a record for each visitor. ``directus_sdk.contrib.web.stores`` has three; inherit to write your own."""

    @abstractmethod
    def storage(self, name: str) -> Storage:
        """Return the storage of one visitor's session. It is called in each web request, and nothing is read yet.

        Args:
            name: The name of the record, 64 hexadecimal digits. No two visitors ever have the same one.

        Returns:
            A storage whose `lock` excludes all threads and processes that serve the site, and whose `delete` leaves nothing
            behind. ``directus_sdk.testing.storage_suite`` checks it.
        """

    def clear_expired(self) -> int:
        """Delete the records of sessions that are over. It is called once an hour when a visitor signs in.

        Returns:
            How many were deleted; 0 where records expire by themselves.
        """
        return 0


class SignedOut(Auth):
    """The authentication of all visitors who have not signed in: there is no session, and none can begin.

    One client with it serves them all, so a sign-in with it would be everybody's: `Visitors.sign_in` begins a session.
    """

    @property
    def token(self) -> None:
        """``None``."""
        return None

    def authorize(self, request: Request) -> Request:
        """Return the request as it is."""
        return request

    def _unavailable(self, what: str) -> ConfigurationError:
        return ConfigurationError(f"the client of a visitor who has not signed in has no {what}: use Visitors.sign_in()")


@without_locals
class Visitors:
    """The visitors of a site, who sign in to Directus with their own accounts.

    Args:
        client: The site's client, whose connections the clients of all visitors share; or a function that returns it.
        store: Where their sessions are kept.
        mode: ``"json"``, or ``"session"``, in which a session that is ended on the server is over at once, and not when its
            access token expires.

    Raises:
        ConfigurationError: An argument has another type, or the mode is not valid.

    Example:
        >>> from directus_sdk.contrib.web.stores import MemoryVisitorStore
        >>> visitors = Visitors(directus, MemoryVisitorStore())
        >>> visitor_id = visitors.sign_in(admin_email, admin_password)
        >>> visitors.client(visitor_id).users.me.read(fields=["email"])["email"] == admin_email
        True
        >>> visitors.sign_out(visitor_id)
        >>> visitors.signed_in(visitor_id)
        False
    """

    def __init__(self, client: Directus | Callable[[], Directus], store: VisitorStore, mode: str = "json") -> None:
        if not isinstance(client, Directus) and not callable(client):
            raise ConfigurationError(f"client must be a Directus, or a function that returns it, not {type(client).__name__}")
        if not isinstance(store, VisitorStore):
            raise ConfigurationError(
                f"store must be a VisitorStore, such as FolderVisitorStore(...), not {type(store).__name__}"
            )
        if mode not in ("json", "session"):
            raise ConfigurationError(f"mode must be 'json' or 'session', not {mode!r}")
        self.store = store
        self.mode = mode
        self._site = client
        self._signed_out: tuple[Directus, Directus] | None = None
        self._cleaned_at = monotonic()

    @staticmethod
    def new_id() -> str:
        """Return a random id for a visitor: 43 characters of letters, digits, ``-`` and ``_``."""
        return secrets.token_urlsafe(32)

    def client(self, visitor_id: str | None) -> Directus:
        """Return the client of a visitor, for one web request. Nothing is read or sent before it is used.

        Args:
            visitor_id: What `sign_in` returned. ``None`` means a visitor who has not signed in.

        Returns:
            A cheap copy of the site's client. Without an id it is unauthenticated (Public role), the same one for all such
            visitors, and cannot sign in. With one it has the visitor's session and nothing else: where the session is over,
            or the id unknown or not valid, its calls raise `SessionExpired` and send nothing.
        """
        if visitor_id is not None:
            return self._client(visitor_id)
        site, shared = self._site_client(), self._signed_out
        if shared is None or shared[0] is not site:  # most pages are read by visitors who have not signed in
            shared = self._signed_out = site, site.with_options(auth=SignedOut())
        return shared[1]

    def signed_in(self, visitor_id: str | None) -> bool:
        """Whether there is a session of this visitor; sends nothing, so the server may have ended it."""
        return visitor_id is not None and self.client(visitor_id).auth.signed_in

    def sign_in(
        self,
        email: str | None = None,
        password: str | None = None,
        *,
        otp: str | None = None,
        provider: str | None = None,
        identifier: str | None = None,
        replaces: str | None = None,
    ) -> str:
        """Sign a visitor in.

        ``POST /auth/login``. The arguments are those of `LoginAuth.login`.

        Args:
            email: The email address.
            password: The password.
            otp: The one-time password, if the user has enabled two-factor authentication.
            provider: The name of another authentication provider, such as ``"ldap"``.
            identifier: The user's name, for a provider without email addresses.
            replaces: The visitor's id until now, whose session is ended if the sign-in succeeds.

        Returns:
            A new id for the framework's session. It is never the one from before, which another person may have put into
            this visitor's browser (session fixation).

        Raises:
            InvalidCredentials: Wrong email address or password.
            InvalidOTP: The one-time password is missing or wrong.
            StorageError: The session could not be stored; no session is left.
        """
        return self._begin(
            lambda auth: auth.login(email, password, otp=otp, provider=provider, identifier=identifier), replaces
        )

    def sign_in_with(
        self, *, refresh_token: str | None = None, session_token: str | None = None, replaces: str | None = None
    ) -> str:
        """Sign a visitor in with the session that a single sign-on has left in a cookie.

        ``POST /auth/refresh`` and ``GET /users/me``. The token is traded for another one, so that the one in the browser is of
        no use any more; in the mode session the server accepts it for ten more seconds.

        Args:
            refresh_token: The cookie ``directus_refresh_token``.
            session_token: The cookie ``directus_session_token``.
            replaces: The visitor's id until now, whose session is ended if the sign-in succeeds.

        Returns:
            A new id for the framework's session.

        Raises:
            InvalidCredentials: The session was ended, or the refresh token has been used.
            SessionExpired: The server names another user than the token.
            ConfigurationError: There is not one token, or it is another kind of token.
        """
        if (refresh_token is None) == (session_token is None):
            raise ConfigurationError("pass refresh_token or session_token, one of them")
        if refresh_token is not None:
            return self._begin(lambda auth: auth.refresh(token=refresh_token), replaces)

        def take(auth: Auth) -> None:
            auth.adopt(session_token=str(session_token))
            auth.refresh()

        return self._begin(take, replaces)

    def sign_out(self, visitor_id: str | None) -> None:
        """End the session of a visitor on the server, and delete its record, also where the server does not respond.

        ``POST /auth/logout``. What goes wrong is logged: a visitor who wants to leave does not see an error.
        """
        name = record_name(visitor_id)
        if name is None:
            return
        try:
            auth = self._client(visitor_id, timeout=SIGN_OUT_TIMEOUT, retry=RetryPolicy(attempts=1)).auth
            auth.logout()
        except (DirectusError, OSError) as error:
            logger.warning("a visitor's session was deleted here, but not ended on the server: %s", type(error).__name__)
        try:
            storage = self.store.storage(name)
            with storage.lock():  # a refresh that runs at this moment would store the session again
                storage.clear()
        except (DirectusError, OSError) as error:
            logger.warning("the record of a visitor who signed out could not be deleted: %s", type(error).__name__)

    # ------------------------------------------------------------------
    def _site_client(self) -> Directus:
        return self._site if isinstance(self._site, Directus) else self._site()

    def _client(
        self,
        visitor_id: str | None,
        *,
        timeout: float | EllipsisType = ...,
        retry: RetryPolicy | EllipsisType = ...,
    ) -> Directus:
        name = record_name(visitor_id)
        storage = None if name is None else self.store.storage(name)
        # Required also for an id that is not valid: only a visitor without any is unauthenticated.
        auth = LoginAuth(self.mode, required=True)
        return self._site_client().with_options(auth=auth, storage=storage, timeout=timeout, retry=retry)

    def _begin(self, start: Callable[[Auth], object], replaces: str | None) -> str:
        visitor_id = self.new_id()
        client = self._client(visitor_id)
        try:
            start(client.auth)
        except BaseException:
            client.storage.clear()  # its lock may have left something
            raise
        if replaces is not None:
            self.sign_out(replaces)
        self._clean()
        return visitor_id

    def _clean(self) -> None:
        if monotonic() - self._cleaned_at < _CLEAN_EVERY:
            return
        self._cleaned_at = monotonic()
        try:
            self.store.clear_expired()
        except (DirectusError, OSError) as error:
            logger.warning("expired sessions of visitors could not be deleted: %s", type(error).__name__)
