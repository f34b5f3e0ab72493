from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import ConfigurationError, Directus, SchemaHandler, SchemaPlan
from directus_sdk.testing.mock import MockTransport
from directus_sdk.wire.messages import Response

SNAPSHOT = {"version": 1, "collections": []}
DIFF = {
    "hash": "h",
    "diff": {
        "collections": [
            {"collection": "tags", "diff": [{"kind": "N", "rhs": {"collection": "tags"}}]},
            {"collection": "old", "diff": [{"kind": "D", "lhs": {"collection": "old"}}]},
            {"collection": "articles", "diff": [{"kind": "E", "path": ["meta", "note"], "lhs": None, "rhs": "News"}]},
        ],
        "fields": [
            {"collection": "tags", "field": "id", "diff": [{"kind": "N", "rhs": {"type": "integer"}}]},
            {
                "collection": "articles",
                "field": "status",
                "diff": [
                    {"kind": "A", "path": ["meta", "choices"], "index": 2, "item": {"kind": "N", "rhs": "archived"}},
                    {"kind": "N", "path": ["meta", "color"], "rhs": "red"},
                    {"kind": "D", "path": ["meta", "icon"], "lhs": "x" * 200},
                ],
            },
        ],
        "systemFields": [
            {
                "collection": "directus_users",
                "field": "email",
                "diff": [{"kind": "E", "path": ["schema", "is_indexed"], "lhs": False, "rhs": True}],
            }
        ],
        "relations": [
            {"collection": "articles", "field": "author", "related_collection": "authors", "diff": [{"kind": "N", "rhs": {}}]}
        ],
    },
}  # fmt: skip
TEXT = f"""\
+ collection tags
- collection old
~ collection articles
    meta.note: null -> "News"
+ field tags.id (integer)
~ field articles.status
    meta.choices.2: "archived" (new)
    meta.color: "red" (new)
    meta.icon: "{"x" * 119}… (removed)
~ system field directus_users.email
    schema.is_indexed: false -> true
+ relation articles.author -> authors"""


def client(*answers: object) -> tuple[Directus, MockTransport]:
    mock = MockTransport(list(answers))
    return Directus("https://cms.example.com", transport=mock), mock


def test_a_part_of_the_model() -> None:
    directus, mock = client(SNAPSHOT, SNAPSHOT)
    assert directus.schema.snapshot(include_collections=["a", "b"]) == SNAPSHOT
    assert mock.query() == {"includeCollections": "a,b"}
    directus.schema.snapshot(exclude_collections="c")
    assert mock.query() == {"excludeCollections": "c"}


@pytest.mark.parametrize(
    ("options", "query"),
    [({}, {}), ({"force": True}, {"force": "true"}), ({"force": False, "mode": "merge"}, {"force": "false", "mode": "merge"})],
)
def test_options_of_a_comparison(options: Any, query: dict[str, str]) -> None:
    directus, mock = client(DIFF)
    assert directus.schema.diff(SNAPSHOT, **options) == DIFF
    assert (mock.path(), mock.query(), mock.json()) == ("/schema/diff", query, SNAPSHOT)


@pytest.mark.parametrize("mode", ["add", "Merge", "", 5])
def test_an_unknown_mode_of_a_comparison(mode: Any) -> None:
    directus, mock = client(DIFF)
    with pytest.raises(ValueError, match="mode must be 'mirror' or 'merge'"):
        directus.schema.diff(SNAPSHOT, mode=mode)
    assert mock.requests == []


def test_a_snapshot_as_a_file() -> None:
    yaml = Response(200, [("Content-Type", "text/yaml")], b"version: 1\ncollections: []\n")
    directus, mock = client(yaml)
    assert directus.schema.snapshot(export="yaml", exclude_collections=["c"]) == "version: 1\ncollections: []\n"
    assert mock.query() == {"excludeCollections": "c", "export": "yaml"}
    with pytest.raises(ValueError, match="export must be one of yaml, json"):
        directus.schema.snapshot(export="yml")  # type: ignore[call-overload]
    assert len(mock.requests) == 1


def test_what_is_no_model_and_no_file() -> None:
    directus, mock = client()
    wrong: Any
    for wrong in (None, SchemaPlan(DIFF), 5, [SNAPSHOT]):
        for call in (directus.schema.diff, directus.schema.apply):
            with pytest.raises(TypeError):
                call(wrong)
    assert mock.requests == []


def test_no_difference() -> None:
    directus, _ = client(Response(204))
    assert directus.schema.diff(SNAPSHOT) is None


def test_a_difference_is_applied() -> None:
    directus, mock = client(Response(204), Response(204))
    directus.schema.apply(DIFF)
    assert (mock.path(), mock.query(), mock.json()) == ("/schema/apply", {}, DIFF)
    directus.schema.apply(DIFF, force=True)
    assert mock.query() == {"force": "true"}


def test_a_difference_as_text() -> None:
    plan = SchemaPlan(DIFF)
    assert plan.text == str(plan) == TEXT
    assert plan
    assert repr(plan) == "SchemaPlan(applied=False)"
    assert str(SchemaPlan(None)) == "no difference"
    assert not SchemaPlan(None)


def test_a_dry_run_applies_nothing() -> None:
    source, read = client(SNAPSHOT)
    target, written = client(DIFF)
    assert not SchemaHandler.migrate(source, target).applied
    assert [read.path(), written.path()] == ["/schema/snapshot", "/schema/diff"]
    assert written.query() == {}


def test_a_migration() -> None:
    source, _ = client(SNAPSHOT)
    target, written = client(DIFF, Response(204))
    assert source.schema.migrate(source, target, dry_run=False, force=True).applied
    assert [written.query(index) for index in (0, 1)] == [{"force": "true"}] * 2
    assert written.json() == DIFF


def test_nothing_to_migrate() -> None:
    target, written = client(Response(204))
    assert not SchemaHandler.migrate(SNAPSHOT, target, dry_run=False).applied
    assert len(written.requests) == 1


def test_one_server_is_not_two() -> None:
    directus, mock = client()
    with pytest.raises(ConfigurationError):
        SchemaHandler.migrate(directus, directus)
    assert mock.requests == []


def test_the_schema_is_read_in_three_requests() -> None:
    table = {"collection": "tags", "schema": {}, "meta": {"note": "Words"}}
    key = {"collection": "tags", "field": "id", "type": "integer", "schema": {"is_primary_key": True}, "meta": None}
    directus, mock = client([table], [key], [])
    schema = directus.schema.read()
    assert [mock.path(index) for index in range(len(mock.requests))] == ["/collections", "/fields", "/relations"]
    assert (schema.collections["tags"].note, schema.collections["tags"].primary_key) == ("Words", "id")


def test_a_strict_client_reads_its_schema_again() -> None:
    directus, mock = client([], [], [])
    strict = Directus(directus.url, transport=mock, strict=True)
    assert strict.schema.refresh().collections == {}
    assert [mock.path(index) for index in range(len(mock.requests))] == ["/collections", "/fields", "/relations"]
    with pytest.raises(ConfigurationError, match="strict=True"):
        directus.schema.refresh()
