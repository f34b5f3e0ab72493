"""The content version of one item, by its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Requester
from directus_sdk.errors import InvalidPayload, NotFound, RecordNotUnique, UnprocessableContent
from directus_sdk.handlers.base import Handler, items_path
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.codec import Codec
from directus_sdk.models.payloads import payload
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.lookups import like
from directus_sdk.reading.primary_key import check_key
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery, WriteQuery, normalize
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class VersionQuery(WriteQuery, total=False):
    """The keywords of a read of one content version."""

    version_raw: bool | None
    """Return relations as the content version stores them: its changes instead of items."""


class ContentVersion(Handler, Generic[T]):
    """The content version of one item: ``directus.items("articles").version(1, "draft")``.

    The first `save` creates it on the server. Nothing is sent before the first call.

    Args:
        directus: The client.
        codec: Converts the item.
        item: The key of the item.
        name: The key of the version, such as ``"draft"``.
        primary_key: The name of the collection's primary key.
    """

    def __init__(self, directus: Requester, codec: Codec[T], item: Key, name: str, primary_key: str = "id") -> None:
        super().__init__(directus)
        segment(item)
        segment(name, "name")
        self._codec = codec
        self._key: str | None = None
        self.collection = codec.collection
        self.item = item
        self.primary_key = primary_key
        self.name = name

    def key(self) -> str | None:
        """Return the key of the version, a UUID, or ``None`` if there is no such version yet.

        ``SEARCH /versions``, once; not from the server's cache.

        Example:
            >>> directus.items("articles").version(1, "draft").key() is None
            True
        """
        if self._key is None:
            self._key = self._find_key()
        return self._key

    def _find_key(self) -> str | None:
        item = key_text(self.item)
        rules = {"collection": {"_eq": self.collection}, "item": like(item), "key": like(self.name)}
        query = NormalizedQuery(filter=rules, fields=["id", "item", "key"], limit=-1)
        rows = uncached.read(self._pipeline, "/versions", query).data
        matching = (row for row in rows if (row.get("item", item), row.get("key", self.name)) == (item, self.name))
        return next((row["id"] for row in matching), None)

    def read(self, query: JSONMapping | None = None, **params: Unpack[VersionQuery]) -> T:
        """Read the item with the changes of this version.

        ``GET /items/{collection}/{key}?version={name}``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`, `deep` and `version_raw`.

        Raises:
            Forbidden: There is no such item or version.
            TypeError: A name is unknown, or is `version`, which is set by this object.

        Example:
            >>> collection = directus.collections.update_one("articles", {"meta": {"versioning": True}})
            >>> draft = directus.items("articles").version(1, "draft")
            >>> saved = draft.save({"title": "Better"})
            >>> draft.read()["title"], directus.items("articles").read_one(1)["title"]
            ('Better', 'A gentle start')
        """
        query = normalize(query, params)
        if "version" in query:
            raise TypeError(f"version cannot be passed here: this is the version {self.name!r}")
        collection = Collection(self._pipeline, items_path(self.collection), self.collection, self.primary_key)
        return self._codec.load(collection.checked().item(self.item, query.replace(version=self.name)))

    def save(self, data: JSONMapping) -> JSONObject:
        """Save changes in the version, and create the version if there is none.

        ``POST /versions/{version}/save``, after ``POST /versions`` if there is none.

        Args:
            data: The changed fields of the item; earlier changes stay.

        Returns:
            The item with the changes of the version.

        Raises:
            UnprocessableContent: The collection does not use versioning: its ``meta.versioning`` is off.
            ValueError: `data` has another primary key: a server never changes it.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([[{"id": "v1"}], {"id": 1, "title": "Better"}])
            >>> draft = Directus("https://cms.example.com", transport=mock).items("articles").version(1, "draft")
            >>> draft.save({"title": "Better"})
            {'id': 1, 'title': 'Better'}
        """
        body = payload(data, "data")
        check_key(self.collection, self.primary_key, self.item, body)
        key = self.key()
        if key is None:
            parts = {"collection": self.collection, "item": key_text(self.item), "key": self.name}
            try:
                key = self._key = self._pipeline.call("POST", "/versions", json=parts).data["id"]
            except (UnprocessableContent, InvalidPayload, RecordNotUnique):  # another client may have been faster
                key = self.key()
                if key is None:
                    raise
        return self._object("POST", f"/versions/{segment(key)}/save", json=body)

    def compare(self) -> JSONObject:
        """Compare the version with the item.

        ``GET /versions/{version}/compare``; not from the server's cache.

        Returns:
            ``outdated`` (whether the item has changed since), ``mainHash``, ``current`` (the changes of the version) and
            ``main`` (the item).

        Raises:
            NotFound: There is no such version.

        Example:
            >>> collection = directus.collections.update_one("articles", {"meta": {"versioning": True}})
            >>> draft = directus.items("articles").version(1, "draft")
            >>> saved = draft.save({"title": "Better"})
            >>> draft.compare()["current"]
            {'id': '1', 'title': 'Better'}
        """
        compared: JSONObject = uncached.get(self._pipeline, f"/versions/{segment(self._existing())}/compare").data
        return compared

    def promote(self, fields: Iterable[str] | None = None) -> Any:
        """Write the changes of the version into the item; the required hash is read first.

        ``GET /versions/{version}/compare``, then ``POST /versions/{version}/promote``.

        Args:
            fields: Only these fields; all changes by default.

        Returns:
            The key of the item.

        Raises:
            NotFound: There is no such version.
            VersionHashMismatch: The item changed in the meantime.

        Example:
            >>> collection = directus.collections.update_one("articles", {"meta": {"versioning": True}})
            >>> draft = directus.items("articles").version(1, "draft")
            >>> saved = draft.save({"title": "Better"})
            >>> key = draft.promote()
            >>> directus.items("articles").read_one(1)["title"]
            'Better'
        """
        body: JSONObject = {"mainHash": self.compare()["mainHash"]}
        if fields is not None:
            body["fields"] = [fields] if isinstance(fields, str) else list(fields)
        return self._post("versions", self._existing(), "promote", json=body)

    def delete(self) -> None:
        """Delete the version; the item stays.

        ``DELETE /versions/{version}``.

        Raises:
            NotFound: There is no such version.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([[{"id": "v1"}], None])
            >>> draft = Directus("https://cms.example.com", transport=mock).items("articles").version(1, "draft")
            >>> draft.delete()
            >>> mock.last.method, mock.path()
            ('DELETE', '/versions/v1')
        """
        self._delete("versions", self._existing())
        self._key = None

    def _existing(self) -> str:
        key = self.key()
        if key is None:
            raise NotFound(f"{self.collection} {self.item!r} has no version {self.name!r}; save() creates one")
        return key

    def __repr__(self) -> str:
        return f"ContentVersion({self.collection!r}, {self.item!r}, {self.name!r})"
