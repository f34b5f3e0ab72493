"""40 lines that a typed client accepts, and 40 that both checkers refuse; `cms` is the module of tests/rich_project.py."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from typing_extensions import assert_type

from directus_sdk import BulkResult, Directus, Key, Page
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.handlers.singleton import SingletonHandler
from tests.typing.cms import (
    Cms,
    DirectusUsers,
    RichArticles,
    RichArticlesCreate,
    RichArticlesFilter,
    RichArticlesItems,
    RichAuthors,
)

cms = Cms("https://cms.example.com", token="t")
articles = cms.items("rich_articles")
authors = cms.items("rich_authors")
settings = cms.singleton("rich_settings")
day = dt.datetime(2024, 1, 1)
key = UUID(int=1)


def plain(items: ItemsHandler[RichArticles]) -> None: ...
def single(items: SingletonHandler[RichArticles]) -> None: ...


# ---------------------------------------------------------------- 40 lines that are right
assert_type(articles, RichArticlesItems)
assert_type(articles.read_one(1), RichArticles)
assert_type(articles.read_many(limit=3), Page[RichArticles])
assert_type(articles.first(), "RichArticles | None")
assert_type(articles.read_one(1).price, "float | None")
assert_type(articles.read_one(1).created, "dt.datetime | None")
assert_type(articles.read_one(1).author, UUID | RichAuthors | None)
assert_type(settings.read().site_name, str)
assert_type(cms.users.me.read(fields=["id"]), DirectusUsers)
assert_type(cms.users.me.read().nickname, "str | None")
plain(articles)
directus: Directus = cms
articles.read_many(filter={"status": {"_eq": "published"}})
articles.read_many(filter={"status": {"_in": ["draft", "archived"]}, "price": {"_gt": 3}})
articles.read_many(filter={"status": "draft", "featured": True})
articles.read_many(filter={"created": {"_gte": day}, "year(created)": {"_eq": 2024}})
articles.read_many(filter={"_or": [{"title": {"_contains": "a"}}, {"rating": {"_between": [1, 3]}}]})
articles.read_many(filter={"author": {"name": {"_starts_with": "A"}}})
articles.read_many(filter={"author": {"_eq": key}})
articles.read_many(filter={"author": {"favourite": {"title": {"_eq": "x"}}}})
articles.read_many(filter={"children": {"_some": {"title": {"_eq": "x"}}}})
articles.read_many(filter={"tags": {"tag": {"label": {"_eq": "x"}}}})
articles.read_many(sort="-created")
articles.read_many(sort=["status", "-author.name"])
articles.read_many(fields=["title", "author.name", "author.*", "*"])
articles.read_many(fields=["title", {"author": ["name", {"favourite": ["title"]}]}])
articles.read_many(fields=["blocks.item", "translations.title", "year(created)"])
articles.count(filter={"labels": {"_contains": "a"}})
articles.iterate(filter={"editor": {"nickname": {"_eq": "Al"}}}, page_size=10)
articles.create_one({"title": "Hello"})
articles.create_one({"title": "Hello", "status": "draft", "author": key, "tags": [1, 2]})
articles.create_one({"title": "Hello", "author": {"name": "Ada"}, "children": [{"title": "Child"}]})
articles.create_one({"title": "Hello", "tags": {"create": [{"tag": "new"}], "update": [], "delete": [3]}})
articles.create_one(RichArticles(title="Hello", status="published"), fields=["id"])
articles.create_many([{"title": "One"}, {"title": "Two", "rating": 5}], returning="keys")
assert_type(articles.update_many([1, 2], {"status": "archived"}, returning="keys"), BulkResult[Key])
articles.update_one(1, {"rating": 3, "price": None, "created": "2024-01-01T00:00:00Z"})
articles.update_by_query(filter={"status": {"_eq": "draft"}}, data={"status": "published"})
settings.update({"site_name": "Mine", "home": 3})
cms.items("class").read_many(filter={"from": {"_eq": "a"}, "weird-name": {"_null": True}}, fields=["2nd", "größe"])

# ---------------------------------------------------------------- 40 lines that are wrong
cms.items("rich_articels")  # error
cms.items("rich_settings")  # error
cms.singleton("rich_articles")  # error
cms.singleton("nothing")  # error
single(articles)  # error
articles.read_one(1).titel  # error
articles.read_one(1).title.upper()  # error
settings.read().sitename  # error
cms.users.me.read(fields=["nick"])  # error
cms.users.me.update({"nicknam": "x"})  # error
articles.read_many(filter={"status": {"_eq": "publishd"}})  # error
articles.read_many(filter={"status": {"_in": ["draft", "publishd"]}})  # error
articles.read_many(filter={"status": "publishd"})  # error
articles.read_many(filter={"titel": {"_eq": "x"}})  # error
articles.read_many(filter={"title": {"_equals": "x"}})  # error
articles.read_many(filter={"price": {"_gt": "x"}})  # error
articles.read_many(filter={"price": {"_contains": 3}})  # error
articles.read_many(filter={"featured": {"_gt": True}})  # error
articles.read_many(filter={"created": {"_gte": 2024}})  # error
articles.read_many(filter={"rating": {"_eq": 6}})  # error
articles.read_many(filter={"_or": [{"titel": {"_eq": "x"}}]})  # error
articles.read_many(filter={"author": {"nam": {"_eq": "x"}}})  # error
articles.read_many(filter={"author": {"name": {"_is": "x"}}})  # error
articles.read_many(filter={"children": {"_any": {"title": {"_eq": "x"}}}})  # error
articles.read_many(sort="-dat")  # error
articles.read_many(sort=["status", "author.nam"])  # error
articles.read_many(fields=["autor.name"])  # error
articles.read_many(fields=["author.nam"])  # error
articles.read_many(fields="id,titel")  # error
articles.count(filter={"labels": {"_gt": 1}})  # error
articles.iterate(filter={"editor": {"nick": {"_eq": "Al"}}})  # error
articles.create_one({"status": "draft"})  # error
articles.create_one({"title": "Hello", "status": "new"})  # error
articles.create_one({"title": "Hello", "author": {"nam": "Ada"}})  # error
articles.create_one({"title": "Hello", "tags": {"creat": [{"tag": "new"}]}})  # error
articles.create_one(RichArticles(titel="Hello"))  # error
articles.create_many([{"title": "One"}, {"rating": 5}])  # error
articles.update_one(1, {"rating": "3"})  # error
articles.update_by_query(filter={"status": {"_eq": "draft"}}, data={"status": "publishd"})  # error
cms.items("class").read_many(filter={"from": {"_like": "a"}})  # error


def annotated(where: RichArticlesFilter, item: RichArticlesCreate) -> None:
    """The types have names too."""
    articles.read_many(filter=where)
    articles.create_one(item)
