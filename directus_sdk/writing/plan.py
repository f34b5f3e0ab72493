"""The plan of a `sync`: the differences, and how they are written, saved and loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.errors import BulkError, DirectusError
from directus_sdk.errors.hints import Hints
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import Progress
from directus_sdk.models.codec import Codec
from directus_sdk.reading.collection import Collection
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.wire.parameters import file_path
from directus_sdk.wire.query import NormalizedQuery, WriteQuery, returned
from directus_sdk.writing import plan_check, plan_file
from directus_sdk.writing.applied import Applied
from directus_sdk.writing.bulk_call import BulkCall
from directus_sdk.writing.bulk_options import CallOptions, Result, Returning
from directus_sdk.writing.chunk_sender import OnError
from directus_sdk.writing.undo import opened

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.display.card import Card

#: How many items are listed.
_LISTED = 5


class Target(Protocol):
    """A handler of items: what `Plan.load` needs of it."""

    _collection: Collection
    _codec: Codec[Any]


@without_locals
@attrs.frozen(repr=False)
class Plan(Hints, plan_check.Differences, Displayed):
    """The changes that make a collection equal to the rows; printed as ``+3 ~12 -0 =985``.

    It holds the differences only, and above 10,000 of them in temporary files without names.

    Attributes:
        create: The rows that have no item yet.
        update: For each item that differs: its key, and the new values of the fields that differ.
        delete: The keys of the items without a row.
        same: How many items equal their rows.
        outside: Items of rows that are outside the `filter` of the `sync`, each with its key and the values of the fields to
            match on: they are neither created again nor changed, and `apply` refuses the plan.
        not_compared: Fields that were not compared, because the server sets them itself (such as the time of the last change)
            or masks them (such as a password).

    Example:
        >>> plan = directus.items("articles").sync([{"id": 1, "views": 7}])
        >>> plan.save("plan.json")
        >>> print(Plan.load("plan.json", directus.items("articles")))
        +0 ~1 -0 =0
    """

    _codec: Codec[Any] = attrs.field(eq=False, kw_only=True)

    def __str__(self) -> str:
        counts = f"+{len(self.create)} ~{len(self.update)} -{len(self.delete)} ={self.same}"
        return f"{counts}, outside the filter: {self._listed()}" if self.outside else counts

    def __repr__(self) -> str:
        return f"<Plan for {self._basis.collection.name}: {self}>"

    def _card(self) -> Card:
        from directus_sdk.writing.plan_card import card

        return card(self)

    def _listed(self) -> str:
        named = redact.masked_items(self.outside[:_LISTED], self.outside.hidden)[1:-1]
        return named + (f" and {len(self.outside) - _LISTED} more" if len(self.outside) > _LISTED else "")

    # ------------------------------------------------------------------ files
    def save(self, path: str | PathLike[str]) -> None:
        """Write the plan to a file, to be reviewed and applied later; the file is replaced completely or not at all.

        The file is JSON and names the server, the collection and their versions. It holds the new values, the old values of
        what is changed or deleted, and no token; only its owner may read it.

        Args:
            path: The file.

        Raises:
            OSError: The file cannot be written.
            ValueError: A row has a value for a field that the server conceals, such as a password: it would be in the file.

        Example:
            >>> directus.items("articles").sync([{"id": 1, "views": 7}]).save("plan.json")
        """
        plan_file.write(file_path("path", path, "a file such as 'plan.json'"), self)

    @classmethod
    def load(cls, path: str | PathLike[str], items: Target) -> Plan:
        """Read a plan that `save` has written.

        Args:
            path: The file.
            items: The items that it is about, such as ``directus.items("articles")``.

        Raises:
            OSError: The file cannot be read.
            ConfigurationError: It is not a plan, or one for another server, version or collection.
            TypeError: `items` is something else.

        Example:
            >>> directus.items("articles").sync([{"id": 1, "views": 7}]).save("plan.json")
            >>> Plan.load("plan.json", directus.items("articles")).update
            [{'id': 1, 'views': 7}]
        """
        collection = getattr(items, "_collection", None)
        if not isinstance(collection, Collection) or not hasattr(items, "_codec"):
            raise TypeError(f'items must be the handler of a collection, such as directus.items("articles"), not {items!r}')
        return plan_file.read(
            file_path("path", path, "a file such as 'plan.json'"), collection, partial(cls, codec=items._codec)
        )

    # ------------------------------------------------------------------ apply
    def apply(
        self,
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "keys",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        keep_before: str | PathLike[str] | None = None,
        **params: Unpack[WriteQuery],
    ) -> Applied:
        """Write the plan: create, update, then delete.

        Before anything is sent, the items of the plan are read again: it is refused where one that it changes or deletes is
        not as it was when it was planned, or one that it creates exists.

        Args:
            query: What to return of new and changed items, as a mapping, instead of keywords.
            batch_size: The maximum number of items in one call.
            returning: For new and changed items: ``"keys"``, ``"items"``, or ``None`` for nothing but the count.
            on_error: ``"raise"`` stops at the first bad item, ``"collect"`` puts it into ``.errors`` and continues.
            workers: How many calls are sent at the same time.
            checkpoint: The name of files that let a second run of this plan, such as a loaded one, continue where the first
                one ended: ``.create``, ``.update`` and ``.delete`` are added to it. Without it, a new `sync` shows what is
                left.
            progress: As in `create_many`.
            keep_before: A new file that keeps the old values, for `restore`.
            **params: What to return of new and changed items, such as `fields`.

        Returns:
            What was done, with ``.ok``, ``.errors`` and ``.raise_for_errors()``.

        Raises:
            BulkError: A call failed. ``.result`` holds what was done: a `BulkResult` if nothing was done before that call,
                otherwise an `Applied`. A new `sync` shows what is left.
            APIError: The first call failed, and nothing was written.
            TypeError: An option is unknown; nothing was sent.
            ValueError: Rows are about items outside the filter of the `sync`, or an item is not as it was; nothing was sent.

        Example:
            >>> plan = directus.items("articles").sync([{"title": "Islands", "views": 7}], match_on="title")
            >>> print(plan.apply())
            0 created, 1 updated, 0 deleted
        """
        normalized = returned(query, params)
        # The keys of new items are not matched with their rows, so their order does not matter.
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress, ordered=returning != "keys")
        if self.outside:
            raise ValueError(
                f"rows are about items that are outside the filter, and would be duplicated: {self._listed()}. Nothing was "
                "sent. Leave these rows out, or widen the filter"
            )
        basis, collection = self._basis, self._basis.collection
        self._refuse_unfit(on_error)
        options = attrs.evolve(options, keep_before=opened(keep_before, collection))  # one file for all steps
        plan_check.check(self, checkpoint)

        unfit = dict(zip(("create", "update"), basis.unfit, strict=True))

        def call(step: str) -> BulkCall:
            file = None if checkpoint is None else plan_check.checkpoint_of(checkpoint, step)
            own = attrs.evolve(options, unfit=unfit.get(step, {}), checkpoint=file)
            if step == "delete":
                return BulkCall(collection, self._codec, NormalizedQuery(), attrs.evolve(own, returning="keys"))
            return BulkCall(collection, self._codec, normalized, own)

        match_on = basis.match_on[0] if checkpoint is not None and len(basis.match_on) == 1 else None
        steps: list[tuple[Sequence[object], Callable[[Any], Result]]] = [
            (self.create, lambda rows: call("create").create(rows, generate_keys=False, match_on=match_on)),
            (self.update, lambda rows: call("update").update(rows)),
            (self.delete, lambda keys: call("delete").delete(keys)),
        ]
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
                raise BulkError(f"{collection.name}: {done}; then: {error}", errors=done.errors, result=done) from error
        return Applied(*results)

    def _refuse_unfit(self, on_error: OnError) -> None:
        unfit = [
            ItemError(index, rows[index], ValueError(reason))
            for rows, reasons in zip((self.create, self.update), self._basis.unfit, strict=True)
            for index, reason in reasons.items()
        ]
        if unfit and on_error == "raise":
            text = f"{unfit[0].place} cannot be written: {unfit[0].error}. Nothing was sent"
            raise BulkError(f"{self._basis.collection.name}: {text}", errors=unfit, result=BulkResult())
