"""The built documentation in a browser: what its search box finds first, tabs, and no page wider than a phone."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
#: The query of a user, and the pages of which one must be found first.
QUERIES = {
    "upload a file into a folder": "upload",
    "sign visitors in": "visitors",
    "rows of a CSV": "import-files",
    "403 forbidden": "troubleshooting errors",
    "more than 100 items": "pagination",
    "rate limit": "retries",
    "many-to-many": "relations",
    "two-factor authentication": "two-factor",
    "mock in tests": "testing",
    "resume a download": "download",
    "pagination": "pagination",
    "upload": "upload",
    "log in with email": "authentication",
    "refresh token": "sessions",
    "self-signed certificate": "requests-session",
    "proxy": "requests-session",
    "timeout": "retries",
    "filter by date": "how-to/date-filters",
    "sort descending": "queries",
    "group by": "queries",
    "upsert": "sync",
    "update many items": "write-many",
    "translations": "how-to/translations",
    "websocket": "realtime",
    "GraphQL": "handlers/graphql",
    "custom endpoint": "handlers/index how-to/extending",
    "environment variables": "how-to/configuration",
    "pandas": "pandas",
    "jupyter": "notebooks",
    "progress bar": "write-many",
    "google login": "sso",
    "schema diff": "schema",
    "401 unauthorized": "troubleshooting errors",
    "duplicate key": "errors troubleshooting",
    "thumbnails": "images",
    "asyncio": "async",
    "logging": "observability",
    "migration from py-directus": "migration/py-directus",
    "django": "django",
    "flask": "flask",
}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the built documentation."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "sphinx", "-q", "-d", str(folder / "trees"), "-b", "html", "docs", str(folder / "html")]
    subprocess.run(build, cwd=ROOT, check=True)
    handler = functools.partial(_Quiet, directory=str(folder / "html"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.web
def test_the_search_box_finds_the_right_page_first(browser: Browser, site: str) -> None:
    page = browser.new_page()
    wrong = {}
    for query, pages in QUERIES.items():
        page.goto(f"{site}/index.html")
        page.fill("input[name=q] >> nth=0", query)
        page.press("input[name=q] >> nth=0", "Enter")
        href = page.wait_for_selector("ul.search li a", timeout=30_000).get_attribute("href")
        found = str(href).partition("#")[0].removesuffix(".html")
        if found not in pages.split():
            wrong[query] = found
    page.close()
    assert wrong == {}


@pytest.mark.web
def test_no_page_is_wider_than_a_phone_or_asks_another_host(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.goto(f"{site}/index.html")
    names = page.eval_on_selector_all(".sidebar-tree a.internal", "links => links.map(each => each.href)")
    assert len(names) > 60
    wide = []
    for name in dict.fromkeys(names):
        page.goto(name, wait_until="load")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide.append((name, width))
    page.close()
    assert wide == []
    assert {url for url in asked if not url.startswith((site, "data:"))} == set()


@pytest.mark.web
@pytest.mark.parametrize("name", ["javascript-items", "javascript-sessions"])
def test_one_click_shows_all_of_a_page_in_javascript(browser: Browser, site: str, name: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}/{name}.html")
    python, javascript = page.locator(".highlight-python"), page.locator(".highlight-js")
    assert python.count() == javascript.count() > 5
    assert [python.nth(number).is_visible() for number in range(python.count())] == [True] * python.count()
    page.locator("label.sd-tab-label", has_text="JavaScript").first.click()
    for number in range(javascript.count()):
        javascript.nth(number).wait_for(state="visible")
        python.nth(number).wait_for(state="hidden")
        box = javascript.nth(number).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    page.close()
