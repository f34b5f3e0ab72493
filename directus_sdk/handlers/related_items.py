"""Linking an item with others over a relation, whatever kind of relation it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union

import attrs

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.displayed import Displayed
from directus_sdk.errors import ConfigurationError, Forbidden, InvalidQuery, NotFound
from directus_sdk.handlers.selected_items import SelectedItemsHandler
from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.query import normalize
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from directus_sdk.schema import Relation, Schema

#: What the special of a field says where a junction is behind it.
_JUNCTIONS = frozenset({"m2m", "m2a", "files"})
#: The key of an item; in a many-to-any relation its collection and its key.
Target = Union[Key, tuple[str, Key]]


@attrs.frozen
class Related(Displayed):
    """What a call of ``relate`` has changed.

    Attributes:
        added: The keys of the items that were linked by this call.
        removed: The keys of the items whose links were removed by this call.
    """

    added: list[Any]
    removed: list[Any]


#: Returns the items of a collection with a primary key.
ItemsOf = Callable[[str, str], SelectedItemsHandler[Any]]


def relate(
    pipeline: Pipeline,
    items_of: ItemsOf,
    place: tuple[str, str],
    key: Key,
    add: Iterable[Target],
    remove: Iterable[Target],
) -> Related:
    """Link an item with others; see ``directus.items(...).relate``."""
    add, remove = _targets("add", add), _targets("remove", remove)
    double = _first_double([*add, *remove])
    if double is not None:
        raise ValueError(f"{double!r} is given twice in add and remove: an item is linked, or it is not")
    cached = pipeline.limits.relations.get(place)
    if cached is not None and _is_current(pipeline, cached[0]):
        try:
            return _relate(items_of, cached, key, add, remove)
        except (Forbidden, InvalidQuery, ValueError, TypeError):
            pass  # the schema may have changed in what was not compared
    return _relate(items_of, _read(pipeline, place), key, add, remove)


def _relate(
    items_of: ItemsOf, cached: tuple[Relation, Schema], key: Key, add: Sequence[Target], remove: Sequence[Target]
) -> Related:
    relation, schema = cached
    if relation.kind in ("m2m", "m2a"):
        return _Junction(items_of, relation, schema, key).relate(add, remove)
    if relation.kind == "o2m":
        return _one_to_many(items_of, relation, schema, key, add, remove)
    where = f"{relation.collection}.{relation.field}"
    if relation.kind == "translations":
        raise TypeError(f"{where} holds translations, which are items of their own: write them with update_one(...)")
    raise TypeError(f"{where} holds one item: write update_one({key!r}, {{{relation.field!r}: …}})")


def _read(pipeline: Pipeline, place: tuple[str, str]) -> tuple[Relation, Schema]:
    """Read the schema, and what relation a field is.

    Raises:
        ConfigurationError: The current user may not see all of it.
        ValueError: It is no relation.
    """
    from directus_sdk.schema import requests as schema_requests  # few scripts need it

    collection, name = place
    pipeline.limits.relations.pop(place, None)
    schema = schema_requests.read(attrs.evolve(pipeline, checks=None))
    entry = schema.collections.get(collection)
    if entry is None:
        raise ConfigurationError(f"the schema has no collection {collection!r}, or you may not read it")
    field = entry.fields.get(name)
    if field is None or field.relation is None:
        names = ", ".join(name for name, other in entry.relations.items() if other.is_list) or "none"
        raise ValueError(f"{collection}.{name} is no relation; the lists of related items of {collection} are: {names}")
    relation = field.relation
    # Without the other half of a junction, which may be hidden from the user, it looks like one-to-many.
    if relation.kind == "o2m" and not _JUNCTIONS.isdisjoint(field.special):
        raise ConfigurationError(
            f"{collection}.{name} leads over the junction {relation.related} to items of a collection that the schema does not "
            "show: you may not read them, or the relation is not complete"
        )
    if relation.is_list:
        pipeline.limits.relations[place] = relation, schema
    return relation, schema


def _targets(name: str, keys: Iterable[Target]) -> list[Target]:
    # A string would be read letter by letter: "12" as the items 1 and 2.
    if isinstance(keys, (str, bytes, Mapping)) or not isinstance(keys, Iterable):
        raise TypeError(f"{name} must be a list of keys such as [1, 2], not {type(keys).__name__}")
    return list(keys)


def _is_current(pipeline: Pipeline, relation: Relation) -> bool:
    """Ask the server whether the field that leads back still makes this list."""
    junction = relation.junction
    many, back = (junction.collection, junction.field) if junction else (relation.related, relation.inverse)
    if many is None or back is None:
        return False
    try:
        entry = uncached.get(pipeline, f"/relations/{segment(many, 'collection')}/{segment(back, 'field')}").data or {}
    except (Forbidden, NotFound):
        return False
    meta = entry.get("meta") or {}
    expected = (relation.collection, relation.field, junction.other_field if junction else None)
    return (entry.get("related_collection"), meta.get("one_field"), meta.get("junction_field") or None) == expected


def _first_double(targets: Sequence[Target]) -> Target | None:
    seen: set[object] = set()
    for target in targets:
        mark = (target[0], key_text(target[1])) if isinstance(target, tuple) else key_text(target)
        if mark in seen:
            return target
        seen.add(mark)
    return None


class _Junction:
    """The items of a junction collection that belong to one item."""

    def __init__(self, items_of: ItemsOf, relation: Relation, schema: Schema, key: Key) -> None:
        junction = relation.junction
        if junction is None:
            raise ConfigurationError(f"the schema does not show the junction of {relation.collection}.{relation.field}")
        self._relation, self._junction, self._key = relation, junction, key
        primary_key = schema.collections[junction.collection].primary_key or "id"
        self._items = items_of(junction.collection, primary_key)

    def relate(self, add: Sequence[Target], remove: Sequence[Target]) -> Related:
        wanted, unwanted = [self._pair(target) for target in add], [self._pair(target) for target in remove]
        existing = self._read([*wanted, *unwanted])
        missing = [pair for pair in wanted if _mark(pair) not in existing]
        mine: Sequence[Key] = ()
        if missing:
            mine = self._items.create_many([self._row(pair) for pair in missing], returning="keys")
        removed = [pair for pair in unwanted if _mark(pair) in existing]
        surplus = [row for pair in removed for row in existing[_mark(pair)]]
        added = self._without_doubles(missing, mine)
        if surplus:
            self._items.delete_many(surplus)
        return Related([self._target(pair) for pair in added], [self._target(pair) for pair in removed])

    def _without_doubles(self, pairs: list[tuple[str | None, Key]], mine: Sequence[Key]) -> list[tuple[str | None, Key]]:
        """Leave one of the links that this call and another process have made at the same time; return those of this call.

        It is the one with the smallest key. The other process may not have seen it, since a database may show it later.
        """
        if not pairs:
            return []
        own = {key_text(key) for key in mine}
        rows = self._read(pairs)
        added, doubles = [], []
        for pair in pairs:
            keys = sorted(rows.get(_mark(pair), ()), key=lambda key: (len(key_text(key)), key_text(key)))
            doubles += keys[1:]
            if not keys or key_text(keys[0]) in own:
                added.append(pair)
        if doubles:
            try:
                self._items.delete_many(doubles)
            except Forbidden:  # of an item that the other process has deleted
                if any(len(keys) > 1 for keys in self._read(pairs).values()):
                    raise
        return added

    def _read(self, pairs: Iterable[tuple[str | None, Key]]) -> dict[tuple[str | None, str], list[Key]]:
        """Return the keys of the rows of the junction that link with some items."""
        junction, primary_key = self._junction, self._items.primary_key
        by_collection: dict[str | None, list[Key]] = {}
        for collection, key in pairs:
            by_collection.setdefault(collection, []).append(key)
        links: dict[tuple[str | None, str], list[Key]] = {}
        for collection, keys in by_collection.items():
            rules: list[JSONMapping] = [{junction.field: {"_eq": self._key}}, {junction.other_field: {"_in": keys}}]
            if junction.collection_field is not None:
                rules.append({junction.collection_field: {"_eq": collection}})
            query = normalize({"filter": {"_and": rules}, "fields": [primary_key, junction.other_field]})
            for rows in self._items._collection.iterate(query):  # past every cache
                for row in rows:
                    links.setdefault((collection, key_text(row[junction.other_field])), []).append(row[primary_key])
        return links

    def _row(self, pair: tuple[str | None, Key]) -> JSONMapping:
        row: dict[str, object] = {self._junction.field: self._key, self._junction.other_field: pair[1]}
        if self._junction.collection_field is not None:
            row[self._junction.collection_field] = pair[0]
        return row

    def _pair(self, target: Target) -> tuple[str | None, Key]:
        where = f"{self._relation.collection}.{self._relation.field}"
        if self._relation.kind != "m2a":
            if isinstance(target, tuple):
                raise TypeError(f"{where} leads to one collection: pass keys, not {target!r}")
            return None, Keys.check(0, target)
        if not (isinstance(target, tuple) and len(target) == 2):
            raise TypeError(f"{where} leads to several collections: pass pairs such as ('headings', 3), not {target!r}")
        if self._relation.allowed and target[0] not in self._relation.allowed:
            raise ValueError(f"{where} leads to {', '.join(self._relation.allowed)}, and not to {target[0]!r}")
        return target[0], Keys.check(0, target[1])

    def _target(self, pair: tuple[str | None, Key]) -> Any:
        return pair[1] if pair[0] is None else pair


def _mark(pair: tuple[str | None, Key]) -> tuple[str | None, str]:
    return pair[0], key_text(pair[1])


def _one_to_many(
    items_of: ItemsOf, relation: Relation, schema: Schema, key: Key, add: Sequence[Target], remove: Sequence[Target]
) -> Related:
    collection, inverse = relation.related, relation.inverse
    if collection is None or inverse is None:
        raise ConfigurationError(f"the schema does not show where {relation.collection}.{relation.field} leads to")
    entry = schema.collections.get(collection)
    primary_key = (entry.primary_key if entry is not None else None) or "id"
    items = items_of(collection, primary_key)
    wanted, unwanted = list(Keys(add)), list(Keys(remove))  # pairs are refused here
    keys = [*wanted, *unwanted]
    rows = items.read_many(keys, fields=[primary_key, inverse]) if keys else []
    links = {key_text(row[primary_key]): row[inverse] for row in rows}
    absent = [other for other in keys if key_text(other) not in links]
    if absent:
        raise NotFound(f"{collection} has no item {absent[0]!r}, or you may not read it; nothing was changed")

    def is_linked(other: object) -> bool:
        link = links[key_text(other)]
        return link is not None and key_text(link) == key_text(key)

    added = [other for other in wanted if not is_linked(other)]
    removed = [other for other in unwanted if is_linked(other)]
    if added:
        items.update_many(added, {inverse: key}, returning=None)
    if removed:
        items.update_many(removed, {inverse: None}, returning=None)
    return Related(added, removed)
