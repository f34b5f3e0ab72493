"""Each message of docs/troubleshooting.md is one that the package prints."""

from __future__ import annotations

import re
import ssl
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest
import trustme

from directus_sdk import Directus, RetryPolicy
from directus_sdk.testing import DirectusServer, MockTransport
from directus_sdk.testing.mock import error_response
from tests.sample import Sample
from tests.scripted_server import Hang, Seen, Wire, answer

PAGE = Path(__file__).parent.parent.parent / "docs" / "troubleshooting.md"
HEADINGS = re.findall("(?m)^## (.+)$", PAGE.read_text(encoding="utf-8"))
ONCE = RetryPolicy(attempts=1)


@attrs.define
class Article:
    id: int
    title: str
    nothing: str


@pytest.fixture
def server(directus_server: DirectusServer, sample: Sample) -> DirectusServer:
    sample.restore()
    return directus_server


def secured(server: DirectusServer) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with Wire(context=context) as wire:
        return Directus(wire.url, retry=ONCE).server.ping()


def slow(server: DirectusServer) -> Any:
    with Wire(lambda seen: Hang()) as wire:
        return Directus(wire.url, retry=ONCE).with_options(timeout=0.2).server.ping()


def a_page(server: DirectusServer) -> Any:
    with Wire(answer(b"<html>Sign in</html>", kind="text/html")) as wire:
        return Directus(wire.url, token="t", retry=ONCE).users.me.read()


def a_page_of_a_proxy(server: DirectusServer) -> Any:
    with Wire(answer(b"<html><title>502 Bad Gateway</title></html>", "502 Bad Gateway", kind="text/html")) as wire:
        return Directus(wire.url, token="t", retry=ONCE).users.me.read()


def a_copied_token(server: DirectusServer) -> Any:
    refusal = error_response("TOKEN_EXPIRED", 401, message="Token expired.")
    return Directus("https://a.example", token="t", transport=MockTransport(lambda request: refusal)).users.me.read()


def limited(server: DirectusServer) -> Any:
    refusal = error_response("REQUESTS_EXCEEDED", 429, message="Too many requests, retry after 1s.")
    return Directus("https://a.example", transport=MockTransport(lambda request: refusal), retry=ONCE).server.info()


def without_a_value(server: DirectusServer) -> Any:
    mock = MockTransport(lambda request: [{"id": 1, "title": "x", "nothing": None}])
    return Directus("https://a.example", transport=mock).items("articles", Article).read_many(limit=1)


def many(server: DirectusServer) -> Any:
    articles = server.directus().items("articles")
    articles.create_many([{"title": str(number)} for number in range(100)], returning=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return articles.read_many(fields=["id"])


def without_pandas(server: DirectusServer) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pandas", None)
        return server.directus().items("articles").read_frame()


def another_package(server: DirectusServer) -> Any:
    """The package that has the same import name defines other names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "directus_sdk", ModuleType("directus_sdk"))
        exec("from directus_sdk import Directus", {})


def an_ended_session(server: DirectusServer) -> Any:
    with server.directus() as admin, Directus(server.url) as client:
        client.auth.login(server.admin_email, server.admin_password, mode="json")
        session = client.auth.storage.load()
        assert session is not None
        assert session.refresh_token is not None
        admin.auth.logout(session.refresh_token.reveal())
        return client.auth.refresh()


def busy(server: DirectusServer) -> Any:
    refusal = error_response("SERVICE_UNAVAILABLE", 503, message='Service "api" is unavailable. Under pressure.')
    return Directus("https://a.example", transport=MockTransport(lambda request: refusal), retry=ONCE).server.info()


def over_the_maximum(server: DirectusServer) -> Any:
    refusal = error_response("INVALID_QUERY", 400, message='Invalid query. "limit" must be less than or equal to 50')
    mock = MockTransport(lambda request: refusal)
    return Directus("https://a.example", transport=mock).items("articles").read_many(limit=100)


def no_websocket(seen: Seen) -> bytes:
    return answer(b'{"data":[]}') if seen.target.startswith("/items/") else answer(b"", "404 Not Found")


def without_websockets(server: DirectusServer) -> Any:
    with Wire(no_websocket) as wire, Directus(wire.url, token="t") as client:
        return next(iter(client.items("articles").subscribe()))


CALLS: dict[str, Callable[[DirectusServer], Any]] = {
    "cannot import name 'Directus' from 'directus_sdk'": another_package,
    "pip install 'directus-python-sdk[pandas]'": without_pandas,
    "object has no attribute": lambda s: s.directus().get_items("articles"),  # type: ignore[attr-defined]
    "You don't have permission to access collection": lambda s: Directus(s.url).items("articles").read_many(),
    "You don't have permission to access field": lambda s: s.directus().items("articles").read_many(fields=["titel"]),
    "You don't have permission to access this": lambda s: s.directus().items("articles").read_one(999_999),
    "Invalid user credentials": lambda s: Directus(s.url).auth.login(s.admin_email, "wrong"),
    "the session is over and its token cannot be refreshed": an_ended_session,
    "there is no session to refresh": lambda s: Directus(s.url).auth.refresh(),
    "token must not": lambda s: Directus(s.url, token="from-a-file\n"),
    "url must begin with http:// or https://": lambda s: Directus("cms.example.com"),
    "Connection refused": lambda s: Directus("http://127.0.0.1:9", retry=ONCE).server.ping(),
    "Name or service not known": lambda s: Directus("http://cms.invalid", retry=ONCE).server.ping(),
    "certificate verify failed": secured,
    "wrong version number": lambda s: Directus(s.url.replace("http:", "https:"), retry=ONCE).server.ping(),
    "the server did not respond in time": slow,
    "Is this the URL of a Directus server?": a_page,
    "a proxy stands between this client and the server": a_page_of_a_proxy,
    "Token expired": a_copied_token,
    "Route /custom doesn't exist": lambda s: s.directus().request("GET", "/custom"),
    "Invalid payload": lambda s: s.directus().items("articles").create_one({"title": "x", "date": "soon"}),
    "field type does not contain": lambda s: s.directus().items("articles").read_many(filter={"views": {"_contains": "x"}}),
    "unknown operator": lambda s: s.directus().items("articles").read_many(filter={"title": {"_like": "x"}}),
    "Validation failed for field": lambda s: s.directus().users.create_one({"email": "no address"}),
    "has to be unique": lambda s: s.directus().users.create_one({"email": s.admin_email}),
    "Invalid foreign key": lambda s: s.directus().users.create_one({"role": "00000000-0000-0000-0000-000000000000"}),
    "request entity too large": lambda s: s.directus().items("articles").create_one({"title": "x" * 2_000_000}),
    "Too many requests": limited,
    "Under pressure": busy,
    "must be less than or equal to": over_the_maximum,
    "there is no WebSocket": without_websockets,
    "unknown query parameter": lambda s: s.directus().items("articles").read_many(filtr={}),  # type: ignore[call-arg]
    "the server returned 100 items and has more": many,
    "its hint does not allow that": without_a_value,
}


#: What is seen without a message.
SILENT = ["A time is some hours off (naive datetime, time zone)"]


def test_every_message_of_the_page_is_tried() -> None:
    assert [*CALLS, *SILENT] == HEADINGS
    assert len(HEADINGS) >= 20


@pytest.mark.live
@pytest.mark.directus(">=11")  # older servers have other words
@pytest.mark.parametrize("message", CALLS)
def test_the_message_is_what_is_printed(message: str, server: DirectusServer) -> None:
    with pytest.raises((Exception, Warning)) as caught:
        CALLS[message](server)
    # Names of hosts are looked up by the system, which has its own words for that.
    words = re.escape(message) if message != "Name or service not known" else "not known|name resolution|resolve"
    assert re.search(words, str(caught.value)), str(caught.value)
