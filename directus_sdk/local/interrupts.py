"""Exceptions that are not about what was done: those of signal handlers, such as a task's time limit.

``KeyboardInterrupt`` is no `Exception`, but the time limits of task queues are: celery's ``SoftTimeLimitExceeded`` comes
out of whatever stands at that moment. What collects or logs errors must not take such a one for an error of an item, a
listener or a storage: then the task would go on beyond its limit.
"""

from __future__ import annotations

from types import CodeType, FrameType
from typing import Any


def is_interrupt(error: BaseException) -> bool:
    """Tell whether an exception was raised by a signal handler.

    A handler is called with the frame that it interrupts, which is its caller too. No other function has that.
    """
    if not isinstance(error, Exception):
        return True
    step = error.__traceback__
    while step is not None:
        if _is_handed(step.tb_frame, step.tb_frame.f_back):
            return True
        step = step.tb_next
    return False


def _is_handed(frame: FrameType, caller: FrameType | None) -> bool:
    if caller is None:
        return False
    code: CodeType = frame.f_code
    # What `*args` holds stands behind the named ones.
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + 1]
    values: list[Any] = [frame.f_locals.get(name) for name in names]
    return any(value is caller or (isinstance(value, tuple) and any(part is caller for part in value)) for value in values)
