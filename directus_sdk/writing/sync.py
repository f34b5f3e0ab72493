"""Make a collection equal to a table: `sync` compares and returns a plan, and `Plan.apply` writes it.

`compare` puts the rows on the disk (`directus_sdk.writing.row_store`), each with its values to match on as text
(`directus_sdk.writing.match_forms`), asks for the types of the fields (`directus_sdk.reading.field_types`), and lets
`directus_sdk.writing.row_search` find the item of each row: page by page, so that memory use does not grow. What differs
(`directus_sdk.writing.comparison`) becomes the plan (`directus_sdk.writing.plan`). Nothing is written before `Plan.apply`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import attrs

from directus_sdk.calls.server_limits import DEFAULT_LIMIT
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.progress import Progress, counting
from directus_sdk.models.codec import Codec
from directus_sdk.reading import truncation
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_types import fields_of, inferred
from directus_sdk.reading.field_values import Field
from directus_sdk.tables.options import Options
from directus_sdk.tables.records import Table, derived, place
from directus_sdk.wire.filters import check_filter
from directus_sdk.wire.functions import closest
from directus_sdk.wire.iterators import batched
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.value_types import INTEGERS, STRINGS
from directus_sdk.writing import item_digests
from directus_sdk.writing.comparison import Comparison, ErrorPlace
from directus_sdk.writing.joined_cells import JoinedCells
from directus_sdk.writing.match_forms import MatchForms
from directus_sdk.writing.match_values import Matcher
from directus_sdk.writing.nested_rows import NestedRows, regrouped
from directus_sdk.writing.plan import Plan
from directus_sdk.writing.plan_check import Basis
from directus_sdk.writing.row_search import Match, RowSearch
from directus_sdk.writing.row_store import Entry, RowStore
from directus_sdk.writing.rows import of_cells, read
from directus_sdk.writing.spooled import Spooled

#: How many rows are compared at once.
_AT_ONCE = 1000
#: Integers with fewer digits are exact everywhere.
_DIGITS = 16


@attrs.frozen
class Part:
    """What is compared.

    Attributes:
        match_on: The fields that assign rows to items.
        delete_missing: Whether items without a row are deleted.
        filter: The part of the collection that the rows describe.
        workers: How many pages are read at the same time.
        progress: How progress is shown.
    """

    match_on: Sequence[str]
    delete_missing: bool = False
    filter: JSONMapping | None = None
    workers: int = 1
    progress: Progress = False


def compare(collection: Collection, codec: Codec[Any], rows: object, part: Part, file: Options | None) -> Plan:
    """Compare rows with a collection; see `directus_sdk.handlers.items.ItemsHandler.sync`."""
    if part.filter is not None:
        part = attrs.evolve(part, filter=check_filter(part.filter, known_only=True) or None)
    key = collection.primary_key
    table = read(rows, part.match_on, lambda row: codec.dump_upsert(row, key), file or Options(), key)
    with RowStore() as store, counting(part.progress, collection.name, table.total) as report:
        return _Sync(collection, codec, part, table, store).plan(report)


class _Sync:
    """One comparison."""

    def __init__(self, collection: Collection, codec: Codec[Any], part: Part, table: Table, store: RowStore) -> None:
        self._collection = collection
        self._codec = codec
        self._key = collection.primary_key
        self._part = part
        self._store = store
        self._table = table
        self._fields: dict[str, Field] = {}
        self._searchable = True
        # Columns that have a value.
        self._used: set[str] = set()
        self._create = Spooled[JSONMapping]()
        self._update = Spooled[JSONMapping](itemgetter(0))  # and then the old values
        self._outside = Spooled[JSONMapping]()
        self._joined: JoinedCells | None = None
        self._unfit: tuple[dict[int, str], dict[int, str]] = ({}, {})

    def plan(self, report: Callable[[int], object]) -> Plan:
        """Return the plan."""
        part, store, collection = self._part, self._store, self._collection
        nested = self._fill()
        if part.delete_missing and not store.count:
            raise ValueError(
                "there are no rows, so delete_missing=True would delete everything; if you mean that, call "
                "delete_by_query({}, all_items=True)"
            )
        names = list(dict.fromkeys([self._key, *part.match_on, *store.names]))
        reported = self._fields
        if reported and not any(field.brief for field in reported.values()):
            field_names = {name for name, field in reported.items() if "no-data" not in field.special}
            _check_columns(collection, names, {*field_names, self._key}, field_names)
        query = _query(collection, names, reported, nested)
        filtered = query.replace(filter=part.filter) if part.filter else query
        match_on = [reported.get(name, Field(name)) for name in part.match_on]
        inferring = [name for name in names if name not in reported]
        forms, matcher = MatchForms(match_on), Matcher(match_on[0])
        spell = (lambda page: None) if self._joined is None else self._joined.of_items
        search = RowSearch(collection, store, forms, matcher, part.workers, self._searchable, inferring, spell, report)
        everything = part.delete_missing or search.reads_everything(filtered)
        matches: Iterable[Match] = search.matches(filtered, everything=everything, keep_missing=part.delete_missing)
        if inferring:  # the values of the items show what is certain
            matches = list(matches)
        fields = {name: reported.get(name) or inferred(name, search.samples[name].values()) for name in names}
        comparison = Comparison(collection, part.match_on, fields, nested, cells=self._table.cells)
        self._compare(self._checked(matches, search, names, fields), comparison, report)
        matched = search.matched
        if part.filter and matched < store.count:
            keys = query.replace(fields=list(dict.fromkeys([self._key, *part.match_on])), deep=None)
            for match in search.matches(keys, everything=search.reads_everything(keys)):
                self._outside.add(match.item)
        for some in batched(search.unmatched(), _AT_ONCE):
            for row in store.with_numbers(some):
                new = comparison.created(row)
                _note(self._unfit[0], len(self._create), comparison.why_unfit(new))
                self._create.add(new)
            report(len(some))
        hidden = frozenset(name for name, field in fields.items() if field.is_hidden)
        digested = item_digests.fields_of_digest(collection, reported, query)
        update, delete = (
            item_digests.with_digests(entries, collection, digested) for entries in (self._update, search.missing())
        )
        for rows in (self._create, update, self._outside):
            rows.hidden = hidden
        return Plan(
            create=self._create, update=update, delete=delete, same=matched - len(update),
            outside=self._outside, not_compared=list(comparison.not_compared), codec=self._codec,
            basis=Basis(collection, tuple(part.match_on), query, self._unfit, hidden, digested),
        )  # fmt: skip

    def _compare(self, matches: Iterable[Match], comparison: Comparison, report: Callable[[int], object]) -> None:
        """Compare rows with their items, and keep what differs."""
        for some in batched(matches, _AT_ONCE):
            changed = [
                ({self._key: match.item[self._key], **changes}, match)
                for match in some
                if (changes := comparison.changes(match.row, match.item))
            ]
            comparison.drop_equal_values([changes for changes, _ in changed])
            for changes, match in changed:
                if len(changes) > 1:
                    row = match.row.derived(changes)
                    _note(self._unfit[1], len(self._update), comparison.why_unfit(row))
                    self._update.add((row, {name: match.item.get(name) for name in changes}))
            report(len(some))

    def _checked(
        self, matches: Iterable[Match], search: RowSearch, names: Sequence[str], fields: Mapping[str, Field]
    ) -> Iterator[Match]:
        """Yield matches, and refuse columns that the items do not have before the first of them."""
        used = [name for name in names if name in self._used]
        is_first = True
        for match in matches:
            if is_first:
                _check_columns(self._collection, used, match.item, fields)
                is_first = False
            yield match
        if is_first:
            item = search.first_item
            _check_columns(self._collection, used, (self._fields or names) if item is None else item, self._fields)

    # ------------------------------------------------------------------ the rows
    def _fill(self) -> NestedRows:
        """Put the rows into the store, each with its values to match on as text."""
        source = enumerate(self._table.rows())
        first = next(source, None)
        if first is not None:
            self._check_values(*first)
        fields = self._fields = fields_of(self._collection.pipeline, self._collection.name)
        nested = NestedRows(self._collection, fields, documents=self._table.documents)
        strings = () if self._table.documents else [field for field in fields.values() if field.is_json]
        match_on = [fields.get(name, Field(name)) for name in self._part.match_on]
        forms = MatchForms(match_on)
        dotted: dict[tuple[str, ...], bool] = {}
        string = match_on[0].name if len(match_on) == 1 and match_on[0].type in STRINGS else None

        def prepared(number: int, row: JSONMapping) -> tuple[str, JSONMapping]:
            shape = tuple(row)
            if (has_dots := dotted.get(shape)) is None:
                has_dots = dotted[shape] = any("." in name for name in shape)
            if string is None or type(value := row.get(string)) is not str or has_dots or "\0" in value:
                self._check_values(number, row)
                row = self._canonical(regrouped(row, fields) if has_dots else row, number, match_on)
            if strings and (named := [field for field in strings if type(row.get(field.name)) is str]):
                row = derived(row, {**row, **{field.name: field.of_document(row[field.name]) for field in named}})
            if len(self._used) < len(row) or not self._used.issuperset(row):
                self._used.update(name for name, value in row.items() if value is not None)
            nested.note(row)
            return forms.of(row) or "", row

        if first is not None:
            self._store.fill_entries(self._entries(first, source, prepared))
        if (second := forms.duplicate(self._store)) is not None:
            raise ValueError(
                f"more than one row has {forms.words(second.mapping())} ({second.place} is the second): match_on needs "
                f"{forms.unique}"
            )
        return nested

    def _entries(
        self,
        first: tuple[int, JSONMapping],
        source: Iterator[tuple[int, JSONMapping]],
        prepared: Callable[[int, JSONMapping], tuple[str, JSONMapping]],
    ) -> Iterator[Entry]:
        """Yield what is stored of each row."""
        store, table = self._store, self._table
        columns = tuple(table.columns or ())
        yield store.entry(*prepared(*first))
        if table.lists is None or not JoinedCells.fit(self._fields, columns, self._part.match_on):
            yield from (store.entry(*prepared(*row)) for row in source)
            return
        key = columns.index(self._key) if self._key in columns else None
        example = [first[1].get(name) for name in columns]
        joined = self._joined = JoinedCells(self._fields, columns, self._part.match_on, example)
        store.expect_joined(columns, table.name, joined.integers)
        unused = [(index, name) for index, name in enumerate(columns) if name not in self._used]
        for line, cells in table.lists():
            form = None if key is not None and cells[key] is None else joined.form(cells)
            entry = None if form is None else store.joined_entry(form, line, joined.shorten(cells))
            if entry is None:
                entry = store.entry(*prepared(store.count, of_cells(table, line, cells, self._key)))
            elif unused:
                self._used.update(name for index, name in unused if cells[index] is not None)
                unused = [column for column in unused if column[1] not in self._used]
            yield entry

    def _check_values(self, number: int, row: JSONMapping) -> None:
        for name in self._part.match_on:
            if row.get(name) is None:
                raise self._missing(number, row, name)

    @staticmethod
    def _missing(number: int, row: JSONMapping, name: str) -> ValueError:
        where = place(row, number)
        return ValueError(
            f"{where} has no {name!r}, so there is nothing to match on; it has {list(row)}: match_on=… names another"
        )

    def _canonical(self, row: JSONMapping, number: int, match_on: Sequence[Field]) -> JSONMapping:
        """Return a row whose values to match on are in the form that the field has."""
        changed: JSONObject = {}
        for field in match_on:
            value = row[field.name]
            quick = field.type in STRINGS and type(value) is str and "\0" not in value
            if field.type in INTEGERS and type(value) is str and value.isascii() and value.isdigit() and len(value) < _DIGITS:
                changed[field.name], quick = int(value), True
            if field.type != "unknown" and not quick:
                with ErrorPlace(place(row, number), field.name):
                    value = field.to_send(value)
                if value is None:  # a quoted empty cell
                    raise self._missing(number, row, field.name)
                with ErrorPlace(place(row, number), field.name):
                    if type(value) is not int and (reason := field.why_invalid(value)):
                        raise ValueError(reason)  # the server's error would not name the row
                    # A dateTime is returned, and so stored from here, without fractions of a second.
                    value = value if field.type != "dateTime" and field.is_too_fine(value) else field.canonical(value)
                changed[field.name] = value
            self._searchable = self._searchable and (quick or not field.is_not_searchable(value))
        return derived(row, {**row, **changed}) if changed else row


def _note(unfit: dict[int, str], index: int, reason: str | None) -> None:
    if reason is not None:
        unfit[index] = reason


def _query(collection: Collection, names: list[str], fields: dict[str, Field], nested: NestedRows) -> NormalizedQuery:
    """Return what to read of the items, and note for lists of related items where the server cuts them."""
    query = NormalizedQuery(fields=[path for name in names for path in nested.paths(name)])
    if lists := [name for name in names if name in fields and fields[name].type == "alias"]:
        query = query.replace(deep={name: {"_limit": -1} for name in lists})
        limits = truncation.learn(collection.pipeline)
        cuts = (limits.default or DEFAULT_LIMIT, limits.page or sys.maxsize)
        fields.update({name: attrs.evolve(fields[name], cuts=cuts) for name in lists})
    return query


def _check_columns(collection: Collection, names: Iterable[str], readable: Container[str], field_names: Iterable[str]) -> None:
    """Refuse columns that are not fields; the message names the one of the known fields that is alike."""
    for name in names:
        if name not in readable:
            alike = {field.lower(): field for field in field_names}
            near = closest(name.strip().lower(), alike)
            hint = f"did you mean {alike[near]!r}?" if near else "leave it out"
            raise ValueError(f"{name!r} is not a field of {collection.name} that you may read: {hint}")
