"""Which names a Tab offers, without a kernel: at the end of a text, with a schema that was read."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from directus_sdk import Directus
from directus_sdk.contrib.notebook import completion, schemas
from directus_sdk.schema import Schema
from directus_sdk.testing.mock import MockTransport

URL = "https://cms.example.com"


def entry(collection: str, name: str, kind: str = "string", *, special: tuple[str, ...] = (), **rest: Any) -> dict[str, Any]:
    schema = None if kind == "alias" else {"is_primary_key": name == "id"}
    return {"collection": collection, "field": name, "type": kind, "meta": {"special": list(special), **rest}, "schema": schema}


COLLECTIONS = [
    {"collection": "articles", "meta": {}, "schema": {"name": ""}},
    {"collection": "authors", "meta": {}, "schema": {"name": ""}},
    {"collection": "articles_tags", "meta": {"hidden": True}, "schema": {"name": ""}},
    {"collection": "tags", "meta": {}, "schema": {"name": ""}},
    {"collection": "globals", "meta": {"singleton": True}, "schema": {"name": ""}},
    {"collection": "directus_users", "meta": {"system": True}, "schema": {"name": ""}},
]
CHOICES = {"choices": [{"text": "Draft", "value": "draft"}, {"text": "Published", "value": "published"}]}
FIELDS = [
    entry("articles", "id", "integer"),
    entry("articles", "status", options=CHOICES),
    entry("articles", "title"),
    entry("articles", "date", "date"),
    entry("articles", "author", "integer"),
    entry("articles", "tags", "alias", special=("m2m",)),
    entry("authors", "id", "integer"),
    entry("authors", "name"),
    entry("authors", "articles", "alias", special=("o2m",)),
    entry("articles_tags", "id", "integer"),
    entry("articles_tags", "article", "integer"),
    entry("articles_tags", "tag", "integer"),
    entry("tags", "id", "integer"),
    entry("tags", "word"),
    entry("globals", "title"),
    entry("directus_users", "id", "uuid"),
    entry("directus_users", "email"),
]


def many(collection: str, field: str, related: str, **meta: Any) -> dict[str, Any]:
    return {"collection": collection, "field": field, "related_collection": related, "meta": meta, "schema": {}}


RELATIONS = [
    many("articles", "author", "authors", one_field="articles"),
    many("articles_tags", "article", "articles", one_field="tags", junction_field="tag"),
    many("articles_tags", "tag", "tags", junction_field="article"),
]


def respond(request: Any) -> Any:
    return {"collections": COLLECTIONS, "fields": FIELDS, "relations": RELATIONS}[request.url.rpartition("/")[2]]


@pytest.fixture
def names() -> Iterator[dict[str, Any]]:
    """The variables of a user, whose client has read its schema."""
    schemas.watch()
    transport = MockTransport(respond)
    with Directus(URL, transport=transport) as directus:
        directus.schema.read()
        sent = len(transport.requests)
        yield {"directus": directus, "cms": directus, "articles": directus.items("articles"), "place": "articles"}
        assert len(transport.requests) == sent, "a Tab has sent a request"
    schemas.unwatch()


def completions(before: str, names: dict[str, Any]) -> list[str]:
    return [name.text for name in completion.complete(before, names).names]


ARTICLES = ["id", "author", "date", "status", "tags", "title"]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ('directus.items("', ["articles", "articles_tags", "authors", "tags"]),
        ("cms.items('au", ["authors"]),
        ('directus.items(\n    "au', ["authors"]),
        ('directus.items(collection="ta', ["tags"]),
        ('directus.items("directus_', ["directus_users"]),
        ("rows = [" + "{'a': 'b'},\n" * 4_500 + "]\ndirectus.items('au", ["authors"]),
        ("text = '''" + "\n" * 60_000 + "directus.items('au", ["authors"]),  # only the end of a long cell is read
        ("text = '" + "x" * 60_000, []),
        ('articles.read_many(filter={"year(da', ["date"]),
        ('articles.read_many(filter={"year(date)": {"_nlt', []),
        ('articles.read_many(filter={"year(date)": {"_gte', ["_gte"]),
        ('directus.singleton("', ["globals"]),
        ('directus.collections.read_one("glo', ["globals"]),
        ('directus.collections.delete_many(["ta', ["tags"]),
        ('directus.fields.read_many("au', ["authors"]),
        ('directus.fields.read_one("authors", "', ["id", "articles", "name"]),
        ('directus.fields.read_one(field="n', []),
        ('directus.relations.read_one(place, "au', ["author"]),
        ('directus.schema.snapshot(include_collections=["ta', ["tags"]),
        ('articles.read_many(fields=["', ARTICLES),
        ("articles.read_many(fields=['id', 'ti", ["title"]),
        ('articles.read_many(fields="id,ti', ["title"]),
        ('articles.read_many(fields=("id", "ti', ["title"]),
        ('directus.items("articles").read_many(fields=["author.', ["id", "articles", "name"]),
        ('directus.items(place).read_many(fields=["author.na', ["name"]),
        ('directus.items("articles").read_all(fields=["tags.tag.w', ["word"]),
        ('articles.read_many(fields=["id", {"author": ["na', ["name"]),
        ('articles.read_many(fields={"author": {"articles": ["da', ["date"]),
        ('articles.read_many(fields=["*", {"au', ["author"]),
        ('articles.read_many(sort=["-', ARTICLES),
        ('articles.read_many(sort="-da', ["date"]),
        ('articles.read_many(sort=["id", "-author.n', ["name"]),
        ('articles.read_many(limit=5, filter={"', [*ARTICLES, "_and", "_or"]),
        ('articles.read_many(filter={"status": {"_eq": "p', ["published"]),
        ('articles.read_many(filter={"status": {"_in": ["', ["draft", "published"]),
        ('articles.read_many(filter={"author": {"na', ["name"]),
        ('articles.read_many(filter={"author": {"name": {"_icont', ["_icontains"]),
        ('articles.read_many(filter={"_and": [{"id": {"_gt": 3}}, {"ti', ["title"]),
        ('articles.read_many(filter={"tags": {"_some": {"tag": {"wo', ["word"]),
        ('articles.count({"filter": {"ti', ["title"]),
        ('articles.read_many({"fields": ["ti', ["title"]),
        ('articles.read_many({"fi', ["filter", "fields"]),
        ('articles.count({"status": {"_eq": "d', ["draft"]),
        ('articles.aggregate({"countD', ["countDistinct"]),
        ('articles.aggregate({"sum": "ti', ["title"]),
        ('articles.aggregate({"count": "*"}, group_by=["', ARTICLES),
        ('articles.aggregate({"count": "*"}, group_by=["year(da', ["date"]),
        ('articles.read_many(deep={"', ["author", "tags"]),
        ('articles.read_many(deep={"tags": {"_filter": {"tag": {"w', ["word"]),
        ('articles.read_many(deep={"tags": {"_so', ["_sort"]),
        ('articles.read_many(alias={"writer": "au', ["author"]),
        ('articles.create_one({"ti', ["title"]),
        ('articles.create_many([{"title": "A", "sta', ["status"]),
        ('articles.update_one(3, {"status": "d', ["draft"]),
        ('articles.update_by_query({"ti', ["title"]),
        ('articles.upsert_many(rows, match_on="ti', ["title"]),
        ('articles.relate(1, "ta', ["tags"]),
        ('directus.users.read_many(fields=["em', ["email"]),
        ('directus.users.me.read(fields=["em', ["email"]),
        ('directus.with_options(timeout=5).items("au', ["authors"]),
        ("articles.read_many(fi", ["filter=", "fields="]),
        ("articles.read_many(fields=['id'], fi", ["filter="]),
        ('directus.items("articles").create_many(rows, on_', ["on_error="]),
        ('directus.items("articles").read_o', ["read_one"]),
        ('directus.items("articles").read_one(\n    7,\n    fie', ["fields="]),
    ],
)  # fmt: skip
def test_what_fits_is_offered(before: str, expected: list[str], names: dict[str, Any]) -> None:
    if expected == []:  # nothing is a pass only where a neighbour has something
        assert completions('directus.items("', names)
    assert completions(before, names) == expected


@pytest.mark.parametrize(
    "before",
    [
        'x = 1\npages = cms.items("articles")\npages.read_many(fields=["ti',
        'pages = (cms\n    .items("articles"))\ncms.items("articles").read_many(fields=["ti',
        'with connect() as d:\n    d.items("articles").read_many(fields=["ti',
        'd = connect("https://cms.example.com")\nd.items("articles").read_many(fields=["ti',
        'd = Directus(url, token=token)\na = d.items("articles")\nfor i in range(3):\n    a.read_one(i, fields=["ti',
        'unknown.items("articles").read_many(fields=["ti',
        "# it's a comment\n!echo it's\ns = '''a\n(['''\narticles.read_many(fields=[\"ti",
        'print(f"{x!r}", end="")\nrows = articles.read_many(\n    # the fields\n    fields=[\n        "id",\n        "ti',
        'len(articles.read_many(fields=["ti',
        'a = articles\na.read_many(fields=["ti',
        'a = b = articles\na.read_many(fields=["ti',
        'a: object = cms.items("articles")\na.read_many(fields=["ti',
        'with connect() as d, open("x") as f:\n    d.items("articles").read_many(fields=["ti',
        'word = "articles"\ncms.items(word).read_many(fields=["ti',
        "print(f\"{x}: {{ {articles.read_many(fields=['ti",
        'f"""{articles.read_many(filter={"ti',
        'def f(d):\n    return d.items("articles").read_many(fields=["ti',
        'holder.articles.read_many(fields=["ti',
        'holder.cms.items("articles").read_many(fields=["ti',
        '(cms).items("articles").read_many(fields=["ti',
        'clients[0].items("articles").read_many(fields=["ti',
        'class A:\n    def f(self):\n        self.cms.items("articles").read_many(fields=["ti',
    ],
)
def test_cells_of_any_form(before: str, names: dict[str, Any]) -> None:
    names |= {"holder": SimpleNamespace(**names), "clients": [names["cms"]]}
    assert completions(before, names) == ["title"]


@pytest.mark.parametrize("client", ["unknown", "self.cms", "clients[0]", "(cms)", "holder.cms"])
def test_a_client_is_recognized_by_its_method(client: str, names: dict[str, Any]) -> None:
    names |= {"holder": SimpleNamespace(**names), "clients": [names["cms"]], "mapping": {}}
    assert completions(f'{client}.items("au', names) == ["authors"]
    assert completions('mapping.items("au', names) == []


@pytest.mark.parametrize(
    "before",
    [
        "", '"', 'print("', 'open("ti', '# directus.items("', 'directus.items(f"', 'directus.items("a\\',
        'directus.items(b"', "directus.items('articles')", 'directus.nothing("', 'directus.server("', "articles[", "{}.get('",
        'len.items("articles").read_many(fie)("', ")]}", '"""directus.items("', "x = {'a': [",
        'directus.items("articles").__cl', 'articles.read_many(limit="', "articles.read_many(fields=fi",
        'a, b = cms.items("articles"), cms.items("tags")\nb.read_many(fields=["ti', "a, b = cms, 1\na, b = b, a\nb.re",
    ],
)  # fmt: skip
def test_nothing_is_offered_elsewhere(before: str, names: dict[str, Any]) -> None:
    assert completions(before, names) == []


class Trap:
    """An object of the user that must not be touched."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"{name} was read")

    def __call__(self, *args: object) -> NoReturn:
        raise AssertionError("it was called")

    __getitem__ = __eq__ = __call__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("chain", ["trap", "trap.inner", "trap()", "trap[0]", "trap.make(1).it", "(lambda: trap)()", "-trap"])
@pytest.mark.parametrize("end", ['.items("au', '.items("articles").read_many(fields=["ti', '.read_many(fields=["ti', ".re"])
def test_nothing_of_the_user_is_evaluated(chain: str, end: str, names: dict[str, Any]) -> None:
    names["trap"] = Trap()
    completion.complete(chain + end, names)


def test_nothing_is_offered_or_sent_before_a_schema_was_read() -> None:
    transport = MockTransport()
    with Directus(URL, transport=transport) as directus:
        assert completions('directus.items("', {"directus": directus}) == []
        assert completions("directus.items('articles').read_many(fi", {"directus": directus}) == ["filter=", "fields="]
    assert transport.requests == []


def test_a_schema_among_the_variables_is_used(names: dict[str, Any]) -> None:
    schemas.unwatch()
    assert completions('directus.items("au', names) == []
    names["_3"] = Schema.from_responses(COLLECTIONS, FIELDS, RELATIONS)
    assert completions('directus.items("au', names) == ["authors"]


def test_the_client_decides_whose_schema_it_is(names: dict[str, Any]) -> None:
    other = MockTransport([[{"collection": "ships", "schema": {"name": "ships"}}], [], []])
    with Directus("https://other.example.com", transport=other) as ships:
        ships.schema.read()
        assert completions('ships.items("', {**names, "ships": ships}) == ["ships"]
        assert completions('directus.items("au', {**names, "ships": ships}) == ["authors"]


def test_only_the_part_after_the_last_separator_is_replaced(names: dict[str, Any]) -> None:
    assert completion.complete('articles.read_many(fields=["id,author.na', names).fragment == "na"
    assert completion.complete('articles.read_many(sort="-da', names).fragment == "da"
    assert completion.complete('articles.read_many(fields=["ti', names).exclusive
    assert not completion.complete("articles.read_many(fi", names).exclusive
