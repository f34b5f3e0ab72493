"""Roles, policies, permissions and access on a real server."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, Forbidden, ResourceRestricted
from tests.live.conftest import Workshop

pytestmark = pytest.mark.live


def test_a_role_without_rights_is_refused(workshop: Workshop, notes: str) -> None:
    with workshop.client_of(workshop.new_role(app_access=True)) as user:
        with pytest.raises(Forbidden):
            user.items(notes).read_many()
        with pytest.raises(Forbidden):
            user.items(notes).create_one({"title": "No"})
        with pytest.raises(Forbidden):
            user.collections.create_one({"collection": "no", "schema": {}})


@pytest.mark.directus(">=11")
def test_a_permission_opens_a_collection(workshop: Workshop, admin: Directus, notes: str) -> None:
    role = admin.roles.create_one({"name": "Readers"})
    policy = admin.policies.create_one({"name": "Reading", "app_access": True})
    assert role
    assert policy
    admin.access.create_one({"role": role["id"], "policy": policy["id"]})
    rule = admin.permissions.create_one({"policy": policy["id"], "collection": notes, "action": "read", "fields": ["*"]})
    assert rule
    with workshop.client_of(role["id"]) as user:
        assert len(user.items(notes).read_many()) == 3
        assert user.permissions.me()[notes]["read"]["access"] in ("full", "partial")
        assert user.permissions.for_item(notes, 1)["update"]["access"] is False
        assert user.permissions.for_item(notes)["delete"]["access"] is False
        assert user.policies.globals() == {"app_access": True, "admin_access": False, "enforce_tfa": False}
        assert [mine["name"] for mine in user.roles.me(fields=["name"])] == ["Readers"]
        with pytest.raises(Forbidden):
            user.items(notes).update_one(1, {"title": "No"})
        admin.permissions.delete_one(rule["id"])
        with pytest.raises(Forbidden):
            user.items(notes).read_many()


@pytest.mark.directus(">=11")
def test_items_of_the_groups(workshop: Workshop, admin: Directus) -> None:
    role = admin.roles.create_one({"name": "One"})
    policy = admin.policies.create_one({"name": "Two"})
    assert role
    assert policy
    link = admin.access.create_one({"role": role["id"], "policy": policy["id"]})
    assert link
    assert admin.access.read_one(link["id"])["role"] == role["id"]
    assert admin.roles.update_one(role["id"], {"name": "Three"}, fields=["name"]) == {"name": "Three"}
    assert [found["name"] for found in admin.roles.read_many([role["id"]])] == ["Three"]
    admin.access.delete_one(link["id"])
    admin.policies.delete_many([policy["id"]])
    admin.roles.delete_one(role["id"])
    assert not admin.roles.exists(role["id"])


@pytest.mark.directus(">=11")  # before, permissions belong to a role
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_the_permissions_that_come_with_the_app_come_once_and_are_no_items(admin: Directus, size: int) -> None:
    permissions = admin.permissions
    policy = admin.policies.create_one({"name": "Many rights"})
    assert policy
    ours = {"policy": {"_eq": policy["id"]}}
    rows = [{"policy": policy["id"], "collection": f"c{n}", "action": "read", "fields": ["*"]} for n in range(7)]
    try:
        before = permissions.count()
        made = list(permissions.create_many(rows, returning="keys"))
        assert len(made) == 7
        assert [row["collection"] for row in permissions.create_many(rows[:2], fields=["collection"])] == ["c0", "c1"]
        assert permissions.count() == before + 9
        assert permissions.count(ours) == 9

        whole = admin.request("GET", "/permissions", params={"limit": -1})
        assert isinstance(whole, list)
        added = [row for row in whole if "id" not in row]
        assert added
        for query in ({}, {"sort": "collection"}, {"fields": "action"}):
            assert len(permissions.read_all(query, page_size=size)) == len(whole)
        assert len(list(admin.items("directus_permissions").iterate(page_size=size, prefetch=True))) == len(whole)
        assert len(permissions.read_all(limit=3, page_size=size)) == 3 + len(added)

        groups = {
            row["collection"]: int(row["count"]) for row in permissions.aggregate({"count": "*"}, "collection", filter=ours)
        }
        assert groups in ({f"c{n}": 2 if n < 2 else 1 for n in range(7)}, {})  # version 12 wants a licence for it
        assert permissions.first(filter={"id": {"_eq": made[3]}}, fields=["collection"]) == {"collection": "c3"}
        assert not permissions.exists(999_999)
        with pytest.raises(Forbidden, match="has no item 999999"):
            permissions.read_one(999_999)
        assert permissions.update_one(999_999, {"fields": ["*"]}) is None
        # What comes with the app is part of no selection; the server itself takes no limit here.
        everything = {"filter": {"action": {"_eq": "read"}}}
        assert set(made) <= set(permissions.delete_by_query(everything, dry_run=True))
        assert permissions.delete_by_query({"filter": {"id": {"_in": made}}, "limit": 2, "sort": "id"}).count == 2
        assert permissions.count(ours) == 7
    finally:
        admin.policies.delete_one(policy["id"])


@pytest.mark.directus(">=11")
def test_a_user_who_may_not_read_the_primary_key(workshop: Workshop, admin: Directus, notes: str) -> None:
    role = admin.roles.create_one({"name": "Keyless"})
    policy = admin.policies.create_one({"name": "Keyless"})
    assert role
    assert policy
    admin.access.create_one({"role": role["id"], "policy": policy["id"]})
    try:
        admin.permissions.create_one({"policy": policy["id"], "collection": notes, "action": "read", "fields": ["title"]})
    except ResourceRestricted:
        pytest.skip("version 12 has lists of fields in permissions with a licence only")
    with workshop.client_of(role["id"]) as user:
        items = user.items(notes)
        assert items.count() == 3
        assert len(items.read_many(limit=3)) == 3
        with pytest.raises(Forbidden, match='field "id"'):  # and not an empty list
            items.read_many([1, 2])
        with pytest.raises(Forbidden, match='field "id"'):
            items.exists(1)
