"""Columns and cells: the rule for tables in files."""

from __future__ import annotations

import csv
import io

import pytest

from directus_sdk.tables import cells, columns


def test_a_row_goes_to_dotted_columns_and_becomes_the_same_item_again() -> None:
    item = {"id": 1, "author": {"name": "Ada", "company": {"city": None, "id": 3}}, "editor": None, "tags": [{"id": 4}]}
    fields = ["id", "author.name", "author.company.city", "author.company.id", "editor.name", "tags.id"]
    row = {column: values[0] for column, values in columns.split([item], columns.tree(fields)).items()}

    assert list(row) == [*fields[:-1], "tags"]
    assert list(row.values()) == [1, "Ada", None, 3, None, [{"id": 4}]]
    assert cells.nested(row) == item


def test_a_relation_without_any_value_is_null() -> None:
    assert cells.nested({"author.company.city": None, "author.company.id": None, "author.name": None}) == {"author": None}


@pytest.mark.parametrize("names", [["author", "author.name"], ["author.name", "author"], ["a.b", "a.b.c"]])
def test_two_columns_for_one_value_are_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match="leave one out"):
        cells.nested(dict.fromkeys(names, 1))


def test_null_and_the_empty_string_are_two_cells() -> None:
    assert cells.csv_lines([["a", None], ["", None], [None, "b"]]) == 'a,\n"",\n,b\n'


def test_a_null_in_a_single_column_is_an_empty_line() -> None:
    assert cells.csv_lines([["a"], [None], [""], ["b"]]) == 'a\n\n""\nb\n'


@pytest.mark.parametrize("text", ["a,b", 'say "hi"', "two\nlines", "old\rmac", "dos\r\n", " space ", "ä😀", '""'])
@pytest.mark.parametrize("more", [None, ""])
def test_every_string_is_read_as_it_was_written(text: str, more: str | None) -> None:
    assert list(csv.reader(io.StringIO(cells.csv_lines([[text, more, 1]]), newline=""))) == [[text, "", "1"]]


def test_values_are_written_as_json_where_they_are_json() -> None:
    assert [cells.cell(value) for value in (None, "a", 1, 1.5, False, ["a"], {"a": "ü"})] == [
        *(None, "a", 1, 1.5, "false", '["a"]', '{"a":"ü"}')
    ]
    assert [cells.cell(value, is_json=True) for value in (None, "a", 1, "")] == [None, '"a"', "1", '""']
