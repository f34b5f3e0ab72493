"""The values of the wire."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from directus_sdk import ConnectionFailed
from directus_sdk.wire.messages import Headers, Request, Response


def test_headers_in_any_case() -> None:
    headers = Headers([("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("X-A", "1")])
    assert headers["SET-COOKIE"] == "a=1, b=2"
    assert headers.get_all("Set-cookie") == ["a=1", "b=2"]
    assert headers.get_all("none") == []
    assert (list(headers), len(headers)) == (["Set-Cookie", "X-A"], 2)
    assert "x-a" in headers
    assert 5 not in headers
    assert headers.get("none") is None
    assert repr(headers) == "Headers({'Set-Cookie': '***', 'X-A': '1'})"


def test_a_request_with_other_headers_is_another_request() -> None:
    first = Request("GET", "https://a", headers={"X-A": "1", "X-B": "1"})
    second = first.with_headers({"x-a": "2"})
    assert dict(first.headers) == {"X-A": "1", "X-B": "1"}
    assert dict(second.headers) == {"X-B": "1", "x-a": "2"}
    assert second.has_header("X-a")
    assert not Request("GET", "https://a").has_header("X-a")
    with pytest.raises(AttributeError):
        first.method = "POST"  # type: ignore[misc]


def test_with_headers_keeps_all_else() -> None:
    first = Request("PUT", "https://a", (("b", "1"),), {}, b"body", 5, True, False, True, False, 7.0)
    second = first.with_headers({"X-A": "1"})
    same = [name for name in Request.__slots__ if name not in ("_headers", "__weakref__")]
    assert [getattr(first, name) for name in same] == [getattr(second, name) for name in same]


def test_a_request_tells_its_address_without_secrets() -> None:
    request = Request("GET", "https://a/b", (("access_token", "s3cret"), ("c", "1")))
    assert repr(request) == "<Request GET https://a/b>"
    assert request.trace().url == "https://a/b?access_token=***&c=1"


def blocks(*parts: bytes) -> Any:
    def source(size: int) -> Iterator[bytes]:
        yield from parts

    return source


def test_a_streamed_answer_is_read_once_and_closed_once() -> None:
    closed: list[int] = []
    response = Response(200, {}, blocks(b"ab", b"c"), "https://a/b?token=s3cret", close=lambda: closed.append(1))
    assert response.streamed
    assert response.content == response.content == b"abc"
    assert not response.streamed
    response.close()
    assert closed == [1]
    assert repr(response) == "<Response 200 https://a/b?token=***>"


def test_leaving_a_streamed_answer_closes_it() -> None:
    closed: list[int] = []
    with Response(200, {}, blocks(b"ab", b"c"), close=lambda: closed.append(1)):
        pass
    assert closed == [1]


def test_an_answer_that_breaks_is_closed() -> None:
    def source(size: int) -> Iterator[bytes]:
        yield b"a"
        raise ConnectionFailed("broken")

    closed: list[int] = []
    with pytest.raises(ConnectionFailed):
        list(Response(200, {}, source, close=lambda: closed.append(1)).iter_bytes())
    assert closed == [1]


def test_bytes_come_in_blocks_too() -> None:
    response = Response(200, {}, b"abcde")
    assert list(response.iter_bytes(2)) == list(response.iter_bytes(2)) == [b"ab", b"cd", b"e"]
    assert Response(200, {}, b"\xff\xc3\xa4").text == "�ä"


def test_a_pickled_answer() -> None:
    response = Response(200, {"Set-Cookie": "s3cret=1", "X-A": "1"}, b"body", "https://a")
    again = pickle.loads(pickle.dumps(response))
    assert (again.status, again.content, again.url, again.headers["X-A"]) == (200, b"body", "https://a", "1")
    assert b"s3cret" not in pickle.dumps(response)
    assert pickle.loads(pickle.dumps(Response(200, {}, blocks(b"x"), close=lambda: None))).content == b""


def test_an_answer_to_a_sign_in_is_hidden() -> None:
    response = Response(200, {}, b'{"data": {"access_token": "s3cret"}}')
    response.hide()
    assert b"s3cret" in response.content
    assert "s3cret" not in repr(vars(response))
    assert b"s3cret" not in pickle.dumps(response)
