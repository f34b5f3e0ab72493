from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import ConnectionFailed, Directus, Forbidden, Response
from directus_sdk.testing.mock import MockTransport, error_response, json_response


def flows(answer: Any) -> tuple[Any, MockTransport]:
    mock = MockTransport([answer])
    return Directus("https://cms.example.com", transport=mock).flows, mock


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (json_response({"hello": 1}), {"hello": 1}),
        (json_response({"data": [1]}), [1]),
        (json_response("text"), "text"),
        (Response(200, {"Content-Type": "text/html; charset=utf-8"}, b"<p>"), "<p>"),
        (Response(200, {"Content-Type": "image/png"}, b"\x89"), b"\x89"),
        (Response(200, {}, b""), None),
        (Response(204), None),
    ],
)
def test_whatever_a_flow_answers(answer: Response, value: object) -> None:
    handler, _ = flows(answer)
    assert handler.trigger("f") == value


def test_data_of_a_get_is_its_query() -> None:
    handler, mock = flows(None)
    handler.trigger("f/1", {"word": "a b", "list": [1, 2], "none": None}, method="GET")
    assert (mock.last.method, mock.path()) == ("GET", "/flows/trigger/f%2F1")
    assert mock.query() == {"word": "a b", "list": "[1,2]"}
    assert mock.json() is None


@pytest.mark.parametrize(("data", "body"), [(None, {}), ({"a": 1}, {"a": 1}), ([1], [1]), (0, 0)])
def test_data_of_a_post_is_its_body(data: object, body: object) -> None:
    handler, mock = flows(None)
    handler.trigger("f", data, method="post")
    assert (mock.last.method, mock.json()) == ("POST", body)


@pytest.mark.parametrize("data", [{"a": 1}, {}, [1], 0, "text"])
def test_data_is_posted_so_that_it_is_not_in_the_url(data: object) -> None:
    handler, mock = flows(None)
    handler.trigger("f", data)
    assert (mock.last.method, mock.query(), mock.json()) == ("POST", {}, data)


def test_without_data_the_method_is_get() -> None:
    handler, mock = flows(None)
    handler.trigger("f")
    assert (mock.last.method, mock.last.body) == ("GET", None)


def test_a_post_that_may_have_run_the_flow_is_not_repeated() -> None:
    handler, mock = flows(ConnectionFailed("reset", sent=True))
    with pytest.raises(ConnectionFailed):
        handler.trigger("f", {"name": "Ada"})
    assert len(mock.requests) == 1


@pytest.mark.parametrize(("data", "other"), [(None, "POST"), ({"name": "Ada"}, "GET")])
def test_the_error_for_the_other_method_says_what_to_pass(data: object, other: str) -> None:
    handler, _ = flows(error_response("FORBIDDEN", 403, "You don't have permission to access this."))
    with pytest.raises(Forbidden, match=f"pass method='{other}'"):
        handler.trigger("f", data)


def test_what_cannot_be_sent() -> None:
    handler, mock = flows(None)
    with pytest.raises(ValueError, match="PUT"):
        handler.trigger("f", method="PUT")
    with pytest.raises(TypeError, match="mapping"):
        handler.trigger("f", [1], method="GET")
    with pytest.raises(ValueError, match="flow must not be empty"):
        handler.trigger("")
    assert mock.requests == []
