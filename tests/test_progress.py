"""Bars and functions that are told of progress."""

from __future__ import annotations

import subprocess
import sys

import pytest

from directus_sdk.progress import reporting


def test_a_bar_goes_back_for_a_retry(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[int] = []
    with reporting(lambda done, total: told.append(done), True, "x.bin") as report:
        assert report is not None
        for done in (10, 2048, 0, 1024, 2048):
            report(done, 2048)
    assert told == [10, 2048, 0, 1024, 2048]
    assert "x.bin: 100%" in capsys.readouterr().err


def test_nothing_is_told_where_nobody_asks() -> None:
    with reporting(None, False) as report:
        assert report is None


def test_the_extra_is_named() -> None:
    script = (
        "import sys; sys.modules['tqdm'] = None; sys.modules['tqdm.auto'] = None\n"
        "from directus_sdk import Directus\n"
        "Directus('http://127.0.0.1:9').files.upload(b'x', progress=True)\n"
    )
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert "ImportError: progress=True needs tqdm: pip install 'directus-python-sdk[progress]'" in child.stderr
