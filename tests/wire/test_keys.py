from __future__ import annotations

import math
from typing import Any
from uuid import UUID

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport

MINE = UUID("6ea913f7-9746-4fe2-b632-3e6ac711bda0")


def read(keys: Any, rows: list[dict[str, Any]], **options: Any) -> Any:
    return Directus("https://cms.example.com", transport=MockTransport([rows])).items("things").read_many(keys, **options)


@pytest.mark.parametrize("keys", ["abc", b"abc", MINE, 5, True])
def test_what_is_no_list_is_refused(keys: Any) -> None:
    with pytest.raises(TypeError, match="keys must be a list"):
        read(keys, [])


def test_a_frame_is_no_list_of_keys_and_its_column_is() -> None:
    import numpy as np
    import pandas as pd

    mock = MockTransport(lambda request: [])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    with pytest.raises(TypeError, match="not DataFrame; pass one column"):
        items.delete_many(pd.DataFrame({"id": [1, 2]}))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="key 0 must be"):
        items.delete_many(np.array([True]))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="key 1 must be"):
        items.delete_many(pd.Series([1, None], dtype="Int64"))  # type: ignore[arg-type]
    assert mock.requests == []
    for keys in (pd.Series([1, 2]), pd.Series([1, 2], dtype="Int64"), np.array([1, 2], dtype="int32"), [np.int64(1), 2]):
        assert items.delete_many(keys) == [1, 2]  # type: ignore[arg-type]
        assert mock.json() == [1, 2]


@pytest.mark.parametrize("key", [None, True, [1], {"id": 1}, b"1"])
def test_what_cannot_be_a_key_is_named_by_its_place(key: Any) -> None:
    with pytest.raises(TypeError, match="key 1 must be"):
        read([1, key], [])


@pytest.mark.parametrize("key", ["", math.nan])
def test_empty_keys_are_refused(key: Any) -> None:
    with pytest.raises(ValueError, match="key 1 is empty"):
        read([1, key], [])


def test_items_come_in_the_order_of_the_keys() -> None:
    assert [row["id"] for row in read([3, 1, 2], [{"id": 1}, {"id": 2}, {"id": 3}])] == [3, 1, 2]


def test_a_key_that_comes_twice_gives_its_item_twice() -> None:
    found = read([1, 1, "1", 1.0], [{"id": 1, "tags": []}])
    assert found == [{"id": 1, "tags": []}] * 4
    found[0]["tags"].append("x")
    assert found[1] == {"id": 1, "tags": []}


def test_uuids_are_found_whatever_their_case() -> None:
    assert read([MINE], [{"id": str(MINE)}]) == [{"id": str(MINE)}]
    assert read([str(MINE).upper()], [{"id": str(MINE)}]) == [{"id": str(MINE)}]


def test_large_numbers_sent_as_text_are_found() -> None:
    assert read([2**60], [{"id": str(2**60)}]) == [{"id": str(2**60)}]


def test_a_generator_of_keys_is_checked_while_it_is_read() -> None:
    mock = MockTransport(lambda request: [])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    with pytest.raises(TypeError, match="key 2 must be"):
        items.delete_many(key for key in (1, 2, None))  # type: ignore[misc]
    assert mock.requests == []


def test_the_case_of_other_texts_makes_a_difference() -> None:
    assert read(["A", "a"], [{"id": "a"}]) == [{"id": "a"}]


def test_scalars_of_numpy_are_keys_and_numbers() -> None:
    import numpy as np

    key: Any = np.int64(7)
    mock = MockTransport(lambda request: {"id": 7} if request.url.endswith("/7") else [{"id": 7}])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    assert items.read_one(key) == items.update_one(key, {"n": key}, must_exist=True) == {"id": 7}
    assert items.exists(key)
    items.delete_one(key)
    assert mock.path() == "/items/things/7"
    assert items.read_many([key, np.float64(7)]) == [{"id": 7}] * 2
    items.read_many(limit=key, offset=np.uint8(1))
    assert mock.query() == {"limit": "7", "offset": "1"}
    assert items.version(key, "draft").item == 7
    for wrong in (np.bool_(True), np.datetime64("2026-01-01")):
        with pytest.raises(TypeError, match="must be a string, a number or a UUID"):
            items.read_one(wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="limit must be an integer"):
            items.read_many(limit=wrong)  # type: ignore[arg-type]


def test_white_space_may_be_a_key() -> None:
    """Servers take such keys, so an item that has one can be read and changed."""
    mock = MockTransport(lambda request: {"id": "\t"} if request.method != "SEARCH" else [{"id": "\t"}])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    assert items.read_one("\t") == items.read_many(["\t"], missing="raise")[0] == {"id": "\t"}
    assert mock.path(0) == "/items/things/%09"
    assert items.exists("\t")
    with pytest.raises(ValueError, match="collection must not be empty"):
        items._directus.items(" ")  # type: ignore[attr-defined]


def test_leading_zeros_are_another_number_only_where_keys_are_texts() -> None:
    assert read(["01", 2, "-3"], [{"id": 1}, {"id": -3}, {"id": 2}]) == [{"id": 1}, {"id": 2}, {"id": -3}]
    assert read(["01", "1"], [{"id": "1"}]) == [{"id": "1"}]
    assert read(["01"], [{"id": "1"}], missing="raise") == [{"id": "1"}]  # bigInteger of some databases
