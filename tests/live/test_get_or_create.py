"""An item is found again by values of each type, and two at once create one."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing import DirectusServer

pytestmark = pytest.mark.live

KEY = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
TYPES = (
    "integer",
    "bigInteger",
    "float",
    "decimal",
    "boolean",
    "string",
    "text",
    "uuid",
    "date",
    "time",
    "dateTime",
    "timestamp",
)
UUID = uuid.UUID("ABCDEF01-0000-4000-8000-00000000000A")
VALUES: list[tuple[str, Any]] = [
    ("integer", 0),
    ("bigInteger", 2**53 - 1),  # version 9 rounds greater ones
    ("float", 1.5),
    ("decimal", Decimal("9.90")),
    ("boolean", False),
    ("boolean", True),
    ("string", ""),
    ("string", "Ünï_%漢🌙"),
    ("string", "null"),
    ("string", "$NOW"),
    ("string", "5"),
    ("text", "a, b"),
    ("uuid", UUID),
    ("uuid", str(UUID).upper()),
    ("date", date(2024, 2, 29)),
    ("time", time(12, 30, 5)),
    ("dateTime", datetime(2024, 2, 29, 12, 30)),
    ("timestamp", datetime(2024, 2, 29, 12, 30, tzinfo=timezone.utc)),
    ("timestamp", datetime(2024, 2, 29, 12, 30, 1, 123000, tzinfo=timezone.utc)),
    ("string", None),
]


@pytest.fixture(scope="module")
def collection(directus_server: DirectusServer) -> Iterator[str]:
    name = f"things_{uuid.uuid4().hex[:8]}"
    columns = [{"field": f"a_{kind}", "type": kind, "meta": {}, "schema": {}} for kind in TYPES]
    unique = {"field": "slug", "type": "string", "meta": {}, "schema": {"is_unique": True}}
    word = {"field": "word", "type": "string", "meta": {}, "schema": {}}
    with directus_server.directus() as directus:
        directus.collections.create_one({"collection": name, "schema": {}, "meta": {}, "fields": [KEY, unique, word, *columns]})
        try:
            yield name
        finally:
            directus.collections.delete_one(name)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("kind", "value"), VALUES, ids=repr)
def test_found_again(directus: Directus, collection: str, kind: str, value: Any, first: bool) -> None:
    things = directus.items(collection)
    mark = {"word": uuid.uuid4().hex}
    match = {f"a_{kind}": value, **mark} if first else {**mark, f"a_{kind}": value}
    made, created = things.get_or_create(match, fields=["id"])
    assert created
    assert things.get_or_create(match, fields=["id"]) == (made, False)
    assert things.count({"word": {"_eq": mark["word"]}}) == 1


def test_case_is_told_apart(directus: Directus, collection: str) -> None:
    things = directus.items(collection)
    mark = uuid.uuid4().hex
    assert things.get_or_create({"word": f"a{mark}"})[1]
    assert things.get_or_create({"word": f"A{mark}"})[1]


def test_two_at_once_create_one(directus_server: DirectusServer, collection: str) -> None:
    start = threading.Barrier(4)
    slug = uuid.uuid4().hex
    results: list[tuple[Any, bool]] = []

    def create() -> None:
        with directus_server.directus() as directus:
            start.wait(30)
            results.append(directus.items(collection).get_or_create({"slug": slug}, {"word": "x"}, fields=["id", "word"]))

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(created for _, created in results) == [False, False, False, True]
    assert len({item["id"] for item, _ in results}) == 1


def test_system_collections(directus: Directus) -> None:
    email = f"{uuid.uuid4().hex}@Example.com"
    user, created = directus.users.get_or_create({"email": email}, {"first_name": "Ada"}, fields=["id"])
    assert created
    assert directus.users.get_or_create({"email": email}, fields=["id"]) == (user, False)
    role, created = directus.roles.get_or_create({"name": email}, fields=["id"])
    assert directus.roles.get_or_create({"name": email}, fields=["id"]) == (role, False)
    directus.users.delete_one(user["id"])
    directus.roles.delete_one(role["id"])
