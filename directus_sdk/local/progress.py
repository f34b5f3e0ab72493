"""The progress of uploads, downloads and bulk operations: a callback, lines in a log, or a progress bar."""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, Union

import attrs

from directus_sdk.local.clock import monotonic

logger = logging.getLogger("directus_sdk.progress")

#: Called with the bytes or items done, and with all of them, or ``None`` where that is unknown.
OnProgress = Callable[[int, Union[int, None]], object]

#: How progress is shown: ``True`` is a progress bar, ``"auto"`` a progress bar on a terminal or in a notebook and else a line
#: in the log every 10 seconds; a logger gets such lines; a function is called with the numbers.
Progress = Union[bool, Literal["auto"], logging.Logger, "logging.LoggerAdapter[Any]", OnProgress]

#: The seconds from one line of the log to the next.
INTERVAL = 10.0

_MISSING = "progress=True needs tqdm: pip install 'directus-python-sdk[progress]'"


def check_progress(on_progress: object, progress: object) -> None:
    """Check the arguments of a call that shows progress.

    Raises:
        TypeError: `on_progress` or `progress` is not a valid value.
    """
    if on_progress is not None and not callable(on_progress):
        raise TypeError(f"on_progress must be a function of (done, total), not {on_progress!r}")
    valid = progress is None or isinstance(progress, bool) or progress == "auto"
    if not (valid or hasattr(progress, "info") or callable(progress)):
        raise TypeError(f"progress must be True, False, 'auto', a logger or a function of (done, total), not {progress!r}")


@contextmanager
def reporting(on_progress: OnProgress | None, progress: Progress, label: str | None = None) -> Iterator[OnProgress | None]:
    """Yield the callback for bytes: `on_progress`, the one for `progress`, both, or ``None`` for neither.

    Args:
        on_progress: The function of the caller.
        progress: How else it is shown.
        label: The name of the call in the progress bar or log.

    Raises:
        ImportError: tqdm, which a progress bar needs, is not installed.
        TypeError: `on_progress` or `progress` is not a valid value.
    """
    check_progress(on_progress, progress)
    with _report_of(progress, label or "progress", None, "bytes") as show:
        if show is None or on_progress is None:
            yield on_progress if show is None else show
            return

        def both(done: int, total: int | None) -> None:
            show(done, total)
            on_progress(done, total)

        yield both


def sent(on_progress: OnProgress | None, total: int) -> Callable[[int], object] | None:
    """Return a callback for the bytes that were read of a source of so many bytes."""
    return None if on_progress is None else lambda done: on_progress(done, total)


@contextmanager
def counting(progress: Progress, label: str, total: int | None) -> Iterator[Callable[[int], object]]:
    """Yield a function to call with the number of items that were done since its last call.

    Raises:
        ImportError: tqdm, which a progress bar needs, is not installed.
        TypeError: `progress` is not a valid value.
    """
    with _report_of(progress, label, total, "items") as show:
        done = 0

        def count(items: int) -> None:
            nonlocal done
            done += items
            if show is not None:
                show(done, total)

        yield count


@contextmanager
def _report_of(progress: Progress | None, label: str, total: int | None, unit: str) -> Iterator[OnProgress | None]:
    check_progress(None, progress)
    # A name may contain control sequences of a terminal, or a line break, which would forge a line of the log.
    label = "".join(char if char.isprintable() else "?" for char in label)
    if progress is False or progress is None:
        yield None
    elif progress is True or (progress == "auto" and _has_bar()):
        with _bar(label, total, unit) as show:
            yield show
    elif progress == "auto" or hasattr(progress, "info"):
        lines = _Lines(logger if progress == "auto" else progress, label, unit)
        yield lines.show
        lines.end()
    else:
        yield progress


def _has_bar() -> bool:
    """Tell whether a progress bar would be seen, and tqdm is installed."""
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
        # tqdm would start a thread that outlives the progress bar.
        monitor_interval = 0

    scale = {"unit": "B", "unit_scale": True, "unit_divisor": 1024} if unit == "bytes" else {"unit": f" {unit}"}
    with Bar(total=total, desc=label, **scale) as bar:

        def show(done: int, total: int | None) -> None:
            if bar.total != total:
                bar.total = total
                bar.refresh()
            bar.update(done - bar.n)  # a retry starts at 0 again

        yield show


@attrs.define
class _Lines:
    """Writes the progress of a call to a log, every 10 seconds and at its end."""

    _log: Any
    _label: str
    _unit: str
    _last: float = attrs.field(factory=lambda: monotonic(), init=False)  # noqa: PLW0108 - tests replace the clock
    _unwritten: tuple[int, int | None] | None = attrs.field(default=None, init=False)

    def show(self, done: int, total: int | None) -> None:
        self._unwritten = done, total
        if monotonic() - self._last >= INTERVAL:
            self._last = monotonic()
            self._write()

    def end(self) -> None:
        self._write()

    def _write(self) -> None:
        if self._unwritten is None:
            return
        done, total = self._unwritten
        self._unwritten = None
        if total is None:
            self._log.info("%s: %s %s", self._label, f"{done:,}", self._unit)
        else:
            share = 100 if total == 0 else done * 100 // total
            self._log.info("%s: %s of %s %s (%d %%)", self._label, f"{done:,}", f"{total:,}", self._unit, share)
