"""The names and values of a query."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, IntEnum
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing import MockTransport
from directus_sdk.wire.parameters import flatten
from directus_sdk.wire.query import NormalizedQuery, free_params, normalize
from directus_sdk.wire.urls import with_query


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ({}, {}),
        ({"fields": ["id", "author.name"]}, {"fields": "id,author.name"}),
        ({"fields": "id,title"}, {"fields": "id,title"}),
        ({"fields": ["id", {"author": ["name", {"team": ["*"]}]}]}, {"fields": "id,author.name,author.team.*"}),
        ({"fields": [{"item": {"headings": ["text"], "images": ["id"]}}]}, {"fields": "item:headings.text,item:images.id"}),
        ({"fields": {"author": "name"}}, {"fields": "author.name"}),
        ({"sort": "-date"}, {"sort": "-date"}),
        ({"sort": ["-date", "id"]}, {"sort": "-date,id"}),
        ({"filter": {"a": {"_eq": "ä"}}}, {"filter": '{"a":{"_eq":"ä"}}'}),
        ({"search": 5}, {"search": "5"}),
        ({"limit": 0, "offset": 5, "page": 2}, {"limit": "0", "offset": "5", "page": "2"}),
        ({"limit": "-1"}, {"limit": "-1"}),
        ({"deep": {"tags": {"_limit": 3}}}, {"deep": '{"tags":{"_limit":3}}'}),
        ({"deep": {"a": {"b": {"_sort": "-id", "_groupBy": ["x"]}}}}, {"deep": '{"a":{"b":{"_sort":"-id","_groupBy":["x"]}}}'}),
        ({"alias": {"a": "b"}}, {"alias": '{"a":"b"}'}),
        ({"aggregate": {"count": "*"}, "group_by": ["a", "year(d)"]}, {"aggregate": '{"count":"*"}', "groupBy": "a,year(d)"}),
        ({"groupBy": "a"}, {"groupBy": "a"}),
        ({"meta": "*"}, {"meta": "*"}),
        ({"meta": ["total_count", "filter_count"]}, {"meta": "total_count,filter_count"}),
        ({"version": "draft", "version_raw": True}, {"version": "draft", "versionRaw": "true"}),
        ({"version_raw": False, "backlink": False}, {"backlink": "false"}),
        ({"export": "csv"}, {"export": "csv"}),
        (dict.fromkeys(("fields", "filter", "limit", "sort", "search", "deep", "meta", "version")), {}),
        ({"fields": [], "filter": {}, "sort": [], "search": "", "deep": {}, "alias": {}, "meta": []}, {}),
    ],
)
def test_what_goes_out(query: dict[str, Any], texts: dict[str, str]) -> None:
    assert normalize(query).encode() == normalize(None, query).encode() == texts


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"limt": 1}, "unknown query parameter 'limt'; did you mean limit"),
        ({"filters": {}}, "did you mean filter"),
        ({"completely": print}, r"unknown query parameter 'completely'\. Directus ignores"),
        ({"views": {"_gt": 5}}, r"unknown query parameter 'views'; a filter is given as {'filter': {'views': …}}"),
        ({"filters": {"views": {"_gt": 5}}}, "did you mean filter"),
        ({"deep": {"tags": {"limit": 3}}}, r"deep\.tags\.limit must be a mapping .* begin with an underscore"),
        ({"deep": {"tags": 3}}, r"deep\.tags must be a mapping such as {'_limit': 3}, not 3"),
        ({"deep": {"tags": {"_lmit": 3}}}, r"unknown query parameter deep\.tags\._lmit; did you mean _limit\?"),
        ({"deep": {"tags": {"_fields": ["id"]}}}, r"deep\.tags\._fields is ignored by Directus: name the fields"),
        ({"deep": {"_limit": 3}}, r"deep\._limit must stand under the field of a relation"),
        ({5: 1}, "unknown query parameter 5"),
        ({"group_by": "a", "groupBy": "b"}, "given twice"),
        ({"fields": 5.5}, "fields must be"),
        ({"fields": b"id"}, "fields must be"),
        ({"fields": [True]}, "fields must be"),
        ({"sort": {"a": 1}}, "sort must be"),
        ({"sort": [1]}, "sort must be a list of strings"),
        ({"sort": [""]}, "sort must be a list of strings"),
        ({"sort": 5}, "sort must be"),
        ({"search": True}, "search must be"),
        ({"search": ["a"]}, "search must be"),
        ({"limit": 1.5}, "limit must be an integer"),
        ({"limit": True}, "limit must be an integer"),
        ({"deep": []}, "deep must be a mapping"),
        ({"version": 5}, "version must be a string"),
        ({"backlink": "no"}, "backlink must be True or False"),
        ({"filter": "x"}, "filter must be a mapping"),
    ],
)
def test_what_cannot_be_right(query: dict[Any, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        normalize(query)


@pytest.mark.parametrize(
    ("query", "words"), [({"limit": -2}, "-1 asks for all"), ({"offset": -1}, "at least 0"), ({"page": -1}, "at least 0")]
)
def test_numbers_that_are_too_small(query: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        normalize(query)


def test_a_name_in_both_places_is_an_error() -> None:
    with pytest.raises(TypeError, match="limit is given twice"):
        normalize({"limit": 1}, {"limit": 2})


def test_a_query_is_not_changed() -> None:
    query = {"filter": {"a": {"_eq": 1}}, "fields": ["id"]}
    normalize(query)
    assert query == {"filter": {"a": {"_eq": 1}}, "fields": ["id"]}


def test_the_body_of_a_search_holds_values_and_not_texts() -> None:
    wire = normalize({"filter": {"a": {"_in": [1]}}, "limit": 5, "version_raw": True, "backlink": False})
    assert wire.search_body() == {"query": {"filter": {"a": {"_in": [1]}}, "limit": 5, "versionRaw": "true", "backlink": False}}


def test_parameters_of_custom_endpoints() -> None:
    given = {"a": "x", "b": [1, "2"], "c": {"d": None}, "e": None, "f": True, "g": 1.5}
    expected = [("a", "x"), ("b", '[1,"2"]'), ("c", '{"d":null}'), ("f", "true"), ("g", "1.5")]
    assert free_params(given) == expected
    assert free_params(None) == []


def test_lists_in_the_servers_own_parameters() -> None:
    import datetime as dt
    from uuid import UUID

    given = {
        "fields": ("id", "json(data, a)", None),
        "sort": ["-n"],
        "groupBy": {"a": 1}.keys(),
        "meta": [],
        "filter[id][_in]": [1, 2.5, True, dt.date(2026, 1, 2), UUID(int=1)],
        "filter": {"id": {"_in": [1, 2]}},
        "sort[]": "a,b",
        "transforms": [["blur", 5]],
    }
    assert dict(free_params(given)) == {
        "fields": "id,json(data, a)",
        "sort": "-n",
        "groupBy": "a",
        "meta": "",
        "filter[id][_in]": f"1,2.5,true,2026-01-02,{UUID(int=1)}",
        "filter": '{"id":{"_in":[1,2]}}',
        "sort[]": "a,b",
        "transforms": '[["blur",5]]',
    }


@pytest.mark.parametrize(
    ("query", "lists"),
    [
        ({"sort": "-a, b"}, {"sort": ["-a", "b"]}),
        ({"sort": ["-a,b", "c"]}, {"sort": ["-a", "b", "c"]}),
        ({"meta": "total_count,filter_count"}, {"meta": ["total_count", "filter_count"]}),
        ({"group_by": "kind,month(at)"}, {"groupBy": ["kind", "month(at)"]}),
        ({"fields": "id,json(data, a.b),name,"}, {"fields": ["id", "json(data, a.b)", "name"]}),
        ({"fields": ["id,name", {"author": "id,name"}]}, {"fields": ["id", "name", "author.id", "author.name"]}),
        ({"fields": [{"author": {"people": "id,name"}}]}, {"fields": ["author:people.id", "author:people.name"]}),
        ({"aggregate": {"sum": "a,b", "count": "*"}}, {"aggregate": {"sum": ["a", "b"], "count": "*"}}),
        ({"aggregate": {"sum": ["a,b"]}}, {"aggregate": {"sum": ["a", "b"]}}),
        (
            {"deep": {"a": {"_sort": ["x,-y"], "b": {"_sort": "x,y"}}}},
            {"deep": {"a": {"_sort": ["x", "-y"], "b": {"_sort": ["x", "y"]}}}},
        ),
        ({"deep": {"a": {"_groupBy": "x,y", "_limit": None}, "b": {}}}, {"deep": {"a": {"_groupBy": ["x", "y"]}}}),
    ],
)
def test_a_list_in_one_string_is_a_list_in_get_and_search(query: dict[str, Any], lists: dict[str, Any]) -> None:
    assert normalize(query) == lists
    assert normalize(query).search_body() == {"query": lists}
    assert normalize(normalize(query)) == lists


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            {"aggregate": {"count_distinct": "a"}},
            r"unknown function 'count_distinct' in aggregate; did you mean countDistinct\?",
        ),
        ({"aggregate": {"count": "*", "cuont": "*"}}, "did you mean count"),
        ({"aggregate": {"variance": "a"}}, "the functions are count, countDistinct, sum"),
        ({"aggregate": {"countAll": "*"}}, "did you mean count"),
        ({"deep": {"a": {"_aggregate": {"summ": "a"}}}}, r"in deep\.a\._aggregate; did you mean sum"),
        ({"aggregate": ["count"]}, "aggregate must be a mapping"),
        ({"aggregate": {"sum": 5}}, r"aggregate\.sum must be"),
        ({"group_by": "yaer(at)"}, r"unknown function 'yaer' in groupBy \('yaer\(at\)'\); did you mean year\?"),
        ({"deep": {"a": {"_groupBy": ["mont(at)"]}}}, r"deep\.a\._groupBy .* did you mean month"),
        ({"fields": ["id", {"author": ["yeer(born)"]}]}, "did you mean year"),
        ({"sort": "-weekdy(at)"}, "did you mean weekday"),
        ({"alias": {"y": "yeer(at)"}}, "did you mean year"),
        ({"filter": {"author": {"conut(books)": {"_gt": 1}}}}, "did you mean count"),
    ],
)
def test_names_of_functions(query: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        normalize(query)


@pytest.mark.parametrize("fields", [None, "", [], ","])
def test_a_function_without_a_field(fields: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"aggregate\.sum"):
        normalize({"aggregate": {"sum": fields}})


def test_a_function_of_a_later_server_is_for_the_server_to_judge() -> None:
    assert normalize({"group_by": "quarter(at)"}) == {"groupBy": ["quarter(at)"]}


CALLS_WITH_FUNCTIONS: list[Any] = [
    lambda items, wrong: items.aggregate(wrong),
    lambda items, wrong: items.read_many(aggregate=wrong),
    lambda items, wrong: items.read_all({"aggregate": wrong}),
    lambda items, wrong: list(items.iterate(aggregate=wrong)),
    lambda items, wrong: items.read_many(deep={"a": {"_aggregate": wrong}}),
    lambda items, wrong: items.read_one(1, deep={"a": {"b": {"_aggregate": wrong}}}),
    lambda items, wrong: items.subscribe(aggregate=wrong),
    lambda items, wrong: items.read_frame(aggregate=wrong),
]


@pytest.mark.parametrize("call", CALLS_WITH_FUNCTIONS)
def test_every_call_checks_its_functions(call: Any) -> None:
    mock = MockTransport()
    with pytest.raises(TypeError, match="did you mean countDistinct"):
        call(Directus("https://cms.example.com", transport=mock).items("a"), {"count_distinct": "name"})
    assert mock.requests == []


def test_dates_in_parameters_have_no_quotes() -> None:
    import datetime as dt
    from uuid import UUID

    given = {"day": dt.date(2026, 1, 2), "id": UUID(int=1), "number": 2**60}
    assert [text for _, text in free_params(given)] == ["2026-01-02", str(UUID(int=1)), str(2**60)]


def test_nested_fields() -> None:
    assert list(flatten(["*", {"a": {"b": ["c"]}}, ["d"]], "x.")) == ["x.*", "x.a:b.c", "x.d"]


class Status(str, Enum):  # StrEnum shows itself as its text, this one does not
    DRAFT = "draft"
    QUOTED = 'a"b'


class Rank(IntEnum):
    FIRST = 1


def test_members_of_enums_are_sent_as_their_values() -> None:
    mock = MockTransport(lambda request: [])
    with Directus("https://cms.example.com", transport=mock) as directus:
        directus.items("a").read_many(
            fields=[Status.DRAFT, {"author": [Status.DRAFT]}, {Status.DRAFT: ["id"]}],
            sort=Status.DRAFT,
            group_by=[Status.DRAFT],
            search=Status.QUOTED,
            version=Status.DRAFT,
            limit=Rank.FIRST,
            filter={"status": {"_eq": Status.DRAFT}},
        )
        assert dict(mock.last.params) == {
            "fields": "draft,author.draft,draft.id",
            "sort": "draft",
            "groupBy": "draft",
            "search": 'a"b',
            "version": "draft",
            "limit": "1",
            "filter": '{"status":{"_eq":"draft"}}',
        }
        assert {type(text) for _, text in mock.last.params} == {str}
        directus.request("GET", "/my", params={Status.DRAFT: Status.DRAFT, "quoted": Status.QUOTED, "rank": Rank.FIRST})
        assert mock.last.params == (("draft", "draft"), ("quoted", 'a"b'), ("rank", "1"))
        directus.items("a").read_one(Rank.FIRST)
        assert mock.last.url == "https://cms.example.com/items/a/1"


def test_members_of_enums_in_an_address_of_ones_own() -> None:
    assert with_query("/a", [("status", Status.DRAFT)]) == "/a?status=draft"


def test_an_enum_whose_value_needs_escapes() -> None:
    class Plain(Enum):
        QUOTED = 'a"b\\'

    assert free_params({"a": Plain.QUOTED}) == [("a", 'a"b\\')]


def test_generators_reach_a_query_that_becomes_a_search() -> None:
    mock = MockTransport(lambda request: [])
    with Directus("https://cms.example.com", transport=mock) as directus:
        directus.items("a").read_many(
            filter={"id": {"_in": list(range(2000))}, "place": {"_intersects": {"coordinates": (x for x in [1, 2])}}},
            deep={"tags": {"_sort": (name for name in ["name"])}},
            aggregate={"count": map(str, ["id"])},
        )
        query = mock.json()["query"]
    assert mock.last.method == "SEARCH"
    assert (query["deep"], query["aggregate"]) == ({"tags": {"_sort": ["name"]}}, {"count": ["id"]})
    assert query["filter"]["place"] == {"_intersects": {"coordinates": [1, 2]}}


@pytest.mark.parametrize("text", ["--1", "-", "1-", "", "1_0", "0x5"])
@pytest.mark.parametrize("name", ["limit", "offset", "page", "nested_limit"])
def test_a_string_that_is_no_number(name: str, text: str) -> None:
    with pytest.raises(TypeError, match=f"{name} must be an integer"):
        normalize({name: text})


@pytest.mark.parametrize("meta", ["*", ["*"], "*,filter_count", ("total_count", "*")])
def test_all_meta_is_a_star_and_no_list(meta: Any) -> None:
    assert normalize({"meta": meta}).encode() == {"meta": "*"}
    assert normalize({"meta": meta}).search_body() == {"query": {"meta": "*"}}  # a list of it is refused there


@pytest.mark.parametrize(
    ("sort", "words"),
    [
        ("?", r"sort is '\?', a random order"),
        ("-", "sort contains '-': write"),
        (["date", "--id"], "sort contains '--id'"),
        ("date,+id", r"sort contains '\+id'"),
    ],
)
def test_a_sort_that_no_server_takes(sort: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        normalize({"sort": sort})
    with pytest.raises(ValueError, match=rf"deep\.tags\._{words}"):
        normalize({"deep": {"tags": {"_sort": sort}}})


class Names(list[str]):
    """Names that count how often they are read."""

    read = 0

    def __iter__(self) -> Iterator[str]:
        self.read += 1
        return super().__iter__()


def test_a_normalized_query_is_not_checked_again() -> None:
    names = Names(["id"])
    query = normalize({"sort": names})
    assert normalize(query) is query
    assert normalize(query, {"limit": 1}) == {"sort": ["id"], "limit": 1}
    assert names.read == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda items, names: items.read_many(sort=names),
        lambda items, names: items.read_all(fields=names, limit=1),
        lambda items, names: items.aggregate({"count": "*"}, sort=names),
        lambda items, names: items.create_one({"a": 1}, fields=names),
        lambda items, names: items.create_many([{"a": 1}], fields=names),
        lambda items, names: items.update_many([1], {"a": 2}, fields=names),
        lambda items, names: items.update_by_query({"filter": {"id": 1}, "limit": 1}, {"a": 2}, fields=names),
        lambda items, names: items.update_by_query({"filter": {"id": 1}, "sort": names, "limit": 1}, {"a": 2}),
        lambda items, names: items.upsert_one({"id": 1, "a": 2}, fields=names),
        lambda items, names: items.upsert_one({"a": 2}, fields=names),
        lambda items, names: items.upsert_one({"a": 2}, match_on="a", fields=names),
    ],
)
def test_each_call_checks_its_query_once(call: Any) -> None:
    names = Names(["id"])
    mock = MockTransport(lambda request: [{"id": 1, "a": 2}] if request.url.endswith("/items/x") else {"id": 1})
    call(Directus("https://cms.example.com", transport=mock).items("x"), names)
    assert names.read == 1


def test_the_methods_of_a_query_return_new_ones() -> None:
    query = normalize({"filter": {"id": {"_gt": 3}}, "limit": 5, "sort": "id"})
    before = dict(query)
    assert query.replace(limit=1, sort=None) == {"filter": {"id": {"_gt": 3}}, "limit": 1}
    assert query.only("limit", "page") == {"limit": 5}
    assert query.only("limit").where({"a": 1}) == {"limit": 5, "filter": {"a": 1}}
    assert query.where({"a": 1})["filter"] == {"_and": [{"id": {"_gt": 3}}, {"a": 1}]}
    assert {type(each) for each in (query.replace(), query.only(), query.where({"a": 1}))} == {NormalizedQuery}
    assert query == before
    assert [normalize(each).is_grouped for each in ({"limit": 1}, {"groupBy": "a"}, {"aggregate": {"count": "*"}})] == [
        False, True, True,
    ]  # fmt: skip
