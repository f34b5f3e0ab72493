"""RequestsTransport against a server on loopback: what the network and a server can do to a call."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from directus_sdk import (
    APIError,
    ConfigurationError,
    ConnectionFailed,
    DecodeError,
    Directus,
    RedirectRefused,
    RequestsTransport,
    RetryPolicy,
    SessionTransport,
    Timeout,
    TLSError,
    URITooLong,
)
from directus_sdk.wire.messages import Request
from tests.scripted_server import Drip, Raw, Seen, Wire, answer, closed_port, redirect
from tests.socks_proxy import SocksProxy

PAGE = b"<html><body><h1>502 Bad Gateway</h1><p>nginx</p></body></html>"


ONCE = RetryPolicy(attempts=1)
Clients = Callable[..., Directus]


# ---------------------------------------------------------------------- what is sent


def test_what_goes_out_names_us_and_asks_for_json(clients: Clients) -> None:
    with Wire() as wire:
        clients(wire.url).items("articles").read_one(1)
    sent = wire.seen[0]
    assert (sent.method, sent.target, sent.body) == ("GET", "/items/articles/1", b"")
    assert sent.headers["user-agent"].startswith("directus-python-sdk/")
    assert sent.headers["authorization"] == "Bearer the-token"
    assert sent.headers["accept"].startswith("application/json")
    assert sent.headers["host"] == f"127.0.0.1:{wire.port}"
    assert "content-length" not in sent.headers
    assert "cookie" not in sent.headers


def test_default_headers_and_params_go_out_with_each_call_and_the_call_wins(clients: Clients) -> None:
    with Wire() as wire:
        directus = clients(wire.url, headers={"user-agent": "mine", "X-Site": "a"}, params={"lang": "de", "list": "[1]"})
        directus.request("GET", "/x", params={"a": "1"}, headers={"x-site": "b"})
        directus.request("GET", "/x")
    assert [seen.target for seen in wire.seen] == ["/x?lang=de&list=%5B1%5D&a=1", "/x?lang=de&list=%5B1%5D"]
    assert [seen.headers["x-site"] for seen in wire.seen] == ["b", "a"]
    assert wire.seen[0].headers["user-agent"] == "mine"


def test_a_sub_path_stays_in_the_address(clients: Clients) -> None:
    with Wire() as wire:
        clients(wire.url + "/cms/").items("articles").read_one("a/b")
    assert wire.seen[0].target == "/cms/items/articles/a%2Fb"


def test_bodies_of_each_kind(clients: Clients) -> None:
    with Wire() as wire:
        directus = clients(wire.url)
        directus.request("POST", "/x", json={"ä": 1})
        directus.request("POST", "/x", data=b"raw")
        directus.request("POST", "/x", data='{"text": 1}')
        directus.request("POST", "/x", data=[b"in ", b"blocks"])
        directus.request("POST", "/x")
    assert [seen.body for seen in wire.seen] == ['{"ä":1}'.encode(), b"raw", b'{"text": 1}', b"in blocks", b""]
    assert [seen.headers.get("content-length") for seen in wire.seen] == ["8", "3", "11", None, "0"]
    assert [seen.headers.get("content-type") for seen in wire.seen] == [
        "application/json",
        "application/octet-stream",
        "application/json",
        None,
        None,
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "1\r\nX-B: 2"},
        {"X-A\r\nX-B: 2": "1"},
        {"X-A": "1\n"},
        {"X-A": " 1"},
        {"X A": "1"},
        {"X-A": "€"},
        {"": "1"},
        {"X:": "1"},
        {"@file": "1"},
        {'"X"': "1"},
        {"X/Y": "1"},
        {"(X)": "1"},
    ],
)
def test_headers_cannot_break_out_of_their_line(headers: dict[str, str], clients: Clients) -> None:
    with Wire() as wire:
        directus = clients(wire.url)
        with pytest.raises(ValueError, match="header"):
            directus.request("GET", "/x", headers=headers)
        with pytest.raises(ValueError, match="header"):
            directus.with_options(headers=headers).request("GET", "/x")
        with pytest.raises(ValueError, match="header"):
            RequestsTransport(headers=headers)
    assert wire.seen == []


def test_half_a_character_cannot_stand_in_an_address(clients: Clients) -> None:
    with Wire() as wire, pytest.raises(ValueError, match="surrogate"):
        clients(wire.url).request("GET", "/x", params={"a": "\ud800"})
    assert wire.seen == []


def test_a_header_that_is_no_text_is_refused(clients: Clients) -> None:
    wrong: Any = {"X-A": 1}
    with pytest.raises(TypeError, match="X-A"):
        clients("http://127.0.0.1:9").request("GET", "/x", headers=wrong)


# ---------------------------------------------------------------------- responses


def test_threads_share_a_client_and_get_their_own_answers(clients: Clients) -> None:
    def script(seen: Seen) -> bytes:
        return answer(json.dumps({"data": seen.target}).encode())

    with Wire(script) as wire:
        directus = clients(wire.url, pool_size=8)
        targets = [f"/echo/{number}" for number in range(200)]
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(lambda target: directus.request("GET", target), targets)) == targets
        assert wire.connections <= 8


def test_a_closed_client_opens_new_connections(clients: Clients) -> None:
    with Wire() as wire:
        directus = clients(wire.url)
        directus.request("GET", "/x")
        directus.close()
        assert directus.request("GET", "/x") == 1
    assert [seen.connection for seen in wire.seen] == [1, 2]


def test_gzip_is_asked_for_and_undone(clients: Clients) -> None:
    with Wire(answer(gzip.compress(b'{"data": "packed"}'), headers="Content-Encoding: gzip")) as wire:
        assert clients(wire.url).request("GET", "/x") == "packed"
    assert "gzip" in wire.seen[0].headers["accept-encoding"]


def test_a_download_comes_as_it_is(clients: Clients) -> None:
    with Wire(answer(b"x" * 600_000, kind="image/png")) as wire:
        response = clients(wire.url).pipeline.send(Request("GET", wire.url + "/assets/1", stream=True))
        with response:
            assert sum(map(len, response.iter_bytes(100_000))) == 600_000
    assert wire.seen[0].headers["accept-encoding"] == "identity"


def test_chunked_answers(clients: Clients) -> None:
    chunks = b'5\r\n{"dat\r\n8\r\na": 123}\r\n0\r\n\r\n'
    with Wire(answer(chunks, headers="Transfer-Encoding: chunked", length=False)) as wire:
        directus = clients(wire.url)
        assert [directus.request("GET", "/x") for _ in range(2)] == [123, 123]
    assert wire.connections == 1


def test_no_content_and_head(clients: Clients) -> None:
    empty = answer(b"", "204 No Content", kind="", length=False)
    head = answer(b"", headers="Content-Length: 50", length=False)
    with Wire(lambda seen: head if seen.method == "HEAD" else empty) as wire:
        directus = clients(wire.url)
        assert directus.request("DELETE", "/x") is None
        assert directus.request("HEAD", "/x") is None
        assert directus.request("DELETE", "/x") is None
    assert wire.connections == 1


def test_text_and_bytes_of_custom_endpoints(clients: Clients) -> None:
    with Wire([answer(b"pong", kind="text/html; charset=utf-8"), answer(b"\x89PNG", kind="image/png")]) as wire:
        directus = clients(wire.url)
        assert directus.request("GET", "/server/ping") == "pong"
        assert directus.request("GET", "/custom") == b"\x89PNG"


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (answer(PAGE, "502 Bad Gateway", "text/html"), APIError, "502 Bad Gateway"),
        (answer(PAGE, "200 OK", "text/html"), DecodeError, "Is this the URL of a Directus server"),
        (answer(b"", "431 Request Header Fields Too Large", kind=""), URITooLong, "the response is empty"),
        (answer(b"Only GET", "418 Teapot", "text/plain"), APIError, "Only GET"),
        (answer(b'{"data": [1, 2', "200 OK"), DecodeError, "not valid JSON"),
        (answer(b"\xff\xfe", "200 OK"), DecodeError, "not valid JSON"),
        (answer(b"[" * 100_000, "200 OK"), DecodeError, "not valid JSON"),
        (answer(b'{"errors": "what?"}', "500 Oops"), APIError, "what"),
        (answer(b'{"errors": [{"extensions": ["odd"], "message": "Odd"}]}', "400 Bad"), APIError, "Odd"),
    ],
)
def test_what_is_not_json_becomes_our_error_with_an_excerpt(
    reply: bytes, kind: type[APIError], words: str, clients: Clients
) -> None:
    with Wire(reply) as wire, pytest.raises(kind, match=words) as caught:
        clients(wire.url).items("articles").read_one(1)
    assert caught.value.response is not None
    assert caught.value.status == caught.value.response.status


# ---------------------------------------------------------------------- what breaks off, and deadlines


def test_a_download_that_breaks(clients: Clients) -> None:
    with Wire(Raw(answer(b"x" * 1000)[:-10])) as wire:
        response = clients(wire.url).pipeline.send(Request("GET", wire.url + "/assets/1", stream=True))
        with pytest.raises(ConnectionFailed), response:
            list(response.iter_bytes())


def test_a_download_that_breaks_is_noticed_by_older_libraries_too(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib3 import HTTPResponse

    whole = HTTPResponse.__init__

    def lenient(self: Any, *args: Any, **kwargs: Any) -> None:
        whole(self, *args, **{**kwargs, "enforce_content_length": False})  # as urllib3 1.26 does

    monkeypatch.setattr(HTTPResponse, "__init__", lenient)
    with (
        Wire(Raw(answer(b"x" * 1000)[:-10])) as wire,
        pytest.raises(ConnectionFailed),
        clients(wire.url).assets.stream("1") as stream,
    ):
        list(stream)


def test_a_deadline_holds_at_the_end_of_the_interpreter(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    with Wire() as wire:
        directus = clients(wire.url, retry=RetryPolicy(max_elapsed=20))
        with monkeypatch.context() as patch:
            patch.setattr(wire, "process_request", wire.finish_request)  # without a thread of its own
            patch.setattr(threading.Thread, "start", refuse)
            wire._script = lambda seen: Raw(answer())
            assert directus.request("GET", "/x") == 1


def test_a_byte_now_and_then_does_not_outlive_the_deadline(clients: Clients) -> None:
    with Wire(lambda seen: Drip()) as wire, pytest.raises(Timeout) as caught:
        clients(wire.url, retry=RetryPolicy(attempts=3, max_elapsed=1)).items("a").read_one(1)
    assert caught.value.sent is True
    assert len(wire.seen) == 1


# ---------------------------------------------------------------------- redirects


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_get_and_head_follow_on_the_same_host(method: str, status: int, clients: Clients) -> None:
    replies = [redirect("/new place?a=ä", status), answer(b'{"data": 2}' if method == "GET" else b"")]
    with Wire(replies) as wire:
        assert clients(wire.url).request(method, "/old", params={"b": "1"}) == (2 if method == "GET" else None)
    assert [(seen.method, seen.target) for seen in wire.seen] == [(method, "/old?b=1"), (method, "/new%20place?a=%C3%83%C2%A4")]
    assert wire.seen[1].headers["authorization"] == "Bearer the-token"


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "SEARCH"])
def test_other_methods_are_refused_with_both_addresses(method: str, clients: Clients) -> None:
    with Wire(redirect("/new", 307)) as wire, pytest.raises(RedirectRefused) as caught:
        clients(wire.url).request(method, "/old", json={})
    assert f"{wire.url}/old" in str(caught.value)
    assert f"{wire.url}/new" in str(caught.value)
    assert caught.value.status == 307
    assert len(wire.seen) == 1


def test_the_token_goes_to_no_other_host(clients: Clients) -> None:
    with Wire() as other:
        for target in (f"{other.url}/x", f"//localhost:{other.port}/x", f"http://127.0.0.1@localhost:{other.port}/"):
            with Wire(redirect(target)) as wire, pytest.raises(RedirectRefused, match=str(other.port)) as caught:
                clients(wire.url).request("GET", "/old")
            assert wire.url in str(caught.value)
    assert other.seen == []


@pytest.mark.parametrize(
    ("location", "reason"), [("", "it does not say where to"), ("http://[::1", "it does not lead to a valid URL")]
)
def test_a_redirect_to_nowhere_is_refused_without_a_target(location: str, reason: str, clients: Clients) -> None:
    with Wire(redirect(location)) as wire, pytest.raises(RedirectRefused) as caught:
        clients(wire.url).request("GET", "/x")
    assert f"returned a redirect (302), which is not followed: {reason} [" in f"{caught.value} ["


def test_redirects_in_a_circle_end(clients: Clients) -> None:
    with Wire(redirect("/x")) as wire, pytest.raises(RedirectRefused, match="too many"):
        clients(wire.url).request("GET", "/x")
    assert len(wire.seen) == 11


# ---------------------------------------------------------------------- the environment


def test_netrc_does_not_replace_the_token(clients: Clients, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password from-netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with Wire() as wire:
        clients(wire.url).request("GET", "/x")
        clients(wire.url, token=None).request("GET", "/x")
    assert [seen.headers.get("authorization") for seen in wire.seen] == ["Bearer the-token", None]


def test_proxies_of_the_environment(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    with Wire() as proxy, Wire() as direct:
        monkeypatch.setenv("http_proxy", f"http://me:pass-word@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        clients("http://cms.invalid").request("GET", "/x", params={"a": "b"})
        clients(direct.url).request("GET", "/y")
    assert [seen.target for seen in proxy.seen] == ["http://cms.invalid/x?a=b"]
    assert proxy.seen[0].headers["proxy-authorization"].startswith("Basic ")
    assert [seen.target for seen in direct.seen] == ["/y"]


@pytest.mark.parametrize("proxies", ["http://me:s3cret@proxy:3128", [("http", "x")], {"http": 3128}, {1: "x"}, {"http": b"x"}])
def test_proxies_that_are_no_mapping_of_strings_are_refused(proxies: Any) -> None:
    with pytest.raises(ConfigurationError, match="proxies must be a mapping of strings") as caught:
        RequestsTransport(proxies=proxies)
    assert "s3cret" not in str(caught.value)


def test_given_proxies_win(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    with Wire() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
        clients("http://bücher.invalid", proxies={"http": proxy.url}).request("GET", "/x")
    assert proxy.seen[0].target == "http://xn--bcher-kva.invalid/x"


def test_a_proxy_that_is_not_there(clients: Clients) -> None:
    proxies = {"http": f"http://me:pass-word@127.0.0.1:{closed_port()}"}
    with pytest.raises(ConnectionFailed) as caught:
        clients("http://cms.invalid", proxies=proxies).request("POST", "/x", json={})
    assert caught.value.sent is False
    assert "pass-word" not in str(caught.value)


@pytest.mark.parametrize("tls", [False, True])
def test_a_write_through_socks_is_sent_once(tls: bool, secure: Wire, bundle: str, clients: Clients) -> None:
    retry = RetryPolicy(attempts=3, backoff=0, max_elapsed=20)
    with SocksProxy() as proxy, Wire() as plain:
        wire = secure if tls else plain
        proxies = dict.fromkeys(("http", "https"), proxy.url)
        directus = clients(wire.url, proxies=proxies, verify=bundle, retry=retry)
        assert directus.request("POST", "/x", json={"a": "x" * 100_000}) == 1
        wire._script = lambda seen: Raw(b"")  # it is done, and the answer is lost
        with pytest.raises(ConnectionFailed) as caught:
            directus.request("POST", "/x", json={"a": 1})
        assert caught.value.sent is True
        assert [len(seen.body) for seen in wire.seen] == [100_008, 7]
        assert proxy.made == 1
        directus.close()


def test_a_server_that_socks_does_not_reach(clients: Clients) -> None:
    with SocksProxy() as proxy:
        url = f"http://127.0.0.1:{closed_port()}"
        with pytest.raises(ConnectionFailed) as caught:
            clients(url, proxies={"http": proxy.url}, retry=RetryPolicy(attempts=2, backoff=0)).request("POST", "/x")
    assert (caught.value.sent, caught.value.attempts) == (False, 2)


# ---------------------------------------------------------------------- TLS


def test_a_bundle_of_ones_own(secure: Wire, clients: Clients, bundle: str) -> None:
    assert clients(secure.url, verify=bundle).request("GET", "/x") == 1
    assert clients(secure.url, verify=Path(bundle)).request("GET", "/x") == 1


def test_the_bundle_of_the_environment(secure: Wire, clients: Clients, bundle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    assert clients(secure.url).request("GET", "/x") == 1


def test_a_bundle_that_is_not_there(secure: Wire, clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=r"verify.*/no/such/file"):
        RequestsTransport(verify="/no/such/file")
    with pytest.raises(ConfigurationError, match="verify"):
        RequestsTransport(verify="")
    with pytest.raises(ConfigurationError, match="cert"):
        RequestsTransport(cert=("/no/such/cert", "/no/such/key"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
    with pytest.raises(ConfigurationError, match="REQUESTS_CA_BUNDLE"):
        clients(secure.url).request("GET", "/x")


# ---------------------------------------------------------------------- forks and pickles


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the server of the test is a thread
@pytest.mark.parametrize("kind", ["made", "unpickled", "session"])
def test_a_child_makes_connections_of_its_own(kind: str) -> None:
    def script(seen: Seen) -> bytes:
        return answer(json.dumps({"data": seen.target}).encode())

    with Wire(script) as wire:
        transport: Any = RequestsTransport(timeout=(5, 5))
        if kind == "session":
            transport = SessionTransport(requests.Session(), timeout=(5, 5))
        if kind == "unpickled":
            transport = pickle.loads(pickle.dumps(transport))
        directus = Directus(wire.url, token="the-token", retry=ONCE, transport=transport)
        directus.request("GET", "/warm")
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            ok = False
            try:
                ok = all(directus.request("GET", f"/child/{n}") == f"/child/{n}" for n in range(50))
            finally:
                os.write(writer, b"1" if ok else b"0")
                os._exit(0)
        parents = all(directus.request("GET", f"/parent/{n}") == f"/parent/{n}" for n in range(50))
        assert os.read(reader, 1) == b"1"
        os.waitpid(child, 0)
        os.close(reader)
        os.close(writer)
        directus.close()
        assert parents
        by_parent = {seen.connection for seen in wire.seen if seen.path.startswith(("/parent", "/warm"))}
        by_child = {seen.connection for seen in wire.seen if seen.path.startswith("/child")}
    assert by_parent == {1}
    assert by_child
    assert not by_parent & by_child


def test_a_pickled_client_holds_no_secrets_and_says_what_to_do() -> None:
    transport = RequestsTransport(
        headers={"X-Api-Key": "key-1234", "X-Site": "a"},
        params={"access_token": "param-1234", "lang": "de"},
        proxies={"http": "http://me:proxy-1234@127.0.0.1:1"},
    )
    directus = Directus("http://127.0.0.1:1", token="token-1234", transport=transport)
    content = pickle.dumps(directus)
    for secret in (b"key-1234", b"param-1234", b"proxy-1234", b"token-1234"):
        assert secret not in content
    with pytest.raises(ConfigurationError, match="token"):
        pickle.loads(content).items("a").read_one(1)


def test_the_timeout_has_to_make_sense() -> None:
    for wrong in (0, -1, "5", (1,), (1, 0), True, float("nan")):
        with pytest.raises(ConfigurationError, match="timeout"):
            RequestsTransport(timeout=wrong)
    for wrong_size in (0, "5", None):
        with pytest.raises((TypeError, ValueError), match="pool_size"):
            RequestsTransport(pool_size=wrong_size)  # type: ignore[arg-type]


def test_calls_during_a_long_body_are_not_bound_by_the_time_to_connect(clients: Clients) -> None:
    def blocks() -> Iterator[bytes]:
        for _ in range(3):
            time.sleep(0.15)
            yield b"x" * 10

    with Wire() as wire:
        assert clients(wire.url, timeout=(0.1, 5)).request("POST", "/x", data=blocks()) == 1
    assert wire.seen[0].body == b"x" * 30


def test_a_long_body_over_tls_is_not_bound_by_the_time_to_connect(secure: Wire, bundle: str, clients: Clients) -> None:
    secure.slow = 1.3
    content = b"x" * 20_000_000
    assert clients(secure.url, verify=bundle, timeout=(1, 10)).request("POST", "/x", data=content) == 1
    assert len(secure.seen[0].body) == len(content)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_switching_the_check_of_certificates_holds_at_once(secure: Wire, clients: Clients, bundle: str) -> None:
    directus = clients(secure.url)
    transport: Any = directus.transport
    holder = getattr(transport, "session", transport)
    for verify, reached in ((True, False), (False, True), (True, False), (bundle, True), (Path(bundle), True), (True, False)):
        holder.verify = verify
        if reached:
            with pytest.warns() if verify is False else contextlib.nullcontext():
                assert directus.request("GET", "/x") == 1
        else:
            with pytest.raises(TLSError):
                directus.request("GET", "/x")
    holder.verify = "/no/such/file"
    with pytest.raises(ConfigurationError, match="verify"):
        directus.request("GET", "/x")


def test_a_bundle_is_looked_at_for_https_only(clients: Clients, secure: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
    with Wire() as wire:
        assert clients(wire.url).request("GET", "/x") == 1
    with pytest.raises(ConfigurationError, match="REQUESTS_CA_BUNDLE"):
        clients(secure.url).request("GET", "/x")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://other.invalid/x", "another host"),
        ("http://127.0.0.1:1/x", "another port"),
        ("https://127.0.0.1:{port}/x", "from http to https"),
        ("http://me:pw@127.0.0.1:{port}/x", "a user or a password"),
        ("http://[broken", "a valid URL"),
        ("", "where to"),
        ("/x", "too many before it"),
    ],
)
def test_a_refused_redirect_says_why(location: str, reason: str, clients: Clients) -> None:
    def script(seen: Seen) -> bytes:
        return redirect("/second") if seen.path == "/first" else redirect(location.format(port=wire.port))

    with Wire(script) as wire:
        for path in ("/first", "/x"):
            with pytest.raises(RedirectRefused, match=reason) as caught:
                clients(wire.url).request("GET", path)
            assert "pw" not in str(caught.value)
        with pytest.raises(RedirectRefused, match="only GET and HEAD"):
            clients(wire.url).request("POST", "/x")


def test_the_attributes_of_a_transport_hold_no_secret_that_can_be_walked_to() -> None:
    transport = RequestsTransport(
        headers={"Authorization": "Bearer s3cret"}, params={"access_token": "s3cret"}, proxies={"http": "http://u:s3cret@p:1"}
    )
    transport._origin("http://cms.invalid")
    seen: list[int] = []

    def walk(thing: Any) -> str:
        if id(thing) in seen:
            return ""
        seen.append(id(thing))
        if isinstance(thing, dict):
            return "".join(map(walk, [*thing, *thing.values()]))
        if isinstance(thing, (list, tuple)):
            return "".join(map(walk, thing))
        if type(thing).__module__.startswith("directus_sdk"):
            held = [getattr(thing, name) for name in getattr(type(thing), "__slots__", ()) if hasattr(thing, name)]
            return repr(thing) + walk(vars(thing) if hasattr(thing, "__dict__") else held)
        return str(thing)

    assert "s3cret" not in walk(transport)
    assert transport._own().headers["Authorization"] == "Bearer s3cret"
