"""Remote files: which ranges are read, and servers without good ones."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from directus_sdk import (
    Directus,
    Response,
)
from directus_sdk.testing import MockTransport
from tests.fileserver import CONTENT, HELD, QUICK, Asked, serving


def test_opening_reads_on_with_growing_ranges() -> None:
    content = bytes(range(256)) * 4 * 8192  # 8 MiB
    spans: list[str] = []

    def answer(asked: Asked) -> None:
        span = asked.headers["Range"]
        spans.append(span)
        first, _, last = span.removeprefix("bytes=").partition("-")
        end = int(last) + 1 if last else len(content)
        part = content[int(first) : end]
        asked.reply(206, part, Content_Range=f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}", **HELD)

    with serving(answer) as url, Directus(url) as directus, directus.assets.open("1") as opened:
        blocks: list[Any] = []
        while block := opened.read(10_000):
            blocks.append(block)
    assert b"".join(blocks) == content
    assert len(spans) < 10


# ---------------------------------------------------------------------- open()
def test_a_proxy_without_ranges_costs_no_memory() -> None:
    """The blocks are made while they are read: if they were collected first, all of them would be there at once."""
    alive: set[int] = set()
    most: list[int] = []

    class Block(bytes):
        def __del__(self) -> None:
            alive.discard(id(self))

    def blocks(size: int) -> Iterator[bytes]:
        for _ in range(100):
            block = Block(size)
            alive.add(id(block))
            most.append(len(alive))
            yield block

    mock = MockTransport(lambda request: Response(200, {"ETag": "1"}, blocks))
    with Directus("http://127.0.0.1", transport=mock).assets.open("1") as opened:
        assert len(opened.read()) == 100 * 256 * 1024
    assert max(most) < 5
    assert all(request.stream for request in mock.requests)


def test_a_range_that_breaks_off_is_fetched_again() -> None:
    tries: list[str] = []

    def answer(asked: Asked) -> None:
        span = asked.headers["Range"]
        first, _, last = span.removeprefix("bytes=").partition("-")
        part = CONTENT[int(first) : int(last) + 1 if last else None]
        tries.append(span)
        broken = tries.count(span) == 1
        asked.reply(
            206,
            part[:100] if broken else part,
            promise=len(part),
            Content_Range=f"bytes {first}-{int(first) + len(part) - 1}/{len(CONTENT)}",
            **HELD,
        )
        if broken:
            asked.hang_up()

    with serving(answer) as url, Directus(url, retry=QUICK) as directus, directus.assets.open("1") as opened:
        assert opened.read() == CONTENT
    assert all(tries.count(span) == 2 for span in tries)


SHORT = """
import resource
from directus_sdk import Directus, Response
from directus_sdk.testing import MockTransport

answer = lambda request: Response(200, {}, lambda size: iter([bytes(size)] * 3))
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
try:
    with Directus("http://127.0.0.1", transport=MockTransport(answer)).assets.open("1") as opened:
        print(len(opened.read()))
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no RLIMIT_FSIZE")
def test_a_full_disk_does_not_shorten_what_is_opened() -> None:
    child = subprocess.run([sys.executable, "-c", SHORT], capture_output=True, text=True, timeout=30, check=False)
    assert "File too large" in child.stdout, child.stdout + child.stderr


@pytest.mark.parametrize("kind", ["another beginning", "the whole", "compressed"])
def test_what_is_opened_is_not_mixed_up(kind: str) -> None:
    content = bytes(range(256)) * 1024

    def answer(asked: Asked) -> None:
        first, _, last = asked.headers["Range"].removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(content)), len(content) - 1)
        part = content[start : end + 1]
        extra = {}
        if start and kind == "another beginning":
            start, end = 0, len(part) - 1
            part = content[: len(part)]
        elif start and kind == "the whole":
            part = content
        elif start:
            part, extra = gzip.compress(part), {"Content_Encoding": "gzip"}
        asked.reply(206, part, Content_Range=f"bytes {start}-{end}/{len(content)}", **HELD, **extra)

    changed = pytest.raises(OSError, match="another range than requested")
    with serving(answer) as url, Directus(url, retry=QUICK) as directus, directus.assets.open("1") as opened, changed:
        opened.read()
