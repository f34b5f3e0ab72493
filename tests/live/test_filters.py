"""What a real server makes of the filters that the SDK refuses, and of those that it names instead."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from directus_sdk import Directus, F, Forbidden, InvalidQuery

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

JSON_EVERYTHING: list[dict[str, Any]] = [
    {"data": {"_json": {}}},
    {"data": {"_json": []}},
    {"data": {"_json": {"_or": []}}},
    {"data": {"_json": {"_or": [{}]}}},
    {"data": {"_json": {"level": {"_between": [1]}}}},
    {"data": {"_json": {"level": {"_later": 1}}}},
    {"data": {"_json": {"level": {"_or": [{"_eq": 1}]}}}},
    {"data": {"_json": {"color": {"_regex": "x"}}}},
    {"_json": {"color": {"_eq": "red"}}},
    {"tags": {"_some": {"post": {"data": {"_json": {}}}}}},
    {"title": {"_neq": "null"}},
    {"title": {"_ncontains": "NULL"}},
]

JSON_RIGHT: list[tuple[dict[str, Any], list[int]]] = [
    ({"data": {"_json": {"color": {"_eq": "red"}}}}, [1, 3]),
    ({"data": {"_json": {"color": {"_eq": "red"}, "level": {"_gt": 1}}}}, [3]),
    ({"data": {"_json": {"_and": [{"level": {"_gt": 1}}, {"level": {"_lt": 3}}]}}}, [2]),
    ({"data": {"_json": {"size.width": {"_in": [5]}}}}, [2]),
    ({"tags": {"_some": {"post": {"data": {"_json": {"color": {"_eq": "blue"}}}}}}}, [2]),
    ({"tags": {"_none": {"post": {"data": {"_json": {"color": {"_eq": "blue"}}}}}}}, [1, 3]),
    ({"tags": {"post": {"data": {"_json": {"level": {"_between": [2, 3]}}}}}}, [2, 3]),
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
    data = {"field": "data", "type": "json", "meta": {"special": ["cast-json"]}, "schema": {}}
    post = {"field": "post", "type": "integer", "meta": {}, "schema": {}}
    with directus_server.directus() as directus:
        alias = {"field": "tags", "type": "alias", "meta": {"special": ["o2m"]}}
        directus.collections.create_one(
            {"collection": name, "schema": {}, "meta": {}, "fields": [KEY, title, rank, data, alias]}
        )
        fields = [KEY, {**title, "field": "name"}, rank, post]
        directus.collections.create_one({"collection": tags, "schema": {}, "meta": {}, "fields": fields})
        relation = {"collection": tags, "field": "post", "related_collection": name, "meta": {"one_field": "tags"}}
        directus.relations.create_one({**relation, "schema": {}})
        directus.items(name).create_many(
            [
                {"title": "x", "rank": 1, "data": {"color": "red", "level": 1}},
                {"title": "y", "rank": 2, "data": {"color": "blue", "level": 2, "size": {"width": 5}}},
                {"title": "z", "data": {"color": "red", "level": 3}},
            ]
        )
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


@pytest.mark.directus(">=12")
@pytest.mark.parametrize("rule", JSON_EVERYTHING)
def test_what_is_refused_of_json_would_match_everything(directus: Directus, posts: Any, rule: dict[str, Any]) -> None:
    test_what_is_refused_would_match_everything(directus, posts, rule)


@pytest.mark.directus(">=12")
@pytest.mark.parametrize(("rule", "keys"), JSON_RIGHT)
def test_filters_within_json(posts: Any, rule: dict[str, Any], keys: list[int]) -> None:
    assert [row["id"] for row in posts.read_many(filter=rule, fields=["id"], sort=["id"])] == keys
    assert posts.count(rule) == len(keys)


@pytest.mark.directus(">=12")
def test_expressions_within_json(posts: Any) -> None:
    color, level, width = (F.data.json(path) for path in ("color", "level", "size.width"))
    for expression, keys in (
        (color == "red", [1, 3]),
        ((color == "red") & (level > 1), [3]),
        ((color == "blue") | level.between(3, 4), [2, 3]),
        (width.in_([5]), [2]),
        (F.tags.some(F.post.data.json("color") == "blue"), [2]),
        (F.tags.none(F.post.data.json("color") == "blue"), [1, 3]),
    ):
        assert [row["id"] for row in posts.read_many(filter=expression, fields=["id"], sort=["id"])] == keys, expression


@pytest.mark.directus(">=12")
def test_functions_of_json(posts: Any) -> None:
    asked = {"fields": "id,json(data, color)", "sort": "-json(data, level), id", "alias": {"wide": "json(data, size.width)"}}
    found = posts.read_many({**asked, "fields": [asked["fields"], "wide"]})
    assert [(row["id"], row["data_color_json"], row["wide"]) for row in found] == [
        (3, "red", None),
        (2, "blue", 5),
        (1, "red", None),
    ]


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        ({"tags": {"rank": {"_gt": 0}}}, 3),
        ({"tags": {"_some": {"name": {"_in": ["a", "b"]}}}}, 2),
        ({"tags": {"_none": {"name": {"_eq": "b"}}}}, 2),
        ({"tags": {"_gt": 0}}, 3),
        ({"_or": [{"rank": {"_null": True}}, {"tags": {"rank": {"_gte": 1}}}]}, 3),
        ({}, 3),
    ],
)
def test_each_item_counts_once(posts: Any, directus: Directus, rule: dict[str, Any], number: int) -> None:
    assert posts.count(rule) == len(posts.read_all(filter=rule)) == number
    assert posts.count(rule, search="y") == len(posts.read_many(filter=rule, search="y")) == 1


@pytest.mark.directus(">=10")  # version 9 counts joined rows there
def test_a_count_without_the_name_of_the_key(posts: Any, directus: Directus) -> None:
    items = directus.items(posts.collection, primary_key="code")
    assert items.count() == 3
    assert items.count({"tags": {"rank": {"_gt": 0}}}) == 3
    assert items.count(search="y") == 1
    with pytest.raises((Forbidden, InvalidQuery), match="nothing"):  # version 10 has the other word for it
        items.count({"nothing": {"_eq": 1}})


@pytest.mark.directus(">=10")  # version 9 finds nothing where the value is false
@pytest.mark.parametrize(
    ("rule", "keys"),
    [({"_null": "true"}, [3]), ({"_null": "false"}, [1, 2]), ({"_nnull": False}, [3]), ({"_nnull": True}, [1, 2])],
)
def test_booleans_of_operators(posts: Any, rule: dict[str, Any], keys: list[int]) -> None:
    assert [row["id"] for row in posts.read_many(filter={"rank": rule}, fields=["id"], sort=["id"])] == keys


def test_a_string_with_commas_means_the_same_however_long_the_query_is(posts: Any) -> None:
    asked: dict[str, Any] = {"fields": "id, rank", "sort": "-rank,id", "meta": "total_count,filter_count"}
    long = {"id": {"_in": [1, 2, 3, *range(1_000, 3_000)]}}  # it goes out as SEARCH
    assert posts.read_many(asked) == posts.read_many(asked, filter=long)
    assert posts.read_many(asked, filter=long).meta.filter_count == 3
    groups: dict[str, Any] = {"aggregate": {"sum": "id,rank"}, "group_by": "rank,title", "sort": "rank,title"}
    assert posts.read_many(groups) == posts.read_many(groups, filter=long)
    assert posts.aggregate({"sum": "id,rank"}, "rank,title", {"filter": long}, sort="rank,title") == posts.read_many(groups)
    deep = {"tags": {"_sort": ["rank,-id"]}}
    one = posts.read_many(fields="tags.id", deep=deep, sort="id")
    assert one == posts.read_many(fields="tags.id", deep=deep, sort="id", filter=long)


def test_an_operator_that_the_server_does_not_know(posts: Any, directus_server: Any) -> None:
    with pytest.raises(TypeError, match=r"did you mean _eq\?"):
        posts.read_many(filter={"title": {"_eqq": "x"}})
    with directus_server.directus() as directus, pytest.raises(InvalidQuery, match=r"did you mean _eq\?"):
        directus.request("GET", f"/items/{posts.collection}", params={"filter": {"title": {"_eqq": "x"}}})


@pytest.mark.parametrize("rule", [{"title": {"eq": "x"}}, {"rank": {">": 1}}, {"NOT": {"title": {"_eq": "x"}}}])
def test_what_looks_like_an_operator_is_refused_by_servers_or_read_as_everything(
    rule: Any, posts: Any, directus_server: Any
) -> None:
    with directus_server.directus() as directus:
        try:
            rows = directus.request("GET", f"/items/{posts.collection}", params={"filter": rule})
        except Forbidden:  # version 11 and later, and 10 for a field that does not exist
            return
        assert len(rows) == 3
