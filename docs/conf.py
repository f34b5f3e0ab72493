"""How Sphinx builds the documentation; nothing is fetched from the network."""

from __future__ import annotations

import os
import sys
from collections import ChainMap
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.intersphinx",
    "sphinx_copybutton",
    "sphinx_design",
    "notfound.extension",
    "sphinx_sitemap",
    "sphinxext.opengraph",
    "reference",
    "search_sections",
    "without_comments",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "_inventories"]

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

# The inventories are in the repository, so a build fetches nothing; see _inventories/README.md.
INVENTORIES = Path(__file__).parent / "_inventories"
intersphinx_mapping = {
    "python": ("https://docs.python.org/3/", f"{INVENTORIES}/python.inv"),
    "requests": ("https://requests.readthedocs.io/en/latest/", f"{INVENTORIES}/requests.inv"),
    "attrs": ("https://www.attrs.org/en/stable/", f"{INVENTORIES}/attrs.inv"),
}

# Type variables, which have no place of their own: `sphinx-build -n` reports the other names that lead nowhere.
nitpick_ignore_regex = [("py:(class|obj)", r"(directus_sdk\.[\w.]+\.)?[A-Z]")]

#: Where the site is published: for canonical links, the sitemap and the cards of links.
html_baseurl = os.environ.get("DOCS_BASE_URL", "https://directus-python-sdk.readthedocs.io/en/latest").rstrip("/") + "/"
sitemap_url_scheme = "{link}"
sitemap_show_lastmod = False
ogp_site_url = html_baseurl
ogp_site_name = "directus_sdk"
ogp_social_cards = {"enable": False}  # one image for all pages: drawing 100 of them takes longer than the whole build
ogp_image = "_static/card.png"
ogp_image_alt = "directus_sdk, a Python client for Directus"
# Links of the 404 page are absolute, because it is shown at any depth.
notfound_urls_prefix = urlsplit(html_baseurl).path
notfound_context = {
    "title": "Page not found",
    "body": (
        "<h1>Page not found</h1><p>The documentation has no page at this address. Search it, or start from "
        f'<a href="{notfound_urls_prefix}index.html">the first page</a>, '
        f'<a href="{notfound_urls_prefix}getting-started.html">getting started</a> or '
        f'<a href="{notfound_urls_prefix}troubleshooting.html">the error messages</a>.</p>'
        f'<form action="{notfound_urls_prefix}search.html" role="search"><input type="search" name="q" '
        'aria-label="Search" placeholder="Search"></form>'
    ),
}

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = f"directus_sdk {release}"
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/favicon.svg"
html_theme_options = {
    "navigation_with_keys": True,
    "light_logo": "logo-light.svg",
    "dark_logo": "logo-dark.svg",
}


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
