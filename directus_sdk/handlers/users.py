"""Users: the current user, two-factor authentication, invitations and registration."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar

from directus_sdk.calls.pipeline import Requester
from directus_sdk.handlers.base import Handler, checked_emails, without_none
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.http.responses import APIResponse
from directus_sdk.json_types import JSONMapping, MaybeNone
from directus_sdk.models.codec import Codec
from directus_sdk.models.payloads import load_written, payload
from directus_sdk.reading.primary_key import check_own_key
from directus_sdk.reading.truncation import TruncationCheck
from directus_sdk.wire.parameters import non_empty
from directus_sdk.wire.query import ItemQuery, NormalizedQuery, WriteQuery, normalize, returned
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class TwoFactorSecret(TypedDict):
    """The result of `TFAHandler.generate`, for an authenticator app."""

    secret: str
    """The shared secret."""
    otpauth_url: str
    """The same as a URL, for a QR code."""


class UsersHandler(ItemsHandler[T]):
    """Users: ``directus.users``.

    Example:
        >>> directus.users.read_many(filter={"email": {"_eq": admin_email}}, fields=["email"])[0]["email"] == admin_email
        True
    """

    collection = "directus_users"

    @cached_property
    def me(self) -> MeHandler[T]:
        """The current user."""
        return MeHandler(self._directus, self._codec)

    @property
    def tfa(self) -> TFAHandler:
        """Two-factor authentication; the same as ``me.tfa``."""
        return self.me.tfa

    @cached_property
    def invites(self) -> InvitesHandler:
        """Invitations by email."""
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
        """Register a new user, if the settings of the server allow it.

        ``POST /users/register``, from version 10.11. The response is the same for email addresses of existing users.

        Args:
            email: The email address.
            password: The password.
            first_name: The first name.
            last_name: The last name.
            verification_url: The page of the link in the email; the server must allow it
                (``USER_REGISTER_URL_ALLOW_LIST``).

        Raises:
            Forbidden: The server does not allow registrations.

        Example:
            >>> changed = directus.settings.update({"public_registration": True, "public_registration_verify_email": False})
            >>> directus.users.register("new@example.com", "correct horse battery staple")
            >>> directus.users.count({"email": {"_eq": "new@example.com"}})
            1
            >>> changed = directus.settings.update({"public_registration": False, "public_registration_verify_email": True})
        """
        names = without_none(first_name=first_name, last_name=last_name, verification_url=verification_url)
        body = {"email": email, "password": password, **names}
        self._pipeline.call("POST", "/users/register", json=body, secret=True, public=True)

    def verify_email(self, token: str) -> str | None:
        """Confirm the email address of a new user with the token of the email.

        ``GET /users/register/verify-email``. The response is a redirect to the app, which is not followed.

        Args:
            token: The token at the end of the link.

        Returns:
            The URL of the redirect, or ``None``.

        Raises:
            InvalidToken: The token is not valid, or not any more.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([Response(302, Headers({"Location": "/admin/users/x"}), b"")])
            >>> Directus("https://cms.example.com", transport=mock).users.verify_email("token-of-the-link")
            '/admin/users/x'
        """
        params = [("token", non_empty("token", token))]
        response = self._pipeline.call(
            "GET", "/users/register/verify-email", params=params, json_only=False, follow_redirects=False, public=True
        )
        return response.response.headers.get("Location")


class MeHandler(Handler, Generic[T]):
    """The current user: ``directus.users.me``.

    Args:
        directus: The client.
        codec: Converts the user.
    """

    def __init__(self, directus: Requester, codec: Codec[T]) -> None:
        super().__init__(directus)
        self._codec = codec

    @cached_property
    def tfa(self) -> TFAHandler:
        """Two-factor authentication."""
        return TFAHandler(self._directus)

    def __call__(self, query: JSONMapping | None = None, **params: Unpack[ItemQuery]) -> T:
        """Read the current user, the same as `read`.

        ``GET /users/me``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Example:
            >>> directus.users.me(fields=["email"])["email"] == admin_email
            True
        """
        return self.read(query, **params)

    def read(self, query: JSONMapping | None = None, **params: Unpack[ItemQuery]) -> T:
        """Read the current user.

        ``GET /users/me``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Raises:
            InvalidCredentials: The client is not authenticated.

        Warns:
            TruncatedResultWarning: The server may have cut a list of related items; `nested_limit` reads it whole.

        Example:
            >>> directus.users.me.read(fields=["email"])["email"] == admin_email
            True
        """

        def send(query: NormalizedQuery) -> APIResponse:
            return self._pipeline.call("GET", "/users/me", query=query)

        return self._codec.load(TruncationCheck(self._pipeline, "users.me").read(normalize(query, params), send).data)

    def update(self, data: object, query: JSONMapping | None = None, **params: Unpack[WriteQuery]) -> T | MaybeNone:
        """Update the current user.

        ``PATCH /users/me``.

        Args:
            data: The fields to change.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The user, or ``None`` if you may update but not read it.

        Example:
            >>> directus.users.me.update({"location": "Here"}, fields=["location"])
            {'location': 'Here'}
        """
        changes = payload(self._codec.dump_update(data), "data")
        check_own_key(self._pipeline, "/users/me", "directus_users", changes)
        data = self._patch("users", "me", json=changes, query=returned(query, params))
        return load_written(self._codec, data)

    def track_page(self, last_page: str) -> None:
        """Record the page of the app that the user visited last.

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
    """Two-factor authentication: ``directus.users.tfa``."""

    def generate(self, password: str) -> TwoFactorSecret:
        """Generate a secret for an authenticator app; nothing changes until `enable`.

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

    def enable(self, secret: str, otp: str = "") -> None:
        """Enable two-factor authentication, from the next sign-in on.

        ``POST /users/me/tfa/enable``.

        Args:
            secret: The secret that `generate` returned.
            otp: The six digits of the app.

        Raises:
            InvalidPayload: The digits are wrong.
            TypeError: They are missing: a secret comes from `generate`.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.users.me.tfa.enable("JBSWY3DPEHPK3PXP", "123456")
            >>> mock.last.method, mock.path()
            ('POST', '/users/me/tfa/enable')
        """
        if not otp:
            raise TypeError("enable needs the secret and the digits: first generate(password), then enable(secret, otp)")
        self._post("users", "me", "tfa", "enable", json={"secret": secret, "otp": otp}, secret=True)

    def disable(self, otp: str) -> None:
        """Disable two-factor authentication.

        ``POST /users/me/tfa/disable``.

        Args:
            otp: The six digits of the app.

        Raises:
            InvalidOTP: The digits are wrong.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.users.me.tfa.disable("123456")
            >>> mock.last.method, mock.path()
            ('POST', '/users/me/tfa/disable')
        """
        self._post("users", "me", "tfa", "disable", json={"otp": otp}, secret=True)

    def disable_for(self, key: Key) -> None:
        """Disable two-factor authentication of another user, such as after a lost phone; for administrators.

        ``POST /users/{key}/tfa/disable``.

        Args:
            key: The key of the user.

        Raises:
            Forbidden: The current user is not an administrator.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.users.me.tfa.disable_for("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10")
            >>> mock.last.method, mock.path()
            ('POST', '/users/0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10/tfa/disable')
        """
        self._pipeline.call("POST", f"/users/{segment(key, 'user')}/tfa/disable")


class InvitesHandler(Handler):
    """Invitations by email: ``directus.users.invites``."""

    def send(self, email: str | Sequence[str], role: Key, *, invite_url: str | None = None) -> None:
        """Invite users.

        ``POST /users/invite``.

        Args:
            email: One email address or several.
            role: The key of the role of the new users.
            invite_url: The page of the link in the email; the server must allow it
                (``USER_INVITE_URL_ALLOW_LIST``).

        Raises:
            InvalidPayload: The server rejects an email address.
            ValueError: An email address is empty.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.users.invites.send("ada@example.com", role="0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10")
            >>> mock.last.method, mock.path()
            ('POST', '/users/invite')
        """
        segment(role, "role")  # checked, since the server's message is about another field
        self._post("users", "invite", json=without_none(email=checked_emails("email", email), role=role, invite_url=invite_url))

    def accept(self, token: str, password: str) -> None:
        """Accept an invitation.

        ``POST /users/invite/accept``.

        Args:
            token: The token at the end of the link in the email.
            password: The password of the new user.

        Raises:
            InvalidToken: The token is not valid, or not any more.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.users.invites.accept("token-of-the-link", "correct horse battery staple")
            >>> mock.last.method, mock.path()
            ('POST', '/users/invite/accept')
        """
        body = {"token": non_empty("token", token), "password": non_empty("password", password)}
        self._pipeline.call("POST", "/users/invite/accept", json=body, secret=True, public=True)
