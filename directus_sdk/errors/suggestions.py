"""What to write instead of a name that a class lacks."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable

from directus_sdk.errors.foreign_names import ITEMS, TABLE, TABLE_8

#: The verb of this SDK for the verbs of others.
VERBS = {
    **dict.fromkeys(("fetch", "find", "get", "list", "load", "read", "retrieve", "select"), "read"),
    **dict.fromkeys(("add", "create", "insert", "make", "new"), "create"),
    **dict.fromkeys(("change", "edit", "modify", "patch", "update"), "update"),
    **dict.fromkeys(("delete", "destroy", "drop", "remove"), "delete"),
    "upsert": "upsert",
}
_WRITES = ("create", "update", "upsert", "delete")
_ARGUMENTS = {
    "read_one": "key", "read_many": "filter=..., limit=...", "create_one": "data", "create_many": "rows",
    "update_one": "key, data", "update_many": "keys, data", "update_batch": "rows", "delete_one": "key",
    "delete_many": "keys", "upsert_one": "data", "upsert_many": "rows", "delete_by_query": "filter=...",
    "update_by_query": "filter=..., data=...", "read_by_query": "query",
}  # fmt: skip
#: How other clients end the names of methods for one item, and for many.
_ENDINGS = {
    **dict.fromkeys(("", "by_id", "by_pk", "item", "object", "record", "row", "single"), "one"),
    **dict.fromkeys(("bulk", "items", "list", "objects", "records", "rows"), "many"),
    "items_batch": "batch",
}


def hint(kind: type, name: str) -> str:
    """Return what to write instead of an attribute that a class lacks, or ``""``.

    Example:
        >>> hint(Directus, "createItems")
        "write directus.items('articles').create_many(rows)"
        >>> hint(ItemsHandler, "order_by")
        "write read_many(sort=['-date'])"
    """
    snake = snake_case(name)
    verb, _, noun = snake.partition("_")
    verb = VERBS.get(verb, "")
    parents = [parent.__name__ for parent in kind.__mro__]
    for parent in parents:
        table = TABLE.get(parent) or TABLE_8.get(parent, {})
        instead = table.get(snake) or (table.get(f"{verb}_{noun}") if verb else None)
        if instead is not None:
            return f"write {instead}"
    names = _public(kind)
    if snake in names and snake != name:
        return f"write {snake}({_ARGUMENTS[snake]})" if snake in _ARGUMENTS else f"write {snake}"
    if "MeHandler" in parents and not closest_of(name, names):
        return f"write directus.users.me.read()[{name!r}]"
    if "Directus" in parents or "Directus8" in parents:
        return _for_client(name, verb, noun, names)
    return _for_handler(kind, name, verb, noun) if {"Handler", "Handler8", "Authorizer"} & set(parents) else ""


def snake_case(name: str) -> str:
    """Return a name such as ``createItems`` as ``create_items``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def _for_client(name: str, verb: str, noun: str, names: set[str]) -> str:
    ending = _ENDINGS.get(noun, "") if noun else ""
    if verb and ending:
        return f"write {ITEMS}.{_call(verb, ending)}"
    stem = noun.removesuffix("_batch").removeprefix("content_")
    for group, is_plural in _plurals(stem) if verb else ():
        if group in names:
            count = "batch" if noun.endswith("_batch") else "many" if is_plural else "one"
            return f"write directus.{group}.{_call(verb, count)}"
    close = closest_of(name, names)
    if close:
        return f"did you mean directus.{close}?"
    if verb:
        return f"methods belong to handlers, such as {ITEMS}.{_call(verb, 'many')}"
    return f"for the items of a collection write directus.items({name!r})"


def _for_handler(kind: type, name: str, verb: str, noun: str) -> str:
    names = _public(kind)
    ending = _ENDINGS.get(noun, noun)
    if verb and f"{verb}_{ending}" in names:
        return f"write {_call(verb, ending, kind)}"
    if verb and verb in names:
        return f"write {verb}(...)"
    if verb and noun in names:
        return f"write {noun}"
    close = closest_of(name, {each for each in names if not verb or VERBS.get(each.partition("_")[0], verb) == verb})
    if verb in _WRITES and "read_many" in names and not any(each.startswith(("create", "update")) for each in names):
        return "only the server writes these items; read them with read_many(filter=...)"
    if close:
        return f"did you mean {close}?"
    count = "many" if noun.endswith("s") or noun == "by_query" else "one"
    return f"write {_call(verb, count, kind)}" if verb and f"{verb}_{count}" in names else ""


def closest_of(name: str, names: set[str]) -> str | None:
    """Return the name that a misspelt one must have meant."""
    from difflib import get_close_matches

    close = get_close_matches(name, names, n=1, cutoff=0.75)
    return close[0] if close else None


def _call(verb: str, ending: str, kind: type | None = None) -> str:
    method = f"{verb}_{ending}"
    arguments = _ARGUMENTS.get(method, "")
    if kind is not None and any(parent.__name__ == "DataModelHandler" for parent in kind.__mro__):
        parameters = [*inspect.signature(getattr(kind, method)).parameters.values()][1:]
        required = [each.name for each in parameters if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD]
        arguments = ", ".join(required) or arguments
    return f"{method}({arguments})"


def _plurals(noun: str) -> Iterable[tuple[str, bool]]:
    """Return the endpoint groups that a noun may mean, and whether it is a plural."""
    yield f"{noun}s", False
    yield (noun.removesuffix("y") + "ies" if noun.endswith("y") else noun), noun.endswith("s")
    yield noun, noun.endswith("s")
    yield noun.removesuffix("ies") + "y", True
