"""Collections that hold one item: singletons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from directus_sdk.calls.pipeline import Requester
from directus_sdk.handlers.base import singleton_path
from directus_sdk.handlers.described import DescribedHandler
from directus_sdk.http.responses import APIResponse
from directus_sdk.json_types import JSONMapping, MaybeNone
from directus_sdk.models.codec import Codec, codec_for
from directus_sdk.models.payloads import load_written, payload
from directus_sdk.reading.primary_key import check_own_key
from directus_sdk.reading.truncation import TruncationCheck
from directus_sdk.wire.query import ItemQuery, NormalizedQuery, WriteQuery, normalize, returned

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class SingletonHandler(DescribedHandler, Generic[T]):
    """Reads and changes a singleton: ``directus.singleton("globals")``.

    Args:
        directus: The client.
        model: The class of the item; a plain dict by default.
        collection: The collection, for handlers that are not made for one.
    """

    def __init__(self, directus: Requester, model: type[T] | None = None, *, collection: str | None = None) -> None:
        super().__init__(directus)
        if collection is not None:
            self.collection = collection
        self._path = singleton_path(self.collection)
        self._codec: Codec[T] = codec_for(self.collection, model)

    def read(self, query: JSONMapping | None = None, **params: Unpack[ItemQuery]) -> T:
        """Read the item.

        ``GET /items/{collection}``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Raises:
            Forbidden: There is no such collection, or you may not read it.
            TypeError: The collection is not a singleton.

        Warns:
            TruncatedResultWarning: The server may have cut a list of related items; `nested_limit` reads it completely.

        Example:
            >>> directus.singleton("globals").read(fields=["title"])
            {'title': 'My site'}
        """

        def send(query: NormalizedQuery) -> APIResponse:
            return self._pipeline.call("GET", self._path, query=query, searchable=True, cacheable=self.collection)

        data = TruncationCheck(self._pipeline, self.collection).read(normalize(query, params), send).data
        if isinstance(data, list) and self._path.startswith("/items/"):
            raise TypeError(f"{self.collection} is not a singleton: use directus.items({self.collection!r})")
        return self._codec.load(data)

    def update(self, data: object, query: JSONMapping | None = None, **params: Unpack[WriteQuery]) -> T | MaybeNone:
        """Change fields of the item.

        ``PATCH /items/{collection}``.

        Args:
            data: The fields to change: a mapping, or a model whose unset attributes hold ``UNSET``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The item, or ``None`` if you may change it but not read it.

        Raises:
            ValueError: The data holds another `id` than the item has, which a server never changes.

        Example:
            >>> directus.singleton("globals").update({"title": "New"}, fields=["title"])
            {'title': 'New'}
        """
        changes = payload(self._codec.dump_update(data), "data")
        check_own_key(self._pipeline, self._path, self.collection, changes)
        query = returned(query, params)
        response = self._pipeline.call("PATCH", self._path, json=changes, query=query)
        TruncationCheck(self._pipeline, self.collection).check(response, query)
        return load_written(self._codec, response.data)
