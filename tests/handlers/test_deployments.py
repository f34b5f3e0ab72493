from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport, json_response

CALLS: list[tuple[Callable[[Any], Any], str, str, dict[str, str], Any]] = [
    (lambda d: d.read_one("v", fields=["*"]), "GET", "/deployments/v", {"fields": "*"}, None),
    (lambda d: d.create_one({"provider": "v"}, {"fields": "id"}), "POST", "/deployments", {"fields": "id"}, {"provider": "v"}),
    (lambda d: d.update_one("v", {}, fields=["id"]), "PATCH", "/deployments/v", {"fields": "id"}, {}),
    (lambda d: d.delete_one("v"), "DELETE", "/deployments/v", {}, None),
    (lambda d: d.dashboard("v", {"range": "7d"}), "GET", "/deployments/v/dashboard", {"range": "7d"}, None),
    (lambda d: d.project("v", "p", fields=["id", {"a": "b"}]), "GET", "/deployments/v/projects/p", {"fields": "id,a.b"}, None),
    (lambda d: d.update_projects("v", {"create": []}), "PATCH", "/deployments/v/projects", {}, {"create": []}),
    (lambda d: d.run("v", "r/1"), "GET", "/deployments/v/runs/r%2F1", {}, None),
    (lambda d: d.run_stats("v", "p", range="30d"), "GET", "/deployments/v/projects/p/runs/stats", {"range": "30d"}, None),
    (lambda d: d.trigger("v", "p"), "POST", "/deployments/v/projects/p/deploy", {}, None),
    (lambda d: d.trigger("v", "p", {"preview": True}), "POST", "/deployments/v/projects/p/deploy", {}, {"preview": True}),
    (lambda d: d.cancel("v", "r"), "POST", "/deployments/v/runs/r/cancel", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("call", "method", "path", "query", "body"), CALLS)
def test_each_call(call: Callable[[Any], Any], method: str, path: str, query: dict[str, str], body: Any) -> None:
    mock = MockTransport([{"id": 1}])
    call(Directus("https://cms.example.com", transport=mock).deployments)
    assert (mock.last.method, mock.path(), mock.query(), mock.json()) == (method, path, query, body)


def test_lists() -> None:
    many = json_response({"data": [{"id": 1}], "meta": {"filter_count": 9}})
    mock = MockTransport([many, many, many])
    deployments = Directus("https://cms.example.com", transport=mock).deployments
    assert deployments.read_many(fields=["id"]) == [{"id": 1}]
    assert deployments.projects("v") == [{"id": 1}]
    assert deployments.runs("v", "p", {"search": "s", "limit": 5, "meta": "*"}).meta.filter_count == 9
    assert mock.query() == {"search": "s", "limit": "5", "meta": "*"}


def test_credentials_are_not_shown() -> None:
    mock = MockTransport([{"id": 1}] * 2)
    deployments = Directus("https://cms.example.com", transport=mock).deployments
    deployments.create_one({"provider": "v", "credentials": {"access_token": "hunter22"}})
    deployments.update_one("v", {"credentials": {"access_token": "hunter22"}})
    assert "hunter22" not in "".join(repr(request) + repr(request.body) for request in mock.requests)


def test_a_provider_has_a_name() -> None:
    mock = MockTransport([])
    with pytest.raises(ValueError, match="provider must not be empty"):
        Directus("https://cms.example.com", transport=mock).deployments.run("", "r")


@pytest.mark.parametrize(
    "call",
    [
        lambda d, **more: d.deployments.read_one("v", **more),
        lambda d, **more: d.deployments.dashboard("v", **more),
        lambda d, **more: d.deployments.project("v", "p", **more),
        lambda d, **more: d.deployments.runs("v", "p", **more),
        lambda d, **more: d.deployments.run("v", "r", **more),
        lambda d, **more: d.deployments.run_stats("v", "p", **more),
        lambda d, **more: d.extensions.registry.search(**more),
    ],
)
@pytest.mark.parametrize("given", [{"limt": 3}, {"query": {"rnge": "7d"}}, {"serach": "x"}])
def test_a_misspelt_keyword_is_an_error(call: Callable[..., Any], given: dict[str, Any]) -> None:
    mock = MockTransport()
    with pytest.raises(TypeError, match="unknown query parameter"):
        call(Directus("https://cms.example.com", transport=mock), **given)
    assert mock.requests == []
