"""The payload of a write, and the item that the server returns for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from directus_sdk.errors import ModelError
from directus_sdk.json_types import JSONMapping
from directus_sdk.models.codec import Codec
from directus_sdk.results import BulkResult
from directus_sdk.wire.field_names import check_names

T = TypeVar("T")


_EXAMPLE = "{'title': 'Hello'}"
#: Payloads that are no items.
_EXAMPLES = {
    "collection": "{'collection': 'articles', 'schema': {}, 'meta': {}, 'fields': [...]}",
    "field": "{'field': 'title', 'type': 'string'}",
    "relation": "{'collection': 'articles', 'field': 'author', 'related_collection': 'people'}",
}


def payload(item: object, what: str = "item") -> JSONMapping:
    """Refuse a payload that is not a mapping, which the server takes for an empty item, and impossible field names."""
    if not isinstance(item, Mapping):
        raise TypeError(f"{what} must be a mapping such as {_EXAMPLES.get(what, _EXAMPLE)}, not {type(item).__name__}")
    check_names(item)
    return item


def dumped(dump: Callable[[object], object], index: int, item: object) -> JSONMapping:
    """Return the payload of one of several items; an error names its place."""
    try:
        return payload(dump(item))
    except TypeError as error:
        raise TypeError(f"item {index}: {error}") from error
    except ValueError as error:
        if type(error) is not ValueError:
            raise
        raise ValueError(f"item {index}: {error}") from error


def written(error: ModelError, key: object) -> ModelError:
    """Add to an error that the item was written, although the response does not fit the model."""
    of_key = "" if key is None else f" (key {key!r})"
    error.args = (f"{error.message}. It was written{of_key}, so do not send it again",)
    error.keys = [] if key is None else [key]
    error.result = BulkResult([], count=1)
    return error


def load_written(codec: Codec[T], data: object, primary_key: str = "id", key: object = None) -> T | None:
    """Return the item that a write returned, or ``None``.

    Args:
        codec: Converts the item.
        data: The data of the response.
        primary_key: The name of the primary key.
        key: The key, if it is known.

    Raises:
        ModelError: It does not fit the model; the error says that it was written.
    """
    if data is None:
        return None
    try:
        return codec.load(data)
    except ModelError as error:
        raise written(error, data.get(primary_key, key) if isinstance(data, Mapping) else key) from error.__cause__
