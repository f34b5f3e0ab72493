"""`assets` against servers that fail."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    ConnectionFailed,
    DecodeError,
    Directus,
    NotSupported,
    RequestsTransport,
    Response,
    RetryPolicy,
    ServerError,
    Timeout,
    TransportError,
)
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
    assert repr(picture) == "<Image image/png, 4 bytes>"
    assert mock.query() == {"width": "20"}


def test_an_address_may_end_with_a_name() -> None:
    directus = Directus("https://cms.example.com", transport=MockTransport([]))
    assert directus.assets.url("a", "my dot.png", width=20) == "https://cms.example.com/assets/a/my%20dot.png?width=20"


# ---------------------------------------------------------------------- several at a time
def test_two_downloads_to_one_path(tmp_path: Path) -> None:
    """The second begins and ends while the first is in the middle."""
    other = b"x" * len(CONTENT)
    path, part = tmp_path / "x.bin", tmp_path / "x.bin.part"

    def answer(asked: Asked) -> None:
        send(asked, CONTENT if asked.path == "/assets/1" else other)

    with serving(answer) as url, Directus(url, retry=QUICK) as directus:

        def meanwhile(done: int, total: Any) -> None:
            if done < len(CONTENT) // 2 and not path.exists():
                before = part.read_bytes()
                assert directus.assets.download("2", path).read_bytes() == other
                assert part.read_bytes() == before

        assert directus.assets.download("1", path, on_progress=meanwhile).read_bytes() == CONTENT
        assert [entry.name for entry in tmp_path.iterdir()] == ["x.bin"]
        path.unlink()
        assert directus.assets.download("1", path, resume=False, on_progress=meanwhile_alone(directus, path)) == path
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.bin"]


def meanwhile_alone(directus: Directus, path: Path) -> Any:
    def meanwhile(done: int, total: Any) -> None:
        if not path.exists():
            directus.assets.download("2", path, resume=False)

    return meanwhile


def test_the_second_of_two_downloads_goes_on_after_a_fault_and_leaves_nothing(tmp_path: Path) -> None:
    starts: list[int] = []

    def answer(asked: Asked) -> None:
        if asked.path == "/assets/1":
            send(asked)
            return
        starts.append(begin(asked))
        if len(starts) % 2:
            send(asked, stop=ARRIVED)
        elif len(starts) == 2:
            send(asked)
        else:
            asked.reply(500)

    with serving(answer) as url, Directus(url, retry=QUICK) as directus:

        def meanwhile(done: int, total: Any) -> None:
            if not starts:
                assert directus.assets.download("2", tmp_path / "x.bin").read_bytes() == CONTENT
                with pytest.raises(ServerError):
                    directus.assets.download("2", tmp_path / "x.bin")
                assert sorted(entry.name for entry in tmp_path.iterdir()) == ["x.bin", "x.bin.part", "x.bin.part.json"]

        directus.assets.download("1", tmp_path / "x.bin", on_progress=meanwhile)
    assert starts[:2] == [0, ARRIVED]
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.bin"]


LOCKED = """
import sys
from directus_sdk import Directus

url, target = sys.argv[1:]

def told(done, total):
    print(done, flush=True)
    sys.stdin.read()

Directus(url).assets.download("1", target, on_progress=told)
"""


def test_downloads_of_two_processes_to_one_path(tmp_path: Path) -> None:
    with serving(send) as url, Directus(url, retry=QUICK) as directus:
        script = [sys.executable, "-c", LOCKED, url, str(tmp_path / "x.bin")]
        with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            child.stdout.readline()
            directus.assets.download("1", tmp_path / "x.bin")
            assert (tmp_path / "x.bin.part").exists()
            (tmp_path / "x.bin").unlink()
            child.communicate("", timeout=20)
        assert child.returncode == 0
    assert (tmp_path / "x.bin").read_bytes() == CONTENT
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.bin"]


KILLED = """
import os, pathlib, sys
from directus_sdk import Directus, Response
from directus_sdk.testing import MockTransport

folder = pathlib.Path(sys.argv[1])
target, part, note = folder / "x", folder / "x.part", folder / "x.part.json"
size = 1000
now = b"A"

def answer(request):
    start = int(request.headers.get("Range", "bytes=0-")[6:-1])
    headers = {"ETag": now.decode(), "Content-Length": str(size - start)}
    if start:
        headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
    blocks = [now * min(500, size - at) for at in range(start, size, 500)]
    return Response(206 if start else 200, headers, lambda most: iter(blocks))

directus = Directus("http://127.0.0.1", transport=MockTransport(answer))
directus.assets  # imports what is traced

def stop(done, total):
    os._exit(0)

def in_a_child(work):
    child = os.fork()
    if not child:
        work()
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def killed_at(step):
    left = [step]

    def line(frame, event, argument):
        if not frame.f_code.co_filename.endswith("partial_file.py"):  # all that is written is written there
            return None
        left[0] -= event == "line"
        if not left[0]:
            os._exit(0)
        return line

    sys.settrace(line)
    directus.assets.download("1", target)
    sys.settrace(None)

step, ended, resumed = 0, 0, 0
while not ended:
    step += 1
    for path in (target, part, note):
        path.unlink(missing_ok=True)
    now = b"A"
    assert in_a_child(lambda: directus.assets.download("1", target, on_progress=stop)) == 0
    assert part.read_bytes() == b"A" * 500
    now = b"B"
    ended = in_a_child(lambda: killed_at(step))
    assert directus.assets.download("1", target).read_bytes() == b"B" * size, f"killed at step {step}"
    assert [path.name for path in folder.iterdir()] == ["x"]
print(step)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no fork")
def test_a_download_of_a_new_content_that_is_killed_at_any_step(tmp_path: Path) -> None:
    """A part of the old content is there; no kill makes one file of both."""
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert child.returncode == 0, child.stderr
    assert int(child.stdout) > 30, "the child was killed at many steps, and ended in the last"


# ---------------------------------------------------------------------- what is not ours
def foreign(path: Path, kind: str) -> None:
    """Put something at a path that no download has made."""
    victim = path.parent / "victims" / path.name
    if kind == "file":
        path.write_bytes(b"finished")
    elif kind == "empty file":
        path.touch()
    elif kind == "note of others":
        note = {"asked": "x", "etag": HELD["ETag"], "modified": HELD["Last_Modified"], "total": len(CONTENT)}
        known = path.stat().st_ino if path.exists() else 0
        path.write_text(json.dumps({"by": "directus_sdk", "note": known, "part": known, "of": note}))
    elif kind == "folder":
        path.mkdir()
        (path / "inner").write_bytes(b"inner")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        victim.write_bytes(b"victim")
        if kind == "symbolic link":
            path.symlink_to(victim)
        elif kind == "dangling link":
            path.symlink_to(victim.with_name("nowhere"))
        else:
            os.link(victim, path)


def everything(folder: Path) -> dict[str, Any]:
    """What is in a folder and below it, with links as they are."""
    return {
        str(path.relative_to(folder)): path.readlink()
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else path.lstat().st_mode
        for path in folder.rglob("*")
    }


@pytest.mark.skipif(sys.platform == "win32", reason="makes links and pipes")
@pytest.mark.parametrize("suffix", [".part", ".part.json", "both"])
@pytest.mark.parametrize(
    "kind", ["file", "empty file", "note of others", "folder", "pipe", "symbolic link", "dangling link", "hard link"]
)
def test_what_has_the_name_of_a_part_and_is_none_is_not_touched(tmp_path: Path, kind: str, suffix: str) -> None:
    (tmp_path / "victims").mkdir()
    for name in (".part", ".part.json") if suffix == "both" else (suffix,):
        foreign(tmp_path / f"film{name}", kind)
    before = everything(tmp_path)
    broken: list[int] = []

    def answer(asked: Asked) -> None:
        broken.append(begin(asked))
        send(asked, stop=ARRIVED if len(broken) == 1 else None)

    with serving(answer) as url:
        with Directus(url, retry=RetryPolicy(attempts=1)) as directus, pytest.raises(ConnectionFailed):
            directus.assets.download("1", tmp_path / "film")
        assert everything(tmp_path) == before, "what nobody could go on with is removed"
        with Directus(url, retry=QUICK) as directus:
            directus.assets.download("1", tmp_path / "film")
    assert everything(tmp_path) == {**before, "film": CONTENT}
    assert not (tmp_path / "film").is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="makes links")
@pytest.mark.parametrize("kind", ["symbolic link", "hard link"])
def test_no_link_is_followed_where_the_system_cannot_forbid_it(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where there are no users' numbers either."""
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "geteuid"):
        monkeypatch.delattr(os, name)
    test_what_has_the_name_of_a_part_and_is_none_is_not_touched(tmp_path, kind, "both")


def test_a_note_that_was_downloaded_is_none(tmp_path: Path) -> None:
    """A real note of another folder, as a server could give it out; its part is a finished file."""
    with (
        serving(lambda asked: send(asked, stop=ARRIVED)) as url,
        Directus(url, retry=RetryPolicy(attempts=1)) as directus,
        pytest.raises(ConnectionFailed),
    ):
        directus.assets.download("1", tmp_path / "film")
    note = (tmp_path / "film.part.json").read_bytes()
    assert json.loads(note)["of"]["etag"] == HELD["ETag"]
    (tmp_path / "copy").write_bytes(note)
    (tmp_path / "copy").replace(tmp_path / "film.part.json")
    with serving(send) as url, Directus(url) as directus:
        directus.assets.download("1", tmp_path / "film")
    assert everything(tmp_path) == {"film": CONTENT, "film.part": CONTENT[:ARRIVED], "film.part.json": note}


@pytest.mark.skipif(sys.platform == "win32", reason="replaces an open file")
@pytest.mark.parametrize("resume", [True, False])
def test_a_part_that_something_else_replaces_gets_no_name(tmp_path: Path, resume: bool) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"victim")

    def replace(done: int, total: Any) -> None:
        [part] = tmp_path.glob("film*.part")
        if not part.is_symlink():
            part.unlink()
            part.symlink_to(victim)

    with serving(send) as url, Directus(url) as directus, pytest.raises(OSError, match="replaced by another file"):
        directus.assets.download("1", tmp_path / "film", resume=resume, on_progress=replace)
    assert not (tmp_path / "film").exists()
    assert victim.read_bytes() == b"victim"
    assert [path.is_symlink() for path in tmp_path.glob("film*.part")] == [True]


@pytest.mark.skipif(sys.platform == "win32", reason="makes links")
def test_a_target_that_is_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"victim")
    for name, aim in (("film", victim), ("dangling", tmp_path / "nowhere")):
        (tmp_path / name).symlink_to(aim)
        with serving(send) as url, Directus(url) as directus:
            directus.assets.download("1", tmp_path / name)
            directus.assets.zip_files(["1"], to=tmp_path / name)
        assert not (tmp_path / name).is_symlink()
        assert (tmp_path / name).read_bytes() == CONTENT
    assert victim.read_bytes() == b"victim"
    assert not (tmp_path / "nowhere").exists()
    os.link(victim, tmp_path / "hard")
    with serving(send) as url, Directus(url) as directus:
        assert directus.assets.download("1", tmp_path / "hard").read_bytes() == CONTENT
    assert victim.read_bytes() == b"victim"


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


@pytest.mark.skipif(sys.platform == "win32", reason="has another way to give a name")
def test_a_part_that_was_killed_with_both_names(tmp_path: Path) -> None:
    with (
        serving(lambda asked: send(asked, stop=ARRIVED)) as url,
        Directus(url, retry=RetryPolicy(attempts=1)) as directus,
        pytest.raises(ConnectionFailed),
    ):
        directus.assets.download("1", tmp_path / "film")
    os.link(tmp_path / "film.part", tmp_path / "film")
    with serving(send) as url, Directus(url) as directus:
        directus.assets.download("1", tmp_path / "film")
    assert everything(tmp_path) == {"film": CONTENT}


@pytest.mark.parametrize("call", ["read", "stream", "image", "download", "open"])
def test_what_the_client_accepts_decides_the_format(tmp_path: Path, call: str) -> None:
    seen: list[tuple[str | None, str | None]] = []

    def answer(asked: Asked) -> None:
        seen.append((asked.headers["Accept"], asked.headers["Accept-Encoding"]))
        asked.reply(200, b"x", **HELD)

    with serving(answer) as url:
        own = RequestsTransport(headers={"accept": "image/avif"})
        for directus in (Directus(url).with_options(headers={"aCCept": "image/avif"}), Directus(url, transport=own)):
            with directus:
                CALLS[call](directus, tmp_path)
        with Directus(url) as plain:
            CALLS[call](plain, tmp_path)
    assert seen[:2] == [("image/avif", "identity")] * 2
    assert "*/*" in (seen[2][0] or "")


def test_an_address_may_ask_for_a_download() -> None:
    assets = Directus("https://cms.example.com", transport=MockTransport([])).assets
    assert assets.url("a", "b.png", download=True, width=2) == "https://cms.example.com/assets/a/b.png?width=2&download=true"
    assert assets.url("a", download=False) == "https://cms.example.com/assets/a"


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


@pytest.mark.parametrize("name", ["n" * 246, "n" * 255, "ü" * 127])
def test_a_long_name_is_resumed_too(tmp_path: Path, name: str) -> None:
    starts: list[int] = []

    def answer(asked: Asked) -> None:
        starts.append(begin(asked))
        send(asked, stop=ARRIVED if len(starts) == 1 else None)

    with serving(answer) as url:
        with Directus(url, retry=RetryPolicy(attempts=1)) as directus, pytest.raises(ConnectionFailed):
            directus.assets.download("1", tmp_path / name)
        assert sorted(entry.suffix for entry in tmp_path.iterdir()) == [".json", ".part"]
        with Directus(url) as directus:
            assert directus.assets.download("1", tmp_path / name).read_bytes() == CONTENT
    assert starts == [0, ARRIVED]
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_errors_of_the_caller_are_no_errors_of_the_server(tmp_path: Path) -> None:
    called: list[int] = []

    def fail(done: int, total: Any) -> None:
        called.append(done)
        raise ConnectionFailed("mine", sent=False)

    with serving(send) as url, Directus(url, retry=QUICK) as directus, pytest.raises(ConnectionFailed, match="mine"):
        directus.assets.download("1", tmp_path / "x", on_progress=fail)
    assert len(called) == 1


def test_a_note_that_makes_no_sense(tmp_path: Path) -> None:
    with serving(send) as url, Directus(url, retry=QUICK) as directus:
        for total in ("9", None, [], -1):
            note = {"asked": f"{url}/assets/1", "etag": HELD["ETag"], "modified": HELD["Last_Modified"], "total": total}
            (tmp_path / "x.part.json").write_text(json.dumps(note))
            (tmp_path / "x.part").write_bytes(b"junk")
            assert directus.assets.download("1", tmp_path / "x").read_bytes() == CONTENT


def test_a_part_that_nobody_asked_for(tmp_path: Path) -> None:
    def answer(asked: Asked) -> None:
        asked.reply(206, CONTENT[7:], Content_Range=f"bytes 7-{len(CONTENT) - 1}/{len(CONTENT)}", **HELD)

    with serving(answer) as url, Directus(url) as directus, pytest.raises(TransportError, match="unexpected 206"):
        directus.assets.download("1", tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


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


# ---------------------------------------------------------------------- responses that bring another part, or none
def opened(directus: Directus) -> bytes:
    with directus.assets.open("1") as file:
        return file.read()


CALLS: dict[str, Callable[[Directus, Path], Any]] = {
    "read": lambda directus, folder: directus.assets.read("1"),
    "stream": lambda directus, folder: b"".join(directus.assets.stream("1")),
    "image": lambda directus, folder: directus.assets.image("1"),
    "download": lambda directus, folder: directus.assets.download("1", folder / "x"),
    "open": lambda directus, folder: opened(directus),
    "zip": lambda directus, folder: directus.assets.zip_files(["1"]),
    "zip to": lambda directus, folder: directus.assets.zip_files(["1"], to=folder / "x"),
}


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


@pytest.mark.parametrize("content", [b"[" * 60_000, b"[" * 200_000, b'{"by": 1}', b"\0"])
def test_a_note_of_any_content_stops_no_download(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.part.json").write_bytes(content)
    with serving(lambda asked: asked.reply(200, CONTENT, **HELD)) as url, Directus(url, retry=QUICK) as directus:
        assert directus.assets.download("1", tmp_path / "x").read_bytes() == CONTENT
    assert (tmp_path / "x.part.json").read_bytes() == content


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
