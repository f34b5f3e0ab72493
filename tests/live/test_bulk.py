"""Writing many items to a real server: the order, the bad ones, what a role may not read, and a run that is killed."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import BulkError, BulkOptions, ConfigurationError, Directus, Forbidden, OrderUnknown, ServerError
from directus_sdk.writing.checkpoint import BulkCheckpoint
from tests.live.people import new_role
from tests.live.shop import Shop, shop_of

pytestmark = pytest.mark.live


@pytest.fixture
def shop(directus: Directus) -> Iterator[Shop]:
    with shop_of(directus) as shop:
        yield shop


@pytest.mark.parametrize("workers", [1, 3])
def test_the_order_is_that_of_the_input(shop: Shop, workers: int) -> None:
    source = ({"n": number, "sku": str(number)} for number in range(1200))
    result = shop.items().create_many(source, batch_size=200, workers=workers)
    assert [row["n"] for row in result] == list(range(1200))


def test_uuids_in_the_order_of_the_input(shop: Shop) -> None:
    items = shop.items("uuid")
    rows = [
        {"n": number, "name": f"n{number}", "day": "2024-01-02", "tags": {"b": [number], "a": 1.0}} for number in range(100)
    ]
    assert [row["n"] for row in items.create_many(rows)] == list(range(100))
    keys = items.create_many(rows, generate_keys=True, returning="keys")
    assert [row["n"] for row in items.read_many(list(keys))] == list(range(100))
    with pytest.raises(OrderUnknown) as caught:
        items.create_many(rows, returning="keys")
    assert caught.value.result.count == 100
    assert items.exists(caught.value.result[0])
    assert [row["n"] for row in items.update_batch([{"id": key, "n": -place} for place, key in enumerate(keys)])] == [
        -place for place in range(100)
    ]


FAULTS = {"unique": {"sku": "7"}, "date": {"day": "no day"}, "timestamp (500)": {"at": "no time"}}


@pytest.mark.parametrize("fault", FAULTS)
def test_exactly_the_bad_row_is_named(shop: Shop, fault: str) -> None:
    items = shop.items("logged" if "500" in fault else "integer")  # without a log SQLite takes any text for a time
    rows = [{"n": number, "sku": str(number)} for number in range(300)]
    rows[217].update(FAULTS[fault])
    result = items.create_many(iter(rows), on_error="collect", returning="keys")
    assert [(entry.index, entry.item) for entry in result.errors] == [(217, rows[217])]
    assert result.count == len(result) == items.count() == 299
    if "500" in fault:
        return
    with pytest.raises(BulkError, match="item 217 was refused") as caught:
        shop.items("string").create_many(({"id": f"{row['n']:04}", **row} for row in rows), batch_size=100)
    assert [entry.index for entry in caught.value.errors] == [217]
    assert shop.items("string").count() == caught.value.result.count == 217


@pytest.mark.directus(">=10")  # version 9 takes any text for a UUID on SQLite
def test_a_bad_key_is_403_and_named_nevertheless(shop: Shop) -> None:
    rows: list[dict[str, Any]] = [{"id": str(uuid.uuid4()), "n": number} for number in range(50)]
    rows[20]["id"] = "no uuid"
    result = shop.items("uuid").create_many(rows, on_error="collect")
    assert [(entry.index, type(entry.error)) for entry in result.errors] == [(20, Forbidden)]
    assert [row["n"] for row in result] == [number for number in range(50) if number != 20]


@pytest.mark.directus(">=11")  # before, a bad value is refused in the same words
def test_a_collection_that_is_not_there_is_not_bisected(directus: Directus) -> None:
    calls: list[str] = []
    copy = directus.with_options()
    copy.on_event(lambda event: calls.append(event.kind))
    with pytest.raises(Forbidden):
        copy.items("nothing_here").create_many(({"n": number} for number in range(5000)), on_error="collect")
    assert calls.count("request") == 1


def test_a_role_that_may_write_and_not_read(workshop: Any) -> None:
    directus = workshop.directus
    with shop_of(directus) as shop:
        name = shop.name("integer")
        rules = [{"collection": name, "action": action} for action in ("create", "update")]
        role = new_role(directus, workshop.server.version, "Writer", rules)
        with workshop.client_of(role) as writer:
            items = writer.items(name)
            result = items.create_many(({"sku": str(number)} for number in range(50)), batch_size=20)
            assert (list(result), result.count) == ([], 50)
            assert items.create_many([{"id": 900}, {"id": 901}], returning="keys") == [900, 901]
        assert shop.items().count() == 52


def test_a_500_for_the_first_items_is_not_the_end(shop: Shop) -> None:
    items = shop.items("logged")
    bad = (0, 1, 2, 59)
    rows: list[dict[str, Any]] = [{"n": number} for number in range(60)]
    for place in bad:
        rows[place]["at"] = "no time"
    result = items.create_many(rows, on_error="collect")
    assert tuple(entry.index for entry in result.errors) == bad
    assert all(isinstance(entry.error, ServerError) for entry in result.errors)
    assert [row["n"] for row in result] == [number for number in range(60) if number not in bad]


@pytest.mark.directus(">=11")  # before, the server does not repeat the value
def test_duplicates_cost_about_one_call_each(shop: Shop) -> None:
    items = shop.items()
    items.create_many([{"sku": f"taken {number}"} for number in range(0, 120, 6)], returning=None)
    calls: list[str] = []
    shop.directus.on_event(lambda event: calls.append(event.kind))
    rows = [{"n": number, "sku": f"taken {number}" if number % 6 == 0 else str(number)} for number in range(120)]
    result = items.create_many(rows, on_error="collect")
    assert [entry.index for entry in result.errors] == list(range(0, 120, 6))
    assert [row["n"] for row in result] == [number for number in range(120) if number % 6]
    assert calls.count("request") < 30


def test_the_last_change_of_an_item_wins(shop: Shop) -> None:
    items = shop.items()
    key = items.create_one({"n": 0})["id"]
    changes = [{"id": key if number % 2 else str(key), "n": number} for number in range(60)]
    items.update_batch(changes, batch_size=4, workers=4, returning=None)
    assert items.read_one(key)["n"] == 59


def test_a_key_of_another_name_and_another_key(shop: Shop) -> None:
    items = shop.items()
    key = items.create_one({"sku": "a"})["id"]
    with pytest.raises(ValueError, match="never changes the primary key"):
        items.update_one(key, {"id": key + 1, "n": 1})
    assert items.update_one(key, {"id": str(key), "n": 1}, fields=["id", "n"]) == {"id": key, "n": 1}
    wrong = shop.directus.items(items.collection, primary_key="no_key")
    with pytest.raises(BulkError, match="primary_key=") as caught:
        wrong.create_many([{"sku": "b"}, {"sku": "c"}], returning="keys")
    assert caught.value.result.count == 2
    with pytest.raises(ConfigurationError, match="primary_key="):
        wrong.upsert_many([{"sku": "b"}], match_on="sku")


RUN = """
    import sys
    from directus_sdk import Directus

    url, token, collection, path = sys.argv[1:]

    def rows():
        for number in range(2000):
            if number % 100 == 0:
                print(number, flush=True)
            yield {"n": number, "name": "x" * 50}

    with Directus(url, token=token) as directus:
        result = directus.items(collection).create_many(
            rows(), batch_size=100, generate_keys=True, checkpoint=path, returning=None
        )
    print("done", result.count, flush=True)
"""


def test_killed_in_the_middle_and_started_again(shop: Shop, directus_server: Any, tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    name = shop.name("uuid")
    command = [sys.executable, "-c", textwrap.dedent(RUN), directus_server.url, directus_server.admin_token, name, str(path)]
    for stop_at in (300, 1100):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if int(line) >= stop_at:
                    os.kill(process.pid, signal.SIGKILL)  # while a chunk is on its way, or before or after it
                    break
        assert process.returncode == -signal.SIGKILL
        assert 0 < BulkCheckpoint(path).done < 2000
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].startswith("done")
    rows = shop.items("uuid").read_all(fields=["n"])
    assert sorted(row["n"] for row in rows) == list(range(2000))
    assert BulkCheckpoint(path).finished


def test_an_empty_cell_is_null_as_in_sync(shop: Shop) -> None:
    items = shop.items()
    text = "id,sku,n,name\n,a,1,\n,b,,x\n"
    created = items.create_many(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["sku"], row["n"], row["name"]) for row in created] == [("a", 1, None), ("b", None, "x")]
    rows = csv.DictReader(io.StringIO(text.replace("id,", "").replace("\n,", "\n"), newline=""))
    assert str(items.sync(rows, match_on="sku")) == "+0 ~0 -0 =2"
    rows = csv.DictReader(io.StringIO("id,sku,n\n,c,\n", newline=""))
    assert items.sync(rows, match_on="sku").apply().ok


def test_each_option_of_each_bulk_method_by_its_name(shop: Shop, tmp_path: Path) -> None:
    items = shop.items()
    reports: list[tuple[int, int | None]] = []
    options: BulkOptions = {
        "batch_size": 2,
        "on_error": "collect",
        "workers": 2,
        "progress": lambda done, total: reports.append((done, total)),
    }

    def checkpoint(name: str) -> BulkOptions:
        return {**options, "checkpoint": tmp_path / name}

    rows = [{"sku": f"s{number}", "n": number} for number in range(5)]
    keys = items.create_many(rows, returning="keys", match_on="sku", **checkpoint("create"))
    assert len(keys) == 5
    assert [row["n"] for row in items.update_many(keys, {"n": 9}, limit=-1, **checkpoint("update"))] == [9] * 5
    batch = [{"id": key, "n": number} for number, key in enumerate(keys)]
    assert items.update_batch(batch, returning="keys", **checkpoint("batch")) == list(keys)
    more = [{"sku": f"s{number}", "n": -number} for number in range(8)]
    upserted = items.upsert_many(more, match_on="sku", **checkpoint("upsert"))
    assert [row["n"] for row in upserted] == [-number for number in range(8)]
    assert items.count() == 8
    assert items.update_by_query(filter={"n": {"_lt": -5}}, data={"n": 1}, returning=None, **options).count == 2
    assert items.delete_by_query(filter={"n": {"_eq": 1}}, **options).count == 2
    assert items.delete_many(keys, **checkpoint("delete")) == list(keys)
    assert items.count() == 1
    assert reports[-1] == (5, 5)


def test_what_an_iterable_raises_arrives_as_itself(shop: Shop) -> None:
    def source() -> Iterator[dict[str, Any]]:
        for number in range(6):
            yield {"n": number}
        raise OSError("the file is gone")

    with pytest.raises(OSError, match="the file is gone") as caught:
        shop.items().create_many(source(), batch_size=2)
    assert caught.value.result.count == shop.items().count() == 4  # type: ignore[attr-defined]
