from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport

CRUD = (
    "access", "comments", "dashboards", "files", "flows", "folders", "notifications", "operations", "panels",
    "permissions", "policies", "presets", "roles", "shares", "translations", "users", "versions", "webhooks",
)  # fmt: skip
READ_ONLY = ("activity", "revisions")


def client(*answers: Any) -> tuple[Directus, MockTransport]:
    mock = MockTransport(list(answers))
    return Directus("https://cms.example.com", transport=mock), mock


@pytest.mark.parametrize("group", CRUD)
def test_items_live_under_the_name_of_the_group(group: str) -> None:
    directus, mock = client({"id": 1}, [{"id": 1}], None)
    handler = getattr(directus, group)
    assert handler.update_one("a/b", {"name": "x"}, fields=["id"]) == {"id": 1}
    assert (mock.last.method, mock.path(), mock.query()) == ("PATCH", f"/{group}/a%2Fb", {"fields": "id"})
    assert handler.read_many(limit=1) == [{"id": 1}]
    handler.delete_many([1, 2])
    assert (mock.last.method, mock.path(), mock.json()) == ("DELETE", f"/{group}", [1, 2])


@pytest.mark.parametrize("group", CRUD + READ_ONLY)
def test_the_group_is_the_same_as_items_of_its_collection(group: str) -> None:
    directus, mock = client([{"id": 1}], [{"id": 1}])
    getattr(directus, group).read_many(limit=1)
    directus.items(f"directus_{group}").read_many(limit=1)
    assert mock.path(0) == mock.path(1) == f"/{group}"


@pytest.mark.parametrize("group", READ_ONLY)
@pytest.mark.parametrize("verb", ["create_one", "create_many", "update_one", "update_many", "delete_one", "upsert_one"])
def test_what_the_server_writes_cannot_be_written(group: str, verb: str) -> None:
    directus, _ = client()
    with pytest.raises(AttributeError, match=verb):
        getattr(getattr(directus, group), verb)


def test_a_model_is_used_where_the_client_knows_one() -> None:
    import attrs

    @attrs.define
    class Role:
        name: str

    mock = MockTransport([{"name": "Editors"}])
    directus = Directus("https://cms.example.com", transport=mock, models={"directus_roles": Role})
    assert directus.roles.read_one(1) == Role("Editors")  # type: ignore[comparison-overlap]


def test_revisions_are_read() -> None:
    mock = MockTransport([[{"id": 7}], {"id": 7, "delta": {"title": "x"}}])
    revisions = Directus("https://cms.example.com", transport=mock).revisions
    assert revisions.read_many(filter={"item": {"_eq": "1"}}, sort="-id") == [{"id": 7}]
    assert mock.query() == {"filter": '{"item":{"_eq":"1"}}', "sort": "-id"}
    assert revisions.read_one(7)["delta"] == {"title": "x"}
    assert mock.path() == "/revisions/7"
