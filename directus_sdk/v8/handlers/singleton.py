"""Collections that hold one item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from directus_sdk.errors import NotFound
from directus_sdk.json_types import JSONMapping, JSONObject, MaybeNone
from directus_sdk.models.codec import Codec, codec_for
from directus_sdk.models.payloads import load_written, payload
from directus_sdk.reading.primary_key import check_key
from directus_sdk.v8.handlers.base import Handler8, Requester8
from directus_sdk.v8.query import OneQuery, Query8, WriteQuery, normalize
from directus_sdk.v8.rows import key_segment
from directus_sdk.wire.urls import segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class SingletonHandler8(Handler8, Generic[T]):
    """Reads and changes the one item of a collection: ``directus.singleton("about")``.

    Args:
        directus: The client.
        model: The class of the item; a plain dict by default.
        collection: The collection.
    """

    def __init__(self, directus: Requester8, model: type[T] | None = None, *, collection: str) -> None:
        super().__init__(directus)
        self.collection = collection
        self._path = "/items/" + segment(collection, "collection")
        self._codec: Codec[T] = codec_for(collection, model)

    def read(self, query: JSONMapping | None = None, **params: Unpack[OneQuery]) -> T:
        """Read the item.

        ``GET /{project}/items/{collection}?single=1``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Raises:
            NotFound: There is no item yet.

        Example:
            >>> d.singleton("about").read()
            {'id': 1, 'text': 'Films'}
        """
        one = normalize(query, params, OneQuery).replace(single=True)
        return self._codec.load(self._data("GET", self._path, query=one.pairs()))

    def update(self, data: object, query: JSONMapping | None = None, **params: Unpack[WriteQuery]) -> T | MaybeNone:
        """Change fields of the item, or create it where there is none yet.

        ``GET /{project}/items/{collection}?single=1``, then ``PATCH /{project}/items/{collection}/{key}`` or ``POST
        /{project}/items/{collection}``. The field of the key is read from ``GET /{project}/fields/{collection}`` where it is
        not ``id``.

        Args:
            data: The fields to change: a mapping, or a model whose unset attributes hold ``UNSET``.
            query: What to return and to record, as a mapping, instead of keywords.
            **params: `fields`, `activity_skip`, `comment`.

        Example:
            >>> d.singleton("about").update({"text": "Movies"}, fields=["text"])
            {'text': 'Movies'}
        """
        changes = payload(self._codec.dump_update(data), "data")
        pairs = normalize(query, params, WriteQuery).pairs()
        try:
            item: JSONObject = self._data("GET", self._path, query=Query8(single=True).pairs())
        except NotFound as error:
            if error.code != 203:
                raise
            return load_written(self._codec, self._data("POST", self._path, json=changes, query=pairs))
        name = "id" if "id" in item else self._primary_key()
        check_key(self.collection, name, item[name], changes)
        path = f"{self._path}/{key_segment(item[name])}"
        return load_written(self._codec, self._data("PATCH", path, json=changes, query=pairs), name, item[name])

    def _primary_key(self) -> str:
        fields = self._data("GET", f"/fields/{segment(self.collection)}")
        return next(str(field["field"]) for field in fields if field.get("primary_key"))
