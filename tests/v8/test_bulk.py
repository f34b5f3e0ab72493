"""Bulk calls of version 8: batches where the server has them, and what was written when one stops in the middle."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import unquote

import attrs
import pytest

from directus_sdk import (
    BulkError,
    ConfigurationError,
    Forbidden,
    InvalidPayload,
    NotFound,
    RecordNotUnique,
    RetryPolicy,
    ServerError,
    UnprocessableContent,
)
from directus_sdk.v8 import Directus8
from tests.v8.messages import Answer, Call
from tests.v8.server import Server8

MOVIES = [{"title": "A", "rating": 1}, {"title": "B", "rating": 2}, {"title": "C", "rating": 3}, {"title": "D", "rating": 4}]
TOO_LONG = {"title": "x" * 300}


def sent(server: Server8) -> list[str]:
    """What was sent since the last `forget`, without the project."""
    return [f"{method} {unquote(target).removeprefix('/demo')}" for method, target in server.sent()]


def titles(server: Server8) -> dict[int, str]:
    return {row["id"]: row["title"] for row in server.tables["movies"].rows.values() if row["id"] > 4}


# ------------------------------------------------------------ one request
def test_a_batch_is_one_request(d: Directus8, server8: Server8) -> None:
    movies = d.items("movies")
    created = movies.create_many(MOVIES, comment="new")
    assert [movie["title"] for movie in created] == ["A", "B", "C", "D"]
    changed = movies.update_many([8, 5], {"rating": 9}, fields=["id", "rating"], activity_skip=True)
    assert list(changed) == [{"id": 8, "rating": 9}, {"id": 5, "rating": 9}]
    assert movies.update_batch([{"id": 8, "title": "H"}, {"id": 5, "title": "E"}], returning="keys") == [8, 5]
    assert movies.delete_many([8, 5], comment="old") == [8, 5]
    assert sent(server8) == [
        "POST /items/movies?comment=new",
        "PATCH /items/movies/8,5?fields=id,rating&activity_skip=1",
        "PATCH /items/movies?fields=id",
        "DELETE /items/movies/8,5?comment=old",
    ]


def test_one_item_is_a_list_of_one(d: Directus8, server8: Server8) -> None:
    assert d.items("movies").create_many([{"title": "A"}]).count == 1
    assert server8.last.json == [{"title": "A"}]


def test_what_is_returned(d: Directus8) -> None:
    movies = d.items("movies")
    assert movies.create_many(MOVIES, returning="keys") == [5, 6, 7, 8]
    none = movies.create_many(MOVIES, returning=None)
    assert (list(none), none.count) == ([], 4)
    assert movies.update_many([5, 6], {"rating": 9}, returning=None).count == 2
    assert movies.delete_many([5, 6], returning=None) == []
    assert list(movies.update_many([7, 8], {"rating": 0}, fields=["title"])) == [{"title": "C"}, {"title": "D"}]


def test_items_that_the_server_leaves_out_are_counted(d: Directus8) -> None:
    created = d.items("movies").create_many([{"title": "A"}, {"title": "B", "status": "deleted"}, {"title": "C"}])
    assert [movie["title"] for movie in created] == ["A", "C"]
    assert created.count == 3


def test_batches_have_at_most_a_hundred_entries(d: Directus8, server8: Server8) -> None:
    result = d.items("movies").create_many({"title": str(number)} for number in range(250))
    assert [movie["title"] for movie in result] == [str(number) for number in range(250)]
    assert [len(call.json) for call in server8.calls] == [100, 100, 50]
    server8.forget()
    assert d.items("movies").delete_many(range(5, 255), batch_size=50).count == 250
    assert [len(call.path.rpartition("/")[2].split(",")) for call in server8.calls] == [50] * 5


def test_long_keys_are_sent_in_several_requests(d: Directus8, server8: Server8) -> None:
    keys = [f"{number:03}{'k' * 100}" for number in range(50)]
    server8.script = lambda call: Answer(204)
    assert d.items("movies").delete_many(keys).count == 50
    assert [key for call in server8.calls for key in call.path.rpartition("/")[2].split(",")] == keys
    assert max(len(call.target) for call in server8.calls) < 6_000


def test_workers(d: Directus8) -> None:
    rows = [{"title": str(number)} for number in range(40)]
    result = d.items("movies").create_many(rows, batch_size=5, workers=3)
    assert [movie["title"] for movie in result] == [str(number) for number in range(40)]


def test_a_model(d: Directus8) -> None:
    @attrs.define
    class Movie:
        title: str
        rating: float = 0

    movies = d.items("movies", Movie)
    assert movies.create_many([Movie("A", 1), Movie("B")], fields=["title", "rating"]) == [Movie("A", 1), Movie("B")]
    assert movies.update_many([6, 5], {"rating": 3}, fields=["title", "rating"]) == [Movie("B", 3), Movie("A", 3)]


def test_progress(d: Directus8) -> None:
    seen: list[tuple[int, int | None]] = []
    d.items("movies").create_many(MOVIES, batch_size=2, returning=None, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(2, 4), (4, 4)]


# ------------------------------------------------------------ entry by entry
def test_without_a_batch_there_is_a_request_for_each(d: Directus8, server8: Server8) -> None:
    assert [role["name"] for role in d.roles.create_many([{"name": "X"}, {"name": "Y"}])] == ["X", "Y"]
    assert d.roles.update_many([5, 4], {"description": "both"}, fields=["id"]) == [{"id": 5}, {"id": 4}]
    assert d.roles.update_batch([{"id": 4, "description": "one"}])[0]["description"] == "one"
    assert d.roles.delete_many([4, 5]) == [4, 5]
    assert sent(server8) == [
        "POST /roles", "POST /roles",
        "PATCH /roles/5?fields=id", "PATCH /roles/4?fields=id",
        "PATCH /roles/4",
        "DELETE /roles/4", "DELETE /roles/5",
    ]  # fmt: skip
    assert server8.calls[4].json == {"description": "one"}


def test_the_same_change_of_settings_is_a_list(d: Directus8, server8: Server8) -> None:
    assert [row["value"] for row in d.settings.update_many([2, 1], {"value": "z"})] == ["z", "z"]
    assert sent(server8) == ["PATCH /settings"]
    assert server8.last.json == [{"id": 2, "value": "z"}, {"id": 1, "value": "z"}]


def test_lists_within_the_response_to_a_change_of_files(d: Directus8) -> None:
    assert d.files.update_one(1, {"title": "One"})["title"] == "One"
    assert [file["title"] for file in d.files.update_many([2, 1], {"title": "Two"})] == ["Two", "Two"]
    assert [file["id"] for file in d.files.update_batch([{"id": 2, "title": "b"}, {"id": 1, "title": "a"}])] == [2, 1]


# ------------------------------------------------------------ batches that stop
def test_a_delete_that_stops_in_the_middle(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError, match=r"1 items are written; item 1 was refused: .* 203") as caught:
        d.items("movies").delete_many([2, 99_999, 3])
    assert caught.value.result == [2]
    assert [(entry.index, entry.item) for entry in caught.value.errors] == [(1, 99_999)]
    assert isinstance(caught.value.errors[0].error, NotFound)
    assert set(server8.tables["movies"].rows) == {"1", "3", "4"}


def test_a_delete_that_continues(d: Directus8, server8: Server8) -> None:
    result = d.items("movies").delete_many([1, 99, 2, 98, 4], on_error="collect")
    assert result == [1, 2, 4]
    assert [entry.item for entry in result.errors] == [99, 98]
    assert set(server8.tables["movies"].rows) == {"3"}


@pytest.mark.parametrize("keys", [[99, 1, 2], [1, 2, 99], [99], [1, 1, 99, 1, 2]])
def test_the_place_of_a_key_that_does_not_exist(d: Directus8, server8: Server8, keys: list[int]) -> None:
    result = d.items("movies").delete_many(keys, on_error="collect")
    assert result == [key for key in keys if key != 99]
    assert [entry.item for entry in result.errors] == [99]
    assert not set(map(str, result)) & set(server8.tables["movies"].rows)


@pytest.mark.parametrize("keys", [[1, 99, 98, 2], [99, 98, 1, 2], [99, 98], [1, 2, 99, 98], [1, 98, 99, 98, 2, 99]])
def test_several_keys_in_a_row_that_do_not_exist(d: Directus8, server8: Server8, keys: list[int]) -> None:
    # One of them was deleted some time ago, so that the activity log knows it.
    d.items("movies").create_one({"id": 98})
    d.items("movies").delete_one(98)
    result = d.items("movies").delete_many(keys, on_error="collect")
    assert result == [key for key in keys if key < 98]
    assert [entry.item for entry in result.errors] == [key for key in keys if key >= 98]


def test_which_key_did_not_exist_is_looked_up_in_the_activity_log(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError) as caught:
        d.items("movies").delete_many([1, 99, 98, 2])
    assert (caught.value.result, caught.value.errors[0].item) == ([1], 99)
    assert sent(server8) == [
        "DELETE /items/movies/1,99,98,2",
        "GET /items/movies/1,99,98,2?status=*",
        "GET /items/movies/1,99,98?status=*",
        (
            "GET /activity?filter[collection]=movies&filter[action]=delete&filter[item][in]=1,99,98"
            "&sort=-id&limit=3&fields=id,item"
        ),
    ]


def test_without_the_activity_log_the_last_key_counts_as_refused(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError) as caught:
        d.items("movies").delete_many([1, 99, 98, 2], activity_skip=True)
    assert (caught.value.result, caught.value.errors[0].item) == ([1, 99], 98)

    def script(call: Call) -> Answer | None:
        return Answer(403, {"error": {"code": 300, "message": "denied"}}) if "activity" in call.path else None

    server8.script = script
    with pytest.raises(BulkError) as caught:
        d.items("movies").delete_many([3, 99, 2])
    assert (caught.value.result, caught.value.errors[0].item) == ([3], 99)


def test_a_key_that_may_not_be_deleted(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError) as caught:
        d.users.delete_many([2, 1])
    assert caught.value.result == [2]
    assert [(entry.item, entry.error.code) for entry in caught.value.errors] == [(1, 216)]  # type: ignore[attr-defined]
    assert set(server8.tables["directus_users"].rows) == {"1"}


def test_the_error_of_a_delete_names_the_key(d: Directus8, server8: Server8) -> None:
    # Without asking: the message of files names it.
    with pytest.raises(BulkError) as caught:
        d.files.delete_many([1, 98, 99, 2])
    assert (caught.value.result, caught.value.errors[0].item) == ([1], 98)
    assert sent(server8) == ["DELETE /files/1,98,99,2"]


def test_a_change_that_stops_in_the_middle(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError) as caught:
        d.items("movies").update_many([1, 99_999, 2], {"title": "New"}, fields=["title"])
    assert caught.value.result == [{"title": "New"}]
    assert [(entry.index, entry.item) for entry in caught.value.errors] == [(1, 99_999)]
    # The error names the key, so what was changed is read.
    assert sent(server8) == [
        "PATCH /items/movies/1,99999,2?fields=title,id",
        "GET /items/movies/1?fields=title,id&status=*",
    ]
    assert server8.tables["movies"].get(2)["title"] == "2001"


def test_a_change_that_continues(d: Directus8) -> None:
    changes = [{"id": 3, "title": "c"}, {"id": 99, "title": "x"}, {"id": 2, "nope": 1}, {"id": 1, "title": "a"}]
    result = d.items("movies").update_batch(changes, on_error="collect", returning="keys")
    assert result == [3, 1]
    assert [(entry.index, type(entry.error)) for entry in result.errors] == [(1, NotFound), (2, UnprocessableContent)]


def test_an_error_without_a_key_is_looked_for_one_by_one(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError) as caught:
        d.items("movies").update_batch([{"id": 1, "title": "a"}, {"id": 2, **TOO_LONG}, {"id": 3, "title": "c"}])
    assert ([movie["title"] for movie in caught.value.result], caught.value.errors[0].index) == (["a"], 1)
    assert sent(server8)[1:] == ["PATCH /items/movies/1", "PATCH /items/movies/2"]
    assert server8.tables["movies"].get(3)["title"] == "Inception"


def test_a_create_that_stops_in_the_middle(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError, match="2 items are written; item 2 was refused") as caught:
        d.items("movies").create_many([*MOVIES[:2], TOO_LONG, *MOVIES[2:]])
    assert [movie["id"] for movie in caught.value.result] == [5, 6]
    assert [entry.index for entry in caught.value.errors] == [2]
    assert titles(server8) == {5: "A", 6: "B"}


def test_a_create_that_continues(d: Directus8, server8: Server8) -> None:
    rows = [TOO_LONG, *MOVIES[:2], {"title": "N", "nope": 1}, *MOVIES[2:], TOO_LONG]
    result = d.items("movies").create_many(rows, on_error="collect", fields=["title"])
    assert result == [{"title": "A"}, {"title": "B"}, {"title": "C"}, {"title": "D"}]
    assert [entry.index for entry in result.errors] == [0, 3, 6]
    assert titles(server8) == {5: "A", 6: "B", 7: "C", 8: "D"}


def test_hidden_items_of_a_create_that_stops(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError) as caught:
        d.items("movies").create_many([{"title": "A", "status": "deleted"}, {"title": "B"}, TOO_LONG], returning="keys")
    assert caught.value.result == [5, 6]
    assert sent(server8)[1] == "GET /items/movies?sort=-id&limit=3&status=*"


def test_rows_that_exist_already_are_not_taken_for_new_ones(d: Directus8, server8: Server8) -> None:
    rows = [{"email": "a@example.com", "status": "active"}, {"email": "b@example.com", "status": "active"}]
    assert d.users.create_many(rows).count == 2
    with pytest.raises(BulkError, match="0 items are written") as caught:
        d.users.create_many(rows)
    assert isinstance(caught.value.errors[0].error, RecordNotUnique)
    assert len(server8.tables["directus_users"].rows) == 4


@pytest.mark.parametrize(("names", "place"), [(["Nolan", "Lee"], 0), (["Lee", "nolan", "Wu"], 1), (["Lee", "Wu", "Lee"], 2)])
def test_a_value_that_exists_already_is_found_although_it_is_that_of_the_newest_row(
    d: Directus8, server8: Server8, names: list[str], place: int
) -> None:
    server8.tables["directors"].insert({"name": "nolan"})  # the newest one, as after a first run
    with pytest.raises(BulkError) as caught:
        d.items("directors").create_many([{"name": name} for name in names])
    assert [error.index for error in caught.value.errors] == [place]
    assert [row["name"] for row in caught.value.result] == names[:place]
    assert caught.value.result.count == place


def test_rows_with_keys_are_found_by_them(d: Directus8, server8: Server8) -> None:
    rows = [{"id": 50, "title": "A"}, {"id": 3, "title": "Taken"}, {"id": 51, "title": "B"}]
    with pytest.raises(BulkError) as caught:
        d.items("movies").create_many(rows)
    assert ([movie["id"] for movie in caught.value.result], caught.value.errors[0].index) == ([50], 1)
    assert sent(server8)[1] == "GET /items/movies/50,3,51?status=*"
    assert server8.tables["movies"].rows.get("51") is None


def test_items_that_cannot_be_recognized_are_not_sent_again(d: Directus8, server8: Server8) -> None:
    with pytest.raises(UnprocessableContent, match="some of it may be written"):
        d.items("movies").create_many([{}, {"title": "A"}, TOO_LONG], on_error="collect")
    assert [call.method for call in server8.calls] == ["POST"]


def test_dates_are_recognized(d: Directus8, server8: Server8) -> None:
    def script(call: Call) -> Answer | None:
        if call.method == "GET":  # as the database stores it
            for row in server8.tables["movies"].rows.values():
                row["released"] = row["released"] and row["released"].replace("T", " ")
        return None

    server8.script = script
    rows = [{"released": datetime(2026, 1, 2, 3)}, {"released": datetime(2026, 1, 3)}, TOO_LONG]
    with pytest.raises(BulkError) as caught:
        d.items("movies").create_many(rows)
    assert (caught.value.result.count, caught.value.errors[0].index) == (2, 2)


def test_settings_have_no_order(d: Directus8) -> None:
    rows = [{"key": "a", "value": "1"}, {"key": "project_name", "value": "2"}, {"key": "b", "value": "3"}]
    result = d.settings.create_many(rows, on_error="collect")
    assert ([row["key"] for row in result], [entry.index for entry in result.errors]) == (["a", "b"], [1])


def test_what_cannot_be_read_is_not_sent_again(d: Directus8, server8: Server8) -> None:
    server8.script = denied
    with pytest.raises(UnprocessableContent, match="A batch is not a transaction, so some of it may be written"):
        d.items("movies").create_many([*MOVIES, TOO_LONG], on_error="collect")
    assert [call.method for call in server8.calls] == ["POST", "GET"]
    assert len(titles(server8)) == 4


def denied(call: Call) -> Answer | None:
    """No list of items can be read."""
    return Answer(403, {"error": {"code": 300, "message": "denied"}}) if call.method == "GET" else None


def test_deletes_that_cannot_be_looked_up(d: Directus8, server8: Server8) -> None:
    server8.script = denied
    with pytest.raises(NotFound, match="some of it may be written"):
        d.items("movies").delete_many([1, 99, 2], on_error="collect")
    assert set(server8.tables["movies"].rows) == {"2", "3", "4"}
    assert [call.method for call in server8.calls] == ["DELETE", "GET"]


def test_an_error_that_is_about_no_key(d: Directus8, server8: Server8) -> None:
    def script(call: Call) -> Answer | None:
        if call.method != "DELETE":
            return None
        server8.script = lambda call: None
        server8.answer(call)
        return Answer(500, {"error": {"code": None, "message": "Internal Server Error"}})

    server8.script = script
    with pytest.raises(ServerError, match="some of it may be written"):
        d.items("movies").delete_many([1, 2])


def test_a_change_whose_batch_fails_and_whose_entries_do_not(d: Directus8, server8: Server8) -> None:
    def script(call: Call) -> Answer | None:
        return Answer(500, {"error": {"code": None, "message": "Internal Server Error"}}) if "," in call.path else None

    server8.script = script
    movies = d.items("movies")
    assert [movie["title"] for movie in movies.update_many([2, 1], {"title": "New"}, fields="title")] == ["New", "New"]
    assert movies.update_many([2, 1], {"title": "New"}, returning=None).count == 2
    assert [call.path for call in server8.calls[:3]] == [f"/demo/items/movies/{keys}" for keys in ("2,1", "2", "1")]


def test_a_change_of_a_collection_that_does_not_exist(d: Directus8, server8: Server8) -> None:
    for call in (lambda: d.items("nope").update_many([1, 2], {}), lambda: d.items("nope").delete_many([1, 2])):
        with pytest.raises(NotFound) as caught:
            call()
        assert caught.value.code == 200
    assert len(server8.calls) == 2


def test_what_was_changed_is_not_read_where_it_is_not_wanted(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError) as caught:
        d.items("movies").update_many([1, 99], {"title": "New"}, returning=None)
    assert (list(caught.value.result), caught.value.result.count) == ([], 1)
    assert len(server8.calls) == 1


def test_a_permission_that_is_missing_for_all_is_its_own_error(server8: Server8) -> None:
    with Directus8(server8.url, server8.project, token=server8.editor_token) as editor:
        with pytest.raises(Forbidden) as caught:
            editor.items("movies").delete_many([1, 2])
        assert caught.value.code == 303
        assert len(server8.tables["movies"].rows) == 4


def test_an_error_of_the_whole_call_stops_it(d: Directus8, server8: Server8) -> None:
    with pytest.raises(NotFound) as caught:
        d.items("nope").create_many(MOVIES, on_error="collect")
    assert caught.value.code == 200
    assert len(server8.calls) == 1


def test_one_entry_after_the_other_that_stops(d: Directus8, server8: Server8) -> None:
    with pytest.raises(BulkError) as caught:
        d.roles.create_many([{"name": "X"}, {"name": "X"}, {"name": "Y"}])
    assert ([role["name"] for role in caught.value.result], caught.value.errors[0].index) == (["X"], 1)
    assert len(server8.calls) == 2
    result = d.folders.delete_many([1, 99, 2], on_error="collect")
    assert (result, [entry.item for entry in result.errors]) == ([1, 2], [99])


# ------------------------------------------------------------ wrong arguments
@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda movies: movies.delete_many([1, "a,b"]), ValueError, "holds a comma"),
        (lambda movies: movies.update_many(["a,b"], {"title": "x"}), ValueError, "holds a comma"),
        (lambda movies: movies.update_batch([{"id": "a,b"}]), ValueError, "holds a comma"),
        (lambda movies: movies.update_batch([{"title": "x"}]), ValueError, "item 0 has no 'id'"),
        (lambda movies: movies.update_many([1], {"id": 2}), ValueError, "never changes the primary key"),
        (lambda movies: movies.create_many({"title": "x"}), TypeError, "use create_one"),
        (lambda movies: movies.delete_many(5), TypeError, "use delete_one"),
        (lambda movies: movies.create_many([1]), TypeError, "item 0"),
        (lambda movies: movies.create_many([], filter={}), TypeError, "filter cannot be given here"),
        (lambda movies: movies.create_many([], returning="all"), ValueError, "returning must be"),
        (lambda movies: movies.delete_many([], fields="id"), TypeError, "fields"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_sent(
    d: Directus8, server8: Server8, call: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        call(d.items("movies"))
    assert server8.calls == []


def test_nothing_is_no_request(d: Directus8, server8: Server8) -> None:
    movies = d.items("movies")
    assert movies.create_many([]).count == movies.update_many([], {}).count == movies.delete_many([]).count == 0
    assert movies.read_many([]) == []
    assert server8.calls == []


def test_a_checkpoint(d: Directus8, server8: Server8, tmp_path: Any) -> None:
    path = tmp_path / "load.ckpt"
    with pytest.raises(BulkError):
        d.items("movies").create_many([*MOVIES[:2], TOO_LONG, *MOVIES[2:]], checkpoint=path)
    assert d.items("movies").create_many([*MOVIES[:2], MOVIES[2], *MOVIES[2:]], checkpoint=path).count == 3
    assert list(titles(server8).values()) == ["A", "B", "C", "C", "D"]


def test_a_run_that_ended_without_a_response(server8: Server8, tmp_path: Any) -> None:
    path = tmp_path / "work.ckpt"
    server8.script = lambda call: None if call.method == "GET" else _lost(server8, call)
    with Directus8(server8.url, server8.project, token=server8.token, retry=RetryPolicy(attempts=1)) as d:
        movies = d.items("movies")
        with pytest.raises(ServerError):
            movies.delete_many([1, 2], checkpoint=path)
        server8.script = lambda call: None
        assert movies.delete_many([1, 2], checkpoint=path).count == 2
        path.unlink()
        server8.script = lambda call: _lost(server8, call)
        with pytest.raises(ServerError):
            movies.create_many(MOVIES, checkpoint=path)
        server8.script = lambda call: None
        with pytest.raises(ConfigurationError, match=r"items 0 to 3 were being sent .*resolve\(written=\.\.\.\)$"):
            movies.create_many(MOVIES, checkpoint=path)
    assert len(titles(server8)) == 4


def _lost(server: Server8, call: Call) -> Answer:
    """The server does what it is asked, and its response is lost."""
    server.script = lambda call: None
    server.answer(call)
    return Answer(502, content=b"", content_type="text/html")


def test_invalid_payload_is_an_error_of_the_server(d: Directus8, server8: Server8) -> None:
    server8.script = lambda call: Answer(400, {"error": {"code": 13, "message": "Invalid or Empty Payload"}})
    with pytest.raises(BulkError) as caught:
        d.items("movies").create_many([{"title": "A"}])
    assert isinstance(caught.value.__cause__, InvalidPayload)
