"""The size of files, the share of ``Any``, and the words of documentation, messages and names."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "directus_sdk"
MODULES = sorted(PACKAGE.rglob("*.py"))
PAGES = sorted(
    [*(ROOT / "docs").rglob("*.md"), *(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY"))]
)
#: Comments of these are read too.
SCRIPTS = [
    *(path for folder in ("scripts", "examples", "benchmarks") for path in sorted((ROOT / folder).rglob("*.[ps][yh]"))),
    *(ROOT / name for name in ("Makefile", "setup.cfg", ".ruff.toml", ".pre-commit-config.yaml", "conftest.py")),
]
#: Aliases that are Any and nothing else count as Any; this one says what it stands for.
MAYBE_NONE = "MaybeNone"

#: Words that the documentation does not use, and the words that it uses instead.
WORDS = {
    r"a text|texts": "a string, strings",
    r"whole numbers?": "integer",
    r"truth values?": "boolean",
    r"address(es|ed)?": "URL",
    r"answer(s|ed|ing)?": "response",
    r"told|tells": "reported, called with",
    r"anew": "again",
    r"nobody|somebody|whoever": "the passive voice",
    r"(tried|tries|trying) again": "retried",
    r"(a|each|every) try": "an attempt",
    r"the public(?! \w)|as public": "unauthenticated, the Public role",
    r"who is asking|one who asks": "the current user",
    r"second factors?": "two-factor authentication",
    r"pictures?": "image",
    r"rights": "permissions",
    r"a bar": "a progress bar",
    r"(is|are) (?-i:none)(?! of)|(is|are) no (?!longer|more than)": "is not a valid",
    r"(goes|go|went|going) out|(comes?|came|coming) back|gone": "is sent, is returned, removed",
    r"the most(?! common)": "the maximum",
}
#: Terms of Directus, HTTP and other fields in which these words stay.
TERMS = re.compile(
    r"""
    `[^`\n]*`                                         # code
    | (?<=\])\([^)\s]*\)                              # the target of a link
    | (e-?mail|IP|loopback|memory|MAC|network|proxy|host)[ ]address(es)?
    | "[^"\n]*"                                         # messages of others, and titles
    | 410[ ]Gone
    | all[ ]rights[ ]reserved
    | there[ ](is|are|was|were)[ ]no\w*
    """,
    re.IGNORECASE | re.VERBOSE,
)
#: Words that no name contains.
NAMES = {"texts", "address", "addresses", "answer", "answers", "answered", "told", "tells", "anew", "nobody"}
NAMES |= {"somebody", "whoever", "picture", "pictures", "rights"}
#: Names that say nothing about their value.
EMPTY_NAMES = {"wire", "held", "found", "given", "known", "shown"}
#: Names that are public, those of Python, and the addresses of emails.
ALLOWED_NAMES = {"check_texts", "test_texts", "addresses", "ip_address"}
FORBIDDEN = re.compile(
    r"(?<![\w/.-])(?:" + "|".join(f"(?P<w{number}>{words})" for number, words in enumerate(WORDS)) + r")(?![\w/-])",
    re.IGNORECASE,
)


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(source(path))


def documented(path: Path) -> Iterator[ast.Expr]:
    """The docstrings of a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                yield first


def code_lines(path: Path) -> int:
    """How many lines have code: no comments, docstrings and blank lines."""
    other = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source(path)).readline):
        if token.type not in other:
            lines.update(range(token.start[0], token.end[0] + 1))
    for docstring in documented(path):
        lines.difference_update(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
    return len(lines)


def aliases_of_any() -> set[str]:
    """The names that stand for Any alone."""
    names = {"Any"}
    for path in MODULES:
        for node in ast.walk(tree(path)):
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            value = getattr(node, "value", None)
            if isinstance(target, ast.Name) and isinstance(value, ast.Name) and value.id == "Any":
                names.add(target.id)
    return names - {MAYBE_NONE}


CODE = sum(map(code_lines, MODULES))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_has_at_most_500_lines(path: Path) -> None:
    assert source(path).count("\n") <= 500


def test_the_root_of_the_package_has_few_files() -> None:
    assert len(list(PACKAGE.glob("*.py*"))) <= 14


def test_any_is_rare() -> None:
    names = aliases_of_any()
    uses = sum(isinstance(node, ast.Name) and node.id in names for path in MODULES for node in ast.walk(tree(path)))
    assert 1000 * uses / CODE <= 35


def test_ignored_type_errors_are_rare() -> None:
    assert 1000 * sum(source(path).count("type: ignore") for path in MODULES) / CODE <= 1


def test_one_module_asks_for_the_process_id() -> None:
    assert len([path for path in MODULES if re.search(r"\bgetpid\b", source(path))]) == 1


def found(text: str) -> list[str]:
    """The words of a text that others replace, each with some words around it."""
    text = TERMS.sub(lambda match: "x" * len(match[0]), text)
    return [" ".join(text[max(0, match.start() - 30) : match.end() + 20].split()) for match in FORBIDDEN.finditer(text)]


def comments(path: Path) -> Iterator[str]:
    if path.suffix == ".py":
        for token in tokenize.generate_tokens(io.StringIO(source(path)).readline):
            if token.type == tokenize.COMMENT:
                yield token.string
    else:
        yield from re.findall(r"#.*", source(path))


def strings(path: Path) -> Iterator[str]:
    """The docstrings of a module and the strings in it that have several words."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield re.sub(r"(?m)^\s*(>>>|\.\.\.) .*\n?", "", node.value)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_uses_the_words_of_the_field(path: Path) -> None:
    prose = re.sub(r"(?ms)^(```+)(?!text).*?^\1", "", source(path))
    prose = re.sub(r"(?ms)^<!--.*?-->$", "", prose)
    assert found(prose) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_comments_and_strings_use_the_words_of_the_field(path: Path) -> None:
    text = [*comments(path), *(strings(path) if path.suffix == ".py" else ())]
    assert [words for part in text for words in found(part)] == []


def module(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


@pytest.mark.parametrize("path", MODULES, ids=module)
def test_docstrings_messages_and_comments_use_the_words_of_the_field(path: Path) -> None:
    words = [words for text in (*comments(path), *strings(path)) for words in found(text)]
    assert words == []


@pytest.mark.parametrize("path", MODULES, ids=module)
def test_names_use_the_words_of_the_field(path: Path) -> None:
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        for attribute in ("id", "arg", "attr", "name"):  # of a variable, a parameter, an attribute, a function or class
            name = getattr(node, attribute, None)
            if isinstance(name, str) and not isinstance(node, (ast.alias, ast.keyword)):
                names.add(name)
    parts = {name: set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")) for name in names - ALLOWED_NAMES}
    empty = {name for name, words in parts.items() if name in EMPTY_NAMES or NAMES & words}
    assert sorted(empty) == []


#: What random keys, boundaries and digests consist of: a short needle of it is found in them by chance, now and then.
BY_CHANCE = re.compile(r"""(?<!\w)b?(["'])[0-9a-fA-F-]{1,8}\1 not in .*""")


def test_what_must_not_be_in_a_string_cannot_be_there_by_chance() -> None:
    needles = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for match in BY_CHANCE.finditer(path.read_text(encoding="utf-8"))
    }
    assert needles == set()
