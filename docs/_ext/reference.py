"""The reference: inherited members as links instead of copies, and names that are found where they are documented.

A class of the reference lists its own members. What it inherits from another class of the reference is one line of links;
what it inherits from a class that the reference leaves out, such as a private base class, is listed as if it were its own, and
that class is not named as a base.
"""

from __future__ import annotations

import inspect
import re
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING

from sphinx.ext.intersphinx import resolve_reference_detect_inventory
from sphinx.pycode import ModuleAnalyzer

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

PAGES = Path(__file__).parent.parent
DIRECTIVE = re.compile(r"^\.\. auto(?:class|function|data):: ([\w.]+)$", re.MULTILINE)
#: The names of the reference, by the module path of what they name: {"directus_sdk.results.Page": "directus_sdk.Page"}.
PUBLIC: dict[str, str] = {}
#: What signatures call by a short name, because overloads are read from the source.
ELSEWHERE = {
    "PathLike": "os.PathLike",
    "os.PathLike[str]": "os.PathLike",
    "UUID": "uuid.UUID",
    "Path": "pathlib.Path",
    "Dialect": "csv.Dialect",
    "EllipsisType": "types.EllipsisType",
    "types.EllipsisType": "types.EllipsisType",
    "EmailMessage": "email.message.EmailMessage",
    "Session": "requests.Session",
}


def documented() -> dict[str, object]:
    """Every object of the reference, by the name that it is documented under."""
    pages = sorted((PAGES / "reference").glob("*.md"))
    names = [name for page in pages for name in DIRECTIVE.findall(page.read_text("utf-8"))]
    return {name: getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2]) for name in names}


def _public_members(cls: type) -> list[str]:
    """The names of a class's own that autodoc lists: public, with a docstring or a comment that describes them."""
    if cls.__module__ == "builtins":
        return []
    comments = ModuleAnalyzer.for_module(cls.__module__).find_attr_docs()
    described = (FunctionType, property, classmethod, staticmethod, cached_property, type)
    return [
        name
        for name, value in vars(cls).items()
        if not name.startswith("_")
        and ((cls.__qualname__, name) in comments or (isinstance(value, described) and inspect.getdoc(value)))
    ]


def _without_private(app: Sphinx, name: str, cls: object, options: object, bases: list[object]) -> None:
    """Name the bases that a reader can look up, in the place of those that the reference leaves out."""
    listed: list[object] = []
    for base in bases:
        if isinstance(base, type) and base.__module__.startswith("directus_sdk.") and _public_name(base) is None:
            listed += [each for each in base.__mro__[1:] if _public_name(each)][:1]
        else:
            listed.append(base)
    bases[:] = dict.fromkeys(listed) or [object]


def _public_name(cls: type) -> str | None:
    return PUBLIC.get(f"{cls.__module__}.{cls.__qualname__}")


def _keep_first_line(app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]) -> None:
    """Keep napoleon from reading "a word: the rest" as a type."""
    if what in ("attribute", "data", "property") and lines and ": " in lines[0]:
        lines[0] = f": {lines[0]}"  # the type before the colon is empty


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


def _resolve(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement) -> nodes.Element | None:
    """Find what an annotation names by the module of its definition, and what a docstring names in a shorter way."""
    target = str(node.get("reftarget", ""))
    head, _, member = target.rpartition(".")
    if target in ELSEWHERE:
        node["reftarget"], node["reftype"] = ELSEWHERE[target], "obj"
        return resolve_reference_detect_inventory(env, node, content)
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
    app.connect("autodoc-process-docstring", _keep_first_line, priority=400)
    app.connect("autodoc-process-bases", _without_private)
    app.connect("missing-reference", _resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
