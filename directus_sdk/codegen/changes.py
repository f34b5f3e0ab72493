"""How a module differs from the one that the schema gives now, in a few lines."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

_CLASS = re.compile(r"class (\w+)\(?")
_ATTRIBUTE = re.compile(r"    (\w+): (.+?)(?: = .*)?$")
_CHOICES = re.compile(r"_(\w+)Choice_* = _t\.Literal\[(.*)$")
#: How many lines of the source are shown if nothing else differs.
_LINES = 60


def described_changes(existing: str, source: str) -> Iterator[str]:
    r"""Yield the differences between two modules: classes, attributes, types and choices, or else lines.

    Example:
        >>> before = "class Articles:\\n    id: int\n    title: str | None\n"
        >>> print(*described_changes(before, before.replace("title", "name")), sep="\n")
        - Articles.title: str | None
        + Articles.name: str | None
    """
    old, new = _parts(existing), _parts(source)
    changes = [f"- {name}{old[name]}" for name in old if name not in new]
    changes += [f"+ {name}{new[name]}" for name in new if name not in old]
    changes += [f"~ {name}{old[name]} → {new[name].lstrip(': ')}" for name in new if name in old and old[name] != new[name]]
    if changes:
        yield from changes
        return
    lines = difflib.unified_diff(existing.splitlines(), source.splitlines(), "the file", "the schema", n=1, lineterm="")
    for number, line in enumerate(lines):
        if number == _LINES:
            yield "…"
            return
        yield line


def _parts(source: str) -> dict[str, str]:
    """Return the classes, attributes and choices of a module, with their types."""
    parts: dict[str, str] = {}
    name, values = "", list[str]()
    for line in source.splitlines():
        if (choices := _CHOICES.match(line)) is not None:
            name, values = f"choices of {choices[1]}", [choices[2].rstrip("]")]
            parts[name] = f": {values[0]}"
        elif (head := _CLASS.match(line)) is not None:
            name = "" if head[1].startswith("_") and f"class {head[1]}:" != line else head[1]
            if name and not name.endswith(("Create", "Update")):
                parts[name] = ""
        elif name.startswith("choices of ") and line.startswith("    "):
            values.append(line.strip(" ,"))
            parts[name] = ": " + ", ".join(value for value in values if value)
        elif line and not line.startswith(" "):
            name = ""
        elif name and (attribute := _ATTRIBUTE.match(line)) is not None:
            parts[f"{name}.{attribute[1]}"] = f": {attribute[2]}"
    return parts
