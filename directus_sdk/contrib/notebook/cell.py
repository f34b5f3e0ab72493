"""What stands at the cursor of a cell: the call, the parameter and the path within its value.

The text before the cursor is split into tokens, and never parsed or run, because it is unfinished.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<space>[^\S\n]+|\\\n)
    |(?P<quote>(?P<prefix>[A-Za-z]{0,2})(?P<mark>\"\"\"|\'\'\'|\"|\'))
    |(?P<name>[^\W\d]\w*)
    |(?P<end>[\n;])
    |(?P<op>[=!<>:]=|\d[\w.]*|.)""",
    re.VERBOSE | re.DOTALL,
)
_BODIES: Mapping[str, re.Pattern[str]] = {
    mark: re.compile(rf"(?:\\.|(?!{mark})[^\\{'' if len(mark) == 3 else chr(10)}])*\\?", re.DOTALL)
    for mark in ('"""', "'''", '"', "'")
}
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@attrs.frozen
class Token:
    """A name, a string, an operator, or a whole pair of brackets.

    Attributes:
        kind: ``"name"``, ``"string"``, ``"op"`` or an opening bracket.
        text: The name, the content of the string, or the operator.
        inside: The tokens between the brackets.
    """

    kind: str
    text: str = ""
    inside: tuple[Token, ...] = ()


@attrs.define
class _Level:
    opener: str = ""
    tokens: list[Token] = attrs.field(factory=list)


@attrs.frozen
class Step:
    """One bracket on the way from a call to the cursor.

    Attributes:
        opener: The bracket; ``"["`` also for a tuple.
        key: In a dict, the key whose value the cursor is in; ``None`` at a key.
    """

    opener: str
    key: str | None = None


@attrs.frozen
class Call:
    """The innermost call around the cursor.

    Attributes:
        callee: The tokens of what is called, such as those of ``directus.items``.
        arguments: The arguments before the one at the cursor.
        keyword: The keyword of the argument at the cursor, or ``None``.
        path: The brackets from the call to the cursor.
    """

    callee: list[Token]
    arguments: list[list[Token]]
    keyword: str | None
    path: list[Step]


@attrs.frozen
class Cell:
    """A cell up to the cursor.

    Attributes:
        fragment: The string or the name that ends at the cursor; empty if there is none.
        in_string: Whether that is an open string.
        statements: The complete statements before, as tokens.
        levels: The open brackets, from the outermost.
    """

    fragment: str
    in_string: bool
    statements: list[list[Token]]
    levels: list[_Level]

    @classmethod
    def before_cursor(cls, text: str) -> Cell | None:
        """Return the cell; ``None`` in a comment, and in a string that has no plain value, such as one of bytes."""
        statements: list[list[Token]] = []
        levels, position = [_Level()], 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            assert match is not None  # the last alternative is any character
            position, level = match.end(), levels[-1]
            kind, value = match.lastgroup or "", match[0]
            if kind == "comment" and position == len(text):
                return None
            if match["mark"]:
                kind, position, value = "string", *_string(text, position, match["mark"])
                if position > len(text):
                    prefix = match["prefix"].lower()
                    if "f" in prefix:
                        return cls._in_expression(value, statements)
                    return cls(value, True, statements, levels) if "b" not in prefix and "\\" not in value else None
            if kind == "end":
                if len(levels) == 1:
                    statements.append(level.tokens)
                    levels = [_Level()]
            elif value in _CLOSING and kind == "op":
                levels.append(_Level(value))
            elif kind == "op" and len(levels) > 1 and value == _CLOSING[level.opener]:
                levels.pop()
                levels[-1].tokens.append(Token(level.opener, inside=tuple(level.tokens)))
            elif kind in ("name", "string", "op"):
                level.tokens.append(Token(kind, value))
        last = levels[-1].tokens
        named = bool(last) and last[-1].kind == "name" and text.endswith(last[-1].text)
        return cls(last.pop().text if named else "", False, statements, levels)

    @classmethod
    def _in_expression(cls, text: str, statements: list[list[Token]]) -> Cell | None:
        """Return the cell of the open expression of an f-string."""
        _, opened, expression = re.sub(r"{{|}}|{[^{}]*}", "", text).partition("{")
        cell = cls.before_cursor(expression) if opened else None
        return cell and attrs.evolve(cell, statements=statements)

    @property
    def call(self) -> Call | None:
        """The innermost call around the cursor, or ``None``."""
        path: list[Step] = []
        for outer, level in zip(reversed(self.levels[:-1]), reversed(self.levels[1:]), strict=True):
            *before, current = split(level.tokens)
            callee = chain_of(outer.tokens) if level.opener == "(" else []
            if callee:
                has_keyword = len(current) > 1 and (current[0].kind, current[1].text) == ("name", "=")
                return Call(callee, before, current[0].text if has_keyword else None, path[::-1])
            key = current[0].text if len(current) > 1 and current[0].kind == "string" and current[1].text == ":" else None
            path.append(Step("{" if level.opener == "{" else "[", key))
        return None

    def assigned(self, name: str) -> list[Token]:
        """Return the tokens that were assigned to a name last, by ``=`` or ``with ... as``; none if there are none."""
        for tokens in reversed(self.statements):
            *targets, value = split(tokens, "=")
            if any([token.text for token in target[:2]] in ([name], [name, ":"]) for target in targets):
                return value
            if tokens and tokens[0].text == "with":
                for part in split(split(tokens[1:], ":")[0]):
                    if [token.text for token in part[-2:]] == ["as", name]:
                        return part[:-2]
        return []


def split(tokens: list[Token], at: str = ",") -> list[list[Token]]:
    """Split tokens at commas, or at another operator."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "op" and token.text == at:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def chain_of(tokens: list[Token]) -> list[Token]:
    """Return the names, dots and calls at the end of tokens, such as ``directus.items("articles").read_many``."""
    return list(_backwards(tokens))[::-1]


def _backwards(tokens: list[Token]) -> Iterator[Token]:
    joined = True  # whether the token before belongs to the chain
    for token in reversed(tokens):
        is_dot = token.kind == "op" and token.text == "."
        if not (is_dot or (joined and token.kind in ("name", "(", "["))):
            return
        yield token
        joined = is_dot or token.kind in ("(", "[")


def _string(text: str, start: int, mark: str) -> tuple[int, str]:
    """Return the position after a string, or one beyond the text if it is open, and its content."""
    match = _BODIES[mark].match(text, start)
    assert match is not None  # it may be empty
    if text.startswith(mark, match.end()):
        return match.end() + len(mark), match[0]
    return match.end() + (match.end() == len(text)), match[0]
