"""What a server does in silence with a mistake that a schema shows: a strict client refuses each before anything is sent."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, F, Schema, SchemaError
from directus_sdk.testing import MockTransport
from tests.strict.test_checks import COLLECTIONS, FIELDS, RELATIONS, Call, alias, column

MORE = [
    column("articles", "opens", "time"),
    column("articles", "tokens", "hash"),
    alias("articles", "divider", "no-data"),
]
TIMES = Schema.from_responses(COLLECTIONS, [*FIELDS, *MORE], RELATIONS)

TRAPS: dict[str, tuple[Call, str]] = {
    # The rows that are changed or deleted.
    "T1: _between with one value matches every row": (
        lambda a: a.update_by_query({"filter": {"views": {"_between": [5]}}}, {"views": 1}),
        "exactly two values",
    ),
    "T1: _between with one value within a relation": (
        lambda a: a.delete_by_query(filter={"comments": {"score": {"_between": [5]}}}),
        "exactly two values",
    ),
    "T2: an empty _or matches every row": (lambda a: a.delete_by_query(filter={"_or": []}), "_or"),
    "T2: an empty _and matches every row": (lambda a: a.delete_by_query(filter={"_and": []}), "_and"),
    "T2: a field without an operator matches every row": (
        lambda a: a.update_by_query({"filter": {"views": {}}}, {"views": 1}),
        "views",
    ),
    "T2: an empty filter deletes every row": (lambda a: a.delete_by_query(filter={}), "filter"),
    "an unknown operator matches every row": (lambda a: a.delete_by_query(filter={"views": {"_equals": 1}}), "_equals"),
    "_some with two conditions matches every row": (
        lambda a: a.read_many(filter={"comments": {"_some": {"score": {"_gt": 1}, "text": {"_eq": "x"}}}}),
        "_some",
    ),
    "an operator of another type: _some of one item": (
        lambda a: a.read_many(filter={"author": {"_some": {"name": {"_eq": "x"}}}}),
        "holds one item and not a list",
    ),
    "% matches any characters": (lambda a: a.delete_by_query(filter={"title": {"_contains": "50%"}}), "wildcards=True"),
    "_ matches any character": (lambda a: a.read_many(filter=F.title.ends_with("a_b")), "wildcards=True"),
    "a negation through a list asks something else": (
        lambda a: a.delete_by_query(filter=~(F.comments.score > 3)),
        r"F\.comments\.some",
    ),
    "a function of a time field selects wrong rows": (
        lambda a: a.read_many(filter={"hour(opens)": {"_gt": 8}}),
        "articles.opens is of the type time, which has no functions",
    ),
    "a function of a time field groups wrongly": (
        lambda a: a.aggregate({"count": "*"}, group_by="hour(opens)"),
        "which has no functions",
    ),
    "a value of another type matches no row on SQLite": (
        lambda a: a.read_many(filter={"views": {"_eq": "many"}}),
        "'many' is not a number",
    ),
    "a string that is read as no value": (lambda a: a.delete_by_query(filter={"title": {"_eq": "null"}}), "null"),
    # What is written.
    "T4: an unknown field of a write is dropped": (lambda a: a.create_one({"title": "x", "zzz": 1}), "no field 'zzz'"),
    "T4: an unknown field of a change is dropped": (lambda a: a.update_one(1, {"veiws": 1}), "did you mean 'views'"),
    "T4: an unknown field of a bulk change is dropped": (lambda a: a.update_many([1], {"veiws": 1}), "did you mean 'views'"),
    "T4: an unknown field of a change by query is dropped": (
        lambda a: a.update_by_query({"filter": {"id": {"_eq": 1}}}, {"veiws": 1}),
        "did you mean 'views'",
    ),
    "T4: an unknown field of a related item is dropped": (
        lambda a: a.update_one(1, {"comments": {"create": [{"score": 1, "txet": "x"}]}}),
        "did you mean 'text'",
    ),
    "T4: an unknown key of a change of a list is dropped": (
        lambda a: a.update_one(1, {"comments": {"add": [{"score": 1}]}}),
        "has create, update and delete",
    ),
    "T5: items that are no mappings become empty items": (lambda a: a.create_many([1, 2]), "item 0: .* must be a mapping"),
    "SQLite stores text in a field of numbers": (lambda a: a.update_one(1, {"views": "abc"}), "'abc' is not a number"),
    "SQLite stores a string that is too long": (lambda a: a.update_one(1, {"title": "x" * 11}), "the field holds 10"),
    "SQLite stores a fraction in a field of integers": (lambda a: a.update_one(1, {"views": 1.5}), "not an integer"),
    "a bad time is an internal error": (lambda a: a.update_one(1, {"published": "soon"}), "'soon' is not a date"),
    # What is read.
    "an unknown list in deep is ignored": (
        lambda a: a.read_many(fields=["*", "comments.*"], deep={"coments": {"_limit": 1}}),
        "did you mean 'comments'",
    ),
    "an unknown parameter of deep is ignored": (lambda a: a.read_many(deep={"comments": {"limit": 1}}), "limit"),
    "an unknown collection is forbidden": (lambda a: a.read_one(1, fields=["author.articels.*"]), "authors has no field"),
    "a misspelt field is forbidden": (lambda a: a.read_many(fields=["titel"]), "did you mean 'title'"),
    "random order is forbidden": (lambda a: a.read_many(sort="?"), "random order"),
    "a sum of text": (lambda a: a.aggregate({"sum": "title"}), "sum needs numbers"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_refused_before_anything_is_sent(trap: str) -> None:
    call, message = TRAPS[trap]
    mock = MockTransport(lambda request: [{"id": 1}])
    with pytest.raises((SchemaError, ValueError, TypeError), match=message):
        call(Directus("https://cms.example.com", transport=mock, strict=True, schema=TIMES).items("articles"))
    assert mock.requests == []
