"""DataFrames that are made page by page: the same as those of all items at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from directus_sdk import Directus, Page
from directus_sdk.testing.mock import MockTransport
from tests.table import Table

pd = pytest.importorskip("pandas")

VALUES: dict[str, list[Any]] = {
    "integers": [1, 2, 3, 4, 5],
    "with gaps": [1, None, 3, 4, 5],
    "gaps first": [None, None, 3, 4, 5],
    "large": [1, 2, 2**70, 4, 5],
    "floats": [1.5, 2.5, 3.5, 4.5, 5.5],
    "mixed numbers": [1, 2, 3.5, 4, 5],
    "booleans": [True, False, True, True, False],
    "booleans with gaps": [True, None, True, True, False],
    "strings": ["a", "b", "b", "b", "c"],
    "strings with gaps": ["a", None, None, None, "ü"],
    "dates": ["2024-02-29"] * 5,
    "dates with gaps": ["2024-02-29", None, "2024-03-01", None, None],
    "timestamps": ["2024-02-29T10:00:00.000Z"] * 4 + ["2024-02-29T10:00:00+02:00"],
    "dates, and one string": ["2024-02-29", "2024-02-29", "2024-02-29", "2024-02-29", "soon"],
    "one string, and dates": ["soon", "2024-02-29", "2024-02-29", "2024-02-29", "2024-02-29"],
    "year 9999": ["9999-12-31", "2024-02-29", "2024-02-29", "2024-02-29", "2024-02-29"],
    "documents": [{"a": 1}, None, [1], "text", 5],
    "dates, and 0 for the first": [0, 0, "2024-02-29", None, "2024-03-01"],
    "nothing": [None] * 5,
    "number, then string": [1, 2, 3, "a", "b"],
}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("page_size", [1, 2, 5, None])
@pytest.mark.parametrize("workers", [1, 2])
def test_pages_make_the_frame_of_all_items(values: list[Any], page_size: int | None, workers: int) -> None:
    rows = [{"id": number, "value": value} for number, value in enumerate(values, 1)]
    frame = Table(rows).items().read_frame(page_size=page_size, workers=workers)
    pd.testing.assert_frame_equal(frame, Page(rows).to_pandas())


@pytest.mark.parametrize("type_", ["integer", "decimal", "string", "json", "dateTime", "boolean", "float"])
@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_the_types_of_the_fields_decide_as_well(values: list[Any], type_: str) -> None:
    rows = [{"id": number, "value": value} for number, value in enumerate(values, 1)]
    frame = Table(rows).items().read_frame(page_size=2, types={"value": type_})
    pd.testing.assert_frame_equal(frame, Page(rows).to_pandas(types={"value": type_}))


def read(*pages: list[Any], **options: Any) -> Any:
    mock = MockTransport([*pages, []])
    return Directus("https://cms.example.com", transport=mock).items("articles").read_frame(page_size=2, **options)


def test_fields_of_related_items_are_columns() -> None:
    pages = [{"id": 1, "author": None}, {"id": 2, "author": None}], [{"id": 3, "author": {"name": "Ada"}}]
    frame = read(*pages, fields=["id", "author.name"])
    assert list(frame.columns) == ["id", "author.name"]
    assert frame["author.name"].tolist()[2] == "Ada"
    assert frame["author.name"].isna().tolist() == [True, True, False]


def test_fields_of_related_items_are_columns_of_a_frame_without_rows() -> None:
    assert list(read([], fields=["id", "author.name", "author.*"]).columns) == ["id", "author.name"]


def test_documents_stay_one_column() -> None:
    assert read([{"id": 1, "data": {"a": 1}}]).columns.tolist() == ["id", "data"]
    assert read([{"id": 1, "data": {"a": 1}}], fields=["*.*"], types={"data": "json"}).columns.tolist() == ["id", "data"]


def test_a_field_that_comes_later_has_gaps_before() -> None:
    frame = read([{"id": 1}, {"id": 2}], [{"id": 3, "name": "a"}])
    assert frame["name"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize("name", ["sort", "limit", "meta"])
def test_workers_read_in_the_order_of_the_keys(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} cannot be combined with workers"):
        read(workers=2, **{name: {"sort": "id", "limit": 1, "meta": "*"}[name]})


@pytest.mark.parametrize("silent", [True, False])
def test_workers_on_a_server_whose_pages_are_small(silent: bool, tmp_path: Path) -> None:
    rows = [{"id": number, "name": "a"} for number in range(1, 131)]
    items = Table(rows, cap=50, usual=50, silent=silent, fields={"id": "integer", "name": "string"}).items
    assert items().read_frame(workers=2)["id"].tolist() == list(range(1, 131))
    assert items().export(tmp_path / "a.csv", workers=2).count == 130
    assert str(items().sync(tmp_path / "a.csv", delete_missing=True, workers=2)) == "+0 ~0 -0 =130"


@pytest.mark.parametrize("call", ["create_many", "sync"])
def test_arrays_of_a_parquet_file_are_lists(call: str) -> None:
    np = pytest.importorskip("numpy")
    table = Table(fields={"id": "integer", "tags": "csv", "js": "json"})
    inner = np.array([{"a": np.array([1.5, np.nan])}, None], dtype=object)
    frame = pd.DataFrame({"id": [1, 2], "tags": [np.array(["a", "b"]), np.array([])], "js": [inner, {"x": pd.NA}]})
    result = getattr(table.items(), call)(frame)
    rows = list(result.create) if call == "sync" else result
    assert [row["tags"] for row in rows] == [["a", "b"], []]
    assert [row["js"] for row in rows] == [[{"a": [1.5, None]}, None], {"x": None}]


def test_an_index_that_would_be_lost_is_refused() -> None:
    frame = pd.DataFrame({"id": [1, 2], "n": [3, 4]})
    for call in ("create_many", "update_batch", "sync"):
        table = Table(fields={"id": "integer", "n": "integer"})
        with pytest.raises(ValueError, match=r"has the index 'id', which is not a column.*reset_index\(\)"):
            getattr(table.items(), call)(frame.set_index("id"))
        assert [request for request in table.transport.requests if request.method == "POST"] == []
    assert table.items().create_many(frame.set_index("id", drop=False)).count == 2
