"""Related items inside rows, as an export writes them: ``author.name`` in a table, ``{"author": {"name": …}}`` in JSON.

They are compared value by value, so that an exported file, unchanged, is equal to the collection. What differs can be written
only where the row has the key of the related item; without it, the server would create that item again at each write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_types import fields_of, key_name, targets_of
from directus_sdk.reading.field_values import Field
from directus_sdk.tables.records import Record, derived
from directus_sdk.wire.encoding import to_text
from directus_sdk.wire.field_names import check_names
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.value_forms import as_json, holds_mapping, parsed, same_json

#: There is nothing to write.
SAME = object()

_WITHOUT_KEY = (
    "it differs from the related item, and without its key the server would create that again at each write. Add the key of "
    "the related item, {key!r}, or leave its columns out"
)


class Columns(JSONObject):
    """The columns of one related item: all of them are empty where there is none."""


def regrouped(row: JSONMapping, fields: Mapping[str, Field]) -> JSONMapping:
    """Return a row with the columns of each related item together.

    Raises:
        ValueError: A name with a dot is not a part of a related item.
    """
    together: JSONObject = {}
    for name, value in row.items():
        *path, last = name.split(".")
        if path and (path[0] not in fields or not fields[path[0]].related or path[0] in row):
            check_names([name])
        target = together
        for part in path:
            target = target.setdefault(part, Columns())
        target[last] = value
    return derived(row, together)


class NestedRows:
    """Compares the related items of rows with those on the server.

    Args:
        collection: The collection.
        fields: Its fields.
        documents: Whether JSON is written as a string, and not nested.
    """

    def __init__(self, collection: Collection, fields: Mapping[str, Field], *, documents: bool) -> None:
        self._collection = collection
        self._fields = fields
        self._documents = documents
        self._fields_of = lru_cache(maxsize=None)(lambda name: fields_of(collection.pipeline, name))
        self._candidates = {name for name, field in fields.items() if field.related or field.type == "alias"}
        self._paths: dict[str, dict[str, None]] = {}

    def note(self, row: JSONMapping) -> None:
        """Note which values of related items a row has."""
        for name in self._candidates.intersection(row) if self._candidates else ():
            value = self.read(self._fields[name], row[name], of_file=isinstance(row, Record))
            if value is not None:
                paths = self._paths_of(name, name, self._collection.name, value)
                self._paths.setdefault(name, {}).update(dict.fromkeys(paths))

    def paths(self, name: str) -> list[str]:
        """Return what to read of a field, such as ``author.name``."""
        paths = self._paths.get(name, {name: None})
        nested = {path.rpartition(":")[0] for path in paths}
        return [path for path in paths if path not in nested]

    def _paths_of(self, path: str, name: str, collection: str, value: object) -> Iterator[str]:
        """Yield what to read of a field of a collection, where a row has a value for it."""
        items = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping) and item]
        field = self._fields_of(collection).get(name, Field(name)) if collection else Field(name)
        if not items or field.is_json:
            yield path
            return
        targets = [field.related] if field.related else self._targets.get((collection, name), [])
        for target in targets or [""]:
            begin = path if field.related or field.type == "alias" or not target else f"{path}:{target}"
            readable = self._fields_of(target) if begin != path else None
            for item in items:
                for inner, own in item.items():
                    if readable is None or inner in readable:
                        yield from self._paths_of(f"{begin}.{inner}", inner, target, own)

    @cached_property
    def _targets(self) -> Mapping[tuple[str, str], list[str]]:
        return targets_of(self._collection.pipeline)

    def read(self, field: Field, raw: object, *, of_file: bool) -> object:
        """Return the related items of a value: a mapping, or a list of them; ``None`` where there are none.

        In rows that are not from a file, such as an export, they are not expected, and `Field.to_send` refuses them.
        """
        if isinstance(raw, Mapping) and field.related and (of_file or isinstance(raw, Columns)):
            return raw
        if field.type == "alias" and of_file:
            value = parsed(raw) if isinstance(raw, str) and raw.lstrip().startswith("[{") else raw
            return value if isinstance(value, list) and holds_mapping(value) else None
        return None

    def key_of(self, field: Field) -> str:
        """Return the name of the primary key of the related items."""
        return key_name(self._fields_of(field.related))

    def difference(self, field: Field, nested: object, current: object) -> object:
        """Return what is sent for related items, or `SAME`.

        Raises:
            ValueError: They differ, and the row does not have the key of the related item.
        """
        if not isinstance(nested, Mapping):
            ours, theirs = (sorted(to_text(_ordered(item)) for item in as_json(value) or ()) for value in (nested, current))
            if len(ours) == len(theirs) and all(map(same_json, map(parsed, ours), map(parsed, theirs))):
                return SAME
            raise ValueError(field.nested_text())
        fields: Mapping[str, Field] = self._fields_of(field.related)
        key = self.key_of(field)
        is_cells, own = isinstance(nested, Columns), nested.get(key)
        if is_cells and own in (None, "") and _is_empty(nested):
            if current is None:
                return SAME
            if key in nested:
                return None
        stored = current if isinstance(current, Mapping) else {}
        is_linked = own is not None and key in stored and key_text(as_json(own)) == key_text(stored[key])
        changed: JSONObject = {}
        for name, raw in nested.items():
            if name != key:
                before = stored.get(name) if is_linked or own is None else None
                value = self._value(fields.get(name, Field(name)), raw, before, is_cells)
                if value is not SAME:
                    changed[name] = value
        if own is None:
            if stored and not changed:
                return SAME
            raise ValueError(_WITHOUT_KEY.format(key=key))
        sent_key = fields.get(key, Field(key)).to_send(own)
        if is_linked and not changed:
            return SAME
        return {key: sent_key, **changed} if changed else sent_key

    def _value(self, field: Field, raw: object, current: object, is_cell: bool) -> object:
        nested = self.read(field, raw, of_file=True)
        if nested is not None:
            return self.difference(field, nested, current)
        if field.is_set_by_server or field.masks(current):
            return SAME
        sent = field.to_send(raw if self._documents else field.of_document(raw), current)
        return SAME if field.is_same(sent, current, cell=(is_cell and raw is None) or raw == "") else sent


def _is_empty(nested: object) -> bool:
    return all(map(_is_empty, nested.values())) if isinstance(nested, Columns) else nested in (None, "")


def _ordered(value: object) -> object:
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return {name: _ordered(value[name]) for name in sorted(value)} if isinstance(value, dict) else value
