"""Pages whose size adapts to the bytes and the time of those before."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from directus_sdk.reading import paging
from directus_sdk.reading.page_size import PageSize
from tests.table import Table


def sizes(table: Table) -> list[int]:
    return [int(query["limit"]) for _, query in table.calls if "limit" in query and "aggregate[count]" not in query]


def wide(count: int, width: int | Callable[[int], int], **options: Any) -> Table:
    of = width if callable(width) else lambda number: width
    kind = options.get("kind", "integer")
    keys: list[Any] = [str(uuid.UUID(int=number)) if kind == "uuid" else number for number in range(1, count + 1)]
    return Table([{"id": key, "body": "x" * of(number)} for number, key in enumerate(keys)], **options)


def test_narrow_rows_are_read_in_large_pages() -> None:
    table = wide(12_000, 10)
    assert len(list(table.items().iterate())) == 12_000
    assert sizes(table) == [1_000, 5_000, 5_000, 5_000, 5_000]


def test_wide_rows_are_read_in_small_pages() -> None:
    table = wide(1_100, 50_000, payload=10**9)
    assert len(table.items().read_all()) == 1_100
    assert sizes(table)[0] == 1_000
    assert all(10 <= size < 110 for size in sizes(table)[1:])


def test_the_size_follows_a_width_that_changes() -> None:
    table = wide(9_000, lambda number: 10 if number < 6_000 else 5_000)
    assert [row["id"] for row in table.items().iterate()] == list(range(1, 9_001))
    assert sizes(table)[:3] == [1_000, 5_000, 5_000]
    assert sizes(table)[3] < 1_100


def test_pages_by_offset_adapt_as_well() -> None:
    table = wide(7_000, 10, kind="uuid")
    assert len({row["id"] for row in table.items().iterate()}) == 7_000
    assert sizes(table) == [1_000, 5_000, 5_000, 5_000]
    assert [query.get("offset") for _, query in table.calls] == [None, "1000", "6000", "7000"]


def test_a_given_size_stays() -> None:
    table = wide(25, 10)
    assert len(list(table.items().iterate(page_size=10))) == 25
    assert set(sizes(table)) == {10}


@pytest.mark.parametrize("silent", [False, True])
def test_the_limit_of_the_server_holds(silent: bool) -> None:
    table = wide(3_000, 10, cap=1_200, silent=silent)
    assert len(list(table.items().iterate())) == 3_000
    assert max(len(sizes(table)), 4) <= 6


def test_the_total_ends_the_last_page() -> None:
    table = wide(9_000, 10)
    assert len(table.items().read_all(limit=7_500)) == 7_500
    assert sizes(table) == [1_000, 5_000, 1_500]


def test_a_page_that_takes_long_makes_the_next_one_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(0, 10_000, 10))  # each page takes 10 seconds
    monkeypatch.setattr(paging, "monotonic", lambda: float(next(now)))
    table = wide(1_700, 10)
    assert len(list(table.items().iterate())) == 1_700
    assert sizes(table)[:3] == [1_000, 500, 250]


def test_nested_lists_count() -> None:
    table = Table([{"id": number, "comments": [{"text": "x" * 2_500}] * 4} for number in range(1, 1_501)])
    assert len(list(table.items().iterate(fields=["*", "comments.text"]))) == 1_500
    assert 400 < sizes(table)[1] < 500


def test_pages_of_a_source_without_measures_keep_their_size() -> None:
    size = PageSize()
    size.measured(1_000, 0.1)
    assert size.next() == 1_000
