"""A server of Directus 8 that is busy, closed, or behind a proxy that fails."""

from __future__ import annotations

import pytest

from directus_sdk import RetryPolicy, errors
from directus_sdk.v8 import Directus8
from tests.v8.messages import Answer
from tests.v8.server import Server8

NO_RETRY = RetryPolicy(attempts=1)


def test_a_rate_limit_is_waited_for(server8: Server8) -> None:
    waits: list[float] = []
    server8.remaining = 0

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        server8.remaining = None

    with Directus8(server8.url, server8.project, token=server8.token, retry=RetryPolicy(sleep=sleep)) as d:
        assert d.items("movies").count() == 3
    assert len(waits) == 1


def test_maintenance(server8: Server8) -> None:
    server8.maintenance = True
    with Directus8(server8.url, server8.project, retry=NO_RETRY) as d, pytest.raises(errors.ServiceUnavailable) as caught:
        d.request("GET", "/items/movies")
    assert caught.value.code == 21


def test_a_proxy_in_front(server8: Server8) -> None:
    html = b"<html><head><title>502 Bad Gateway</title></head></html>"
    server8.script = lambda call: Answer(502, content=html, content_type="text/html")
    with Directus8(server8.url, server8.project, retry=NO_RETRY) as d, pytest.raises(errors.ServerError) as caught:
        d.request("GET", "/custom/x")
    assert "502 Bad Gateway" in str(caught.value)
    assert "<html>" not in str(caught.value)
