"""What users pass as files: readers that stand at their end, that unpack, that frameworks hand over."""
# ruff: noqa: SIM115, PTH123 - the objects are passed on, and how they are opened is what is tested

from __future__ import annotations

import bz2
import gzip
import importlib.resources
import io
import lzma
import mmap
import os
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk.local.content_types import guess_type
from directus_sdk.transfers.sources import open_source

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


# ---------------------------------------------------------------------- file objects that stand at their end
class WithoutTell(io.BytesIO):
    def tell(self) -> int:
        raise OSError("it does not say")


class Wrapper:
    """What a library makes of a file object: it has only what is called."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def read(self, size: int = -1) -> bytes:
        return bytes(self._inner.read(size))

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._inner.seek(offset, whence))

    def tell(self) -> int:
        return int(self._inner.tell())


class Forwarding(Wrapper):
    """A wrapper that has every attribute of what it wraps."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def mapped(path: Path) -> mmap.mmap:
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), 0)


def packed(path: Path, opener: Any) -> Path:
    with opener(path, "wb") as file:
        file.write(b"name,born\nAda,1815\n")
    return path


def member(path: Path) -> Any:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner/people.csv", b"name,born\n")
    return zipfile.ZipFile(path).open("inner/people.csv")


def django_upload() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("people.csv", b"name,born\n", "text/csv")


def flask_upload() -> Any:
    from werkzeug.datastructures import FileStorage

    return FileStorage(io.BytesIO(b"GIF89a"), filename="w.gif", name="proof", content_type="image/gif")


def starlette_upload() -> Any:
    from starlette.datastructures import Headers, UploadFile

    headers = Headers({"content-type": "text/csv; charset=utf-8"})
    return UploadFile(io.BytesIO(b"name,born\n"), filename="people.csv", headers=headers)


def text_file(path: Path) -> Path:
    path.write_bytes(b"content")
    return path


SEEKABLE: dict[str, Callable[[Path], Any]] = {
    "bytes": lambda folder: io.BytesIO(b"content"),
    "file": lambda folder: text_file(folder / "x").open("rb"),
    "raw": lambda folder: text_file(folder / "x").open("rb", buffering=0),
    "read and write": lambda folder: text_file(folder / "x").open("r+b"),
    "append": lambda folder: text_file(folder / "x").open("a+b"),
    "temporary": lambda folder: filled(tempfile.TemporaryFile()),
    "named": lambda folder: filled(tempfile.NamedTemporaryFile()),
    "spooled": lambda folder: filled(tempfile.SpooledTemporaryFile()),
    "rolled over": lambda folder: filled(tempfile.SpooledTemporaryFile(max_size=1)),
    "gzip": lambda folder: gzip.open(packed(folder / "x.gz", gzip.open)),
    "bz2": lambda folder: bz2.open(packed(folder / "x.bz2", bz2.open)),
    "lzma": lambda folder: lzma.open(packed(folder / "x.xz", lzma.open)),
    "zip": lambda folder: member(folder / "x.zip"),
    "buffered zip": lambda folder: io.BufferedReader(member(folder / "x.zip")),
    "mmap": lambda folder: mapped(text_file(folder / "x")),
    "without tell": lambda folder: WithoutTell(b"content"),
    "wrapper": lambda folder: Wrapper(io.BytesIO(b"content")),
    "forwarding": lambda folder: Forwarding(io.BytesIO(b"content")),
    "django": lambda folder: django_upload(),
    "flask": lambda folder: flask_upload(),
    "starlette": lambda folder: starlette_upload(),
}


def filled(file: Any) -> Any:
    file.write(b"content")
    return file


@pytest.mark.parametrize("kind", list(SEEKABLE))
def test_what_stands_at_its_end_is_refused(tmp_path: Path, kind: str) -> None:
    file = SEEKABLE[kind](tmp_path)
    reader = getattr(file, "file", file) if kind == "starlette" else file
    for beyond in (0, 5) if kind in ("bytes", "file", "wrapper", "temporary") else (0,):
        reader.seek(beyond, os.SEEK_END)
        with pytest.raises(ValueError, match=r"seek\(0\)"):
            open_source(file)
    reader.seek(0)
    with open_source(file) as source:
        whole = b"".join(source.body())
    assert whole
    # Now it was read to its end: the second upload of one object.
    if kind != "without tell":
        with pytest.raises(ValueError, match=r"seek\(0\)"):
            open_source(file)
    reader.seek(2)
    with open_source(file) as source:
        assert b"".join(source.body()) == whole[2:], "from where it stands"


def test_what_is_empty_may_stand_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open("a+b") as appended, tempfile.SpooledTemporaryFile() as spooled:
        moved = io.BytesIO()
        moved.seek(10)
        empty: list[Any] = [io.BytesIO(), moved, appended, spooled, WithoutTell(), Wrapper(io.BytesIO())]
        for file in empty:
            with open_source(file) as source:
                assert source.size == 0


def test_a_generator_that_has_ended_is_refused() -> None:
    blocks = (block for block in (b"a", b"b"))
    with open_source(blocks) as source:
        assert source.size == 2
    with pytest.raises(ValueError, match="generator"):
        open_source(blocks)
    with open_source(block for block in ()) as source:
        assert source.size == 0


def test_what_is_opened_for_writing_is_refused(tmp_path: Path) -> None:
    for opened in ((tmp_path / "x").open("wb"), gzip.open(tmp_path / "x.gz", "wb")):
        with opened as file:
            file.write(b"content")
            with pytest.raises(ValueError, match=r"w\+b.*seek\(0\)"):
                open_source(file)


def test_an_upload_that_fails_leaves_a_file_object_where_it_stood() -> None:
    file = io.BytesIO(b"before" + bytes(1000))
    file.seek(6)
    with pytest.raises(KeyError), open_source(file) as source:
        source.head()
        raise KeyError("no such folder")
    assert file.tell() == 6


# ---------------------------------------------------------------------- what it is called
@pytest.fixture
def archives(tmp_path: Path) -> Path:
    (tmp_path / "one.txt").write_text("one " * 200)
    (tmp_path / "two.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    for name, mode in (("arch.tgz", "w:gz"), ("arch.tar", "w"), ("arch.tar.xz", "w:xz")):
        with tarfile.open(tmp_path / name, mode) as archive:  # type: ignore[call-overload]
            for inner in ("one.txt", "two.png"):
                archive.add(tmp_path / inner, f"inner/{inner}")
    return tmp_path


@pytest.mark.parametrize("name", ["arch.tgz", "arch.tar", "arch.tar.xz"])
@pytest.mark.parametrize("mode", ["r", "r|*"])
def test_members_of_a_tar_archive_have_not_its_name(archives: Path, name: str, mode: str) -> None:
    kinds = []
    with tarfile.open(archives / name, mode) as archive:  # type: ignore[call-overload]
        for entry in archive:
            with open_source(archive.extractfile(entry)) as source:
                # Since Python 3.13 they know their own.
                assert source.name in (None, Path(entry.name).name)
                kinds.append(guess_type(source.name, source.head()))
                assert source.size == entry.size
    assert "application/gzip" not in kinds
    assert kinds[1] == "image/png"


class Decrypting:
    """A reader of one's own that passes on the name of what it reads from."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.name = inner.name

    def read(self, size: int = -1) -> bytes:
        return bytes(byte ^ 1 for byte in self._inner.read(size))


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: gzip.open(packed(folder / "x.csv.gz", gzip.open)),
        lambda folder: bz2.open(packed(folder / "x.csv.bz2", bz2.open)),
        lambda folder: lzma.open(packed(folder / "x.csv.xz", lzma.open)),
        lambda folder: io.BufferedReader(gzip.open(packed(folder / "x.csv.gz", gzip.open))),
        lambda folder: gzip.GzipFile(fileobj=packed(folder / "x.csv.gz", gzip.open).open("rb")),
        lambda folder: Decrypting(text_file(folder / "x.csv.gz").open("rb")),
    ],
)
def test_a_reader_that_unpacks_has_not_the_name_of_what_it_unpacks(tmp_path: Path, make: Any) -> None:
    with open_source(make(tmp_path)) as source:
        assert source.name is None
        assert guess_type(source.name, source.head()) != "application/gzip"


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda folder: member(folder / "x.zip"), "people.csv"),
        (lambda folder: io.BufferedReader(member(folder / "x.zip")), "people.csv"),
        (lambda folder: gzip.GzipFile("given.csv", fileobj=packed(folder / "x.gz", gzip.open).open("rb")), "given.csv"),
        (lambda folder: text_file(folder / "x.csv").open("r+b"), "x.csv"),
        (lambda folder: open(os.fsencode(text_file(folder / "x.csv")), "rb"), "x.csv"),
        (lambda folder: Forwarding(text_file(folder / "x.csv").open("rb")), "x.csv"),
    ],
)
def test_names_of_what_has_one(tmp_path: Path, make: Any, name: str) -> None:
    with open_source(make(tmp_path)) as source:
        assert source.name == name


def test_uploads_of_frameworks() -> None:
    from django.core.files.base import ContentFile
    from werkzeug.datastructures import FileStorage

    def about(file: Any) -> tuple[Any, Any]:
        with open_source(file) as source:
            return source.name, source.content_type

    assert about(flask_upload()) == ("w.gif", "image/gif")
    assert about(django_upload()) == ("people.csv", "text/csv")
    assert about(starlette_upload()) == ("people.csv", "text/csv")
    assert about(ContentFile(b"x", name="2026/x.txt")) == ("x.txt", None)
    # A browser may send its whole path, no name, no type or an odd one.
    for name, kind, expected in (
        (r"C:\fake\w.gif", "image/gif; charset=x", ("w.gif", "image/gif")),
        ("", "", (None, None)),
        (None, None, (None, None)),
        ("w.gif", "application/octet-stream", ("w.gif", None)),
        ("w.gif", "no type", ("w.gif", None)),
    ):
        assert about(FileStorage(io.BytesIO(b"GIF89a"), filename=name, name="proof", content_type=kind)) == expected


def test_a_form_without_a_file_is_refused() -> None:
    from starlette.datastructures import UploadFile
    from werkzeug.datastructures import FileStorage

    for form in (FileStorage(io.BytesIO(), filename="", name="proof"), UploadFile(io.BytesIO(), filename="")):
        with pytest.raises(ValueError, match="no file was chosen"):
            open_source(form)
    with open_source(FileStorage(io.BytesIO(), filename="empty.txt", name="proof")) as source:
        assert (source.name, source.size) == ("empty.txt", 0)


def test_asynchronous_files_are_refused_or_unwrapped(recwarn: pytest.WarningsRecorder) -> None:
    class Async:
        async def read(self, size: int = -1) -> bytes:
            return b""

    class Later:
        """Its `read` is no coroutine function, and returns a coroutine."""

        def read(self, size: int = -1) -> Any:
            return Async().read()

    class Stream:
        def __aiter__(self) -> Any:
            return self

    for file in (Async(), Later(), Stream(), Async().read(), starlette_upload().read()):
        with pytest.raises(TypeError, match="await"):
            open_source(file)
    with open_source(starlette_upload()) as source:
        assert b"".join(source.body()) == b"name,born\n"
    import gc

    gc.collect()
    assert not [warning for warning in recwarn if "never awaited" in str(warning.message)]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package in a zip file."""
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("zipped_resources/__init__.py", "")
        archive.writestr("zipped_resources/logo.png", b"\x89PNG\r\n\x1a\n")
    monkeypatch.syspath_prepend(str(tmp_path / "lib.zip"))
    yield "zipped_resources"
    sys.modules.pop("zipped_resources", None)


def test_an_archive_is_no_file(archives: Path) -> None:
    member(archives / "x.zip").close()
    for archive in (zipfile.ZipFile(archives / "x.zip"), tarfile.open(archives / "arch.tar")):
        with archive, pytest.raises(TypeError, match=r"archive.*members"):
            open_source(archive)


def test_what_can_be_opened_is_opened_and_closed(tmp_path: Path, package: str) -> None:
    class Blob:
        name = "bucket/photo"
        content_type = "image/png"
        opened: list[io.BytesIO] = []

        def open(self, mode: str) -> io.BytesIO:
            assert mode == "rb"
            self.opened.append(io.BytesIO(b"content"))
            return self.opened[-1]

    inner = zipfile.Path(str(tmp_path / "lib.zip"), "zipped_resources/logo.png")
    for given in (inner, importlib.resources.files(package) / "logo.png"):
        with open_source(given) as source:
            assert (source.name, source.size, guess_type(source.name)) == ("logo.png", 8, "image/png")
    blob = Blob()
    with open_source(blob) as source:
        assert (source.name, source.content_type, source.size) == ("photo", "image/png", 7)
    assert [file.closed for file in blob.opened] == [True]
    with pytest.raises(IsADirectoryError):
        open_source(zipfile.Path(str(tmp_path / "lib.zip"), "zipped_resources/"))


# ---------------------------------------------------------------------- odd readers
def odd(**methods: Any) -> Any:
    """Make a reader whose methods do not do what they say."""
    return type("Odd", (io.BytesIO,), methods)(b"content")


def refusing(error: type[Exception]) -> Any:
    def seek(self: io.BytesIO, offset: int, whence: int = 0) -> int:
        if whence == os.SEEK_END:
            raise error("no end")
        return io.BytesIO.seek(self, offset, whence)

    return odd(seek=seek)


class Still:
    """It says that it can seek, and does not move."""

    def __init__(self) -> None:
        self._inner = io.BytesIO(b"content")

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(size)

    def seek(self, *args: int) -> int:
        return 0

    tell = seek


def piped(content: bytes) -> Any:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return os.fdopen(reading, "rb")


@pytest.mark.parametrize(
    "make",
    [
        lambda: refusing(ValueError),
        lambda: refusing(NotImplementedError),
        lambda: odd(seek=lambda self, offset: io.BytesIO.seek(self, offset)),
        lambda: odd(read=lambda self, size=-1: memoryview(io.BytesIO.read(self, size))),
        lambda: odd(read=lambda self, size=-1: bytearray(io.BytesIO.read(self, size))),
        Still,
        lambda: gzip.GzipFile(fileobj=piped(gzip.compress(b"content"))),
    ],
)
def test_nothing_of_an_odd_reader_is_lost(make: Any) -> None:
    with open_source(make()) as source:
        source.head()
        assert b"".join(source.body()) == b"content"


def test_a_reader_that_gives_more_than_it_was_asked_for() -> None:
    greedy = odd(read=lambda self, size=-1: io.BytesIO.read(self, size + 2 if size > 0 else size))
    with open_source(greedy) as source, pytest.raises(OSError, match=r"returned 5 bytes"):
        list(source.blocks(0, 3))


def test_what_is_closed_or_has_nothing_yet_is_said_to_be(tmp_path: Path) -> None:
    path = text_file(tmp_path / "x")
    for closed in (path.open("rb"), io.BytesIO(b"x"), tempfile.SpooledTemporaryFile(), mapped(path)):
        closed.close()
        with pytest.raises(ValueError, match="file object is closed"):
            open_source(closed)
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with os.fdopen(reading, "rb") as waiting, os.fdopen(writing, "wb"), pytest.raises(BlockingIOError, match="set_blocking"):
        open_source(waiting)


def test_a_member_of_a_stream_that_was_read_is_refused(archives: Path) -> None:
    with tarfile.open(archives / "arch.tgz", "r|*") as archive:
        member = archive.extractfile(next(iter(archive)))
        assert member is not None
        member.read()
        with pytest.raises(ValueError, match=r"seek\(0\)"):
            open_source(member)


def test_what_has_no_order_or_no_name_is_no_upload() -> None:
    for blocks in ({b"a", b"b"}, frozenset([b"a"]), {b"a": 1}):
        with pytest.raises(TypeError, match="in an order"):
            open_source(blocks)
    with pytest.raises(ValueError, match="path is empty"):
        open_source("")

    class Opens:
        def open(self) -> Any:
            return io.BytesIO()

    with pytest.raises(TypeError, match=r"no open\('rb'\)"):
        open_source(Opens())
    for url in (" https://example.test/a.png", "blob:https://example.test/1"):
        with pytest.raises(ValueError, match="that is a URL"):
            open_source(url)
