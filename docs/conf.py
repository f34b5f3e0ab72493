"""How Sphinx builds the documentation; nothing is fetched from the network."""

from __future__ import annotations

import sys
from collections import ChainMap
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.pycode import ModuleAnalyzer

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.append(str(Path(__file__).parent / "_ext"))

from directus_sdk.handlers import data_model
from directus_sdk.signatures import spelled
from directus_sdk.version import __version__
from directus_sdk.writing import bulk_options

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "directus_sdk"
author = "directus_sdk contributors"
copyright = "2026, directus_sdk contributors"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "without_comments"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_class_signature = "mixed"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
python_use_unqualified_type_names = True
maximum_signature_line_length = 100

html_theme = "furo"
html_title = f"directus_sdk {release}"
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}


def setup(app: Sphinx) -> None:
    """Spell out the keywords in overloads too, which Sphinx reads from the source."""
    analyze = ModuleAnalyzer.analyze

    def with_keywords(analyzer: ModuleAnalyzer) -> None:
        analyze(analyzer)
        # Some of the names are imported for type checkers only.
        names = ChainMap(vars(sys.modules[analyzer.modname]), vars(bulk_options), vars(data_model))
        for signatures in analyzer.overloads.values():
            signatures[:] = [spelled(each, names) for each in signatures]

    ModuleAnalyzer.analyze = with_keywords  # type: ignore[method-assign]
