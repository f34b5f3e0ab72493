"""What the names in a cell stand for: a client, or the handler of a collection. Nothing is evaluated.

Plain names are looked up, and the methods and attributes of this package's own classes are known by their classes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cached_property

import attrs

from directus_sdk.base_client import BaseClient
from directus_sdk.client import Directus
from directus_sdk.contrib.notebook.cell import Cell, Token
from directus_sdk.handlers import ItemsHandler, SingletonHandler
from directus_sdk.handlers.base import Handler
from directus_sdk.handlers.endpoint_group import EndpointGroup

_COPIES = frozenset({"with_options", "with_token", "from_env"})
_MADE_BY: Mapping[str, type] = {"items": ItemsHandler, "singleton": SingletonHandler}
#: How often one assignment may lead to another.
_DEPTH = 5


@attrs.frozen
class Subject:
    """A client or a handler.

    Attributes:
        cls: Its class.
        url: The base URL of its server; ``None`` if that is not known before the cell has run.
        collection: The collection of a handler.
    """

    cls: type
    url: str | None = None
    collection: str = ""

    def member(self, name: str) -> object:
        """Return an attribute of the class, without calling anything; ``None`` if there is none."""
        return None if name.startswith("_") else inspect.getattr_static(self.cls, name, None)

    def method(self, name: str) -> Callable[..., object] | None:
        """Return a public method of the class."""
        member = self.member(name)
        member = getattr(member, "__func__", member)
        return member if inspect.isfunction(member) else None

    def attribute(self, name: str) -> Subject | None:
        """Return the handler that is an attribute."""
        member = self.member(name)
        if isinstance(member, EndpointGroup):
            return self._of(member.handler)
        if isinstance(member, (property, cached_property)):
            function = member.fget if isinstance(member, property) else member.func
            returned = str(getattr(function, "__annotations__", {}).get("return", "")).partition("[")[0]
            return self._of(getattr(function, "__globals__", {}).get(returned))
        return None

    def _of(self, cls: object) -> Subject | None:
        if not (isinstance(cls, type) and issubclass(cls, Handler)):
            return None
        return Subject(cls, self.url, str(getattr(cls, "collection", "") or self.collection))


def subject_of(value: object) -> Subject | None:
    """Return what a value of the user is; ``None`` if it is not an object of this package."""
    if isinstance(value, BaseClient):
        return Subject(type(value), value.url)
    if isinstance(value, Handler):
        collection = getattr(value, "collection", "")
        return Subject(type(value), value._pipeline.base_url, collection if isinstance(collection, str) else "")
    if isinstance(value, type) and issubclass(value, BaseClient):
        return Subject(value)
    return None


def resolve(chain: list[Token], cell: Cell, names: Mapping[str, object], method: str = "") -> Subject | None:
    """Return what a chain such as ``directus.items("articles")`` stands for; ``None`` if that is not known.

    Args:
        chain: The tokens of the chain.
        cell: The cell.
        names: The variables of the user.
        method: What is called of it: only a client has `items` and `singleton` that take a name.
    """
    subject, value = _walk(chain, cell, names, _DEPTH)
    return _client(subject, value, method) if chain else None


def _client(subject: Subject | None, value: object, method: str) -> Subject | None:
    return Subject(Directus) if subject is None and value is None and method in _MADE_BY else subject


def _walk(chain: list[Token], cell: Cell, names: Mapping[str, object], depth: int) -> tuple[Subject | None, object]:
    """Return what a chain stands for, or the value of the user that it is; neither for what has no value yet."""
    if not chain or depth == 0:
        return None, None
    first, rest = chain[0], chain[1:]
    subject, value = _walk(cell.assigned(first.text) if first.kind == "name" else [*first.inside], cell, names, depth - 1)
    if first.kind == "name" and subject is None:
        value = names.get(first.text)
        subject = Subject(Directus) if first.text == "connect" and rest and rest[0].kind == "(" else subject_of(value)
    while rest:
        if rest[0].kind == "(":  # a class, or `connect`, is called
            value, rest = None, rest[1:]
        elif rest[0].text != "." or len(rest) < 2:
            subject, value, rest = None, None, rest[1:]
        elif len(rest) > 2 and rest[2].kind == "(":
            client = _client(subject, value, rest[1].text)
            subject, value = client and _called(client, rest[1].text, rest[2].inside, cell, names), None
            rest = rest[3:]
        else:
            value = inspect.getattr_static(value, rest[1].text, None)
            subject, rest = subject.attribute(rest[1].text) if subject else subject_of(value), rest[2:]
    return subject, value


def _called(
    subject: Subject, name: str, arguments: tuple[Token, ...], cell: Cell, names: Mapping[str, object]
) -> Subject | None:
    if name in _COPIES:
        return subject
    if name not in _MADE_BY or not issubclass(subject.cls, BaseClient):
        return None
    return Subject(_MADE_BY[name], subject.url, text_of(list(arguments[:1]), cell, names))


def text_of(tokens: list[Token], cell: Cell, names: Mapping[str, object]) -> str:
    """Return the string that an argument is, directly or by a plain name; empty if it is not one."""
    if len(tokens) != 1:
        return ""
    tokens = cell.assigned(tokens[0].text) or tokens if tokens[0].kind == "name" else tokens
    value = tokens[0].text if tokens[0].kind == "string" else names.get(tokens[0].text)
    return value if isinstance(value, str) else ""
