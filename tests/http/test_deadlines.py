"""Deadlines: whatever a connection is made of, it is cut in time, and nothing else is."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from directus_sdk import Directus, RetryPolicy, Timeout, Transport, TruncatedResultWarning
from directus_sdk.http.deadlines import Watch
from tests.scripted_server import Drip, Raw, Seen, Wire, answer, head_of, scripted
from tests.tunnel import Tunnel

Make = Callable[..., Transport]

ONCE = RetryPolicy(attempts=1, max_elapsed=0.5)
ITEM = b'{"data": {"id": 1}}'
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(made)
    return made


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return str(path)


AUTHORITY = trustme.CA()


def drip_or_answer(seen: Seen) -> object:
    return Drip() if "dripping" in seen.path else answer(ITEM)


@pytest.fixture
def plain() -> Iterator[Wire]:
    with Wire(drip_or_answer) as wire:
        yield wire


@pytest.fixture
def secure(context: ssl.SSLContext) -> Iterator[Wire]:
    with Wire(drip_or_answer, context) as wire:
        yield wire


@pytest.mark.parametrize("library", ["pyOpenSSL", "gevent", "eventlet"])
def test_connections_of_other_libraries_are_cut_in_time(library: str, plain: Wire, secure: Wire, bundle: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.cut", library, bundle, plain.url, secure.url],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, "NO_PROXY": "*"},
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["{'id': 1}", "cut {'id': 1}", "cut {'id': 1}"] * 2


@pytest.mark.parametrize("tls_to_the_proxy", [True, False])
def test_a_connection_through_a_proxy_is_cut_in_time(
    tls_to_the_proxy: bool,
    secure: Wire,
    bundle: str,
    context: ssl.SSLContext,
    capfd: pytest.CaptureFixture[str],
    make_transport: Make,
) -> None:
    with Tunnel(context if tls_to_the_proxy else None) as proxy:
        transport = make_transport(verify=bundle, proxies={"https": proxy.url}, timeout=30)
        with Directus(secure.url, token="t", transport=transport) as directus:
            assert directus.items("whole").read_one(1) == {"id": 1}
            with pytest.raises(Timeout) as caught:
                directus.with_options(retry=ONCE).items("dripping").read_one(1)
            assert caught.value.sent is True
            assert directus.items("whole").read_one(1) == {"id": 1}
    assert len(proxy.asked) == 2
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("tls_to_the_proxy", [True, False])
def test_a_proxy_that_drips_is_cut_in_time(
    tls_to_the_proxy: bool, secure: Wire, bundle: str, context: ssl.SSLContext, make_transport: Make
) -> None:
    with Tunnel(context if tls_to_the_proxy else None, drip=True) as proxy:
        transport = make_transport(verify=bundle, proxies={"https": proxy.url}, timeout=30)
        with Directus(secure.url, token="t", retry=ONCE, transport=transport) as directus, pytest.raises(Timeout) as caught:
            directus.items("whole").read_one(1)
    assert caught.value.sent is False
    assert secure.seen == []


class Counted:
    """Instead of a socket: what is done with it."""

    def __init__(self) -> None:
        self.watch: Watch | None = None
        self.open_socket: object = self
        self.shut = 0

    def fileno(self) -> int:
        self.shut += 1
        raise OSError("no descriptor")


def test_a_request_that_is_over_is_not_cut() -> None:
    connection, watch = Counted(), Watch(0)
    watch.hold(connection)
    assert watch.finish()
    assert watch.end()
    assert (connection.shut, watch.cut) == (0, False)


def test_a_connection_that_serves_another_request_is_not_cut() -> None:
    """An interrupt can skip every end of a call; its connection is used again, and the watch is still there."""
    connection, interrupted, next_one = Counted(), Watch(0), Watch(30)
    interrupted.hold(connection)
    next_one.hold(connection)
    assert interrupted.end()
    assert (connection.shut, next_one.cut) == (0, False)


def test_what_cannot_be_cut_is_not_marked_as_cut() -> None:
    connection, watch = Counted(), Watch(0)
    watch.hold(connection)
    assert not watch.end()
    assert (connection.shut, watch.cut) == (1, False)
    assert watch.finish()


def test_a_request_whose_time_is_over_gets_no_connection() -> None:
    watch = Watch(0)
    assert watch.end()
    with pytest.raises(TimeoutError):
        watch.hold(Counted())


@pytest.mark.parametrize("end", ["length", "chunks"])
def test_a_response_that_came_whole_counts_although_it_was_cut(
    end: str, monkeypatch: pytest.MonkeyPatch, make_transport: Make
) -> None:
    """The deadline passes between the last byte and the end of the call."""

    def cut_first(self: Watch) -> bool:
        self._end.setdefault("by", "cut")
        return self._end["by"] == "request"

    chunked = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    reply = answer(ITEM) if end == "length" else chunked % (len(ITEM), ITEM)
    monkeypatch.setattr(Watch, "finish", cut_first)
    once = RetryPolicy(attempts=1, max_elapsed=30)
    with Wire(reply) as wire, Directus(wire.url, token="t", retry=once, transport=make_transport()) as directus:
        assert directus.items("a").read_one(1) == {"id": 1}
        assert directus.items("a").read_one(1) == {"id": 1}
        assert wire.connections == 2  # what was cut is not used again
        # Without an end of its own, a response may have been cut short.
        monkeypatch.setattr(wire, "_script", lambda seen: Raw(answer(ITEM, length=False)))
        with pytest.raises(Timeout):
            directus.items("a").read_one(1)


def test_calls_with_a_deadline_start_one_thread_in_all(plain: Wire) -> None:
    import directus_sdk.http.deadlines

    started: list[object] = []
    start = directus_sdk.http.deadlines._thread.start_new_thread

    class Counting:
        @staticmethod
        def start_new_thread(*args: object) -> object:
            started.append(args)
            return start(*args)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(directus_sdk.http.deadlines, "_thread", Counting)
        watcher = directus_sdk.http.deadlines._Watcher()
        patch.setattr(directus_sdk.http.deadlines, "_watcher", lambda: watcher)
        with Directus(plain.url, token="t", retry=RetryPolicy(max_elapsed=30)) as directus:
            directus.items("whole").read_one(1)
            while not watcher._running.locked():
                pass
            before = len(started)
            for _ in range(5):
                directus.items("whole").read_one(1)
    assert len(started) == before == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_that_was_forked_cuts_too(plain: Wire, make_transport: Make) -> None:
    with Directus(plain.url, token="t", retry=RetryPolicy(max_elapsed=30), transport=make_transport()) as directus:
        directus.items("whole").read_one(1)  # the parent's thread runs
        child = os.fork()
        if child == 0:
            try:
                directus.with_options(retry=ONCE).items("dripping").read_one(1)
            except Timeout:
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0


def test_calls_that_are_made_once_only_have_the_deadline_too() -> None:
    def slow(connection: socket.socket) -> None:
        while head := head_of(connection):
            info = head.startswith(b"GET /server/")
            for _ in range(400 if info else 0):
                connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
                time.sleep(0.05)
            finished.append(info)
            data: object = {"status": "ok"} if info else [{"id": number} for number in range(100)]
            connection.sendall(answer(json.dumps({"data": data}).encode()))

    finished: list[bool] = []
    retry = RetryPolicy(attempts=1, max_elapsed=0.8)
    with scripted(slow) as url, Directus(url, token="the-token", retry=retry) as directus:
        with pytest.raises(Timeout):
            directus.server.health()
        with pytest.warns(TruncatedResultWarning):
            assert len(directus.items("a").read_many(fields=["id"])) == 100
    assert True not in finished
