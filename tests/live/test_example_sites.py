"""A short journey through both example sites, without a browser; `make test-web` has the long ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from examples.magazine.project import EDITORS
from examples.magazine.start import Running, running
from tests.web.visitor import JWT, LOGIN, Visitor, sessions, titles

pytestmark = pytest.mark.live

ARTICLE = {
    "title": "A new one",
    "slug": "Not A Slug",
    "section": "coast",
    "summary": "short",
    "body": "<p>Hello</p><script>steal()</script>",
}


@pytest.fixture(scope="module")
def example() -> Iterator[Running]:
    with running("django", "flask", workers=1, images=2) as example:
        yield example


@pytest.mark.parametrize("name", ["django", "flask"])
def test_sign_in_page_form_error_and_sign_out(example: Running, name: str) -> None:
    site = next(site for site in example.sites if site.name == name)
    visitor = Visitor(site.url)
    first = visitor.get("/")
    assert len(titles(first.text)) == 9
    older = re.search(r'rel="next" href="([^"]*)"', first.text)
    assert older is not None
    assert not set(titles(first.text)) & set(titles(visitor.get(f"/{older[1].lstrip('/')}").text))
    assert titles(visitor.get("/?search=lighthouse").text)

    page = visitor.get("/articles/the-beach-that-moves-a-mile-every-year/").text
    assert "On the chart it is a thin line" in page
    assert "<script" not in page
    assert "onload" not in page
    assert visitor.get("/articles/no-such-article/").status_code == 404

    assert visitor.get("/write/").url == f"{site.url}{LOGIN[name]}?next=/write/"
    assert "Sign out" not in visitor.sign_in(name, EDITORS[0], "wrong").text
    assert visitor.sign_in(name, EDITORS[0], example.magazine.password, "/write/").url == f"{site.url}/write/"

    refused = visitor.send("/write/", ARTICLE)
    assert (
        refused.text.count("Value doesn't have the correct format.".replace("'", "&#x27;" if name == "django" else "&#39;"))
        == 2
    )
    taken = visitor.send(
        "/write/", {**ARTICLE, "slug": "counting-waders-at-low-tide", "summary": "A summary that is long enough."}
    )
    assert "has to be unique" in taken.text
    written = visitor.send("/write/", {**ARTICLE, "slug": f"new-in-{name}", "summary": "A summary that is long enough."})
    assert written.url == f"{site.url}/articles/new-in-{name}/"
    assert "steal()" not in written.text
    assert titles(visitor.get("/").text)[0] == "A new one"

    tokens = sessions(example.server.folder)
    assert tokens
    visitor.sign_out()
    assert visitor.get("/write/").url == f"{site.url}{LOGIN[name]}?next=/write/"
    assert not sessions(example.server.folder) & tokens
    everything = "\n".join([*visitor.received, *map(str, visitor.http.cookies), site.log.read_text()])
    assert not JWT.search(everything)
    assert not [token for token in tokens if token in everything]
    visitor.close()
