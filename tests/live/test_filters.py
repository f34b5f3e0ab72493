"""What a real server makes of the filters that the SDK refuses, and of those that it names instead."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from directus_sdk import Directus

pytestmark = pytest.mark.live

KEY = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
BOTH = {"name": {"_eq": "a"}, "rank": {"_eq": 1}}

# A server that makes something else of these mends what the SDK refuses them for: then it need not any more.
EVERYTHING: list[dict[str, Any]] = [
    {"tags": {}},
    {"tags": []},
    {"rank": []},
    {"rank": [{}]},
    {"id": {"_gt": None}},
    {"id": {"_nbetween": [None, None]}},
    {"title": {"_ncontains": None}},
    {"_some": {"rank": {"_eq": 1}}},
    {"_and": [{"_none": {"rank": {"_eq": 1}}}]},
    {"tags": {"_some": BOTH}},
    {"tags": {"_none": BOTH}},
    {"tags": {"_some": {"_and": [{"name": {"_eq": "a"}}]}}},
    {"tags": {"_none": {"_or": [{"name": {"_eq": "a"}}]}}},
    {"tags": {"_some": {"rank": {"_gt": 5, "_lt": 7}}}},
    {"tags": {"_some": {"post": {"rank": {"_eq": 1}, "id": {"_eq": 1}}}}},
]

RIGHT: list[tuple[dict[str, Any], list[int]]] = [
    ({"tags": {"_some": {"name": {"_eq": "a"}}}}, [1, 2]),
    ({"tags": {"_none": {"name": {"_in": ["b", "c"]}}}}, [2]),
    ({"tags": {"_some": {"post": {"rank": {"_eq": 2}}}}}, [2]),
    ({"tags": {"_and": [{"_some": {"name": {"_eq": "a"}}}, {"_some": {"name": {"_eq": "b"}}}]}}, [1]),
    ({"tags": BOTH}, [1]),
    ({"tags": {"name": {"_eq": "b"}, "rank": {"_eq": 1}}}, []),
    ({"rank": {"_gt": 0, "_lt": 2}}, [1]),
    ({"rank": {"_null": True}}, [3]),
    ({"rank": {"_neq": None}}, [1, 2]),
]


@pytest.fixture(scope="module")
def posts(directus_server: Any) -> Iterator[Any]:
    """Three posts: the first has the tags a (rank 1) and b (2), the second a (2), the third c (3)."""
    name = f"posts_{uuid.uuid4().hex[:8]}"
    tags = f"{name}_tags"
    rank = {"field": "rank", "type": "integer", "meta": {}, "schema": {}}
    title = {"field": "title", "type": "string", "meta": {}, "schema": {}}
    post = {"field": "post", "type": "integer", "meta": {}, "schema": {}}
    with directus_server.directus() as directus:
        alias = {"field": "tags", "type": "alias", "meta": {"special": ["o2m"]}}
        directus.collections.create_one({"collection": name, "schema": {}, "meta": {}, "fields": [KEY, title, rank, alias]})
        fields = [KEY, {**title, "field": "name"}, rank, post]
        directus.collections.create_one({"collection": tags, "schema": {}, "meta": {}, "fields": fields})
        relation = {"collection": tags, "field": "post", "related_collection": name, "meta": {"one_field": "tags"}}
        directus.relations.create_one({**relation, "schema": {}})
        directus.items(name).create_many([{"title": "x", "rank": 1}, {"title": "y", "rank": 2}, {"title": "z"}])
        directus.items(tags).create_many(
            [{"name": name, "rank": rank, "post": post} for name, rank, post in ("a11", "b21", "a22", "c33")]
        )
        try:
            yield directus.items(name)
        finally:
            directus.collections.delete_one(tags)
            directus.collections.delete_one(name)


@pytest.mark.directus(">=11")
@pytest.mark.parametrize("rule", EVERYTHING)
def test_what_is_refused_would_match_everything(directus: Directus, posts: Any, rule: dict[str, Any]) -> None:
    found = directus.request("GET", f"/items/{posts.collection}", params={"filter": json.dumps(rule)})
    assert [row["id"] for row in found] == [1, 2, 3]
    with pytest.raises((TypeError, ValueError), match="filter"):
        posts.read_many(filter=rule)


@pytest.mark.parametrize(("rule", "keys"), RIGHT)
def test_what_is_taken_matches_what_it_says(posts: Any, rule: dict[str, Any], keys: list[int]) -> None:
    assert [row["id"] for row in posts.read_many(filter=rule, fields=["id"], sort=["id"])] == keys
