"""Pieces of source code: strings, docstrings, lists, in the layout of ruff and Black.

Names, notes and choices are whatever the server returns, so they become source code only as `quoted` strings, in docstrings
without escapes that could end them, or as identifiers that `names` has checked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

#: The line length of ruff and Black. What is longer is split so that they keep it at any greater length too.
WIDTH = 88
#: Categories of characters that are escaped: control characters, invisible ones such as those that change the direction of
#: a line, unassigned ones and line separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def quoted(value: object) -> str:
    """Return a string, a number or a boolean as source code.

    Example:
        >>> print(quoted("a"), quoted('say "a"'), quoted(1))
        "a" 'say "a"' 1
    """
    if not isinstance(value, str):
        return repr(value)
    quote = "'" if value.count('"') > value.count("'") else '"'
    escaped = value.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return f"{quote}{_visible(escaped)}{quote}"


def _visible(text: str) -> str:
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _INVISIBLE or not character.isprintable()
        else character
        for character in text
    )


def docstring(text: str, indent: str = "    ") -> Iterator[str]:
    """Yield the lines of a docstring."""
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    lines = [_visible(" ".join(line.split())) for line in text.splitlines()]
    lines = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    text = f"\n{indent}".join(lines).strip().replace(f"\n{indent}\n", "\n\n")
    if text.endswith('"'):
        text = f'{text[:-1]}\\"'
    if text:
        yield f'{indent}"""{text}"""' if "\n" not in text else f'{indent}"""{text}\n{indent}"""'


def union(members: Iterable[str], room: int, indent: str) -> str:
    """Return a hint; one that does not fit into the room is split."""
    members = list(dict.fromkeys(members))
    hint = " | ".join(members)
    if len(hint) <= room or len(members) == 1:
        return hint
    return bracketed("_t.Union[", members, "]", indent)


def bracketed(begin: str, parts: Iterable[str], end: str, indent: str = "") -> str:
    """Return something in brackets with each part on a line of its own."""
    return "\n".join([begin, *(f"{indent}    {part}," for part in parts), f"{indent}{end}"])


def literal(name: str, values: Sequence[object], indent: str = "") -> str:
    """Return the alias of a Literal."""
    line = f"{indent}{name} = _t.Literal[{', '.join(map(quoted, values))}]"
    return line if len(line) <= WIDTH else bracketed(f"{indent}{name} = _t.Literal[", map(quoted, values), "]", indent)


def typed_dict(name: str, entries: Iterable[tuple[str, Iterable[str]]], *, total: bool = False, indent: str = "") -> str:
    """Return a TypedDict in the form of a call, which any name of a field is valid in.

    pyright analyzes a module with up to 30,000 steps: this is two of them, and each key of a class would be one.
    """
    keys = []
    for key, hint in entries:
        start = f"{indent}        {quoted(key)}: "
        keys.append(f"{quoted(key)}: {union(hint, WIDTH - len(start) - 1, f'{indent}        ')}")
    body = bracketed(f"{indent}    {{", keys, "},", f"{indent}    ") if keys else f"{indent}    {{}},"
    options = [] if total else [f"{indent}    total=False,"]
    return "\n".join([f"{indent}{name} = _t.TypedDict(", f"{indent}    {quoted(name)},", body, *options, f"{indent})"])


def typed_class(
    name: str, bases: Sequence[str], entries: Iterable[tuple[str, Iterable[str]]], text: str, indent: str = ""
) -> str:
    """Return a TypedDict in the form of a class, whose keys are identifiers and whose hints may name what follows."""
    begin = f"{indent}class {name}({', '.join(bases)}, total=False):"
    if len(begin) > WIDTH:
        begin = bracketed(f"{indent}class {name}(", [*bases, "total=False"], "):", indent)
    lines = list(docstring(text, f"{indent}    "))
    for key, hint in entries:
        start = f"{indent}    {key}: "
        lines.append(start + union(hint, WIDTH - len(start), f"{indent}    "))
    if text and len(lines) > 1:
        lines.insert(1, "")
    return "\n".join([begin, *lines])
