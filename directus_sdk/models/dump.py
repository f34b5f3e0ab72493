"""How models become payloads: creating leaves out defaults, updating takes what was set, upserting takes everything."""

from __future__ import annotations

import datetime as dt
import inspect
from collections import deque
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.attributes import Attribute, attributes_of, has_attributes, validates
from directus_sdk.models.mismatch import excerpt
from directus_sdk.models.unset import UNSET

Purpose = Literal["create", "update", "upsert"]
Dumper = Callable[[Any, Purpose], "JSONObject"]
#: What is asked of a class with `model_dump`; pydantic knows what was set.
_CHOSEN: Mapping[Purpose, str] = {"create": "exclude_defaults", "update": "exclude_unset", "upsert": "exclude_unset"}
#: The key of most collections: a new item within another must not send that it has none, which some databases refuse.
_KEY = "id"
#: What pydantic shows of its own secrets; those of a subclass may be shown as something else.
_HIDDEN = "**********"
_PLAIN = frozenset({str, int, float, bool, type(None), dt.datetime, dt.date, dt.time, Decimal, UUID})


def dump(collection: str, item: Any, purpose: Purpose) -> JSONMapping:
    """Return the payload of an item.

    A mapping comes back as it is, unless there are models or `UNSET` in it.

    Raises:
        TypeError: The item is neither a mapping nor a model, a field's name is not text, or a model for an update
            does not tell what was set.
    """
    try:
        payload = _value(item, purpose)
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


def _value(value: Any, purpose: Purpose) -> Any:
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict or isinstance(value, Mapping):
        if all(type(item) in _PLAIN for item in value.values()):
            return value
        dumped = {name: _value(item, purpose) for name, item in value.items() if item is not UNSET}
        # What nothing was changed in is not copied: it may be of a class of its own, and big.
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
    tells = any(not attribute.required and attribute.constant is UNSET for attribute in attributes)

    def dumper(item: Any, purpose: Purpose) -> JSONObject:
        if purpose == "update" and not tells:
            raise _ambiguous(model, [attribute.name for attribute in attributes if not attribute.required])
        payload, unclear = {}, []
        for attribute in attributes:
            value = getattr(item, attribute.name)
            if value is UNSET:
                continue
            if purpose == "upsert":
                if value is None and attribute.field == _KEY:
                    continue
            elif _is_default(attribute, item, value):
                if purpose == "update":
                    unclear.append(attribute.name)
                continue
            payload[attribute.field] = _value(value, purpose)
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
    known: JSONMapping = inspect.signature(make).parameters if callable(make) else {}
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    options = {"mode": "json", "by_alias": True}
    hides = hasattr(model, "model_fields")

    def dumper(item: Any, purpose: Purpose) -> JSONObject:
        if not callable(make):
            raise TypeError(f"{model.__name__} has no model_dump, so it can be read and not be sent: pass a mapping")
        chosen = _CHOSEN[purpose]
        if purpose == "update" and not anything and chosen not in known:
            raise _ambiguous(model, [])
        given = {name: value for name, value in {**options, chosen: True}.items() if anything or name in known}
        payload: JSONObject = make(item, **given)
        if hides and "mode" in given:
            try:
                held = make(item, **{**given, "mode": "python"})
            except TypeError as error:  # a set of models, which a set of mappings cannot be
                if _HIDDEN in repr(payload):
                    raise TypeError(f"the secrets in a {model.__name__} cannot be read: {error}") from error
                return payload
            payload = _reveal(payload, held, purpose)
        return payload

    return dumper


def _is_secret(value: Any) -> bool:
    return callable(getattr(value, "get_secret_value", None)) and not isinstance(value, type)


def _revealed(secret: Any, purpose: Purpose) -> Any:
    held = secret.get_secret_value()
    return held.decode() if isinstance(held, bytes) else _value(held, purpose)


def _reveal(shown: Any, held: Any, purpose: Purpose) -> Any:
    """Return what pydantic made for JSON, with its secrets in place of the asterisks, which would be stored instead.

    Args:
        shown: What it made for JSON.
        held: The same for Python, where the secrets are still objects. Only what is hidden is taken from it: for all else
            the class may have rules of its own for JSON.
        purpose: What it is for.
    """
    if isinstance(shown, str):
        hidden = _is_secret(held) and shown in (_HIDDEN, str(held))
        return _revealed(held, purpose) if hidden else shown
    if isinstance(shown, dict) and isinstance(held, Mapping) and len(shown) == len(held):
        # Keys that are no text are text in JSON; their order is the same.
        return {name: _reveal(value, other, purpose) for (name, value), other in zip(shown.items(), held.values(), strict=True)}
    if isinstance(shown, list) and isinstance(held, (list, tuple, set, frozenset, deque)) and len(shown) == len(held):
        return [_reveal(value, other, purpose) for value, other in zip(shown, held, strict=True)]
    return shown
