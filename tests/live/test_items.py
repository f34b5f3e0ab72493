"""Items on a real server: reading, one item at a time, and what the server says of mistakes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from directus_sdk import Directus, FailedValidation, Forbidden, InvalidQuery, RecordNotUnique, ServerError
from directus_sdk.testing.server.versions import matches
from tests.live.shop import Shop, shop_of

pytestmark = pytest.mark.live


@pytest.fixture
def shop(directus: Directus) -> Iterator[Shop]:
    with shop_of(directus) as shop:
        yield shop


def test_one_item_from_birth_to_end(shop: Shop) -> None:
    items = shop.items()
    made = items.create_one({"sku": "a", "name": "Ä ‘quoted’ 🎈"})
    assert made is not None
    key = made["id"]
    assert items.read_one(key, fields=["name"]) == {"name": "Ä ‘quoted’ 🎈"}
    assert items.exists(key)
    assert items.update_one(key, {"name": "b"}, fields=["name"]) == {"name": "b"}
    items.delete_one(key)
    assert not items.exists(key)
    with pytest.raises(Forbidden):
        items.read_one(key)
    assert items.update_one(key, {"name": "c"}) is None  # an administrator gets no error


@pytest.mark.parametrize("key", [0, "0"])
def test_an_item_with_the_key_zero_is_the_one_that_comes_back(shop: Shop, key: Any) -> None:
    items = shop.items()
    items.create_many([{"name": "a"}, {"name": "b"}], returning=None)
    assert items.create_one({"id": key, "name": "zero"}) == items.read_one(0)
    items.delete_one(0)
    assert items.create_one({"id": key, "name": "zero"}, fields=["name"]) == {"name": "zero"}
    items.delete_one(0)
    assert items.upsert_one({"id": key, "name": "zero"}, fields=["id"]) == {"id": 0}
    items.delete_one(0)
    assert items.create_many([{"id": key, "name": "zero"}])[0]["name"] == "zero"
    items.delete_one(0)
    assert items.create_many([{"id": 90}, {"id": key}], returning="keys") == [90, 0]
    items.delete_many([0, 90])
    assert items.upsert_many([{"id": key, "name": "zero"}, {"id": 91, "name": "b"}], fields=["name"]) == [
        {"name": "zero"},
        {"name": "b"},
    ]
    items.delete_many([0, 91])


@pytest.mark.directus(">=10")  # version 9 takes any email
def test_the_words_of_the_server_for_each_field_of_a_form(directus: Directus) -> None:
    with pytest.raises(FailedValidation) as caught:
        directus.users.create_one({"email": "no address"})
    assert list(caught.value.field_errors) == ["email"]
    assert "email" in caught.value.field_errors["email"][0]


def test_keys_that_would_lead_elsewhere_stay_keys(shop: Shop) -> None:
    items = shop.items("string")
    for key in ("a/b", "1?fields=*", "#x", "a%2Fb", "ä b"):
        items.create_one({"id": key})
        assert items.read_one(key)["id"] == key
        assert items.read_many([key])[0]["id"] == key
        items.delete_one(key)
    assert items.count() == 0


def test_many_keys_come_in_their_order(shop: Shop) -> None:
    items = shop.items()
    items.create_many(({"sku": str(number)} for number in range(1200)), returning=None)
    keys = [row["id"] for row in items.read_all(fields=["id"])]
    wanted = [*keys[::-1], 10**9]
    assert [row["id"] for row in items.read_many(wanted)] == keys[::-1]
    few = items.read_many(keys[:120], fields=["sku"])
    assert [row["sku"] for row in few] == [str(number) for number in range(120)]


def test_upsert_one_and_many(shop: Shop) -> None:
    items = shop.items()
    first = items.upsert_one({"sku": "a", "n": 1}, "sku")
    again = items.upsert_one({"sku": "a", "n": 2}, "sku")
    assert first is not None
    assert again is not None
    assert (again["id"], again["n"]) == (first["id"], 2)
    result = items.upsert_many([{"sku": str(number), "n": number} for number in range(300)] + [{"sku": "a", "n": 3}], "sku")
    assert [row["n"] for row in result] == [*range(300), 3]
    assert result[-1] is not None
    assert result[-1]["id"] == first["id"]
    assert items.count() == 301


def test_uuid_keys_are_upserted_whatever_their_case(shop: Shop) -> None:
    items = shop.items("uuid")
    mine = str(uuid.uuid4())
    items.create_one({"id": mine, "n": 1})
    result = items.upsert_many([{"id": mine, "n": 2}, {"id": str(uuid.uuid4()), "n": 3}], fields=["n"])
    assert result == [{"n": 2}, {"n": 3}]
    assert items.count() == 2


def test_the_errors_of_the_server_have_their_names(shop: Shop) -> None:
    items = shop.items()
    items.create_one({"sku": "a"})
    new = matches(">=11", shop.directus.server.version())  # before, no value is repeated
    with pytest.raises(RecordNotUnique, match="It is item 1 of items 0 to 2" if new else None) as caught:
        items.create_many([{"sku": "b"}, {"sku": "a"}, {"sku": "c"}])
    assert (caught.value.field, items.count()) == ("sku", 1)
    with pytest.raises(InvalidQuery):
        shop.items("uuid").read_many(filter={"id": {"_gt": str(uuid.uuid4())}})
    with pytest.raises(Forbidden if new else ServerError, match="primary_key" if new else "code"):
        list(shop.directus.items(shop.name("integer"), primary_key="code").iterate())


def test_a_singleton_is_not_many_items(shop: Shop) -> None:
    items = shop.directus.items(shop.name("single"))
    calls: list[Any] = [
        lambda: items.read_many(),
        lambda: items.read_all(),
        lambda: items.create_one({"name": "x"}),
        lambda: items.create_many([{"name": "x"}]),
        lambda: items.update_one(1, {"name": "x"}),
        lambda: items.update_batch([{"id": 1, "name": "x"}]),
        lambda: items.update_many([1], {"name": "x"}),
    ]
    for call in calls:
        with pytest.raises(TypeError, match=r"directus\.singleton"):
            call()
    with pytest.raises(TypeError, match=r"directus\.items"):
        shop.directus.singleton(shop.name("integer")).read()
    assert shop.directus.singleton(shop.name("single")).update({"name": "y"}, fields=["name"]) == {"name": "y"}
