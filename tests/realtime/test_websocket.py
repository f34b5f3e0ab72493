"""Opening a socket: refusals, faults, TLS, proxies."""

from __future__ import annotations

import http
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from websockets.http11 import Request as UpgradeRequest
from websockets.http11 import Response as UpgradeResponse
from websockets.sync.server import ServerConnection

from directus_sdk import (
    APIError,
    ConfigurationError,
    ConnectionFailed,
    Directus,
    Forbidden,
    InvalidCredentials,
    NotSupported,
    RedirectRefused,
    RequestsTransport,
    RetryPolicy,
    ServerError,
    ServiceUnavailable,
    Timeout,
    TLSError,
)
from tests.realtime.peer import WAIT, Line, peer


def greet(line: Line) -> None:
    line.welcome()
    line.rest()


@contextmanager
def refusing(status: int, headers: dict[str, str] | None = None) -> Iterator[Directus]:
    """A client of a server that refuses every upgrade."""

    def process(connection: ServerConnection, request: UpgradeRequest) -> UpgradeResponse:
        answer = connection.respond(http.HTTPStatus(status), "no\n")
        for name, value in (headers or {}).items():
            answer.headers[name] = value
        return answer

    with peer(greet, process_request=process) as server, server.directus() as directus:
        yield directus


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, InvalidCredentials),
        (403, Forbidden),
        (404, NotSupported),
        (400, NotSupported),
        (500, ServerError),
        (502, ServerError),
        (503, ServiceUnavailable),
        (418, APIError),
    ],
)
@pytest.mark.parametrize("mode", ["handshake", "strict"])
def test_a_refused_upgrade(status: int, kind: type[APIError], mode: str) -> None:
    with refusing(status) as directus:
        with pytest.raises(kind) as caught:
            directus.realtime.connect(mode=mode)
        assert caught.value.status == status
        assert "the-token" not in str(caught.value)


def test_without_web_sockets_the_error_says_how_to_switch_them_on() -> None:
    with refusing(404) as directus, pytest.raises(NotSupported, match="WEBSOCKETS_ENABLED"):
        directus.items("articles").subscribe()


def test_a_redirect_is_not_followed_with_the_token() -> None:
    with peer(greet) as elsewhere, refusing(302, {"Location": f"ws://{elsewhere.address}/websocket"}) as directus:
        with pytest.raises(RedirectRefused):
            directus.realtime.connect(mode="strict")
        assert elsewhere.waiting == 0


def test_nobody_is_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        directus = Directus(f"http://127.0.0.1:{free.getsockname()[1]}", token="t")
        with pytest.raises(ConnectionFailed) as caught:
            directus.realtime.connect()
        assert caught.value.sent is False


@contextmanager
def rude(answer: bytes | None) -> Iterator[str]:
    """A server that reads the upgrade and then says `answer` and hangs up, or says nothing."""
    ended = threading.Event()

    def run(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            if answer is None:
                ended.wait(WAIT)
            else:
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=run, args=(listening,))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        ended.set()
        thread.join(WAIT)


@pytest.mark.parametrize(
    "answer", [b"", b"\0\1\2", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.1 101 Hm\r\n\r\n"]
)
def test_a_proxy_that_hangs_up_or_talks_nonsense(answer: bytes) -> None:
    with rude(answer) as url, Directus(url, token="t") as directus, pytest.raises((ConnectionFailed, APIError)):
        directus.realtime.connect()


def test_an_upgrade_that_is_never_answered() -> None:
    with rude(None) as url, Directus(url, token="t") as directus:
        started = time.monotonic()
        with pytest.raises(Timeout, match="upgrade"):
            directus.realtime.connect(open_timeout=1)
        assert time.monotonic() - started < WAIT


def test_a_first_answer_of_many_megabytes_comes_through() -> None:
    rows = [{"id": number, "text": "x" * 1000} for number in range(5000)]

    def script(line: Line) -> None:
        line.welcome()
        line.take_subscription(rows)
        line.rest()

    with peer(script) as server, server.directus() as directus:
        first = directus.items("articles").subscribe().next(WAIT)
        assert len(first.data) == 5000


def test_a_message_over_max_size_ends_the_connection() -> None:
    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        if line.number == 1:
            line.event(asked, "create", {"text": "x" * 10_000})
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(max_size=5_000)
        assert directus.items("articles").subscribe("create").next(WAIT).event == "reconnected"


# ---------------------------------------------------------------------- TLS
@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def secure_client(url: str, **options: object) -> Directus:
    return Directus(
        url.replace("http:", "https:"), token="t", transport=RequestsTransport(**options), retry=RetryPolicy(attempts=1)
    )  # type: ignore[arg-type]


def test_a_certificate_that_is_not_trusted(secure: ssl.SSLContext) -> None:
    with peer(greet, ssl=secure) as server, secure_client(server.url) as directus, pytest.raises(TLSError, match="verify="):
        directus.realtime.connect()


def test_the_bundle_of_the_transport_counts(secure: ssl.SSLContext, authority: trustme.CA, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    with peer(greet, ssl=secure) as server, secure_client(server.url, verify=str(bundle)) as directus:
        directus.realtime.connect()
        assert server.line().path == "/websocket"


def test_verify_false_counts(secure: ssl.SSLContext) -> None:
    with peer(greet, ssl=secure) as server, secure_client(server.url, verify=False) as directus:
        directus.realtime.connect()
        assert directus.realtime.connected


def test_the_client_certificate_goes_out(secure: ssl.SSLContext, authority: trustme.CA, tmp_path: Path) -> None:
    authority.configure_trust(secure)
    secure.verify_mode = ssl.CERT_REQUIRED
    bundle, cert = tmp_path / "ca.pem", tmp_path / "client.pem"
    authority.cert_pem.write_to_path(str(bundle))
    authority.issue_cert("client.example.com").private_key_and_cert_chain_pem.write_to_path(str(cert))
    with peer(greet, ssl=secure) as server:
        with secure_client(server.url, verify=str(bundle), cert=str(cert)) as directus:
            directus.realtime.connect()
        with secure_client(server.url, verify=str(bundle)) as directus, pytest.raises((TLSError, ConnectionFailed)):
            directus.realtime.connect()


# ---------------------------------------------------------------------- proxies
class Proxy:
    """Passes CONNECT on so many times, or refuses."""

    def __init__(self, *, refuse: bytes | None = None, times: int = 1) -> None:
        self._times = times
        self.asked: list[str] = []
        self._refuse = refuse
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://user:pw@127.0.0.1:{self._listening.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._run)]
        self._threads[0].start()

    def _run(self) -> None:
        for _ in range(self._times):
            self._serve()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        self.asked.append(head.decode())
        if self._refuse is not None:
            connection.sendall(self._refuse)
            connection.close()
            return
        host, _, port = head.split()[1].decode().rpartition(":")
        upstream = socket.create_connection((host, int(port)))
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        back = threading.Thread(target=self._pass, args=(upstream, connection))
        back.start()
        self._pass(connection, upstream)
        back.join(WAIT)
        upstream.close()
        connection.close()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._threads[0].join(WAIT)
        self._listening.close()


def test_the_proxy_of_the_transport_is_used() -> None:
    with peer(greet) as server, Proxy() as proxy:
        transport = RequestsTransport(proxies={"http": proxy.url})
        with Directus(server.url, token="t", transport=transport) as directus:
            directus.realtime.connect()
            assert server.line().path == "/websocket"
        assert proxy.asked[0].startswith(f"CONNECT {server.address} HTTP/1.1")
        assert "Proxy-Authorization: Basic" in proxy.asked[0]


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with peer(greet) as server, Proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        with Directus(server.url, token="t") as directus:
            directus.realtime.connect()
        assert len(proxy.asked) == 1


def test_hosts_that_need_no_proxy_get_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with peer(greet) as server, Directus(server.url, token="t") as directus:
        directus.realtime.connect()
        assert directus.realtime.connected


def test_a_proxy_that_refuses_hides_its_password() -> None:
    with Proxy(refuse=b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n") as proxy:
        transport = RequestsTransport(proxies={"http": proxy.url})
        with Directus("http://127.0.0.1:9", token="t", transport=transport) as directus:
            with pytest.raises(ConnectionFailed, match="proxy") as caught:
                directus.realtime.connect()
            assert "pw" not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_a_certificate_that_cannot_be_read(tmp_path: Path) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text("nothing")
    with secure_client("http://127.0.0.1:9", verify=str(broken)) as directus, pytest.raises((ConfigurationError, TLSError)):
        directus.realtime.connect()


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *args: object, **kwargs: object) -> object:
        if name.startswith("websockets"):
            raise ImportError(name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with Directus("http://127.0.0.1:9", token="t") as directus, pytest.raises(ImportError, match=r"\[realtime\]"):
        directus.realtime.connect()


def test_the_upgrade_carries_no_length_and_no_accept() -> None:
    with peer(greet) as server, Directus(server.url, token="t") as directus:
        directus.realtime.connect()
        headers = server.line().headers
        assert "directus-python-sdk" in headers["User-Agent"]
        assert "Accept" not in headers
        assert json.dumps(dict(headers.raw_items())).count("User-Agent") == 1


def test_a_server_at_an_ipv6_address() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with peer(greet, host="::1") as server, server.directus() as directus:
        assert directus.realtime.connect().connected
        assert server.line().headers["Host"] == server.address


@pytest.mark.parametrize("mode", ["handshake", "public", "strict"])
@pytest.mark.parametrize("where", ["same host", "port", "host", "scheme"])
def test_a_redirect_behind_a_proxy_is_not_followed_with_the_token(where: str, mode: str) -> None:
    def turn_away(connection: ServerConnection, request: UpgradeRequest) -> UpgradeResponse:
        answer = connection.respond(http.HTTPStatus(307), "")
        answer.headers["Location"] = target
        return answer

    with peer(Line.rest) as elsewhere, peer(Line.rest, process_request=turn_away) as server, Proxy() as proxy:
        there = f"{elsewhere.address}/websocket"
        target = {
            "same host": f"ws://{server.address}/there",
            "port": f"ws://{there}",
            "host": f"ws://{there.replace('127.0.0.1', 'localhost')}",
            "scheme": f"wss://{there}",
        }[where]
        transport = RequestsTransport(proxies={"http": proxy.url, "https": proxy.url})
        with Directus(server.url, token="tok-s3cret", transport=transport) as directus:
            with pytest.raises(RedirectRefused, match="not followed") as caught:
                directus.realtime.connect(mode=mode)
            assert "tok-s3cret" not in str(caught.value)
        assert elsewhere.waiting == 0
        assert len(proxy.asked) == 1


@pytest.mark.parametrize("url", [None, "ws://straße.example.test/websocket"])
def test_a_host_is_looked_up_by_the_same_rule_as_over_http(url: str | None) -> None:
    with Proxy(refuse=b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n") as proxy:
        transport = RequestsTransport(proxies={"http": proxy.url})
        host = "cms.example.test" if url else "straße.example.test"
        with Directus(f"http://{host}", token="t", transport=transport) as directus, pytest.raises(ConnectionFailed):
            directus.realtime.connect(url=url)
    assert proxy.asked[0].startswith("CONNECT xn--strae-oqa.example.test:80 ")
