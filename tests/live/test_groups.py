"""The groups that are items and nothing more, on a real server."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from directus_sdk import Directus, NotFound

pytestmark = pytest.mark.live


def check(handler: Any, item: dict[str, Any], change: dict[str, Any]) -> None:
    """Create, read, find, change and delete one item."""
    key = handler.create_one(item)["id"]
    assert item.items() <= handler.read_one(key, fields=["*"]).items()
    assert [found["id"] for found in handler.read_many([key])] == [key]
    assert handler.count({"id": {"_eq": key}}) == 1
    assert change.items() <= handler.update_one(key, change).items()
    handler.delete_one(key)
    assert not handler.exists(key)


def me(directus: Directus) -> str:
    return directus.users.me.read(fields=["id"])["id"]


GROUPS: dict[str, Callable[[Directus], tuple[Any, dict[str, Any], dict[str, Any]]]] = {
    "dashboards": lambda d: (d.dashboards, {"name": "Sales"}, {"note": "Weekly"}),
    "folders": lambda d: (d.folders, {"name": "Pictures"}, {"name": "Photos"}),
    "notifications": lambda d: (d.notifications, {"recipient": me(d), "subject": "Done"}, {"message": "Really."}),
    "presets": lambda d: (d.presets, {"collection": "directus_users", "bookmark": "All"}, {"bookmark": "Some"}),
}


@pytest.mark.parametrize("group", GROUPS)
def test_items(admin: Directus, group: str) -> None:
    check(*GROUPS[group](admin))


@pytest.mark.directus(">=10")
def test_translations(admin: Directus) -> None:
    check(admin.translations, {"language": "de-DE", "key": "hello", "value": "Hallo"}, {"value": "Moin"})


@pytest.mark.directus(">=11")
def test_comments(admin: Directus, notes: str) -> None:
    check(admin.comments, {"collection": notes, "item": "1", "comment": "Nice."}, {"comment": "Very nice."})
    both = admin.comments.create_many([{"collection": notes, "item": "1", "comment": text} for text in "ab"])
    assert admin.comments.delete_many([comment["id"] for comment in both]).count == 2


@pytest.mark.directus(">=11")
def test_comments_by_query(admin: Directus, notes: str) -> None:
    admin.comments.create_many([{"collection": notes, "item": "1", "comment": text} for text in "ab"])
    mine = {"filter": {"collection": {"_eq": notes}}}
    assert admin.comments.update_by_query(mine, {"comment": "c"}).count == 2
    assert admin.comments.delete_by_query(mine).count == 2


@pytest.mark.directus("<11")
def test_comments_of_old_servers(admin: Directus, notes: str) -> None:
    made = admin.activity.comments.create(notes, 1, "Nice.")
    assert made
    key = made if isinstance(made, int) else made["id"]
    admin.activity.comments.update(key, "Very nice.")
    assert admin.activity.read_one(key, fields=["comment"]) == {"comment": "Very nice."}
    admin.activity.comments.delete(key)


@pytest.mark.directus(">=10,<11")
def test_webhooks_that_are_on_their_way_out(admin: Directus) -> None:
    assert admin.webhooks.read_many() == []


@pytest.mark.directus("<10")
def test_webhooks(admin: Directus) -> None:
    hook = {"name": "Hook", "method": "POST", "url": "http://127.0.0.1:1/", "actions": ["create"], "collections": ["x"]}
    made = admin.webhooks.create_one(hook)
    assert made
    assert admin.webhooks.read_one(made["id"])["name"] == "Hook"
    admin.webhooks.delete_one(made["id"])


def test_panels(admin: Directus) -> None:
    board = admin.dashboards.create_one({"name": "Board"})
    assert board
    place = {"width": 8, "height": 4, "position_x": 1, "position_y": 1}
    check(admin.panels, {"dashboard": board["id"], "type": "label", **place}, {"note": "Look"})
    admin.dashboards.delete_one(board["id"])


def test_operations(admin: Directus) -> None:
    flow = admin.flows.create_one({"name": "Flow", "trigger": "manual"})
    assert flow
    step = {"flow": flow["id"], "key": "log", "type": "log", "position_x": 1, "position_y": 1}
    check(admin.operations, step, {"name": "Log it"})
    admin.flows.delete_one(flow["id"])


def test_activity_and_revisions(admin: Directus, notes: str) -> None:
    admin.items(notes).update_one(1, {"title": "Changed"})
    entry = admin.activity.first(filter={"collection": {"_eq": notes}, "action": {"_eq": "update"}})
    assert entry
    assert admin.activity.read_one(entry["id"])["item"] == "1"
    assert admin.activity.count({"collection": {"_eq": notes}}) == 4
    revision = admin.revisions.first(filter={"activity": {"_eq": entry["id"]}})
    assert revision
    assert admin.revisions.read_one(revision["id"])["delta"] == {"title": "Changed"}
    assert len(admin.revisions.read_many(filter={"collection": {"_eq": notes}})) == 4


def test_only_the_server_writes_the_log(admin: Directus) -> None:
    assert not hasattr(admin.activity, "create_one")
    assert not hasattr(admin.revisions, "create_one")


@pytest.mark.directus(">=10")
def test_items_of_system_collections_are_found_by_their_keys(directus: Directus) -> None:
    absent = str(uuid.uuid4())
    for items, field, more in (
        (directus.roles, "name", {}),
        (directus.users, "title", {}),
        (directus.dashboards, "name", {}),
        (directus.flows, "name", {"trigger": "manual"}),
        (directus.folders, "name", {}),
    ):
        keys = [items.create_one({field: f"n{number}", **more}, fields=["id"])["id"] for number in range(4)]
        try:
            # A SEARCH of most of these takes no keys, and returns the first items there are.
            assert [row["id"] for row in items.read_many(keys[::-1], fields=["id"])] == keys[::-1]
            assert [row["id"] for row in items.read_many([absent, keys[2], "no UUID"], fields=["id"])] == [keys[2]]
            assert items.exists(uuid.UUID(keys[3]))
            assert not items.exists(absent)
            assert not items.exists("null")
            with pytest.raises(NotFound):
                items.update_one(absent, {field: "x"}, must_exist=True)
            assert items.upsert_one({"id": keys[1], field: "new"}, fields=[field]) == {field: "new"}
            assert items.upsert_many([{"id": keys[2].upper(), field: "other"}], fields=[field]) == [{field: "other"}]
        finally:
            items.delete_many(keys)
        assert not items.exists(keys[0])
    newest = [row["id"] for row in directus.revisions.read_many(sort="-id", limit=3, fields=["id"])]
    assert [row["id"] for row in directus.revisions.read_many(newest, fields=["id"])] == newest
    assert directus.revisions.read_many([10**9]) == []
