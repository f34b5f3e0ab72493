"""The activity log of version 8, and the comments in it."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

from directus_sdk.json_types import JSONObject
from directus_sdk.v8.handlers.base import Handler8
from directus_sdk.v8.handlers.read_only import ReadHandler8
from directus_sdk.v8.rows import key_segment
from directus_sdk.wire.parameters import non_empty
from directus_sdk.wire.urls import Key, segment

T = TypeVar("T")


class ActivityHandler8(ReadHandler8[T]):
    """The log of sign-ins, changes and comments, which the server writes: ``directus.activity``.

    Example:
        >>> movie = d.items("movies").create_one({"title": "Tenet"})
        >>> d.activity.first(sort="-id", fields=["action", "collection"])
        {'action': 'create', 'collection': 'movies'}
    """

    group = "activity"

    @cached_property
    def comments(self) -> CommentsHandler8:
        """Comments on items."""
        return CommentsHandler8(self._directus)


class CommentsHandler8(Handler8):
    """Comments on items: ``directus.activity.comments``."""

    def create(self, collection: str, item: Key, comment: str) -> JSONObject:
        """Comment on an item.

        ``POST /{project}/activity/comment``.

        Args:
            collection: The collection.
            item: The key of the item.
            comment: The comment.

        Returns:
            The entry of the activity log.

        Example:
            >>> d.activity.comments.create("movies", 1, "Great")["comment"]
            'Great'
        """
        segment(item, "item")
        body = {"collection": non_empty("collection", collection), "item": item, "comment": non_empty("comment", comment)}
        data: JSONObject = self._data("POST", "/activity/comment", json=body)
        return data

    def update(self, key: Key, comment: str) -> JSONObject:
        """Change a comment.

        ``PATCH /{project}/activity/comment/{key}``.

        Args:
            key: The key of the comment.
            comment: The new comment.

        Example:
            >>> comment = d.activity.comments.create("movies", 1, "Great")
            >>> d.activity.comments.update(comment["id"], "Greater")["comment"]
            'Greater'
        """
        path = f"/activity/comment/{key_segment(key)}"
        data: JSONObject = self._data("PATCH", path, json={"comment": non_empty("comment", comment)})
        return data

    def delete(self, key: Key) -> None:
        """Delete a comment; it stays in the activity log with its ``comment_deleted_on``.

        ``DELETE /{project}/activity/comment/{key}``.

        Args:
            key: The key of the comment.

        Example:
            >>> comment = d.activity.comments.create("movies", 1, "Great")
            >>> d.activity.comments.delete(comment["id"])
        """
        self._call("DELETE", f"/activity/comment/{key_segment(key)}")
