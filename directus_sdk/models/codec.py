"""Conversion between the items of one collection and instances of a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

from directus_sdk.errors import ConfigurationError, ModelError
from directus_sdk.json_types import JSONMapping
from directus_sdk.models.attributes import has_attributes, is_typed_dict, validates
from directus_sdk.models.dump import dump
from directus_sdk.models.mismatch import MismatchError, excerpt

T = TypeVar("T")


class Codec(Generic[T]):
    """Converts the items of a collection to instances of `T`, and both to payloads.

    This class is for items that stay as they are: those without a class, and those of a TypedDict.

    Attributes:
        collection: The collection, for errors.
        converts: Whether items become instances of a class.
    """

    converts = False

    def __init__(self, collection: str) -> None:
        self.collection = collection

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.collection!r})"

    def load(self, data: object) -> T:
        """Return a decoded item as a `T`.

        Raises:
            ModelError: The item does not fit the class.
        """
        return cast("T", data)

    def load_many(self, data: object) -> list[T]:
        """Return a list of decoded items as a list of `T`.

        Raises:
            ModelError: An item does not fit the class, or `data` is not a list.
        """
        return cast("list[T]", data)

    def dump_create(self, item: object) -> JSONMapping:
        """Return the payload that creates an item: a mapping as it is, a model without values that equal their default.

        Args:
            item: A mapping, or an instance of any model class, which may contain other models.

        Raises:
            TypeError: It is something else.

        Example:
            >>> import attrs
            >>> @attrs.define
            ... class Article:
            ...     title: str
            ...     status: str = "draft"
            >>> codec_for("articles", Article).dump_create(Article("Hello"))
            {'title': 'Hello'}
        """
        return dump(self.collection, item, "create")

    def dump_update(self, item: object) -> JSONMapping:
        """Return the payload that updates an item: a mapping as it is, of a model what was set.

        Args:
            item: A mapping, a model whose defaults are `UNSET`, or a model with ``model_dump``.

        Raises:
            TypeError: It is something else, or a model that does not know what was set.

        Example:
            >>> import attrs
            >>> from directus_sdk.models import UNSET, Unset
            >>> @attrs.define
            ... class Change:
            ...     title: str | Unset = UNSET
            ...     status: str | None | Unset = UNSET
            >>> codec_for("articles", Change).dump_update(Change(status=None))
            {'status': None}
        """
        return dump(self.collection, item, "update")

    def dump_upsert(self, item: object, primary_key: str = "id") -> JSONMapping:
        """Return the payload that creates or updates an item: a mapping as it is, a whole model.

        Values that equal a default are sent as well, because the existing item may have another value. Of a model that
        knows what was set, such as pydantic's, only that is sent.

        Args:
            item: A mapping, or an instance of any model class; attributes that are `UNSET` stay as they are.
            primary_key: The field of the primary key, which is left out where it is ``None``.

        Raises:
            TypeError: It is something else.

        Example:
            >>> import attrs
            >>> @attrs.define
            ... class Article:
            ...     slug: str
            ...     id: int | None = None
            ...     views: int = 0
            >>> codec_for("articles", Article).dump_upsert(Article("a-gentle-start"))
            {'slug': 'a-gentle-start', 'views': 0}
        """
        data = dump(self.collection, item, "upsert")
        if primary_key in data and data[primary_key] is None:
            return {name: value for name, value in data.items() if name != primary_key}
        return data


class _ModelCodec(Codec[T]):
    """The codec of a class that items are converted to."""

    converts = True

    def __init__(self, collection: str, model: type) -> None:
        super().__init__(collection)
        from directus_sdk.models.load import loader  # most scripts do not need it

        self.model = model
        self._load = loader(model)

    def __repr__(self) -> str:
        return f"Codec({self.collection!r}, {self.model.__name__})"

    def load(self, data: object) -> T:
        if not isinstance(data, Mapping):
            raise ModelError(f"{self.collection}: an item should be an object, not {excerpt(data)}", collection=self.collection)
        try:
            return cast("T", self._load(data))
        except MismatchError as error:
            raise self._error(error, data) from error.__cause__

    def load_many(self, data: object) -> list[T]:
        if not isinstance(data, list):
            raise ModelError(f"{self.collection}: the items should be a list, not {excerpt(data)}", collection=self.collection)
        return [self.load(item) for item in data]

    def _error(self, error: MismatchError, data: JSONMapping) -> ModelError:
        key = data.get("id")
        where = self.collection if key is None else f"{self.collection} (id {excerpt(key)})"
        field = error.field
        message = f"{where}: {field} {error.describe()}" if field else f"{where}: {error.describe()}"
        return ModelError(message, collection=self.collection, field=field or None)


def codec_for(collection: str, model: type[T] | None) -> Codec[T]:
    """Return the codec of a collection and a class.

    Args:
        collection: The collection's name, for errors.
        model: An attrs class, a dataclass, a TypedDict, a class with ``model_validate`` such as pydantic's, or
            ``None`` for items as they are.

    Raises:
        ConfigurationError: The class is none of these, or a hint in it cannot be read.

    Example:
        >>> import attrs, datetime
        >>> @attrs.define
        ... class Article:
        ...     id: int
        ...     title: str
        ...     date: datetime.date | None = None
        >>> codec_for("articles", Article).load({"id": 1, "title": "Hello", "date": "2024-05-01"})
        Article(id=1, title='Hello', date=datetime.date(2024, 5, 1))
        >>> codec_for("articles", Article).load({"id": 1})
        Traceback (most recent call last):
        directus_sdk.errors.ModelError: articles (id 1): title is missing, and Article has no default for it: ...
    """
    if model is None or is_typed_dict(model):
        return _codec(collection, None)
    if not (has_attributes(model) or validates(model)):
        raise ConfigurationError(
            f"{getattr(model, '__qualname__', None) or excerpt(model)} cannot be the model of {collection}: "
            f"it must be an attrs class, a dataclass, a TypedDict, or a class with model_validate (as pydantic's); "
            f"without a model, items are dicts"
        )
    return _codec(collection, model)


def _create(collection: str, model: type | None) -> Codec[Any]:
    return Codec(collection) if model is None else _ModelCodec(collection, model)


_codec: Callable[[str, type | None], Codec[Any]] = lru_cache(maxsize=512)(_create)
