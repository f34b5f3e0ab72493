"""Interrupts code at one of its lines, as a signal handler can do between any two steps."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


class TimeLimit(Exception):
    """What a task queue raises in a task that takes too long; celery's is an `Exception` too."""


class Interrupter:
    """Raises at the line, or at the instruction, with this number, counted within the package, while an action runs.

    Attributes:
        place: Where that was, or ``None`` if there are fewer lines.
    """

    def __init__(self, number: int, error: type[BaseException], event: str = "line") -> None:
        self._event = event
        self._left = number
        self._error = error
        self.place: str | None = None

    def run(self, action: Callable[[], Any]) -> BaseException | None:
        """Run the action and return what came out of it."""
        before = sys.gettrace()
        # What a destructor raises comes out of nothing, so none runs at random.
        gc.disable()
        sys.settrace(self._enter)
        try:
            action()
        except BaseException as error:
            return error
        finally:
            sys.settrace(before)
            gc.enable()
        return None

    def _enter(self, frame: FrameType, event: str, arg: object) -> Any:
        name = str(frame.f_globals.get("__name__"))
        if not name.startswith("directus_sdk") or name.startswith("directus_sdk.testing"):
            return None
        frame.f_trace_opcodes = self._event == "opcode"
        return self._line

    def _line(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == self._event and self.place is None:
            self._left -= 1
            if self._left < 0:
                self.place = f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}"
                raise self._error("interrupted")
        return self._line
