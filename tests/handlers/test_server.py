from __future__ import annotations

import pytest

from directus_sdk import DecodeError, Directus, DirectusError, Response, ServiceUnavailable
from directus_sdk.testing.mock import MockTransport, error_response, json_response


def client(*answers: object) -> tuple[Directus, MockTransport]:
    mock = MockTransport(list(answers))
    return Directus("https://cms.example.com", transport=mock), mock


def test_ping_is_text() -> None:
    directus, _ = client(Response(200, {"Content-Type": "text/html; charset=utf-8"}, b"pong"))
    assert directus.server.ping() == "pong"


@pytest.mark.parametrize("status", [200, 503])
def test_health_is_a_document_whatever_it_says(status: int) -> None:
    answer = json_response({"status": "error"}, status, {"Content-Type": "application/health+json"})
    directus, mock = client(answer)
    assert directus.server.health() == {"status": "error"}
    assert len(mock.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Response(503, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>"),
        json_response(["status"], 503),
        error_response("SERVICE_UNAVAILABLE", 503, service="api", reason="Under pressure"),
    ],
)
def test_a_503_of_something_else_is_an_error_at_once(answer: Response) -> None:
    directus, mock = client(answer)
    with pytest.raises(ServiceUnavailable):
        directus.server.health()
    assert len(mock.requests) == 1


@pytest.mark.parametrize("info", [{"version": "11.17.4"}, {"directus": {"version": "11.17.4"}}])
def test_the_version_is_asked_once_by_a_client_and_its_copies(info: object) -> None:
    directus, mock = client(info)
    assert directus.server.version() == "11.17.4"
    assert directus.with_options(timeout=1).server.version() == "11.17.4"
    assert len(mock.requests) == 1


def test_a_version_that_is_not_told() -> None:
    directus, _ = client({"project": {}})
    with pytest.raises(DirectusError, match="version"):
        directus.server.version()


@pytest.mark.parametrize(
    ("scope", "path"),
    [("items", "/server/specs/graphql"), ("item", "/server/specs/graphql"), ("system", "/server/specs/graphql/system")],
)
def test_the_schema_of_graphql_comes_as_octets(scope: str, path: str) -> None:
    directus, mock = client(Response(200, {"Content-Type": "application/octet-stream"}, "type Ä".encode()))
    assert directus.server.graphql_sdl(scope) == "type Ä"
    assert mock.path() == path


def test_another_scope() -> None:
    directus, _ = client()
    with pytest.raises(ValueError, match="scope"):
        directus.server.graphql_sdl("all")


def test_documents() -> None:
    directus, mock = client(
        json_response({"openapi": "3.0.1"}), {"project": {}}, Response(200, {"Content-Type": "text/plain"}, b"# HELP")
    )
    assert directus.server.oas() == {"openapi": "3.0.1"}
    assert directus.server.info() == {"project": {}}
    assert directus.server.metrics() == "# HELP"
    assert [mock.path(index) for index in range(3)] == ["/server/specs/oas", "/server/info", "/metrics"]


def test_setup_speaks_to_both_kinds_of_servers() -> None:
    directus, mock = client(None)
    directus.server.setup("a@example.com", "hunter22", first_name="Ada", org_name="Example", license_key="L")
    body = mock.json()
    assert body["admin"] == {"email": "a@example.com", "password": "hunter22", "first_name": "Ada"}
    assert body["owner"] == {
        "project_owner": "a@example.com",
        "project_usage": None,
        "org_name": "Example",
        "product_updates": False,
    }
    assert body["project_owner"] == "a@example.com"
    assert body["password"] == "hunter22"
    assert body["license_key"] == "L"
    assert "hunter22" not in repr(mock.last.body)


def test_setup_without_an_owner() -> None:
    directus, mock = client(None)
    directus.server.setup("a@example.com", "x")
    assert mock.json() == {
        "project_owner": "a@example.com",
        "password": "x",
        "admin": {"email": "a@example.com", "password": "x"},
    }


@pytest.mark.parametrize(
    "response",
    [
        Response(200, {"Content-Type": "text/html"}, b"<html>Sign in to the network</html>"),
        Response(200, {"Content-Type": "application/json"}, b'{"data": 1}'),
        Response(200, {"Content-Type": "application/json"}, b'"other"'),
        Response(200, {}, b""),
        Response(204),
        Response(200, {"Content-Type": "text/plain"}, b"pong?"),
    ],
)
def test_ping_is_pong_or_an_error(response: Response) -> None:
    with pytest.raises(DecodeError, match="pong"):
        Directus("https://cms.example.com", transport=MockTransport(lambda request: response)).server.ping()
    for kind in ("text/html; charset=utf-8", "text/plain"):
        mock = MockTransport(lambda request, kind=kind: Response(200, {"Content-Type": kind}, b"pong"))
        assert Directus("https://cms.example.com", transport=mock).server.ping() == "pong"
