"""Models to payloads: creating leaves out defaults, updating sends what was set, upserting sends everything."""

from __future__ import annotations

import datetime as dt
import inspect
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.attributes import Attribute, attributes_of, has_attributes, validates
from directus_sdk.models.mismatch import excerpt
from directus_sdk.models.unset import UNSET

Purpose = Literal["create", "update", "upsert"]
Dumper = Callable[[object, Purpose], "JSONObject"]
#: The option of `model_dump`; pydantic knows what was set.
_CHOSEN: Mapping[Purpose, str] = {"create": "exclude_defaults", "update": "exclude_unset", "upsert": "exclude_unset"}
#: The key of most collections: a new nested item must not send null for it, which some databases refuse.
_KEY = "id"
#: How pydantic masks its own secrets; subclasses may mask them in another way.
_HIDDEN = "**********"
_PLAIN = frozenset({str, int, float, bool, type(None), dt.datetime, dt.date, dt.time, Decimal, UUID})


def dump(collection: str, item: object, purpose: Purpose) -> JSONMapping:
    """Return the payload of an item.

    A mapping is returned as it is, unless it contains models or `UNSET`.

    Raises:
        TypeError: The item is neither a mapping nor a model, a field's name is not a string, or a model for an update
            does not know what was set.
    """
    try:
        payload = _value(item, purpose)
    except RecursionError:
        raise TypeError(f"an item of {collection} contains a circular reference: {_class(item)}") from None
    if not isinstance(payload, Mapping):
        raise TypeError(
            f"an item of {collection} must be a mapping or a model (an attrs class, a dataclass, or a class with "
            f"model_validate and model_dump), not {_class(item)}{_hint(item, collection)}"
        )
    for name in payload:
        if type(name) is not str and not isinstance(name, str):
            raise TypeError(f"the fields of an item of {collection} must be strings, not {excerpt(name)}")
    return payload


def _class(item: object) -> str:
    return f"the class {item.__name__}" if isinstance(item, type) else type(item).__name__


def _hint(item: object, collection: str) -> str:
    """Return what to pass instead; a table would fill the message."""
    if isinstance(item, (list, tuple)):
        return f": {excerpt(item)}; pass several items to a method whose name ends with _many, or to update_batch"
    if hasattr(item, "columns") or isinstance(item, Iterator):
        return "; pass the rows of a table, or an iterator, to a method whose name ends with _many, such as create_many"
    if hasattr(item, "to_dict"):  # such as a row of a DataFrame
        return "; pass its to_dict()"
    if collection == "directus_files" and isinstance(item, (str, bytes)):
        return f": {excerpt(item)}; the content of a file goes to upload(file, data), the fields into a mapping: {{'title': …}}"
    return f": {excerpt(item)}"


def _value(value: object, purpose: Purpose) -> object:
    kind: type = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, (dict, Mapping)):
        if all(type(item) in _PLAIN for item in value.values()):
            return value
        dumped = {name: _value(item, purpose) for name, item in value.items() if item is not UNSET}
        # Unchanged mappings are not copied: they may be large, and of a class of their own.
        same = len(dumped) == len(value) and all(dumped[name] is item for name, item in value.items())
        return value if same else dumped
    if isinstance(value, (list, tuple, set, frozenset)):
        if all(type(item) in _PLAIN for item in value):
            return value
        elements = [_value(item, purpose) for item in value]
        return value if all(new is old for new, old in zip(elements, value, strict=True)) else elements
    dumper = _dumper(kind)
    if dumper is not None:
        return dumper(value, purpose)
    return _revealed(value, purpose) if _is_secret(value) else value


@lru_cache(maxsize=512)
def _dumper(model: type) -> Dumper | None:
    if validates(model):
        return _by_model_dump(model)
    return _by_attributes(model) if has_attributes(model) else None


def _by_attributes(model: type) -> Dumper:
    attributes = attributes_of(model)
    has_unset = any(not attribute.required and attribute.constant is UNSET for attribute in attributes)

    def dumper(item: object, purpose: Purpose) -> JSONObject:
        if purpose == "update" and not has_unset:
            raise _ambiguous(model, [attribute.name for attribute in attributes if not attribute.required])
        payload: JSONObject = {}
        unclear = []
        for attribute in attributes:
            value = getattr(item, attribute.name)
            if value is UNSET:
                continue
            if value is None and attribute.field == _KEY and purpose != "update":
                continue
            if purpose != "upsert" and _is_default(attribute, item, value):
                if purpose == "update":
                    unclear.append(attribute.name)
                continue
            payload[attribute.field] = _value(value, purpose)
        if unclear:
            raise _ambiguous(model, unclear)
        return payload

    return dumper


def _is_default(attribute: Attribute, item: object, value: object) -> bool:
    if attribute.required:
        return False
    default = attribute.default(item)
    # With the type: 0, False and 0.0 are equal, but different in JSON.
    return value is default or (type(value) is type(default) and bool(value == default))


def _ambiguous(model: type, names: list[str]) -> TypeError:
    listed = f" ({', '.join(names)})" if names else ""
    return TypeError(
        f"a {model.__name__} does not know which attributes were set, because a default cannot be distinguished from a "
        f"value{listed}: update with a mapping of what changes, or with a model whose defaults are "
        f"directus_sdk.UNSET, such as `title: str | Unset = UNSET`"
    )


def _by_model_dump(model: type) -> Dumper:
    make = getattr(model, "model_dump", None)
    accepted: Mapping[str, inspect.Parameter] = inspect.signature(make).parameters if callable(make) else {}
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in accepted.values())
    options = {"mode": "json", "by_alias": True}
    hides = hasattr(model, "model_fields")

    def dumper(item: object, purpose: Purpose) -> JSONObject:
        if not callable(make):
            raise TypeError(f"{model.__name__} has no model_dump, so it cannot be sent: pass a mapping")
        chosen = _CHOSEN[purpose]
        if purpose == "update" and not anything and chosen not in accepted:
            raise _ambiguous(model, [])
        arguments = {name: value for name, value in {**options, chosen: True}.items() if anything or name in accepted}
        payload: JSONObject = make(item, **arguments)
        if hides and "mode" in arguments:
            try:
                original = make(item, **{**arguments, "mode": "python"})
            except TypeError as error:  # a set of models: mappings are not hashable
                if _HIDDEN in repr(payload):
                    raise TypeError(f"the secrets in a {model.__name__} cannot be read: {error}") from error
                return payload
            payload = _reveal(payload, original, purpose)
        return payload

    return dumper


def _is_secret(value: object) -> bool:
    return callable(getattr(value, "get_secret_value", None)) and not isinstance(value, type)


def _revealed(secret: Any, purpose: Purpose) -> object:
    value = secret.get_secret_value()
    return value.decode() if isinstance(value, bytes) else _value(value, purpose)


def _reveal(masked: Any, original: object, purpose: Purpose) -> Any:
    """Return what pydantic dumped for JSON with its secrets in place of the asterisks, which would be stored otherwise.

    Args:
        masked: The dump for JSON.
        original: The dump for Python, where the secrets are still objects. Only masked values are taken from it: for the
            others the class may have rules of its own for JSON.
        purpose: What the payload is for.
    """
    if isinstance(masked, str):
        hidden = _is_secret(original) and masked in (_HIDDEN, str(original))
        return _revealed(original, purpose) if hidden else masked
    if isinstance(masked, dict) and isinstance(original, Mapping) and len(masked) == len(original):
        # Keys that are not strings become strings in JSON; their order stays the same.
        pairs = zip(masked.items(), original.values(), strict=True)
        return {name: _reveal(value, other, purpose) for (name, value), other in pairs}
    if isinstance(masked, list) and isinstance(original, (list, tuple, set, frozenset, deque)) and len(masked) == len(original):
        return [_reveal(value, other, purpose) for value, other in zip(masked, original, strict=True)]
    return masked
