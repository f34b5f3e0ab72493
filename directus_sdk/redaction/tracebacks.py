"""Tracebacks without the local variables of our frames: an error report shows where an error occurred, and no password.

Tools such as sentry-sdk, rich and ``pytest -l`` show the local variables of each frame of a traceback, and walk through
mappings and bytes whatever their repr is. So in an error that leaves a public method, our frames are replaced by frames of
the same file, line and function without variables. Frames of the user's own functions, such as a generator or a listener
that was called in between, stay as they are.
"""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from types import CodeType, FrameType, FunctionType, GeneratorType, TracebackType
from typing import ParamSpec, TypeVar, cast

from directus_sdk import signatures
from directus_sdk.signatures import SpelledSignature, has_keywords

C = TypeVar("C", bound=type)
E = TypeVar("E", bound=BaseException)
F = TypeVar("F", bound=Callable[..., object])
P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")
Y = TypeVar("Y")

_PACKAGE = "directus_sdk"
#: Libraries below us, whose frames hold the data that we send.
_BELOW = frozenset({"requests", "urllib3", "requests_toolbelt", "http", "ssl", "socket", "websockets", "json", "redis"})
#: Methods with such names are public too.
_MAGIC = frozenset({"__init__", "__next__", "__enter__", "__exit__", "__call__"})
#: In the globals of a frame without variables.
_MARK = "__directus_sdk_blank__"


def blank_frames(error: BaseException) -> BaseException:
    """Remove the local variables of our frames, in the traceback of an error, of its cause and of its context.

    Args:
        error: The error; it is changed in place.

    Returns:
        The same error.
    """
    waiting, seen = [(error, False)], {id(error)}
    while waiting:
        link, below = waiting.pop()
        if link.__traceback__ is not None:
            link.__traceback__ = _blank(link.__traceback__, ours=below)
        # The cause of one of our errors was raised below us: its own causes have frames of its library only.
        is_ours = _package(type(link).__module__) == _PACKAGE
        for other, inside in ((link.__cause__, below or is_ours), (link.__context__, below)):
            if other is not None and id(other) not in seen:
                seen.add(id(other))
                waiting.append((other, inside))
    return error


def separate_error(error: E) -> E:
    """Return a copy of an error for another thread or another receiver.

    If one error was raised in two threads, each would see the frames of the other.
    """
    try:
        other = copy.copy(error)
    except (TypeError, ValueError, AttributeError):  # an error of another package that cannot be copied
        return error
    other.__cause__, other.__context__ = error.__cause__, error.__context__
    other.__suppress_context__ = error.__suppress_context__
    return other.with_traceback(error.__traceback__)


def without_locals(cls: C) -> C:
    """Class decorator: errors that leave the public methods have no variables in our frames.

    Classes of other packages, such as a storage of the user's own, stay as they are.
    """
    if _package(cls.__module__) == _PACKAGE:
        for name, member in list(vars(cls).items()):
            if isinstance(member, FunctionType) and (not name.startswith("_") or name in _MAGIC):
                setattr(cls, name, guarded(member))
            elif isinstance(member, classmethod) and not name.startswith("_"):
                setattr(cls, name, classmethod(guarded(member.__func__)))
    return cls


def guarded(function: F) -> F:
    """Return a function, or a generator function, whose errors show no variables of our frames.

    Its signature spells out the keywords of an unpacked TypedDict.
    """
    if hasattr(function, "__wrapped__") or getattr(function, "__isabstractmethod__", False):
        return function  # guarded already, or a context manager, whose errors are raised by its user
    made = _guarded_generator(function) if inspect.isgeneratorfunction(function) else _guarded_function(function)
    if has_keywords(function):
        vars(made)["__signature__"] = SpelledSignature.of(function)
    return cast("F", made)


def _guarded_function(function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def guard(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - it is raised again
            if type(error) is TypeError:
                _explain(error, function, args, kwargs)
            del args, kwargs
            raise _without_this_frame(error)  # noqa: B904 - it is the same error

    return guard


def _explain(error: TypeError, function: Callable[..., object], args: Sequence[object], kwargs: Mapping[str, object]) -> None:
    """Have the class of a method explain arguments that do not fit the method: then it was not even entered."""
    inner = error.__traceback__ and error.__traceback__.tb_next
    if not args or (inner and (inner.tb_next or inner.tb_frame.f_globals.get("__name__") != signatures.__name__)):
        return
    kind = args[0] if isinstance(args[0], type) else type(args[0])
    explain = getattr(kind, "_explain_call", None)
    if explain is not None:
        explain(error, function, args[1:], kwargs)


def _guarded_generator(function: Callable[P, Generator[Y, S, R]]) -> Callable[P, Iterator[Y]]:
    @functools.wraps(function)
    def guard(*args: P.args, **kwargs: P.kwargs) -> Iterator[Y]:
        return _each(function(*args, **kwargs))

    return guard


def _each(generator: Generator[Y, S, R]) -> Generator[Y, S, R]:
    try:
        return (yield from generator)
    except BaseException as error:  # noqa: BLE001 - it is raised again
        raise _without_this_frame(error)  # noqa: B904 - it is the same error


def _without_this_frame(error: BaseException) -> BaseException:
    if "IPython" in sys.modules and not hasattr(error, "_render_traceback_"):
        error.__dict__["_render_traceback_"] = _render_last
    # Raising it once more adds the frame of the guard again.
    return blank_frames(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next))


def _render_last() -> list[str]:
    """Return the traceback of an error that is not a `DirectusError`; IPython calls it, and has set ``sys.last_value``."""
    parts: list[str] = import_module("directus_sdk.display.tracebacks").render(sys.last_value)  # a higher layer
    return parts


def is_own_frame(frame: FrameType, *, below: bool = False) -> bool:
    """Tell whether a frame is one of this package, or of a library below it.

    Args:
        frame: The frame.
        below: Whether those of libraries count too.
    """
    package = _package(frame.f_globals.get("__name__"))
    return package == _PACKAGE or (below and package in _BELOW)


def _package(module: object) -> str:
    return str(module).partition(".")[0]


def _blank(traceback: TracebackType, *, ours: bool) -> TracebackType:
    """Return a traceback of the same lines; frames of libraries that our frames called are blank too.

    Args:
        traceback: The traceback.
        ours: Whether our frames called the first one.
    """
    links: list[TracebackType] = []
    link: TracebackType | None = traceback
    while link is not None:
        links.append(link)
        link = link.tb_next
    blanks = []
    for link in links:
        package = _package(link.tb_frame.f_globals.get("__name__"))
        ours = ours or package == _PACKAGE
        blanks.append(ours and (package == _PACKAGE or package in _BELOW) and _MARK not in link.tb_frame.f_globals)
    if not any(blanks):
        return traceback
    below: TracebackType | None = None
    for link, blank in zip(reversed(links), reversed(blanks), strict=True):
        line = line_of(link)
        frame, last = (_empty_frame(link.tb_frame, link.tb_lasti, line) if blank else None) or (link.tb_frame, link.tb_lasti)
        below = TracebackType(below, frame, last, line)
    assert below is not None
    return below


def line_of(link: TracebackType) -> int:
    """Return the line of a part of a traceback, or the first one of its function.

    Steps of the compiler, such as leaving a `with`, have no line, or a negative one; an interrupt can strike there too.
    """
    return max(link.tb_lineno or 0, 0) or link.tb_frame.f_code.co_firstlineno


def _empty_frame(frame: FrameType, last: int, line: int) -> tuple[FrameType, int] | None:
    """Return a frame of the same file, line and function that has no variables, and the instruction that it is at.

    It is the frame of a generator that never ran, so it does not lead to the frames that it was made in either.
    """
    code, last = _placed(frame.f_code, last, line)
    names = {"__name__": frame.f_globals.get("__name__"), "__file__": code.co_filename, _MARK: True}
    made: GeneratorType[None, None, None] = FunctionType(code, names)()
    empty: FrameType | None = made.gi_frame
    return None if empty is None else (empty, last)


@lru_cache(maxsize=1024)
def _placed(code: CodeType, last: int, line: int) -> tuple[CodeType, int]:
    """Return the code of a generator at the place of an instruction, and which of its instructions is there."""
    start, end, column, end_column = line, line, 0, 0
    if sys.version_info >= (3, 11):
        position = next(iter(list(code.co_positions())[last // 2 : last // 2 + 1]), None)
        if position is not None and None not in position and position[0] == line:
            start, end, column, end_column = (number or 0 for number in position)
    place = {"lineno": start, "end_lineno": end, "col_offset": column, "end_col_offset": end_column}
    tree = ast.parse("def generator():\n    yield")
    nodes: list[ast.AST] = [tree]
    for node in nodes:  # not `ast.walk`, which imports: that fails while the interpreter shuts down
        nodes.extend(ast.iter_child_nodes(node))
        for name, value in place.items():
            setattr(node, name, value)
    module = compile(tree, code.co_filename, "exec")
    made: CodeType = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
    if sys.version_info >= (3, 11):
        places = list(made.co_positions())
        at = places.index((start, end, column, end_column)) if (start, end, column, end_column) in places else 0
        return made.replace(co_name=code.co_name, co_qualname=code.co_qualname), 2 * at
    else:  # noqa: RET505 - mypy for Python 3.10 would call what follows unreachable
        return made.replace(co_name=code.co_name), 0
