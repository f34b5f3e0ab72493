"""What an export has written, in every format: `sync` finds nothing to do, and an empty copy gets equal items."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from directus_sdk import Directus
from tests.live.conftest import KEY, VERSION, Workshop

pytestmark = pytest.mark.live

LATER = not VERSION.startswith(("9.", "10."))
FORMATS = ["a.csv", "a.csv.gz", "a.ndjson", "a.ndjson.gz", "a.parquet"]
SPECIALS = {"boolean": "cast-boolean", "json": "cast-json", "csv": "cast-csv", "hash": "hash"}
TYPES = ["string", "text", "integer", "bigInteger", "decimal", "float", "boolean", "date", "dateTime", "timestamp", "time"]
TYPES += ["uuid", "csv", "json", "hash"]
STRINGS: list[Any] = [
    "", " ", None, "null", "true", "0", "007", '""', '"', '"a", b', "a,b", "ä\r\nü😀", "\n", "a\rb", "\t", "=1+1", "None",
    "[1]", '{"a":1}', "2024-01-02", "\u2028", "a.b", "'", "\\", "\\n", "\ufeffa", " a ", "NaN", "inf", "-", "ﬁ\u0301",
]  # fmt: skip
DOCUMENTS: list[Any] = [
    {"a": [1, "ü", None]}, [], {}, [1, 2.5, {"b": [True, False]}], None, "text", "", " ", 5, -0.5, ["1"], [None], {"": ""},
    {"a.b": 1, "c": {"d": None}}, [["x"], []], ["a,b"], {"n": 9007199254740991, "f": 1e-7, "g": 1e300}, "1.5", "[",
    "[1]", '{"a":1}', [{"id": 1, "name": "no item"}], {"id": 1}, 0, "a\nb",
]  # fmt: skip
VALUES: dict[str, list[Any]] = {
    "integer": [0, -1, 2147483647, -2147483648, None],
    "bigInteger": [0, "9007199254740993", "-1152921504606846976", "1152921504606846976", 5, None],
    "decimal": ["0.50", "12345.67890", "-0.01", "100", None, "99999.99999", "0"],
    "float": [0.1, -1.5, 1e-7, 123456.789, 3, None, 0],
    "boolean": [True, False, None],
    # Before version 11 the server returns 0999-12-31 as 999-12-31.
    "date": ["2024-02-29", "1969-12-31", None, "9999-12-31", *(["0999-12-31"] if LATER else [])],
    "dateTime": ["2024-02-29T10:11:12", "1969-12-31T23:59:59", None],
    "timestamp": ["2024-02-29T10:11:12Z", "2024-02-29T10:11:12.345Z", "1969-12-31T23:59:59Z", None],
    "time": ["10:11:12", "00:00:00", "23:59:59", None],
    "uuid": ["0123abcd-0123-4123-8123-0123456789ab", None],
    "csv": [["a", "b"], ["a"], [], None, ["a b", "ü"], ["1", "2"], ["true"]],
    "hash": ["secret"] + [None] * 50,
}


def field(name: str, kind: str, **schema: Any) -> dict[str, Any]:
    special = [SPECIALS[kind]] if kind in SPECIALS else []
    return {"field": name, "type": kind, "meta": {"special": special}, "schema": schema}


@pytest.fixture(scope="module")
def names(whole_workshop: Workshop) -> Iterator[dict[str, str]]:
    admin, prefix = whole_workshop.directus, f"trip_{uuid4().hex[:8]}"
    names = {kind: f"{prefix}_{kind}" for kind in ("teams", "authors", "all", "copy")}
    fields = [field(f"f_{kind}", kind) for kind in TYPES]
    fields += [field("required", "string", is_nullable=False, default_value="d"), field("preset", "string", default_value="p")]
    made = {
        "teams": [field("title", "string")],
        "authors": [field("name", "string"), field("born", "date"), field("notes", "json"), field("team", "integer")],
        "all": [*fields, field("author", "integer"), field("editor", "integer")],
        "copy": [*fields, field("author", "integer"), field("editor", "integer")],
    }
    for kind, name in names.items():
        meta = {"accountability": None}
        admin.collections.create_one({"collection": name, "schema": {}, "meta": meta, "fields": [KEY, *made[kind]]})
    relations = [("authors", "team", "teams")]
    relations += [(kind, name, "authors") for kind in ("all", "copy") for name in ("author", "editor")]
    for kind, name, related in relations:
        admin.relations.create_one({"collection": names[kind], "field": name, "related_collection": names[related]})
    admin.items(names["teams"]).create_many([{"id": 1, "title": "Red"}, {"id": 2, "title": None}])
    admin.items(names["authors"]).create_many([
        {"id": 1, "name": "Ada", "born": "1815-12-10", "notes": {"a": [1]}, "team": 1},
        {"id": 2, "name": "", "born": None, "notes": [], "team": None},
        {"id": 3, "name": None, "born": None, "notes": None, "team": 2},
    ])  # fmt: skip
    count = max(len(STRINGS), len(DOCUMENTS), *map(len, VALUES.values()))
    rows = [
        {
            **{f"f_{kind}": values[number % len(values)] for kind, values in VALUES.items()},
            "f_string": STRINGS[number % len(STRINGS)],
            "f_text": STRINGS[-number % len(STRINGS)],
            "f_json": None if (document := DOCUMENTS[number % len(DOCUMENTS)]) is None else json.dumps(document),
            "required": STRINGS[number % len(STRINGS)] or "",
            "preset": [None, "", "x"][number % 3],
            "author": [1, None, 2, 3][number % 4],
            "editor": [None, 3][number % 2],
        }
        for number in range(count)
    ]
    admin.items(names["all"]).create_many(rows, returning=None)
    yield names
    for kind in ("all", "copy", "authors", "teams"):
        admin.collections.delete_one(names[kind])


@pytest.fixture
def copy(admin: Directus, names: dict[str, str]) -> Iterator[Any]:
    yield admin.items(names["copy"])
    admin.items(names["copy"]).delete_by_query(all_items=True)


def contents(items: Any) -> list[str]:
    """The items as JSON, where 1, 1.0, true and "1" differ."""
    fields = [name for name in items.read_all(limit=1)[0] if name != "f_hash"]
    return [json.dumps(row, sort_keys=True) for row in items.read_all(sort="id", fields=fields)]


@pytest.mark.parametrize("name", FORMATS)
def test_values_of_every_type(admin: Directus, names: dict[str, str], copy: Any, name: str, tmp_path: Path) -> None:
    items, path = admin.items(names["all"]), tmp_path / name
    before, unchanged = contents(items), f"+0 ~0 -0 ={items.count()}"
    assert items.export(path).left_out == ("f_hash",)
    assert str(items.sync(path, delete_missing=True)) == unchanged
    copy.create_many(path, returning=None)
    assert contents(copy) == before
    assert str(copy.sync(path, delete_missing=True)) == unchanged
    if path.suffix != ".gz":
        copy.update_batch(path, returning=None)
        copy.upsert_many(path, returning=None)
        assert contents(copy) == before
        copy.delete_by_query(all_items=True)
        copy.sync(path).apply()
        assert contents(copy) == before


@pytest.mark.parametrize("name", ["a.csv", "a.ndjson", "a.parquet"])
def test_related_items(admin: Directus, names: dict[str, str], copy: Any, name: str, tmp_path: Path) -> None:
    items, authors = admin.items(names["all"]), admin.items(names["authors"])
    path, unchanged = tmp_path / name, f"+0 ~0 -0 ={items.count()}"
    before = contents(items), contents(authors)
    items.export(path, fields=["*", "author.*", "editor.id", "editor.name", "author.team.*"])
    assert str(items.sync(path, delete_missing=True)) == unchanged
    copy.create_many(path, returning=None)
    assert (contents(copy), contents(authors)) == before
    assert str(copy.sync(path)) == unchanged
    copy.update_batch(path, returning=None)
    copy.upsert_many(path, returning=None)
    assert (contents(copy), contents(authors)) == before


def test_related_items_without_their_keys(admin: Directus, names: dict[str, str], tmp_path: Path) -> None:
    items, authors = admin.items(names["all"]), admin.items(names["authors"])
    before = contents(items), contents(authors)
    fields = ["id", "author.name", "author.team.title"]
    for name in ("a.csv", "a.ndjson", "a.parquet"):
        items.export(tmp_path / name, fields=fields)
        assert str(items.sync(tmp_path / name)) == f"+0 ~0 -0 ={items.count()}"
        for write in (items.update_batch, items.upsert_many):
            with pytest.raises(ValueError, match=r"values of 'author'.*without its key.*'author\.id'"):
                write(tmp_path / name)
    assert (contents(items), contents(authors)) == before


def test_lists_of_related_items_without_their_keys(admin: Directus, names: dict[str, str], tmp_path: Path) -> None:
    shelves, books = f"{names['copy']}_shelves", f"{names['copy']}_books"
    listed = {"field": "books", "type": "alias", "meta": {"special": ["o2m"]}}
    made = {shelves: [KEY, listed], books: [KEY, field("title", "string"), field("shelf", "integer")]}
    for name, fields in made.items():
        admin.collections.create_one({"collection": name, "schema": {}, "meta": {"accountability": None}, "fields": fields})
    relation = {"collection": books, "field": "shelf", "related_collection": shelves, "meta": {"one_field": "books"}}
    admin.relations.create_one({**relation, "schema": {"on_delete": "SET NULL"}})
    try:
        items = admin.items(shelves)
        items.create_many([{"id": 1, "books": [{"id": 1, "title": "A"}, {"id": 2, "title": "B"}]}])
        for name in ("a.ndjson", "a.csv"):
            items.export(tmp_path / name, fields=["id", "books.title"])
            for write in (items.update_batch, items.upsert_many):
                with pytest.raises(ValueError, match=r"'books' without their keys.*'books\.id'.*Nothing was sent"):
                    write(tmp_path / name)
            items.export(tmp_path / f"keyed-{name}", fields=["id", "books.id", "books.title"])
            items.update_batch(tmp_path / f"keyed-{name}")
        assert [book["title"] for book in admin.items(books).read_all(sort="id")] == ["A", "B"]
    finally:
        admin.collections.delete_one(books)
        admin.collections.delete_one(shelves)


@pytest.mark.parametrize("fields", [["*.*.*"], ["id", "parts.item.*"], ["id", "parts.id", "parts.notes", "author.*"]])
def test_lists_of_items_of_several_collections(
    admin: Directus, names: dict[str, str], parts: str, tmp_path: Path, fields: list[str]
) -> None:
    items = admin.items(parts)
    for name in ("a.ndjson", "a.csv", "a.parquet"):
        assert items.export(tmp_path / name, fields=fields).count == 2
        assert str(items.sync(tmp_path / name)) == "+0 ~0 -0 =2"
    if name := next((field for field in fields if field.startswith("*")), ""):
        columns = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert "author.notes" in columns  # a JSON object of a related item is one column


@pytest.fixture(scope="module")
def parts(whole_workshop: Workshop, names: dict[str, str]) -> Iterator[str]:
    admin = whole_workshop.directus
    shelves, parts = f"{names['copy']}_sh", f"{names['copy']}_parts"
    listed = {"field": "parts", "type": "alias", "meta": {"special": ["m2a"]}}
    made = {
        shelves: [KEY, field("author", "integer"), listed],
        parts: [KEY, field("shelf", "integer"), field("item", "string"), field("collection", "string"), field("notes", "json")],
    }
    for name, fields in made.items():
        admin.collections.create_one({"collection": name, "schema": {}, "meta": {"accountability": None}, "fields": fields})
    several = {"one_collection_field": "collection", "one_allowed_collections": [names["teams"], names["authors"]]}
    for field_, related, meta in (
        ("shelf", shelves, {"one_field": "parts", "junction_field": "item"}),
        ("item", None, {**several, "junction_field": "shelf"}),
    ):  # fmt: skip
        schema = {"on_delete": "SET NULL"} if related else None
        relation = {"collection": parts, "field": field_, "related_collection": related, "meta": meta, "schema": schema}
        admin.relations.create_one(relation)
    admin.relations.create_one({"collection": shelves, "field": "author", "related_collection": names["authors"]})
    admin.items(shelves).create_many([{"id": 1, "author": 1}, {"id": 2}])
    admin.items(parts).create_many([
        {"shelf": 1, "collection": names["authors"], "item": "1", "notes": {"b": {"c": 1}}},
        {"shelf": 1, "collection": names["teams"], "item": "1"},
        {"shelf": 1, "collection": names["authors"], "item": "2", "notes": ["x"]},
    ])  # fmt: skip
    yield shelves
    admin.collections.delete_one(parts)
    admin.collections.delete_one(shelves)
