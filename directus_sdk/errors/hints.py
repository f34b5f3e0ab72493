"""Attributes that do not exist, with what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING


class UnknownAttribute(AttributeError):
    """An attribute does not exist; the message says what to write instead."""


class Hints:
    """Base class: an attribute that other clients have, and this one has not, is an `UnknownAttribute` with a hint.

    ``__getattr__`` is called only for attributes that do not exist.
    """

    __slots__ = ()

    if not TYPE_CHECKING:  # a type checker would accept every name

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
