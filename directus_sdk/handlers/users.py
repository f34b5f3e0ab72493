"""Users: the one who is asking, two-factor sign-in, invitations and registration."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar

from directus_sdk.calls.pipeline import Requester
from directus_sdk.handlers.base import Handler
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.http.responses import Answer
from directus_sdk.json_types import JSONMapping
from directus_sdk.models import Codec
from directus_sdk.models.payloads import load_written, payload
from directus_sdk.reading.truncation import Watch
from directus_sdk.wire.query import NormalizedQuery, Query, normalize, returned
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class TwoFactorSecret(TypedDict):
    """What `TFAHandler.generate` returns; put it into an authenticator app.

    Attributes:
        secret: The shared secret.
        otpauth_url: The same as an address, for a QR code.
    """

    secret: str
    otpauth_url: str


class UsersHandler(ItemsHandler[T]):
    """Users: ``directus.users``.

    Example:
        >>> directus.users.read_many(filter={"email": {"_eq": admin_email}}, fields=["email"])[0]["email"] == admin_email
        True
    """

    collection = "directus_users"

    @cached_property
    def me(self) -> MeHandler[T]:
        """The user who is asking."""
        return MeHandler(self._directus, self._codec)

    @property
    def tfa(self) -> TFAHandler:
        """The second factor of the sign-in; the same as ``me.tfa``."""
        return self.me.tfa

    @cached_property
    def invites(self) -> InvitesHandler:
        """Invitations by mail."""
        return InvitesHandler(self._directus)

    def register(
        self,
        email: str,
        password: str,
        *,
        first_name: str | None = None,
        last_name: str | None = None,
        verification_url: str | None = None,
    ) -> None:
        """Register a new user, where the settings of the server allow it.

        ``POST /users/register``, from version 10.11. The server answers alike for addresses that it knows already.

        Args:
            email: The address.
            password: The password.
            first_name: The first name.
            last_name: The last name.
            verification_url: The page that the link in the mail leads to; the server must allow it
                (``USER_REGISTER_URL_ALLOW_LIST``).

        Raises:
            Forbidden: The server takes no registrations.

        Example:
            >>> changed = directus.settings.update({"public_registration": True, "public_registration_verify_email": False})
            >>> directus.users.register("new@example.com", "correct horse battery staple")
            >>> directus.users.count({"email": {"_eq": "new@example.com"}})
            1
            >>> changed = directus.settings.update({"public_registration": False, "public_registration_verify_email": True})
        """
        options = {"first_name": first_name, "last_name": last_name, "verification_url": verification_url}
        given = {name: value for name, value in options.items() if value is not None}
        body = {"email": email, "password": password, **given}
        self._pipeline.call("POST", "/users/register", json=body, secret=True, public=True)

    def verify_email(self, token: str) -> str | None:
        """Confirm the address of a new user with the token of the mail.

        ``GET /users/register/verify-email``. The server answers with a redirect to its app, which is not followed.

        Args:
            token: The token at the end of the link.

        Returns:
            The address that the server redirects to, or ``None``.

        Raises:
            InvalidToken: The token is not valid, or not any more.
        """
        answer = self._pipeline.call(
            "GET", "/users/register/verify-email", params=[("token", token)], json_only=False, follow_redirects=False,
            public=True,
        )  # fmt: skip
        return answer.response.headers.get("Location")


class MeHandler(Handler, Generic[T]):
    """The user who is asking: ``directus.users.me``.

    Args:
        directus: The client.
        codec: What makes the user of the server's answer.
    """

    def __init__(self, directus: Requester, codec: Codec[T]) -> None:
        super().__init__(directus)
        self._codec = codec

    @cached_property
    def tfa(self) -> TFAHandler:
        """The second factor of the sign-in."""
        return TFAHandler(self._directus)

    def __call__(self, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> T:
        """Do what `read` does, as ``roles.me()`` and ``permissions.me()`` are calls.

        ``GET /users/me``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Example:
            >>> directus.users.me(fields=["email"])["email"] == admin_email
            True
        """
        return self.read(query, **params)

    def read(self, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> T:
        """Read the user.

        ``GET /users/me``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Raises:
            InvalidCredentials: Nobody is signed in.

        Warns:
            TruncatedResultWarning: The server may have cut a list of related items; `nested_limit` reads it whole.

        Example:
            >>> directus.users.me.read(fields=["email"])["email"] == admin_email
            True
        """

        def send(query: NormalizedQuery) -> Answer:
            return self._pipeline.call("GET", "/users/me", query=query)

        return self._codec.load(Watch(self._pipeline, "users.me").read(normalize(query, params), send).data)

    def update(self, data: Any, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> T | None:
        """Change the user.

        ``PATCH /users/me``.

        Args:
            data: The fields to change.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The user, or ``None`` where you may change but not read it.

        Example:
            >>> directus.users.me.update({"location": "Here"}, fields=["location"])
            {'location': 'Here'}
        """
        changes = payload(self._codec.dump_update(data), "data")
        answer = self._patch("users", "me", json=changes, query=returned(query, params))
        return load_written(self._codec, answer)

    def track_page(self, last_page: str) -> None:
        """Tell the server which page of the app the user saw last.

        ``PATCH /users/me/track/page``.

        Args:
            last_page: The path of the page, such as ``"/content/articles"``.

        Example:
            >>> directus.users.me.track_page("/content/articles")
            >>> directus.users.me.read(fields=["last_page"])
            {'last_page': '/content/articles'}
        """
        self._patch("users", "me", "track", "page", json={"last_page": last_page})


class TFAHandler(Handler):
    """The second factor of the sign-in: ``directus.users.tfa``."""

    def generate(self, password: str) -> TwoFactorSecret:
        """Make a secret for an authenticator app; nothing changes until `enable`.

        ``POST /users/me/tfa/generate``.

        Args:
            password: The password of the user.

        Returns:
            ``secret``, and ``otpauth_url`` for a QR code.

        Raises:
            InvalidCredentials: Wrong password.

        Example:
            >>> sorted(directus.users.tfa.generate(admin_password))
            ['otpauth_url', 'secret']
        """
        data: TwoFactorSecret = self._post("users", "me", "tfa", "generate", json={"password": password}, secret=True)
        return data

    def enable(self, secret: str, otp: str) -> None:
        """Ask for the second factor from the next sign-in on.

        ``POST /users/me/tfa/enable``.

        Args:
            secret: The secret that `generate` returned.
            otp: The six digits that the app shows for it.

        Raises:
            InvalidPayload: The digits are wrong.
        """
        self._post("users", "me", "tfa", "enable", json={"secret": secret, "otp": otp}, secret=True)

    def disable(self, otp: str) -> None:
        """Ask for the second factor no more.

        ``POST /users/me/tfa/disable``.

        Args:
            otp: The six digits that the app shows.

        Raises:
            InvalidOTP: The digits are wrong.
        """
        self._post("users", "me", "tfa", "disable", json={"otp": otp}, secret=True)

    def disable_for(self, key: Key) -> None:
        """Ask another user for the second factor no more, such as one who lost the phone; for administrators.

        ``POST /users/{key}/tfa/disable``.

        Args:
            key: The key of the user.
        """
        self._pipeline.call("POST", f"/users/{segment(key, 'user')}/tfa/disable")


class InvitesHandler(Handler):
    """Invitations by mail: ``directus.users.invites``."""

    def send(self, email: str | Sequence[str], role: Key, *, invite_url: str | None = None) -> None:
        """Invite users.

        ``POST /users/invite``.

        Args:
            email: One address or several.
            role: The key of the role that they get.
            invite_url: The page that the link in the mail leads to; the server must allow it
                (``USER_INVITE_URL_ALLOW_LIST``).
        """
        addresses = email if isinstance(email, str) else list(email)
        body = {"email": addresses, "role": role, "invite_url": invite_url}
        self._post("users", "invite", json={name: value for name, value in body.items() if value is not None})

    def accept(self, token: str, password: str) -> None:
        """Accept an invitation.

        ``POST /users/invite/accept``.

        Args:
            token: The token at the end of the link in the mail.
            password: The password that the new user will have.

        Raises:
            InvalidToken: The token is not valid, or not any more.
        """
        body = {"token": token, "password": password}
        self._pipeline.call("POST", "/users/invite/accept", json=body, secret=True, public=True)
