"""The check of timeouts."""

from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import ConfigurationError
from directus_sdk.http.options import check_timeout


@pytest.mark.parametrize("timeout", [None, 1, 0.5, (1, 2), (None, 5), (5, None)])
def test_timeouts(timeout: Any) -> None:
    assert check_timeout(timeout) == timeout


@pytest.mark.parametrize("timeout", [0, -1, True, "5", (1,), (1, 2, 3), (0, 5), (1, "5"), [1, 2], float("nan")])
def test_timeouts_that_make_no_sense(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout"):
        check_timeout(timeout)
