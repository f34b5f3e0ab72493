"""Which relation a field is, where the schema is changed or shows only a part of it."""

from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import ConfigurationError, Directus, Related, Request
from directus_sdk.testing import MockTransport


def field(collection: str, name: str, kind: str = "integer", *special: str) -> dict[str, Any]:
    column = {"is_primary_key": name == "id"} if kind != "alias" else None
    return {"collection": collection, "field": name, "type": kind, "schema": column, "meta": {"special": list(special)}}


def relation(many: str, name: str, one: str, one_field: str | None, junction_field: str) -> dict[str, Any]:
    meta = {"one_field": one_field, "junction_field": junction_field}
    return {"collection": many, "field": name, "related_collection": one, "schema": {}, "meta": meta}


class Server:
    """Posts with tags, over one of two junctions."""

    def __init__(self, junction: str) -> None:
        self.junction = junction
        self.shows_tags = True
        self.written: list[str] = []
        self.reads = 0

    def __call__(self, request: Request) -> Any:
        path = request.url.partition("?")[0].partition("example.com")[2]
        junctions = ("old", "new")
        relations = [relation(name, "post", "posts", "tags" if name == self.junction else None, "tag") for name in junctions]
        if path == "/collections":
            self.reads += 1
            return [{"collection": name, "meta": {}, "schema": {}} for name in ("posts", "tags", *junctions)]
        if path == "/fields":
            fields = [field(name, "id") for name in ("posts", "tags", *junctions)]
            return [*fields, field("posts", "tags", "alias", "m2m"), *(field(n, f) for n in junctions for f in ("post", "tag"))]
        if path == "/relations":
            others = [relation(name, "tag", "tags", None, "post") for name in junctions if self.shows_tags]
            return [*relations, *others]
        if path.startswith("/relations/"):
            return next(entry for entry in relations if path == f"/relations/{entry['collection']}/{entry['field']}")
        if request.method != "POST":
            is_first = '"_gt"' not in str(request.body)
            return [{"id": 1, "tag": 1, "post": 1}] if self.written and is_first else []
        self.written.append(path)
        return [{"id": 1}]


def client(server: Server) -> Directus:
    return Directus("https://cms.example.com", token="t", transport=MockTransport(server))


def test_the_schema_is_read_once() -> None:
    server = Server("old")
    posts = client(server).items("posts")
    assert posts.relate(1, "tags", add=[1]) == Related([1], [])
    assert posts.relate(1, "tags", add=[1]) == Related([], [])
    assert server.reads == 1


def test_a_list_that_leads_over_another_junction_now() -> None:
    server = Server("old")
    posts = client(server).items("posts")
    posts.relate(1, "tags", add=[1])
    server.written.clear()
    server.junction = "new"
    posts.relate(1, "tags", add=[1])
    assert server.written == ["/items/new"]


def test_without_the_other_half_a_junction_is_not_taken_for_the_items() -> None:
    server = Server("old")
    server.shows_tags = False
    posts = client(server).items("posts")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="does not show"):
            posts.relate(1, "tags", add=[1])
    server.shows_tags = True
    assert posts.relate(1, "tags", add=[1]).added == [1]
    assert server.written == ["/items/old"]
