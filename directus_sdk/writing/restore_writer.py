"""How a restore writes what is to be put back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import attrs

from directus_sdk.errors import BulkError, RecordNotUnique
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.codec import Codec
from directus_sdk.reading.collection import Collection
from directus_sdk.wire.iterators import batched
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.writing.bulk_call import BulkCall
from directus_sdk.writing.bulk_options import CallOptions
from directus_sdk.writing.linked_items import Links
from directus_sdk.writing.restore_judge import Steps
from directus_sdk.writing.undo_file import UndoFile

_AT_ONCE = 2_000


class RestoreWriter:
    """Writes the steps of a restore.

    Args:
        collection: The collection.
        codec: Of the handler.
        options: The options of its calls.
        links: Of the collection.
        file: What the file says; what cannot be put back is noted in it.

    Attributes:
        written: How many changes were made.
    """

    def __init__(self, collection: Collection, codec: Codec[Any], options: CallOptions, links: Links, file: UndoFile) -> None:
        self._collection = collection
        self._codec = codec
        self._options = options
        self._key = collection.primary_key
        self._links = links
        self._file = file
        self.written = 0

    def write(self, steps: Steps) -> None:
        """Write so that what an item is linked with exists, nothing is linked with what is deleted, and old values are free."""
        # Without the relations, any field may be a link, and old values are put back before anything is deleted.
        knows_links = any(not field.brief for field in self._links.fields.values())
        own = {self._key, *self._links.own}
        links = ({name: row[name] for name in own & row.keys()} for row in chain(reversed(steps.update), steps.create))
        if steps.create:
            created = self._call(self._collection).create(self._without_own(steps.create), generate_keys=False, match_on=None)
            self.written += created.count
        self._update(steps.unlink)
        self._update(links if knows_links else reversed(steps.update))
        if steps.delete:
            self.written += self._call(self._collection).delete(steps.delete).count
        # The last change first: it may have taken a unique value that the one before it had left.
        if knows_links:
            try:
                self._update(self._without_own(reversed(steps.update)))
            except (BulkError, RecordNotUnique):
                if self._options.workers == 1:
                    raise
                self._options = attrs.evolve(self._options, workers=1)  # several do not keep this order
                self._update(self._without_own(reversed(steps.update)))

    def put_links_back(self) -> None:
        """Link other items again with those that exist again."""
        present = self._links.relations if self._file.linked else ()
        relations = {(relation.items.name, relation.field): relation.items for relation in present}
        for (name, field), records in self._file.linked.items():
            items = relations.get((name, field))
            if records[0]["do"] == "cascade":
                self._file.notes[f"items of {name}, which were deleted with those that their {field!r} held"] += len(records)
            elif items is None:
                self._file.notes[f"the {field!r} of items of {name}"] += len(records)
            else:
                for some in batched(records, _AT_ONCE):
                    self._link(items, field, some)

    def _link(self, items: Collection, field: str, records: Sequence[JSONMapping]) -> None:
        by_key = {key_text(record["item"]): record for record in records}
        query = NormalizedQuery(fields=list({items.primary_key, field}))
        current = items.by_keys(Keys([record["item"] for record in by_key.values()]).unique(), query)
        rows = [
            {items.primary_key: item[items.primary_key], field: by_key[key_text(item[items.primary_key])]["key"]}
            for item in current
            if item[field] is None
        ]
        if rows:
            self._call(items).update(rows)

    def _call(self, collection: Collection) -> BulkCall:
        return BulkCall(collection, self._codec, NormalizedQuery(), attrs.evolve(self._options, returning=None, ordered=False))

    def _update(self, rows: Iterable[JSONObject]) -> None:
        changes = (row for row in rows if len(row) > 1)
        if (first := next(changes, None)) is not None:
            self.written += self._call(self._collection).update(chain([first], changes)).count

    def _without_own(self, rows: Iterable[JSONObject]) -> Iterator[JSONObject]:
        return ({name: value for name, value in row.items() if name not in self._links.own} for row in rows)
