"""Resumable uploads to a real server that has them, and whose address for itself is wrong."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from directus_sdk import Directus, Forbidden, InvalidForeignKey, LoginAuth, RequestsTransport
from directus_sdk.testing import DirectusServer
from directus_sdk.testing.server.install import DEFAULT_VERSION

pytestmark = [pytest.mark.live, pytest.mark.directus(">=10.13")]

VERSION = os.environ.get("DIRECTUS_VERSION") or DEFAULT_VERSION
CHUNK = 1 << 20
NOWHERE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    env = {
        "TUS_ENABLED": "true",
        "TUS_CHUNK_SIZE": "1mb",
        "PUBLIC_URL": "http://192.0.2.1:9/elsewhere",
        "ACCESS_TOKEN_TTL": "2s",
        "IMPORT_IP_DENY_LIST": "",
    }
    with DirectusServer(VERSION, env=env) as server:
        yield server


@pytest.fixture
def directus(server: DirectusServer) -> Iterator[Directus]:
    with server.directus() as client:
        yield client


@pytest.fixture
def requested(directus: Directus) -> list[str]:
    """What is sent, such as `PATCH /files/tus/1`."""
    sent: list[str] = []

    def listen(event: Any) -> None:
        if event.kind == "request":
            sent.append(f"{event.request.method} {event.request.url.removeprefix(directus.url)}")

    directus.on_event(listen)
    return sent


@pytest.fixture
def content(tmp_path: Path) -> Path:
    path = tmp_path / "content.bin"
    path.write_bytes(os.urandom(4 * CHUNK + CHUNK // 2))
    return path


class Stop(Exception):
    pass


def stop(done: int, total: Any) -> None:
    if done > 2 * CHUNK:
        raise Stop


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("by", ["client", "transport"])
def test_query_parameters_of_every_call_do_not_hide_an_upload(server: DirectusServer, by: str) -> None:
    if by == "client":
        directus = server.directus().with_options(params={"tag": "a/b"})
    else:
        directus = Directus(server.url, transport=RequestsTransport(params={"access_token": server.admin_token}))
    content = os.urandom(CHUNK + 9)
    file = directus.files.upload(content, filename="x.bin", resumable=True, fields=["id"])
    assert file is not None
    assert directus.assets.read(file["id"]) == content


def test_in_chunks(directus: Directus, requested: list[str], content: Path) -> None:
    seen: list[tuple[int, Any]] = []
    file: Any = directus.files.upload(
        content,
        {"title": "null", "tags": ["a", "b"], "description": None},
        filename='a "b"\n日本.csv',
        folder="chunks/deep",
        create_folders=True,
        resumable=True,
        on_progress=lambda *call: seen.append(call),
    )
    assert (file["filename_download"], file["type"], file["title"]) == ('a "b"\n日本.csv', "text/csv", "null")
    assert (file["tags"], int(file["filesize"]), file["folder"] is None) == (["a", "b"], content.stat().st_size, False)
    assert directus.assets.read(file["id"]) == content.read_bytes()
    assert sum(line.startswith("PATCH /files/tus/") for line in requested) == 5
    assert seen[-1] == (content.stat().st_size, content.stat().st_size)
    # Asked once, and nothing of it for small and for empty files.
    requested.clear()
    directus.files.upload(b"small", filename="small.txt")
    directus.files.upload(b"", filename="empty.txt", resumable=True)
    assert requested == ["POST /files", "POST /files"]


def test_replace_in_chunks(directus: Directus, content: Path) -> None:
    file: Any = directus.files.upload(b"old", {"title": "Kept"}, filename="name.txt")
    new: Any = directus.files.replace(file["id"], content, resumable=True)
    assert (new["id"], new["filename_download"], new["title"]) == (file["id"], "name.txt", "Kept")
    assert directus.assets.read(file["id"]) == content.read_bytes()


def test_refusals(directus: Directus, server: DirectusServer, content: Path) -> None:
    with pytest.raises(InvalidForeignKey):
        directus.files.upload(content, folder=NOWHERE, resumable=True)
    with server.directus(token=None) as nobody, pytest.raises(Forbidden):
        nobody.files.upload(content, resume_file=content.with_suffix(".json"))


def test_the_token_is_refreshed_between_chunks(server: DirectusServer, content: Path) -> None:
    with server.directus(auth=LoginAuth()) as directus:
        directus.auth.login(server.admin_email, server.admin_password)
        refreshed: list[int] = []
        directus.on_event(lambda event: refreshed.append(event.attempt) if "/auth/refresh" in event.request.url else None)
        old = directus.auth.token

        def wait_for_expiry(done: int, total: Any) -> None:
            deadline = time.monotonic() + 15
            while done > CHUNK and not refreshed and time.monotonic() < deadline:
                status = requests.get(
                    server.url + "/users/me", headers={"Authorization": f"Bearer {old}"}, timeout=5
                ).status_code
                if status == 401:
                    return

        file: Any = directus.files.upload(content, resumable=True, on_progress=wait_for_expiry)
        assert refreshed
        assert directus.assets.read(file["id"]) == content.read_bytes()


UPLOAD = """
import sys
from directus_sdk import Directus

url, token, path, resume, half = sys.argv[1:]

def told(done, total):
    if done >= int(half):
        print(done, flush=True)
        sys.stdin.read()

Directus(url, token=token).files.upload(path, resume_file=resume, on_progress=told)
"""


@pytest.mark.directus(">=11")
def test_killed_and_started_again(directus: Directus, server: DirectusServer, requested: list[str], content: Path) -> None:
    resume, size = content.with_suffix(".json"), content.stat().st_size
    half = 2 * CHUNK + CHUNK // 2
    script = [sys.executable, "-c", UPLOAD, server.url, server.admin_token, str(content), str(resume), str(half)]
    with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        sent = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
    assert resume.exists()
    if os.name == "posix":
        assert resume.stat().st_mode & 0o77 == 0
    again: list[int] = []
    before = directus.files.count()
    file: Any = directus.files.upload(content, resume_file=resume, on_progress=lambda done, total: again.append(done))
    assert digest(directus.assets.read(file["id"])) == digest(content.read_bytes())
    assert not resume.exists()
    assert not any(line == "POST /files/tus" for line in requested)
    # From what the first process had handed out, less than a chunk was sent once more.
    assert again[-1] == size
    begun = again[0] - 256 * 1024
    assert sent - begun < CHUNK
    assert begun > CHUNK
    assert directus.files.count() == before + 1


def test_another_content_is_not_mixed_up(directus: Directus, content: Path) -> None:
    resume = content.with_suffix(".json")
    with pytest.raises(Stop):
        directus.files.upload(content, resume_file=resume, on_progress=stop)
    assert "upload" in json.loads(resume.read_text())
    content.write_bytes(os.urandom(content.stat().st_size))
    file: Any = directus.files.upload(content, resume_file=resume)
    assert directus.assets.read(file["id"]) == content.read_bytes()
    for junk in ("", "[]", "{}", "null"):
        resume.write_text(junk)
        assert directus.files.upload(b"x", filename="x", resume_file=resume)
        assert not resume.exists()


@pytest.mark.directus(">=11")
def test_an_upload_that_expired_starts_again(content: Path) -> None:
    resume = content.with_suffix(".json")
    env = {"TUS_ENABLED": "true", "TUS_CHUNK_SIZE": "1mb", "TUS_UPLOAD_EXPIRATION": "1s"}
    with DirectusServer(VERSION, env=env) as server, server.directus() as directus:
        with pytest.raises(Stop):
            directus.files.upload(content, resume_file=resume, on_progress=stop)
        address = f"{server.url}/files/tus/{json.loads(resume.read_text())['upload']}"
        headers = {"Authorization": f"Bearer {server.admin_token}", "Tus-Resumable": "1.0.0"}
        deadline = time.monotonic() + 15
        while (status := requests.head(address, headers=headers, timeout=5).status_code) != 410:
            assert status == 200
            assert time.monotonic() < deadline
        file: Any = directus.files.upload(content, resume_file=resume)
        assert directus.assets.read(file["id"]) == content.read_bytes()
        assert not resume.exists()


def test_import_from_an_address(directus: Directus) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{web.server_port}/greeting.txt"
        file: Any = directus.files.import_url(url, {"title": "T"}, {"fields": ["*"]}, folder="in", create_folders=True)
        web.shutdown()
        thread.join()
    assert (file["title"], file["type"], directus.assets.read(file["id"])) == ("T", "text/plain", b"hello")
    assert file["folder"]
