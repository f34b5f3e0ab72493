"""Run a Python session against a real Directus server, and draw it as a terminal: docs/_static/terminal.png.

python scripts/terminal_screenshot.py [FILE]
"""

from __future__ import annotations

import code
import contextlib
import html
import io
import os
import sys
import tempfile
from pathlib import Path

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


def main(arguments: list[str]) -> None:
    """Start a server with the sample data, run the session, and draw it."""
    from playwright.sync_api import sync_playwright

    from directus_sdk.testing import DirectusServer
    from tests.sample import Sample

    target = Path(arguments[0]) if arguments else ROOT / "docs" / "_static" / "terminal.png"
    target = target.resolve()
    with DirectusServer() as server, tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        sample = Sample(server.url, server.admin_token)
        sample.restore()
        os.environ.update(DIRECTUS_URL=server.url, DIRECTUS_TOKEN=server.admin_token)
        page = PAGE.format(played())
        sample.close()
        os.chdir(ROOT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
        view = browser.new_page(viewport={"width": 1200, "height": 700}, device_scale_factor=1.5)
        view.set_content(page)
        view.locator("body").screenshot(path=target, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
