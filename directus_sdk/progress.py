"""How far an upload or a download is: a function of yours, or a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Union

#: Called with the bytes done and the bytes in all; the second is ``None`` where nobody knows it.
OnProgress = Callable[[int, Union[int, None]], Any]

_MISSING = "progress=True needs tqdm: pip install 'directus-python-sdk[progress]'"


@contextmanager
def reporting(on_progress: OnProgress | None, bar: bool, label: str | None = None) -> Iterator[OnProgress | None]:
    """Give what is to be told of progress: `on_progress`, a bar, both, or ``None`` for neither.

    Args:
        on_progress: The function of the caller.
        bar: Whether a bar is shown.
        label: What stands before the bar.

    Raises:
        ImportError: A bar is asked for and tqdm is not installed.
    """
    if not bar:
        yield on_progress
        return
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError(_MISSING) from error

    class Bar(tqdm):  # type: ignore[misc]
        # tqdm would start a thread that outlives the bar.
        monitor_interval = 0

    with Bar(total=None, desc=label, unit="B", unit_scale=True, unit_divisor=1024) as shown:

        def report(done: int, total: int | None) -> None:
            if shown.total != total:
                shown.total = total
                shown.refresh()
            shown.update(done - shown.n)  # a retry goes back to the beginning
            if on_progress is not None:
                on_progress(done, total)

        yield report


def sent(on_progress: OnProgress | None, total: int) -> Callable[[int], None] | None:
    """Return what a `Window` is to tell the bytes that it has read."""
    return None if on_progress is None else lambda done: on_progress(done, total)


@contextmanager
def counting(bar: bool, label: str, total: int | None) -> Iterator[Callable[[int], Any]]:
    """Give a function that is told how many more items are done: it moves a bar, or does nothing.

    Raises:
        ImportError: A bar is asked for and tqdm is not installed.
    """
    if not bar:
        yield lambda items: None
        return
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError(_MISSING) from error

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0  # no thread that outlives the bar

    with Bar(total=total, desc=label, unit=" items") as shown:
        yield shown.update
