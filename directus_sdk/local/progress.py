"""How far a call is: a callback, a logger, or a progress bar."""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, Union

from directus_sdk.local.clock import monotonic

logger = logging.getLogger("directus_sdk.progress")

#: Called with what is done and what there is in all, in bytes or items; the second is ``None`` where nobody knows it.
OnProgress = Callable[[int, Union[int, None]], Any]

#: How progress is shown: ``True`` is a progress bar, ``"auto"`` a progress bar on a terminal or in a notebook and else a line
#: in the log every 10 seconds; a logger gets such lines; a function is called with the numbers.
Progress = Union[bool, Literal["auto"], logging.Logger, "logging.LoggerAdapter[Any]", OnProgress]

#: The seconds from one line of the log to the next.
INTERVAL = 10.0

_MISSING = "progress=True needs tqdm: pip install 'directus-python-sdk[progress]'"


@contextmanager
def reporting(on_progress: OnProgress | None, progress: Progress, label: str | None = None) -> Iterator[OnProgress | None]:
    """Give what is to be told of bytes: `on_progress`, what `progress` asks for, both, or ``None`` for neither.

    Args:
        on_progress: The function of the caller.
        progress: How else it is shown.
        label: What is shown of the call.

    Raises:
        ImportError: A bar is asked for and tqdm is not installed.
        TypeError: `progress` is none of what it can be.
    """
    with _telling(progress, label or "progress", None, "bytes") as tell:
        if tell is None or on_progress is None:
            yield on_progress if tell is None else tell
            return

        def both(done: int, total: int | None) -> None:
            tell(done, total)
            on_progress(done, total)

        yield both


def sent(on_progress: OnProgress | None, total: int) -> Callable[[int], None] | None:
    """Return what a `Window` is to tell the bytes that it has read."""
    return None if on_progress is None else lambda done: on_progress(done, total)


@contextmanager
def counting(progress: Progress, label: str, total: int | None) -> Iterator[Callable[[int], Any]]:
    """Give a function that is told how many more items are done, and does with it what `progress` asks for.

    Raises:
        ImportError: A bar is asked for and tqdm is not installed.
        TypeError: `progress` is none of what it can be.
    """
    with _telling(progress, label, total, "items") as tell:
        done = 0

        def count(items: int) -> None:
            nonlocal done
            done += items
            if tell is not None:
                tell(done, total)

        yield count


@contextmanager
def _telling(progress: Any, label: str, total: int | None, unit: str) -> Iterator[OnProgress | None]:
    # A name may hold what a terminal obeys, or a line break that makes two lines of the log of one.
    label = "".join(char if char.isprintable() else "?" for char in label)
    if progress is False or progress is None:
        yield None
    elif progress is True or (progress == "auto" and _has_bar()):
        with _bar(label, total, unit) as tell:
            yield tell
    elif progress == "auto" or hasattr(progress, "info"):
        lines = _Lines(logger if progress == "auto" else progress, label, unit)
        yield lines.tell
        lines.end()
    elif callable(progress):
        yield progress
    else:
        raise TypeError(f"progress must be True, False, 'auto', a logger or a function of (done, total), not {progress!r}")


def _has_bar() -> bool:
    """Tell whether there is somebody to see a bar, and tqdm to show it."""
    watched = _in_notebook() or (sys.stderr is not None and sys.stderr.isatty())
    return watched and importlib.util.find_spec("tqdm") is not None


def _in_notebook() -> bool:
    python = sys.modules.get("IPython")
    shell = python.get_ipython() if python is not None else None
    return getattr(shell, "kernel", None) is not None


@contextmanager
def _bar(label: str, total: int | None, unit: str) -> Iterator[OnProgress]:
    try:
        from tqdm import tqdm as base

        # tqdm.auto warns in a notebook without ipywidgets.
        if _in_notebook() and importlib.util.find_spec("ipywidgets") is not None:
            from tqdm import notebook

            base = notebook.tqdm
    except ImportError as error:
        raise ImportError(_MISSING) from error

    class Bar(base):  # type: ignore[misc]
        # tqdm would start a thread that outlives the bar.
        monitor_interval = 0

    scale = {"unit": "B", "unit_scale": True, "unit_divisor": 1024} if unit == "bytes" else {"unit": f" {unit}"}
    with Bar(total=total, desc=label, **scale) as shown:

        def tell(done: int, total: int | None) -> None:
            if shown.total != total:
                shown.total = total
                shown.refresh()
            shown.update(done - shown.n)  # a retry goes back to the beginning

        yield tell


class _Lines:
    """Writes to a log from time to time how far a call is, and at its end."""

    def __init__(self, log: Any, label: str, unit: str) -> None:
        self._log = log
        self._label = label
        self._unit = unit
        self._last = monotonic()
        self._told: tuple[int, int | None] | None = None

    def tell(self, done: int, total: int | None) -> None:
        self._told = done, total
        if monotonic() - self._last >= INTERVAL:
            self._last = monotonic()
            self._write()

    def end(self) -> None:
        self._write()

    def _write(self) -> None:
        if self._told is None:
            return
        done, total = self._told
        self._told = None
        if total is None:
            self._log.info("%s: %s %s", self._label, f"{done:,}", self._unit)
        else:
            share = 100 if total == 0 else done * 100 // total
            self._log.info("%s: %s of %s %s (%d %%)", self._label, f"{done:,}", f"{total:,}", self._unit, share)
