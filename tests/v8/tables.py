"""The rows of the loopback server of Directus 8, and how it reads queries: filters, sorting, fields, pages, meta."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import attrs

from tests.v8.messages import Refused, not_found, values

Row = dict[str, Any]


@attrs.define
class Table:
    """The rows of one collection, by their keys."""

    name: str
    #: The fields and their defaults; the first one is the primary key.
    fields: Row
    unique: str | None = None
    required: tuple[str, ...] = ()
    #: The status that hides an item; None where the collection has no status.
    hidden_status: str | None = None
    #: Many-to-one fields, and the tables that they lead to.
    many_to_one: dict[str, Table] = attrs.field(factory=dict)
    #: One-to-many fields: the other table, and its field.
    one_to_many: dict[str, tuple[Table, str]] = attrs.field(factory=dict)
    rows: dict[str, Row] = attrs.field(factory=dict)
    last: int = 0

    @property
    def key(self) -> str:
        return next(iter(self.fields))

    def check(self, data: Any, *, new: bool) -> None:
        if not isinstance(data, dict):
            raise Refused(422, 12, "The payload must be an object")
        allowed = {*self.fields, *self.one_to_many, "password"}
        if unknown := [name for name in data if name not in allowed]:
            raise Refused(
                422, 12, f'Payload fields: "{", ".join(map(str, unknown))}" does not exist in "{self.name}" collection.'
            )
        if new and (missing := [name for name in self.required if data.get(name) in (None, "")]):
            raise Refused(422, 4, "".join(f"{name}: This value should not be blank. " for name in missing).strip())
        if any(isinstance(value, str) and len(value) > 255 and name == "title" for name, value in data.items()):
            raise Refused(422, 12, "The value submitted is too long.")
        if self.unique in data and any(
            row[self.unique] == data[self.unique] and row[self.key] != data.get(self.key) for row in self.rows.values()
        ):
            raise Refused(409, 204, f'Duplicate key "{data[self.unique]}" for collection "{self.name}"')

    def insert(self, data: Row) -> Row:
        self.check(data, new=True)
        row = deepcopy(self.fields) | {name: value for name, value in data.items() if name in self.fields}
        if row[self.key] is None:
            row[self.key] = self.last + 1
        if str(row[self.key]) in self.rows:
            raise Refused(409, 204, f'Duplicate key "{row[self.key]}" for collection "{self.name}"')
        if isinstance(row[self.key], int):
            self.last = max(self.last, row[self.key])
        self.rows[str(row[self.key])] = row
        self._children(row, data)
        return row

    def _children(self, row: Row, data: Row) -> None:
        """Write what is nested in one-to-many fields; `$delete` removes."""
        for name, (table, field) in self.one_to_many.items():
            for child in data.get(name) or ():
                if child.get("$delete"):
                    table.rows.pop(str(child[table.key]), None)
                elif str(child.get(table.key)) in table.rows:
                    table.rows[str(child[table.key])].update(child)
                else:
                    table.insert({**child, field: row[self.key]})

    def update(self, key: object, data: Row) -> Row:
        if not isinstance(data, dict):
            raise Refused(422, 12, "The payload must be an object")
        row = self.get(key)
        self.check({**data, self.key: row[self.key]}, new=False)
        row.update({name: value for name, value in data.items() if name in self.fields})
        self._children(row, data)
        return row

    def get(self, key: object) -> Row:
        if str(key) not in self.rows:
            raise not_found(key)
        return self.rows[str(key)]

    def delete(self, key: object) -> None:
        self.get(key)
        del self.rows[str(key)]

    def hidden(self, row: Row) -> bool:
        return self.hidden_status is not None and row.get("status") == self.hidden_status

    def by_status(self, status: str | None) -> list[Row]:
        rows = list(self.rows.values())
        if self.hidden_status is None or status == "*":
            return rows
        if status:
            return [row for row in rows if row["status"] in values(status)]
        return [row for row in rows if not self.hidden(row)]


def number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def same(stored: Any, value: str) -> bool:
    if isinstance(stored, bool):
        return value == ("1" if stored else "0")
    if stored is None:
        return False
    left, right = number(stored), number(value)
    return left == right if left is not None and right is not None else str(stored).lower() == value.lower()


def before(stored: Any, value: str) -> bool:
    left, right = number(stored), number(value)
    return left < right if left is not None and right is not None else str(stored) < value


def like(stored: Any, pattern: str) -> bool:
    import re

    parts = [{"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in pattern.lower()]
    return re.fullmatch("".join(parts), str(stored or "").lower(), re.DOTALL) is not None


def _between(stored: Any, value: Any) -> bool:
    low, high = values(value)
    return stored is not None and not before(stored, low) and (before(stored, high) or same(stored, high))


#: Each operator, on a stored value and the one of the query.
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda stored, value: same(stored, value),
    "lt": lambda stored, value: stored is not None and before(stored, value),
    "lte": lambda stored, value: stored is not None and (before(stored, value) or same(stored, value)),
    "gt": lambda stored, value: stored is not None and not (before(stored, value) or same(stored, value)),
    "gte": lambda stored, value: stored is not None and not before(stored, value),
    "in": lambda stored, value: any(same(stored, one) for one in values(value) or [""]),
    "between": _between,
    "null": lambda stored, value: stored is None,
    "empty": lambda stored, value: stored in (None, ""),
    "contains": lambda stored, value: str(value).lower() in str(stored or "").lower(),
    "rlike": lambda stored, value: like(stored, value),
    "has": lambda stored, value: isinstance(stored, list) and len(stored) >= int(value),
}
OPPOSITES = {"neq": "eq", "nin": "in", "nbetween": "between", "nnull": "null", "nempty": "empty", "ncontains": "contains"}
OPPOSITES["nrlike"] = "rlike"
SYNONYMS = {"=": "eq", "!=": "neq", "<>": "neq", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "like": "contains"}
SYNONYMS |= {"nlike": "ncontains", "nhas": "has"}
#: These say something about rows without a value; the others never hold for NULL.
ABOUT_NULL = {"nnull", "null", "empty", "nempty"}


def value_of(table: Table, row: Row, path: list[str]) -> Any:
    """Follow a dotted path; a list where it leads to many items."""
    name, rest = path[0], path[1:]
    if name in table.one_to_many:
        other, field = table.one_to_many[name]
        children = [child for child in other.rows.values() if child[field] == row[table.key]]
        return [value_of(other, child, rest) for child in children] if rest else children
    if name not in table.fields:
        raise Refused(422, 202, f'Invalid field "{name}" in "{table.name}"')
    if not rest:
        return row[name]
    if name not in table.many_to_one:
        raise Refused(422, 202, f'Invalid field "{rest[0]}" in "{table.name}"')
    other = table.many_to_one[name]
    return None if row[name] is None else value_of(other, other.get(row[name]), rest)


def conditions(query: Row) -> list[tuple[str, str, Any, bool]]:
    """Read a filter: field, operator, value, and whether `or` joins it. Only the first operator of a field counts."""
    result = []
    for field, given in query.items():
        if not isinstance(given, dict):
            result.append((field, "eq", given, False))
            continue
        entries = list(given.values()) if all(key.isdigit() for key in given) else [given]
        for entry in entries:
            if not isinstance(entry, dict):
                raise Refused(422, 214, f"Unknown filter: {entry}")
            joined = entry.get("logical") == "or"
            operators = [name for name in entry if name != "logical"]
            if not operators:
                raise Refused(422, 214, "Unknown filter: logical")
            result.append((field, operators[0], entry[operators[0]], joined))
    return result


def holds(table: Table, row: Row, field: str, operator: str, value: Any) -> bool:
    operator = SYNONYMS.get(operator, operator)
    plain = OPPOSITES.get(operator, operator)
    if plain not in OPERATORS:
        raise Refused(422, 214, f"Unknown filter: {operator}")
    stored = value_of(table, row, field.split("."))
    many = stored if isinstance(stored, list) and operator != "has" and "." in field else [stored]
    if operator in OPPOSITES and operator not in ABOUT_NULL:
        return any(one is not None and not OPERATORS[plain](one, value) for one in many)
    return any(OPERATORS[plain](one, value) != (operator in OPPOSITES) for one in many)


def matches(table: Table, row: Row, filters: Row) -> bool:
    """Join as SQL does: `and` binds closer than `or`."""
    groups: list[bool] = []
    for field, operator, value, joined in conditions(filters):
        result = holds(table, row, field, operator, value)
        if joined or not groups:
            groups.append(result)
        else:
            groups[-1] = groups[-1] and result
    return any(groups) if groups else True


def selected(table: Table, query: Row) -> list[Row]:
    """The rows of a query without its page."""
    filters = query.get("filter", {})
    if not isinstance(filters, dict):
        raise Refused(500, None, "Internal Server Error")
    for field, operator, value, _ in conditions(filters):  # wrong ones are refused without rows too
        holds(table, table.fields, field, operator, value)
    rows = [row for row in table.by_status(query.get("status")) if matches(table, row, filters)]
    if text := str(query.get("q") or "").lower():
        rows = [row for row in rows if any(text in str(value).lower() for value in row.values())]
    for name in reversed(values(query.get("sort") or table.key)):
        field = name.lstrip("-")
        if field == "?":
            continue
        if field not in table.fields:
            raise Refused(422, 202, f'Invalid field "{field}" in "{table.name}"')
        rows.sort(key=lambda row: _order(row[field]), reverse=name.startswith("-"))
    if group := query.get("groups"):
        rows = list({row[group]: row for row in reversed(rows)}.values())[::-1]
    return rows


def _order(value: Any) -> tuple[int, float, str]:
    as_number = number(value)
    return (0 if value is None else 1, as_number if as_number is not None else 0.0, "" if value is None else str(value))


def paged(rows: list[Row], query: Row, default: int) -> list[Row]:
    limit = query.get("limit", "")
    size = int(limit) if number(limit) is not None else (default if limit == "" else None)
    if size == 0 and query.get("meta"):
        raise Refused(500, None, "Internal Server Error")
    if "offset" in query:
        start = int(query["offset"])
    else:
        start = size * (int(query["page"]) - 1) if query.get("page") and size and limit != "" else 0
    return rows[start:] if size is None or size < 0 else rows[start : start + size]


def shown(table: Table, row: Row, query: Row) -> Row:
    """The fields of a row that are asked for."""
    names = values(query.get("fields") or "*")
    tree: dict[str, list[str]] = {}
    for name in names:
        first, _, rest = name.partition(".")
        tree.setdefault(first, [])
        if rest:
            tree[first].append(rest)
    if "*" in tree:
        rest_of_all = tree["*"]
        tree = {name: list(rest_of_all) for name in [*table.fields, *(table.one_to_many if rest_of_all else ())]} | tree
    result: Row = {}
    for name, rest in tree.items():
        if name == "*" or name.startswith("-") or f"-{name}" in tree:
            continue
        result[name] = _field(table, row, name, rest)
    return result


def _field(table: Table, row: Row, name: str, rest: list[str]) -> Any:
    if name in table.one_to_many:
        other, field = table.one_to_many[name]
        children = [child for child in other.rows.values() if child[field] == row[table.key]]
        return [shown(other, child, {"fields": ",".join(rest)}) if rest else child[other.key] for child in children]
    if name not in table.fields:
        raise Refused(422, 202, f'Invalid field "{name}" in "{table.name}"')
    if rest and name in table.many_to_one and row[name] is not None:
        other = table.many_to_one[name]
        return shown(other, other.get(row[name]), {"fields": ",".join(rest)})
    return row[name]


def meta(table: Table, query: Row, rows: list[Row], count: int, *, one: bool = False) -> Any:
    """The `meta` that is asked for; a list where no name is known."""
    names = values(query["meta"])
    whole: Row = {"collection": table.name, "type": "item" if one else "collection"}
    if not one:
        whole |= {"result_count": len(rows), "total_count": len(table.by_status(None)), "filter_count": count}
        if table.hidden_status is not None:
            statuses = sorted({row["status"] for row in table.rows.values()})
            whole["status_count"] = {name: sum(row["status"] == name for row in table.rows.values()) for name in statuses}
        size = int(query.get("limit") or len(rows) or 1)
        start = int(query.get("offset") or 0)
        page = {"limit": size, "offset": start, "page": start // max(size, 1) + 1, "page_count": -(-count // max(size, 1))}
        whole |= {**page, "links": dict.fromkeys(("self", "current", "next", "previous", "first", "last"))}
    known = {"status": ["status_count"], "page": ["limit", "offset", "page", "page_count", "links"]}
    known |= {name: [name] for name in ("collection", "type", "result_count", "total_count", "filter_count")}
    wanted = list(whole) if "*" in names else [key for name in names for key in known.get(name, [])]
    return {key: whole[key] for key in wanted if key in whole} or []
