"""Comments on items."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from directus_sdk.errors import NotSupported
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.json_types import JSONMapping, MaybeNone
from directus_sdk.models.payloads import payload
from directus_sdk.reading.primary_key import check_key
from directus_sdk.wire.query import WriteQuery, returned
from directus_sdk.wire.urls import Key

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class CommentsHandler(ItemsHandler[T]):
    """Comments on items: ``directus.comments``.

    Servers have a collection of comments from version 11; before, comments are entries of the activity log.
    `create_one`, `update_one` and `delete_one` work on both: on an old server they call the endpoints of
    ``directus.activity.comments`` and return the log entry.
    There, ``directus.activity.read_many(filter={"action": {"_eq": "comment"}})`` reads them.

    Example:
        >>> comment = directus.comments.create_one({"collection": "articles", "item": "1", "comment": "Nice."})
        >>> comment["comment"]
        'Nice.'
    """

    collection = "directus_comments"

    def create_one(self, item: object, query: JSONMapping | None = None, **params: Unpack[WriteQuery]) -> T | MaybeNone:
        """Comment on an item.

        ``POST /comments``, or ``POST /activity/comment`` on servers up to version 10.

        Args:
            item: ``collection``, ``item`` (the key of the item) and ``comment`` (Markdown).
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The comment, or ``None`` if you may not read it.

        Example:
            >>> comment = {"collection": "articles", "item": "1", "comment": "Nice."}
            >>> directus.comments.create_one(comment, fields=["collection", "item"])
            {'collection': 'articles', 'item': '1'}
        """
        if not self._in_log:
            try:
                return super().create_one(item, query, **params)
            except NotSupported:
                self._remember()
        data = payload(self._codec.dump_create(item))
        return self._one(self._post("activity", "comment", json=data, query=returned(query, params)))

    def update_one(
        self,
        key: Key,
        data: object,
        query: JSONMapping | None = None,
        *,
        must_exist: bool = False,
        **params: Unpack[WriteQuery],
    ) -> T | MaybeNone:
        """Update a comment.

        ``PATCH /comments/{key}``, or ``PATCH /activity/comment/{key}`` on servers up to version 10.

        Args:
            key: The key of the comment.
            data: ``comment``, the new comment.
            query: What to return, as a mapping, instead of keywords.
            must_exist: Check first, and raise `NotFound` if there is no such comment.
            **params: What to return, such as `fields`.

        Returns:
            The comment, or ``None`` if you may not read it.

        Example:
            >>> comment = directus.comments.create_one({"collection": "articles", "item": "1", "comment": "Nice."})
            >>> directus.comments.update_one(comment["id"], {"comment": "Very nice."}, fields=["comment"])
            {'comment': 'Very nice.'}
        """
        if not self._in_log:
            try:
                return super().update_one(key, data, query, must_exist=must_exist, **params)
            except NotSupported:
                self._remember()
        changes = payload(self._codec.dump_update(data), "data")
        check_key(self.collection, self.primary_key, key, changes)
        return self._one(self._patch("activity", "comment", key, json=changes, query=returned(query, params)))

    def delete_one(self, key: Key, *, must_exist: bool = False) -> None:
        """Delete a comment.

        ``DELETE /comments/{key}``, or ``DELETE /activity/comment/{key}`` on servers up to version 10.

        Args:
            key: The key of the comment.
            must_exist: Check first, and raise `NotFound` if there is no such comment.

        Example:
            >>> comment = directus.comments.create_one({"collection": "articles", "item": "1", "comment": "Nice."})
            >>> directus.comments.delete_one(comment["id"])
        """
        if not self._in_log:
            try:
                return super().delete_one(key, must_exist=must_exist)
            except NotSupported:
                self._remember()
        return self._delete("activity", "comment", key)

    @property
    def _in_log(self) -> bool:
        return self._pipeline.limits.comments_in_log

    def _remember(self) -> None:
        # The refused call changed nothing, and the next one uses the right endpoint at once.
        self._pipeline.limits.comments_in_log = True
