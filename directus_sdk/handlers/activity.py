"""The activity log, and the comments that older servers keep in it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from directus_sdk.handlers.base import Handler
from directus_sdk.handlers.read_only import ReadHandler
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire.query import WriteQuery, returned
from directus_sdk.wire.urls import Key

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class ActivityHandler(ReadHandler[T]):
    """The activity log of sign-ins and changes, which the server writes: ``directus.activity``.

    Example:
        >>> directus.activity.first(filter={"collection": {"_eq": "articles"}}, fields=["action"])
        {'action': 'create'}
    """

    collection = "directus_activity"

    @cached_property
    def comments(self) -> ActivityCommentsHandler:
        """Comments on items, on servers up to version 10; ``directus.comments`` from 11."""
        return ActivityCommentsHandler(self._directus)


class ActivityCommentsHandler(Handler):
    """Comments on items, on servers up to version 10: ``directus.activity.comments``."""

    def create(
        self,
        collection: str,
        item: Key,
        comment: str,
        query: JSONMapping | None = None,
        **params: Unpack[WriteQuery],
    ) -> JSONObject | None:
        """Comment on an item.

        ``POST /activity/comment``.

        Args:
            collection: The collection.
            item: The key of the item.
            comment: The comment, in Markdown.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The log entry of the comment, or ``None`` if you may not read it.

        Raises:
            NotSupported: The version of the server is 11 or later.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"id": 7, "comment": "Nice"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.activity.comments.create("articles", 1, "Nice", fields=["id", "comment"])
            {'id': 7, 'comment': 'Nice'}
        """
        data = {"collection": collection, "item": item, "comment": comment}
        return self._as_item(self._post("activity", "comment", json=data, query=returned(query, params)))

    def update(
        self, key: Key, comment: str, query: JSONMapping | None = None, **params: Unpack[WriteQuery]
    ) -> JSONObject | None:
        """Change a comment.

        ``PATCH /activity/comment/{key}``.

        Args:
            key: The key of the comment.
            comment: The new comment.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The log entry of the comment, or ``None`` if you may not read it.

        Raises:
            NotSupported: The version of the server is 11 or later.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"id": 7, "comment": "Good"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.activity.comments.update(7, "Good", fields=["id", "comment"])
            {'id': 7, 'comment': 'Good'}
        """
        return self._as_item(self._patch("activity", "comment", key, json={"comment": comment}, query=returned(query, params)))

    def delete(self, key: Key) -> None:
        """Delete a comment.

        ``DELETE /activity/comment/{key}``.

        Args:
            key: The key of the comment.

        Raises:
            NotSupported: The version of the server is 11 or later.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.activity.comments.delete(7)
            >>> mock.last.method, mock.path()
            ('DELETE', '/activity/comment/7')
        """
        self._delete("activity", "comment", key)

    @staticmethod
    def _as_item(data: JSONMapping | None) -> JSONObject | None:
        return None if data is None else dict(data)
