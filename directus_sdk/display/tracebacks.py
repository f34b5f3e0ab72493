"""Tracebacks in IPython without the frames of this package: where the user's code is, what happened, and what to do."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from directus_sdk.redaction.tracebacks import is_own_frame, line_of

#: Whether the frames of this package are shown; ``%directus_traceback full`` of the extension for IPython sets it.
show_all = False
_GROUP: Any = getattr(builtins, "BaseExceptionGroup", ())  # of Python 3.11


def render(error: BaseException, hint: str = "") -> list[str]:
    """Return the parts of the traceback of an error, as IPython has them.

    Args:
        error: The error.
        hint: What comes last.
    """
    shell = _shell()
    if shell is None:
        import traceback

        return traceback.format_exception(error)
    return _short(shell, getattr(shell, "InteractiveTB").structured_traceback, error, hint)  # noqa: B009 - a shell of IPython


def install(shell: object) -> None:
    """Leave the frames of this package out of the tracebacks of all errors, such as those that ours caused."""
    handler = getattr(shell, "InteractiveTB")  # noqa: B009
    make = type(handler).structured_traceback

    def structured_traceback(
        kind: Any = None, error: Any = None, traceback: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        if not isinstance(error, BaseException) or error.__traceback__ is not traceback:
            return [*make(handler, kind, error, traceback, *args, **kwargs)]
        return _short(shell, lambda kind, error, frames: make(handler, kind, error, frames, *args, **kwargs), error)

    handler.structured_traceback = structured_traceback
    show = getattr(shell, "showtraceback")  # noqa: B009
    if show.__module__ == __name__:
        return  # installed before

    def showtraceback(*args: Any, **kwargs: Any) -> None:
        error = None if show_all else sys.exc_info()[1]
        # Python prints groups, with the tracebacks that they have.
        with _without_own_frames(error if _has_group(error) else None) as hidden:
            show(*args, **kwargs)
        if hidden:
            sys.stderr.write(f"{_note(shell, hidden)}\n")

    vars(showtraceback)["__wrapped__"] = show  # that of the shell, or of another extension
    vars(shell)["showtraceback"] = showtraceback


def uninstall(shell: object) -> None:
    """Undo `install`."""
    show = getattr(shell, "showtraceback")  # noqa: B009
    if show.__module__ == __name__:
        vars(shell)["showtraceback"] = show.__wrapped__
    vars(getattr(shell, "InteractiveTB")).pop("structured_traceback", None)  # noqa: B009


def _short(shell: object, make: Callable[..., Iterable[str]], error: BaseException, hint: str = "") -> list[str]:
    if show_all:
        return [*make(type(error), error, error.__traceback__)]
    with _without_own_frames(error) as hidden:
        parts = [*make(type(error), error, error.__traceback__)]
    more = _note(shell, hidden)
    return [*parts, " ".join(filter(None, [hint, more]))] if hint or more else parts


def _note(shell: object, hidden: int) -> str:
    magic = "directus_traceback" in getattr(shell, "magics_manager").magics["line"]  # noqa: B009
    switch = "%directus_traceback full" if magic else "directus_sdk.display.full_tracebacks()"
    number = "1 frame of directus_sdk is" if hidden == 1 else f"{hidden} frames of directus_sdk are"
    return f"{number} hidden; {switch} shows {'it' if hidden == 1 else 'them'}." if hidden else ""


def _shell() -> object:
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _has_group(error: BaseException | None) -> bool:
    return error is not None and (isinstance(error, _GROUP) or _has_group(error.__context__))


@contextmanager
def _without_own_frames(error: BaseException | None) -> Iterator[int]:
    """Take our frames, and causes that have no others, out of an error for a moment; yields how many frames those are."""
    before: list[tuple[BaseException, TracebackType | None, BaseException | None, bool]] = []
    hidden, waiting = 0, [error]
    while waiting:
        link = waiting.pop()
        if link is None or any(link is seen for seen, *_ in before):
            continue
        cause, is_suppressed = link.__cause__, link.__suppress_context__
        before.append((link, link.__traceback__, cause, is_suppressed))
        frames = [*_frames(link.__traceback__)]
        others = _others(frames)
        if 0 < len(others) < len(frames):
            hidden += len(frames) - len(others)
            link.__traceback__ = _joined(others)
        following = cause if cause is not None else None if is_suppressed else link.__context__
        below = [] if following is None else [*_frames(following.__traceback__)]
        is_known = bool(below) or (following is not None and type(link).__module__.startswith("directus_sdk."))
        if is_known and all(is_own_frame(frame.tb_frame, below=True) for frame in below):
            link.__cause__ = following = None  # which suppresses the context too
        waiting += [following, *(getattr(link, "exceptions", ()) if isinstance(link, _GROUP) else ())]
    try:
        yield hidden
    finally:
        for link, traceback, cause, is_suppressed in before:
            link.__traceback__, link.__cause__ = traceback, cause
            link.__suppress_context__ = is_suppressed


def _others(frames: list[TracebackType]) -> list[TracebackType]:
    """Return the frames that are not ours, nor of a library that ours called."""
    others, ours = [], False
    for frame in frames:
        ours = is_own_frame(frame.tb_frame, below=ours)
        if not ours:
            others.append(frame)
    return others


def _frames(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _joined(frames: list[TracebackType]) -> TracebackType | None:
    joined: TracebackType | None = None
    for frame in reversed(frames):
        joined = TracebackType(joined, frame.tb_frame, frame.tb_lasti, line_of(frame))
    return joined
