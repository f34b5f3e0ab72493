from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import Directus, Forbidden
from directus_sdk.testing.mock import MockTransport, error_response

TAGS = {"collection": "tags", "schema": {}, "meta": {}}
USERS = {"collection": "directus_users", "schema": {}, "meta": {"system": True}}
FIELDS = [
    {
        "collection": "tags",
        "field": "id",
        "type": "integer",
        "schema": {"is_primary_key": True, "has_auto_increment": True},
        "meta": None,
    },
    {"collection": "tags", "field": "by", "type": "uuid", "schema": {"is_nullable": True}, "meta": {"note": "Who"}},
    {"collection": "directus_users", "field": "email", "type": "string", "schema": {}, "meta": {"system": True}},
    {"collection": "directus_users", "field": "nick", "type": "string", "schema": {}, "meta": {"interface": "input"}},
]
RELATIONS = [{"collection": "tags", "field": "by", "related_collection": "directus_users", "meta": None, "schema": {}}]


def client(*responses: Any) -> tuple[Directus, MockTransport]:
    mock = MockTransport(list(responses))
    return Directus("https://cms.example.com", transport=mock), mock


@pytest.mark.parametrize("kind", ["items", "singleton"])
def test_the_fields_of_a_collection(kind: str) -> None:
    directus, mock = client(FIELDS[:2], RELATIONS)
    table = getattr(directus, kind)("tags").describe()
    assert [mock.path(index) for index in range(2)] == ["/fields/tags", "/relations"]
    assert table == [
        {"field": "id", "type": "integer (key)", "required": False, "relation": None, "note": None},
        {"field": "by", "type": "uuid", "required": False, "relation": "m2o directus_users", "note": "Who"},
    ]


def test_a_system_collection() -> None:
    directus, mock = client(FIELDS[2:], [])
    assert [row["field"] for row in directus.users.describe()] == ["email", "nick"]
    assert mock.path(0) == "/fields/directus_users"


def test_all_collections() -> None:
    directus, mock = client([TAGS, USERS], FIELDS, RELATIONS)
    table = directus.collections.describe()
    assert [mock.path(index) for index in range(3)] == ["/collections", "/fields", "/relations"]
    assert [(row["collection"], row["field"]) for row in table] == [
        ("directus_users", "nick"), ("tags", "id"), ("tags", "by"),
    ]  # fmt: skip
    directus, _ = client([TAGS, USERS], FIELDS, RELATIONS)
    assert "email" in [row["field"] for row in directus.collections.describe(system=True)]
    with pytest.raises(TypeError, match="system must be True or False"):
        client([], [], [])[0].collections.describe(system="no")  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/collections", "/fields", "/relations"])
def test_the_error_names_the_permissions(path: str) -> None:
    mock = MockTransport(lambda request: error_response("FORBIDDEN", 403) if path in request.url else [])
    directus = Directus("https://cms.example.com", transport=mock)
    with pytest.raises(Forbidden) as caught:
        directus.schema.read()
    assert str(caught.value).startswith(
        "reading the schema needs access to the app, or the permission to read directus_collections, directus_fields and "
        f"directus_relations; GET {path} was refused: "
    )
    assert (caught.value.status, caught.value.code) == (403, "FORBIDDEN")
