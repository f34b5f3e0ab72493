"""How many requests a call sends: a client that is not strict none more than ever, a strict one only those for the schema."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from directus_sdk import Directus, Request
from directus_sdk.testing import MockTransport
from tests.strict.test_checks import COLLECTIONS, FIELDS, RELATIONS, SCHEMA, Call

#: Each call, and the methods of its requests.
CALLS: dict[str, tuple[Call, str]] = {
    "read_many": (lambda a: a.read_many(fields=["id"], filter={"views": {"_gt": 1}}), "GET"),
    "read_many of keys": (lambda a: a.read_many([1]), "SEARCH"),
    "read_one": (lambda a: a.read_one(1), "GET"),
    "first": (lambda a: a.first(), "GET"),
    "count": (lambda a: a.count(), "GET"),
    "exists": (lambda a: a.exists(1), "SEARCH"),
    "aggregate": (lambda a: a.aggregate({"count": "*"}), "GET"),
    "iterate": (lambda a: list(a.iterate(limit=1)), "GET"),
    "create_one": (lambda a: a.create_one({"title": "x"}), "POST"),
    "create_many": (lambda a: a.create_many([{"title": "x"}]), "POST"),
    "update_one": (lambda a: a.update_one(1, {"views": 1}), "PATCH"),
    "update_many": (lambda a: a.update_many([1], {"views": 1}), "PATCH"),
    "update_batch": (lambda a: a.update_batch([{"id": 1, "views": 1}]), "PATCH"),
    "update_by_query": (lambda a: a.update_by_query(filter={"views": {"_gt": 1}}, data={"views": 1}), "SEARCH SEARCH PATCH"),
    "upsert_one": (lambda a: a.upsert_one({"id": 1, "title": "x"}), "SEARCH PATCH"),
    "upsert_many": (lambda a: a.upsert_many([{"id": 1, "title": "x"}]), "SEARCH PATCH"),
    "delete_one": (lambda a: a.delete_one(1), "DELETE"),
    "delete_many": (lambda a: a.delete_many([1]), "DELETE"),
    "delete_by_query": (lambda a: a.delete_by_query(filter={"views": {"_gt": 1}}), "SEARCH SEARCH DELETE"),
}
SCHEMA_PATHS = {"/collections": COLLECTIONS, "/fields": FIELDS, "/relations": RELATIONS}


def requests_of(call: Call, **options: Any) -> list[str]:
    """Return the methods of the requests of a call; those that read the schema are paths."""
    sent: list[str] = []

    def respond(request: Request) -> Any:
        path = urlsplit(request.url).path
        if path in SCHEMA_PATHS:
            sent.append(path)
            return SCHEMA_PATHS[path]
        sent.append(request.method)
        if sent.count("SEARCH") == 2:
            return []  # the last page
        return {"id": 1} if path.endswith("/1") else [{"id": 1, "count": 1}]

    call(Directus("https://cms.example.com", transport=MockTransport(respond), **options).items("articles"))
    return sent


@pytest.mark.parametrize("name", CALLS)
def test_the_requests_of_a_call(name: str) -> None:
    call, methods = CALLS[name]
    expected = methods.split()
    assert requests_of(call) == expected
    assert requests_of(call, strict=True, schema=SCHEMA) == expected
    assert sorted(requests_of(call, strict=True)) == sorted([*SCHEMA_PATHS, *expected])
