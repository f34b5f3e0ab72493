"""Where a visitor may be sent."""

from __future__ import annotations

import pytest

from directus_sdk.contrib.web.redirects import safe_next, with_next


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/", "/"),
        ("/articles/1?page=2&next=//evil.com#top", "/articles/1?page=2&next=//evil.com#top"),
        ("https://example.com/articles;a?b#c", "/articles;a?b#c"),
        ("http://EXAMPLE.com/a", "/a"),
        ("/größe/%0d%0aSet-Cookie:x", "/größe/%0d%0aSet-Cookie:x"),
    ],
)
def test_a_url_of_this_site(url: str, path: str) -> None:
    assert safe_next(url, "example.com", "/home") == path


@pytest.mark.parametrize(
    "url",
    [
        "//evil.com", "///evil.com", "/\\evil.com", "\\\\evil.com", "/\t/evil.com", "\t//evil.com", " //evil.com",
        "/\n/evil.com",        "https://evil.com", "https://evil.com#@example.com/", "https://example.com@evil.com/", "https://user@example.com/a",
        "https://example.com.evil.com/", "https://example.com:444/", "https://example.com//evil.com", "https:evil.com",
        "http:/evil.com", "http:///evil.com", "https:", "javascript:alert(1)", "JavaScript:alert(1)//example.com/",
        "data:text/html,x",        "ftp://example.com/a", "http://[", "articles", "?page=1", "", "\0/a",
        "/a\x7f", "/a\u2028", "/" + "a" * 2000, None, 5,
        b"/a", ["/a"],
    ],
)  # fmt: skip
def test_every_other_url_leads_home(url: object) -> None:
    assert safe_next(url, "example.com", "/home") == "/home"


@pytest.mark.parametrize(
    ("login", "url", "result"),
    [
        ("/login", "/articles?a=1&b=ä", "/login?next=/articles%3Fa%3D1%26b%3D%C3%A4"),
        ("/login?lang=de", "/a", "/login?lang=de&next=/a"),
        ("/login", "/", "/login"),
        ("/login", "//evil.com", "/login"),
        ("/login", "https://evil.com/", "/login"),
    ],
)
def test_the_login_page_leads_back(login: str, url: str, result: str) -> None:
    assert with_next(login, url) == result
