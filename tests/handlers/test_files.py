"""`files` against servers that fail."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import queue
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from directus_sdk import (
    UNSET,
    BulkError,
    ConfigurationError,
    ConnectionFailed,
    Directus,
    Forbidden,
    NotFound,
    PayloadTooLarge,
    Request,
    RetryPolicy,
    ServiceUnavailable,
    Unset,
)
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response, json_response
from directus_sdk.transfers.folder_paths import folder_id
from tests.fileserver import Asked, serving

QUICK = RetryPolicy(attempts=3, sleep=lambda seconds: None)
BIG = bytes(range(256)) * 8 * 4096  # 8 MiB


def body_of(request: Request) -> bytes:
    assert callable(request.body)
    return b"".join(request.body())


def file_part(body: bytes) -> bytes:
    """The content of the last part of a form."""
    boundary = body[: body.index(b"\r\n")]
    return body.split(boundary)[-2].partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")


def test_fields_come_before_the_file() -> None:
    mock = MockTransport([{"id": "1"}])
    Directus("http://127.0.0.1", transport=mock).files.upload(b"hello", {"title": "T", "tags": ["a"]}, filename="a.txt")
    body = body_of(mock.last)
    assert body.index(b'name="title"') < body.index(b'name="tags"') < body.index(b'name="file"')
    assert b'name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n' in body
    assert file_part(body) == b"hello"
    assert body_of(mock.last) == body, "a second try sends the same"


@attrs.define
class Change:
    title: str | Unset | None = UNSET
    filename_download: str | Unset = UNSET


@attrs.define
class Record:
    title: str | None = None


def test_a_replacement_takes_a_model_of_what_changes() -> None:
    mock = MockTransport([{"filename_download": "old.txt", "type": "text/plain"}, {"id": "1"}, {"id": "1"}])
    files = Directus("http://127.0.0.1", transport=mock, models={"directus_files": Change}).files
    files.replace("1", b"new", Change(title="New"))
    body = body_of(mock.last)
    assert b'name="title"\r\n\r\nNew\r\n' in body
    assert b'filename="old.txt"' in body
    files.replace("1", b"new", Change(filename_download="b.csv"))
    assert b'filename="b.csv"\r\nContent-Type: text/csv' in body_of(mock.last)
    assert [request.method for request in mock.requests] == ["GET", "PATCH", "PATCH"]


@pytest.mark.parametrize(
    ("data", "message"), [(Record(), "does not know which attributes were set"), ("title", "mapping"), ([("a", 1)], "mapping")]
)
def test_a_replacement_refuses_what_does_not_say_what_changes(data: Any, message: str) -> None:
    mock = MockTransport()
    with pytest.raises(TypeError, match=message):
        Directus("http://127.0.0.1", transport=mock).files.replace("1", b"new", data)
    assert mock.requests == []


@pytest.mark.parametrize("size", [0, 1, 70_000, 256 * 1024, 256 * 1024 + 1, 1_000_000])
def test_a_form_goes_out_in_few_blocks(size: int) -> None:
    mock = MockTransport(lambda request: {"id": "1"})
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    Directus("http://127.0.0.1", transport=mock).files.upload(content, resumable=False)
    assert callable(mock.last.body)
    form: Any = mock.last.body()
    blocks = list(form)
    assert len(blocks) == max(1, -(-size // (256 * 1024))), "what frames the file goes out with it"
    whole = b"".join(blocks)
    assert form.length == len(whole)
    assert file_part(whole) == content


def test_a_retry_in_the_middle_sends_the_whole_file_again() -> None:
    received: list[bytes] = []

    def answer(asked: Asked) -> None:
        if not received:
            received.append(asked.body(1 << 20))
            asked.error(503, "SERVICE_UNAVAILABLE", service="api", reason="Under pressure")
            asked.hang_up()
            return
        received.append(asked.body())
        asked.json({"data": {"id": "1"}})

    seen: list[int] = []
    with serving(answer) as url, Directus(url, retry=QUICK) as directus:
        sources: list[Any] = [BIG, io.BytesIO(BIG), iter([BIG])]
        for source in sources:
            received.clear()
            seen.clear()
            made: Any = directus.files.upload(source, filename="x.bin", on_progress=lambda done, total: seen.append(done))
            assert made == {"id": "1"}
            assert file_part(received[-1]) == BIG
            assert len(received) == 2
            assert seen[-1] == len(BIG)
            assert seen != sorted(seen), "progress begins again"


@pytest.mark.parametrize("keep", [True, False])
def test_an_answer_stops_the_upload(keep: bool) -> None:
    """The server answers after the head; it keeps the connection or drops it."""
    done = threading.Event()
    in_time: queue.Queue[bool] = queue.Queue()

    def answer(asked: Asked) -> None:
        if asked.command == "GET":
            asked.json({"data": []})
            return
        asked.error(403, "FORBIDDEN")
        if keep:
            in_time.put(done.wait(15))
            asked.body()  # what else is sent on this connection is taken for the body
        asked.close_connection = True

    def blocks() -> Any:
        for _ in range(1000):
            yield bytes(1 << 20)

    with serving(answer) as url, Directus(url, token="t") as directus:
        sent: list[int] = []
        form: Any = lambda: Counted(blocks(), 1000 << 20, sent)  # noqa: E731
        with pytest.raises(Forbidden):
            directus.pipeline.call("POST", "/files", body=form)
        done.set()
        assert not keep or in_time.get(timeout=20), "the answer was read while the server waited"
        assert sum(sent) < 100 << 20
        other = directus.with_options(timeout=5)
        assert other.items("articles").read_many() == [], "the client goes on with another connection"


class Counted:
    def __init__(self, blocks: Any, length: int, sent: list[int]) -> None:
        self.blocks = blocks
        self.length = length
        self.sent = sent

    def __iter__(self) -> Any:
        for block in self.blocks:
            self.sent.append(len(block))
            yield block


def test_a_server_that_drops_the_connection() -> None:
    tries: list[str] = []

    def answer(asked: Asked) -> None:
        tries.append(asked.command)
        if asked.command == "GET":
            asked.json({"data": {"filename_download": "kept.bin", "type": None}})
            return
        asked.body(1 << 20)
        asked.hang_up()

    with serving(answer) as url, Directus(url, retry=QUICK) as directus:
        with pytest.raises(ConnectionFailed):
            directus.files.upload(BIG, filename="x.bin")
        assert tries == ["POST"], "nobody knows whether the file was stored"
        tries.clear()
        with pytest.raises(ConnectionFailed):
            directus.files.replace("1", BIG)
        assert tries == ["GET", "PATCH", "PATCH", "PATCH"], "replacing twice does no harm"


def test_a_file_that_shrinks_while_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(BIG)

    def shrink(done: int, total: Any) -> None:
        with path.open("r+b") as file:
            file.truncate(1 << 20)

    def answer(asked: Asked) -> None:
        asked.body()
        asked.json({"data": {}})

    with serving(answer) as url, Directus(url) as directus, pytest.raises(EOFError, match="became shorter"):
        directus.files.upload(path, on_progress=shrink)


def test_errors_of_the_caller_are_the_callers(tmp_path: Path) -> None:
    def answer(asked: Asked) -> None:
        asked.body()
        asked.json({"data": {}})

    def fail(done: int, total: Any) -> None:
        raise KeyError("mine")

    with serving(answer) as url, Directus(url) as directus, pytest.raises(KeyError, match="mine"):
        directus.files.upload(BIG, filename="x.bin", on_progress=fail)


def test_answers_of_a_server() -> None:
    for response, error in (
        (error_response("CONTENT_TOO_LARGE", 413), PayloadTooLarge),
        (error_response("SERVICE_UNAVAILABLE", 503, service="external-file"), ServiceUnavailable),
    ):
        mock = MockTransport(lambda request, response=response: response)
        with pytest.raises(error):
            Directus("http://127.0.0.1", transport=mock, retry=QUICK).files.import_url("https://example.com/a.png")
        assert len(mock.requests) == 1
    mock = MockTransport([None])
    assert Directus("http://127.0.0.1", transport=mock).files.upload(b"x") is None


def test_import_url() -> None:
    mock = MockTransport([{"id": "1"}])
    directus = Directus("http://127.0.0.1", transport=mock)
    assert directus.files.import_url("https://example.com/a.png", {"title": "T"}, {"fields": ["id"]}) == {"id": "1"}
    assert (mock.path(), mock.query()) == ("/files/import", {"fields": "id"})
    assert mock.json() == {"url": "https://example.com/a.png", "data": {"title": "T"}}
    with pytest.raises(ConfigurationError, match="not both"):
        directus.files.import_url("https://example.com/a.png", {"folder": "1"}, folder="x")


def test_the_record_of_a_url_has_the_options_of_uploads() -> None:
    mock = MockTransport([{"id": "1"}])
    files = Directus("http://127.0.0.1", transport=mock).files
    folder = "8cbb43fe-4cdf-4991-8352-c461779cec02"
    files.import_url("https://example.com/a", filename="b.png", content_type="image/png", folder=folder, fields=["id"])
    assert mock.json()["data"] == {"filename_download": "b.png", "type": "image/png", "folder": folder}
    with pytest.raises(TypeError, match="filename"):
        files.import_url("https://example.com/a", filename=5)  # type: ignore[arg-type]


def test_a_file_is_replaced_and_moved() -> None:
    mock = MockTransport([{"id": "1"}])
    files = Directus("http://127.0.0.1", transport=mock).files
    folder = "8cbb43fe-4cdf-4991-8352-c461779cec02"
    files.replace("1", b"x", filename="a.txt", folder=folder)
    assert f'name="folder"\r\n\r\n{folder}'.encode() in body_of(mock.last)
    with pytest.raises(ConfigurationError, match="not both"):
        files.replace("1", b"x", {"folder": folder}, folder=folder)


def test_all_of_many_files_have_one_type() -> None:
    mock = MockTransport(lambda request: {"id": str(len(body_of(request)))})
    files = Directus("http://127.0.0.1", transport=mock).files
    assert (
        files.upload_many([b"a", b"b"], {"title": "T"}, {"fields": ["id"]}, content_type="text/x", resumable=False).count == 2
    )
    assert all(b"Content-Type: text/x" in body_of(request) for request in mock.requests)
    assert mock.query() == {"fields": "id"}
    sent = len(mock.requests)
    with pytest.raises(ValueError, match="resumable must be"):
        files.upload_many([b"a"], resumable="no")  # type: ignore[arg-type]
    assert len(mock.requests) == sent


def test_folders() -> None:
    known = [
        {"id": "1", "name": "a", "parent": None},
        {"id": "2", "name": "b", "parent": "1"},
        {"id": "3", "name": "b", "parent": "9"},
    ]
    made: list[Any] = []

    def answer(request: Request) -> Any:
        if request.url.endswith("/folders") and request.method == "POST":
            made.append(mock.json())
            return {"id": f"new{len(made)}"}
        if request.url.endswith("/folders"):
            return json_response({"data": known, "meta": {"filter_count": len(known)}})
        return {"id": "file"}

    mock = MockTransport(answer)
    directus = Directus("http://127.0.0.1", transport=mock)
    directus.files.upload(b"x", filename="x.txt", folder="a/b")
    assert len(mock.requests) == 2
    assert b'name="folder"\r\n\r\n2\r\n' in body_of(mock.last)
    directus.files.upload(b"x", filename="x.txt", folder="a/b/c/b", create_folders=True)
    assert made == [{"name": "c", "parent": "2"}, {"name": "b", "parent": "new1"}]
    assert b"new2" in body_of(mock.last)
    for folder, error in (("b", NotFound), ("a/x", NotFound), ("/", ConfigurationError), (3, TypeError)):
        sent = len(mock.requests)
        with pytest.raises(error):
            directus.files.upload(b"x", filename="x.txt", folder=folder)  # type: ignore[arg-type]
        assert not any(request.url.endswith("/files") for request in mock.requests[sent:])


def test_a_folder_behind_a_limit_of_the_server_is_found() -> None:
    known = [{"id": f"c{number}", "name": f"c{number}", "parent": None} for number in range(60)]
    known += [{"id": f"y{number}", "name": "2026", "parent": f"c{number}"} for number in range(60)]

    def answer(request: Request) -> Any:
        assert request.method == "SEARCH"
        query = mock.json()["query"]
        [rule] = query["filter"]["_or"]
        names = rule["name"]["_in"]
        found = [folder for folder in known if folder["name"] in names]
        start, limit = int(query.get("offset", 0)), int(query["limit"])
        if limit > 50:
            return error_response("INVALID_QUERY", 400, 'Invalid query. "limit" must be less than or equal to 50.')
        return json_response({"data": found[start:][:50], "meta": {"filter_count": len(found)}})

    mock = MockTransport(answer)
    assert folder_id(Directus("http://127.0.0.1", transport=mock).pipeline, "c55/2026", create=True) == "y55"


def test_threads_make_a_folder_once() -> None:
    """All of them look before one has made it."""
    meeting = threading.Barrier(4, timeout=10)
    looked = threading.local()
    known: list[dict[str, Any]] = []

    def answer(request: Request) -> Any:
        if request.method == "POST":
            assert isinstance(request.body, bytes)
            known.append({**json.loads(request.body), "id": f"id{len(known)}"})
            return known[-1]
        found = json_response({"data": list(known), "meta": {"filter_count": len(known)}})
        if not hasattr(looked, "once"):
            looked.once = meeting.wait()
        return found

    pipeline = Directus("http://127.0.0.1", transport=MockTransport(answer)).pipeline
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: folder_id(pipeline, "a/b", create=True), range(4)))
    assert found == ["id1"] * 4
    assert [folder["name"] for folder in known] == ["a", "b"]


def test_a_folder_whose_name_cannot_be_sent_is_refused() -> None:
    directus = Directus("http://127.0.0.1", transport=(mock := MockTransport([])))
    with pytest.raises(ValueError, match="not valid UTF-8"):
        directus.files.upload(b"x", folder="a/\ud800", create_folders=True)
    assert mock.requests == []


def test_data_must_be_a_mapping() -> None:
    directus = Directus("http://127.0.0.1", transport=MockTransport())
    with pytest.raises(TypeError, match="must be a mapping"):
        directus.files.upload(b"x", ["title"])
    with pytest.raises(ValueError, match="resumable"):
        directus.files.upload(b"x", resumable="yes")  # type: ignore[arg-type]


def test_many_files_of_which_none_is_there(tmp_path: Path) -> None:
    mock = MockTransport([])
    files = Directus("https://cms.example.com", transport=mock).files
    with pytest.raises(BulkError, match=r"1 of 1.*missing\.txt"):
        files.upload_many([tmp_path / "missing.txt"])
    assert files.upload_many([]) == []
    assert mock.requests == []


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """Python has such names for files whose names are not UTF-8."""
    mock = MockTransport([])
    files = Directus("http://127.0.0.1", transport=mock).files
    odd: Any = io.BytesIO(b"x")
    odd.name = "caf\udce9.txt"
    for call in (
        lambda: files.upload(odd, folder="a/b"),
        lambda: files.upload(odd, resumable=True),
        lambda: files.upload(b"x", filename=odd.name),
        lambda: files.upload(b"x", {"title": odd.name}),
        lambda: files.replace("1", b"x", filename=odd.name),
    ):
        with pytest.raises(ValueError, match=r"not valid UTF-8.*filename="):
            call()
    assert mock.requests == []
    mock = MockTransport([{"id": "1"}])
    Directus("http://127.0.0.1", transport=mock).files.upload(odd, filename="café.txt")
    assert "café.txt".encode() in body_of(mock.last)


def test_a_file_that_is_changed_while_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(BIG)
    os.utime(path, ns=(1, 1))

    def change(done: int, total: Any) -> None:
        if done < 1 << 20:
            with path.open("r+b") as file:
                file.write(b"changed")

    mock = MockTransport(lambda request: {"id": str(len(body_of(request)))})
    with pytest.raises(OSError, match=r"x\.bin.*was changed while it was sent"):
        Directus("http://127.0.0.1", transport=mock).files.upload(path, on_progress=change)
    # A log that grows is sent as far as it went when the call began, if it comes opened.
    with path.open("rb") as opened, path.open("ab") as log:
        made = Directus("http://127.0.0.1", transport=mock).files.upload(opened, on_progress=lambda *told: log.write(b"more"))
    assert len(BIG) < int(made["id"]) < len(BIG) + 1000  # type: ignore[index]


# ---------------------------------------------------------------------- file objects
def spent() -> io.BytesIO:
    buffer = io.BytesIO()
    buffer.write(b'[{"collection": "a", "items": []}]')
    return buffer


def test_a_buffer_that_was_just_written_is_refused_by_every_call(tmp_path: Path) -> None:
    mock = MockTransport()
    directus = Directus("http://127.0.0.1", transport=mock)
    calls: list[Callable[[Any], Any]] = [
        lambda file: directus.files.upload(file, filename="x.csv"),
        lambda file: directus.files.upload(file, filename="x.csv", folder="a/b", create_folders=True),
        lambda file: directus.files.upload(file, filename="x.csv", resumable=True),
        lambda file: directus.files.upload(file, filename="x.csv", resume_file=tmp_path / "r"),
        lambda file: directus.files.replace("1", file),
        lambda file: directus.files.replace("1", file, resumable=True),
        lambda file: directus.utils.import_file("articles", file, filename="x.json"),
        lambda file: directus.utils.import_batch(file, filename="x.json"),
        lambda file: directus.request("POST", "/custom", data=file),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"seek\(0\)"):
            call(spent())
        with tempfile.TemporaryFile() as file:
            file.write(b"content")
            with pytest.raises(ValueError, match=r"seek\(0\)"):
                call(file)
    assert mock.requests == []
    assert not (tmp_path / "r").exists()


def test_many_file_objects() -> None:
    from werkzeug.datastructures import FileStorage

    mock = MockTransport(lambda request: {"id": str(len(body_of(request)))})
    files = Directus("http://127.0.0.1", transport=mock).files
    seen: list[tuple[int, Any]] = []
    good = FileStorage(io.BytesIO(b"GIF89a"), filename="w.gif", name="photos", content_type="image/gif")
    made = files.upload_many([good, b"12345"], workers=1, on_progress=lambda *told: seen.append(told))
    assert made.count == 2
    assert seen[-1] == (11, 11)
    assert b'filename="w.gif"\r\nContent-Type: image/gif' in body_of(mock.requests[0])
    with pytest.raises(ValueError, match="twice"):
        files.upload_many([good, b"x", good])
    bad = FileStorage(spent(), filename="spent.csv", name="photos")
    with pytest.raises(BulkError, match=r"1 of 1 files.*spent\.csv: .*seek\(0\)"):
        files.upload_many([bad])
    collected = files.upload_many([bad, b"x"], on_error="collect")
    assert [type(error.error) for error in collected.errors] == [ValueError]


def test_the_second_try_of_an_upload_sends_the_whole_file() -> None:
    """The first ended before or while the file was read."""
    outcomes = iter([error_response("FORBIDDEN", 403), {"id": "1"}])

    def answer(request: Request) -> Any:
        body_of(request)
        return next(outcomes)

    mock = MockTransport(answer)
    files = Directus("http://127.0.0.1", transport=mock).files
    file = io.BytesIO(b"content")
    with pytest.raises(ConfigurationError):
        files.upload(file, {"folder": "1"}, folder="2")
    with pytest.raises(Forbidden):
        files.upload(file)
    files.upload(file)
    assert file_part(body_of(mock.last)) == b"content"


def test_what_is_returned_is_named_as_in_every_call() -> None:
    mock = MockTransport(lambda request: {"id": "1", "filename_download": "a", "type": "text/plain"})
    files = Directus("http://127.0.0.1", transport=mock).files
    calls: list[Callable[..., Any]] = [
        lambda **query: files.upload(b"x", **query),
        lambda **query: files.replace("1", b"x", **query),
        lambda **query: files.upload_many([b"x"], **query),
        lambda **query: files.import_url("https://example.com/a.png", **query),
    ]
    for call in calls:
        for query in ({"fields": ["id", "title"]}, {"query": {"fields": ["id", "title"]}}):
            call(**query)
            assert mock.query() == {"fields": "id,title"}
        sent = len(mock.requests)
        with pytest.raises(TypeError, match=r"title.*fields of an item go into its mapping"):
            call(title="T")
        with pytest.raises(TypeError, match="given twice"):
            call(fields=["id"], query={"fields": ["id"]})
        assert len(mock.requests) == sent


def test_the_type_of_a_frameworks_upload(tmp_path: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    mock = MockTransport(lambda request: {"id": "1", "filename_download": "kept", "type": "image/gif"})
    directus = Directus("http://127.0.0.1", transport=mock)
    from werkzeug.datastructures import FileStorage

    phone = lambda: FileStorage(io.BytesIO(b"..."), "photo", content_type="image/heic")  # noqa: E731
    photo = lambda: SimpleUploadedFile("photo", b"...", "image/webp")  # noqa: E731
    for call, expected in (
        (lambda: directus.files.upload(photo()), b'filename="photo"\r\nContent-Type: image/webp'),
        (lambda: directus.files.upload(phone()), b'filename="photo"\r\nContent-Type: image/heic'),
        (lambda: directus.files.upload_many([phone()]), b'filename="photo"\r\nContent-Type: image/heic'),
        (lambda: directus.files.upload(photo(), filename="a.png"), b'filename="a.png"\r\nContent-Type: image/webp'),
        (lambda: directus.files.upload(photo(), content_type="image/x"), b'filename="photo"\r\nContent-Type: image/x'),
        (lambda: directus.files.replace("1", photo()), b'filename="kept"\r\nContent-Type: image/webp'),
        # Browsers on Windows call a CSV an Excel file, which a server would not import.
        (
            lambda: directus.utils.import_file("a", SimpleUploadedFile("a.csv", b"a\n1", "application/vnd.ms-excel")),
            b'filename="a.csv"\r\nContent-Type: text/csv',
        ),
        (
            lambda: directus.utils.import_file("a", SimpleUploadedFile("a", b"a\n1", "text/csv")),
            b'filename="a"\r\nContent-Type: text/csv',
        ),
    ):
        call()
        assert expected in body_of(mock.last)


# ---------------------------------------------------------------------- several that are not independent
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_members_of_one_archive_are_not_mixed_up(tmp_path: Path, mode: str) -> None:
    contents = [bytes([number]) * (300_000 + number) for number in range(8)]
    with tarfile.open(tmp_path / "photos", mode) as archive:  # type: ignore[call-overload]
        for number, content in enumerate(contents):
            member = tarfile.TarInfo(f"{number}.bin")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    uploaded: list[bytes] = []

    def answer(request: Request) -> Any:
        uploaded.append(file_part(body_of(request)))
        return {"id": "1"}

    files = Directus("http://127.0.0.1", transport=MockTransport(answer)).files
    with tarfile.open(tmp_path / "photos") as archive:
        assert files.upload_many([archive.extractfile(member) or b"" for member in archive]).count == len(contents)
    assert sorted(uploaded) == contents


def test_what_is_read_twice_is_refused_whatever_it_is() -> None:
    files = Directus("http://127.0.0.1", transport=(mock := MockTransport([]))).files
    form = type("Form", (), {"file": io.BytesIO(b"x"), "filename": "x.txt", "content_type": "text/plain"})()
    for once in (iter([b"a"]), (block for block in (b"a", b"b")), map(bytes, [b"a"]), form):
        with pytest.raises(ValueError, match="twice"):
            files.upload_many([once, b"x", once])
    for one in (io.BytesIO(b"a\nb"), bytearray(b"ab"), memoryview(b"ab"), {"a.txt": b"x"}):
        with pytest.raises(TypeError, match="list of paths"):
            files.upload_many(one)  # type: ignore[arg-type]
    for workers in ("4", 1.5, True, None):
        with pytest.raises(TypeError, match="workers must be an integer"):
            files.upload_many([b"x"], workers=workers)  # type: ignore[arg-type]
    assert mock.requests == []


@pytest.mark.parametrize("workers", [1, 4])
def test_an_error_of_a_reader_is_that_of_its_file(tmp_path: Path, workers: int) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(bytes(range(256)) * 99)[:-9])
    (tmp_path / "bad.xz").write_bytes(b"\xfd7zXZ\0" + bytes(99))

    def failing() -> Iterator[bytes]:
        yield b"a"
        raise RuntimeError("the database is gone")

    files = Directus("http://127.0.0.1", transport=MockTransport(lambda request: {"id": str(len(body_of(request)))})).files
    with gzip.open(tmp_path / "cut.gz") as cut, lzma.open(tmp_path / "bad.xz") as bad:
        result = files.upload_many([b"first", cut, bad, failing(), b"last"], on_error="collect", workers=workers)
    assert [error.index for error in result.errors] == [1, 2, 3]
    assert [type(error.error) for error in result.errors] == [EOFError, lzma.LZMAError, RuntimeError]
    assert result.count == 2
    assert None not in (result[0], result[4])


@pytest.mark.parametrize("workers", [1, 4])
def test_what_on_progress_raises_stops_all_files(workers: int) -> None:
    mock = MockTransport(lambda request: {"id": str(len(body_of(request)))})
    files = Directus("http://127.0.0.1", transport=mock).files

    def stop(done: int, total: int | None) -> None:
        raise ValueError("the user has pressed Cancel")

    with pytest.raises(ValueError, match="Cancel"):
        files.upload_many([b"x"] * 100, on_progress=stop, on_error="collect", workers=workers)
    assert len(mock.requests) < 100


def test_a_url_that_is_no_path_shows_no_token_in_the_errors_of_many() -> None:
    files = Directus("http://127.0.0.1", transport=MockTransport([])).files
    with pytest.raises(BulkError, match="that is a URL") as raised:
        files.upload_many(["https://user:hunter2@example.test/a.png?token=verysecret"])
    assert "verysecret" not in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("name", ["delete", "checksum"])
@pytest.mark.parametrize("value", ["no", 1, None])
def test_sync_folder_takes_no_string_for_a_boolean(tmp_path: Path, name: str, value: Any) -> None:
    directus = Directus("http://127.0.0.1", transport=MockTransport(lambda request: []))
    with pytest.raises(TypeError, match=f"{name} must be True or False"):
        directus.files.sync_folder(tmp_path, None, "up", **{name: value})


def test_sync_folder_sends_nothing_that_changes_before_the_plan_is_applied(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("A")

    def respond(request: Request) -> Any:
        if request.method == "POST":
            return {"id": "1", "filename_download": "a", "filesize": "1", "modified_on": "2026-01-01T00:00:00", "folder": None}
        return []

    mock = MockTransport(respond)
    directus = Directus("http://127.0.0.1", transport=mock)
    plan = directus.files.sync_folder(tmp_path, None, "up")
    assert [change.path for change in plan.create] == ["a"]
    assert {request.method for request in mock.requests} <= {"GET", "SEARCH"}
    assert list(plan.apply()) == ["a"]
    assert mock.requests[-1].method == "POST"
    assert tmp_path.with_name(f"{tmp_path.name}.sync.json").exists()
    with pytest.raises(ConfigurationError, match="this plan was applied"):
        plan.apply()


def test_sync_folder_of_a_user_who_may_not_read_who_changed_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("A")

    def respond(request: Request) -> Any:
        if "modified_by" in f"{request.params}{request.body!r}":
            return error_response("FORBIDDEN", 403)
        if request.method == "POST":
            return {"id": "1", "filename_download": "a", "filesize": "1", "modified_on": "2026-01-01T00:00:00", "folder": None}
        return []

    plan = Directus("http://127.0.0.1", transport=MockTransport(respond)).files.sync_folder(tmp_path, None, "up")
    assert list(plan.apply()) == ["a"]
