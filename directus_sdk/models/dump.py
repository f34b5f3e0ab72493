"""How models become payloads: creating leaves out defaults, updating takes only what was set."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from directus_sdk.models.attributes import Attribute, attributes_of, has_attributes, validates
from directus_sdk.models.mismatch import excerpt
from directus_sdk.models.unset import UNSET

Dumper = Callable[[Any, bool], "dict[str, Any]"]
_PLAIN = frozenset({str, int, float, bool, type(None), dt.datetime, dt.date, dt.time, Decimal, UUID})


def dump(collection: str, item: Any, *, partial: bool) -> Mapping[str, Any]:
    """Return the payload of an item; `partial` is an update, which takes what was set.

    A mapping comes back as it is, unless there are models or `UNSET` in it.

    Raises:
        TypeError: The item is neither a mapping nor a model, a field's name is not text, or a model for an update
            does not tell what was set.
    """
    try:
        payload = _value(item, partial)
    except RecursionError:
        raise TypeError(f"an item of {collection} points back to itself, so it has no end: {_class(item)}") from None
    if not isinstance(payload, Mapping):
        raise TypeError(
            f"an item of {collection} must be a mapping or a model (an attrs class, a dataclass, or a class with "
            f"model_validate and model_dump), not {_class(item)}: {excerpt(item)}{_hint(item)}"
        )
    for name in payload:
        if type(name) is not str and not isinstance(name, str):
            raise TypeError(f"the fields of an item of {collection} are named by text, not by {excerpt(name)}")
    return payload


def _class(item: Any) -> str:
    return f"the class {item.__name__}" if isinstance(item, type) else type(item).__name__


def _hint(item: Any) -> str:
    return "; several items go to the methods that end with _many" if isinstance(item, (list, tuple)) else ""


def _value(value: Any, partial: bool) -> Any:
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict or isinstance(value, Mapping):
        if all(type(item) in _PLAIN for item in value.values()):
            return value
        dumped = {name: _value(item, partial) for name, item in value.items() if item is not UNSET}
        # What nothing was changed in is not copied: it may be of a class of its own, and big.
        same = len(dumped) == len(value) and all(dumped[name] is item for name, item in value.items())
        return value if same else dumped
    if isinstance(value, (list, tuple, set, frozenset)):
        if all(type(item) in _PLAIN for item in value):
            return value
        elements = [_value(item, partial) for item in value]
        return value if all(new is old for new, old in zip(elements, value, strict=True)) else elements
    dumper = _dumper(kind)
    return value if dumper is None else dumper(value, partial)


@lru_cache(maxsize=512)
def _dumper(model: type) -> Dumper | None:
    if validates(model):
        return _by_model_dump(model)
    return _by_attributes(model) if has_attributes(model) else None


def _by_attributes(model: type) -> Dumper:
    attributes = attributes_of(model)
    tells = any(not attribute.required and attribute.constant is UNSET for attribute in attributes)

    def dumper(item: Any, partial: bool) -> dict[str, Any]:
        if partial and not tells:
            raise _ambiguous(model, [attribute.name for attribute in attributes if not attribute.required])
        payload, unclear = {}, []
        for attribute in attributes:
            value = getattr(item, attribute.name)
            if value is UNSET:
                continue
            if _is_default(attribute, item, value):
                if partial:
                    unclear.append(attribute.name)
                continue
            payload[attribute.field] = _value(value, partial)
        if unclear:
            raise _ambiguous(model, unclear)
        return payload

    return dumper


def _is_default(attribute: Attribute, item: Any, value: Any) -> bool:
    if attribute.required:
        return False
    default = attribute.default(item)
    # With the type: 0, False and 0.0 are equal, and not the same in JSON.
    return value is default or (type(value) is type(default) and bool(value == default))


def _ambiguous(model: type, names: list[str]) -> TypeError:
    which = f" ({', '.join(names)})" if names else ""
    return TypeError(
        f"a {model.__name__} does not tell which attributes were set, since a default cannot be told from a "
        f"value{which}: update with a mapping of what changes, or with a model whose defaults are "
        f"directus_sdk.UNSET, such as `title: str | Unset = UNSET`"
    )


def _by_model_dump(model: Any) -> Dumper:
    make = getattr(model, "model_dump", None)
    known: Mapping[str, Any] = inspect.signature(make).parameters if callable(make) else {}
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    options = {"mode": "json", "by_alias": True}

    def dumper(item: Any, partial: bool) -> dict[str, Any]:
        if not callable(make):
            raise TypeError(f"{model.__name__} has no model_dump, so it can be read and not be sent: pass a mapping")
        chosen = "exclude_unset" if partial else "exclude_defaults"
        if partial and not anything and chosen not in known:
            raise _ambiguous(model, [])
        given = {name: value for name, value in {**options, chosen: True}.items() if anything or name in known}
        payload: dict[str, Any] = make(item, **given)
        _reveal(model, item, payload)
        return payload

    return dumper


def _reveal(model: Any, item: Any, payload: dict[str, Any]) -> None:
    """Put the texts of pydantic's secrets in place of the asterisks, which would be stored as the password."""
    for name, info in getattr(model, "model_fields", {}).items():
        reveal = getattr(getattr(item, name, None), "get_secret_value", None)
        field = getattr(info, "serialization_alias", None) or name
        if callable(reveal) and payload.get(field) and not str(payload[field]).strip("*"):
            payload[field] = reveal()
