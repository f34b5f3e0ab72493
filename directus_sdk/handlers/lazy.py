"""The descriptor that makes a handler when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

from directus_sdk.errors.transport import refuse_at_exit

H = TypeVar("H")


class lazy(Generic[H]):  # noqa: N801 - reads as a keyword in the table of handlers
    """A handler of the client, imported and made at its first use.

    Written as ``roles: lazy[RolesHandler[Role]] = lazy("RolesHandler")``.

    Args:
        name: The name of the handler's class in `directus_sdk.handlers`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._attribute = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._attribute = name

    @property
    def factory(self) -> Callable[..., H]:
        """The handler's class."""
        refuse_at_exit()
        from directus_sdk import handlers

        factory: Callable[..., H] = getattr(handlers, self.name)
        return factory

    @overload
    def __get__(self, client: None, owner: type) -> lazy[H]: ...
    @overload
    def __get__(self, client: object, owner: type) -> H: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self
        factory = self.factory
        collection = getattr(factory, "collection", "")
        model = client.models.get(collection) if collection else None
        handler = factory(client) if model is None else factory(client, model)
        # An attribute of the instance hides this descriptor from now on.
        client.__dict__[self._attribute] = handler
        return handler
