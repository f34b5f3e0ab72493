"""What each comparison and method of a field sends, and what is refused with what to write instead."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from directus_sdk import CurrentRole, CurrentUser, F, Now
from directus_sdk.expressions import Field


class Word(Enum):
    NULL = "null"


class Table:
    """As a data frame is: it yields the names of its columns."""

    columns = ("a",)

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)


POINT = {"type": "Point", "coordinates": [1, 2]}

SENT: list[tuple[Any, dict[str, Any]]] = [
    (F.n == 1, {"n": {"_eq": 1}}),
    (F.n != 1, {"n": {"_neq": 1}}),
    (F.n == None, {"n": {"_null": True}}),  # noqa: E711
    (F.n != None, {"n": {"_nnull": True}}),  # noqa: E711
    (F.n < 1, {"n": {"_lt": 1}}),
    (F.n <= 1, {"n": {"_lte": 1}}),
    (F.n > 1, {"n": {"_gt": 1}}),
    (F.n >= 1, {"n": {"_gte": 1}}),
    (1 < F.n, {"n": {"_gt": 1}}),  # noqa: SIM300
    (F.n.eq(1), {"n": {"_eq": 1}}),
    (F.n.eq(None), {"n": {"_null": True}}),
    (F.n.ne(1), {"n": {"_neq": 1}}),
    (F.n.lt(1), {"n": {"_lt": 1}}),
    (F.n.lte(1), {"n": {"_lte": 1}}),
    (F.n.gt(1), {"n": {"_gt": 1}}),
    (F.n.gte(1), {"n": {"_gte": 1}}),
    (F.n.in_([1, 2]), {"n": {"_in": [1, 2]}}),
    (F.n.in_(range(3)), {"n": {"_in": [0, 1, 2]}}),
    (F.n.in_(n for n in (4, 5)), {"n": {"_in": [4, 5]}}),
    (F.n.not_in({7}), {"n": {"_nin": [7]}}),
    (F.n.between(1, 5), {"n": {"_between": [1, 5]}}),
    (F.n.not_between(1, 5), {"n": {"_nbetween": [1, 5]}}),
    (F.n.is_null(), {"n": {"_null": True}}),
    (F.n.is_not_null(), {"n": {"_nnull": True}}),
    (F.t.is_empty(), {"t": {"_empty": True}}),
    (F.t.is_not_empty(), {"t": {"_nempty": True}}),
    (F.t.contains("x"), {"t": {"_contains": "x"}}),
    (F.t.not_contains("x"), {"t": {"_ncontains": "x"}}),
    (F.t.icontains("x"), {"t": {"_icontains": "x"}}),
    (F.t.starts_with("x"), {"t": {"_starts_with": "x"}}),
    (F.t.not_starts_with("x"), {"t": {"_nstarts_with": "x"}}),
    (F.t.istarts_with("x"), {"t": {"_istarts_with": "x"}}),
    (F.t.ends_with("x"), {"t": {"_ends_with": "x"}}),
    (F.t.not_ends_with("x"), {"t": {"_nends_with": "x"}}),
    (F.t.iends_with("x"), {"t": {"_iends_with": "x"}}),
    (F.d.year() == 2026, {"year(d)": {"_eq": 2026}}),
    # Version 9 takes no lists for functions, and reads _between as "every item".
    (F.d.month().in_([1, 2]), {"_or": [{"month(d)": {"_eq": 1}}, {"month(d)": {"_eq": 2}}]}),
    (F.d.month().not_in([1, 2]), {"_and": [{"month(d)": {"_neq": 1}}, {"month(d)": {"_neq": 2}}]}),
    (F.d.month().between(1, 2), {"_and": [{"month(d)": {"_gte": 1}}, {"month(d)": {"_lte": 2}}]}),
    (F.d.month().not_between(1, 2), {"_or": [{"month(d)": {"_lt": 1}}, {"month(d)": {"_gt": 2}}]}),
    (F["count(c)"].between(1, 2), {"_and": [{"count(c)": {"_gte": 1}}, {"count(c)": {"_lte": 2}}]}),
    (F.d.week() > 1, {"week(d)": {"_gt": 1}}),
    (F.d.day() == 1, {"day(d)": {"_eq": 1}}),
    (F.d.weekday() == 1, {"weekday(d)": {"_eq": 1}}),
    (F.d.hour() == 1, {"hour(d)": {"_eq": 1}}),
    (F.d.minute() == 1, {"minute(d)": {"_eq": 1}}),
    (F.d.second() == 1, {"second(d)": {"_eq": 1}}),
    (F.author.born.year() == 2000, {"author": {"year(born)": {"_eq": 2000}}}),
    (F.comments.count() > 2, {"count(comments)": {"_gt": 2}}),
    (F.comments.some(F.score > 3), {"comments": {"_some": {"score": {"_gt": 3}}}}),
    (F.comments.none(F.author.name == "x"), {"comments": {"_none": {"author": {"name": {"_eq": "x"}}}}}),
    (F.data.json("color") == "red", {"data": {"_json": {"color": {"_eq": "red"}}}}),
    (F.author.data.json("size.width").in_([5]), {"author": {"data": {"_json": {"size.width": {"_in": [5]}}}}}),
    (F.tags.some(F.data.json("color").is_null()), {"tags": {"_some": {"data": {"_json": {"color": {"_null": True}}}}}}),
    (F["json(data, a.b)"] == 1, {"json(data, a.b)": {"_eq": 1}}),
    (F.place.intersects(POINT), {"place": {"_intersects": POINT}}),
    (F.place.intersects_bbox(POINT), {"place": {"_intersects_bbox": POINT}}),
    (F.author.name == "x", {"author": {"name": {"_eq": "x"}}}),
    (F["author.name"] == "x", {"author": {"name": {"_eq": "x"}}}),
    (F["odd name"] == "x", {"odd name": {"_eq": "x"}}),
    (F["day"] == 1, {"day": {"_eq": 1}}),
    (F.author["count"] == 1, {"author": {"count": {"_eq": 1}}}),
    (F["item:headings"].title == "x", {"item:headings": {"title": {"_eq": "x"}}}),
    (F._internal == 1, {"_internal": {"_eq": 1}}),
    (F.d > Now(), {"d": {"_gt": "$NOW"}}),
    (F.d > Now("-1 day"), {"d": {"_gt": "$NOW(-1 day)"}}),
    (F.d.between(Now("-2 weeks"), Now()), {"d": {"_between": ["$NOW(-2 weeks)", "$NOW"]}}),
    (F.owner == CurrentUser, {"owner": {"_eq": "$CURRENT_USER"}}),
    (F.role == CurrentRole, {"role": {"_eq": "$CURRENT_ROLE"}}),
    (F.region == CurrentUser.field("region"), {"region": {"_eq": "$CURRENT_USER.region"}}),
]


@pytest.mark.parametrize(("expression", "sent"), SENT, ids=lambda value: repr(value)[:60])
def test_what_is_sent(expression: Any, sent: dict[str, Any]) -> None:
    assert expression.to_dict() == dict(expression) == sent
    assert copy.deepcopy(expression) == pickle.loads(pickle.dumps(expression)) == expression


def test_values_are_encoded_as_everywhere() -> None:
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc)
    expression = (F.d > moment) & (F.p == Decimal("9.90")) & (F.u == UUID(int=1)) & (F.b == date(2026, 1, 2)) & (F.f == True)  # noqa: E712
    assert repr(expression) == (
        '{"_and":[{"d":{"_gt":"2026-01-02T03:04:00Z"}},{"p":{"_eq":"9.90"}},'
        '{"u":{"_eq":"00000000-0000-0000-0000-000000000001"}},{"b":{"_eq":"2026-01-02"}},{"f":{"_eq":true}}]}'
    )


def test_secrets_are_masked() -> None:
    assert "s3cret" not in repr((F.token == "s3cret") & (F.a == 1))


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: 1 < F.n < 5, TypeError, r"F\.n\.between\(1, 5\)"),
    (lambda: (F.a == 1) and (F.b == 2), TypeError, "&, | and ~"),
    (lambda: (F.a == 1) or (F.b == 2), TypeError, "&, | and ~"),
    (lambda: not (F.a == 1), TypeError, "&, | and ~"),  # noqa: SIM201
    (lambda: "yes" if F.a == 1 else "no", TypeError, "neither true nor false"),
    (lambda: F.a > 1 & F.b < 2, TypeError, "parentheses"),
    (lambda: (F.a == 1) & {"b": {"_eq": 1}}, TypeError, "not a dict"),
    (lambda: {"b": {"_eq": 1}} & (F.a == 1), TypeError, "not a dict"),
    (lambda: (F.a == 1) | F.b, TypeError, "parentheses"),
    (lambda: (F.a == 1) & True, TypeError, "not a bool"),
    (lambda: ~F.flag, TypeError, "F.flag == value"),
    (lambda: "x" in F.tags, TypeError, "not a condition"),
    (lambda: list(F.tags), TypeError, "not a condition"),
    (lambda: len(F.tags), TypeError, "not a condition"),
    (lambda: {F.tags: 1}, TypeError, "unhashable"),
    (lambda: F.day == 3, TypeError, r"F\['day'\]"),
    (lambda: F.day < 3, TypeError, r"F\['day'\]"),
    (lambda: F.day.x, TypeError, r"F\['day'\]"),
    (lambda: F.author.count == 3, TypeError, r"F\.author\['count'\]"),
    (lambda: F.day(), TypeError, r"F\['day'\]"),
    (lambda: F.title.startswith("x"), TypeError, r"did you mean starts_with\(\)"),
    (lambda: F.title.matches("x"), TypeError, "the methods are"),
    (lambda: F == 3, TypeError, "F itself"),
    (lambda: F[0], TypeError, "string"),
    (lambda: F[""], TypeError, "string"),
    (lambda: F.d.year().year(), TypeError, "already"),
    (lambda: F.d.year().x, TypeError, "no field 'x'"),
    (lambda: F.a == "null", ValueError, r"\.is_null\(\)"),
    (lambda: F.a == "true", ValueError, "write True"),
    (lambda: F.a.contains("$NOW(-1 day)"), ValueError, r"Now\(\.\.\.\)"),
    (lambda: F.a.in_(["x", "$CURRENT_USER"]), ValueError, "CurrentUser"),
    (lambda: F.a.in_([1, None]), ValueError, "None"),
    (lambda: F.a > None, ValueError, r"\.is_null\(\)"),
    (lambda: F.a.between(None, 1), ValueError, "None"),
    (lambda: F.a.in_("abc"), TypeError, "list of values"),
    (lambda: F.a.in_(5), TypeError, "list of values"),
    (lambda: F.a == [1], TypeError, r"\.in_"),
    (lambda: F.a == {"id": 1}, TypeError, r"\.in_"),
    (lambda: F.a == F.b, TypeError, "another field"),
    (lambda: F.a == (F.b == 1), TypeError, "Condition"),
    (lambda: F.comments.some({"a": 1}), TypeError, "takes an expression"),
    (lambda: F.comments.some((F.a == 1) & (F.b == 2)), ValueError, "'every item'"),
    (lambda: F.comments.none(~((F.a == 1) | (F.b == 2))), ValueError, "'every item'"),
    (lambda: F.comments.some(F.likes.some(F.a == 1)), ValueError, "'every item'"),
    (lambda: ~F.a.icontains("x"), ValueError, "no operator for the opposite"),
    (lambda: ~(F.data.json("color") == "red"), ValueError, "no operator for the opposite"),
    (lambda: F.c.none(~(F.data.json("color") == "red")), ValueError, "no operator for the opposite"),
    (lambda: F.data.json(""), TypeError, "size.width"),
    (lambda: F.data.json(1), TypeError, "size.width"),  # type: ignore[arg-type]
    (lambda: F.data.json("a").x, TypeError, "no field 'x'"),
    (lambda: F.data.json("a").count(), TypeError, "already"),
    (lambda: F.d.year().json("a"), TypeError, "already"),
    (lambda: F.data.json("a").some(F.b == 1), TypeError, "no related items"),
    (lambda: F["a..b"], TypeError, "empty name"),
    (lambda: F[".a"], TypeError, "empty name"),
    (lambda: F.a == Word.NULL, ValueError, r"\.is_null\(\)"),
    (lambda: F.a.in_(Word), ValueError, r"\.is_null\(\)"),
    (lambda: F.a.in_(bytearray(b"ab")), TypeError, "list of values"),
    (lambda: F.a.in_(Table()), TypeError, "list of values"),
    (lambda: Now("yesterday"), ValueError, "-1 day"),
    (lambda: Now(1), TypeError, "string"),  # type: ignore[arg-type]
    (lambda: CurrentUser.field("a b"), ValueError, "name of a field"),
]


@pytest.mark.parametrize(("call", "kind", "message"), REFUSED)
def test_what_is_refused_says_what_to_write(call: Callable[[], object], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def test_each_method_is_tried() -> None:
    methods = {name for name in vars(Field) if not name.startswith("_")}
    source = Path(__file__).read_text(encoding="utf-8")
    assert {name for name in methods if f".{name}(" not in source} == set()


def test_a_field_shows_how_it_is_written() -> None:
    assert repr(F.author["odd name"].title) == "F.author['odd name'].title"
    assert repr(F.author.data.json("a.b")) == "F.author.data.json('a.b')"
    assert repr(F.author.count) == "<method F.author.count>"


def test_values_of_the_server_survive_pickle() -> None:
    user, now = pickle.loads(pickle.dumps((CurrentUser, Now("-1 day"))))
    assert user.field("region") == CurrentUser.field("region")
    assert (type(now), now) == (Now, Now("-1 day"))
    assert (F.d > now) == (F.d > copy.deepcopy(now))
