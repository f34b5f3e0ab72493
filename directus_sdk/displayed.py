"""The base of objects that a notebook displays. What does the work is a higher layer, imported when something is displayed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_DISPLAY = "directus_sdk.display"


class Displayed:
    """Shows an object as HTML and as plain text in IPython; nothing is sent.

    As a base of a model of your own, of attrs, dataclasses or pydantic, it displays the fields of an item.

    Example:
        >>> from dataclasses import dataclass
        >>> from directus_sdk.display import Displayed
        >>> @dataclass
        ... class Article(Displayed):
        ...     id: int
        ...     title: str
        >>> "<th" in directus.items("articles", Article).read_one(1)._repr_html_()
        True
    """

    __slots__ = ()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        # IPython prefers the printer of a base such as list, and a class's own repr.
        if "_repr_pretty_" not in vars(cls):
            cls._repr_pretty_ = Displayed._repr_pretty_  # type: ignore[method-assign]

    def _card(self) -> Any:
        """Return a `directus_sdk.display.Card`: for an attrs class its attributes, otherwise its ``repr``."""
        return import_module(f"{_DISPLAY}.records").card_of(self)

    def _repr_html_(self) -> str:
        return str(import_module(f"{_DISPLAY}.html").render(self))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        text = import_module(f"{_DISPLAY}.text")
        is_part = len(getattr(printer, "stack", ())) > 1  # of a list, say
        printer.text("..." if cycle else text.line(self) if is_part else text.render(self, getattr(printer, "max_width", 79)))
