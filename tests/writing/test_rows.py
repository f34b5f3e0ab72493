"""Tables that are read strictly, before anything is planned."""

from __future__ import annotations

import copy
import csv
import io
import pickle
from pathlib import Path
from typing import Any

import attrs
import pytest

from directus_sdk.tables.options import Options
from directus_sdk.tables.records import Record, place
from directus_sdk.writing.rows import read


def whole(source: object, match_on: str = "sku") -> Any:
    table = read(source, [match_on], lambda row: row, Options())  # type: ignore[arg-type, return-value]
    return attrs.evolve(table, rows=list(table.rows()))  # type: ignore[arg-type]


def table(text: str | bytes, tmp_path: Path, match_on: str = "sku") -> Any:
    path = tmp_path / "stock.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return whole(path, match_on)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('sku,txt\na,A\nb,"5 inch\nc,C\nd,D\n', r"stock\.csv is broken at line 5: unexpected end of data"),
        ('sku,txt\na,"x"y\n', r"stock\.csv is broken at line 2"),
        ("sku,txt\na,A\nb", r"line 3 of .*stock\.csv has fewer values .*'txt' is missing"),
        ("sku,txt\na,A,1\n", r"line 2 of .*stock\.csv has more values .*\['1'\]"),
        ("sku;txt\na;A\n", r"no column 'sku' to match on: its columns are \['sku;txt'\]\. They seem .* ';'"),
        ("sku\ttxt\na\tA\n", r"its columns are \['sku\\ttxt'\]\. They seem .* '\\t'"),
        ("id,txt\n1,A\n", r"stock\.csv has no column 'sku' to match on: its columns are \['id', 'txt'\]"),
        (" sku,txt\na,A\n", r"no column 'sku' .*Is ' sku' meant.*without spaces"),
        ("SKU,txt\na,A\n", r"no column 'sku' .*Is 'SKU' meant"),
        ("\ufeff\ufeffsku,txt\na,A\n", r"no column 'sku' .*meant"),
        ("sku,txt,\na,A,\n", r"column 3 of .*stock\.csv has no name .in a file: is there a comma at the end of its first line"),
        ("sku,txt,txt\na,A,B\n", r"more than one column of .*stock\.csv is named 'txt'"),
        ("", r"stock\.csv is empty: its first line has to name the columns"),
        ("sku,txt\na,é\n".encode("latin-1"), r"stock\.csv is not encoded in UTF-8"),
        ("sku,txt\na,é\n".encode("utf-16"), r"stock\.csv is not encoded in UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_by_name(text: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        table(text, tmp_path)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("sku,n\na,1\n", "content of a file"),
        (".", "this is a folder"),
        ("", "path of a file is empty"),
        ("none.csv", "No such file"),
    ],
)
def test_what_is_no_path_of_a_file_is_refused(given: str, message: str) -> None:
    with pytest.raises((ValueError, OSError), match=message):
        whole(given)


def test_rows_of_a_file_know_their_lines(tmp_path: Path) -> None:
    found = table('\ufeffsku,txt\na,"two\nlines"\n\nb,\n', tmp_path)
    assert list(found.rows) == [{"sku": "a", "txt": "two\nlines"}, {"sku": "b", "txt": None}]
    assert [place(found.rows[index], index).partition(" of ")[0] for index in (0, 1)] == ["line 2", "line 5"]
    row = found.rows[0]
    for same in (pickle.loads(pickle.dumps(row)), copy.deepcopy(row)):
        assert isinstance(same, Record)
        assert (same, same.line) == (row, 2)


def test_a_cell_may_be_long_and_the_limit_of_the_process_stays(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    found = table(f"sku,txt\na,{'x' * (before + 1)}\n", tmp_path)
    assert len(found.rows[0]["txt"]) == before + 1
    assert csv.field_size_limit() == before


def test_a_reader_of_the_standard_library_is_a_file() -> None:
    def of(text: str, **options: Any) -> Any:
        return whole(csv.DictReader(io.StringIO(text), **options))

    found = of("sku;n\na;1\nb;\n", delimiter=";")
    assert list(found.rows) == [{"sku": "a", "n": "1"}, {"sku": "b", "n": None}]
    assert place(found.rows[1], 1) == "line 3 of the CSV file"
    unclosed = 'sku,n\na,1\nb,"5 inch\nc,3\n'
    with pytest.raises(ValueError, match=r"begins at line 3.*not to be closed"):
        of(unclosed)
    with pytest.raises(ValueError, match="unexpected end of data"):
        of(unclosed, strict=True)
    for text, message in (("sku,n\na\n", "fewer values"), ("sku,n,n\na,1,2\n", "more than one")):
        with pytest.raises(ValueError, match=message):
            of(text)


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("split", [False, True])
def test_an_open_quote_of_a_reader_is_seen_by_the_rows_that_it_holds(end: str, split: bool) -> None:
    def of(text: str, **options: Any) -> Any:
        lines: Any = text.splitlines() if split else io.StringIO(text, newline="")
        return whole(csv.DictReader(lines, **options))

    for text, options in (
        ('sku,txt\na,A\nb,"5 inch\nc,C\nd,D', {}),
        ('sku;txt\na;A\nb;"5 inch\nc;C\nd;D', {"delimiter": ";"}),
        ('sku,n,txt\na,1,A\nb,2,"5 inch\r\nc,3,C', {}),
    ):
        message = "lost their ends at line 3" if split else r"begins at line 3.*not to be closed"
        with pytest.raises(ValueError, match=message):
            of(text + end, **options)


def test_a_closed_cell_of_many_lines_is_the_last_of_a_reader() -> None:
    text = 'sku,txt\na,"one, two\nthree"\n\n'
    found = whole(csv.DictReader(io.StringIO(text)))
    assert list(found.rows) == [{"sku": "a", "txt": "one, two\nthree"}]


def test_a_subclass_of_a_reader_is_read_as_strictly() -> None:
    class Reader(csv.DictReader):  # type: ignore[type-arg]
        pass

    for text, message in (("sku,n\na,1,2\n", "more values"), ("sku,n\na\n", "fewer values")):
        with pytest.raises(ValueError, match=message):
            whole(Reader(io.StringIO(text)))


def test_lines_without_names_say_what_to_pass() -> None:
    with pytest.raises(TypeError, match=r"csv\.DictReader\(file\)"):
        whole(csv.reader(io.StringIO("sku,n\na,1\n")))
