"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from directus_sdk.testing import AnyServer, SMTPSink

TESTS = """
import pytest

@pytest.mark.directus(">=11")
def test_new():
    pass

@pytest.mark.directus("<11")
def test_old():
    pass

@pytest.mark.directus(database="postgres")
def test_postgres():
    pass

@pytest.mark.directus("<11")
@pytest.mark.directus(database="postgres")
def test_both():
    pass
"""


class Runner:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "conftest.py").write_text('pytest_plugins = ["directus_sdk.testing.plugin"]\n')
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")

    def __call__(self, tests: str, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
        (self.folder / "test_it.py").write_text(tests)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DIRECTUS_")}
        argv = [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "no:randomly", "-p", "no:cacheprovider", *options]
        environ = {**clean, "COLUMNS": "200", "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environ}
        return subprocess.run(argv, cwd=self.folder, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


class Info(BaseHTTPRequestHandler):
    info: object

    def do_GET(self) -> None:
        content = json.dumps({"data": self.info}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(params=[{"directus": {"version": "10.2.0"}}, {"version": "10.2.0"}])
def old_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server on this machine that tells its version, in the two ways that there are."""
    handler = type("Handler", (Info,), {"info": request.param})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_mark_skips_with_a_reason(run: Runner) -> None:
    done = run(TESTS)
    assert done.returncode == 0, done.stdout
    assert "1 passed, 3 skipped" in done.stdout
    assert "for Directus <11, this is 11.17.4" in done.stdout
    assert "for postgres, this is sqlite3" in done.stdout


def test_the_environment_chooses_what_is_started(run: Runner) -> None:
    done = run(TESTS, DIRECTUS_VERSION="10", DIRECTUS_DATABASE="postgres")
    assert "3 passed, 1 skipped" in done.stdout
    assert "for Directus >=11, this is 10.13.4" in done.stdout


def test_the_version_of_a_server_that_is_there_already_is_asked_for(run: Runner, old_server: str) -> None:
    done = run(TESTS, DIRECTUS_TEST_URL=old_server, DIRECTUS_TEST_TOKEN="token")
    assert "for Directus >=11, this is 10.2.0" in done.stdout
    assert "3 passed, 1 skipped" in done.stdout


def test_a_server_that_is_there_already_is_used(run: Runner) -> None:
    test = """
def test_it(directus, directus_server):
    assert directus.url == directus_server.url == "http://127.0.0.1:9"
    assert directus.auth.token == directus_server.admin_token == "a-token"
"""
    done = run(test, DIRECTUS_TEST_URL="http://127.0.0.1:9", DIRECTUS_TEST_TOKEN="a-token")
    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.parametrize(
    ("environ", "text"),
    [
        (
            {"DIRECTUS_TEST_URL": "https://cms.example.com", "DIRECTUS_TEST_TOKEN": "t"},
            "DIRECTUS_TEST_ALLOW_REMOTE=1",
        ),
        ({"DIRECTUS_TEST_URL": "http://localhost"}, "without DIRECTUS_TEST_TOKEN"),
        ({"DIRECTUS_VERSION": "newest"}, "version must be like"),
        ({"DIRECTUS_DATABASE": "oracle"}, "database must be one of sqlite3, postgres"),
    ],
)
def test_a_bad_environment_is_told_before_any_test(run: Runner, environ: dict[str, str], text: str) -> None:
    done = run(TESTS, **environ)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert text in done.stderr
    assert "passed" not in done.stdout


def test_a_mistake_in_the_mark_is_an_error(run: Runner) -> None:
    done = run("import pytest\n@pytest.mark.directus('eleven')\ndef test_it(): pass\n")
    assert "a version spec looks like" in done.stdout
    assert "1 error" in done.stdout


def test_the_mark_is_documented(run: Runner) -> None:
    assert "@pytest.mark.directus(versions, *, database)" in run("", "--markers").stdout


@pytest.mark.live
def test_the_settings_of_directus_env_reach_the_server(directus_server: AnyServer, mails: SMTPSink) -> None:
    """The `conftest.py` at the root overrides `directus_env` with those of a mail server."""
    directus_server.directus().auth.password.request(directus_server.admin_email)
    while mails.wait_for(directus_server.admin_email)["Subject"] != "Password Reset Request":
        pass  # of other tests, such as that an export is ready; without one of ours a TimeoutError is raised
