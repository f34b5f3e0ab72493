"""Completion of names in the calls of a cell, as a matcher for IPython (API version 2)."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping

import attrs
from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher
from IPython.core.getipython import get_ipython

from directus_sdk.base_client import BaseClient
from directus_sdk.contrib.notebook import names as place_names
from directus_sdk.contrib.notebook import schemas
from directus_sdk.contrib.notebook.cell import Call, Cell, chain_of, split
from directus_sdk.contrib.notebook.names import Name
from directus_sdk.contrib.notebook.subjects import Subject, resolve, text_of

#: How many characters before the cursor are read: more would take seconds.
_READ = 50_000


@context_matcher(identifier="directus_sdk", priority=200)  # type: ignore[untyped-decorator]
def matcher(context: CompletionContext) -> SimpleMatcherResult:
    """Complete the names of collections, fields, keywords and methods; nothing is evaluated or sent."""
    shell = get_ipython()
    lines = [*context.full_text.split("\n")[: context.cursor_line], context.text_until_cursor]
    completed = complete("\n".join(lines), {} if shell is None else shell.user_ns)
    return {
        "completions": [SimpleCompletion(name.text, type=name.kind) for name in completed.names],
        "matched_fragment": completed.fragment,
        "ordered": True,
        "do_not_suppress": set(),
        "suppress": completed.exclusive and bool(completed.names),
    }


@attrs.frozen
class Completions:
    """What fits at the cursor.

    Attributes:
        fragment: The part of the text that is to be replaced.
        names: The names, which begin with it.
        exclusive: Whether nothing else fits, such as the names of files.
    """

    fragment: str = ""
    names: list[Name] = attrs.field(factory=list)
    exclusive: bool = False


def complete(before: str, names: Mapping[str, object]) -> Completions:
    """Return what fits at the cursor.

    Args:
        before: The cell up to the cursor.
        names: The variables of the user.
    """
    if len(before) > _READ:
        before = before[-_READ:].partition("\n")[2]
    cell = Cell.before_cursor(before)
    if cell is None:
        return Completions()
    fragment, completed = _in_string(cell, names) if cell.in_string else (cell.fragment, _in_code(cell, names))
    return Completions(fragment, [name for name in completed if name.text.startswith(fragment)], cell.in_string)


def _in_code(cell: Cell, names: Mapping[str, object]) -> list[Name]:
    tokens = cell.levels[-1].tokens
    chain = chain_of(tokens)
    if chain and chain[-1].text == ".":
        # IPython completes plain attributes; it evaluates no calls.
        subject = resolve(chain[:-1], cell, names) if any(token.kind == "(" for token in chain) else None
        return [] if subject is None else [*_methods(subject)]
    call = cell.call
    if call is None or call.path or call.keyword is not None or split(tokens)[-1]:
        return []
    completed = _method(call, cell, names)
    if completed is None:
        return []
    parameters, used = (
        completed[1],
        {argument[0].text for argument in call.arguments if len(argument) > 1 and argument[1].text == "="},
    )
    positional = sum(1 for argument in call.arguments if len(argument) < 2 or argument[1].text != "=")
    return [Name(f"{name}=", "param") for name in parameters[positional:] if name not in used]


def _in_string(cell: Cell, names: Mapping[str, object]) -> tuple[str, list[Name]]:
    call = cell.call
    completed = None if call is None else _method(call, cell, names)
    if call is None or completed is None:
        return "", []
    subject, parameters = completed
    schema = schemas.schema_of(subject.url, names)
    parameter = call.keyword or next(iter(parameters[len(call.arguments) :]), None)
    if schema is None or parameter is None:
        return "", []
    method = call.callee[-1].text
    if parameter == "collection" and issubclass(subject.cls, BaseClient):
        return cell.fragment, place_names.collections(schema, cell.fragment, singletons=method == "singleton")
    collection = subject.collection
    if "collection" in parameters and parameter != "collection":
        collection = _argument(call, parameters, "collection", cell, names)
    elif collection == "directus_collections" and parameter in ("key", "keys"):
        parameter = "collection"
    return place_names.values(schema, collection, parameter, call.path, cell.fragment)


def _method(call: Call, cell: Cell, names: Mapping[str, object]) -> tuple[Subject, list[str]] | None:
    """Return the client or handler of a call, and the parameters of the method."""
    if len(call.callee) < 3 or call.callee[-2].text != ".":
        return None
    subject = resolve(call.callee[:-2], cell, names, call.callee[-1].text)
    method = None if subject is None else subject.method(call.callee[-1].text)
    if subject is None or method is None:
        return None
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = [each.name for each in inspect.signature(method).parameters.values() if each.kind in kinds]
    return subject, [each for each in parameters if each not in ("self", "cls")]


def _argument(call: Call, parameters: list[str], name: str, cell: Cell, names: Mapping[str, object]) -> str:
    for index, argument in enumerate(call.arguments):
        if [token.text for token in argument[:2]] == [name, "="]:
            return text_of(argument[2:], cell, names)
        if parameters[index : index + 1] == [name]:
            return text_of(argument, cell, names)
    return ""


def _methods(subject: Subject) -> Iterable[Name]:
    for name in dir(subject.cls):
        if not name.startswith("_"):
            yield Name(name, "function" if subject.method(name) else "instance")
