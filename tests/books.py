"""Books with each kind of relation, for the pages of the documentation about relations."""

from __future__ import annotations

from directus_sdk import Directus

Entry = dict[str, object]


def column(name: str, kind: str = "string") -> Entry:
    """A field with a column."""
    return {"field": name, "type": kind, "meta": {}, "schema": {}}


def alias(name: str, special: str) -> Entry:
    """A list of related items."""
    return {"field": name, "type": "alias", "meta": {"special": [special]}, "schema": None}


def relation(many: str, field: str, one: str | None, **meta: object) -> Entry:
    """A relation from a field to a collection."""
    return {"collection": many, "field": field, "related_collection": one, "schema": {} if one else None, "meta": meta}


_KEY: Entry = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
_EITHER: Entry = {"one_collection_field": "collection", "one_allowed_collections": ["headings", "images"]}

FIELDS = {
    "books": [
        _KEY,
        column("title"),
        column("author", "integer"),
        alias("chapters", "o2m"),
        alias("tags", "m2m"),
        alias("blocks", "m2a"),
        alias("translations", "translations"),
    ],
    "chapters": [_KEY, column("title"), column("book", "integer"), column("sort", "integer")],
    "tags": [_KEY, column("name")],
    "books_tags": [_KEY, column("book", "integer"), column("tag", "integer")],
    "headings": [_KEY, column("text")],
    "images": [_KEY, column("alt")],
    "books_blocks": [_KEY, column("book", "integer"), column("item"), column("collection")],
    "languages": [{**column("code"), "schema": {"is_primary_key": True}}, column("name")],
    "books_translations": [_KEY, column("book", "integer"), column("language"), column("title")],
}
RELATIONS = [
    relation("books", "author", "authors"),
    relation("chapters", "book", "books", one_field="chapters"),
    relation("books_tags", "book", "books", one_field="tags", junction_field="tag"),
    relation("books_tags", "tag", "tags", junction_field="book"),
    relation("books_blocks", "book", "books", one_field="blocks", junction_field="item"),
    relation("books_blocks", "item", None, junction_field="book", **_EITHER),
    relation("books_translations", "book", "books", one_field="translations", junction_field="language"),
    relation("books_translations", "language", "languages", junction_field="book"),
]


def create_books(directus: Directus) -> None:
    """Create the collections, three tags, a heading, an image and two languages; there are no books yet."""
    entries = [{"collection": name, "schema": {}, "meta": {}, "fields": fields} for name, fields in FIELDS.items()]
    directus.collections.create_many(entries)
    for entry in RELATIONS:
        directus.relations.create_one(entry)
    directus.items("tags").create_many([{"name": "novel"}, {"name": "sea"}, {"name": "new"}])
    directus.items("headings").create_one({"text": "Part one"})
    directus.items("images").create_one({"alt": "A whale"})
    directus.items("languages").create_many([{"code": "en-US", "name": "English"}, {"code": "de-DE", "name": "German"}])
