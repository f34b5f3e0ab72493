"""Downloads from servers that fail, and to paths where something is already."""

from __future__ import annotations

import gzip
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    ConnectionFailed,
    DecodeError,
    Directus,
    RetryPolicy,
    Timeout,
    TransportError,
)
from directus_sdk.testing import MockTransport
from tests.fileserver import ARRIVED, CALLS, CONTENT, HELD, QUICK, Asked, begin, send, serving
from tests.folders import everything, foreign


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


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.txt"', "a b.txt"),
        ("attachment; filename=\"x\"; filename*=UTF-8''gr%C3%BCn.txt", "grün.txt"),
        ('inline; filename="../../etc/passwd"', "passwd"),
        (r'inline; filename="C:\\x\\y.txt"', "y.txt"),
        ('inline; filename=".."', "1"),
        ('inline; filename="C:evil.bat"', "C_evil.bat"),
        ('inline; filename="readme.txt:hidden"', "readme.txt_hidden"),
        ("inline; filename*=UTF-8''a%3Fb%0A.txt", "a_b_.txt"),
        ('inline; filename="nul"', "_nul"),
        ('inline; filename=".bashrc"', "_bashrc"),
        ('inline; filename=" ..hidden"', "_hidden"),
        ("inline; filename*=UTF-8''%C2%9B31m.txt", "_31m.txt"),
        ("inline; filename*=UTF-8''%7Fx%C2%85.txt", "_x_.txt"),
        ("inline; filename*=UTF-8''invoice%E2%80%AEfdp.exe", "invoice_fdp.exe"),
        ("inline; filename*=UTF-8''%E2%80%8B%EF%BB%BF.profile", "__.profile"),
        ("inline; filename*=UTF-8''%E2%81%A6a%E2%81%A9%F3%A0%81%81.txt", "_a__.txt"),
        ('inline; filename="COM1.tar.gz"', "_COM1.tar.gz"),
        ('inline; filename="console.txt"', "console.txt"),
        ('inline; filename="what. . "', "what"),
        ('inline; filename=". ."', "1"),
        (f'inline; filename="{"n" * 300}.txt"', "n" * 251 + ".txt"),
        (f'inline; filename="{"n" * 300}"', "n" * 255),
        ("attachment; filename=\"good.txt; filename*=UTF-8''evil.sh\"", "good.txt; filename_=UTF-8''evil.sh"),
        ("attachment; name=\"filename*=UTF-8''evil.sh\"; filename=good.txt", "good.txt"),
        ("attachment; xfilename*=UTF-8''evil.sh; filename=good.txt", "good.txt"),
        ("inline; filename*=undefined''x.txt", "1"),
        ("inline; filename*=idna''x.txt", "1"),
        ("inline; filename*=ISO-8859-1''gr%FCn.txt", "grün.txt"),
        ('inline; filename="grün.txt"', "grün.txt"),  # as UTF-8
        ("inline; filename*=UTF-8''%E3%85%A4%E2%A0%80.txt", "__.txt"),
        ("", "1"),
    ],
)
def test_names_in_a_folder(tmp_path: Path, header: str, name: str) -> None:
    def answer(asked: Asked) -> None:
        asked.reply(200, b"x", Content_Disposition=header.encode().decode("latin-1"), **HELD)

    with serving(answer) as url, Directus(url) as directus:
        assert directus.assets.download("1", to=tmp_path) == tmp_path / name
        with directus.assets.stream("1") as stream:
            assert (stream.filename or "1") == name


# ---------------------------------------------------------------------- what is there already
def named(asked: Asked) -> None:
    asked.reply(200, asked.path.encode(), Content_Disposition='inline; filename="a.txt"', **HELD)


@pytest.mark.parametrize("kind", ["file", "symbolic link", "dangling link", "folder"])
def test_a_name_of_the_server_replaces_nothing(tmp_path: Path, kind: str) -> None:
    (tmp_path / "victims").mkdir()
    foreign(tmp_path / "a.txt", kind)
    before = everything(tmp_path)
    gets: list[str] = []

    def answer(asked: Asked) -> None:
        gets.append(asked.command)
        named(asked)

    with serving(answer) as url, Directus(url) as directus:
        with pytest.raises((FileExistsError, IsADirectoryError), match=r"a\.txt"):
            directus.assets.download("1", tmp_path)
        assert gets == ["HEAD"], "it is noticed before the content comes"
        assert everything(tmp_path) == before
        if kind == "folder":
            with pytest.raises(IsADirectoryError):
                directus.assets.download("1", tmp_path, overwrite=True)
            return
        assert directus.assets.download("1", tmp_path, overwrite=True).read_bytes() == b"/assets/1"
        assert not (tmp_path / "a.txt").is_symlink()


def test_a_name_of_yours_is_replaced_unless_you_say_no(tmp_path: Path) -> None:
    with serving(named) as url, Directus(url) as directus:
        for key in ("1", "2"):
            assert directus.assets.download(key, tmp_path / "mine").read_bytes() == f"/assets/{key}".encode()
        with pytest.raises(FileExistsError, match="overwrite=True"):
            directus.assets.download("3", tmp_path / "mine", overwrite=False)
        assert directus.assets.download("3", tmp_path / "new", overwrite=False).read_bytes() == b"/assets/3"
    assert (tmp_path / "mine").read_bytes() == b"/assets/2"


@pytest.mark.parametrize("links", [True, False])
def test_two_files_of_one_name_in_one_folder(tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after another, and at the same time: the second is an error, and the first stays."""
    if not links:

        def refuse(*args: object, **more: object) -> None:
            raise PermissionError("no links here")

        monkeypatch.setattr(os, "link", refuse)
    with serving(named) as url, Directus(url) as directus:
        directus.assets.download("1", tmp_path)
        with pytest.raises(FileExistsError):
            directus.assets.download("2", tmp_path)
        (tmp_path / "a.txt").unlink()

        def meanwhile(done: int, total: Any) -> None:
            directus.assets.download("2", tmp_path)

        with pytest.raises(FileExistsError):
            directus.assets.download("1", tmp_path, on_progress=meanwhile)
        assert (tmp_path / "a.txt").read_bytes() == b"/assets/2"
        assert directus.assets.download("1", tmp_path, overwrite=True).read_bytes() == b"/assets/1"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_download_to_a_folder_goes_on_in_another_run(tmp_path: Path) -> None:
    starts: list[int] = []

    def answer(asked: Asked) -> None:
        name = 'inline; filename="a.bin"'
        if asked.command == "HEAD":
            asked.reply(200, Content_Disposition=name, **HELD)
            return
        starts.append(begin(asked))
        send(asked, stop=ARRIVED if len(starts) == 1 else None, Content_Disposition=name)

    with serving(answer) as url:
        with Directus(url, retry=RetryPolicy(attempts=1)) as directus, pytest.raises(ConnectionFailed):
            directus.assets.download("1", tmp_path)
        with Directus(url, retry=RetryPolicy(attempts=1)) as directus:
            assert directus.assets.download("1", tmp_path).read_bytes() == CONTENT
        assert starts == [0, ARRIVED]
        assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


# ---------------------------------------------------------------------- refused before anything is sent
@pytest.mark.parametrize("kind", ["folder", "no folder", "long name", "pipe"])
def test_what_cannot_be_written_is_refused_before_anything_is_sent(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "x"
    if kind == "folder":
        target.mkdir()
    elif kind == "no folder":
        target /= "y"
    elif kind == "long name":
        target = tmp_path / ("n" * 256)
    elif not hasattr(os, "mkfifo"):
        pytest.skip("has no named pipes")
    else:
        os.mkfifo(target)
    mock = MockTransport([])
    assets = Directus("http://127.0.0.1", transport=mock).assets
    with pytest.raises(OSError, match=r"is a folder|no folder|too long|not a file"):
        assets.zip_files(["1"], to=target)
    if kind != "folder":
        with pytest.raises(OSError, match=r"no folder|too long|not a file"):
            assets.download("1", target)
    assert mock.requests == []
    assert [entry.name for entry in tmp_path.iterdir()] == ([] if kind in ("no folder", "long name") else ["x"])


def test_a_name_that_is_taken_meanwhile(tmp_path: Path) -> None:
    def take(done: int, total: Any) -> None:
        (tmp_path / "x").mkdir(exist_ok=True)

    with serving(send) as url, Directus(url, retry=QUICK) as directus, pytest.raises(OSError, match="x"):
        directus.assets.download("1", tmp_path / "x", resume=False, on_progress=take)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


def test_errors_of_the_caller_are_no_errors_of_the_server(tmp_path: Path) -> None:
    called: list[int] = []

    def fail(done: int, total: Any) -> None:
        called.append(done)
        raise ConnectionFailed("mine", sent=False)

    with serving(send) as url, Directus(url, retry=QUICK) as directus, pytest.raises(ConnectionFailed, match="mine"):
        directus.assets.download("1", tmp_path / "x", on_progress=fail)
    assert len(called) == 1


def test_a_part_that_nobody_asked_for(tmp_path: Path) -> None:
    def answer(asked: Asked) -> None:
        asked.reply(206, CONTENT[7:], Content_Range=f"bytes 7-{len(CONTENT) - 1}/{len(CONTENT)}", **HELD)

    with serving(answer) as url, Directus(url) as directus, pytest.raises(TransportError, match="unexpected 206"):
        directus.assets.download("1", tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", list(CALLS))
def test_a_part_that_nobody_asked_for_and_a_response_without_a_file_are_no_file(tmp_path: Path, call: str) -> None:
    def part(asked: Asked) -> None:
        asked.body()
        # Another part than the one that `open` asks for, too.
        asked.reply(206, CONTENT[100:200], Content_Range=f"bytes 100-199/{len(CONTENT)}", **HELD)

    def nothing(asked: Asked) -> None:
        asked.body()
        asked.reply(204)

    with serving(part) as url, Directus(url, retry=QUICK) as directus, pytest.raises(TransportError, match="unexpected 206"):
        CALLS[call](directus, tmp_path)
    with serving(nothing) as url, Directus(url, retry=QUICK) as directus, pytest.raises(DecodeError, match="204 does not"):
        CALLS[call](directus, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_who_asks_for_a_part_gets_it() -> None:
    def answer(asked: Asked) -> None:
        assert asked.headers["Range"] == "bytes=0-9"
        asked.reply(206, CONTENT[:10], Content_Range=f"bytes 0-9/{len(CONTENT)}")

    with serving(answer) as url, Directus(url) as directus:
        assert directus.with_options(headers={"range": "bytes=0-9"}).assets.read("1") == CONTENT[:10]


@pytest.mark.parametrize("kind", ["whole", "one byte more", "compressed", "endless number"])
def test_a_part_that_is_not_what_it_says_is_not_mixed_in(tmp_path: Path, kind: str) -> None:
    """The second response says that it goes on where the first broke off."""
    seen: list[str | None] = []

    def answer(asked: Asked) -> None:
        span = asked.headers.get("Range")
        seen.append(span)
        if len(seen) != 2:
            asked.reply(200, CONTENT if len(seen) > 2 else CONTENT[:1000], promise=len(CONTENT), **HELD)
            if len(seen) == 1:
                asked.hang_up()
            return
        total = "9" * 5000 if kind == "endless number" else len(CONTENT)
        extra = {"Content_Encoding": "gzip"} if kind == "compressed" else {}
        body = {"whole": CONTENT, "one byte more": CONTENT[1000:] + b"!", "compressed": gzip.compress(CONTENT[1000:])}
        span = f"bytes 1000-{len(CONTENT) - 1}/{total}"
        asked.reply(206, body.get(kind, CONTENT[1000:]), Content_Range=span, **HELD, **extra)

    with serving(answer) as url, Directus(url, retry=QUICK) as directus:
        assert directus.assets.download("1", tmp_path / "x").read_bytes() == CONTENT
    assert seen == [None, "bytes=1000-", None]


def test_a_target_that_names_nothing_is_refused_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    directus = Directus("http://127.0.0.1", transport=(mock := MockTransport([])))
    for download in (directus.assets.download, lambda key, to: directus.assets.zip_files([key], to=to)):
        with pytest.raises(ValueError, match="path is empty"):
            download("1", to="")
        with pytest.raises(FileNotFoundError, match="no folder"):
            download("1", to="missing/")
    for word in ("no", 0, "False"):
        with pytest.raises(TypeError, match="overwrite must be"):
            directus.assets.download("1", "x", overwrite=word)  # type: ignore[arg-type]
    assert mock.requests == []
