"""The data model, whole and in parts, on real servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from directus_sdk import APIError, Directus, Forbidden, InvalidPayload
from directus_sdk.testing import DirectusServer
from tests.live.conftest import DATABASE, KEY, VERSION

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def target() -> Iterator[Directus]:
    """A second server, empty."""
    with DirectusServer(VERSION, DATABASE) as server, server.directus() as directus:
        yield directus


def test_collections(admin: Directus) -> None:
    made = admin.collections.create_one({"collection": "live_a", "meta": {"note": "A"}, "schema": {}, "fields": [KEY]})
    assert made
    assert made["collection"] == "live_a"
    try:
        more = [{"collection": name, "meta": {}, "schema": {}, "fields": [KEY]} for name in ("live_b", "live_c")]
        assert [one["collection"] for one in admin.collections.create_many(more)] == ["live_b", "live_c"]
        changed = admin.collections.update_one("live_a", {"meta": {"note": "Changed"}})
        assert changed
        assert (changed["meta"] or {})["note"] == "Changed"
        order = [{"collection": "live_a", "meta": {"sort": 2}}, {"collection": "live_b", "meta": {"sort": 1}}]
        assert len(admin.collections.update_batch(order)) == 2
        assert (admin.collections.read_one("live_a")["meta"] or {})["sort"] == 2
        assert {one["collection"] for one in admin.collections.read_all()} >= {"live_a", "live_b", "live_c"}
    finally:
        for name in ("live_a", "live_b", "live_c"):
            admin.collections.delete_one(name)
    with pytest.raises(Forbidden):
        admin.collections.read_one("live_a")


def test_some_collections(admin: Directus, notes: str) -> None:
    assert [one["collection"] for one in admin.collections.read_many([notes])] == [notes]


def test_fields(admin: Directus, notes: str) -> None:
    made = admin.fields.create_one(notes, {"field": "rating", "type": "integer", "schema": {}})
    assert made
    assert made["type"] == "integer"
    changed = admin.fields.update_one(notes, "rating", {"meta": {"note": "1 to 5"}})
    assert changed
    assert (changed["meta"] or {})["note"] == "1 to 5"
    assert len(admin.fields.update_many(notes, [{"field": "rating", "meta": {"sort": 9}}])) == 1
    assert (admin.fields.read_one(notes, "rating")["meta"] or {})["sort"] == 9
    assert "rating" in [field["field"] for field in admin.fields.read_many(notes)]
    assert (notes, "rating") in [(field["collection"], field["field"]) for field in admin.fields.read_all()]
    admin.fields.delete_one(notes, "rating")
    with pytest.raises(Forbidden):
        admin.fields.read_one(notes, "rating")


def test_relations(admin: Directus, notes: str) -> None:
    admin.fields.create_one(notes, {"field": "owner", "type": "uuid", "schema": {}})
    relation = {"collection": notes, "field": "owner", "related_collection": "directus_users", "schema": {}, "meta": {}}
    made = admin.relations.create_one(relation)
    assert made
    assert made["related_collection"] == "directus_users"
    # The whole relation: a server before version 12 ends when a part of it comes alone.
    changed = admin.relations.update_one(notes, "owner", {**made, "meta": {"one_deselect_action": "delete"}})
    assert changed
    assert (changed["meta"] or {})["one_deselect_action"] == "delete"
    assert admin.relations.read_one(notes, "owner")["field"] == "owner"
    assert [one["field"] for one in admin.relations.read_many(notes)] == ["owner"]
    assert (notes, "owner") in [(one["collection"], one["field"]) for one in admin.relations.read_all()]


@pytest.mark.directus(">=10")  # on SQLite, version 9 waits for itself
def test_a_relation_goes(admin: Directus, notes: str) -> None:
    admin.fields.create_one(notes, {"field": "owner", "type": "uuid", "schema": {}})
    relation = {"collection": notes, "field": "owner", "related_collection": "directus_users", "schema": {}, "meta": {}}
    admin.relations.create_one(relation)
    admin.relations.delete_one(notes, "owner")
    # On SQLite the foreign key stays.
    assert [one["meta"] for one in admin.relations.read_many(notes)] in ([], [None])


def test_migration_from_one_server_to_another(admin: Directus, target: Directus, notes: str) -> None:
    snapshot = admin.schema.snapshot()
    assert notes in [entry["collection"] for entry in snapshot["collections"]]
    assert admin.schema.diff(snapshot) is None

    plan = admin.schema.migrate(admin, target)
    assert plan
    assert not plan.applied
    assert f"+ collection {notes}" in plan.text.splitlines()
    assert f"+ field {notes}.title (string)" in plan.text.splitlines()
    assert notes not in [one["collection"] for one in target.collections.read_all()], "a dry run changed something"

    assert admin.schema.migrate(admin, target, dry_run=False).applied
    assert {field["field"] for field in target.fields.read_many(notes)} == {"id", "title", "body", "sort"}
    assert str(admin.schema.migrate(admin, target)) == "no difference"

    admin.fields.update_one(notes, "title", {"meta": {"note": "Short"}})
    admin.fields.delete_one(notes, "body")
    lines = admin.schema.migrate(admin, target).lines()
    assert f"~ field {notes}.title" in lines
    assert '    meta.note: null -> "Short"' in lines
    assert f"- field {notes}.body (text)" in lines


def test_what_is_compared_is_applied(admin: Directus, target: Directus, notes: str) -> None:
    diff = target.schema.diff(admin.schema.snapshot())
    assert diff
    target.schema.apply(diff)
    assert notes in [one["collection"] for one in target.collections.read_all()]
    with pytest.raises(APIError):
        target.schema.apply(diff)  # the model has changed since


@pytest.mark.directus(">=10")  # version 9 takes no file to apply
def test_files_of_the_model(admin: Directus, target: Directus, notes: str, tmp_path: Path) -> None:
    for export, suffix in (("yaml", "yaml"), ("json", "json")):
        text = admin.schema.snapshot(export=export)
        file = tmp_path / f"model.{suffix}"
        file.write_text(text, encoding="utf-8")
        with file.open("rb") as opened:
            for given in (text, file, str(file), text.encode(), opened):
                assert admin.schema.diff(given) is None
    diff = target.schema.diff(file)
    assert diff
    (tmp_path / "diff.json").write_text(json.dumps(diff), encoding="utf-8")
    target.schema.apply(tmp_path / "diff.json")
    assert notes in [one["collection"] for one in target.collections.read_all()]
    with pytest.raises(InvalidPayload):
        target.schema.diff(b"no: [model")
    with pytest.raises(FileNotFoundError):
        target.schema.diff("no_such.yaml")


@pytest.mark.directus(">=12")
def test_modes_of_a_comparison(admin: Directus, target: Directus, notes: str) -> None:
    nothing = {**admin.schema.snapshot(), "collections": [], "fields": [], "relations": []}
    assert admin.schema.diff(nothing, mode="mirror")
    assert admin.schema.diff(nothing, mode="merge") is None


@pytest.mark.directus(">=12")
def test_a_part_of_the_model(admin: Directus, notes: str) -> None:
    part = admin.schema.snapshot(include_collections=[notes])
    assert [entry["collection"] for entry in part["collections"]] == [notes]
    rest = admin.schema.snapshot(exclude_collections=[notes])
    assert notes not in [entry["collection"] for entry in rest["collections"]]
