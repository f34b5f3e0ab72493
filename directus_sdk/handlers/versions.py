"""Content versions: drafts of items beside the published item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

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
        """Keep changes in a version; those that it has already stay.

        ``POST /versions/{version}/save``.

        Args:
            version: The key of the version, a UUID.
            data: The changed fields of the item.

        Returns:
            The item with the changes of the version.
        """
        body = payload(data, "data")
        saved: JSONObject = self._pipeline.call("POST", self._address(version, "save"), json=body).data
        return saved

    def compare(self, version: Key) -> JSONObject:
        """Compare a version with the item.

        ``GET /versions/{version}/compare``.

        Args:
            version: The key of the version.

        Returns:
            ``outdated`` (whether the item has changed since), ``mainHash``, ``current`` (the changes of the version) and
            ``main`` (the item).
        """
        compared: JSONObject = self._pipeline.call("GET", self._address(version, "compare")).data
        return compared

    def promote(self, version: Key, main_hash: str | None = None, fields: Iterable[str] | None = None) -> Any:
        """Write the changes of a version into the item.

        ``POST /versions/{version}/promote``.

        Args:
            version: The key of the version.
            main_hash: The ``mainHash`` that `compare` returned; the server wants it.
            fields: Only these fields; all changes by default.

        Returns:
            The key of the item.

        Raises:
            VersionHashMismatch: The item has changed since the comparison.
        """
        body: JSONObject = {}
        if main_hash is not None:
            body["mainHash"] = main_hash
        if fields is not None:
            body["fields"] = [fields] if isinstance(fields, str) else list(fields)
        return self._pipeline.call("POST", self._address(version, "promote"), json=body).data

    def _address(self, version: Key, verb: str) -> str:
        return f"{self._collection.path}/{segment(version, 'version')}/{verb}"
