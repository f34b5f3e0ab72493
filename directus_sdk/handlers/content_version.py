"""The content version of one item, by its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Requester
from directus_sdk.errors import InvalidPayload, NotFound, RecordNotUnique, UnprocessableContent
from directus_sdk.handlers.base import Handler, items_path
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models import Codec
from directus_sdk.models.payloads import payload
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.lookups import like
from directus_sdk.reading.primary_key import check_key
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery, Query, normalize
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class ContentVersion(Handler, Generic[T]):
    """The content version of one item: ``directus.items("articles").version(1, "draft")``.

    It is made on the server by the first `save`. Nothing is asked before the first call.

    Args:
        directus: The client.
        codec: What makes the item of the server's answer.
        item: The key of the item.
        name: The key of the version, such as ``"draft"``.
        primary_key: The name of the collection's primary key.
    """

    def __init__(self, directus: Requester, codec: Codec[T], item: Key, name: str, primary_key: str = "id") -> None:
        super().__init__(directus)
        segment(item)
        segment(name, "name")
        self._codec = codec
        self._found: str | None = None
        self.collection = codec.collection
        self.item = item
        self.primary_key = primary_key
        self.name = name

    def key(self) -> str | None:
        """Return the key of the version, a UUID, or ``None`` if there is no such version yet.

        ``SEARCH /versions``, once; the server's cache is not asked.

        Example:
            >>> directus.items("articles").version(1, "draft").key() is None
            True
        """
        if self._found is None:
            self._found = self._look()
        return self._found

    def _look(self) -> str | None:
        item = key_text(self.item)
        rules = {"collection": {"_eq": self.collection}, "item": like(item), "key": like(self.name)}
        query = NormalizedQuery(filter=rules, fields=["id", "item", "key"], limit=-1)
        rows = uncached.read(self._pipeline, "/versions", query).data
        ours = (row for row in rows if (row.get("item", item), row.get("key", self.name)) == (item, self.name))
        return next((row["id"] for row in ours), None)

    def read(self, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> T:
        """Read the item as this version has it.

        ``GET /items/{collection}/{key}?version={name}``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`, `deep` and `version_raw`.

        Raises:
            Forbidden: There is no such item or version.
            TypeError: A name is unknown, or is `version`, which this object has.

        Example:
            >>> collection = directus.collections.update_one("articles", {"meta": {"versioning": True}})
            >>> draft = directus.items("articles").version(1, "draft")
            >>> saved = draft.save({"title": "Better"})
            >>> draft.read()["title"], directus.items("articles").read_one(1)["title"]
            ('Better', 'A gentle start')
        """
        query = normalize(query, params)
        if "version" in query:
            raise TypeError(f"version cannot be given here: this is the version {self.name!r}")
        collection = Collection(self._pipeline, items_path(self.collection), self.collection, self.primary_key)
        return self._codec.load(collection.watched().item(self.item, query.replace(version=self.name)))

    def save(self, data: JSONMapping) -> JSONObject:
        """Keep changes in the version, and make the version if there is none.

        ``POST /versions/{version}/save``, after ``POST /versions`` where that is due.

        Args:
            data: The changed fields of the item; what was changed before stays.

        Returns:
            The item with the changes of the version.

        Raises:
            UnprocessableContent: The collection has no versions: its ``meta.versioning`` is off.
            ValueError: `data` holds another primary key: a server never changes it.
        """
        body = payload(data, "data")
        check_key(self.collection, self.primary_key, self.item, body)
        key = self.key()
        if key is None:
            parts = {"collection": self.collection, "item": key_text(self.item), "key": self.name}
            try:
                key = self._found = self._pipeline.call("POST", "/versions", json=parts).data["id"]
            except (UnprocessableContent, InvalidPayload, RecordNotUnique):  # somebody else may have been faster
                key = self.key()
                if key is None:
                    raise
        saved: JSONObject = self._post("versions", key, "save", json=body)
        return saved

    def compare(self) -> JSONObject:
        """Compare the version with the item.

        ``GET /versions/{version}/compare``; the server's cache is not asked.

        Returns:
            ``outdated`` (whether the item has changed since), ``mainHash``, ``current`` (the changes of the version) and
            ``main`` (the item).

        Raises:
            NotFound: There is no such version.
        """
        compared: JSONObject = uncached.get(self._pipeline, f"/versions/{segment(self._existing())}/compare").data
        return compared

    def promote(self, fields: Iterable[str] | None = None) -> Any:
        """Write the changes of the version into the item; the hash that the server wants is fetched first.

        ``GET /versions/{version}/compare``, then ``POST /versions/{version}/promote``.

        Args:
            fields: Only these fields; all changes by default.

        Returns:
            The key of the item.

        Raises:
            NotFound: There is no such version.
            VersionHashMismatch: Somebody changed the item at the same moment.

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
        """
        self._delete("versions", self._existing())
        self._found = None

    def _existing(self) -> str:
        key = self.key()
        if key is None:
            raise NotFound(f"{self.collection} {self.item!r} has no version {self.name!r}; save() makes one")
        return key

    def __repr__(self) -> str:
        return f"ContentVersion({self.collection!r}, {self.item!r}, {self.name!r})"
