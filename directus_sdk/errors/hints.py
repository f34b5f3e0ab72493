"""Attributes that do not exist, with what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from directus_sdk.displayed import Displayed
from directus_sdk.redaction.tracebacks import guarded


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


class Hints(Displayed):
    """Base class: an attribute that other clients have, and this one has not, is an `UnknownAttribute` with a hint.

    ``__getattr__`` is called only for attributes that do not exist.
    """

    __slots__ = ()

    @classmethod
    def _explain_call(
        cls, error: TypeError, function: Callable[..., object], args: Sequence[object], kwargs: Mapping[str, object]
    ) -> None:
        """Add to the error of a call whose arguments do not fit what to write instead; called by the guard of the method."""
        from directus_sdk.errors.wrong_calls import advice

        instead = advice(cls, function, args, kwargs)
        if instead:
            error.args = (f"{error}; {instead}",)

    if not TYPE_CHECKING:  # a type checker would accept every name

        @_OfInstances
        @guarded
        def __getattr__(self, name: str) -> object:
            """Raise the error for an attribute that does not exist."""
            kind = type(self)
            if any(name in vars(parent) for parent in kind.__mro__):
                return object.__getattribute__(self, name)  # a property that has raised an AttributeError: its own error
            error = AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
            # Copies, pickles and notebooks look for names that begin with an underscore.
            if not name.startswith("_"):
                from directus_sdk.errors.suggestions import hint

                advice = hint(kind, name)
                if advice:
                    # Without the object, Python adds no suggestion of its own, which would contradict the hint.
                    error = UnknownAttribute(f"{error}: {advice}", name=name, obj=None)
            raise error


class ContainerHints(Hints):
    """Base class: also operations of containers, such as ``client["articles"]``, are errors with a hint."""

    __slots__ = ()

    if not TYPE_CHECKING:  # a type checker would take it for a container

        @guarded
        def __getitem__(self, key: object) -> object:
            raise _no_container(self, "is not subscriptable", "[:]" if isinstance(key, slice) else "[]", key)

        @guarded
        def __iter__(self) -> object:
            raise _no_container(self, "is not iterable", "for")

        @guarded
        def __contains__(self, key: object) -> bool:
            raise _no_container(self, "is not a container", "in", key)

        @guarded
        def __len__(self) -> int:
            raise _no_container(self, "has no len()", "len")

        def __bool__(self) -> bool:
            return True


class ClientHints(ContainerHints):
    """Base class of the client: also attributes that could be set and would change nothing are errors with a hint."""

    if not TYPE_CHECKING:

        @guarded
        def __setattr__(self, name: str, value: object) -> None:
            if name in _FIXED and not hasattr(type(self), name):
                from directus_sdk.errors.suggestions import hint

                advice = hint(type(self), "set_token" if "token" in name else name)
                raise UnknownAttribute(f"a client has no attribute {name!r} to set: {advice}", name=name, obj=None)
            object.__setattr__(self, name, value)


#: What is decided when a client is made.
_FIXED = frozenset(
    {"access_token", "base_url", "cert", "headers", "params", "proxies", "session", "timeout", "token", "verify"}
)


def _no_container(thing: object, reason: str, sign: str, key: object = None) -> TypeError:
    from directus_sdk.errors.foreign_operations import operation

    advice = operation(type(thing), sign, key)
    return TypeError(f"{type(thing).__name__!r} object {reason}{f': {advice}' if advice else ''}")
