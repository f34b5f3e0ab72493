"""What the parts of a hint take: choices, lists, mappings, and unions such as a relation's key or object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import partial
from itertools import repeat
from typing import Any, Literal

import attrs

from directus_sdk.json_types import JSONMapping
from directus_sdk.models.mismatch import MismatchError, key_only, null, wrong
from directus_sdk.models.scalars import NATIVE, SCALARS

Convert = Callable[[Any], Any]
_NEVER = object()  # no value's type
_ORDER = list(SCALARS)


@attrs.frozen(eq=False)
class Arm:
    """What one hint, or one part of a union, takes.

    Attributes:
        shape: What of JSON it takes.
        convert: The function; it raises `MismatchError`.
        expected: What an error calls it.
        same: The type whose values stay as they are, so that `convert` need not be asked.
        target: The class that comes out, where it is one.
        fields: The fields of a model.
        arms: The parts, if it is a union.
    """

    shape: Literal["plain", "list", "object", "any", "null"]
    convert: Convert
    expected: str
    same: Any = _NEVER
    target: Any = None
    fields: Callable[[], frozenset[str]] = frozenset
    arms: tuple[Arm, ...] = ()


def _take_null(value: Any) -> None:
    if value is not None:
        raise MismatchError("should be null, not {value}", value=value)


ANY = Arm("any", lambda value: value, "anything")
NULL = Arm("null", _take_null, "null", type(None))


def scalar(base: type, target: Any = None) -> Arm:
    """Return what a type of `SCALARS` takes, or a class derived from it."""
    convert, expected = SCALARS[base]
    if target is None:
        return Arm("plain", convert, expected, base if base in NATIVE else _NEVER, base)

    def derive(value: Any) -> Any:
        return value if isinstance(value, target) else target(convert(value))

    return Arm("plain", derive, expected, target=target)


def choice(members: Iterable[Any], enum: Any = None) -> Arm:
    """Return what an enumeration takes, or a Literal: the values of its members."""
    choices = {_key(member): member for member in members}
    expected = " or ".join(repr(value) for _, value in choices)

    def convert(value: Any) -> Any:
        try:
            if (type(value), value) in choices:
                return choices[type(value), value]
            if enum is not None:
                # A bigInteger comes as text, and an enumeration of them too.
                as_number = isinstance(value, str) and issubclass(enum, int)
                return enum(SCALARS[int][0](value) if as_number else value)
        except (ValueError, TypeError, MismatchError):  # no such member; a list has no hash
            pass
        raise wrong(expected, value)

    return Arm("plain", convert, expected, target=Enum)


def _key(member: Any) -> tuple[type, Any]:
    # With its type, since 1 and True are one key of a dict, and not one choice.
    value = member.value if isinstance(member, Enum) else member
    return type(value), value


def _elements(value: Any, arms: Iterable[Arm], expected: str) -> list[Any]:
    if not isinstance(value, (list, tuple, set, frozenset)):
        raise null() if value is None else MismatchError(f"should be {expected}, not {{value}}", value=value)
    result = []
    # Not strict: `arms` may repeat for ever, and the caller compares the lengths where they count.
    for index, (element, arm) in enumerate(zip(value, arms, strict=False)):
        try:
            result.append(element if type(element) is arm.same else arm.convert(element))
        except MismatchError as error:
            error.under(index)
            raise
    return result


def many(make: Callable[[list[Any]], Any], element: Arm) -> Arm:
    """Return what a list, tuple or set of any length takes."""

    def convert(value: Any) -> Any:
        elements = _elements(value, repeat(element), "a list")
        try:
            return make(elements)
        except TypeError as error:  # elements without a hash
            raise MismatchError(f"cannot become a set ({error})", advice="let its hint be a list") from error

    return Arm("list", convert, "a list")


def fixed(elements: list[Arm]) -> Arm:
    """Return what a tuple takes that has a hint for each element."""
    expected = f"a list of {len(elements)}"

    def convert(value: Any) -> Any:
        converted = _elements(value, elements, expected)
        if len(value) != len(elements):
            raise MismatchError(f"should be {expected}, not {{value}}", value=value)
        return tuple(converted)

    return Arm("list", convert, expected)


def mapping(keys: Arm, values: Arm) -> Arm:
    """Return what a dict takes."""

    def convert(value: Any) -> Any:
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

    return Arm("object", convert, "an object")


def union(given: Iterable[Arm]) -> Arm:
    """Return what a union takes: an object goes to its models, a list to its lists, a key to its plain types."""
    arms = tuple(part for arm in given for part in (arm.arms or (arm,)))
    if ANY in arms:
        return ANY
    return _Union(arms).arm() if len(arms) > 1 else arms[0]


class _Union:
    """Which part of a union a value goes to."""

    def __init__(self, arms: tuple[Arm, ...]) -> None:
        self._arms = arms
        self._nullable = any(arm.shape == "null" for arm in arms)
        self._plain, self._lists, self._objects = (
            [arm for arm in arms if arm.shape == shape] for shape in ("plain", "list", "object")
        )
        # Which part is asked first depends on the value's type alone, so that is worked out once.
        self._orders = {kind: sorted(self._plain, key=partial(_rank, kind)) for kind in NATIVE}
        self._expected = " or ".join(dict.fromkeys(arm.expected for arm in arms if arm.shape != "null"))

    def arm(self) -> Arm:
        shape: Literal["plain", "list", "object"] = "plain" if self._plain else "object" if self._objects else "list"
        unchanged = (arm.same for arm in self._plain if arm.same is not _NEVER and self._orders[arm.same][0] is arm)
        return Arm(shape, self.convert, self._expected, next(unchanged, _NEVER), arms=self._arms)

    def convert(self, value: Any) -> Any:
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
        for arm in candidates:
            try:
                return arm.convert(value)
            except MismatchError as error:
                first = first or error
        if first is not None and (len(candidates) == 1 or first.path):
            raise first
        raise self._refuse(value)

    def _refuse(self, value: Any) -> MismatchError:
        if isinstance(value, Mapping) and self._plain:
            return wrong(self._expected, value)
        if len(self._objects) == 1 and self._objects[0].target is not None and not self._plain and not self._lists:
            return key_only(self._objects[0].target.__name__, value)
        return MismatchError(f"should be {self._expected}, not {{value}}", value=value)


def _rank(kind: type, arm: Arm) -> tuple[int, int]:
    """Order the parts for a plain value: choices, types that JSON writes as text, its very type, and others."""
    if arm.target is Enum:
        return 0, 0
    if kind is str and arm.target in _ORDER and arm.target not in NATIVE:
        return 1, _ORDER.index(arm.target)
    return (2, 0) if arm.same is kind else (3, 0)


def _by_fields(arms: list[Arm], data: JSONMapping) -> list[Arm]:
    """Put the model first that knows most of the item's fields: unknown ones are ignored, so several may fit."""
    return arms if len(arms) < 2 else sorted(arms, key=lambda arm: -len(arm.fields() & data.keys()))
