"""The schema of a project: `Schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.schema import build
from directus_sdk.schema.catalog import Catalog
from directus_sdk.schema.entries import Entry
from directus_sdk.schema.model import Collection, plain
from directus_sdk.schema.snapshot import document_of
from directus_sdk.schema.table import Table, one_of, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from directus_sdk.display.card import Card

_NO_COLLECTIONS: Catalog[Collection] = Catalog({}, "collection")


@without_locals
@attrs.frozen(repr=False)
class Schema(Displayed):
    """The schema of a project; ``schema["articles"]`` is short for ``schema.collections["articles"]``.

    Schemas are equal if their collections are; `vendor` and `directus` are not compared.

    Attributes:
        collections: The collections by name, in alphabetical order.
        vendor: The database, such as ``"sqlite"`` or ``"postgres"``, if that is known. It decides some types: SQLite reports
            decimals as ``float``.
        directus: The version of Directus, if that is known.

    Example:
        >>> schema = directus.schema.read()
        >>> schema.collections["articles"].fields["author"].relation
        Relation('articles.author', 'm2o authors')
        >>> schema.collections["articles"].fields["author"].relation.related
        'authors'
        >>> schema["articles"].primary_key
        'id'
    """

    collections: Catalog[Collection] = _NO_COLLECTIONS
    vendor: str | None = attrs.field(default=None, eq=False)
    directus: str | None = attrs.field(default=None, eq=False)

    @classmethod
    def from_responses(
        cls,
        collections: Iterable[JSONMapping],
        fields: Iterable[JSONMapping],
        relations: Iterable[JSONMapping],
    ) -> Schema:
        """Return the schema that three responses of a server contain.

        Args:
            collections: The data of ``GET /collections``.
            fields: The data of ``GET /fields``.
            relations: The data of ``GET /relations``.

        Raises:
            SchemaError: An entry is not what Directus sends; the error names its place.

        Example:
            >>> responses = [directus.request("GET", f"/{name}") for name in ("collections", "fields", "relations")]
            >>> Schema.from_responses(*responses).collections["articles"].primary_key
            'id'
        """
        document = Entry(
            {"collections": [*collections], "fields": [*fields], "relations": [*relations]}, "the responses of the server"
        )
        return cls(build.collections_of(document), build.vendor_of(document))

    @classmethod
    def from_snapshot(cls, snapshot: str | PathLike[str] | JSONMapping) -> Schema:
        """Return the schema in a snapshot: a file of ``directus.schema.snapshot(export=...)``, or its content.

        Of the collections of Directus itself, a snapshot has only custom fields.

        Args:
            snapshot: The path of a file, JSON or YAML, or the result of ``directus.schema.snapshot()``.

        Raises:
            ImportError: The file is YAML and PyYAML is not installed; the error names the extra.
            OSError: The file cannot be read.
            SchemaError: It is not a valid snapshot; the error names the place in it.

        Example:
            >>> Schema.from_snapshot(directus.schema.snapshot()).collections["articles"].primary_key
            'id'
        """
        document = document_of(snapshot)
        collections = build.collections_of(document, snapshot=True)
        return cls(collections, document.value("vendor", str), document.value("directus", str))

    def custom(self) -> Schema:
        """Return the schema without what Directus itself has: as a snapshot has it.

        Custom fields of system collections stay.

        Example:
            >>> schema = directus.schema.read()
            >>> sorted(schema.custom().collections)
            ['articles', 'authors', 'globals']
        """
        kept = (collection.custom() for collection in self.collections.values())
        entries = {entry.name: entry for entry in kept if entry.fields or not entry.system}
        return attrs.evolve(self, collections=Catalog(entries, "collection"))

    def describe(self, *collections: str) -> Table:
        """Describe the fields of some collections, or of all.

        Args:
            *collections: The names of the collections; all of them by default.

        Raises:
            KeyError: There is no such collection.

        Example:
            >>> directus.schema.read().custom().describe("authors", "globals")
            collection  field        type           required  relation  note
            authors     id           integer (key)
            authors     name         string(255)    yes
            globals     id           integer (key)
            globals     title        string(255)
            globals     description  text
        """
        chosen = [self.collections[name] for name in collections or self.collections]
        fields = (field for collection in chosen for field in collection.fields.values())
        return table_of(fields, with_collection=len(collections) != 1)

    def to_dict(self) -> JSONObject:
        """Return the schema as JSON values, always in the same order.

        Example:
            >>> directus.schema.read().to_dict()["collections"]["authors"]["fields"]["name"]["required"]
            True
        """
        return {"vendor": self.vendor, "directus": self.directus, "collections": plain(self.collections)}

    @classmethod
    def from_dict(cls, data: JSONMapping) -> Schema:
        """Return the schema that `to_dict` has returned.

        Raises:
            SchemaError: It is something else.

        Args:
            data: The result of `to_dict`.

        Example:
            >>> Schema.from_dict(directus.schema.read().to_dict()).collections["articles"].primary_key
            'id'
        """
        document = Entry.of(data, "the dict")
        return cls(build.collections_of_dict(document), document.value("vendor", str), document.value("directus", str))

    def __getitem__(self, name: str) -> Collection:
        return self.collections[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.collections)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.collections)

    def _card(self) -> Card:
        from directus_sdk.display import Card, Grid

        collections = sorted(self.collections.values(), key=lambda entry: entry.system)
        rows = (
            {
                "collection": entry.name,
                "fields": len(entry.fields),
                "relations": ", ".join(relation.text for relation in entry.relations.values()),
                "note": "" if entry.system else entry.note,  # those are keys of translations
            }
            for entry in collections
        )
        facts = {"vendor": self.vendor, "directus": self.directus}
        lines = [f"{one_of('schema', [collections[0].name])}."] if collections else []
        return Card("Schema", facts=facts, lines=lines, grids=[Grid(rows, len(collections), "collections", whole=True)])

    def __repr__(self) -> str:
        vendor = f", vendor={self.vendor!r}" if self.vendor else ""
        return f"Schema({len(self.collections)} collections{vendor})"
