"""Which items of a chunk are bad, and how many calls it takes to learn that."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from directus_sdk import BulkError, Directus, Request, ServerError
from directus_sdk.testing.mock import MockTransport, error_response
from tests.table import Table


def rows(count: int, *bad: int, status: int = 500, code: str = "INTERNAL_SERVER_ERROR") -> list[dict[str, Any]]:
    return [{"n": number, **({"bad": [status, code]} if number in bad else {})} for number in range(count)]


FIRST = [(0, 1, 2), (0, 1, 2, 999), tuple(range(15)), (*range(12), *range(500, 540, 2))]


@pytest.mark.parametrize("status", [403, 500])
@pytest.mark.parametrize("bad", FIRST)
def test_bad_items_at_the_beginning_do_not_end_the_call(bad: tuple[int, ...], status: int) -> None:
    table = Table()
    code = "FORBIDDEN" if status == 403 else "INTERNAL_SERVER_ERROR"
    result = table.items().create_many(rows(1000, *bad, status=status, code=code), on_error="collect")
    assert tuple(entry.index for entry in result.errors) == bad
    assert [row["n"] for row in result] == [number for number in range(1000) if number not in bad]


@pytest.mark.parametrize(("size", "workers"), [(1, 1), (3, 1), (10, 1), (3, 4)])
def test_small_chunks_are_not_all_there_is(size: int, workers: int) -> None:
    table = Table()
    lock, inner = threading.Lock(), table.transport._handler

    def answer(request: Request) -> Any:
        with lock:
            return inner(request)

    table.transport._handler = answer
    bad = range(9)
    result = table.items().create_many(rows(60, *bad), on_error="collect", batch_size=size, workers=workers)
    assert [entry.index for entry in result.errors] == list(bad)
    assert result.count == 51


@pytest.mark.parametrize("size", [1, 10, 30, None])
@pytest.mark.parametrize("status", [403, 500])
def test_chunks_of_bad_items_are_not_the_end(size: int | None, status: int) -> None:
    table = Table()
    many = [{"n": number, **({"bad": [status, "REFUSED"]} if number < 30 else {})} for number in range(120)]
    result = table.items().create_many(many, on_error="collect", batch_size=size)
    assert [entry.index for entry in result.errors] == list(range(30))
    assert result.count == 90


def test_a_call_that_is_given_up_says_why() -> None:
    table = Table()
    table.before = lambda request: error_response("INTERNAL_SERVER_ERROR", 500)
    with pytest.raises(ServerError, match="3 items in a row were refused with this message, so the call was stopped"):
        table.items().create_many(rows(500), on_error="collect")


def test_a_cause_that_all_share_still_ends_it_with_small_chunks() -> None:
    table = Table()
    table.before = lambda request: error_response("INTERNAL_SERVER_ERROR", 500)
    with pytest.raises((ServerError, BulkError), match="INTERNAL_SERVER_ERROR"):
        table.items().create_many(rows(500), on_error="collect", batch_size=5)
    assert len(table.calls) < 100


# ------------------------------------------------------------------ named by the server
def unique(count: int, *taken: int) -> list[dict[str, Any]]:
    return [{"u": "taken" if number in taken else f"u{number}", "n": number} for number in range(count)]


def test_an_item_that_the_server_names_costs_one_more_call() -> None:
    table = Table([{"u": "taken"}], unique="u")
    result = table.items().create_many(unique(1000, 700), on_error="collect")
    assert ([entry.index for entry in result.errors], result.count, len(table.calls)) == ([700], 999, 2)
    assert [row["n"] for row in result] == [number for number in range(1000) if number != 700]


@pytest.mark.parametrize("alike", [True, False])
def test_many_duplicates(alike: bool) -> None:
    table = Table([{"u": "taken"}, *({"u": f"t{number}"} for number in range(0, 300, 6))], unique="u")
    many = unique(300, *range(0, 300, 6))
    if not alike:
        many = [{**row, "u": f"t{row['n']}"} if row["n"] % 6 == 0 else row for row in many]
    result = table.items().create_many(many, on_error="collect")
    assert [entry.index for entry in result.errors] == list(range(0, 300, 6))
    assert result.count == 250
    assert [row["n"] for row in result] == [number for number in range(300) if number % 6]
    assert len(table.calls) < 70


def test_of_two_new_items_with_one_value_the_first_is_written() -> None:
    table = Table(unique="u")
    many = [{"u": "a"}, {"u": "b"}, {"u": "a"}, {"u": "c"}, {"u": "a"}]
    result = table.items().create_many(many, on_error="collect")
    assert [entry.index for entry in result.errors] == [2, 4]
    assert [row["u"] for row in table.rows.values()] == ["a", "b", "c"]
    other = Table(unique="u")
    with pytest.raises(BulkError, match="item 2 was refused") as caught:
        other.items().create_many(many, batch_size=4)
    assert caught.value.result.count == len(other.rows) == 2


def test_a_name_that_fits_no_item_is_not_believed() -> None:
    table = Table()
    many = rows(50, 20, status=400, code="RECORD_NOT_UNIQUE")
    result = table.items().create_many(many, on_error="collect")
    assert [entry.index for entry in result.errors] == [20]


def test_what_fits_one_call_says_how_to_learn_the_item() -> None:
    table = Table()
    with pytest.raises(Exception, match="on_error='collect' names which of the 240 items it is"):
        table.items().create_many(rows(240, 17, status=400, code="FAILED_VALIDATION"))
    assert (table.rows, len(table.calls)) == ({}, 1)


# ------------------------------------------------------------------ workers
@pytest.mark.parametrize("spelt", [int, str, lambda key: f"0{key}" if key % 2 else key])
@pytest.mark.parametrize("call", ["update_batch", "update_many", "delete_many"])
def test_chunks_with_one_key_are_never_on_their_way_at_once(call: str, spelt: Any) -> None:
    going: set[str] = set()
    order: list[Any] = []
    most = 0
    lock = threading.Lock()
    two = threading.Event()

    def answer(request: Request) -> Any:
        nonlocal most
        body = json.loads(request.body)  # type: ignore[arg-type]
        keys = body["keys"] if isinstance(body, dict) else [row["id"] if isinstance(row, dict) else row for row in body]
        ours = {str(int(key)) for key in keys}
        with lock:
            assert not ours & going, "two calls change one item"
            going.update(ours)
            most = max(most, len(going))
            order.extend(keys)
            if len(going) > 2:
                two.set()
        two.wait(0.05)
        with lock:
            going.difference_update(ours)
        return []

    items = Directus("https://cms.example.com", transport=MockTransport(answer)).items("things")
    keys = [spelt(1 if number % 8 == 0 else number + 10) for number in range(64)]
    options: dict[str, Any] = {"batch_size": 2, "workers": 4, "returning": None}
    if call == "update_batch":
        items.update_batch([{"id": key, "n": number} for number, key in enumerate(keys)], **options)
    elif call == "update_many":
        items.update_many(keys, {"n": 1}, **options)
    else:
        items.delete_many(keys, **options)
    assert len(order) == 64
    assert most > 2
