"""Every handler is exported, has a page, unit tests and live tests."""

from __future__ import annotations

import ast
import contextlib
import inspect
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import directus_sdk
from directus_sdk import (
    ContentVersion,
    Directus,
    EndpointGroup,
    EndpointGroups,
    Handler,
    ItemsHandler,
    ReadHandler,
    SingletonHandler,
    handlers,
)
from directus_sdk.testing.mock import MockTransport
from tests.coverage import table

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(name for name, value in vars(EndpointGroups).items() if isinstance(value, EndpointGroup))


def inherited(handler: object, name: str) -> bool:
    """Whether a method is what every group has, and is tested with items and singletons."""
    own = getattr(type(handler), name)
    return any(getattr(base, name, None) is own for base in (ReadHandler, ItemsHandler, SingletonHandler))


def public(handler: object) -> list[str]:
    return [name for name in dir(type(handler)) if not name.startswith("_")]


def inner(path: str, handler: object) -> Iterator[tuple[str, object]]:
    """A handler and those that it holds, with the names by which they are reached."""
    yield path, handler
    for name in public(handler):
        descriptor = inspect.getattr_static(type(handler), name)
        if not inspect.isfunction(descriptor) and hasattr(descriptor, "__get__"):
            value = getattr(handler, name, None)
            if isinstance(value, Handler):
                yield from inner(f"{path}.{name}", value)


CLIENT = Directus("https://cms.example.com", transport=MockTransport([]))
ALL = [found for name in NAMES for found in inner(name, getattr(CLIENT, name))]
METHODS = sorted(
    f"{path}.{name}"
    for path, handler in ALL
    for name in public(handler)
    if callable(getattr(handler, name)) and not inherited(handler, name) and not isinstance(getattr(handler, name), Handler)
)
RECORDED = dict(table.recorded())


@cache
def texts(folder: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).glob("**/*.py")))


def called(folder: str, name: str) -> bool:
    """Whether the tests of a folder call a method of the client, by its whole name or from a handler of that name."""
    short = ".".join(name.split(".")[-2:])
    if name.startswith("realtime."):  # is known by the name of what it connects, too
        short = name.rpartition(".")[2]
    return re.search(rf"\b{re.escape(short)}\(", texts(folder)) is not None


def test_there_are_handlers() -> None:
    assert len(NAMES) >= 31
    assert "users.me.tfa.generate" in METHODS


@pytest.mark.parametrize(("path", "handler"), ALL, ids=[path for path, _ in ALL])
def test_it_is_exported(path: str, handler: object) -> None:
    name = type(handler).__name__
    assert name in directus_sdk.__all__
    assert getattr(directus_sdk, name) is getattr(handlers, name) is type(handler)


@pytest.mark.parametrize("name", NAMES)
def test_it_has_a_page(name: str) -> None:
    page = (ROOT / "docs" / "handlers" / f"{name}.md").read_text(encoding="utf-8")
    headings = [line for line in page.splitlines() if line.startswith("## ") and line != "## Good to know"]
    assert headings == ["## Example", "## Methods", "## Permissions and server versions"]
    index = (ROOT / "docs" / "handlers" / "index.md").read_text(encoding="utf-8")
    assert f"[`{name}`]({name}.md)" in index
    assert f"\n{name}\n" in index


@pytest.mark.parametrize("method", METHODS)
def test_each_method_stands_on_the_page(method: str) -> None:
    name, _, rest = method.partition(".")
    page = (ROOT / "docs" / "handlers" / f"{name}.md").read_text(encoding="utf-8")
    assert (
        re.search(rf"`{re.escape(rest.removeprefix('me.tfa.').removeprefix('me.tfa'))}\(", page)
        or f"`{rest}(" in page
        or ("tfa." in rest and f"`{rest.removeprefix('me.')}(" in page)
    )


@pytest.mark.parametrize("method", [*NAMES, *METHODS])
def test_it_has_a_unit_test(method: str) -> None:
    in_table = any(row.name.startswith(method) for row in table.endpoints())
    folders = ("tests/handlers", "tests/realtime", "tests/transfers")
    assert in_table or method == "realtime" or any(called(folder, method) for folder in folders)


@pytest.mark.parametrize("method", [name for name in METHODS if name not in RECORDED])
def test_it_has_a_live_test(method: str) -> None:
    assert called("tests/live", method)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in RECORDED])
def test_the_handler_is_used_live(name: str) -> None:
    assert re.search(rf"\b{name}[.,]", texts("tests/live"))


@pytest.mark.parametrize("name", [name for name in vars(ContentVersion) if not name.startswith("_")])
def test_versions_of_items_are_tested_live(name: str) -> None:
    assert re.search(rf"\bdraft\.{name}\(", texts("tests/live"))


GADGETS = """
from typing import TypeVar
from directus_sdk.handlers.items import ItemsHandler
T = TypeVar("T")
class GadgetsHandler(ItemsHandler[T]):
    collection = "directus_gadgets"
"""
LINE = """
    gadgets: EndpointGroup[GadgetsHandler[dict[str, object]]] = EndpointGroup("gadgets.GadgetsHandler")
"""
USE = """
import pickle, sys
import directus_sdk
from directus_sdk import Directus, handlers
from directus_sdk.testing.mock import MockTransport

assert "GadgetsHandler" in directus_sdk.__all__ and "GadgetsHandler" in dir(directus_sdk)
directus = Directus("https://cms.example.com", transport=MockTransport([[{"id": 1}]]))
assert "gadgets" in dir(directus)
assert "directus_sdk.handlers.items" not in sys.modules
assert directus.gadgets.read_many(limit=1) == [{"id": 1}]
assert directus.transport.path() == "/gadgets"
from directus_sdk import GadgetsHandler
assert GadgetsHandler is handlers.GadgetsHandler is type(directus.gadgets)
assert GadgetsHandler.__module__ == "directus_sdk.handlers.gadgets"
assert pickle.loads(pickle.dumps(Directus("https://cms.example.com"))).gadgets.collection == "directus_gadgets"
assert "directus_sdk.handlers.users" not in sys.modules
"""


def test_a_new_group_is_one_class_and_one_line(tmp_path: Path) -> None:
    package = tmp_path / "directus_sdk"
    shutil.copytree(ROOT / "directus_sdk", package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "handlers" / "gadgets.py").write_text(GADGETS, encoding="utf-8")
    table = package / "handlers" / "__init__.py"
    before, line, after = table.read_text(encoding="utf-8").partition("\n    graphql: ")
    table.write_text(before + LINE + line + after, encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", USE], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


class ArticlesHandler(ItemsHandler[dict[str, Any]]):
    collection = "articles"

    def publish(self, key: int) -> Any:
        return self._post("articles", key, "publish")


class MyDirectus(Directus):
    articles = EndpointGroup(ArticlesHandler)


def test_a_group_of_a_user_is_one_class_and_one_line() -> None:
    mock = MockTransport([[{"id": 1}], {"status": "published"}, [{"id": 2}]])
    directus = MyDirectus("https://cms.example.com", transport=mock)
    assert directus.articles.read_many(limit=1) == [{"id": 1}]
    assert directus.articles.publish(1) == {"status": "published"}
    assert [mock.path(0), mock.path(1)] == ["/items/articles", "/articles/1/publish"]
    assert directus.articles is directus.articles
    copy = directus.with_options(timeout=5)
    assert type(copy.articles) is ArticlesHandler
    assert copy.articles is not directus.articles
    assert type(pickle.loads(pickle.dumps(MyDirectus("https://cms.example.com"))).articles) is ArticlesHandler
    assert isinstance(MyDirectus.articles, EndpointGroup)


def test_type_checkers_see_the_names_that_exist_at_run_time() -> None:
    tree = ast.parse((ROOT / "directus_sdk" / "handlers" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imported = {
        alias.asname: node.module for node in ast.walk(block) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    del imported["_types"]
    assert imported.keys() == set(handlers.__all__)
    assert all(f"directus_sdk.handlers.{handlers._MODULES[name]}" == module for name, module in imported.items())


@pytest.mark.parametrize("name", NAMES)
def test_the_type_of_a_group_is_its_handler(name: str) -> None:
    hint = EndpointGroups.__annotations__[name]
    assert re.fullmatch(rf"EndpointGroup\[{vars(EndpointGroups)[name].handler.__name__}(\[_types\.\w+\])?\]", hint)


def test_what_is_only_recorded_exists() -> None:
    assert {name for name in RECORDED if name not in METHODS and name not in NAMES} == set()


QUERIES: list[Callable[[Directus, dict[str, Any]], Any]] = [
    lambda directus, query: directus.items("a").read_one(1, query=query),
    lambda directus, query: directus.items("a").read_by_query(query=query),
    lambda directus, query: directus.items("a").read_many(query=query),
    lambda directus, query: directus.items("a").read_all(query=query, page_size=10),
    lambda directus, query: list(directus.items("a").iterate(query=query)),
    lambda directus, query: directus.items("a").first(query=query),
    lambda directus, query: directus.items("a").aggregate({"count": "*"}, query=query),
    lambda directus, query: directus.items("a").create_one({}, query=query),
    lambda directus, query: directus.items("a").update_one(1, {}, query=query),
    lambda directus, query: directus.singleton("a").read(query=query),
    lambda directus, query: directus.singleton("a").update({}, query=query),
    lambda directus, query: directus.items("a").version(1, "draft").read(query=query),
    lambda directus, query: directus.users.me.read(query=query),
    lambda directus, query: directus.users.me(query=query),
    lambda directus, query: directus.roles.me(query=query),
    lambda directus, query: directus.collections.create_one({}, query=query),
    lambda directus, query: directus.fields.update_one("a", "b", {}, query=query),
    lambda directus, query: directus.extensions.registry.search(query=query),
    lambda directus, query: directus.deployments.read_many(query=query),
    lambda directus, query: directus.deployments.read_one("v", query=query),
    lambda directus, query: directus.deployments.create_one({}, query=query),
    lambda directus, query: directus.deployments.dashboard("v", query=query),
    lambda directus, query: directus.deployments.project("v", 1, query=query),
    lambda directus, query: directus.deployments.runs("v", 1, query=query),
    lambda directus, query: directus.deployments.run("v", 1, query=query),
    lambda directus, query: directus.deployments.run_stats("v", 1, query=query),
]


@pytest.mark.parametrize("call", QUERIES)
def test_a_query_by_keyword_is_the_query(call: Callable[[Directus, dict[str, Any]], Any]) -> None:
    mock = MockTransport(lambda request: [] if "/items/a" in request.url and request.url.endswith("/a") else {})
    directus = Directus("https://cms.example.com", transport=mock)
    with contextlib.suppress(TypeError):  # a list where one item is awaited
        call(directus, {"search": "found"})
    assert dict(mock.requests[0].params)["search"] == "found"
    assert all("query" not in dict(request.params) for request in mock.requests)
    sent = len(mock.requests)
    for wrong in (5, "search"):
        with pytest.raises(TypeError, match="query must be a mapping"):
            call(directus, wrong)  # type: ignore[arg-type]
    assert len(mock.requests) == sent


def test_a_query_and_keywords_are_one_query() -> None:
    mock = MockTransport(lambda request: [])
    items = Directus("https://cms.example.com", transport=mock).items("a")
    items.read_many({"search": "a"}, query={"limit": 1}, sort="id")
    assert mock.query() == {"search": "a", "limit": "1", "sort": "id"}
    items.read_many(query={"search": "a", "limit": None}, limit=5)
    assert mock.query() == {"search": "a", "limit": "5"}
    for call in (
        lambda: items.read_many({"search": "a"}, query={"search": "b"}),
        lambda: items.read_many(query={"search": "a"}, search="b"),
        lambda: CLIENT.extensions.registry.search({"search": "a"}, search="b"),
    ):
        with pytest.raises(TypeError, match="search is given twice"):
            call()


FIELDS: list[Callable[[Directus], Any]] = [
    lambda directus: directus.items("a").create_one({}, status="x"),
    lambda directus: directus.items("a").create_many([{}], status="x"),
    lambda directus: directus.items("a").update_one(1, {}, status="x"),
    lambda directus: directus.items("a").update_many([1], {}, status="x"),
    lambda directus: directus.items("a").update_batch([{"id": 1}], status="x"),
    lambda directus: directus.items("a").upsert_one({"id": 1}, status="x"),
    lambda directus: directus.items("a").upsert_many([{"id": 1}], status="x"),
    lambda directus: directus.singleton("a").update({}, status="x"),
    lambda directus: directus.users.create_one({}, status="x"),
    lambda directus: directus.users.me.update({}, status="x"),
    lambda directus: directus.collections.create_one({}, status="x"),
    lambda directus: directus.deployments.create_one({}, status="x"),
    lambda directus: directus.files.upload(b"x", status="x"),
    lambda directus: directus.files.replace("f", b"x", status="x"),
    lambda directus: directus.files.import_url("https://a.example/x", status="x"),
]


@pytest.mark.parametrize("call", FIELDS)
def test_a_field_among_the_keywords_of_a_write(call: Callable[[Directus], Any]) -> None:
    mock = MockTransport([])
    with pytest.raises(TypeError, match=r"'status'\. .* The fields of an item go into its mapping: {'status': …}") as caught:
        call(Directus("https://cms.example.com", transport=mock))
    assert "request()" not in str(caught.value)
    assert mock.requests == []
