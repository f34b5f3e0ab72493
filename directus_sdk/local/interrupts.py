"""Exceptions of signal handlers, such as the time limit of a task: they are not errors of the work that they interrupt.

``KeyboardInterrupt`` is not an `Exception`, but the time limits of task queues are: celery's ``SoftTimeLimitExceeded`` is
raised by whatever code runs at that moment. Code that collects or logs errors must not take it for an error of an item, a
listener or a storage, because the task would then continue beyond its limit.
"""

from __future__ import annotations

import threading
from types import CodeType, FrameType


def is_interrupt(error: BaseException) -> bool:
    """Tell whether an exception was raised by a signal handler.

    A handler is called with the frame that it interrupts, which is also its caller. No other function is called so.
    """
    if not isinstance(error, Exception):
        return True
    step = error.__traceback__
    while step is not None:
        if _is_handler(step.tb_frame, step.tb_frame.f_back):
            return True
        step = step.tb_next
    return False


def start(thread: threading.Thread) -> None:
    """Start a thread; an exception of a signal handler is raised as it is.

    ``Thread.start`` cleans up after any exception. Where the thread runs already, that is a ``KeyError`` of its own.
    """
    try:
        thread.start()
    except KeyError as error:
        raise (error.__context__ or error) from None


def _is_handler(frame: FrameType, caller: FrameType | None) -> bool:
    if caller is None:
        return False
    code: CodeType = frame.f_code
    # `*args` comes after the named ones.
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + 1]
    values: list[object] = [frame.f_locals.get(name) for name in names]
    return any(value is caller or (isinstance(value, tuple) and any(item is caller for item in value)) for value in values)
