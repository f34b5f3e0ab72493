"""The table that describes fields."""

from __future__ import annotations

import pickle

import pytest
from IPython.lib.pretty import pretty

from directus_sdk.display.html import size
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


def test_html_has_every_field_of_a_collection_and_counts_what_there_is_no_room_for() -> None:
    html = table_of(Field("a", f"f{number}", "string", length=255) for number in range(100))._repr_html_()
    assert ">f99</td>" in html
    assert "100 fields</p>" in html
    notes = table_of(Field("a", f"f{number}", "string", note="A long note. " * 9) for number in range(300))
    html = notes._repr_html_()
    assert size(html) < 15_000
    assert ">f40</td>" in html
    assert "more; 300 fields</p>" in html


def test_a_schema_is_displayed_by_its_collections_first(schema: Schema) -> None:
    html = schema.describe()._repr_html_()
    names = [f">{collection.name}</td>" for collection in schema.collections.values() if collection.fields]
    assert [name for name in names if name not in html.partition("</table>")[0]] == []
    call = "describe(&quot;2024_Report-final&quot;) describes one collection"
    assert f"directus.schema.read().{call}" in html
    assert ">report_no</td>" in html
    assert f"<p>schema.{call}" in schema._repr_html_()


def test_a_large_schema_is_small_in_a_notebook() -> None:
    fields = [Field(f"c{number % 300}", f"field_{number}", "string", note="A note. " * 9) for number in range(1_200)]
    table = table_of(sorted(fields, key=lambda field: int(field.collection[1:])), with_collection=True)
    html = table._repr_html_()
    assert size(html) < 15_000
    assert "more; 300 collections</p>" in html
    assert "more; 1,200 fields</p>" in html
    assert len(pretty(table)) < 5_000
    assert len(repr(table).splitlines()) < 1_000
    assert repr(table).endswith("\n... 1,000 more; print() prints all")
    assert str(table).count("field_") == 1_200


def test_to_pandas(schema: Schema) -> None:
    frame = schema.describe("rich_articles").to_pandas()
    assert frame.loc[frame["required"], "field"].tolist() == ["title"]


def test_an_empty_table() -> None:
    assert str(Table()) == "field  type  required  relation  note"
