from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypedDict

import attrs
from typing_extensions import assert_type

from directus_sdk import BulkResult, Credentials, Directus, Key, LoginAuth, Page
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
assert_type(articles.create_one({"title": "x"}), "Article | None")
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
