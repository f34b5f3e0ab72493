"""Parts of a collection, read by processes with clients of their own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.reading.partitions import Partition
from tests.live.shop import Shop, shop_of

pytestmark = pytest.mark.live


@pytest.fixture
def shop(directus: Directus) -> Iterator[Shop]:
    with shop_of(directus) as shop:
        yield shop


def numbers(part: Partition, url: str, token: str) -> tuple[int, list[int]]:
    with Directus(url, token=token) as directus:
        return os.getpid(), [row["n"] for row in part.iterate(directus, page_size=50)]


@pytest.mark.parametrize("kind", ["integer", "uuid"])
def test_each_item_is_read_by_one_process(shop: Shop, directus_server: Any, kind: str) -> None:
    items = shop.items(kind)
    items.create_many(({"n": number} for number in range(1000)), returning=None)
    items.delete_by_query({"filter": {"n": {"_between": [100, 199]}}})
    parts = items.partitions(4, fields=["n"], filter={"n": {"_lt": 900}})
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        done = [pool.submit(numbers, part, directus_server.url, directus_server.admin_token) for part in parts]
        found = [future.result(timeout=60) for future in done]
    assert os.getpid() not in {pid for pid, _ in found}
    assert sorted(number for _, part in found for number in part) == [*range(100), *range(200, 900)]
    assert [len(part) for _, part in found] == [200] * 4
