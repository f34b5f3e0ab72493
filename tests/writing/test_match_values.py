"""Values of `match_on` that Python and a server write in different ways."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from directus_sdk import BulkError, ConnectionFailed
from directus_sdk.wire.value_forms import as_json
from tests.table import Table

UTC = dt.timezone.utc
EAST = dt.timezone(dt.timedelta(hours=2))


class Kind(str, enum.Enum):
    A = "a"


# --------------------------------------------------- how databases write a value
def moment(value: Any) -> str:
    """A timestamp, on a server in UTC."""
    read = dt.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return read.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{read.microsecond // 1000:03}Z"


def local(value: Any) -> str:
    read = dt.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return (read.astimezone(UTC) if read.tzinfo else read).strftime("%Y-%m-%dT%H:%M:%S")


def day(value: Any) -> str:
    return str(value)[:10]


def number(value: Any) -> float | int:
    return int(float(value)) if float(value).is_integer() else float(value)


def decimal(value: Any) -> str:
    return str(Decimal(str(value)).quantize(Decimal("1.00000")))


def clock(value: Any) -> str:
    return dt.time.fromisoformat(value).isoformat("seconds")


def identifier(value: Any) -> str:
    return str(UUID(str(value)))


CASES = [
    (identifier, UUID(int=5).hex, str(UUID(int=5))),
    (identifier, UUID(int=5).urn, str(UUID(int=5))),
    (local, dt.datetime(2024, 1, 1, 4), "2024-01-01T04:00:00"),
    (local, dt.datetime(2024, 1, 1), "2024-01-01T00:00:00"),
    (local, dt.date(2024, 1, 1), "2024-01-01T00:00:00"),
    (local, "2024-01-01 04:00:00", "2024-01-01T04:00:00"),
    (moment, dt.datetime(2024, 1, 1, 4, tzinfo=UTC), "2024-01-01T04:00:00.000Z"),
    (moment, dt.datetime(2024, 1, 1, 6, tzinfo=EAST), "2024-01-01T04:00:00.000Z"),
    (moment, dt.datetime(2024, 1, 1, 4, 0, 0, 123456, UTC), "2024-01-01T04:00:00.123Z"),
    (moment, "2024-01-01T06:00:00+02:00", "2024-01-01T04:00:00.000Z"),
    (moment, "2024-01-01T04:00:00Z", "2024-01-01T04:00:00.000Z"),
    (day, dt.date(2024, 1, 1), "2024-01-01"),
    (day, dt.datetime(2024, 1, 1), "2024-01-01"),
    (day, "2024-01-01T00:00:00", "2024-01-01"),
    (clock, dt.time(4, 5), "04:05:00"),
    (clock, "04:05", "04:05:00"),
    (number, Decimal("1.50"), 1.5),
    (number, Decimal("2.00"), 2),
    (number, 2.0, 2),
    (number, "1.50", 1.5),
    (number, "007", 7),
    (decimal, Decimal("1.50"), "1.50000"),
    (decimal, 1.5, "1.50000"),
    (decimal, 2, "2.00000"),
    (decimal, "1.5", "1.50000"),
    (str, Kind.A, "a"),
    (str, UUID(int=5), str(UUID(int=5))),
    (str, 1, "1"),
]


#: The types of fields whose values a database writes in these ways.
TYPES = {
    moment: "timestamp", local: "dateTime", day: "date", clock: "time", number: "float", decimal: "decimal", str: "string",
    identifier: "uuid",
}  # fmt: skip


def table(write: Any, *values: Any, reported: bool = True) -> Table:
    fields = {"id": "integer", "n": "integer", "at": TYPES[write]} if reported else None
    held = Table([{"at": value, "n": 0} for value in values], types={"at": write}, fields=fields)
    assert [row["at"] for row in held.rows.values()] == [write(value) for value in values]
    return held


@pytest.mark.parametrize(("write", "given", "held"), CASES)
@pytest.mark.parametrize("delete_missing", [False, True])
def test_an_item_that_is_there_is_found(write: Any, given: Any, held: Any, delete_missing: bool) -> None:
    plan = table(write, held).items().sync([{"at": given, "n": 0}], match_on="at", delete_missing=delete_missing)
    assert str(plan) == "+0 ~0 -0 =1"


@pytest.mark.parametrize("delete_missing", [False, True])
@pytest.mark.parametrize(("write", "given", "held"), CASES)
def test_without_types_only_what_is_certain_is_matched(write: Any, given: Any, held: Any, delete_missing: bool) -> None:
    things = table(write, held, reported=False)
    items, row = things.items(), {"at": given, "n": 5}
    if write in (number, str) or as_json(given) == held:
        assert str(items.sync([row], match_on="at", delete_missing=delete_missing)) == "+0 ~1 -0 =0"
        assert items.upsert_many([row], "at").count == 1
        assert [row["n"] for row in things.rows.values()] == [5]
        return
    for call in (lambda: items.sync([row], "at", delete_missing=delete_missing), lambda: items.upsert_many([row], "at")):
        with pytest.raises(ValueError, match="unclear"):
            call()
    assert [row["n"] for row in things.rows.values()] == [0]


def test_the_type_is_asked_for_once_and_only_where_the_spelling_differs() -> None:
    def paths() -> list[str]:
        return [urlsplit(request.url).path for request in things.transport.requests]

    things = table(str, "a", "b")
    things.items().upsert_many([{"at": "a", "n": 1}, {"at": "c", "n": 1}], "at", batch_size=1)
    assert set(paths()) == {"/items/things"}
    things = table(moment, "2024-01-01T04:00:00Z", "2024-01-01T05:00:00Z")
    rows = [{"at": dt.datetime(2024, 1, 1, hour, tzinfo=UTC), "n": 1} for hour in (4, 5)]
    assert things.items().upsert_many(rows, "at", batch_size=1).count == 2
    assert paths().count("/fields/things") == 1


@pytest.mark.parametrize("reported", [False, True])
def test_a_boolean_is_found_where_the_database_has_none(reported: bool) -> None:
    things = table(number, True, False, reported=reported)
    assert things.items().upsert_many([{"at": True, "n": 1}, {"at": False, "n": 2}], "at").count == 2
    assert [row["n"] for row in things.rows.values()] == [1, 2]


# ------------------------------------------------------------- fields of texts
@pytest.mark.parametrize("reported", [False, True])
@pytest.mark.parametrize(
    ("held", "given"),
    [
        ("1.50", "1.5"),
        ("01", "1"),
        ("01", 1),
        ("1.50", 1.5),
        ("1.50", Decimal("1.5")),
        ("2024-01-01", "2024-01-01T00:00:00"),
        ("2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00Z"),
        ("04:05:00", "04:05"),
        ("A", "a"),
    ],
)
def test_texts_that_look_alike_are_two_values_of_a_field_of_texts(held: str, given: Any, reported: bool) -> None:
    things = table(str, held, reported=reported)
    plan = things.items().sync([{"at": given, "n": 0}], match_on="at", delete_missing=True)
    assert str(plan) == "+1 ~0 -1 =0"
    both = table(str, held, str(given), reported=reported)
    plan = both.items().sync([{"at": held, "n": 1}, {"at": given, "n": 2}], match_on="at", delete_missing=True)
    assert [change["id"] for change in plan.update] == [1, 2]


@pytest.mark.parametrize("reported", [False, True])
def test_which_of_two_that_look_alike_is_not_guessed(reported: bool) -> None:
    things = table(str, "2024-01-01T00:00:00", "2024-01-01T00:00", reported=reported)
    plan = things.items().sync([{"at": dt.date(2024, 1, 1)}], match_on="at", delete_missing=True)
    assert str(plan) == "+1 ~0 -2 =0"


# -------------------------------------------------------------------- refused
def test_an_item_that_is_there_and_cannot_be_told_is_not_made_again() -> None:
    # The server took the time for one of its own zone.
    for delete_missing in (False, True):
        with pytest.raises(ValueError, match=r"which one is unclear.*time zone"):
            table(moment, "2024-01-01T04:00:00Z").items().sync(
                [{"at": dt.datetime(2024, 1, 1, 4)}], match_on="at", delete_missing=delete_missing
            )


@pytest.mark.parametrize(
    ("write", "given"),
    [
        (number, [Decimal("1.5"), Decimal("1.50")]),
        (number, ["1.5", "1.50"]),
        (moment, [dt.datetime(2024, 1, 1, 4, tzinfo=UTC), dt.datetime(2024, 1, 1, 6, tzinfo=EAST)]),
    ],
)
def test_two_rows_about_one_item_are_refused(write: Any, given: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"more than one row has|are about one item"):
        table(write, given[0]).items().sync([{"at": value} for value in given], match_on="at")


# ------------------------------------------------------------------- and back
def test_a_frame_that_was_read_changes_nothing(tmp_path: Path) -> None:
    things = Table(
        [{"day": f"2024-01-{number:02}", "at": f"2024-01-{number:02}T05:00:00.120Z", "n": number} for number in range(1, 30)],
        types={"at": moment, "day": day},
        fields={"id": "integer", "day": "date", "at": "timestamp", "n": "integer"},
    )
    items = things.items()
    frame = items.read_frame(fields=["day", "at", "n"])
    for field in ("day", "at"):
        assert str(items.sync(frame, match_on=field, delete_missing=True)) == "+0 ~0 -0 =29"
    frame["n"] += 1
    assert str(items.sync(frame, match_on="at", delete_missing=True)) == "+0 ~29 -0 =0"


# --------------------------------------------------------------------- upsert
@pytest.mark.parametrize(("write", "given", "held"), CASES)
def test_an_upsert_changes_what_is_there(write: Any, given: Any, held: Any) -> None:
    things = table(write, held)
    assert things.items().upsert_many([{"at": given, "n": 5}], "at").count == 1
    assert [row["n"] for row in things.rows.values()] == [5]


@pytest.mark.parametrize(("write", "first", "second"), [(number, "1.5", "1.50"), (decimal, Decimal("1.5"), Decimal("1.50"))])
def test_an_upsert_of_one_value_in_two_spellings_makes_one_item(write: Any, first: Any, second: Any) -> None:
    things = Table(types={"at": write}, fields={"at": TYPES[write]})
    things.items().upsert_many([{"at": first, "n": 1}, {"at": second, "n": 2}], "at")
    assert [row["n"] for row in things.rows.values()] == [2]


ID = "6f3c7a52-8f3f-4b6a-9f57-2a7b1d1f5b11"
SPELT = [ID, ID.upper(), UUID(ID), UUID(ID).hex]


@pytest.mark.parametrize("write", ["one", "many"])
@pytest.mark.parametrize("stored", [ID, ID.upper(), UUID(ID).hex])
@pytest.mark.parametrize("given", SPELT)
def test_an_upsert_finds_a_uuid_that_the_database_keeps_in_another_spelling(write: str, stored: str, given: Any) -> None:
    things = Table([{"at": stored, "n": 0}], fields={"id": "integer", "at": "uuid", "n": "integer"})
    items = things.items()
    if write == "one":
        items.upsert_one({"at": given, "n": 1}, "at")
    else:
        items.upsert_many([{"at": given, "n": 1}], match_on="at")
    assert [row["n"] for row in things.rows.values()] == [1]


def test_an_upsert_of_uuids_in_a_field_of_strings_keeps_their_case() -> None:
    things = Table([{"at": ID, "n": 0}], fields={"id": "integer", "at": "string", "n": "integer"})
    things.items().upsert_many([{"at": ID.upper(), "n": 1}, {"at": UUID(ID).hex, "n": 2}], match_on="at")
    assert {row["at"]: row["n"] for row in things.rows.values()} == {ID: 0, ID.upper(): 1, UUID(ID).hex: 2}


@pytest.mark.parametrize("given", [ID.upper(), UUID(ID)])
def test_an_upsert_finds_a_key_that_the_database_keeps_in_another_spelling(given: Any) -> None:
    for stored in (ID, ID.upper()):
        things = Table([{"id": stored, "n": 0}], kind="uuid", fields={"id": "uuid", "n": "integer"})
        things.items().upsert_many([{"id": given, "n": 1}])
        things.items().upsert_one({"id": given, "n": 2})
        assert [row["n"] for row in things.rows.values()] == [2]
    names = Table([{"id": ID, "n": 0}], kind="string", fields={"id": "string", "n": "integer"})
    names.items().upsert_many([{"id": ID.upper(), "n": 1}])
    assert {key: row["n"] for key, row in names.rows.items()} == {ID: 0, ID.upper(): 1}


@pytest.mark.parametrize("given", ["1", 1, 1.0, True])
def test_an_upsert_by_a_boolean_finds_its_item(given: Any) -> None:
    def boolean(value: Any) -> bool:
        return str(value).strip().lower() in ("1", "1.0", "true")

    things = Table([{"at": True, "n": 0}], types={"at": boolean}, fields={"id": "integer", "at": "boolean", "n": "integer"})
    things.items().upsert_one({"at": given, "n": 1}, "at")
    assert [row["n"] for row in things.rows.values()] == [1]


def test_an_upsert_of_texts_that_look_alike_makes_two_items() -> None:
    things = table(str, "1.50")
    things.items().upsert_many([{"at": "1.5", "n": 1}, {"at": Decimal("1.5"), "n": 2}], "at")
    assert {row["at"]: row["n"] for row in things.rows.values()} == {"1.50": 0, "1.5": 2}


def test_an_upsert_of_a_value_that_cannot_be_told_is_refused() -> None:
    things = table(moment, "2024-01-01T04:00:00Z")
    with pytest.raises(ValueError, match="time zone"):
        things.items().upsert_many([{"at": dt.datetime(2024, 1, 1, 4)}], "at")
    assert len(things.rows) == 1


def test_an_upsert_of_a_moment_that_could_not_be_found_again_is_refused() -> None:
    table = Table([])
    with pytest.raises(ValueError, match="Round it"):
        table.items().upsert_many([{"at": dt.datetime(2024, 1, 1, 4, 0, 0, 123456, UTC)}], "at")
    assert not table.rows
    for kind, value in (("dateTime", dt.datetime(2024, 1, 1, 4, 0, 0, 678)), ("timestamp", "2024-01-01T04:00:00.123456Z")):
        things = Table(fields={"id": "integer", "at": kind})
        with pytest.raises(ValueError, match="Round it"):
            things.items().upsert_one({"at": value}, "at")
        assert not things.rows
    names = Table(fields={"id": "integer", "at": "string"})
    names.items().upsert_one({"at": "2024-01-01T04:00:00.123456Z"}, "at")
    assert len(names.rows) == 1


def test_a_second_run_finds_the_moments_that_have_arrived(tmp_path: Path) -> None:
    things = Table(types={"at": moment}, fields={"at": "timestamp"})
    rows = [{"at": dt.datetime(2024, 1, 1, hour, tzinfo=UTC)} for hour in range(20)]
    options: dict[str, Any] = {"batch_size": 5, "checkpoint": tmp_path / "import.json", "match_on": "at"}
    things.after = lambda request: ConnectionFailed("gone") if len(things.rows) == 10 else None
    with pytest.raises(BulkError):
        things.items().create_many(rows, **options)
    things.after = lambda request: None
    things.items().create_many(rows, **options)
    assert len(things.rows) == 20
