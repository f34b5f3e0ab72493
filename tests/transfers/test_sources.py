"""What can be uploaded, and what its type is."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import pytest

from directus_sdk.http.bodies import SourceError
from directus_sdk.transfers.sources import open_source


def test_names_of_file_objects(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("x")
    with path.open("rb") as file, open_source(file) as source:
        assert source.name == "mine.txt"
    unnamed: list[Any] = [io.BytesIO(b""), b"", iter(())]
    for odd in ("<stdin>", 3, None, ""):
        file_object = io.BytesIO(b"x")
        file_object.name = odd  # type: ignore[attr-defined]
        unnamed.append(file_object)
    for given in unnamed:
        with open_source(given) as source:
            assert source.name is None


def test_a_part_can_be_read_again_and_again() -> None:
    content = bytes(range(256)) * 5000
    file = io.BytesIO(b"before" + content)
    file.seek(6)
    given: list[Any] = [content, bytearray(content), file, iter([content])]
    for one in given:
        with open_source(one) as source:
            assert source.size == len(content)
            for offset, length in ((0, len(content)), (1000, 700_000), (len(content), 0)):
                body = source.body(offset, length)
                assert body.length == length
                assert b"".join(body) == content[offset : offset + length]
            assert source.head(3) == content[:3]


def test_fingerprints(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(300_000))

    def fingerprint(given: Any) -> str:
        with open_source(given) as source:
            return source.fingerprint()

    first = fingerprint(path)
    assert first == fingerprint(path)
    assert fingerprint(bytes(300_000)) == fingerprint(iter([bytes(300_000)]))
    path.write_bytes(bytes(299_999) + b"x")
    assert first != fingerprint(path)


def test_what_is_too_short_is_an_error_of_the_source() -> None:
    file = io.BytesIO(b"12345")
    with open_source(file) as source:
        body = source.body()
        file.truncate(3)
        with pytest.raises(SourceError, match="became shorter"):
            list(body)


def test_a_reader_that_is_no_file() -> None:
    class Reader:
        def __init__(self) -> None:
            self.left = [b"ab", b"c"]

        def read(self, size: int) -> bytes:
            return self.left.pop(0) if self.left else b""

    with open_source(Reader()) as source:
        assert b"".join(source.body()) == b"abc"


@pytest.mark.parametrize("make", [tempfile.NamedTemporaryFile, tempfile.SpooledTemporaryFile, tempfile.TemporaryFile])
def test_a_temporary_file_of_text(make: Any) -> None:
    with make(mode="w+") as file:
        file.write("text")
        file.seek(0)
        with pytest.raises(TypeError, match="rb"):
            open_source(file)


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="has no /proc")
def test_files_that_the_system_makes_up() -> None:
    """They have the size 0 and a content."""
    path = Path("/proc/version")
    assert path.stat().st_size == 0
    with path.open("rb") as file, path.open("rb", buffering=0) as raw:
        for given in (path, file, raw):
            with open_source(given) as source:
                assert source.name == "version"
                assert b"".join(source.body()) == path.read_bytes() != b""


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    with path.open("rb") as file:
        for given in (path, file, b"", iter(())):
            with open_source(given) as source:
                assert (source.size, list(source.body())) == (0, [])


def test_what_a_path_opened_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"content")
    with open_source(path) as source:
        assert source.head() == b"content"
    assert source.file.closed
    with pytest.raises(OSError, match=r"Is a directory|denied"):
        open_source(tmp_path)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("https://example.test/a.png?access_token=SECRET", "import_url"),
        ("HTTP://example.test/SECRET", "import_url"),
        ("s3://bucket/SECRET.png", "import_url"),
        ("file:///tmp/SECRET.png", "URL"),
        (Path("https://example.test/SECRET.png"), "import_url"),
        ("data:image/png;base64,SECRET", "base64"),
        ("data:," + "SECRET" * 1000, "base64"),
    ],
)
def test_a_url_is_no_path(given: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        open_source(given)
    assert "SECRET" not in str(raised.value)


def test_paths_that_look_like_a_url_are_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data:a,b").write_text("x")
    with open_source("data:a,b") as source:
        assert source.size == 1
    for missing in ("C:/x.png", "a:b.txt", "missing.txt"):
        with pytest.raises(FileNotFoundError):
            open_source(missing)
