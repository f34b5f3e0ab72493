"""Every endpoint that a server has is reached by a method, or is left out for a reason that is told."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, LoginAuth, RetryPolicy
from directus_sdk.testing.mock import MockTransport, json_response
from directus_sdk.wire.messages import Request, Response
from tests.coverage import table

ENDPOINTS = table.endpoints()
LONG = {"title": {"_in": ["x" * 100] * 100}}


def answer(request: Request) -> Response:
    """What a server might answer to anything."""
    path = request.url.removeprefix("http://mock")
    whole_group = (path.count("/") == 1 or path == "/items/articles") and path != "/settings"
    if request.method == "SEARCH" or (request.method in ("GET", "PATCH") and whole_group):
        return json_response({"data": [{"id": 1}]})
    if path.startswith("/files/tus"):
        return tus(request, path)
    if path == "/server/ping":
        return Response(200, {"Content-Type": "text/html"}, b"pong")
    if path.startswith("/auth"):
        return json_response({"data": {"access_token": "a", "refresh_token": "r", "expires": 900_000}})
    return json_response({"data": {"id": 1, "access_token": "a", "uploads": {"tus": True, "chunkSize": 10_000_000}}})


def tus(request: Request, path: str) -> Response:
    """The first part of the file is lost, so that its sender asks how far it came."""
    if path == "/files/tus":
        return Response(201, {"Location": "http://mock/files/tus/abc"}, b"")
    if request.method == "HEAD":
        return Response(200, {"Upload-Offset": "0", "Upload-Length": "1"}, b"")
    tus.tries += 1  # type: ignore[attr-defined]
    if tus.tries == 1:  # type: ignore[attr-defined]
        return Response(502, {}, b"")
    return Response(204, {"Upload-Offset": "1", "Directus-File-Id": "f"}, b"")


def sent(call: str) -> list[tuple[str, str]]:
    """The method and path of every request that a call sends."""
    tus.tries = 0  # type: ignore[attr-defined]
    mock = MockTransport(answer)
    client = Directus("http://mock", transport=mock, auth=LoginAuth(), retry=RetryPolicy(backoff=0))
    if call.startswith(("auth.logout", "auth.refresh")):
        client.auth.login("a@example.com", "x")
        mock.requests.clear()
    result = eval(f"client.{call}", {"client": client, "long": LONG})
    if call.startswith("assets.url"):  # makes an address and sends nothing
        return [("GET", result.removeprefix("http://mock"))]
    return [(request.method, mock.path(index)) for index, request in enumerate(mock.requests)]


@pytest.mark.parametrize("endpoint", [pytest.param(row, id=f"{row.method} {row.path}") for row in ENDPOINTS if row.call])
def test_the_call_reaches_the_endpoint(endpoint: table.Endpoint) -> None:
    requests = sent(endpoint.call)
    assert any(method == endpoint.method and endpoint.matches(path) for method, path in requests), requests


def test_every_endpoint_has_a_call_or_a_reason() -> None:
    assert [row for row in ENDPOINTS if bool(row.call) == bool(row.exception)] == []


def test_the_table_is_whole() -> None:
    rows = [(row.method, row.path) for row in ENDPOINTS]
    assert len(rows) == len(set(rows)) == 324


def test_the_page_is_up_to_date() -> None:
    assert table.PAGE.read_text(encoding="utf-8") == table.page(), "run: make coverage-doc"
