"""The how-to pages name everything that they promise to name: operators, functions, variables, errors."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from directus_sdk import Directus, Expression, Operators
from directus_sdk.expressions import Field, Now
from directus_sdk.wire.filters import OPERATORS
from directus_sdk.wire.functions import FUNCTIONS

ROOT = Path(__file__).parent.parent
HOW_TO = ROOT / "docs" / "how-to"


def text(*names: str) -> str:
    return "\n".join((HOW_TO / f"{name}.md").read_text(encoding="utf-8") for name in names)


def test_the_cookbook_of_filters_has_every_operator_and_function() -> None:
    page = text("filters-cookbook", "date-filters")
    words = set(re.findall(r"\w+", page))
    assert OPERATORS | set(Operators.__annotations__) <= words
    assert set(FUNCTIONS) <= words
    assert OPERATORS | set(Operators.__annotations__) | set(FUNCTIONS) <= set(re.findall(r"\w+", text("filters-cookbook")))
    methods = {name for name in vars(Field) if not name.startswith("_")}
    assert methods <= {*re.findall(r"\.(\w+)\(", page)}
    assert isinstance(Field(("date",), "date") < Now(), Expression)
    for variable in ("$NOW", "$CURRENT_USER", "$CURRENT_ROLE", "$CURRENT_ROLES", "$CURRENT_POLICIES"):
        assert f"`{variable}`" in page


def test_the_cookbook_executes_each_operator_that_a_query_may_have() -> None:
    """Those that it only names are in the table of what a server refuses, or need another database or version."""
    page = text("filters-cookbook", "date-filters")
    results = {*re.findall(r"""["'](_\w+)["']:""", "\n".join(re.findall(r"^\{.*-> .*$", page, re.MULTILINE)))}
    assert OPERATORS - results == {
        "_ieq", "_nieq", "_nicontains", "_regex", "_json",
        "_intersects", "_nintersects", "_intersects_bbox", "_nintersects_bbox",
    }  # fmt: skip


#: A name of a variable of the environment; those without "_" are told from other strings by where they stand.
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|no_proxy")


def variables(path: Path) -> set[str]:
    """The variables of the environment that a module reads: the strings of a module that uses ``os.environ``."""
    source = path.read_text(encoding="utf-8")
    names: set[str] = set()
    if re.search(r"os\.environ|\bgetenv\(", source):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.fullmatch(node.value):
                names.add(node.value)
        if 'f"DIRECTUS_' in source:
            names |= {f"DIRECTUS_{word}" for word in re.findall(r'"(TOKEN|EMAIL|PASSWORD|PROJECT)"', source, re.IGNORECASE)}
            names = {name.upper() if name.startswith("DIRECTUS_") else name for name in names}
        names |= set(re.findall(r"(?:environ(?:\.get\(|\.pop\(|\[)|getenv\()[\"'](\w+)", source))
        names |= set(re.findall(r"[\"'](\w+)[\"'] (?:not )?in os\.environ", source))
        names |= {
            name for line in re.findall(r"_PASSED_ON = \((.*?)\)", source, re.DOTALL) for name in re.findall(r"\w+", line)
        }
    return names


def test_the_variables_are_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        'import os\nos.environ.get("PLAIN"), os.environ["DIRECTUS_ODD"], f"DIRECTUS_{x}", "EMAIL"\n', encoding="utf-8"
    )
    assert variables(path) == {"PLAIN", "DIRECTUS_ODD", "DIRECTUS_EMAIL"}
    path.write_text('import os\nos.getenv("FIRST"), "SECOND" not in os.environ\n', encoding="utf-8")
    assert variables(path) == {"FIRST", "SECOND"}
    path.write_text('import os\nfor name in ("ONE_NAME", "no_proxy", "Word"):\n    os.environ.get(name)\n', encoding="utf-8")
    assert variables(path) == {"ONE_NAME", "no_proxy"}


@pytest.mark.parametrize("path", sorted((ROOT / "directus_sdk").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_page_of_configuration_lists_every_variable_that_is_read(path: Path) -> None:
    rows = re.findall(r"(?m)^\| (.*?) \|", text("configuration"))
    assert variables(path) <= {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_the_page_of_configuration_lists_the_variables_of_the_repository() -> None:
    """Those of the programs, and of the tests those of Directus and what they share with the programs."""
    programs = [*(ROOT / "scripts").iterdir(), *(ROOT / "examples").rglob("*.py"), ROOT / "docs" / "conf.py"]
    read = re.compile(r"""environ(?:\.get\(|\[)["'](\w+)|\$\{([A-Z_]+)\b""")
    names = {"".join(found) for path in programs if path.is_file() for found in read.findall(path.read_text(encoding="utf-8"))}
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "live").glob("*.py"))
    names |= {"".join(found) for found in read.findall(tests)}
    assert {"WORKERS", "CHROMIUM", "SITE_PORT", "DIRECTUS_STRICT", "DOCS_BASE_URL"} <= names
    listed = {name for row in re.findall(r"(?m)^\| (.*?) \|", text("configuration")) for name in re.findall(r"`(\w+)`", row)}
    assert names - listed <= {"PYTHONPATH"}


def test_the_page_of_configuration_lists_every_keyword_of_the_client() -> None:
    table = text("configuration").partition("## Keywords of")[2]
    rows = [name for row in re.findall(r"(?m)^\| (.*?) \|", table) for name in re.findall(r"`(\w+)`", row)]
    assert rows == [name for name in inspect.signature(Directus).parameters if name != "self"]
