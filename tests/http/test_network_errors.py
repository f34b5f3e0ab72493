"""Errors of the network and of TLS: which error they become, and what it says."""

from __future__ import annotations

import pickle
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import trustme

from directus_sdk import (
    ConnectionFailed,
    Directus,
    DirectusError,
    RetryPolicy,
    Timeout,
    TLSError,
    TransportError,
)
from tests.scripted_server import Hang, Raw, Reset, Wire, answer, closed_port

ONCE = RetryPolicy(attempts=1)
Clients = Callable[..., Directus]


def test_nobody_listens(clients: Clients) -> None:
    with pytest.raises(ConnectionFailed, match="refused") as caught:
        clients(f"http://127.0.0.1:{closed_port()}").items("a").read_one(1)
    assert caught.value.sent is False


def test_a_reset_after_the_request(clients: Clients) -> None:
    with Wire(lambda seen: Reset()) as wire, pytest.raises(ConnectionFailed) as caught:
        clients(wire.url).items("a").create_one({"b": 1})
    assert caught.value.sent is True
    assert wire.seen[0].body == b'{"b":1}'


@pytest.mark.parametrize(
    "reply",
    [
        Raw(answer(b'{"data": 1}')[:-3]),
        Raw(answer(b'{"data": 1}')[:25]),
        Raw(answer(b'20\r\n{"data":', headers="Transfer-Encoding: chunked", length=False)),
        Raw(b""),
        Raw(b"garbage that is no HTTP\r\n\r\n"),
    ],
)
def test_a_truncated_answer_is_a_broken_connection(reply: bytes, clients: Clients) -> None:
    with Wire(reply) as wire, pytest.raises(ConnectionFailed) as caught:
        clients(wire.url).items("a").read_one(1)
    assert caught.value.sent is True


def test_a_server_that_does_not_answer_in_time(clients: Clients) -> None:
    with Wire(lambda seen: Hang()) as wire, pytest.raises(Timeout) as caught:
        clients(wire.url, timeout=(5, 0.1)).items("a").create_one({})
    assert caught.value.sent is True
    assert isinstance(caught.value, TimeoutError)


def test_an_error_does_not_carry_the_error_of_the_library(clients: Clients) -> None:
    directus = clients(f"http://127.0.0.1:{closed_port()}", params={"access_token": "s3cret-" + "token"})
    try:
        raise KeyError("of the caller")
    except KeyError:
        with pytest.raises(ConnectionFailed) as caught:
            directus.request("GET", "/x")
    text = "".join(traceback.format_exception(caught.value))
    assert "s3cret-token" not in text
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.sent, again.request) == (str(caught.value), False, caught.value.request)


def test_an_error_does_not_carry_the_part_of_the_response_that_arrived(clients: Clients) -> None:
    short = Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"data": {"access_token": "s3cret-token"')
    with Wire(lambda seen: short) as wire, pytest.raises(ConnectionFailed, match="broke") as caught:
        clients(wire.url).request("POST", "/auth/login", json={})
    cause = caught.value.__cause__ or caught.value.__context__
    assert "s3cret-token" not in str(vars(cause) if cause else "") + str(cause and cause.args)


def test_a_certificate_for_another_name(authority: trustme.CA, bundle: str, clients: Clients) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("cms.example.com").configure_cert(context)
    with Wire(context=context) as wire, pytest.raises(TLSError, match=r"127\.0\.0\.1"):
        clients(wire.url, verify=bundle).request("GET", "/x")


def test_a_certificate_that_nobody_signed(secure: Wire, clients: Clients) -> None:
    with pytest.raises(TLSError, match=r"verify='/path/to/ca.pem'") as caught:
        clients(secure.url, retry=RetryPolicy(attempts=3)).request("GET", "/x")
    assert caught.value.sent is False
    assert caught.value.attempts == 1
    assert secure.seen == []


def test_a_certificate_that_nobody_signed_over_pyopenssl(secure: Wire) -> None:
    code = (
        "import sys, urllib3.contrib.pyopenssl as library; library.inject_into_urllib3()\n"
        "from directus_sdk import Directus, TLSError\n"
        "try: Directus(sys.argv[1], token='t').request('GET', '/x')\n"
        "except TLSError as error: print(error.attempts, error.sent, error)"
    )
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code, secure.url], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("1 False GET ")
    assert "certificate verify failed" in run.stdout
    assert "verify='/path/to/ca.pem'" in run.stdout


def test_a_secure_connection_that_breaks_after_the_request_may_have_done_it(
    authority: trustme.CA, bundle: str, clients: Clients
) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Wire(lambda seen: Reset(), context=context) as wire:
        with pytest.raises(TransportError) as caught:
            clients(wire.url, verify=bundle).items("a").create_one({})
        assert len(wire.seen) == 1
    assert caught.value.sent is True
    assert not isinstance(caught.value, TLSError)


def test_something_else_than_tls_answers(clients: Clients) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as server:
        listener.settimeout(30)

        def respond() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)  # not a request, so it has no end
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        server.submit(respond)
        with pytest.raises(TransportError) as caught:
            clients(f"https://127.0.0.1:{listener.getsockname()[1]}", timeout=5).request("POST", "/x")
    assert caught.value.sent is False
    assert "check that the server uses TLS on this port" in str(caught.value)


@pytest.mark.parametrize(
    "proxies", [{"http": "foo://127.0.0.1:1"}, {"http": "http://"}, {"http": "http://u:pass-word@[broken"}, {"http": "ftp://x"}]
)
def test_a_proxy_that_cannot_be_one_is_our_error(proxies: dict[str, str], clients: Clients) -> None:
    with pytest.raises(DirectusError) as caught:
        clients("http://cms.invalid", proxies=proxies).items("a").create_one({})
    assert "pass-word" not in str(caught.value)


def test_tls_in_tls_that_is_not_supported_is_our_error(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.exceptions import ProxySchemeUnsupported

    def unsupported(*args: Any, **kwargs: Any) -> None:
        raise ProxySchemeUnsupported("TLS in TLS requires support for the 'ssl' module")

    monkeypatch.setattr(HTTPConnectionPool, "_make_request", unsupported)
    monkeypatch.setattr("directus_sdk.http.pools.Pool._make_request", unsupported)
    with Wire() as wire, pytest.raises(DirectusError, match="TLS in TLS"):
        clients(wire.url).items("a").create_one({})
