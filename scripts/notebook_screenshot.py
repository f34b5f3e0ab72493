"""Execute a notebook against a real Directus server, and draw it: docs/_static/notebook.png.

python scripts/notebook_screenshot.py [FILE]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

CELLS = [
    """\
from directus_sdk.contrib.notebook import connect

articles = connect().items("articles")
articles.read_many(fields=["title", "status", "author.name", "date", "views"], sort="-views", limit=4, meta="*")""",
    """\
plan = articles.sync([{"title": "Islands", "views": 7}, {"title": "Brand new"}], match_on="title")
plan""",
    """articles.read_many(fields=["titel"])""",
]


def main(arguments: list[str]) -> None:
    """Start a server with the sample data, execute the cells, and draw them."""
    import nbformat
    from playwright.sync_api import sync_playwright

    from directus_sdk.testing import DirectusServer
    from tests import notebooks
    from tests.sample import Sample

    target = Path(arguments[0]) if arguments else ROOT / "docs" / "_static" / "notebook.png"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    notebook.cells[-1].metadata["tags"] = ["raises-exception"]
    with DirectusServer() as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample = Sample(server.url, server.admin_token)
        sample.restore()
        notebooks.executed(notebook, server.url, server.admin_token, folder)
        sample.close()
        html = notebooks.page(notebook, "light").replace(server.url, "https://cms.example.com")
        (folder / "page.html").write_text(html, encoding="utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1060, "height": 400})
            page.goto((folder / "page.html").as_uri())
            page.locator("main").screenshot(path=target)
            browser.close()
    print(f"{target}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
