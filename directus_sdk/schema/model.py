"""The parts of a schema: collections, their fields and relations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.schema.catalog import Catalog
from directus_sdk.wire.value_types import python_type

Kind: TypeAlias = Literal["m2o", "a2o", "o2m", "m2m", "m2a", "translations"]


_NO_TRANSLATIONS: Catalog[str] = Catalog({}, "translation")
_NO_FIELDS: Catalog[Field] = Catalog({}, "field")


@attrs.frozen(repr=False)
class Junction(Displayed):
    """The collection between the two sides of a relation, such as ``articles_tags``.

    Attributes:
        collection: Its name.
        field: Its field that holds the key of the collection that has the list.
        other_field: Its field that holds the key of the other item.
        collection_field: Its field that holds the name of the other item's collection; many-to-any relations have it.
    """

    collection: str
    field: str
    other_field: str
    collection_field: str | None = None

    def __repr__(self) -> str:
        return f"Junction({self.collection!r}, {self.field!r}, {self.other_field!r})"


@attrs.frozen(repr=False)
class Relation(Displayed):
    """What a field of a relation leads to.

    Attributes:
        kind: ``"m2o"`` (the field holds a key), ``"a2o"`` (the key of an item of one of several collections), or a list:
            ``"o2m"``, ``"m2m"``, ``"m2a"`` or ``"translations"``.
        collection: The collection of the field.
        field: The field.
        related: The collection at the other end: of ``"translations"`` that of the languages; ``None`` if there are several.
        allowed: The collections at the other end, if there can be several.
        inverse: The field at the other end that leads back here, or ``None``.
        junction: The collection in between, of ``"m2m"``, ``"m2a"`` and ``"translations"``.
        collection_field: Of ``"a2o"``: the field that holds the name of the collection.
        sort_field: The field by which the list is sorted, or ``None``.
        on_delete: Of ``"m2o"``: what the database does when the other item is deleted, such as ``"SET NULL"``.
    """

    kind: Kind
    collection: str
    field: str
    related: str | None = None
    allowed: tuple[str, ...] = ()
    inverse: str | None = None
    junction: Junction | None = None
    collection_field: str | None = None
    sort_field: str | None = None
    on_delete: str | None = None

    @property
    def is_list(self) -> bool:
        """Whether the field holds a list."""
        return self.kind not in ("m2o", "a2o")

    @property
    def item_collection(self) -> str | None:
        """The collection of the items, or keys, that the field holds: the junction, if there is one."""
        return self.related if self.junction is None else self.junction.collection

    @property
    def text(self) -> str:
        """The relation in a few words, such as ``"m2m tags through articles_tags"``."""
        through = f" through {self.junction.collection}" if self.junction else ""
        return f"{self.kind} {self.related or ' or '.join(self.allowed) or '?'}{through}"

    def __repr__(self) -> str:
        return f"Relation({f'{self.collection}.{self.field}'!r}, {self.text!r})"


@attrs.frozen
class Choice(Displayed):
    """A value that a field offers.

    Attributes:
        value: The value.
        text: Its label.
    """

    value: str | int | float | bool | None
    text: str | None = None


@attrs.frozen(repr=False)
class Field(Displayed):
    """A field of a collection.

    Attributes:
        collection: The name of its collection.
        name: Its name.
        type: Its type in Directus, such as ``"string"``, ``"alias"`` (no column) or ``"geometry.Point"``.
        required: Whether an item cannot be created without it: it is marked as required in Directus, or it is not null, has
            no default and is not generated.
        nullable: Whether it may be null.
        default: Its default: a value, or an expression of the database such as ``"CURRENT_TIMESTAMP"``; or ``None``.
        primary_key: Whether it is the primary key.
        generated: Whether the database or the server sets it when it is left out.
        computed: Whether the database computes it, so that it cannot be written.
        unique: Whether its values are unique.
        length: The maximum length of a string.
        precision: How many digits a ``decimal`` has.
        scale: How many of them are after the point.
        choices: The values that it offers in the app. A server accepts others too.
        other_choices: Whether the app accepts other values too.
        note: Its note, or ``None``.
        hidden: Whether it is hidden in the app.
        readonly: Whether it is read-only in the app.
        system: Whether Directus itself has it, in a collection of the system.
        special: What the server does with it, such as ``"date-created"``.
        interface: Its interface in the app, or ``None``.
        data_type: The type of its column, as the database names it; ``None`` without one.
        translations: Its name in other languages, by language.
        relation: Its relation, or ``None``.
    """

    collection: str
    name: str
    type: str
    required: bool = False
    nullable: bool = True
    default: Any = attrs.field(default=None, hash=False)
    primary_key: bool = False
    generated: bool = False
    computed: bool = False
    unique: bool = False
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    choices: tuple[Choice, ...] = ()
    other_choices: bool = False
    note: str | None = None
    hidden: bool = False
    readonly: bool = False
    system: bool = False
    special: tuple[str, ...] = ()
    interface: str | None = None
    data_type: str | None = None
    translations: Catalog[str] = _NO_TRANSLATIONS
    relation: Relation | None = None

    @property
    def python_type(self) -> Any:
        """The type of its values in Python, such as `datetime.datetime`; `object` for any JSON value."""
        return python_type(self.type)

    def __repr__(self) -> str:
        words = [self.relation.text] if self.relation else []
        words += ["primary key"] * self.primary_key + ["required"] * self.required
        return f"Field({f'{self.collection}.{self.name}'!r}, {', '.join([self.type, *words])!r})"


@attrs.frozen(repr=False)
class Collection(Displayed):
    """A collection.

    Attributes:
        name: Its name.
        fields: Its fields by name: the primary key, then in the order of the app.
        singleton: Whether it has exactly one item.
        note: Its note, or ``None``.
        hidden: Whether it is hidden in the app.
        folder: Whether it only groups others, and has no items.
        system: Whether it is a collection of Directus itself.
        complete: Whether all of its fields are here. A snapshot has only the custom fields of system collections.
        translations: Its name in other languages, by language.
    """

    name: str
    fields: Catalog[Field] = _NO_FIELDS
    singleton: bool = False
    note: str | None = None
    hidden: bool = False
    folder: bool = False
    system: bool = False
    complete: bool = True
    translations: Catalog[str] = _NO_TRANSLATIONS

    @property
    def primary_key(self) -> str | None:
        """The name of its primary key; ``None`` if that may not be read, or is not part of the snapshot."""
        return next((field.name for field in self.fields.values() if field.primary_key), None)

    @property
    def types(self) -> dict[str, str]:
        """The types of its fields in Directus, by field: for ``to_pandas`` and ``read_frame``."""
        return {field.name: field.type for field in self.fields.values()}

    @property
    def relations(self) -> Catalog[Relation]:
        """The relations of its fields, by field."""
        relations = {field.name: field.relation for field in self.fields.values() if field.relation is not None}
        return Catalog(relations, f"relation of {self.name}")

    def custom(self) -> Collection:
        """Return the collection without the fields of Directus itself, as a snapshot has it."""
        if not self.system:
            return self
        names = {name: field for name, field in self.fields.items() if not field.system}
        return _system(self.name, names)

    def _card(self) -> Any:
        from directus_sdk.display import Card, Grid

        fields = self.fields.values()
        rows = (
            {"field": each.name, "type": each.type, "required": "yes" * each.required, "note": each.note} for each in fields
        )
        grid = Grid(rows, len(fields), "fields", whole=True)
        return Card(self.name, lines=[self.note] if self.note else [], grids=[grid])

    def __repr__(self) -> str:
        words = [f"{len(self.fields)} fields", *["singleton"] * self.singleton, *["folder"] * self.folder]
        return f"Collection({self.name!r}, {', '.join(words)!r})"


def _system(name: str, fields: Mapping[str, Field]) -> Collection:
    """Return a system collection of which only the custom fields are known."""
    return Collection(name, Catalog(fields, f"field of {name}"), system=True, complete=False)


def plain(value: object) -> Any:
    """Return a part of a schema as JSON values."""
    if isinstance(value, Catalog):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, tuple):
        return [plain(entry) for entry in value]
    names = [attribute.name for attribute in getattr(type(value), "__attrs_attrs__", ())]
    return {name: plain(getattr(value, name)) for name in names} if names else value
