"""Both example sites in Chromium: what a visitor does, what it looks like, and what the browser gets to see."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from examples.magazine.drawing import seascape
from examples.magazine.project import EDITORS
from examples.magazine.start import Running, Site
from tests.web.conftest import ACCESS_TOKEN_TTL, OUTPUT
from tests.web.dumps import decoded, dumps
from tests.web.visitor import JWT, LOGIN, end_sessions, sessions

pytestmark = [pytest.mark.web, pytest.mark.parametrize("name", ["django", "flask"])]

WIDTHS = {1280: 900, 390: 844}
PHOTO = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": seascape(40)}


class Tab:
    """A page of the browser, which remembers all that the browser got."""

    def __init__(self, browser: Browser, example: Running, site: Site, shots: Path | None) -> None:
        self.context = browser.new_context()
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.site, self.server, self._shots = site, example.server, shots
        self.received: list[tuple[str, str]] = []
        self.tokens: set[str] = set()
        self.errors: list[str] = []
        self.page.on("response", self._on_response)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str) -> int:
        response = self.page.goto(self.site.url + path)
        assert response is not None
        self.note()
        return response.status

    def note(self) -> None:
        """Remember the page, the cookies, and the tokens that the server knows at this moment."""
        cookies = {str(cookie["name"]): str(cookie["value"]) for cookie in self.context.cookies()}
        storage = self.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        self.received += [(self.page.url, self.page.content()), ("cookies", str(cookies)), ("storage", storage)]
        if "session" in cookies:
            self.received.append(("session of Flask", decoded(cookies["session"])))
        self.tokens |= sessions(self.server.folder)

    def shoot(self, name: str) -> None:
        """Take screenshots at both widths. Nothing may stick out."""
        self.note()
        for width, height in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
            # A photo that does not load would be a timeout here.
            self.page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth)")
            assert self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
            if self._shots is not None:
                self.page.screenshot(path=self._shots / f"{name}-{width}.png", full_page=True)
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def sign_in(self, password: str) -> None:
        self.page.fill("[name=email], [name=username]", EDITORS[0])
        self.page.fill("[name=password]", password)
        self.page.click("main button")
        self.note()

    def is_at(self, path: str) -> bool:
        return self.page.url.removeprefix(self.site.url) == path

    def leaks(self) -> list[str]:
        """Return which pages, headers, cookies, logs and sessions of the framework contain a token."""
        everything = [*self.received, ("log", self.site.log.read_text()), *(("dump", text) for text in dumps(self.site))]
        return [where for where, text in everything if JWT.search(text) or any(token in text for token in self.tokens)]

    def _on_response(self, response: Response) -> None:
        if response.url.startswith(self.site.url):
            self.received.append((f"headers of {response.url}", str(response.headers)))


@pytest.fixture
def tab(browser: Browser, example: Running, mode: str, name: str) -> Iterator[Tab]:
    site = next(site for site in example.sites if site.name == name)
    shots = OUTPUT / name if mode == "json" else None
    tab = Tab(browser, example, site, shots)
    yield tab
    tab.context.close()


def test_a_visitor_reads_writes_uploads_and_leaves(tab: Tab, example: Running, name: str) -> None:
    page = tab.page
    assert tab.open("/") == 200
    tab.shoot("list")
    first = page.locator(".card h2").all_inner_texts()
    page.click("text=Older")
    expect(page.locator(".pages")).to_contain_text("Page 2 of")
    assert not set(first) & set(page.locator(".card h2").all_inner_texts())
    page.fill("[type=search]", "lighthouse")
    page.click("text=Search")
    expect(page.locator(".card h2")).to_have_text(["The lighthouse without a keeper", "What lighthouse keepers ate"])
    tab.shoot("search")

    assert tab.open("/articles/the-beach-that-moves-a-mile-every-year/") == 200
    expect(page).to_have_title("The beach that moves a mile every year · Saltmarsh")
    assert page.locator("script, [onload], [onpointerover]").count() == 0
    tab.shoot("article")
    assert tab.open("/articles/no-such-article/") == 404
    tab.shoot("404")

    tab.open("/write/")
    assert tab.is_at(f"{LOGIN[name]}?next=/write/")
    tab.shoot("login")
    tab.sign_in("wrong")
    assert page.locator("main [role=alert], main .errorlist").count() == 1
    tab.shoot("login-wrong")
    tab.sign_in(example.magazine.password)
    assert tab.is_at("/write/")
    tab.shoot("write")

    slug = f"by-browser-{name}-{time.time_ns()}"
    page.fill("[name=title]", "Written in a browser")
    page.fill("[name=slug]", "Not A Slug")
    page.select_option("[name=section]", "coast")
    page.fill("[name=summary]", "short")
    page.fill("[name=body]", "<p>Hello</p><script>document.title = 'stolen'</script>")
    page.click("text=Publish")
    invalid = page.locator("[aria-invalid=true]")
    assert [each.get_attribute("name") for each in invalid.all()] == ["slug", "summary"]
    assert page.input_value("[name=title]") == "Written in a browser"
    tab.shoot("write-errors")
    page.fill("[name=slug]", "counting-waders-at-low-tide")
    page.fill("[name=summary]", "A summary that is long enough.")
    page.click("text=Publish")
    expect(page.locator("main")).to_contain_text("has to be unique")
    page.fill("[name=slug]", slug)
    page.set_input_files("[name=cover]", PHOTO)
    page.click("text=Publish")
    page.wait_for_url(f"**/articles/{slug}/")
    expect(page).to_have_title("Written in a browser · Saltmarsh")
    tab.shoot("written")

    tab.open("/photos/")
    page.fill("[name=title]", "A photo")
    page.set_input_files("[name=photo]", {**PHOTO, "name": "notes.txt", "mimeType": "text/plain"})
    page.click("main button")
    expect(page.locator(".errors, .errorlist")).to_contain_text("this type")
    page.fill("[name=title]", "A photo")
    page.set_input_files("[name=photo]", PHOTO)
    page.click("main button")
    expect(page.locator(".photos")).to_contain_text("A photo")
    tab.shoot("photos")

    page.click("text=Sign out")
    expect(page.locator("nav >> text=Sign in")).to_be_visible()
    tab.open("/photos/")
    assert tab.is_at(f"{LOGIN[name]}?next=/photos/")
    assert tab.errors == []
    assert tab.leaks() == []


def test_a_session_that_has_died_on_the_server_leads_to_the_login_page(
    tab: Tab, example: Running, mode: str, name: str
) -> None:
    tab.open(LOGIN[name])
    tab.sign_in(example.magazine.password)
    assert tab.open("/photos/") == 200
    assert tab.is_at("/photos/")
    end_sessions(example.server.folder)
    ended = time.monotonic()
    tab.open("/photos/")
    while mode == "json" and tab.is_at("/photos/") and time.monotonic() - ended < ACCESS_TOKEN_TTL + 1:
        tab.open("/photos/")
    assert tab.is_at(f"{LOGIN[name]}?next=/photos/")
    tab.sign_in(example.magazine.password)
    assert tab.is_at("/photos/")
    assert tab.leaks() == []


def test_a_visitor_signs_in_through_the_provider(tab: Tab, name: str) -> None:
    page = tab.page
    tab.open("/write/")
    tab.shoot("login-provider")
    page.click("text=Sign in with Openid")
    page.fill("[name=sub]", f"{name}@example.com")
    page.click("button:has-text('Authorize')")
    page.wait_for_url(f"{tab.site.url}/**")
    assert tab.is_at("/write/")
    assert tab.open("/photos/") == 200
    assert tab.is_at("/photos/")
    page.click("text=Sign out")
    tab.open("/photos/")
    assert tab.is_at(f"{LOGIN[name]}?next=/photos/")
    assert tab.leaks() == []
