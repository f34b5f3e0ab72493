"""Items to files: formats, columns, what a run that was stopped leaves, and what is never written."""

from __future__ import annotations

import errno
import gzip
import json
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import ConfigurationError, Directus, Request
from directus_sdk.local.run_lock import FileLock
from directus_sdk.reading.export import ExportedFile
from directus_sdk.testing.mock import MockTransport, error_response, json_response
from tests.table import Table

TYPES = {"id": "integer", "name": "string", "tags": "json", "paid": "boolean", "author": "integer"}


def rows(count: int) -> list[dict[str, Any]]:
    names = ["Ada", None, "", 'say "hi",\r\nü', "null"]
    tags = [["a"], None, {"b": None}, "text", 5]
    return [
        {"id": n, "name": names[n % 5], "tags": tags[n % 5], "paid": [True, False, None][n % 3], "author": None}
        for n in range(1, count + 1)
    ]


def articles(handler: Callable[[dict[str, str]], list[Any]], fields: list[dict[str, Any]] | None = None) -> Any:
    """A collection behind a function that returns its rows for a query."""

    def answer(request: Request) -> Any:
        if "/fields/" in request.url:
            return error_response("FORBIDDEN", 403) if fields is None else json_response({"data": fields})
        if "/specs/" in request.url:
            return error_response("FORBIDDEN", 403)
        return handler(dict(request.params))

    return Directus("https://cms.example.com", transport=MockTransport(answer)).items("articles")


def once(found: list[Any]) -> Callable[[dict[str, str]], list[Any]]:
    return lambda query: [] if "filter" in query or "offset" in query else [dict(row) for row in found]


def test_csv_holds_what_the_server_returned(tmp_path: Path) -> None:
    table = Table(rows(6), fields=TYPES)
    assert table.items().export(tmp_path / "a.csv") == ExportedFile(tmp_path / "a.csv", 6)
    assert (tmp_path / "a.csv").read_bytes().decode() == (
        "id,name,tags,paid,author\n"
        "1,,,false,\n"
        '2,"","{""b"":null}",,\n'
        '3,"say ""hi"",\r\nü","""text""",true,\n'
        "4,null,5,false,\n"
        '5,Ada,"[""a""]",,\n'
        "6,,,true,\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("name", ["a.ndjson", "a.jsonl", "a.ndjson.gz", "A.NDJSON"])
def test_ndjson_holds_the_items_as_they_are(tmp_path: Path, name: str) -> None:
    table = Table(rows(12), fields=TYPES)
    table.items().export(tmp_path / name, page_size=5)
    content = (tmp_path / name).read_bytes()
    text = gzip.decompress(content) if name.endswith(".gz") else content
    assert [json.loads(line) for line in text.decode().splitlines()] == rows(12)


def test_parquet_has_the_types_of_the_fields(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow.parquet")
    fields = {
        **TYPES,
        "day": "date",
        "at": "timestamp",
        "local": "dateTime",
        "time": "time",
        "price": "decimal",
        "n": "bigInteger",
    }
    more = {"day": "2024-02-29", "at": "2024-02-29T10:00:00.120Z", "local": "2024-02-29T10:00:00", "time": "10:00:01"}
    found = [{**row, **more, "price": "0.10", "n": "9007199254740993"} for row in rows(3)]
    Table([*found, {**dict.fromkeys(fields), "id": 4}], fields=fields).items().export(tmp_path / "a.parquet", page_size=2)
    table = pa.read_table(tmp_path / "a.parquet")
    assert pa.ParquetFile(tmp_path / "a.parquet").num_row_groups == 2
    assert {name: str(table.schema.field(name).type) for name in ("id", "tags", "paid", "day", "at", "local", "time", "n")} == {
        "id": "int64",
        "tags": "string",
        "paid": "bool",
        "day": "date32[day]",
        "at": "timestamp[us, tz=UTC]",
        "local": "timestamp[us]",
        "time": "time64[us]",
        "n": "int64",
    }
    assert table["n"].to_pylist() == [9007199254740993] * 3 + [None]
    assert table["price"].to_pylist() == ["0.10"] * 3 + [None]
    assert table["tags"].to_pylist() == [None, '{"b":null}', '"text"', None]
    assert [None if at is None else at.isoformat() for at in table["at"].to_pylist()][2:] == [
        "2024-02-29T10:00:00.120000+00:00",
        None,
    ]


def test_related_items_are_dotted_columns(tmp_path: Path) -> None:
    found = [
        {"id": 1, "author": None, "tags": [{"id": 1}]},
        {"id": 2, "author": {"name": "Ada", "city": {"id": 7}}, "tags": []},
    ]
    articles(once(found)).export(tmp_path / "a.csv", fields=["author.name", "id", "author.city.id", "tags.id"])
    assert (tmp_path / "a.csv").read_text() == ('author.name,author.city.id,id,tags\n,,1,"[{""id"":1}]"\nAda,7,2,[]\n')


def test_the_key_is_read_and_not_written_where_it_is_not_asked_for(tmp_path: Path) -> None:
    table = Table(rows(12), fields=TYPES)
    table.items().export(tmp_path / "a.csv", fields=["name"], page_size=5)
    assert (tmp_path / "a.csv").read_text().startswith('name\n\n""\n"say')
    assert {query["fields"] for method, query in table.calls if "limit" in query} == {"name,id"}


@pytest.mark.parametrize(("name", "content"), [("a.csv", "id,name\n"), ("a.ndjson", "")])
def test_no_items_are_a_file_without_rows(tmp_path: Path, name: str, content: str) -> None:
    assert Table([], fields=TYPES).items().export(tmp_path / name, fields=["id", "name"]).count == 0
    assert (tmp_path / name).read_text() == content


def test_no_items_are_a_parquet_file_with_columns(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow.parquet")
    Table([], fields=TYPES).items().export(tmp_path / "a.parquet")
    assert pa.read_table(tmp_path / "a.parquet").column_names == list(TYPES)


def test_the_columns_of_a_file_without_rows_are_those_that_rows_would_have(tmp_path: Path) -> None:
    fields = {
        **TYPES,
        "chapters": {"type": "alias", "meta": {"special": ["o2m"]}},
        "notice": {"type": "alias", "meta": {"special": ["alias", "no-data"]}},
    }
    items = Table([], fields=fields).items()
    items.export(tmp_path / "a.csv", fields=["*", "author.name", "chapters.id", "chapters.title"])
    header = (tmp_path / "a.csv").read_text()
    assert header == "author.name,chapters,id,name,tags,paid,author\n"
    items.export(tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == "id,name,tags,paid,author,chapters\n"


# ---------------------------------------------------------------- masked values
HIDDEN = [{"field": "id", "type": "integer"}, {"field": "secret", "type": "hash", "meta": {"special": ["hash"]}}]


@pytest.mark.parametrize("name", ["a.csv", "a.ndjson"])
def test_a_wildcard_leaves_masked_fields_out(tmp_path: Path, name: str) -> None:
    found = [{"id": 1, "secret": None}, {"id": 2, "secret": "**********"}]
    file = articles(once(found), HIDDEN).export(tmp_path / name)
    assert file.left_out == ("secret",)
    assert "secret" not in file.path.read_text()


def test_a_masked_field_that_is_named_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    asked: list[Any] = []
    with pytest.raises(ValueError, match="masks the values of secret"):
        articles(lambda query: asked.append(query) or [], HIDDEN).export(tmp_path / "a.csv", fields=["id", "secret"])
    assert not asked
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", ["**********", [{"password": "**********"}]])
@pytest.mark.parametrize("name", ["a.csv", "a.ndjson", "a.parquet"])
def test_a_mask_in_a_field_that_is_not_known_is_never_written(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"secret holds \*{10}"):
        articles(once([{"id": 1, "secret": value}])).export(tmp_path / name)
    assert not (tmp_path / name).exists()


# --------------------------------------------------------------------- resuming
class Stop(Exception):
    pass


def stopping(table: Table, after: int) -> list[int]:
    """Let a table fail after so many pages; return how many it was asked for."""
    pages = [0]

    def before(request: Request) -> None:
        if "/items/" in request.url and ("limit" in dict(request.params) or request.method == "SEARCH"):
            pages[0] += 1
            if pages[0] > after:
                raise Stop

    table.before = before
    return pages


@pytest.mark.parametrize("name", ["a.csv", "a.ndjson.gz", "a.parquet"])
@pytest.mark.parametrize("kind", ["integer", "uuid"])
@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_call_goes_on(tmp_path: Path, name: str, kind: str, workers: int) -> None:
    found = rows(40)
    if kind == "uuid":
        found = [{**row, "id": f"00000000-0000-4000-8000-{row['id']:012}"} for row in found]
    types = {**TYPES, "id": kind}
    Table(found, kind=kind, fields=types).items().export(tmp_path / f"whole-{name}", page_size=8)
    table = Table(found, kind=kind, fields=types)
    stopping(table, 3 if workers == 1 else 8)
    with pytest.raises(Stop):
        table.items().export(tmp_path / name, page_size=8, workers=workers)
    assert not (tmp_path / name).exists()
    table.before = lambda request: None
    table.transport.requests.clear()
    seen: list[int] = []
    result = table.items().export(tmp_path / name, page_size=8, workers=workers, progress=lambda done, total: seen.append(done))
    assert result.count == 40
    assert (tmp_path / name).read_bytes() == (tmp_path / f"whole-{name}").read_bytes()
    assert workers == 2 or seen[0] >= 8
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, f"whole-{name}"]


def test_pages_by_offset_begin_again_where_items_have_moved(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    found = [{"id": f"00000000-0000-4000-8000-{number:012}"} for number in range(1, 31)]
    table = Table(found, kind="uuid", fields={"id": "uuid"})
    stopping(table, 2)
    with pytest.raises(Stop):
        table.items().export(tmp_path / "a.csv", page_size=8)
    table.before = lambda request: None
    del table.rows[found[3]["id"]]
    assert table.items().export(tmp_path / "a.csv", page_size=8).count == 29
    assert (tmp_path / "a.csv").read_text().split() == ["id", *(row["id"] for row in found if row is not found[3])]
    assert "begins again" in caplog.text


def test_the_part_of_another_query_is_refused(tmp_path: Path) -> None:
    table = Table(rows(40), fields=TYPES)
    stopping(table, 2)
    with pytest.raises(Stop):
        table.items().export(tmp_path / "a.csv", page_size=8, fields=["id", "name"])
    table.before = lambda request: None
    for other in ({"fields": ["id"]}, {"fields": ["id", "name"], "filter": {"name": {"_eq": "Ada"}}}):
        with pytest.raises(ConfigurationError, match=r"part of another export.*delete a\.csv\.part\.json"):
            table.items().export(tmp_path / "a.csv", **other)
    assert "secret" not in (tmp_path / "a.csv.part.json").read_text()  # the token
    assert table.items().export(tmp_path / "a.csv", page_size=9, fields=["id", "name"]).count == 40


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_part_that_no_export_has_written_stays(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    part = tmp_path / f"{name}.part"
    part.write_text("precious")
    table = Table(rows(40), fields=TYPES)
    stopping(table, 2)
    with pytest.raises(Stop):
        table.items().export(tmp_path / name, page_size=8)
    table.before = lambda request: None
    seen: list[int] = []
    assert table.items().export(tmp_path / name, page_size=8, progress=lambda done, total: seen.append(done)).count == 40
    assert seen[0] >= 8
    assert f"{name}.part is not a part of an export" in caplog.text
    assert part.read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, f"{name}.part"]


def test_a_part_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.csv.part").symlink_to(tmp_path / "elsewhere")
    assert Table(rows(1), fields=TYPES).items().export(tmp_path / "a.csv").count == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.csv.part"]


def test_bytes_that_were_not_noted_are_cut_off(tmp_path: Path) -> None:
    table = Table(rows(40), fields=TYPES)
    stopping(table, 2)
    with pytest.raises(Stop):
        table.items().export(tmp_path / "a.ndjson", page_size=8)
    table.before = lambda request: None
    with (tmp_path / "a.ndjson.part").open("ab") as file:
        file.write(b'{"id": 9, "na')
    assert table.items().export(tmp_path / "a.ndjson", page_size=8).count == 40
    assert [json.loads(line)["id"] for line in (tmp_path / "a.ndjson").read_text().splitlines()] == list(range(1, 41))


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"digest": 1}'])
def test_a_damaged_note_is_reported(tmp_path: Path, damage: str) -> None:
    (tmp_path / "a.csv.part.json").write_text(damage)
    with pytest.raises(ConfigurationError, match="is damaged: delete it"):
        Table(rows(1), fields=TYPES).items().export(tmp_path / "a.csv")


def test_an_export_that_fails_keeps_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")
    table = Table(rows(40), fields=TYPES)
    stopping(table, 2)
    with pytest.raises(Stop):
        table.items().export(tmp_path / "a.csv", page_size=8)
    assert (tmp_path / "a.csv").read_text() == "old"


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet"])
def test_a_full_disk_in_the_first_page_loses_no_header(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(file: FileIO, data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    table = Table(rows(10), fields=TYPES)
    table.items().export(tmp_path / f"whole-{name}")
    with monkeypatch.context() as patch:
        patch.setattr("directus_sdk.tables.partial_table.FileIO", type("Full", (FileIO,), {"write": write}))
        with pytest.raises(OSError, match="No space left"):
            table.items().export(tmp_path / name)
    table.items().export(tmp_path / name)
    assert (tmp_path / name).read_bytes() == (tmp_path / f"whole-{name}").read_bytes()


def test_two_exports_to_one_file(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.csv")
    assert lock.take()
    try:
        with pytest.raises(ConfigurationError, match="another export writes"):
            Table(rows(1), fields=TYPES).items().export(tmp_path / "a.csv")
    finally:
        lock.leave()


# ------------------------------------------------------------------- bad input
@pytest.mark.parametrize("name", ["a", "a.gz", "a.json", "a.xlsx", "a.parquet.gz", ".csv", "a.csv.zip"])
def test_a_name_that_says_no_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="says no format"):
        articles(once([])).export(tmp_path / name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"group_by": "name", "aggregate": {"count": "*"}}, "aggregate cannot be combined with export"),
        ({"aggregate": {"count": "*"}}, "aggregate cannot be combined with export"),
        ({"workers": 2, "sort": "name"}, "sort cannot be combined with workers"),
        ({"workers": 2, "limit": 5}, "limit cannot be combined with workers"),
        ({"page": 2}, "page cannot be given here"),
    ],
)
def test_queries_without_an_order_of_keys_are_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        articles(once([])).export(tmp_path / "a.csv", **options)


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        articles(once([])).export(tmp_path / "no" / "a.csv")


def test_a_column_that_comes_later_is_not_lost(tmp_path: Path) -> None:
    def pages(query: dict[str, str]) -> list[Any]:
        return {"": [{"id": 1, "author": None}]}.get(query.get("filter", ""), [{"id": 2, "author": {"name": "Ada"}}])

    with pytest.raises(ValueError, match=r"author\.name has values that the first page has not"):
        articles(pages).export(tmp_path / "a.csv", fields=["*.*"], page_size=1)


def test_a_value_of_another_type_names_its_column(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(ValueError, match="n holds a value that is not of the column's type, int64"):
        Table([{"id": 1, "n": "abc"}], fields={"id": "integer", "n": "integer"}).items().export(tmp_path / "a.parquet")


def test_the_first_moment_of_1970_which_sqlite_returns_as_0(tmp_path: Path) -> None:
    fields = {"id": "integer", "day": "date", "local": "dateTime", "at": "timestamp", "n": "integer"}
    table = Table(
        [{"id": 1, "day": 0, "local": 0, "at": 0, "n": 0}, {"id": 2, **dict.fromkeys(fields.keys() - {"id"})}], fields=fields
    )
    values = {"id": 1, "day": "1970-01-01", "local": "1970-01-01T00:00:00", "at": "1970-01-01T00:00:00.000Z", "n": 0}
    for name in ("a.csv", "a.ndjson", "a.parquet"):
        table.items().export(tmp_path / name)
        assert str(table.items().sync(tmp_path / name)) == "+0 ~0 -0 =2"
    assert json.loads((tmp_path / "a.ndjson").read_text().splitlines()[0]) == values
    assert (tmp_path / "a.csv").read_text().splitlines()[1].split(",") == [str(value) for value in values.values()]


def test_limit_is_the_total_and_sort_is_kept(tmp_path: Path) -> None:
    Table(rows(20), fields=TYPES).items().export(tmp_path / "a.csv", fields=["id"], limit=7, sort="-id", page_size=3)
    assert (tmp_path / "a.csv").read_text().split() == ["id", *map(str, range(20, 13, -1))]


def test_workers_read_at_the_same_time_and_write_in_order(tmp_path: Path) -> None:
    table = Table(rows(60), fields=TYPES)
    barrier = threading.Barrier(2, timeout=20)
    firsts: list[int] = []

    def before(request: Request) -> None:
        if '"_gte":11' in dict(request.params).get("filter", "") or '"_lt":11' in dict(request.params).get("filter", ""):
            firsts.append(1)
            if len(firsts) <= 2:
                barrier.wait()

    table.before = before
    table.items().export(tmp_path / "a.csv", fields=["id"], workers=2, page_size=10)
    assert (tmp_path / "a.csv").read_text().split() == ["id", *map(str, range(1, 61))]


def test_a_folder_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    items = articles(once([{"id": 1}]))
    with pytest.raises(IsADirectoryError, match="is a folder: name a file in it"):
        items.export(tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.csv"]
