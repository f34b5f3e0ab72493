"""One call's life, through `MockTransport`: what is sent, what comes back, events, logs."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from directus_sdk import (
    APIError,
    ConfigurationError,
    ConnectionFailed,
    Directus,
    Forbidden,
    RequestsTransport,
    RetryPolicy,
    ServerError,
)
from directus_sdk.calls.events import Event
from directus_sdk.http.transport import Transport
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response, json_response
from directus_sdk.wire.messages import Request, Response

URL = "https://cms.example.com"
QUICK = RetryPolicy(attempts=3, backoff=0)


def client(handler: Any = lambda request: [], **options: Any) -> tuple[Directus, MockTransport]:
    mock = MockTransport(handler)
    return Directus(URL, **{"token": "the-token", "retry": QUICK, **options}, transport=mock), mock


# ---------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    "url",
    [
        "",
        "cms.example.com",
        "ftp://cms.example.com",
        "http://",
        "https:///x",
        "http://a b",
        "http://a:b",
        "//a",
        None,
        5,
    ],
)
def test_an_address_that_is_none(url: Any) -> None:
    with pytest.raises(ConfigurationError, match="url must"):
        Directus(url, transport=MockTransport())


def test_line_breaks_around_an_address_are_taken_off() -> None:
    assert Directus(" https://cms.example.com/\n", transport=MockTransport()).url == URL


@pytest.mark.parametrize(
    "url", ["https://u:pass-word@a", "https://a?access_token=pass-word", "https://a#pass-word", "ftp://a?token=pass-word"]
)
def test_an_address_with_secrets_is_refused_without_showing_them(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Directus(url)
    assert "pass-word" not in str(caught.value)


@pytest.mark.parametrize("token", ["", " ", "abc\n", "a b", "ab\x00", "tokén"])
def test_a_token_that_cannot_be_one(token: str) -> None:
    with pytest.raises(ConfigurationError, match="token must") as caught:
        Directus(URL, token=token)
    assert token.strip() == "" or token not in str(caught.value)


BAD: list[tuple[str, type[Exception], str, Any]] = [
    ("empty key", ValueError, "key must not be empty", lambda d: d.items("a").read_one("")),
    ("white name", ValueError, "collection must not be empty", lambda d: d.items("  ")),
    ("dot", ValueError, "another path", lambda d: d.items("a").read_one(".")),
    ("dots", ValueError, "another path", lambda d: d.items("a").delete_one("..")),
    ("no key", TypeError, "key must be", lambda d: d.items("a").update_one(None, {"b": 1})),
    ("bool key", TypeError, "key must be", lambda d: d.items("a").read_one(True)),
    ("NaN key", ValueError, "key must be a number", lambda d: d.items("a").read_one(float("nan"))),
    ("empty collection", ValueError, "collection must not be empty", lambda d: d.items("").read_many()),
    ("dotted collection", ValueError, "another path", lambda d: d.items("..").read_many()),
    ("number as a collection", TypeError, "collection must be a string", lambda d: d.items(5)),
    ("filter as a text", TypeError, "filter must be a mapping", lambda d: d.items("a").read_many(filter="id=1")),
    ("filter as a list", TypeError, "filter must be a mapping", lambda d: d.items("a").read_many(filter=[{"id": 1}])),
    ("empty _or", ValueError, "match every item", lambda d: d.items("a").read_many(filter={"_or": []})),
    ("limit", ValueError, "limit must be at least -1", lambda d: d.items("a").read_many(limit=-2)),
    ("limit as a string", TypeError, "integer", lambda d: d.items("a").read_many(limit="ten")),
    ("offset", ValueError, "offset must be at least 0", lambda d: d.items("a").read_many(offset=-1)),
    ("item as a list", TypeError, "must be a mapping", lambda d: d.items("a").create_one([1])),
    ("item as a text", TypeError, "must be a mapping", lambda d: d.items("a").create_one("{}")),
    ("items of numbers", TypeError, "mapping", lambda d: d.items("a").create_many([1, 2])),
    ("NaN", ValueError, r"price\[1\].*JSON cannot hold", lambda d: d.items("a").create_one({"price": [1, float("nan")]})),
    ("infinity", ValueError, "JSON cannot hold", lambda d: d.items("a").create_one({"price": float("-inf")})),
    ("bytes", TypeError, "photo.*upload", lambda d: d.items("a").create_one({"photo": b"\x89PNG"})),
    ("an object", TypeError, "when.*cannot be sent", lambda d: d.items("a").create_one({"when": object()})),
    ("a circle", ValueError, "a circular reference", lambda d: d.request("POST", "/x", json=circle())),
    ("unknown keyword", TypeError, "did you mean limit", lambda d: d.items("a").read_many(limt=3)),
    ("unknown name", TypeError, "did you mean filter", lambda d: d.items("a").read_many({"filters": {}})),
    ("query as a list", TypeError, "query must be a mapping", lambda d: d.items("a").read_by_query([("limit", 1)])),
    ("path of another host", ValueError, "no other host", lambda d: d.request("GET", "https://evil.example.com/x")),
    ("path without a scheme", ValueError, "no other host", lambda d: d.request("GET", "//evil.example.com/x")),
    ("path with dots", ValueError, "segments", lambda d: d.request("GET", "/items/../users")),
    ("path with hidden dots", ValueError, "segments", lambda d: d.request("GET", "/items/%2e%2E/users")),
    ("empty path", ValueError, "path must not be empty", lambda d: d.request("GET", "/")),
    ("method", ValueError, "method", lambda d: d.request("GET /x", "/y")),
    ("both bodies", ValueError, "not both", lambda d: d.request("POST", "/x", json={}, data=b"")),
    ("number as a body", TypeError, "data must be", lambda d: d.request("POST", "/x", data=5)),
    ("list of params", TypeError, "params must be a mapping", lambda d: d.request("GET", "/x", params=[("a", 1)])),
    ("timeout", ConfigurationError, "timeout", lambda d: d.request("GET", "/x", timeout=0)),
    ("half a surrogate in a key", ValueError, "surrogate", lambda d: d.items("a").read_one("\ud800")),
]  # fmt: skip


def circle() -> dict[str, Any]:
    item: dict[str, Any] = {}
    item["self"] = item
    return item


@pytest.mark.parametrize(("kind", "words", "call"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_input_is_refused_before_anything_is_sent(kind: type[Exception], words: str, call: Any) -> None:
    directus, mock = client()
    with pytest.raises(kind, match=words):
        call(directus)
    assert mock.requests == []


# ---------------------------------------------------------------------- what is sent


def test_a_call_with_everything() -> None:
    directus, mock = client()
    copy = directus.with_options(headers={"X-A": "1", "x-b": "1"}, params={"lang": "de"}, timeout=7)
    copy.request("patch", "/x y", params={"list": [1, {"a": None}], "none": None}, json={"a": 1}, headers={"X-B": "2"})
    sent = mock.last
    assert (sent.method, sent.url, sent.timeout) == ("PATCH", f"{URL}/x%20y", 7)
    assert sent.params == (("lang", "de"), ("list", '[1,{"a":null}]'))
    headers = {"X-A": "1", "Content-Type": "application/json", "X-B": "2", "Authorization": "Bearer the-token"}
    assert dict(sent.headers) == headers
    assert mock.json() == {"a": 1}


def test_ones_own_content_type_replaces_ours() -> None:
    directus, mock = client()
    directus.request("POST", "/x", json={}, headers={"content-type": "application/vnd+json"})
    assert [value for name, value in mock.last.headers.items() if name.lower() == "content-type"] == ["application/vnd+json"]


def test_an_authorization_of_ones_own_wins() -> None:
    directus, mock = client()
    directus.request("GET", "/x", headers={"authorization": "Bearer other"})
    assert dict(mock.last.headers) == {"authorization": "Bearer other"}


def test_a_long_query_goes_out_as_search() -> None:
    directus, mock = client()
    directus.items("a").read_many(filter={"id": {"_in": list(range(3_000))}}, limit=2)
    assert (mock.last.method, mock.query()) == ("SEARCH", {})
    assert mock.json()["query"]["limit"] == 2
    directus.items("a").read_many(filter={"id": {"_in": [1, 2]}}, limit=2)
    assert mock.last.method == "GET"


@pytest.mark.parametrize(
    "call",
    [
        lambda directus: directus.items("a").read_one(1),
        lambda directus: directus.items("a").read_many(filter={"title": {"_in": ["x" * 100] * 99}}),
        lambda directus: directus.items("a").read_all(),
        lambda directus: directus.items("a").create_one({"title": "x"}),
        lambda directus: directus.items("a").delete_one(1),
        lambda directus: directus.users.me(),
        lambda directus: directus.graphql.items("{ a { id } }"),
        lambda directus: directus.schema.snapshot(),
        lambda directus: directus.schema.snapshot(export="yaml"),
        lambda directus: directus.server.ping(),
        lambda directus: directus.server.health(),
        lambda directus: directus.files.upload(b"x", filename="x.txt"),
        lambda directus: directus.assets.read("1"),
        lambda directus: directus.assets.stream("1").__enter__(),
        lambda directus: directus.assets.open("1"),
        lambda directus: directus.assets.zip_files(["1"]),
        lambda directus: directus.utils.cache.clear(),
        lambda directus: directus.request("PATCH", "/x", json={}),
    ],
)
def test_every_kind_of_call_has_the_parameters_of_the_client(call: Any) -> None:
    directus, mock = client(lambda request: error_response("X", 418), token=None)
    with pytest.raises(APIError, match="418"):
        call(directus.with_options(params={"lang": "de"}))
    assert [request.params.count(("lang", "de")) for request in mock.requests] == [1]


class _Source(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise PermissionError("the share is gone")
        return super().read(1)


def _broken() -> Iterator[bytes]:
    yield b"x"
    raise PermissionError("the share is gone")


@pytest.mark.parametrize("data", [_Source(b"xyz"), _broken()])
def test_an_error_of_what_is_sent_is_raised_as_it_is(data: Any) -> None:
    directus, mock = client(lambda request: [len(block) for block in request.body()])
    with pytest.raises(PermissionError, match="the share is gone") as caught:
        directus.request("POST", "/x", data=data, retryable=True)
    assert len(mock.requests) == 1
    assert caught.value.__cause__ is None


# ---------------------------------------------------------------------- events and logs


def test_one_hook_sees_every_step() -> None:
    replies: list[Any] = [error_response("REQUESTS_EXCEEDED", 429), ConnectionFailed("broken"), [{"id": 1}]]
    directus, _ = client(replies)
    seen: list[Event] = []
    assert directus.on_event(seen.append) == seen.append
    directus.with_options(params={"access_token": "s3cret-one"}).items("a").read_many()
    assert [(event.kind, event.attempt, event.status) for event in seen] == [
        ("request", 1, None), ("response", 1, 429), ("retry", 1, 429), ("request", 2, None), ("error", 2, None),
        ("retry", 2, None), ("request", 3, None), ("response", 3, 200),
    ]  # fmt: skip
    assert [event.kind for event in seen if event.elapsed is not None] == ["response", "error", "response"]
    assert [event.delay for event in seen if event.kind == "retry"] == [0, 0]
    assert [event.reason for event in seen if event.reason] == [
        "status 429 REQUESTS_EXCEEDED",
        "broken",
        "ConnectionFailed: broken",
    ]
    assert seen[0].request.url == f"{URL}/items/a?access_token=***"
    assert "s3cret-one" not in repr(seen)
    assert "the-token" not in repr(seen)


def test_a_listener_that_fails_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    directus, _ = client([5])

    @directus.on_event
    def listener(event: Event) -> None:
        raise RuntimeError("in the listener")

    assert directus.request("GET", "/x") == 5
    assert "listener of on_event failed" in caplog.text
    with pytest.raises(TypeError):
        directus.on_event("print")  # type: ignore[arg-type]


def test_a_retry_is_logged_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    directus, _ = client([error_response("SERVICE_UNAVAILABLE", 503, service="api", reason="Under pressure"), 5])
    directus.request("POST", "/x", params={"token": "s3cret-one"})
    (record,) = caplog.records
    assert record.levelno == logging.INFO
    assert record.name == "directus_sdk"
    reason = "POST https://cms.example.com/x (token: ***): status 503 SERVICE_UNAVAILABLE"
    assert record.getMessage() == f"attempt 1 failed, the next in 0.00 s: {reason}"


def test_calls_are_logged_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    directus, _ = client([5])
    directus.request("GET", "/x")
    assert "GET https://cms.example.com/x -> 200 in" in caplog.text


# ---------------------------------------------------------------------- answers


def test_a_refusal_whose_body_does_not_come_is_tried_again() -> None:
    def blocks(size: int) -> Any:
        raise ConnectionFailed("broken in the middle")
        yield b""

    directus, mock = client([Response(500, {"Content-Type": "application/json"}, blocks), Response(200, {}, b"file")])
    request = directus.pipeline.request("GET", "/assets/1", stream=True)
    assert directus.pipeline.send(request).content == b"file"
    assert len(mock.requests) == 2


def test_a_transport_of_ones_own() -> None:
    class Cache(Transport):
        def send(self, request: Request) -> Response:
            return json_response({"data": request.url})

    assert Directus(URL, transport=Cache()).request("GET", "/x") == f"{URL}/x"


def test_wrong_parts_are_refused() -> None:
    for name in ("auth", "storage", "transport", "retry"):
        wrong: Any = {name: "x"}
        with pytest.raises(ConfigurationError, match=f"{name} must be a"):
            Directus(URL, **wrong)


def test_what_is_wrong_with_a_call_stays_with_its_error() -> None:
    directus, _ = client(lambda request: error_response("FORBIDDEN", 403, reason="why"))
    with pytest.raises(Forbidden) as caught:
        directus.items("a").create_one({"b": 1, "password": "s3cret-one"})
    error = caught.value
    assert (error.status, error.code, error.reason, error.attempts) == (403, "FORBIDDEN", "why", 1)
    assert error.request is not None
    assert (error.request.method, error.request.url) == ("POST", f"{URL}/items/a")
    assert error.to_curl() == (
        f"curl -X POST {URL}/items/a -H 'Content-Type: application/json' -H 'Authorization: ***' "
        """--data-raw '{"b": 1, "password": "***"}'"""
    )


def test_threads_share_a_pipeline() -> None:
    directus, mock = client(lambda request: request.url)
    wrong: list[str] = []

    def work(number: int) -> None:
        for step in range(50):
            if directus.request("GET", f"/{number}/{step}") != f"{URL}/{number}/{step}":
                wrong.append(f"{number}/{step}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(mock.requests) == 200


def test_the_time_of_a_call_wins_over_the_clients_and_that_over_the_transports() -> None:
    directus, mock = client()
    directus.request("GET", "/x")
    directus.with_options(timeout=3).request("GET", "/x")
    directus.with_options(timeout=3).request("GET", "/x", timeout=(1, None))
    assert [request.timeout for request in mock.requests] == [..., 3, (1, None)]


def test_a_server_error_without_hope_is_raised() -> None:
    directus, mock = client(lambda request: Response(500, {}, b"oops"))
    with pytest.raises(ServerError, match="oops"):
        directus.items("a").read_one(1)
    assert len(mock.requests) == 1


def test_a_copy_of_a_transport_is_the_transport() -> None:
    import copy

    transport = RequestsTransport()
    assert copy.copy(transport) is transport
    assert copy.deepcopy(transport) is transport
    assert "timeout" in repr(transport)
