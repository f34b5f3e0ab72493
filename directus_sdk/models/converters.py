"""Converters for the parts of a hint: choices, lists, mappings, and unions such as a relation's key or object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sized
from enum import Enum
from functools import partial
from itertools import repeat
from typing import Literal

import attrs

from directus_sdk.json_types import JSONMapping
from directus_sdk.models.mismatch import MismatchError, key_only, null, wrong
from directus_sdk.models.scalars import NATIVE, SCALARS

Convert = Callable[[object], object]
_NEVER = type("_Never", (), {})  # the type of no value
_ORDER = list(SCALARS)


@attrs.frozen(eq=False)
class Converter:
    """The converter of one hint, or of one member of a union.

    Attributes:
        shape: The kind of JSON value that it accepts.
        convert: The function; it raises `MismatchError`.
        expected: The name of the accepted values in errors.
        same: The type whose values stay as they are, so that `convert` is not called.
        target: The class of the result, if it is one.
        fields: The fields of a model.
        members: The converters of its members, if it is a union.
    """

    shape: Literal["plain", "list", "object", "any", "null"]
    convert: Convert
    expected: str
    same: type = _NEVER
    target: type | None = None
    fields: Callable[[], frozenset[str]] = frozenset
    members: tuple[Converter, ...] = ()


def _take_null(value: object) -> None:
    if value is not None:
        raise MismatchError("should be null, not {value}", value=value)


ANY = Converter("any", lambda value: value, "anything")
NULL = Converter("null", _take_null, "null", type(None))


def scalar(base: type, target: type | None = None) -> Converter:
    """Return the converter of a type in `SCALARS`, or of a class derived from it."""
    convert, expected = SCALARS[base]
    if target is None:
        return Converter("plain", convert, expected, base if base in NATIVE else _NEVER, base)

    def derive(value: object) -> object:
        return value if isinstance(value, target) else target(convert(value))

    return Converter("plain", derive, expected, target=target)


def choice(members: Iterable[object], enum: type[Enum] | None = None) -> Converter:
    """Return the converter of an enumeration or a Literal."""
    choices = {_key(member): member for member in members}
    expected = " or ".join(repr(value) for _, value in choices)

    def convert(value: object) -> object:
        try:
            if (type(value), value) in choices:
                return choices[type(value), value]
            if enum is not None:
                # A bigInteger is returned as a string, also for an enumeration.
                as_number = isinstance(value, str) and issubclass(enum, int)
                return enum(SCALARS[int][0](value) if as_number else value)
        except (ValueError, TypeError, MismatchError):  # no such member; a list is not hashable
            pass
        raise wrong(expected, value)

    return Converter("plain", convert, expected, target=Enum)


def _key(member: object) -> tuple[type, object]:
    # With its type, because 1 and True are equal keys of a dict, but different choices.
    value = member.value if isinstance(member, Enum) else member
    return type(value), value


def _elements(value: object, converters: Iterable[Converter], expected: str) -> list[object]:
    if not isinstance(value, (list, tuple, set, frozenset)):
        raise null() if value is None else MismatchError(f"should be {expected}, not {{value}}", value=value)
    result = []
    # Not strict: `converters` may be infinite, and the caller compares the lengths where they matter.
    for index, (element, converter) in enumerate(zip(value, converters, strict=False)):
        try:
            result.append(element if type(element) is converter.same else converter.convert(element))
        except MismatchError as error:
            error.under(index)
            raise
    return result


def many(make: Callable[[list[object]], object], element: Converter) -> Converter:
    """Return the converter of a list, tuple or set of any length."""

    def convert(value: object) -> object:
        elements = _elements(value, repeat(element), "a list")
        try:
            return make(elements)
        except TypeError as error:  # elements that are not hashable
            raise MismatchError(f"cannot become a set ({error})", advice="let its hint be a list") from error

    return Converter("list", convert, "a list")


def fixed(elements: list[Converter]) -> Converter:
    """Return the converter of a tuple with a hint for each element."""
    expected = f"a list of {len(elements)}"

    def convert(value: object) -> object:
        converted = _elements(value, elements, expected)
        if isinstance(value, Sized) and len(value) != len(elements):
            raise MismatchError(f"should be {expected}, not {{value}}", value=value)
        return tuple(converted)

    return Converter("list", convert, expected)


def mapping(keys: Converter, values: Converter) -> Converter:
    """Return the converter of a dict."""

    def convert(value: object) -> object:
        if not isinstance(value, Mapping):
            raise null() if value is None else MismatchError("should be an object, not {value}", value=value)
        result = {}
        for key, item in value.items():
            try:
                result[keys.convert(key)] = values.convert(item)
            except MismatchError as error:
                error.under(str(key))
                raise
        return result

    return Converter("object", convert, "an object")


def union(converters: Iterable[Converter]) -> Converter:
    """Return the converter of a union: objects go to its models, lists to its lists, keys to its plain types."""
    members = tuple(member for converter in converters for member in (converter.members or (converter,)))
    if ANY in members:
        return ANY
    return _Union(members).converter() if len(members) > 1 else members[0]


class _Union:
    """Chooses the member of a union for a value."""

    def __init__(self, members: tuple[Converter, ...]) -> None:
        self._members = members
        self._nullable = any(member.shape == "null" for member in members)
        self._plain, self._lists, self._objects = (
            [member for member in members if member.shape == shape] for shape in ("plain", "list", "object")
        )
        # The order depends on the value's type alone, so it is computed once.
        self._orders = {kind: sorted(self._plain, key=partial(_rank, kind)) for kind in NATIVE}
        self._expected = " or ".join(dict.fromkeys(member.expected for member in members if member.shape != "null"))

    def converter(self) -> Converter:
        shape: Literal["plain", "list", "object"] = "plain" if self._plain else "object" if self._objects else "list"
        unchanged = (one.same for one in self._plain if one.same is not _NEVER and self._orders[one.same][0] is one)
        return Converter(shape, self.convert, self._expected, next(unchanged, _NEVER), members=self._members)

    def convert(self, value: object) -> object:
        if value is None:
            if self._nullable:
                return None
            raise null()
        if isinstance(value, Mapping):
            candidates = _by_fields(self._objects, value)
        elif isinstance(value, list) and self._lists:
            candidates = self._lists
        else:
            candidates = self._orders.get(type(value), self._plain)
        first = None
        for converter in candidates:
            try:
                return converter.convert(value)
            except MismatchError as error:
                first = first or error
        if first is not None and (len(candidates) == 1 or first.path):
            raise first
        raise self._refuse(value)

    def _refuse(self, value: object) -> MismatchError:
        if isinstance(value, Mapping) and self._plain:
            return wrong(self._expected, value)
        if len(self._objects) == 1 and self._objects[0].target is not None and not self._plain and not self._lists:
            return key_only(self._objects[0].target.__name__, value)
        return MismatchError(f"should be {self._expected}, not {{value}}", value=value)


def _rank(kind: type, converter: Converter) -> tuple[int, int]:
    """Order the members for a plain value: choices, types that JSON writes as strings, its exact type, and others."""
    if converter.target is Enum:
        return 0, 0
    if kind is str and converter.target in _ORDER and converter.target not in NATIVE:
        return 1, _ORDER.index(converter.target)
    return (2, 0) if converter.same is kind else (3, 0)


def _by_fields(converters: list[Converter], data: JSONMapping) -> list[Converter]:
    """Put the model with most of the item's fields first: unknown fields are ignored, so several models may fit."""
    return converters if len(converters) < 2 else sorted(converters, key=lambda model: -len(model.fields() & data.keys()))
