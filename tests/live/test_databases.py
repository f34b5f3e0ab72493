"""Values as SQLite and PostgreSQL keep them, and as models and dicts show them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import pytest

from directus_sdk import Directus, NotFound, ServerError
from directus_sdk.testing.server.base import AnyServer

pytestmark = pytest.mark.live

ON_POSTGRES = os.environ.get("DIRECTUS_DATABASE") == "postgres"

BIG = 2**53 + 1  # the first whole number that JavaScript cannot tell from its neighbour
EXACT = Decimal("12345678901234567890.0123456789")
KEY = UUID("2d321940-69f5-445f-be6b-c773fa58a820")
TEXTS = {
    "polish": "Zażółć gęślą jaźń",
    "japanese": "日本語のテキスト",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 🇪🇺",
    "control": "a\tb\nc",
    "quotes": 'O\'Brien "quoted" \\ %_',
    "bidi": "\u202eright to left",
    "ligature": "ﷺ" * 50,
}


@attrs.define
class Value:
    """An item of the collection `values_of_databases`."""

    id: UUID
    big: int | None = None
    exact: Decimal | None = None
    ratio: float | None = None
    at: datetime | None = None
    local: datetime | None = None
    day: date | None = None
    hour: time | None = None
    document: Any = None
    text: str | None = None
    yes: bool | None = None
    tags: list[str] | None = None


def field(name: str, kind: str, *special: str, **schema: Any) -> dict[str, Any]:
    return {"field": name, "type": kind, "meta": {"special": list(special) or None}, "schema": schema}


@pytest.fixture(scope="module")
def values(directus_server: AnyServer) -> Iterator[str]:
    name = "values_of_databases"
    with directus_server.directus() as directus:
        directus.collections.create_one(
            {
                "collection": name,
                "schema": {},
                "meta": {},
                "fields": [
                    field("id", "uuid", is_primary_key=True),
                    field("big", "bigInteger"),
                    field("exact", "decimal", numeric_precision=30, numeric_scale=10),
                    field("ratio", "float"),
                    field("at", "timestamp"),
                    field("local", "dateTime"),
                    field("day", "date"),
                    field("hour", "time"),
                    # Servers before version 11 return text for json unless they are told.
                    field("document", "json", "cast-json"),
                    field("text", "text"),
                    field("yes", "boolean", "cast-boolean"),
                    field("tags", "csv", "cast-csv"),
                ],
            }
        )
        yield name
        directus.collections.delete_one(name)


@pytest.fixture(scope="module")
def numbers(directus_server: AnyServer) -> Iterator[str]:
    """A hundred items whose keys go from 331 to 33,100."""
    name = "numbers_of_databases"
    key = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
    fields = [key, field("big", "bigInteger"), field("exact", "decimal", numeric_precision=30, numeric_scale=10)]
    with directus_server.directus() as directus:
        directus.collections.create_one({"collection": name, "schema": {}, "meta": {}, "fields": fields})
        rows = [{"id": 331 * number, "big": number, "exact": "0.25"} for number in range(1, 101)]
        directus.items(name).create_many(rows)
        yield name
        directus.collections.delete_one(name)


@pytest.fixture(autouse=True)
def empty(directus: Directus, values: str) -> None:
    directus.items(values).delete_by_query({}, all_items=True)


def put(directus: Directus, collection: str, **item: Any) -> tuple[dict[str, Any], Value]:
    """Write an item and return it as a dict and as a model."""
    directus.items(collection).create_one({"id": KEY, **item})
    return directus.items(collection).read_one(KEY), directus.items(collection, Value).read_one(KEY)


def test_a_big_integer(directus: Directus, values: str) -> None:
    sent, model = put(directus, values, big=BIG)
    if ON_POSTGRES:
        assert sent["big"] == str(BIG)
        assert model.big == BIG
        assert directus.items(values).count({"big": {"_eq": BIG}}) == 1
        assert directus.items(values).count({"big": {"_eq": BIG + 1}}) == 0
    else:
        assert sent["big"] == model.big == BIG - 1  # the server rounds it


def test_an_integer_that_everybody_can_keep(directus: Directus, values: str) -> None:
    sent, model = put(directus, values, big=2**53 - 1)
    assert int(sent["big"]) == model.big == 2**53 - 1
    assert isinstance(sent["big"], str if ON_POSTGRES else int)


def test_a_decimal(directus: Directus, values: str) -> None:
    sent, model = put(directus, values, exact=EXACT)
    if ON_POSTGRES:
        assert sent["exact"] == str(EXACT)
        assert model.exact == EXACT
    else:
        assert isinstance(sent["exact"], (int, float))
        assert model.exact is not None
        assert abs(model.exact - EXACT) < 10_000  # SQLite keeps about sixteen digits


def test_numbers_of_a_file_arrive_as_they_are_written(directus: Directus, values: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text(f'{{"id": "{KEY}", "exact": {EXACT}, "big": {BIG}}}\n', encoding="utf-8")
    items = directus.items(values)
    items.create_many(path)
    if ON_POSTGRES:
        stored = items.read_one(KEY)
        assert (stored["exact"], stored["big"]) == (str(EXACT), str(BIG))
    assert str(items.sync(path)) == "+0 ~0 -0 =1"


def test_a_decimal_that_everybody_can_keep(directus: Directus, values: str) -> None:
    _, model = put(directus, values, exact=Decimal("1234.5"), ratio=0.1)
    assert (model.exact, model.ratio) == (Decimal("1234.5"), 0.1)
    assert isinstance(model.exact, Decimal)


def test_a_model_goes_out_as_it_came(directus: Directus, values: str) -> None:
    handler = directus.items(values, Value)
    whole = Value(KEY, big=42, exact=Decimal("0.5"), ratio=1.5, text="x", yes=True, tags=["a", "b"], document={"a": [1]})
    handler.create_one(whole)
    assert handler.read_one(KEY) == whole


def test_a_uuid_as_key(directus: Directus, values: str) -> None:
    sent, model = put(directus, values, text="keyed")
    assert (sent["id"], model.id) == (str(KEY), KEY)
    handler = directus.items(values)
    assert handler.update_one(KEY, {"text": "changed"}, fields=["text"]) == {"text": "changed"}
    others = [UUID(int=number) for number in (3, 1, 2)]
    handler.create_many([{"id": key, "text": str(key.int)} for key in others])
    assert [item["id"] for item in handler.read_many([*others, KEY])] == [*map(str, others), str(KEY)]
    assert handler.exists(KEY)
    handler.delete_one(KEY)
    assert not handler.exists(KEY)


def test_pages_of_items_with_uuids_as_keys(directus: Directus, values: str) -> None:
    handler = directus.items(values)
    handler.create_many([{"id": UUID(int=number), "text": "x"} for number in range(25)])
    assert sorted(item["id"] for item in handler.iterate(page_size=10)) == [str(UUID(int=n)) for n in range(25)]


@pytest.mark.parametrize("hours", [0, 2, -7])
def test_a_timestamp_keeps_its_moment(directus: Directus, values: str, hours: int) -> None:
    moment = datetime(2024, 2, 29, 23, 30, 15, tzinfo=timezone(timedelta(hours=hours)))
    sent, model = put(directus, values, at=moment)
    assert sent["at"] == moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert model.at == moment
    assert model.at is not None
    assert model.at.tzinfo is not None
    handler = directus.items(values)
    assert handler.count({"at": {"_gte": moment - timedelta(seconds=1)}}) == 1
    assert handler.count({"at": {"_gt": moment + timedelta(seconds=1)}}) == 0


def test_dates_and_times_without_a_zone(directus: Directus, values: str) -> None:
    local, day, hour = datetime(2024, 2, 29, 12, 30), date(2024, 2, 29), time(10, 11, 12)
    sent, model = put(directus, values, local=local, day=day, hour=hour)
    assert (sent["local"], sent["day"], sent["hour"]) == ("2024-02-29T12:30:00", "2024-02-29", "10:11:12")
    assert (model.local, model.day, model.hour) == (local, day, hour)


@pytest.mark.parametrize(
    "document",
    [{"a": [1, 2.5, None, True], "ä": {"😀": "x"}}, [], [[], {}], {}, [{"a": 1}, "text", 3]],
    ids=["object", "empty list", "nested", "empty object", "mixed"],
)
def test_json(directus: Directus, values: str, document: Any) -> None:
    sent, model = put(directus, values, document=document)
    assert sent["document"] == model.document == document


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_of_all_languages(directus: Directus, values: str, text: str) -> None:
    sent, model = put(directus, values, text=text, tags=[text.replace(",", ""), "b"], document={text: text})
    assert sent["text"] == model.text == text
    assert model.tags == [text, "b"]
    assert model.document == {text: text}
    assert directus.items(values).count({"text": {"_eq": text}}) == 1


def test_yes_and_no(directus: Directus, values: str) -> None:
    sent, model = put(directus, values, yes=False)
    assert sent["yes"] is model.yes is False
    assert directus.items(values).count({"yes": {"_eq": False}}) == 1
    assert directus.items(values).count({"yes": {"_eq": True}}) == 0


def test_counts_are_numbers_and_aggregates_are_as_sent(directus: Directus, numbers: str) -> None:
    handler = directus.items(numbers)
    counted = handler.count()
    assert counted == 100
    assert type(counted) is int
    assert handler.count({"big": {"_gt": 90}}) == 10
    (row,) = handler.aggregate({"count": "*", "sum": ["big", "exact"], "max": ["big"]})
    kind = str if ON_POSTGRES else (int, float)
    assert isinstance(row["count"], kind)
    assert isinstance(row["sum"]["big"], kind)
    assert (int(row["count"]), int(row["sum"]["big"]), int(row["max"]["big"])) == (100, 5050, 100)
    assert Decimal(str(row["sum"]["exact"])) == 25


def test_the_meta_counts_are_numbers(directus: Directus, numbers: str) -> None:
    page = directus.items(numbers).read_many(limit=3, filter={"big": {"_lte": 20}}, meta="*")
    assert (page.meta.total_count, page.meta.filter_count) == (100, 20)
    assert type(page.meta.total_count) is type(page.meta.filter_count) is int


def test_33000_keys(directus: Directus, numbers: str) -> None:
    keys = list(range(33_100, 100, -1))
    assert len(keys) == 33_000
    found = directus.items(numbers).read_many(keys, fields=["id"])
    assert [item["id"] for item in found] == [331 * number for number in range(100, 0, -1)]
    with pytest.raises(NotFound, match="32900 of 33000 keys"):
        directus.items(numbers).read_many(keys, fields=["id"], missing="raise")


def test_geometry_where_the_database_has_it(directus: Directus) -> None:
    """SQLite has it with SpatiaLite and PostgreSQL with PostGIS; without, the server fails, and the error says why."""
    name = "places_of_databases"
    point = {"type": "Point", "coordinates": [13.4, 52.5]}
    key = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
    found: Any = None
    try:
        fields = [key, field("place", "geometry.Point")]
        directus.collections.create_one({"collection": name, "schema": {}, "meta": {}, "fields": fields})
        directus.items(name).create_one({"place": point})
        found = directus.items(name).read_many(fields=["place"])
    except ServerError as error:
        found = error
    finally:
        if any(collection["collection"] == name for collection in directus.collections.read_all()):
            directus.collections.delete_one(name)
    if isinstance(found, ServerError):
        assert ('"geometry" does not exist' if ON_POSTGRES else "no such function: st_") in found.message
    else:
        assert found == [{"place": point}]
