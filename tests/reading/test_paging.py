from __future__ import annotations

import gc
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from directus_sdk import DecodeError, Directus, InvalidQuery, Request, TruncatedResultWarning
from directus_sdk.testing.mock import MockTransport, error_response
from tests.table import Table


def numbered(count: int, **options: Any) -> Table:
    return Table([{"id": number, "name": f"n{number % 7}"} for number in range(1, count + 1)], **options)


def keys(rows: Any) -> list[Any]:
    return [row["id"] for row in rows]


# ----------------------------------------------------------------- key cursor
def test_number_keys_are_the_cursor() -> None:
    table = numbered(25)
    assert keys(table.items().iterate(page_size=10)) == list(range(1, 26))
    filters = [json.loads(query["filter"]) if "filter" in query else None for _, query in table.calls]
    assert filters == [None, {"id": {"_gt": 10}}, {"id": {"_gt": 20}}, {"id": {"_gt": 25}}]
    assert not any("offset" in query for _, query in table.calls)


def test_descending_keys_are_the_cursor_too() -> None:
    table = numbered(25)
    assert keys(table.items().iterate(page_size=10, sort="-id")) == list(range(25, 0, -1))
    assert json.loads(table.calls[1][1]["filter"]) == {"id": {"_lt": 16}}


def test_the_filter_of_the_caller_is_kept() -> None:
    table = numbered(50)
    found = table.items().iterate(page_size=3, filter={"name": {"_eq": "n1"}})
    assert keys(found) == [1, 8, 15, 22, 29, 36, 43, 50]
    assert json.loads(table.calls[1][1]["filter"]) == {"_and": [{"name": {"_eq": "n1"}}, {"id": {"_gt": 15}}]}


def test_dates_are_a_cursor() -> None:
    table = Table([{"day": f"2024-01-{day:02}"} for day in range(1, 31)], key="day", kind="date")
    assert len({row["day"] for row in table.items().iterate(page_size=7)}) == 30
    assert not any("offset" in query for _, query in table.calls)


def test_uuid_keys_are_paged_by_offset_without_a_vain_call() -> None:
    table = Table([{"name": str(number)} for number in range(25)], kind="uuid")
    assert len(set(keys(table.items().iterate(page_size=10)))) == 25
    assert [query.get("offset") for _, query in table.calls] == [None, "10", "20", "25"]


def test_texts_that_look_like_numbers_cost_one_refused_call() -> None:
    table = Table([{"id": str(number)} for number in range(100, 125)], kind="string")
    assert len(set(keys(table.items().iterate(page_size=10)))) == 25
    assert [query.get("offset") for _, query in table.calls] == [None, None, "10", "20", "25"]


def test_an_invalid_query_is_not_taken_for_a_key_that_cannot_be_compared() -> None:
    table = numbered(25)
    table.before = lambda request: error_response("INVALID_QUERY", 400, "nonsense") if len(table.calls) > 1 else None
    with pytest.raises(InvalidQuery, match="nonsense"):
        list(table.items().iterate(page_size=10))


def test_numbers_that_json_does_not_hold_are_no_cursor() -> None:
    table = Table([{"id": 2**53 + number} for number in range(1, 10)])
    assert len(list(table.items().iterate(page_size=4))) == 9
    assert [query.get("offset") for _, query in table.calls] == [None, "4", "8", "9"]


def test_a_cursor_that_lost_its_precision_is_given_up() -> None:
    # The database knows microseconds, the answer milliseconds: "_gt" would return the last item again.
    rows = [{"at": f"2024-01-01T00:00:00.{number:03}", "n": number} for number in range(9)]

    def answer(request: Request) -> Any:
        query = dict(request.params)
        rule = json.loads(query["filter"])["at"]["_gt"] if "filter" in query else ""
        start = int(query.get("offset", 0))
        found = [row for row in rows if str(row["at"]) >= rule][start:]
        return found[: int(query["limit"])]

    mock = MockTransport(answer)
    items = Directus("https://cms.example.com", transport=mock).items("things", primary_key="at")
    assert [row["n"] for row in items.iterate(page_size=4)] == list(range(9))


def test_other_sorts_get_the_key_as_their_last_word() -> None:
    table = numbered(25)
    found = list(table.items().iterate(page_size=10, sort="name"))
    assert len(set(keys(found))) == 25
    assert [row["name"] for row in found] == sorted(row["name"] for row in found)
    assert {query["sort"] for _, query in table.calls} == {"name,id"}


def test_the_key_is_added_to_the_fields_and_taken_out_again() -> None:
    table = numbered(25)
    found = list(table.items().iterate(page_size=10, fields=["name"]))
    assert found[0] == {"name": "n1"}
    assert len(found) == 25
    assert {query["fields"] for _, query in table.calls} == {"name,id"}


@pytest.mark.parametrize("fields", ["*.*", "*.title", ["name", "*.*.*"]])
def test_a_key_that_the_fields_hold_stays(fields: Any) -> None:
    mock = MockTransport([[{"id": 1, "name": "a"}], [], [{"id": 1, "name": "a"}]])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    assert items.read_all(fields=fields) == [{"id": 1, "name": "a"}]
    assert items.read_many([1], fields=fields) == [{"id": 1, "name": "a"}]
    wanted = fields if isinstance(fields, str) else ",".join(fields)
    assert {mock.query(index)["fields"] for index in range(2)} == {wanted}
    assert mock.json(2)["query"]["fields"] == fields


def test_groups_are_paged_by_what_they_are_grouped_by() -> None:
    mock = MockTransport([[{"name": "a", "count": 1}], [{"name": "b", "count": 2}], []])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    assert len(list(items.iterate(page_size=1, group_by="name", aggregate={"count": "*"}))) == 2
    assert [mock.query(index).get("sort") for index in range(3)] == ["name"] * 3


def test_equal_groups_keep_their_order_from_page_to_page() -> None:
    mock = MockTransport(lambda request: [])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    for sort, sent in (
        ("-count", "-count,name,year,month(date)"),
        (["-name"], "-name,year,month(date)"),
        ("-month(date),year,name", "-month(date),year,name"),
        (None, "name,year,month(date)"),
    ):
        items.read_all(group_by=["name", "year", "month(date)"], aggregate={"count": "*"}, sort=sort)
        assert mock.query()["sort"] == sent


@pytest.mark.parametrize("name", ["page", "offset", "export"])
def test_what_contradicts_every_page_is_refused(name: str) -> None:
    table = numbered(3)
    with pytest.raises(TypeError, match=name):
        table.items().iterate(**{name: "json" if name == "export" else 1})
    assert table.calls == []


def test_limit_is_the_total() -> None:
    table = numbered(50)
    assert keys(table.items().read_all(limit=25, page_size=10)) == list(range(1, 26))
    assert [query["limit"] for _, query in table.calls] == ["10", "10", "5"]


# --------------------------------------------------------------------- limits
def test_a_limit_of_the_server_is_learnt_and_kept_by_copies() -> None:
    table = numbered(120, cap=50)
    directus = table.directus()
    assert len(directus.items("things").read_all()) == 120
    assert [query["limit"] for _, query in table.calls] == ["1000", "50", "50", "50", "50"]
    directus.with_options(timeout=3).items("things").read_all(limit=60)
    assert [query["limit"] for _, query in table.calls][5:] == ["50", "10"]


def test_a_short_page_is_not_the_end() -> None:
    table = numbered(120, cap=50, silent=True)
    items = table.items()
    assert keys(items.iterate()) == list(range(1, 121))
    assert [query["limit"] for _, query in table.calls][:3] == ["1000", "1000", "50"]


def test_one_short_page_teaches_nothing() -> None:
    table = numbered(3)
    directus = table.directus()
    found = directus.items("things").iterate(page_size=10)
    next(found)
    table._insert({"name": "meanwhile"})
    assert len(list(found)) == 3
    assert directus.pipeline.limits.page is None


def test_items_that_others_add_one_by_one_at_the_end_teach_nothing() -> None:
    table = numbered(3)
    directus = table.directus()
    seen = 0
    for _ in directus.items("things").iterate(page_size=10):
        seen += 1
        if 3 <= seen < 8:
            table._insert({"name": "meanwhile"})
    assert (seen, directus.pipeline.limits.page) == (8, None)


def test_inserts_and_deletes_between_pages_move_nothing() -> None:
    table = numbered(100)
    seen: list[int] = []
    for row in table.items().iterate(page_size=10):
        seen.append(row["id"])
        if len(seen) % 10 == 5:
            table.rows.pop(seen[0], None)  # behind us: by offset, an item would be missed
            table.rows.pop(seen[-1], None)
            table._insert({"name": "new"})
    assert len(seen) == len(set(seen))
    assert set(range(1, 101)) <= set(seen)


def test_the_meta_of_the_first_page_is_kept() -> None:
    table = numbered(25)
    page = table.items().read_all(page_size=10, meta="*")
    assert page.meta.filter_count == 25
    assert ["meta" in query for _, query in table.calls] == [True, False, False, False]


def test_the_warning_of_a_cut_list_stands_at_the_line_of_the_caller() -> None:
    table = numbered(150)
    with pytest.warns(TruncatedResultWarning, match="things: the server returned 100 items and has more") as caught:
        table.items().read_many()
    assert caught[0].filename == __file__
    with pytest.warns(TruncatedResultWarning) as caught:
        table.items().read_by_query()
    assert caught[0].filename == __file__


# ------------------------------------------------------------------- prefetch
@pytest.fixture
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.mark.usefixtures("no_thread_left")
def test_prefetch_yields_the_same() -> None:
    table = numbered(35)
    assert keys(table.items().iterate(page_size=10, prefetch=True)) == list(range(1, 36))
    assert keys(table.items().read_all(page_size=10, prefetch=True)) == list(range(1, 36))
    assert list(Table().items().iterate(prefetch=True)) == []


@pytest.mark.usefixtures("no_thread_left")
def test_prefetch_is_one_page_ahead_and_no_more() -> None:
    table = numbered(100)
    asked = threading.Semaphore(0)
    table.after = lambda request: asked.release()
    found = table.items().iterate(page_size=10, prefetch=True)
    assert table.calls == []  # nothing is sent before the first item is wanted
    next(found)
    assert asked.acquire(timeout=10)
    assert asked.acquire(timeout=10)  # the second page comes while we look at the first one
    found.close()
    assert len(table.calls) == 2


@pytest.mark.parametrize("end", ["close", "forget"])
def test_an_abandoned_iterator_leaves_no_thread(end: str) -> None:
    table = numbered(100)
    released = threading.Event()
    table.before = lambda request: released.wait(10) and None if len(table.calls) == 2 else None
    found: Any = table.items().iterate(page_size=10, prefetch=True)
    next(found)
    # The next page is still on its way when the iterator is given up.
    timer = threading.Timer(0.2, released.set)
    timer.start()
    if end == "close":
        found.close()
    del found
    gc.collect()
    assert not [thread for thread in threading.enumerate() if thread.name == "directus-prefetch"]
    timer.join()


@pytest.mark.usefixtures("no_thread_left")
def test_an_error_of_the_next_page_comes_after_this_one() -> None:
    table = numbered(25)
    table.before = lambda request: error_response("FORBIDDEN", 403) if len(table.calls) == 3 else None
    seen: list[int] = []
    with pytest.raises(Exception, match="FORBIDDEN"):
        seen.extend(row["id"] for row in table.items().iterate(page_size=10, prefetch=True))
    assert seen == list(range(1, 21))


def test_prefetch_runs_in_the_context_of_the_caller() -> None:
    import contextvars

    tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant", default="nobody")
    tenant.set("us")
    seen: list[str] = []
    table = numbered(15)
    table.before = lambda request: seen.append(tenant.get())
    list(table.items().iterate(page_size=10, prefetch=True))
    assert set(seen) == {"us"}


# ----------------------------------------------------------------------- keys
def test_a_list_of_keys_is_read_whole_whatever_the_limit() -> None:
    table = numbered(300, cap=50)
    wanted = list(range(300, 0, -1))
    assert keys(table.items().read_many(wanted)) == wanted
    sizes = [len(json.loads(request.body)["keys"]) for request in table.transport.requests]
    assert sizes == [300, *[50] * 6]


def test_a_proxy_that_refuses_search_means_several_gets() -> None:
    table = numbered(2000)
    from directus_sdk import Response

    table.before = lambda request: Response(405, {"Content-Type": "text/html"}, b"no") if request.method == "SEARCH" else None
    assert len(table.items().read_many(list(range(1, 2001)))) == 2000
    assert [method for method, _ in table.calls].count("SEARCH") == 1


def test_an_answer_that_never_changes_ends_with_an_error() -> None:
    """A mock, or a proxy that drops the query, gives the same page for ever."""
    for rows in ([{"id": 1}], [{"id": 1}, {"id": 2}], [{"id": "a"}]):
        mock = MockTransport(lambda request, rows=rows: rows)
        with pytest.raises(DecodeError, match=r"the same .* items for two pages in a row"):
            Directus("https://cms.example.com", transport=mock).items("articles").read_all(page_size=2)
        assert len(mock.requests) < 5


READERS: dict[str, Any] = {
    "read_all": lambda items, **options: items.read_all(**options),
    "iterate": lambda items, **options: list(items.iterate(**options)),
    "read_frame": lambda items, **options: items.read_frame(**options),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_the_options_of_every_method_that_reads_everything(read: Any) -> None:
    items = Table([{"n": number} for number in range(25)]).items()
    seen: list[tuple[int, int | None]] = []
    rule = {"n": {"_lt": 20}}
    options = {"page_size": 8, "prefetch": True, "progress": lambda done, total: seen.append((done, total))}
    assert len(read(items, filter=rule, **options)) == 20
    assert seen == [(8, 20), (16, 20), (20, 20)]
    seen.clear()
    assert len(read(items, query={"filter": rule}, limit=10, **options)) == 10
    assert seen == [(8, 10), (10, 10)]
    with pytest.raises(TypeError, match="progress must be"):
        read(items, progress=5)


def test_the_readers_have_the_same_options_with_the_same_defaults() -> None:
    from inspect import signature

    from directus_sdk.handlers.read_only import ReadHandler
    from directus_sdk.reading.partitions import Partition

    names = ("page_size", "prefetch", "progress")
    methods = [getattr(owner, name) for owner in (ReadHandler, Partition) for name in READERS]
    options = [[(name, signature(method).parameters[name]) for name in names] for method in methods]
    assert all(each == options[0] for each in options)


def test_nothing_is_counted_without_progress() -> None:
    table = Table([{"n": number} for number in range(3)])
    table.items().read_all()
    assert not any("aggregate" in params for _, params in table.calls)
