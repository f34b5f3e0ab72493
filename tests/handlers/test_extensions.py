from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport, json_response


def client(*answers: object) -> tuple[Directus, MockTransport]:
    mock = MockTransport(list(answers))
    return Directus("https://cms.example.com", transport=mock), mock


def test_installed_extensions() -> None:
    directus, mock = client([{"id": "e"}], {"id": "e"}, None)
    assert directus.extensions.read_all() == [{"id": "e"}]
    assert (mock.last.method, mock.path()) == ("GET", "/extensions")
    assert directus.extensions.update_one("a/b", {"meta": {"enabled": False}}) == {"id": "e"}
    assert (mock.last.method, mock.path(), mock.json()) == ("PATCH", "/extensions/a%2Fb", {"meta": {"enabled": False}})
    directus.extensions.delete_one("e")
    assert (mock.last.method, mock.path()) == ("DELETE", "/extensions/e")
    with pytest.raises(TypeError):
        directus.extensions.update_one("e", [1])  # type: ignore[arg-type]


def test_extensions_are_read_with_a_query() -> None:
    directus, mock = client(*[[{"id": "e", "bundle": None}, {"id": "f", "bundle": "e"}]] * 3)
    assert directus.extensions.read_all(filter={"bundle": {"_null": True}}, fields=["id"]) == [{"id": "e"}]
    assert [entry["id"] for entry in directus.extensions.iterate({"sort": "-id"}, limit=1)] == ["f"]
    with pytest.raises(TypeError, match="deep"):
        directus.extensions.read_all(deep={"x": {"_limit": 1}})  # type: ignore[call-arg]
    assert all(request.url.endswith("/extensions") for request in mock.requests)


def test_the_earlier_names_of_parameters() -> None:
    directus, mock = client({"id": "e"}, None, {"provider": "vercel"}, {"provider": "vercel"}, None)
    directus.extensions.update_one(extension="e", data={"meta": {"enabled": True}})  # type: ignore[call-arg]
    directus.extensions.delete_one(extension="e")  # type: ignore[call-arg]
    assert mock.path() == "/extensions/e"
    directus.deployments.create_one(data={"provider": "vercel"})  # type: ignore[call-arg]
    directus.deployments.read_one(provider="vercel")  # type: ignore[call-arg]
    directus.deployments.delete_one(provider="vercel")  # type: ignore[call-arg]
    assert mock.path() == "/deployments/vercel"


def test_the_registry_has_parameters_of_its_own() -> None:
    directus, mock = client(json_response({"data": [{"id": "x"}], "meta": {"filter_count": 7}}), [], [])
    page = directus.extensions.registry.search({"search": "map", "sort": "popular"}, limit=5, type="interface")
    assert page.meta.filter_count == 7
    assert mock.query() == {"search": "map", "sort": "popular", "limit": "5", "type": "interface"}
    directus.extensions.registry.search(filter={"by": {"_eq": "me"}})
    assert mock.query() == {"filter": '{"by":{"_eq":"me"}}'}
    directus.extensions.registry.search(query={"search": "map"})
    assert mock.query() == {"search": "map"}


def test_the_registry() -> None:
    directus, mock = client({"id": "a"}, {"id": "x"}, None, None, None)
    registry = directus.extensions.registry
    assert registry.account("a/1") == {"id": "a"}
    assert registry.read_one("x") == {"id": "x"}
    registry.install("x", "v")
    assert mock.json() == {"extension": "x", "version": "v"}
    registry.reinstall("x")
    assert mock.json() == {"extension": "x"}
    registry.uninstall("x")
    assert [(request.method, mock.path(index)) for index, request in enumerate(mock.requests)] == [
        ("GET", "/extensions/registry/account/a%2F1"),
        ("GET", "/extensions/registry/extension/x"),
        ("POST", "/extensions/registry/install"),
        ("POST", "/extensions/registry/reinstall"),
        ("DELETE", "/extensions/registry/uninstall/x"),
    ]


@pytest.mark.parametrize(
    "call",
    [
        lambda d: d.extensions.delete_one(""),
        lambda d: d.extensions.registry.account(""),
        lambda d: d.extensions.registry.read_one(""),
        lambda d: d.extensions.registry.install("", "v"),
        lambda d: d.extensions.registry.install("x", ""),
        lambda d: d.extensions.registry.reinstall(""),
        lambda d: d.extensions.registry.uninstall(""),
    ],
)
def test_empty_keys(call: Callable[[Any], Any]) -> None:
    directus, mock = client()
    with pytest.raises(ValueError, match="empty"):
        call(directus)
    assert mock.requests == []
