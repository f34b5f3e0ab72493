"""Items that are shared by a link."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TypeVar

from directus_sdk.auth.credentials import Credentials, from_response
from directus_sdk.errors import ConfigurationError
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.json_types import JSONObject
from directus_sdk.wire.urls import Key, segment

T = TypeVar("T")


class SharesHandler(ItemsHandler[T]):
    """Items that are shared by a link: ``directus.shares``.

    Example:
        >>> role = directus.roles.create_one({"name": "Guests"})["id"]
        >>> share = {"collection": "articles", "item": "1", "role": role, "name": "Draft for Ada"}
        >>> directus.shares.create_one(share, fields=["name", "times_used"])
        {'name': 'Draft for Ada', 'times_used': 0}
    """

    collection = "directus_shares"

    def authenticate(self, share: Key, password: str | None = None, *, mode: str = "json") -> Credentials:
        """Open a share: get the token with which its item can be read.

        ``POST /shares/auth``, never signed. Nothing of this client changes; `Directus.with_token` makes a client of the
        token.

        Args:
            share: The key of the share, which stands in its link.
            password: The password, if it has one.
            mode: ``"json"``, ``"cookie"`` or ``"session"``.

        Returns:
            The session, which does not show its tokens; without any where the server sent none.

        Raises:
            InvalidCredentials: Wrong password.
            Forbidden: There is no such share, or its time is over.

        Example:
            >>> role = directus.roles.create_one({"name": "Guests"})["id"]
            >>> share = {"collection": "articles", "item": "1", "role": role, "password": "sesame"}
            >>> session = directus.shares.authenticate(directus.shares.create_one(share)["id"], "sesame")
            >>> guest = directus.with_token(session.access_token.reveal())
        """
        segment(share, "share")
        body = {"share": share, "mode": mode} if password is None else {"share": share, "password": password, "mode": mode}
        sent_at = time.time()
        answer = self._pipeline.anonymous("POST", "/shares/auth", json=body)
        try:
            return from_response(answer, sent_at, mode)
        except ConfigurationError:
            return Credentials(mode=mode)

    def info(self, share: Key) -> JSONObject:
        """Read what a visitor may know of a share before opening it.

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
        data: JSONObject = self._pipeline.call("GET", f"/shares/info/{segment(share, 'share')}", public=True).data
        return data

    def invite(self, share: Key, emails: str | Sequence[str]) -> None:
        """Send the link of a share by mail.

        ``POST /shares/invite``.

        Args:
            share: The key of the share.
            emails: One address or several.
        """
        addresses = [emails] if isinstance(emails, str) else list(emails)
        self._pipeline.call("POST", "/shares/invite", json={"share": share, "emails": addresses})
