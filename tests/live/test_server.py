"""DirectusServer with a real Directus of the version and on the database that the environment chooses."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest

from directus_sdk.testing import DirectusServer, SMTPSink
from directus_sdk.testing.server.loopback import call
from directus_sdk.testing.server.process import StartError

pytestmark = pytest.mark.live

VERSION = os.environ.get("DIRECTUS_VERSION") or "11.17.4"
DATABASE = os.environ.get("DIRECTUS_DATABASE") or "sqlite3"

PARENT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored if this run is in the background of a shell
from directus_sdk.testing import DirectusServer
with DirectusServer(sys.argv[1], sys.argv[2]) as server:
    print(server.pid, server.folder, flush=True)
    if sys.argv[3:] == ["raise"]:
        raise RuntimeError("something went wrong")
    sys.stdin.read()
"""

needs_pidfd = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for processes as Linux can")


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    with DirectusServer(VERSION, DATABASE) as server:
        yield server


@pytest.fixture(scope="module")
def mails() -> Iterator[SMTPSink]:
    with SMTPSink() as mails:
        yield mails


@pytest.fixture(scope="module")
def other(mails: SMTPSink) -> Iterator[DirectusServer]:
    """Another server, which sends mails."""
    with DirectusServer(VERSION, DATABASE, mails.env) as server:
        yield server


def connection(server: DirectusServer) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port), timeout=5)


def me(server: DirectusServer, token: str | None = None) -> object:
    return call("GET", f"{server.url}/users/me?fields=email", token=token or server.admin_token)["data"]["email"]


def new_folder(server: DirectusServer, name: str) -> str:
    data = call("POST", f"{server.url}/folders", token=server.admin_token, body={"name": name})["data"]
    return str(data["id"])


def name_of(server: DirectusServer, folder: str) -> object:
    return call("GET", f"{server.url}/folders/{folder}", token=server.admin_token)["data"]["name"]


def test_the_administrator_has_a_token_and_a_password(server: DirectusServer) -> None:
    assert me(server) == server.admin_email
    login = {"email": server.admin_email, "password": server.admin_password}
    signed_in = call("POST", f"{server.url}/auth/login", body=login)["data"]
    assert me(server, signed_in["access_token"]) == server.admin_email
    with pytest.raises(HTTPError):
        me(server, "another-token")


def test_it_is_the_version_that_was_asked_for(server: DirectusServer) -> None:
    info = call("GET", f"{server.url}/server/info", token=server.admin_token)["data"]
    assert (info.get("version") or info["directus"]["version"]) == server.version


def test_it_listens_on_this_machine_only(server: DirectusServer) -> None:
    address = urlsplit(server.url)
    assert address.hostname == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", address.port or 0), timeout=5)


def test_a_restart_keeps_the_port_and_the_data(server: DirectusServer) -> None:
    folder = new_folder(server, "kept")
    before = server.url, server.pid
    server.restart()
    assert server.url == before[0]
    assert server.pid != before[1]
    assert name_of(server, folder) == "kept"
    assert me(server) == server.admin_email


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_stopped_or_killed_it_comes_back(server: DirectusServer, end: str) -> None:
    folder = new_folder(server, end)
    getattr(server, end)()
    assert server.pid is None
    with pytest.raises(ConnectionRefusedError):
        connection(server)
    server.start()
    assert name_of(server, folder) == end
    pid = server.pid
    server.start()  # it runs: nothing happens
    assert server.pid == pid


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be suspended there")
def test_suspended_it_takes_connections_and_does_not_answer(server: DirectusServer) -> None:
    server.suspend()
    try:
        with connection(server) as waiting:
            waiting.sendall(b"GET /server/ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            waiting.settimeout(0.3)
            with pytest.raises(TimeoutError):
                waiting.recv(1)
            server.resume()
            waiting.settimeout(30)
            assert waiting.recv(12) == b"HTTP/1.1 200"
    finally:
        server.resume()


def test_servers_do_not_share_data(server: DirectusServer, other: DirectusServer) -> None:
    folder = new_folder(server, "mine")
    assert other.url != server.url
    with pytest.raises(HTTPError):
        name_of(other, folder)
    assert name_of(server, folder) == "mine"


def test_settings_are_passed_on() -> None:
    env = {"ADMIN_EMAIL": "boss@example.com", "PUBLIC_URL": "https://cms.example.com", "ACCESS_TOKEN_TTL": "7s"}
    with DirectusServer(VERSION, DATABASE, env) as server:
        assert me(server) == server.admin_email == "boss@example.com"
        login = {"email": server.admin_email, "password": server.admin_password}
        assert call("POST", f"{server.url}/auth/login", body=login)["data"]["expires"] == 7000
        folder = server.folder
        assert folder.is_dir()
    assert not folder.exists()


def test_a_mail_of_the_server(other: DirectusServer, mails: SMTPSink) -> None:
    call("POST", f"{other.url}/auth/password/request", body={"email": other.admin_email})
    message = mails.wait_for(other.admin_email)
    assert message["From"].addresses[0].addr_spec == mails.env["EMAIL_FROM"]
    assert other.url in message.as_string()


def test_a_server_that_cannot_start_shows_its_log() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(StartError, match=f"Port {port} is already in use") as caught:
            DirectusServer(VERSION, DATABASE, {"PORT": port}).start()
    assert f"Directus {VERSION.split('.')[0]}" in str(caught.value)


class Parent:
    """Another Python that has started a server."""

    def __init__(self) -> None:
        argv = [sys.executable, "-c", PARENT, VERSION, DATABASE]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        pid, _, folder = self.process.stdout.readline().partition(" ")
        self.folder = Path(folder.strip())
        self.server = int(pid)
        # Its parent is the guardian that removes the data.
        self.pidfds = [os.pidfd_open(number) for number in (self.server, _parent(self.server))]

    def assert_nothing_is_left(self) -> None:
        for pidfd in self.pidfds:
            assert select.select([pidfd], [], [], 30)[0], "still running"
        assert not self.folder.exists()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        for pidfd in self.pidfds:
            os.close(pidfd)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.fixture
def started() -> Iterator[Parent]:
    parent = Parent()
    yield parent
    parent.close()


@needs_pidfd
@pytest.mark.parametrize("signal_name", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_nothing_is_left_when_the_parent_is_killed(signal_name: str, started: Parent) -> None:
    assert started.folder.is_dir()
    started.process.send_signal(getattr(signal, signal_name))
    assert started.process.wait(30) != 0
    started.assert_nothing_is_left()


@needs_pidfd
def test_nothing_is_left_when_the_parent_is_killed_while_the_server_is_suspended(started: Parent) -> None:
    os.kill(started.server, signal.SIGSTOP)
    started.process.kill()
    started.assert_nothing_is_left()


def test_nothing_is_left_after_an_exception() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARENT, VERSION, DATABASE, "raise"], capture_output=True, text=True, check=False
    )
    pid, _, folder = done.stdout.strip().partition(" ")
    assert "something went wrong" in done.stderr
    assert not Path(f"/proc/{pid}").exists()
    assert not Path(folder).exists()


def test_nothing_is_left_when_nobody_stops_it() -> None:
    code = (
        "from directus_sdk.testing import DirectusServer\n"
        f"server = DirectusServer({VERSION!r}, {DATABASE!r}).start()\n"
        "print(server.pid, server.folder)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    pid, _, folder = done.stdout.strip().partition(" ")
    assert not Path(f"/proc/{pid}").exists()
    assert folder
    assert not Path(folder).exists()
