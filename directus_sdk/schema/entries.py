"""The entries of responses and snapshots: JSON objects that know their place in the document, for errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

import attrs

from directus_sdk.errors import SchemaError
from directus_sdk.json_types import JSONMapping

V = TypeVar("V")
_NAMES = {str: "a string", int: "an integer", bool: "true or false", list: "a list", dict: "an object"}


@attrs.frozen
class Entry:
    """A JSON object.

    Attributes:
        values: Its values.
        source: Where the document is from, such as the path of a file.
        place: Its place in the document, such as ``"fields[3].schema"``.
    """

    values: JSONMapping
    source: str
    place: str = ""

    @classmethod
    def of(cls, value: object, source: str, place: str = "") -> Entry:
        """Return a value as an entry.

        Raises:
            SchemaError: It is not an object.
        """
        if not isinstance(value, Mapping):
            raise wrong(source, place, f"should be an object, not {shown_type(value)}")
        return cls(value, source, place)

    def at(self, name: str) -> str:
        """Return the place of one of its values."""
        return f"{self.place}.{name}" if self.place else name

    def value(self, name: str, type_: type[V]) -> V | None:
        """Return a value of a type; ``None`` if it is null or missing.

        Raises:
            SchemaError: It has another type.
        """
        value = self.values.get(name)
        if value is None or (isinstance(value, type_) and not (type_ is int and isinstance(value, bool))):
            return value
        raise wrong(self.source, self.at(name), f"should be {_NAMES[type_]}, not {shown_type(value)}")

    def name(self, name: str) -> str:
        """Return a string that must be there.

        Raises:
            SchemaError: It is missing, empty or something else.
        """
        value = self.value(name, str)
        if not value:
            raise wrong(self.source, self.at(name), "is missing" if value is None else "is empty")
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean; false if it is null or missing. Some databases report 1 and 0."""
        value = self.values.get(name)
        return value == 1 if type(value) is int and value in (0, 1) else bool(self.value(name, bool))

    def entry(self, name: str) -> Entry:
        """Return an object; an empty one if it is null or missing."""
        return Entry(self.value(name, dict) or {}, self.source, self.at(name))

    def entries(self, name: str) -> Iterator[Entry]:
        """Yield the objects of a list that must be there."""
        values = self.value(name, list)
        if values is None:
            raise wrong(self.source, self.at(name), "is missing")
        for index, value in enumerate(values):
            yield Entry.of(value, self.source, f"{self.at(name)}[{index}]")

    def strings(self, name: str) -> tuple[str, ...]:
        """Return a list of strings; an empty one if it is null or missing."""
        values = self.value(name, list) or []
        for index, value in enumerate(values):
            if not isinstance(value, str):
                raise wrong(self.source, f"{self.at(name)}[{index}]", f"should be a string, not {shown_type(value)}")
        return tuple(values)


def shown_type(value: object) -> str:
    """Return a value for an error: its type, and a short plain value itself."""
    if value is None:
        return "null"
    if isinstance(value, (Mapping, list)):
        return "an object" if isinstance(value, Mapping) else "a list"
    return repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:40]}…"


def wrong(source: str, place: str, problem: str) -> SchemaError:
    """Return the error about one place in a document."""
    return SchemaError(f"{source}: {place or 'the content'} {problem}", source=source, place=place)
