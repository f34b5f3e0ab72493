"""An index of the sections of the site for its search box, which ranks pages by it: see _static/search.js.

Sphinx's own index knows on which pages a word is, not how often or in which section, drops numbers such as 403, and finds
only pages with every word of a query. This one counts the words of each section. The stems are those of Sphinx.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import snowballstemmer
from docutils import nodes
from sphinx.util import logging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx

HERE = Path(__file__).parent
#: Phrases of users, by page; other spellings of a term; words that mean nothing in a query; pages that come later.
WORDS = json.loads((HERE / "search_words.json").read_text("utf-8"))
SPELLINGS = [(re.compile(pattern), term) for pattern, term in WORDS["spellings"]]
STOP_WORDS = frozenset(WORDS["stop"].split())
_stem = functools.cache(snowballstemmer.stemmer("english").stemWord)
logger = logging.getLogger(__name__)


def stems(text: str) -> list[str]:
    """The words of a text as the search compares them: stemmed, without stop words, each term in one spelling."""
    text = text.lower()
    for pattern, term in SPELLINGS:
        text = pattern.sub(term, text)
    words = [word for word in re.findall(r"\w+", text) if word not in STOP_WORDS]
    return [_stem(word) for word in words]


def _own_text(section: nodes.Element) -> str:
    """The text of a section without that of the sections in it."""
    parts = [child for child in section.children if not isinstance(child, (nodes.section, nodes.title))]
    return " ".join(part.astext() for part in parts)


def _collect(app: Sphinx, document: nodes.document) -> None:
    docname = app.env.docname
    sections = []
    for section in document.findall(nodes.section):
        title = section.next_node(nodes.title)
        heading = title.astext() if title else ""
        counts = Counter(stems(_own_text(section)))
        sections.append([section["ids"][0], heading, " ".join(stems(heading)), dict(counts)])
    app.env.metadata[docname]["sections"] = sections


def index(sections: Mapping[str, list[list[object]]]) -> dict[str, object]:
    """The index of the search, from the sections of each page: anchor, heading, stems of the heading, count of each stem."""
    pages = [[docname, WORDS["pages"].get(docname, []), sections[docname]] for docname in sorted(sections)]
    synonyms = {stems(word)[0]: others for word, others in WORDS["synonyms"].items()}
    return {"pages": pages, "synonyms": synonyms, **{name: WORDS[name] for name in ("spellings", "stop", "later", "base")}}


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    for docname in sorted(set(WORDS["pages"]) - set(app.env.found_docs)):
        logger.warning("search_words.json names a page that does not exist: %s", docname)
    metadata = app.env.metadata
    data = index({name: metadata[name]["sections"] for name in metadata if metadata[name].get("sections")})
    text = "const SECTIONS = " + json.dumps(data, ensure_ascii=False, separators=(",", ":")) + ";\n"
    Path(app.outdir, "_static", "sections.js").write_text(text, "utf-8")


def _load(app: Sphinx, pagename: str, template: str, context: dict[str, object], document: object) -> None:
    if pagename == "search":
        app.add_js_file("sections.js", loading_method="defer", priority=800)
        app.add_js_file("search.js", loading_method="defer", priority=900)


def setup(app: Sphinx) -> dict[str, bool]:
    """Collect the words of each page that is read, and write them after the build."""
    app.connect("doctree-read", _collect, priority=900)
    app.connect("html-page-context", _load)
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
