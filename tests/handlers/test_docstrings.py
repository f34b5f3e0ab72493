"""The docstrings of the methods of a client: what `help`, editors and the reference show."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator

import pytest

from directus_sdk import Directus
from directus_sdk.handlers.base import Handler


def handlers(owner: object, seen: set[type]) -> Iterator[type]:
    """The classes of the endpoint groups, and of those in them."""
    for name in dir(owner):
        value = None if name.startswith("_") else getattr(owner, name)
        if isinstance(value, Handler) and type(value) not in seen:
            seen.add(type(value))
            yield type(value)
            yield from handlers(value, seen)


def methods() -> dict[str, Callable[..., object]]:
    directus = Directus("https://cms.example.com", token="t")
    found: dict[str, Callable[..., object]] = {}
    classes = [
        *handlers(directus, set()),
        *map(type, (directus.items("a"), directus.singleton("a"), directus.items("a").version(1, "d"))),
    ]
    for each in {base for one in classes for base in one.__mro__ if base.__module__.startswith("directus_sdk.handlers")}:
        found |= {f"{each.__name__}.{name}": value for name, value in vars(each).items() if callable(value) and name[0] != "_"}
    return found


METHODS = methods()


def test_there_are_many() -> None:
    assert len(METHODS) > 150


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_has_arguments_and_an_example(name: str) -> None:
    method = METHODS[name]
    text = inspect.getdoc(method) or ""
    named = [parameter for parameter in inspect.signature(method).parameters if parameter not in ("self", "params")]
    shared = re.search(r"arguments|options (?:are|as)", text.partition("Example:")[0])
    assert "Args:" in text or not named or shared
    assert ">>>" in text
