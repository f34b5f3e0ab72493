"""What applying a plan did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.errors import BulkError
from directus_sdk.results import ItemError
from directus_sdk.writing.bulk_options import Result

if TYPE_CHECKING:
    from directus_sdk.display.card import Card

#: How many errors are listed in a notebook.
_LISTED = 50


@attrs.frozen
class Applied(Displayed):
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

        Example:
            >>> plan = directus.items("articles").sync([{"title": "New"}], match_on="title")
            >>> plan.apply(on_error="collect").raise_for_errors().count
            1
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

    def _card(self) -> Card:
        from directus_sdk.display import Card, Grid

        errors = [{"item": entry.place, "error": str(entry.error)} for entry in self.errors[:_LISTED]]
        return Card(str(self), grids=[Grid(errors, len(self.errors), "errors")] if errors else [])
