"""Users of version 8: the current user, two-factor authentication and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from directus_sdk.handlers.base import checked_emails
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.codec import Codec
from directus_sdk.models.payloads import load_written, payload
from directus_sdk.results import Page
from directus_sdk.v8.handlers.base import Handler8, Requester8
from directus_sdk.v8.handlers.items import RevisedHandler8
from directus_sdk.v8.query import OneQuery, WriteQuery, normalize
from directus_sdk.v8.rows import key_segment
from directus_sdk.wire.parameters import non_empty
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.json_types import MaybeNone

T = TypeVar("T")


class UsersHandler8(RevisedHandler8[T]):
    """Users: ``directus.users``.

    Example:
        >>> d.users.first(filter={"email": admin_email}, fields=["first_name"])
        {'first_name': 'Admin'}
    """

    group = "users"

    @cached_property
    def me(self) -> MeHandler8[T]:
        """The current user."""
        return MeHandler8(self._directus, self._codec)

    @cached_property
    def tfa(self) -> TFAHandler8:
        """Two-factor authentication of any user; ``me.tfa`` is that of the current one."""
        return TFAHandler8(self._directus)

    def track_page(self, key: Key, last_page: str) -> JSONObject:
        """Record the page of the app that a user visited last, and the time.

        ``PATCH /{project}/users/{key}/tracking/page``.

        Args:
            key: The key of the user.
            last_page: The path of the page, such as ``"/movies"``.

        Returns:
            The user.

        Example:
            >>> d.users.track_page(1, "/movies")["last_page"]
            '/movies'
        """
        return _track_page(self, key_segment(key), last_page)

    def invite(self, email: str | Sequence[str]) -> Page[JSONObject]:
        """Invite users by email; for administrators.

        ``POST /{project}/users/invite``. An email address that exists already gets no email.

        Args:
            email: One email address or several.

        Returns:
            The users with these email addresses.

        Raises:
            Forbidden: The current user is not an administrator.

        Example:
            >>> [user["status"] for user in d.users.invite("new@example.com")]
            ['invited']
        """
        return Page(self._data("POST", "/users/invite", json={"email": checked_emails("email", email)}) or [])

    def accept_invite(self, token: str) -> JSONObject:
        """Accept an invitation.

        ``POST /{project}/users/invite/{token}``.

        Args:
            token: The token at the end of the link in the email.

        Returns:
            The user; its status is that before the invitation was accepted.

        Raises:
            InvalidToken: The token is not valid.
            NotFound: The invitation was accepted already.
            TokenExpired: It is older than 30 days.
        """
        path = f"/users/invite/{segment(non_empty('token', token), 'token')}"
        data: JSONObject = self._data("POST", path)
        return data


class MeHandler8(Handler8, Generic[T]):
    """The current user: ``directus.users.me``.

    Args:
        directus: The client.
        codec: Converts the user.
    """

    def __init__(self, directus: Requester8, codec: Codec[T]) -> None:
        super().__init__(directus)
        self._codec = codec

    @cached_property
    def tfa(self) -> MyTFAHandler8:
        """Two-factor authentication of the current user."""
        return MyTFAHandler8(self._directus)

    def read(self, query: JSONMapping | None = None, **params: Unpack[OneQuery]) -> T:
        """Read the current user.

        ``GET /{project}/users/me``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Raises:
            Unauthorized: The client is not authenticated.

        Example:
            >>> d.users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        return self._codec.load(self._data("GET", "/users/me", query=normalize(query, params, OneQuery).pairs()))

    def update(self, data: object, query: JSONMapping | None = None, **params: Unpack[WriteQuery]) -> T | MaybeNone:
        """Change the current user.

        ``PATCH /{project}/users/me``.

        Args:
            data: The fields to change.
            query: What to return and to record, as a mapping, instead of keywords.
            **params: `fields`, `activity_skip`, `comment`.

        Example:
            >>> d.users.me.update({"title": "Editor"}, fields=["title"])
            {'title': 'Editor'}
        """
        changes = payload(self._codec.dump_update(data), "data")
        pairs = normalize(query, params, WriteQuery).pairs()
        return load_written(self._codec, self._data("PATCH", "/users/me", json=changes, query=pairs))

    def track_page(self, last_page: str) -> JSONObject:
        """Record the page of the app that the current user visited last, and the time.

        ``PATCH /{project}/users/me/tracking/page``.

        Args:
            last_page: The path of the page, such as ``"/movies"``.

        Returns:
            The user.

        Example:
            >>> d.users.me.track_page("/movies")["last_page"]
            '/movies'
        """
        return _track_page(self, "me", last_page)


class TFAHandler8(Handler8):
    """Two-factor authentication of any user: ``directus.users.tfa``."""

    def enable_for(self, key: Key, secret: str, otp: str) -> JSONObject:
        """Enable two-factor authentication of a user, from the next sign-in on.

        ``POST /{project}/users/{key}/activate_2fa``.

        Args:
            key: The key of the user.
            secret: A secret of ``utils.two_factor_secret()`` that the user's authenticator app has.
            otp: The six digits of the app.

        Returns:
            The user.

        Raises:
            InvalidOTP: The digits are wrong.
        """
        return _enable(self, key_segment(key), secret, otp)

    def disable_for(self, key: Key) -> JSONObject:
        """Disable two-factor authentication of a user.

        ``PATCH /{project}/users/{key}``.

        Args:
            key: The key of the user.

        Returns:
            The user.

        Example:
            >>> d.users.tfa.disable_for(2)["2fa_secret"] is None
            True
        """
        return _disable(self, key_segment(key))


class MyTFAHandler8(Handler8):
    """Two-factor authentication of the current user: ``directus.users.me.tfa``."""

    def enable(self, secret: str, otp: str) -> JSONObject:
        """Enable two-factor authentication, from the next sign-in on.

        ``POST /{project}/users/me/activate_2fa``. It works with the session of a user whose role requires two-factor
        authentication, and who has none yet.

        Args:
            secret: A secret of ``utils.two_factor_secret()`` that the authenticator app has.
            otp: The six digits of the app.

        Returns:
            The user.

        Raises:
            InvalidOTP: The digits are wrong.
        """
        return _enable(self, "me", secret, otp)

    def disable(self) -> JSONObject:
        """Disable two-factor authentication.

        ``PATCH /{project}/users/me``.

        Returns:
            The user.

        Example:
            >>> d.users.me.tfa.disable()["2fa_secret"] is None
            True
        """
        return _disable(self, "me")


def _track_page(handler: Handler8, user: str, last_page: str) -> JSONObject:
    body = {"last_page": non_empty("last_page", last_page)}
    data: JSONObject = handler._data("PATCH", f"/users/{user}/tracking/page", json=body)
    return data


def _enable(handler: Handler8, user: str, secret: str, otp: str) -> JSONObject:
    body = {"2fa_secret": non_empty("secret", secret), "otp": non_empty("otp", otp)}
    data: JSONObject = handler._data("POST", f"/users/{user}/activate_2fa", json=body, secret=True)
    return data


def _disable(handler: Handler8, user: str) -> JSONObject:
    data: JSONObject = handler._data("PATCH", f"/users/{user}", json={"2fa_secret": None})
    return data
