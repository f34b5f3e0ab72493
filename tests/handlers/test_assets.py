"""`assets` against servers that fail."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import ConnectionFailed, Directus, NotSupported, Response, RetryPolicy, Timeout, TransportError
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from tests.fileserver import Asked, serving

QUICK = RetryPolicy(attempts=3, sleep=lambda seconds: None)
CONTENT = bytes(range(256)) * 8 * 1024  # 2 MiB
ARRIVED = 256 * 1024 + 10  # more than a block, and not a whole number of them
HELD = {"ETag": '"1"', "Last_Modified": "Sat, 21 Nov 2026 03:20:34 GMT"}


def begin(asked: Asked) -> int:
    """Where the range that is asked for begins."""
    return int(asked.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])


def send(asked: Asked, content: bytes = CONTENT, *, stop: int | None = None, **headers: str) -> None:
    """Answer with a file from where it is asked for, and hang up after some bytes."""
    start = begin(asked)
    status = 206 if start else 200
    if start:
        headers = {**headers, "Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
    rest = content[start:]
    asked.reply(status, rest if stop is None else rest[:stop], promise=len(rest), **{**HELD, **headers})
    if stop is not None:
        asked.hang_up()


def test_a_download_goes_on_after_a_fault(tmp_path: Path) -> None:
    starts: list[int] = []

    def answer(asked: Asked) -> None:
        starts.append(begin(asked))
        send(asked, stop=ARRIVED if len(starts) < 6 else None)

    with serving(answer) as url, Directus(url, retry=QUICK) as directus:
        path = directus.assets.download("1", tmp_path / "x.bin")
    assert path.read_bytes() == CONTENT
    assert starts == [ARRIVED * number for number in range(6)], "as long as something comes, it is patient"


def test_a_server_that_stops(tmp_path: Path) -> None:
    tries: list[int] = []

    def answer(asked: Asked) -> None:
        tries.append(begin(asked))
        if len(tries) == 1:
            send(asked, stop=ARRIVED)
        else:
            asked.hang_up()

    with serving(answer) as url, Directus(url, retry=QUICK) as directus:
        with pytest.raises(ConnectionFailed):
            directus.assets.download("1", tmp_path / "x.bin")
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["x.bin.part", "x.bin.part.json"]
        assert (tmp_path / "x.bin.part").read_bytes() == CONTENT[:ARRIVED]
        with pytest.raises(ConnectionFailed):
            directus.assets.download("1", tmp_path / "y.bin", resume=False)
        assert not list(tmp_path.glob("y*"))


def test_a_server_that_falls_silent(tmp_path: Path) -> None:
    done = threading.Event()

    def answer(asked: Asked) -> None:
        asked.reply(200, CONTENT[:1000], promise=len(CONTENT), **HELD)
        done.wait(20)
        asked.close_connection = True

    with serving(answer) as url, Directus(url, retry=RetryPolicy(attempts=1)).with_options(timeout=0.3) as directus:
        with pytest.raises(Timeout):
            directus.assets.download("1", tmp_path / "x.bin")
        with pytest.raises(Timeout), directus.assets.stream("1") as stream:
            list(stream)
        done.set()
    assert not (tmp_path / "x.bin").exists()


def test_another_content_in_the_middle(tmp_path: Path) -> None:
    new = CONTENT[::-1]
    starts: list[int] = []

    def answer(asked: Asked) -> None:
        starts.append(begin(asked))
        if len(starts) == 1:
            send(asked, stop=ARRIVED)
        else:
            send(asked, new, ETag='"2"')

    with serving(answer) as url, Directus(url, retry=QUICK) as directus:
        path = directus.assets.download("1", tmp_path / "x.bin")
    assert path.read_bytes() == new
    assert starts == [0, ARRIVED, 0]


@pytest.mark.parametrize("kind", ["ignores ranges", "refuses ranges", "wrong range", "no identity"])
def test_servers_without_good_ranges(tmp_path: Path, kind: str) -> None:
    asked_for: list[int] = []

    def answer(asked: Asked) -> None:
        asked_for.append(begin(asked))
        first = len(asked_for) == 1
        if kind == "refuses ranges" and begin(asked):
            asked.error(416, "RANGE_NOT_SATISFIABLE")
        elif kind == "wrong range" and begin(asked):
            asked.reply(206, CONTENT[7:], Content_Range=f"bytes 7-{len(CONTENT) - 1}/{len(CONTENT)}", **HELD)
        else:
            headers = {} if kind == "no identity" else HELD
            asked.reply(200, CONTENT[:ARRIVED] if first else CONTENT, promise=len(CONTENT), **headers)
            if first:
                asked.hang_up()

    with serving(answer) as url, Directus(url, retry=QUICK) as directus:
        assert directus.assets.download("1", tmp_path / "x.bin").read_bytes() == CONTENT
        assert [entry.name for entry in tmp_path.iterdir()] == ["x.bin"]
        with directus.assets.open("1") as opened:
            opened.seek(1_000_000)
            assert opened.read(10) == CONTENT[1_000_000:1_000_010]
            assert not opened.writable()


def test_a_picture_is_fetched_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "x.png.part").write_bytes(b"old")
    asked_for: list[str] = []

    def answer(asked: Asked) -> None:
        asked_for.append(asked.path)
        assert "Range" not in asked.headers
        send(asked, stop=ARRIVED if len(asked_for) == 1 else None)

    with serving(answer) as url, Directus(url, retry=QUICK) as directus:
        path = directus.assets.download("1", tmp_path / "x.png", width=10)
    assert path.read_bytes() == CONTENT
    assert asked_for == ["/assets/1?width=10"] * 2


def test_an_archive_that_is_cut(tmp_path: Path) -> None:
    def answer(asked: Asked) -> None:
        asked.body()
        asked.send_response(200)
        asked.send_header("Transfer-Encoding", "chunked")
        asked.end_headers()
        asked.wfile.write(b"3\r\nPK.\r\n")
        asked.hang_up()

    with serving(answer) as url, Directus(url, retry=QUICK) as directus:
        with pytest.raises(TransportError):
            directus.assets.zip_folder("1", to=tmp_path / "x.zip")
        with pytest.raises(TransportError):
            directus.assets.zip_files(["1"])
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_makes_no_archives() -> None:
    mock = MockTransport(lambda request: error_response("ROUTE_NOT_FOUND", 404, path="/assets/files"))
    with pytest.raises(NotSupported, match=r"11\.14") as raised:
        Directus("http://127.0.0.1", transport=mock).assets.zip_files(["1"])
    assert raised.value.since == "11.14"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.txt"', "a b.txt"),
        ("attachment; filename=\"x\"; filename*=UTF-8''gr%C3%BCn.txt", "grün.txt"),
        ('inline; filename="../../etc/passwd"', "passwd"),
        (r'inline; filename="C:\\x\\y.txt"', "y.txt"),
        ('inline; filename=".."', "1"),
        ("", "1"),
    ],
)
def test_names_in_a_folder(tmp_path: Path, header: str, name: str) -> None:
    def answer(asked: Asked) -> None:
        asked.reply(200, b"x", Content_Disposition=header, **HELD)

    with serving(answer) as url, Directus(url) as directus:
        assert directus.assets.download("1", to=tmp_path) == tmp_path / name


def test_the_parameters_of_a_copy_go_along() -> None:
    mock = MockTransport(lambda request: error_response("X", 418))
    directus = Directus("http://127.0.0.1", transport=mock).with_options(params={"cache": "no"})
    for call in (lambda: directus.assets.read("1", width=3), lambda: directus.assets.zip_files(["1"])):
        with pytest.raises(Exception, match="418"):
            call()
        assert mock.query()["cache"] == "no"


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


def test_a_picture_knows_its_type() -> None:
    mock = MockTransport([Response(200, {"Content-Type": "image/png; charset=x"}, b"\x89PNG")])
    picture = Directus("https://cms.example.com", transport=mock).assets.image("a", width=20)
    assert repr(picture) == "<Picture image/png, 4 bytes>"
    assert mock.query() == {"width": "20"}


def test_an_address_may_end_with_a_name() -> None:
    directus = Directus("https://cms.example.com", transport=MockTransport([]))
    assert directus.assets.url("a", "my dot.png", width=20) == "https://cms.example.com/assets/a/my%20dot.png?width=20"
