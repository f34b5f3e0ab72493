"""Tables of every kind, compared with a collection that has a field of every type, and relations."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import attrs
import pytest

from directus_sdk import BulkError, Directus, Forbidden
from directus_sdk.wire.encoding import to_text
from tests.live.people import new_role

pytestmark = pytest.mark.live

KEY: dict[str, Any] = {
    "field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True},
}  # fmt: skip
UTC = timezone.utc
CAPITALS = "2D321940-69F5-445F-BE6B-C773FA58A820"
TRUTHS = ["true", "false", "1", "0", 1, 0, True, False, "True", ""]

# For each field: its type, what the server does with it, and values.
FIELDS: dict[str, tuple[str, str | None, list[Any]]] = {
    "word": ("string", None, ["1", 1, 1.0, True, 10**12, Decimal("1.50"), date(2024, 1, 1), ""]),
    "whole": ("integer", None, ["1", 1, 1.0, "7.0", "", Decimal(3)]),
    "big": ("bigInteger", None, ["9007199254740993", 5, "5", 2**60]),
    "ratio": ("float", None, ["0.1", 0.1, 1.23456789, "1.50", 16777217, Decimal("2.5")]),
    "price": ("decimal", None, [1.5, "1.50", "1.2345678", Decimal("9.90"), "7"]),
    "yes": ("boolean", "cast-boolean", TRUTHS),
    "bare": ("boolean", None, TRUTHS),
    "document": ("json", "cast-json", ['{"a": 1}', {"a": True, "b": [1.0]}, [1], "true", False, "5", "hello", {1, 2}]),
    "tags": ("csv", "cast-csv", ["p,q", "p, q", '["p","q"]', ["p", "q"], "", [], [1, 2], {"x", "y", "z"}]),
    "code": ("uuid", None, [CAPITALS, UUID(CAPITALS), UUID(int=5), ""]),
    "day": ("date", None, ["2024-01-02", date(2024, 1, 2), datetime(2024, 1, 2, 3, 4), "2024-01-02T10:00:00", ""]),
    "local": (
        "dateTime", None,
        ["2024-01-02", "2024-01-02 10:00", datetime(2024, 1, 2, 3, 4, 5, 600000), "2024-01-02T10:00:00Z"],
    ),
    "at": (
        "timestamp", None,
        [
            "2024-01-02 10:00+02:00", datetime(2024, 1, 2, 3, 4, 5, 678901, UTC), "2024-01-02T10:00:00.5Z", "2024-07-02 10:00",
            datetime(2024, 7, 2, 10, 0, 0, 123456), "2024-01-02",
        ],
    ),
    "hour": ("time", None, ["10:00", "10:00:00", "10:00:00.500000", time(23, 59, 59, 500000), "10:00:00.000", ""]),
    "secret": ("hash", "hash", ["pw"]),
    "born": ("timestamp", "date-created", ["2020-01-01T00:00:00Z"]),
    "changed": ("timestamp", "date-updated", ["2020-01-01T00:00:00Z"]),
}  # fmt: skip


def settings(kind: str) -> dict[str, Any]:
    return {"numeric_precision": 10, "numeric_scale": 3} if kind == "decimal" else {}


@pytest.fixture(scope="module")
def name(directus_server: Any) -> Iterator[str]:
    """A collection with a field of each type, and relations to two others: `kids` and `tag`."""
    prefix = f"table_{uuid4().hex[:8]}"
    kids, tag = f"{prefix}_kids", f"{prefix}_tag"
    fields = [
        {"field": field, "type": kind, "meta": {"special": [special] if special else None}, "schema": settings(kind)}
        for field, (kind, special, _) in FIELDS.items()
    ]
    relations = [
        {"field": "kids", "type": "alias", "meta": {"special": ["o2m"]}, "schema": None},
        {"field": "tag", "type": "integer", "meta": {"special": ["m2o"]}, "schema": {}},
    ]
    sku = {"field": "sku", "type": "string", "meta": {}, "schema": {}}
    parent = {"field": "parent", "type": "integer", "meta": {"special": ["m2o"]}, "schema": {}}
    made = {prefix: [KEY, sku, *fields, *relations], kids: [KEY, sku, parent], tag: [KEY, sku]}
    with directus_server.directus() as directus:
        for collection, its in made.items():
            # No activity log: it would take most of the time.
            meta = {"accountability": None}
            directus.collections.create_one({"collection": collection, "schema": {}, "meta": meta, "fields": its})
        for many, field, one, alias in ((kids, "parent", prefix, "kids"), (prefix, "tag", tag, None)):
            relation = {"collection": many, "field": field, "related_collection": one, "meta": {"one_field": alias}}
            directus.relations.create_one({**relation, "schema": {"on_delete": "SET NULL"}})
        yield prefix
        for collection in (kids, prefix, tag):
            directus.collections.delete_one(collection)


@pytest.fixture
def items(directus: Directus, name: str) -> Any:
    for collection in (f"{name}_kids", name, f"{name}_tag"):
        directus.items(collection).delete_by_query({}, all_items=True)
    return directus.items(name)


def exported(directus: Directus, name: str, form: str) -> Any:
    return directus.request("GET", f"/items/{name}", params={"export": form, "limit": -1})


def in_a_cell(value: Any) -> str:
    return value if isinstance(value, str) else to_text(value).strip('"')


def text_of(rows: list[dict[str, Any]]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def test_a_second_plan_is_empty_for_every_type_and_from_every_source(items: Any, tmp_path: Path) -> None:
    import pandas as pd

    def row(number: int) -> dict[str, Any]:
        return {"sku": f"s{number}", **{field: values[number % len(values)] for field, (_, _, values) in FIELDS.items()}}

    def settles(source: Callable[[], Any], **options: Any) -> None:
        items.sync(source(), "sku", **options).apply()
        plan = items.sync(source(), "sku", **options)
        assert (plan.update, str(plan)) == ([], "+0 ~0 -0 =10")

    rows = [row(number) for number in range(10)]
    settles(lambda: rows, delete_missing=True)
    hidden = [field for field, (_, special, _) in FIELDS.items() if special in ("hash", "date-created", "date-updated")]
    seen = [{name: value for name, value in row.items() if name not in hidden} for row in rows]
    items.sync([{**dict.fromkeys(row), "sku": row["sku"]} for row in seen], "sku").apply()
    assert items.sync(rows, "sku").apply().updated
    settles(lambda: rows)
    read = items.read_all(fields=["id", *rows[0]])
    settles(lambda: read)
    assert items.read_all(fields=["id", *rows[0]]) == read
    settles(lambda: items.read_frame(fields=["id", *rows[0]]))
    # The same, where everything is text.
    path = tmp_path / "rows.csv"
    path.write_text(text_of([{name: in_a_cell(value) for name, value in row.items()} for row in seen]))
    settles(lambda: path)
    settles(lambda: csv.DictReader(io.StringIO(path.read_text())))
    settles(lambda: pd.read_csv(path, dtype=str))
    settles(lambda: list(csv.DictReader(io.StringIO(path.read_text()))))


def test_a_truth_value_is_never_stored_as_text(items: Any, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("sku,yes,bare\na,true,true\nb,false,false\nc,,\n")
    for source in (path, list(csv.DictReader(io.StringIO(path.read_text())))):
        items.delete_by_query({}, all_items=True)
        items.sync(source, "sku").apply()
        rows = items.read_all(fields=["yes", "bare"], sort="sku")
        assert [(row["yes"], row["bare"]) for row in rows] == [(True, True), (False, False), (None, None)]
        assert not any(isinstance(value, str) for row in rows for value in row.values())


def test_an_export_of_the_server_is_edited_and_comes_back(directus: Directus, items: Any, name: str, tmp_path: Path) -> None:
    tag = directus.items(f"{name}_tag").create_one({"sku": "t"})
    items.create_many(
        [
            {"sku": "a", "document": {"x": {"deep": 1}, "y": [1]}, "tags": ["p", "q"], "yes": True, "tag": tag["id"]},
            {"sku": "b", "document": [1], "kids": [{"sku": "k1"}, {"sku": "k2"}], "price": "1.5", "big": 5, "word": ""},
        ]
    )  # fmt: skip
    before = items.read_all()
    path = tmp_path / "export.csv"
    path.write_text(exported(directus, name, "csv"))
    with pytest.raises(ValueError, match=r"'document\.x\.deep' would be dropped.*leave out both"):
        items.sync(path, "sku")
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    split = [{column: cell for column, cell in row.items() if "." not in column} for row in rows]
    path.write_text(text_of(split))
    for source in (path, split):  # the emptied column of the object is left
        with pytest.raises(ValueError, match=r"'document': it is empty, and the item has a JSON object"):
            items.sync(source, "sku")
    whole = [{column: cell for column, cell in row.items() if column != "document"} for row in split]
    path.write_text(text_of(whole))
    for source in (path, whole):
        assert str(items.sync(source, "sku")).startswith("+0 ~0") or source is whole  # "" and nothing are two texts in dicts
    assert items.read_all() == before
    whole[0]["word"] = "edited"
    path.write_text(text_of(whole))
    plan = items.sync(path, "sku")
    assert plan.update == [{"id": before[0]["id"], "word": "edited"}]
    plan.apply()
    assert str(items.sync(path, "sku")) == "+0 ~0 -0 =2"
    after = items.read_all()
    assert [(row["document"], row["tags"], row["kids"], row["tag"]) for row in after] == [
        (row["document"], row["tags"], row["kids"], row["tag"]) for row in before
    ]
    assert str(items.sync(exported(directus, name, "json"), "sku")) == "+0 ~0 -0 =2"


@pytest.mark.parametrize(
    "row",
    [
        {"kids": [{"sku": "k1", "id": 1}]},
        {"kids": [{"sku": "new"}]},
        {"kids": {"create": [{"sku": "new"}], "update": [], "delete": []}},
        {"kids": '[{"sku": "new"}]'},
        {"tag": {"sku": "new"}},
        {"tag": {"id": 1, "sku": "t"}},
    ],
)
@pytest.mark.parametrize("sku", ["a", "new"])
def test_items_within_rows_are_refused_before_anything_is_written(
    directus: Directus, items: Any, name: str, row: dict[str, Any], sku: str
) -> None:
    items.create_one({"sku": "a", "kids": [{"sku": "k1"}], "tag": {"sku": "t"}})
    before = items.read_all(fields=["*", "kids.*", "tag.*"])
    for _ in range(2):
        with pytest.raises(ValueError, match=r"row 0, '(kids|tag)': it holds items of a related collection.*sync"):
            items.sync([{"sku": sku, **row}], "sku")
    assert items.read_all(fields=["*", "kids.*", "tag.*"]) == before


def test_keys_of_related_items_are_compared_whole_and_settle(directus: Directus, items: Any, name: str) -> None:
    made = items.create_one({"sku": "a", "kids": [{"sku": f"k{number}"} for number in range(150)]}, fields=["id"])
    keys = items.read_one(made["id"], fields=["kids"], deep={"kids": {"_limit": -1}})["kids"]
    assert len(keys) == 150
    for given in (keys, keys[::-1], list(map(str, keys)), str(keys)):
        assert str(items.sync([{"sku": "a", "kids": given}], "sku")) == "+0 ~0 -0 =1"
    with pytest.raises(ValueError, match="100 of the 150 keys"):  # as an export or a read has it
        items.sync([{"sku": "a", "kids": keys[:100]}], "sku")
    with pytest.raises(ValueError, match=r"write \[\]"):
        items.sync([{"sku": "a", "kids": None}], "sku")
    # Servers before version 11 part with 100 at once.
    assert items.sync([{"sku": "a", "kids": keys[:60]}], "sku").apply().count == 1
    assert str(items.sync([{"sku": "a", "kids": keys[59::-1]}], "sku")) == "+0 ~0 -0 =1"
    assert items.sync([{"sku": "a", "kids": []}], "sku").apply().count == 1
    assert str(items.sync([{"sku": "a", "kids": []}], "sku")) == "+0 ~0 -0 =1"
    assert directus.items(f"{name}_kids").count() == 150


def test_what_exists_outside_the_filter_is_named_and_never_doubled(items: Any) -> None:
    made = items.create_many([{"sku": "a", "word": "x"}, {"sku": "b", "word": "y"}])
    rows = [{"sku": "a", "whole": 1}, {"sku": "b", "whole": 2}, {"sku": "c", "whole": 3}]
    for delete_missing in (False, True):
        plan = items.sync(rows, "sku", filter={"word": {"_eq": "x"}}, delete_missing=delete_missing)
        assert plan.create == [rows[2]]
        assert plan.outside == [{"id": made[1]["id"], "sku": "b"}]
        assert str(plan) == f"+1 ~1 -0 =0, outside the filter: {{'id': {made[1]['id']}, 'sku': 'b'}}"
        with pytest.raises(ValueError, match=r"outside the filter.*'sku': 'b'.*Nothing was sent"):
            plan.apply()
    assert items.read_all(fields=["sku", "whole"]) == [{"sku": "a", "whole": None}, {"sku": "b", "whole": None}]
    done = items.sync([rows[0], rows[2]], "sku", filter={"word": {"_eq": "x"}}).apply()
    assert (len(done.created), done.updated) == (1, [made[0]["id"]])


@pytest.mark.parametrize("column", ["year(day)", "count(kids)", "*", " word", "word,whole", "nope", "", "word.x"])
def test_a_column_that_is_no_field_is_refused_before_anything_is_planned(items: Any, column: str) -> None:
    items.create_one({"sku": "a"})
    for sku in ("a", "new"):
        with pytest.raises((ValueError, Forbidden), match="field"):
            items.sync([{"sku": sku, column: "1"}], "sku")


def test_another_key_is_refused(items: Any) -> None:
    key = items.create_one({"sku": "a"})["id"]
    with pytest.raises(ValueError, match=f"row 0 has id = {key + 1}, and the item with sku = 'a' has {key}"):
        items.sync([{"sku": "a", "id": key + 1, "word": "x"}], "sku")
    assert items.sync([{"sku": "a", "id": str(key), "word": "x"}], "sku").update == [{"id": key, "word": "x"}]


def test_a_value_to_match_on_is_found_however_it_is_written(items: Any) -> None:
    ways: dict[str, list[Any]] = {
        "code": [CAPITALS, CAPITALS.lower(), UUID(CAPITALS)],
        "whole": ["7", 7, "7.0", 7.0],
        "price": ["1.50", 1.5, Decimal("1.5")],
        "hour": ["10:00", "10:00:00", time(10)],
    }
    for field, values in ways.items():
        for stored in values[:2]:
            items.delete_by_query({}, all_items=True)
            items.create_one({field: stored, "sku": "a"})
            for value in values:
                for delete_missing in (False, True):
                    plan = items.sync([{field: value, "sku": "a"}], field, delete_missing=delete_missing)
                    assert (field, value, str(plan)) == (field, value, "+0 ~0 -0 =1")
    with pytest.raises(ValueError, match="more than one row has whole = 7"):
        items.sync([{"whole": "7"}, {"whole": "7.0"}], "whole")


def test_what_the_server_fills_in_or_hides_is_not_compared(items: Any) -> None:
    rows = [{"sku": "a", "secret": "pw", "changed": "2020-01-01T00:00:00Z", "born": "2020-01-01T00:00:00Z", "word": "x"}]
    assert items.sync(rows, "sku").apply().count == 1
    rows[0]["word"] = "y"
    plan = items.sync(rows, "sku")
    assert (set(plan.update[0]), set(plan.not_compared)) == (
        {"id", "word"},
        {"secret", "changed", "born"} & set(plan.not_compared),
    )
    assert "secret" in plan.not_compared
    plan.apply()
    assert str(items.sync(rows, "sku")) == "+0 ~0 -0 =1"
    items.update_one(items.first()["id"], {"secret": None})
    assert items.sync(rows, "sku").update[0]["secret"] == "pw"


def test_a_row_that_fails_has_its_line(items: Any, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    for month in ("01", "02"):  # created at first, then changed
        lines = [f"s{number},{'soon' if number in (3, 7) else f'2024-{month}-02'}" for number in range(10)]
        path.write_text("\n".join(["sku,day", *lines]))
        done = items.sync(path, "sku").apply(on_error="collect")
        assert (done.count, done.ok, bool(done)) == (8, False, True)
        assert [(error.line, error.source) for error in done.errors] == [(5, str(path)), (9, str(path))]
        assert "2 failed" in repr(done)
        assert "line 9 of" in done._repr_html_()
        with pytest.raises(BulkError, match=r"line 5 of .*bad\.csv") as caught:
            done.raise_for_errors()
        assert (caught.value.errors, caught.value.result) == (done.errors, done)
        if month == "01":
            items.create_many([{"sku": "s3"}, {"sku": "s7"}])
    with pytest.raises(BulkError, match=r"item 0 \(line 5 of .*bad\.csv\) was refused"):
        items.sync(path, "sku").apply(batch_size=1)
    nothing = items.sync([{"sku": "s0"}], "sku").apply()
    assert (bool(nothing), nothing.ok, nothing.raise_for_errors() is nothing, repr(nothing)) == (
        False, True, True, "<Applied: 0 created, 0 updated, 0 deleted>",
    )  # fmt: skip


def test_what_was_done_before_a_failure_is_said(items: Any) -> None:
    key = items.create_one({"sku": "a"})["id"]
    rows = [{"sku": "new", "day": "2024-01-02"}, {"sku": "a", "day": "soon"}]
    with pytest.raises(BulkError, match=r"1 created, 0 updated, 0 deleted; then: .*Invalid Date") as caught:
        items.sync(rows, "sku", delete_missing=True).apply()
    assert (len(caught.value.result.created), caught.value.result.count, items.count()) == (1, 1, 2)
    assert [(item["id"], item["day"]) for item in items.read_all(filter={"sku": {"_eq": "a"}})] == [(key, None)]


@attrs.define
class Thing:
    sku: str
    whole: int | None = None
    yes: bool = False
    day: date | None = None


def test_models_are_rows(directus: Directus, name: str, items: Any) -> None:
    things = [Thing("a", 1, day=date(2024, 1, 2)), Thing("b", None, True)]
    typed = directus.items(name, Thing)
    assert len(typed.sync(things, "sku").apply(returning="items").created) == 2
    assert str(typed.sync(things, "sku", delete_missing=True)) == "+0 ~0 -0 =2"
    things[0].whole = 2
    assert typed.sync(things, "sku").apply().updated == [items.first(sort="sku")["id"]]


def test_whoever_may_not_read_the_fields_compares_by_the_specification(
    directus_server: Any, directus: Directus, name: str, items: Any
) -> None:
    items.create_many([{"sku": "a", "whole": 1, "yes": True, "document": {"a": 1}, "kids": [{"sku": "k"}]}])
    rules = [{"collection": name, "action": action} for action in ("create", "read", "update")]
    rules.append({"collection": f"{name}_kids", "action": "read"})
    role = new_role(directus, directus_server.version, "No app", rules)
    token = uuid4().hex
    user = directus.users.create_one({"email": f"{token}@example.com", "role": role, "token": token})
    with Directus(directus_server.url, token=token) as limited:
        its = limited.items(name)
        row = {"sku": "a", "whole": "1", "yes": "true", "document": '{"a": 1}'}
        assert str(its.sync([row], "sku")) == "+0 ~0 -0 =1"
        rest = {"price": "1.5", "hour": "10:00", "big": "5", "at": "2024-01-02 10:00", "tags": '["p", "q"]', "bare": "true"}
        rows = [{**row, "yes": "false"}, {"sku": "b", "yes": "true", **rest}]
        assert its.sync(rows, "sku").apply().count == 2
        assert str(its.sync(rows, "sku")) == "+0 ~0 -0 =2"
        found = items.read_all(fields=["yes", "bare", "tags"], sort="sku")
        assert [tuple(item.values()) for item in found] == [(False, None, None), (True, True, ["p", "q"])]
        with pytest.raises(ValueError, match="related collection"):
            its.sync([{"sku": "a", "kids": [{"sku": "new"}]}], "sku")
    directus.users.delete_one(user["id"])


SPELLINGS: dict[str, list[Any]] = {
    "at": ["2024-01-02T10:00:00z", " 2024-01-02T10:00:00Z ", "20240102T100000Z", "2024-01-02 10:00:00.5+02"],
    "day": ["20240102", " 2024-01-02 "],
    "hour": ["9:05", " 09:05 ", "10:00Z", time(9, 5, tzinfo=UTC)],
    "tags": [["a,b", "c"], [None, "a"], True, '["a,b"]'],
    "document": ['"true"', '"[1]"', 2**60, "NaN", "1234567890123456789012"],
    "code": ["{" + CAPITALS + "}", UUID(CAPITALS).urn, UUID(CAPITALS).hex],
    "big": ["9007199254740993.0", " 5 ", float(2**60)],
    "price": ["005.1", " 1.5 ", "1E+3"],
}


def test_other_spellings_settle_too(items: Any) -> None:
    rows = [
        {"sku": f"s{number}", **{field: values[number % len(values)] for field, values in SPELLINGS.items()}}
        for number in range(5)
    ]
    assert items.sync(rows, "sku").apply().count == 5
    for delete_missing in (False, True):
        assert items.sync(rows, "sku", delete_missing=delete_missing).update == []
    assert None not in [item["at"] for item in items.read_all(fields=["at"])]


def test_values_to_match_on_in_other_spellings_double_nothing(items: Any, tmp_path: Path) -> None:
    ways: dict[str, list[Any]] = {
        "big": [2**60, "5", -(2**62)],
        "ratio": [1.23456789, "0.25", 3],
        "price": ["005.1", Decimal("2.50"), 3],
        "code": [UUID(CAPITALS).hex, "{" + str(UUID(int=9)) + "}"],
        "day": [datetime(2024, 1, 4, 5), "20240105"],
        "local": [datetime(2024, 1, 6, 7, 8, 9, 500000), "2024-01-07"],
        "at": ["2024-01-07 00:00:00+00", "2024-01-08T02:00:00+0200"],
        "hour": [time(13, 0, 0, 500000), "9:05"],
        "tags": ["a", "a,b"],
    }
    for field, values in ways.items():
        items.delete_by_query({}, all_items=True)
        rows = [{field: value, "sku": f"s{number}"} for number, value in enumerate(values)]
        assert items.sync(rows, field).apply().count == len(rows)
        path = tmp_path / f"{field}.csv"
        path.write_text(text_of([{name: in_a_cell(value) for name, value in row.items()} for row in rows]))
        for source in (rows, items.read_all(fields=[field, "sku"]), path):
            for delete_missing in (False, True) if source is rows else (source is path,):
                assert (field, str(items.sync(source, field, delete_missing=delete_missing))) == (
                    field,
                    f"+0 ~0 -0 ={len(rows)}",
                )
    for field, one, other in (("price", "1.50", 1.5), ("hour", "10:00", "10:00:00"), ("code", UUID(int=7).hex, UUID(int=7))):
        with pytest.raises(ValueError, match=f"more than one row has {field}"):
            items.sync([{field: one}, {field: other}], field)


@pytest.mark.parametrize(
    ("field", "value"), [("whole", "n/a"), ("price", "1,5"), ("ratio", "NaN"), ("at", "later"), ("hour", "10:00 PM")]
)
def test_what_cannot_be_a_value_is_never_stored_and_has_its_line(items: Any, tmp_path: Path, field: str, value: str) -> None:
    items.create_many([{"sku": "a"}, {"sku": "b"}])
    path = tmp_path / "bad.csv"
    good = {"whole": "7", "price": "1.5", "ratio": "1.5", "at": "2024-01-02T10:00:00Z", "hour": "22:00:00"}[field]
    path.write_text(f'sku,{field}\na,"{value}"\nb,{good}\nc,"{value}"\nd,{good}\n')
    plan = items.sync(path, "sku")
    assert (len(plan.create), len(plan.update)) == (2, 2)
    with pytest.raises(
        BulkError, match=r"item 0 \(line 4 of .*bad\.csv\) cannot be written.*is not a valid .*Nothing was sent"
    ) as caught:
        plan.apply()
    assert ([error.line for error in caught.value.errors], items.count()) == ([4, 2], 2)
    done = plan.apply(on_error="collect", batch_size=1)
    assert ([error.line for error in done.errors], len(done.created), len(done.updated)) == ([4, 2], 1, 1)
    found = {item["sku"]: item[field] for item in items.read_all(fields=["sku", field])}
    assert (set(found), found["a"]) == ({"a", "b", "d"}, None)
    assert found["b"] is not None
    assert str(items.sync(path, "sku")) == "+1 ~1 -0 =2"


def test_keys_of_relations_in_other_forms(directus: Directus, items: Any, name: str) -> None:
    key = directus.items(f"{name}_tag").create_one({"sku": "t"})["id"]
    for given in (key, str(key), float(key), "", None):
        for _ in range(2):
            plan = items.sync([{"sku": "a", "tag": given}], "sku")
            plan.apply()
        assert plan.update == []
    kid = items.update_one(items.first()["id"], {"kids": [{"sku": "k"}]}, fields=["kids"])["kids"][0]
    assert items.sync([{"sku": "a", "kids": [kid, kid, str(kid)]}], "sku").update == []
    for broken in ([None], [[kid]], [""], "[1"):
        with pytest.raises(ValueError, match="row 0, 'kids'"):
            items.sync([{"sku": "a", "kids": broken}], "sku")


def test_digits_that_pandas_has_lost_are_not_written_back(items: Any) -> None:
    import pandas as pd

    items.create_many([{"sku": "a", "big": 2**60}, {"sku": "b"}])
    before = items.read_all(fields=["sku", "big"])
    frame = pd.DataFrame(before).astype({"big": float})
    assert frame["big"].dtype == float
    assert items.sync(frame, "sku").update == []
    assert items.read_all(fields=["sku", "big"]) == before


def test_null_in_a_cell_clears_an_object_and_an_empty_cell_does_not(items: Any, tmp_path: Path) -> None:
    items.create_many([{"sku": "a", "document": {"x": 1}}])
    path = tmp_path / "rows.csv"
    path.write_text("sku,document\na,\n")
    with pytest.raises(ValueError, match="write null to clear it"):
        items.sync(path, "sku")
    path.write_text("sku,document\na,null\n")
    assert items.sync(path, "sku").apply().count == 1
    assert str(items.sync(path, "sku")) == "+0 ~0 -0 =1"


def test_columns_that_are_nearly_fields_are_named(items: Any) -> None:
    for column, near in ((" word", "word"), ("Word", "word"), ("wrod", "word"), ("whole ", "whole"), (1, "")):
        for value in ("x", None):
            with pytest.raises(ValueError, match=f"is not a field of .*{f'did you mean .{near}.' if near else ''}"):
                items.sync([{"sku": "new", str(column): value}], "sku")
    with pytest.raises(TypeError, match="filter must be a mapping"):
        items.sync([{"sku": "a"}], "sku", filter=[])
