"""Make a collection equal to a table: `sync` compares and returns a plan, and `Plan.apply` writes it.

`compare` reads the rows (`directus_sdk.writing.rows`), asks for the types of the fields (`directus_sdk.writing.field_types`),
reads the items that have the values to match on, or all items where others are to be deleted, and finds the item of each row
(`directus_sdk.writing.match_values`). What differs (`directus_sdk.writing.comparison`) becomes the plan. Nothing is written
before `Plan.apply`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import attrs

from directus_sdk.calls.server_limits import DEFAULT_LIMIT
from directus_sdk.errors import BulkError, DirectusError
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import Progress
from directus_sdk.models.codec import Codec
from directus_sdk.reading import truncation
from directus_sdk.reading.collection import Collection
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.wire.filters import check_filter
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery, WriteQuery, returned
from directus_sdk.wire.urls import Key
from directus_sdk.writing import rows as tables
from directus_sdk.writing.bulk_call import BulkCall
from directus_sdk.writing.bulk_options import CallOptions, Result, Returning
from directus_sdk.writing.chunk_sender import OnError
from directus_sdk.writing.comparison import Comparison, ErrorPlace
from directus_sdk.writing.existing_items import check_unique
from directus_sdk.writing.field_types import fields_of, inferred
from directus_sdk.writing.field_values import Field
from directus_sdk.writing.match_values import Matcher
from directus_sdk.writing.rows import Rows

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: How many items or errors are listed.
_LISTED = 5


@attrs.frozen
class Applied:
    """What `Plan.apply` did; it is true if anything was written or deleted.

    Attributes:
        created: The keys of the new items, unordered; empty, with a `count`, if you may not read them.
        updated: The keys of the changed items.
        deleted: The keys of the deleted items.
    """

    created: Result
    updated: Result
    deleted: Result

    @property
    def count(self) -> int:
        """How many items were written or deleted."""
        return self.created.count + self.updated.count + self.deleted.count

    @property
    def errors(self) -> list[ItemError]:
        """An `ItemError` for each row that failed, with ``on_error="collect"``; rows of a CSV file have their `line`."""
        return [*self.created.errors, *self.updated.errors, *self.deleted.errors]

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.errors

    def raise_for_errors(self) -> Applied:
        """Raise a `BulkError` if anything failed, and return this object otherwise; it is the error's ``.result``.

        Raises:
            BulkError: It names the first row that failed, and holds all of them in ``.errors``.
        """
        if errors := self.errors:
            first = errors[0]
            raise BulkError(
                f"{self}; the first that failed is {first.place}: {first.error}", errors=errors, result=self
            ) from first.error
        return self

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        counts = (("created", self.created), ("updated", self.updated), ("deleted", self.deleted))
        done = ", ".join(f"{result.count} {name}" for name, result in counts)
        return f"{done}, {len(self.errors)} failed" if self.errors else done

    def summary(self) -> str:
        """Return the result in one line, for a log; ``print`` prints it."""
        return str(self)

    def __repr__(self) -> str:
        return f"<Applied: {self}>"

    def _repr_html_(self) -> str:
        import html  # only notebooks need it

        errors = self.errors[: 10 * _LISTED]
        rows = "".join(f"<li>{html.escape(f'{entry.place}: {entry.error}'[:500])}</li>" for entry in errors)
        return f"<p>{html.escape(str(self))}</p>" + (f"<ul>{rows}</ul>" if rows else "")


@without_locals
@attrs.frozen
class Plan:
    """The changes that make a collection equal to the rows; printed as ``+3 ~12 -0 =985``.

    Attributes:
        create: The rows that have no item yet.
        update: For each item that differs: its key, and the new values of the fields that differ.
        delete: The keys of the items without a row.
        same: How many items equal their rows.
        outside: Items of rows that are outside the `filter` of the `sync`, each with its key and the value of the field to
            match on: they are neither created again nor changed, and `apply` refuses the plan.
        not_compared: Fields that were not compared, because the server sets them itself (such as the time of the last change)
            or masks them (such as a password).
    """

    create: list[JSONMapping]
    update: list[JSONMapping]
    delete: list[Key]
    same: int
    _collection: Collection = attrs.field(repr=False, eq=False)
    _codec: Codec[Any] = attrs.field(repr=False, eq=False)
    outside: list[JSONMapping] = attrs.field(factory=list)
    not_compared: list[str] = attrs.field(factory=list)
    # Rows that cannot be written, and why.
    _unfit: Sequence[tuple[JSONMapping, str]] = attrs.field(default=(), repr=False, eq=False)

    def __str__(self) -> str:
        counts = f"+{len(self.create)} ~{len(self.update)} -{len(self.delete)} ={self.same}"
        return f"{counts}, outside the filter: {self._listed()}" if self.outside else counts

    def _listed(self) -> str:
        named = ", ".join(str(dict(item)) for item in self.outside[:_LISTED])
        return named + (f" and {len(self.outside) - _LISTED} more" if len(self.outside) > _LISTED else "")

    def apply(
        self,
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "keys",
        on_error: OnError = "raise",
        workers: int = 1,
        progress: Progress = False,
        **params: Unpack[WriteQuery],
    ) -> Applied:
        """Write the plan: create, update, then delete.

        A `checkpoint` is not accepted: after a crash a new `sync` shows what is left.

        Args:
            query: What to return of new and changed items, as a mapping, instead of keywords.
            batch_size: The maximum number of items in one call.
            returning: For new and changed items: ``"keys"``, ``"items"``, or ``None`` for nothing but the count.
            on_error: ``"raise"`` stops at the first bad item, ``"collect"`` puts it into ``.errors`` and continues.
            workers: How many calls are sent at the same time.
            progress: As in `create_many`.
            **params: What to return of new and changed items, such as `fields`.

        Returns:
            What was done, with ``.ok``, ``.errors`` and ``.raise_for_errors()``.

        Raises:
            BulkError: A call failed. ``.result`` holds what was done: a `BulkResult` if nothing was done before that call,
                otherwise an `Applied`. A new `sync` shows what is left.
            APIError: The first call failed, and nothing was written.
            TypeError: An option is unknown; nothing was sent.
            ValueError: Rows are about items outside the filter of the `sync`; nothing was sent.
        """
        if "checkpoint" in params:  # one file cannot hold the progress of three calls
            raise TypeError("apply takes no checkpoint: after a crash, a new sync() shows what is left")
        normalized = returned(query, params)
        # The keys of new items are not matched with their rows, so their order does not matter.
        options = CallOptions(batch_size, returning, on_error, workers, None, progress, ordered=returning != "keys")
        if self.outside:
            raise ValueError(
                f"rows are about items that are outside the filter, and would be duplicated: {self._listed()}. Nothing was "
                "sent. Leave these rows out, or widen the filter"
            )

        def call(rows: Sequence[object], query: NormalizedQuery, options: CallOptions) -> BulkCall:
            return BulkCall(self._collection, self._codec, query, attrs.evolve(options, unfit=self._reasons(rows)))

        steps: list[tuple[Sequence[object], Callable[[Sequence[object]], Result]]] = [
            (self.create, lambda rows: call(rows, normalized, options).create(rows, generate_keys=False, match_on=None)),
            (self.update, lambda rows: call(rows, normalized, options).update(rows)),
            (self.delete, lambda keys: call(keys, NormalizedQuery(), attrs.evolve(options, returning="keys")).delete(keys)),
        ]
        unfit = [
            ItemError(index, rows[index], ValueError(reason))
            for rows, _ in steps
            for index, reason in self._reasons(rows).items()
        ]
        if unfit and on_error == "raise":
            text = f"{unfit[0].place} cannot be written: {unfit[0].error}. Nothing was sent"
            raise BulkError(f"{self._collection.name}: {text}", errors=unfit, result=BulkResult())
        results: list[Result] = [BulkResult(), BulkResult(), BulkResult()]
        for number, (rows, write) in enumerate(steps):
            try:
                if rows:
                    results[number] = write(rows)
            except DirectusError as error:
                if not any(results):  # the error itself says what was done
                    raise
                if isinstance(error, BulkError) and isinstance(error.result, BulkResult):
                    results[number] = error.result
                done = Applied(*results)
                raise BulkError(f"{self._collection.name}: {done}; then: {error}", errors=done.errors, result=done) from error
        return Applied(*results)

    def _reasons(self, rows: Sequence[object]) -> dict[int, str]:
        """Return why rows cannot be written, by their places."""
        reasons = {id(row): reason for row, reason in self._unfit}
        return {index: reasons[id(row)] for index, row in enumerate(rows) if id(row) in reasons}


def compare(
    collection: Collection,
    codec: Codec[Any],
    rows: object,
    match_on: str,
    delete_missing: bool,
    selection: JSONMapping | None,
) -> Plan:
    """Compare rows with a collection; see `directus_sdk.handlers.items.ItemsHandler.sync`."""
    selection = None if selection in (None, {}) else check_filter(selection, known_only=True)
    table = tables.read(rows, match_on, lambda row: codec.dump_upsert(row, collection.primary_key))
    _check_unique(table, Field(match_on))
    if delete_missing and not table.rows:
        raise ValueError(
            "there are no rows, so delete_missing=True would delete everything; if you mean that, call "
            "delete_by_query({}, all_items=True)"
        )
    names = list(dict.fromkeys([collection.primary_key, match_on, *(name for row in table.rows for name in row)]))
    fields = fields_of(collection.pipeline, collection.name)
    if fields and not any(field.brief for field in fields.values()):
        field_names = {name for name, field in fields.items() if "no-data" not in field.special}
        _check_columns(collection, names, {*field_names, collection.primary_key}, field_names)
    query = _query(collection, names, fields)
    matcher = Matcher(fields.get(match_on, Field(match_on)))
    table = _canonical(table, matcher.field)
    find = _everything if any(map(matcher.field.is_not_searchable, (row[match_on] for row in table.rows))) else _search
    filtered = query.replace(filter=selection) if selection else query
    stored, matched = (_everything if delete_missing else find)(collection, table.rows, matcher, filtered)
    used = [name for name in names if any(row.get(name) is not None for row in table.rows)]
    _check_columns(collection, used, stored[0] if stored else fields or names, fields)
    fields = {name: fields.get(name) or inferred(name, (item.get(name) for item in stored)) for name in names}
    comparison = Comparison(collection, table, match_on, fields)
    update: list[JSONMapping] = []
    new: list[int] = []
    rows_of: dict[int, int] = {}
    for index, item in enumerate(matched):
        if item is None:
            new.append(index)
            continue
        other = rows_of.setdefault(id(item), index)
        if other != index:
            places = f"{table.place(other)} and {table.place(index)}"
            raise ValueError(f"{places} are about one item, which has {match_on} = {item[match_on]!r}")
        if changes := comparison.changes(index, item):
            update.append(tables.derived(table.rows[index], {collection.primary_key: item[collection.primary_key], **changes}))
    update = comparison.without_equal_values(update)
    outside: list[JSONMapping] = []
    if selection and new:
        keys = query.replace(fields=list(dict.fromkeys([collection.primary_key, match_on])))
        _, elsewhere = find(collection, [table.rows[index] for index in new], matcher, keys)
        outside = [item for item in elsewhere if item is not None]
        new = [index for index, item in zip(new, elsewhere, strict=True) if item is None]
    create = [comparison.created(index) for index in new]
    # No row can be about an item without a value to match on.
    missing = [item for item in stored if id(item) not in rows_of and item.get(match_on) is not None]
    return Plan(
        create,
        update,
        [item[collection.primary_key] for item in missing] if delete_missing else [],
        len(rows_of) - len(update),
        collection,
        codec,
        outside,
        list(comparison.not_compared),
        [(row, reason) for row in (*create, *update) if (reason := comparison.why_unfit(row))],
    )


def _query(collection: Collection, names: list[str], fields: dict[str, Field]) -> NormalizedQuery:
    """Return what to read of the items, and note for lists of related items where the server cuts them."""
    query = NormalizedQuery(fields=names)
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
            near = get_close_matches(name.strip().lower(), alike, 1)
            hint = f"did you mean {alike[near[0]]!r}?" if near else "leave it out"
            raise ValueError(f"{name!r} is not a field of {collection.name} that you may read: {hint}")


def _canonical(table: Rows, field: Field) -> Rows:
    """Return the rows with the values to match on in the form that the field has."""
    if field.type == "unknown":
        return table
    rows: list[JSONMapping] = []
    for index, row in enumerate(table.rows):
        with ErrorPlace(table, index, field.name):
            value = field.to_send(row[field.name])
            # A dateTime is returned, and so stored from here, without fractions of a second.
            value = value if field.type != "dateTime" and field.is_too_fine(value) else field.canonical(value)
        rows.append(tables.derived(row, {**row, field.name: value}))
    table = attrs.evolve(table, rows=rows)
    _check_unique(table, field)
    return table


def _check_unique(table: Rows, field: Field) -> None:
    """Check that each row has a value to match on, and that no two rows have the same one."""
    seen: set[Hashable] = set()
    for index, row in enumerate(table.rows):
        value = row.get(field.name)
        if value is None:
            raise ValueError(f"{table.place(index)} has no {field.name!r}, so there is nothing to match on; it has {list(row)}")
        if (form := field.canonical(value)) in seen:
            raise ValueError(
                f"more than one row has {field.name} = {value!r} ({table.place(index)} is the second): match_on needs a unique "
                "field"
            )
        seen.add(form)


_Found = tuple[list[JSONMapping], list[JSONMapping | None]]


def _search(collection: Collection, rows: Sequence[JSONMapping], matcher: Matcher, query: NormalizedQuery) -> _Found:
    """Read the items that have one of the values; return them, and the item of each row."""
    name = matcher.field.name
    values = matcher.spellings(row[name] for row in rows)
    read = collection.by_values(name, values, query)
    # The server may take two values, sent in two calls, for one.
    stored = list({key_text(item[collection.primary_key]): item for item in read}.values())
    check_unique(collection.name, stored, name)
    return stored, matcher.match(rows, stored)


def _everything(collection: Collection, rows: Sequence[JSONMapping], matcher: Matcher, query: NormalizedQuery) -> _Found:
    """Read every item; return them, and the item of each row."""
    stored = [item for page in collection.iterate(query) for item in page]
    check_unique(collection.name, stored, matcher.field.name)
    matched = matcher.find(rows, stored)
    if uncertain := matcher.uncertain(rows, stored, matched):
        # Only the server knows whether an item has one of these values.
        by_key = {key_text(item[collection.primary_key]): item for item in stored}
        _, again = _search(collection, [rows[index] for index in uncertain], matcher, query)
        for index, item in zip(uncertain, again, strict=True):
            matched[index] = None if item is None else by_key.get(key_text(item[collection.primary_key]), item)
    return stored, matched
