"""`keep_before` and `restore`: what a bulk call changed is as it was, and what others changed since is not overwritten."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from directus_sdk import ConfigurationError, Directus, Forbidden, Plan, ResourceRestricted, ServerError
from directus_sdk.calls.pipeline import Pipeline
from tests.live.conftest import DATABASE
from tests.live.people import new_role

pytestmark = pytest.mark.live

_KEY = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
#: No activity log: it would take most of the time.
_UNLOGGED = {"accountability": None}
_UUID = {"field": "id", "type": "uuid", "meta": {"special": ["uuid"]}, "schema": {"is_primary_key": True}}


def _field(name: str, kind: str, *special: str) -> dict[str, Any]:
    return {"field": name, "type": kind, "meta": {"special": list(special)}, "schema": {}}


_FIELDS = [
    _field("title", "string"), _field("n", "integer"), _field("big", "bigInteger"),
    _field("price", "decimal"), _field("on", "boolean", "cast-boolean"),
    _field("at", "timestamp"), _field("local", "dateTime"), _field("data", "json", "cast-json"),
    _field("tags", "csv", "cast-csv"), _field("secret", "hash", "hash"),
    _field("created_on", "timestamp", "date-created"), _field("parent", "integer"),
]  # fmt: skip


@pytest.fixture(scope="module")
def names(whole_workshop: Any) -> Iterator[dict[str, str]]:
    admin = whole_workshop.directus
    names = {kind: f"{kind}_{uuid4().hex[:8]}" for kind in ("things", "uuids", "notes", "parts")}
    admin.collections.create_one({"collection": names["things"], "schema": {}, "meta": _UNLOGGED, "fields": [_KEY, *_FIELDS]})
    admin.collections.create_one(
        {"collection": names["uuids"], "schema": {}, "meta": _UNLOGGED, "fields": [_UUID, *_FIELDS[:-1]]}
    )
    for kind in ("notes", "parts"):
        fields = [_KEY, _field("thing", "integer")]
        admin.collections.create_one({"collection": names[kind], "schema": {}, "meta": _UNLOGGED, "fields": fields})
    things = names["things"]
    for name, field, rule in (
        (things, "parent", "SET NULL"), (names["notes"], "thing", "SET NULL"), (names["parts"], "thing", "CASCADE"),
    ):  # fmt: skip
        related = {"collection": name, "field": field, "related_collection": things}
        admin.relations.create_one({**related, "meta": {}, "schema": {"on_delete": rule}})
    yield names
    # Directus 11.17 cannot delete a collection that is related with itself.
    admin.fields.delete_one(things, "parent")
    for kind in ("notes", "parts", "things", "uuids"):
        admin.collections.delete_one(names[kind])


@pytest.fixture
def items(admin: Directus, names: dict[str, str]) -> Any:
    for kind in ("notes", "parts", "things", "uuids"):
        admin.items(names[kind]).delete_by_query(all_items=True)
    return admin.items(names["things"])


def row(number: int, **changes: Any) -> dict[str, Any]:
    base = {"title": f"t{number}", "n": number, "price": f"{number}.25", "on": number % 2 == 0, "tags": ["a", "b"]}
    if number == 1:  # hashes are slow
        base["secret"] = "swordfish"
    moments = {"at": "2026-01-02T03:04:05Z", "local": "2026-01-02T03:04:05"}
    return {**base, **moments, "data": {"x": [number, None, "é"]}, **changes}


def contents(items: Any) -> list[dict[str, Any]]:
    rows = items.read_all(sort="id", fields=["*"])
    return [{name: value for name, value in row.items() if name not in ("secret", "created_on")} for row in rows]


CALLS: dict[str, Any] = {
    "create_many": lambda items, keys, **more: items.create_many([row(90), row(91)], **more),
    "update_many": lambda items, keys, **more: items.update_many(keys[:5], {"n": -1, "data": {"y": 1}}, **more),
    "update_batch": lambda items, keys, **more: items.update_batch(
        [row(5, id=keys[0]), {"id": keys[1], "at": "2027-01-01T00:00:00", "local": "2027-01-01T00:00:00Z"},
         {"id": keys[0], "n": 7}],
        **more,
    ),
    "update_by_query": lambda items, keys, **more: items.update_by_query({"n": {"_gt": 3}}, {"title": None}, **more),
    "upsert_many": lambda items, keys, **more: items.upsert_many([row(1, n=-1), row(95)], match_on="title", **more),
    "delete_many": lambda items, keys, **more: items.delete_many(keys[2:6], **more),
    "delete_by_query": lambda items, keys, **more: items.delete_by_query({"n": {"_lt": 4}}, **more),
    "apply": lambda items, keys, **more: (
        items.sync([row(1, n=50), row(2), row(97)], match_on="title", delete_missing=True).apply(**more)
    ),
}  # fmt: skip


_ONE: dict[str, Any] = {}
_MANY: dict[str, Any] = {"returning": None, "batch_size": 1, "workers": 2}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, _MANY) for name in ("create_many", "update_batch", "upsert_many", "delete_many", "apply")),
        *((name, _ONE) for name in ("create_many", "update_many", "update_by_query", "upsert_many", "delete_by_query")),
    ],
)
def test_each_call_is_undone(items: Any, name: str, options: dict[str, Any], tmp_path: Path) -> None:
    if "delete" in name:
        options = {key: value for key, value in options.items() if key != "returning"}
    keys = items.create_many([row(number) for number in range(8)], returning="keys")
    items.update_batch([{"id": keys[0], "data": '"5"'}, {"id": keys[3], "data": '"[1]"'}])  # strings that look like JSON
    items.update_batch([{"id": keys[number], "parent": keys[number + 1]} for number in range(5)], returning=None)
    before, path = contents(items), tmp_path / "undo.ndjson"
    CALLS[name](items, keys, keep_before=path, **options)
    after = contents(items)
    assert after != before
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "swordfish" not in path.read_text(encoding="utf-8")
    with pytest.raises(FileExistsError, match=r"is never overwritten.*Nothing was sent"):
        CALLS[name](items, keys, keep_before=path, **options)
    assert contents(items) == after
    restored = items.restore(path)
    assert contents(items) == before
    assert restored.updated + restored.created + restored.deleted > 0
    again = items.restore(path)
    assert (again.updated, again.created, again.deleted) == (0, 0, 0)
    assert contents(items) == before


@pytest.mark.parametrize("name", ["update_batch", "delete_many", "upsert_many"])
def test_an_item_that_was_changed_since_refuses_all(items: Any, name: str, tmp_path: Path) -> None:
    keys = items.create_many([row(number) for number in range(8)], returning="keys")
    before, path = contents(items), tmp_path / "undo.ndjson"
    CALLS[name](items, keys, keep_before=path)
    if name == "delete_many":
        items.create_one(row(77, id=keys[3]))
    else:
        changed = items.read_all(sort="-id", fields=["id"])[0]["id"] if name.startswith(("create", "upsert")) else keys[0]
        items.update_one(changed, {"n": 4711})
    after = contents(items)
    with pytest.raises(ValueError, match=r"was changed since .*was changed.*Nothing was sent"):
        items.restore(path)
    assert contents(items) == after
    items.restore(path, force=True)
    assert contents(items) == before


def test_fields_that_the_call_did_not_change_are_not_judged_and_stay(items: Any, tmp_path: Path) -> None:
    [key] = items.create_many([row(1)], returning="keys")
    items.update_many([key], {"n": 5}, keep_before=tmp_path / "undo.ndjson")
    items.update_one(key, {"title": "another"})
    assert items.restore(tmp_path / "undo.ndjson").updated == 1
    assert [(item["n"], item["title"]) for item in contents(items)] == [(1, "another")]


def test_numbers_that_javascript_rounds_and_bare_booleans(items: Any, tmp_path: Path) -> None:
    documents = ['{"n": 12345678901234567890, "list": [1e20, true]}', "1e20", "true"]
    keys = items.create_many([row(1, data=document) for document in documents], returning="keys")
    before = contents(items)
    items.update_many(keys, {"data": False}, keep_before=tmp_path / "undo.ndjson")
    assert items.restore(tmp_path / "undo.ndjson").updated == 3
    assert contents(items) == before
    assert items.restore(tmp_path / "undo.ndjson").unchanged == 3
    plan = items.sync([{"id": key, "data": {"x": 1}} for key in keys])
    plan.save(tmp_path / "plan.json")
    assert Plan.load(tmp_path / "plan.json", items).apply().count == 3


@pytest.mark.parametrize("batch_size", [None, 1])
def test_items_that_existed_are_not_taken_for_created_ones(items: Any, batch_size: int | None, tmp_path: Path) -> None:
    [key] = items.create_many([row(1)], returning="keys")
    before = contents(items)
    rows = [{"title": "new"}, {"id": key, "title": "t1"}, {"id": key + 100, "title": "with a key"}, {"title": "another"}]
    result = items.create_many(rows, on_error="collect", keep_before=tmp_path / "undo.ndjson", batch_size=batch_size)
    assert [failed.index for failed in result.errors] == [1]
    assert str(items.restore(tmp_path / "undo.ndjson")) == "0 updated, 0 created again, 3 deleted, 0 unchanged"
    assert contents(items) == before


def test_an_item_that_one_call_created_and_then_changed(items: Any, tmp_path: Path) -> None:
    items.create_many([row(1)], returning=None)
    before, rows = contents(items), [row(7), row(8), {"title": "t1", "n": 5}, row(7, n=70)]
    items.upsert_many(rows, match_on="title", keep_before=tmp_path / "undo.ndjson")
    assert [item["n"] for item in contents(items)] == [5, 70, 8]
    assert str(items.restore(tmp_path / "undo.ndjson")) == "1 updated, 0 created again, 2 deleted, 0 unchanged"
    assert contents(items) == before


def test_fields_that_the_collection_has_no_more_are_named(
    items: Any, admin: Directus, names: dict[str, str], tmp_path: Path
) -> None:
    admin.fields.create_one(names["things"], _field("gone", "string"))
    keys = items.create_many([row(1, gone="a"), row(2, gone="b")], keep_before=tmp_path / "create", returning="keys")
    items.update_many(keys[:1], {"n": 5, "gone": "c"}, keep_before=tmp_path / "update")
    items.delete_many(keys[1:], keep_before=tmp_path / "delete")
    admin.fields.delete_one(names["things"], "gone")
    for name, counts in (("delete", (0, 1, 0)), ("update", (1, 0, 0)), ("create", (0, 0, 2))):
        restored = items.restore(tmp_path / name)
        assert (restored.updated, restored.created, restored.deleted) == counts
        assert "gone: the collection has no such field any more" in restored.not_restored
        again = items.restore(tmp_path / name)
        assert (again.updated, again.created, again.deleted) == (0, 0, 0)
    assert contents(items) == []


def test_files_are_in_their_folder_again(admin: Directus, tmp_path: Path) -> None:
    folder = admin.folders.create_one({"name": "letters"})["id"]
    file = admin.files.upload(b"Dear Ada", {"folder": folder}, filename="ada.txt")["id"]
    admin.folders.delete_many([folder], keep_before=tmp_path / "undo.ndjson")
    assert admin.files.read_one(file)["folder"] is None
    admin.folders.restore(tmp_path / "undo.ndjson")
    assert admin.files.read_one(file)["folder"] == folder
    admin.files.delete_one(file)
    admin.folders.delete_one(folder)


def test_integers_that_the_server_rounds_are_named(items: Any, tmp_path: Path) -> None:
    keys = items.create_many([row(1, big=2**53 + 1), row(2, big=5)], returning="keys")
    before = contents(items)
    items.update_many(keys, {"big": 1}, keep_before=tmp_path / "undo.ndjson")
    rounded = ["big: the server rounds integers beyond 2^53, so the last digits may be others"]
    assert items.restore(tmp_path / "undo.ndjson").not_restored == (rounded if DATABASE == "sqlite3" else [])
    assert contents(items) == before


def test_values_of_a_related_item_are_named(items: Any, admin: Directus, names: dict[str, str], tmp_path: Path) -> None:
    [key] = items.create_many([row(1)], returning="keys")
    notes = admin.items(names["notes"])
    notes.create_many([{"id": 1, "thing": key}])
    notes.update_batch([{"id": 1, "thing": {"id": key, "n": 9}}], keep_before=tmp_path / "undo.ndjson")
    restored = notes.restore(tmp_path / "undo.ndjson")
    assert (restored.unchanged, items.read_one(key)["n"]) == (1, 9)
    assert restored.not_restored == [f"thing: the items of {names['things']} that were written together with it"]


def test_secrets_of_related_items_are_not_kept(items: Any, names: dict[str, str], tmp_path: Path) -> None:
    path, written = tmp_path / "undo.ndjson", {"title": "above", "secret": "swordfish"}
    items.create_many([row(2, parent=written)], keep_before=path)
    assert "swordfish" not in path.read_text(encoding="utf-8")
    assert items.restore(path).not_restored == [f"parent: the items of {names['things']} that were written together with it"]
    assert [item["title"] for item in contents(items)] == ["above"]


def test_what_was_written_to_one_of_several_collections_is_named(
    items: Any, admin: Directus, names: dict[str, str], tmp_path: Path
) -> None:
    path, name = tmp_path / "undo.ndjson", f"blocks_{uuid4().hex[:8]}"
    admin.collections.create_one(
        {
            "collection": name,
            "schema": {},
            "meta": _UNLOGGED,
            "fields": [_KEY, _field("item", "string"), _field("kind", "string")],
        }
    )
    meta = {"one_collection_field": "kind", "one_allowed_collections": [names["things"]]}
    admin.relations.create_one({"collection": name, "field": "item", "related_collection": None, "meta": meta})
    blocks = admin.items(name)
    blocks.create_many([{"kind": names["things"], "item": {"title": "first"}}], returning=None)
    before = blocks.read_all()
    blocks.update_many([1], {"kind": names["things"], "item": {"title": "second", "secret": "swordfish"}}, keep_before=path)
    assert "swordfish" not in path.read_text(encoding="utf-8")
    restored = blocks.restore(path)
    assert restored.not_restored == ["item: the items of another collection that were written together with it"]
    assert blocks.read_all() == before
    admin.collections.delete_one(name)


def test_what_was_not_put_back_is_named(items: Any, admin: Directus, names: dict[str, str], tmp_path: Path) -> None:
    keys = items.create_many([row(number) for number in range(3)], returning="keys")
    notes, parts = admin.items(names["notes"]), admin.items(names["parts"])
    notes.create_many([{"id": 1, "thing": keys[0]}, {"id": 2, "thing": keys[2]}])
    parts.create_many([{"id": 1, "thing": keys[0]}])
    before = contents(items)
    items.delete_many(keys[:2], keep_before=tmp_path / "undo.ndjson")
    assert notes.read_one(1)["thing"] is None
    restored = items.restore(tmp_path / "undo.ndjson")
    assert contents(items) == before
    assert [note["thing"] for note in notes.read_all(sort="id")] == [keys[0], keys[2]]
    for text in ("secret: the server masks", "created_on: the server sets", f"items of {names['parts']}, which were deleted"):
        assert text in str(restored)


@pytest.mark.parametrize(("name", "returned"), [("create_many", True), ("create_many", False), ("upsert_many", False)])
def test_after_a_kill_what_was_reached_is_found(
    items: Any, tmp_path: Path, name: str, returned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("directus_sdk.writing.restore.retry.wait", waits.append)
    items.create_many([row(number) for number in range(3)], returning=None)
    before, path = contents(items), tmp_path / "undo.ndjson"
    rows = [row(number) for number in range(20, 26)]

    def stop(done: int, total: object) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    more = {"match_on": "title"} if name == "upsert_many" else {}
    with pytest.raises(KeyboardInterrupt):
        getattr(items, name)(rows, batch_size=2, keep_before=path, progress=stop, **more)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if not returned:  # as if it was killed before the server answered
        lines = [line for line in lines if json.loads(line).get("do") != "created"]
    record = {"do": "create", "key": None, "after": {"title": "never sent"}, "chunk": 99, "above": 10**6, "match_on": None}
    cut = '{"do": "create", "after": {"title": "é'.encode()[:-1]
    path.write_bytes("".join([*lines, json.dumps(record), "\n"]).encode() + cut)
    restored = items.restore(path)
    assert restored.deleted == 4
    assert contents(items) == before
    assert 0 < waits.pop() <= 5  # the server may be busy with the last request
    os.utime(path, (0, 0))
    items.restore(path)
    assert waits == [0]
    items.create_many(rows, keep_before=tmp_path / "whole.ndjson")
    items.restore(tmp_path / "whole.ndjson")
    assert waits == [0]


def test_after_a_kill_items_that_are_alike_are_found(items: Any, tmp_path: Path) -> None:
    items.create_many([row(2)] * 3, returning=None)
    before, path = contents(items), tmp_path / "undo.ndjson"
    items.create_many([row(2)] * 8, keep_before=path, batch_size=2, workers=2)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines.remove([line for line in lines if json.loads(line).get("do") == "created"][-1])  # killed before this response
    path.write_text("".join(lines), encoding="utf-8")
    assert items.restore(path).deleted == 8
    assert contents(items) == before


def test_items_of_others_are_left_alone_where_the_server_refused_some(items: Any, tmp_path: Path) -> None:
    bad = row(21, parent=10**6)
    items.create_many([row(20), bad, row(22)], on_error="collect", keep_before=tmp_path / "undo.ndjson")
    [other] = items.create_many([row(77)], returning="keys")  # created since
    restored = items.restore(tmp_path / "undo.ndjson")
    assert (restored.deleted, restored.unchanged) == (2, 1)
    assert [item["id"] for item in contents(items)] == [other]


def test_a_kill_before_the_first_record_is_on_the_disk(items: Any, tmp_path: Path) -> None:
    path = tmp_path / "undo.ndjson"
    items.create_many([row(1)], keep_before=path)
    before, head = contents(items), path.read_text(encoding="utf-8").splitlines(keepends=True)[0]
    for text in (head[:10], head[:40], head[:-1], head):
        path.write_text(text, encoding="utf-8")
        assert str(items.restore(path)) == "0 updated, 0 created again, 0 deleted, 0 unchanged"
    assert contents(items) == before


@pytest.mark.parametrize("reached", [True, False])
def test_links_between_deleted_items(items: Any, tmp_path: Path, reached: bool) -> None:
    keys = items.create_many([row(number) for number in range(4)], returning="keys")
    items.update_batch([{"id": keys[2], "parent": keys[0]}, {"id": keys[1], "parent": keys[0]}], returning=None)
    before, path = contents(items), tmp_path / "undo.ndjson"
    items.delete_many(keys[:3], keep_before=path, batch_size=1)  # the first deletion makes the links of the others null
    if not reached:  # as if it was killed before the last deletion
        items.create_one({**before[2], "parent": None})
    items.restore(path)
    assert contents(items) == before
    # As if an earlier restore was killed before it put the last link back.
    items.update_one(keys[2], {"parent": None})
    assert items.restore(path).updated == 1
    assert contents(items) == before
    again = items.restore(path)
    assert (again.updated, again.created, again.deleted, again.unchanged) == (0, 0, 0, 3)
    items.update_one(keys[2], {"title": "since"})
    with pytest.raises(ValueError, match=rf"written: item {keys[2]} was changed\. Nothing"):
        items.restore(path)


def test_what_was_created_together_with_an_item_is_named(
    items: Any, admin: Directus, names: dict[str, str], tmp_path: Path
) -> None:
    notes, parts = admin.items(names["notes"]), admin.items(names["parts"])
    keys = items.create_many(
        [row(1), row(2, parent={"title": "above"})], keep_before=tmp_path / "undo.ndjson", returning="keys"
    )
    notes.create_many([{"id": 5, "thing": keys[0]}, {"id": 6, "thing": keys[1]}])
    parts.create_many([{"id": 1, "thing": keys[0]}])
    items.update_one(keys[1], {"title": "t2"})
    restored = items.restore(tmp_path / "undo.ndjson")
    assert [note["thing"] for note in notes.read_all(sort="id")] == [None, None]
    assert [item["title"] for item in contents(items)] == ["above"]
    assert restored.not_restored == [
        f"parent: the items of {names['things']} that were written together with it",
        f"2 items of {names['notes']} (5, 6), whose 'thing' held deleted items, are not deleted",
        f"1 items of {names['parts']} (1), whose 'thing' held deleted items, are deleted with them",
    ]


def test_keys_that_are_uuids_are_known_before(admin: Directus, items: Any, names: dict[str, str], tmp_path: Path) -> None:
    uuids = admin.items(names["uuids"])
    path = tmp_path / "undo.ndjson"
    uuids.create_many([row(1), row(2)], keep_before=path, returning=None)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert sorted(record["key"] for record in records if record["do"] == "create") == sorted(
        item["id"] for item in contents(uuids)
    )
    assert uuids.restore(path).deleted == 2
    assert contents(uuids) == []


def test_a_file_of_something_else_is_refused(items: Any, admin: Directus, names: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "undo.ndjson"
    items.create_many([row(1)], keep_before=path)
    with pytest.raises(ValueError, match="is about the collection"):
        admin.items(names["uuids"]).restore(path)
    for content in (b"[]", b"{}", b"5", b"\n", b"id,title\n", b"\x00\xff\x80PAR1"):
        path.write_bytes(content)
        with pytest.raises(ConfigurationError, match=r"undo\.ndjson is not a file that keep_before has written"):
            items.restore(path)
    path.write_bytes(b"")
    with pytest.raises(ConfigurationError, match=r"undo\.ndjson is empty: .* There is nothing to restore"):
        items.restore(path)
    wrong: Any = 5
    with pytest.raises(TypeError, match="keep_before must be the path"):
        items.create_many([row(1)], keep_before=wrong)
    with pytest.raises(FileNotFoundError):
        items.restore(tmp_path / "none.ndjson")
    items.create_many([row(1)], keep_before=tmp_path / "broken.ndjson")
    before = contents(items)
    for record in ('{"dx": "create"}', "[1]", '{"do": "update", "key": 1}'):
        with (tmp_path / "broken.ndjson").open("a", encoding="utf-8") as file:
            file.write(f"{record}\n")
        with pytest.raises(ValueError, match=r"is not a record of keep_before\. Nothing was sent"):
            items.restore(tmp_path / "broken.ndjson")
    content = path.with_name("broken.ndjson").read_bytes()
    path.write_bytes(content.splitlines(keepends=True)[0] + b"\xff\n" + content)
    with pytest.raises(ConfigurationError, match=r"undo\.ndjson is broken: .* is not valid JSON\. Nothing was sent"):
        items.restore(path)
    path.write_bytes(content.splitlines(keepends=True)[0] * 2)
    with pytest.raises(ConfigurationError, match=r"undo\.ndjson holds the files of several calls: restore each by itself"):
        items.restore(path)
    assert contents(items) == before


# ---------------------------------------------------------------------- items that are linked with each other
_RULES = {"by_cascade": "CASCADE", "by_restrict": "RESTRICT", "by_null": "SET NULL"}


@pytest.fixture(scope="module")
def tree_name(whole_workshop: Any) -> Iterator[str]:
    admin, name = whole_workshop.directus, f"trees_{uuid4().hex[:8]}"
    code = {"field": "code", "type": "string", "meta": {}, "schema": {"is_unique": True}}
    fields = [_KEY, code, _field("title", "string"), *(_field(field, "integer") for field in _RULES)]
    admin.collections.create_one({"collection": name, "schema": {}, "meta": _UNLOGGED, "fields": fields})
    for field, rule in _RULES.items():
        related = {"collection": name, "field": field, "related_collection": name}
        admin.relations.create_one({**related, "meta": {}, "schema": {"on_delete": rule}})
    yield name
    for field in _RULES:
        admin.fields.delete_one(name, field)
    admin.collections.delete_one(name)


@pytest.fixture(params=_RULES)
def link(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tree(admin: Directus, tree_name: str, link: str) -> Any:
    items = admin.items(tree_name)
    items.update_by_query({}, dict.fromkeys(_RULES), all_items=True, returning=None)
    items.delete_by_query(all_items=True)
    items.create_many([{"id": 1, "code": "a"}, {"id": 2, "code": "b", link: 1}, {"id": 3, "code": "c", link: 2}])
    return items


_TREES: dict[str, Any] = {
    # A new item between, which takes the unique value that another has left.
    "between": lambda tree, link, **more: tree.upsert_many(
        [{"id": 2, "code": "b2", "title": "t"}, {"id": 10, "code": "b", link: 1}, {"id": 3, link: 10},
         {"id": 11, "code": "e", link: 10}],
        batch_size=1, **more,
    ),
    "replaced": lambda tree, link, **more: tree.sync(
        [{"id": 1, "code": "a2", link: None}, {"id": 10, "code": "x", link: 1}, {"id": 3, "code": "c", link: 10}],
        delete_missing=True,
    ).apply(**more),
    "shifted": lambda tree, link, **more: tree.update_batch(
        [{"id": 3, "code": "d", link: 1}, {"id": 2, "code": "c"}, {"id": 1, "code": "b"}], **more
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("link", "call"),
    [*((link, call) for link in _RULES for call in ("between", "replaced")), ("by_null", "shifted")],
    indirect=["link"],
)
def test_links_between_items_of_one_collection(tree: Any, call: str, link: str, tmp_path: Path) -> None:
    before, path = contents(tree), tmp_path / "undo.ndjson"
    _TREES[call](tree, link, keep_before=path)
    assert contents(tree) != before
    restored = tree.restore(path, batch_size=1, workers=2)
    assert (contents(tree), restored.not_restored) == (before, [])
    again = tree.restore(path)
    assert (again.updated, again.created, again.deleted) == (0, 0, 0)


@pytest.mark.parametrize(("link", "call"), [("by_cascade", "replaced"), ("by_restrict", "between")], indirect=["link"])
def test_a_restore_that_was_killed_is_continued(
    tree: Any, call: str, link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, path, sent = contents(tree), tmp_path / "undo.ndjson", []
    real = Pipeline.call

    def killed(self: Pipeline, method: str, *args: Any, **options: Any) -> Any:
        response = real(self, method, *args, **options)
        if method in ("POST", "PATCH", "DELETE"):
            sent.append(method)
            raise KeyboardInterrupt
        return response

    _TREES[call](tree, link, keep_before=path)
    for _ in range(20):  # each run does one step
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(Pipeline, "call", killed)
            tree.restore(path, batch_size=1)
            break
    assert contents(tree) == before
    assert {"PATCH", "DELETE"} < {*sent, ""}


def test_items_of_others_that_a_cascade_would_delete(tree: Any, link: str, tmp_path: Path) -> None:
    path = tmp_path / "undo.ndjson"
    tree.create_many([{"id": 10, link: 3}, {"id": 11, link: 10}], keep_before=path)
    tree.create_one({"id": 99, link: 11})
    before = contents(tree)
    if link == "by_cascade":
        with pytest.raises(
            ValueError, match=r"1 items of .* \(99\), whose 'by_cascade' .* deleted with them\. Nothing was sent"
        ):
            tree.restore(path)
    elif link != "by_null":
        with pytest.raises(ServerError, match=r"call restore\(\) again to continue") as caught:
            tree.restore(path)
        assert "FOREIGN" in str(caught.value).upper()
    if link == "by_restrict":
        assert [item["id"] for item in contents(tree)] == [item["id"] for item in before]
        tree.update_one(99, {link: None})
    restored = tree.restore(path, force=link == "by_cascade")
    assert restored.deleted == 2
    assert [item["id"] for item in contents(tree)] == [1, 2, 3, *([] if link == "by_cascade" else [99])]
    assert ("(99)" in str(restored)) is (link in ("by_cascade", "by_null"))


@pytest.mark.parametrize("link", ["by_cascade"], indirect=True)
def test_a_user_who_may_neither_read_relations_nor_delete(tree: Any, link: str, workshop: Any, tmp_path: Path) -> None:
    name, path = tree.collection, tmp_path / "undo.ndjson"
    rules = [{"collection": name, "action": action} for action in ("read", "create", "update")]
    role = new_role(workshop.directus, workshop.server.version, name, rules, app_access=False, admin_access=False)
    before = contents(tree)
    with workshop.client_of(role) as user:
        items = user.items(name)
        items.upsert_many([{"id": 10, "code": "x"}, {"id": 3, link: 10}], keep_before=path, batch_size=1)
        with pytest.raises(Forbidden, match=r"1 changes were made before it: call restore\(\) again to continue"):
            items.restore(path)
        assert contents(tree)[:3] == before  # nothing is linked with the item to be deleted, so nothing can be lost
    restored = tree.restore(path)
    assert (restored.deleted, restored.unchanged) == (1, 1)
    assert contents(tree) == before


@pytest.mark.directus(">=11")
def test_fields_that_may_not_be_read_are_named(items: Any, workshop: Any, tmp_path: Path) -> None:
    [key] = items.create_many([row(1)], returning="keys")
    allowed = {"read": ["id", "n", "secret"], "create": ["id", "n", "title", "secret"], "update": ["price"], "delete": None}
    rules = [{"collection": items.collection, "action": action, "fields": names} for action, names in allowed.items()]
    try:
        role = new_role(workshop.directus, workshop.server.version, "Clerk", rules, app_access=False)
    except ResourceRestricted:
        pytest.skip("version 12 has lists of fields in permissions with a licence only")
    with workshop.client_of(role) as user:
        user.items(items.collection).delete_many([key], keep_before=tmp_path / "undo.ndjson")
        restored = user.items(items.collection).restore(tmp_path / "undo.ndjson")
    assert [(item["n"], item["title"], item["price"]) for item in contents(items)] == [(1, None, None)]
    unread = "the user of the call was not permitted to read it, so the items that were deleted have none"
    assert sorted(restored.not_restored) == [
        f"links of other items, if there are any: {unread}",  # without access to the app, relations are not readable
        f"other fields, if there are any: {unread}",
        f"price: {unread}",
        "secret: the server masks its values, so the items that were deleted have none",
        f"title: {unread}",
    ]


@pytest.mark.parametrize("link", ["by_cascade"], indirect=True)
def test_what_a_cascade_deletes_from_the_collection_itself_is_created_again(tree: Any, link: str, tmp_path: Path) -> None:
    tree.create_many([{"id": 4, "code": "d", link: 3, "title": "leaf"}, {"id": 5, "code": "e"}])
    before, path = contents(tree), tmp_path / "undo.ndjson"
    tree.delete_many([1, 3], keep_before=path, batch_size=1)  # and so 2, 3 and 4
    assert [item["id"] for item in contents(tree)] == [5]
    restored = tree.restore(path)
    assert (contents(tree), restored.created, restored.not_restored) == (before, 4, [])


def test_two_calls_into_one_file_at_the_same_time(items: Any, tmp_path: Path) -> None:
    path = tmp_path / "undo.ndjson"

    def rows() -> Iterator[dict[str, Any]]:
        yield row(1)
        path.write_text("of another call", encoding="utf-8")

    with pytest.raises(FileExistsError, match=r"is never overwritten.*Nothing was sent"):
        items.create_many(rows(), keep_before=path)
    assert contents(items) == []
