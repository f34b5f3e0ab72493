"""The examples of the documentation as tests, collected by the `conftest.py` at the root.

Each ```python and ```pycon block of a page is a test, and so is each docstring of the package that has `>>>`.
They run against one server with the data of `tests/sample.py`, and find `directus` (an administrator), `url`, `token`,
`admin_email` and `admin_password`; hidden code also `mails`, which the server has sent.
The blocks of a page run in their order, as one module, in a folder of their own; the next page finds fresh data.
Each docstring stands alone: it finds fresh data, the names of its own module and every public name of the package.

Those of the client of Directus 8 run against the loopback server of `tests/v8/` instead, with the same names.

A block may be left out with a comment before it that says why: `<!-- skip: needs a mail server -->`.

What a reader need not see is a comment that begins with a line `<!-- setup` (files, collections and names that the examples
use) or `<!-- check` (asserts), and ends with a line `-->`. Such code runs in its place among the blocks of the page; the site
and GitHub do not show it.

What a block prints is compared with what the page shows: an ```output block right after it, or, for a `print(...)` with a
comment on its line, that comment. `...` stands for anything in both.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import importlib
import inspect
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.sample import Sample

BLOCK = re.compile(
    r"""
    (?:^<!--[ ]skip:(?P<skip>[^\n]*)-->\n\s*)?
    ^(?:(?P<fence>```+)(?:python|pycon)[^\n]*|<!--[ ](?P<hidden>setup|check))\n
    (?P<code>.*?)
    ^(?(fence)(?P=fence)[ ]*|-->)$
    (?:\n+```output\n(?P<output>.*?)^```$)?
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
#: `print(...)  # what it prints`, on a line of its own.
PRINTED = re.compile(r"^[ ]*print\(.*\)  # (.*)$", re.MULTILINE)


class ExampleFile(pytest.Module):
    """A page or a module of the package; its tests are its examples."""

    def _getobj(self) -> ModuleType:
        parts = self.path.relative_to(self.config.rootpath).with_suffix("").parts
        dotted = ".".join(parts).removesuffix(".__init__")
        return ModuleType(f"example_{dotted}")

    def collect(self) -> Iterator[pytest.Item]:
        find = _docstrings if self.path.suffix == ".py" else _blocks
        old = is_of_8(self.path)
        for line, example in find(self.path):
            callobj = _on_8(example) if old else example
            item = pytest.Function.from_parent(self, name=f"line {line}", callobj=callobj)
            if not old:
                item.add_marker("live")
            item.example_line = line  # type: ignore[attr-defined]
            yield item


def is_of_8(path: Path) -> bool:
    """Whether a page or a module is about the client of Directus 8."""
    return path.name in {"directus8.md", "directus8-items.md"} or path.parent.name == "v8" or path.parent.parent.name == "v8"


def _on_8(example: Callable[..., None]) -> Callable[..., None]:
    """The same example, with the fixtures of the loopback server."""
    if "sample" in inspect.signature(example).parameters:
        return lambda document8, server8_of_module: example(document8, server8_of_module)
    return lambda document8: example(document8)


def in_order(items: list[pytest.Item]) -> None:
    """Put the examples last, those of one file in the order of its lines; the files stay as they were shuffled."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        if isinstance(item.parent, ExampleFile):
            files.setdefault(item.path, []).append(item)
    items[:] = [item for item in items if not isinstance(item.parent, ExampleFile)]
    for examples in files.values():
        items += sorted(examples, key=lambda item: item.example_line)  # type: ignore[attr-defined]


def _blocks(path: Path) -> Iterator[tuple[int, Callable[..., None]]]:
    text = path.read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        yield _line(text, block.start("code")) - 1, _block_test(path, text, block)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _block_test(path: Path, text: str, block: re.Match[str]) -> Callable[..., None]:
    code, skip = block["code"], block["skip"]
    first_line = _line(text, block.start("code"))

    def example(document: ModuleType) -> None:
        if skip is not None:
            if not skip.strip():
                pytest.fail("say why: <!-- skip: needs a mail server -->", pytrace=False)
            pytest.skip(f"{path.name}: {skip.strip()}")
        if code.lstrip().startswith(">>>"):
            _run_session(path, first_line, code, vars(document))
        else:
            tree = ast.increment_lineno(ast.parse(code, str(path)), first_line - 1)
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(tree, str(path), "exec", dont_inherit=True), vars(document))
            _compare(code, block["output"], printed.getvalue())

    return example


def _compare(code: str, output: str | None, printed: str) -> None:
    """Fail unless a block printed what the page shows."""
    checker, flags = doctest.OutputChecker(), doctest.ELLIPSIS
    if output is not None and not checker.check_output(output, printed, flags):
        pytest.fail(f"The page shows:\n{output}\nThe block prints:\n{printed}", pytrace=False)
    lines = iter(printed.splitlines())
    for comment in PRINTED.findall(code):
        if not any(checker.check_output(f"{comment}\n", f"{line}\n", flags) for line in lines):
            pytest.fail(f"No line, or none after the one before, is {comment!r}:\n{printed}", pytrace=False)


def _docstrings(path: Path) -> Iterator[tuple[int, Callable[..., None]]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        docstring = ast.get_docstring(node, clean=False)
        if docstring and ">>>" in docstring:
            line = node.body[0].lineno
            yield line, _docstring_test(path, line, docstring)


def _docstring_test(path: Path, line: int, docstring: str) -> Callable[..., None]:
    def example(document: ModuleType, sample: Sample) -> None:
        import directus_sdk

        sample.restore()
        own = vars(importlib.import_module(document.__name__.partition("_")[2]))
        public = {name: getattr(directus_sdk, name) for name in directus_sdk.__all__}
        names = {**public, **vars(document), **own}
        # The module's "from __future__ import annotations" is no part of its examples: their hints are not texts.
        names.pop("annotations", None)
        _run_session(path, line, docstring, names)

    return example


def _run_session(path: Path, line: int, text: str, names: dict[str, Any]) -> None:
    """Run `>>>` lines and compare what they print; the report has the lines that differ."""
    test = doctest.DocTest([], {}, path.name, str(path), line - 1, None)
    test.globs = names
    test.examples = doctest.DocTestParser().get_examples(text, path.name)
    left_out = [example.source.splitlines()[0] for example in test.examples if example.options.get(doctest.SKIP)]
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS | doctest.REPORT_NDIFF)
    runner.run(test, out=report.append, clear_globs=False)
    if report:
        pytest.fail("".join(report).replace("*" * 70 + "\n", ""), pytrace=False)
    if left_out:
        pytest.skip(f"{path.name}: marked +SKIP: {left_out[0]}")
