"""The objects of a schema: how they are read, compared, printed and stored."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from uuid import UUID

import pytest

from directus_sdk import SchemaError
from directus_sdk.schema import Catalog, Junction, Relation, Schema
from tests.rich_project import NAMES, SNAPSHOT


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema.from_snapshot(SNAPSHOT)


def test_the_collections_are_there_by_name(schema: Schema) -> None:
    assert set(schema.collections) == {*NAMES, "directus_users"}
    assert list(schema.collections) == sorted(schema.collections)
    assert schema.vendor == "sqlite"


def test_a_collection_without_the_attribute(schema: Schema) -> None:
    assert schema["rich_articles"] is schema.collections["rich_articles"]
    assert list(schema) == list(schema.collections)
    assert "rich_articles" in schema
    assert "articles" not in schema
    assert schema._ipython_key_completions_() == list(schema.collections)
    with pytest.raises(KeyError, match="no collection 'rich_article'; did you mean 'rich_articles'"):
        schema["rich_article"]


def test_relations_read_naturally(schema: Schema) -> None:
    articles = schema.collections["rich_articles"].fields
    author = articles["author"].relation
    assert author is not None
    assert (author.kind, author.related, author.inverse, author.is_list) == ("m2o", "rich_authors", "articles", False)
    assert author.on_delete == "SET NULL"
    articles_of = schema.collections["rich_authors"].fields["articles"].relation
    assert articles_of == Relation("o2m", "rich_authors", "articles", "rich_articles", inverse="author")
    tags = articles["tags"].relation
    assert tags is not None
    assert (tags.kind, tags.related, tags.inverse, tags.sort_field) == ("m2m", "rich_tags", "articles", "sort")
    assert tags.junction == Junction("rich_articles_tags", "article", "tag")
    assert tags.item_collection == "rich_articles_tags"
    blocks = articles["blocks"].relation
    assert blocks is not None
    assert (blocks.kind, blocks.related) == ("m2a", None)
    assert blocks.allowed == ("rich_image_blocks", "rich_text_blocks")
    assert blocks.junction == Junction("rich_articles_blocks", "article", "item", "collection")
    item = schema.collections["rich_articles_blocks"].fields["item"].relation
    assert item is not None
    assert (item.kind, item.allowed, item.collection_field) == ("a2o", blocks.allowed, "collection")
    translations = articles["translations"].relation
    assert translations is not None
    assert (translations.kind, translations.related) == ("translations", "rich_languages")


def test_a_relation_of_a_collection_with_itself(schema: Schema) -> None:
    relations = schema.collections["rich_articles"].relations
    assert relations["parent"].inverse == "children"
    assert relations["children"].inverse == "parent"
    assert relations["children"].related == relations["parent"].related == "rich_articles"


def test_a_relation_of_a_custom_field_of_a_system_collection(schema: Schema) -> None:
    users = schema.collections["directus_users"]
    assert (users.system, users.complete, users.primary_key) == (True, False, None)
    assert list(users.fields) == ["nickname", "edited_articles"]
    assert users.relations["edited_articles"].related == "rich_articles"


def test_collections(schema: Schema) -> None:
    articles = schema.collections["rich_articles"]
    assert (articles.primary_key, articles.note) == ("id", "What we publish.\nTwo lines.")
    assert articles.translations["de-DE"] == "Artikel"
    assert schema.collections["rich_tags"].primary_key == "slug"
    assert schema.collections["rich_settings"].singleton
    assert schema.collections["rich_folder"].folder
    assert not articles.folder
    assert schema.collections["rich_articles_tags"].hidden


def test_fields(schema: Schema) -> None:
    fields = schema.collections["rich_articles"].fields
    assert next(iter(fields)) == "id"
    assert (fields["id"].primary_key, fields["id"].generated, fields["id"].required) == (True, True, False)
    title = fields["title"]
    assert (title.required, title.nullable, title.length, title.note) == (True, True, 200, 'The "title"')
    assert title.translations["de-DE"] == "Titel"
    status = fields["status"]
    assert (status.required, status.nullable, status.default) == (False, False, "draft")
    assert [choice.value for choice in status.choices] == ["draft", "published", "archived"]
    assert [choice.value for choice in fields["rating"].choices] == [1, 2, 3, 4, 5]
    assert fields["created"].generated
    assert fields["created"].readonly
    assert schema.collections["rich_authors"].fields["name"].required
    assert schema.collections["rich_tags"].fields["slug"].required
    assert not schema.collections["rich_authors"].fields["id"].required
    assert schema.collections["rich_authors"].fields["email"].unique


def test_the_type_of_values_in_python(schema: Schema) -> None:
    types = {name: field.python_type for name, field in schema.collections["rich_types"].fields.items()}
    assert types["a_big_integer"] is int
    assert types["a_date_time"] is types["a_timestamp"] is dt.datetime
    assert (types["a_date"], types["a_time"], types["a_uuid"]) == (dt.date, dt.time, UUID)
    assert types["a_csv"] == list[str]
    assert types["a_json"] is object
    assert types["a_decimal"] is float  # as SQLite reports it
    assert schema.collections["rich_articles"].fields["author"].python_type is UUID


def test_an_unknown_name_suggests_the_right_one(schema: Schema) -> None:
    with pytest.raises(KeyError, match="there is no collection 'rich_article'; did you mean 'rich_articles'"):
        schema.collections["rich_article"]
    with pytest.raises(KeyError, match="there is no field of rich_articles 'autor'; did you mean 'author'"):
        schema.collections["rich_articles"].fields["autor"]
    with pytest.raises(KeyError, match="there is no relation of rich_articles 'tag'; did you mean 'tags'"):
        schema.collections["rich_articles"].relations["tag"]
    with pytest.raises(KeyError, match="there is no collection 'zzz'\""):
        schema.collections["zzz"]
    assert schema.collections.get("rich_article") is None
    assert "rich_article" not in schema.collections


def test_what_it_shows(schema: Schema) -> None:
    fields = schema.collections["rich_articles"].fields
    assert repr(schema) == f"Schema({len(NAMES) + 1} collections, vendor='sqlite')"
    assert repr(schema.collections["rich_settings"]) == "Collection('rich_settings', '3 fields, singleton')"
    assert repr(fields["title"]) == "Field('rich_articles.title', 'string, required')"
    assert repr(fields["author"]) == "Field('rich_articles.author', 'uuid, m2o rich_authors')"
    assert repr(fields["tags"].relation) == "Relation('rich_articles.tags', 'm2m rich_tags through rich_articles_tags')"


def test_equality_hash_and_copies(schema: Schema) -> None:
    other = Schema.from_snapshot(SNAPSHOT)
    assert other == schema
    assert hash(other) == hash(schema)
    for same in (pickle.loads(pickle.dumps(schema)), copy.deepcopy(schema), copy.copy(schema)):
        assert same == schema
    less = Schema(Catalog({name: entry for name, entry in schema.collections.items() if name != "class"}, "collection"))
    assert less != schema
    assert schema.custom() == schema  # a snapshot has nothing of the system


def test_to_dict_and_back(schema: Schema) -> None:
    text = json.dumps(schema.to_dict())
    assert Schema.from_dict(json.loads(text)) == schema
    assert json.dumps(Schema.from_snapshot(SNAPSHOT).to_dict()) == text
    title = json.loads(text)["collections"]["rich_articles"]["fields"]["title"]
    assert (title["type"], title["required"], title["relation"]) == ("string", True, None)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"collections": {"a": 1}}, "collections.a"),
        ({"collections": {"a": {}}}, "collections.a.name"),
        ({"collections": {"a": {"name": "a", "shape": 1}}}, "collections.a"),
        ({"collections": {"a": {"name": "a", "fields": {"id": {"choices": []}}}}}, "collections.a.fields.id"),
    ],
)
def test_another_dict_is_refused(change: dict[str, object], place: str) -> None:
    with pytest.raises(SchemaError) as caught:
        Schema.from_dict(change)
    assert caught.value.place == place
