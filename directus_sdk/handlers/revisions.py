"""What items were before they were changed."""

from __future__ import annotations

from typing import TypeVar

from directus_sdk.handlers.read_only import ReadHandler

T = TypeVar("T")


class RevisionsHandler(ReadHandler[T]):
    """Earlier states of items, which the server keeps: ``directus.revisions``. See ``directus.utils.revert``.

    Example:
        >>> article = directus.items("articles").update_one(1, {"title": "New"})
        >>> directus.revisions.first(filter={"collection": {"_eq": "articles"}, "item": {"_eq": "1"}}, sort="-id")["delta"]
        {'title': 'New'}
    """

    collection = "directus_revisions"
