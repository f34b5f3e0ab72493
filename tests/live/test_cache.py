"""A server with a cache: what is read may be old, what decides a write is not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from dogpile.cache import make_region

from directus_sdk import DecodeError, Directus, Event, NotFound, Request, RequestsTransport, Response, Transport
from directus_sdk.contrib.cache import CachedTransport
from directus_sdk.testing import DirectusServer
from tests.live.conftest import DATABASE, KEY, VERSION
from tests.live.shop import Shop, shop_of

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    with DirectusServer(VERSION, DATABASE, env={"CACHE_ENABLED": "true"}) as server:
        yield server


@pytest.fixture(params=["server", "server and client"])
def directus(server: DirectusServer, request: pytest.FixtureRequest) -> Iterator[Directus]:
    """Through the cache of the server alone, and through a `CachedTransport` as well."""
    transport: Transport = RequestsTransport()
    if request.param == "server and client":
        transport = CachedTransport(transport, make_region().configure("dogpile.cache.memory"), ttl=600)
    with server.directus(transport=transport) as directus:
        directus.utils.cache.clear()  # each test runs twice on this server
        yield directus


@pytest.fixture
def shop(directus: Directus) -> Iterator[Shop]:
    with shop_of(directus) as shop:
        yield shop


def test_a_selection_is_what_matches_now(shop: Shop) -> None:
    items = shop.items()
    items.create_many([{"name": "draft"}, {"name": "draft"}, {"name": "other"}])
    drafts = {"filter": {"name": {"_eq": "draft"}}}
    assert items.read_many(drafts, fields=["id"]) == [{"id": 1}, {"id": 2}]
    assert items.delete_by_query(drafts, dry_run=True) == [1, 2]
    items.update_many([1, 2], {"name": "published"})
    assert items.read_many(drafts, fields=["id"]) == [{"id": 1}, {"id": 2}]  # the server's cache
    assert items.update_by_query(drafts, {"n": 1}) == []
    assert items.delete_by_query(drafts) == []
    assert len(items.read_many([1, 2, 3])) == 3


def test_what_is_there_is_known(shop: Shop) -> None:
    items = shop.items("string")
    assert not items.exists("a")
    assert items.upsert_one({"id": "a", "n": 1})["n"] == 1
    assert items.exists("a")
    assert items.upsert_one({"id": "a", "n": 2})["n"] == 2
    items.delete_one("a")
    assert not items.exists("a")
    with pytest.raises(NotFound, match="nothing was changed"):
        items.update_one("a", {"n": 3}, must_exist=True)


def test_an_upsert_and_a_sync_double_nothing(shop: Shop) -> None:
    items = shop.items()
    rows = [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}]
    for number in (1, 2):
        assert items.upsert_one({"sku": "one", "n": number}, "sku")["n"] == number
    for _ in range(2):
        assert items.upsert_many(rows, "sku").count == 2
    assert str(items.sync(rows, match_on="sku")) == "+0 ~0 -0 =2"
    items.update_many([2, 3], {"n": 0})
    assert str(items.sync(rows, match_on="sku")) == "+0 ~2 -0 =0"
    assert str(items.sync(rows, match_on="sku", delete_missing=True)) == "+0 ~2 -1 =0"
    assert items.count({"sku": {"_nnull": True}}) == 3


def test_a_version_is_made_once_and_promoted_as_it_is(directus: Directus, server: DirectusServer) -> None:
    if server.version.startswith("9."):
        pytest.skip("before 10.7 there are no versions")
    meta = {"versioning": True}
    fields = [KEY, {"field": "title", "type": "string", "schema": {}, "meta": {}}]
    directus.collections.create_one({"collection": "pages", "meta": meta, "schema": {}, "fields": fields})
    pages = directus.items("pages")
    pages.create_one({"title": "a"})
    for title in ("b", "c"):  # a handler of its own each time, as two processes have
        pages.version(1, "draft").save({"title": title})
        pages.version(1, "null").save({"title": title})
        pages.version(1, "draft").promote()
        pages.update_one(1, {"title": "between"})
    pages.version(1, "draft").promote()
    assert pages.read_one(1)["title"] == "c"
    directus.collections.delete_one("pages")


def test_the_data_model_is_the_present_one(directus: Directus, shop: Shop) -> None:
    name = shop.name("integer")
    for note in ("a", "b"):
        wanted = directus.schema.snapshot()
        directus.collections.update_one(name, {"meta": {"note": note}})
        assert note in directus.schema.migrate(wanted, directus).text


#: What a server reads in a filter as nothing, a truth value, a moment or a user.
WORDS = ["null", "NULL", "true", "false", "$NOW", "$NOW(-1 day)", "$NOWHERE", "$CURRENT_USER", "$CURRENT_ROLES.x"]
PLAIN = ["Null", "undefined", "None", "01", "1", "a,b", " x", "", "truth", "nul", "falsely", "$FOLLOW(a,b)", "\t"]


def test_keys_are_found_whatever_they_say(shop: Shop) -> None:
    items = shop.items("string")
    wanted = [*WORDS, *(key for key in PLAIN if key)]
    items.create_many([{"id": key} for key in wanted], returning=None)
    assert [row["id"] for row in items.read_many(wanted, missing="raise")] == wanted
    for key in wanted:
        assert items.exists(key)
        assert [row["id"] for row in items.read_many([key])] == [key]
        assert items.read_one(key)["id"] == key
        assert items.update_one(key, {"n": 1}, must_exist=True)["n"] == 1
        assert items.upsert_one({"id": key, "n": 2})["n"] == 2
    assert items.upsert_many([{"id": key, "n": 3} for key in wanted], returning="keys") == wanted
    assert str(items.sync([{"id": key, "n": 3} for key in wanted])) == f"+0 ~0 -0 ={len(wanted)}"
    assert items.count() == len(wanted)


@pytest.mark.parametrize("there", [[], WORDS])
def test_values_are_found_whatever_they_say(shop: Shop, there: list[str]) -> None:
    """Neither doubled, nor taken for another item's: on SQLite true is 1."""
    items = shop.items()
    items.create_many([{"sku": sku} for sku in ("1", "0", *there)], returning=None)
    wanted = [*WORDS, *(value for value in PLAIN if value != "1")]
    for sku in wanted:
        assert [items.upsert_one({"sku": sku, "n": number}, "sku")["n"] for number in (1, 2)] == [1, 2]
    assert items.upsert_many([{"sku": sku, "n": 3} for sku in wanted], "sku").count == len(wanted)
    rows = [{"sku": sku, "n": 3} for sku in wanted]
    assert str(items.sync(rows, match_on="sku")) == f"+0 ~0 -0 ={len(wanted)}"
    assert str(items.sync(rows, match_on="sku", delete_missing=True)) == f"+0 ~0 -2 ={len(wanted)}"
    assert {row["sku"]: row["n"] for row in items.read_all()} == {"1": None, "0": None, **dict.fromkeys(wanted, 3)}


def test_a_checkpoint_sees_what_has_arrived_whatever_it_says(server: DirectusServer, shop: Shop, tmp_path: Path) -> None:
    items = shop.items()
    rows = [{"sku": sku} for sku in WORDS]

    def stop(event: Event) -> None:
        if event.kind == "response" and event.request.method == "POST":
            raise KeyboardInterrupt

    with server.directus() as other:
        other.on_event(stop)
        with pytest.raises(KeyboardInterrupt):
            other.items(shop.name("integer")).create_many(rows, checkpoint=tmp_path / "rows", match_on="sku", batch_size=4)
    items.create_many(rows, checkpoint=tmp_path / "rows", match_on="sku", batch_size=4)
    assert sorted(row["sku"] for row in items.read_all(fields=["sku"])) == sorted(WORDS)


def test_a_key_of_another_type_is_not_there(shop: Shop) -> None:
    for kind, there in (("integer", 1), ("uuid", "11111111-1111-4111-8111-111111111111")):
        items = shop.items(kind)
        items.create_one({"id": there})
        for key in ("abc", "null", 7, -7, "22222222-2222-4222-8222-222222222222", 1.5):
            assert not items.exists(key)
            assert [row["id"] for row in items.read_many([key, there, "x"])] == [there]
    assert [row["id"] for row in shop.items().read_many(["01", "1", 1.0], missing="raise")] == [1, 1, 1]
    with pytest.raises(ValueError, match="n is not a field of strings"):
        shop.items().upsert_one({"n": "null"}, "n")


def test_folders_are_made_once_whatever_their_names_say(directus: Directus) -> None:
    top = f"press {uuid.uuid4()}"
    for path in (f"{top}/2026", f"{top}/null/true/$NOW", "null"):
        files = [directus.files.upload(b"x", filename="x.txt", folder=path, create_folders=True) for _ in range(3)]
        assert len({file["folder"] for file in files if file}) == 1
    # Made by another client after this one has looked.
    with pytest.raises(NotFound):
        directus.files.upload(b"x", filename="x.txt", folder=f"{top}/other")
    parent = directus.folders.first(filter={"name": {"_eq": top}})
    assert parent
    made = directus.folders.create_one({"name": "other", "parent": parent["id"]})
    assert made
    found = directus.files.upload(b"x", filename="x.txt", folder=f"{top}/other", create_folders=True)
    assert found
    assert found["folder"] == made["id"]


def test_a_replaced_file_keeps_the_name_that_it_has_now(directus: Directus) -> None:
    file = directus.files.upload(b"old", filename="old.txt")
    assert file
    directus.files.replace(file["id"], b"newer")
    directus.files.update_one(file["id"], {"filename_download": "renamed.txt"})
    replaced = directus.files.replace(file["id"], b"newest")
    assert replaced
    assert replaced["filename_download"] == "renamed.txt"


class WithoutBodies(RequestsTransport):
    """A proxy that lets SEARCH pass and drops its body: a server returns its first items then."""

    def send(self, request: Request) -> Response:
        return super().send(attrs.evolve(request, body=None) if request.method == "SEARCH" else request)


def test_what_was_not_asked_for_is_no_result(server: DirectusServer, shop: Shop) -> None:
    shop.items().create_many([{"sku": sku, "n": 0} for sku in "abcd"], returning=None)
    with Directus(server.url, token=server.admin_token, transport=WithoutBodies()) as directus:
        items = directus.items(shop.name("integer"))
        assert items.delete_by_query({"filter": {"sku": {"_eq": "c"}}, "limit": 1}) == [3]
        assert items.delete_by_query({"filter": {"sku": {"_eq": "x"}}, "limit": 3}) == []
        assert [row["id"] for row in items.read_many([4, 3, 1])] == [4, 1]
        assert items.upsert_one({"sku": "b", "n": 1}, "sku")["id"] == 2
        assert directus.users.delete_by_query({"filter": {"email": {"_eq": "nobody@example.com"}}, "limit": 1}) == []
        assert directus.shares.delete_by_query({"filter": {"name": {"_eq": "x"}}}) == []
        assert [found["collection"] for found in directus.collections.read_many([items.collection])] == [items.collection]
        with pytest.raises(DecodeError, match="drops the body"):
            items.read_many(filter={"sku": {"_in": ["x" * 20] * 500}})
    assert shop.items().count() == 3


def test_a_value_is_found_in_fields_of_other_types(directus: Directus) -> None:
    fields = [KEY, *({"field": name, "type": name, "schema": {}, "meta": {}} for name in ("csv", "integer", "boolean"))]
    fields[1]["meta"] = {"special": ["cast-csv"]}
    directus.collections.create_one({"collection": "typed", "schema": {}, "fields": fields})
    items = directus.items("typed")
    values = [("csv", "a,b"), ("csv", "null"), ("boolean", True), ("boolean", False)]
    if DATABASE != "postgres":  # PostgreSQL refuses it
        values += [("integer", True), ("integer", False)]
    for _ in range(2):
        for name, value in values:
            items.upsert_one({name: value}, name)
            items.upsert_many([{name: value}], name)
    assert len(items.read_all(fields=["id"])) == len(values)
    directus.collections.delete_one("typed")


def test_users_and_roles_are_found_by_their_keys(directus: Directus) -> None:
    """Their SEARCH takes no notice of keys."""
    role = directus.roles.create_one({"name": "Writers"})
    users = [directus.users.create_one({"email": f"{name}@example.com", "role": role and role["id"]}) for name in "abc"]
    keys = [user["id"] for user in users if user]
    nobody = str(uuid.uuid4())
    assert [user["id"] for user in directus.users.read_many([keys[2], nobody, "null", "x", keys[0]])] == [keys[2], keys[0]]
    assert [directus.users.exists(key) for key in (keys[1], nobody, "null", "x", 7)] == [True, False, False, False, False]
    found = directus.users.upsert_one({"id": keys[2], "title": "editor"})
    assert found
    assert (found["email"], found["title"]) == ("c@example.com", "editor")
    assert str(directus.users.sync([{"id": keys[1], "title": "editor"}])) == "+0 ~1 -0 =0"
    with pytest.raises(NotFound, match="nothing was changed"):
        directus.users.update_one(nobody, {"title": "x"}, must_exist=True)
    assert role
    assert directus.roles.exists(role["id"])
    assert not directus.roles.exists(nobody)
    revisions = directus.revisions.read_many(limit=3, sort="-id", fields=["id"])
    assert [found["id"] for found in directus.revisions.read_many([row["id"] for row in revisions])] == [
        row["id"] for row in revisions
    ]
    directus.users.delete_many(keys)
    assert not directus.users.exists(keys[0])
    directus.roles.delete_one(role["id"])


class WithoutSearch(RequestsTransport):
    """A proxy that knows no SEARCH."""

    def send(self, request: Request) -> Response:
        return Response(405, {"Content-Type": "text/html"}, b"no") if request.method == "SEARCH" else super().send(request)


def test_a_key_of_another_type_is_not_there_without_search_either(server: DirectusServer, shop: Shop) -> None:
    for kind, there in (("integer", 1), ("uuid", "11111111-1111-4111-8111-111111111111")):
        shop.items(kind).create_one({"id": there})
        with Directus(server.url, token=server.admin_token, transport=WithoutSearch()) as directus:
            items = directus.items(shop.name(kind))
            for key in ("abc", "null", "$NOW", "22222222-2222-4222-8222-222222222222", 7):
                assert not items.exists(key)
                assert [row["id"] for row in items.read_many([key, there])] == [there]
