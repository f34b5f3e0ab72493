from __future__ import annotations

import pickle
import warnings
from typing import Any

import pytest

from directus_sdk import ConfigurationError, Directus, Forbidden, NotFound, Request, Response, TruncatedResultWarning
from directus_sdk.testing.mock import MockTransport, error_response, json_response
from tests.table import Table


def test_read_one_quotes_its_key() -> None:
    mock = MockTransport([{"id": "a/b"}])
    Directus("https://cms.example.com", transport=mock).items("things").read_one("a/b")
    assert mock.last.url.endswith("/items/things/a%2Fb")


@pytest.mark.parametrize("key", ["", "..", None, True, [1]])
def test_a_key_that_cannot_be_one_sends_nothing(key: Any) -> None:
    mock = MockTransport([])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    for call in (items.read_one, items.exists, items.delete_one):
        with pytest.raises((ValueError, TypeError)):
            call(key)
    assert mock.requests == []


def test_exists_asks_by_filter() -> None:
    items = Table([{"id": 3}]).items()
    assert items.exists(3)
    assert not items.exists(4)


def test_first_count_and_exists() -> None:
    table = Table([{"n": 2}, {"n": 1}])
    items = table.items()
    assert items.first(sort="n")["n"] == 1
    assert items.first(filter={"n": {"_eq": 9}}) is None
    assert items.count() == 2
    assert items.count({"n": {"_eq": 1}}) == 1


def test_missing_keys_are_skipped_or_named() -> None:
    items = Table([{"id": 1}, {"id": 2}]).items()
    assert items.read_many([2, 9, 1]) == [{"id": 2}, {"id": 1}]
    with pytest.raises(NotFound, match=r"1 of 3 keys do not exist.*9"):
        items.read_many([2, 9, 1], missing="raise")
    with pytest.raises(ValueError, match="missing"):
        items.read_many([1], missing="ignore")
    with pytest.raises(TypeError):
        items.read_many(missing="raise")


@pytest.mark.parametrize("missing", ["skip", "raise"])
def test_items_without_the_configured_key_are_not_missing(missing: str) -> None:
    mock = MockTransport(lambda request: json_response({"data": [{"code": "a"}, {"code": "b"}]}))
    with pytest.raises(ConfigurationError, match="name it"):
        Directus("https://cms.example.com", transport=mock).items("things").read_many(["a", "b"], missing=missing)


def test_no_keys_send_nothing() -> None:
    table = Table()
    assert table.items().read_many([]) == []
    assert table.calls == []


@pytest.mark.parametrize("name", ["limit", "offset", "page", "sort", "aggregate"])
def test_keys_go_with_no_paging(name: str) -> None:
    value: Any = {"count": "*"} if name == "aggregate" else "id" if name == "sort" else 1
    with pytest.raises(TypeError, match=name):
        Table().items().read_many([1], **{name: value})


def test_the_key_is_taken_out_where_nobody_asked_for_it() -> None:
    items = Table([{"id": 1, "n": 5}, {"id": 2, "n": 6}]).items()
    assert items.read_many([2, 1], fields=["n"]) == [{"n": 6}, {"n": 5}]
    assert items.read_many([2], fields="n,id") == [{"n": 6, "id": 2}] or items.read_many([2], fields="n,id")[0]["id"] == 2


def test_two_queries_are_one_too_many() -> None:
    with pytest.raises(TypeError):
        Table().items().read_many({"limit": 1}, {"limit": 2})
    with pytest.raises(TypeError, match="twice"):
        Table().items().read_many({"limit": 1}, limit=2)


def test_a_singleton_read_as_items_says_what_to_use() -> None:
    mock = MockTransport(lambda request: {"id": 1, "title": "x"})
    items = Directus("https://cms.example.com", transport=mock).items("globals")
    for read in (items.read_many, items.read_all, items.first, items.count, lambda: list(items.iterate())):
        with pytest.raises(TypeError, match=r"directus\.singleton\('globals'\)"):
            read()


def test_a_key_of_another_name_is_explained() -> None:
    text = 'You don\'t have permission to access field "id" in collection "things" or it does not exist.'
    mock = MockTransport(lambda request: error_response("FORBIDDEN", 403, text))
    items = Directus("https://cms.example.com", transport=mock).items("things")
    for call in (lambda: list(items.iterate()), lambda: items.exists(1), lambda: items.read_many([1, 2])):
        with pytest.raises(Forbidden, match=r"name it: directus\.items"):
            call()


def test_aggregates_need_a_function() -> None:
    with pytest.raises(ValueError, match="functions"):
        Table().items().aggregate({})


# ----------------------------------------------------------------- partitions
@pytest.mark.parametrize("kind", ["integer", "uuid"])
@pytest.mark.parametrize("count", [1, 3, 7, 50])
def test_partitions_hold_each_item_once(kind: str, count: int) -> None:
    table = Table([{"n": number} for number in range(25)], kind=kind)
    directus = table.directus()
    parts = pickle.loads(pickle.dumps(directus.items("things").partitions(count)))
    sizes = [len(part.read_all(directus)) for part in parts]
    assert sum(sizes) == 25
    assert max(sizes) - min(sizes) <= 1 or kind == "uuid"
    assert len(parts) <= count
    assert {row["n"] for part in parts for row in part.iterate(directus)} == set(range(25))


def test_partitions_keep_the_query_and_hold_no_token() -> None:
    table = Table([{"n": number % 5, "name": "x"} for number in range(50)])
    directus = table.directus()
    parts = directus.items("things").partitions(4, filter={"n": {"_lte": 1}}, fields=["n"])
    assert [row for part in parts for row in part.read_all(directus)] == [{"n": 0}, {"n": 1}] * 10
    assert b"secret" not in pickle.dumps(parts)
    assert [part.index for part in parts] == [0, 1, 2, 3]
    assert sum(len(part.read_frame(directus)) for part in parts) == 20


def test_rows_that_the_server_adds_to_each_list_are_in_one_partition() -> None:
    own, added = [{"id": 1}, {"id": 2}], [{"collection": "a", "system": True}, {"collection": "b", "system": True}]

    def send(request: Request) -> Response:
        counted = "aggregate" in str(request.params) or b"aggregate" in bytes(request.body or b"")
        after = "_gt" in str(request.params) or "offset" in str(request.params)
        return json_response({"data": [{"countDistinct": {"id": 2}}] if counted else [*([] if after else own), *added]})

    directus = Directus("https://cms.example.com", transport=MockTransport(send))
    parts = directus.permissions.partitions(2)
    assert [row for part in parts for row in part.read_all(directus)] == [*added, *own]


def test_partitions_of_a_collection_whose_key_is_not_returned() -> None:
    mock = MockTransport(lambda request: json_response({"data": [{"countDistinct": 9}]}))
    with pytest.raises(ConfigurationError, match="name it"):
        Directus("https://cms.example.com", transport=mock).items("things").partitions(2)


def test_partitions_of_nothing() -> None:
    directus = Table().directus()
    (part,) = directus.items("things").partitions(4, fields=["n", "name"])
    assert part.read_all(directus) == []
    assert list(part.read_frame(directus).columns) == ["n", "name"]


@pytest.mark.parametrize("options", [{"sort": "n"}, {"limit": 3}, {"offset": 3}])
def test_partitions_have_no_order(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Table().items().partitions(2, **options)
    with pytest.raises(ValueError, match="count"):
        Table().items().partitions(0)


# ------------------------------------------------------------- lists that were cut
def listed(info: Any, rows: int) -> MockTransport:
    """A server that has `rows` items, returns at most five, and tells `info` of itself."""

    def answer(request: Any) -> Any:
        if request.url.endswith("/server/info"):
            return info
        query = dict(request.params)
        start, limit = int(query.get("offset", 0)), int(query.get("limit", 5))
        return [{"id": number} for number in range(rows)][start : start + limit]

    return MockTransport(answer)


@pytest.mark.parametrize(
    ("info", "rows", "requests"),
    [
        ({"project": {}, "queryLimit": {"default": 5, "max": -1}}, 6, 3),
        ({"project": {}, "queryLimit": {"default": 100, "max": 5}}, 6, 3),
        ({"project": {}}, 6, 3),  # what a visitor sees
        ({"project": {}, "queryLimit": {"default": 5, "max": -1}}, 5, 3),
        ({"project": {}}, 5, 3),
        ({"project": {}, "queryLimit": {"default": 100, "max": -1}}, 5, 2),
        ({"project": {}, "queryLimit": {"default": 5, "max": -1}}, 4, 1),
        (error_response("FORBIDDEN", 403, "no"), 6, 2),  # not the server itself: the usual limit holds
    ],
)
def test_whether_a_list_was_cut_is_asked_where_it_may_have_been(info: Any, rows: int, requests: int) -> None:
    mock = listed(info, rows)
    items = Directus("https://cms.example.com", transport=mock).items("things")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(items.read_many(fields=["id"])) == min(rows, 5)
    assert [warning.category for warning in caught] == [TruncatedResultWarning] * (rows == 6 and requests == 3)
    assert len(mock.requests) == requests
    if requests == 3:
        assert dict(mock.last.params) == {"fields": "id", "limit": "1", "offset": "5"}


def test_the_limits_are_asked_for_once_by_a_client_and_its_copies() -> None:
    mock = listed({"project": {}, "queryLimit": {"default": 100, "max": -1}}, 5)
    directus = Directus("https://cms.example.com", transport=mock)
    for client in (directus, directus.with_options(timeout=5), directus):
        client.items("things").read_many()
    assert len(mock.requests) == 4


SAID = 'You don\'t have permission to access collection "things" or it does not exist.'


@pytest.mark.parametrize(
    "call",
    [
        lambda items: items.count(),
        lambda items: items.count({"id": {"_eq": 1}}),
        lambda items: items.read_many(filter={"id": {"_gt": 1}}),
        lambda items: items.read_all(sort="id"),
        lambda items: items.first(filter={"id": {"_gt": 1}}),
    ],
)
def test_what_a_message_says_of_the_call_is_not_what_the_server_said(call: Any) -> None:
    mock = MockTransport(lambda request: error_response("FORBIDDEN", 403, SAID))
    with pytest.raises(Forbidden) as caught:
        call(Directus("https://cms.example.com", transport=mock).items("things"))
    assert len(mock.requests) == 1
    assert "primary_key=" not in str(caught.value)


LONG = {"author": {"_filter": {"n": {"_in": list(range(2000))}}, "_limit": 1}}


@pytest.mark.parametrize(
    ("read", "more"),
    [
        (lambda items: items.read_one(7, deep=LONG), {}),
        (lambda items: items.version(7, "draft").read(deep=LONG), {"version": "draft"}),
    ],
)
def test_one_item_with_a_query_that_is_too_long_for_an_address(read: Any, more: dict[str, Any]) -> None:
    mock = MockTransport([[{"id": 7}]])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    assert read(items) == {"id": 7}
    assert (mock.last.method, mock.path()) == ("SEARCH", "/items/things")
    assert mock.json() == {"keys": [7], "query": {"deep": LONG, "limit": 1, "meta": [], **more}}


def test_an_item_that_is_not_there_is_the_same_error_however_long_the_query_is() -> None:
    replies = iter([[], error_response("FORBIDDEN", 403, "You don't have permission to access this.")])
    mock = MockTransport(lambda request: next(replies))
    with pytest.raises(Forbidden, match="access this"):
        Directus("https://cms.example.com", transport=mock).items("things").read_one(7, deep=LONG)
    assert [request.method for request in mock.requests] == ["SEARCH", "GET"]
