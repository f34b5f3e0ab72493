"""Making a collection on a real server like a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

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
