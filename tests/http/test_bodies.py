"""Bodies that a user has made: request(data=...)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import Directus, RetryPolicy, ServiceUnavailable
from directus_sdk.testing import MockTransport
from tests.scripted_server import OK, Wire, answer


@pytest.mark.parametrize(
    ("data", "headers", "kind", "sent"),
    [
        ('{"a":1}', {}, "application/json", b'{"a":1}'),
        (b'{"a":1}', {}, "application/json", b'{"a":1}'),
        (bytearray(b"[1]"), {}, "application/json", b"[1]"),
        (memoryview(b"\x00\xff"), {}, "application/octet-stream", b"\x00\xff"),
        (b"id,title", {}, "application/octet-stream", b"id,title"),
        (b"id,title", {"content-type": "text/csv"}, "text/csv", b"id,title"),
        (b"", {}, None, b""),
        ([b"a", bytearray(b"b"), memoryview(b"c")], {}, None, b"abc"),
        ((block for block in [b"a", bytearray(b"b")]), {}, None, b"ab"),
    ],
)
def test_what_goes_out(data: Any, headers: dict[str, str], kind: str | None, sent: bytes) -> None:
    with Wire() as wire, Directus(wire.url) as directus:
        directus.request("POST", "/x", data=data, headers=headers)
    assert (wire.seen[0].body, wire.seen[0].headers.get("content-type")) == (sent, kind)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"title": "Hello"}, "not a mapping; to send it as JSON pass json="),
        ([1, 2], "blocks of bytes, not of type int; to send JSON pass json="),
        (("a",), "blocks of bytes, not of type str"),
        (5, "not int"),
    ],
)
def test_what_is_no_body_is_refused_before_anything_is_sent(data: Any, words: str) -> None:
    mock = MockTransport([])
    with Directus("https://cms.example.com", transport=mock) as directus, pytest.raises(TypeError, match=words):
        directus.request("POST", "/x", data=data)
    assert mock.requests == []


def test_what_an_iterable_raises_reaches_the_caller_as_it_is() -> None:
    def broken() -> Iterator[bytes]:
        yield b"a"
        raise PermissionError(13, "the disk of the caller")

    def numbers() -> Iterator[Any]:
        yield 1

    with Wire() as wire, Directus(wire.url, retry=RetryPolicy(backoff=0)) as directus:
        with pytest.raises(PermissionError, match="the disk of the caller"):
            directus.request("POST", "/x", data=broken(), retryable=True)
        with pytest.raises(TypeError, match="blocks of bytes, not of type int"):
            directus.request("POST", "/x", data=numbers())
        assert directus.request("POST", "/x", data=[b"good"]) == 1


@pytest.mark.parametrize("method", [None, 5, "", "GET /", "GÉT", b"GET"])
def test_what_is_no_method(method: Any) -> None:
    directus = Directus("https://cms.example.com", transport=MockTransport([]))
    with directus, pytest.raises(ValueError, match="must be an HTTP method"):
        directus.request(method, "/x")


def test_a_file_object_is_sent_in_blocks_and_not_in_lines() -> None:
    class Counting(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            self.reads += 1
            return super().read(size)

        def __next__(self) -> bytes:
            raise AssertionError("read line by line")

    file = Counting(b"a,b\n" * 100_000)
    with Wire() as wire, Directus(wire.url) as directus:
        directus.request("POST", "/x", data=file)
    assert wire.seen[0].body == file.getvalue()
    assert file.reads < 20


def test_a_file_object_is_not_sent_again_after_it_was_read() -> None:
    from werkzeug.datastructures import FileStorage

    with Wire([answer(b"", "503 Busy"), OK]) as wire, Directus(wire.url, retry=RetryPolicy(backoff=0)) as directus:
        with pytest.raises(ServiceUnavailable):
            directus.request("POST", "/x", data=FileStorage(io.BytesIO(b"content"), "x.csv"), retryable=True)
        assert [seen.body for seen in wire.seen] == [b"content"]


@pytest.mark.parametrize("kind", ["text", "open text", "ended", "closed", "for writing", "set", "spent"])
def test_what_cannot_be_read_is_refused_before_anything_is_sent(tmp_path: Path, kind: str) -> None:
    (tmp_path / "x.txt").write_bytes(b"content")
    ended = (block for block in [b"a"])
    list(ended)
    closed = io.BytesIO(b"x")
    closed.close()
    spent = io.BytesIO(b"x")
    spent.read()
    mock = MockTransport([])
    with (tmp_path / "x.txt").open() as text, (tmp_path / "y").open("wb") as writing:
        kinds: dict[str, tuple[Any, str]] = {
            "text": (io.StringIO("x"), "opened as text"),
            "open text": (text, "opened as text"),
            "ended": (ended, "generator was read to its end"),
            "closed": (closed, "is closed"),
            "for writing": (writing, "not opened for reading"),
            "set": ({b"a", b"b"}, "in an order"),
            "spent": (spent, r"seek\(0\)"),
        }
        data, words = kinds[kind]
        refused = pytest.raises((TypeError, ValueError), match=words)
        with Directus("https://cms.example.com", transport=mock) as directus, refused:
            directus.request("POST", "/x", data=data)
    assert mock.requests == []
