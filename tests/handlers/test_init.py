"""Every handler is exported, has a page, unit tests and live tests."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import directus_sdk
from directus_sdk import ContentVersion, Directus, ItemsHandler, ReadHandler, SingletonHandler, handlers
from directus_sdk.handlers.base import Handler
from directus_sdk.handlers.lazy import lazy
from directus_sdk.testing.mock import MockTransport
from tests.coverage import table

ROOT = Path(__file__).parent.parent.parent
NAMES = sorted(name for name, value in vars(Directus).items() if isinstance(value, lazy))


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
    assert [line for line in page.splitlines() if line.startswith("## ")][-4:] == [
        "## Methods",
        "## Examples",
        "## Permissions",
        "## Server versions",
    ]
    index = (ROOT / "docs" / "handlers" / "index.md").read_text(encoding="utf-8")
    assert f"[`directus.{name}`]({name}.md)" in index
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
    assert in_table or called("tests/handlers", method) or called("tests/realtime", method) or method == "realtime"


@pytest.mark.parametrize("method", [name for name in METHODS if name not in RECORDED])
def test_it_has_a_live_test(method: str) -> None:
    assert called("tests/live", method)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in RECORDED])
def test_the_handler_is_used_live(name: str) -> None:
    assert re.search(rf"\b{name}[.,]", texts("tests/live"))


@pytest.mark.parametrize("name", [name for name in vars(ContentVersion) if not name.startswith("_")])
def test_versions_of_items_are_tested_live(name: str) -> None:
    assert re.search(rf"\bdraft\.{name}\(", texts("tests/live"))


def test_what_is_only_recorded_exists() -> None:
    assert {name for name in RECORDED if name not in METHODS and name not in NAMES} == set()
