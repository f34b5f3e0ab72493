"""Items to models: the hints of a class are read once and give one function."""

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
from directus_sdk.models.converters import ANY, NULL, Convert, Converter, choice, fixed, many, mapping, scalar, union
from directus_sdk.models.mismatch import MismatchError, key_only, missing
from directus_sdk.models.scalars import NATIVE, SCALARS
from directus_sdk.models.unset import Unset

_MESSAGE = 200
_LISTS: dict[object, Callable[[list[object]], object]] = {
    **dict.fromkeys((list, abc.Sequence, abc.MutableSequence, abc.Collection, abc.Iterable), list),
    **dict.fromkeys((set, abc.Set, abc.MutableSet), set),
    tuple: tuple,
    frozenset: frozenset,
}
_MAPPINGS = (dict, abc.Mapping, abc.MutableMapping)
_UNCHANGED: dict[object, Converter] = {Any: ANY, object: ANY, Unset: ANY, None: NULL, type(None): NULL}
_ALLOWED = (
    "str, int, float, bool, datetime, date, time, UUID, Decimal, an Enum, Literal, a list, tuple, set or dict of "
    "these, a model, a union of these, or Any"
)


@lru_cache(maxsize=512)
def loader(model: type) -> Convert:
    """Return the function that converts a decoded JSON object to a model.

    Raises:
        ConfigurationError: A hint cannot be read, or is of a type that JSON does not have.
    """
    return _Hints().model(model).convert


#: Of an attribute: field, argument, the type that stays as it is, the conversion, and whether it is required.
_Row = tuple[str, str, type, Convert, bool]


class _Loader:
    """Creates instances of one attrs class or dataclass."""

    def __init__(self, model: type) -> None:
        self.model = model
        self.rows: list[_Row] = []

    def fields(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.rows)

    def load(self, data: object) -> object:
        if type(data) is not dict and not isinstance(data, Mapping):
            raise key_only(self.model.__name__, data)
        arguments = {}
        for field, argument, same, convert, required in self.rows:
            if field in data:
                value = data[field]
                if type(value) is not same:
                    try:
                        value = convert(value)
                    except MismatchError as error:
                        error.under(field)
                        raise
                arguments[argument] = value
            elif required:
                raise missing(self.model.__name__).under(field)
        try:
            return self.model(**arguments)
        except Exception as error:  # validators and converters of a class may raise anything
            raise _refusal(self.model.__name__, error) from error


class _Hints:
    """Reads the hints of a class and of the classes that they name, which may refer to it again."""

    def __init__(self) -> None:
        self._models: dict[type, Converter] = {}

    def model(self, model: type) -> Converter:
        if model not in self._models:
            expected = f"an object for {model.__name__}"
            if validates(model):
                self._models[model] = Converter("object", _validator(model), expected, target=model, fields=_names(model))
            elif is_typed_dict(model):
                self._models[model] = Converter("object", _typed_dict(model), expected, target=model, fields=_names(model))
            else:
                created = _Loader(model)
                self._models[model] = Converter("object", created.load, expected, target=model, fields=created.fields)
                created.rows = self._rows(model)
        return self._models[model]

    def _rows(self, model: type) -> list[_Row]:
        attributes = attributes_of(model)
        check_arguments(model, attributes)
        rows = []
        for attribute in attributes:
            hint = Any if attribute.hint is None else resolve(model, attribute.name, attribute.hint)
            try:
                converter = self.converter(hint, model, attribute.name)
            except ConfigurationError:
                # A converter of the class may return any type.
                if not attribute.converted:
                    raise
                converter = ANY
            rows.append((attribute.field, attribute.argument, converter.same, converter.convert, attribute.required))
        return rows

    def converter(self, hint: object, model: type, name: str) -> Converter:
        """Return the converter of `hint`, the hint of an attribute of `model`."""
        if isinstance(hint, (str, typing.ForwardRef)):  # Python 3.10 leaves the string in list["Article"]
            hint = resolve(model, name, hint)
        hint = _bare(hint)
        parts = typing.get_args(hint)
        base = typing.get_origin(hint) or hint
        if base is Literal:
            result: Converter | None = _literal(parts)
        elif base is Union or base is types.UnionType:
            result = union([self.converter(part, model, name) for part in parts if part is not Unset])
        elif base in _LISTS or base in _MAPPINGS:
            result = _container(base, [part if part is ... else self.converter(part, model, name) for part in parts])
        else:
            result = self._of_class(hint)
        if result is None:
            text = hint.__qualname__ if is_class(hint) else str(hint)
            generic = isinstance(hint, TypeVar) or has_attributes(base)
            note = " (generic models are not supported)" if generic else ""
            where = f"{model.__qualname__}.{name}"
            raise ConfigurationError(f"{where} has the hint {text}, which cannot be converted from JSON{note}: use {_ALLOWED}")
        return result

    def _of_class(self, hint: object) -> Converter | None:
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


def _bare(hint: object) -> object:
    """Unwrap Annotated, Final, a NewType or a ``type`` statement."""
    while not is_class(hint):
        if typing.get_origin(hint) in (typing.Annotated, typing.Final):
            inner = typing.get_args(hint)[0]
        else:
            inner = getattr(hint, "__supertype__", getattr(hint, "__value__", None))
        if inner is None:
            break
        hint = inner
    return hint


def _literal(values: tuple[object, ...]) -> Converter:
    choices = choice(value for value in values if value is not None)
    return union([choices, NULL]) if None in values else choices


def _container(base: object, parts: list[Any]) -> Converter:
    if base in _MAPPINGS:
        return mapping(*(parts or (ANY, ANY)))
    if base is tuple and parts and parts[-1] is not ...:
        return fixed(parts)
    return many(_LISTS[base], parts[0] if parts else ANY)


def _names(model: type) -> Callable[[], frozenset[str]]:
    names: JSONMapping = getattr(model, "model_fields", None) or getattr(model, "__annotations__", {})
    return lambda: frozenset(names)


def _typed_dict(model: type) -> Convert:
    def load(data: object) -> object:
        if isinstance(data, Mapping):
            return data
        raise key_only(model.__name__, data)

    return load


def _validator(model: Any) -> Convert:
    validate: Convert = model.model_validate

    def load(data: object) -> object:
        if not isinstance(data, (Mapping, model)):
            raise key_only(model.__name__, data)
        try:
            return validate(data)
        except Exception as error:  # pydantic raises a ValueError, other libraries their own
            raise _refusal(model.__name__, error) from error

    return load


def _refusal(model: str, error: Exception) -> MismatchError:
    """Convert the error of a class that refuses an item, with the field if it is pydantic's."""
    if is_interrupt(error):  # raised by a signal handler, not about the item
        raise error
    details = getattr(error, "errors", None)
    entries = details() if callable(details) else details
    if not (isinstance(entries, (list, tuple)) and entries and isinstance(entries[0], Mapping)):
        # Errors of attrs' validators have the value and more after their message.
        text = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
        text = " ".join(text.split())
        text = text if len(text) <= _MESSAGE else text[: _MESSAGE - 1] + "…"
        return MismatchError(f"{model} does not accept the values: {text}")
    first = entries[0]
    if first.get("type") == "missing":
        result = missing(model)
    else:
        message = first.get("msg")
        result = MismatchError(f"is {{value}}, which {model} does not accept: {message}", value=first.get("input"))
    result.path = tuple(step if isinstance(step, int) else str(step) for step in first.get("loc", ()))
    return result
