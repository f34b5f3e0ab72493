"""The collections of a schema from the entries of Directus: collections, fields and relations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import attrs

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.schema.catalog import Catalog
from directus_sdk.schema.entries import Entry, wrong
from directus_sdk.schema.model import Choice, Collection, Field, Junction, Relation
from directus_sdk.wire.value_types import type_of

_SYSTEM = "directus_"
#: What the server does with a field so that its value may be left out.
_GENERATED = frozenset(("uuid", "date-created", "date-updated", "user-created", "user-updated", "role-created", "role-updated"))
#: What only some databases report of a table, and those; `vendor_of` takes the first one.
_VENDORS = {"sql": "sqlite", "engine": "mysql", "catalog": "mssql", "schema": "postgres"}
M = TypeVar("M")
_PLAIN = (str, int, float, bool, type(None))

Relations = dict[tuple[str, str], Relation]


def vendor_of(document: Entry) -> str | None:
    """Return the database of a server, as its collections show it."""
    vendors = {_vendor(entry.entry("schema").values) for entry in document.entries("collections")} - {None}
    return vendors.pop() if len(vendors) == 1 else None


def _vendor(schema: JSONMapping) -> str | None:
    """Return the database that describes a table in this way; CockroachDB describes it as PostgreSQL does."""
    return next((vendor for name, vendor in _VENDORS.items() if name in schema), None)


def collections_of(document: Entry, *, snapshot: bool = False) -> Catalog[Collection]:
    """Return the collections of a document with the lists ``collections``, ``fields`` and ``relations``.

    A snapshot has the custom fields of system collections without the collections. A server leaves out collections that the
    current user may not read, and their fields are left out with them.
    """
    entries = {entry.name("collection"): entry for entry in document.entries("collections")}
    listed = list(document.entries("fields"))
    relations = _relations(list(document.entries("relations")), listed)
    fields: dict[str, dict[str, tuple[tuple[float, str], Field]]] = {}
    for entry in listed:
        collection, name = entry.name("collection"), entry.name("field")
        if collection not in entries and not (snapshot and collection.startswith(_SYSTEM)):
            if snapshot:
                raise wrong(document.source, entry.at("collection"), f"names {collection!r}, which is not in collections")
            continue
        if name in fields.setdefault(collection, {}):
            raise wrong(document.source, entry.place, f"is a second entry of the field {collection}.{name}")
        fields[collection][name] = _order(entry), _field(entry, relations)
    made = (_collection(name, entries.get(name), fields.get(name, {})) for name in sorted({*entries, *fields}))
    return Catalog({collection.name: collection for collection in made}, "collection")


def _collection(name: str, entry: Entry | None, fields: Mapping[str, tuple[tuple[float, str], Field]]) -> Collection:
    ordered = [field for _, field in sorted(fields.values(), key=lambda pair: pair[0])]
    catalog = Catalog({field.name: field for field in ordered}, f"field of {name}")
    if entry is None:
        return Collection(name, catalog, system=True, complete=False)
    meta = entry.entry("meta")
    return Collection(
        name,
        catalog,
        singleton=meta.flag("singleton"),
        note=meta.value("note", str) or None,
        hidden=meta.flag("hidden"),
        folder=not entry.values.get("schema"),
        system=name.startswith(_SYSTEM),
        translations=_translations(meta),
    )


def _order(entry: Entry) -> tuple[float, str]:
    """Return by what fields are sorted: the order of the app, the primary key first."""
    if entry.entry("schema").flag("is_primary_key"):
        return -1, entry.name("field")
    sort = entry.entry("meta").value("sort", int)
    return float("inf") if sort is None else sort, entry.name("field")


def _field(entry: Entry, relations: Mapping[tuple[str, str], Relation]) -> Field:
    collection, name = entry.name("collection"), entry.name("field")
    meta, schema = entry.entry("meta"), entry.entry("schema")
    entry.name("type")
    type_ = type_of(entry.values)
    special = tuple(sorted(meta.strings("special")))  # snapshots of some versions sort lists
    computed = schema.flag("is_generated")
    counts = schema.flag("has_auto_increment")
    generated = computed or counts or not _GENERATED.isdisjoint(special)
    nullable = not schema.values or schema.flag("is_nullable")
    default = None if counts else schema.values.get("default_value")  # PostgreSQL reports the call of a sequence
    choices, other_choices = _choices(meta)
    data_type = schema.value("data_type", str)
    return Field(
        collection,
        name,
        type_,
        required=meta.flag("required") or not (nullable or generated or default is not None),
        nullable=nullable,
        default=default,
        primary_key=schema.flag("is_primary_key"),
        generated=generated,
        computed=computed,
        unique=schema.flag("is_unique"),
        length=schema.value("max_length", int),
        precision=schema.value("numeric_precision", int) if type_ == "decimal" else None,
        scale=schema.value("numeric_scale", int) if type_ == "decimal" else None,
        choices=choices,
        other_choices=other_choices,
        note=meta.value("note", str) or None,
        hidden=meta.flag("hidden"),
        readonly=meta.flag("readonly"),
        system=collection.startswith(_SYSTEM) and (not meta.values or meta.flag("system")),
        special=special,
        interface=meta.value("interface", str),
        data_type=data_type,
        translations=_translations(meta),
        relation=relations.get((collection, name)),
    )


def _choices(meta: Entry) -> tuple[tuple[Choice, ...], bool]:
    """Return the choices of a field, and whether it accepts others.

    Interfaces of extensions have options of their own, so those that look otherwise are left out.
    """
    options = meta.values.get("options")
    listed = options.get("choices") if isinstance(options, Mapping) else None
    if not isinstance(options, Mapping) or not isinstance(listed, list):
        return (), False
    choices: dict[tuple[type, object], Choice] = {}
    pending = listed[::-1]
    while pending:  # a tree of choices has children
        choice = pending.pop()
        if isinstance(choice, Mapping) and isinstance(choice.get("value", ...), _PLAIN):
            text = choice.get("text")
            choices.setdefault(
                (type(choice["value"]), choice["value"]), Choice(choice["value"], text if isinstance(text, str) else None)
            )
        children = choice.get("children") if isinstance(choice, Mapping) else None
        pending += children[::-1] if isinstance(children, list) else ()
    return tuple(choices.values()), bool(options.get("allowOther"))


def _translations(meta: Entry) -> Catalog[str]:
    listed = meta.values.get("translations")
    labels = {
        entry["language"]: entry["translation"]
        for entry in (listed if isinstance(listed, list) else ())
        if isinstance(entry, Mapping) and isinstance(entry.get("language"), str) and isinstance(entry.get("translation"), str)
    }
    return Catalog(labels, "translation")


# -------------------------------------------------------------------- relations
def _relations(entries: list[Entry], fields: list[Entry]) -> Relations:
    """Return the relation of each field that has one: of both ends of each entry."""
    rows: dict[tuple[str, str], Entry] = {}
    for entry in entries:  # a field of a key has several entries if it has several lists at the other end
        rows.setdefault((entry.name("collection"), entry.name("field")), entry)
    translations = {
        (entry.name("collection"), entry.name("field"))
        for entry in fields
        if "translations" in entry.entry("meta").strings("special")
    }
    relations: Relations = {}
    for (collection, field), entry in rows.items():
        related, meta = entry.value("related_collection", str), entry.entry("meta")
        relations[collection, field] = Relation(
            "a2o" if related is None else "m2o",
            collection,
            field,
            related,
            allowed=_allowed(meta) if related is None else (),
            inverse=meta.value("one_field", str),
            collection_field=meta.value("one_collection_field", str),
            on_delete=entry.entry("schema").value("on_delete", str),
        )
    for entry in entries:
        related, name = entry.value("related_collection", str), entry.entry("meta").value("one_field", str)
        if related is not None and name is not None:
            made = _list(entry, rows, related, name)
            translates = made.kind == "m2m" and (related, name) in translations
            relations[related, name] = attrs.evolve(made, kind="translations") if translates else made
    return relations


def _allowed(meta: Entry) -> tuple[str, ...]:
    return tuple(sorted(meta.strings("one_allowed_collections")))  # the snapshots of some versions sort them


def _list(entry: Entry, rows: Mapping[tuple[str, str], Entry], collection: str, field: str) -> Relation:
    """Return the relation of a field that holds a list."""
    many, many_field, meta = entry.name("collection"), entry.name("field"), entry.entry("meta")
    sort_field = meta.value("sort_field", str)
    other_field = meta.value("junction_field", str)
    other = None if other_field is None else rows.get((many, other_field))
    if other is None or other_field is None:
        return Relation("o2m", collection, field, many, inverse=many_field, sort_field=sort_field)
    related, far = other.value("related_collection", str), other.entry("meta")
    return Relation(
        "m2a" if related is None else "m2m",
        collection,
        field,
        related,
        allowed=_allowed(far) if related is None else (),
        inverse=far.value("one_field", str),
        junction=Junction(many, many_field, other_field, far.value("one_collection_field", str)),
        sort_field=sort_field,
    )


# --------------------------------------------------------------------- to_dict
def collections_of_dict(document: Entry) -> Catalog[Collection]:
    """Return the collections in what ``Schema.to_dict`` has returned."""
    collections = {
        name: _collection_of(Entry.of(value, document.source, f"collections.{name}"))
        for name, value in document.entry("collections").values.items()
    }
    return Catalog(collections, "collection")


def _collection_of(entry: Entry) -> Collection:
    fields = {
        name: _field_of(Entry.of(value, entry.source, f"{entry.at('fields')}.{name}"))
        for name, value in entry.entry("fields").values.items()
    }
    values = {**entry.values, "fields": Catalog(fields, f"field of {entry.name('name')}"), **_names(entry)}
    return _made(Collection, entry, values)


def _field_of(entry: Entry) -> Field:
    values: JSONObject = {**entry.values, "special": entry.strings("special"), **_names(entry)}
    values["choices"] = tuple(_made(Choice, choice, dict(choice.values)) for choice in entry.entries("choices"))
    if values.get("relation") is not None:
        relation = entry.entry("relation")
        junction = relation.entry("junction")
        values["relation"] = _made(
            Relation,
            relation,
            {
                **relation.values,
                "allowed": relation.strings("allowed"),
                "junction": _made(Junction, junction, dict(junction.values)) if junction.values else None,
            },
        )
    return _made(Field, entry, values)


def _names(entry: Entry) -> dict[str, Catalog[str]]:
    return {"translations": Catalog(entry.entry("translations").values, "translation")}


def _made(cls: type[M], entry: Entry, values: JSONObject) -> M:
    try:
        return cls(**values)
    except TypeError as error:  # an attribute is missing, or there is another one
        raise wrong(entry.source, entry.place, f"does not describe a {cls.__name__.lower()}: {error}") from error
