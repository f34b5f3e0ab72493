"""DataFrames to and from a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from directus_sdk import Directus
from tests.live.shop import Shop, shop_of

pytestmark = pytest.mark.live


@pytest.fixture
def shop(directus: Directus) -> Iterator[Shop]:
    with shop_of(directus) as shop:
        yield shop


def test_there_and_back(shop: Shop) -> None:
    import pandas as pd

    items = shop.items()
    frame = pd.DataFrame(
        {
            "n": pd.array([1, None, 3], dtype="Int64"),
            "name": ["a", None, "c"],
            "at": pd.to_datetime(["2024-01-01T05:00:00Z", None, "2024-06-01T05:00:00.120Z"], format="ISO8601"),
        }
    )
    assert items.create_many(frame).count == 3
    back = items.read_frame(fields=["n", "name", "at"])
    pd.testing.assert_frame_equal(back, frame, check_dtype=False)
    assert str(back.dtypes["n"]) == "Int64"
    assert str(back.dtypes["at"]).endswith("UTC]")
    page = items.read_many(limit=1, sort="-n", fields=["n"], filter={"n": {"_nnull": True}})
    assert page.to_pandas()["n"].tolist() == [3]
    back["name"] = "z"
    back["id"] = items.read_frame(fields=["id"])["id"]
    assert items.update_batch(back).count == 3
    assert items.count({"name": {"_eq": "z"}}) == 3
