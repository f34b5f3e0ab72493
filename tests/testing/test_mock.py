"""The transport without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    ConnectionFailed,
    Directus,
    Request,
    Response,
    RetryPolicy,
    ServiceUnavailable,
    Transport,
    TruncatedResultWarning,
)
from directus_sdk.testing import MockTransport


@pytest.mark.parametrize("handler", [{"id": 1}, "text", b"bytes"])
def test_one_answer_is_not_taken_for_a_list_of_them(handler: Any) -> None:
    with pytest.raises(TypeError, match=r"handler must be a function or a list of responses, not \w+: \[response\]"):
        MockTransport(handler)


def test_nothing_waits_between_the_attempts_of_a_mock(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    mock = MockTransport(lambda request: ConnectionFailed("no connection", sent=False))
    directus = Directus("http://x", transport=mock)
    delays: list[Any] = []
    directus.on_event(lambda event: delays.append(event.delay) if event.kind == "retry" else None)
    with pytest.raises(ConnectionFailed):
        directus.items("a").create_one({"x": 1})
    assert (len(mock.requests), len(delays), waits) == (3, 2, [])


def test_nothing_waits_when_a_download_of_a_mock_breaks_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def blocks(size: int) -> Iterator[bytes]:
        yield b"half"
        raise ConnectionFailed("reset", sent=True)

    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    mock = MockTransport(lambda request: Response(200, {"Content-Length": "8"}, blocks))
    directus = Directus("http://x", transport=mock)
    with pytest.raises(ConnectionFailed):
        directus.assets.download("key", tmp_path / "file")
    with pytest.raises(ConnectionFailed):
        directus.assets.open("key")
    assert waits == []


def test_nothing_waits_when_a_chunk_of_an_upload_is_refused_by_a_mock(monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(request: Request) -> Any:
        if request.method == "PATCH":
            return Response(503)
        if request.method == "HEAD":
            return Response(200, {"Upload-Offset": "0"})
        if request.method == "POST":
            return Response(201, {"Location": "/files/tus/1"})
        return {"uploads": {"chunkSize": 4, "tus": True}, "queryLimit": {}}

    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    mock = MockTransport(reply)
    with pytest.raises(ServiceUnavailable):
        Directus("http://x", transport=mock).files.upload(b"content", resumable=True)
    assert [request.method for request in mock.requests].count("PATCH") == 3
    assert waits == []


def test_a_wait_that_a_test_gives_is_called() -> None:
    waits: list[float] = []
    mock = MockTransport(lambda request: ConnectionFailed("no connection", sent=False))
    with pytest.raises(ConnectionFailed):
        Directus("http://x", transport=mock, retry=RetryPolicy(sleep=waits.append)).items("a").read_many()
    assert len(waits) == 2


def test_other_transports_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    class Own(Transport):
        def send(self, request: Request) -> Response:
            raise ConnectionFailed("no connection", sent=False)

    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    with pytest.raises(ConnectionFailed):
        Directus("http://x", transport=Own()).items("a").read_many()
    assert len(waits) == 2


def test_it_is_asked_for_nothing_but_what_is_called() -> None:
    rows = [[{"id": number} for number in range(count)] for count in (5, 99, 10)]
    mock = MockTransport(rows)
    articles = Directus("https://cms.example.com", transport=mock).items("articles")
    assert [len(articles.read_many()) for _ in rows] == [5, 99, 10]
    assert len(mock.requests) == 3


def test_a_list_of_a_hundred_is_taken_for_cut() -> None:
    mock = MockTransport([[{"id": number} for number in range(100)]])
    with pytest.warns(TruncatedResultWarning):
        Directus("https://cms.example.com", transport=mock).items("articles").read_many()
    assert len(mock.requests) == 1
