"""Partial files: several runs at a time, runs that are killed, and files that are not ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    ConnectionFailed,
    Directus,
    RetryPolicy,
    ServerError,
)
from tests.fileserver import ARRIVED, CONTENT, HELD, QUICK, Asked, begin, send, serving
from tests.folders import everything, foreign


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


def test_a_note_that_makes_no_sense(tmp_path: Path) -> None:
    with serving(send) as url, Directus(url, retry=QUICK) as directus:
        for total in ("9", None, [], -1):
            note = {"asked": f"{url}/assets/1", "etag": HELD["ETag"], "modified": HELD["Last_Modified"], "total": total}
            (tmp_path / "x.part.json").write_text(json.dumps(note))
            (tmp_path / "x.part").write_bytes(b"junk")
            assert directus.assets.download("1", tmp_path / "x").read_bytes() == CONTENT


@pytest.mark.parametrize("content", [b"[" * 60_000, b"[" * 200_000, b'{"by": 1}', b"\0"])
def test_a_note_of_any_content_stops_no_download(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.part.json").write_bytes(content)
    with serving(lambda asked: asked.reply(200, CONTENT, **HELD)) as url, Directus(url, retry=QUICK) as directus:
        assert directus.assets.download("1", tmp_path / "x").read_bytes() == CONTENT
    assert (tmp_path / "x.part.json").read_bytes() == content
