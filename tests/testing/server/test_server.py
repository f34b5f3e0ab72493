"""What can go wrong before a server answers, with a stand-in for Node.js; the real thing is in tests/live."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path

import pytest

from directus_sdk.testing import DirectusServer
from directus_sdk.testing.server.process import StartError
from tests.testing.conftest import FakeNode


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, to see what stays there."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_bootstrap_that_fails_shows_the_end_of_the_log(node: FakeNode, cache: Path, temporary: Path) -> None:
    node.directus_does("print('the database is locked'); sys.exit(3)")
    with pytest.raises(StartError, match=r"bootstrap of Directus 11.17.4 ended with 3.*\n  the database is locked$"):
        DirectusServer().start()
    assert list(temporary.iterdir()) == []
    assert not (cache / "templates-1" / "11.17.4-sqlite3").exists()


def test_a_start_that_fails_shows_the_end_of_the_log(node: FakeNode, temporary: Path) -> None:
    node.directus_does("print(sys.argv[2], 'went wrong'); sys.exit(sys.argv[2] == 'start')")
    with pytest.raises(StartError, match=r"Directus 11.17.4 ended with 1 while it started(.|\n)*start went wrong"):
        DirectusServer().start()
    assert list(temporary.iterdir()) == []


# It answers the first time, when the data folder is prepared that others get a copy of.
ANSWERS_ONCE = """
from http.server import BaseHTTPRequestHandler, HTTPServer
import signal

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

if sys.argv[2] == "start":
    if (home / "once").exists():
        print("thinking", flush=True)
        signal.pause()
    (home / "once").touch()
    HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"""


def test_a_server_that_never_answers_is_given_up(node: FakeNode, temporary: Path) -> None:
    node.directus_does(ANSWERS_ONCE)
    with pytest.raises(StartError, match=r"did not respond within 3 s(.|\n)*thinking"):
        DirectusServer(timeout=3).start()
    assert [call["argv"][-1] for call in node.calls[1:]] == ["bootstrap", "start", "start"]
    with pytest.raises(ProcessLookupError):
        os.kill(node.calls[-1]["pid"], 0)
    assert list(temporary.iterdir()) == []


def test_a_taken_port_is_tried_again_on_another(node: FakeNode) -> None:
    node.directus_does("""
if sys.argv[2] == "start":
    print("Port", os.environ["PORT"], "is already in use")
    sys.exit(1)
""")
    with pytest.raises(StartError, match="is already in use"):
        DirectusServer(env={"ADMIN_EMAIL": "me@example.com"}).start()
    ports = [call["environment"]["PORT"] for call in node.calls if call["argv"][-1] == "start"]
    assert len(ports) == 3
    assert len(set(ports)) > 1


def test_a_port_that_was_asked_for_is_tried_once(node: FakeNode) -> None:
    node.directus_does("print('Port 1 is already in use'); sys.exit(sys.argv[2] == 'start')")
    with pytest.raises(StartError, match="already in use"):
        DirectusServer(env={"ADMIN_EMAIL": "me@example.com", "PORT": "1"}).start()
    assert [call["environment"]["PORT"] for call in node.calls if call["argv"][-1] == "start"] == ["1"]


def test_settings_of_the_server(node: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of something else")
    node.directus_does("sys.exit(1)")
    with pytest.raises(StartError):
        DirectusServer(env={"ADMIN_PASSWORD": "mine", "WEBSOCKETS_ENABLED": "false"}).start()
    settings = node.calls[-1]["environment"]
    assert settings["HOST"] == "127.0.0.1"
    assert settings["PUBLIC_URL"] == f"http://127.0.0.1:{settings['PORT']}"
    assert settings["ADMIN_PASSWORD"] == "mine"
    assert settings["ADMIN_EMAIL"] == "admin@example.com"
    assert settings["WEBSOCKETS_ENABLED"] == "false"
    assert settings["TELEMETRY"] == "false"
    assert settings["SECRET"] != "of something else"
    assert Path(settings["STORAGE_LOCAL_ROOT"]).parent == Path(settings["DB_FILENAME"]).parent


def test_before_it_is_started(node: FakeNode) -> None:
    server = DirectusServer("12")
    assert server.version == "12.4.1"
    assert server.pid is None
    assert "not started" in repr(server)
    for name in ("url", "log", "admin_token", "admin_email", "admin_password"):
        with pytest.raises(RuntimeError, match="not started"):
            getattr(server, name)
    for action in (server.restart, server.suspend, server.resume):
        with pytest.raises(RuntimeError, match="not started"):
            action()
    server.stop()
    server.kill()
    server.close()
    assert node.calls == []


def test_an_unknown_database() -> None:
    with pytest.raises(ValueError, match="sqlite3, postgres: 'mysql'"):
        DirectusServer(database="mysql")


def test_a_failed_server_leaves_no_open_pipes(node: FakeNode) -> None:
    # A leak would be a ResourceWarning, which is an error here.
    node.directus_does("sys.exit(1)")
    with pytest.raises(StartError):
        DirectusServer().start()
    gc.collect()
