"""Making a collection like a table: compared first, written when you say so."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from directus_sdk.calls import uncached
from directus_sdk.calls.server_limits import DEFAULT_LIMIT
from directus_sdk.errors import APIError, BulkError, DecodeError, DirectusError, Forbidden, NotFound
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models import Codec
from directus_sdk.reading import truncation
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.paging import DEFAULT_PAGE_SIZE
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.wire.filters import check_filter
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import normalize
from directus_sdk.wire.urls import segment
from directus_sdk.writing import rows as tables
from directus_sdk.writing.bulk_call import BulkCall
from directus_sdk.writing.bulk_options import BulkOptions, Returning
from directus_sdk.writing.comparison import Comparison
from directus_sdk.writing.existing_items import check_unique
from directus_sdk.writing.field_values import Field
from directus_sdk.writing.match_values import Value, matched
from directus_sdk.writing.rows import Rows

_OF_EVERY_CALL = ("batch_size", "on_error", "workers", "progress")
_SHOWN = 5


@attrs.frozen
class Applied:
    """What `Plan.apply` did; it is true where it did anything.

    Attributes:
        created: The keys of the new items, in no order; empty, with a `count`, where you may not read them.
        updated: The keys of the changed items.
        deleted: The keys of the deleted items.
    """

    created: BulkResult[Any]
    updated: BulkResult[Any]
    deleted: BulkResult[Any]

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

    def __repr__(self) -> str:
        return f"<Applied: {self}>"

    def _repr_html_(self) -> str:
        import html  # only notebooks need it

        rows = "".join(f"<li>{html.escape(f'{entry.place}: {entry.error}'[:500])}</li>" for entry in self.errors[: 10 * _SHOWN])
        return f"<p>{html.escape(str(self))}</p>" + (f"<ul>{rows}</ul>" if rows else "")


@without_locals
@attrs.frozen
class Plan:
    """What makes a collection like the rows it was compared with; it prints as ``+3 ~12 -0 =985``.

    Attributes:
        create: The rows that have no item yet.
        update: For each item that differs: its key, and the fields that differ with their new values.
        delete: The keys of the items that no row is about.
        same: How many items are as the rows want them.
        outside: Items that rows are about although they are outside the `filter` of the `sync`, each with its key and the
            value of the field to match on: they are neither created again nor changed, and `apply` refuses the plan.
        not_compared: Fields that were compared for no item, since the server fills them in by itself (such as the time of
            the last change) or does not show what they hold (such as a password).
    """

    create: list[JSONMapping]
    update: list[JSONMapping]
    delete: list[Any]
    same: int
    _collection: Collection = attrs.field(repr=False, eq=False)
    _codec: Codec[Any] = attrs.field(repr=False, eq=False)
    outside: list[JSONMapping] = attrs.field(factory=list)
    not_compared: list[str] = attrs.field(factory=list)
    # Rows that cannot be written, and why.
    _unfit: Sequence[tuple[JSONMapping, str]] = attrs.field(default=(), repr=False, eq=False)

    def __str__(self) -> str:
        counts = f"+{len(self.create)} ~{len(self.update)} -{len(self.delete)} ={self.same}"
        return f"{counts}, outside the filter: {self._named()}" if self.outside else counts

    def _named(self) -> str:
        named = ", ".join(str(dict(item)) for item in self.outside[:_SHOWN])
        return named + (f" and {len(self.outside) - _SHOWN} more" if len(self.outside) > _SHOWN else "")

    def apply(self, **options: Any) -> Applied:
        """Do it: create, change, then delete.

        Args:
            **options: `batch_size`, `on_error`, `workers` and `progress`, as of ``update_batch``, for all that is done;
                `returning` and what to return, such as `fields`, for what is created and changed. A `checkpoint` is not
                taken: after a crash a new `sync` shows what is left.

        Returns:
            What was done, with ``.ok``, ``.errors`` and ``.raise_for_errors()``.

        Raises:
            BulkError: A call failed. ``.result`` holds what was done: a `BulkResult` where nothing was done before that call,
                else an `Applied`. A new `sync` shows what is left.
            APIError: The first call failed, and nothing was written.
            TypeError: An option is not known here; nothing was sent.
            ValueError: Rows are about items outside the filter of the `sync`; nothing was sent.
        """
        if options.pop("checkpoint", None) is not None:
            # One file cannot tell how far each of three calls came.
            raise TypeError("apply takes no checkpoint: after a crash, a new sync() shows what is left")
        query = normalize({name: value for name, value in options.items() if name not in (*_OF_EVERY_CALL, "returning")})
        if self.outside:
            raise ValueError(
                f"rows are about items that are outside the filter, and would be there twice: {self._named()}. Nothing was "
                "sent. Leave these rows out, or widen the filter"
            )
        returning = options.pop("returning", "keys")
        shared = {name: value for name, value in options.items() if name in _OF_EVERY_CALL}

        def call(query: JSONMapping, returning: Returning, *, ordered: bool = True) -> BulkCall:
            bulk_options = BulkOptions(returning=returning, ordered=ordered, **shared)
            return BulkCall(self._collection, self._codec, query, bulk_options)

        steps: list[tuple[list[Any], Callable[[list[Any]], BulkResult[Any]]]] = [
            # Which new key belongs to which row is not asked, so the order does not matter.
            (
                self.create,
                lambda rows: call(query, returning, ordered=returning != "keys").create(
                    rows, generate_keys=False, match_on=None
                ),
            ),
            (self.update, lambda rows: call(query, returning).update(rows)),
            (self.delete, lambda keys: call({}, "keys").delete(keys)),
        ]
        reasons = {id(row): reason for row, reason in self._unfit}
        bad = [
            [ItemError(index, row, ValueError(reasons[id(row)])) for index, row in enumerate(wanted) if id(row) in reasons]
            for wanted, _ in steps
        ]
        if (errors := [error for part in bad for error in part]) and options.get("on_error") != "collect":
            text = f"{errors[0].place} cannot be written: {errors[0].error}. Nothing was sent"
            raise BulkError(f"{self._collection.name}: {text}", errors=errors, result=BulkResult())
        results: list[BulkResult[Any]] = [BulkResult(), BulkResult(), BulkResult()]
        for place, (wanted, step) in enumerate(steps):
            try:
                if wanted:
                    results[place] = _without(wanted, bad[place], step)
            except DirectusError as error:
                if not any(results):  # the error itself says what was done
                    raise
                if isinstance(error, BulkError) and isinstance(error.result, BulkResult):
                    results[place] = error.result
                done = Applied(*results)
                raise BulkError(f"{self._collection.name}: {done}; then: {error}", errors=done.errors, result=done) from error
        return Applied(*results)


def _without(wanted: list[Any], bad: list[ItemError], step: Callable[[list[Any]], BulkResult[Any]]) -> BulkResult[Any]:
    """Do a step without the rows that cannot be written; their errors stand among those of the others."""
    if not bad:
        return step(wanted)
    left_out = {error.index for error in bad}
    places = [index for index in range(len(wanted)) if index not in left_out]
    done: BulkResult[Any] = step([wanted[index] for index in places]) if places else BulkResult(count=0)
    others = [attrs.evolve(error, index=places[error.index]) for error in done.errors]
    done.errors[:] = sorted([*others, *bad], key=lambda error: error.index)
    return done


def compare(
    collection: Collection,
    codec: Codec[Any],
    rows: Any,
    match_on: str,
    delete_missing: bool,
    selection: JSONMapping | None,
) -> Plan:
    """Compare rows with a collection; see `directus_sdk.handlers.items.ItemsHandler.sync`."""
    selection = None if selection in (None, {}) else check_filter(selection, known_only=True)
    table = tables.read(rows, match_on, lambda row: codec.dump_upsert(row, collection.primary_key))
    wanted = table.rows
    _check_wanted(table, match_on)
    if delete_missing and not wanted:
        raise ValueError(
            "there are no rows, so delete_missing=True would delete everything; if you mean that, call "
            "delete_by_query({}, all_items=True)"
        )
    names = list(dict.fromkeys([collection.primary_key, match_on, *(name for row in wanted for name in row)]))
    fields = _fields(collection)
    _check_columns(collection, names, fields)
    wire = _query(collection, names, fields)
    by = fields.get(match_on, Field(match_on, "unknown"))
    if by.kind != "unknown":
        table = _meant_to_match(table, by)
        wanted = table.rows
        _check_wanted(table, match_on)
    plain = dict(wire)
    if selection:
        wire["filter"] = selection
    find = _everything if any(by.not_asked_for(row[match_on]) for row in wanted) else _asked
    there, found = (_everything if delete_missing else find)(collection, wanted, by, wire)
    for name in names:
        if name not in (there[0] if there else fields or names) and any(row.get(name) is not None for row in wanted):
            raise ValueError(f"{name!r} is no field of {collection.name} that you may read: {_near(name, fields)}")
    truths = {name for name in names if not fields and any(isinstance(item.get(name), bool) for item in there)}
    comparison = Comparison(collection, table, match_on, fields, truths)
    update: list[JSONMapping] = []
    new: list[int] = []
    kept: dict[int, int] = {}
    for index, current in enumerate(found):
        if current is None:
            new.append(index)
            continue
        other = kept.setdefault(id(current), index)
        if other != index:
            places = f"{table.place(other)} and {table.place(index)}"
            raise ValueError(f"{places} are about one item, which has {match_on} = {current[match_on]!r}")
        if changes := comparison.changes(index, current):
            key = current[collection.primary_key]
            update.append(tables.derived(wanted[index], {collection.primary_key: key, **changes}))
    update = comparison.settled(update)
    outside: list[JSONMapping] = []
    if selection and new:
        plain["fields"] = list(dict.fromkeys([collection.primary_key, match_on]))
        _, elsewhere = find(collection, [wanted[index] for index in new], by, plain)
        outside = [item for item in elsewhere if item is not None]
        new = [index for index, item in zip(new, elsewhere, strict=True) if item is None]
    create = [comparison.created(index) for index in new]
    unfit = [(row, reason) for row in (*create, *update) if (reason := comparison.unfit(row))]
    # An item without a value is nobody's.
    spare = [item for item in there if id(item) not in kept and item.get(match_on) is not None]
    return Plan(
        create,
        update,
        [item[collection.primary_key] for item in spare] if delete_missing else [],
        len(kept) - len(update),
        collection,
        codec,
        outside,
        list(comparison.not_compared),
        unfit,
    )


def _query(collection: Collection, names: list[str], fields: dict[str, Field]) -> JSONObject:
    """Return what to read of the items, and tell the fields that hold lists where a server cuts them."""
    wire: JSONObject = {"fields": names}
    if many := [name for name in names if name in fields and fields[name].kind == "alias"]:
        wire["deep"] = {name: {"_limit": -1} for name in many}
        limits = truncation.learn(collection.pipeline)
        cuts = (limits.default or DEFAULT_LIMIT, limits.page or sys.maxsize)
        fields.update({name: attrs.evolve(fields[name], cuts=cuts) for name in many})
    return wire


def _check_columns(collection: Collection, names: Sequence[str], fields: Mapping[str, Field]) -> None:
    """Refuse columns that are no fields, where the fields are known."""
    known = {name: field for name, field in fields.items() if "no-data" not in field.special}
    if any(field.brief for field in fields.values()):
        return
    for name in names:
        if known and name not in known and name != collection.primary_key:
            raise ValueError(f"{name!r} is no field of {collection.name} that you may read: {_near(name, known)}")


def _meant_to_match(table: Rows, field: Field) -> Rows:
    """Return the rows with values to match on that are of the field's own type."""
    rows: list[JSONMapping] = []
    for index, row in enumerate(table.rows):
        try:
            meant = field.to_match(field.meant(row[field.name]))
        except ValueError as error:
            raise ValueError(f"{table.place(index)}, {field.name!r}: {error}. Nothing was planned") from error
        rows.append(row if meant is row[field.name] else tables.derived(row, {**row, field.name: meant}))
    return attrs.evolve(table, rows=rows)


def _fields(collection: Collection) -> dict[str, Field]:
    """Return the fields of the collection by their names; none where they may not be read."""
    try:
        found = uncached.get(collection.pipeline, f"/fields/{segment(collection.name)}").data
        return {str(field["field"]): Field.of(field) for field in found or ()}
    except (Forbidden, NotFound):  # whoever has no access to the app may not
        pass
    try:
        shapes = collection.pipeline.call("GET", "/server/specs/oas").data["components"]["schemas"].values()
        told: JSONMapping = next(
            (shape["properties"] for shape in shapes if shape.get("x-collection") == collection.name), {}
        )
        return {name: Field.of_specification(name, shape) for name, shape in told.items()}
    except (APIError, DecodeError, LookupError, TypeError, AttributeError):  # it is older, or switched off
        return {}


def _near(name: str, fields: Mapping[str, Field]) -> str:
    from difflib import get_close_matches

    alike = {field.lower(): field for field in fields}
    near = get_close_matches(name.strip().lower(), list(alike), 1)
    return f"did you mean {alike[near[0]]!r}?" if near else "leave it out"


def _check_wanted(table: Rows, field: str) -> None:
    """Check that no two rows are about the same item."""
    seen: set[Any] = set()
    for index, row in enumerate(table.rows):
        given = row.get(field)
        if given is None:
            raise ValueError(f"{table.place(index)} has no {field!r}, so there is nothing to match on; it has {list(row)}")
        value = Value.of(given)
        # Texts may be written alike and yet be two values.
        marks = {value.text, value.form} if value.sure and value.form is not None else {value.text}
        if marks & seen:
            raise ValueError(
                f"more than one row has {field} = {given!r} ({table.place(index)} is the second): match_on needs a unique field"
            )
        seen |= marks


_Rows = list[JSONMapping]


def _asked(collection: Collection, wanted: Sequence[JSONMapping], field: Field, wire: JSONMapping) -> tuple[_Rows, list[Any]]:
    """Read the items that have one of the values, and tell which row is about which of them."""
    match_on = field.name
    values = [spelt for row in wanted for spelt in field.spellings(row[match_on])]
    read = collection.by_values(match_on, values, wire)
    # Two values in two calls may be one for the server.
    there = list({key_text(row[collection.primary_key]): row for row in read}.values())
    check_unique(collection.name, there, match_on)
    return there, matched(wanted, there, match_on)


def _everything(
    collection: Collection, wanted: Sequence[JSONMapping], field: Field, wire: JSONMapping
) -> tuple[_Rows, list[Any]]:
    """Read every item, and tell which row is about which of them."""
    match_on = field.name
    there = [row for page in collection.iterate(wire, page_size=DEFAULT_PAGE_SIZE) for row in page]
    check_unique(collection.name, there, match_on)
    found = matched(wanted, there, match_on, asked=False)
    known = set(map(id, found))
    spare = {type(Value.of(row[match_on]).form) for row in there if id(row) not in known and row.get(match_on) is not None}
    doubtful = [
        index
        for index, row in enumerate(found)
        if row is None and (form := Value.of(wanted[index][match_on]).form) is not None and type(form) in spare
    ]
    if doubtful:
        # They may be written in another way than the server writes them: it is asked before they are made anew.
        by_key = {key_text(row[collection.primary_key]): row for row in there}
        _, again = _asked(collection, [wanted[index] for index in doubtful], field, wire)
        for index, row in zip(doubtful, again, strict=True):
            if row is not None:
                found[index] = by_key.get(key_text(row[collection.primary_key]), row)
    return there, found
