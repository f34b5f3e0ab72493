"""Contents are whole, or an error, and not larger than they may be."""

from __future__ import annotations

import gzip
import json
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd

from directus_sdk import (
    ConfigurationError,
    ConnectionFailed,
    Directus,
    RequestsTransport,
    ResponseTooLarge,
    RetryPolicy,
    ServerError,
    Transport,
)
from tests.scripted_server import Raw, Wire, answer

TEXT = b"".join(f"line {number}\n".encode() for number in range(60_000))


def _raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZip": lambda data: gzip.compress(data[:1000]) + gzip.compress(data[1000:]),
    "deflate": zlib.compress,
    "Deflate": _raw_deflate,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "gzip, br": lambda data: brotli.compress(gzip.compress(data)),
    "identity, gzip": gzip.compress,
}


@pytest.fixture
def client(make_transport: Callable[..., Transport]) -> Iterator[Callable[..., Directus]]:
    made: list[Directus] = []

    def client(url: str, **options: Any) -> Directus:
        made.append(Directus(url, token="t", retry=RetryPolicy(attempts=1), transport=make_transport(**options)))
        return made[-1]

    yield client
    for directus in made:
        directus.close()


Client = Callable[..., Directus]


def _every_way(directus: Directus, folder: Path) -> list[Callable[[], bytes]]:
    return [
        lambda: directus.request("GET", "/x"),
        lambda: directus.assets.read("a"),
        lambda: b"".join(directus.assets.stream("a")),
        lambda: directus.assets.download("a", folder / "a").read_bytes(),
        lambda: directus.assets.download("a", folder / "a", resume=False).read_bytes(),
    ]


def _chunked(content: bytes) -> bytes:
    blocks = [content[start : start + 5000] for start in range(0, len(content), 5000)]
    body = b"".join(b"%x\r\n%b\r\n" % (len(block), block) for block in blocks) + b"0\r\n\r\n"
    return answer(body, kind="x/y", headers="Transfer-Encoding: chunked", length=False)


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_compressed_comes_whole(coding: str, chunked: bool, client: Client, tmp_path: Path) -> None:
    packed = CODINGS[coding](TEXT)
    reply = _chunked(packed) if chunked else answer(packed, kind="x/y")
    with Wire(reply.replace(b"\r\n", f"\r\nContent-Encoding: {coding}\r\n".encode(), 1)) as wire:
        directus = client(wire.url)
        for call in _every_way(directus, tmp_path):
            assert call() == TEXT
        assert wire.connections == 1


@pytest.mark.parametrize("coding", CODINGS)
def test_what_is_cut_off_within_its_compression_is_an_error(coding: str, client: Client, tmp_path: Path) -> None:
    packed = CODINGS[coding](TEXT)
    for cut in (packed[:-1], packed[: len(packed) // 2], packed[:5], packed[:1]):
        with Wire(answer(cut, kind="x/y", headers=f"Content-Encoding: {coding}")) as wire:
            for call in _every_way(client(wire.url), tmp_path):
                with pytest.raises(ConnectionFailed):
                    call()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("coding", "package"), [("br", "brotli"), ("zstd", r"backports\.zstd"), ("gzip, br", "brotli")])
def test_what_cannot_be_decoded_does_not_pass_for_the_content(
    coding: str, package: str, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("brotlicffi", "brotli", "compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    packed = CODINGS[coding](TEXT)
    reply = answer(packed, kind="x/y", headers=f"Content-Encoding: {coding}")
    with Wire(lambda seen: reply[: -len(packed)] if seen.method == "HEAD" else reply) as wire:
        for call in _every_way(client(wire.url), tmp_path):
            with pytest.raises(ConnectionFailed, match=f"pip install {package}"):
                call()
        assert client(wire.url).request("HEAD", "/x") is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("coding", CODINGS)
def test_what_is_not_what_it_says_is_an_error(coding: str, client: Client, tmp_path: Path) -> None:
    packed = bytearray(CODINGS[coding](TEXT))
    packed[0] ^= 0xFF
    packed[len(packed) // 2] ^= 0xFF
    with Wire(answer(bytes(packed), kind="x/y", headers=f"Content-Encoding: {coding}")) as wire:
        for call in _every_way(client(wire.url), tmp_path):
            with pytest.raises(ConnectionFailed):
                call()


def test_nothing_is_nothing_whatever_its_coding(client: Client) -> None:
    with Wire(answer(b"", kind="", headers="Content-Encoding: gzip")) as wire:
        directus = client(wire.url)
        assert directus.request("GET", "/x") is None
        assert b"".join(directus.assets.stream("a")) == b""


def test_zeros_behind_gzip_are_left_out(client: Client, tmp_path: Path) -> None:
    with Wire(answer(gzip.compress(TEXT) + bytes(1000), kind="x/y", headers="Content-Encoding: gzip")) as wire:
        for call in _every_way(client(wire.url), tmp_path):
            assert call() == TEXT


def test_a_response_has_a_largest_size(client: Client, tmp_path: Path) -> None:
    bomb = gzip.compress(b'{"data": "' + b" " * 60_000_000 + b'"}')
    spaces = b'{"data": "' + b" " * 3_000_000 + b'"}'
    replies = [
        answer(bomb, headers="Content-Encoding: gzip"),
        answer(spaces),
        Raw(answer(spaces, length=False)),
        _chunked(spaces).replace(b"x/y", b"application/json"),
    ]
    for reply in replies:
        with Wire(lambda seen, reply=reply: reply if seen.path.startswith("/items") else answer()) as wire:
            directus = client(wire.url, max_response_size=1_000_000)
            tracemalloc.start()
            with pytest.raises(ResponseTooLarge, match="max_response_size") as caught:
                directus.items("a").create_one({"b": 1})
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
            tracemalloc.stop()
            assert (caught.value.limit, caught.value.status, caught.value.sent) == (1_000_000, 200, True)
            assert directus.request("GET", "/x") == 1


def test_a_refusal_may_have_less(client: Client) -> None:
    refused = gzip.compress(json.dumps({"errors": [{"message": "x" * 5_000_000}]}).encode())
    short = json.dumps({"errors": [{"message": "x" * 500_000}]}).encode()
    for status in ("500 Oops", "403 No", "302 There"):
        with Wire(answer(refused, status, headers="Content-Encoding: gzip\nLocation: http://other.invalid/")) as wire:
            for call in (lambda d: d.items("a").read_one(1), lambda d: list(d.assets.stream("a"))):
                with pytest.raises(ResponseTooLarge) as caught:
                    call(client(wire.url, max_response_size=None))
                assert caught.value.status == int(status[:3])
                assert len(wire.seen) == 1 or wire.seen.clear() is None
    with Wire(answer(short, "500 Oops")) as wire, pytest.raises(ServerError):
        client(wire.url).items("a").read_one(1)


def test_what_is_too_large_is_not_asked_for_again() -> None:
    with Wire(answer(b'{"data": "' + b"x" * 200 + b'"}')) as wire:
        directus = Directus(wire.url, transport=RequestsTransport(max_response_size=100), retry=RetryPolicy(attempts=3))
        with directus, pytest.raises(ResponseTooLarge):
            directus.items("a").read_one(1)
        assert len(wire.seen) == 1


def test_streams_and_downloads_have_no_largest_size(client: Client, tmp_path: Path) -> None:
    with Wire(answer(TEXT, kind="x/y")) as wire:
        directus = client(wire.url, max_response_size=1000)
        assert b"".join(directus.assets.stream("a")) == TEXT
        assert directus.assets.download("a", tmp_path / "a").read_bytes() == TEXT


def test_the_largest_size_is_a_number() -> None:
    for wrong in (0, -1, "5", True, 1.5):
        with pytest.raises((ConfigurationError, TypeError, ValueError), match="max_response_size"):
            RequestsTransport(max_response_size=wrong)  # type: ignore[arg-type]
