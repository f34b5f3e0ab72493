"""The fields of collections of version 8."""

from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import BulkError, NotFound, UnprocessableContent
from directus_sdk.v8 import Directus8
from tests.v8.server import Server8

EXTRA = {"field": "extra", "type": "string", "datatype": "varchar", "length": 20, "interface": "text-input"}


def test_reading(d: Directus8, server8: Server8) -> None:
    assert {row["collection"] for row in d.fields.read_all()} == {"movies", "directors", "about"}
    assert [row["field"] for row in d.fields.read_many(collection="directors")] == ["id", "name"]
    assert [row["field"] for row in d.fields.read_many("movies", names=["title", "id"])] == ["title", "id"]
    assert [row["field"] for row in d.fields.read_many("movies", ["title"])] == ["title"]
    assert d.fields.read_one("movies", "title", fields=["type"], meta="*")["field"] == "title"
    assert server8.sent() == [
        ("GET", "/demo/fields"), ("GET", "/demo/fields/directors"), ("GET", "/demo/fields/movies/title,id"),
        ("GET", "/demo/fields/movies/title"), ("GET", "/demo/fields/movies/title?fields=type&meta=%2A"),
    ]  # fmt: skip
    for call in (
        lambda: d.fields.read_many("nope"),
        lambda: d.fields.read_one("movies", "nope"),
        lambda: d.fields.read_many("movies", ["nope"]),
    ):
        with pytest.raises(NotFound):
            call()


def test_writing_one(d: Directus8, server8: Server8) -> None:
    assert d.fields.create_one(collection="movies", data=EXTRA)["field"] == "extra"
    assert d.fields.update_one(collection="movies", field="extra", data={"note": "hi"})["note"] == "hi"
    assert d.fields.delete_one(collection="movies", field="extra") is None
    assert server8.sent() == [
        ("POST", "/demo/fields/movies"), ("PATCH", "/demo/fields/movies/extra"), ("DELETE", "/demo/fields/movies/extra"),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        d.fields.delete_one("movies", "extra")
    with pytest.raises(UnprocessableContent):
        d.fields.create_one("movies", {**EXTRA, "field": "title"})


def test_writing_many(d: Directus8, server8: Server8) -> None:
    fields = d.fields
    assert fields.create_many("movies", [EXTRA, {**EXTRA, "field": "more"}], returning="keys") == ["extra", "more"]
    assert [row["note"] for row in fields.update_many("movies", ["more", "extra"], {"note": "both"})] == ["both", "both"]
    assert [
        row["sort"] for row in fields.update_batch("movies", [{"field": "extra", "sort": 9}, {"field": "more", "sort": 3}])
    ] == [9, 3]
    assert fields.delete_many("movies", ["more", "extra"]) == ["more", "extra"]
    assert server8.sent() == [
        ("POST", "/demo/fields/movies"), ("POST", "/demo/fields/movies"), ("PATCH", "/demo/fields/movies/more,extra"),
        ("PATCH", "/demo/fields/movies"), ("DELETE", "/demo/fields/movies/more"), ("DELETE", "/demo/fields/movies/extra"),
    ]  # fmt: skip


def test_many_that_stop(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError) as caught:
        d.fields.create_many("movies", [EXTRA, EXTRA, {**EXTRA, "field": "more"}])
    assert ([row["field"] for row in caught.value.result], caught.value.errors[0].index) == (["extra"], 1)
    result = d.fields.update_many("movies", ["title", "nope", "rating"], {"note": "x"}, on_error="collect", returning="keys")
    assert (result, [entry.item for entry in result.errors]) == (["title", "rating"], ["nope"])
    with pytest.raises(BulkError) as caught:
        d.fields.delete_many("movies", ["poster", "nope", "title"])
    assert (caught.value.result, caught.value.errors[0].item) == (["poster"], "nope")


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda fields: fields.read_one("movies", "a,b"), ValueError, "holds a comma"),
        (lambda fields: fields.delete_one("movies", "a,b"), ValueError, "holds a comma"),
        (lambda fields: fields.update_one("movies", "title", {"field": "other"}), ValueError, "never changes"),
        (lambda fields: fields.update_one("", "title", {}), ValueError, "collection must not be empty"),
        (lambda fields: fields.create_one("movies", []), TypeError, "data must be a mapping"),
        (lambda fields: fields.update_batch("movies", [{"sort": 1}]), ValueError, "item 0 has no 'field'"),
        (lambda fields: fields.update_many("movies", "title", {}), TypeError, "keys must be a list"),
        (lambda fields: fields.delete_many("movies", ["title"], limit=1), TypeError, "limit"),
    ],
)
def test_wrong_arguments(d: Directus8, server8: Server8, call: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        call(d.fields)
    assert server8.calls == []
