"""Schemas from responses: of every database, of a user who may not read everything, with strange options."""

from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import SchemaError
from directus_sdk.schema import Choice, Field, Schema


def field(name: str, meta: Any = None, collection: str = "tags", kind: str = "string", **schema: Any) -> dict[str, Any]:
    return {"collection": collection, "field": name, "type": kind, "schema": schema or None, "meta": meta}


def table(name: str = "tags", **schema: Any) -> dict[str, Any]:
    return {"collection": name, "schema": {"name": name, **schema}, "meta": None}


def read(*fields: dict[str, Any], relations: Any = (), tables: Any = None) -> Schema:
    return Schema.from_responses(tables or [table()], fields, relations)


def one(entry: dict[str, Any]) -> Field:
    return read(entry).collections["tags"].fields[entry["field"]]


@pytest.mark.parametrize(
    ("schema", "vendor"),
    [
        ({"sql": "CREATE TABLE"}, "sqlite"),
        ({"schema": "public", "comment": None}, "postgres"),
        ({"schema": "db", "engine": "InnoDB", "collation": "utf8"}, "mysql"),
        ({"schema": "dbo", "catalog": "db"}, "mssql"),
        ({}, None),
    ],
)
def test_the_database_is_recognized_by_its_tables(schema: dict[str, Any], vendor: str | None) -> None:
    folder = {"collection": "folder", "schema": None, "meta": None}
    assert read(tables=[table(**schema), folder]).vendor == vendor


def test_a_collection_without_a_readable_primary_key() -> None:
    schema = read(field("title", is_nullable=True))
    assert schema.collections["tags"].primary_key is None
    assert schema.describe("tags")[0]["field"] == "title"


def test_fields_of_a_collection_that_may_not_be_read_are_left_out() -> None:
    schema = read(field("id", is_primary_key=True), field("secret", collection="hidden"))
    assert set(schema.collections) == {"tags"}


@pytest.mark.parametrize(
    ("entry", "required"),
    [
        (field("a", is_nullable=False), True),
        (field("a", is_nullable=0), True),  # as some databases report it
        (field("a", is_nullable=True), False),
        (field("a", is_nullable=False, default_value=""), False),
        (field("a", is_nullable=False, default_value=False), False),
        (field("a", is_nullable=False, has_auto_increment=True), False),
        (field("a", is_nullable=False, is_generated=True), False),
        (field("a", {"special": ["uuid"]}, is_nullable=False), False),
        (field("a", {"special": ["cast-timestamp", "date-created"]}, is_nullable=False), False),
        (field("a", {"special": ["cast-json"]}, is_nullable=False), True),
        (field("a", {"required": True}, is_nullable=True), True),
        (field("a", {"required": True}, kind="alias"), True),
        (field("a", kind="alias"), False),
    ],
)
def test_what_is_required(entry: dict[str, Any], required: bool) -> None:
    assert one(entry).required is required


def test_a_computed_column() -> None:
    computed = one(field("total", kind="integer", is_generated=True, generation_expression="a + b"))
    assert (computed.computed, computed.generated) == (True, True)


def test_the_call_of_a_sequence_is_no_default() -> None:
    key = field("id", kind="integer", default_value="nextval('tags_id_seq'::regclass)", has_auto_increment=True)
    assert one(key).default is None


def test_only_decimals_have_digits() -> None:
    assert (one(field("n", kind="integer", numeric_precision=32)).precision, one(field("n")).scale) == (None, None)
    price = one(field("price", kind="decimal", numeric_precision=10, numeric_scale=5))
    assert (price.precision, price.scale) == (10, 5)


@pytest.mark.parametrize(
    ("options", "values", "other"),
    [
        ({"choices": [{"text": "A", "value": "a"}, {"value": 1}, {"value": True}, {"value": None}]}, ["a", 1, True, None],
         False),
        ({"choices": [{"text": "A", "value": "a"}, {"text": "B", "value": "a"}], "allowOther": True}, ["a"], True),
        ({"choices": [{"value": "a", "children": [{"value": "b", "children": [{"value": "c"}]}]}, {"value": "d"}]},
         ["a", "b", "c", "d"], False),
        ({"choices": ["a", {"name": "x"}, {"value": {"x": 1}}, None]}, [], False),
        ({"choices": {"a": 1}}, [], False),
        ({"choices": None}, [], False),
        (["a"], [], False),
        ("a", [], False),
        (None, [], False),
    ],
)  # fmt: skip
def test_choices(options: Any, values: list[Any], other: bool) -> None:
    made = one(field("a", {"options": options}))
    assert [(type(choice.value), choice.value) for choice in made.choices] == [(type(value), value) for value in values]
    assert made.other_choices is other
    if values:
        assert made.choices[0] == Choice("a", made.choices[0].text)


def test_translations_of_another_shape_are_left_out() -> None:
    listed = [{"language": "de-DE", "translation": "Wort"}, {"language": "fr-FR"}, "x"]
    assert dict(one(field("a", {"translations": listed})).translations) == {"de-DE": "Wort"}
    assert dict(one(field("a", {"translations": "x"})).translations) == {}


def link(collection: str, name: str, related: str | None, **meta: Any) -> dict[str, Any]:
    return {"collection": collection, "field": name, "related_collection": related, "schema": None, "meta": meta or None}


def test_a_key_with_two_lists_at_the_other_end() -> None:
    fields = [field("a", collection="access"), field("b", collection="access"), field("roles"), field("users")]
    relations = [
        link("access", "a", "tags", one_field="roles", junction_field="b"),
        link("access", "a", "tags", one_field="users", junction_field="c"),
        link("access", "b", "roles"),
        link("access", "c", "users"),
    ]
    schema = read(*fields, relations=relations, tables=[table(), table("access")])
    assert schema.collections["access"].relations["a"].inverse == "roles"
    kinds = {name: (relation.kind, relation.related) for name, relation in schema.collections["tags"].relations.items()}
    assert kinds == {"roles": ("m2m", "roles"), "users": ("m2m", "users")}


def test_a_junction_whose_other_side_may_not_be_read_is_a_list() -> None:
    relations = [link("links", "tag", "tags", one_field="articles", junction_field="article")]
    schema = read(field("articles", kind="alias"), relations=relations)
    relation = schema.collections["tags"].relations["articles"]
    assert (relation.kind, relation.related, relation.inverse) == ("o2m", "links", "tag")


def test_a_foreign_key_without_meta_is_a_relation() -> None:
    schema = read(field("by", kind="uuid"), relations=[link("tags", "by", "people")])
    assert schema.collections["tags"].relations["by"].related == "people"


def test_a_response_that_is_something_else_is_an_error_with_its_place() -> None:
    with pytest.raises(SchemaError, match=r"^the responses of the server: fields\[1\]\.type is missing$"):
        read(field("id"), {"collection": "tags", "field": "x"})
