from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Union

import attrs
from typing_extensions import assert_type

from directus_sdk import BulkResult, Key, Page
from directus_sdk.v8 import Directus8


@attrs.define
class Movie:
    id: int
    title: str


def dicts(d: Directus8) -> None:
    movies = d.items("movies")
    assert_type(movies.read_one(1, fields=["id"]), dict[str, Any])
    assert_type(movies.read_one(key=1), dict[str, Any])
    assert_type(movies.read_many(filter={"rating": {"gt": 8}}, single=True), Page[dict[str, Any]])
    assert_type(movies.read_many([1, 2], missing="raise"), Page[dict[str, Any]])
    assert_type(movies.read_many(keys=[1, 2], status="*"), Page[dict[str, Any]])
    assert_type(movies.read_many({"limit": 5}), Page[dict[str, Any]])
    assert_type(movies.read_many(query={"limit": 5}), Page[dict[str, Any]])
    assert_type(movies.first(), Union[dict[str, Any], None])
    assert_type(movies.count({"rating": {"in": [1, 2]}}, status=["draft"]), int)
    assert_type(d.users.read_all(page_size=10), Page[dict[str, Any]])
    assert_type(d.singleton("about").read(), dict[str, Any])
    movies.create_one({"title": "x"})["id"]
    movies.read_one(1, limit=5)  # error
    movies.read_many(search="x")  # error
    movies.read_many([1], limit=5)  # error
    movies.read_many([1], missing="never")  # error
    movies.create_one({}, filter={})  # error
    movies.delete_one(1, fields=["id"])  # error
    d.activity.create_one({})  # error
    d.revisions.delete_many([1])  # error


def filters(d: Directus8) -> None:
    movies = d.items("movies")
    movies.read_many(filter={"title": "x", "author.name": {"contains": "x"}, "author": {"name": {"eq": "x"}}})
    movies.read_many(filter={"n": [{"eq": 7}, {"eq": 8, "logical": "or"}], "m": {"gt": 8, "lt": 9, "null": False}})
    movies.read_many(filter={"title": {"_starts_with": "x"}})  # error
    movies.read_many(filter={"title": {"nhas": 1}})  # error
    movies.read_many(filter={"title": {"null": "yes"}})  # error


def models(d: Directus8) -> None:
    movies = d.items("movies", Movie)
    assert_type(movies.read_one(1), Movie)
    assert_type(movies.iterate(), Iterator[Movie])
    assert_type(movies.first(), Union[Movie, None])
    assert_type(movies.revert(1, 2), Movie)
    assert_type(movies.revisions(1), Page[dict[str, Any]])
    movies.update_one(1, {"title": "x"}).title
    movies.update_one(1, {"title": "x"}).name  # error


def bulk(d: Directus8, rows: list[dict[str, Any]]) -> None:
    movies = d.items("movies", Movie)
    assert_type(movies.create_many(rows), BulkResult[Movie])
    assert_type(movies.create_many(rows, returning="keys", activity_skip=True), BulkResult[Key])
    assert_type(movies.create_many(rows, returning=None, batch_size=5), BulkResult[Any])
    assert_type(movies.update_many([1], {}, comment="x", on_error="collect"), BulkResult[Movie])
    assert_type(movies.update_many([1], {}, returning="keys"), BulkResult[Key])
    assert_type(movies.update_batch(rows, returning="keys"), BulkResult[Key])
    assert_type(movies.delete_many([1], workers=2), BulkResult[Key])
    assert_type(d.fields.create_many("movies", rows, workers=2), BulkResult[dict[str, Any]])
    assert_type(d.fields.update_many("movies", ["a"], {}, returning="keys"), BulkResult[str])
    assert_type(d.fields.delete_many("movies", ["a"]), BulkResult[Key])
    movies.create_many(rows, returning="rows")  # error
    movies.delete_many([1], returning="items")  # error
    movies.update_many([1], {}, limit=5)  # error
