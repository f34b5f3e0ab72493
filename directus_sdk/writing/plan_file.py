"""The file of a plan: JSON that is reviewed, and loaded again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from os import PathLike
from typing import Any, TypeVar

from directus_sdk.calls import uncached
from directus_sdk.errors import ConfigurationError, DirectusError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.atomic_file import place_of, replace_file
from directus_sdk.reading.collection import Collection
from directus_sdk.redaction import redact
from directus_sdk.tables.records import NumberedRecord, Record
from directus_sdk.wire.encoding import to_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.value_forms import as_json
from directus_sdk.writing.plan_check import Basis, Differences
from directus_sdk.writing.spooled import Spooled

P = TypeVar("P")

#: The layout of the file.
_FORMAT = 1
_LISTS = ("create", "update", "delete", "outside")
#: The lines with which they begin.
_BEGINS = {f"{to_text(name)}: [": name for name in _LISTS}


# ---------------------------------------------------------------------- write
def write(path: str | PathLike[str], plan: Differences) -> None:
    """Write a plan; see `directus_sdk.writing.plan.Plan.save`."""
    for row in (*plan.create, *plan.update):
        _refuse_secrets(row, plan._basis.hidden)
    replace_file(place_of(path), _lines(plan), lasting=True)


def _refuse_secrets(row: JSONMapping, hidden: frozenset[str]) -> None:
    masked = redact.value(dict(row))
    for name, value in row.items():
        if value is not None and (name in hidden or masked.get(name) != value):
            raise ValueError(
                f"a row has a value for {name!r}, which the server conceals, and a file with the plan would show it. Nothing "
                f"was saved. Leave the column {name!r} out of this plan, or apply the plan without saving it"
            )


def _lines(plan: Differences) -> Iterator[str]:
    basis = plan._basis
    collection, (create, update) = basis.collection, basis.unfit
    head = {
        "format": _FORMAT,
        "server": collection.pipeline.base_url,
        "version": _version(collection),
        "collection": collection.name,
        "primary_key": collection.primary_key,
        "match_on": list(basis.match_on),
        "same": plan.same,
        "not_compared": plan.not_compared,
        "query": dict(basis.query),
        "digested": list(basis.digested),
    }
    yield "{\n"
    for name, value in head.items():
        yield f"{to_text(name)}: {to_text(value)},\n"
    updates = enumerate(plan.update.entries())
    lists: dict[str, Iterable[JSONMapping]] = {
        "create": (_entry(row, create.get(index)) for index, row in enumerate(plan.create)),
        "update": ({**_entry(row, update.get(index)), **_old(*old)} for index, (row, *old) in updates),
        "delete": ({"key": key, **_old(*old)} for key, *old in plan.delete.entries()),
        "outside": ({"row": dict(item)} for item in plan.outside),
    }
    for number, (name, entries) in enumerate(lists.items()):
        yield f"{to_text(name)}: ["
        for index, entry in enumerate(entries):
            yield f"{',' if index else ''}\n{to_text(entry, for_server=False)}"
        yield f"\n]{',' if number + 1 < len(lists) else ''}\n"
    yield "}\n"


def _entry(row: JSONMapping, unfit: str | None) -> JSONMapping:
    entry: dict[str, object] = {"row": as_json(dict(row))}
    if isinstance(row, Record):
        entry |= {"source": row.source, "unit": row.unit, "line": row.line}
    return {**entry, "unfit": unfit} if unfit else entry


def _old(values: JSONMapping, digest: str | None = None) -> JSONMapping:
    return {"old": values, "digest": digest} if digest else {"old": values}


def _version(collection: Collection) -> str | None:
    """Return the version of the server, where it reports that to this user."""
    limits = collection.pipeline.limits
    if limits.version is None:
        try:
            info = uncached.get(collection.pipeline, "/server/info").data or {}
        except DirectusError:
            return None
        version = info.get("version") or (info.get("directus") or {}).get("version")
        limits.version = str(version) if version else None
    return limits.version


# ----------------------------------------------------------------------- read
def read(path: str | PathLike[str], collection: Collection, make: Callable[..., P]) -> P:
    """Return what `make` makes of the attributes of a plan; see `directus_sdk.writing.plan.Plan.load`."""
    key = collection.primary_key
    lists = _Lists(path, key)
    try:
        with place_of(path).open(encoding="utf-8-sig") as file:
            head = _read_lines(file, lists)
            if head is None:  # someone has formatted it
                lists = _Lists(path, key)
                file.seek(0)
                head = json.load(file)
                if _is_plan(head):
                    for name in _LISTS:
                        for entry in head[name]:
                            lists.add(name, entry)
    except ConfigurationError:
        raise
    except (LookupError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{path} is not a complete plan: {type(error).__name__} {error}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path} is not a plan: it is not valid JSON, or is cut off ({error})") from error
    if not _is_plan(head):
        raise ConfigurationError(f"{path} is not a plan that this version of the SDK has written with Plan.save()")
    assert head is not None
    own = {"server": collection.pipeline.base_url, "collection": collection.name, "primary_key": collection.primary_key}
    for name, value in own.items():
        if head.get(name) != value:
            raise ConfigurationError(f"{path} is a plan for the {name} {head.get(name)!r}, and not for {value!r}")
    planned, version = head.get("version"), _version(collection)
    if planned and version and planned != version:  # another version may return the same values in another form
        raise ConfigurationError(
            f"{path} is a plan for version {planned} of the server, which has {version} now: make a new plan with sync()"
        )
    try:
        unfit = lists.unfit["create"], lists.unfit["update"]
        digested = tuple(head.get("digested") or ())
        if not isinstance(head["match_on"], list) or not head["match_on"]:
            raise ValueError("in 'match_on', which is a list of fields")
        basis = Basis(collection, tuple(head["match_on"]), NormalizedQuery(head["query"]), unfit, digested=digested)
        same, not_compared = int(head["same"]), list(head["not_compared"])
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"{path} is not a complete plan: {type(error).__name__} {error}") from error
    return make(**lists.entries, same=same, not_compared=not_compared, basis=basis)


def _is_plan(head: object) -> bool:
    return isinstance(head, dict) and head.get("format") == _FORMAT and "server" in head


def _read_lines(lines: Iterable[str], lists: _Lists) -> JSONObject | None:
    """Read the lines that `write` writes, one at a time; ``None`` for other lines."""
    head: JSONObject = {}
    name = ""
    last = ""
    try:
        for last in lines:
            line = last.rstrip().removesuffix(",")
            if name and line == "]":
                name = ""
            elif name:
                lists.add(name, json.loads(line))
            elif line in _BEGINS:
                name = _BEGINS[line]
                head[name] = None
            elif line not in ("{", "}"):
                head |= json.loads(f"{{{line}}}")
    except ValueError:
        return None
    return head if last == "}\n" and all(name in head for name in _LISTS) else None


class _Lists:
    """The lists of a plan that is read."""

    def __init__(self, path: str | PathLike[str], key: str) -> None:
        self._path = path
        self._key = key
        first = itemgetter(0)
        self.entries: dict[str, Spooled[Any]] = {
            "create": Spooled(), "update": Spooled(first), "delete": Spooled(first), "outside": Spooled(),
        }  # fmt: skip
        self.unfit: dict[str, dict[int, str]] = {"create": {}, "update": {}}

    def add(self, name: str, entry: JSONMapping) -> None:
        entries = self.entries[name]
        if entry.get("unfit"):
            self.unfit[name][len(entries)] = str(entry["unfit"])
        value = entry["key"] if name == "delete" else _row(entry)
        if name == "update" and value.get(self._key) is None:
            raise ConfigurationError(
                f"{self._path} is not a complete plan: row {len(entries)} of 'update' has no {self._key!r}, which says which "
                f"item is changed; it has {list(value)}"
            )
        is_changed = name in ("update", "delete")
        entries.add((value, dict(entry["old"]), entry.get("digest")) if is_changed else value)


def _row(entry: JSONMapping) -> JSONMapping:
    row = dict(entry["row"])
    kind = NumberedRecord if entry.get("unit") == NumberedRecord.unit else Record
    return kind(row, str(entry["source"]), int(entry["line"])) if entry.get("source") else row
