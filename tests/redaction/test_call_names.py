"""Messages and log lines stay short and readable, whatever was asked for."""

from __future__ import annotations

import logging

import pytest

from directus_sdk import ConnectionFailed, Directus, DirectusError, NotFound, RetryPolicy
from directus_sdk.redaction.call_names import MAX_MESSAGE, shorten, where
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response

SLUGS = [f"an-article-with-a-rather-long-slug-{number}" for number in range(300)]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a/items/b", "GET https://a/items/b"),
        ("https://a/items/b?limit=5", "GET https://a/items/b (limit: 5)"),
        ("https://a/b?filter=%7B%22n%22%3A%7B%22_eq%22%3A1%7D%7D", 'GET https://a/b (filter: {"n":{"_eq":1}})'),
        ("https://a/b?x=" + "y" * 100, "GET https://a/b (x: " + "y" * 38 + " … " + "y" * 19 + ")"),
    ],
)
def test_a_call_in_brief(url: str, shown: str) -> None:
    assert where("GET", url) == shown


@pytest.mark.parametrize("length", [0, 1, 19, 20, 21, 5_000])
def test_a_text_is_shortened_in_its_middle(length: int) -> None:
    text = "".join(chr(ord("a") + number % 26) for number in range(length))
    short = shorten(text, 20)
    assert len(short) <= 20
    assert (short == text) == (length <= 20)
    assert text.startswith(short[:10])
    assert text.endswith(short[-4:])


def test_what_a_day_without_a_server_writes_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    directus = Directus("http://127.0.0.1:9", retry=RetryPolicy(attempts=3, sleep=lambda delay: None))
    with pytest.raises(ConnectionFailed) as caught:
        directus.items("articles").read_many(filter={"slug": {"_in": SLUGS[:100]}})
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    for text in (*lines, str(caught.value), repr(caught.value)):
        assert len(text) <= MAX_MESSAGE + 50
        assert "filter on slug, 100 values" in text or "SEARCH" in text
        assert "%" not in text
        assert text.count("/items/articles") == 1
    assert "tried 3 times" in str(caught.value)


@pytest.mark.parametrize("message", ["short", "long " * 2_000])
def test_a_refusal_names_the_call_and_what_to_do(message: str) -> None:
    refusal = error_response("FORBIDDEN", 403, message=message)
    with pytest.raises(DirectusError) as caught:
        Directus("https://a.example", transport=MockTransport([refusal])).items("articles").read_many(limit=1)
    text = str(caught.value)
    assert len(text) <= MAX_MESSAGE
    assert text.startswith(message[:100])
    assert text.endswith("[403 FORBIDDEN, GET https://a.example/items/articles (limit: 1)]")
    assert "permission" in text
    assert caught.value.errors[0]["message"] == message  # type: ignore[attr-defined]


def test_errors_of_the_package_are_short_too() -> None:
    directus = Directus("https://a.example", transport=MockTransport(lambda request: []))
    with pytest.raises(NotFound) as caught:
        directus.items("articles").read_many(["k" * 250 + str(number) for number in range(30)], missing="raise")
    assert len(str(caught.value)) <= MAX_MESSAGE
    assert "30 of 30 keys" in str(caught.value)
