"""The attribute of the client that creates a handler at its first use."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import ClassVar, Generic, TypeVar, cast, overload

from directus_sdk.errors.transport import refuse_at_exit

H = TypeVar("H")


class EndpointGroup(Generic[H]):
    """An endpoint group of a client: an attribute whose handler is created at its first use.

    Args:
        handler: The handler's class. For the handlers of this package it is ``"module.Class"`` below
            `directus_sdk.handlers`, which is imported at the first use.

    Example:
        >>> class ArticlesHandler(ItemsHandler[dict]):
        ...     collection = "articles"
        ...     def drafts(self):
        ...         return self.count({"status": {"_eq": "draft"}})
        >>> class MyDirectus(Directus):
        ...     articles = EndpointGroup(ArticlesHandler)
        >>> MyDirectus(url, token=token).articles.drafts()
        5
    """

    #: The package of the handlers that are named by a string.
    package: ClassVar[str] = "directus_sdk.handlers"

    def __init__(self, handler: Callable[..., H] | str) -> None:
        self._handler = handler
        self._attribute = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._attribute = name

    @property
    def path(self) -> tuple[str, str]:
        """The module and the name of the handler's class, as they are written."""
        module, _, name = self._handler.partition(".") if isinstance(self._handler, str) else ("", "", "")
        return module, name

    @property
    def handler(self) -> Callable[..., H]:
        """The handler's class."""
        if not isinstance(self._handler, str):
            return self._handler
        refuse_at_exit()
        module, name = self.path
        return cast("Callable[..., H]", getattr(import_module(f"{self.package}.{module}"), name))

    @overload
    def __get__(self, client: None, owner: type) -> EndpointGroup[H]: ...
    @overload
    def __get__(self, client: object, owner: type) -> H: ...
    def __get__(self, client: object, owner: type) -> EndpointGroup[H] | H:
        if client is None:
            return self
        create = self.handler
        models: dict[str, type] = getattr(client, "models", {})
        model = models.get(getattr(create, "collection", ""))
        # An attribute of the instance hides this descriptor from now on.
        handler = vars(client)[self._attribute] = create(client) if model is None else create(client, model)
        return handler
