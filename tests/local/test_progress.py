"""Bars and functions that are told of progress."""

from __future__ import annotations

import contextlib
import logging
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.local import progress
from directus_sdk.local.progress import counting, reporting
from directus_sdk.testing import MockTransport


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


# ---------------------------------------------------------------------- a log, a function, or what fits
class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(progress, "monotonic", lambda: self.now)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name in ("directus_sdk.progress", "jobs")]


@pytest.mark.parametrize("kind", ["auto", "logger", "adapter"])
def test_a_log_gets_a_line_every_ten_seconds_and_one_at_the_end(
    kind: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock(monkeypatch)
    log = logging.getLogger("jobs")
    given: Any = {"auto": "auto", "logger": log, "adapter": logging.LoggerAdapter(log, {})}[kind]
    with reporting(None, given, "film.mp4") as report:
        assert report is not None
        for done in range(0, 5001, 100):
            report(done, 5000)
            clock.now += 1
    assert lines(caplog) == [f"film.mp4: {done:,} of 5,000 bytes ({done // 50} %)" for done in (1000, 2000, 3000, 4000, 5000)]
    caplog.clear()
    with counting(given, "articles", 3) as count:
        count(3)
    assert lines(caplog) == ["articles: 3 of 3 items (100 %)"]
    caplog.clear()
    with counting(given, "articles", None) as count:
        count(2000)
    assert lines(caplog) == ["articles: 2,000 items"]
    caplog.clear()
    with pytest.raises(KeyError), counting(given, "articles", 3) as count:
        count(1)
        raise KeyError("the error says the rest")
    assert lines(caplog) == []
    assert capsys.readouterr().err == ""


def test_a_name_makes_one_line_of_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    mock = MockTransport(lambda request: b"".join(request.body()) and {"id": "1"})  # type: ignore[operator,misc]
    files = Directus("http://127.0.0.1", transport=mock).files
    files.upload(b"x", filename="a\nERROR b\x9b31m\u202e.txt", progress=logging.getLogger("jobs"))
    assert lines(caplog) == ["a?ERROR b?31m?.txt: 1 of 1 bytes (100 %)"]


def test_a_function_is_told_as_it_is() -> None:
    told: list[Any] = []
    mock = MockTransport(lambda request: b"".join(request.body()) and {"id": "1"})  # type: ignore[operator,misc]
    files = Directus("http://127.0.0.1", transport=mock).files
    files.upload(b"12345", progress=lambda *call: told.append(call), on_progress=lambda *call: told.append(("too", *call)))
    assert told == [(5, 5), ("too", 5, 5)]
    files.upload_many([b"12345", b"123"], workers=1, progress=lambda *call: told.append(call))
    assert told[2:] == [(5, 8), (8, 8)]
    told.clear()
    mock = MockTransport(lambda request: [{"id": 1}] * len(mock.json()))
    items = Directus("http://127.0.0.1", transport=mock).items("a")
    items.create_many([{"n": 1}] * 5, batch_size=2, progress=lambda *call: told.append(call))
    assert told == [(2, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize("wrong", ["yes", "Auto", 3.5, [], object()])
def test_what_is_no_progress_is_refused_before_anything_is_sent(wrong: Any, tmp_path: Path) -> None:
    mock = MockTransport()
    directus = Directus("http://127.0.0.1", transport=mock)
    for call in (
        lambda: directus.files.upload(b"x", progress=wrong),
        lambda: directus.files.upload_many([b"x"], progress=wrong),
        lambda: directus.files.replace("1", b"x", progress=wrong),
        lambda: directus.assets.download("1", tmp_path / "x", progress=wrong),
        lambda: directus.items("a").create_many([{"n": 1}], progress=wrong),
        lambda: directus.items("a").delete_many([1], progress=wrong),
    ):
        with pytest.raises(TypeError, match="'auto', a logger or a function"):
            call()
    assert mock.requests == []


AUTO = """
import logging
logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s")
from directus_sdk import Directus
from directus_sdk.testing import MockTransport

mock = MockTransport(lambda request: b"".join(request.body()) and {"id": "1"})
Directus("http://127.0.0.1", transport=mock).files.upload(b"x" * 2048, filename="x.bin", progress="auto")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo terminals")
def test_a_bar_is_for_a_terminal() -> None:
    script = [sys.executable, "-c", AUTO]
    piped = subprocess.run(script, capture_output=True, text=True, timeout=30, check=True)
    assert piped.stderr == "directus_sdk.progress x.bin: 2,048 of 2,048 bytes (100 %)\n"
    without = AUTO.replace("import logging\n", "import logging, sys; sys.modules['tqdm'] = None\n", 1)
    for text, shown in ((AUTO, "x.bin: 100%"), (without, "2,048 of 2,048")):
        assert shown in on_a_terminal(text)


def on_a_terminal(script: str) -> str:
    """What a script writes to a terminal of 80 columns."""
    import fcntl
    import termios

    master, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with open(master, "rb", buffering=0) as read:  # noqa: PTH123 - it is a number
        try:
            subprocess.run([sys.executable, "-c", script], stderr=terminal, timeout=30, check=True)
        finally:
            os.close(terminal)
        text = b""
        with contextlib.suppress(OSError):  # the end, on Linux
            while block := read.read(10_000):
                text += block
        return text.decode()


NOTEBOOK = """
import warnings
warnings.simplefilter("error")
""" + AUTO.replace('"auto"', "how")


@pytest.mark.slow
def test_a_notebook_without_widgets_has_a_bar_of_text() -> None:
    """It is no warning that ipywidgets are missing."""
    import nbclient
    import nbformat

    missing = "import sys; sys.modules['ipywidgets'] = None"
    cells = [nbformat.v4.new_code_cell(f"{missing}; how = {how}\n{NOTEBOOK}") for how in ("'auto'", "True")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    for cell in notebook.cells:
        text = "".join(output.get("text", str(output)) for output in cell.outputs)
        assert "x.bin: 100%" in text
        assert "Warning" not in text
