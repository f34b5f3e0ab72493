"""Reading everything from a real server, while others write, and under a limit of the server."""

from __future__ import annotations

import os
import random
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from directus_sdk import Directus, TruncatedResultWarning
from directus_sdk.testing import DirectusServer
from directus_sdk.testing.server.install import DEFAULT_VERSION
from tests.live.shop import Shop, shop_of

pytestmark = pytest.mark.live

VERSION = os.environ.get("DIRECTUS_VERSION") or DEFAULT_VERSION
DATABASE = os.environ.get("DIRECTUS_DATABASE") or "sqlite3"


@pytest.fixture
def shop(directus: Directus) -> Iterator[Shop]:
    with shop_of(directus) as shop:
        yield shop


@pytest.fixture(scope="module")
def capped() -> Iterator[DirectusServer]:
    env = {"QUERY_LIMIT_DEFAULT": "5", "QUERY_LIMIT_MAX": "50", "MAX_PAYLOAD_SIZE": "100kb", "MAX_BATCH_MUTATION": "60"}
    with DirectusServer(VERSION, DATABASE, env=env) as server:
        yield server


@pytest.mark.parametrize("kind", ["integer", "uuid", "string", "date"])
@pytest.mark.parametrize("prefetch", [False, True])
def test_every_item_comes_once_whatever_the_key(shop: Shop, kind: str, prefetch: bool) -> None:
    items = shop.items(kind)
    keys = {"string": "code {}-{}", "date": "2024-{:02}-{:02}"}
    rows = [
        {"n": number, **({"id": keys[kind].format(number // 25 + 1, number % 25 + 1)} if kind in keys else {})}
        for number in range(250)
    ]
    items.create_many(rows, returning=None)
    found = list(items.iterate(page_size=60, fields=["n"], prefetch=prefetch))
    assert sorted(row["n"] for row in found) == list(range(250))
    assert set(found[0]) == {"n"}
    by_name = items.read_all(page_size=60, sort=["-n"], filter={"n": {"_lt": 200}})
    assert [row["n"] for row in by_name] == list(range(199, -1, -1))


def test_while_another_client_inserts_and_deletes(shop: Shop) -> None:
    items = shop.items()
    items.create_many(({"n": number} for number in range(1500)), returning=None)
    keys = [row["id"] for row in items.read_all(fields=["id"])]
    stay = set(random.Random(6).sample(keys, 1000))
    go = [key for key in keys if key not in stay]
    stop = threading.Event()
    written = threading.Semaphore(0)

    def disturb() -> None:
        while go and not stop.is_set():
            items.delete_many([go.pop() for _ in range(min(10, len(go)))])
            items.create_many([{"n": -1}] * 5, returning=None)
            written.release()

    other = threading.Thread(target=disturb)
    other.start()
    seen: list[int] = []
    try:
        for row in items.iterate(page_size=50, fields=["id"]):
            seen.append(row["id"])
            if len(seen) % 50 == 1 and other.is_alive():
                written.acquire(timeout=10)  # a change between any two pages
    finally:
        stop.set()
        other.join()
    assert len(seen) == len(set(seen))
    assert stay <= set(seen)


def warned(call: Callable[[], Any]) -> bool:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return any(warning.category is TruncatedResultWarning for warning in caught)


@pytest.mark.directus(">=10")  # version 9 has one limit only, and does not tell it
@pytest.mark.parametrize("anonymous", [False, True])
def test_a_list_that_was_cut_warns_whatever_the_limits(capped: DirectusServer, anonymous: bool) -> None:
    with capped.directus() as directus, shop_of(directus) as shop:
        items = shop.items()
        items.create_many([{"n": number, "sku": str(number), "name": "abcdefg"[number % 7]} for number in range(60)])
        if anonymous:
            # The server does not tell this client its limits: it finds out.
            directus.pipeline.limits.learn_info({"project": {}})
        for few in (1, 4, 5):
            assert not warned(lambda few=few: items.read_many(filter={"n": {"_lt": few}}))
        assert warned(lambda: items.read_many(filter={"n": {"_lt": 6}}))
        assert warned(items.read_many)
        assert warned(lambda: items.read_many(limit=-1))
        assert warned(lambda: items.read_many({"limit": -1, "filter": {"n": {"_lt": 51}}}))
        assert not warned(lambda: items.read_many(limit=-1, filter={"n": {"_lt": 50}}))
        assert not warned(lambda: items.read_many(limit=5))
        assert warned(lambda: items.read_many(offset=54))
        assert not warned(lambda: items.read_many(offset=55))
        assert warned(lambda: items.read_many(meta="*"))
        assert warned(lambda: items.aggregate({"count": "*"}, group_by="name"))
        assert not warned(lambda: items.aggregate({"count": "*"}, "name", {"filter": {"n": {"_lt": 5}}}))
        assert warned(lambda: items.read_many(aggregate={"count": "*"}, group_by="n", limit=-1, meta="*"))
        assert not warned(lambda: items.read_many(aggregate={"count": "*"}, group_by="name", limit=-1, meta="*"))


@pytest.mark.directus(">=10")
def test_a_list_over_a_socket_that_was_cut_warns_too(capped: DirectusServer) -> None:
    with capped.directus() as directus, shop_of(directus) as shop, directus.realtime.connect() as socket:
        shop.items().create_many([{"n": number} for number in range(6)])
        items = socket.items(shop.name("integer"))
        assert warned(items.read)
        assert not warned(lambda: items.read(filter={"n": {"_lt": 5}}))
        assert not warned(lambda: items.read(limit=5))
        assert len(items.read(limit=-1)) == 6


@pytest.mark.directus(">=10")  # version 9 cannot sort groups by what it counts
@pytest.mark.parametrize("prefetch", [False, True])
def test_groups_by_functions_come_once_each_whatever_the_order(shop: Shop, prefetch: bool) -> None:
    items = shop.items()
    days = [f"2024-{month:02}-{day:02}T12:00:00Z" for month in range(1, 13) for day in range(1, 26)]
    items.create_many([{"at": at} for at in days + days[:30]], returning=None)
    asked: dict[str, Any] = {"aggregate": {"count": "*"}, "group_by": "year(at),month(at), day(at)", "sort": "-count"}
    found = items.read_all(asked, page_size=20, prefetch=prefetch)
    assert [int(group["count"]) for group in found] == [2] * 30 + [1] * 270
    assert len({(group["at_month"], group["at_day"]) for group in found}) == 300
    assert list(items.iterate(asked, page_size=21)) == found


@pytest.mark.directus(">=10")  # version 9 has no such limit
def test_a_limit_of_the_server_hides_nothing(capped: DirectusServer) -> None:
    with capped.directus() as directus, shop_of(directus) as shop:
        items = shop.items()
        assert items.create_many(({"n": number} for number in range(130)), returning=None).count == 130
        assert [row["n"] for row in items.iterate(fields=["n"])] == list(range(130))
        assert directus.pipeline.limits.page == 50
        assert len(items.read_many([row["id"] for row in items.iterate()])) == 130
        with pytest.warns(TruncatedResultWarning):
            items.read_many(limit=-1)
        uuids = shop.items("uuid")
        made = uuids.create_many(({"n": number} for number in range(130)), fields=["id", "n"], generate_keys=True)
        assert [row["n"] for row in made] == list(range(130))
        assert len(uuids.read_all()) == 130


def test_writing_under_a_limit_of_the_server(capped: DirectusServer) -> None:
    with capped.directus() as directus, shop_of(directus) as shop:
        items = shop.items()
        made = items.create_many([{"n": number} for number in range(120)], fields=["n"])
        assert made == [{"n": number} for number in range(120)]
        assert items.count() == 120  # the call that was refused wrote nothing
        rows = items.read_all()
        directus.pipeline.limits.page = None
        changed = items.update_many([row["id"] for row in rows], {"name": "x"}, fields=["n", "name"])
        assert changed == [{"n": number, "name": "x"} for number in range(120)]
        directus.pipeline.limits.page = None
        batch = items.update_batch([{"id": row["id"], "name": "y"} for row in rows[::-1]], {"fields": ["n"]})
        assert [row["n"] for row in batch] == list(range(119, -1, -1))
        assert items.update_by_query({"filter": {"n": {"_lt": 100}}}, {"name": "z"}, returning=None).count == 100
        assert items.upsert_many([{"sku": str(number)} for number in range(120)], "sku").count == 120
        assert items.upsert_many([{"sku": str(number)} for number in range(60, 180)], "sku").count == 120
        assert items.delete_by_query({"filter": {"sku": {"_nnull": True}}}).count == 180


def test_more_than_the_server_takes_at_once(capped: DirectusServer) -> None:
    with capped.directus() as directus, shop_of(directus) as shop:
        items = shop.items()
        rows = [{"n": number, "name": "ä" * 2_000} for number in range(100)]
        assert [row["n"] for row in items.create_many(rows)] == list(range(100))
        assert directus.pipeline.limits.payload <= 102_400
        assert items.update_by_query({"filter": {"n": {"_gte": 0}}}, {"name": "x"}, returning=None).count == 100
        assert directus.pipeline.limits.batch == 60
        assert items.delete_by_query({}, all_items=True).count == 100
        assert items.count() == 0


def test_nested_lists_under_limits_of_the_server(capped: DirectusServer) -> None:
    if capped.version.startswith("9."):
        pytest.skip("version 9 cuts them at 100, whatever its limits are")
    with capped.directus() as directus, shop_of(directus) as shop:
        kids, parents = shop.items("string"), shop.items()
        name = shop.name("integer")
        field = {"field": "parent", "type": "integer", "schema": {}, "meta": {}}
        directus.fields.create_one(kids.collection, field)
        alias = {"field": "kids", "type": "alias", "schema": None, "meta": {"special": ["o2m"]}}
        directus.fields.create_one(name, alias)
        relation = {"collection": kids.collection, "field": "parent", "related_collection": name}
        directus.relations.create_one({**relation, "meta": {"one_field": "kids"}, "schema": None})
        parents.create_many([{"name": "a"}, {"name": "b"}])
        kids.create_many([{"id": f"k{number:03}", "parent": 1} for number in range(60)], returning=None)
        kids.update_many([f"k{number:03}" for number in range(8)], {"parent": 2}, returning=None)
        said = r"related items in kids at its limit"
        for fields in (None, ["id", "kids.id"], "*.*"):
            with pytest.warns(TruncatedResultWarning, match=said) as seen:
                assert [len(row["kids"]) for row in parents.read_all(fields=fields, page_size=1)] == [5, 5]
            assert len(seen) == 1
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert len(parents.read_one(2, fields=fields, nested_limit=-1)["kids"]) == 8
                assert [len(row["kids"]) for row in parents.read_many([2, 1], fields=fields, nested_limit=9)] == [8, 9]
                back = kids.read_one("k000", fields=["parent.kids.id"], nested_limit=-1)
            assert len(back["parent"]["kids"]) == 8
            with pytest.warns(TruncatedResultWarning, match=r"kids.*at most 50 \(QUERY_LIMIT_MAX\)"):
                assert len(parents.read_one(1, fields=fields, nested_limit=-1)["kids"]) == 50
        directus.collections.delete_one(kids.collection)  # its table refers to the other one
        shop.made.discard("string")


def test_the_first_event_under_limits_of_the_server(capped: DirectusServer) -> None:
    if capped.version.startswith("9."):
        pytest.skip("there are WebSockets from version 10.4")
    with capped.directus() as directus, shop_of(directus) as shop:
        items = shop.items()
        items.create_many(({"n": number} for number in range(60)), returning=None)
        for limit, count, match in ((None, 5, "the first event holds 5 items"), (-1, 50, "holds 50 items")):
            with items.subscribe(fields=["id"], limit=limit) as events, pytest.warns(TruncatedResultWarning, match=match):
                assert len(events.next(timeout=10).data) == count
        few = {"filter": {"n": {"_lt": 5}}}
        for query in ({**few}, {"limit": 20}):
            with items.subscribe(query=query, fields=["id"]) as events, warnings.catch_warnings():
                warnings.simplefilter("error")
                assert len(events.next(timeout=10).data) == query.get("limit", 5)
        with directus.realtime.connect() as socket:
            with pytest.warns(TruncatedResultWarning, match="returned 5 items and has more"):
                assert len(socket.items(items.collection).read(fields=["id"])) == 5
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert len(socket.items(items.collection).read(fields=["id"], **few)) == 5
