"""The monotonic clock for timeouts and deadlines, which freezegun and similar tools do not freeze.

freezegun replaces ``time.monotonic`` in every module, and it does so for some threads only. A limit that one thread
makes with the frozen clock and another one compares with the real clock has passed before it begins.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

#: Seconds from an unspecified start: the same as ``time.monotonic()`` where nothing replaces that.
monotonic: Callable[[], float]

if hasattr(time, "clock_gettime"):
    # By its id, since an import while the clock is frozen would find the replacement under the name of the function.
    # On macOS `time.monotonic` does not read CLOCK_MONOTONIC but this one.
    monotonic = partial(time.clock_gettime, getattr(time, "CLOCK_UPTIME_RAW", time.CLOCK_MONOTONIC))
else:  # wrapped, since freezegun looks for the function itself in modules
    monotonic = partial(time.monotonic)
