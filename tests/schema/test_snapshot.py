"""Snapshot files: whole, old, broken, huge, or something else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import SchemaError
from directus_sdk.schema import Schema, snapshot
from tests.rich_project import SNAPSHOT

PLAIN: dict[str, Any] = {
    "version": 1,
    "directus": "11.17.4",
    "vendor": "postgres",
    "collections": [{"collection": "tags", "meta": {"note": None}, "schema": {"name": "tags"}}],
    "fields": [
        {"collection": "tags", "field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True}},
        {"collection": "tags", "field": "label", "type": "string", "meta": {}, "schema": {"data_type": "varchar"}},
    ],
    "relations": [],
}
YAML = """\
version: 1
directus: 11.17.4
vendor: postgres
collections:
  - collection: tags
    meta: {note: null}
    schema: {name: tags}
fields:
  - {collection: tags, field: id, type: integer, meta: {}, schema: {is_primary_key: true}}
  - {collection: tags, field: label, type: string, meta: {}, schema: {data_type: varchar}}
relations: []
"""


def changed(*path: str | int, to: Any = ...) -> dict[str, Any]:
    """The snapshot with another value at a place, or without one."""
    whole: dict[str, Any] = json.loads(json.dumps(PLAIN))
    part: Any = whole
    for name in path[:-1]:
        part = part[name]
    if to is ...:
        del part[path[-1]]
    else:
        part[path[-1]] = to
    return whole


def refused(content: str | bytes | dict[str, Any], tmp_path: Path, name: str = "snapshot.json") -> SchemaError:
    path = tmp_path / name
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SchemaError) as caught:
        Schema.from_snapshot(path)
    assert caught.value.source == str(path)
    assert str(caught.value).startswith(f"{path}: {caught.value.place}")
    return caught.value


@pytest.mark.parametrize("name", ["snapshot.json", "snapshot.yaml", "snapshot"])
def test_json_and_yaml_are_the_same_whatever_the_name_is(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(json.dumps(PLAIN))
    expected = Schema.from_snapshot(path)
    assert (expected.vendor, expected.directus) == ("postgres", "11.17.4")
    path.write_text("\ufeff" + YAML, encoding="utf-8")
    assert Schema.from_snapshot(path) == expected
    assert Schema.from_snapshot(str(path)) == expected
    assert Schema.from_snapshot(YAML) == expected
    assert Schema.from_snapshot(PLAIN) == expected
    assert Schema.from_snapshot({"data": PLAIN}) == expected


@pytest.mark.parametrize(
    ("content", "place", "problem"),
    [
        (changed("version"), "version", "is missing, so this is no snapshot"),
        (changed("version", to=2), "version", "is 2, and only 1 is supported"),
        (changed("version", to="1"), "version", "should be an integer, not '1'"),
        (changed("collections"), "collections", "is missing"),
        (changed("fields"), "fields", "is missing"),
        (changed("relations"), "relations", "is missing"),
        (changed("fields", to={}), "fields", "should be a list, not an object"),
        (changed("vendor", to=5), "vendor", "should be a string, not 5"),
        (changed("collections", 0, to="tags"), "collections[0]", "should be an object, not 'tags'"),
        (changed("collections", 0, "collection"), "collections[0].collection", "is missing"),
        (changed("collections", 0, "collection", to=""), "collections[0].collection", "is empty"),
        (changed("collections", 0, "meta", to=[]), "collections[0].meta", "should be an object, not a list"),
        (changed("collections", 0, "meta", "note", to=1), "collections[0].meta.note", "should be a string, not 1"),
        (changed("collections", 0, "meta", to={"hidden": 2}), "collections[0].meta.hidden", "should be true or false, not 2"),
        (changed("fields", 1, "type"), "fields[1].type", "is missing"),
        (changed("fields", 1, "collection", to="tag"), "fields[1].collection", "names 'tag', which is not in collections"),
        (changed("fields", 1, "field", to="id"), "fields[1]", "is a second entry of the field tags.id"),
        (changed("fields", 1, "schema", "data_type", to=3), "fields[1].schema.data_type", "should be a string, not 3"),
        (changed("fields", 1, "schema", to={"max_length": "9"}), "fields[1].schema.max_length", "an integer, not '9'"),
        (changed("fields", 1, "schema", to={"max_length": True}), "fields[1].schema.max_length", "an integer, not True"),
        (changed("fields", 1, "meta", to={"special": [1]}), "fields[1].meta.special[0]", "should be a string, not 1"),
        (changed("fields", 1, "meta", to={"sort": "x" * 99}), "fields[1].meta.sort", "not 'xxx"),
        (changed("relations", to=[{"collection": "tags"}]), "relations[0].field", "is missing"),
        (
            changed("relations", to=[{"collection": "tags", "field": "id", "meta": {"one_field": 1}}]),
            "relations[0].meta.one_field",
            "should be a string, not 1",
        ),
        ("", "", "the content is empty"),
        (" \n\t", "", "the content is empty"),
        ("[]", "", "the content should be an object, not a list"),
        ("null", "", "the content should be an object, not null"),
        ("just words", "", "the content should be an object, not 'just words'"),
        ('{"version": 1,\n "fields": [', "line 2", "is not valid JSON"),
        ('{\n<<<<<<< HEAD\n"version": 1', "line 2", "is not valid JSON"),
        ("version: 1\n<<<<<<< HEAD\nfields: []\n", "line 3", "is not valid YAML"),
        ("version: 1\n\tfields: []\n", "line 2", "is not valid YAML"),
        ("version: !!python/object/apply:os.system ['true']\n", "line 1", "is not valid YAML"),
        ("<xml/>", "", "the content should be an object"),
        (b"\x89PNG\r\n\x1a\n\xff", "", "the content is not UTF-8"),
        ("version: 1".encode("utf-16"), "", "the content is not UTF-8"),
        (b"PK\x03\x04\x00", "", "the content is not valid YAML"),
        ('{"a": ' + "[" * 200_000, "", "the content is nested too deeply"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 and value.isprintable() else "",
)
def test_the_error_names_the_place(content: str | bytes | dict[str, Any], place: str, problem: str, tmp_path: Path) -> None:
    error = refused(content, tmp_path)
    assert error.place == place
    assert problem in str(error)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *(
            (word, word)
            for word in ("no", "on", "y", "1_000", "12:30", "2024-01-01", "=", "<<", "0b1", "1.2.3", "1e", "-", ".")
        ),
        *(
            ("True", True),
            ("false", False),
            ("null", None),
            ("~", None),
            ("", None),
            ("-12", -12),
            ("1e3", 1000.0),
            (".5", 0.5),
        ),
        *(("'1'", "1"), ('"true"', "true"), ("!!str 5", "5")),
    ],
)
def test_words_are_read_as_directus_writes_them(word: str, value: object) -> None:
    schema = Schema.from_snapshot(YAML.replace("data_type: varchar", f"data_type: varchar, default_value: {word}"))
    default = schema.collections["tags"].fields["label"].default
    assert (default, type(default)) == (value, type(value))


def test_aliases_may_stand_for_equal_values() -> None:
    text = YAML.replace("meta: {}, schema: {is_primary", "meta: &m {}, schema: {is_primary").replace("meta: {}", "meta: *m")
    assert Schema.from_snapshot(text) == Schema.from_snapshot(YAML)


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
    assert "aliases" in str(refused("\n".join([*lines, YAML]), tmp_path))


def test_a_value_that_contains_itself_is_refused(tmp_path: Path) -> None:
    assert "aliases" in str(refused("x: &x [*x]\n" + YAML, tmp_path))


def test_deep_yaml_is_refused(tmp_path: Path) -> None:
    assert refused("version: " + "[" * 200_000 + "]" * 200_000, tmp_path).place in ("", "line 1")


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_LARGEST", 1000)
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(10**12)  # a file with a hole
    with pytest.raises(SchemaError, match=r"huge\.json: the content has more than 0 MiB"):
        Schema.from_snapshot(path)


def test_a_path_that_cannot_be_read_is_the_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError if os.name == "posix" else PermissionError):
        Schema.from_snapshot(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"nothing\.json"):
        Schema.from_snapshot(tmp_path / "nothing.json")


@pytest.mark.parametrize("value", [None, 5, ["snapshot.json"], b"{}"])
def test_something_else_than_a_path(value: Any) -> None:
    with pytest.raises(TypeError, match="snapshot must be a path or a mapping"):
        Schema.from_snapshot(value)


def test_yaml_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(ImportError, match=r"pip install 'directus-python-sdk\[yaml\]', or export the snapshot as JSON"):
        Schema.from_snapshot(YAML)
    assert Schema.from_snapshot(SNAPSHOT).vendor == "sqlite"  # JSON needs nothing


def test_without_the_parser_in_c(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert Schema.from_snapshot(YAML) == Schema.from_snapshot(PLAIN)
