"""Models: items become instances and instances become payloads, and what does not fit is told by name."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import enum
import json
import pickle
import subprocess
import sys
import typing
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Final, Generic, Literal, NewType, Optional, TypedDict, TypeVar, Union
from uuid import UUID

import attr
import attrs
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directus_sdk.errors import ConfigurationError, ModelError
from directus_sdk.models import UNSET, Unset
from directus_sdk.models.codec import Codec, codec_for

if typing.TYPE_CHECKING:
    from fractions import Fraction

KEY = "8c8b0a5e-2c4f-4a53-9e4f-0b3c8f4b8d57"
UTC = dt.timezone.utc
T = TypeVar("T")
UNHURRIED = settings(deadline=None)  # a busy machine is no fault of a model
Slug = NewType("Slug", str)


class Status(enum.Enum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Code(str):
    __slots__ = ()


class Size(TypedDict):
    width: int


@attrs.define
class Author:
    id: UUID
    name: str
    articles: list[int | Article] = attrs.field(factory=list)
    best: Article | None = None


@attrs.define
class Article:
    id: int
    title: str
    date: dt.date | None = None  # the attribute hides the type's name, if the type is looked up in the class
    author: UUID | Author | None = None


@dataclasses.dataclass
class Comment:
    id: int
    text: str = ""
    article: int | Article | None = None
    replies: list[int | Comment] = dataclasses.field(default_factory=list)


class Page(pydantic.BaseModel):
    id: int
    title: str = "untitled"
    day: dt.date | None = None
    kind: str = pydantic.Field("page", alias="class")
    parent: Page | None = None


def one(hint: Any, **options: Any) -> Codec[Any]:
    """The codec of a class with one attribute."""
    return codec_for("things", attrs.make_class("Thing", {"value": attr.ib(type=hint, **options)}))


def read(hint: Any, value: Any) -> Any:
    return one(hint).load({"value": value}).value


def problem(model: Any, data: Any) -> ModelError:
    with pytest.raises(ModelError) as caught:
        codec_for("articles", model).load(data)
    assert caught.value.collection == "articles"
    return caught.value


# What hints make of values


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        (str, "a", "a"),
        (int, 7, 7),
        (int, "9007199254740993", 9007199254740993),  # PostgreSQL sends a bigInteger as text
        (int, "-5", -5),
        (int, 5.0, 5),
        (float, 1.5, 1.5),
        (float, 2, 2.0),
        (float, "1.5", 1.5),
        (bool, True, True),
        (bool, 1, True),
        (bool, 0, False),
        (Decimal, "9.90", Decimal("9.90")),
        (Decimal, 0.1, Decimal("0.1")),
        (Decimal, 3, Decimal(3)),
        (Decimal, Decimal("1.0"), Decimal("1.0")),
        (UUID, KEY, UUID(KEY)),
        (UUID, UUID(KEY), UUID(KEY)),
        (dt.date, "2024-02-29", dt.date(2024, 2, 29)),
        (dt.date, dt.date(2024, 2, 29), dt.date(2024, 2, 29)),
        (dt.time, "10:11:12", dt.time(10, 11, 12)),
        (dt.time, "10:11", dt.time(10, 11)),
        (dt.time, "10:11:12.5", dt.time(10, 11, 12, 500_000)),
        (dt.time, "10:11:12Z", dt.time(10, 11, 12, tzinfo=UTC)),
        (dt.time, "10:11:12-02", dt.time(10, 11, 12, tzinfo=dt.timezone(-dt.timedelta(hours=2)))),
        (dt.time, dt.time(1), dt.time(1)),
        (dt.datetime, "2024-01-01T04:00:00", dt.datetime(2024, 1, 1, 4)),
        (dt.datetime, "2024-01-01 04:00:00", dt.datetime(2024, 1, 1, 4)),
        (dt.datetime, "2024-01-01T04:00", dt.datetime(2024, 1, 1, 4)),
        (dt.datetime, "2024-01-01T04:00:00Z", dt.datetime(2024, 1, 1, 4, tzinfo=UTC)),
        (dt.datetime, "2024-01-01T04:00:00.1Z", dt.datetime(2024, 1, 1, 4, 0, 0, 100_000, UTC)),
        (dt.datetime, "2024-01-01T04:00:00.123Z", dt.datetime(2024, 1, 1, 4, 0, 0, 123_000, UTC)),
        (dt.datetime, "2024-01-01T04:00:00.12345", dt.datetime(2024, 1, 1, 4, 0, 0, 123_450)),
        (dt.datetime, "2024-01-01T04:00:00.123456789Z", dt.datetime(2024, 1, 1, 4, 0, 0, 123_456, UTC)),
        (dt.datetime, "2024-01-01T04:00:00+05:30", dt.datetime(2023, 12, 31, 22, 30, tzinfo=UTC)),
        (dt.datetime, "2024-01-01T04:00:00+0530", dt.datetime(2023, 12, 31, 22, 30, tzinfo=UTC)),
        (dt.datetime, "2024-01-01T04:00:00-05", dt.datetime(2024, 1, 1, 9, tzinfo=UTC)),
        (dt.datetime, "2024-01-01", dt.datetime(2024, 1, 1)),
        (dt.datetime, dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1)),
        (Status, "published", Status.PUBLISHED),
        (Status, Status.DRAFT, Status.DRAFT),
        (Level, 2, Level.HIGH),
        (Level, "2", Level.HIGH),
        (Literal["a", 1], 1, 1),
        (Literal["a", None], None, None),
        (Literal[Status.DRAFT], "draft", Status.DRAFT),
        (Code, "x", Code("x")),
        (Slug, "x", "x"),
        (Annotated[int, "views"], "3", 3),
        (Final[int], "3", 3),
        (Any, {"a": [1]}, {"a": [1]}),
        (object, None, None),
        (type(None), None, None),
        (int | None, None, None),
        (Optional[Decimal], "1.5", Decimal("1.5")),  # noqa: UP045
        (list, [1, "a"], [1, "a"]),
        (list[int], ["1", 2], [1, 2]),
        (Sequence[UUID], [KEY], [UUID(KEY)]),
        (Collection[int], ["1"], [1]),
        (Iterable[int], ["1"], [1]),
        (typing.List[int], ["1"], [1]),  # noqa: UP006
        (tuple[int, ...], ["1", 2], (1, 2)),
        (tuple[int, str], ["1", "2"], (1, "2")),
        (tuple, [1, "a"], (1, "a")),
        (set[str], ["a", "a"], {"a"}),
        (frozenset[Status], ["draft"], frozenset({Status.DRAFT})),
        (dict, {"a": 1}, {"a": 1}),
        (dict[str, Decimal], {"a": "1.5"}, {"a": Decimal("1.5")}),
        (Mapping[int, list[int]], {"1": ["2"]}, {1: [2]}),
        (Size, {"width": "1"}, {"width": "1"}),  # a TypedDict converts nothing
        (str | Unset, "a", "a"),
        (list["int"], ["1"], [1]),  # Python 3.10 leaves the text in it
    ],
)
def test_a_hint_says_what_a_value_becomes(hint: Any, value: Any, expected: Any) -> None:
    found = read(hint, value)

    assert found == expected
    assert type(found) is type(expected)
    if isinstance(expected, (dt.datetime, dt.time)):
        assert (found.tzinfo is None) == (expected.tzinfo is None)


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        (int | str, "5", "5"),  # strings stay strings
        (int | str, 5, 5),
        (str | UUID, KEY, UUID(KEY)),  # but a UUID is always written as text
        (str | UUID, "abc", "abc"),
        (str | dt.datetime, "2024-01-01T00:00:00Z", dt.datetime(2024, 1, 1, tzinfo=UTC)),
        (dt.datetime | dt.date, "2024-01-01", dt.date(2024, 1, 1)),
        (dt.date | dt.datetime, "2024-01-01T00:00:00", dt.datetime(2024, 1, 1)),
        (int | float, 1.5, 1.5),
        (int | float, "1.5", 1.5),
        (bool | int, 1, 1),
        (bool | int, True, True),
        (Status | str, "draft", Status.DRAFT),
        (Status | str, "other", "other"),
        (Literal["a"] | int, "5", 5),
        (Literal[1] | bool, True, True),
        (list[int] | int, [1], [1]),
        (list[int] | int, 1, 1),
        (list[int] | dict[str, int], {"a": "1"}, {"a": 1}),
        (Union[int, Any], {"a": 1}, {"a": 1}),
        (Slug | None, None, None),
        (NewType("Key", Union[int, UUID]) | None, KEY, UUID(KEY)),  # type: ignore[valid-newtype]
        (int | Article, 5, 5),
        (int | Article, "5", 5),
        (int | Article, {"id": 1, "title": "a"}, Article(1, "a")),
        (Article | None, None, None),
    ],
)
def test_a_union_gives_a_value_to_the_part_that_it_is_for(hint: Any, value: Any, expected: Any) -> None:
    found = read(hint, value)

    assert found == expected
    assert type(found) is type(expected)


def test_of_two_models_the_one_is_made_that_has_the_fields() -> None:
    @attrs.define
    class Heading:
        text: str = ""

    @attrs.define
    class Image:
        file: UUID | None = None
        text: str = ""

    assert type(read(Union[Heading, Image], {"file": KEY, "text": "a"})) is Image
    assert type(read(Union[Heading, Image], {"text": "a"})) is Heading
    # One that the item does not fit is passed over, though it has more of the fields.
    assert type(read(Union[Heading, Image], {"file": "no key", "text": "a"})) is Heading
    assert type(read(Union[Heading, Page], {"id": 1, "title": "a"})) is Page


# Kinds of classes


def test_a_relation_is_a_key_or_an_object_at_any_depth() -> None:
    codec = codec_for("articles", Article)

    by_key = codec.load({"id": 1, "title": "a", "author": KEY})
    author = {"id": KEY, "name": "Ann", "articles": [1, {"id": 2, "title": "b"}]}
    nested = codec.load({"id": "1", "title": "a", "date": "2024-05-01", "author": author})

    assert by_key.author == UUID(KEY)
    assert nested == Article(1, "a", dt.date(2024, 5, 1), Author(UUID(KEY), "Ann", [1, Article(2, "b")]))


def test_attrs_classes_of_each_kind() -> None:
    @attrs.frozen
    class Base:
        _id: int
        name: str = attrs.field(alias="title")

    @attrs.frozen(kw_only=True)
    class Derived(Base):
        class_: str = attrs.field(metadata={"directus": "class"})
        slug: str = attrs.field(init=False, default="made")
        tags: tuple[str, ...] = attrs.field(converter=tuple, default=())
        path: bytes = attrs.field(converter=str.encode, default=b"")  # its converter may make what JSON cannot give

    @attr.s
    class Old:
        id = attr.ib(type=int)
        anything = attr.ib(default=None)

    data = {"_id": 1, "name": "a", "class": "b", "slug": "ignored", "tags": ["x"], "path": "p", "unknown": 1}
    item = codec_for("articles", Derived).load(data)
    assert item == Derived(id=1, title="a", class_="b", tags=["x"], path="p")
    assert item.slug == "made"
    assert codec_for("articles", Derived).dump_create(item) == {
        "_id": 1, "name": "a", "class": "b", "tags": ("x",), "path": b"p",
    }  # fmt: skip
    assert codec_for("articles", Old).load({"id": "1", "anything": [2]}) == Old(1, [2])


def test_dataclasses_of_each_kind() -> None:
    @dataclasses.dataclass(frozen=True)
    class Base:
        kind: typing.ClassVar[str] = "base"
        id: int

    @dataclasses.dataclass(frozen=True)
    class Derived(Base):
        name: str = dataclasses.field(kw_only=True)
        salt: dataclasses.InitVar[str] = "none"
        slug: str = dataclasses.field(init=False, default="made")
        class_: str = dataclasses.field(default="", metadata={"directus": "class"})

    item = codec_for("articles", Derived).load({"id": "1", "name": "a", "salt": "b", "slug": "c", "class": "d"})
    assert item == Derived(1, name="a", class_="d")
    assert codec_for("articles", Derived).dump_create(item) == {"id": 1, "name": "a", "class": "d"}
    recursive = codec_for("comments", Comment).load({"id": 1, "replies": [2, {"id": 3, "replies": [4]}]})
    assert recursive == Comment(1, replies=[2, Comment(3, replies=[4])])


def test_one_kind_may_inherit_from_the_other() -> None:
    @attrs.define
    class Plain:
        id: int

    @dataclasses.dataclass
    class Data(Comment):
        likes: int = 0

    @attrs.define
    class Both(Data):
        stars: int = 0

    assert codec_for("comments", Data).load({"id": 1, "likes": "2"}) == Data(1, likes=2)
    assert [attribute.name for attribute in attrs.fields(Both)] == ["stars"]
    assert codec_for("comments", Both).dump_create(Both(3)) == {"stars": 3}
    assert codec_for("plain", Plain).load({"id": 1}) == Plain(1)


def test_a_key_that_is_none_is_not_sent() -> None:
    @dataclasses.dataclass
    class Note:
        id: int | None
        text: str

    codec = codec_for("notes", Note)
    assert codec.dump_create(Note(None, "a")) == codec.dump_upsert(Note(None, "a")) == {"text": "a"}


def test_without_a_model_and_with_a_typed_dict_items_stay_as_they_are() -> None:
    items = [{"width": "1"}, {"width": 2}]

    for codec in (codec_for("sizes", None), codec_for("sizes", Size)):
        assert codec.load(items[0]) is items[0]
        assert codec.load_many(items) is items
        assert "sizes" in repr(codec)


def test_a_class_with_model_validate() -> None:
    class Own:
        @classmethod
        def model_validate(cls, data: Any) -> Own:
            if "id" not in data:
                raise KeyError("id")
            made = cls()
            made.id = data["id"]
            return made

        def model_dump(self) -> dict[str, Any]:
            return {"id": self.id}

        id = 0

    codec = codec_for("articles", Own)
    assert codec.load({"id": 3}).id == 3
    assert codec.dump_create(codec.load({"id": 3})) == {"id": 3}
    error = problem(Own, {})
    assert isinstance(error.__cause__, KeyError)
    assert str(error) == "articles: Own does not accept the values: id"
    with pytest.raises(TypeError, match="does not know which attributes were set"):
        codec.dump_update(Own())

    class Silent:
        model_validate = Own.model_validate

    with pytest.raises(TypeError, match="Silent has no model_dump, so it cannot be sent: pass a mapping"):
        codec.dump_create(Silent())


def test_pydantic_reads_and_writes_by_its_own_rules() -> None:
    codec = codec_for("pages", Page)

    page = codec.load({"id": "1", "class": "news", "day": "2024-05-01", "parent": {"id": 2}, "other": 1})

    assert page.day == dt.date(2024, 5, 1)
    assert page.parent == Page(id=2)
    assert codec.load_many([{"id": 1}]) == [Page(id=1)]
    assert codec.dump_create(page) == {"id": 1, "class": "news", "day": "2024-05-01", "parent": {"id": 2}}
    assert codec.dump_create(Page(id=1, title="untitled")) == {"id": 1}
    assert codec.dump_update(Page(id=1, title="untitled", day=None)) == {"id": 1, "title": "untitled", "day": None}
    # In another model it is one part of a relation.
    assert read(int | Page, {"id": 1}) == Page(id=1)
    assert read(int | Page, 1) == 1
    assert one(Any).dump_create({"page": Page(id=1)}) == {"page": {"id": 1}}


class Login(pydantic.BaseModel):
    name: str = ""
    password: pydantic.SecretStr = pydantic.SecretStr("")


class Hidden(pydantic.Secret[dt.date]):
    def _display(self) -> str:
        return "<hidden>"


class Vault(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")

    text: pydantic.SecretStr
    maybe: pydantic.SecretStr | None = None
    data: pydantic.SecretBytes | None = None
    number: pydantic.Secret[int] | None = None
    day: Hidden | None = None
    model: pydantic.Secret[Login] | None = None
    login: Login | None = None
    logins: list[Login] = []
    pair: tuple[pydantic.SecretStr, int] | None = None
    some: set[pydantic.SecretStr] | None = None
    named: dict[int, Login] = {}
    key: pydantic.SecretStr | None = pydantic.Field(None, serialization_alias="api_key")
    url: pydantic.AnyUrl | None = None
    pause: dt.timedelta | None = None
    anything: Any = None


@attrs.define
class Holder:
    inner: Any
    other: int | Unset = UNSET


SECRET = pydantic.SecretStr("s3cret")
ANN = Login(name="Ann", password=SECRET)
DUMPED = {"name": "Ann", "password": "s3cret"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {}),
        ({"maybe": SECRET}, {"maybe": "s3cret"}),
        ({"data": b"s3cret"}, {"data": "s3cret"}),
        ({"number": pydantic.Secret[int](7)}, {"number": 7}),
        ({"day": Hidden(dt.date(2024, 1, 2))}, {"day": dt.date(2024, 1, 2)}),
        ({"model": pydantic.Secret[Login](ANN)}, {"model": DUMPED}),
        ({"login": ANN}, {"login": DUMPED}),
        ({"logins": [ANN, Login(name="Bob")]}, {"logins": [DUMPED, {"name": "Bob"}]}),
        ({"pair": (SECRET, 1)}, {"pair": ["s3cret", 1]}),
        ({"some": {SECRET}}, {"some": ["s3cret"]}),
        ({"named": {1: ANN}}, {"named": {"1": DUMPED}}),
        ({"key": SECRET}, {"api_key": "s3cret"}),
        ({"anything": [{"a": SECRET}]}, {"anything": [{"a": "s3cret"}]}),
        ({"extra": {"a": ANN}}, {"extra": {"a": DUMPED}}),
        # What is no secret stays as pydantic writes it, also what looks like a hidden one.
        ({"url": "http://a.example", "login": ANN}, {"url": "http://a.example/", "login": DUMPED}),
        ({"pause": dt.timedelta(hours=1), "maybe": SECRET}, {"pause": "PT1H", "maybe": "s3cret"}),
        ({"anything": "**********", "maybe": SECRET}, {"anything": "**********", "maybe": "s3cret"}),
    ],
)
def test_a_secret_of_pydantic_is_sent_and_not_its_asterisks(values: dict[str, Any], expected: dict[str, Any]) -> None:
    codec = codec_for("vaults", Vault)
    vault = Vault.model_validate({"text": "s3cret", **values})

    for dump in (codec.dump_create, codec.dump_update, codec.dump_upsert):
        assert dump(vault) == {"text": "s3cret", **expected}
        # So does what another class or a mapping holds of it.
        assert dump(Holder(vault)) == {"inner": {"text": "s3cret", **expected}}
        assert dump({"inner": [vault], "own": SECRET}) == {"inner": [{"text": "s3cret", **expected}], "own": "s3cret"}
    assert "s3cret" not in repr(vault)


def test_an_empty_secret_is_sent_as_it_is() -> None:
    assert codec_for("logins", Login).dump_update(Login(password=pydantic.SecretStr(""))) == {"password": ""}


def test_a_secret_that_pydantic_cannot_give_is_not_sent_as_asterisks() -> None:
    class Frozen(Login, frozen=True):
        pass

    class Club(pydantic.BaseModel):
        members: set[Frozen]

    codec = codec_for("clubs", Club)
    with pytest.raises(TypeError, match="the secrets in a Club cannot be read: unhashable type: 'dict'"):
        codec.dump_create(Club(members={Frozen(password=SECRET)}))
    assert codec.dump_create(Club(members={Frozen(name="a")})) == {"members": [{"name": "a"}]}


def test_codecs_are_made_once() -> None:
    assert codec_for("articles", Article) is codec_for("articles", Article)
    assert codec_for("articles", Article) is not codec_for("news", Article)
    assert codec_for("articles", None) is codec_for("articles", None)
    assert codec_for("articles", Article).collection == "articles"
    assert repr(codec_for("articles", Article)) == "Codec('articles', Article)"


# What does not fit


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        (
            {"id": 7},
            "title",
            (
                'articles (id 7): title is missing, and Article has no default for it: add it to fields=[…, "title"], '
                "check that you may read it, or give the attribute a default"
            ),
        ),
        (
            {"id": 7, "title": None},
            "title",
            "articles (id 7): title is null, but its hint does not allow that: add `| None` to the hint",
        ),
        ({"id": "abc", "title": "a"}, "id", "articles (id 'abc'): id should be an integer, not 'abc'"),
        (
            {"id": 7, "title": {"de": "a"}},
            "title",
            (
                "articles (id 7): title is an object, but its hint allows a key or a plain value: ask for it with "
                'fields=["title"], without its nested fields, or add a model to its hint, such as `int | Author`'
            ),
        ),
        (
            {"id": 7, "title": "a", "author": "me"},
            "author",
            "articles (id 7): author should be a UUID, not 'me'",
        ),
        (
            {"id": 7, "title": "a", "author": {"id": KEY}},
            "author.name",
            (
                "articles (id 7): author.name is missing, and Author has no default for it: add it to "
                'fields=[…, "author.name"], check that you may read it, or give the attribute a default'
            ),
        ),
        (
            {"id": 7, "title": "a", "author": {"id": KEY, "name": "a", "articles": [1, {"id": 2}]}},
            "author.articles.1.title",
            (
                "articles (id 7): author.articles.1.title is missing, and Article has no default for it: add it to "
                'fields=[…, "author.articles.title"], check that you may read it, or give the attribute a default'
            ),
        ),
        (
            {"id": 7, "title": "a", "author": {"id": KEY, "name": "a", "best": 3}},
            "author.best",
            (
                "articles (id 7): author.best is the key 3, but its hint is an object: ask for its fields with "
                'fields=["author.best.*"], or write its hint as `int | Article`'
            ),
        ),
        (
            {"id": 7, "title": "a", "author": {"id": KEY, "name": "a", "articles": {}}},
            "author.articles",
            "articles (id 7): author.articles should be a list, not {}",
        ),
        (
            {"id": 7, "title": "x" * 90, "date": "y" * 90},
            "date",
            "articles (id 7): date should be a date (ISO 8601, without a time), not '" + "y" * 78 + "…",
        ),
    ],
)
def test_the_error_names_collection_field_and_what_to_do(data: Any, field: str, message: str) -> None:
    error = problem(Article, data)

    assert str(error) == message
    assert error.field == field
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("hint", "value", "message"),
    [
        (str, 5, "should be a string, not 5"),
        (int, True, "should be an integer, not True"),
        (int, "1_000", "should be an integer, not '1_000'"),
        (int, "", "should be an integer, not ''"),
        (int, 1.5, "should be an integer, not 1.5"),
        (int, "9" * 5000, "should be an integer, not '" + "9" * 78 + "…"),
        (int, [1], "should be an integer, not [1]"),
        (float, "abc", "should be a number, not 'abc'"),
        (float, "1_0", "should be a number, not '1_0'"),
        (float, True, "should be a number, not True"),
        (float, 10**400, "should be a number, not 1" + "0" * 78 + "…"),
        (bool, "true", "should be true or false, not 'true'"),
        (bool, 2, "should be true or false, not 2"),
        (Decimal, "abc", "should be a decimal number, not 'abc'"),
        (Decimal, " 1", "should be a decimal number, not ' 1'"),
        (UUID, "abc", "should be a UUID, not 'abc'"),
        (UUID, 5, "should be a UUID, not 5"),
        (dt.date, "2024-05-01T00:00:00", "should be a date (ISO 8601, without a time), not '2024-05-01T00:00:00'"),
        (dt.date, dt.datetime(2024, 1, 1), "should be a date (ISO 8601, without a time), not datetime.datetime"),
        (dt.date, "20240501", "should be a date"),
        (dt.date, "2024-02-30", "should be a date"),
        (dt.time, "25:00:00", "should be a time (ISO 8601), not '25:00:00'"),
        (dt.time, "noon", "should be a time"),
        (dt.time, 5, "should be a time"),
        (dt.datetime, "2024-13-01T00:00:00", "should be a date and time (ISO 8601), not '2024-13-01T00:00:00'"),
        (dt.datetime, "2024-01-01T00:00:00.", "should be a date and time"),
        (dt.datetime, "20240101T000000", "should be a date and time"),
        (dt.datetime, "2024-W01-1T00:00:00", "should be a date and time"),
        (dt.datetime, "", "should be a date and time"),
        (dt.datetime, 1704067200, "should be a date and time (ISO 8601), not 1704067200"),
        (Status, "gone", "should be 'draft' or 'published', not 'gone'"),
        (Status, ["draft"], "should be 'draft' or 'published', not ['draft']"),
        (Level, "x", "should be 1 or 2, not 'x'"),
        (Literal["a", 1], True, "should be 'a' or 1, not True"),
        (Literal["a"], None, "is null, but its hint does not allow that: add `| None` to the hint"),
        (Literal["a"] | int, None, "is null"),
        (type(None), 5, "should be null, not 5"),
        (int | UUID, "abc", "should be an integer or a UUID, not 'abc'"),
        (int | UUID, {"id": 1}, "is an object, but its hint allows a key or a plain value"),
        (Union[int, UUID, Article], "abc", "should be an integer or a UUID or an object for Article, not 'abc'"),
        (Article | Comment, 5, "should be an object for Article or an object for Comment, not 5"),
        (Article | None, 5, "is the key 5, but its hint is an object"),
        (Article, [5], "should be an object for Article, not the list [5]"),
        (Article, None, "is null"),
        (Page, "k", "is the key 'k', but its hint is an object: ask for its fields with fields=[\"value.*\"], or "),
        (Size, 5, "is the key 5, but its hint is an object"),
        (list[int], "1,2", "should be a list, not '1,2'"),
        (list[int] | None, 5, "should be a list, not 5"),
        (list[int], None, "is null"),
        (tuple[int, str], [1], "should be a list of 2, not [1]"),
        (tuple[int, str], [1, "a", 2], "should be a list of 2, not [1, 'a', 2]"),
        (set, [{}], "cannot become a set (unhashable type: 'dict'): let its hint be a list"),
        (dict[str, int], [1], "should be an object, not [1]"),
        (dict[str, int], None, "is null"),
        (str | Unset, None, "is null"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_its_hint(hint: Any, value: Any, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        read(hint, value)

    assert str(caught.value).startswith(f"things: value {message}")
    assert caught.value.field == "value"


@pytest.mark.parametrize(
    ("hint", "value", "field"),
    [
        (list[int], [1, "x"], "value.1"),
        (tuple[int, str], [1, 2], "value.1"),
        (dict[str, list[int]], {"a": [1, "x"]}, "value.a.0".replace("0", "1")),
        (dict[int, str], {"x": "a"}, "value.x"),
        (Page, {"id": 1, "parent": {"id": "x"}}, "value.parent.id"),
    ],
)
def test_the_field_of_the_error_is_the_whole_path(hint: Any, value: Any, field: str) -> None:
    with pytest.raises(ModelError) as caught:
        read(hint, value)

    assert caught.value.field == field


def test_an_error_tells_which_of_many_items_it_is() -> None:
    with pytest.raises(ModelError, match=r"^articles \(id 2\): title is missing"):
        codec_for("articles", Article).load_many([{"id": 1, "title": "a"}, {"id": 2}])
    with pytest.raises(ModelError, match=r"^articles: the items should be a list, not {'id': 1}$"):
        codec_for("articles", Article).load_many({"id": 1})  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [[1], "a", None, 5])
def test_an_item_that_is_no_object(data: Any) -> None:
    for model in (Article, Comment, Page):
        assert str(problem(model, data)) == f"articles: an item should be an object, not {data!r}"


def test_errors_do_not_show_secrets() -> None:
    @attrs.define
    class User:
        token: int
        profile: str = ""

    assert str(problem(User, {"token": "s3cret"})) == "articles: token should be an integer, not ***"
    error = problem(User, {"token": 1, "profile": [{"password": "s3cret"}]})
    assert str(error) == "articles: profile should be a string, not [{'password': '***'}]"


def test_what_pydantic_refuses_is_the_cause() -> None:
    missing = problem(Page, {"title": "a"})
    wrong = problem(Page, {"id": "x" * 100})

    assert isinstance(missing.__cause__, pydantic.ValidationError)
    assert missing.field == "id"
    assert str(missing).startswith('articles: id is missing, and Page has no default for it: add it to fields=[…, "id"]')
    assert isinstance(wrong.__cause__, pydantic.ValidationError)
    assert wrong.field == "id"
    assert f": id is '{'x' * 78}…, which Page does not accept: Input should be a valid integer" in str(wrong)


def test_what_a_class_refuses_is_the_cause() -> None:
    @attrs.define
    class Checked:
        views: int = attrs.field(validator=attrs.validators.ge(0))

    @dataclasses.dataclass
    class Long:
        id: int

        def __post_init__(self) -> None:
            raise RuntimeError("x" * 300)

    error = problem(Checked, {"views": -1})
    assert isinstance(error.__cause__, ValueError)
    assert str(error) == "articles: Checked does not accept the values: 'views' must be >= 0: -1"
    error = problem(Long, {"id": 1})
    assert isinstance(error.__cause__, RuntimeError)
    assert str(error) == "articles (id 1): Long does not accept the values: " + "x" * 199 + "…"


# Classes that cannot be models


class Plain:
    pass


@pytest.mark.parametrize("model", [Plain, int, dict, list[int], Article(1, "a"), "Article", Literal["a"]])
def test_what_is_no_model_is_refused(model: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        codec_for("articles", model)

    expected = "cannot be the model of articles: it must be an attrs class, a dataclass, a TypedDict, or a class with m"
    assert expected in str(caught.value)


@attrs.define
class Box(Generic[T]):
    value: T


@attrs.define
class Lost:
    id: int
    value: Fraction


@attrs.define
class Deep:
    lost: list[Lost]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Lost, r"the hint of Lost.value cannot be read \(name 'Fraction' is not defined\): .*TYPE_CHECKING"),
        (Deep, r"the hint of Lost.value cannot be read"),
        (Box, r"Box.value has the hint ~T, which cannot be converted from JSON \(generic models are not supported\)"),
        (Box[int], "cannot be the model of articles"),
        (attrs.make_class("A", {"value": attr.ib(type=Box[int])}), r"generic models are not supported"),
        (attrs.make_class("A", {"value": attr.ib(type=Plain)}), r"A.value has the hint Plain, which .*: use str"),
        (attrs.make_class("A", {"value": attr.ib(type=bytes)}), r"A.value has the hint bytes, which cannot be converted"),
        (attrs.make_class("A", {"value": attr.ib(type=list[complex])}), r"A.value has the hint complex"),
        (attrs.make_class("A", {"value": attr.ib(type=type[int])}), r"A.value has the hint type\[int\]"),
    ],
)
def test_hints_that_cannot_be_used_are_refused_at_once(model: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        codec_for("articles", model)


def test_a_class_that_needs_more_than_its_fields_is_refused() -> None:
    @dataclasses.dataclass
    class Salted:
        id: int
        salt: dataclasses.InitVar[str]

    with pytest.raises(ConfigurationError, match=r"Salted cannot be created from an item: its __init__ needs 'salt'"):
        codec_for("articles", Salted)


def test_a_local_class_may_name_itself() -> None:
    @attrs.define
    class Node:
        id: int
        parent: int | Node | None = None

    assert codec_for("nodes", Node).load({"id": 1, "parent": {"id": 2, "parent": 3}}) == Node(1, Node(2, 3))


# Payloads


def test_creating_leaves_out_what_equals_its_default() -> None:
    made = [0]

    def count() -> int:
        made[0] += 1
        return made[0]

    @attrs.define
    class Everything:
        title: str
        status: str = "draft"
        flag: Any = 0
        tags: list[str] = attrs.field(factory=list)
        serial: int = attrs.field(factory=count)
        same: str = attrs.Factory(lambda self: self.title, takes_self=True)
        given: str | Unset = UNSET

    codec = codec_for("articles", Everything)
    assert codec.dump_create(Everything("a")) == {"title": "a", "serial": 1}
    # False equals 0, and is not the same in JSON.
    assert codec.dump_create(Everything("a", "x", False, ["b"], 0, "c", "d")) == {
        "title": "a", "status": "x", "flag": False, "tags": ["b"], "serial": 0, "same": "c", "given": "d",
    }  # fmt: skip
    assert codec_for("comments", Comment).dump_create(Comment(1, replies=[])) == {"id": 1}


def test_upserting_sends_defaults_since_what_is_there_may_differ() -> None:
    @attrs.define
    class Tag:
        name: str
        id: int | None = None
        color: str | None = None

    @attrs.define
    class Entry:
        slug: str
        code: int | None = None
        views: int = 0
        note: str | None = None
        tags: list[Any] = attrs.field(factory=list)
        text: str | Unset = UNSET
        class_: str = attrs.field(default="", metadata={"directus": "class"})

    codec = codec_for("entries", Entry)
    assert codec.dump_upsert(Entry("a"), "code") == {"slug": "a", "views": 0, "note": None, "tags": [], "class": ""}
    entry = Entry("a", 5, tags=[Tag("b")], text="c")
    assert codec.dump_upsert(entry, "code") == {
        "slug": "a", "code": 5, "views": 0, "note": None, "tags": [{"name": "b", "color": None}], "text": "c", "class": "",
    }  # fmt: skip
    assert codec_for("comments", Comment).dump_upsert(Comment(1)) == {"id": 1, "text": "", "article": None, "replies": []}


def test_upserting_with_pydantic_sends_what_was_set() -> None:
    codec = codec_for("pages", Page)
    assert codec.dump_upsert(Page(id=1, title="untitled", day=None)) == {"id": 1, "title": "untitled", "day": None}


def test_upserting_a_mapping_sends_it_without_a_key_that_is_none() -> None:
    codec = codec_for("articles", None)
    whole = {"id": 1, "title": None}
    assert codec.dump_upsert(whole) is whole
    assert codec.dump_upsert({"id": None, "title": None}) == {"title": None}
    assert codec.dump_upsert({"id": None, "code": None}, "code") == {"id": None}


def test_models_within_models_and_mappings_become_payloads_too() -> None:
    article = Article(1, "a", author=Author(UUID(KEY), "Ann", [2, Article(3, "b")]))
    expected = {
        "id": 1, "title": "a", "author": {"id": UUID(KEY), "name": "Ann", "articles": [2, {"id": 3, "title": "b"}]},
    }  # fmt: skip

    assert codec_for("articles", Article).dump_create(article) == expected
    assert codec_for("x", None).dump_create({"a": [{"b": (article,)}], "c": 1}) == {"a": [{"b": [expected]}], "c": 1}
    # The class need not be the codec's: what is created may be of a class of its own.
    assert codec_for("comments", Comment).dump_create(article) == expected


@pytest.mark.parametrize(
    "mapping", [{}, {"id": 1, "tags": ["a", {"b": [None]}], "day": dt.date(2024, 1, 1)}, MappingProxyType({"a": 1})]
)
def test_a_mapping_passes_through_as_it_is(mapping: Mapping[str, Any]) -> None:
    for codec in (codec_for("articles", None), codec_for("articles", Article)):
        assert codec.dump_create(mapping) is mapping
        assert codec.dump_update(mapping) is mapping


def test_unset_is_left_out_of_mappings() -> None:
    codec = codec_for("articles", None)
    assert codec.dump_update({"title": UNSET, "meta": {"a": UNSET, "b": 1}}) == {"meta": {"b": 1}}


@attrs.define
class Change:
    title: str | Unset = UNSET
    author: Change | Unset | None = UNSET
    tags: list[str] | Unset = attrs.field(default=UNSET, metadata={"directus": "labels"})


@dataclasses.dataclass
class Mixed:
    id: int
    title: str | Unset | None = UNSET
    status: str = "draft"


def test_updating_sends_what_was_set() -> None:
    codec = codec_for("articles", Change)

    assert codec.dump_update(Change()) == {}
    assert codec.dump_update(Change(title="")) == {"title": ""}
    assert codec.dump_update(Change(author=None, tags=[])) == {"author": None, "labels": []}
    assert codec.dump_update(Change(author=Change(title="x"))) == {"author": {"title": "x"}}
    assert codec.load({"labels": ["a"]}) == Change(tags=["a"])
    assert codec_for("articles", Mixed).dump_update(Mixed(1, None, "new")) == {"id": 1, "title": None, "status": "new"}


@pytest.mark.parametrize(
    ("item", "names"),
    [
        (Article(1, "a"), r" \(date, author\)"),
        (Comment(1, "a"), r" \(text, article, replies\)"),
        (Mixed(1), r" \(status\)"),
        ({"comments": [Comment(1)]}, r" \(text, article, replies\)"),
        (Change(author=Article(1, "a")), r" \(date, author\)"),  # type: ignore[arg-type]
    ],
)
def test_updating_with_a_model_that_does_not_know_what_was_set(item: Any, names: str) -> None:
    with pytest.raises(TypeError, match=rf"does not know which .* cannot be distinguished from a value{names}: update with a "
                                        rf"mapping .* directus_sdk.UNSET"):  # fmt: skip
        codec_for("articles", None).dump_update(item)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ([{"id": 1}], r"not list: \[{'id': 1}\]; pass several items to a method whose name ends with _many"),
        ("abc", "not str: 'abc'$"),
        (5, "not int: 5$"),
        (None, "not NoneType: None$"),
        (Article, "not the class Article: "),
        (Plain(), "not Plain: "),
        (UNSET, "not Unset: UNSET$"),
        ({"password": "s3cret"}.items(), r"not dict_items: "),
    ],
)
def test_what_is_no_item_is_refused(item: Any, message: str) -> None:
    codec = codec_for("articles", None)
    for dump in (codec.dump_create, codec.dump_update, codec.dump_upsert):
        with pytest.raises(TypeError, match=f"^an item of articles must be a mapping or a model .*, {message}"):
            dump(item)


@pytest.mark.parametrize("key", [1, None, ("a",), b"a"])
def test_field_names_are_strings(key: Any) -> None:
    with pytest.raises(TypeError, match=r"^the fields of an item of articles must be strings, not "):
        codec_for("articles", None).dump_create({"a": 1, key: 2})


def test_circular_references_are_refused() -> None:
    comment = Comment(1)
    comment.replies.append(comment)

    with pytest.raises(TypeError, match=r"an item of comments contains a circular reference: Comment"):
        codec_for("comments", Comment).dump_create(comment)


# UNSET


def test_unset_is_one_object_and_false() -> None:
    assert not UNSET
    assert repr(UNSET) == str(UNSET) == "UNSET"
    assert isinstance(UNSET, Unset)
    for again in (copy.copy(UNSET), copy.deepcopy(UNSET), pickle.loads(pickle.dumps(UNSET))):
        assert again is UNSET


# There and back


def as_json(value: Any) -> Any:
    """The server's side: what is sent as JSON and comes back as JSON."""

    def encode(item: Any) -> Any:
        if isinstance(item, enum.Enum):
            return item.value
        if isinstance(item, (set, frozenset)):
            return list(item)
        if isinstance(item, (dt.datetime, dt.date, dt.time)):
            return item.isoformat().replace("+00:00", "Z")
        return str(item)

    return json.loads(json.dumps(value, default=encode))


@attrs.define
class Full:
    text: str
    number: int
    ratio: float
    flag: bool
    price: Decimal
    key: UUID
    moment: dt.datetime
    day: dt.date
    clock: dt.time
    status: Status
    level: Level
    tags: set[str]
    pair: tuple[int, str]
    words: dict[str, Decimal | None]
    maybe: int | None = None
    child: UUID | Full | None = None
    children: list[UUID | Full] = attrs.field(factory=list)


FULL: st.SearchStrategy[Full] = st.deferred(
    lambda: st.builds(
        Full,
        text=st.text(),
        number=st.integers(),
        flag=st.booleans(),
        key=st.uuids(),
        day=st.dates(),
        status=st.sampled_from(Status),
        level=st.sampled_from(Level),
        tags=st.sets(st.text(), max_size=2),
        pair=st.tuples(st.integers(), st.text()),
        ratio=st.floats(allow_nan=False, allow_infinity=False),
        price=st.decimals(allow_nan=False, allow_infinity=False),
        moment=st.datetimes(timezones=st.sampled_from([None, UTC])),
        clock=st.times(),
        child=st.none() | st.uuids() | FULL,
        children=st.lists(st.uuids() | FULL, max_size=2),
        maybe=st.none() | st.integers(),
        words=st.dictionaries(st.text(), st.none() | st.decimals(allow_nan=False, allow_infinity=False), max_size=2),
    )
)
SIMPLE: st.SearchStrategy[Comment] = st.deferred(
    lambda: st.builds(
        Comment,
        id=st.integers(),
        text=st.text(),
        article=st.none() | st.integers() | st.builds(Article, st.integers(), st.text(), st.none() | st.dates()),
        replies=st.lists(st.integers() | SIMPLE, max_size=2),
    )
)


@UNHURRIED
@given(FULL)
def test_an_attrs_instance_comes_back_equal(item: Full) -> None:
    codec = codec_for("things", Full)
    assert codec.load(as_json(codec.dump_create(item))) == item


@UNHURRIED
@given(SIMPLE)
def test_a_dataclass_instance_comes_back_equal(item: Comment) -> None:
    codec = codec_for("comments", Comment)
    assert codec.load(as_json(codec.dump_create(item))) == item


@UNHURRIED
@given(st.builds(Page, id=st.integers(), title=st.text(), day=st.none() | st.dates(), parent=st.none()))
def test_a_pydantic_instance_comes_back_equal(item: Page) -> None:
    codec = codec_for("pages", Page)
    assert codec.load(as_json(codec.dump_create(item))) == item


@UNHURRIED
@given(st.dictionaries(st.sampled_from(["title", "author", "labels", "x"]), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))))  # fmt: skip
def test_any_json_gives_an_instance_or_a_model_error(data: dict[str, Any]) -> None:
    try:
        found: object = codec_for("articles", Change).load(data)
    except ModelError as error:
        found = error
    assert type(found) is Change or (isinstance(found, ModelError) and found.field)


@UNHURRIED
@given(st.text())
def test_any_text_gives_a_value_or_a_model_error(text: str) -> None:
    for hint in (int, float, Decimal, UUID, dt.date, dt.time, dt.datetime, Status, Level):
        try:
            found = read(hint, text)
        except ModelError as error:
            found = error
        assert isinstance(found, hint) or (isinstance(found, ModelError) and found.field == "value")


def test_pydantic_and_requests_are_not_imported() -> None:
    code = "import sys, directus_sdk.models; print([m for m in ('pydantic', 'requests', 'cattrs') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
