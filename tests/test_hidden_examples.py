"""A page can be followed without its hidden blocks: every name and every file of an example is on the page."""

from __future__ import annotations

import ast
import builtins
import doctest
import re
from pathlib import Path

import pytest

from tests.examples import BLOCK

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
#: What docs/sample-data.md describes.
DESCRIBED = {"directus", "url", "token", "admin_email", "admin_password"}
FILE = re.compile(r"""["']([\w./-]*\.(?:csv|json|ndjson|txt|svg|png|jpg|yaml|parquet|env))["']""")


def names(code: str) -> tuple[set[str], set[str]]:
    """The names that a block defines, and those that it reads."""
    defined: set[str] = set()
    read: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else defined).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs)):
            defined.add(str(node.name))
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
        elif isinstance(node, ast.alias):
            defined.add((node.asname or node.name).partition(".")[0])
    return defined, read


def unexplained(text: str) -> set[str]:
    """The names and files that visible examples take from hidden blocks, and that the text does not introduce as code."""
    known = {*dir(builtins), *DESCRIBED, "__name__"}
    hidden_files: set[str] = set()
    missing: set[str] = set()
    prose = re.sub(r"^(```+|<!--).*?^(\1|-->)$", "", text, flags=re.MULTILINE | re.DOTALL)
    for block in BLOCK.finditer(text):
        code = block["code"]
        if block["hidden"]:
            hidden_files |= set(FILE.findall(code)) if block["hidden"] == "setup" else set()
            continue
        if code.lstrip().startswith(">>>"):
            code = "".join(example.source for example in doctest.DocTestParser().get_examples(code))
        defined, read = names(code)
        known |= defined
        missing |= {name for name in read - known if f"`{name}`" not in prose}
        missing |= hidden_files & set(FILE.findall(code))
    return missing


def test_what_is_hidden_is_found() -> None:
    hidden = '<!-- setup\nimport io\nrows = [1]\nopen("a.csv", "w")\n-->\n'
    assert unexplained(f'{hidden}```python\nio.BytesIO(rows)\nopen("a.csv")\n```\n') == {"io", "rows", "a.csv"}
    assert unexplained(f"Here `rows` is a list.\n{hidden}```pycon\n>>> len(rows)\n1\n```\n") == set()


@pytest.mark.parametrize("page", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])
def test_a_page_shows_what_its_examples_use(page: Path) -> None:
    assert unexplained(page.read_text(encoding="utf-8")) == set()
