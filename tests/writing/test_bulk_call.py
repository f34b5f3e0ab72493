"""What a write says of what it wrote, and of the primary key."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from directus_sdk import (
    BulkError,
    BulkModelError,
    BulkOptions,
    ConfigurationError,
    ConnectionFailed,
    Directus,
    Forbidden,
    ItemsHandler,
    ModelError,
    RateLimited,
    RecordNotUnique,
    Request,
    RetryPolicy,
)
from directus_sdk.models import UNSET, Unset
from directus_sdk.testing.mock import MockTransport, error_response
from tests.table import Table


@attrs.define
class Thing:
    id: int
    n: int


@attrs.define
class Nameless:
    n: int


def things(table: Table, model: Any = Thing) -> Any:
    return table.directus().items("things", model)


# ------------------------------------------------------------------ written, and does not fit the model
SINGLE: dict[str, Any] = {
    "create_one": lambda items, **query: items.create_one({"n": None}, **query),
    "update_one": lambda items, **query: items.update_one(1, {"n": None}, **query),
    "upsert_one": lambda items, **query: items.upsert_one({"id": 1, "n": None}, **query),
    "upsert_one, new": lambda items, **query: items.upsert_one({"n": None, "u": "x"}, "u", **query),
}
BULK: dict[str, Any] = {
    "create_many": lambda items, **options: items.create_many([{"n": None}, {"n": 1}, {"n": None}], **options),
    "update_many": lambda items, **options: items.update_many([1, 2, 3], {"n": None}, **options),
    "update_batch": lambda items, **options: items.update_batch([{"id": key, "n": None} for key in (1, 2, 3)], **options),
    "upsert_many": lambda items, **options: items.upsert_many([{"id": 1, "n": None}, {"n": 2}, {"n": None}], **options),
}


@pytest.mark.parametrize("fields", [None, ["n"]])
@pytest.mark.parametrize("call", SINGLE)
def test_one_item_that_was_written_is_said_to_be(call: str, fields: Any) -> None:
    table = Table([{"n": 1}])
    items = things(table, Thing if fields is None else Nameless)
    with pytest.raises(ModelError, match=r"It was written \(key \d\)") as caught:
        SINGLE[call](items, fields=fields)
    assert caught.value.keys == [max(table.rows)]
    assert caught.value.result.count == 1


@pytest.mark.parametrize("size", [1, 2, None])
@pytest.mark.parametrize("call", BULK)
def test_a_bulk_call_says_what_is_written(call: str, size: int | None) -> None:
    table = Table([{"n": 1}, {"n": 2}, {"n": 3}])
    with pytest.raises(BulkModelError, match=r"\d of 3 items are written \(keys \d.*does not fit the model") as caught:
        BULK[call](things(table), batch_size=size)
    assert isinstance(caught.value, (BulkError, ModelError))
    assert caught.value.result.count == (size or 3)
    assert len(caught.value.keys) == (size or 3)
    assert caught.value.field == "n"


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("call", BULK)
def test_collect_goes_on_and_does_not_call_them_failed(call: str, workers: int) -> None:
    table = Table([{"n": 1}, {"n": 2}, {"n": 3}])
    options = {} if call == "upsert_many" else {"workers": workers}
    result = BULK[call](things(table), batch_size=1, on_error="collect", **options)
    assert (result.count, result.errors, result.ok) == (3, [], True)
    assert len(result) + len(result.unfit) == 3
    assert all(error.keys[0] in table.rows for error in result.unfit)


def test_a_checkpoint_settles_what_does_not_fit(tmp_path: Any) -> None:
    table = Table()
    many = [{"n": None}, {"n": 1}]
    with pytest.raises(BulkModelError):
        things(table).create_many(many, batch_size=1, checkpoint=tmp_path / "c.json")
    assert things(table).create_many(many, batch_size=1, checkpoint=tmp_path / "c.json") == [Thing(2, 1)]
    assert len(table.rows) == 2


def test_other_handlers_say_it_too() -> None:
    mock = MockTransport(lambda request: {"id": 7, "n": None})
    models = dict.fromkeys(("directus_users", "directus_folders", "directus_files"), Thing)
    directus: Any = Directus("https://cms.example.com", transport=mock, models=models)
    calls = [
        lambda: directus.singleton("globals", Thing).update({"n": None}),
        lambda: directus.users.me.update({"n": None}),
        lambda: directus.folders.update_one(7, {"n": None}),
        lambda: directus.files.import_url("https://example.com/a.png"),
        lambda: directus.files.replace(7, b"x", filename="x"),
    ]
    for call in calls:
        with pytest.raises(ModelError, match=r"It was written \(key 7\)") as caught:
            call()
        assert (caught.value.keys, caught.value.result.count) == ([7], 1)


# ------------------------------------------------------------------ another primary key
KEYS: dict[str, Any] = {
    "update_one": lambda items: items.update_one("foo", {"code": "bar"}),
    "update_one, a model": lambda items: items.update_one("foo", Code("bar")),
    "update_many": lambda items: items.update_many(["bar", "foo"], {"code": "bar"}),
    "update_many, a generator": lambda items: items.update_many((key for key in ["bar", "foo"]), {"code": "bar"}),
    "update_by_query": lambda items: items.update_by_query({"filter": {"n": {"_eq": 1}}}, {"code": "bar"}),
}


@attrs.define
class Code:
    code: str | Unset = UNSET
    n: int | Unset = UNSET


@pytest.mark.parametrize("call", KEYS)
def test_another_primary_key_is_refused_before_anything_is_sent(call: str) -> None:
    table = Table([{"code": "foo", "n": 1}], key="code", kind="string")
    with pytest.raises(ValueError, match="never changes the primary key"):
        KEYS[call](table.items())
    assert table.calls == []


def test_another_primary_key_is_refused_in_upserts() -> None:
    table = Table([{"u": "a", "n": 1}])
    with pytest.raises(ValueError, match="id = 9, and the item has 1"):
        table.items().upsert_one({"id": 9, "u": "a"}, "u")
    with pytest.raises(BulkError, match="id = 9, and the item has 1"):
        table.items().upsert_many([{"id": 9, "u": "a", "n": 2}], match_on="u")
    result = table.items().upsert_many([{"u": "b"}, {"id": 9, "u": "a"}, {"u": "c"}], match_on="u", on_error="collect")
    assert [entry.index for entry in result.errors] == [1]
    assert [row["u"] for row in table.rows.values()] == ["a", "b", "c"]
    assert table.rows[1]["n"] == 1


def test_the_same_key_may_be_spelt_in_another_way() -> None:
    table = Table([{"n": 1}])
    table.items().update_one(1, {"id": "1", "n": 2})
    table.items().update_one("1", {"id": 1, "n": 3})
    table.items().update_many([1, "1"], {"id": 1, "n": 4})
    assert table.items().upsert_one({"id": "1", "n": 5}, "id")["n"] == 5
    directus = Directus("https://cms.example.com", transport=MockTransport())
    key = "6F3C7A52-8F3F-4B6A-9F57-2A7B1D1F5B11"
    directus.users.update_one(key.lower(), {"id": key, "title": "x"})


def test_another_primary_key_is_refused_where_a_path_has_one_item() -> None:
    mock = MockTransport(lambda request: {"id": 1})
    directus = Directus("https://cms.example.com", transport=mock)
    updates: list[Any] = [directus.singleton("globals").update, directus.settings.update, directus.users.me.update]
    for update in updates:
        with pytest.raises(ValueError, match="id = 2, and the item has 1"):
            update({"id": 2, "title": "x"})
        update({"id": 1, "title": "x"})
        update({"title": "x"})
    assert [request.method for request in mock.requests] == ["GET", "GET", "PATCH", "PATCH"] * 3
    directus.singleton("globals").update({"id": None})
    hidden = MockTransport(lambda request: error_response("FORBIDDEN", 403) if request.method == "GET" else {"id": 1})
    Directus("https://cms.example.com", transport=hidden).singleton("globals").update({"id": 2})


WRITES: dict[str, Any] = {
    "create_one": lambda directus, **query: directus.items("a").create_one({"n": 1}, **query),
    "update_one": lambda directus, **query: directus.items("a").update_one(1, {"n": 1}, **query),
    "upsert_one": lambda directus, **query: directus.items("a").upsert_one({"id": 1, "n": 1}, **query),
    "update_many": lambda directus, **query: directus.items("a").update_many([1], {"n": 1}, **query),
    "create_many": lambda directus, **query: directus.items("a").create_many([{"n": 1}], **query),
    "update_batch": lambda directus, **query: directus.items("a").update_batch([{"id": 1}], **query),
    "upsert_many": lambda directus, **query: directus.items("a").upsert_many([{"id": 1}], **query),
    "a singleton": lambda directus, **query: directus.singleton("a").update({"n": 1}, **query),
    "settings": lambda directus, **query: directus.settings.update({"n": 1}, **query),
    "users.me": lambda directus, **query: directus.users.me.update({"n": 1}, **query),
    "upload": lambda directus, **query: directus.files.upload(b"x", filename="x", **query),
    "import_url": lambda directus, **query: directus.files.import_url("https://example.com/a.png", **query),
}


@pytest.mark.parametrize("call", WRITES)
def test_what_would_select_items_is_refused_where_one_is_written(call: str) -> None:
    mock = MockTransport()
    directus = Directus("https://cms.example.com", transport=mock)
    selections: list[dict[str, Any]] = [
        {"filter": {"n": {"_eq": 5}}}, {"version": "draft"}, {"group_by": "n"}, {"query": {"filter": {"n": {"_eq": 5}}}}
    ]  # fmt: skip
    for query in selections:
        with pytest.raises(TypeError, match="cannot be given here"):
            WRITES[call](directus, **query)
    with pytest.raises(TypeError, match=r"version\(key, name\)\.save\(\)"):
        WRITES[call](directus, version="draft")
    assert mock.requests == []


def test_keys_that_were_generated_are_blamed_for_nothing_else() -> None:
    mock = MockTransport(lambda request: error_response("LIMIT_EXCEEDED", 403, "flows limit exceeded"))
    with pytest.raises(Forbidden) as caught:
        Directus("https://cms.example.com", transport=mock).flows.create_many([{"name": "a"}], generate_keys=True)
    assert "generate_keys" not in str(caught.value)


@pytest.mark.parametrize("key", [0, "0", 0.0])
def test_the_key_0_is_found_in_a_list(key: Any) -> None:
    sent: list[Any] = []

    def answer(request: Request) -> Any:
        if request.method == "SEARCH":
            return [{"id": 0, "n": 1}]
        sent.extend(rows := json.loads(request.body or b""))
        if not all(row["id"] for row in rows):  # as in JavaScript
            return error_response("INVALID_PAYLOAD", 400, reason="Item in update misses primary key")
        return [{**row, "id": int(row["id"])} for row in rows]

    items = Directus("https://cms.example.com", transport=MockTransport(answer)).items("things")
    assert items.update_batch([{"id": key, "n": 2}, {"id": 1, "n": 2}]) == [{"id": 0, "n": 2}, {"id": 1, "n": 2}]
    assert items.upsert_many([{"id": key, "n": 3}], returning="keys") == [0]
    assert items.upsert_many([{"n": 1, "x": 4}], match_on="n", returning="keys") == [0]
    assert [row["id"] for row in sent] == ["0", 1, "0", "0"]


def test_schema_handlers_refuse_another_name() -> None:
    mock = MockTransport()
    directus = Directus("https://cms.example.com", transport=mock)
    for call in (
        lambda: directus.collections.update_one("a", {"collection": "b"}),
        lambda: directus.fields.update_one("a", "x", {"field": "y"}),
        lambda: directus.relations.update_one("a", "x", {"collection": "b", "field": "x"}),
        lambda: directus.comments.update_one("a", {"id": "b"}),
        lambda: directus.files.replace("a", b"x", {"id": "b"}),
        lambda: directus.items("a").version(1, "draft").save({"id": 2}),
        lambda: directus.items("a", primary_key="code").version("x", "draft").save({"code": "y"}),
    ):
        with pytest.raises(ValueError, match="never changes the primary key"):
            call()
    assert mock.requests == []


# ------------------------------------------------------------------ a primary key of another name
def coded(request: Request) -> Any:
    """A server whose items have the key "code"; it answers a write with 204 where it cannot read what is wanted."""
    asked = dict(request.params).get("fields", "")
    if request.method == "SEARCH":
        asked = str(request.body)
    if request.method in ("GET", "SEARCH") and "id" in asked:
        text = 'You don\'t have permission to access field "id" in collection "langs" or it does not exist.'
        return error_response("FORBIDDEN", 403, text)
    if "id" in asked:
        return None
    return [{"code": "k1"}, {"code": "k2"}]


NEW = [{"code": "k1"}, {"code": "k2"}]
NAMELESS: dict[str, Any] = {
    "create_many, keys": lambda items: items.create_many(NEW, returning="keys"),
    "create_many, fields": lambda items: items.create_many(NEW, fields=["code"]),
    "upsert_many": lambda items: items.upsert_many(NEW, match_on="code"),
    "upsert_one": lambda items: items.upsert_one(NEW[0], match_on="code"),
    "update_batch": lambda items: items.update_batch(NEW),
    "delete_by_query": lambda items: items.delete_by_query({"filter": {"code": {"_eq": "k1"}}}),
}


@pytest.mark.parametrize("call", NAMELESS)
def test_a_primary_key_of_another_name_is_one_error(call: str) -> None:
    mock = MockTransport(coded)
    with pytest.raises(Exception, match=r"not 'id', name it: directus.items\('langs', primary_key=...\)"):
        NAMELESS[call](Directus("https://cms.example.com", transport=mock).items("langs"))


def test_keys_that_are_missing_in_a_response() -> None:
    mock = MockTransport([[{"code": "k1"}, {"code": "k2"}]])
    with pytest.raises(BulkError, match="2 items are written, and their keys are unknown") as caught:
        Directus("https://cms.example.com", transport=mock).items("langs").create_many(NEW, returning="keys")
    assert isinstance(caught.value.__cause__, ConfigurationError)
    assert caught.value.result.count == 2


def test_an_upsert_of_an_item_without_the_key_names_it() -> None:
    table = Table([{"code": "k1"}], unique="code")
    for call in (table.items().upsert_one, lambda item: table.items().upsert_many([item])):
        with pytest.raises((RecordNotUnique, BulkError), match=r"The item has no 'id'.*primary_key=.*or pass match_on="):
            call({"code": "k1"})


def test_keys_that_are_no_numbers_are_named() -> None:
    mock = MockTransport(lambda request: error_response("FORBIDDEN", 403, "You don't have permission to access this."))
    items = Directus("https://cms.example.com", transport=mock).items("things")
    for call in (
        lambda: items.read_one("abc"),
        lambda: items.update_one("abc", {}),
        lambda: items.delete_one("abc"),
        lambda: items.delete_many([1, "abc"]),
        lambda: items.update_many([1, "abc"], {}),
    ):
        with pytest.raises(Exception, match="the primary key of things is a number, and 'abc' is not"):
            call()
    with pytest.raises(Exception, match=r"generated the keys .*generate_keys=True.* are UUIDs"):
        items.create_many([{"n": 1}], generate_keys=True)
    with pytest.raises(Exception, match=re.escape("access this")) as caught:
        items.read_one(1)
    assert "number" not in str(caught.value)


# ------------------------------------------------------------------ results
def test_a_result_is_true_where_anything_was_done() -> None:
    table = Table([{"n": 1}])
    assert table.items().update_many([1], {"n": 2}, returning=None)
    assert not table.items().create_many([])
    assert not table.items().update_many([99], {"n": 2})


def test_upsert_many_takes_the_field_by_name() -> None:
    table = Table([{"u": "a", "n": 1}])
    assert table.items().upsert_many([{"u": "a", "n": 2}], match_on="u").count == 1
    assert table.items().upsert_many(items=[{"u": "a", "n": 3}], match_on="u").count == 1
    assert table.items().upsert_many([{"u": "a", "n": 4}], "u").count == 1
    assert table.rows == {1: {"u": "a", "n": 4, "id": 1}}


def test_uploads_that_do_not_fit_the_model_are_uploaded(tmp_path: Any) -> None:
    paths = [tmp_path / name for name in ("a.txt", "b.txt")]
    for path in paths:
        path.write_text("x")
    mock = MockTransport(lambda request: {"id": 7, "n": None})
    files: Any = Directus("https://cms.example.com", transport=mock, models={"directus_files": Thing}).files
    with pytest.raises(BulkModelError, match="all 2 files were uploaded") as caught:
        files.upload_many(paths)
    assert (caught.value.keys, caught.value.result.count, caught.value.errors) == ([7, 7], 2, [])
    result = files.upload_many(paths, on_error="collect")
    assert (result.count, result.ok, len(result.unfit)) == (2, True, 2)


# ------------------------------------------------------------------ rate limits
def limited(table: Table, times: int, headers: dict[str, str] | None = None) -> list[float]:
    """Refuse every first calls of a request; the list gets the waits."""
    waits: list[float] = []
    refused: dict[Any, int] = {}

    def before(request: Request) -> Any:
        asked = (request.method, request.url, request.body)
        refused[asked] = refused.get(asked, 0) + 1
        return error_response("REQUESTS_EXCEEDED", 429, headers=headers) if refused[asked] <= times else None

    table.before = before
    return waits


@pytest.mark.parametrize("headers", [{"Retry-After": "2"}, {}])
def test_a_bulk_call_waits_for_the_rate_limiter(headers: dict[str, str]) -> None:
    table = Table([{"u": "a", "n": 1}])
    waits = limited(table, 6, headers)
    items = table.items(retry=RetryPolicy(attempts=2, sleep=waits.append))
    assert items.create_many([{"n": number} for number in range(4)], batch_size=2, returning=None).count == 4
    assert items.update_batch([{"id": 1, "n": 3}]).count == 1
    assert items.upsert_many([{"u": "a", "n": 2}, {"u": "b"}], match_on="u").count == 2
    assert items.delete_many([2]).count == 1
    assert len(waits) == 6 * 7
    assert set(waits) == {2.0} if headers else max(waits) <= 30
    with pytest.raises(RateLimited):
        items.create_one({"n": 1})  # a single call has its attempts


def test_a_rate_limit_is_not_waited_for_without_an_end() -> None:
    table = Table()
    waits = limited(table, 1_000, {"Retry-After": "40"})
    with pytest.raises(RateLimited):
        table.items(retry=RetryPolicy(sleep=waits.append)).create_many([{"n": 1}])
    assert waits == [40.0] * 7  # five minutes
    for policy in (RetryPolicy(attempts=1, sleep=waits.append), RetryPolicy(max_elapsed=20, sleep=waits.append)):
        waits.clear()
        with pytest.raises(RateLimited):
            table.items(retry=policy).create_many([{"n": 1}])
        assert waits == []


def test_other_trouble_uses_up_the_attempts_of_a_bulk_call() -> None:
    table = Table()
    table.before = lambda request: ConnectionFailed("no", sent=False)
    with pytest.raises(ConnectionFailed):
        table.items(retry=RetryPolicy(attempts=3, sleep=lambda seconds: None)).create_many([{"n": 1}])
    assert len(table.calls) == 3


# ------------------------------------------------------------------ options
CALLS: dict[str, Any] = {
    "create_many": lambda items, **options: items.create_many([{"n": 3}, {"n": 4}], **options),
    "update_many": lambda items, **options: items.update_many([1, 2], {"n": 7}, **options),
    "update_batch": lambda items, **options: items.update_batch([{"id": 1, "n": 3}, {"id": 2, "n": 4}], **options),
    "upsert_many": lambda items, **options: items.upsert_many([{"id": 1, "n": 3}, {"n": 4}], **options),
    "update_by_query": lambda items, **options: items.update_by_query({"filter": {"id": {"_gt": 0}}}, {"n": 7}, **options),
    "delete_many": lambda items, **options: items.delete_many([1, 2], **options),
    "delete_by_query": lambda items, **options: items.delete_by_query({"filter": {"id": {"_gt": 0}}}, **options),
}


def test_every_bulk_method_has_the_same_options_with_the_same_defaults() -> None:
    expected = {
        "batch_size": None,
        "returning": "items",
        "on_error": "raise",
        "workers": 1,
        "checkpoint": None,
        "progress": False,
        "keep_before": None,
    }
    for name in CALLS:
        parameters = inspect.signature(getattr(ItemsHandler, name)).parameters
        wanted = dict(expected)
        if name.startswith("delete"):
            wanted["returning"] = "keys"
        if name.endswith("by_query"):
            del wanted["checkpoint"]
        options = {option: parameters[option].default for option in wanted}
        assert options == wanted, name
        assert {parameters[option].kind for option in wanted} == {inspect.Parameter.KEYWORD_ONLY}
    assert set(BulkOptions.__annotations__) == expected.keys() - {"returning"}  # all are described


@pytest.mark.parametrize("call", CALLS)
def test_each_option_by_its_name(call: str, tmp_path: Path) -> None:
    reports: list[tuple[int, Any]] = []
    options: dict[str, Any] = {
        "batch_size": 1,
        "returning": "keys",
        "on_error": "collect",
        "workers": 2,
        "progress": lambda done, total: reports.append((done, total)),
    }
    if not call.endswith("by_query"):
        options["checkpoint"] = tmp_path / "c.json"
    table = Table([{"n": 1}, {"n": 2}])
    keys = CALLS[call](table.items(), **options)
    assert sorted(keys) == {"create_many": [3, 4], "upsert_many": [1, 3]}.get(call, [1, 2])
    assert reports[-1] == (2, 2)
    assert len([method for method, _ in table.calls if method in ("POST", "PATCH", "DELETE")]) == 2
    if "checkpoint" in options:
        assert CALLS[call](table.items(), **options).count == 0
    else:
        with pytest.raises(TypeError, match="checkpoint"):
            CALLS[call](table.items(), checkpoint=tmp_path / "c.json")
    result = CALLS[call](Table([{"n": 1}, {"n": 2}]).items(), returning=None)
    assert (list(result), result.count) == ([], 2)


def test_a_checkpoint_belongs_to_the_data_of_a_change(tmp_path: Path) -> None:
    table = Table([{"n": 1}, {"n": 2}])
    table.items().update_many([1, 2], {"n": 7}, checkpoint=tmp_path / "c.json")
    with pytest.raises(ConfigurationError, match="give each call a file of its own"):
        table.items().update_many([1, 2], {"n": 8}, checkpoint=tmp_path / "c.json")


def test_a_second_run_deletes_what_the_first_one_may_have_left(tmp_path: Path) -> None:
    table = Table([{"n": number} for number in range(4)])
    path = tmp_path / "c.json"

    def kill(request: Request) -> Any:
        if request.method == "DELETE" and 3 not in table.rows:
            raise KeyboardInterrupt
        return None

    table.after = kill
    with pytest.raises(KeyboardInterrupt):
        table.items().delete_many([1, 2, 3, 4], batch_size=2, checkpoint=path)
    table.rows[4] = {"id": 4, "n": 3}
    table.after = lambda request: None
    assert list(table.items().delete_many([1, 2, 3, 4], batch_size=2, checkpoint=path)) == [4]
    assert table.transport.json(-1) == [4]


@pytest.mark.parametrize("match_on", [None, "u"])
def test_upserts_at_once_write_each_item_once(match_on: str | None) -> None:
    table = Table([{"u": str(number), "n": 0} for number in range(20)])
    rows = [{"u": str(number % 40), "id": number % 40 + 1, "n": number} for number in range(80)]
    if match_on:
        rows = [{name: value for name, value in row.items() if name != "id"} for row in rows]
    result = table.items().upsert_many(rows, match_on, batch_size=5, workers=4)
    assert [row["n"] for row in result] == list(range(80))
    assert {row["u"]: row["n"] for row in table.rows.values()} == {str(number): number + 40 for number in range(40)}
    assert len(table.rows) == 40


def test_the_deletion_of_files_cannot_be_undone(tmp_path: Path) -> None:
    mock = MockTransport(lambda request: [])
    directus = Directus("https://cms.example.com", transport=mock)
    with pytest.raises(ConfigurationError, match=r"content of files is deleted with them.*Nothing was sent"):
        directus.files.delete_many(["a"], keep_before=tmp_path / "undo.ndjson")
    assert [request.method for request in mock.requests if request.method == "DELETE"] == []
    assert list(tmp_path.iterdir()) == []
