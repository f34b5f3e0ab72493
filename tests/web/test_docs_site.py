"""The built documentation in a browser: what its search box finds first, tabs, and no page wider than a phone."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from ..docs_queries import QUERIES, TYPED

ROOT = Path(__file__).parents[2]


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
    for query, pages in TYPED.items():
        page.goto(f"{site}/index.html")
        page.fill("input[name=q] >> nth=0", query)
        page.press("input[name=q] >> nth=0", "Enter")
        href = page.wait_for_selector("ul.search li a", timeout=30_000).get_attribute("href")  # type: ignore[union-attr]
        found = str(href).partition("#")[0].removesuffix(".html")
        if found not in pages.split():
            wrong[query] = found
    page.close()
    assert wrong == {}


#: The first page of the results, for each of the queries.
FIRST = "queries => queries.map(query => (Search._performSearch(query).pop() || [''])[0])"


@pytest.mark.web
def test_the_script_of_the_search_finds_the_right_page_first(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/search.html?q=pagination")
    page.wait_for_selector("ul.search li a")
    found = dict(zip(QUERIES, page.evaluate(FIRST, list(QUERIES)), strict=True))
    page.close()
    wrong = {query: first for query, first in found.items() if first not in QUERIES[query].split()}
    assert len(wrong) <= len(QUERIES) * 0.03, wrong


@pytest.mark.web
def test_the_search_needs_no_mouse(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/index.html")
    page.keyboard.press("/")
    page.keyboard.type("rate limit")
    page.keyboard.press("Enter")
    page.wait_for_selector("ul.search li + li a")
    for key in ("/", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.partition("#")[0] == f"{site}/retries.html"
    page.close()


@pytest.mark.web
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_that_does_not_exist_leads_to_the_search(browser: Browser, site: str, scheme: Literal["light", "dark"]) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    prefix = "/en/latest/"  # of DOCS_BASE_URL
    page.route(f"**{prefix}**", lambda route: route.continue_(url=route.request.url.replace(prefix, "/")))
    page.goto(f"{site}/404.html")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")
    page.fill("article input[name=q]", "pagination")
    page.press("article input[name=q]", "Enter")
    assert "pagination" in str(page.wait_for_selector("ul.search li a").get_attribute("href"))  # type: ignore[union-attr]
    page.close()


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
def test_a_wide_table_on_a_phone_keeps_its_words_whole(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}/comparison.html")
    heads = "cells => cells.map(each => [each.innerText, each.querySelector('p').getClientRects()[0].height])"
    heights = dict(page.eval_on_selector_all("th", heads))
    page.close()
    assert heights["plain requests"] == 2 * heights["situation"]  # one line for each word


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
