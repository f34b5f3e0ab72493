"""Attributes that other clients have: what to write instead, and nothing else changes."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from directus_sdk import Auth, Directus, EndpointGroup, LoginAuth, Request, Response, Transport
from directus_sdk.errors.foreign_names import TABLE
from directus_sdk.errors.hints import UnknownAttribute
from directus_sdk.handlers.base import Handler
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.testing import MockTransport
from directus_sdk.writing.plan import Plan

URL = "https://cms.example.com"
JAVASCRIPT = [Path(__file__).parents[2] / "docs" / f"javascript-{name}.md" for name in ("commands", "system")]
COMMANDS = re.findall(
    r"^\| `(\w+)\(.*?\)`.* \| `(directus\.[^`]*)`",
    "".join(page.read_text("utf-8").partition("## The commands of")[2] for page in JAVASCRIPT),
    re.MULTILINE,
)
#: Where the hint is a better method than that of the table, or a name only.
OTHER = {"createFile", "createFiles", "withToken", "withOptions"}


@pytest.fixture
def directus() -> Directus:
    return Directus(URL, token="t", transport=MockTransport())


HINTS = [
    # the JavaScript SDKs
    ("directus.readItems", "write directus.items('articles').read_many("),
    ("directus.createItem", "write directus.items('articles').create_one(data)"),
    ("directus.updateItemsBatch", "write directus.items('articles').update_batch(rows)"),
    ("directus.readUsers", "write directus.users.read_many("),
    ("directus.updatePolicy", "write directus.policies.update_one(key, data)"),
    ("directus.getToken", "write directus.auth.token"),
    ("directus.setToken", "write directus.auth.static(token)"),
    ("directus.readMe", "write directus.users.me.read()"),
    ("directus.login", "write directus.auth.login(email, password)"),
    ("directus.transport.get", "write directus.request('GET', path, params=...)"),
    ("directus.transport.post", "write directus.request('POST', path, json=...)"),
    ("directus.transport.patch", "write directus.request('PATCH', path, json=...)"),
    ("directus.transport.delete", "write directus.request('DELETE', path"),
    ("directus.transport.request", "write directus.request(method, path)"),
    ("directus.auth.getToken", "write directus.auth.token"),
    ("directus.auth.signed", "did you mean signed_in?"),
    ("articles.readByQuery", "write read_by_query(query)"),
    ("articles.readMany", "write read_many(filter=..., limit=...)"),
    ("articles.deleteByQuery", "write delete_by_query(filter=...)"),
    ("directus.settings.read_one", "write read()"),
    ("directus.settings.read_many", "write read()"),
    ("directus.settings.readByQuery", "write read()"),
    ("directus.singleton('globals').update_one", "write update(data)"),
    # other Python clients
    ("directus.get_items", "write directus.items('articles').read_many("),
    ("directus.get_item", "write directus.items('articles').read_one(key)"),
    ("directus.create_items", "write directus.items('articles').create_many(rows)"),
    ("directus.delete_item", "write directus.items('articles').delete_one(key)"),
    ("directus.get_users", "write directus.users.read_many("),
    ("directus.get_user", "write directus.users.read_one(key)"),
    ("directus.get_me", "write directus.users.me.read()"),
    ("directus.get_collections", "write directus.collections.read_all()"),
    ("directus.get_fields", "write directus.fields.read_all()"),
    ("directus.upload_file", "write directus.files.upload(file)"),
    ("directus.download_file", "write directus.assets.download("),
    ("directus.collection", "write directus.items('articles')"),
    ("directus.get", "write directus.request('GET', path"),
    ("directus.post", "write directus.request('POST', path"),
    ("directus.files.upload_file", "write upload(file)"),
    ("directus.files.download", "write directus.assets.download("),
    ("articles.get_items", "write read_many("),
    ("articles.create_item", "write create_one(data)"),
    ("articles.find_many", "write read_many("),
    ("articles.get_all", "write read_all("),
    ("articles.remove_one", "write delete_one(key)"),
    # Django, SQL and pandas
    ("articles.filter", "write read_many(filter={'status': {'_eq': 'published'}})"),
    ("articles.all", "write read_all()"),
    ("articles.get", "write read_one(key), or first(filter=...)"),
    ("articles.create", "write create_one(data), or create_many(rows)"),
    ("articles.pages", "write iterate(), or read_all()"),
    ("articles.read_csv", "write create_many('articles.csv')"),
    ("articles.singleton", "write directus.singleton('globals').read()"),
    ("directus.assets.get", "write read(key)"),
    ("directus.assets.save", "write download(key, to=path)"),
    ("articles.delete", "write delete_one(key)"),
    ("articles.update", "write update_one(key, data)"),
    ("articles.order_by", "write read_many(sort=['-date'])"),
    ("articles.exclude", "'_neq'"),
    ("articles.values_list", "write read_many(fields="),
    ("articles.last", "write first(sort='-id')"),
    ("articles.bulk_create", "write create_many(rows)"),
    ("articles.update_or_create", "write upsert_one(data, match_on='slug')"),
    ("articles.select", "write read_many(fields="),
    ("articles.where", "write read_many(filter="),
    ("articles.limit", "write read_many(limit=10)"),
    ("articles.group_by", "write aggregate("),
    ("articles.insert", "write create_one(data), or create_many(rows)"),
    ("articles.to_pandas", "write read_frame("),
    # collections, and misspelt names
    ("directus.articles", "for the items of a collection write directus.items('articles')"),
    ("directus.user", "write directus.users"),
    ("directus.headers", "write Directus(url, headers=...), or directus.with_options(headers=...)"),
    ("directus.role", "did you mean directus.roles?"),
    ("directus.users.get_user", "write read_one(key)"),
    ("directus.users.get_me", "write me.read()"),
    ("directus.server.get_info", "write info"),
    ("directus.graphql.query", "write items(query)"),
    ("directus.flows.run", "write trigger(flow, data)"),
    ("directus.files.create", "write upload(file)"),
    ("directus.collections.upsert_many", "write exists(...), then create_one(...) or update_one(...)"),
    ("directus.collections.getOrCreate", "write exists(...), then create_one(...)"),
    ("directus.fields.aggregate", "write count(), or read_all()"),
    ("directus.extensions.readMany", "write read_all()"),
    ("directus.users.login", "write directus.auth.login(email, password)"),
    ("directus.items('a').one", "write read_one(key), or first(filter=...)"),
    ("directus.itmes", "did you mean directus.items?"),
    ("articles.read_mny", "did you mean read_many?"),
    # handlers with fewer methods, and with other arguments
    ("directus.activity.create_one", "only the server writes these items; read them with read_many(filter=...)"),
    ("directus.revisions.deleteMany", "only the server writes these items"),
    ("directus.fields.delete_by_query", "write delete_many(collection, names)"),
    ("directus.fields.createField", "write create_one(collection, item)"),
    ("directus.relations.delete", "write delete_one(collection, field)"),
    ("directus.collections.readByQuery", "write read_many(filter=..., limit=...)"),
]


@pytest.mark.parametrize(("code", "words"), HINTS, ids=[code for code, _ in HINTS])
def test_a_name_of_another_client_says_what_to_write(code: str, words: str, directus: Directus) -> None:
    with pytest.raises(UnknownAttribute) as caught:
        eval(code, {"directus": directus, "articles": directus.items("articles")})
    assert words in str(caught.value)
    assert isinstance(caught.value, AttributeError)
    assert caught.value.name == code.rpartition(".")[2]
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(("command", "python"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_each_command_of_the_composable_sdk_names_its_method(command: str, python: str, directus: Directus) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(directus, command)
    method = re.match(r"directus(\.(items|singleton)\(\w+\))?[.\w]+", python)
    assert method
    collection = "globals" if "singleton" in python else "articles"
    assert command in OTHER or method[0].replace("(collection)", f"({collection!r})") in str(caught.value)


def test_the_commands_of_the_table_are_all_tested() -> None:
    assert len(COMMANDS) > 200


def resolved(directus: Directus, owner: object, code: str) -> object:
    """Follow the attributes that a hint names."""
    found: object = owner
    for part in re.findall(r"(\w+)(\('[a-z]+'\))?\.?", re.match(r"[\w.]+(\('[a-z]+'\)[\w.]*)?", code)[0]):  # type: ignore[index]
        if part[0] in ("directus", "Directus") and found is owner:
            found = directus
            continue
        found = getattr(found, part[0])
        if part[1]:
            assert callable(found)
            found = found(part[1][2:-2])
    return found


@pytest.mark.parametrize("kind", TABLE)
def test_what_a_hint_says_exists_and_what_it_replaces_does_not(kind: str, directus: Directus) -> None:
    owners = {
        "Directus": directus, "Transport": directus.transport, "Auth": LoginAuth(), "SingletonHandler": directus.settings,
        "DataModelHandler": directus.fields, "FilesHandler": directus.files, "AssetsHandler": directus.assets,
        "UsersHandler": directus.users, "GraphQLHandler": directus.graphql, "FlowsHandler": directus.flows,
        "BulkItemsHandler": directus.items("articles"), "ReadHandler": directus.items("articles"),
        "RealtimeHandler": directus.realtime, "RevisionsHandler": directus.revisions, "SchemaHandler": directus.schema,
        "ServerHandler": directus.server, "UtilsHandler": directus.utils, "NotificationsHandler": directus.notifications,
        "ExtensionsHandler": directus.extensions, "Plan": object.__new__(Plan),
    }  # fmt: skip
    owner = owners[kind]
    assert kind in [parent.__name__ for parent in type(owner).__mro__]
    for name, instead in TABLE[kind].items():
        assert not hasattr(owner, name), name
        if not instead.startswith(("nothing", "directus, which", "Directus(")):
            for code in re.split(r", or (?=[\w.]+\()| and (?=\w+\()", instead.replace(" of directus.items('articles')", "")):
                assert resolved(directus, owner, code) is not None


# ------------------------------------------------------------------ nothing else changes
def test_names_that_are_not_public_have_no_hint(directus: Directus) -> None:
    for thing in (directus, directus.items("a"), directus.transport, directus.auth, directus.users.tfa):
        for name in ("_repr_latex_", "_ipython_display_", "_ipython_canary_method_should_not_exist_", "__wrapped__"):
            assert not hasattr(thing, name)
            with pytest.raises(AttributeError, match=f"object has no attribute '{name}'") as caught:
                getattr(thing, name)
            assert type(caught.value) is AttributeError
        assert getattr(thing, "filter_", None) is None
        assert getattr(thing, "readByQuery_", "default") == "default"
        assert not hasattr(thing, "no_such_thing")
        assert "readItems" not in dir(thing)


def test_copies_and_pickles_are_unaffected(directus: Directus) -> None:
    assert copy.copy(directus).url == copy.deepcopy(directus).url == URL
    login = Directus(URL, transport=Stateless())
    again = pickle.loads(pickle.dumps(login))
    assert again.url == URL
    articles = pickle.loads(pickle.dumps(login.items("articles")))
    assert articles.collection == copy.copy(login.items("articles")).collection == "articles"


class Stateless(Transport):
    def send(self, request: Request) -> Response:
        return Response(200, {}, b"")


def test_an_object_without_its_state_has_no_endless_recursion() -> None:
    for kind in (Directus, ItemsHandler, LoginAuth, MockTransport):
        empty = object.__new__(kind)
        with pytest.raises(AttributeError):
            empty._pipeline  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match="_pipeline"):
        object.__new__(Directus).url  # noqa: B018


def test_an_error_inside_a_property_is_its_own() -> None:
    class Broken(Handler):
        @property
        def value(self) -> object:
            return {}.no_such_method  # type: ignore[attr-defined]

    class Client(Directus):
        broken = EndpointGroup(Broken)
        worse = EndpointGroup(lambda client: client.broken.value)

    for read in (lambda: Client(URL).broken.value, lambda: Client(URL).worse):
        with pytest.raises(AttributeError, match="'dict' object has no attribute 'no_such_method'"):
            read()


def test_mocks_and_specs_are_unaffected(directus: Directus) -> None:
    for spec in (Directus, directus):
        double: Any = mock.create_autospec(spec)
        double.items("articles").read_many()
        with pytest.raises(AttributeError):
            double.readItems  # noqa: B018
        assert mock.Mock(spec=spec).request("GET", "/x") is not None
    with mock.patch.object(directus, "request", return_value=1):
        assert directus.request("GET", "/x") == 1
    with pytest.raises(AttributeError, match="does not have the attribute"), mock.patch.object(directus, "readItems"):
        pass
    with mock.patch.object(ItemsHandler, "read_many", autospec=True, return_value=[]):
        assert directus.items("a").read_many() == []


def test_a_class_of_the_users_own_may_answer_every_name() -> None:
    class Dynamic(Directus):
        def __getattr__(self, name: str) -> object:
            if name.startswith("_"):
                raise AttributeError(name)
            return self.items(name)

    assert Dynamic(URL).articles.collection == "articles"  # type: ignore[attr-defined]

    class OwnAuth(Auth):
        token = None

        def authorize(self, request: Request) -> Request:
            return request

    with pytest.raises(UnknownAttribute, match=r"auth\.token"):
        OwnAuth().getToken  # type: ignore[attr-defined]  # noqa: B018


def test_signatures_and_help_are_unaffected(directus: Directus) -> None:
    assert "filter" in str(inspect.signature(directus.items("a").count))
    assert inspect.getattr_static(directus, "readItems", None) is None
    assert not inspect.isabstract(directus)


def test_tfa_enable_with_one_argument_says_both_steps() -> None:
    double = MockTransport()
    with pytest.raises(TypeError, match=r"first generate\(password\), then enable\(secret, otp\)"):
        Directus(URL, token="t", transport=double).users.me.tfa.enable("pa55word")
    assert double.requests == []
