"""The tour as a page in Chromium: light and dark, nothing sticks out, nothing is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser

from directus_sdk.testing import DirectusServer
from tests import notebooks
from tests.web.conftest import OUTPUT

pytestmark = pytest.mark.web

#: The height of the highest output that a reader scrolls past, in pixels.
HIGHEST = 700


@pytest.fixture(scope="module")
def tour(directus_server: DirectusServer, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("tour")
    shutil.copy(notebooks.TOUR.with_name("airports.csv"), folder)
    return notebooks.executed(notebooks.tour(), directus_server.url, directus_server.admin_token, folder)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tour_looks_good(browser: Browser, tour: Any, theme: Literal["light", "dark"], tmp_path: Path) -> None:
    file = tmp_path / "tour.html"
    file.write_text(notebooks.page(tour, theme), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=theme)
    page = context.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(file.as_uri())
    OUTPUT.joinpath("notebook").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=OUTPUT / "notebook" / f"tour-{theme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    heights = page.evaluate("[...document.querySelectorAll('.jp-OutputArea-output')].map(each => each.offsetHeight)")
    assert len(heights) >= 12
    assert max(heights) < HIGHEST
    assert [url for url in requested if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()
