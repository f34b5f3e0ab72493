"""The keywords of the methods for collections, fields and relations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from directus_sdk.wire.query import Fields, SelectionQuery
from directus_sdk.writing.bulk_options import ResumableOptions


class SchemaCountQuery(SelectionQuery, total=False):
    """The keywords of calls that count collections, fields or relations: a query that the SDK applies."""

    fields: Fields | None
    """The fields to return, such as ``["collection", "meta.note"]``; all by default."""


class SchemaEveryQuery(SchemaCountQuery, total=False):
    """The keywords of calls that read all of them."""

    meta: str | Sequence[str] | None
    """Which counts to return in ``.meta``: ``"filter_count"``, ``"total_count"``, a list of them, or ``"*"``."""


class SchemaReadQuery(SchemaEveryQuery, total=False):
    """The keywords of calls that read some of them."""

    offset: int | None
    """How many entries to skip."""
    page: int | None
    """Which page of `limit` entries, from 1 on."""


class SchemaEntryQuery(TypedDict, total=False):
    """The keywords of calls that read one entry."""

    fields: Fields | None
    """The fields to return, such as ``["collection", "meta.note"]``; all by default."""


class SchemaQuery(SchemaEntryQuery, total=False):
    """The keywords of calls that change the tables of the database: what to return, and one more."""

    concurrent_index_creation: bool | None
    """Whether an index is created without locking the table, if the database supports it."""


class SchemaBulkQuery(ResumableOptions, SchemaQuery, total=False):
    """The keywords of calls that change many entries of the data model."""
