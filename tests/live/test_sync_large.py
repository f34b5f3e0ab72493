"""`sync` of tables of any size: several fields to match on, related columns, plans in files, and another process between."""

from __future__ import annotations

import copy
import csv
import json
import os
import random
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from directus_sdk import Directus, Plan

pytestmark = pytest.mark.live

_KEY = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}


def _field(name: str, kind: str, **meta: Any) -> dict[str, Any]:
    return {"field": name, "type": kind, "meta": meta, "schema": {}}


@pytest.fixture(scope="module")
def names(whole_workshop: Any) -> Iterator[tuple[str, str]]:
    admin = whole_workshop.directus
    stock, makers = f"stock_{uuid4().hex[:8]}", f"makers_{uuid4().hex[:8]}"
    unlogged = {"accountability": None}  # the activity log would take most of the time
    fields = [_field("country", "string"), _field("sku", "string"), _field("n", "integer"), _field("price", "decimal")]
    fields += [_field("on", "boolean", special=["cast-boolean"]), _field("at", "timestamp"), _field("maker", "integer")]
    fields += [_field("data", "json", special=["cast-json"]), _field("secret", "hash", special=["hash"])]
    admin.collections.create_one(
        {"collection": makers, "schema": {}, "meta": unlogged, "fields": [_KEY, _field("name", "string")]}
    )
    admin.collections.create_one({"collection": stock, "schema": {}, "meta": unlogged, "fields": [_KEY, *fields]})
    admin.relations.create_one({"collection": stock, "field": "maker", "related_collection": makers, "meta": {}, "schema": {}})
    yield stock, makers
    admin.collections.delete_many([stock, makers])


@pytest.fixture
def items(admin: Directus, names: tuple[str, str]) -> Any:
    for name in names:
        admin.items(name).delete_by_query(all_items=True)
    return admin.items(names[0])


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(number: int, **changes: Any) -> dict[str, Any]:
    base = {"country": f"c{number % 3}", "sku": f"s{number // 3}", "n": number, "price": f"{number}.50", "on": "true"}
    return {**base, "at": "2026-01-02T03:04:05.000Z", "data": '{"a": [1, 2]}', **changes}


# ------------------------------------------------------------------ the comparison
@pytest.mark.parametrize("workers", [1, 3])
def test_a_file_in_any_order_is_matched_by_several_fields(items: Any, tmp_path: Path, workers: int) -> None:
    rows = [row(number) for number in range(90)]
    random.Random(7).shuffle(rows)
    path, done = write(tmp_path / "stock.csv", rows), []
    plan = items.sync(path, match_on=["country", "sku"], workers=workers, progress=lambda count, total: done.append(count))
    assert (len(plan.create), plan.same, done[-1]) == (90, 0, 90)
    plan.apply()
    again = items.sync(path, match_on=["country", "sku"], delete_missing=True, workers=workers)
    assert (str(again), again.not_compared) == ("+0 ~0 -0 =90", [])
    rows[5]["n"], rows[6]["on"], rows[7]["data"] = -1, "false", '{"a": [1]}'
    write(path, [*rows[1:], row(900)])
    plan = items.sync(path, match_on=["country", "sku"], delete_missing=True, workers=workers)
    assert str(plan) == "+1 ~3 -1 =86"
    assert sorted(set(change) - {"id"} for change in plan.update) == sorted([{"n"}, {"on"}, {"data"}])
    plan.apply()
    assert str(items.sync(path, match_on=["country", "sku"], delete_missing=True)) == "+0 ~0 -0 =90"


_DATA = '{"a":[1,2]}'
_ODD = ["a\x1fb", "\x1f", "\x1f\x1f", "\x1e", "\x01", '"', "~", "", "ü\U0001f600", "a\nb", " "]


@pytest.mark.parametrize("match_on", ["id", "sku", ["country", "sku"]])
def test_equal_rows_of_a_file_have_equal_values(items: Any, tmp_path: Path, match_on: Any) -> None:
    rows = [
        row(
            number,
            country=_ODD[number % 11] or "-",
            sku=f"{_ODD[number % 11]}{number}",
            on=True,
            price=f"{number}.5",
            data=_DATA,
        )
        for number in range(44)
    ]
    for number, value in ((3, None), (4, ""), (14, "\x1f")):
        rows[number]["country"] = value if match_on in ("id", "sku") else "x"
    for name in ("n", "price", "on", "at", "data"):
        rows[5][name] = None
    keys = items.create_many(rows, returning="keys")
    whole = [{"id": key, **entry, "on": entry["on"] and "true"} for key, entry in zip(keys, rows, strict=True)]
    exported = items.export(tmp_path / "a.csv").path
    assert str(items.sync(exported, match_on=match_on, delete_missing=True)) == "+0 ~0 -0 =44"
    spelled = [{**entry, "on": "True" if entry["on"] else "", "price": "0.50" if number == 0 else entry["price"],
                "at": entry["at"] and "2026-01-02T03:04:05Z"} for number, entry in enumerate(whole)]  # fmt: skip
    zero = "0" if match_on == "id" else ""  # elsewhere the key has to be as the server has it
    written = write(tmp_path / "b.csv", [{**entry, "id": f"{zero}{entry['id']}"} for entry in spelled])
    assert str(items.sync(written, match_on=match_on, delete_missing=True)) == "+0 ~0 -0 =44"
    changes = {7: ("country", "\x1f\x1f"), 8: ("n", ""), 9: ("on", "false"), 10: ("data", '{"a": [1]}'), 11: ("price", "11.51")}
    changes[15] = ("country", "")
    if isinstance(match_on, list):
        del changes[7], changes[15]
    else:
        items.update_one(keys[15], {"country": "\x00"})
    for number, (name, value) in changes.items():
        whole[number] = {**whole[number], name: value}
    plan = items.sync(write(tmp_path / "c.csv", whole), match_on=match_on, delete_missing=True)
    assert [set(change) - {"id"} for change in plan.update] == [{name} for name, _ in changes.values()]
    assert [change["id"] for change in plan.update] == [keys[number] for number in changes]
    assert (len(plan.create), plan.same) == (0, 44 - len(changes))


def test_what_is_not_unique_together_is_refused(items: Any) -> None:
    with pytest.raises(ValueError, match=r"more than one row has country = 'c0' and sku = 's0' \(row 2 is the second\)"):
        items.sync([row(0), row(1), row(0)], match_on=["country", "sku"])
    items.create_many([row(0), row(0)], returning=None)
    with pytest.raises(ValueError, match=r"more than one item of .* has country = 'c0' and sku = 's0'.*unique together"):
        items.sync([row(0)], match_on=["country", "sku"])
    for wrong in ([], ["sku", "sku"], ["sku", ""], ["sku", 1], {"sku"}):
        with pytest.raises((TypeError, ValueError)):
            items.sync([row(0)], match_on=wrong)


def test_more_differences_than_memory_should_hold(items: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("directus_sdk.writing.spooled.IN_MEMORY", 10)
    items.create_many([row(number) for number in range(60)], returning=None)
    rows = [row(number, n=-number) for number in range(30, 90)]
    plan = items.sync(rows, match_on=["country", "sku"], delete_missing=True)
    assert str(plan) == "+30 ~30 -30 =0"
    assert [change["n"] for change in plan.update[-2:]] == [plan.update[28]["n"], plan.update[29]["n"]]
    assert plan.create == list(plan.create)
    assert len(plan.delete[5:25]) == 20
    plan.save(tmp_path / "plan.json")
    saved = (tmp_path / "plan.json").read_text(encoding="utf-8")
    (tmp_path / "formatted.json").write_text(json.dumps(json.loads(saved), indent=4), encoding="utf-8")
    assert Plan.load(tmp_path / "formatted.json", items) == plan
    monkeypatch.setattr("directus_sdk.writing.plan_file.json.load", None)  # it is read line by line
    assert Plan.load(tmp_path / "plan.json", items) == plan
    assert plan.apply().count == 90
    assert str(items.sync(rows, match_on=["country", "sku"], delete_missing=True)) == "+0 ~0 -0 =60"


# ------------------------------------------------------------------ related columns
def test_related_columns_are_put_together_again(items: Any, admin: Directus, names: tuple[str, str], tmp_path: Path) -> None:
    makers = admin.items(names[1])
    makers.create_many([{"id": 1, "name": "Ada"}, {"id": 2, "name": "Ben"}], returning=None)
    items.create_many([row(0, maker=1), row(1, maker=None), row(2, maker=2)], returning=None)
    base = [{"country": f"c{number}", "sku": "s0"} for number in range(3)]
    rows = [
        {**base[0], "maker.id": "1", "maker.name": "Ada"},
        {**base[1], "maker.id": "", "maker.name": ""},
        {**base[2], "maker.id": "2", "maker.name": "Ben"},
    ]
    match_on = ["country", "sku"]
    assert str(items.sync(write(tmp_path / "a.csv", rows), match_on=match_on)) == "+0 ~0 -0 =3"
    assert str(items.sync(rows, match_on=match_on)) == "+0 ~0 -0 =3"
    without = [{**entry, "maker.name": entry["maker.name"]} for entry in rows]
    for entry in without:
        del entry["maker.id"]
    assert str(items.sync(write(tmp_path / "b.csv", without), match_on=match_on)) == "+0 ~0 -0 =3"
    for place, name in ((0, "Eve"), (0, ""), (1, "Ada")):
        bad = [{**entry} for entry in without]
        bad[place]["maker.name"] = name
        with pytest.raises(ValueError, match=rf"line {place + 2} of .*'maker'.*related item.*'id'"):
            items.sync(write(tmp_path / "c.csv", bad), match_on=match_on)
    rows[0]["maker.name"], rows[1]["maker.id"], rows[2]["maker.id"], rows[2]["maker.name"] = "Eve", "2", "", ""
    rows[1]["maker.name"] = "Ben"
    plan = items.sync(write(tmp_path / "d.csv", rows), match_on=match_on)
    assert [change["maker"] for change in plan.update] == [{"id": 1, "name": "Eve"}, {"id": 2, "name": "Ben"}, None]
    plan.apply()
    assert str(items.sync(tmp_path / "d.csv", match_on=match_on)) == "+0 ~0 -0 =3"
    assert makers.count() == 2


# ------------------------------------------------------------------ plans in files
def test_a_plan_is_saved_and_applied_later(items: Any, admin: Directus, names: tuple[str, str], tmp_path: Path) -> None:
    items.create_many([row(number) for number in range(9)], returning=None)
    rows = [row(number, n=number + number % 2) for number in range(3, 12)]
    path = tmp_path / "plan.json"
    plan = items.sync(rows, match_on=["country", "sku"], delete_missing=True)
    plan.save(path)
    saved = json.loads(path.read_text(encoding="utf-8"))
    assert (saved["server"], saved["collection"]) == (items._collection.pipeline.base_url, names[0])
    assert saved["version"] == admin.server.version()
    key, change = plan.update[0]["id"], saved["update"][0]
    assert (change["row"], change["old"]) == ({"id": key, "n": 4}, {"id": key, "n": 3})
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text(f"\ufeff{path.read_text(encoding='utf-8')}", encoding="utf-8")  # as an editor on Windows may save it
    loaded = Plan.load(path, items)
    assert (loaded, str(loaded)) == (plan, "+3 ~3 -3 =3")
    assert loaded.apply().count == 9
    assert str(items.sync(rows, match_on=["country", "sku"], delete_missing=True)) == "+0 ~0 -0 =9"
    with pytest.raises(ValueError, match=r"is not as it was.*Nothing was sent"):
        Plan.load(path, items).apply()


@pytest.mark.parametrize("what", ["changed", "deleted", "deleted before", "created", "key"])
def test_a_plan_is_refused_whole_where_the_collection_is_another(items: Any, tmp_path: Path, what: str) -> None:
    keys = items.create_many([row(number) for number in range(3)], returning="keys")
    rows = [row(1, n=-1), row(5), {**row(6), "id": 4711}]
    plan = items.sync(rows, match_on=["country", "sku"], delete_missing=True)
    plan.save(tmp_path / "plan.json")
    if what == "changed":
        items.update_one(keys[1], {"n": 7})
    elif what == "deleted":
        items.delete_one(keys[1])
    elif what == "deleted before":
        items.update_one(keys[0], {"country": "x"})
    else:
        items.create_one(row(5) if what == "created" else {**row(8), "id": 4711})
    before = items.read_all(sort="id")
    for refused in (plan, copy.deepcopy(plan), Plan.load(tmp_path / "plan.json", items)):
        with pytest.raises(ValueError, match=r"is not as it was when this was planned: .*Nothing was sent"):
            refused.apply()
    assert items.read_all(sort="id") == before


@pytest.mark.parametrize("number", [0, 1], ids=["deleted by the plan", "changed by the plan"])
@pytest.mark.parametrize("change", [{"price": 9}, {"data": None}], ids=str)
def test_a_plan_is_refused_where_fields_that_it_does_not_have_were_changed(
    items: Any, tmp_path: Path, number: int, change: dict[str, Any]
) -> None:
    keys = items.create_many([row(number) for number in range(3)], returning="keys")
    rows = [{"country": f"c{number}", "sku": "s0", "n": n} for number, n in ((1, -1), (2, 2))]
    plan = items.sync(rows, match_on=["country", "sku"], delete_missing=True)
    plan.save(tmp_path / "plan.json")
    items.update_one(keys[2], {"price": 5})  # the plan leaves it alone
    items.update_one(keys[number], change)
    for refused in (plan, Plan.load(tmp_path / "plan.json", items)):
        with pytest.raises(ValueError, match=rf"planned: item {keys[number]} was changed\. Nothing was sent"):
            refused.apply()
    items.update_one(keys[number], {name: row(number)[name] for name in change})
    assert str(Plan.load(tmp_path / "plan.json", items).apply()) == "0 created, 1 updated, 1 deleted"


def test_an_applied_plan_goes_on_where_it_ended(items: Any, tmp_path: Path) -> None:
    items.create_many([row(number) for number in range(6)], returning=None)
    rows = [row(number, n=-number) for number in range(3, 12)]
    plan = items.sync(rows, match_on=["country", "sku"], delete_missing=True)
    plan.save(tmp_path / "plan.json")
    checkpoint = tmp_path / "apply.ckpt"

    def stop(done: int, total: object) -> None:
        if done >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan.apply(batch_size=1, checkpoint=checkpoint, progress=stop)
    again = Plan.load(tmp_path / "plan.json", items)
    again.apply(batch_size=1, checkpoint=checkpoint)
    assert str(items.sync(rows, match_on=["country", "sku"], delete_missing=True)) == "+0 ~0 -0 =9"
    assert items.count() == 9


def test_keys_that_a_server_reads_as_something_else(items: Any) -> None:
    items.create_many([row(1, country=None), row(2, country="nullify")], returning=None)
    names = ["null", "", "$NOW", "true"]
    rows = [row(1, country=name) for name in names]
    for total in (0, 4):
        plan = items.sync(rows, match_on=["country", "sku"])
        assert str(plan) == f"+{4 - total} ~0 -0 ={total}"
        assert plan.apply().count == 4 - total
    plan = items.sync([row(7, country=""), row(7, country="null")], match_on=["country", "sku"])
    items.create_many([row(7, country="")], returning=None)
    with pytest.raises(ValueError, match=r"an item with country = '' and sku = .* exists\. Nothing was sent"):
        plan.apply()


def test_a_file_with_a_secret_is_not_written(items: Any, tmp_path: Path) -> None:
    plan = items.sync([row(1, secret="swordfish")], match_on=["country", "sku"])
    with pytest.raises(ValueError, match=r"'secret', which the server conceals.*Nothing was saved"):
        plan.save(tmp_path / "plan.json")
    assert list(tmp_path.iterdir()) == []
    assert plan.apply().count == 1


def test_a_file_that_is_no_plan_of_this_collection_is_refused(items: Any, admin: Directus, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    items.sync([row(1)], match_on=["country", "sku"]).save(path)
    text = path.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="is a plan for the collection"):
        Plan.load(path, admin.users)
    wrong: Any = "articles"
    with pytest.raises(TypeError, match=r'directus\.items\("articles"\)'):
        Plan.load(path, wrong)
    path.write_text(re.sub(r'"version": "[\d.]+"', '"version": "1.2.3"', text), encoding="utf-8")
    with pytest.raises(ValueError, match=r"is a plan for version 1\.2\.3 of the server.*make a new plan"):
        Plan.load(path, items)
    for broken in (
        text[: len(text) // 2],
        text[:-2],
        "[]",
        "{}",
        text.replace('"row"', '"raw"'),
        text.replace("http://", "https://"),
    ):
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(ValueError, match=r"plan\.json is (not a|a plan for)"):
            Plan.load(path, items)
