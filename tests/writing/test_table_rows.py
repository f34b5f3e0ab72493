"""The rows of tables in bulk calls: the types of the fields decide, and nothing is sent of a table that is broken."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import BulkError, FileOptions
from directus_sdk.testing.mock import error_response, json_response
from tests.table import Table

NOT_NULL = {"type": "string", "schema": {"is_nullable": False}}
RELATED = {"type": "integer", "schema": {"foreign_key_table": "things"}}
SECRET = {"type": "string", "meta": {"special": ["conceal"]}}
FIELDS: dict[str, Any] = {
    "id": "integer", "n": "integer", "big": "bigInteger", "price": "decimal", "active": "boolean", "sold": "date",
    "at": "timestamp", "clock": "time", "uid": "uuid", "js": "json", "tags": "csv", "note": "text", "items": "alias",
    "title": NOT_NULL, "author": RELATED, "secret": SECRET, "line": {"type": "alias", "meta": {"special": ["no-data"]}},
}  # fmt: skip


def stage(**options: Any) -> Table:
    return Table(fields=FIELDS, **options)


def sent(table: Table) -> list[dict[str, Any]]:
    bodies = [request for request in table.transport.requests if request.method in ("POST", "PATCH")]
    return [row for request in bodies for row in json.loads(request.body)]  # type: ignore[arg-type]


def path_of(folder: Path, content: str | bytes, name: str = "stock.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_the_field_decides_what_a_cell_means(tmp_path: Path) -> None:
    table = stage()
    content = (
        "n,big,price,active,sold,at,clock,uid,js,tags,note,title,author,items\n"
        '7,9007199254740993,1.50,1,2026-01-02,2026-01-02T03:04:05z,10:00,0123ABCD-0123-4123-8123-0123456789AB,"{""a"": 1}",'
        '"a,b",1,2,3,"[1,2]"\n'
        ",,,,,,,,,,,,,\n"
        '"","","","","","","","","","","","",,""\n'
    )
    table.items().create_many(path_of(tmp_path, content))
    first, empty, quoted = sent(table)
    assert first == {
        "n": 7, "big": "9007199254740993", "price": "1.50", "active": True, "sold": "2026-01-02", "at": "2026-01-02T03:04:05Z",
        "clock": "10:00", "uid": "0123abcd-0123-4123-8123-0123456789ab", "js": {"a": 1}, "tags": "a,b", "note": "1",
        "title": "2", "author": 3, "items": [1, 2],
    }  # fmt: skip
    assert set(empty) == set(quoted) == set(first) - {"items"}
    assert {name: value for name, value in empty.items() if value is not None} == {"title": ""}
    assert {name: value for name, value in quoted.items() if value is not None} == {"title": "", "note": ""}


@pytest.mark.parametrize(
    "make", [lambda text: csv.DictReader(io.StringIO(text)), io.StringIO, lambda text: io.BytesIO(text.encode())]
)
def test_an_empty_cell_of_every_source(make: Callable[[str], object]) -> None:
    table = stage()
    table.items().create_many(make("n,note,title\n1,,\n"))
    assert sent(table) == [{"n": 1, "note": None, "title": ""}]


@pytest.mark.parametrize("quoted", [False, True])
def test_a_file_that_quotes_everything_has_no_empty_strings(quoted: bool, tmp_path: Path) -> None:
    table = stage()
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows([["n", "note", "title"], ["", "", ""]])
    table.items().create_many(path_of(tmp_path, file.getvalue()))
    assert sent(table) == [{"n": None, "note": None, "title": ""}]


@pytest.mark.parametrize("name", ["a.ndjson", "a.json", "a.parquet", "polars", "pandas", "arrow"])
def test_other_sources_have_values_of_their_own(name: str, tmp_path: Path) -> None:
    import pandas
    import polars
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"n": 1, "price": Decimal("1.50"), "active": True, "sold": date(2026, 1, 2), "note": ""}, {"n": 2, "note": None}]
    rows[1] |= dict.fromkeys(("price", "active", "sold"), None)
    made = pa.Table.from_pylist(rows)
    plain = json.dumps(rows, default=str)
    pq.write_table(made, tmp_path / "a.parquet")
    sources: dict[str, Any] = {
        "a.ndjson": path_of(tmp_path, "\n".join(json.dumps(row, default=str) for row in rows), "a.ndjson"),
        "a.json": path_of(tmp_path, plain, "a.json"),
        "a.parquet": tmp_path / "a.parquet",
        "polars": polars.from_arrow(made),
        "pandas": pandas.DataFrame(rows, dtype=object),
        "arrow": made,
    }
    table = stage()
    table.items().create_many(sources[name])
    assert sent(table) == json.loads(plain)


def test_types_of_the_caller_come_first(tmp_path: Path) -> None:
    table = stage()
    options: FileOptions = {
        "delimiter": ";", "encoding": "cp1252",
        "columns": {"price": lambda text: Decimal(text.replace(",", ".")), "sold": date, "active": bool, "note": str},
    }  # fmt: skip
    path = path_of(tmp_path, "price;sold;active;note\n1,50;2026-01-02;0;ä\n;;;\n".encode("cp1252"))
    table.items().create_many(path, **options)
    assert sent(table)[0] == {"price": "1.50", "sold": "2026-01-02", "active": False, "note": "ä"}
    assert set(sent(table)[1].values()) == {None}
    unknown = Table()  # whose types nobody may read
    unknown.items().create_many(path, **options)
    assert sent(unknown)[0] == sent(table)[0]
    with pytest.raises(ValueError, match=r"columns: .*stock\.csv has no column 'prise'"):
        table.items().create_many(path, delimiter=";", encoding="cp1252", columns={"prise": Decimal})


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("n", "abc", "'abc' is not a valid number"),
        ("n", "1.5", "'1.5' is not a valid integer"),
        ("price", "12 EUR", "'12 EUR' is not a valid number"),
        ("active", "yes", "'yes' is not a valid boolean"),
        ("sold", "2026-02-30", "'2026-02-30' is not a valid date such as 2024-01-02"),
        ("at", "soon", "'soon' is not a valid timestamp such as 2024-01-02T10:00:00"),
        ("clock", "10 PM", "'10 PM' is not a valid time"),
        ("clock", "25:00", "'25:00' is not a valid time"),
        ("uid", "1234", "'1234' is not a valid UUID"),
        ("js", "{bad", "'{bad' is not valid JSON"),
        ("items", "x", "'x' is not a valid list of keys"),
    ],
)
@pytest.mark.parametrize("call", ["create_many", "update_batch", "upsert_many"])
def test_a_bad_cell_names_its_place_and_nothing_is_sent(
    call: str, column: str, value: str, message: str, tmp_path: Path
) -> None:
    table = stage()
    path = path_of(tmp_path, f"id,{column}\n" + "".join(f"{number},\n" for number in range(1, 4_000)) + f"4000,{value}\n")
    with pytest.raises(ValueError, match=rf"stock\.csv, line 4001, column '{column}': {message}.*Nothing was sent"):
        getattr(table.items(), call)(path)
    assert sent(table) == []


@pytest.mark.parametrize(
    ("call", "name", "options"), [("update_batch", "id", {}), ("upsert_many", "note", {"match_on": "note"})]
)
def test_a_row_that_does_not_say_which_item_it_is_about(call: str, name: str, options: dict[str, Any], tmp_path: Path) -> None:
    table = stage()
    path = path_of(tmp_path, f"{name},n\n" + "".join(f"{number},1\n" for number in range(1, 4_000)) + ",1\n")
    with pytest.raises(ValueError, match=rf"line 4001 of .*stock\.csv has no '{name}', which says .*Nothing was sent"):
        getattr(table.items(), call)(path, **options)
    assert sent(table) == []


@pytest.mark.parametrize("call", ["create_many", "update_batch", "upsert_many"])
def test_a_value_that_a_dict_of_the_caller_does_not_have(call: str, tmp_path: Path) -> None:
    table, path = stage(), path_of(tmp_path, "id,note\n1,Y\n2,N\n")
    with pytest.raises(ValueError, match=r"stock\.csv, line 3, column 'note': .*columns= .*KeyError: 'N'.*Nothing was sent"):
        getattr(table.items(), call)(path, columns={"note": {"Y": "yes"}.__getitem__})
    assert sent(table) == []
    result = table.items().create_many(path, columns={"note": {"Y": "yes"}.__getitem__}, on_error="collect")
    assert [error.line for error in result.errors] == [3]
    with pytest.raises(ValueError, match="line 3"):
        table.items().sync(path, columns={"note": {"Y": "yes"}.__getitem__})


@pytest.mark.parametrize("name", ["note", "title", "tags"])
@pytest.mark.parametrize("call", ["create_many", "upsert_many", "sync"])
def test_a_nul_that_the_database_cannot_keep(call: str, name: str, tmp_path: Path) -> None:
    options: dict[str, Any] = {} if call == "create_many" else {"match_on": "note"}
    path = path_of(tmp_path, "note,title,tags\na,b,c\nx,y,z\n".replace({"note": "x", "title": "y", "tags": "z"}[name], "d\0e"))
    types = {"id": "integer", "note": "text", "title": "string", "tags": "csv"}
    postgres = {field: {"type": kind, "schema": {"foreign_key_schema": None}} for field, kind in types.items()}
    table = Table(fields=postgres)
    message = rf"(line 3.*column '{name}'|line 3 of .*'{name}'): it has the character NUL .*PostgreSQL cannot keep.*Nothing was"
    if sys.version_info < (3, 11):  # whose csv module refuses it
        message = "line 3: line contains NUL"
    with pytest.raises(ValueError, match=message):
        getattr(table.items(), call)(path, **options)
    assert sent(table) == []
    if call == "create_many" and sys.version_info >= (3, 11):  # other databases keep it
        table = stage()
        table.items().create_many(path)
        assert sent(table)[1][name] == "d\0e"


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet"])
def test_a_column_that_is_no_field(suffix: str, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = stage()
    path = path_of(
        tmp_path, {"csv": "n,titel\n1,x\n", "ndjson": '{"n": 1}\n{"n": 2, "titel": 1}\n'}.get(suffix, ""), f"a.{suffix}"
    )
    if suffix == "parquet":
        pq.write_table(pa.table({"n": [1], "titel": ["x"]}), path)
    with pytest.raises(
        ValueError, match=rf"a\.{suffix} has the column 'titel', .* not a field of things: did you mean 'title'"
    ):
        table.items().create_many(path)
    assert sent(table) == []


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("n;note", "pass delimiter=';'"),
        ("line", "not a field"),
        ("n.x", "no field has a dot"),
        ("author.x", "field of things.author"),
    ],
)
def test_other_columns_that_are_no_fields(header: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        stage().items().create_many(path_of(tmp_path, f"{header}\n1\n"))


def test_a_field_that_may_be_written_and_not_read(tmp_path: Path) -> None:
    path = path_of(tmp_path, "n,hidden\n1,x\n")
    for fields, reading, fits in (
        (["hidden"], ["n"], True),
        (["*"], ["n"], True),
        (["*"], ["*"], False),
        (["n"], ["n"], False),
    ):
        table = stage()
        permissions = {"things": {"create": {"fields": fields}, "read": {"fields": reading}}}
        table.before = lambda request, data=permissions: (  # type: ignore[misc]
            json_response({"data": data}) if "/permissions/me" in request.url else None
        )
        if fits:
            table.items().create_many(path)
            assert sent(table) == [{"n": 1, "hidden": "x"}]
        else:
            with pytest.raises(ValueError, match="'hidden', which is not a field"):
                table.items().create_many(path)


def test_dotted_columns_are_put_together(tmp_path: Path) -> None:
    table = stage()
    table.items().create_many(path_of(tmp_path, "n,author.id,author.active,author.author.n\n1,2,true,\n2,,,\n"))
    assert sent(table) == [{"n": 1, "author": {"id": 2, "active": True, "author": None}}, {"n": 2, "author": None}]


@pytest.mark.parametrize("fields", [FIELDS, None])
def test_a_mask_is_never_sent(fields: Any, tmp_path: Path) -> None:
    table = Table(fields=fields)
    table.items().update_batch(path_of(tmp_path, "id,n,secret\n1,2,**********\n2,3,new\n"))
    assert [row.get("secret") for row in sent(table)] == [None, "new"]
    assert "secret" not in sent(table)[0]


def test_strings_of_a_json_field_stay_strings(tmp_path: Path) -> None:
    table = stage()
    lines = [{"js": value} for value in ("1", "text", {"a": "1"}, ["1"], 2, "[1]")]
    table.items().create_many(path_of(tmp_path, "\n".join(map(json.dumps, lines)), "a.ndjson"))
    assert [row["js"] for row in sent(table)] == ['"1"', '"text"', {"a": "1"}, ["1"], 2, '"[1]"']


@pytest.mark.parametrize("cell", ["1e999", "-" + "9" * 400])
def test_a_number_that_is_too_large_for_a_float_is_not_sent(cell: str, tmp_path: Path) -> None:
    table = stage()
    with pytest.raises(ValueError, match=r"line 2, column 'price': .* is not a valid number\. Nothing was sent"):
        table.items().create_many(path_of(tmp_path, f"price\n{cell}\n"))
    assert table.rows == {}


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("abc", r"^line 4 of .*stock\.csv, 'n': 'abc' is not a valid number\. Nothing was planned$"),
        ("1.5", r"^line 4 of .*stock\.csv, 'n': '1\.5' is not a valid integer\. Nothing was planned$"),
        ('""', r"^line 4 of .*stock\.csv has no 'n', so there is nothing to match on"),
    ],
)
def test_a_bad_value_to_match_on_names_its_row(cell: str, message: str, tmp_path: Path) -> None:
    table = stage()
    with pytest.raises(ValueError, match=message):
        table.items().sync(path_of(tmp_path, f"n,note\n1,a\n2,b\n{cell},c\n"), match_on="n")
    assert not any("/items/" in request.url for request in table.transport.requests)


def test_a_file_without_the_column_that_names_the_items(tmp_path: Path) -> None:
    table, path = stage(), path_of(tmp_path, "note\na\n")
    for call in (table.items().update_batch, partial(table.items().upsert_many, match_on="n")):
        with pytest.raises(ValueError, match=r"stock\.csv has no column '(id|n)', which says which item .* \['note'\]"):
            call(path)
    assert table.rows == {}


@pytest.mark.parametrize("cut", ["quote", "gzip", "width", "cell"])
def test_a_repaired_file_goes_on_with_the_same_checkpoint(cut: str, tmp_path: Path) -> None:
    table, whole = stage(unique="n"), "n,note\n" + "".join(f"{number},x\n" for number in range(100))
    broken = {"quote": whole + '100,"x', "gzip": whole, "width": whole + "100\n", "cell": whole + "abc,x\n"}[cut]
    content = gzip.compress(broken.encode())
    path = path_of(tmp_path, content[:-12] if cut == "gzip" else content, "stock.csv.gz")

    def load(source: object) -> int:
        checkpoint = tmp_path / "work.json"
        count: int = table.items().create_many(source, checkpoint=checkpoint, batch_size=10, match_on="n").count
        return count

    with pytest.raises(ValueError, match=r"stock\.csv\.gz.*Nothing was sent"):
        load(path)
    assert table.rows == {}
    reader, writer = os.pipe()  # cannot be read twice, so what comes before the error is sent
    with os.fdopen(writer, "wb") as file:
        file.write(path.read_bytes())
    with os.fdopen(reader, "rb") as file, pytest.raises((ValueError, BulkError)):
        load(file)
    assert 0 < len(table.rows) <= 100 or cut == "gzip"
    path.write_bytes(gzip.compress((whole + "100,x\n").encode()))
    before = len(table.rows)
    assert load(path) == 101 - before
    assert [row["n"] for row in table.rows.values()] == list(range(101))
    assert load(path) == 0


def test_collected_errors_have_their_lines(tmp_path: Path) -> None:
    table = stage()
    path = path_of(tmp_path, "n\n1\nx\n3\ny\n")
    result = table.items().create_many(path, on_error="collect")
    assert [(error.line, error.source) for error in result.errors] == [(3, str(path)), (5, str(path))]
    assert [row["n"] for row in table.rows.values()] == [1, 3]
    assert "line 3" in str(result.errors[0].error)
    with pytest.raises(ValueError, match="fewer values"):
        table.items().create_many(path_of(tmp_path, "n,note\n1,x\n3\n"), on_error="collect")
    assert len(table.rows) == 2


def test_a_list_costs_no_request_for_fields() -> None:
    table = stage()
    table.items().create_many([{"n": "1"}])
    assert [method for method, _ in table.calls] == ["POST"]


def test_the_progress_knows_how_many_rows_a_file_has(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    stage().items().create_many(path_of(tmp_path, "n\n1\n2\n"), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)


def test_no_file_stays_open(tmp_path: Path) -> None:
    path = path_of(tmp_path, "n\n1\n2\n")
    table = stage()
    table.before = lambda request: error_response("FORBIDDEN", 403) if request.method == "POST" else None
    with pytest.raises(Exception, match=r"FORBIDDEN|permission"):
        table.items().create_many(path, batch_size=1)
    assert path not in [link.resolve() for link in Path("/proc/self/fd").iterdir()]


@pytest.mark.parametrize("name", ["a.csv", "a.ndjson", "a.json", "a.parquet"])
def test_sync_takes_every_file(name: str, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = stage()
    table.items().create_many([{"n": 1, "note": "a"}, {"n": 2, "note": "b"}])
    rows = [{"n": 1, "note": "a"}, {"n": 2, "note": "c"}]
    content = {"a.csv": "n;note\n1;a\n2;c\n", "a.json": json.dumps(rows), "a.ndjson": "\n".join(map(json.dumps, rows))}
    path = path_of(tmp_path, content.get(name, ""), name)
    if name == "a.parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    options: Any = {"delimiter": ";", "columns": {"note": str.lower}} if name == "a.csv" else {}
    plan = table.items().sync(path, match_on="n", **options)
    assert [dict(row) for row in plan.update] == [{"id": 2, "note": "c"}]


@pytest.mark.parametrize("call", ["update_batch", "upsert_many"])
def test_related_items_without_their_keys_are_not_written_again(call: str, tmp_path: Path) -> None:
    for content, name, message in (
        ("id,author.n\n1,\n", "a.csv", r"a\.csv has values of 'author'.*without its key.*'author\.id'"),
        ("id,author.id,author.author.n\n1,2,3\n", "b.csv", r"b\.csv has values of 'author'"),
        ("id,author.id,author.n\n1,2,3\n2,,4\n", "c.csv", r"line 3 of .*c\.csv has values of 'author'.*Nothing was sent"),
        ('{"id": 1, "author": {"n": 2}}\n', "d.ndjson", r"line 1 of .*d\.ndjson has values of 'author'.*Nothing was sent"),
    ):
        table = stage()
        with pytest.raises(ValueError, match=message):
            getattr(table.items(), call)(path_of(tmp_path, content, name))
        assert sent(table) == []
    table = stage()
    table.items().update_batch(
        path_of(tmp_path, '{"id": 1, "author": {"id": 2, "n": 2}}\n{"id": 2, "author": null}\n', "e.ndjson")
    )
    assert [row["author"] for row in sent(table)] == [{"id": 2, "n": 2}, None]
