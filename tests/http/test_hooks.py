"""The default transport under the test tools and the instrumentation of requests and urllib3, each with its real package."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import httmock
import pytest
import requests
import requests_mock
import responses
import vcr
import wrapt
from vcr.errors import CannotOverwriteExistingCassetteException

from directus_sdk import (
    ConfigurationError,
    ConnectionFailed,
    Directus,
    Forbidden,
    RedirectRefused,
    RetryPolicy,
)
from tests.scripted_server import Seen, Wire, answer, redirect

CMS = "https://cms.example.test"
FAST = RetryPolicy(attempts=3, backoff=0)


def client(url: str = CMS, **options: Any) -> Directus:
    return Directus(url, **{"token": "the-token", "retry": FAST, **options})


def server(seen: Seen) -> bytes:
    """Answer every kind of call as a server does."""
    if seen.method == "DELETE":
        return answer(b"", "204 No Content", kind="", length=False)
    if seen.method == "HEAD":
        return answer(b"", headers="Content-Length: 5", length=False)
    if seen.path.startswith("/assets/"):
        return answer(b"x" * 300_000, kind="image/png")
    if seen.path == "/auth/login":
        return answer(b'{"data": {"access_token": "a", "refresh_token": "r", "expires": 900000}}')
    if seen.method == "GET" and seen.path == "/busy" and [s.path for s in seen_by[-1]].count("/busy") % 2:
        return answer(b"", "503 Busy", kind="")
    if seen.path == "/old":
        return redirect("/new")
    if seen.path == "/refused":
        return answer(b'{"errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]}', "403 Forbidden")
    single = seen.method in ("POST", "PATCH") or seen.path.count("/") > 2
    return answer(json.dumps({"data": {"id": 1, "to": seen.method} if single else [{"id": 1}]}).encode())


seen_by: list[list[Seen]] = []

CALLS: dict[str, tuple[Callable[[Directus, Path], Any], Any]] = {
    "read_one": (lambda d, _: d.items("a").read_one(1)["id"], 1),
    "read_many": (lambda d, _: [item["id"] for item in d.items("a").read_many(limit=5)], [1]),
    "search": (lambda d, _: [i["id"] for i in d.items("a").read_many(filter={"b": {"_in": [*range(3000)]}}, limit=5)], [1]),
    "create_one": (lambda d, _: d.items("a").create_one({"b": 1})["to"], "POST"),
    "update_one": (lambda d, _: d.items("a").update_one(1, {"b": 1})["to"], "PATCH"),
    "delete_one": (lambda d, _: d.items("a").delete_one(1), None),
    "large": (lambda d, _: d.items("a").create_one({"b": "x" * 2_000_000})["to"], "POST"),
    "upload": (lambda d, _: d.files.upload(b"content", filename="a.txt", resumable=False)["to"], "POST"),
    "large upload": (lambda d, _: d.files.upload(b"x" * 3_000_000, filename="a.txt", resumable=False)["to"], "POST"),
    "blocks": (lambda d, _: d.request("POST", "/x/y", data=iter([b"a", b"b"]))["to"], "POST"),
    "head": (lambda d, _: d.request("HEAD", "/x"), None),
    "asset": (lambda d, _: len(d.assets.read("a")), 300_000),
    "stream": (lambda d, _: sum(map(len, d.assets.stream("a"))), 300_000),
    "download": (lambda d, folder: d.assets.download("a", folder / "a.png").stat().st_size, 300_000),
    "retry": (lambda d, _: d.request("GET", "/busy"), [{"id": 1}]),
    "redirect": (lambda d, _: d.request("GET", "/old"), [{"id": 1}]),
}


def check_every_call(url: str, folder: Path, **options: Any) -> None:
    """Make every kind of call, and see what comes back."""
    directus = client(url, **options)
    for name, (call, expected) in CALLS.items():
        assert call(directus, folder) == expected, name
    with pytest.raises(Forbidden):
        directus.request("GET", "/refused")
    with pytest.raises(RedirectRefused):
        directus.request("POST", "/old", json={})
    with client(url, token=None, **options) as visitor:
        visitor.auth.login("a@example.com", "pass-word")
        assert visitor.items("a").read_one(1)["id"] == 1
    directus.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire(server) as wire:
        seen_by.append(wire.seen)
        yield wire
        seen_by.pop()


# ---------------------------------------------------------------------- responses


def _mock_everything(mocked: responses.RequestsMock) -> None:
    def respond(request: Any) -> tuple[int, dict[str, str], bytes]:
        path = request.url.removeprefix(CMS)
        seen.append(Seen(request.method, path, {k.lower(): v for k, v in request.headers.items()}, b"", 0))
        head, _, body = server(seen[-1]).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        headers.pop("Content-Length", None)
        return int(first.split()[1]), headers, body

    seen: list[Seen] = []
    seen_by.append(seen)
    import re

    for method in ("GET", "POST", "PATCH", "DELETE", "HEAD", "SEARCH"):
        mocked.add_callback(method, re.compile(".*"), respond, content_type=None)


def test_every_kind_of_call_works_under_responses(tmp_path: Path) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        _mock_everything(mocked)
        check_every_call(CMS, tmp_path)
        first = mocked.calls[0]
        assert first.response.status_code == 200
        assert first.response.json() == {"data": {"id": 1, "to": "GET"}}
        assert first.response.headers["content-type"] == "application/json"
        assert first.response.cookies.get_dict() == {}
        assert (first.request.headers["AUTHORIZATION"], first.request.body) == ("Bearer the-token", None)
        assert "the-token" not in repr(first.request.headers)
        created = next(call for call in mocked.calls if call.request.method == "POST")
        assert json.loads(created.request.body) == {"b": 1}
        upload = next(call for call in mocked.calls if "/files" in call.request.url)
        assert b"content" in upload.request.body
    seen_by.pop()


def test_what_responses_does_not_know_reaches_no_server(wire: Wire) -> None:
    client(wire.url).items("a").read_one(1)
    before = len(wire.seen)
    with responses.RequestsMock(), pytest.raises(ConnectionFailed, match="Connection refused by Responses"):
        client(wire.url).items("a").delete_one(1)
    assert len(wire.seen) == before


def test_responses_passes_through_what_it_shall(wire: Wire) -> None:
    with responses.RequestsMock() as mocked:
        mocked.add_passthru(wire.url)
        assert client(wire.url).items("a").read_one(1)["id"] == 1


# ---------------------------------------------------------------------- vcrpy


@pytest.mark.parametrize("first", ["before", "inside"])
def test_every_kind_of_call_is_recorded_and_played_by_vcrpy(first: str, wire: Wire, tmp_path: Path) -> None:
    if first == "before":
        client(wire.url).items("a").read_one(1)
    tape = str(tmp_path / "tape.yaml")
    with vcr.use_cassette(tape) as cassette:
        check_every_call(wire.url, tmp_path)
        recorded = len(cassette)
    assert recorded > len(CALLS)
    before = len(wire.seen)
    with vcr.use_cassette(tape, record_mode="none") as cassette:
        check_every_call(wire.url, tmp_path)
        assert cassette.play_count == recorded
    assert len(wire.seen) == before
    empty = vcr.use_cassette(str(tmp_path / "empty.yaml"), record_mode="none")
    with empty, pytest.raises(CannotOverwriteExistingCassetteException):
        client(wire.url).items("a").delete_one(1)
    assert len(wire.seen) == before
    assert client(wire.url).items("a").read_one(1)["id"] == 1


def test_each_cassette_has_its_own_calls_whatever_client_makes_them(wire: Wire, tmp_path: Path) -> None:
    directus = client(wire.url)
    directus.items("a").read_one(1)
    for name in ("one", "two"):
        with vcr.use_cassette(str(tmp_path / f"{name}.yaml")) as cassette:
            directus.items("a").read_one(1)
            assert len(cassette) == 1
    before = len(wire.seen)
    directus.items("a").read_one(1)
    assert len(wire.seen) == before + 1
    directus.close()


# ---------------------------------------------------------------------- sessions


def test_every_kind_of_call_works_under_requests_mock(tmp_path: Path) -> None:
    seen: list[Seen] = []
    seen_by.append(seen)

    def respond(request: Any, context: Any) -> bytes:
        path = request.url.removeprefix(CMS)
        seen.append(Seen(request.method, path, {k.lower(): v for k, v in request.headers.items()}, b"", 0))
        head, _, body = server(seen[-1]).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        context.status_code = int(first.split()[1])
        context.headers.update(line.split(": ", 1) for line in lines)
        return body

    with requests_mock.Mocker() as mocker:
        mocker.register_uri(requests_mock.ANY, requests_mock.ANY, content=respond)
        check_every_call(CMS, tmp_path)
        assert mocker.request_history[0].headers["authorization"] == "Bearer the-token"
    seen_by.pop()


def test_json_of_requests_mock_needs_no_type() -> None:
    expired = {"errors": [{"message": "no", "extensions": {"code": "TOKEN_EXPIRED"}}]}
    tokens = {"data": {"access_token": "a", "refresh_token": "r", "expires": 900000}}
    with requests_mock.Mocker() as mocker, client(token=None) as directus:
        mocker.post(f"{CMS}/auth/login", json=tokens)
        mocker.post(f"{CMS}/auth/refresh", json=tokens)
        mocker.get(f"{CMS}/items/a/1", [{"json": expired, "status_code": 401}, {"json": {"data": {"id": 1}}}])
        mocker.post(f"{CMS}/graphql", json={"data": {"a": []}})
        directus.auth.login("a@example.com", "pass-word")
        assert directus.items("a").read_one(1) == {"id": 1}
        assert directus.graphql.items("{ a { id } }") == {"a": []}
        assert directus.request("GET", "/items/a/1") == {"id": 1}
        for odd in (b"{}{}", b"{template}", b"plain", b"[" * 9):
            mocker.get(f"{CMS}/x", content=odd)
            assert directus.request("GET", "/x") == odd


@pytest.mark.parametrize("used_before", [False, True])
def test_what_requests_mock_does_not_know_reaches_no_server(used_before: bool, wire: Wire) -> None:
    directus = client(wire.url)
    if used_before:
        directus.items("a").read_one(1)
    before = len(wire.seen)
    with requests_mock.Mocker(), pytest.raises(requests_mock.NoMockAddress):
        directus.items("a").delete_one(1)
    assert len(wire.seen) == before
    with requests_mock.Mocker(real_http=True):
        assert directus.items("a").read_one(1)["id"] == 1
    assert directus.items("a").read_one(1)["id"] == 1
    assert len(wire.seen) == before + 2


def test_every_kind_of_call_works_under_httmock(tmp_path: Path) -> None:
    seen: list[Seen] = []
    seen_by.append(seen)

    @httmock.all_requests
    def respond(url: Any, request: Any) -> Any:
        path = request.url.removeprefix(CMS)
        seen.append(Seen(request.method, path, {k.lower(): v for k, v in request.headers.items()}, b"", 0))
        head, _, body = server(seen[-1]).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        return httmock.response(int(first.split()[1]), body, dict(line.split(": ", 1) for line in lines), request=request)

    with httmock.HTTMock(respond):
        check_every_call(CMS, tmp_path)
    seen_by.pop()


def _response(status: int = 200, content: bytes = b'{"data": {"id": 7}}') -> requests.Response:
    response = requests.Response()
    response.status_code, response._content = status, content
    response.headers["Content-Type"] = "application/json"
    return response


def test_a_replaced_send_is_what_sends(wire: Wire) -> None:
    directus = client(wire.url)
    directus.items("a").read_one(1)
    before = len(wire.seen)
    with mock.patch("requests.Session.send", return_value=_response()) as send:
        assert directus.items("a").create_one({"b": 1}) == {"id": 7}
        assert b"".join(directus.assets.stream("x")) == b'{"data": {"id": 7}}'
        assert send.call_count == 2
        assert send.call_args_list[0].args[0].headers["authorization"] == "Bearer the-token"
    with mock.patch("requests.Session.send", side_effect=AssertionError("no network")), pytest.raises(AssertionError):
        directus.items("a").delete_one(1)
    down = mock.patch("requests.sessions.Session.send", autospec=True, side_effect=requests.ConnectionError("down"))
    with down, pytest.raises(ConnectionFailed, match="down"):
        directus.items("a").delete_one(1)
    with mock.patch("requests.Session.send", return_value=mock.Mock(status_code=200, content=b"{}", headers={})):
        assert directus.request("GET", "/x") == {}
    with mock.patch("requests.Session.send"), pytest.raises(ConfigurationError, match=r"requests\.Response"):
        directus.items("a").delete_one(1)
    for name in ("requests.Session.get_adapter", "requests.adapters.HTTPAdapter.send"):
        with mock.patch(name, side_effect=AssertionError("no network")), pytest.raises(AssertionError):
            directus.items("a").delete_one(1)
    for name in ("requests.Session", "requests.sessions.Session"):
        with mock.patch(name) as session:
            session.return_value.send.return_value = _response()
            assert directus.items("a").read_one(7) == {"id": 7}
    assert len(wire.seen) == before
    assert directus.items("a").read_one(1)["id"] == 1


def test_what_a_call_would_pass_by_is_refused(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    directus = client(wire.url)
    with mock.patch("requests.Session.request"), pytest.raises(ConfigurationError, match="MockTransport"):
        directus.items("a").delete_one(1)
    with mock.patch("requests.sessions.HTTPAdapter"), pytest.raises(ConfigurationError, match="MockTransport"):
        directus.items("a").delete_one(1)
    with monkeypatch.context() as patch:
        patch.delattr("requests.sessions.Session.request")
        with pytest.raises(ConfigurationError, match="MockTransport"):
            directus.items("a").delete_one(1)
    with monkeypatch.context() as patch:
        patch.delattr("requests.sessions.Session.send")
        with pytest.raises(ConfigurationError, match="MockTransport"):
            directus.items("a").delete_one(1)
    assert wire.seen == []


def test_a_session_adds_nothing_of_its_own(wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password from-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
    genuine = requests.Session.send

    def send(self: requests.Session, request: Any, **options: Any) -> Any:
        return genuine(self, request, **options)

    monkeypatch.setattr(requests.Session, "send", send)
    wire._script = lambda seen: answer(headers="Set-Cookie: a=b; Path=/") if seen.path != "/old" else redirect("/new")
    directus = client(wire.url)
    for path in ("/x", "/old", "/y"):
        directus.request("GET", path)
    for seen in wire.seen:
        assert seen.headers["authorization"] == "Bearer the-token"
        assert "cookie" not in seen.headers
        assert seen.headers["user-agent"].startswith("directus-python-sdk/")
    assert wire.connections == 1
    directus.close()


# ---------------------------------------------------------------------- instrumentation


def test_a_wrapper_sees_each_call_once(wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrapped as ddtrace does it, by wrapt."""
    seen: list[str] = []

    def wrapper(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        request = args[0] if args else kwargs["request"]
        seen.append(f"{request.method} {request.path_url}")
        request.headers.update({"x-datadog-trace-id": "1"})
        response = wrapped(*args, **kwargs)
        assert isinstance(response, requests.Response)
        return response

    monkeypatch.setattr(requests.Session, "send", requests.Session.send)  # put back afterwards
    wrapt.wrap_function_wrapper("requests", "Session.send", wrapper)
    check_every_call(wire.url, tmp_path)
    assert seen == [f"{request.method} {request.target}" for request in wire.seen]
    assert {request.headers["x-datadog-trace-id"] for request in wire.seen} == {"1"}


@pytest.mark.parametrize("kinds", [("requests",), ("urllib3",), ("requests", "urllib3")])
def test_opentelemetry_sees_each_call_once(kinds: tuple[str, ...], wire: Wire, tmp_path: Path) -> None:
    from opentelemetry.instrumentation.requests import RequestsInstrumentor
    from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentors = [{"requests": RequestsInstrumentor, "urllib3": URLLib3Instrumentor}[kind]() for kind in kinds]
    for instrumentor in instrumentors:
        instrumentor.instrument(tracer_provider=provider)
    try:
        check_every_call(wire.url, tmp_path)
    finally:
        for instrumentor in instrumentors:
            instrumentor.uninstrument()
    assert len(exporter.get_finished_spans()) == len(wire.seen)
    assert len({request.headers["traceparent"] for request in wire.seen}) == len(wire.seen)
    client(wire.url).items("a").read_one(1)
    assert "traceparent" not in wire.seen[-1].headers


def test_sentry_sees_each_call_once(tmp_path: Path) -> None:
    """In a process of its own: sentry stays in http.client for good."""
    script = """
        import sentry_sdk, sys
        from pathlib import Path
        from tests.http.test_hooks import Wire, check_every_call, seen_by, server
        from sentry_sdk.transport import Transport

        spans = []
        class Kept(Transport):
            def capture_envelope(self, envelope):
                for item in envelope.items:
                    event = item.get_transaction_event()
                    spans.extend(event["spans"] if event else [])

        sentry_sdk.init(dsn="http://key@127.0.0.1:9/1", transport=Kept, traces_sample_rate=1.0)
        with Wire(server) as wire:
            seen_by.append(wire.seen)
            with sentry_sdk.start_transaction(name="test"):
                check_every_call(wire.url, Path(sys.argv[1]))
        calls = [span for span in spans if span["op"] == "http.client"]
        assert len(calls) == len(wire.seen), (len(calls), len(wire.seen))
        assert "pass-word" not in str(spans) and "the-token" not in str(spans)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], check=True, timeout=120)


@pytest.mark.parametrize("when", ["before", "inside"])
def test_a_process_whose_first_call_is_within_a_tool_is_right_afterwards(when: str, wire: Wire, tmp_path: Path) -> None:
    script = """
        import sys, pytest, requests, requests_mock, responses, vcr
        from directus_sdk import Directus, DirectusError, RetryPolicy

        url, folder, when = sys.argv[1:]
        def client():
            return Directus(url, token="t", retry=RetryPolicy(attempts=1))

        if when == "before":
            client().items("a").read_one(1)
        for tool in (requests_mock.Mocker, responses.RequestsMock):
            with tool(), pytest.raises((DirectusError, requests_mock.NoMockAddress)):
                client().items("a").delete_one(1)
        for name in ("one", "two"):
            with vcr.use_cassette(folder + "/" + name + ".yaml") as cassette:
                client().items("a").read_one(1)
                assert len(cassette) == 1
        client().items("a").update_one(1, {"b": 2})
        with responses.RequestsMock(), pytest.raises(DirectusError):
            client().items("a").delete_one(1)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script), wire.url, str(tmp_path), when], check=True, timeout=120)
    assert [seen.method for seen in wire.seen] == ["GET"] * (3 if when == "before" else 2) + ["PATCH"]


def test_requests_cache_is_passed_by(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would give a user the response to another, since it does not look at the token."""
    import requests_cache

    with requests_cache.enabled(backend="memory"):
        for token in ("one", "two"):
            assert client(wire.url, token=token).items("a").read_one(1)["id"] == 1
    assert [seen.headers["authorization"] for seen in wire.seen] == ["Bearer one", "Bearer two"]
