"""The data model, whole and in parts, on real servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from directus_sdk import APIError, Directus, Forbidden, InvalidPayload, SchemaError
from directus_sdk.testing import DirectusServer
from tests.live.conftest import DATABASE, KEY, VERSION, Workshop

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


# ---------------------------------------------------------------------- as for items
def test_collections_as_items(admin: Directus) -> None:
    names = ["live_a", "live_b", "live_c"]
    new = [{"collection": name, "meta": {}, "schema": {}, "fields": [KEY]} for name in names]
    try:
        assert admin.collections.create_many(reversed(new), returning="keys") == names[::-1]
        assert [one["collection"] for one in admin.collections.read_many(names)] == names
        hidden = {"meta": {"hidden": {"_eq": True}}, "collection": {"_starts_with": "live_"}}
        assert admin.collections.count(filter=hidden) == 0
        changed = admin.collections.update_many(names[:2], {"meta": {"hidden": True}})
        assert [(one["collection"], (one["meta"] or {})["hidden"]) for one in changed] == [("live_a", True), ("live_b", True)]
        assert admin.collections.count(filter=hidden) == admin.collections.count(hidden) == 2
        assert admin.collections.read_many(filter=hidden, sort="-collection", fields=["collection"]) == [
            {"collection": "live_b"},
            {"collection": "live_a"},
        ]
        first = admin.collections.first(filter=hidden, fields=["collection", "meta.hidden"])
        assert first == {"collection": "live_a", "meta": {"hidden": True}}
        assert list(admin.collections.iterate(filter=hidden, fields=["collection"], limit=1)) == [{"collection": "live_a"}]
        assert admin.collections.exists("live_a")
    finally:
        deleted = admin.collections.delete_many([*names, "live_none"], on_error="collect")
    assert (deleted, [entry.item for entry in deleted.errors]) == (names, ["live_none"])
    assert not admin.collections.exists("live_a")
    assert not admin.collections.exists(filter={"collection": {"_starts_with": "live_"}})


def test_fields_as_items(admin: Directus, notes: str) -> None:
    new = [{"field": name, "type": "integer", "schema": {}, "meta": {}} for name in ("low", "high")]
    assert [field["field"] for field in admin.fields.create_many(notes, new)] == ["low", "high"]
    assert admin.fields.count(notes, filter={"type": {"_eq": "integer"}, "field": {"_in": ["low", "high"]}}) == 2
    changed = admin.fields.update_many(notes, ["low", "high"], {"meta": {"note": "Both"}}, returning="keys")
    assert (changed, changed.count) == (["low", "high"], 2)
    both = {"meta": {"note": {"_eq": "Both"}}}
    assert admin.fields.read_many(notes, filter=both, fields=["field"]) == [{"field": "low"}, {"field": "high"}]
    assert admin.fields.update_batch(notes, [{"field": "low", "meta": {"note": "One"}}]).count == 1
    assert admin.fields.first(notes, filter=both, fields=["field"]) == {"field": "high"}
    assert list(admin.fields.iterate(filter=both, fields=["field"])) == [{"field": "high"}]
    assert admin.fields.exists(notes, "low")
    assert admin.fields.delete_many(notes, ["low", "high"]) == ["low", "high"]
    assert not admin.fields.exists(notes, "low")
    assert not admin.fields.exists("no_such_collection")
    assert admin.fields.count("no_such_collection") == 0


def test_relations_as_items(admin: Directus, notes: str) -> None:
    admin.fields.create_many(notes, [{"field": name, "type": "uuid", "schema": {}} for name in ("owner", "editor")])
    new = [
        {"collection": notes, "field": name, "related_collection": "directus_users", "schema": {}, "meta": {}}
        for name in ("owner", "editor")
    ]
    assert admin.relations.create_many(new).count == 2
    assert admin.relations.count(notes) == 2
    assert admin.relations.exists(notes, "owner")
    assert not admin.relations.exists(notes, "title")
    # Only the change: the SDK sends it with the related collection, without which servers before version 12 end.
    change = {"meta": {"one_deselect_action": "delete"}}
    changed = admin.relations.update_many(notes, ["owner", "editor"], change)
    assert [(one["meta"] or {})["one_deselect_action"] for one in changed] == ["delete", "delete"]
    back = {"collection": notes, "field": "owner", "meta": {"one_deselect_action": "nullify"}}
    assert admin.relations.update_batch([back]).count == 1
    owner = admin.relations.first(notes, filter={"field": {"_eq": "owner"}}, fields=["related_collection", "meta.one_field"])
    assert owner == {"related_collection": "directus_users", "meta": {"one_field": None}}
    assert {one["field"] for one in admin.relations.iterate(filter={"collection": {"_eq": notes}})} == {"owner", "editor"}


@pytest.mark.directus(">=10")  # on SQLite, version 9 waits for itself
def test_relations_go_one_by_one(admin: Directus, notes: str) -> None:
    admin.fields.create_one(notes, {"field": "owner", "type": "uuid", "schema": {}})
    admin.relations.create_one(
        {"collection": notes, "field": "owner", "related_collection": "directus_users", "schema": {}, "meta": {}}
    )
    assert admin.relations.delete_many(notes, ["owner"]).count == 1


def test_the_schema_of_a_strict_client(workshop: Workshop, admin: Directus, notes: str) -> None:
    with Directus(workshop.server.url, token=workshop.server.admin_token, strict=True) as strict:
        items = strict.items(notes)
        items.read_many(fields=["id"])
        admin.fields.create_one(notes, {"field": "late", "type": "string", "schema": {}, "meta": {}})
        with pytest.raises(SchemaError, match="late"):
            items.read_many(fields=["late"])
        assert "late" in strict.schema.refresh().collections[notes].fields
        assert items.create_one({"late": "x"}, fields=["late"]) == {"late": "x"}
