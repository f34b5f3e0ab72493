"""Notebooks that are executed with a real server, and drawn as HTML that loads nothing."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any, Literal

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

ROOT = Path(__file__).parents[1]
TOUR = ROOT / "examples" / "tour.ipynb"


def executed(notebook: Any, url: str, token: str, folder: Path) -> Any:
    """Execute a notebook in a folder, with a token of the server in its environment, and return it."""
    names = {"DIRECTUS_URL": url, "DIRECTUS_TOKEN": token, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(folder / ".ipython")}
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}})
    client.execute(env={**os.environ, **names})
    return notebook


def tour() -> Any:
    """Read the tour."""
    return nbformat.read(TOUR, as_version=4)


def page(notebook: Any, theme: Literal["light", "dark"]) -> str:
    """Return a notebook as one page of HTML, without its widgets, which need scripts of another host."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        outputs = cell.outputs
        cell.outputs = [each for each in outputs if "application/vnd.jupyter.widget-view+json" not in each.get("data", {})]
    exporter = HTMLExporter(template_name="lab", theme=theme, mathjax_url="", require_js_url="", jquery_url="")
    return str(exporter.from_notebook_node(notebook)[0])
