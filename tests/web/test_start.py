"""The commands `make example-django` and `make example-flask`: what they print, and that Ctrl-C leaves nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from examples.magazine.start import SITES

pytestmark = pytest.mark.web

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", SITES)
def test_it_prints_three_lines_and_leaves_nothing(name: str, number: signal.Signals, tmp_path: Path) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path), "ACCESS_TOKEN_TTL": "7s", "REFRESH_TOKEN_TTL": "9s", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "examples.magazine.start", name]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        site, directus = (line.split()[-1] for line in lines[:2])
        assert re.fullmatch(r"Site: +http://127\.0\.0\.1:\d+\n", lines[0])
        assert re.fullmatch(r"Directus: +http://127\.0\.0\.1:\d+\n", lines[1])
        account = re.fullmatch(r"Account: +(\S+) / (\S+)\n", lines[2])
        assert account is not None
        assert requests.get(site, timeout=30).status_code == 200
        login = {"email": account[1], "password": account[2]}
        session = requests.post(f"{directus}/auth/login", json=login, timeout=30).json()["data"]
        assert session["expires"] == 7000
        assert list(tmp_path.iterdir())
        process.send_signal(number)
        assert process.stdout.read() == ""
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()
    assert list(tmp_path.iterdir()) == []
    for url in (site, directus):
        with pytest.raises(requests.ConnectionError):
            requests.get(url, timeout=5)
