"""Uploads to a real server: names, types, folders, refusals, many at once."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import threading
import uuid
import zipfile
from pathlib import Path
from typing import Any

import attrs
import pytest

from directus_sdk import (
    BulkError,
    ConfigurationError,
    Directus,
    Forbidden,
    InvalidCredentials,
    InvalidForeignKey,
    NotFound,
    NotSupported,
    ServiceUnavailable,
)
from directus_sdk.handlers.files import FilesHandler

pytestmark = pytest.mark.live

PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)
NOWHERE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """A gigabyte that takes no room."""
    path = tmp_path / "big.bin"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    return path


#: Version 9 refuses a picture that is broken; it and 10 clean names.
NOT_ON_9 = pytest.mark.directus(">=10")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param("a.jpg", "image/jpeg", marks=NOT_ON_9),
        pytest.param("a.jpeg", "image/jpeg", marks=NOT_ON_9),
        pytest.param("a.PNG", "image/png", marks=NOT_ON_9),
        ("a.svg", "image/svg+xml"),
        pytest.param("a.webp", "image/webp", marks=NOT_ON_9),
        ("a.mp4", "video/mp4"),
        ("a.csv", "text/csv"),
        ("a.json", "application/json"),
        ("a.zip", "application/zip"),
        ("a.pdf", "application/pdf"),
        ("README", "application/octet-stream"),
        ("grüße 日本 файл عربي.txt", "text/plain"),
        pytest.param('say "hi"\r\nthere/or\\not.txt', "text/plain", marks=pytest.mark.directus(">=11")),
        ("100%20;x=1.txt", "text/plain"),
        ("null", "application/octet-stream"),
    ],
)
def test_the_name_and_the_type_arrive_as_they_are(directus: Directus, name: str, kind: str) -> None:
    file: Any = directus.files.upload(b"<svg/>", {"title": "T"}, filename=name)
    assert (file["filename_download"], file["type"], file["title"], int(file["filesize"])) == (name, kind, "T", 6)
    assert directus.assets.read(file["id"]) == b"<svg/>"


@pytest.mark.directus(">=10")  # version 9 refuses a picture that is broken
def test_what_has_no_extension_is_known_by_its_first_bytes(directus: Directus) -> None:
    file: Any = directus.files.upload(PNG, filename="picture")
    assert file["type"] == "image/png"


@pytest.mark.directus(">=10")  # there is no focal point before
def test_fields_of_every_kind(directus: Directus) -> None:
    data = {"tags": ["a", "b"], "description": 'Line 1\n"Line 2"', "location": None, "focal_point_x": 3}
    file: Any = directus.files.upload(b"x", data, filename="x.txt", query={"fields": list(data)})
    assert file == data


def test_a_text_that_the_server_would_coerce_is_refused_before(directus: Directus) -> None:
    before = directus.files.count()
    with pytest.raises(ValueError, match="update_one"):
        directus.files.upload(b"x", {"title": "null"}, filename="x.txt")
    assert directus.files.count() == before


@pytest.mark.parametrize("kind", ["path", "text", "bytes", "memory", "file", "pipe", "iterator", "list"])
def test_everything_that_can_be_uploaded(directus: Directus, tmp_path: Path, kind: str) -> None:
    content = os.urandom(700_000)
    path = tmp_path / "content.bin"
    path.write_bytes(b"skipped" + content if kind == "file" else content)
    blocks = [content[:300_000], b"", content[300_000:]]
    reader, writer = os.pipe()
    with path.open("rb") as opened, os.fdopen(reader, "rb") as piped, os.fdopen(writer, "wb") as into:
        opened.read(7)
        feeding = threading.Thread(target=lambda: (into.write(content), into.close()))
        sources: dict[str, Any] = {
            "path": path,
            "text": str(path),
            "bytes": content,
            "memory": memoryview(content),
            "file": opened,
            "pipe": piped,
            "iterator": iter(blocks),
            "list": blocks,
        }
        if kind == "pipe":
            feeding.start()
        file: Any = directus.files.upload(sources[kind])
        if kind == "pipe":
            feeding.join()
    assert directus.assets.read(file["id"]) == content
    assert file["filename_download"] == ("content.bin" if kind in ("path", "text", "file") else "file")


def test_zero_bytes(directus: Directus, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    seen: list[Any] = []
    file: Any = directus.files.upload(tmp_path / "empty.txt", on_progress=lambda *call: seen.append(call))
    assert (int(file["filesize"]), file["type"], directus.assets.read(file["id"])) == (0, "text/plain", b"")


def test_folders_by_id_and_by_path(directus: Directus) -> None:
    top = f"press {uuid.uuid4()}!"
    with pytest.raises(NotFound, match="create_folders=True"):
        directus.files.upload(b"x", filename="x.txt", folder=f"{top}/2026")
    first: Any = directus.files.upload(b"x", filename="x.txt", folder=f"{top}/2026", create_folders=True)
    again: Any = directus.files.upload(b"x", filename="x.txt", folder=f"/{top}/2026/", create_folders=True)
    by_id: Any = directus.files.upload(b"x", filename="x.txt", folder=uuid.UUID(first["folder"]))
    assert first["folder"] == again["folder"] == by_id["folder"]
    folders = directus.items("directus_folders")
    assert folders.read_one(folders.read_one(first["folder"])["parent"])["name"] == top
    folders.create_one({"name": top})
    with pytest.raises(ConfigurationError, match="2 folders"):
        directus.files.upload(b"x", filename="x.txt", folder=top)
    with pytest.raises(ConfigurationError, match="not both"):
        directus.files.upload(b"x", {"folder": NOWHERE}, folder=top)


def test_an_unknown_folder_is_noticed_while_sending(directus: Directus, sparse: Path) -> None:
    before, seen = directus.files.count(), [0]
    with pytest.raises(InvalidForeignKey):
        directus.files.upload(sparse, folder=NOWHERE, on_progress=lambda done, total: seen.append(done))
    assert max(seen) < 100 << 20
    assert directus.files.count() == before
    # The connection is not left in the middle of a body.
    assert directus.files.upload(b"after", filename="after.txt")


@pytest.mark.parametrize(("token", "error"), [(None, Forbidden), ("wrong", InvalidCredentials)])
def test_no_permission_is_noticed_while_sending(directus_server: Any, sparse: Path, token: Any, error: Any) -> None:
    seen = [0]
    with directus_server.directus(token=token) as nobody, pytest.raises(error):
        nobody.files.upload(sparse, resumable=False, on_progress=lambda done, total: seen.append(done))
    assert max(seen) < 100 << 20


def test_a_missing_file_sends_nothing(directus: Directus, tmp_path: Path) -> None:
    seen: list[Any] = []
    directus.on_event(seen.append)
    with pytest.raises(FileNotFoundError, match=r"missing\.txt"):
        directus.files.upload(tmp_path / "missing.txt")
    with pytest.raises(IsADirectoryError):
        directus.files.upload(tmp_path)
    with pytest.raises(TypeError, match="mode 'rb'"):
        directus.files.upload(io.StringIO("text"))
    with pytest.raises(TypeError, match="bytes"):
        directus.files.upload(iter(["text"]))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="path"):
        directus.files.upload(3)  # type: ignore[arg-type]
    assert seen == []


def test_an_error_while_reading_is_the_readers_own(directus: Directus, tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: Any = -1) -> bytes:
            if self.tell() > 1_000_000:
                raise OSError("the disk is gone")
            return super().read(size)

    with pytest.raises(OSError, match="the disk is gone") as raised:
        directus.files.upload(Broken(bytes(2_000_000)), filename="x.bin")
    assert not isinstance(raised.value, ConnectionError)


@pytest.mark.directus(">=10")  # version 9 refuses a picture that is broken
def test_replace_keeps_the_name_and_the_id(directus: Directus, tmp_path: Path) -> None:
    file: Any = directus.files.upload(b"old", {"title": "Kept"}, filename="notes é.txt")
    (tmp_path / "other.png").write_bytes(PNG)
    for content, kind in ((b"newer", "text/plain"), (tmp_path / "other.png", "image/png"), (b"again", "image/png")):
        new: Any = directus.files.replace(file["id"], content)
        assert (new["id"], new["filename_download"], new["type"], new["title"]) == (file["id"], "notes é.txt", kind, "Kept")
    assert directus.assets.read(file["id"]) == b"again"
    new = directus.files.replace(file["id"], b"{}", {"title": "New"}, filename="a.json", query={"fields": ["type", "title"]})
    assert new == {"type": "application/json", "title": "New"}
    with pytest.raises(Forbidden):
        directus.files.replace(NOWHERE, b"x")


def test_import_from_an_address(directus: Directus) -> None:
    with pytest.raises(ServiceUnavailable) as raised:
        directus.files.import_url("http://127.0.0.1:9/x.png")
    assert raised.value.service == "external-file"
    with pytest.raises(ValueError, match="url must be a URL"):
        directus.files.import_url(" ")


def test_a_server_without_resumable_uploads(directus: Directus, sparse: Path, tmp_path: Path) -> None:
    with pytest.raises(NotSupported, match="TUS_ENABLED"):
        directus.files.upload(b"x", filename="x.txt", resumable=True)
    with pytest.raises(ConfigurationError, match="resume_file"):
        directus.files.upload(b"x", filename="x.txt", resumable=False, resume_file=tmp_path / "r.json")
    asked: list[str] = []
    directus.on_event(lambda event: asked.append(event.request.url) if event.kind == "request" else None)
    for _ in range(2):
        with pytest.raises(InvalidForeignKey):
            directus.files.upload(sparse, folder=NOWHERE)
    assert sum("/server/info" in url for url in asked) <= 1, "the server is asked once"


def test_many_files_in_order_and_each_error_with_its_file(directus: Directus, tmp_path: Path) -> None:
    paths: list[Any] = []
    for number in range(12):
        paths.append(tmp_path / f"{number}.txt")
        if number != 5:
            paths[-1].write_text(str(number))
    seen: list[tuple[int, Any]] = []
    with pytest.raises(BulkError, match=r"5\.txt") as raised:
        directus.files.upload_many(paths, folder="many", create_folders=True, on_progress=lambda *call: seen.append(call))
    result = raised.value.result
    assert [error.index for error in raised.value.errors] == [5]
    assert raised.value.errors[0].item == paths[5]
    assert isinstance(raised.value.errors[0].error, FileNotFoundError)
    assert [file and file["filename_download"] for file in result] == [
        None if number == 5 else f"{number}.txt" for number in range(12)
    ]
    assert result.count == 11
    assert len({file["folder"] for file in result if file}) == 1
    assert max(seen)[0] == seen[0][1] == sum(len(str(number)) for number in range(12) if number != 5)
    collected = directus.files.upload_many(paths[4:7], workers=1, on_error="collect")
    assert [bool(file) for file in collected] == [True, False, True]
    assert directus.files.upload_many([]) == []
    for wrong in ({"paths": "a.txt"}, {"paths": [], "workers": 0}, {"paths": [], "on_error": "x"}):
        with pytest.raises((TypeError, ValueError)):
            directus.files.upload_many(**wrong)  # type: ignore[arg-type]


def test_progress(directus: Directus, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[tuple[int, Any]] = []
    threads = threading.active_count()
    directus.files.upload(bytes(1_000_000), filename="x.bin", on_progress=lambda *call: seen.append(call), progress=True)
    assert seen[-1] == (1_000_000, 1_000_000)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert "x.bin: 100%" in capsys.readouterr().err
    assert threading.active_count() <= threads  # those of the tests before may end meanwhile


def test_uploads_of_frameworks_and_members_of_archives(directus: Directus, tmp_path: Path) -> None:
    from PIL import Image
    from starlette.datastructures import Headers, UploadFile
    from werkzeug.datastructures import FileStorage

    picture = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(picture, "PNG")
    with pytest.raises(ValueError, match=r"seek\(0\)"):
        directus.files.upload(picture, filename="red.png")
    picture.seek(0)
    (tmp_path / "red.png").write_bytes(picture.getvalue())
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.write(tmp_path / "red.png", "inner/red.png")
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as packed:
        packed.add(tmp_path / "red.png", "inner")
    files: list[Any] = [
        picture,
        FileStorage(io.BytesIO(picture.getvalue()), filename="red.png", name="proof", content_type="image/png"),
        UploadFile(io.BytesIO(picture.getvalue()), filename="red.png", headers=Headers({"content-type": "image/png"})),
        zipfile.Path(str(tmp_path / "a.zip"), "inner/red.png"),
    ]
    with tarfile.open(tmp_path / "a.tgz") as packed:
        files.append(packed.extractfile("inner"))
        made: Any = [directus.files.upload(file, fields=["filename_download", "type", "filesize"]) for file in files]
    size = picture.tell()
    assert [(file["type"], int(file["filesize"])) for file in made] == [("image/png", size)] * 5
    names = [file["filename_download"] for file in made]
    assert names[:4] == ["file", "red.png", "red.png", "red.png"]
    assert names[4] in ("file", "inner"), "a member knows its own name since Python 3.13"


def test_a_spent_buffer_replaces_nothing(directus: Directus) -> None:
    file: Any = directus.files.upload(b"original", filename="x.txt")
    buffer = io.BytesIO()
    buffer.write(b"new")
    with pytest.raises(ValueError, match=r"seek\(0\)"):
        directus.files.replace(file["id"], buffer)
    assert directus.assets.read(file["id"]) == b"original"


def test_records_as_a_model(directus: Directus) -> None:
    @attrs.define
    class File:
        id: str = ""
        title: str = ""

    files = FilesHandler(directus, File)
    made = files.upload(b"x", File(title="Mine"), filename="x.txt")
    assert isinstance(made, File)
    assert (made.title, files.read_one(made.id)) == ("Mine", made)


MEMORY = """
import sys
import directus_sdk

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

url, token, source, target = sys.argv[1:]
before = peak()
with directus_sdk.Directus(url, token=token) as directus:
    file = directus.files.upload(source)
    uploaded = peak() - before
    directus.assets.download(file["id"], target)
    with directus.assets.open(file["id"]) as opened:
        while opened.read(1 << 20):
            pass
    directus.files.delete_one(file["id"])
print(uploaded, peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_stays_small(directus_server: Any, tmp_path: Path) -> None:
    source = tmp_path / "source.bin"
    with source.open("wb") as file:
        file.truncate(96 << 20)
    target = tmp_path / "target.bin"
    script = [sys.executable, "-c", MEMORY, directus_server.url, directus_server.admin_token, str(source), str(target)]
    child = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    assert child.returncode == 0, child.stderr
    assert target.stat().st_size == 96 << 20
    grown = [int(number) / 1024 for number in child.stdout.split()]
    assert max(grown) < 32, f"the peak grew by {grown} MiB"
