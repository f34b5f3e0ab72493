from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, TypedDict

import attrs
from typing_extensions import assert_type

from directus_sdk import BulkOptions, BulkResult, Credentials, Directus, FileOptions, Key, LoginAuth, Page
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.handlers.singleton import SingletonHandler


@attrs.define
class Article:
    id: int
    title: str


class Row(TypedDict):
    id: int
    title: str


directus = Directus("https://cms.example.com", token="t")

# Without a model, items are dicts.
plain = directus.items("articles")
assert_type(plain, ItemsHandler[dict[str, Any]])
assert_type(plain.read_one(1), dict[str, Any])
assert_type(plain.read_many(limit=3), Page[dict[str, Any]])
assert_type(plain.read_many([1, 2], missing="raise"), Page[dict[str, Any]])
assert_type(plain.first(), "dict[str, Any] | None")
assert_type(plain.count(), int)

# With a model, items are instances of it.
articles = directus.items("articles", Article)
assert_type(articles, ItemsHandler[Article])
assert_type(articles.read_one("a", fields=["id"]), Article)
assert_type(articles.read_all(sort="-id"), Page[Article])
assert_type(articles.iterate(page_size=10), Iterator[Article])
# None is possible only without the permission to read the item, so that each of these lines passes without a check.
assert_type(articles.create_one({"title": "x"}).title, "str | Any")
assert_type(articles.update_one(1, {"title": "x"}).title, "str | Any")
assert_type(articles.upsert_one({"title": "x"}, match_on="title").title, "str | Any")
assert_type(directus.singleton("globals", Article).update({"title": "x"}).title, "str | Any")
plain.create_one({"title": "x"})["id"]
if (created := articles.create_one({"title": "x"})) is not None:
    assert_type(created.title, "str | Any")
articles.first().title  # error
assert_type(articles.create_many([Article(1, "x")]), BulkResult[Article])
assert_type(articles.create_many([{"title": "x"}], returning="keys"), BulkResult[Key])
assert_type(articles.delete_many([1]), BulkResult[Key])
assert_type(articles.read_many()[0].title, str)
assert_type(articles.read_many().meta.total_count, "int | None")

# A TypedDict is for the checker only.
rows = directus.items("articles", Row)
assert_type(rows.read_one(1)["title"], str)

site = directus.singleton("globals", Article)
assert_type(site, SingletonHandler[Article])
assert_type(site.read(), Article)

# Every method that selects takes a query, a filter or keywords.
assert_type(articles.count({"status": {"_eq": "x"}}), int)
assert_type(articles.count(filter={"status": {"_eq": "x"}}, limit=3), int)
assert_type(articles.count(query={"search": "x"}), int)
assert_type(articles.exists(1), bool)
assert_type(articles.exists(key=1, filter={"status": {"_eq": "x"}}), bool)
assert_type(articles.exists(filter={"status": {"_eq": "x"}}), bool)
assert_type(articles.read_one(key=1, query={"fields": ["id"]}), Article)
assert_type(articles.read_many(query={"limit": 5}), Page[Article])
assert_type(articles.read_many([1, 2], query={"fields": ["id"]}), Page[Article])
assert_type(articles.first(query={"sort": "-id"}, fields=["id"]), "Article | None")
assert_type(articles.aggregate({"count": "*"}, groupBy="status"), "list[dict[str, Any]]")
articles.delete_by_query(filter={"status": {"_eq": "x"}}, limit=3)
articles.delete_by_query({"status": {"_eq": "x"}}, dry_run=True)
articles.update_by_query(filter={"status": {"_eq": "x"}}, data={"title": "x"}, fields=["id"])
articles.update_by_query({"filter": {"status": {"_eq": "x"}}}, {"title": "x"})
articles.count(status="x")  # error
articles.exists(filtr={})  # error

# A misspelt keyword, a wrong type and a key that cannot be one are refused.
articles.read_many(limt=3)  # error
articles.read_many(limit="many")  # error
articles.read_one(None)  # error
articles.read_one(1).titel  # error
Directus("https://cms.example.com", tokn="t")  # error

assert_type(directus.auth.login("a@example.com", "pw", otp="123456"), Credentials)
assert_type(directus.auth.token, "str | None")
directus.auth.login(emial="a@example.com")  # error

copy = directus.with_options(timeout=3, auth=LoginAuth())
assert_type(copy, Directus)

# `returning` decides what a bulk call returns, and every bulk call has the same options.
new: list[dict[str, Any]] = [{"id": 1, "title": "x"}]
options: BulkOptions = {"batch_size": 10, "on_error": "collect", "workers": 2, "checkpoint": "c.json", "progress": "auto"}
assert_type(articles.create_many(new, **options), BulkResult[Article])
assert_type(articles.create_many(new, returning="keys", generate_keys=True, match_on="title", **options), BulkResult[Key])
assert_type(articles.create_many(new, returning=None, **options), BulkResult[Any])
assert_type(articles.update_many([1], {"title": "x"}, fields=["id"], **options), BulkResult[Article])
assert_type(articles.update_many([1], {"title": "x"}, returning="keys", **options), BulkResult[Key])
assert_type(articles.update_many([1], {"title": "x"}, returning=None, **options), BulkResult[Any])
assert_type(articles.update_batch(new, **options), BulkResult[Article])
assert_type(articles.update_batch(new, returning="keys", **options), BulkResult[Key])
assert_type(articles.update_batch(new, returning=None), BulkResult[Any])
assert_type(articles.upsert_many(new, match_on="title", **options), BulkResult[Article])
assert_type(articles.upsert_many(new, "title", returning="keys", **options), BulkResult[Key])
assert_type(articles.upsert_many(new, returning=None), BulkResult[Any])
assert_type(articles.delete_many([1], returning=None, **options), BulkResult[Key])
file: FileOptions = {"columns": {"price": Decimal, "sold": date}, "encoding": "cp1252", "delimiter": ";", "dialect": "excel"}
assert_type(articles.create_many("a.csv", returning="keys", **file), BulkResult[Key])
assert_type(articles.update_batch(Path("a.csv"), **file), BulkResult[Article])
assert_type(articles.upsert_many(BytesIO(b"title\nx\n"), **file), BulkResult[Article])
drafts: dict[str, Any] = {"filter": {"status": {"_eq": "draft"}}}
assert_type(articles.update_by_query(drafts, {"title": "x"}, workers=2), BulkResult[Article])
assert_type(articles.update_by_query(drafts, {"title": "x"}, returning="keys"), BulkResult[Key])
assert_type(articles.update_by_query(drafts, {"title": "x"}, dry_run=True), BulkResult[Any])
assert_type(articles.delete_by_query(drafts, batch_size=2, on_error="collect"), BulkResult[Key])
assert_type(articles.update_many([1], {"title": "x"}).summary(), str)
articles.update_many([1])  # error
articles.update_many([1], {}, returning="ids")  # error
articles.create_many(new, on_error="ignore")  # error
articles.upsert_many(new, chunk_size=1)  # error
