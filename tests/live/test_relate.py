"""Linking items over each kind of relation; a second call changes nothing, and two at once lose nothing."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from directus_sdk import ConfigurationError, Directus, InvalidForeignKey, NotFound, Related
from directus_sdk.testing import DirectusServer

pytestmark = pytest.mark.live

KEY = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
NAMES = ("posts", "tags", "notes", "heads", "images", "posts_tags", "posts_blocks")


@pytest.fixture(scope="module")
def names(directus_server: DirectusServer) -> Iterator[dict[str, str]]:
    """Posts with tags (many-to-many), notes (one-to-many) and blocks (many-to-any)."""
    mark = uuid.uuid4().hex[:8]
    names = {name: f"{name}_{mark}" for name in NAMES}

    def column(name: str, kind: str = "integer") -> dict[str, Any]:
        return {"field": name, "type": kind, "meta": {}, "schema": {}}

    def collection(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
        return {"collection": names[name], "schema": {}, "meta": {}, "fields": [KEY, *fields]}

    def alias(name: str, special: str) -> dict[str, Any]:
        return {"field": name, "type": "alias", "meta": {"special": [special]}, "schema": None}

    def relation(many: str, field: str, one: str | None, **meta: Any) -> dict[str, Any]:
        related = names[one] if one else None
        return {
            "collection": names[many],
            "field": field,
            "related_collection": related,
            "schema": {} if one else None,
            "meta": meta,
        }

    with directus_server.directus() as directus:
        lists = (alias("tags", "m2m"), alias("notes", "o2m"), alias("blocks", "m2a"))
        directus.collections.create_many(
            [
                collection("posts", column("title", "string"), *lists),
                collection("tags", column("name", "string")),
                collection("notes", column("post")),
                collection("heads", column("text", "string")),
                collection("images", column("text", "string")),
                collection("posts_tags", column("post"), column("tag")),
                collection("posts_blocks", column("post"), column("item", "string"), column("kind", "string")),
            ]
        )
        for entry in (
            relation("posts_tags", "post", "posts", one_field="tags", junction_field="tag"),
            relation("posts_tags", "tag", "tags", junction_field="post"),
            relation("notes", "post", "posts", one_field="notes"),
            relation("posts_blocks", "post", "posts", one_field="blocks", junction_field="item"),
            relation(
                "posts_blocks", "item", None, one_collection_field="kind", junction_field="post",
                one_allowed_collections=[names["heads"], names["images"]],
            ),
        ):  # fmt: skip
            directus.relations.create_one(entry)
        directus.items(names["posts"]).create_many([{"title": str(number)} for number in range(1, 9)])
        for name in ("tags", "notes", "heads", "images"):
            directus.items(names[name]).create_many([{} for _ in range(4)], returning=None)
        try:
            yield names
        finally:
            for name in ("posts_tags", "posts_blocks", "notes", "tags", "heads", "images", "posts"):
                directus.collections.delete_one(names[name])


@pytest.fixture
def posts(directus: Directus, names: dict[str, str]) -> Any:
    return directus.items(names["posts"])


def linked(posts: Any, key: int, field: str) -> list[Any]:
    return sorted(str(entry) for entry in posts.read_one(key, fields=[field])[field.partition(".")[0]])


def test_many_to_many(posts: Any) -> None:
    assert posts.relate(1, "tags", add=[1, 2]) == Related([1, 2], [])
    assert posts.relate(1, "tags", add=[1, 2]) == Related([], [])
    assert posts.relate(1, "tags", add=[2, 3], remove=[1, 4]) == Related([3], [1])
    assert linked(posts, 1, "tags.tag") == ["{'tag': 2}", "{'tag': 3}"]
    with pytest.raises(InvalidForeignKey):
        posts.relate(1, "tags", add=[4, 999])
    assert linked(posts, 1, "tags.tag") == ["{'tag': 2}", "{'tag': 3}"]
    with pytest.raises(TypeError, match="leads to one collection"):
        posts.relate(1, "tags", add=[("tags", 1)])


def test_one_to_many(posts: Any) -> None:
    assert posts.relate(2, "notes", add=[1, 2]) == Related([1, 2], [])
    assert posts.relate(2, "notes", add=[1, 2]) == Related([], [])
    assert posts.relate(3, "notes", add=[1]) == Related([1], [])  # it leaves the other post
    assert posts.relate(2, "notes", remove=[1, 2]) == Related([], [2])
    assert (linked(posts, 2, "notes"), linked(posts, 3, "notes")) == ([], ["1"])
    with pytest.raises(NotFound, match="999"):
        posts.relate(2, "notes", add=[3, 999])
    assert linked(posts, 2, "notes") == []


def test_many_to_any(posts: Any, names: dict[str, str]) -> None:
    heads, images = names["heads"], names["images"]
    assert posts.relate(4, "blocks", add=[(heads, 1), (images, 1)]) == Related([(heads, 1), (images, 1)], [])
    assert posts.relate(4, "blocks", add=[(heads, 1)], remove=[(images, 1), (images, 2)]) == Related([], [(images, 1)])
    assert len(linked(posts, 4, "blocks")) == 1
    with pytest.raises(TypeError, match="pass pairs"):
        posts.relate(4, "blocks", add=[1])
    with pytest.raises(ValueError, match="leads to"):
        posts.relate(4, "blocks", add=[("other", 1)])


def test_what_is_no_list(posts: Any) -> None:
    with pytest.raises(ValueError, match=r"the lists of related items .* are: .*tags"):
        posts.relate(1, "title", add=[1])
    with pytest.raises(ValueError, match="twice"):
        posts.relate(1, "tags", add=[1, "1"])
    with pytest.raises(ValueError, match="twice"):
        posts.relate(1, "tags", add=[1], remove=[1])


def test_two_at_once_lose_and_double_nothing(directus_server: DirectusServer, names: dict[str, str]) -> None:
    start = threading.Barrier(4)
    added: list[int] = []

    def link(keys: list[int]) -> None:
        with directus_server.directus() as directus:
            start.wait(30)
            added.extend(directus.items(names["posts"]).relate(5, "tags", add=keys).added)

    threads = [threading.Thread(target=link, args=(keys,)) for keys in ([1, 2], [2, 3], [3, 4], [4, 1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with directus_server.directus() as directus:
        assert linked(directus.items(names["posts"]), 5, "tags.tag") == [f"{{'tag': {key}}}" for key in (1, 2, 3, 4)]
    assert set(added) == {1, 2, 3, 4}


def test_who_may_not_read_the_other_items(directus_server: DirectusServer, names: dict[str, str]) -> None:
    """Such a user does not see that there is a junction."""
    with directus_server.directus() as admin:
        if directus_server.version.startswith(("9", "10")):
            role = admin.request("POST", "/roles", json={"name": "r", "app_access": True})["id"]
            holder = {"role": role}
        else:
            role = admin.roles.create_one({"name": "r"})["id"]
            policy = admin.policies.create_one({"name": "p", "app_access": True})["id"]
            admin.access.create_one({"role": role, "policy": policy})
            holder = {"policy": policy}
        for name in ("posts", "posts_tags"):
            for action in ("create", "read", "update", "delete"):
                rights = {"collection": names[name], "action": action, "fields": ["*"], "permissions": {}}
                admin.request("POST", "/permissions", json={**rights, **holder})
        token = uuid.uuid4().hex
        admin.users.create_one({"email": f"{token}@example.com", "password": token, "role": role, "token": token})
        admin.items(names["posts"]).relate(6, "tags", add=[1])
        with Directus(directus_server.url, token=token) as user, pytest.raises(ConfigurationError, match="does not show"):
            user.items(names["posts"]).relate(7, "tags", add=[1])
        assert linked(admin.items(names["posts"]), 6, "tags.tag") == ["{'tag': 1}"]
        assert admin.items(names["posts"]).relate(7, "tags", add=[1]) == Related([1], [])


def test_keys_that_are_uuids(directus: Directus) -> None:
    role = directus.roles.create_one({"name": "Readers"}, fields=["id"])
    user = directus.users.create_one({"first_name": "Ada"}, fields=["id"])
    try:
        assert directus.roles.relate(role["id"], "users", add=[user["id"]]).added
        assert directus.roles.relate(uuid.UUID(role["id"]), "users", remove=[uuid.UUID(user["id"])]).removed
    finally:
        directus.users.delete_one(user["id"])
        directus.roles.delete_one(role["id"])
