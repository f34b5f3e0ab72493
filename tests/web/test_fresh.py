"""Cached pages: they cost no request, and a change on the server reaches them at once, through a flow and the webhook."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.magazine.start import SITES, Running, running
from tests.web.visitor import Visitor

pytestmark = pytest.mark.web

PATH = "/articles/counting-waders-at-low-tide/"


@pytest.fixture(scope="module")
def example() -> Iterator[Running]:
    with running(*SITES, directus_env={"LOG_STYLE": "raw", "LOG_LEVEL": "info"}, images=3) as example:
        yield example


def requests_of(log: Path) -> list[str]:
    """Return the URLs that a Directus server was sent, from its access log."""
    urls = []
    for line in log.read_text().splitlines():
        entry = json.loads(line) if line.startswith("{") else {}
        if "req" in entry:
            urls.append(entry["req"]["url"])
    return urls


@pytest.mark.parametrize("name", SITES)
def test_a_cached_page_costs_no_request(example: Running, name: str) -> None:
    visitor = Visitor(next(site.url for site in example.sites if site.name == name))
    log = example.server.log
    before = len(requests_of(log))
    for path in ("/", PATH):
        assert visitor.get(path).status_code == 200
    assert len(sent := requests_of(log)) > before  # it was not cached yet, and the log does contain requests
    for _ in range(10):
        for path in ("/", PATH):
            assert visitor.get(path).status_code == 200
    assert requests_of(log) == sent
    visitor.close()


@pytest.mark.parametrize("name", SITES)
def test_a_change_by_another_client_is_on_the_page_within_a_second(example: Running, name: str) -> None:
    visitor = Visitor(next(site.url for site in example.sites if site.name == name))
    articles = example.server.directus().items("articles")
    key = articles.first(filter={"slug": {"_eq": "counting-waders-at-low-tide"}}, fields=["id"])["id"]
    for number in range(5):
        title = f"Counting waders, {name} {number}"
        assert title not in visitor.get(PATH).text
        articles.update_one(key, {"title": title})
        changed = time.monotonic()
        while title not in visitor.get(PATH).text:
            assert time.monotonic() - changed < 1.0
            time.sleep(0.02)
        # Both worker processes have it.
        assert all(title in visitor.get(PATH).text for _ in range(10))
    visitor.close()
