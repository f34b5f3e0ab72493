"""Chromium, and the example sites with an OpenID provider."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from examples.magazine.start import SITES, Running, running
from tests.openid import openid_provider

#: Seconds for which an access token is valid.
ACCESS_TOKEN_TTL = 4
OUTPUT = Path(__file__).parents[2] / "build" / "web"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=["json", "session"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def example(mode: str) -> Iterator[Running]:
    """Both sites under gunicorn, on one Directus whose access tokens are always about to expire."""
    lifetimes = {"ACCESS_TOKEN_TTL": f"{ACCESS_TOKEN_TTL}s"}
    site_env = {"DIRECTUS_MODE": mode}
    with openid_provider() as issuer, running(*SITES, directus_env=lifetimes, site_env=site_env, issuer=issuer) as example:
        yield example
