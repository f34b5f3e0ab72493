"""A server may repeat what it was sent, in any form and anywhere in its response: no error shows it."""

from __future__ import annotations

import gzip
import html
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from directus_sdk import Directus, DirectusError, GraphQLError, RetryPolicy
from tests.scripted_server import Raw, Seen, Wire, answer, redirect

PASSWORD, TOKEN = """p&s"s<w>rd/é'+9%Q""", "tok/s3cret+ABCDEF=="


def escaped(text: str) -> list[str]:
    page = html.escape(text)
    in_json = json.dumps(text)[1:-1]
    return [
        text, page, page.replace("&#x27;", "&#39;").replace("&quot;", "&#34;"), html.escape(text, quote=False), quote(text),
        quote(text, safe=""), in_json, in_json.replace("/", "\\/"), in_json.replace("00e9", "00E9"),
    ]  # fmt: skip


ALL = " ".join(escaped(PASSWORD) + escaped(TOKEN))
ENTRY = {"message": f"{PASSWORD} {TOKEN}", "extensions": {"code": "FORBIDDEN", "v": [TOKEN, {PASSWORD: 1}], TOKEN: PASSWORD}}
ERRORS = json.dumps({"errors": [ENTRY]}).encode()
RESPONSES: dict[str, bytes] = {
    "headers": answer(b"{}", "403 No", headers=f"X-Debug: {TOKEN}\nWWW-Authenticate: x={TOKEN}\nX-Pw: {quote(PASSWORD)}"),
    "page": answer(f"<pre>{ALL}</pre>".encode(), "502 Bad", "text/html"),
    "page that succeeds": answer(f"<pre>{ALL}</pre>".encode(), kind="text/html"),
    "broken JSON": answer(f'{{"errors": [{{"message": "{ALL}'.encode(), "403 No"),
    "broken JSON that succeeds": answer(f'{{"data": "{ALL}'.encode()),
    "names": answer(ERRORS, "400 Bad"),
    "compressed": answer(gzip.compress(ERRORS), "403 No", headers="Content-Encoding: gzip"),
    "redirect": redirect(f"https://elsewhere.example/{quote(TOKEN, safe='')}/?q={quote(PASSWORD)}#{TOKEN}", 307),
    "type": answer(b"x", kind=f"text/{TOKEN}"),
    "status line": Raw(f"HTTP/1.1 abc {TOKEN}\r\n\r\n".encode()),
    "length": Raw(f"HTTP/1.1 200 OK\r\nContent-Length: {TOKEN}\r\n\r\n".encode()),
    "chunk": Raw(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{TOKEN}\r\n".encode()),
    "cut": answer(b"z" * 290 + TOKEN.encode() + b" " * 880 + TOKEN.encode(), "502 Bad", "text/plain"),
}
HEADER = {"header": "authorization", "value": f"bearer {PASSWORD}"}
CALLS: dict[str, Callable[[Directus], Any]] = {
    "user": lambda directus: directus.users.create_one({"email": "a@b.c", "password": PASSWORD}),
    "filter": lambda directus: directus.items("a").read_many(filter={"password": {"_eq": PASSWORD}}),
    "GraphQL": lambda directus: directus.graphql.system("mutation ($x: U) { a(b: $x) { c } }", {"x": {"password": PASSWORD}}),
    "settings": lambda directus: directus.settings.update({"ai_openai_api_key": PASSWORD}),
    "operation": lambda directus: directus.operations.create_one({"options": {"headers": [HEADER]}}),
    "deployment": lambda directus: directus.deployments.create_one({"provider": "", "credentials": {"access_token": PASSWORD}}),
}


def leaks(text: str) -> list[str]:
    return [form for form in escaped(PASSWORD) + escaped(TOKEN) if form in text]


@pytest.mark.parametrize("response", RESPONSES)
@pytest.mark.parametrize("call", CALLS)
def test_no_error_shows_what_a_server_repeats(response: str, call: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    with Wire(RESPONSES[response]) as wire:
        directus = Directus(wire.url, token=TOKEN, retry=RetryPolicy(attempts=1))
        directus.on_event(lambda event: seen.append(repr(event)))
        with pytest.raises(DirectusError) as caught:
            CALLS[call](directus)
    error: Any = caught.value
    places = [str(error), repr(error), repr(error.args), "".join(traceback.format_exception(error)), caplog.text, *seen]
    places += [pickle.dumps(error).decode("latin-1"), repr(error.__cause__), repr(error.__context__)]
    if hasattr(error, "response"):
        answered = error.response
        places += [repr(error.errors), repr(dict(answered.headers)), answered.url, repr(vars(answered)), error.to_curl()]
    assert [place for place in places if leaks(place)] == []
    assert len(str(error)) > 40


def test_a_graphql_error_with_status_200_shows_none_either() -> None:
    def script(seen: Seen) -> bytes:
        return answer(json.dumps({"errors": [{**ENTRY, "path": ["a", 0]}], "data": {"a": None}}).encode())

    with Wire(script) as wire, pytest.raises(GraphQLError) as caught:
        CALLS["GraphQL"](Directus(wire.url, token=TOKEN, retry=RetryPolicy(attempts=1)))
    error = caught.value
    assert leaks(str(error) + repr(error.errors) + repr(error.extensions)) == []
    assert str(error).startswith("a.0: *** ***")
    assert error.data == {"a": None}
