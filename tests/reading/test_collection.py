"""How look-ups are sent; that they find what is there, see `tests.live.test_cache`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from directus_sdk import APIError, DecodeError, Directus, Forbidden, MethodNotAllowed, PayloadTooLarge, Response
from directus_sdk.testing.mock import MockTransport, error_response, json_response
from tests.table import Table

#: What stands between us and a server, and does not know SEARCH.
PROXIES = [
    Response(405, {"Content-Type": "text/html"}, b"<h1>no</h1>"),
    Response(501, {"Content-Type": "text/html"}, b"<h1>no</h1>"),
    Response(404, {"Content-Type": "text/plain"}, b"no"),
    Response(403, {"Content-Type": "application/json"}, b'{"message": "Missing Authentication Token"}'),
    Response(400, {}, b""),
]


def behind(table: Table, answer: Response) -> Table:
    table.before = lambda request: answer if request.method == "SEARCH" else None
    return table


def table_gets(table: Table) -> list[dict[str, str]]:
    requests = [request for request in table.transport.requests if request.method == "GET"]
    return [dict(request.params) for request in requests if "/items/" in request.url]


def skus(count: int, size: int = 5) -> Table:
    return Table([{"id": number, "sku": f"{number:0{size}}", "n": 0} for number in range(1, count + 1)])


@pytest.mark.parametrize("answer", PROXIES)
def test_where_search_is_refused_a_get_that_no_cache_knows_does_it(answer: Response) -> None:
    table = behind(skus(3), answer)
    items = table.items()
    assert items.exists(1)
    assert not items.exists(9)
    assert [row["id"] for row in items.read_many([3, 1])] == [3, 1]
    assert items.upsert_one({"sku": "00002", "n": 1}, "sku")["id"] == 2
    assert items.delete_by_query({"filter": {"id": {"_gt": 1}}}, dry_run=True) == [2, 3]
    assert str(items.sync([{"sku": "00002", "n": 1}], match_on="sku")) == "+0 ~0 -0 =1"
    gets = [query["deep"] for query in table_gets(table)]
    assert len(gets) == len(set(gets)) > 5


@pytest.mark.parametrize("answer", PROXIES)
def test_where_search_is_refused_many_values_are_several_gets(answer: Response) -> None:
    table = behind(skus(900), answer)
    rows = [{"sku": f"{number:05}", "n": 1} for number in range(1, 901)]
    assert str(table.items().sync(rows, match_on="sku")) == "+0 ~900 -0 =0"
    lengths = [len(json.dumps(query)) for query in table_gets(table)]
    assert len(lengths) > 2
    assert max(lengths) < 4_000


def test_a_selection_that_is_too_long_for_a_get_says_what_to_do() -> None:
    table = behind(skus(3), PROXIES[0])
    with pytest.raises(MethodNotAllowed, match="SEARCH is refused, and the query is too long"):
        table.items().delete_by_query({"filter": {"sku": {"_in": [f"{number:09}" for number in range(900)]}}})
    assert len(table.rows) == 3


@pytest.mark.parametrize("answer", PROXIES)
def test_a_query_that_is_too_long_for_a_get_says_what_to_do(answer: Response) -> None:
    items = behind(skus(3), answer).items()
    wanted = {"sku": {"_in": [f"{number:09}" for number in range(900)]}}
    for call in (
        lambda: items.read_many(filter=wanted),
        lambda: items.read_all({"filter": wanted}),
        lambda: list(items.iterate(filter=wanted, prefetch=True)),
        lambda: items.first(filter=wanted),
        lambda: items.count(wanted),
        lambda: items.aggregate({"count": "*"}, filter=wanted),
        lambda: items.read_frame(filter=wanted),
    ):
        with pytest.raises(APIError, match="SEARCH is refused, and the query is too long"):
            call()


def test_what_the_server_itself_refuses_is_not_asked_again() -> None:
    mock = MockTransport(lambda request: error_response("FORBIDDEN", 403))
    with Directus("https://cms.example.com", transport=mock) as directus:
        with pytest.raises(Forbidden):
            directus.items("things").delete_by_query({"filter": {"id": {"_eq": 1}}})
        assert len(mock.requests) == 1
        with pytest.raises(Forbidden):
            directus.items("things").exists(1)
        assert {request.method for request in mock.requests} == {"SEARCH"}


@pytest.mark.parametrize("payload", [1_000_000, 20_000, 700])
def test_keys_and_values_are_split_by_bytes(payload: int) -> None:
    table = skus(60, size=120)
    table.payload = payload
    keys = [row["sku"] for row in table.rows.values()]
    by_sku = Table(list(table.rows.values()), key="sku")
    by_sku.payload = payload
    assert [row["sku"] for row in by_sku.items().read_many(keys, missing="raise")] == keys
    assert str(table.items().sync([{"sku": key, "n": 1} for key in keys], match_on="sku")) == "+0 ~60 -0 =0"


def test_a_default_server_takes_ten_thousand_long_keys() -> None:
    table = Table([{"id": f"{number:0155}"} for number in range(10_000)])
    table.payload = 1_000_000
    keys = list(table.rows)
    assert [row["id"] for row in table.items().read_many(keys)] == keys
    assert all(len(request.body) < 1_000_000 for request in table.transport.requests if isinstance(request.body, bytes))


def test_one_key_that_is_too_long_ends_it() -> None:
    table = skus(1)
    table.payload = 100
    with pytest.raises(PayloadTooLarge):
        table.items().read_many(["x" * 200, "y"])


@pytest.mark.parametrize(("name", "pages"), [("mine", 1), ("", 1), (True, 1), (7, 1), ("null", 2), ("$NOW", 2)])
def test_only_rows_of_that_value_are_changed(name: Any, pages: int) -> None:
    """A server may return another row than was asked for, as SQLite does for truth values."""
    found: list[Any] = [[{"id": 1, "name": "other"}], []]
    mock = MockTransport([*found[:pages], {"id": 2}])
    with Directus("https://cms.example.com", transport=mock) as directus:
        assert directus.items("things").upsert_one({"name": name}, "name") == {"id": 2}
    assert [request.method for request in mock.requests] == [*["SEARCH"] * pages, "POST"]
    if pages == 1 and name == "":  # the server refuses to compare with it
        assert mock.json(0)["query"]["filter"] == {"name": {"_in": [""]}}
    elif pages == 1:  # fields of truth values know no _in
        assert mock.json(0)["query"]["filter"] == {"name": {"_eq": name}}


#: What a real server returns to a SEARCH without a body: its first items, with every field.
def without_body(table: Table, cap: int = 100) -> Table:
    def ignored(request: Any) -> Response | None:
        rows = {"data": list(table.rows.values())[:cap]}
        return json_response(rows, headers={"X-Powered-By": "Directus"}) if request.method == "SEARCH" else None

    table.before = ignored
    return table


def test_where_the_body_of_a_search_is_dropped_nothing_else_is_taken_for_the_result() -> None:
    table = without_body(skus(4))
    items = table.items()
    assert items.delete_by_query({"filter": {"id": {"_eq": 3}}, "limit": 1}, dry_run=True) == [3]
    assert items.delete_by_query({"filter": {"id": {"_eq": 9}}, "limit": 4}) == []
    assert items.update_by_query({"filter": {"id": {"_gt": 3}}}, {"n": 5}, returning="keys") == [4]
    assert not items.exists(9)
    assert [row["id"] for row in items.read_many([3, 1, 9])] == [3, 1]
    assert items.upsert_one({"sku": "00002", "n": 1}, "sku")["id"] == 2
    assert str(items.sync([{"sku": "00002", "n": 1}], match_on="sku")) == "+0 ~0 -0 =1"
    assert [row["n"] for row in table.rows.values()] == [0, 1, 0, 5]


def test_a_table_of_keys_alone_shows_a_dropped_body_too() -> None:
    table = without_body(Table([{"id": 1}, {"id": 2}]))
    assert table.items().delete_by_query({"filter": {"id": {"_eq": 9}}, "limit": 2}) == []
    assert sorted(table.rows) == [1, 2]


def test_a_long_query_whose_body_is_dropped_says_so() -> None:
    table = without_body(skus(4))
    wanted = {"sku": {"_in": [f"{number:09}" for number in range(900)]}}
    for call in (
        lambda: table.items().read_many(filter=wanted),
        lambda: table.items().read_all(filter=wanted),
        lambda: table.items().delete_by_query({"filter": wanted}),
        lambda: table.items().read_many(filter=wanted, export="csv"),
        lambda: table.items().read_by_query({"filter": wanted, "export": "json"}),
    ):
        with pytest.raises(DecodeError, match="drops the body of the request"):
            call()
    assert len(table.rows) == 4


def test_a_stand_in_for_a_server_needs_no_meta() -> None:
    mock = MockTransport(lambda request: json_response({"data": [{"id": 1}]}))
    with Directus("https://cms.example.com", transport=mock) as directus:
        wanted = {"sku": {"_in": [f"{number:09}" for number in range(900)]}}
        assert directus.items("things").read_many(filter=wanted, limit=5) == [{"id": 1}]
        assert directus.items("things").read_many([1]) == [{"id": 1}]
    assert [request.method for request in mock.requests] == ["SEARCH", "SEARCH"]
