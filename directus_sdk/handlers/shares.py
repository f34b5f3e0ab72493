"""Shares: links to single items."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TypeVar

from directus_sdk.auth.credentials import Credentials, from_response
from directus_sdk.errors import ConfigurationError
from directus_sdk.handlers.base import checked_emails, without_none
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.json_types import JSONObject
from directus_sdk.wire.urls import Key, segment

T = TypeVar("T")


class SharesHandler(ItemsHandler[T]):
    """Shares, links to single items: ``directus.shares``.

    Example:
        >>> role = directus.roles.create_one({"name": "Guests"})["id"]
        >>> share = {"collection": "articles", "item": "1", "role": role, "name": "Draft for Ada"}
        >>> directus.shares.create_one(share, fields=["name", "times_used"])
        {'name': 'Draft for Ada', 'times_used': 0}
    """

    collection = "directus_shares"

    def authenticate(self, share: Key, password: str | None = None, *, mode: str = "json") -> Credentials:
        """Open a share: get the token that can read its item.

        ``POST /shares/auth``, always unauthenticated. This client does not change; `Directus.with_token` returns a client
        with the token.

        Args:
            share: The key of the share, which is part of its link.
            password: The password, if it has one.
            mode: ``"json"``, ``"cookie"`` or ``"session"``.

        Returns:
            The session credentials; token values are masked in `repr`, and missing if the server sent none.

        Raises:
            InvalidCredentials: The password is wrong, there is no such share, or it is expired or used up.
            ServerError: The share has a password and none was passed, as some servers respond.

        Example:
            >>> role = directus.roles.create_one({"name": "Guests"})["id"]
            >>> share = {"collection": "articles", "item": "1", "role": role, "password": "sesame"}
            >>> session = directus.shares.authenticate(directus.shares.create_one(share)["id"], "sesame")
            >>> guest = directus.with_token(session.access_token.reveal())
        """
        segment(share, "share")
        body = without_none(share=share, password=password, mode=mode)
        sent_at = time.time()
        response = self._pipeline.anonymous("POST", "/shares/auth", json=body)
        try:
            return from_response(response, sent_at, mode)
        except ConfigurationError:
            return Credentials(mode=mode)

    def info(self, share: Key) -> JSONObject:
        """Read the public details of a share, without opening it.

        ``GET /shares/info/{share}``.

        Args:
            share: The key of the share.

        Returns:
            ``id``, ``collection``, ``item``, ``password`` (masked, or ``None`` if it has none), ``max_uses``, ``times_used``,
            ``date_start`` and ``date_end``.

        Example:
            >>> role = directus.roles.create_one({"name": "Guests"})["id"]
            >>> share = directus.shares.create_one({"collection": "articles", "item": "1", "role": role})["id"]
            >>> directus.shares.info(share)["collection"]
            'articles'
        """
        return self._object("GET", f"/shares/info/{segment(share, 'share')}", public=True)

    def invite(self, share: Key, emails: str | Sequence[str]) -> None:
        """Send the link of a share by email.

        ``POST /shares/invite``.

        Args:
            share: The key of the share.
            emails: One email address or several.

        Raises:
            Forbidden: There is no such share.
            ValueError: An email address is empty.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.shares.invite("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10", ["ada@example.com", "grace@example.com"])
            >>> mock.last.method, mock.path()
            ('POST', '/shares/invite')
        """
        segment(share, "share")
        checked = checked_emails("emails", emails)
        recipients = [checked] if isinstance(checked, str) else checked
        self._pipeline.call("POST", "/shares/invite", json={"share": share, "emails": recipients})
