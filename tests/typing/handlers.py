from __future__ import annotations

from typing import Any, Union

import attrs
from typing_extensions import assert_type

from directus_sdk import (
    BulkResult,
    ContentVersion,
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
