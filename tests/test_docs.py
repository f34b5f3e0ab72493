"""The tables of the documentation list every name, and only names that exist."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
import subprocess
import sys
from functools import reduce
from inspect import Parameter
from pathlib import Path

import pytest

from directus_sdk import Directus
from tests.conformance import surface
from tests.examples import BLOCK

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "directus_sdk"
DESIGN = "\n".join(
    path.read_text(encoding="utf-8") for path in [ROOT / "docs" / "design.md", *sorted((ROOT / "docs" / "design").glob("*.md"))]
)
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
#: "question | file | name" of docs/design.md and its parts, "step | file | name" of CONTRIBUTING.md.
PLACES = re.findall(r"^\| [^|]+ \| `([\w/]+\.py)` \| `(\w+)` \|$", DESIGN + CONTRIBUTING, re.MULTILINE)
RULES = [
    module
    for row in re.findall(r"^\| [^|]+ \| ((?:`[a-z_.]+`(?:, )?)+) \|$", DESIGN, re.MULTILINE)
    for module in re.findall(r"`([a-z_.]+)`", row)
]
TABLE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("javascript*.md")))
CRUD = set(surface.crud_legacy(lambda d, c: None))


def cells() -> list[str]:
    """The Python column of the tables, one call each."""
    rows = [line.split(" | ")[1] for line in TABLE.splitlines() if line.startswith("| `") and " | " in line]
    return sorted({call for row in rows for call in re.findall(r"`(directus\.[^`]*)`", row)})


@pytest.mark.parametrize("command", sorted(surface.CURRENT))
def test_every_command_of_the_composable_sdk_has_a_row(command: str) -> None:
    assert re.search(rf"`{command}\(", TABLE)


#: What the composable SDK has besides commands.
OTHERS = {"createDirectus", "rest", "graphql", "realtime", "authentication", "staticToken", "customEndpoint"}


def test_the_tabs_show_functions_that_the_composable_sdk_has() -> None:
    pages = [(ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("javascript-items", "javascript-sessions")]
    code = "\n".join(re.findall(r"^```js\n(.*?)^```$", "\n".join(pages), re.MULTILINE | re.DOTALL))
    code = re.sub(r'"[^"\n]*"', "", code)
    functions = set(re.findall(r"(?<![.\w])(?!new FormData)([a-z]\w+)\(", code))
    assert len(functions) > 12
    assert functions - OTHERS <= set(surface.CURRENT)


@pytest.mark.parametrize("name", sorted(surface.LEGACY))
def test_every_method_of_the_classic_sdk_has_a_row(name: str) -> None:
    group, _, method = name.rpartition(".")
    spelt = {"items": "items(collection)", "singleton": "singleton(collection)"}.get(group, group)
    if f"`directus.{spelt}.{method}(" in TABLE:
        return
    if method in CRUD:
        assert group in TABLE.split("| the same on ")[1].split("|")[0]
    else:
        assert group == "transport"
        assert re.search(rf"directus\.transport\.post.*`{method}|directus\.transport\.{method}", TABLE)


@pytest.mark.parametrize("call", cells())
def test_every_python_name_in_the_table_exists(call: str) -> None:
    target: object = Directus("http://127.0.0.1:1")
    for part in re.findall(r"(?:^directus|\.)(\w*)(\([^()]*\))?", re.sub(r"\((?!collection\)\.).*", "", call))[1:]:
        name = part[0]
        target = getattr(target, name)
        if part[1] == "(collection)" and name in {"items", "singleton"}:
            assert callable(target)
            target = target("articles")


#: What users search for, beside the names of methods.
SEARCHED = (
    "pagination", "rate limit", "many-to-many", "time zone", "environment variable", "two-factor authentication",
    "troubleshooting", "access token", "refresh token", "progress bar", "upsert", "bulk operation", "curl", "permissions",
)  # fmt: skip


@pytest.mark.parametrize("words", SEARCHED)
def test_the_words_that_users_search_for_are_in_the_guide(words: str) -> None:
    pages = {path.name: path.read_text(encoding="utf-8").lower() for path in (ROOT / "docs").glob("*.md")}
    assert sum(words in text for name, text in pages.items() if name != "glossary.md") >= 1


def test_the_tables_of_the_design_are_found() -> None:
    assert len(PLACES) >= 40
    assert len(RULES) >= 40
    rows = [line for line in DESIGN.splitlines() if line.startswith("|")]
    assert [row for row in rows if rows.count(row) > 1 and not row.startswith("|---")] == []


@pytest.mark.parametrize(("file", "name"), PLACES)
def test_the_file_of_a_question_contains_the_name(file: str, name: str) -> None:
    assert re.search(rf"\b{name}\b", (PACKAGE / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", RULES)
def test_the_module_of_a_rule_exists(module: str) -> None:
    path = PACKAGE.joinpath(*module.split("."))
    assert path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")))
def test_contributing_describes_each_folder(folder: str) -> None:
    assert f"| `directus_sdk/{folder}/` |" in CONTRIBUTING or folder == "errors"


def targets() -> list[str]:
    """The Makefile's targets that pages and hooks name."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / ".pre-commit-config.yaml", *(ROOT / "docs").rglob("*.md")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    return sorted(set(re.findall(r"(?:`|^|entry: )make (?:--no-print-directory )?([a-z][a-z-]*)", text, re.MULTILINE)))


def test_the_targets_are_found() -> None:
    assert {"test", "fix", "lint", "imports", "test-servers"} <= set(targets())


@pytest.mark.parametrize("target", targets())
def test_the_makefile_has_each_target_that_is_named(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


# ---------------------------------------------------------------------- pages of handlers
POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
CALL = re.compile(r"`([\w.]+)\(([^`]*)\)`")
HANDLERS = [path for path in sorted((ROOT / "docs" / "handlers").glob("*.md")) if path.stem != "index"]


def calls(page: Path) -> list[tuple[str, list[str]]]:
    """The methods in the tables of a page, with the names of their arguments."""
    rows = [line.split(" | ")[0] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    found = [
        (name, re.sub(r"\{.*?\}|\(.*?\)|\[.*?\]", "", text).split(",")) for row in rows for name, text in CALL.findall(row)
    ]
    return [(name, [each.partition("=")[0].strip() for each in arguments if each.strip()]) for name, arguments in found]


@pytest.mark.parametrize("page", HANDLERS, ids=[path.stem for path in HANDLERS])
def test_the_methods_of_a_page_have_the_arguments_of_the_handler(page: Path) -> None:
    handler = getattr(Directus("https://cms.example.com", token="t"), page.stem.replace("-", "_"))
    for name, arguments in calls(page):
        method = reduce(getattr, name.split("."), handler)
        parameters = inspect.signature(method).parameters
        named = [argument for argument in arguments if not argument.startswith("*")]
        assert [each for each in parameters if each in named] == named, (name, list(parameters))
        required = [each.name for each in parameters.values() if each.default is each.empty and each.kind in POSITIONAL]
        assert set(required) <= set(named), name


def test_the_methods_of_the_pages_are_found() -> None:
    assert sum(len(calls(page)) for page in HANDLERS) > 140


@pytest.mark.parametrize("folder", ["benchmarks", "directus_sdk", "docs", "examples", "scripts", "tests"])
def test_the_folder_table_knows_every_folder(folder: str) -> None:
    assert (ROOT / folder).is_dir()
    table = CONTRIBUTING.split("## Where things are")[1].split("\n## ")[0]
    named = re.findall(r"`([\w/]+)/`", "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `")))
    assert folder in named


# ---------------------------------------------------------------------- all pages
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
PAGE_IDS = [path.relative_to(ROOT).as_posix() for path in PAGES]
#: Asserts are what these are about.
ABOUT_TESTING = {"docs/testing.md"}
#: One generated table.
GENERATED = {"docs/coverage.md"}
FENCED = re.compile(r"^(```+).*?^\1[ ]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def shown_asserts(text: str) -> list[str]:
    """The assert statements in the examples that a reader sees, but for those of tests (`def test_...`)."""
    found: list[str] = []
    for block in BLOCK.finditer(text):
        if block["hidden"]:
            continue
        code = block["code"]
        if code.lstrip().startswith(">>>"):
            code = "".join(example.source for example in doctest.DocTestParser().get_examples(code))
        tree = ast.parse(code)
        tests = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
        in_tests = {node for test in tests for node in ast.walk(test)}
        found += [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Assert) and node not in in_tests]
    return found


def test_asserts_are_found_unless_they_are_hidden() -> None:
    text = "```python\nif a:\n    assert 1\n```\n\n```pycon\n>>> assert 2\n```\n\n<!-- check\nassert 3\n-->\n"
    assert shown_asserts(text) == ["assert 1", "assert 2"]


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_a_page_shows_results_instead_of_asserts(page: Path) -> None:
    if page.relative_to(ROOT).as_posix() not in ABOUT_TESTING:
        assert shown_asserts(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_a_page_has_at_most_250_lines(page: Path) -> None:
    if page.relative_to(ROOT).as_posix() not in GENERATED:
        assert page.read_text(encoding="utf-8").count("\n") <= 250


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as on GitHub, and those that it sets itself."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)]
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_the_links_of_a_page_lead_to_pages_and_headings(page: Path) -> None:
    dead: list[str] = []
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        name, _, anchor = target.partition("#")
        path = page.parent / name if name else page
        if re.match(r"\w+:", target) or page.name in {"contributing.md", "changelog.md", "security.md"}:
            continue
        # These pages include the file of the same name at the root.
        source = ROOT / f"{path.stem.upper()}.md" if path.stem in {"contributing", "changelog", "security"} else path
        if not path.exists() or (anchor and source.suffix == ".md" and anchor not in anchors(source)):
            dead.append(target)
    assert dead == []


def test_a_handler_has_an_example_with_a_result() -> None:
    without = [page.stem for page in HANDLERS if not any(example_with_result(page))]
    assert without == []


@pytest.mark.parametrize("page", HANDLERS, ids=[path.stem for path in HANDLERS])
def test_the_page_of_a_handler_has_an_example_methods_permissions_and_links(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = [heading for heading in re.findall(r"^## (.*)$", text, re.MULTILINE) if heading != "Good to know"]
    assert headings == ["Example", "Methods", "Permissions and server versions"]
    assert text.rpartition("\n\n")[2].startswith("See also [")
    assert text.count("\n") <= 70
    index = page.with_name("index.md").read_text(encoding="utf-8")
    assert f"]({page.name}) |" in index


def example_with_result(page: Path) -> list[bool]:
    """Whether each example of a page shows a result."""
    blocks = BLOCK.finditer(page.read_text(encoding="utf-8"))
    parse = doctest.DocTestParser().get_examples
    return [block["output"] is not None or any(example.want for example in parse(block["code"])) for block in blocks]


@pytest.mark.parametrize(("link", "code"), [("#here", 0), ("#nowhere", 1), ("no-page.html", 1), ("https://example.com", 0)])
def test_the_check_of_the_built_pages_fails_only_for_dead_links(link: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(f'<p id="here"><a href="{link}">link</a></p>', encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "check_site.py"), str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == code
