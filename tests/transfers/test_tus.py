"""Resumable uploads against a server that loses connections, answers and uploads."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    APIError,
    BadRequest,
    ConfigurationError,
    ConnectionFailed,
    Directus,
    InvalidForeignKey,
    NotFound,
    NotSupported,
    OutOfTime,
    Request,
    Response,
    RetryPolicy,
)
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import json_response
from tests.fileserver import Asked, serving

QUICK = RetryPolicy(attempts=3, sleep=lambda seconds: None)
CHUNK = 300_000
CONTENT = bytes(range(251)) * 4000  # a little more than three chunks


class Tus:
    """A server of resumable uploads that can be told to fail."""

    def __init__(self) -> None:
        self.uploads: dict[str, bytearray] = {}
        self.size = 0
        self.received = 0
        self.log: list[str] = []
        self.queries: list[str] = []
        self.fault: Callable[[Asked, str], bool] = lambda asked, key: False
        self.stored: bytes | None = None
        self.found: list[Any] = []
        self.assets: dict[str, bytes] = {"found": CONTENT}
        self.ranges = True
        self.tells_id = True
        self.info: Any = {"queryLimit": {}, "uploads": {"tus": True, "chunkSize": CHUNK}}

    def __call__(self, asked: Asked) -> None:
        path, _, query = asked.path.partition("?")
        self.queries.append(query)
        self.log.append(f"{asked.command} {path.removeprefix('/cms')}")
        if path == "/cms/server/info":
            asked.json({"data": self.info})
        elif path == "/cms/files/tus":
            self.create(asked)
        elif path.startswith("/cms/files/tus/"):
            self.chunk(asked, path.rpartition("/")[2])
        elif path == "/cms/files" and asked.command == "POST":
            asked.body()
            asked.json({"data": {"id": "form"}})
        elif path == "/cms/files":
            asked.json({"data": self.found})
        elif path.startswith("/cms/assets/"):
            self.asset(asked, self.assets.get(path.rpartition("/")[2]))
        else:
            asked.json({"data": {"id": path.rpartition("/")[2]}})

    def asset(self, asked: Asked, content: bytes | None) -> None:
        first, _, last = asked.headers.get("Range", "").removeprefix("bytes=").partition("-")
        if content is None:
            asked.error(403, "FORBIDDEN")
        elif first and self.ranges:
            part = content[int(first) : int(last) + 1 if last else None]
            asked.reply(206, part, Content_Range=f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}")
        else:
            asked.reply(200, content)

    def create(self, asked: Asked) -> None:
        asked.body()
        if self.fault(asked, ""):
            return
        key = str(len(self.uploads) + 1)
        self.uploads[key] = bytearray()
        self.size = int(asked.headers["Upload-Length"])
        asked.reply(201, Location=f"https://elsewhere.example.com/wrong/files/tus/{key}")

    def chunk(self, asked: Asked, key: str) -> None:
        if self.fault(asked, key):
            return
        held = self.uploads.get(key)
        if held is None:
            asked.body()
            asked.reply(404, b"not found")
        elif asked.command == "HEAD":
            asked.reply(200, Upload_Offset=str(len(held)), Upload_Length=str(self.size))
        elif int(asked.headers["Upload-Offset"]) != len(held):
            asked.body()
            asked.reply(409, b"conflict")
        else:
            self.take(asked, key, asked.length)

    def take(self, asked: Asked, key: str, size: int) -> None:
        self.uploads[key] += asked.body(size)
        self.received += size
        if size < asked.length:
            asked.hang_up()
            return
        offset, more = len(self.uploads[key]), {}
        if offset == self.size:
            self.stored = bytes(self.uploads.pop(key))
            self.uploads[f"complete {key}"] = bytearray()
            more = {"Directus_File_Id": "file"} if self.tells_id else {}
        asked.reply(204, Upload_Offset=str(offset), **more)


@pytest.fixture
def tus() -> Tus:
    return Tus()


@pytest.fixture
def directus(tus: Tus) -> Iterator[Directus]:
    with serving(tus) as url, Directus(url + "/cms", retry=QUICK) as directus:
        yield directus


@pytest.fixture
def closing() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


def once(act: Callable[[Asked, str], None], *, command: str = "PATCH", number: int = 2) -> Callable[[Asked, str], bool]:
    """A fault at the n-th request of a kind."""
    seen = [0]

    def fault(asked: Asked, key: str) -> bool:
        if asked.command == command:
            seen[0] += 1
            if seen[0] == number:
                act(asked, key)
                return True
        return False

    return fault


def test_an_upload(directus: Directus, tus: Tus) -> None:
    assert directus.files.upload(CONTENT, filename="x.bin", resumable=True) == {"id": "file"}
    assert tus.stored == CONTENT
    assert tus.log == [
        "GET /server/info", "POST /files/tus", *["PATCH /files/tus/1"] * 4, "GET /files/file",
    ]  # fmt: skip


def test_a_cut_chunk_goes_on_from_where_it_was_cut(directus: Directus, tus: Tus) -> None:
    tus.fault = once(lambda asked, key: tus.take(asked, key, 100_000))
    directus.files.upload(CONTENT, filename="x.bin", resumable=True)
    assert tus.stored == CONTENT
    assert tus.received == len(CONTENT), "nothing was sent twice"
    assert "HEAD /files/tus/1" in tus.log


def test_an_answer_that_was_lost(directus: Directus, tus: Tus) -> None:
    def lose(asked: Asked, key: str) -> None:
        tus.uploads[key] += asked.body()
        asked.hang_up()

    tus.fault = once(lose)
    directus.files.upload(CONTENT, filename="x.bin", resumable=True)
    assert tus.stored == CONTENT


def test_every_request_of_an_upload_has_the_parameters_of_the_client(directus: Directus, tus: Tus) -> None:
    tus.found = [{"id": "found"}]
    tus.fault = once(lost(tus), number=4)
    upload = directus.with_options(params={"lang": "de"}).files.upload
    assert upload(CONTENT, filename="x.bin", resumable=True) == {"id": "found"}
    assert {line.partition(" /")[0] for line in tus.log} == {"GET", "POST", "PATCH", "HEAD"}
    assert "GET /assets/found" in tus.log
    assert [query.split("&").count("lang=de") for query in tus.queries] == [1] * len(tus.log)
    # Directus takes all that follows the last slash for the id of the upload.
    ids = [
        query.rpartition("/")[2] for line, query in zip(tus.log, tus.queries, strict=True) if line.startswith(("PATCH", "HEAD"))
    ]
    assert set(ids) == {"1"}


def lost(tus: Tus) -> Callable[[Asked, str], None]:
    """The server has all of the chunk, but its answer does not arrive, and it knows the upload no more."""

    def lose(asked: Asked, key: str) -> None:
        asked.body()
        tus.uploads.pop(key)
        tus.uploads["gone"] = bytearray()
        asked.hang_up()

    return lose


@pytest.mark.parametrize("found", [True, False])
def test_the_last_answer_was_lost(directus: Directus, tus: Tus, found: bool) -> None:
    """The server knows the upload no more: it is complete."""
    tus.found = [{"id": "found"}] if found else []
    tus.fault = once(lost(tus), number=4)
    assert directus.files.upload(CONTENT, filename="x.bin", resumable=True) == {"id": "found" if found else "file"}
    assert tus.log.count("POST /files/tus") == (1 if found else 2)


@pytest.mark.parametrize("status", [409, 423, 500, 503])
def test_answers_after_which_the_server_is_asked(directus: Directus, tus: Tus, status: int) -> None:
    def fail(asked: Asked, key: str) -> None:
        asked.body()
        asked.reply(status, b"later")

    tus.fault = once(fail)
    directus.files.upload(CONTENT, filename="x.bin", resumable=True)
    assert tus.stored == CONTENT


@pytest.mark.parametrize("status", [408, 429, 500, 503, 520])
@pytest.mark.parametrize("statuses", [(), (520,)])
def test_the_statuses_of_the_retry_policy_hold_for_chunks(
    directus: Directus, tus: Tus, status: int, statuses: tuple[int, ...]
) -> None:
    def fail(asked: Asked, key: str) -> None:
        asked.body()
        asked.reply(status, b"later")

    tus.fault = once(fail)
    files = directus.with_options(retry=RetryPolicy(sleep=lambda seconds: None, statuses=statuses)).files
    if status in statuses:
        files.upload(CONTENT, filename="x.bin", resumable=True)
        assert tus.stored == CONTENT
    else:
        with pytest.raises(APIError):
            files.upload(CONTENT, filename="x.bin", resumable=True)


@pytest.mark.parametrize("found", [True, False])
def test_a_server_that_does_not_tell_the_id(directus: Directus, tus: Tus, found: bool) -> None:
    tus.tells_id = False
    tus.found = [{"id": "found"}] if found else []
    assert directus.files.upload(CONTENT, filename="x.bin", resumable=True) == ({"id": "found"} if found else None)
    assert directus.files.replace("9", CONTENT, filename="x.bin", resumable=True) == {"id": "9"}
    assert tus.log.count("POST /files/tus") == 2


def test_an_expired_upload_starts_again(directus: Directus, tus: Tus) -> None:
    def expire(asked: Asked, key: str) -> None:
        asked.body()
        del tus.uploads[key]
        tus.uploads["gone"] = bytearray()
        asked.reply(410, b"expired")

    tus.fault = once(expire)
    directus.files.upload(CONTENT, filename="x.bin", resumable=True)
    assert tus.stored == CONTENT
    assert tus.log.count("POST /files/tus") == 2


def test_a_server_that_is_always_too_soon(directus: Directus, tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    def expire(asked: Asked, key: str) -> bool:
        if asked.command == "POST":
            return False
        asked.body()
        asked.reply(410, b"expired")
        return True

    tus.fault = expire
    with pytest.raises(OutOfTime, match="TUS_UPLOAD_EXPIRATION"):
        directus.files.upload(CONTENT, filename="x.bin", resumable=True)
    assert tus.log.count("POST /files/tus") == 2
    # "auto" has another way.
    monkeypatch.setattr("directus_sdk.transfers.tus.RESUMABLE_FROM", 1000)
    assert directus.files.upload(CONTENT, filename="x.bin") == {"id": "form"}


def test_it_gives_up_in_the_end(directus: Directus, tus: Tus) -> None:
    def drop(asked: Asked, key: str) -> bool:
        if asked.command == "PATCH":
            asked.body(1000)
            asked.hang_up()
            return True
        return False

    tus.fault = drop
    with pytest.raises(ConnectionFailed):
        directus.files.upload(CONTENT, filename="x.bin", resumable=True)
    assert tus.log.count("PATCH /files/tus/1") == 3


def test_progress_makes_it_patient(directus: Directus, tus: Tus) -> None:
    """Ten faults, more than a call may have, with some bytes between any two."""
    tus.fault = lambda asked, key: asked.command == "PATCH" and len(tus.uploads[key]) < 500_000 and cut(asked, key)

    def cut(asked: Asked, key: str) -> bool:
        tus.take(asked, key, 50_000)
        return True

    directus.files.upload(CONTENT, filename="x.bin", resumable=True)
    assert tus.stored == CONTENT
    assert tus.log.count("HEAD /files/tus/1") == 10


def test_refusals(directus: Directus, tus: Tus) -> None:
    for status, text, error in (
        (500, b"Something went wrong with that request\nInvalid foreign key.", InvalidForeignKey),
        (400, b"Invalid foreign key.", InvalidForeignKey),
        (413, b"Maximum size exceeded", BadRequest),
    ):
        tus.fault = lambda asked, key, status=status, text=text: asked.reply(status, text) or True  # type: ignore[misc]
        with pytest.raises(error):
            directus.files.upload(CONTENT, filename="x.bin", resumable=True)


def test_what_the_server_says_of_itself(directus: Directus, tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directus_sdk.transfers.tus.RESUMABLE_FROM", 1000)
    tus.info = {"project": {}}  # what unauthenticated clients are told
    assert directus.files.upload(CONTENT) == {"id": "form"}
    assert directus.files.upload(b"small") == {"id": "form"}
    tus.info = {"queryLimit": {}, "uploads": {"tus": False}}
    assert directus.files.upload(CONTENT) == {"id": "form"}
    assert directus.files.upload(CONTENT) == {"id": "form"}
    assert tus.log.count("GET /server/info") == 2, "what is known is not asked again"
    tus.log.clear()
    with Directus(directus.url) as other:
        tus.info = {"queryLimit": {}, "uploads": {"tus": True}}
        assert other.files.upload(CONTENT) == {"id": "file"}
        assert tus.log.count("PATCH /files/tus/1") == 1, "without a size, chunks have 8 MiB"


def test_the_resume_file(directus: Directus, tus: Tus, tmp_path: Path) -> None:
    resume = tmp_path / "upload.json"

    class Stop(Exception):
        pass

    def stop(done: int, total: Any) -> None:
        if done > 2 * CHUNK:
            raise Stop

    with pytest.raises(Stop):
        directus.files.upload(CONTENT, filename="x.bin", resume_file=resume, on_progress=stop)
    held = json.loads(resume.read_text())
    assert held["upload"] == "1"
    for name, content in (("y.bin", CONTENT), ("x.bin", CONTENT[::-1])):
        resume.write_text(json.dumps(held))
        tus.log.clear()
        directus.files.upload(content, filename=name, resume_file=resume)
        assert tus.stored == content, "another name or another content is another upload"
        assert "POST /files/tus" in tus.log
    resume.write_text(json.dumps(held))
    tus.log.clear()
    directus.files.upload(CONTENT, filename="x.bin", resume_file=resume)
    assert tus.stored == CONTENT
    assert tus.log[0] == "HEAD /files/tus/1"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"finished", CONTENT, b'{"name": "Ada"}', b"[1]", b"\xff", b'{"identity": 1}', b"[" * 60_000,
        b'{"upload": "1", "created": "", "reached": 1e400}',
    ],
)  # fmt: skip
def test_a_file_that_is_no_resume_file_is_not_touched(directus: Directus, tus: Tus, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    calls: list[Any] = [
        lambda: directus.files.upload(CONTENT, filename="x.bin", resume_file=path),
        lambda: directus.files.upload(path, resume_file=path),
        lambda: directus.files.replace("1", CONTENT, filename="x.bin", resume_file=path),
    ]
    for call in calls:
        with pytest.raises(ConfigurationError, match=r"film\.mp4.*not the resume file"):
            call()
    assert path.read_bytes() == content
    assert not [entry for entry in tus.log if entry.startswith("POST")]


@pytest.mark.parametrize("kind", ["pipe", "folder", "no folder", "empty"])
def test_a_resume_file_that_cannot_be_one_is_refused_before_anything_is_sent(
    directus: Directus, tus: Tus, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "r"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    given = {"no folder": path / "r", "empty": ""}.get(kind, path)
    error, words = {
        "no folder": (FileNotFoundError, "no folder"),
        "empty": (ValueError, "it is empty"),
    }.get(kind, (ConfigurationError, "not the resume file"))
    with pytest.raises(error, match=words):
        directus.files.upload(CONTENT, filename="x.bin", resume_file=given)
    assert not [entry for entry in tus.log if entry.startswith("POST")]


def test_two_runs_with_one_resume_file_make_one_file(directus: Directus, tus: Tus, tmp_path: Path) -> None:
    """The second begins before the first has made its upload."""
    path = tmp_path / "r"
    refused: list[str] = []

    def second(asked: Asked, key: str) -> bool:
        if asked.command == "POST" and not refused:
            with pytest.raises(ConfigurationError) as raised:
                directus.files.upload(CONTENT, filename="x.bin", resume_file=path)
            refused.append(str(raised.value))
        return False

    tus.fault = second
    assert directus.files.upload(CONTENT, filename="x.bin", resume_file=path) == {"id": "file"}
    assert "in use by another run" in refused[0]
    assert tus.log.count("POST /files/tus") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_resume_file_may_have_the_longest_name(directus: Directus, tus: Tus, tmp_path: Path) -> None:
    assert directus.files.upload(CONTENT, filename="x.bin", resume_file=tmp_path / ("n" * 255)) == {"id": "file"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", ["x", -5, 0, True, None, 0.5, 1e400, []])
def test_a_size_of_chunks_that_makes_no_sense_is_not_used(directus: Directus, tus: Tus, size: Any) -> None:
    tus.info = {"queryLimit": {}, "uploads": {"tus": True, "chunkSize": size}}
    assert directus.files.upload(CONTENT, filename="x.bin", resumable=True) == {"id": "file"}
    assert tus.log.count("PATCH /files/tus/1") == 1


@pytest.mark.parametrize("uploads", ["yes", [1], 5])
def test_what_a_server_says_of_uploads_may_make_no_sense(directus: Directus, tus: Tus, uploads: Any) -> None:
    tus.info = {"queryLimit": {}, "uploads": uploads}
    with pytest.raises(NotSupported, match="no resumable uploads"):
        directus.files.upload(CONTENT, filename="x.bin", resumable=True)


@pytest.mark.parametrize("kind", ["another beginning", "another end", "not to be read", "no ranges", "the second one"])
def test_another_file_of_the_same_name_and_size_is_not_taken_for_it(directus: Directus, tus: Tus, kind: str) -> None:
    tus.found = [{"id": "other"}]
    if kind == "the second one":
        tus.found.append({"id": "found"})
    if kind != "not to be read":
        tus.assets["other"] = {"another beginning": b"x" + CONTENT[1:], "no ranges": CONTENT}.get(kind, CONTENT[:-1] + b"x")
    tus.ranges = kind != "no ranges"
    tus.fault = once(lost(tus), number=4)
    made = directus.files.upload(CONTENT, filename="x.bin", resumable=True)
    assert made == {"id": "found" if kind == "the second one" else "file"}
    assert tus.log.count("POST /files/tus") == (1 if kind == "the second one" else 2)


@pytest.mark.parametrize("size", [1, 1000, 64 * 1024, 64 * 1024 + 1])
def test_a_small_file_is_compared_as_a_whole(directus: Directus, tus: Tus, size: int) -> None:
    content = CONTENT[:size]
    tus.found = [{"id": "other"}, {"id": "found"}]
    tus.assets.update(other=content[:-1] + b"\xff", found=content)
    tus.fault = once(lost(tus), number=1)
    assert directus.files.upload(content, filename="x.bin", resumable=True) == {"id": "found"}


def test_a_record_that_was_made_in_the_second_before_the_answer() -> None:
    """Its time is before the ``Date`` of the answer that tells of the upload."""

    def answer(request: Request) -> Any:
        path = request.url.removeprefix("https://cms.example.com")
        if path == "/server/info":
            return {"queryLimit": {}, "uploads": {"tus": True}}
        if path == "/files/tus":
            return Response(201, {"Location": "/files/tus/1", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"})
        if request.method == "PATCH":
            return Response(204, {"Upload-Offset": "1"})
        if path.startswith("/assets"):
            return Response(200, {}, b"x")
        return [{"id": "found"}] if path == "/files" else {"id": "found"}

    mock = MockTransport(answer)
    files = Directus("https://cms.example.com", transport=mock).files
    assert files.upload(b"x", filename="x", resumable=True) == {"id": "found"}
    asked = next(dict(request.params)["filter"] for request in mock.requests if "filter" in dict(request.params))
    assert "2026-11-21T09:59:58Z" in asked


class Killed(BaseException):
    """Stands for the end of a process: nothing is cleaned up but what a kill would not leave either."""


def killed_after(directus: Directus, chunks: int, given: Any, resume: Path, **more: Any) -> None:
    """Upload until so many chunks were read, then stop."""

    def stop(done: int, total: Any) -> None:
        if done > chunks * CHUNK:
            raise Killed

    with pytest.raises(Killed):
        directus.files.upload(given, filename="x.bin", resume_file=resume, on_progress=stop, **more)


@pytest.mark.parametrize(("chunks", "claimed"), [(0, False), (2, False), (3, True)])
def test_an_upload_of_an_earlier_run_is_looked_for_only_if_it_can_be_complete(
    directus: Directus, tus: Tus, tmp_path: Path, chunks: int, claimed: bool
) -> None:
    """The server gave it up meanwhile, or completed it, and has a file of the same name, size and content."""
    resume = tmp_path / "upload.json"
    killed_after(directus, chunks, CONTENT, resume)
    tus.uploads = {"gone": bytearray()}
    tus.found = [{"id": "found"}]
    assert directus.files.upload(CONTENT, filename="x.bin", resume_file=resume) == {"id": "found" if claimed else "file"}
    assert not resume.exists()


@pytest.mark.parametrize("kind", ["path", "file", "bytes", "iterator", "temporary"])
def test_a_change_in_the_middle_is_another_content(
    directus: Directus, tus: Tus, tmp_path: Path, closing: contextlib.ExitStack, kind: str
) -> None:
    """The size and both ends are the same."""
    path, resume = tmp_path / "x.bin", tmp_path / "upload.json"
    middle = len(CONTENT) // 2
    new = CONTENT[:middle] + b"changed" + CONTENT[middle + 7 :]

    def opened(content: bytes) -> Any:
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        if kind == "path":
            return path
        if kind == "file":
            return closing.enter_context(path.open("rb"))
        if kind == "temporary":
            file = closing.enter_context(tempfile.SpooledTemporaryFile())  # noqa: SIM115
            file.write(content)
            file.seek(0)
            return file
        return content if kind == "bytes" else iter([content])

    killed_after(directus, 1, opened(CONTENT), resume)
    tus.log.clear()
    directus.files.upload(opened(new), filename="x.bin", resume_file=resume)
    assert tus.stored == new
    assert tus.log.count("POST /files/tus") == 1
    # And the same content is gone on with.
    same = opened(CONTENT)
    killed_after(directus, 1, same, resume)
    tus.log.clear()
    if hasattr(same, "seek"):
        same.seek(0)
    directus.files.upload(iter([CONTENT]) if kind == "iterator" else same, filename="x.bin", resume_file=resume)
    assert tus.stored == CONTENT
    assert "POST /files/tus" not in tus.log


def test_a_path_that_gets_another_file_meanwhile(directus: Directus, tus: Tus, tmp_path: Path) -> None:
    """What had the name at the beginning is sent to its end."""
    path, other = tmp_path / "x.bin", tmp_path / "y.bin"
    path.write_bytes(CONTENT)

    def replace(done: int, total: Any) -> None:
        if CHUNK < done < 2 * CHUNK and not other.exists():
            other.write_bytes(CONTENT[::-1])
            shutil.copy(other, tmp_path / "z.bin")
            (tmp_path / "z.bin").replace(path)

    tus.fault = once(lambda asked, key: tus.take(asked, key, 100_000), number=3)  # it is read again after a fault too
    directus.files.upload(path, resumable=True, on_progress=replace)
    assert path.read_bytes() != CONTENT
    assert tus.stored == CONTENT


def test_a_file_that_is_changed_meanwhile(directus: Directus, tus: Tus, tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(CONTENT)
    os.utime(path, ns=(1, 1))

    def change(done: int, total: Any) -> None:
        if done == 2 * CHUNK:
            with path.open("r+b") as file:
                file.seek(done)
                file.write(b"changed")

    with pytest.raises(OSError, match=r"x\.bin.*was changed while it was sent"):
        directus.files.upload(path, resumable=True, on_progress=change)
    assert tus.stored is None


def test_the_resume_file_of_an_upload_that_was_given_up(
    directus: Directus, tus: Tus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file went up as a form: the next call is another upload, and takes no file for its own."""

    def expire(asked: Asked, key: str) -> bool:
        if asked.command == "POST":
            return False
        asked.body()
        asked.reply(410, b"expired")
        return True

    resume = tmp_path / "upload.json"
    tus.fault = expire
    assert directus.files.upload(CONTENT, filename="x.bin", resume_file=resume) == {"id": "form"}
    assert not resume.exists()
    tus.found = [{"id": "found"}]
    assert directus.files.upload(CONTENT, filename="x.bin", resume_file=resume) == {"id": "form"}


def test_errors_of_the_caller_are_no_errors_of_the_server(directus: Directus, tus: Tus) -> None:
    for error in (ConnectionFailed("mine", sent=False), NotFound("mine", status=404)):

        def fail(done: int, total: Any, error: Exception = error) -> None:
            raise error

        tus.log.clear()
        with pytest.raises(type(error), match="mine"):
            directus.files.upload(CONTENT, filename="x.bin", resumable=True, on_progress=fail)
        assert not any(line.startswith("HEAD") for line in tus.log)


class Odd:
    """A server whose creation and chunks are answered with what a test says."""

    def __init__(self, location: str | None, offset: Callable[[int, int], str | None], at: str | None = "0") -> None:
        self.location, self.offset, self.at = location, offset, at
        self.sent: list[int] = []

    def __call__(self, request: Request) -> Response:
        if request.url.endswith("/server/info"):
            return json_response({"uploads": {"tus": True, "chunkSize": 100}})
        if request.method == "POST":
            return Response(201, {} if self.location is None else {"Location": self.location})
        if request.method == "HEAD":
            return Response(200, {} if self.at is None else {"Upload-Offset": self.at})
        self.sent.append(int(request.headers["Upload-Offset"]))
        if len(self.sent) > 50:
            raise AssertionError("it is sent for ever")
        offset = self.offset(self.sent[-1], len(self.sent))
        if offset == "conflict":
            return Response(409)
        return Response(204, {} if offset is None else {"Upload-Offset": offset})


@pytest.mark.parametrize(
    "odd",
    [
        Odd("/files/tus/u", lambda sent, n: "0"),
        Odd("/files/tus/u", lambda sent, n: str(sent)),
        Odd("/files/tus/u", lambda sent, n: str(sent - 1)),
        Odd("/files/tus/u", lambda sent, n: None),
        Odd("/files/tus/u", lambda sent, n: "x"),
        Odd("/files/tus/u", lambda sent, n: "-5"),
        Odd("/files/tus/u", lambda sent, n: "99999999"),
        Odd("/files/tus/u", lambda sent, n: "9" * 5000),
        Odd("/files/tus/u", lambda sent, n: "+100"),
        Odd("/files/tus/u", lambda sent, n: "conflict", at=None),
        Odd("/files/tus/u", lambda sent, n: "conflict", at="-1"),
        Odd("/files/tus/u", lambda sent, n: "conflict", at="1001"),
        Odd("/files/tus/u", lambda sent, n: "conflict", at="0"),
        Odd("/files/tus/u", lambda sent, n: str(sent + 100) if n % 2 else "conflict", at="0"),
        Odd(None, lambda sent, n: str(sent + 100)),
        Odd("", lambda sent, n: str(sent + 100)),
        Odd("/files/tus/", lambda sent, n: str(sent + 100)),
        Odd("https://cms.example.com/cms/files/tus", lambda sent, n: str(sent + 100)),
        Odd("/files/tus/..", lambda sent, n: str(sent + 100)),
        Odd("/files/tus/%2E%2E", lambda sent, n: str(sent + 100)),
        Odd("..", lambda sent, n: str(sent + 100)),
        Odd("http://[", lambda sent, n: str(sent + 100)),
    ],
)
def test_a_server_that_does_not_advance_or_names_nothing_is_an_error(odd: Odd, tmp_path: Path) -> None:
    retry = RetryPolicy(attempts=3, backoff=0)
    directus = Directus("https://cms.example.com", token="t", transport=MockTransport(odd), retry=retry)
    with pytest.raises(APIError):
        directus.files.upload(b"x" * 1000, filename="a.bin", resumable=True, resume_file=tmp_path / "resume")


def test_an_id_before_the_last_chunk_is_not_the_end() -> None:
    received: list[int] = []

    def script(request: Request) -> Response:
        if request.url.endswith("/server/info"):
            return json_response({"uploads": {"tus": True, "chunkSize": 100}})
        if request.method == "POST":
            return Response(201, {"Location": "/files/tus/u"})
        if request.method == "PATCH":
            received.append(int(request.headers["Upload-Offset"]))
            return Response(204, {"Upload-Offset": str(received[-1] + 100), "Directus-File-Id": "f"})
        return json_response([{"id": "f"}] if request.method == "SEARCH" else {"id": "f"})

    directus = Directus("https://cms.example.com", token="t", transport=MockTransport(script))
    assert directus.files.upload(b"x" * 300, filename="a.bin", resumable=True) == {"id": "f"}
    assert received == [0, 100, 200]
