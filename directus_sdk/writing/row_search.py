"""The item of each row, page by page: by the values of the rows, or by reading every item where that is faster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple

import attrs

from directus_sdk.json_types import JSONMapping
from directus_sdk.reading import paging, side_by_side
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.page_size import MOST, PageSize
from directus_sdk.results import counted
from directus_sdk.wire.iterators import batched
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.wire.value_forms import as_json
from directus_sdk.wire.value_types import INTEGERS, STRINGS
from directus_sdk.writing.existing_items import check_unique
from directus_sdk.writing.match_forms import MatchForms
from directus_sdk.writing.match_values import Matcher
from directus_sdk.writing.row_store import Entry, RowStore, StoredRow
from directus_sdk.writing.spooled import Spooled

#: Up to so many rows are looked up by their values; with more, every item is read if there are not many times as many.
_FEW = 10_000
_TIMES = 4
#: How many rows are looked up at once.
_AT_ONCE = 5_000


class Match(NamedTuple):
    """A row and its item."""

    row: StoredRow
    item: JSONMapping


@attrs.define(eq=False, repr=False)
class RowSearch:
    """Finds the items of rows.

    Attributes:
        samples: For each of the `inferred` fields, a value of each type that items have.
        first_item: The first item that was read.
        spell: Returns the strings of the rows that items surely equal (`directus_sdk.writing.row_store.joined`), or ``None``.
        equal: Called with the number of rows that equal their items, and are not among the matches.

    Args:
        collection: The collection.
        store: The rows.
        forms: Returns the values to match on as text.
        matcher: Decides about values in different spellings.
        workers: How many pages are read at the same time.
        searchable: Whether servers find items by the values.
        inferred: Fields whose values are sampled.
    """

    _collection: Collection
    _store: RowStore
    _forms: MatchForms
    _matcher: Matcher
    _workers: int
    _searchable: bool
    _inferred: Sequence[str]
    spell: Callable[[Sequence[JSONMapping]], Sequence[str] | None]
    equal: Callable[[int], object]
    first_item: JSONMapping | None = attrs.field(default=None, init=False)
    _missing: Spooled[Key] = attrs.field(factory=lambda: Spooled(itemgetter(0)), init=False)
    _has_unused: bool = attrs.field(default=False, init=False)
    _found_later: set[str] = attrs.field(factory=set, init=False)
    _flags: bytearray = attrs.field(init=False)
    samples: dict[str, dict[type, object]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._flags = bytearray(self._store.count)
        self.samples = {name: {} for name in self._inferred}

    @property
    def matched(self) -> int:
        """How many rows have an item."""
        return sum(self._flags)

    def unmatched(self) -> Iterator[int]:
        """Yield the numbers of the rows without an item."""
        return (number for number in range(len(self._flags)) if not self._flags[number])

    def reads_everything(self, query: NormalizedQuery) -> bool:
        """Return whether every item is read, instead of those with the values of the rows."""
        if not self._searchable or len(self._forms.names) > 1:
            return True
        if self._store.count <= _FEW:
            return False
        count_query = query.only("filter", "search").replace(aggregate={"countDistinct": self._collection.primary_key})
        return counted(self._collection.rows(count_query)) <= _TIMES * self._store.count

    def matches(self, query: NormalizedQuery, *, everything: bool, keep_missing: bool = False) -> Iterator[Match]:
        """Yield the rows that have no item yet with their items, but for those that surely equal them.

        Args:
            query: What to read.
            everything: Whether every item is read.
            keep_missing: Whether `missing` has the items without a row afterwards.
        """
        if not everything:
            yield from self._search(query, self.unmatched())
            return
        before, collection = bytes(self._flags), self._collection
        if self._workers == 1:
            pages = paging.ahead(collection.iterate(query, page_size=MOST))
        else:
            pages = side_by_side.pages(collection, query, self._workers, PageSize(MOST), read=collection.rows)
        for page in pages:
            yield from self._of_page(page, before, keep_missing)
        if uncertain := self._uncertain():
            # Only the server knows whether an item has one of these values.
            yield from self._search(query, iter(uncertain))

    def missing(self) -> Spooled[Key]:
        """Return the keys of the items without a row.

        Raises:
            ValueError: Two of them have the same values.
        """
        with RowStore() as store:
            kept: Spooled[Key] = Spooled(itemgetter(0))
            # An item without a value in one of the fields cannot have a row.
            store.fill((form, item) for _, item, form in self._missing.entries())
            if (second := self._forms.duplicate(store)) is not None:
                raise self._not_unique(second.mapping())
            for key, item, _ in self._missing.entries():
                if key_text(key) not in self._found_later:
                    kept.add((key, item))
            return kept

    # ------------------------------------------------------------------ inside
    def _of_page(self, page: Sequence[JSONMapping], before: bytes, keep_missing: bool) -> Iterator[Match]:
        self._sample(page)
        forms = [self._forms.of(item) for item in page]
        entries = [
            entry for entry in self._store.with_forms({form for form in forms if form is not None}) if not before[entry[0]]
        ]
        if all(self._forms.is_certain(form) for _, form, *_ in entries):
            yield from self._certain(page, forms, {entry[1]: entry for entry in entries}, keep_missing)
            return
        rows = list(map(self._store.row, entries))
        by_item = self._by_item(
            rows, self._matcher.find([row.mapping() for row in rows], page)
        )  # the type of the field decides
        chosen = [by_item.get(id(item)) for item in page]
        taken = {row.form: row for row in rows if self._flags[row.number]}
        for item, row in zip(page, chosen, strict=True):
            if row is not None:
                if self._flags[row.number]:
                    raise self._not_unique(item)
                self._flags[row.number] = 1
                taken[row.form] = row
                yield Match(row, item)
        for item, form, row in zip(page, forms, chosen, strict=True):
            if row is None and form is not None:
                self._has_unused = True
                if form in taken and self._has_value_of(item, taken[form]):
                    raise self._not_unique(item)
                if keep_missing:
                    self._missing.add((item[self._collection.primary_key], item, form))

    def _certain(
        self, page: Sequence[JSONMapping], forms: Sequence[str | None], entries: Mapping[str, Entry], keep_missing: bool
    ) -> Iterator[Match]:
        """Yield the matches of a page where equal forms are enough."""
        flags, equal = self._flags, 0
        for item, form, text in zip(page, forms, self.spell(page) or repeat(None), strict=False):
            if form is None:  # such an item cannot have a row
                continue
            if (entry := entries.get(form)) is not None:
                if flags[entry[0]]:
                    raise self._not_unique(item)
                flags[entry[0]] = 1
                if text is not None and text == entry[2]:
                    equal += 1
                else:
                    yield Match(self._store.row(entry), item)
            else:
                self._has_unused = True
                if keep_missing:
                    self._missing.add((item[self._collection.primary_key], item, form))
        self.equal(equal)

    def _by_item(self, rows: Sequence[StoredRow], matched: Sequence[JSONMapping | None]) -> dict[int, StoredRow]:
        """Return the row of each item, by the `id` of the item, and refuse two rows for one."""
        by_item: dict[int, StoredRow] = {}
        for row, item in zip(rows, matched, strict=True):
            if item is not None and (other := by_item.setdefault(id(item), row)) is not row:
                raise ValueError(f"{other.place} and {row.place} are about one item, which has {self._forms.words(item)}")
        return by_item

    def _search(self, query: NormalizedQuery, numbers: Iterator[int]) -> Iterator[Match]:
        """Read the items that have one of the values."""
        name, key = self._forms.names[0], self._collection.primary_key
        for some in batched(numbers, _AT_ONCE):
            rows = self._store.with_numbers(some)
            mappings = [row.mapping() for row in rows]
            read = self._collection.by_values(name, self._matcher.spellings(row[name] for row in mappings), query)
            # The server may take two values, sent in two calls, for one.
            items = list({key_text(item[key]): item for item in read}.values())
            self._sample(items)
            check_unique(self._collection.name, items, name)
            matched = self._matcher.match(mappings, items)
            self._by_item(rows, matched)
            for row, item in zip(rows, matched, strict=True):
                if item is not None:
                    self._flags[row.number] = 1
                    self._found_later.add(key_text(item[key]))
                    yield Match(row, item)

    def _uncertain(self) -> list[int]:
        field = self._matcher.field
        if not self._has_unused or len(self._forms.names) > 1 or field.type in INTEGERS | STRINGS:
            return []
        return [
            row.number
            for some in batched(self.unmatched(), _AT_ONCE)
            for row in self._store.with_numbers(some)
            if not field.is_certain(row.mapping()[field.name])
        ]

    def _sample(self, items: Sequence[JSONMapping]) -> None:
        if items and self.first_item is None:
            self.first_item = items[0]
        for name, values in self.samples.items():
            for item in items:
                value = item.get(name)
                if value is not None and (type(value) not in values or isinstance(value, list)):
                    values[type(value)] = value

    def _has_value_of(self, item: JSONMapping, row: StoredRow) -> bool:
        values = row.mapping()
        return all(key_text(as_json(values[name])) == key_text(item[name]) for name in self._forms.names)

    def _not_unique(self, item: JSONMapping) -> ValueError:
        words, unique = self._forms.words(item), self._forms.unique
        return ValueError(f"more than one item of {self._collection.name} has {words}: match_on needs {unique}")
