from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import textwrap
from typing import Any

import attrs
import pytest

from directus_sdk import BulkError, BulkResult, Directus, ItemError, Page
from directus_sdk.tables.records import NumberedRecord
from directus_sdk.testing.mock import MockTransport, json_response
from tests.table import Table


def page(rows: list[Any], meta: dict[str, Any] | None = None, **options: Any) -> Page[Any]:
    mock = MockTransport([json_response({"data": rows, **({"meta": meta} if meta else {})})])
    return Directus("https://cms.example.com", transport=mock, **options).items("things").read_many(limit=len(rows))


def test_a_page_is_a_list_with_the_counts_of_the_server() -> None:
    found = page([{"id": 1}], {"total_count": 7, "filter_count": "3"})
    assert found == [{"id": 1}]
    assert found.data is found
    assert (found.meta.total_count, found.meta.filter_count) == (7, 3)
    assert page([]).meta.total_count is None


def test_a_notebook_shows_a_table_and_runs_nothing_in_it() -> None:
    shown = page([{"id": 1, "<b>": "<script>alert(1)</script>"}, {"id": 2}])._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "&lt;b&gt;" in shown
    assert "2 items" in shown
    assert "and 40 more; 100 items" in page([{"id": number} for number in range(100)])._repr_html_()


def test_a_bulk_result_counts_what_it_does_not_hold() -> None:
    result: BulkResult[Any] = BulkResult(count=0)
    result.add([{"id": 1}], 1)
    result.add([], 5, [ItemError(3, {"id": 4}, ValueError("no"))])
    assert (len(result), result.count, len(result.errors)) == (1, 6, 1)
    assert BulkResult([1, 2]).count == 2
    assert "id" in result._repr_html_()


def test_a_bulk_result_shows_what_was_done_and_what_failed() -> None:
    errors = [ItemError(3, {"id": 4}, ValueError("no <room>"))]
    result: BulkResult[Any] = BulkResult([{"id": 1}], count=6, errors=errors)
    assert repr(result) == f"BulkResult([{{'id': 1}}], count=6, errors={errors!r})"
    shown = result._repr_html_()
    assert "6 done, 1 failed" in shown
    assert "item 3" in shown
    assert "no &lt;room&gt;" in shown
    counted: BulkResult[Any] = BulkResult(count=2)
    assert repr(counted) == "BulkResult(count=2)"
    assert "2 done, 0 failed" in counted._repr_html_()


def test_a_bulk_result_is_one_line_for_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    result: BulkResult[int] = BulkResult([1, 2], count=2)
    assert result.summary() == str(result) == "2 done"
    result.errors.append(ItemError(7, {"n": 1}, ValueError("of\n  two lines " + "x" * 1000)))
    print(result)
    line = capsys.readouterr().out
    assert line.startswith("2 done, 1 failed; the first is item 7: of two lines xxx")
    assert line.count("\n") == 1
    assert len(line) < 400


def test_a_dry_run_is_not_shown_as_done() -> None:
    result = (
        Table([{"id": key, "n": key % 10} for key in range(30)])
        .items()
        .update_by_query(filter={"n": {"_eq": 3}}, data={"n": 4}, dry_run=True)
    )
    for each in (result, result[:1], result.copy(), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        assert (each.dry_run, each.summary()) == (True, "3 would be written, and nothing was (dry_run=True)")
    assert "3 would be written" in result._repr_html_()
    assert Table([{"id": 1}]).items().delete_by_query(filter={"id": {"_eq": 1}}).summary() == "1 done"


def test_a_bulk_result_raises_for_its_errors() -> None:
    result: BulkResult[Any] = BulkResult([1], count=1, errors=[ItemError(3, {"id": 4}, ValueError("no"))])
    assert not result.ok
    with pytest.raises(BulkError, match="1 items are written and 1 failed; the first is item 3: no") as caught:
        result.raise_for_errors()
    assert (caught.value.errors, caught.value.result) == (result.errors, result)
    good: BulkResult[Any] = BulkResult([1])
    assert good.ok
    assert good.raise_for_errors() is good


def test_a_bulk_result_is_true_where_anything_was_done() -> None:
    assert BulkResult(count=1)
    assert BulkResult([1])
    assert not BulkResult()
    assert not BulkResult([None, None], count=0)


def test_an_item_is_not_shown_in_the_repr_of_its_error() -> None:
    assert "secret" not in repr(ItemError(3, {"password": "secret"}, ValueError("no")))


# --------------------------------------------------------------------- frames
def test_a_frame_has_sensible_types() -> None:
    rows = [
        {"id": 1, "day": "2024-01-02", "at": "2024-01-02T03:04:05.000Z", "naive": "2024-01-02T03:04:05", "n": 1, "flag": True,
         "name": "a", "mixed": 1, "tags": ["x"], "price": 1.5},
        {"id": 2, "day": None, "at": "2024-06-02T03:04:05.120Z", "naive": None, "n": None, "flag": None,
         "name": None, "mixed": "b", "tags": None, "price": None},
    ]  # fmt: skip
    frame = page(rows).to_pandas()
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert kinds["id"] == "int64"
    assert kinds["day"].startswith("datetime64")
    assert kinds["at"].endswith("UTC]")
    assert kinds["naive"].startswith("datetime64")
    assert "UTC" not in kinds["naive"]
    assert (kinds["n"], kinds["flag"], kinds["price"], kinds["mixed"]) == ("Int64", "boolean", "float64", "object")
    assert frame["day"].isna().tolist() == [False, True]
    assert frame["tags"][0] == ["x"]


def test_texts_that_are_not_all_dates_stay_texts() -> None:
    frame = page([{"day": "2024-01-02"}, {"day": "soon"}]).to_pandas()
    assert frame["day"].tolist() == ["2024-01-02", "soon"]
    assert page([{"day": "9999-99-99"}]).to_pandas()["day"].tolist() == ["9999-99-99"]


def test_models_become_columns() -> None:
    @attrs.define
    class Thing:
        id: int
        name: str

    frame = page([{"id": 1, "name": "a"}], models={"things": Thing}).to_pandas()
    assert frame.to_dict("records") == [{"id": 1, "name": "a"}]


def test_a_frame_of_nothing_has_its_columns() -> None:
    mock = MockTransport(lambda request: [])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    assert list(items.read_frame(fields=["id", "name"]).columns) == ["id", "name"]


def test_frames_need_their_extra() -> None:
    code = """
        import sys
        sys.modules["pandas"] = None
        from directus_sdk import Page
        try:
            Page([{"id": 1}]).to_pandas()
        except ImportError as error:
            print(error)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert "directus-python-sdk[pandas]" in done.stdout


def test_a_frame_is_written_row_by_row() -> None:
    import pandas as pd

    mock = MockTransport(lambda request: [])
    frame = pd.DataFrame(
        {"n": [1, None], "name": ["a", None], "at": [pd.Timestamp("2024-01-02T03:04:05Z"), pd.NaT], "tags": [["x"], None]}
    )
    Directus("https://cms.example.com", transport=mock).items("things").create_many(frame)
    assert mock.json() == [
        {"n": 1.0, "name": "a", "at": "2024-01-02T03:04:05Z", "tags": ["x"]},
        {"n": None, "name": None, "at": None, "tags": None},
    ]


def test_two_columns_of_one_name_are_refused() -> None:
    import pandas as pd

    mock = MockTransport(lambda request: [])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    with pytest.raises(ValueError, match="more than one column of the frame is named 'n'"):
        items.create_many(pd.DataFrame([[1, 2, 3]], columns=["n", "name", "n"]))
    assert mock.requests == []


@pytest.mark.parametrize("columns", [[0, 1], [("meta", "color"), ("meta", "size")], ["n", None]])
def test_columns_that_are_no_names_of_fields_are_refused(columns: list[Any]) -> None:
    import pandas as pd

    mock = MockTransport(lambda request: [])
    items = Directus("https://cms.example.com", transport=mock).items("things")
    frame = pd.DataFrame([[1, 2]], columns=columns)
    for call in (items.create_many, items.update_batch, items.upsert_many, lambda rows: items.sync(rows, match_on="n")):
        with pytest.raises(TypeError, match="is not a string: rename it"):
            call(frame)
    assert mock.requests == []


@pytest.mark.parametrize("items", [b"bytes", {"n": 1}, 5])
def test_what_is_no_list_of_items_is_refused(items: Any) -> None:
    mock = MockTransport(lambda request: [])
    with pytest.raises(TypeError, match="items must be a list"):
        Directus("https://cms.example.com", transport=mock).items("things").create_many(items)
    assert mock.requests == []


def test_a_page_stays_one_when_it_is_cut_or_added() -> None:
    page = Page([{"id": 1}, {"id": 2}, {"id": 3}], {"total_count": 9})
    other = Page([{"id": 4}], {"total_count": 1})
    plain = [{"id": 0}]
    made: list[Any] = [page[:2], page[::-1], page.copy(), copy.copy(page), copy.deepcopy(page)]
    made += [page + other, page + plain, plain + page, page * 2, 2 * page, pickle.loads(pickle.dumps(page))]
    for each in made:
        assert type(each) is Page
        assert each.meta.total_count == 9
    assert [row["id"] for row in page[1:]] == [2, 3]
    assert [row["id"] for row in plain + page] == [0, 1, 2, 3]
    assert page[0] == page[-3] == {"id": 1}
    made[2].meta["total_count"] = 0
    assert page.meta.total_count == 9
    page += other
    assert (len(page), page.meta.total_count) == (4, 9)
    assert "<table>" in page[:1]._repr_html_()


def test_a_part_of_a_bulk_result_keeps_what_failed() -> None:
    failed = ItemError(1, {"n": "x"}, ValueError("no number"))
    result = BulkResult([{"id": 1}, {"id": 3}], errors=[failed])
    result.unfit.append("unfit")
    for other in (result[:1], result[:0], result.copy(), copy.copy(result), copy.deepcopy(result), result.__add__([])):
        assert type(other) is BulkResult
        assert (other.count, len(other.errors), other.unfit, other.ok) == (2, 1, ["unfit"], False)
        assert other.errors is not result.errors
    assert result[0] == {"id": 1}
    result.copy().errors.clear()
    assert result.errors == [failed]


def test_bulk_results_add_up() -> None:
    failed = ItemError(1, {"n": "x"}, ValueError("no number"))
    whole = BulkResult([1, 2])
    both = whole + BulkResult([3], count=5, errors=[failed])
    assert (list(both), both.count, both.errors) == ([1, 2, 3], 7, [failed])
    assert (list(whole), whole.count, whole.ok) == ([1, 2], 2, True)
    total: BulkResult[int] = BulkResult()
    for part in (both, BulkResult(count=3, errors=[failed]), [4]):
        total += part
    assert (list(total), total.count, total.errors) == ([1, 2, 3, 4], 11, [failed, failed])


def test_a_pickled_error_of_an_item_holds_no_password_and_keeps_the_line() -> None:
    class Row(dict[str, Any]):
        line = 9
        source = "stock.csv"

    item = {"email": "a@b.c", "password": "s3cret-word"}
    error = ItemError(1, item, ValueError("no"))
    assert b"s3cret-word" not in pickle.dumps(error)
    assert pickle.loads(pickle.dumps(error)).item == {"email": "a@b.c", "password": "***"}
    assert error.item == item
    copied = copy.copy(ItemError(1, Row(item), ValueError("no")))
    assert copied.place == "item 1 (line 9 of stock.csv)"
    numbered = ItemError(1, NumberedRecord(item, "stock.parquet", 9), ValueError("no"))
    assert pickle.loads(pickle.dumps(numbered)).place == "item 1 (row 9 of stock.parquet)"
