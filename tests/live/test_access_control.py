"""Roles, policies, permissions and access on a real server."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, Forbidden
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
