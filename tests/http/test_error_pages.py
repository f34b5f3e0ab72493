"""HTML pages of a proxy, and when to retry."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, RateLimited, RetryPolicy, ServiceUnavailable, errors
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from directus_sdk.wire.messages import Response

NGINX = (
    "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    "<hr><center>nginx/1.18.0 (Ubuntu)</center>\r\n</body>\r\n</html>\r\n"
)
HTML = {"Content-Type": "text/html; charset=utf-8", "Server": "nginx/1.18.0 (Ubuntu)"}


def error(response: Response) -> errors.APIError:
    directus = Directus(
        "https://cms.example.com",
        token="s3cret-token",
        transport=MockTransport(lambda request: response),
        retry=RetryPolicy(attempts=1),
    )
    with pytest.raises(errors.APIError) as caught:
        directus.items("a").read_many(limit=1)
    return caught.value


@pytest.mark.parametrize(
    ("status", "title", "kind", "advice"),
    [
        (502, "502 Bad Gateway", errors.ServerError, "the proxy cannot reach it"),
        (413, "413 Request Entity Too Large", errors.PayloadTooLarge, "client_max_body_size"),
        (404, "404 Not Found", errors.NotFound, "check that the base URL leads to Directus"),
        (504, "504 Gateway Time-out", errors.ServerError, "did not respond in time"),
        (503, "503 Service Temporarily Unavailable", ServiceUnavailable, "is not ready"),
        (403, "403 Forbidden", errors.Forbidden, "a rule of the proxy or of a firewall"),
    ],
)
def test_a_page_of_nginx_gives_its_title_and_what_stands_in_between(
    status: int, title: str, kind: type[errors.APIError], advice: str
) -> None:
    caught = error(Response(status, HTML, NGINX.format(title=title).encode()))
    message = str(caught)
    assert type(caught) is kind
    assert message.startswith(title + " (")
    assert "a proxy (nginx/1.18.0 (Ubuntu)) stands between this client and the server" in message
    assert advice in message
    assert "<" not in message
    assert f"[{status}, GET https://cms.example.com/items/a" in message
    assert "also responds like this" not in message


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<!DOCTYPE html><title>\n 502 &ndash; Bad\n gateway </title>", "502 – Bad gateway"),
        ("<html><body><h1>Sorry, <b>closed</b></h1></body></html>", "Sorry, closed"),
        ("<html><body><p>Blocked by <i>policy</i></p></body></html>", "Blocked by policy"),
        ("<html></html>", "an HTML page"),
        ("<html><title>s3cret-token</title>", "***"),
    ],
)
@pytest.mark.parametrize("content_type", ["text/html", ""])
def test_the_title_of_a_page(page: str, words: str, content_type: str) -> None:
    caught = error(Response(502, {"Content-Type": content_type} if content_type else {}, page.encode()))
    assert str(caught).startswith(f"{words} (an HTML page that is not from Directus: a proxy stands between")
    assert "s3cret-token" not in str(caught)


def test_an_empty_page() -> None:
    assert str(error(Response(502, HTML, b""))).startswith("an empty page (an HTML page that is not from Directus")


def test_a_page_of_directus_itself_is_not_that_of_a_proxy() -> None:
    caught = error(Response(500, {**HTML, "X-Powered-By": "Directus"}, NGINX.format(title="Oops").encode()))
    assert str(caught).startswith("Oops (an HTML page instead of JSON) [500")


def test_the_name_of_a_proxy_is_not_repeated_where_it_is_not_one() -> None:
    caught = error(Response(502, {**HTML, "Server": "<script>" * 20}, NGINX.format(title="Oops").encode()))
    assert "script" not in str(caught)


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Retry-After": "12"}, "(retry after 12 s)"),
        ({"Retry-After": "0"}, "(retry after 1 s)"),
        ({"Retry-After": "0.2"}, "(retry after 1 s)"),
        ({}, "the server does not say for how long"),
        ({"Retry-After": "soon"}, "the server does not say for how long"),
    ],
)
def test_a_rate_limit_says_when_to_retry(headers: dict[str, str], words: str) -> None:
    response = error_response("REQUESTS_EXCEEDED", 429, "Too many requests")
    caught = error(Response(429, {**response.headers, **headers}, response.content))
    assert isinstance(caught, RateLimited)
    assert words in str(caught)
    page = error(Response(429, {**HTML, **headers}, NGINX.format(title="429 Too Many Requests").encode()))
    assert str(page).startswith("429 Too Many Requests (an HTML page")
    assert words.strip("()") in str(page)


def test_an_unavailable_service_says_when_to_retry_if_the_server_does() -> None:
    response = error_response("SERVICE_UNAVAILABLE", 503, "Under pressure")
    assert "(retry after 7 s)" in str(error(Response(503, {**response.headers, "Retry-After": "7"}, response.content)))
    assert "retry after" not in str(error(response))
