"""Lists inside of items that a server cuts: said, or read whole; `tests.live.test_paging` has a real server."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest

from directus_sdk import Directus, Request, TruncatedResultWarning
from directus_sdk.testing.mock import MockTransport


@attrs.define
class Library:
    """A server with authors and their books, which cuts nested lists as Directus does."""

    books: int = 150
    default: int = 100
    most: int = -1
    info: bool = True
    directus: Directus = attrs.field(init=False)
    calls: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.directus = Directus("https://cms.example.com", token="secret", transport=MockTransport(self.answer))

    def answer(self, request: Request) -> Any:
        path = urlsplit(request.url).path
        self.calls.append(f"{request.method} {path}")
        if path == "/server/info":
            limits = {"queryLimit": {"default": self.default, "max": self.most}} if self.info else {}
            return {"project": {}, **limits}
        query = {name: json.loads(value) if name == "deep" else value for name, value in request.params}
        if request.method == "SEARCH":
            query = json.loads(request.body)["query"]  # type: ignore[arg-type]
        item = {"id": 1, "tags": ["a"], "author": {"name": "Ada", "books": self.cut(query.get("deep", {}))}}
        if path in ("/items/articles/1", "/users/me", "/items/globals"):
            return item
        after = str(query.get("filter", ""))
        return [] if "_gt" in after or int(query.get("offset", 0)) else [item]

    def cut(self, deep: dict[str, Any]) -> list[Any]:
        limit = deep.get("author", {}).get("books", {}).get("_limit", self.default)
        if limit == -1:
            limit = self.most
        return [{"id": number} for number in range(self.books if limit == -1 else min(self.books, limit))]


def books(found: Any) -> int:
    item = found[0] if isinstance(found, list) else found
    return len(item["author.books"] if "author.books" in item else item["author"]["books"])  # a frame has dotted columns


READS: dict[str, Callable[[Directus, dict[str, Any]], Any]] = {
    "read_one": lambda directus, query: directus.items("articles").read_one(1, **query),
    "read_many": lambda directus, query: directus.items("articles").read_many(**query),
    "mapping": lambda directus, query: directus.items("articles").read_many(query),
    "keys": lambda directus, query: directus.items("articles").read_many([1], **query),
    "read_by_query": lambda directus, query: directus.items("articles").read_by_query(query),
    "read_all": lambda directus, query: directus.items("articles").read_all(**query),
    "meta": lambda directus, query: directus.items("articles").read_all(meta="*", **query),
    "iterate": lambda directus, query: list(directus.items("articles").iterate(**query)),
    "prefetch": lambda directus, query: list(directus.items("articles").iterate(prefetch=True, **query)),
    "read_frame": lambda directus, query: directus.items("articles").read_frame(**query).to_dict("records"),
    "first": lambda directus, query: directus.items("articles").first(**query),
    "singleton": lambda directus, query: directus.singleton("globals").read(**query),
    "me": lambda directus, query: directus.users.me.read(**query),
    "version": lambda directus, query: directus.items("articles").version(1, "draft").read(**query),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_cut_list_is_said_once(read: Callable[..., Any]) -> None:
    library = Library()
    with pytest.warns(TruncatedResultWarning, match=r"related items in author.books at its limit.* nested_limit=-1") as seen:
        assert books(read(library.directus, {})) == 100
    assert len(seen) == 1
    assert "Do not write a truncated list back" in str(seen[0].message)


@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize("fields", [None, "*.*.*", ["*", "author.books.id"], ["id", {"author": ["name", {"books": ["id"]}]}]])
def test_nested_limit_reads_it_whole(read: Callable[..., Any], fields: Any) -> None:
    library = Library()
    assert books(read(library.directus, {"fields": fields, "nested_limit": -1})) == 150
    assert books(read(library.directus, {"fields": fields, "nested_limit": 120})) == 120
    assert library.calls.count("GET /server/info") == 1


@pytest.fixture(autouse=True)
def strict() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", TruncatedResultWarning)
        yield


@pytest.mark.parametrize("size", [0, 1, 4, 7, 99, 101, 150])
def test_a_list_of_another_length_is_whole(size: int) -> None:
    library = Library(books=size, default=1_000)
    assert books(library.directus.items("articles").read_one(1)) == size
    assert len(library.calls) == (1 if size < 5 else 2)


@pytest.mark.parametrize("default", [5, 20, 100])
def test_the_limit_of_the_server_is_learnt(default: int) -> None:
    library = Library(default=default)
    for _ in range(2):
        with pytest.warns(TruncatedResultWarning):
            library.directus.items("articles").read_one(1)
    assert library.calls.count("GET /server/info") == 1
    silent = Library(info=False)  # such as version 9
    with pytest.warns(TruncatedResultWarning):
        silent.directus.items("articles").read_one(1)


def test_who_says_a_limit_gets_it_without_a_word() -> None:
    library = Library()
    for limit in (100, 150, 3, -1):
        query = {"deep": {"author": {"books": {"_limit": limit}}}}
        assert books(library.directus.items("articles").read_one(1, query)) == min(limit % 152, 150)


def test_more_than_the_server_gives_is_said() -> None:
    library = Library(default=20, most=50)
    with pytest.warns(TruncatedResultWarning, match=r"at most 50 \(QUERY_LIMIT_MAX\): read the related collection"):
        assert books(library.directus.items("articles").read_one(1, nested_limit=-1)) == 50


def test_what_is_no_list_of_items_is_left_alone() -> None:
    points = [[float(number), 0.5] for number in range(100)]
    item = {"id": 1, "shape": {"type": "LineString", "coordinates": points}, "curve": [0.5] * 100, "text": "[" * 100}
    mock = MockTransport(lambda request: item)
    with Directus("https://cms.example.com", transport=mock) as directus:
        assert directus.items("things").read_one(1) == item
    assert len(mock.requests) == 1


def test_many_kinds_of_items_are_told_apart() -> None:
    """`deep` names the collection of an item where a field relates to many kinds."""
    seen: list[Any] = []

    def answer(request: Request) -> Any:
        params = dict(request.params)
        if request.url.endswith("/server/info"):
            return {"project": {}, "queryLimit": {"default": 6, "max": -1}}
        seen.append(json.loads(params.get("deep", "{}")))
        lines = seen[-1].get("blocks", {}).get("item:headings", {}).get("lines", {}).get("_limit", 6)
        block = {"collection": "headings", "item": {"lines": list(range(9 if lines == -1 else lines))}}
        return {"id": 1, "blocks": [block, {"collection": "images", "item": None}]}

    with Directus("https://cms.example.com", token="secret", transport=MockTransport(answer)) as directus:
        items = directus.items("pages")
        assert len(items.read_one(1, fields="*.*.*", nested_limit=-1)["blocks"][0]["item"]["lines"]) == 9
        fields = ["id", {"blocks": ["collection", {"item": {"headings": ["lines"]}}]}]
        assert len(items.read_one(1, fields=fields, nested_limit=-1)["blocks"][0]["item"]["lines"]) == 9
        assert len(seen) == 3
        with pytest.warns(TruncatedResultWarning, match=r"in blocks\.item\.lines at"):
            items.read_one(1, fields="*.*.*")


@pytest.mark.parametrize("limit", [True, "many", -2, 1.5])
def test_nested_limit_is_checked(limit: Any) -> None:
    library = Library()
    with pytest.raises((TypeError, ValueError), match="nested_limit must be"):
        library.directus.items("articles").read_one(1, nested_limit=limit)
    assert library.calls == []


def test_what_a_change_returns_is_said_when_it_is_done() -> None:
    library = Library()
    items = library.directus.items("articles")
    with pytest.warns(TruncatedResultWarning, match="author.books"):
        assert books(items.update_one(1, {"n": 1})) == 100
    with pytest.warns(TruncatedResultWarning, match="author.books") as seen:
        assert items.update_many([1], {"n": 1}).count == 1
    assert len(seen) == 1
    assert books(items.update_one(1, {"n": 1}, fields=["author.books.id"], nested_limit=-1)) == 150
    with pytest.warns(TruncatedResultWarning, match=r"relations that are named: fields="):
        items.update_one(1, {"n": 1}, nested_limit=-1)
    with pytest.warns(TruncatedResultWarning, match=r"relations that are named: fields="):
        items.update_many([1], {"n": 1}, nested_limit=-1)
    # What decides is not shown.
    assert items.exists(1)
    assert items.delete_by_query({"filter": {"id": {"_eq": 1}}}, dry_run=True) == [1]


@pytest.mark.parametrize("name", ["iterate", "prefetch", "read_all", "read_one"])
def test_the_warning_points_at_the_call(name: str) -> None:
    with pytest.warns(TruncatedResultWarning) as found:
        READS[name](Library().directus, {"fields": ["author.books.id"]})
    assert [warning.filename for warning in found] == [__file__]
