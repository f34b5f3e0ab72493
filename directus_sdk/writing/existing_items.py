"""The items that an upsert changes instead of creating them, and that a second run of `create_many` passes over."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from directus_sdk.json_types import JSONMapping
from directus_sdk.reading import lookups
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.paging import Rows
from directus_sdk.reading.primary_key import with_keys
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.writing.match_values import Matcher


@attrs.define
class ExistingItems:
    """Finds the items that exist already, by the primary key or the field to match on.

    Attributes:
        collection: The collection.
        match_on: The field, or ``None`` for the primary key.
    """

    collection: Collection
    match_on: str | None
    _matcher: Matcher = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._matcher = Matcher.of(self.collection.pipeline, self.collection.name, self.match_on or self.collection.primary_key)

    def find(self, rows: Sequence[JSONMapping]) -> list[JSONMapping | None]:
        """Return the key and the value of the item of each row, ``None`` where it does not exist.

        Raises:
            ConfigurationError: The primary key has another name.
            ValueError: Two items have the same value, or it is unclear which item a row means.
        """
        # With several workers, the type of the field that one of them asks for must not change a search of another.
        matcher = attrs.evolve(self._matcher)
        name = matcher.field.name
        values = [row[name] for row in rows if row.get(name) is not None]
        try:
            return matcher.match(rows, self._read(values, matcher) if values else [])
        finally:
            if matcher.report is None:
                self._matcher = matcher

    def _read(self, values: list[object], matcher: Matcher) -> Rows:
        collection, primary_key = self.collection, self.collection.primary_key
        query = NormalizedQuery(fields=list(dict.fromkeys([primary_key, matcher.field.name])))
        if self.match_on is None:
            keys = lookups.spelled(Keys(values))
            return with_keys(collection, lambda: collection.by_keys(keys, query))
        spellings, field = matcher.spellings(values), self.match_on
        items = with_keys(collection, lambda: collection.by_values(field, spellings, query))
        check_unique(collection.name, items, field)
        return items


def existing_key(collection: Collection, data: JSONMapping, match_on: str | None) -> Key | None:
    """Return the key of the item that exists for some data, or ``None``."""
    [item] = ExistingItems(collection, match_on).find([data])
    key: Key | None = None if item is None else item[collection.primary_key]
    return key


def check_unique(collection: str, items: Sequence[JSONMapping], field: str) -> None:
    """Check that no two items have the same value.

    Raises:
        ValueError: Two items have.
    """
    seen: set[str] = set()
    for item in items:
        value = item.get(field)
        if value is None:
            continue
        text = key_text(value)
        if text in seen:
            raise ValueError(f"more than one item of {collection} has {field} = {value!r}: match_on needs a unique field")
        seen.add(text)
