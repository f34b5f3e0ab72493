"""A loopback Directus 8 for each test, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.v8.server import Server8

if TYPE_CHECKING:
    from directus_sdk.v8 import Directus8


@pytest.fixture
def server8() -> Iterator[Server8]:
    """A server that starts in milliseconds, with fresh data."""
    with Server8() as server:
        yield server


@pytest.fixture
def d(server8: Server8) -> Iterator[Directus8]:
    """An administrator with a static token."""
    from directus_sdk.v8 import Directus8

    with Directus8(server8.url, server8.project, token=server8.token) as directus:
        yield directus
