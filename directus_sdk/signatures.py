"""Signatures that spell out keywords: ``**params: Unpack[Query]`` is shown as ``filter``, ``fields``, ``limit`` and so on.

`help`, ``?`` and completion in IPython, `inspect.signature` and the generated documentation show what a function's
``__signature__`` holds. It is computed when it is first looked at, so it costs nothing where a function is defined or called.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from inspect import Parameter, Signature
from types import CodeType
from typing import Any, TypeVar, cast

Method = TypeVar("Method", bound=Callable[..., Any])

_UNPACK = "Unpack["


class SpelledSignature(Signature):
    """The signature of a function, computed when it is first looked at.

    Args:
        function: The function. Keywords of an unpacked TypedDict become parameters that are ``None`` by default.
    """

    __slots__ = ("_function",)
    _function: Callable[..., object]

    @classmethod
    def of(cls, function: Callable[..., object]) -> SpelledSignature:
        """Return the signature of a function; nothing is computed yet."""
        # The attributes that the base class sets when it is created stay unset until `__getattr__` is called for one.
        signature = cls.__new__(cls)
        signature._function = function
        return signature

    def __getattr__(self, name: str) -> object:
        if name not in ("_parameters", "_return_annotation"):
            raise AttributeError(name)
        function: Any = self._function
        whole = spelled(inspect.signature(function), function.__globals__)
        Signature.__init__(self, list(whole.parameters.values()), return_annotation=whole.return_annotation)
        return object.__getattribute__(self, name)

    def __reduce__(self) -> str | tuple[object, ...]:
        return Signature(list(self.parameters.values()), return_annotation=self.return_annotation).__reduce__()

    def __repr__(self) -> str:
        return f"<Signature {self}>"


def has_keywords(function: Callable[..., object]) -> bool:
    """Return whether a function takes any keywords, which `SpelledSignature` may spell out."""
    code: CodeType | None = getattr(function, "__code__", None)
    return code is not None and bool(code.co_flags & inspect.CO_VARKEYWORDS)


def renamed(**names: str) -> Callable[[Method], Method]:
    """Accept the earlier names of parameters as keywords; the signature shows the present ones."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def call(*args: object, **kwargs: object) -> object:
            for earlier, name in names.items():
                if earlier in kwargs and name not in kwargs:
                    kwargs[name] = kwargs.pop(earlier)
            return method(*args, **kwargs)

        # The guard of the class wraps it too, which it would not if this looked like a guard.
        del call.__wrapped__
        call.__signature__ = SpelledSignature.of(method)  # type: ignore[attr-defined]
        return cast("Method", call)

    return decorate


def spelled(plain: Signature, names: Mapping[str, Any]) -> Signature:
    """Return a signature in which the keywords of an unpacked TypedDict are parameters.

    Args:
        plain: The signature; its annotations are strings.
        names: The names of the module that the function is in.
    """
    return plain.replace(parameters=list(_parameters(plain, names)))


def _parameters(plain: Signature, names: Mapping[str, Any]) -> Iterator[Parameter]:
    for parameter in plain.parameters.values():
        annotation = parameter.annotation
        if parameter.kind is Parameter.VAR_KEYWORD and isinstance(annotation, str) and annotation.startswith(_UNPACK):
            typed = names.get(annotation[len(_UNPACK) : -1])
            if typed is None:  # imported for type checkers only; an error here would end a Tab in IPython
                yield parameter
                continue
            # A signature cannot hold a keyword beside a positional-only parameter of the same name.
            others = {name: kind for name, kind in typed.__annotations__.items() if name not in plain.parameters}
            for name, kind in others.items():
                yield Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=getattr(kind, "__forward_arg__", kind))
        else:
            yield parameter
