"""CSV files: dialects, encodings, and the two kinds of empty cells."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from directus_sdk.tables.cells import csv_lines
from directus_sdk.tables.options import Options
from directus_sdk.tables.reading import table_of


def rows(content: str | bytes, name: str = "", **options: Any) -> list[dict[str, Any]]:
    file: Any = io.BytesIO(content) if isinstance(content, bytes) else io.StringIO(content, newline="")
    if name:
        file.name = name
    table = table_of(file, Options(**options))
    assert table is not None
    found = [dict(row) for row in table.rows()]
    assert [dict(row) for row in table.rows()] == found, "a file that can seek is read again"
    return found


def test_a_quoted_empty_cell_is_a_string_and_one_without_quotes_is_null() -> None:
    assert rows('a,b,c\n"",,x\n,"",""\n') == [{"a": "", "b": None, "c": "x"}, {"a": None, "b": "", "c": ""}]


@pytest.mark.parametrize("header", ['"a","b"', '"a" ; "b"'])
def test_where_everything_is_quoted_an_empty_cell_is_null(header: str) -> None:
    mark = ";" if ";" in header else ","
    text = f'{header}\n"1"{mark}""\n'.replace(" ; ", ";")
    assert rows(text, delimiter=mark) == [{"a": "1", "b": None}]


@pytest.mark.parametrize("cell", ['say ""', '"",""', '","",', 'x\n"",\n', '""', "a,b", " ", "\r\n", 'x"",""y'])
@pytest.mark.parametrize("dialect", ["excel", "excel-tab", "unix", "escaped", "spaced"])
def test_quotes_in_other_cells_do_not_make_a_null_a_string(cell: str, dialect: str) -> None:
    class Escaped(csv.excel):
        doublequote = False
        escapechar = "\\"

    class Spaced(csv.excel):
        skipinitialspace = True

    form: Any = {"escaped": Escaped, "spaced": Spaced}.get(dialect, dialect)
    file = io.StringIO(newline="")
    writer = csv.writer(file, form, quoting=csv.QUOTE_MINIMAL)
    mark = writer.dialect.delimiter
    writer.writerow(["a", "b", "c", "d"])
    writer.writerow(["x", cell, "y", "z"])
    text = file.getvalue().replace(f"x{mark}", f"{mark * 1}", 1).replace(f"{mark}y{mark}z", f'{mark}""{mark}', 1)
    if dialect == "spaced":
        text = text.replace(f'{mark}""{mark}', f'{mark} ""{mark}')
    expected = cell.lstrip(" ") if dialect == "spaced" and cell == " " else cell
    assert rows(text, dialect=form) == [{"a": None, "b": expected or None, "c": "", "d": None}]


@pytest.mark.parametrize("seed", range(3))
def test_what_the_writer_writes_is_read_as_it_was(seed: int) -> None:
    values = [None, "", '"', '""', ",", "\n", "a", 'b""', "ä😀", ' "" ', "\r"]
    table = [[values[(row * 7 + column * (seed + 1)) % len(values)] for column in range(4)] for row in range(60)]
    text = csv_lines([["a", "b", "c", "d"], *table])
    assert [list(row.values()) for row in rows(text)] == table


def test_an_empty_line_of_one_column_is_null_and_of_more_is_nothing() -> None:
    assert rows('a\n\n""\nx\n') == [{"a": None}, {"a": ""}, {"a": "x"}]
    assert rows("a,b\n\n1,2\n\n") == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_and_byte_order_marks(encoding: str) -> None:
    content = "name;n\nbä;1\n".encode(encoding)
    given = {} if encoding.startswith("utf-8") else {"encoding": encoding}
    assert rows(content, delimiter=";", **given) == [{"name": "bä", "n": "1"}]


def test_a_mark_is_removed_whoever_has_decoded_the_file() -> None:
    assert rows("\ufeffname\nb\n") == [{"name": "b"}]
    assert rows("\ufeffname\nb\n".encode("utf-16-le"), encoding="utf-16-le") == [{"name": "b"}]


@pytest.mark.parametrize("mark", [";", "\t", "|", ","])
@pytest.mark.parametrize("line", ["sep={}\r\n", '"sep={}"\n', "\ufeffsep={}\r"])
def test_the_line_with_which_excel_names_the_separator(line: str, mark: str) -> None:
    text = f'{line.format(mark)}a{mark}b\n""{mark}"x\ny"\n1{mark}\n'
    assert rows(text) == [{"a": "", "b": "x\ny"}, {"a": "1", "b": None}]
    with pytest.raises(ValueError, match=r"line 3 of the file has fewer values .*'b' is missing"):
        rows(f"{line.format(mark)}a{mark}b\n1\n")
    assert rows(f"{line.format(mark)}a:b\n1:2\n", delimiter=":") == [{"a": "1", "b": "2"}]


def test_dialects_and_delimiters() -> None:
    assert rows("a|b\n1|2\n", dialect="excel", delimiter="|") == [{"a": "1", "b": "2"}]
    assert rows(b"a\tb\n1\t2\n", name="x.tsv") == [{"a": "1", "b": "2"}]

    class Numbers(csv.excel):
        quoting = csv.QUOTE_NONNUMERIC

    class Plain(csv.excel):
        quoting = csv.QUOTE_NONE

    assert rows('a,b\n1,""\n', dialect=Numbers) == [{"a": "1", "b": ""}]
    assert rows('a,b\n1,""\n', dialect=Plain()) == [{"a": "1", "b": '""'}]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "klingon"}, "there is no encoding 'klingon'"),
        ({"delimiter": ";;"}, "one character"),
        ({"dialect": "exel"}, "there is no dialect 'exel'; there are excel"),
        ({"dialect": 5}, "dialect must be"),
        ({"columns": ["a"]}, "columns must be a mapping"),
        ({"columns": {"a": "int"}}, "the type of 'a' must be a type"),
        ({"encoding": "utf-8"}, "encoding is an option of paths and files that are opened with mode 'rb'"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        rows("a\n1\n", **options)


def test_rows_before_a_broken_one_come_first(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 700 + "3\n")
    table = table_of(path, Options())
    assert table is not None
    found = []
    with pytest.raises(ValueError, match=r"line 702 of .*a\.csv has fewer values"):
        for row in table.rows():
            found.append(row.line)
    assert found == list(range(2, 702))
