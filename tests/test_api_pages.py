"""The documentation prints the signatures that the code has."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from inspect import Parameter
from pathlib import Path
from typing import Any

import pytest

import directus_sdk
from directus_sdk import Directus
from directus_sdk.handlers.bulk_items import BulkItemsHandler
from directus_sdk.handlers.read_collections import ReadCollectionsHandler
from directus_sdk.handlers.selected_items import SelectedItemsHandler
from directus_sdk.testing import MockTransport

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
#: The method and its parameters in each row of a table of methods, by the page of the group.
ROWS = [
    (path.stem, name, parameters)
    for path in sorted((DOCS / "handlers").glob("*.md"))
    for line in path.read_text("utf-8").splitlines()
    if line.startswith("| `")
    for name, parameters in re.findall(r"`([a-z_.]+)\(((?:[^()`]|\([^()]*\))*)\)`", line.split(" | ")[0])
]


def test_there_are_many_rows() -> None:
    assert len(ROWS) > 120
    assert ("graphql", "items", "query, variables=None, operation_name=None, *, model=None") in ROWS


@pytest.mark.parametrize(("page", "name", "parameters"), ROWS, ids=[f"{page}.{name}" for page, name, _ in ROWS])
def test_a_row_has_the_parameters_of_the_method(page: str, name: str, parameters: str) -> None:
    directus = Directus("https://cms.example.com", token="t", transport=MockTransport())
    method: object = directus if page == "index" else getattr(directus, page)
    for part in name.split("."):
        method = getattr(method, part)
    assert callable(method)
    real = inspect.signature(method).parameters
    written = [part.strip().partition("=") for part in re.split(r",(?![^(\[{]*[)\]}])", parameters) if part.strip()]
    names = [part for part, _, _ in written if not part.startswith("*") and part not in ("/", "...")]
    assert set(names) <= set(real), sorted(set(names) - set(real))
    required = {name for name, each in real.items() if each.default is each.empty and each.kind is not Parameter.VAR_KEYWORD}
    assert required <= set(names)
    for part, _, default in written:
        assert not default or repr(real[part].default) == default.replace('"', "'")


def test_the_reference_has_every_name_once() -> None:
    directive = re.compile(r"^\.\. auto(?:class|function|data):: directus_sdk\.(\w+)$", re.MULTILINE)
    pages = sorted((DOCS / "reference").glob("*.md"))
    names = [name for page in pages for name in directive.findall(page.read_text("utf-8"))]
    assert sorted(names) == sorted(set(directus_sdk.__all__) - {"__version__"})


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The extension that makes the reference, as far as it needs no build."""
    monkeypatch.syspath_prepend(DOCS / "_ext")
    module = importlib.import_module("reference")
    classes = {name: value for name, value in module.documented().items() if isinstance(value, type)}
    monkeypatch.setattr(module, "PUBLIC", {f"{each.__module__}.{each.__qualname__}": name for name, each in classes.items()})
    yield module
    sys.modules.pop("reference")


def test_a_reader_can_look_up_the_bases_of_each_class(reference: Any) -> None:
    for name in reference.PUBLIC.values():
        cls = getattr(importlib.import_module(name.rpartition(".")[0]), name.rpartition(".")[2])
        bases: list[Any] = list(cls.__bases__)
        reference._without_private(None, name, cls, None, bases)
        ours = [base for base in bases if base.__module__.startswith("directus_sdk")]
        assert [base for base in ours if f"{base.__module__}.{base.__qualname__}" not in reference.PUBLIC] == []


def test_links_to_inherited_members_leave_out_what_is_not_described(reference: Any) -> None:
    lines: list[str] = []
    reference._add_inherited(None, "class", "NotFound", directus_sdk.NotFound, None, lines)
    assert "APIError.extensions>" in "".join(lines)
    assert "APIError.hint>" not in "".join(lines)


@pytest.mark.slow
def test_the_generated_pages_spell_out_the_keywords(tmp_path: Path) -> None:
    classes = (BulkItemsHandler, SelectedItemsHandler, ReadCollectionsHandler)
    directives = "".join(f".. autoclass:: {each.__module__}.{each.__name__}\n   :members:\n" for each in classes)
    (tmp_path / "index.md").write_text(f"# API\n\n```{{eval-rst}}\n{directives}```\n", "utf-8")
    build = [sys.executable, "-m", "sphinx", "-W", "-q", "-c", str(DOCS), "-d", str(tmp_path / "trees"), "-b", "pseudoxml"]
    subprocess.run([*build, str(tmp_path), str(tmp_path / "made")], cwd=ROOT, check=True, capture_output=True)
    page = (tmp_path / "made" / "index.pseudoxml").read_text("utf-8")
    signatures = re.findall(r"<desc_signature .*?fullname=\"(\w+\.\w+)\".*?>(.*?)<desc_content>", page, re.DOTALL)
    assert "Unpack" not in page
    methods = (BulkItemsHandler.update_many, SelectedItemsHandler.update_by_query, ReadCollectionsHandler.read_many)
    for function in methods:
        method = function.__qualname__
        text = "".join(signature for name, signature in signatures if name == method)
        assert text.count("<desc_signature_line" if "desc_signature_line" in text else "fields") >= 2, method  # its overloads
        parameters = inspect.signature(function).parameters.values()
        keywords = [each.name for each in parameters if each.kind is Parameter.KEYWORD_ONLY]
        assert "fields" in keywords
        assert [keyword for keyword in keywords if not re.search(rf"\b{keyword}\b", text)] == [], method
