"""Content versions: drafts of published items."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from directus_sdk.handlers.base import without_none
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.payloads import payload
from directus_sdk.wire.urls import Key, segment

T = TypeVar("T")


class VersionsHandler(ItemsHandler[T]):
    """Content versions by their own keys: ``directus.versions``. Servers have it from version 10.7.

    ``directus.items("articles").version(1, "draft")`` is the version of one item.

    Example:
        >>> collection = directus.collections.update_one("articles", {"meta": {"versioning": True}})
        >>> version = {"collection": "articles", "item": "1", "key": "draft", "name": "Draft"}
        >>> directus.versions.create_one(version, fields=["key", "item"])
        {'key': 'draft', 'item': '1'}
    """

    collection = "directus_versions"

    def save(self, version: Key, data: JSONMapping) -> JSONObject:
        """Save changes in a version; earlier changes stay.

        ``POST /versions/{version}/save``.

        Args:
            version: The key of the version, a UUID.
            data: The changed fields of the item.

        Returns:
            The item with the changes of the version.

        Raises:
            Forbidden: There is no such version.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"id": 1, "title": "Better"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.versions.save("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10", {"title": "Better"})
            {'id': 1, 'title': 'Better'}
        """
        return self._object("POST", self._endpoint(version, "save"), json=payload(data, "data"))

    def compare(self, version: Key) -> JSONObject:
        """Compare a version with the item.

        ``GET /versions/{version}/compare``.

        Args:
            version: The key of the version.

        Returns:
            ``outdated`` (whether the item has changed since), ``mainHash``, ``current`` (the changes of the version) and
            ``main`` (the item).

        Raises:
            Forbidden: There is no such version.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"outdated": False, "mainHash": "a1", "current": {"title": "Better"}, "main": {}}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.versions.compare("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10")["current"]
            {'title': 'Better'}
        """
        return self._object("GET", self._endpoint(version, "compare"))

    def promote(self, version: Key, main_hash: str | None = None, fields: Iterable[str] | None = None) -> Any:
        """Write the changes of a version into the item.

        ``POST /versions/{version}/promote``.

        Args:
            version: The key of the version.
            main_hash: The ``mainHash`` that `compare` returned; the server requires it.
            fields: Only these fields; all changes by default.

        Returns:
            The key of the item.

        Raises:
            VersionHashMismatch: The item has changed since the comparison.

        Example:
            >>> collection = directus.collections.update_one("articles", {"meta": {"versioning": True}})
            >>> version = directus.versions.create_one({"collection": "articles", "item": "1", "key": "draft", "name": "Draft"})
            >>> saved = directus.versions.save(version["id"], {"title": "Better"})
            >>> key = directus.versions.promote(version["id"], directus.versions.compare(version["id"])["mainHash"])
            >>> directus.items("articles").read_one(1)["title"]
            'Better'
        """
        names = [fields] if isinstance(fields, str) else fields and list(fields)
        body = without_none(mainHash=main_hash, fields=names)
        return self._pipeline.call("POST", self._endpoint(version, "promote"), json=body).data

    def _endpoint(self, version: Key, verb: str) -> str:
        return f"{self._collection.path}/{segment(version, 'version')}/{verb}"
