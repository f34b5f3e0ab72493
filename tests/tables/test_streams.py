"""Files of every kind: what they are, and how they are cut off."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from directus_sdk.tables.options import Options
from directus_sdk.tables.reading import table_of

CSV = b"a,b\n1,x\n2,y\n"
NDJSON = b'{"a": "1", "b": "x"}\n\n{"a": "2", "b": "y"}'
JSON = b'[{"a": "1", "b": "x"},\n {"a": "2",\n "b": "y"}]\n'
ROWS = [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]


def read(source: object, **options: Any) -> list[dict[str, Any]]:
    table = table_of(source, Options(**options))
    assert table is not None
    return [dict(row) for row in table.rows()]


def arrow(name: str, folder: Path) -> Path:
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"a": ["1", "2"], "b": ["x", "y"]})
    path = folder / name
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        pq.write_table(table, path)
    else:
        make = pa.ipc.new_file if path.suffix == ".arrow" else pa.ipc.new_stream
        with make(path, table.schema) as writer:
            writer.write_table(table)
    return path


FILES: dict[str, bytes] = {
    "a.csv": CSV,
    "a.CSV.gz": gzip.compress(CSV),
    "a.ndjson": NDJSON,
    "a.jsonl.gz": gzip.compress(NDJSON[:21]) + gzip.compress(NDJSON[21:]),
    "a.json": b"\xef\xbb\xbf" + JSON,
    "a.json.gz": gzip.compress(JSON),
    "a.txt": CSV,
    "a": JSON,
    "b": NDJSON,
    "c": gzip.compress(NDJSON),
}


@pytest.mark.parametrize("name", FILES)
def test_a_path_and_an_open_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    assert read(path) == read(str(path)) == ROWS
    with path.open("rb") as file:
        assert read(file) == ROWS
        assert not file.closed
        assert read(io.BytesIO(FILES[name])) == ROWS or name == "a.csv"
    if not FILES[name].startswith(b"\x1f\x8b"):
        with path.open(encoding="utf-8", newline="") as text:
            assert read(text) == ROWS


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "a.ipc", "a.arrows", "a.feather"])
def test_arrow_files(name: str, tmp_path: Path) -> None:
    path = arrow(name, tmp_path)
    assert read(path) == ROWS
    assert read(io.BytesIO(path.read_bytes())) == ROWS


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as file:
        file.write(gzip.compress(CSV))
    with os.fdopen(reader, "rb") as file:
        assert read(file) == ROWS
    fifo = tmp_path / "fifo.csv"
    os.mkfifo(fifo)
    thread = threading.Thread(target=fifo.write_bytes, args=(CSV,))
    thread.start()
    assert read(fifo) == ROWS
    thread.join()


def test_an_open_file_is_read_from_where_it_is() -> None:
    file = io.BytesIO(b"# a comment\n" + CSV)
    file.readline()
    assert read(file) == ROWS


@pytest.mark.parametrize("mode", ["r", "rb"])
@pytest.mark.parametrize("name", ["a.csv", "a.ndjson"])
def test_an_open_file_at_its_end_is_refused(name: str, mode: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    with path.open(mode) as file:
        file.read()
        with pytest.raises(ValueError, match=r"the file object is at its end.*call seek\(0\)"):
            read(file)
    path.write_bytes(b"")
    if name == "a.ndjson":
        with path.open(mode) as file:
            assert read(file) == []


def test_a_file_that_something_else_has_decompressed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.bz2"
    path.write_bytes(bz2.compress(CSV))
    with bz2.open(path) as file:
        assert read(file) == ROWS
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(CSV))
    with gzip.open(tmp_path / "a.csv.gz", "rt", encoding="utf-8", newline="") as text:
        assert read(text) == ROWS


@pytest.mark.parametrize("content", [CSV, NDJSON, JSON])
def test_a_short_stream_that_is_cut_off_names_the_file(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(content)[:-4])
    with gzip.open(path) as file, pytest.raises(ValueError, match="a ends in the middle of its gzip stream"):
        read(file)


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a.csv", CSV)
    return file.getvalue()


REFUSED: list[tuple[str, bytes, str]] = [
    ("a.zip", archive(), "a.zip is an archive: unpack it"),
    ("a.csv", archive(), "a.csv is an archive"),
    ("a.xlsx", archive(), "a spreadsheet: save it as CSV, or pass what pandas.read_excel"),
    ("a.xls", b"x", "a spreadsheet"),
    ("a.csv.bz2", bz2.compress(CSV), r"in a way other than gzip: open it, such as with bz2\.open"),
    ("a.csv.gz", CSV, "not compressed with gzip, whatever its name says"),
    ("a.csv.gz", gzip.compress(CSV * 9)[:30], r"a\.csv\.gz ends in the middle of its gzip stream.*cut off"),
    ("a.ndjson.gz", gzip.compress(NDJSON)[:-4], "ends in the middle of its gzip stream"),
    (
        "a.json.gz",
        gzip.compress(bytes(range(50, 250, 4)))[:20] + b"x" * 20,
        "damaged gzip stream|gzip stream|not encoded",
    ),
    ("a.parquet", b"PAR1" + b"x" * 50, "a.parquet is not a whole parquet file"),
    ("a.arrow", b"ARROW1\0\0" + b"x" * 50, "a.arrow is not a whole arrow file"),
    ("a.parquet.gz", gzip.compress(b"x"), "decompress it"),
    ("a.ndjson", b'{"a": 1}\n{"a": 2', "line 2 of .*a.ndjson is not valid JSON.*cut off"),
    ("a.ndjson", b'{"a": 1}\n[2]\n', r"line 2 of .*a.ndjson holds \[2\], and not an object"),
    ("a.ndjson", b'{"a": 1}\n{"a": 2, "b": 3, "a": 2}\n', "line 2 of .*a.ndjson: an object has 'a' more than once"),
    ("a.ndjson", b'{"a": 1}\n{"a": {"b": 3, "b": 4}}\n', "line 2 of .*a.ndjson: an object has 'b' more than once"),
    ("a.ndjson", b'{"a": 1.12345678901234567, "a": 1}\n', "line 1 of .*a.ndjson: an object has 'a' more than once"),
    ("a.json", b'[{"a": 1},\n{"a": 1.12345678901234567, "a": 1}]', "line 2 of .*a.json: an object has 'a' more than once"),
    ("a.json", b'[{"a": 1},\n{"a": 2}', "line 2 of .*a.json is not valid JSON: it is cut off"),
    ("a.json", b'[{"a": 1},\n{"a": "2', "line 2 of .*a.json is not valid JSON: .*cut off"),
    ("a.json", b'[{"a": 1},\n{"a": tru', "line 2 of .*cut off"),
    ("a.json", b'[{"a": 1}\n{"a": 2}]', "line 2 of .*a comma or ] is missing"),
    ("a.json", b'[{"a": 1}]\n[]', "line 2 of .*there is more"),
    ("a.json", b"[{'a': 1}, " + b" " * 99 + b"]", "line 1 of .*Expecting property name"),
    ("a.json", b"[1]", "line 1 of .*holds 1, and not an object"),
    ("a.json", b'{"data": []}', r"holds an object and not a list.*\.ndjson"),
    ("a.json", b"", "a.json is empty"),
    ("a.json", b"[" * 9 + b"{" * 9, "line 1"),
    ("a.csv", b"a\n\xff\xfe\n", "a.csv is not encoded in UTF-8.*pass encoding="),
    ("a.csv", b'a,b\n1,"x\n', "a.csv is broken at line 2: unexpected end of data.*cut off"),
]


@pytest.mark.parametrize(("name", "content", "message"), REFUSED, ids=[f"{name} {message}" for name, _, message in REFUSED])
def test_what_cannot_be_read_is_named(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read(path)


def test_folders_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="this is a folder"):
        read(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"none\.csv"):
        read(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="this is the content of a file"):
        read("a,b\n1,2\n")
    closed = io.BytesIO(CSV)
    closed.close()
    with pytest.raises(ValueError, match="closed"):
        read(closed)


@pytest.mark.parametrize("make", [list, tuple, iter, dict])
def test_other_objects_are_no_tables(make: Callable[[Any], object]) -> None:
    assert table_of(make([]), Options()) is None
    for options in ({"delimiter": ";"}, {"columns": {"a": int}}):
        with pytest.raises(TypeError, match="is an option of"):
            table_of(make([]), Options(**options))  # type: ignore[arg-type]


def test_a_large_json_file_is_read_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    long = "x" * 700_000
    path.write_text(
        '[\n{"a": "' + long + '", "b": {"c": [1, {}]}},\n' + ",\n".join(f'{{"a": {n}}}' for n in range(40_000)) + "\n]"
    )
    table = table_of(path, Options())
    assert table is not None
    found = table.rows()
    assert next(found)["a"] == long
    lines = [(row["a"], row.line) for row in found]
    assert lines[0] == (0, 3)
    assert lines[-1] == (39_999, 40_002)
