"""Leave the comments of the pages out of the site: the code in them is for the tests (see tests/examples.py).

Without this they would be in the HTML, and their words in the index of the search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def _remove(app: Sphinx, document: nodes.document) -> None:
    for node in list(document.findall(nodes.raw)):
        text = node.astext().strip()
        if text.startswith("<!--") and text.endswith("-->"):
            node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, bool]:
    """Remove the comments of each page after it is read."""
    app.connect("doctree-read", _remove)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
