"""The exchange over requests: what it logs."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable

import pytest

from directus_sdk import (
    Directus,
    DirectusError,
    RetryPolicy,
)
from tests.scripted_server import Raw, Wire, answer

ONCE = RetryPolicy(attempts=1)
Clients = Callable[..., Directus]


def test_the_log_of_urllib3_shows_no_secret(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    broken = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nbroken header\r\nContent-Length: 11\r\n\r\n{"data": 1}'
    with Wire(lambda seen: Raw(broken) if seen.path == "/broken" else answer()) as wire:
        directus = clients(wire.url, params={"api_token": "s3cret-token"})
        directus.request("GET", "/x", params={"a": "1"})
        with contextlib.suppress(DirectusError):
            directus.request("GET", "/broken")
    assert "urllib3.connectionpool" in {record.name for record in caplog.records}
    assert "/x?api_token=***&a=1" in caplog.text
    assert "s3cret-token" not in caplog.text


def test_a_malformed_line_takes_no_other_header_with_it_and_nothing_secret_into_the_log(
    clients: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lines = ("X-Odd thing without colon", "X Odd: 1", ": 1", " folded", "Set-Cookie : a=s3cret-cookie", "caf\xe9: 1")
    lines += ("odd\r\nX-A: a\x0bContent-Length: 3", "odd\r\nX-A: a\x85Content-Length: 3")
    for line in lines:
        for head in (line, f"X-A: 1\r\n{line}", f"{line}\r\n{line}"):
            reply = f"HTTP/1.1 200 OK\r\n{head}\r\nSet-Cookie: directus_session_token=s3cret-cookie\r\nContent-Length: 11\r\n"
            reply += 'Content-Type: application/json\r\n\r\n{"data": 1}'
            with Wire(lambda seen, reply=reply: reply.encode("latin-1")) as wire:
                directus = clients(wire.url)
                assert [directus.request("GET", "/x") for _ in range(2)] == [1, 1]
                assert wire.connections == 1
    shown = caplog.text + "".join(str(record.exc_info) for record in caplog.records)
    assert "s3cret-cookie" not in shown
    assert not [record for record in caplog.records if record.exc_info]


def test_what_urllib3_logs_of_headers_that_it_cannot_read_is_masked(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    with Wire() as wire:
        clients(wire.url).request("GET", "/x")
    try:
        raise ValueError("Set-Cookie: s3cret-cookie")
    except ValueError as error:
        logging.getLogger("urllib3.connection").warning("Failed to parse headers (url=%s): %s", "u", error, exc_info=True)
    assert "s3cret-cookie" not in caplog.text
    assert "Failed to parse" in caplog.text
