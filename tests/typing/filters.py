from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from directus_sdk import Directus, Filter, Operators


class Status(Enum):
    DRAFT = "draft"


def operators_are_known(directus: Directus, keys: list[int], field: str) -> None:
    articles = directus.items("articles")
    articles.read_many(filter={"status": {"_eq": "published"}})
    articles.read_many(filter={"status": {"_equals": 1}})  # error
    articles.read_many(filter={"status": {"_eqq": "published"}})  # error
    articles.read_many(filter={"status": {"_equals": [1]}})  # error
    articles.read_many(filter={"author": {"name": {"_equals": "Ada"}}})  # error
    articles.read_many(filter={"_or": [{"status": {"_equals": 1}}]})  # error
    articles.read_many(filter={"status": {"_null": 1.5}})  # error
    articles.read_many(filter={"id": {"_in": 5}})  # error
    articles.read_all(filter={"id": {"_in": keys}, "year(date)": {"_between": [2023, 2024]}})
    articles.first(filter={field: {"_gt": datetime.now(timezone.utc)}})
    articles.iterate(filter={"price": {"_lte": Decimal("1.5")}, "owner": {"_eq": UUID(int=1)}, "status": Status.DRAFT})
    articles.read_many(filter={"status": "published", "date": date(2024, 1, 1), "featured": True})
    articles.read_many(filter={"_and": [{"status": {"_eq": "a"}}, {"_or": [{"id": {"_eq": key}} for key in keys]}]})
    articles.read_many(filter={"author": {"name": {"_contains": "Ada"}, "_or": [{"id": {"_null": True}}]}})
    articles.read_many(filter={"comments": {"_some": {"text": {"_nempty": True}}}})
    articles.read_many(filter={"blocks": {"item:headings": {"text": {"_eq": "Hello"}}}})
    articles.read_many(filter={"details": {"_json": {"color": {"_eq": "red"}}}})
    articles.sync([], filter={"status": {"_equals": 1}})  # error


def filters_that_are_built(directus: Directus, name: str) -> None:
    articles = directus.items("articles")
    where: Filter = {"status": {"_eq": "published"}}
    articles.read_many(filter=where)
    articles.count(where)
    parts: list[Filter] = [where]
    parts.append({"author": {"name": {"_eq": name}}})
    articles.read_many(filter={"_and": parts})
    later: Operators = {"_gt": date(2024, 1, 1)}
    articles.read_many(filter={"date": later})
    # Such a filter is checked at run time only.
    anything: dict[str, Any] = {"status": {"_later": 1}}
    articles.read_many(filter=anything)
    articles.read_many(filter={"_and": [anything, where]})
    articles.read_many({"filter": {"status": {"_later": 1}}, "limit": 5})


def clients_are_no_containers(directus: Directus) -> None:
    directus["articles"]  # error
    for _ in directus.items("articles"):  # error
        pass
    len(directus.users)  # error
    directus.token = "t"  # error
    directus.items("articles").create_one(title="x")  # error
