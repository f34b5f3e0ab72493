"""Count the glue of a site: the lines that connect it to the kit, and are not the site itself.

    python scripts/glue.py examples/django_site examples/flask_site

Counted are, in settings, URLs, apps and forms, all lines of each statement that names the kit (or what was imported from
it), and all lines of modules that are neither view, model, template, test nor start.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

#: The site itself, and what starts it.
SITE = re.compile(r"(views?|models?|tests?|test_\w+|conftest|manage|wsgi|asgi|__main__)")
#: Where a statement counts if it names the kit. A package's ``__init__`` is where Flask has its app.
WIRING = re.compile(r"(settings|config|urls|routes|apps?|forms|__init__)")
_NAME = re.compile("directus", re.IGNORECASE)


def glue(folder: Path) -> dict[str, int]:
    """Return the lines of glue of each module below a folder, as far as it has any."""
    counts = {}
    for path in sorted(folder.rglob("*.py")):
        names = [*path.relative_to(folder).parent.parts[1:], path.stem]
        source = path.read_text(encoding="utf-8")
        if any(SITE.fullmatch(name) for name in names):
            continue
        lines = _wiring(source) if WIRING.fullmatch(path.stem) else set(range(len(source.splitlines())))
        if lines:
            counts[str(path.relative_to(folder))] = len(lines)
    return counts


def _wiring(source: str) -> set[int]:
    """Return the lines of the statements that name the kit; of a compound one, its head counts, and its parts by themselves."""
    tree = ast.parse(source)
    imported = {alias.asname or alias.name for node in ast.walk(tree) for alias in _imports(node)}
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not _is_docstring(node):
            own = range(node.lineno, _end(node) + 1)
            text = "\n".join(source.splitlines()[number - 1] for number in own)
            if _NAME.search(text) or imported.intersection(re.findall(r"\w+", text)):
                lines.update(own)
    return lines


def _imports(node: ast.AST) -> Iterator[ast.alias]:
    if isinstance(node, ast.ImportFrom) and _NAME.search(node.module or ""):
        yield from node.names


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _end(node: ast.stmt) -> int:
    """Return the last line of a statement, or of its head where it contains others."""
    inner = [child.lineno - 1 for field in ("body", "handlers") for child in getattr(node, field, [])]
    return max(node.lineno, min(inner)) if inner else node.end_lineno or node.lineno


def main(folders: list[str]) -> int:
    """Print the counts."""
    for folder in folders:
        counts = glue(Path(folder))
        for name, count in counts.items():
            print(f"{count:6} {folder}/{name}")
        print(f"{sum(counts.values()):6} {folder}: lines of glue")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
