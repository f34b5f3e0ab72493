"""Attributes that do not exist, with what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING


class UnknownAttribute(AttributeError):
    """An attribute does not exist; the message says what to write instead."""


class _OfInstances:
    """A method that the class itself seems not to have: IPython completes nothing on objects with a ``__getattr__``.

    Args:
        function: The method.
    """

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function

    def __get__(self, instance: object, owner: type | None = None) -> Callable[..., object] | None:
        return None if instance is None else partial(self._function, instance)


class Hints:
    """Base class: an attribute that other clients have, and this one has not, is an `UnknownAttribute` with a hint.

    ``__getattr__`` is called only for attributes that do not exist.
    """

    __slots__ = ()

    if not TYPE_CHECKING:  # a type checker would accept every name

        @_OfInstances
        def __getattr__(self, name: str) -> object:
            """Raise the error for an attribute that does not exist."""
            kind = type(self)
            if any(name in vars(parent) for parent in kind.__mro__):
                return object.__getattribute__(self, name)  # a property that has raised an AttributeError: its own error
            error = AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
            # Copies, pickles and notebooks look for names that begin with an underscore.
            if not name.startswith("_"):
                from directus_sdk.errors.foreign_names import hint

                advice = hint(kind, name)
                if advice:
                    # Without the object, Python adds no suggestion of its own, which would contradict the hint.
                    error = UnknownAttribute(f"{error}: {advice}", name=name, obj=None)
            raise error
