"""What the search box of the documentation finds first, without a build and a browser.

The index is made of the Markdown pages here; tests/web/test_docs_site.py asks the same of the built site.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from sphinx.search import IndexBuilder
from sphinx.search.en import SearchEnglish

from directus_sdk.testing.server.node import node_runtime

from .docs_queries import QUERIES

DOCS = Path(__file__).parent.parent / "docs"
FENCE = re.compile(r"^ *(`{3,}|~{3,})")
HEADING = re.compile(r"^(#{1,6}) +(.+?) *$")


@pytest.fixture(scope="module")
def words() -> Iterator[SimpleNamespace]:
    """The extensions of the build that make the index and list the names of the reference."""
    sys.path.insert(0, str(DOCS / "_ext"))
    yield SimpleNamespace(sections=import_module("search_sections"), documented=import_module("reference").documented)
    sys.path.remove(str(DOCS / "_ext"))


def sections(page: Path) -> Iterator[tuple[str, str]]:
    """The headings of a page, each with the text below it."""
    heading, lines, fence = "", [""], ""
    for line in re.sub(r"<!--.*?-->", "", page.read_text("utf-8"), flags=re.DOTALL).splitlines():
        opened = FENCE.match(line)
        if opened and not fence:
            fence = opened[1]
        elif fence and line.strip() == fence:
            fence = ""
        elif not fence and (title := HEADING.match(line)):
            if heading:
                yield heading, "\n".join(lines)
            heading, lines = title[2].replace("`", ""), []
        else:
            lines.append(re.sub(r"\]\([^)]*\)", "]", line))
    yield heading, "\n".join(lines)


def rank(words: SimpleNamespace, queries: list[str]) -> list[list[str]]:
    """The first three pages for each query."""
    stems = words.sections.stems
    names = [path.relative_to(DOCS).with_suffix("").as_posix() for path in sorted(DOCS.rglob("*.md"))]
    names = [name for name in names if not name.startswith("_")]
    pages = {
        name: [
            ["", heading, " ".join(stems(heading)), dict(Counter(stems(text)))]
            for heading, text in sections(DOCS / f"{name}.md")
        ]
        for name in names
    }
    objects: dict[str, list[list[object]]] = {}
    places = {
        full: names.index(f"reference/{page.stem}")
        for page in (DOCS / "reference").glob("*.md")
        for full in re.findall(r"^\.\. auto\w+:: ([\w.]+)$", page.read_text("utf-8"), re.MULTILINE)
    }
    for full, value in words.documented().items():
        prefix, _, last = full.rpartition(".")
        objects.setdefault(prefix, []).append([places[full], 0 if isinstance(value, type) else 2, 1, "", last])
        if isinstance(value, type):
            objects[full] = [[places[full], 1, 1, "", member] for member in vars(value) if not member.startswith("_")]
    index = {"objects": objects, "docnames": names, "filenames": names}
    index["objnames"] = {str(i): ["py", kind, f"Python {kind}"] for i, kind in enumerate(("class", "method", "data"))}
    stemmer = IndexBuilder.get_js_stemmer_code(cast(IndexBuilder, SimpleNamespace(lang=SearchEnglish({}))))
    data = f"const SECTIONS = {json.dumps(words.sections.index(pages))};"
    scripts = [stemmer, data, (DOCS / "_static" / "search.js").read_text("utf-8")]
    asked = json.dumps({"scripts": scripts, "index": index, "queries": queries})
    command = [node_runtime("11.17.4").node, str(Path(__file__).with_name("docs_search.js"))]
    ranking: list[list[str]] = json.loads(
        subprocess.run(command, input=asked, text=True, capture_output=True, check=True).stdout
    )
    return ranking


def test_the_right_page_is_found_first(words: SimpleNamespace) -> None:
    first_pages = dict(zip(QUERIES, rank(words, list(QUERIES)), strict=True))
    wrong = {query: pages for query, pages in first_pages.items() if not pages or pages[0] not in QUERIES[query].split()}
    assert len(wrong) <= len(QUERIES) * 0.03, wrong
    missing = {query: pages for query, pages in wrong.items() if not set(pages) & set(QUERIES[query].split())}
    assert len(missing) <= len(QUERIES) * 0.01, missing


def test_the_pages_that_queries_name_exist() -> None:
    named = {page for pages in QUERIES.values() for page in pages.split()}
    assert {page for page in named if not (DOCS / f"{page}.md").exists()} == set()


def test_the_words_of_the_search_are_used_as_they_are_written(words: SimpleNamespace) -> None:
    data = words.sections.WORDS
    empty = [
        (page, phrase) for page, phrases in data["pages"].items() for phrase in phrases if not words.sections.stems(phrase)
    ]
    assert empty == [], "a phrase of words that a query leaves out is never found"
    assert [word for word in data["synonyms"] if len(words.sections.stems(word)) != 1] == []
    twice = {page: phrases for page, phrases in data["pages"].items() if len(set(phrases)) != len(phrases)}
    assert twice == {}
