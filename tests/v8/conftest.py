"""A loopback Directus 8 for each test, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.v8.server import Listener, Server8

if TYPE_CHECKING:
    from directus_sdk.v8 import Directus8


@pytest.fixture(scope="session")
def listener8() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def server8(listener8: Listener) -> Server8:
    """A server with fresh data, on the port of all tests."""
    return listener8.serve(Server8())


@pytest.fixture
def d(server8: Server8) -> Iterator[Directus8]:
    """An administrator with a static token."""
    from directus_sdk.v8 import Directus8

    with Directus8(server8.url, server8.project, token=server8.token) as directus:
        yield directus
