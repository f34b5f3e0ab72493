"""What is passed instead of a list of items or keys: the error says what to write."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.table import Table

ROW = {"id": 1, "n": 5}


class Polars:
    """A frame of another library."""

    def __iter__(self) -> Any:
        return iter([])

    def to_dicts(self) -> list[dict[str, Any]]:
        return []


CALLS: list[tuple[Callable[[Any], object], str]] = [
    (lambda items: items.create_many(b"n\n1"), r"not bytes; for the content of a file, pass io\.BytesIO\(content\)"),
    (lambda items: items.create_many(csv.reader(["n", "1"])), r"pass csv\.DictReader\(file\)"),
    (lambda items: items.create_many({"id": [1, 2]}), r"one mapping for each row, such as \[\{'id': …\}, \{'id': …\}\]"),
    (lambda items: items.create_many({"data": [ROW]}), r"pass the list that it holds: items\['data'\]"),
    (lambda items: items.create_many(ROW), "not dict; for one item use create_one"),
    (lambda items: items.upsert_many(ROW), "not dict; for one item use upsert_one"),
    (lambda items: items.update_batch(ROW), "not dict; for one item use update_one"),
    (lambda items: items.create_many(Polars()), r"not Polars; pass its to_dicts\(\)"),
    (lambda items: items.update_many([ROW], {"n": 2}), "for items with values of their own use update_batch"),
    (lambda items: items.update_many([ROW]), r"use update_batch"),
    (lambda items: items.update_many([1]), "update_many\\(\\) is missing an argument: 'data'"),
    (lambda items: items.update_many({"filter": {}}, {"n": 2}), "that match a filter use update_by_query"),
    (lambda items: items.delete_many({"filter": {}}), "that match a filter use delete_by_query"),
    (lambda items: items.update_many(1, {"n": 2}), "not int; for one item use update_one"),
    (lambda items: items.delete_many("a"), "not str; for one item use delete_one"),
    (lambda items: items.create_one([ROW]), "pass several items to a method whose name ends with _many"),
    (lambda items: items.create_one(row for row in [ROW]), "not generator; pass the rows .* such as create_many"),
]


@pytest.mark.parametrize(("call", "message"), CALLS, ids=[message for _, message in CALLS])
def test_the_error_says_what_to_write(call: Callable[[Any], object], message: str) -> None:
    table = Table([{"n": 1}])
    with pytest.raises(TypeError, match=message):
        call(table.items())
    assert table.calls == []


def test_the_message_does_not_hold_a_table() -> None:
    import pandas

    for frame in (pandas.DataFrame({"n": range(1000)}), pandas.DataFrame({"n": range(1000)})["n"]):
        with pytest.raises(TypeError, match=f"not {type(frame).__name__}; pass") as caught:
            Table().items().create_one(frame)
        assert "  999" not in str(caught.value)


def test_an_empty_cell_of_a_csv_reader_is_null() -> None:
    text = 'n,u\n1,\n,"x\ny"\n'
    table = Table()
    created = table.items().create_many(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["n"], row["u"]) for row in created] == [("1", None), (None, "x\ny")]
    table.items().update_batch(csv.DictReader(io.StringIO("id,n\n1,\n")))
    assert table.transport.json(-1) == [{"id": "1", "n": None}]
    table.items().upsert_many(csv.DictReader(io.StringIO("n,u\n8,\n")), match_on="n")
    assert [(row["n"], row.get("u")) for row in table.rows.values()] == [("1", None), (None, "x\ny"), ("8", None)]


@pytest.mark.parametrize("generate_keys", [False, True])
def test_a_key_that_is_null_is_not_sent(generate_keys: bool) -> None:
    table = Table(kind="uuid" if generate_keys else "integer")
    table.items().create_many([{"id": None, "n": 1}, {"n": 2}], generate_keys=generate_keys)
    assert [set(row) for row in table.transport.json(-1)] == [{"n", "id"} if generate_keys else {"n"}] * 2
    assert None not in [row.get("id", 0) for row in table.transport.json(-1)]


def test_a_csv_reader_is_read_as_strictly_as_in_sync_and_one_row_at_a_time() -> None:
    table = Table()
    lines = ["n,u\n", "1,a\n", "2,b\n", "3,c\n", "4\n"]
    with pytest.raises(ValueError, match=r"line 5 of the CSV file has fewer values .*'u' is missing") as caught:
        table.items().create_many(csv.DictReader(iter(lines)), batch_size=1)
    assert caught.value.result.count == len(table.rows) == 1  # type: ignore[attr-defined]
    assert table.items().create_many(csv.DictReader([])).count == 0


def test_the_error_of_an_item_names_its_line() -> None:
    result = Table(unique="n").items().create_many(csv.DictReader(io.StringIO("n\n1\n1\n2\n")), on_error="collect")
    assert [(error.line, error.source) for error in result.errors] == [(3, "the CSV file")]


def test_a_subclass_of_a_reader_with_rows_of_its_own_is_left_alone() -> None:
    class Numbers(csv.DictReader):  # type: ignore[type-arg]  # only a generic class for type checkers
        def __next__(self) -> Any:
            return {name: int(value) for name, value in super().__next__().items()}

    table = Table()
    assert [row["n"] for row in table.items().create_many(Numbers(["n", "1", "2"]))] == [1, 2]
