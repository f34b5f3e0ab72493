from __future__ import annotations

from typing import Any

import pytest

from directus_sdk.reading.local_query import project, select
from directus_sdk.wire.query import normalize

ROWS: list[dict[str, Any]] = [
    {"field": "id", "type": "integer", "meta": None},
    {"field": "title", "type": "string", "meta": {"sort": 2, "special": ["a"], "note": "In full", "hidden": True}},
    {"field": "tags", "type": "json", "meta": {"sort": 1, "special": ["cast-json"], "note": None, "hidden": False}},
]


def names(**params: Any) -> list[str]:
    return [row["field"] for row in select(ROWS, normalize(None, params), "fields")]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"type": {"_eq": "string"}}, ["title"]),
        ({"type": {"_neq": "string"}}, ["id", "tags"]),
        ({"type": {"_in": ["json", "integer"]}}, ["id", "tags"]),
        ({"type": {"_nin": ["json", "integer"]}}, ["title"]),
        ({"meta": {"hidden": {"_eq": True}}}, ["title"]),
        ({"meta": {"_null": True}}, ["id"]),
        ({"meta": {"_nnull": True}}, ["title", "tags"]),
        ({"meta": {"note": {"_empty": True}}}, ["id", "tags"]),
        ({"meta": {"note": {"_nempty": True}}}, ["title"]),
        ({"meta": {"sort": {"_lt": 2}}}, ["tags"]),
        ({"meta": {"sort": {"_gte": 1}}}, ["title", "tags"]),
        ({"meta": {"sort": {"_gt": 1, "_lte": 2}}}, ["title"]),
        ({"meta": {"sort": {"_between": [2, 3]}}}, ["title"]),
        ({"meta": {"special": {"_contains": "cast-json"}}}, ["tags"]),
        ({"field": {"_contains": "t"}}, ["title", "tags"]),
        ({"field": {"_ncontains": "t"}}, ["id"]),
        ({"field": {"_icontains": "TIT"}}, ["title"]),
        ({"field": {"_starts_with": "ta"}}, ["tags"]),
        ({"field": {"_nstarts_with": "ta"}}, ["id", "title"]),
        ({"field": {"_ends_with": "le"}}, ["title"]),
        ({"_or": [{"field": {"_eq": "id"}}, {"type": {"_eq": "json"}}]}, ["id", "tags"]),
        ({"_and": [{"meta": {"_nnull": True}}, {"type": {"_eq": "json"}}]}, ["tags"]),
    ],
)
def test_filters(rule: dict[str, Any], expected: list[str]) -> None:
    assert names(filter=rule) == expected


def test_the_order_and_the_part_of_the_list() -> None:
    assert names(sort="field") == ["id", "tags", "title"]
    assert names(sort="-field") == ["title", "tags", "id"]
    assert names(sort="meta.sort") == ["tags", "title", "id"]  # what has no value is last
    assert names(limit=1) == ["id"]
    assert names(limit=1, offset=1) == ["title"]
    assert names(limit=2, page=2) == ["tags"]
    assert names(limit=0) == []
    assert names(limit=-1) == ["id", "title", "tags"]
    assert names(search="FULL") == ["title"]


def test_fields() -> None:
    def fields(*names: str) -> Any:
        return project(ROWS[1:2], normalize({"fields": list(names)}))[0]

    assert fields("field") == {"field": "title"}
    assert fields("meta.sort", "type") == {"meta": {"sort": 2}, "type": "string"}
    assert fields("*") == fields("*.*") == ROWS[1]
    assert project(ROWS[:1], normalize({"fields": ["meta.sort"]})) == [{"meta": None}]


@pytest.mark.parametrize("params", [{"filter": {"tpye": {"_eq": "x"}}}, {"sort": "tpye"}])
def test_a_misspelt_field(params: Any) -> None:
    with pytest.raises(ValueError, match="fields have no field 'tpye'; did you mean type"):
        names(**params)


def test_what_only_a_database_can_do() -> None:
    with pytest.raises(TypeError, match="aggregate cannot be given here"):
        names(aggregate={"count": "*"})
    with pytest.raises(ValueError, match="_intersects cannot be used here"):
        names(filter={"meta": {"_intersects": {"type": "Point", "coordinates": [0, 0]}}})
