"""Making a collection on a real server like a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from directus_sdk import Directus
from tests.live.shop import Shop, shop_of

pytestmark = pytest.mark.live


@pytest.fixture
def shop(directus: Directus) -> Iterator[Shop]:
    with shop_of(directus) as shop:
        yield shop


def test_a_thousand_rows(shop: Shop) -> None:
    items = shop.items()
    noon = datetime(2024, 1, 1, 12, tzinfo=timezone.utc)
    rows: list[dict[str, Any]] = [
        {"sku": f"s{number}", "n": number, "day": date(2024, 1, 1), "at": noon, "tags": ["a", number]}
        for number in range(1000)
    ]  # fmt: skip
    assert str(items.sync(rows, match_on="sku")) == "+1000 ~0 -0 =0"
    assert items.count() == 0
    assert items.sync(rows, match_on="sku").apply().count == 1000
    assert str(items.sync(rows, match_on="sku")) == "+0 ~0 -0 =1000"
    for row in rows[:12]:
        row["n"] += 1
    rows[12]["day"] = date(2025, 1, 1)
    rows += [{"sku": "new1"}, {"sku": "new2"}, {"sku": "new3", "n": Decimal(5)}]
    del rows[20:25]
    plan = items.sync(rows, match_on="sku", delete_missing=True)
    assert str(plan) == "+3 ~13 -5 =982"
    assert set(plan.update[0]) == {"id", "n"}
    assert plan.apply().count == 21
    assert str(items.sync(rows, match_on="sku", delete_missing=True)) == "+0 ~0 -0 =998"


def test_a_csv_file_and_a_frame(shop: Shop, tmp_path: Path) -> None:
    import pandas as pd

    items = shop.items()
    path = tmp_path / "stock.csv"
    path.write_text("sku,n,day,name\na,1,2024-01-02,\nb,,,Bee\n", encoding="utf-8")
    assert str(items.sync(path, match_on="sku")) == "+2 ~0 -0 =0"
    items.sync(path, match_on="sku").apply()
    assert str(items.sync(path, match_on="sku")) == "+0 ~0 -0 =2"
    frame = pd.read_csv(path, parse_dates=["day"])
    frame["day"] = frame["day"].dt.date
    assert str(items.sync(frame, match_on="sku")) == "+0 ~0 -0 =2"
    frame.loc[0, "n"] = 9
    assert items.sync(frame, match_on="sku").update == [{"id": items.first(sort="sku")["id"], "n": 9.0}]


EAST = timezone(timedelta(hours=2))
VALUES: dict[str, list[Any]] = {
    "title": ["01", "1", "1.5", "1.50", "2024-01-01", "2024-01-01T00:00:00"],
    "date": [date(2024, 1, 1), datetime(2024, 1, 2), "2024-01-03"],
    "dateTime": [datetime(2024, 1, 1, 4), date(2024, 1, 2), "2024-01-03 04:00:00", datetime(2024, 1, 4, 4, 5, 6)],
    "timestamp": [
        datetime(2024, 1, 1, 4, tzinfo=EAST), "2024-01-02T06:00:00+02:00", datetime(2024, 1, 3, 4, 5, 6, 123000, timezone.utc),
    ],
    "decimal": [Decimal("1.50"), Decimal("2.00"), 3.0, "4.50"],
    "float": [Decimal("1.50"), 2.0, 0.1, "4.50"],
    "uuid": [UUID(int=7), str(UUID(int=8))],
}  # fmt: skip


@pytest.fixture(scope="module")
def typed(directus_server: Any) -> Iterator[Any]:
    """A collection with a field of each type; `n` beside it."""
    name = f"typed_{uuid4().hex[:8]}"
    key = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
    scale = {"numeric_precision": 10, "numeric_scale": 5}
    fields = [key, {"field": "n", "type": "integer", "meta": {}, "schema": {}}] + [
        {"field": kind, "type": "string" if kind == "title" else kind, "meta": {}, "schema": scale if kind == "decimal" else {}}
        for kind in VALUES
    ]
    with directus_server.directus() as directus:
        directus.request("POST", "/collections", json={"collection": name, "meta": {}, "schema": {}, "fields": fields})
        yield directus.items(name)
        directus.request("DELETE", f"/collections/{name}")


@pytest.mark.parametrize("field", VALUES)
def test_values_that_the_server_writes_in_its_own_way(typed: Any, field: str) -> None:
    rows = [{field: value, "n": number} for number, value in enumerate(VALUES[field])]
    typed.delete_by_query({}, all_items=True)
    typed.create_many(rows)
    for delete_missing in (False, True):
        assert str(typed.sync(rows, match_on=field, delete_missing=delete_missing)) == f"+0 ~0 -0 ={len(rows)}"
        frame = typed.read_frame(fields=[field, "n"])
        assert str(typed.sync(frame, match_on=field, delete_missing=delete_missing)) == f"+0 ~0 -0 ={len(rows)}"


@pytest.mark.parametrize("field", VALUES)
def test_a_second_upsert_makes_nothing_new(typed: Any, field: str) -> None:
    rows = [{field: value, "n": number} for number, value in enumerate(VALUES[field])]
    typed.delete_by_query({}, all_items=True)
    for _ in range(2):
        assert typed.upsert_many(rows, field).count == len(rows)
        assert typed.count() == len(rows)


def test_a_time_without_its_zone_and_texts_that_look_alike(typed: Any) -> None:
    typed.delete_by_query({}, all_items=True)
    typed.create_many([{"timestamp": "2024-01-01T04:00:00Z"}, {"title": "1.50"}])
    with pytest.raises(ValueError, match="time zone"):
        typed.sync([{"timestamp": datetime(2024, 1, 1, 4)}], match_on="timestamp")
    for value in ("1.5", 1.5, Decimal("1.5")):
        assert str(typed.sync([{"title": value}], match_on="title", delete_missing=True)) == "+1 ~0 -1 =0"


@pytest.mark.directus(">=10")  # older ones cannot sort by what they count
def test_groups_that_are_equal(typed: Any) -> None:
    typed.delete_by_query({}, all_items=True)
    typed.create_many([{"n": number, "date": "2024-01-01"} for number in range(25)])
    groups = typed.read_all(aggregate={"count": "*"}, group_by=["n", "date"], sort="-count", page_size=10)
    assert sorted(group["n"] for group in groups) == list(range(25))


def test_wildcards_hold_the_key(typed: Any) -> None:
    typed.delete_by_query({}, all_items=True)
    typed.create_many([{"n": number} for number in range(25)])
    for fields in ("*.*", "*.title"):
        assert all(row["id"] for row in typed.read_all(fields=fields, page_size=10))
