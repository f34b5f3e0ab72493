"""The interface of transports."""

from __future__ import annotations

import pytest

from directus_sdk.http.transport import Transport


def test_a_transport_has_to_send() -> None:
    with pytest.raises(TypeError):
        Transport()  # type: ignore[abstract]
