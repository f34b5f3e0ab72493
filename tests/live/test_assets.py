"""Downloads from a real server: whole, in parts, as pictures and as archives."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pandas
import pytest
import requests
from PIL import Image

from directus_sdk import Directus, Forbidden, InvalidPayload, InvalidQuery

pytestmark = pytest.mark.live

BLOCK = 256 * 1024
MISSING = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


@pytest.fixture(scope="module")
def content() -> bytes:
    return os.urandom(8 << 20)


@pytest.fixture(scope="module")
def file(directus_server: Any, content: bytes) -> str:
    with directus_server.directus() as directus:
        return str(directus.files.upload(content, filename="content.bin")["id"])


@pytest.fixture(scope="module")
def picture(directus_server: Any) -> str:
    out = io.BytesIO()
    Image.new("RGB", (64, 32), "red").save(out, "PNG")
    with directus_server.directus() as directus:
        return str(directus.files.upload(out.getvalue(), filename="red.png")["id"])


def test_read_and_stream(directus: Directus, file: str, content: bytes) -> None:
    assert directus.assets.read(file) == directus.assets.read(uuid.UUID(file)) == content
    with directus.assets.stream(file) as stream:
        assert (stream.size, stream.content_type, stream.filename) == (len(content), "application/octet-stream", "content.bin")
        blocks = list(stream)
    assert b"".join(blocks) == content
    assert max(map(len, blocks)) <= BLOCK
    with directus.assets.stream(file) as stream:
        assert next(iter(stream.iter_bytes(1000))) == content[:1000]
    # The connection that was given up in the middle does no harm.
    assert directus.assets.read(file) == content
    assert b"".join(directus.assets.stream(file)) == content


@pytest.mark.parametrize("kind", ["read", "stream", "download", "open", "image"])
def test_what_is_not_there(directus: Directus, tmp_path: Path, kind: str) -> None:
    arguments = (MISSING, tmp_path / "x") if kind == "download" else (MISSING,)
    with pytest.raises(Forbidden):
        call = getattr(directus.assets, kind)(*arguments)
        list(call)
    assert list(tmp_path.iterdir()) == []


def test_json_and_text_are_bytes_too(directus: Directus) -> None:
    for name, content in (("a.json", b'{"data": 1}'), ("a.txt", "grün".encode())):
        made: Any = directus.files.upload(content, filename=name)
        assert directus.assets.read(made["id"]) == content


# ---------------------------------------------------------------------- downloads
def test_download(directus: Directus, file: str, content: bytes, tmp_path: Path) -> None:
    seen: list[tuple[int, Any]] = []
    path = directus.assets.download(file, tmp_path / "mine.bin", on_progress=lambda *call: seen.append(call))
    assert path == tmp_path / "mine.bin"
    assert path.read_bytes() == content
    assert seen[-1] == (len(content), len(content))
    assert directus.assets.download(file, to=tmp_path) == tmp_path / "content.bin"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["content.bin", "mine.bin"]
    with pytest.raises(FileNotFoundError, match="no folder"):
        directus.assets.download(file, tmp_path / "missing" / "x.bin")


def test_names_of_several_scripts(directus: Directus, tmp_path: Path) -> None:
    made: Any = directus.files.upload(b"x", filename="grüße 日本 100%.txt")
    assert directus.assets.download(made["id"], to=tmp_path).name == "grüße 日本 100%.txt"


def test_a_name_of_the_server_does_not_lead_out_of_the_folder(directus: Directus, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    made: Any = directus.files.upload(b"x", filename="../../outside.txt")
    path = directus.assets.download(made["id"], to=tmp_path / "inside")
    assert path.parent == tmp_path / "inside"
    assert [entry.name for entry in tmp_path.iterdir()] == ["inside"]


@pytest.mark.parametrize("size", [0, 1, 2])
def test_small_ones(directus: Directus, tmp_path: Path, size: int) -> None:
    made: Any = directus.files.upload(b"x" * size, filename="small.txt")
    assert directus.assets.download(made["id"], tmp_path / "small").read_bytes() == b"x" * size
    with directus.assets.open(made["id"]) as opened:
        assert opened.read() == b"x" * size


DOWNLOAD = """
import sys
from directus_sdk import Directus

url, token, key, target, half = sys.argv[1:]

def told(done, total):
    if done >= int(half):
        print(done, flush=True)
        sys.stdin.read()

Directus(url, token=token).assets.download(key, target, on_progress=told)
"""


def killed_in_the_middle(server: Any, file: str, target: Path, half: int) -> int:
    script = [sys.executable, "-c", DOWNLOAD, server.url, server.admin_token, file, str(target), str(half)]
    with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        done = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
    assert not target.exists()
    return done


@pytest.mark.directus(">=10")  # version 9 sends no ETag
def test_killed_and_started_again(directus: Directus, directus_server: Any, file: str, content: bytes, tmp_path: Path) -> None:
    target = tmp_path / "content.bin"
    done = killed_in_the_middle(directus_server, file, target, len(content) // 2)
    seen: list[int] = []
    directus.assets.download(file, target, on_progress=lambda now, total: seen.append(now))
    assert hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(content).digest()
    assert done < seen[0] <= done + BLOCK, "what was there is not fetched again"
    assert [entry.name for entry in tmp_path.iterdir()] == ["content.bin"]


def test_a_part_of_what_was_replaced_is_not_used(directus: Directus, directus_server: Any, tmp_path: Path) -> None:
    made: Any = directus.files.upload(bytes(4 << 20), filename="content.bin")
    target = tmp_path / "content.bin"
    killed_in_the_middle(directus_server, made["id"], target, 2 << 20)
    new = os.urandom(5 << 20)
    directus.files.replace(made["id"], new)
    assert directus.assets.download(made["id"], target).read_bytes() == new


def test_a_part_of_another_file_is_not_used(
    directus: Directus, directus_server: Any, file: str, content: bytes, tmp_path: Path
) -> None:
    """It was made by a download that was killed, so it is ours; what was not made by one is not touched."""
    target = tmp_path / "content.bin"
    other: Any = directus.files.upload(bytes(9 << 20), filename="other.bin")
    killed_in_the_middle(directus_server, other["id"], target, 2 << 20)
    assert directus.assets.download(file, target).read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["content.bin"]
    for note in (None, "junk", "[]", json.dumps({"asked": "x", "etag": "", "modified": "", "total": 9 << 20})):
        (tmp_path / "content.bin.part").write_bytes(b"finished")
        if note is not None:
            (tmp_path / "content.bin.part.json").write_text(note)
        assert directus.assets.download(file, target).read_bytes() == content
        assert (tmp_path / "content.bin.part").read_bytes() == b"finished"
        if note is not None:
            assert (tmp_path / "content.bin.part.json").read_text() == note


FULL = """
import resource, sys
from directus_sdk import Directus

url, token, key, target, resume = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    Directus(url, token=token).assets.download(key, target, resume=resume == "True")
except OSError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no RLIMIT_FSIZE")
@pytest.mark.parametrize("resume", [pytest.param(True, marks=pytest.mark.directus(">=10")), False])  # without an ETag
def test_a_full_disk(directus: Directus, directus_server: Any, file: str, content: bytes, tmp_path: Path, resume: bool) -> None:
    target = tmp_path / "content.bin"
    script = [sys.executable, "-c", FULL, directus_server.url, directus_server.admin_token, file, str(target), str(resume)]
    child = subprocess.run(script, capture_output=True, text=True, timeout=30, check=False)
    assert child.stdout.startswith("OSError [Errno 27] File too large: "), child.stderr
    assert "content.bin." in child.stdout
    assert ".part" in child.stdout
    left = sorted(entry.name for entry in tmp_path.iterdir())
    assert left == (["content.bin.part", "content.bin.part.json"] if resume else [])
    # With room again it goes on.
    assert directus.assets.download(file, target).read_bytes() == content


# ---------------------------------------------------------------------- by range
def test_open_reads_like_a_file(directus: Directus, file: str, content: bytes) -> None:
    asked: list[str] = []
    directus.on_event(lambda event: asked.append(event.request.headers.get("Range", "")) if event.kind == "request" else None)
    with directus.assets.open(file) as opened, io.BytesIO(content) as plain:
        assert opened.readable()
        assert opened.seekable()
        assert not opened.writable()
        for offset, whence, size in [
            (0, 0, 10), (5_000_000, 0, 100), (-1, 2, 10), (-3, 2, 1), (0, 1, 1), (-7, 1, 3), (100, 0, 300_000), (0, 2, 5),
            (len(content) + 5, 0, 3), (1, 0, -1),
        ]:  # fmt: skip
            assert opened.seek(offset, whence) == plain.seek(offset, whence)
            assert opened.read(size) == plain.read(size)
            assert opened.tell() == plain.tell()
    assert len(asked) < 20
    with pytest.raises(ValueError, match="closed"):
        opened.read(1)


def test_open_is_read_by_zipfile_pandas_and_pillow(directus: Directus, picture: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("large.bin", os.urandom(3_000_000))
        archive.writestr("small.txt", "hello")
    made: Any = directus.files.upload(packed.getvalue(), filename="a.zip")
    with directus.assets.open(made["id"]) as opened, zipfile.ZipFile(opened) as archive:
        assert archive.read("small.txt") == b"hello"
        assert archive.testzip() is None
    table: Any = directus.files.upload(b"a,b\n1,2\n3,4\n", filename="a.csv")
    with directus.assets.open(table["id"]) as opened:
        assert pandas.read_csv(opened)["b"].tolist() == [2, 4]
    with directus.assets.open(picture) as opened, Image.open(opened) as image:
        assert image.size == (64, 32)


@pytest.mark.directus(">=10")  # version 9 sends no ETag
def test_open_notices_that_the_file_was_replaced(directus: Directus) -> None:
    made: Any = directus.files.upload(bytes(1 << 20), filename="content.bin")
    with directus.assets.open(made["id"]) as opened:
        opened.read(10)
        directus.files.replace(made["id"], bytes(1 << 19))
        opened.seek(-100_000, os.SEEK_END)
        with pytest.raises(OSError, match="was changed"):
            opened.read(10)


# ---------------------------------------------------------------------- pictures
@pytest.mark.directus(">=10")  # version 9 makes JPEGs by its own presets
def test_transforms(directus: Directus, picture: str, tmp_path: Path) -> None:
    def size(**transform: Any) -> Any:
        with Image.open(io.BytesIO(directus.assets.read(picture, **transform))) as image:
            return image.size, image.format

    assert size(width=16) == ((16, 8), "PNG")
    assert size(width=10, height=10, fit="cover", format="webp", quality=50) == ((10, 10), "WEBP")
    assert size(width=1000, without_enlargement=True) == ((64, 32), "PNG")
    assert size(transforms=[["resize", {"width": 20, "height": 20, "fit": "fill"}], ["blur", 2]]) == ((20, 20), "PNG")
    assert size(key="system-small-cover") == ((64, 64), "PNG")
    assert size(width=8, height=8, focal_point_x=1, focal_point_y=1) == ((8, 8), "PNG")
    path = directus.assets.download(picture, tmp_path / "small.png", width=16)
    with Image.open(path) as image:
        assert image.size == (16, 8)
    with pytest.raises(InvalidQuery, match="5 transformations"):
        directus.assets.read(picture, transforms=[["blur", 1]] * 6)
    with pytest.raises(TypeError, match="unknown transformation 'widht'"):
        directus.assets.read(picture, widht=3)  # type: ignore[call-arg]


def test_a_notebook_shows_a_picture(directus: Directus, picture: str) -> None:
    from IPython.core.formatters import DisplayFormatter

    shown, _ = DisplayFormatter().format(directus.assets.image(picture, width=16))
    assert set(shown) == {"text/plain", "image/png"}
    made: Any = directus.files.upload(b"<svg xmlns='http://www.w3.org/2000/svg'/>", filename="a.svg")
    shown, _ = DisplayFormatter().format(directus.assets.image(made["id"]))
    assert shown["text/html"].startswith('<img src="data:image/svg+xml;base64,')
    text: Any = directus.files.upload(b"text", filename="a.txt")
    shown, _ = DisplayFormatter().format(directus.assets.image(text["id"]))
    assert shown == {"text/plain": "<Image text/plain, 4 bytes>"}


def test_url(
    directus: Directus, directus_server: Any, picture: str, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    caplog.set_level(logging.DEBUG)
    plain = directus.assets.url(picture, width=16)
    assert plain == f"{directus_server.url}/assets/{picture}?width=16"
    assert requests.get(plain, timeout=10).status_code == 403
    signed = directus.assets.url(picture, access_token=directus_server.admin_token, width=16)
    assert requests.get(signed, timeout=10).content == directus.assets.read(picture, width=16)
    shown = requests.get(signed, timeout=10).headers["Content-Disposition"]
    saved = directus.assets.url(picture, download=True, access_token=directus_server.admin_token)
    assert "inline" in shown
    assert requests.get(saved, timeout=10).headers["Content-Disposition"].startswith("attachment")
    assert directus.assets.url("a/b?c") == f"{directus_server.url}/assets/a%2Fb%3Fc"
    with pytest.raises(ValueError, match="empty"):
        directus.assets.url("")
    caplog.clear()
    with (
        directus_server.directus(token=None).with_options(params={"access_token": "wrong-token"}) as other,
        pytest.raises(Exception, match=r"assets") as raised,
    ):
        other.assets.read(picture)
    assert "wrong-token" not in f"{raised.value!r} {raised.value.__dict__} {caplog.text}"  # type: ignore[attr-defined]


# ---------------------------------------------------------------------- archives
@pytest.mark.directus(">=11.14")
def test_archives(directus: Directus, tmp_path: Path) -> None:
    folder = f"zip {uuid.uuid4()}"
    made: list[Any] = [
        directus.files.upload(text.encode(), filename=f"{text}.txt", folder=f"{folder}/deep", create_folders=True)
        for text in ("one", "two")
    ]
    with zipfile.ZipFile(io.BytesIO(directus.assets.zip_files([one["id"] for one in made]))) as archive:
        assert sorted(archive.read(name) for name in archive.namelist()) == [b"one", b"two"]
    top = directus.items("directus_folders").first(filter={"name": folder})
    assert top is not None
    path = directus.assets.zip_folder(top["id"], to=tmp_path / "folder.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert len([name for name in archive.namelist() if not name.endswith("/")]) == 2
    with pytest.raises(InvalidPayload):
        directus.assets.zip_files([], to=tmp_path / "nothing.zip")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.zip"]
    with pytest.raises(TypeError):
        directus.assets.zip_files(made[0]["id"])
