from __future__ import annotations

from typing import Any, Union

import attrs
from typing_extensions import assert_type

from directus_sdk import (
    BulkResult,
    ContentVersion,
    Credentials,
    Directus,
    EndpointGroup,
    Handler,
    ItemsHandler,
    Key,
    Page,
    SchemaPlan,
    UsersHandler,
    types,
)


@attrs.define
class Article:
    id: int
    title: str


@attrs.define
class Person:
    email: str


def system_collections(directus: Directus) -> None:
    assert_type(directus.users.me.read(), types.User)
    assert_type(directus.users.me.read()["email"], Union[str, None])
    directus.users.me.read()["mail"]  # error
    assert_type(directus.users.read_one("u", fields=["id"]), types.User)
    assert_type(directus.files.read_many(limit=1), Page[types.File])
    assert_type(directus.roles.create_one({"name": "Editors"}), Union[types.Role, Any])
    assert_type(directus.users.me.update({"location": "Here"}), Union[types.User, Any])
    assert_type(directus.files.upload("a.png", fields=["id"])["id"], Union[str, Any])
    assert_type(directus.settings.read()["project_name"], str)
    assert_type(directus.collections.read_all(), Page[types.Collection])
    assert_type(directus.fields.read_one("articles", "title")["type"], str)
    assert_type([flow["status"] for flow in directus.flows.iterate()], list[str])


def models(directus: Directus) -> None:
    users = UsersHandler(directus, Person)
    assert_type(users.me.read(), Person)
    assert_type(users.read_one("u").email, str)
    assert_type(directus.items("articles", Article).version(1, "draft"), ContentVersion[Article])
    assert_type(directus.items("articles", Article).version(1, "draft").read().title, str)


class StatsHandler(Handler):
    def visits(self) -> int:
        return int(self._get("stats", "visits"))


class ArticlesHandler(ItemsHandler[Article]):
    collection = "articles"


class MyDirectus(Directus):
    stats = EndpointGroup(StatsHandler)
    articles = EndpointGroup(ArticlesHandler)


def groups_of_your_own(directus: MyDirectus) -> None:
    assert_type(directus.stats.visits(), int)
    assert_type(directus.articles.read_one(1), Article)
    assert_type(directus.with_options(timeout=5).stats, StatsHandler)
    directus.stats.vists()  # error


def read_only_groups(directus: Directus) -> None:
    assert_type(directus.revisions.read_one(1), types.Revision)
    directus.revisions.create_one({})  # error
    directus.revisions.delete_many([1])  # error
    directus.activity.update_one(1, {})  # error
    directus.settings.create_one({})  # error


def arguments(directus: Directus) -> None:
    assert_type(directus.server.ping(), str)
    assert_type(directus.utils.hash.verify("a", "b"), bool)
    assert_type(directus.schema.migrate(directus, directus), SchemaPlan)
    assert_type(directus.graphql.items("{ a }"), Any)
    directus.users.me.read(feilds=["id"])  # error
    directus.users.invites.send("a@example.com")  # error
    directus.utils.export("articles", "csv", limt=3)  # error
    directus.collections.update_one("a", {}, concurrent_index_creation=True)
    directus.flows.trigger("f", methd="POST")  # error


def data_model(directus: Directus) -> None:
    assert_type(directus.collections.read_many(fields=["collection"]), Page[types.Collection])
    assert_type(directus.collections.read_many(["a"], missing="raise"), Page[types.Collection])
    assert_type(directus.collections.create_many([{"collection": "a"}]), BulkResult[types.Collection])
    assert_type(directus.collections.update_many(["a"], {"meta": {}}, returning="keys"), BulkResult[Key])
    assert_type(directus.collections.update_many(["a"], {"meta": {}}, returning=None), BulkResult[Any])
    assert_type(directus.collections.delete_many(["a"]), BulkResult[Key])
    assert_type(directus.collections.create_one({"collection": "a"})["collection"], Union[str, Any])
    assert_type(directus.collections.first(filter={"collection": {"_eq": "a"}}), Union[types.Collection, None])
    assert_type(directus.collections.exists("a"), bool)
    assert_type(directus.fields.count("a", filter={"type": {"_eq": "string"}}), int)
    assert_type(directus.fields.create_many("a", [{"field": "b"}], batch_size=5, workers=2), BulkResult[types.Field])
    assert_type(directus.fields.update_many("a", ["b"], {"meta": {}}), BulkResult[types.Field])
    assert_type(directus.fields.update_many("a", [{"field": "b"}], returning="keys"), BulkResult[Key])
    assert_type(directus.relations.update_batch([{"collection": "a", "field": "b"}]), BulkResult[types.Relation])
    assert_type([field["type"] for field in directus.fields.iterate()], list[str])
    directus.collections.create_many([{"collection": "a"}], returning="rows")  # error
    directus.fields.count("a", fliter={})  # error


# `returning` decides the type for every handler with bulk methods, and writes of one item need no check for None.
def returning_of_users(directus: Directus, rows: list[dict[str, Any]]) -> None:
    users = directus.users
    assert_type(users.create_many(rows), BulkResult[types.User])
    assert_type(users.create_many(rows, returning="keys"), BulkResult[Key])
    assert_type(users.create_many(rows, returning=None), BulkResult[Any])
    assert_type(users.update_many(["u"], {"title": "x"}), BulkResult[types.User])
    assert_type(users.update_many(["u"], {"title": "x"}, returning="keys"), BulkResult[Key])
    assert_type(users.update_many(["u"], {"title": "x"}, returning=None), BulkResult[Any])
    assert_type(users.update_batch(rows, returning="keys"), BulkResult[Key])
    assert_type(users.upsert_many(rows, match_on="email"), BulkResult[types.User])
    assert_type(users.upsert_many(rows, match_on="email", returning="keys"), BulkResult[Key])
    assert_type(users.update_by_query(filter={"title": {"_null": True}}, data={"title": "x"}), BulkResult[types.User])
    assert_type(users.delete_many(["u"]), BulkResult[Key])
    assert_type(users.create_one({"email": "a@example.com"})["email"], Union[str, None, Any])
    assert_type(users.upsert_one({"email": "a@example.com"}, match_on="email"), Union[types.User, Any])
    assert_type(users.first(filter={"email": {"_eq": "a"}}), Union[types.User, None])
    assert_type(UsersHandler(directus, Person).create_many(rows), BulkResult[Person])
    users.first()["email"]  # error
    users.update_many(["u"], {"title": "x"}, returning="rows")  # error


def returning_of_files(directus: Directus, rows: list[dict[str, Any]]) -> None:
    files = directus.files
    assert_type(files.update_many(["f"], {"title": "x"}), BulkResult[types.File])
    assert_type(files.update_many(["f"], {"title": "x"}, returning="keys"), BulkResult[Key])
    assert_type(files.update_batch(rows, returning=None), BulkResult[Any])
    assert_type(files.upload_many(["a.png"], fields=["id"])[0]["id"], Union[str, Any])
    assert_type(files.import_url("https://example.com/a.png")["id"], Union[str, Any])
    assert_type(files.replace("f", b"x", filename="a.txt")["id"], Union[str, Any])
    assert_type(files.update_one("f", {"title": "x"})["id"], Union[str, Any])
    assert_type(files.read_many(limit=2)[:1], Page[types.File])


def returning_of_the_data_model(directus: Directus, rows: list[dict[str, Any]]) -> None:
    assert_type(directus.collections.update_batch(rows), BulkResult[types.Collection])
    assert_type(directus.collections.update_batch(rows, returning="keys"), BulkResult[Key])
    assert_type(directus.collections.create_many(rows, returning=None), BulkResult[Any])
    assert_type(directus.collections.update_one("a", {"meta": {}})["collection"], Union[str, Any])
    assert_type(directus.fields.create_many("a", rows, returning="keys"), BulkResult[Key])
    assert_type(directus.fields.update_batch("a", rows), BulkResult[types.Field])
    assert_type(directus.fields.create_one("a", {"field": "b"})["type"], Union[str, Any])
    assert_type(directus.fields.delete_many("a", ["b"], on_error="collect"), BulkResult[Key])
    assert_type(directus.relations.create_many(rows), BulkResult[types.Relation])
    assert_type(directus.relations.update_many("a", ["b"], {"meta": {}}, returning=None), BulkResult[Any])
    assert_type(directus.relations.create_one({"collection": "a"})["field"], Union[str, Any])
    assert_type(directus.relations.first("a"), Union[types.Relation, None])
    assert_type(directus.fields.read_many("a")[:2], Page[types.Field])


def singletons(directus: Directus) -> None:
    assert_type(directus.singleton("globals").read(query={"fields": ["title"]})["title"], Any)
    assert_type(directus.singleton("globals", Article).update({"title": "x"}, query={"fields": ["title"]}), Union[Article, Any])
    assert_type(directus.singleton("globals", Article).update({"title": "x"}).title, Union[str, Any])
    assert_type(directus.settings.update({"project_name": "x"})["project_name"], Union[str, Any])
    directus.singleton("globals", Article).read().titel  # error


def slices(directus: Directus) -> None:
    page = directus.items("articles", Article).read_many()
    assert_type(page[:5], Page[Article])
    assert_type(page[::2][-1].title, str)
    assert_type(page[:5].meta.total_count, Union[int, None])
    assert_type(directus.items("articles", Article).create_many([])[:5], BulkResult[Article])


def clients(url: str) -> None:
    client = Directus(url, email="a@example.com", password="p", timeout=5, headers={"X-A": "b"}, params={"lang": "en"})
    assert_type(client.auth.login({"email": "a@example.com", "password": "p"}), Credentials)
    assert_type(client.auth.login(), Credentials)
    assert_type(client.auth.static("t"), None)
    assert_type(Directus.from_env(dotenv=True, timeout=5), Directus)
    assert_type(Directus.from_env(anonymous=True), Directus)
    assert_type(MyDirectus.from_env(dotenv="prod.env"), MyDirectus)
    assert_type(client.flows.trigger("f", {"a": 1}), Any)
    Directus.from_env(dotnev=True)  # error
    Directus(url, email=5)  # error
