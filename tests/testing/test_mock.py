"""The transport without a network."""

from __future__ import annotations

from typing import Any

import pytest

from directus_sdk.testing import MockTransport


@pytest.mark.parametrize("handler", [{"id": 1}, "text", b"bytes"])
def test_one_answer_is_not_taken_for_a_list_of_them(handler: Any) -> None:
    with pytest.raises(TypeError, match=r"handler must be a function or a list of answers, not \w+: write \[answer\]"):
        MockTransport(handler)
