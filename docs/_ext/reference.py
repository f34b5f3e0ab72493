"""The reference: inherited members as links instead of copies, and names that are found where they are documented.

A class of the reference lists its own members. What it inherits from another class of the reference is one line of links;
what it inherits from a class that the reference leaves out, such as a private base class, is listed as if it were its own.
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

PAGES = Path(__file__).parent.parent
DIRECTIVE = re.compile(r"^\.\. auto(?:class|function|data):: ([\w.]+)$", re.MULTILINE)
#: The names of the reference, by the module path of what they name: {"directus_sdk.results.Page": "directus_sdk.Page"}.
PUBLIC: dict[str, str] = {}


def documented() -> dict[str, object]:
    """Every object of the reference, by the name that it is documented under."""
    pages = sorted((PAGES / "reference").glob("*.md"))
    names = [name for page in pages for name in DIRECTIVE.findall(page.read_text("utf-8"))]
    return {name: getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2]) for name in names}


def _public_members(cls: type) -> list[str]:
    """The names of a class's own that autodoc lists: public, with a docstring."""
    return [name for name, value in vars(cls).items() if not name.startswith("_") and inspect.getdoc(value)]


def _add_inherited(app: Sphinx, what: str, name: str, cls: object, options: object, lines: list[str]) -> None:
    if what != "class" or not isinstance(cls, type):
        return
    seen = set(vars(cls))
    for base in cls.__mro__[1:]:
        public = PUBLIC.get(f"{base.__module__}.{base.__qualname__}")
        members = [member for member in _public_members(base) if member not in seen]
        seen |= set(vars(base))
        if public and members:
            links = ", ".join(f":py:obj:`{member} <{public}.{member}>`" for member in members)
            lines += ["", f"Inherited from :py:class:`{public.rpartition('.')[2]} <{public}>`: {links}.", ""]


def _resolve(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement) -> nodes.reference | None:
    """Find what an annotation names by the module of its definition, and what a docstring names in a shorter way."""
    target = str(node.get("reftarget", ""))
    head, _, member = target.rpartition(".")
    known = PUBLIC.get(target) or (f"{PUBLIC[head]}.{member}" if head in PUBLIC else None)
    if node.get("refdomain") != "py" or known is None:
        return None
    domain = env.domains.python_domain
    return domain.resolve_xref(env, str(node["refdoc"]), app.builder, "obj", known, node, content)


def setup(app: Sphinx) -> dict[str, bool]:
    """Read the names of the reference, and connect the handlers."""
    for name, value in documented().items():
        if isinstance(value, type):
            PUBLIC[f"{value.__module__}.{value.__qualname__}"] = name
    # autodoc copies the members of base classes up to these.
    bases = sorted({path.rpartition(".")[2] for path in PUBLIC} | {"BaseException", "Exception", "OSError", "ValueError"})
    app.config.autodoc_default_options["inherited-members"] = ",".join([*bases, "list", "dict", "tuple", "Mapping", "Enum"])
    app.connect("autodoc-process-docstring", _add_inherited)
    app.connect("missing-reference", _resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
