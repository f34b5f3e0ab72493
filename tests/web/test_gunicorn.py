"""Many requests at once, under gunicorn with two preloaded workers of eight threads, while tokens expire."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from examples.magazine.project import EDITORS
from examples.magazine.start import Running
from tests.web.visitor import Visitor

pytestmark = [pytest.mark.web, pytest.mark.parametrize("name", ["django", "flask"])]

ROUNDS = 10
PARALLEL = 24
SECONDS = 30
PATHS = ("/photos/", "/", "/write/", "/articles/counting-waders-at-low-tide/", "/?page=2")


def signed_in(example: Running, name: str, email: str) -> Visitor:
    visitor = Visitor(next(site.url for site in example.sites if site.name == name))
    response = visitor.sign_in(name, email, example.magazine.password, "/photos/")
    assert response.url == f"{visitor.url}/photos/"
    return visitor


def outcome(visitor: Visitor, path: str) -> tuple[str, str]:
    """Return what a visitor gets: its page, or what it is instead."""
    response = visitor.get(path)
    is_its = response.status_code == 200 and response.url == visitor.url + path and "Sign out" in response.text
    return ("page" if is_its else f"{response.status_code} {response.url}"), response.text


def test_a_visitor_with_many_requests_at_once_keeps_the_session(example: Running, name: str) -> None:
    visitor = signed_in(example, name, EDITORS[0])
    workers = next(site for site in example.sites if site.name == name).workers()
    assert len(workers) == 2
    outcomes: Counter[str] = Counter()
    with ThreadPoolExecutor(PARALLEL) as threads:
        for _ in range(ROUNDS):
            began = time.monotonic()
            outcomes.update(
                kind for kind, _ in threads.map(lambda number: outcome(visitor, PATHS[number % 3]), range(PARALLEL))
            )
            # The next round meets a token that is about to expire, or has just expired.
            time.sleep(max(0.0, 1.3 - (time.monotonic() - began)))
    assert outcomes == {"page": ROUNDS * PARALLEL}
    visitor.close()


def test_two_visitors_never_get_the_page_of_the_other(example: Running, name: str) -> None:
    visitors = [signed_in(example, name, email) for email in EDITORS]
    marks = [f"photo of {email} on {name}" for email in EDITORS]
    for visitor, mark in zip(visitors, marks, strict=True):
        visitor.send("/photos/", {"title": mark}, files={"photo": ("a.png", PIXEL, "image/png")})
    outcomes: Counter[str] = Counter()
    end = time.monotonic() + SECONDS

    def read(number: int) -> None:
        own, mark, other = visitors[number % 2], marks[number % 2], marks[1 - number % 2]
        while time.monotonic() < end:
            for path in PATHS:
                kind, text = outcome(own, path)
                outcomes[kind] += 1
                outcomes["photos of the other"] += other in text
                outcomes["photos missing"] += path == "/photos/" and mark not in text

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(read, range(16)))
    pages = outcomes.pop("page")
    assert pages > 100
    assert not +outcomes
    print(f"{name}: {pages} pages in {SECONDS} s")
    for visitor in visitors:
        visitor.close()


#: The smallest PNG.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
