"""Tracebacks in IPython without the frames of this package: where the user's code is, what happened, and what to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from directus_sdk.redaction.tracebacks import is_own_frame, line_of

#: Whether the frames of this package are shown; ``%directus_traceback full`` of the extension for IPython sets it.
show_all = False


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
    make = getattr(shell, "InteractiveTB").structured_traceback  # noqa: B009 - a shell of IPython
    if show_all:
        return [*make(type(error), error, error.__traceback__)]
    with _without_own_frames(error) as hidden:
        parts = [*make(type(error), error, error.__traceback__)]
    magic = "directus_traceback" in getattr(shell, "magics_manager").magics["line"]  # noqa: B009
    switch = "%directus_traceback full" if magic else "directus_sdk.display.full_tracebacks()"
    more = f"{hidden} frames of directus_sdk are hidden; {switch} shows them." if hidden else ""
    return [*parts, " ".join(filter(None, [hint, more]))] if hint or more else parts


def _shell() -> object:
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


@contextmanager
def _without_own_frames(error: BaseException) -> Iterator[int]:
    """Take our frames, and causes that have no others, out of an error for a moment; yields how many frames those are."""
    before = []
    hidden, link = 0, error
    while True:
        cause, is_suppressed = link.__cause__, link.__suppress_context__
        before.append((link, link.__traceback__, cause, is_suppressed))
        frames = [*_frames(link.__traceback__)]
        others = _others(frames)
        hidden += len(frames) - len(others)
        if others:
            link.__traceback__ = _joined(others)
        following = cause if cause is not None else None if is_suppressed else link.__context__
        if following is None or any(following is seen for seen, *_ in before):
            break
        if all(is_own_frame(frame.tb_frame, below=True) for frame in _frames(following.__traceback__)):
            link.__cause__ = None  # which suppresses the context too
            break
        link = following
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
