"""Arrow, Parquet and polars: values are Python's, and a row has a number."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from directus_sdk.tables.options import Options
from directus_sdk.tables.reading import table_of

pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")
NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678901)
VALUES: dict[str, list[Any]] = {
    "n": [1, None], "price": [Decimal("1.50"), None], "active": [True, None], "sold": [NOW.date(), None], "at": [NOW, None],
    "clock": [NOW.time(), None], "tags": [["a"], []], "note": ["", None], "nested": [{"a": 1}, {"a": None}],
}  # fmt: skip


def table() -> Any:
    made = pa.table(VALUES)
    return made.set_column(4, "at", made["at"].cast(pa.timestamp("ns")))


def rows(source: object) -> list[Any]:
    found = table_of(source, Options())
    assert found is not None
    return list(found.rows())


def sources(folder: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq

    pq.write_table(table(), folder / "a.parquet")
    return {
        "table": table(),
        "batch": table().to_batches()[0],
        "reader": table().to_reader(),
        "polars": pl.from_arrow(table()),
        "parquet": folder / "a.parquet",
    }


@pytest.mark.parametrize("kind", ["table", "batch", "reader", "polars", "parquet"])
def test_values_are_those_of_python(kind: str, tmp_path: Path) -> None:
    found = rows(sources(tmp_path)[kind])
    assert found == [dict(zip(VALUES, values, strict=True)) for values in zip(*VALUES.values(), strict=True)]
    assert {name: type(value) for name, value in found[0].items()} == {name: type(value) for name, (value, _) in VALUES.items()}
    assert [(row.unit, row.line) for row in found] == [("row", 1), ("row", 2)]


def test_rows_of_many_parts_are_numbered() -> None:
    large = pa.concat_tables([pa.table({"n": range(1_500)}), pa.table({"n": range(1_500, 3_000)})])
    assert [(row["n"] + 1) - row.line for row in rows(large)] == [0] * 3_000
    assert [row.line for row in rows(pl.DataFrame({"n": range(2_500)}))] == list(range(1, 2_501))


def test_a_frame_that_is_not_computed_and_a_single_column() -> None:
    with pytest.raises(TypeError, match=r"LazyFrame is not computed yet: pass its collect\(\)"):
        rows(pl.DataFrame({"n": [1]}).lazy())
    for column in (pl.Series([1]), pa.chunked_array([[1]]), pa.array([1])):
        assert table_of(column, Options()) is None


def test_two_columns_of_one_name() -> None:
    with pytest.raises(ValueError, match="more than one column of the table is named 'a'"):
        rows(pa.table([[1], [2]], names=["a", "a"]))
