"""How an item becomes a model: the hints are read once, and give one function for each class."""

from __future__ import annotations

import types
import typing
from collections import abc
from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union

from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.models.attributes import (
    attributes_of,
    check_arguments,
    has_attributes,
    is_class,
    is_model,
    is_typed_dict,
    resolve,
    validates,
)
from directus_sdk.models.converters import ANY, NULL, Arm, Convert, choice, fixed, many, mapping, scalar, union
from directus_sdk.models.mismatch import MismatchError, key_only, missing
from directus_sdk.models.scalars import NATIVE, SCALARS
from directus_sdk.models.unset import Unset

_MESSAGE = 200
_LISTS: dict[Any, Callable[[list[Any]], Any]] = {
    **dict.fromkeys((list, abc.Sequence, abc.MutableSequence, abc.Collection, abc.Iterable), list),
    **dict.fromkeys((set, abc.Set, abc.MutableSet), set),
    tuple: tuple,
    frozenset: frozenset,
}
_MAPPINGS = (dict, abc.Mapping, abc.MutableMapping)
_UNCHANGED: dict[Any, Arm] = {Any: ANY, object: ANY, Unset: ANY, None: NULL, type(None): NULL}
_ALLOWED = (
    "str, int, float, bool, datetime, date, time, UUID, Decimal, an Enum, Literal, a list, tuple, set or dict of "
    "these, a model, a union of these, or Any"
)


@lru_cache(maxsize=512)
def loader(model: type) -> Convert:
    """Return the function that makes a model of a decoded JSON object.

    Raises:
        ConfigurationError: A hint cannot be read, or is of a type that JSON cannot give.
    """
    return _Hints().model(model).convert


class _Loader:
    """Makes the items of one attrs class or dataclass."""

    def __init__(self, model: type) -> None:
        self.model = model
        self.rows: list[tuple[str, str, Any, Convert, bool]] = []

    def fields(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.rows)

    def load(self, data: Any) -> Any:
        if type(data) is not dict and not isinstance(data, Mapping):
            raise key_only(self.model.__name__, data)
        given = {}
        for field, argument, same, convert, required in self.rows:
            if field in data:
                value = data[field]
                if type(value) is not same:
                    try:
                        value = convert(value)
                    except MismatchError as error:
                        error.under(field)
                        raise
                given[argument] = value
            elif required:
                raise missing(self.model.__name__).under(field)
        try:
            return self.model(**given)
        except Exception as error:  # what a class's validators and converters raise is theirs to choose
            raise _refusal(self.model.__name__, error) from error


class _Hints:
    """Reads the hints of a class and of the classes that they name, which may point back to it."""

    def __init__(self) -> None:
        self._known: dict[type, Arm] = {}

    def model(self, model: Any) -> Arm:
        if model not in self._known:
            expected = f"an object for {model.__name__}"
            if validates(model):
                self._known[model] = Arm("object", _validator(model), expected, target=model, fields=_names(model))
            elif is_typed_dict(model):
                self._known[model] = Arm("object", _typed_dict(model), expected, target=model, fields=_names(model))
            else:
                made = _Loader(model)
                self._known[model] = Arm("object", made.load, expected, target=model, fields=made.fields)
                made.rows = self._rows(model)
        return self._known[model]

    def _rows(self, model: type) -> list[tuple[str, str, Any, Convert, bool]]:
        attributes = attributes_of(model)
        check_arguments(model, attributes)
        rows = []
        for attribute in attributes:
            hint = Any if attribute.hint is None else resolve(model, attribute.name, attribute.hint)
            try:
                arm = self.arm(hint, model, attribute.name)
            except ConfigurationError:
                # A converter of the class may make any type.
                if not attribute.converted:
                    raise
                arm = ANY
            rows.append((attribute.field, attribute.argument, arm.same, arm.convert, attribute.required))
        return rows

    def arm(self, hint: Any, model: type, name: str) -> Arm:
        """Return what `hint`, which stands at an attribute of `model`, takes."""
        if isinstance(hint, (str, typing.ForwardRef)):  # Python 3.10 leaves the text in list["Article"]
            hint = resolve(model, name, hint)
        hint = _bare(hint)
        parts = typing.get_args(hint)
        base = typing.get_origin(hint) or hint
        if base is Literal:
            found: Arm | None = _literal(parts)
        elif base is Union or base is types.UnionType:
            found = union([self.arm(part, model, name) for part in parts if part is not Unset])
        elif base in _LISTS or base in _MAPPINGS:
            found = _container(base, [part if part is ... else self.arm(part, model, name) for part in parts])
        else:
            found = self._of_class(hint)
        if found is None:
            text = hint.__qualname__ if is_class(hint) else str(hint)
            generic = isinstance(hint, TypeVar) or has_attributes(base)
            note = " (generic models are not supported)" if generic else ""
            where = f"{model.__qualname__}.{name}"
            raise ConfigurationError(f"{where} has the hint {text}, which is not made from JSON{note}: use {_ALLOWED}")
        return found

    def _of_class(self, hint: Any) -> Arm | None:
        if hint in _UNCHANGED:
            return _UNCHANGED[hint]
        if not is_class(hint):
            return None
        if is_model(hint):
            return self.model(hint)
        if issubclass(hint, Enum):
            return choice(hint, hint)
        if hint in SCALARS:
            return scalar(hint)
        return next((scalar(base, hint) for base in NATIVE if issubclass(hint, base)), None)


def _bare(hint: Any) -> Any:
    """Return what stands behind Annotated, Final, a NewType or a ``type`` statement."""
    while not is_class(hint):
        if typing.get_origin(hint) in (typing.Annotated, typing.Final):
            inner = typing.get_args(hint)[0]
        else:
            inner = getattr(hint, "__supertype__", getattr(hint, "__value__", None))
        if inner is None:
            break
        hint = inner
    return hint


def _literal(values: tuple[Any, ...]) -> Arm:
    choices = choice(value for value in values if value is not None)
    return union([choices, NULL]) if None in values else choices


def _container(base: Any, parts: list[Any]) -> Arm:
    if base in _MAPPINGS:
        return mapping(*(parts or (ANY, ANY)))
    if base is tuple and parts and parts[-1] is not ...:
        return fixed(parts)
    return many(_LISTS[base], parts[0] if parts else ANY)


def _names(model: Any) -> Callable[[], frozenset[str]]:
    named: JSONMapping = getattr(model, "model_fields", None) or getattr(model, "__annotations__", {})
    return lambda: frozenset(named)


def _typed_dict(model: type) -> Convert:
    def load(data: Any) -> Any:
        if isinstance(data, Mapping):
            return data
        raise key_only(model.__name__, data)

    return load


def _validator(model: Any) -> Convert:
    validate: Convert = model.model_validate

    def load(data: Any) -> Any:
        if not isinstance(data, (Mapping, model)):
            raise key_only(model.__name__, data)
        try:
            return validate(data)
        except Exception as error:  # pydantic's is a ValueError, others have their own
            raise _refusal(model.__name__, error) from error

    return load


def _refusal(model: str, error: Exception) -> MismatchError:
    """Return what a class says of an item that it does not take, with the field where pydantic names it."""
    if is_interrupt(error):  # a signal handler's, which is not about the item
        raise error
    details = getattr(error, "errors", None)
    found = details() if callable(details) else details
    if not (isinstance(found, (list, tuple)) and found and isinstance(found[0], Mapping)):
        # An error of attrs' validators carries the value and more behind its text.
        text = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
        text = " ".join(text.split())
        text = text if len(text) <= _MESSAGE else text[: _MESSAGE - 1] + "…"
        return MismatchError(f"{model} does not take the values: {text}")
    first = found[0]
    if first.get("type") == "missing":
        result = missing(model)
    else:
        message = first.get("msg")
        result = MismatchError(f"is not what {model} takes, but {{value}}: {message}", value=first.get("input"))
    result.path = tuple(step if isinstance(step, int) else str(step) for step in first.get("loc", ()))
    return result
