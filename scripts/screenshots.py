"""The images of the first page: a Python session as a terminal, and a part of the tour as a notebook.

python scripts/screenshots.py [FOLDER]

Both are executed with a real Directus server and drawn by Chromium; the folder is docs/_static.
"""

from __future__ import annotations

import code
import contextlib
import html
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from directus_sdk.testing import DirectusServer

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SESSION = """\
from directus_sdk import Directus, Forbidden
directus = Directus.from_env()
articles = directus.items("articles")
print(articles.describe())
plan = articles.sync([{"title": "Islands", "views": 7}, {"title": "Brand new"}], match_on="title")
print(plan)
articles.delete_by_query({"status": {"_eq": "draft"}}, dry_run=True).count
try:
    articles.read_many(fields=["titel"])
except Forbidden as error:
    print(directus.explain(error).splitlines()[-1])

"""
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 24px; display: inline-block; background: transparent }}
main {{ border-radius: 10px; background: #16181d; box-shadow: 0 6px 24px #0005; overflow: hidden }}
header {{ background: #2a2d34; padding: 10px 14px; line-height: 0 }}
i {{ display: inline-block; width: 12px; height: 12px; border-radius: 6px; background: #5d626d; margin-right: 8px }}
pre {{ margin: 0; padding: 16px 20px 20px; font: 15px/1.45 "DejaVu Sans Mono", monospace; color: #e6e8ec }}
b {{ color: #8fb8ff; font-weight: normal }}
</style><main><header><i></i><i></i><i></i></header><pre>{}</pre></main>"""


def played() -> str:
    """Run the session line by line and return what a terminal shows, as HTML."""
    console, shown, prompt = code.InteractiveConsole(), [], ">>> "
    for line in SESSION.splitlines():
        with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.redirect_stderr(printed):
            more = console.push(line)
        shown.append(f"<b>{prompt}</b>{html.escape(line)}\n{html.escape(printed.getvalue())}")
        prompt = "... " if more else ">>> "
    return "".join(shown).rstrip()


def terminal(browser: Browser, server: DirectusServer, target: Path) -> None:
    """Draw a terminal with the session."""
    from tests.sample import Sample

    sample = Sample(server.url, server.admin_token)
    sample.restore()
    os.environ.update(DIRECTUS_URL=server.url, DIRECTUS_TOKEN=server.admin_token)
    text = PAGE.format(played())
    sample.close()
    view = browser.new_page(viewport={"width": 1200, "height": 700}, device_scale_factor=1.5)
    view.set_content(text)
    view.locator("body").screenshot(path=target, omit_background=True)


def notebook(browser: Browser, server: DirectusServer, folder: Path, target: Path) -> None:
    """Draw the part of examples/tour.ipynb from its page of items to its first chart."""
    from tests import notebooks

    shutil.copy(notebooks.TOUR.with_name("airports.csv"), folder)
    tour = notebooks.executed(notebooks.tour(), server.url, server.admin_token, folder)
    file = folder / "tour.html"
    file.write_text(notebooks.page(tour, "light"), encoding="utf-8")
    view = browser.new_page(viewport={"width": 1100, "height": 900}, device_scale_factor=1.5)
    view.goto(file.as_uri())
    cells = view.locator(".jp-Cell").all()
    sources = [str(cell["source"]) for cell in tour.cells]
    first = next(number for number, source in enumerate(sources) if source.startswith("## Read"))
    last = next(number for number, source in enumerate(sources) if source.startswith("## Plot")) + 1
    boxes = [box for box in (cells[first].bounding_box(), cells[last].bounding_box()) if box]
    top, bottom = boxes[0]["y"], boxes[1]["y"] + boxes[1]["height"]
    view.screenshot(path=target, full_page=True, clip={"x": 0, "y": top, "width": 1100, "height": bottom - top})


def main(arguments: list[str]) -> None:
    """Start a server and draw both."""
    from playwright.sync_api import sync_playwright

    from directus_sdk.testing import DirectusServer

    static = Path(arguments[0] if arguments else ROOT / "docs" / "_static").resolve()
    with DirectusServer() as server, tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.chdir(folder)
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
        terminal(browser, server, static / "terminal.png")
        notebook(browser, server, Path(folder), static / "notebook.png")
        browser.close()
        os.chdir(ROOT)


if __name__ == "__main__":
    main(sys.argv[1:])
