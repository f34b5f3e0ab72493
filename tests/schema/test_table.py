"""The table that describes fields."""

from __future__ import annotations

import pickle

import pytest

from directus_sdk.schema import Field, Schema, Table
from directus_sdk.schema.table import table_of
from tests.rich_project import SNAPSHOT


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema.from_snapshot(SNAPSHOT)


def test_a_table_prints_in_columns(schema: Schema) -> None:
    assert str(schema.describe("rich_settings")).splitlines() == [
        "field      type           required  relation           note",
        "id         integer (key)",
        "site_name  string(255)",
        "home       integer                  m2o rich_articles",
    ]
    table = schema.describe("rich_articles")
    assert repr(table) == str(table)
    assert max(map(len, str(table).splitlines())) <= 100
    assert 'title         string(200)    yes                                                     The "title"' in str(table)


def test_the_rows_are_dicts(schema: Schema) -> None:
    table = schema.describe("rich_articles")
    rows = {row["field"]: row for row in table}
    assert rows["title"] == {
        "field": "title", "type": "string(200)", "required": True, "relation": None, "note": 'The "title"',
    }  # fmt: skip
    assert rows["tags"]["relation"] == "m2m rich_tags through rich_articles_tags"
    assert pickle.loads(pickle.dumps(table)) == table


def test_several_collections_have_their_names_in_the_first_column(schema: Schema) -> None:
    table = schema.describe("rich_tags", "rich_languages")
    assert {row["collection"] for row in table} == {"rich_tags", "rich_languages"}
    assert next(iter(table[0])) == "collection"
    assert {row["collection"] for row in schema.describe()} == set(schema.collections) - {"rich_folder"}
    with pytest.raises(KeyError, match="did you mean 'rich_tags'"):
        schema.describe("rich_tag")


def test_a_collection_without_fields(schema: Schema) -> None:
    table = schema.describe("rich_folder")
    assert str(table) == "field  type  required  relation  note"
    assert list(table.to_pandas().columns) == ["field", "type", "required", "relation", "note"]
    assert "0 fields</p>" in table._repr_html_()


def test_a_long_note_is_wrapped_and_nothing_is_lost() -> None:
    note = "A long note.\n\n\tIt has " + "several words, " * 30 + "x" * 150 + "\x1b[31m red"
    lines = str(table_of([Field("a", "f" * 60, "string", note=note), Field("a", "g", "json")])).splitlines()
    assert max(map(len, lines)) <= 100
    start = lines[0].index("note")
    words = " ".join(line[start:] for line in lines[1:-1])
    assert words.count("several words,") == 30
    assert words.count("x") == 150
    assert "\x1b" not in words
    assert "red" in words
    assert lines[-1].split() == ["g", "json"]


def test_numbers_have_their_size() -> None:
    fields = [Field("a", "price", "decimal", precision=12, scale=3), Field("a", "code", "text", length=65535)]
    assert [row["type"] for row in table_of(fields)] == ["decimal(12, 3)", "text"]


def test_html_is_escaped() -> None:
    html = table_of([Field("a", "<b>", "string", note="<script>alert(1)</script>")])._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert ">&lt;b&gt;</td>" in html


def test_html_has_every_field() -> None:
    html = table_of(Field("a", f"f{number}", "string") for number in range(150))._repr_html_()
    assert ">f149</td>" in html
    assert "150 fields</p>" in html


def test_to_pandas(schema: Schema) -> None:
    frame = schema.describe("rich_articles").to_pandas()
    assert frame.loc[frame["required"], "field"].tolist() == ["title"]


def test_an_empty_table() -> None:
    assert str(Table()) == "field  type  required  relation  note"
