from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from directus_sdk import (
    BulkError,
    ConfigurationError,
    ConnectionFailed,
    Directus,
    Forbidden,
    InvalidCredentials,
    ModelError,
    OrderUnknown,
    RecordNotUnique,
    Request,
    ServerError,
    Timeout,
)
from directus_sdk.testing.mock import MockTransport, error_response
from directus_sdk.writing.checkpoint import BulkCheckpoint
from directus_sdk.writing.chunks import ROWS
from tests.table import Table


def rows(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [{"n": number} for number in range(start, start + count)]


def numbers(found: Any) -> list[int]:
    return [row["n"] for row in found]


def sizes(table: Table) -> list[int]:
    return [len(table.transport.json(index)) for index in range(len(table.calls))]


# ------------------------------------------------------------------ splitting
def test_few_items_are_one_call() -> None:
    table = Table()
    result = table.items().create_many([{"n": 1}, {"n": 2}])
    assert numbers(result) == [1, 2]
    assert result.count == 2
    assert result.errors == []
    assert table.calls == [("POST", {})]


@pytest.mark.parametrize("count", [2, 8, 10, 27])
def test_a_default_limit_of_the_server_cuts_no_result(count: int) -> None:
    table = Table(usual=3, batch=10)
    keys = table.items().create_many(rows(count), returning="keys")
    assert keys == list(range(1, count + 1))
    assert table.items().update_many(keys, {"n": 5}, returning="keys") == keys
    assert len(table.items().update_batch([{"id": key, "n": 6} for key in keys], fields=["n"])) == count
    assert table.items().upsert_many([{"id": key, "n": 7} for key in keys], returning="keys") == keys


def test_no_items_are_one_call_so_that_the_right_is_checked() -> None:
    table = Table()
    assert table.items().create_many(iter([])) == []
    assert sizes(table) == [0]
    table.before = lambda request: error_response("FORBIDDEN", 403)
    with pytest.raises(Forbidden):
        table.items().create_many([])


def test_items_are_split_by_number() -> None:
    table = Table()
    assert numbers(table.items().create_many(iter(rows(2 * ROWS + 1)))) == list(range(2 * ROWS + 1))
    assert sizes(table) == [ROWS, ROWS, 1]
    assert len(table.items().create_many(rows(5), batch_size=2)) == 5
    assert sizes(table)[3:] == [2, 2, 1]


def test_items_are_split_by_bytes() -> None:
    table = Table()
    many = [{"n": number, "text": "ä" * 50_000} for number in range(30)]
    assert numbers(table.items().create_many(many)) == list(range(30))
    assert len(sizes(table)) == 4
    assert all(len(request.body or b"") <= 950_000 for request in table.transport.requests)  # type: ignore[arg-type]


def test_a_smaller_limit_in_bytes_is_learnt_once() -> None:
    table = Table(payload=100_000)
    many = [{"n": number, "text": "x" * 1_000} for number in range(400)]
    directus = table.directus()
    assert numbers(directus.items("things").create_many(many)) == list(range(400))
    refused = len([request for request in table.transport.requests if len(request.body or b"") > 100_000])  # type: ignore[arg-type]
    before = len(table.calls)
    directus.items("things").create_many([{"n": number, "text": "x" * 1_000} for number in range(400)])
    again = table.transport.requests[before:]
    assert refused >= 1
    assert not [request for request in again if len(request.body or b"") > 100_000]  # type: ignore[arg-type]


def test_the_limit_of_a_batch_is_learnt_once() -> None:
    table = Table(batch=40)
    directus = table.directus()
    assert numbers(directus.items("things").create_many(rows(100))) == list(range(100))
    assert sizes(table) == [100, 40, 40, 20]
    assert directus.items("things").delete_many(range(1, 101)).count == 100
    assert sizes(table)[4:] == [40, 40, 20]


def test_an_answer_that_would_be_cut_is_asked_for_in_parts() -> None:
    table = Table(cap=50)
    directus = table.directus()
    result = directus.items("things").create_many(rows(120), fields=["n"])
    assert numbers(result) == list(range(120))
    assert len(table.rows) == 120  # nothing was written by the call that was refused
    assert numbers(directus.items("things").update_many(range(1, 121), {"x": 1}, fields=["n"])) == list(range(120))


def test_ten_thousand_keys_at_once() -> None:
    table = Table()
    assert table.items().delete_many(iter(range(25_000))).count == 25_000
    assert sizes(table) == [10_000, 10_000, 5_000]
    table.items().update_many(range(15_000), {"n": 1}, returning=None)
    assert [len(table.transport.json(index)["keys"]) for index in (3, 4)] == [10_000, 5_000]


# ---------------------------------------------------------------------- order
def test_numbers_made_by_the_server_are_in_the_order_of_the_input() -> None:
    table = Table()
    table.after = lambda request: None
    result = table.items().create_many(rows(100), fields=["n"])
    assert numbers(result) == list(range(100))
    assert result[0] == {"n": 0}  # the key was asked for, and taken out again


def test_numbers_count_up_whatever_the_order_of_the_answer() -> None:
    mock = MockTransport(lambda request: [{"id": 12, "n": 2}, {"id": 9, "n": 0}, {"id": 10, "n": 1}])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    assert numbers(items.create_many(rows(3))) == [0, 1, 2]


def test_keys_of_the_input_bring_the_rows_into_its_order() -> None:
    table = Table(kind="uuid")
    given = [{"id": str(uuid.uuid4()).upper() if number % 2 else str(uuid.uuid4()), "n": number} for number in range(50)]
    assert numbers(table.items().create_many(given)) == list(range(50))
    mixed = Table()
    assert numbers(mixed.items().create_many([{"n": 0}, {"id": 900, "n": 1}, {"n": 2}, {"id": 500, "n": 3}])) == [0, 1, 2, 3]


def test_generated_keys_are_uuids_in_the_order_of_the_input() -> None:
    table = Table(kind="uuid")
    mine = str(uuid.uuid4())
    result = table.items().create_many([{"n": 0}, {"n": 1, "id": mine}, {"n": 2, "id": None}], generate_keys=True)
    assert numbers(result) == [0, 1, 2]
    assert result[1]["id"] == mine
    assert all(uuid.UUID(row["id"]).version == 4 for row in result)


def test_uuids_made_by_the_server_are_matched_by_what_was_sent() -> None:
    table = Table(kind="uuid")
    many = [{"n": number, "tags": [number], "price": float(number)} for number in range(60)]
    many += [{"n": 7, "tags": [7], "price": 7.0}]  # alike in everything: it does not matter which is which
    assert numbers(table.items().create_many(many)) == [*range(60), 7]


def test_what_cannot_be_matched_is_an_error_that_holds_what_was_written() -> None:
    table = Table(kind="uuid")
    with pytest.raises(ConfigurationError, match="generate_keys=True") as caught:
        table.items().create_many(rows(3), fields=["id"])
    assert isinstance(caught.value, OrderUnknown)
    assert caught.value.result.count == 3
    assert {row["id"] for row in caught.value.result} == set(table.rows)
    with pytest.raises(OrderUnknown) as keys:
        table.items().create_many(rows(3), returning="keys", batch_size=2)
    assert set(keys.value.result) == set(table.rows) - {row["id"] for row in caught.value.result}
    assert table.items().create_many(rows(3), returning=None).count == 3


def test_numbers_that_do_not_count_up_are_seen() -> None:
    # A hook of the server makes keys that are numbers and not in order.
    def answer(request: Request) -> Any:
        sent = json.loads(request.body or b"[]")  # type: ignore[arg-type]
        made = [{"id": (number * 7) % 10, **row} for number, row in enumerate(sent)]
        return sorted(made, key=lambda row: row["id"])

    items = Directus("https://cms.example.com", transport=MockTransport(answer)).items("things")
    assert [row["name"] for row in items.create_many([{"name": name} for name in "abcdefghij"])] == list("abcdefghij")


def test_changes_come_back_in_the_order_of_the_input() -> None:
    table = Table(rows(10))
    changes = [{"id": key, "x": key} for key in (7, 3, 99, 9, 3)]
    result = table.items().update_batch(changes)
    assert [row["id"] for row in result] == [7, 3, 9, 3]  # 99 is not there
    assert result.count == 4
    assert [row["id"] for row in table.items().update_many([5, 99, 2], {"x": 0})] == [5, 2]


# ------------------------------------------------------------------ returning
def test_returning_keys_or_nothing() -> None:
    table = Table()
    items = table.items()
    assert items.create_many(rows(3), returning="keys") == [1, 2, 3]
    nothing = items.create_many(rows(3), returning=None)
    assert (nothing, nothing.count) == ([], 3)
    assert table.calls[1] == ("POST", {"fields": "id"})
    assert items.update_batch([{"id": 3}, {"id": 1}], returning="keys") == [3, 1]
    assert items.delete_many([1, 2], returning=None).count == 2
    with pytest.raises(ValueError, match="returning"):
        items.create_many([], returning="rows")


def test_what_may_not_be_read_is_counted_nevertheless() -> None:
    table = Table(readable=False)
    items = table.items()
    assert items.create_many(rows(5), batch_size=2).count == 5
    assert items.create_many([{"id": 77}, {"id": 78}], returning="keys") == [77, 78]
    assert items.update_batch([{"id": 1, "n": 1}]).count == 1
    assert items.update_many([1, 2], {"n": 1}).count == 2


@pytest.mark.parametrize("name", ["sort", "limit", "filter"])
def test_a_query_cannot_choose_among_what_is_written(name: str) -> None:
    table = Table()
    with pytest.raises(TypeError, match=name):
        table.items().create_many(rows(2), {name: {"n": {"_eq": 1}} if name == "filter" else 1 if name == "limit" else "n"})
    assert table.calls == []


def test_models_go_in_and_come_out() -> None:
    @attrs.define
    class Thing:
        n: int
        id: int | None = None

    items = Table().directus().items("things", Thing)
    assert items.create_many(Thing(number) for number in range(3)) == [Thing(0, 1), Thing(1, 2), Thing(2, 3)]
    with pytest.raises(ModelError):
        Table(readable=True).directus().items("things", Thing).create_many([{"name": "no n"}])
    table = Table()
    with pytest.raises(BulkError) as caught:
        table.directus().items("things", Thing).create_many([{"n": 1}, {"n": 2}, {"name": "no n"}], batch_size=2)
    assert isinstance(caught.value.__cause__, ModelError)
    assert caught.value.result == [Thing(1, 1), Thing(2, 2)]
    assert caught.value.result.count == 3


# --------------------------------------------------------------------- errors
def with_bad(count: int, *places: int, status: int = 400, code: str = "FAILED_VALIDATION") -> list[dict[str, Any]]:
    many = rows(count)
    for place in places:
        many[place]["bad"] = [status, code]
    return many


def test_what_fits_one_call_is_written_whole_or_not_at_all() -> None:
    table = Table(rows(1), unique="n")
    with pytest.raises(RecordNotUnique, match=r"It is item 3 of items 0 to 4") as caught:
        table.items().create_many([{"n": 5}, {"n": 6}, {"n": 7}, {"n": 0}, {"n": 8}])
    assert len(table.rows) == 1
    assert len(table.calls) == 1
    assert caught.value.value == 0


def test_everything_before_the_bad_item_is_written_and_nothing_after_it() -> None:
    table = Table()
    with pytest.raises(BulkError, match="item 57 was refused") as caught:
        table.items().create_many(with_bad(100, 57, 80), batch_size=25)
    assert [(entry.index, entry.item["n"]) for entry in caught.value.errors] == [(57, 57)]
    assert numbers(caught.value.result) == list(range(57))
    assert caught.value.result.count == len(table.rows) == 57
    assert caught.value.__cause__ is caught.value.errors[0].error


@pytest.mark.parametrize(("status", "code"), [(400, "FAILED_VALIDATION"), (403, "FORBIDDEN"), (500, "INTERNAL_SERVER_ERROR")])
def test_collect_names_exactly_the_bad_items(status: int, code: str) -> None:
    table = Table()
    result = table.items().create_many(with_bad(1000, 500, 501, 999, status=status, code=code), on_error="collect")
    assert [entry.index for entry in result.errors] == [500, 501, 999]
    assert all(entry.item["n"] == entry.index for entry in result.errors)
    assert numbers(result) == [number for number in range(1000) if number not in (500, 501, 999)]
    assert result.count == 997
    assert len(table.calls) < 60


def test_collect_goes_on_after_items_that_cannot_be_sent() -> None:
    table = Table()
    result = table.items().create_many([{"n": 0}, "text", {"n": float("nan")}, {"n": 3}, {"n": b"x"}], on_error="collect")
    assert [entry.index for entry in result.errors] == [1, 2, 4]
    assert numbers(result) == [0, 3]
    with pytest.raises(TypeError, match="item 1"):
        table.items().create_many([{"n": 0}, "text"])


def test_an_item_that_is_too_large_alone_is_named() -> None:
    table = Table(payload=10_000)
    result = table.items().create_many([{"n": 0}, {"n": 1, "text": "x" * 20_000}, {"n": 2}], on_error="collect")
    assert [entry.index for entry in result.errors] == [1]
    assert numbers(result) == [0, 2]


COMMON = [
    error_response("INVALID_CREDENTIALS", 401),
    error_response("FORBIDDEN", 403, 'You don\'t have permission to access collection "things" or it does not exist.'),
    error_response("ROUTE_NOT_FOUND", 404),
    error_response("INVALID_QUERY", 400),
    error_response("SERVICE_UNAVAILABLE", 503),
    error_response("LIMIT_EXCEEDED", 403),
    ConnectionFailed("no", sent=False),
]


@pytest.mark.parametrize("answer", COMMON)
def test_what_is_the_same_for_all_is_not_bisected(answer: Any) -> None:
    table = Table()
    table.before = lambda request: answer
    with pytest.raises(Exception, match=r"."):
        table.items().create_many(rows(5000), on_error="collect")
    assert len(table.calls) == 1


@pytest.mark.parametrize("status", [403, 500])
def test_a_refusal_that_says_nothing_is_found_to_be_the_same_for_all(status: int) -> None:
    table = Table()
    table.before = lambda request: error_response("FORBIDDEN" if status == 403 else "INTERNAL_SERVER_ERROR", status)
    with pytest.raises(Forbidden if status == 403 else ServerError):
        table.items().create_many(rows(5000), on_error="collect")
    assert len(table.calls) < 30


def test_a_connection_that_breaks_names_the_doubtful_items() -> None:
    table = Table()
    table.before = lambda request: Timeout("no answer") if len(table.calls) == 3 else None
    with pytest.raises(BulkError, match="Whether items 20 to 29 arrived is unknown") as caught:
        table.items().create_many(rows(100), batch_size=10)
    assert caught.value.result.count == 20
    assert isinstance(caught.value.__cause__, Timeout)
    table.before = lambda request: Timeout("no answer")
    with pytest.raises(Timeout, match="Whether items 0 to 9 arrived is unknown"):
        table.items().create_many(rows(100), batch_size=10)


class Frozen(Exception):
    """An error that refuses attributes."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "result":
            raise AttributeError(name)
        super().__setattr__(name, value)


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize(
    "trouble",
    [OSError("the disk is gone"), KeyError("name"), ValueError("bad"), Forbidden("of the source"), Frozen()],
    ids=lambda trouble: type(trouble).__name__,
)
@pytest.mark.parametrize("before", [45, 5, 0])
def test_what_an_iterable_raises_arrives_as_itself(before: int, trouble: BaseException, workers: int) -> None:
    def source() -> Iterator[dict[str, Any]]:
        yield from rows(before)
        raise trouble

    table = Table()
    with pytest.raises(type(trouble)) as caught:
        table.items().create_many(source(), batch_size=10, workers=workers)
    assert caught.value is trouble
    done = 40 if before == 45 else 0
    assert len(table.rows) == done
    if not isinstance(trouble, Frozen):
        assert numbers(caught.value.result) == list(range(done))


@pytest.mark.parametrize("workers", [1, 3])
def test_an_interrupt_of_an_iterable_says_what_was_done(workers: int) -> None:
    def source() -> Iterator[dict[str, Any]]:
        yield from rows(15)
        raise KeyboardInterrupt

    table = Table()
    with pytest.raises(KeyboardInterrupt) as caught:
        table.items().create_many(source(), batch_size=2, workers=workers)
    result = caught.value.result  # type: ignore[attr-defined]
    assert result.count == len(table.rows) > 0
    # The table makes the keys in the order in which the requests arrive; the result has the order of the rows.
    assert {row["id"]: row["n"] for row in result} == {key: row["n"] for key, row in table.rows.items()}
    assert numbers(result) == sorted(numbers(result))


def test_an_interrupt_of_the_progress_says_what_was_done() -> None:
    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    table = Table()
    with pytest.raises(KeyboardInterrupt) as caught:
        table.items().create_many(rows(30), batch_size=2, workers=3, progress=stop)
    assert caught.value.result.count == len(table.rows) > 0  # type: ignore[attr-defined]


def test_what_an_iterable_raises_has_a_note_of_what_was_done() -> None:
    def source() -> Iterator[int]:
        yield from [1, 2]
        raise LookupError("no more")

    table = Table(rows(3))
    with pytest.raises(LookupError) as caught:
        table.items().update_many(source(), {"n": 7}, batch_size=1)
    assert caught.value.result.count == 1  # type: ignore[attr-defined]
    if sys.version_info >= (3, 11):
        assert caught.value.__notes__ == ["things: 1 items were written before; they are in the .result of this error"]


def test_a_key_of_an_iterator_that_is_not_valid_is_an_error_of_its_item() -> None:
    table = Table(rows(3))
    with pytest.raises(BulkError, match="key 2 must be a string, a number or a UUID, not dict") as caught:
        table.items().delete_many(iter([1, 2, {}]), batch_size=1)
    assert caught.value.errors[0].index == 2
    assert list(caught.value.result) == [1, 2]
    result = table.items().delete_many(iter([3, "", 4]), on_error="collect")
    assert (list(result), [error.index for error in result.errors]) == ([3, 4], [1])


def test_limit_minus_one_says_what_is_done_anyway() -> None:
    table = Table(rows(3))
    assert table.items().update_many([1, 2, 3], {"n": 7}, limit=-1).count == 3
    assert table.items().create_many(rows(2), query={"limit": -1}).count == 2
    with pytest.raises(TypeError, match="limit cannot be given here"):
        table.items().update_many([1, 2], {"n": 7}, limit=2)


# -------------------------------------------------------------------- workers
def test_workers_keep_the_order_and_are_at_work_at_once() -> None:
    table = Table()
    lock = threading.Lock()
    together = threading.Barrier(3)
    inner = table.transport._handler

    def answer(request: Request) -> Any:
        sent = json.loads(request.body or b"[]")  # type: ignore[arg-type]
        if sent[0]["n"] in (10, 20, 30):
            together.wait(timeout=10)  # breaks unless three calls are on their way at once
        with lock:
            return inner(request)

    table.transport._handler = answer
    source = iter(rows(200))
    result = table.items().create_many(source, batch_size=10, workers=3)
    assert numbers(result) == list(range(200))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("directus-bulk")]


def test_workers_hold_a_bounded_part_of_the_input() -> None:
    table = Table()
    lock = threading.Lock()
    taken = 0
    most = 0

    def source() -> Iterator[dict[str, Any]]:
        nonlocal taken
        for row in rows(1000):
            taken += 1
            yield row

    inner = table.transport._handler

    def answer(request: Request) -> Any:
        nonlocal most
        with lock:
            most = max(most, taken - len(table.rows))
            return inner(request)

    table.transport._handler = answer
    assert table.items().create_many(source(), batch_size=10, workers=4, returning=None).count == 1000
    assert most <= 200


def test_a_failure_of_one_worker_keeps_what_the_others_wrote() -> None:
    table = Table()
    lock = threading.Lock()
    inner = table.transport._handler

    def answer(request: Request) -> Any:
        with lock:
            return inner(request)

    table.transport._handler = answer
    with pytest.raises(BulkError, match="item 57 was refused") as caught:
        table.items().create_many(with_bad(1000, 57), batch_size=10, workers=4)
    assert caught.value.result.count == len(table.rows) < 1000
    assert sorted(numbers(caught.value.result)) == sorted(row["n"] for row in table.rows.values())


# --------------------------------------------------------------------- memory
def test_a_million_rows_in_flat_memory() -> None:
    code = """
        import resource
        from directus_sdk import Directus
        from directus_sdk.testing.mock import MockTransport

        class Forgetful(list):
            def append(self, item):
                pass

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

        mock = MockTransport(lambda request: [])
        mock.requests = Forgetful()
        items = Directus("https://cms.example.com", transport=mock).items("things")
        items.create_many(({"n": number} for number in range(10_000)), returning=None)
        before = peak()
        result = items.create_many(({"n": number} for number in range(1_000_000)), returning=None)
        print(result.count, peak() - before)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    count, growth = map(int, done.stdout.split())
    assert count == 1_000_000
    assert growth < 5  # megabytes


# -------------------------------------------------------------------- upserts
MIXED = [{"n": "new A"}, {"n": "new B"}, {"id": 1, "n": "x"}, {"id": 2, "bad": [400, "FAILED_VALIDATION"]}, {"n": "new C"}]


@pytest.mark.parametrize("on_error", ["raise", "collect"])
def test_a_bad_change_does_not_create_the_others_twice(on_error: Any) -> None:
    table = Table(rows(2))
    try:
        result = table.items().upsert_many(MIXED, on_error=on_error)
    except BulkError as error:
        result = error.result
    assert [entry.index for entry in result.errors] == [3]
    wanted = ["x", 1, "new A", "new B"] + (["new C"] if on_error == "collect" else [])
    assert numbers(table.rows.values()) == wanted
    assert numbers(result) == ["new A", "new B", "x"] + (["new C"] if on_error == "collect" else [])
    assert result.count == len(result)


def test_a_bad_new_item_does_not_hide_what_was_changed() -> None:
    table = Table(rows(3))
    many = [{"n": "a", "bad": [400, "FAILED_VALIDATION"]}, {"id": 1, "n": "x"}, {"n": "b"}, {"id": 3, "n": "z"}]
    with pytest.raises(BulkError, match=r"item 0 was refused.* In addition, 2 of items 1 to 3 are written") as caught:
        table.items().upsert_many(many)
    assert numbers(table.rows.values()) == ["x", 1, "z"]
    assert numbers(caught.value.result) == ["x", "z"]
    assert caught.value.result.count == 2


def test_a_value_that_is_taken_creates_nothing_twice() -> None:
    table = Table([{"u": "a"}, {"u": "b"}])
    table.before = lambda request: error_response("RECORD_NOT_UNIQUE", 400) if request.method == "PATCH" else None
    with pytest.raises(BulkError):
        table.items().upsert_many([{"u": "new"}, {"id": 2, "u": "a"}])
    assert [row["u"] for row in table.rows.values()] == ["a", "b", "new"]


def test_what_was_done_before_the_token_ended_is_counted() -> None:
    table = Table(rows(1))
    table.before = lambda request: error_response("INVALID_TOKEN", 403) if request.method == "POST" else None
    with pytest.raises(BulkError, match="In addition, item 1 is written") as caught:
        table.items().upsert_many([{"n": "new"}, {"id": 1, "n": "x"}])
    assert isinstance(caught.value.__cause__, Forbidden)
    assert numbers(caught.value.result) == ["x"]


def test_keys_made_by_the_server_are_told_by_the_unique_field() -> None:
    table = Table([{"id": "u1", "slug": "a", "n": 0}], kind="uuid")
    many = [{"slug": "a", "n": 100}, {"slug": "b", "n": 1}, {"slug": "c", "n": 2}]
    keys = list(table.items().upsert_many(many, "slug", returning="keys"))
    assert [table.rows[key]["n"] for key in keys] == [100, 1, 2]


def test_changes_are_made_although_the_order_of_the_new_items_is_unknown() -> None:
    table = Table([{"id": "u1", "n": 0}], kind="uuid")
    with pytest.raises(OrderUnknown) as caught:
        table.items().upsert_many([{"id": "u1", "n": 100}, {"n": 1}, {"n": 2}], returning="keys")
    assert caught.value.result.count == 3
    assert table.rows["u1"]["n"] == 100
    assert {table.rows[key]["n"] for key in caught.value.result} == {100, 1, 2}


# ------------------------------------------------------------------ parts
def test_a_bad_item_is_named_where_the_server_wants_parts() -> None:
    table = Table(batch=100)
    many = with_bad(150, 120)
    with pytest.raises(BulkError, match="item 120 was refused") as caught:
        table.items().create_many(many)
    assert [entry.index for entry in caught.value.errors] == [120]
    assert len(table.rows) == 120


def test_what_comes_before_an_item_that_cannot_be_sent_is_written() -> None:
    table = Table()
    many = rows(30)
    many[25]["n"] = float("nan")
    with pytest.raises(BulkError, match="item 25") as caught:
        table.items().create_many(many, batch_size=10)
    assert [entry.index for entry in caught.value.errors] == [25]
    assert numbers(table.rows.values()) == list(range(25))


# ------------------------------------------------------------------ checkpoint
def test_a_checkpoint_goes_on_where_the_last_run_ended(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table = Table(kind="uuid")
    items = table.items()
    # The third call arrives, and its answer does not.
    table.after = lambda request: ConnectionFailed("gone") if len(table.calls) == 3 else None
    with pytest.raises(BulkError, match="Whether items 20 to 29 arrived is unknown"):
        items.create_many(rows(55), batch_size=10, checkpoint=path, generate_keys=True)
    assert len(table.rows) == 30
    assert BulkCheckpoint(path).doubtful == range(20, 30)
    result = items.create_many(iter(rows(55)), batch_size=10, checkpoint=path, generate_keys=True)
    assert numbers(result) == list(range(30, 55))
    assert sorted(row["n"] for row in table.rows.values()) == list(range(55))
    assert BulkCheckpoint(path).finished
    calls = len(table.calls)
    assert items.create_many(rows(55), checkpoint=path, generate_keys=True).count == 0
    assert len(table.calls) == calls


def test_a_checkpoint_before_the_call_arrived(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table = Table(kind="uuid")
    table.before = lambda request: ConnectionFailed("gone") if len(table.calls) == 3 else None
    with pytest.raises(BulkError):
        table.items().create_many(rows(55), batch_size=10, checkpoint=path, generate_keys=True)
    assert len(table.rows) == 20
    table.items().create_many(rows(55), batch_size=10, checkpoint=path, generate_keys=True)
    assert sorted(row["n"] for row in table.rows.values()) == list(range(55))


def test_a_server_that_is_still_at_work_when_the_next_run_looks(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table = Table(kind="uuid")
    late: list[dict[str, Any]] = []

    def slow(request: Request) -> Any:
        if len(table.calls) == 2:  # it has the call, and will write it later
            late.extend(json.loads(request.body or b"[]"))  # type: ignore[arg-type]
            return ConnectionFailed("gone")
        if request.method == "POST":
            while late:  # after the next run has looked, and before it writes
                table._insert(late.pop())
        return None

    table.before = slow
    with pytest.raises(BulkError):
        table.items().create_many(rows(30), batch_size=10, checkpoint=path, generate_keys=True)
    assert table.items().create_many(rows(30), batch_size=10, checkpoint=path, generate_keys=True).count == 10
    assert sorted(row["n"] for row in table.rows.values()) == list(range(30))


def test_a_unique_field_tells_what_arrived(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table = Table(unique="n")
    table.after = lambda request: ConnectionFailed("gone") if len(table.calls) == 3 else None
    with pytest.raises(BulkError):
        table.items().create_many(rows(55), batch_size=10, checkpoint=path, match_on="n")
    table.items().create_many(rows(55), batch_size=10, checkpoint=path, match_on="n")
    assert sorted(row["n"] for row in table.rows.values()) == list(range(55))


@pytest.mark.parametrize("arrived", [True, False])
def test_what_nothing_can_tell_is_said(tmp_path: Path, arrived: bool) -> None:
    path = tmp_path / "import.json"
    table = Table()
    fault = ConnectionFailed("gone")
    setattr(table, "after" if arrived else "before", lambda request: fault if len(table.calls) == 3 else None)
    with pytest.raises(BulkError):
        table.items().create_many(rows(55), batch_size=10, checkpoint=path)
    with pytest.raises(ConfigurationError, match="items 20 to 29 were being sent"):
        table.items().create_many(rows(55), batch_size=10, checkpoint=path)
    BulkCheckpoint(path).resolve(written=arrived)
    table.items().create_many(rows(55), batch_size=10, checkpoint=path)
    assert sorted(row["n"] for row in table.rows.values()) == list(range(55))


def test_a_refusal_leaves_no_doubt(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table = Table()
    many = with_bad(55, 33)
    with pytest.raises(BulkError, match="item 33 was refused"):
        table.items().create_many(many, batch_size=10, checkpoint=path)
    assert BulkCheckpoint(path).done == 33
    many[33] = {"n": 33}
    assert table.items().create_many(many, batch_size=10, checkpoint=path).count == 22
    assert numbers(table.rows.values()) == list(range(55))


def test_items_that_were_refused_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table = Table()
    table.before = lambda request: error_response("INVALID_CREDENTIALS", 401) if len(table.rows) >= 40 else None
    with pytest.raises(BulkError) as caught:
        table.items().create_many(with_bad(55, 7), batch_size=10, checkpoint=path, on_error="collect")
    assert isinstance(caught.value.__cause__, InvalidCredentials)
    table.before = lambda request: None
    result = table.items().create_many(with_bad(55, 7), batch_size=10, checkpoint=path, on_error="collect")
    assert [entry.index for entry in result.errors] == [7]
    assert len(table.rows) == 54


def test_workers_and_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table = Table(kind="uuid")
    lock = threading.Lock()
    inner = table.transport._handler
    table.after = lambda request: ConnectionFailed("gone") if len(table.calls) == 7 else None

    def answer(request: Request) -> Any:
        with lock:
            return inner(request)

    table.transport._handler = answer
    options = {"batch_size": 10, "checkpoint": path, "generate_keys": True, "workers": 3}
    with pytest.raises(BulkError):
        table.items().create_many(rows(300), **options)
    table.items().create_many(rows(300), **options)
    assert sorted(row["n"] for row in table.rows.values()) == list(range(300))


def test_behind_a_chunk_that_failed_nothing_is_settled(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table = Table(kind="uuid")
    lock, failed, later = threading.Lock(), threading.Event(), threading.Event()
    inner = table.transport._handler

    def answer(request: Request) -> Any:
        first = json.loads(request.body)[0]["n"] if isinstance(request.body, bytes) and request.method == "POST" else None
        if first == 10 and not failed.is_set():
            failed.set()
            assert later.wait(10)  # the chunk behind it is there first
            return ConnectionFailed("gone", sent=False)
        with lock:
            found = inner(request)
        if first == 20:
            later.set()
        return found

    table.transport._handler = answer
    options: dict[str, Any] = {"batch_size": 10, "checkpoint": path, "generate_keys": True, "workers": 2}
    with pytest.raises(BulkError, match="items 10 to 19 failed"):
        table.items().create_many(rows(60), **options)
    assert BulkCheckpoint(path).done == 10
    table.items().create_many(rows(60), **options)
    assert sorted(row["n"] for row in table.rows.values()) == list(range(60))


def test_every_chunk_that_failed_is_named() -> None:
    table = Table()
    both = threading.Barrier(2)

    def before(request: Request) -> Any:
        assert isinstance(request.body, bytes)
        if json.loads(request.body)[0]["n"] < 10:
            return None
        both.wait(10)
        return ConnectionFailed("gone")

    table.before = before
    with pytest.raises(BulkError, match=r"items 10 to 19 failed: gone.* items 20 to 29 failed too"):
        table.items().create_many(rows(30), batch_size=10, workers=2)


@pytest.mark.parametrize("done_by", ["resolve", "crash"])
def test_a_run_that_finds_nothing_left_to_do_ends_well(tmp_path: Path, done_by: str) -> None:
    path = tmp_path / "import.json"
    table = Table()
    if done_by == "resolve":
        table.after = lambda request: ConnectionFailed("gone") if len(table.rows) == 30 else None
        with pytest.raises(BulkError):
            table.items().create_many(rows(30), batch_size=10, checkpoint=path)
        BulkCheckpoint(path).resolve(written=True)
    else:
        table.items().create_many(rows(30), batch_size=10, checkpoint=path)
        state = json.loads(path.read_text())
        path.write_text(json.dumps({**state, "finished": False}))
    assert table.items().create_many(rows(30), batch_size=10, checkpoint=path).count == 0
    assert BulkCheckpoint(path).finished
    assert len(table.rows) == 30


def test_upserts_of_items_without_a_key_leave_a_doubt(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table = Table()
    table.after = lambda request: ConnectionFailed("gone") if len(table.rows) == 20 else None
    with pytest.raises(BulkError):
        table.items().upsert_many(rows(30), batch_size=10, checkpoint=path)
    with pytest.raises(ConfigurationError, match="items 10 to 19 were being sent"):
        table.items().upsert_many(rows(30), batch_size=10, checkpoint=path)
    assert len(table.rows) == 20


def test_changes_with_a_checkpoint(tmp_path: Path) -> None:
    table = Table(rows(30))
    table.before = lambda request: ConnectionFailed("gone") if len(table.calls) == 2 else None
    changes = [{"id": key, "n": -key} for key in range(1, 31)]
    with pytest.raises(BulkError):
        table.items().update_batch(changes, batch_size=10, checkpoint=tmp_path / "c.json")
    assert table.items().update_batch(changes, batch_size=10, checkpoint=tmp_path / "c.json").count == 20
    assert numbers(table.rows.values()) == [-key for key in range(1, 31)]


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    Table().items().create_many(rows(2), checkpoint=path)
    with pytest.raises(ConfigurationError, match="is the checkpoint of create_many on things, not of create_many on others"):
        Directus("https://cms.example.com", transport=MockTransport()).items("others").create_many([], checkpoint=path)
    path.write_text("[]")
    with pytest.raises(ConfigurationError, match="is not the checkpoint"):
        Table().items().create_many([], checkpoint=path)


# ------------------------------------------------------------------- progress


def test_a_checkpoint_belongs_to_one_method(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table = Table()
    table.items().create_many(rows(2), checkpoint=path)
    with pytest.raises(ConfigurationError, match="is the checkpoint of create_many on things, not of update_batch on things"):
        table.items().update_batch([{"id": 1, "n": 5}], checkpoint=path)
    assert numbers(table.rows.values()) == [0, 1]


def test_progress_needs_its_extra() -> None:
    code = """
        import sys
        sys.modules["tqdm"] = sys.modules["tqdm.auto"] = None
        from directus_sdk import Directus
        from directus_sdk.testing.mock import MockTransport
        items = Directus("https://cms.example.com", transport=MockTransport()).items("things")
        try:
            items.create_many([], progress=True)
        except ImportError as error:
            print(error)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert "directus-python-sdk[progress]" in done.stdout


def test_progress_counts_items(capsys: pytest.CaptureFixture[str]) -> None:
    Table().items().create_many(rows(55), batch_size=10, progress=True)
    shown = capsys.readouterr().err
    assert "things" in shown
    assert "55/55" in shown
