"""The descriptor that makes a handler when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

H = TypeVar("H")


class lazy(Generic[H]):  # noqa: N801 - reads as a keyword in the table of handlers
    """A handler of the client, made at its first use: ``roles: lazy[RolesHandler] = lazy(RolesHandler)``.

    Args:
        factory: The handler's class.
    """

    def __init__(self, factory: Callable[..., H]) -> None:
        self.factory = factory
        self.__doc__ = factory.__doc__
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, client: None, owner: type) -> lazy[H]: ...
    @overload
    def __get__(self, client: object, owner: type) -> H: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        collection = getattr(self.factory, "collection", "")
        model = client.models.get(collection) if collection else None
        handler = self.factory(client) if model is None else self.factory(client, model)
        # An attribute of the instance hides this descriptor from now on.
        client.__dict__[self._name] = handler
        return handler
