from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest

from directus_sdk import ConfigurationError, Directus, NotFound, Response
from directus_sdk.testing.mock import MockTransport, error_response
from tests.table import Table


def numbered(count: int, **options: Any) -> Table:
    return Table([{"id": number, "sku": f"s{number}", "n": number % 10} for number in range(1, count + 1)], **options)


def methods(table: Table) -> list[str]:
    return [method for method, _ in table.calls]


# ------------------------------------------------------------------- one item
def test_204_means_done_but_not_to_be_read() -> None:
    mock = MockTransport(lambda request: Response(204))
    items = Directus("https://cms.example.com", transport=mock).items("things")
    assert items.create_one({"n": 1}) is None
    assert items.update_one(1, {"n": 1}) is None


def test_must_exist_looks_first() -> None:
    table = numbered(1)
    for call in (
        lambda: table.items().update_one(9, {"n": 1}, must_exist=True),
        lambda: table.items().delete_one(9, must_exist=True),
    ):
        with pytest.raises(NotFound, match="has no item 9"):
            call()
    assert methods(table) == ["SEARCH", "SEARCH"]


@pytest.mark.parametrize("item", ["text", 5, None, [1]])
def test_what_is_no_mapping_is_refused(item: Any) -> None:
    mock = MockTransport([])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    for call in (
        items.create_one,
        items.upsert_one,
        lambda data: items.update_one(1, data),
        lambda data: items.update_many([1], data),
    ):
        with pytest.raises(TypeError):
            call(item)
    assert mock.requests == []


def test_a_change_without_its_key_is_named() -> None:
    with pytest.raises(ValueError, match="item 1 has no 'id'"):
        numbered(2).items().update_batch([{"id": 1, "n": 0}, {"n": 0}])


# -------------------------------------------------------------- mass changes
def test_changes_by_query_never_stop_at_a_limit() -> None:
    table = numbered(250, cap=50)
    items = table.items()
    assert items.update_by_query({"filter": {"n": {"_lte": 8}}}, {"x": 1}).count == 225
    assert sum("x" in row for row in table.rows.values()) == 225
    assert items.delete_by_query({"filter": {"n": {"_eq": 9}}}) == list(range(9, 250, 10))
    assert len(table.rows) == 225


@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"filter": {}},
        {"filter": {"_or": []}},
        {"filter": {"n": {}}},
        {"filter": {"n": {"_between": [5]}}},
        {"filter": {"n": {"_in": []}}},
    ],
)
def test_a_filter_that_would_match_everything_is_refused(selection: Any) -> None:
    table = numbered(5)
    with pytest.raises(ValueError, match=r"."):
        table.items().delete_by_query(selection)
    with pytest.raises(ValueError, match=r"."):
        table.items().update_by_query(selection, {"n": 0})
    assert table.calls == []
    if selection.get("filter"):
        with pytest.raises(ValueError, match=r"."):
            table.items().delete_by_query(selection, all_items=True)
    assert len(table.rows) == 5


def test_everything_is_changed_only_when_that_is_said() -> None:
    table = numbered(5)
    assert table.items().delete_by_query({}, all_items=True).count == 5
    assert table.rows == {}


def test_a_dry_run_returns_the_keys() -> None:
    table = numbered(30)
    found = table.items().delete_by_query({"filter": {"n": {"_eq": 3}}}, dry_run=True)
    assert found == [3, 13, 23]
    assert found.count == 3
    assert set(methods(table)) == {"SEARCH"}


def test_more_than_max_affected_changes_nothing() -> None:
    table = numbered(30)
    with pytest.raises(ValueError, match="max_affected=2"):
        table.items().update_by_query({"filter": {"n": {"_eq": 3}}}, {"x": 1}, max_affected=2)
    assert set(methods(table)) == {"SEARCH"}
    assert table.items().update_by_query({"filter": {"n": {"_eq": 3}}}, {"x": 1}, max_affected=3, returning=None).count == 3
    assert table.items().delete_by_query({"filter": {"n": {"_eq": 4}}, "limit": 1}, max_affected=3) == [4]


def test_a_selection_takes_no_fields() -> None:
    with pytest.raises(TypeError, match="fields"):
        numbered(1).items().delete_by_query({"filter": {"n": {"_eq": 1}}, "fields": ["id"]})


def test_a_selection_without_the_key_says_to_name_it() -> None:
    mock = MockTransport(lambda request: [{"code": "a"}])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    with pytest.raises(ConfigurationError, match="primary_key="):
        items.delete_by_query({"filter": {"n": {"_eq": 1}}})


# --------------------------------------------------------------------- upsert
@attrs.define
class Thing:
    sku: str
    id: int | None = None
    n: int = 0
    note: str | None = None


def test_upserting_a_model_changes_what_equals_its_defaults() -> None:
    table = Table([{"id": 1, "sku": "a", "n": 7, "note": "old"}])
    things = table.directus().items("things", Thing)
    assert things.upsert_one(Thing("a"), "sku") == Thing("a", 1, 0, None)
    assert things.upsert_one(Thing("b", note="new"), "sku") == Thing("b", 2, 0, "new")
    assert things.upsert_one(Thing("c")) == Thing("c", 3)
    assert things.upsert_one(Thing("d", 3)) == Thing("d", 3)
    assert [row["sku"] for row in table.rows.values()] == ["a", "b", "d"]


def test_upserting_models_changes_what_equals_their_defaults() -> None:
    table = Table([{"id": 1, "sku": "a", "n": 7, "note": "old"}])
    things = table.directus().items("things", Thing)
    assert list(things.upsert_many([Thing("b", note="new"), Thing("a")], "sku")) == [
        Thing("b", 2, 0, "new"),
        Thing("a", 1, 0, None),
    ]


def test_upsert_many_takes_three_calls() -> None:
    table = numbered(100)
    rows = [{"sku": f"s{number}", "n": -number} for number in range(91, 111)]
    result = table.items().upsert_many(rows, "sku")
    assert methods(table) == ["SEARCH", "PATCH", "POST"]
    assert [row["sku"] for row in result] == [row["sku"] for row in rows]
    assert result.count == 20
    assert len(table.rows) == 110
    assert {row["sku"]: row["n"] for row in table.rows.values() if row["n"] < 0} == {row["sku"]: row["n"] for row in rows}


def test_upsert_many_by_the_key() -> None:
    table = numbered(3)
    result = table.items().upsert_many([{"id": 2, "n": 22}, {"n": 4}, {"id": 50, "n": 5}])
    assert [(row["id"], row["n"]) for row in result] == [(2, 22), (4, 4), (50, 5)] or [row["n"] for row in result] == [22, 4, 5]
    assert len(table.rows) == 5


def test_a_value_that_comes_twice_is_created_once() -> None:
    table = Table()
    result = table.items().upsert_many([{"sku": "a", "n": 1}, {"sku": "b", "n": 2}, {"sku": "a", "n": 3}], "sku")
    assert [row["sku"] for row in result] == ["a", "b", "a"]
    assert {row["sku"]: row["n"] for row in table.rows.values()} == {"a": 3, "b": 2}


def test_another_case_is_another_item() -> None:
    table = Table([{"sku": "a", "n": 0}])
    result = table.items().upsert_many([{"sku": "A", "n": 1}, {"sku": "a", "n": 2}], "sku")
    assert [(row["sku"], row["n"]) for row in result] == [("A", 1), ("a", 2)]
    assert len(table.rows) == 2


def test_upsert_when_somebody_else_is_faster() -> None:
    table = Table(unique="sku")

    def faster(request: Any) -> None:
        if request.method == "POST" and not table.rows:
            table._insert({"sku": "a", "n": 0})

    table.before = faster
    result = table.items().upsert_many([{"sku": "a", "n": 1}, {"sku": "b", "n": 2}], "sku")
    assert [row["n"] for row in result] == [1, 2]
    assert len(table.rows) == 2
    table.rows.clear()
    assert table.items().upsert_one({"sku": "a", "n": 7}, "sku")["n"] == 7


def test_a_field_that_is_not_unique_is_no_match() -> None:
    table = Table([{"sku": "a"}, {"sku": "a"}, {"sku": "b"}])
    with pytest.raises(ValueError, match="more than one item of things has sku = 'a'"):
        table.items().upsert_many([{"sku": "b"}, {"sku": "a"}], "sku")
    with pytest.raises(ValueError, match="more than one item"):
        table.items().upsert_one({"sku": "a"}, "sku")
    with pytest.raises(ValueError, match="item 1 has no 'sku'"):
        table.items().upsert_many([{"sku": "b"}, {"n": 1}], "sku")
    assert set(methods(table)) == {"SEARCH"}


def test_upsert_names_the_bad_item() -> None:
    table = Table([{"sku": "s3"}])
    rows: list[dict[str, Any]] = [{"sku": f"s{number}"} for number in range(10)]
    rows[6]["bad"] = [400, "FAILED_VALIDATION"]
    result = table.items().upsert_many(rows, "sku", on_error="collect")
    assert [entry.index for entry in result.errors] == [6]
    assert result.count == 9
    assert len(table.rows) == 9


def test_upsert_under_a_limit_of_the_server() -> None:
    table = numbered(200, cap=50)
    rows = [{"sku": f"s{number}", "n": -1} for number in range(101, 301)]
    assert table.items().upsert_many(rows, "sku", returning=None).count == 200
    assert len(table.rows) == 300


# ----------------------------------------------------------------------- sync
def test_a_plan_is_shown_before_it_is_done() -> None:
    table = numbered(10)
    rows = [{"sku": "s1", "n": 1}, {"sku": "s2", "n": 99, "name": None}, {"sku": "new", "n": 0}]
    plan = table.items().sync(rows, match_on="sku", delete_missing=True)
    assert str(plan) == "+1 ~1 -8 =1"
    assert plan.update == [{"id": 2, "n": 99}]
    assert set(methods(table)) == {"GET", "SEARCH"}  # the types of the fields, and the items
    done = plan.apply()
    assert (done.created, done.updated, done.deleted, done.count) == ([11], [2], list(range(3, 11)), 10)
    assert done
    assert done.ok
    assert str(table.items().sync(rows, match_on="sku", delete_missing=True)) == "+0 ~0 -0 =3"


def test_a_plan_takes_the_options_of_every_call() -> None:
    table = numbered(10)
    rows = [{"sku": "s1", "n": 99}, {"sku": "s2", "n": 99}, {"sku": "new", "n": 0}]
    plan = table.items().sync(rows, match_on="sku", delete_missing=True)
    for options in ({"generate_keys": True}, {"colour": 1}):
        with pytest.raises(TypeError, match=next(iter(options))):
            plan.apply(**options)
    assert set(methods(table)) == {"GET", "SEARCH"}  # the types of the fields, and the items
    assert plan.apply(batch_size=1, on_error="collect", returning=None, fields=["id"]).count == 11
    assert methods(table)[-11:] == ["POST", *["PATCH"] * 2, *["DELETE"] * 8]


def test_without_delete_missing_only_the_rows_are_looked_up() -> None:
    table = numbered(5000)
    assert str(table.items().sync([{"sku": "s4999", "n": 9}, {"sku": "s1", "n": 1}], match_on="sku")) == "+0 ~0 -0 =2"
    paths = [urlsplit(request.url).path for request in table.transport.requests]
    assert paths == ["/fields/things", "/server/specs/oas", "/items/things"]


def test_sync_of_a_part() -> None:
    table = numbered(20)
    plan = table.items().sync([{"id": 3, "n": 3}], delete_missing=True, filter={"n": {"_eq": 3}})
    assert plan.delete == [13]
    assert str(plan) == "+0 ~0 -1 =1"


@pytest.mark.parametrize("query", [{"filter": {"n": {"_eq": 3}}}, {"n": {"_eq": 3}}])
def test_sync_takes_a_query_or_a_filter(query: dict[str, Any]) -> None:
    items = numbered(12).items()
    assert str(items.sync([{"id": 3, "n": 3}], delete_missing=True, query=query)) == "+0 ~0 -0 =1"
    with pytest.raises(TypeError, match="filter is given twice"):
        items.sync([], query=query, filter={"n": {"_eq": 3}})
    with pytest.raises(TypeError, match="it takes no limit"):
        items.sync([], query={"filter": {}, "limit": 3})


def test_sync_of_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "things.csv"
    path.write_text("sku,n,flag,price,name\ns1,1,true,1.50,\ns2,7,false,2,x\ns3,3,true,3,\n", encoding="utf-8-sig")
    table = Table(
        [
            {"id": 1, "sku": "s1", "n": 1, "flag": True, "price": 1.5, "name": None},
            {"id": 2, "sku": "s2", "n": 7, "flag": True, "price": 2, "name": "x"},
        ]
    )
    plan = table.items().sync(path, match_on="sku")
    assert str(plan) == "+1 ~1 -0 =1"
    assert plan.update == [{"id": 2, "flag": False}]
    assert (plan.create[0]["name"], plan.create[0]["flag"]) == (None, True)
    for text, message in (
        ("sku,n\ns1,1,2\n", "line 2 of .*things.csv has more values"),
        ("sku,n,name\ns1,1,\ns2,7\n", "line 3 of .*things.csv has fewer values than there are columns: 'name'"),
        ("sku,n,n\ns1,1,1\n", "more than one column of .*things.csv is named 'n'"),
    ):
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            table.items().sync(path, match_on="sku")


def test_sync_of_a_frame() -> None:
    import pandas as pd

    table = Table([{"id": 1, "sku": "a", "day": "2024-01-01T00:00:00", "n": None}])
    frame = pd.DataFrame({"sku": ["a", "b"], "day": pd.to_datetime(["2024-01-01", "2024-01-02"]), "n": [None, 2.0]})
    assert str(table.items().sync(frame, match_on="sku")) == "+1 ~0 -0 =1"


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([{"sku": "a"}, {"sku": "a"}], "more than one row has sku = 'a'"),
        ([{"n": 1}], "row 0 has no 'sku'"),
        ([{"sku": "dup"}], "more than one item of things has sku = 'dup'"),
        ([], "would delete everything"),
    ],
)
def test_sync_refuses_what_it_cannot_match(rows: Any, text: str) -> None:
    table = Table([{"sku": "dup"}, {"sku": "dup"}])
    with pytest.raises(ValueError, match=text):
        table.items().sync(rows, match_on="sku", delete_missing=True)
    assert len(table.rows) == 2


def test_sync_refuses_what_is_no_table() -> None:
    for rows in (5, {"sku": "a"}, ["a"], b"x"):
        with pytest.raises(TypeError):
            Table().items().sync(rows, match_on="sku")


@pytest.mark.parametrize("name", ["meta.x", "", " "])
def test_a_name_with_a_dot_is_refused_before_anything_is_sent(name: str) -> None:
    import pandas as pd

    table = numbered(2)
    directus = table.directus()
    items, bad = table.items(), {"id": 1, name: 1}
    many = [*({"id": 1} for _ in range(5_000)), bad]
    frame = pd.DataFrame(many)
    calls: list[Any] = [
        lambda: items.create_one(bad), lambda: items.update_one(1, bad), lambda: items.upsert_one(bad),
        lambda: items.update_many([1], bad), lambda: items.update_by_query({"filter": {"n": {"_eq": 1}}}, bad),
        lambda: directus.singleton("things").update(bad), lambda: directus.users.create_one(bad),
        lambda: directus.users.me.update(bad), lambda: directus.files.upload(b"x", bad), lambda: directus.versions.save(1, bad),
        lambda: items.version(1, "draft").save(bad),
    ]  # fmt: skip
    sources: list[Any] = [lambda: many, lambda: frame, lambda: tuple(many), lambda: iter([bad])]
    for rows in sources:
        calls += [
            lambda rows=rows: items.create_many(rows()), lambda rows=rows: items.update_batch(rows()),
            lambda rows=rows: items.upsert_many(rows()),
        ]  # fmt: skip
    if "." not in name:
        calls += [lambda: items.sync(many), lambda: items.sync(tuple(many)), lambda: items.sync(frame)]
    calls += [lambda: items.create_many(many, on_error="collect"), lambda: directus.roles.create_many(many)]
    for call in calls:
        with pytest.raises(ValueError, match=f"no field has .*{name!r}|column 2 of the frame has no name"):
            call()
    assert {method for method, _ in table.calls} <= {"GET"}  # the types of the fields, for the columns of a frame
    dotted = [{"id": 1, "meta.x": 1}]  # whether it is a part of a related item, the fields show
    with pytest.raises(ValueError, match=r"no field has a dot.*'meta\.x'"):
        items.sync(dotted)


def test_a_collection_that_is_a_singleton_says_so_when_it_is_written() -> None:
    mock = MockTransport(lambda request: error_response("ROUTE_NOT_FOUND", 404, "Route /items/globals doesn't exist."))
    items = Directus("https://cms.example.com", transport=mock).items("globals")
    for call in (
        lambda: items.create_one({"n": 1}),
        lambda: items.create_many([{"n": 1}]),
        lambda: items.update_one(1, {"n": 1}),
    ):
        with pytest.raises(TypeError, match=r"directus\.singleton\('globals'\)"):
            call()


# ------------------------------------------------------------------ keywords
KEYWORDS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "create_one": (lambda items: items.create_one(item={"n": 1}, query={"fields": ["n"]}), "POST"),
    "create_many": (lambda items: items.create_many(items=[{"n": 1}], query={"fields": ["n"]}), "POST"),
    "update_one": (lambda items: items.update_one(key=1, data={"n": 1}, query={"fields": ["n"]}), "PATCH"),
    "update_many": (lambda items: items.update_many(keys=[1], data={"n": 1}, query={"fields": ["n"]}), "PATCH"),
    "update_batch": (lambda items: items.update_batch(items=[{"id": 1, "n": 1}], query={"fields": ["n"]}), "PATCH"),
    "upsert_one": (lambda items: items.upsert_one(item={"u": "a"}, match_on="u", query={"fields": ["n"]}), "PATCH"),
    "upsert_many": (lambda items: items.upsert_many(items=[{"u": "a"}], match_on="u", query={"fields": ["n"]}), "PATCH"),
    "delete_many": (lambda items: items.delete_many(keys=[1]), "DELETE"),
}


@pytest.mark.parametrize("method", KEYWORDS)
def test_every_parameter_of_a_write_is_a_keyword_too(method: str) -> None:
    call, sent = KEYWORDS[method]
    table = Table([{"n": 0, "u": "a"}])
    call(table.items())
    assert table.calls[-1][0] == sent
