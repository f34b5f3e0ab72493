"""Files of rows on a real server: every type of field, to a file and back, and what the server would have stored."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import BulkError, Directus, Plan
from tests.live.conftest import DATABASE, KEY

pytestmark = pytest.mark.live

#: The cell of a CSV file, the value that is read, and for some types the meta of the field.
TYPES: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "integer": ("-7", -7, {}),
    "bigInteger": ("9007199254740991", 9007199254740991, {}),
    "decimal": ("1.50", Decimal("1.50"), {}),
    "float": ("0.125", 0.125, {}),
    "boolean": ("false", False, {"special": ["cast-boolean"]}),
    "date": ("2024-02-29", "2024-02-29", {}),
    "dateTime": ("2024-02-29 10:11:12", "2024-02-29T10:11:12", {}),
    "time": ("10:11:12", "10:11:12", {}),
    "timestamp": ("2024-02-29T12:00:00+02:00", "2024-02-29T10:00:00.000Z", {}),
    "uuid": ("0123ABCD-0123-4123-8123-0123456789AB", "0123abcd-0123-4123-8123-0123456789ab", {}),
    "json": ('{"a": [1, "ü", null]}', {"a": [1, "ü", None]}, {"special": ["cast-json"]}),
    "csv": ("a,b", ["a", "b"], {"special": ["cast-csv"]}),
    "hash": ("secret", "**********", {"special": ["hash", "conceal"]}),
    "geometry": (
        '{"type": "Point", "coordinates": [1.5, 2]}', {"type": "Point", "coordinates": [1.5, 2]}, {"special": ["cast-json"]}
    ),
    "string": ("007", "007", {}),
    "text": ('two\nlines, "quoted"', 'two\nlines, "quoted"', {}),
}  # fmt: skip
if DATABASE != "sqlite3":  # geometries need an extension there
    TYPES.pop("geometry")


@pytest.fixture(scope="module")
def names(directus_server: Any) -> Iterator[dict[str, str]]:
    with directus_server.directus() as directus:
        prefix = f"rows_{uuid.uuid4().hex[:8]}"
        unlogged = {"accountability": None}  # the activity log would take most of the time
        made = {"authors": f"{prefix}_authors", "all": f"{prefix}_all", "copy": f"{prefix}_copy"}
        name_field = {"field": "name", "type": "string", "meta": {}, "schema": {}}
        directus.collections.create_one(
            {"collection": made["authors"], "schema": {}, "meta": unlogged, "fields": [KEY, name_field]}
        )
        for name in (made["all"], made["copy"]):
            fields = [
                *({"field": f"f_{kind}", "type": kind, "meta": meta, "schema": {}} for kind, (*_, meta) in TYPES.items()),
                {"field": "required", "type": "string", "meta": {}, "schema": {"is_nullable": False, "default_value": "d"}},
                {"field": "author", "type": "integer", "meta": {}, "schema": {}},
            ]
            directus.collections.create_one({"collection": name, "schema": {}, "meta": unlogged, "fields": [KEY, *fields]})
            directus.relations.create_one({"collection": name, "field": "author", "related_collection": made["authors"]})
        yield made
        for name in (made["all"], made["copy"], made["authors"]):
            directus.collections.delete_one(name)


@pytest.fixture
def items(directus: Directus, names: dict[str, str]) -> Iterator[Any]:
    yield directus.items(names["all"])
    for name in ("all", "copy", "authors"):
        directus.items(names[name]).delete_by_query({}, all_items=True)


def write(path: Path, rows: list[list[object]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def read(items: Any) -> list[dict[str, Any]]:
    return list(items.read_all(sort="id"))


def test_a_cell_of_every_type(items: Any, tmp_path: Path) -> None:
    header = [f"f_{kind}" for kind in TYPES] + ["required"]
    path = write(tmp_path / "a.csv", [header, [*(cell for cell, *_ in TYPES.values()), "x"], [""] * len(header)])
    items.create_many(path)
    first, second = read(items)
    for kind, (_, expected, _) in TYPES.items():
        found = Decimal(str(first["f_decimal"])) if kind == "decimal" else first[f"f_{kind}"]
        assert (kind, int(found) if kind == "bigInteger" else found) == (kind, expected)
        assert (kind, second[f"f_{kind}"]) == (kind, None)
    assert (first["required"], second["required"]) == ("x", "")


def test_a_bad_cell_of_every_type(items: Any, tmp_path: Path) -> None:
    for kind in TYPES.keys() - {"csv", "hash", "string", "text"}:
        path = write(tmp_path / "a.csv", [["required", f"f_{kind}"], ["x", TYPES[kind][0]], ["y", "{no"]])
        with pytest.raises(ValueError, match=rf"a\.csv, line 3, column 'f_{kind}': '{{no' is not .*Nothing was sent"):
            items.create_many(path)
    path = write(tmp_path / "a.csv", [["f_bigInteger"], ["9223372036854775807"], ["9223372036854775808"]])
    with pytest.raises(ValueError, match=r"line 3, column 'f_bigInteger': '9223372036854775808' is not a valid integer"):
        items.create_many(path)  # the server would round it
    assert items.count() == 0


@pytest.mark.parametrize("name", ["a.csv", "a.ndjson", "a.parquet"])
def test_what_was_exported_is_taken_back(
    items: Any, directus: Directus, names: dict[str, str], name: str, tmp_path: Path
) -> None:
    strings = ["", " ", "null", "true", '""', '"', "a,b", "ä\r\nü😀", "\n", "**"]
    header = [f"f_{kind}" for kind in TYPES if kind != "hash"] + ["required"]
    cells = [cell for kind, (cell, *_) in TYPES.items() if kind != "hash"]
    start = write(tmp_path / "start.csv", [header, [*cells, "x"], [""] * len(header)])
    items.create_many(start)
    items.create_many([{"f_string": text, "f_text": text, "required": text, "f_json": {"t": text}} for text in strings])
    numbers = '{"n": 12345678901234567890, "list": [1e20, true]}'  # read as JSON, and rounded as JavaScript does
    items.create_many([{"f_date": "1970-01-01", "f_dateTime": "1970-01-01T00:00:00", "f_timestamp": "1970-01-01T00:00:00Z"}])
    documents: list[object] = [[], {}, ["1"], 5, numbers, "1e20"]
    if DATABASE != "postgres":
        documents.append("text")  # PostgreSQL refuses what the server makes of it
    items.create_many([{"required": "r", "f_json": document} for document in documents])
    path = tmp_path / name
    items.export(path)
    assert str(items.sync(path)) == f"+0 ~0 -0 ={items.count()}"
    copy = directus.items(names["copy"])
    copy.create_many(path)
    assert read(copy) == read(items)
    assert copy.update_batch(path).count == copy.upsert_many(path).count == items.count()
    assert read(copy) == read(items)


def test_a_mask_does_not_become_a_password(items: Any, tmp_path: Path) -> None:
    items.create_many([{"required": "a", "f_hash": "secret"}])
    (key,) = [row["id"] for row in read(items)]
    path = write(tmp_path / "a.csv", [["id", "required", "f_hash"], [key, "b", "**********"]])
    items.update_batch(path)
    items.upsert_many(path)
    assert str(items.sync(path)) == "+0 ~0 -0 =1"
    assert [(row["required"], row["f_hash"]) for row in read(items)] == [("b", "**********")]


def test_unknown_columns_dialects_and_types_of_the_caller(items: Any, tmp_path: Path) -> None:
    rows: list[list[object]] = [["f_decimal", "f_date", "f_boolean", "f_text"], ["1,50", "29.02.2024", "1", "ä"]]
    path = write(tmp_path / "a.csv", rows, ";", "cp1252")
    with pytest.raises(ValueError, match=r"not encoded in UTF-8.*pass encoding="):
        items.create_many(path)
    with pytest.raises(ValueError, match="pass delimiter=';'"):
        items.create_many(path, encoding="cp1252")
    with pytest.raises(ValueError, match=r"line 2, column 'f_decimal': '1,50' is not a valid number"):
        items.create_many(path, encoding="cp1252", delimiter=";")

    def day(text: str) -> date:
        return date(*map(int, reversed(text.split("."))))

    columns: Any = {"f_decimal": lambda text: Decimal(text.replace(",", ".")), "f_date": day, "f_boolean": bool}
    with path.open("rb") as file:
        made = items.create_many(file, encoding="cp1252", delimiter=";", columns=columns, fields=["*"])
    assert [(Decimal(str(row["f_decimal"])), row["f_date"], row["f_boolean"], row["f_text"]) for row in made] == [
        (Decimal("1.50"), "2024-02-29", True, "ä")
    ]
    with pytest.raises(ValueError, match=r"column 'f_tekst', which is not a field of .*: did you mean 'f_text'"):
        items.create_many(io.StringIO("f_tekst\nx\n"))
    assert items.count() == 1


def test_a_run_that_is_killed_goes_on(items: Any, directus_server: Any, tmp_path: Path) -> None:
    rows: list[list[object]] = [["f_integer", "f_string", "required"]]
    path = write(tmp_path / "a.csv", [*rows, *([number, f"s{number}", "r"] for number in range(240))])
    script = textwrap.dedent(
        """
        import sys
        from directus_sdk import Directus

        def report(done, total):
            print(done, flush=True)
            if done >= 80:
                sys.stdin.readline()

        url, token, name, path = sys.argv[1:]
        Directus(url, token=token).items(name).create_many(
            path, checkpoint=path + ".json", match_on="f_string", batch_size=20, progress=report, returning=None
        )
        """
    )
    arguments = [directus_server.url, directus_server.admin_token, items.collection, str(path)]
    with subprocess.Popen([sys.executable, "-c", script, *arguments], stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout
        while int(process.stdout.readline() or 240) < 80:
            pass
        os.kill(process.pid, signal.SIGKILL)
    assert 80 <= items.count() < 240
    result = items.create_many(path, checkpoint=f"{path}.json", match_on="f_string", batch_size=20, returning=None)
    assert result.count <= 160
    assert [row["f_integer"] for row in read(items)] == list(range(240))
    assert json.loads(Path(f"{path}.json").read_text())["finished"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("pandas", "row 2 of the frame"), ("arrow", "row 2 of the table"),
        ("a.parquet", r"row 2 of \S*a\.parquet"), ("a.csv", r"line 3 of \S*a\.csv"),
    ],
)  # fmt: skip
def test_the_position_of_a_row(items: Any, tmp_path: Path, kind: str, name: str) -> None:
    pd, pa = map(pytest.importorskip, ("pandas", "pyarrow"))
    rows = [{"id": 1, "f_integer": "1", "required": "x"}, {"id": 2, "f_integer": "bad", "required": "x"}]
    source: Any = tmp_path / kind
    if kind == "a.parquet":
        pd.DataFrame(rows).to_parquet(source)
    elif kind == "a.csv":
        write(source, [["id", "f_integer", "required"], [1, 1, "x"], [2, "bad", "x"]])
    else:
        source = {"pandas": pd.DataFrame, "arrow": pa.Table.from_pylist}[kind](rows)
    for call in (items.create_many, items.upsert_many, items.update_batch):
        assert re.search(rf"item 1 \({name}\)", call(source, on_error="collect", batch_size=1).errors[0].place)
        with pytest.raises(ValueError, match=f"{name.replace(' of ', '@').split('@')[0]}, column 'f_integer'"):
            call(source)
    items.delete_by_query({}, all_items=True)
    plan = items.sync(source)
    plan.save(tmp_path / "plan.json")
    for made in (plan, Plan.load(tmp_path / "plan.json", items)):
        with pytest.raises(BulkError, match=rf"\({name}\) cannot be written"):
            made.apply()
    with pytest.raises(ValueError, match=rf"\({name} is the second\)"):
        items.sync(source, match_on="required")
