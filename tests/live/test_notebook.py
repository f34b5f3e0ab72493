"""A kernel of Jupyter with a real server: completion, progress, Ctrl-C, tracebacks, and the tour."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from directus_sdk.testing import DirectusServer
from tests import notebooks
from tests.sample import Sample

# The sample data and the tour are made for servers of today.
pytestmark = [pytest.mark.live, pytest.mark.directus(">=11")]

ROOT = Path(__file__).parents[2]
WAIT = 60


class Kernel:
    """A kernel, as a notebook uses it."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.manager, self.client = start_new_kernel(env=environment, cwd=str(folder), startup_timeout=WAIT)

    def run(self, code: str, *, interrupt_at: str = "") -> list[dict[str, Any]]:
        """Run a cell; return what it displays. The kernel is interrupted when a text appears in its output."""
        outputs: list[dict[str, Any]] = []

        def collect(message: dict[str, Any]) -> None:
            nonlocal interrupt_at
            outputs.append({"type": message["msg_type"], **message["content"]})
            if interrupt_at and interrupt_at in str(message["content"].get("text", "")):
                interrupt_at = ""
                self.manager.interrupt_kernel()

        self.client.execute_interactive(code, timeout=WAIT, output_hook=collect, allow_stdin=False)
        return outputs

    def complete(self, code: str) -> list[str]:
        """Return what is offered at the mark ``|``."""
        before, _, after = code.partition("|")
        reply = self.client.complete(before + after, len(before), reply=True, timeout=WAIT)["content"]
        assert reply["cursor_end"] == len(before)
        return list(reply["matches"])

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def text_of(outputs: list[dict[str, Any]]) -> str:
    """Return everything that a cell has shown, as text."""
    parts = [str(each.get("text", "")) + "\n".join(each.get("traceback", [])) for each in outputs]
    return "".join(parts) + "".join(str(each.get("data", {}).get("text/plain", "")) for each in outputs)


@pytest.fixture(scope="module")
def kernel(directus_server: DirectusServer, sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    sample.restore()
    environment = {
        **os.environ,
        "DIRECTUS_URL": directus_server.url,
        "DIRECTUS_TOKEN": directus_server.admin_token,
        "PYTHONPATH": str(ROOT),
        "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython")),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    kernel = Kernel(environment, tmp_path_factory.mktemp("notebook"))
    outputs = kernel.run(
        "from directus_sdk.contrib.notebook import connect\ndirectus = connect()\narticles = directus.items('articles')"
    )
    assert not [each for each in outputs if each["type"] == "error"], outputs
    yield kernel
    kernel.close()


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ('directus.items("|', "articles"),
        ("directus.items('au|", "authors"),
        ('directus.singleton("|', "globals"),
        ('directus.collections.read_one("au|', "authors"),
        ('directus.fields.read_one("articles", "ti|', "title"),
        ('articles.read_many(fields=["ti|', "title"),
        ('articles.read_many(fields=["ti|"])', "title"),
        ('articles.read_many(\n    fields=["id", "author.na|', "name"),
        ('articles.read_many(sort=["-da|', "date"),
        ('articles.read_many(filter={"sta|', "status"),
        ('articles.read_many(filter={"author": {"na|', "name"),
        ('articles.aggregate({"count": "*"}, group_by=["sta|', "status"),
        ('directus.items("articles").read_many(fil|', "filter="),
        ('directus.items("articles").read_m|', "read_many"),
        ('pages = directus.items("authors")\npages.read_many(fields=["na|', "name"),
        ('directus.users.read_many(fields=["ema|', "email"),
    ],
)
def test_a_kernel_completes(kernel: Kernel, code: str, first: str) -> None:
    assert first in kernel.complete(code)[:2]  # a builtin of the same name may be first


def test_a_handler_with_a_question_mark_reads_well(kernel: Kernel) -> None:
    reply = kernel.client.inspect("articles", 8, reply=True, timeout=WAIT)["content"]["data"]["text/plain"]
    assert "ItemsHandler" in reply
    assert "read_many" in reply
    assert "articles" in reply
    reply = kernel.client.inspect("articles.read_many", 18, reply=True, timeout=WAIT)["content"]["data"]["text/plain"]
    assert "filter" in reply
    assert "fields" in reply


def test_progress_is_a_widget(kernel: Kernel) -> None:
    outputs = kernel.run("rows = list(articles.iterate(fields=['id'], progress=True)); len(rows)")
    assert [each["data"]["text/plain"] for each in outputs if each["type"] == "execute_result"] == ["25"]
    assert any("application/vnd.jupyter.widget-view+json" in each.get("data", {}) for each in outputs)


def test_progress_without_ipywidgets_is_text(kernel: Kernel) -> None:
    outputs = kernel.run(
        "import sys\nheld = {n: sys.modules.pop(n) for n in list(sys.modules) if n.startswith('ipywidgets')}\n"
        "sys.modules['ipywidgets'] = None\n"
        "rows = list(articles.iterate(fields=['id'], progress=True))\n"
        "del sys.modules['ipywidgets']; sys.modules.update(held); print(len(rows))"
    )
    assert not [each for each in outputs if each["type"] == "error"], outputs
    assert "25/25" in text_of(outputs)


def test_ctrl_c_stops_a_bulk_call_with_what_was_done(kernel: Kernel) -> None:
    outputs = kernel.run(
        "def rows():\n"
        "    for number in range(10_000):\n"
        "        if number == 60:\n"
        "            print('sixty', flush=True)\n"
        "            import threading; threading.Event().wait(60)\n"
        "        yield {'title': f'Interrupted {number}'}\n"
        "articles.create_many(rows(), batch_size=20, progress=True)",
        interrupt_at="sixty",
    )
    assert [each["ename"] for each in outputs if each["type"] == "error"] == ["KeyboardInterrupt"]
    done = text_of(kernel.run("import sys\nprint(sys.last_value.result.count)"))
    stored = text_of(kernel.run("print(articles.count(filter={'title': {'_starts_with': 'Interrupted'}}))"))
    assert done == stored
    assert int(done) in (20, 40, 60)
    kernel.run("articles.delete_by_query({'title': {'_starts_with': 'Interrupted'}}, max_affected=100)")


def test_no_secret_is_in_the_history(kernel: Kernel, directus_server: DirectusServer) -> None:
    shown = text_of(kernel.run("print(In, Out, repr(directus), vars(directus))\ndirectus"))
    assert "Directus(" in shown
    assert directus_server.admin_token not in shown


def test_a_magic_shows_all_frames_of_an_error(kernel: Kernel) -> None:
    short = text_of(kernel.run("articles.read_many(fields=['titel'])"))
    full = text_of(kernel.run("%directus_traceback full\narticles.read_many(fields=['titel'])"))
    again = text_of(kernel.run("%directus_traceback short\narticles.read_many(fields=['titel'])"))
    assert "explain" in short
    assert "pipeline.py" not in short
    assert "pipeline.py" in full
    assert "pipeline.py" not in again
    assert "UsageError" in text_of(kernel.run("%directus_traceback all"))


@pytest.mark.slow
def test_the_tour_runs(directus_server: DirectusServer, tmp_path: Path) -> None:
    shutil.copy(notebooks.TOUR.with_name("airports.csv"), tmp_path)
    notebook = notebooks.tour()
    assert not any(cell.get("outputs") for cell in notebook.cells), "it is stored without outputs"
    notebooks.executed(notebook, directus_server.url, directus_server.admin_token, tmp_path)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert "text/html" in outputs[0]["data"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    assert max(len(output.get("data", {}).get("text/html", "")) for output in outputs) < 20_000
    assert "Did you mean 'name'?" in text_of([{**output, "text": output.get("text", "")} for output in outputs])
    assert directus_server.admin_token not in str(notebook)
