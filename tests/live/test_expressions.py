"""Expressions on a real collection of 300 rows with NULLs and relations: the server's rows equal those of Python."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directus_sdk import Expression, F, all_of, any_of
from directus_sdk.testing import DirectusServer
from tests.live.conftest import VERSION

pytestmark = pytest.mark.live

KEY = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
WORDS = ["moon", "Moon", "sun", "Sunday", "the moon", "", "ÄRA", "a-b", "MOONsun"]
Row = dict[str, Any]


class World(NamedTuple):
    """The collection, and what Python knows of its rows."""

    articles: Any
    rows: list[Row]
    folds_case: bool

    def __repr__(self) -> str:
        return "World"


def field(name: str, kind: str, **schema: object) -> dict[str, Any]:
    return {"field": name, "type": kind, "meta": {}, "schema": schema}


@pytest.fixture(scope="module")
def world(directus_server: DirectusServer) -> Iterator[World]:
    chance = random.Random(7)
    articles, people, comments = (f"{name}_{uuid.uuid4().hex[:8]}" for name in ("articles", "people", "comments"))

    def maybe(value: Any, share: float = 0.25) -> Any:
        return None if chance.random() < share else value

    with directus_server.directus() as directus:
        alias = {"field": "comments", "type": "alias", "meta": {"special": ["o2m"]}}
        own = [field("n", "integer"), field("title", "string"), field("flag", "boolean"), field("moment", "dateTime")]
        directus.collections.create_many(
            [
                {
                    "collection": people,
                    "schema": {},
                    "meta": {},
                    "fields": [KEY, field("name", "string"), field("age", "integer")],
                },
                {"collection": articles, "schema": {}, "meta": {}, "fields": [KEY, *own, field("author", "integer"), alias]},
                {
                    "collection": comments,
                    "schema": {},
                    "meta": {},
                    "fields": [KEY, field("score", "integer"), field("text", "string"), field("article", "integer")],
                },
            ]
        )
        to_author = {"collection": articles, "field": "author", "related_collection": people, "schema": {}, "meta": {}}
        to_article = {"collection": comments, "field": "article", "related_collection": articles, "schema": {}}
        directus.relations.create_one(to_author)
        directus.relations.create_one({**to_article, "meta": {"one_field": "comments"}})
        authors = [{"id": key, "name": maybe(chance.choice(WORDS)), "age": maybe(chance.randint(0, 9))} for key in range(1, 21)]
        directus.items(people).create_many(authors, returning=None)
        start = datetime(2023, 11, 1, 12, 30)
        rows: list[Row] = [
            {
                "id": key,
                "n": maybe(chance.randint(0, 9)),
                "title": maybe(chance.choice(WORDS)),
                "flag": maybe(chance.random() < 0.5),
                "moment": maybe(start + timedelta(days=chance.randint(0, 500), hours=chance.randint(0, 23))),
                "author": maybe(chance.randint(1, 20)),
            }
            for key in range(1, 301)
        ]
        directus.items(articles).create_many(rows, returning=None)
        notes = [
            {"score": maybe(chance.randint(0, 5)), "text": maybe(chance.choice(WORDS)), "article": chance.randint(1, 300)}
            for _ in range(400)
        ]
        directus.items(comments).create_many(notes, returning=None)
        known = {author["id"]: author for author in authors}
        for row in rows:
            row["author"] = known.get(row["author"])
            row["comments"] = [note for note in notes if note["article"] == row["id"]]
        folds = directus.items(articles).count(filter=F.title.contains("MOON")) > sum(
            "MOON" in (row["title"] or "") for row in rows
        )
        try:
            yield World(directus.items(articles), rows, folds)
        finally:
            for name in (comments, articles, people):
                directus.collections.delete_one(name)


# ------------------------------------------------------------- what is meant, in Python
Meaning = Callable[[Row, bool], bool]


@attrs.frozen
class Case:
    """An expression, and which rows it means."""

    expression: Expression
    meaning: Meaning


def on(path: str, test: Callable[[Any, bool], bool]) -> Meaning:
    def meaning(row: Row, folds: bool) -> bool:
        value: Any = row
        for name in path.split("."):
            value = None if value is None else value[name]
        return value is not None and test(value, folds)

    return meaning


def at(path: str) -> Any:
    found: Any = F
    for name in path.split("."):
        found = found[name]
    return found


def folded(text: str, folds: bool) -> str:
    # SQLite folds the case of ASCII letters only.
    return re.sub("[A-Z]", lambda match: match[0].lower(), text) if folds else text


def numbers(path: str) -> st.SearchStrategy[Case]:
    one = at(path)
    value = st.integers(-1, 10)
    return st.one_of(
        value.map(lambda v: Case(one == v, on(path, lambda x, _: x == v))),
        value.map(lambda v: Case(one != v, on(path, lambda x, _: x != v))),
        value.map(lambda v: Case(one < v, on(path, lambda x, _: x < v))),
        value.map(lambda v: Case(one >= v, on(path, lambda x, _: x >= v))),
        value.map(lambda v: Case(one.gt(v), on(path, lambda x, _: x > v))),
        value.map(lambda v: Case(one <= v, on(path, lambda x, _: x <= v))),
        st.lists(value, max_size=3).map(lambda v: Case(one.in_(v), on(path, lambda x, _: x in v))),
        # Of no values it is every row, also those without a value.
        st.lists(value, max_size=3).map(
            lambda v: Case(one.not_in(v), (lambda row, folds: True) if not v else on(path, lambda x, _: x not in v))
        ),
        st.tuples(value, value).map(lambda v: Case(one.between(*v), on(path, lambda x, _: v[0] <= x <= v[1]))),
        st.tuples(value, value).map(lambda v: Case(one.not_between(*v), on(path, lambda x, _: not v[0] <= x <= v[1]))),
        presence(path),
    )


def presence(path: str) -> st.SearchStrategy[Case]:
    one = at(path)
    has = on(path, lambda x, _: True)
    return st.sampled_from([Case(one.is_null(), lambda row, folds: not has(row, folds)), Case(one != None, has)])  # noqa: E711


def strings(path: str) -> st.SearchStrategy[Case]:
    one = at(path)
    part = st.sampled_from(["moon", "MOON", "Sun", "n", "a-b", "ÄRA"])
    filled = on(path, lambda x, _: x != "")
    return st.one_of(
        part.map(lambda v: Case(one == v, on(path, lambda x, _: x == v))),
        part.map(lambda v: Case(one != v, on(path, lambda x, _: x != v))),
        part.map(lambda v: Case(one.contains(v), on(path, lambda x, f: folded(v, f) in folded(x, f)))),
        part.map(lambda v: Case(one.not_contains(v), on(path, lambda x, f: folded(v, f) not in folded(x, f)))),
        part.map(lambda v: Case(one.starts_with(v), on(path, lambda x, f: folded(x, f).startswith(folded(v, f))))),
        part.map(lambda v: Case(one.not_starts_with(v), on(path, lambda x, f: not folded(x, f).startswith(folded(v, f))))),
        part.map(lambda v: Case(one.ends_with(v), on(path, lambda x, f: folded(x, f).endswith(folded(v, f))))),
        part.filter(lambda v: v.isascii() and VERSION[0] != "9").map(
            lambda v: Case(one.istarts_with(v), on(path, lambda x, _: x.lower().startswith(v.lower())))
        ),
        st.just(Case(one.is_empty(), lambda row, folds: not filled(row, folds))),
        st.just(Case(one.is_not_empty(), filled)),
        presence(path),
    )


def lists() -> st.SearchStrategy[Case]:
    inner = st.recursive(
        st.one_of(numbers("score"), strings("text")),
        lambda parts: st.one_of(st.tuples(parts, parts).map(either), parts.map(negated)),
        max_leaves=3,
    )

    def some(case: Case) -> Case | None:
        try:
            return Case(F.comments.some(case.expression), lambda row, f: any(case.meaning(note, f) for note in row["comments"]))
        except ValueError:  # what has & in it
            return None

    count = st.integers(-1, 4).map(lambda v: Case(F.comments.count() > v, lambda row, _: len(row["comments"]) > v))
    found = inner.map(some).filter(lambda case: case is not None)
    none = found.map(lambda case: Case(~case.expression, lambda row, f: not case.meaning(row, f)))  # type: ignore[union-attr]
    return st.one_of(found, none, count)  # type: ignore[arg-type]


def either(cases: tuple[Case, ...]) -> Case:
    return Case(any_of(case.expression for case in cases), lambda row, f: any(case.meaning(row, f) for case in cases))


def both(cases: tuple[Case, ...]) -> Case:
    return Case(all_of(case.expression for case in cases), lambda row, f: all(case.meaning(row, f) for case in cases))


def negated(case: Case) -> Case:
    return Case(~case.expression, lambda row, f: not case.meaning(row, f))


LEAVES = st.one_of(
    numbers("n"),
    strings("title"),
    st.sampled_from([Case(F.flag == v, on("flag", lambda x, _, v=v: x is v)) for v in (True, False)]),  # type: ignore[misc]
    st.integers(2022, 2025).map(lambda v: Case(F.moment.year() == v, on("moment", lambda x, _: x.year == v))),
    st.integers(1, 12).map(lambda v: Case(F.moment.month() > v, on("moment", lambda x, _: x.month > v))),
    st.integers(0, 23).map(lambda v: Case(F.moment.hour() <= v, on("moment", lambda x, _: x.hour <= v))),
    st.datetimes(datetime(2023, 11, 1), datetime(2025, 3, 1)).map(
        lambda v: Case(F.moment > v.replace(microsecond=0), on("moment", lambda x, _: x > v.replace(microsecond=0)))
    ),
    numbers("author.age"),
    strings("author.name"),
    lists(),
)
CASES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(st.tuples(parts, parts).map(either), st.tuples(parts, parts).map(both), parts.map(negated)),
    max_leaves=6,
)


def check(world: World, case: Case) -> None:
    found = world.articles.read_many(filter=case.expression, fields=["id"], limit=-1, sort=["id"])
    rest = world.articles.read_many(filter=~case.expression, fields=["id"], limit=-1, sort=["id"])
    meant = [row["id"] for row in world.rows if case.meaning(row, world.folds_case)]
    keys = [row["id"] for row in found]
    assert keys == meant, case.expression
    assert sorted([*keys, *(row["id"] for row in rest)]) == [row["id"] for row in world.rows], ~case.expression


EXAMPLES = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}


@given(case=CASES)
@settings(max_examples=300, **EXAMPLES)  # type: ignore[arg-type]
def test_rows_are_those_that_are_meant(world: World, case: Case) -> None:
    check(world, case)
