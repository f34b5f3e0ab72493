"""mypy --strict and pyright accept the examples of README.md and of the pages of docs.

The blocks of a page are one module, in their order and on the lines that they have in the page. An example that ends with a
traceback shows a mistake, so a checker may refuse it.
"""

from __future__ import annotations

import doctest
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import directus_sdk
from tests.examples import BLOCK
from tests.typing import checkers

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: What every page finds, see the `conftest.py` at the root; the module `given` has it for the checkers.
NAMES = {**dict.fromkeys(("url", "token", "admin_email", "admin_password"), "str"), "mails": "SMTPSink"}
GIVEN = "from directus_sdk import Directus\nfrom directus_sdk.testing import SMTPSink\ndirectus: Directus\n"
GIVEN += "".join(f"{name}: {kind}\n" for name, kind in NAMES.items())
FUTURE = "from __future__ import annotations"
#: Extras that have no types, or that a checker of a user may not find either.
UNTYPED = (
    "django",
    "flask",
    "opentelemetry",
    "pandas",
    "dask",
    "sentry_sdk",
    "tqdm",
    "rich",
    "responses",
    "gevent",
    "distributed",
    "nbformat",
    "yaml",
)


class Page:
    """The examples of one page as a module."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        self.name = "_".join(path.relative_to(ROOT).with_suffix("").parts).replace("-", "_")
        self.lines = [""] * (text.count("\n") + 1)
        #: Lines that show a mistake.
        self.mistakes: set[int] = set()
        for block in BLOCK.finditer(text):
            if "a generated module" in (block["skip"] or ""):
                continue  # tests/typing/typed_client.py checks such code
            first = text.count("\n", 0, block.start("code"))
            for line, source, is_mistake in _statements(block["code"]):
                lines = source.splitlines()
                self.lines[first + line : first + line + len(lines)] = lines
                if is_mistake:
                    self.mistakes |= set(range(first + line + 1, first + line + len(lines) + 1))

    @property
    def code(self) -> str:
        # On the first line, which is a heading of the page.
        lines = ["" if line == FUTURE else line for line in self.lines[1:]]
        # A page may begin with a client of its own, of another class.
        first = re.search(r"\bdirectus\b( = )?", "\n".join(lines))
        names = ", ".join(NAMES) if first and first[1] else "*"
        return "\n".join([f"{FUTURE}; from given import {names}", *lines]) + "\n"


def _statements(code: str) -> Iterator[tuple[int, str, bool]]:
    if not code.lstrip().startswith(">>>"):
        yield 0, code, False
        return
    for example in doctest.DocTestParser().get_examples(code):
        yield example.lineno, example.source, example.exc_msg is not None


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Page]]:
    folder = tmp_path_factory.mktemp("pages")
    found = [Page(path) for path in PAGES]
    pages = {page.name: page for page in found if any(page.lines)}
    for name, page in pages.items():
        (folder / f"{name}.py").write_text(page.code, encoding="utf-8")
    (folder / "given.pyi").write_text(GIVEN, encoding="utf-8")
    # Every public name can be imported.
    (folder / "names.py").write_text(f"from directus_sdk import {', '.join(directus_sdk.__all__)}\n", encoding="utf-8")
    return folder, pages


def test_the_examples_are_found(pages: tuple[Path, dict[str, Page]]) -> None:
    _, found = pages
    assert {"README", "docs_queries", "docs_handlers_users", "docs_django"} <= set(found)
    assert sum(line != "" for page in found.values() for line in page.lines) > 800
    assert sum(len(page.mistakes) for page in found.values()) > 5
    assert not any("type: ignore" in line or "pyright: ignore" in line for page in found.values() for line in page.lines)


def _errors(checker: str, folder: Path, count: int) -> checkers.Errors:
    if checker == "mypy":
        config = folder / "mypy.ini"
        lines = ["[mypy]", "strict = true", "allow_redefinition_new = true", "local_partial_types = true"]
        lines.append(f"untyped_calls_exclude = {', '.join(UNTYPED)}")
        lines += [line for name in UNTYPED for line in (f"[mypy-{name}.*]", "ignore_missing_imports = true")]
        config.write_text("\n".join(lines), encoding="utf-8")
        return checkers.mypy(folder, options=("--config-file", str(config)))
    rules = dict.fromkeys(("UnusedExpression", "MissingImports", "MissingModuleSource", "PossiblyUnbound"), "none")
    settings = {"include": ["."], "extraPaths": [str(ROOT)], "pythonVersion": "3.10"}
    config = folder / "pyrightconfig.json"
    config.write_text(json.dumps(settings | {f"report{name}": level for name, level in rules.items()}), encoding="utf-8")
    return checkers.pyright(config, count)


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_checkers_accept_the_examples(checker: str, pages: tuple[Path, dict[str, Page]]) -> None:
    folder, found = pages
    errors = _errors(checker, folder, len(found))
    mistakes = {(name, line) for name, page in found.items() for line in page.mistakes}
    assert [f"{name}:{line}: {text}" for (name, line), text in errors.items() if (name, line) not in mistakes] == []
