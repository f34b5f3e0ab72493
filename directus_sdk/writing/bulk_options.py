"""The options of a bulk call."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any, Literal, Union

import attrs

from directus_sdk.local.progress import Progress
from directus_sdk.reading.collection import Collection
from directus_sdk.results import BulkResult
from directus_sdk.wire.parameters import integer
from directus_sdk.writing.bulk import OnError

Returning = Union[Literal["items", "keys"], None]
#: Items or keys, as `returning` says.
Result = BulkResult[Any]

#: How many seconds one call waits for the server's rate limiter, if `RetryPolicy.max_elapsed` allows it.
_PATIENCE = 300.0


@attrs.frozen
class BulkOptions:
    """The options of a bulk call; see `directus_sdk.handlers.items.ItemsHandler.create_many`.

    Attributes:
        ordered: Whether the items are returned in the order of the input.
        unfit: Why items cannot be written, by their places in the input.
    """

    batch_size: int | None = None
    returning: Returning = "items"
    on_error: OnError = "raise"
    workers: int = 1
    checkpoint: str | PathLike[str] | None = None
    progress: Progress = False
    ordered: bool = True
    unfit: Mapping[int, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if self.returning not in ("items", "keys", None):
            raise ValueError(f"returning must be 'items', 'keys' or None, not {self.returning!r}")
        if self.on_error not in ("raise", "collect"):
            raise ValueError(f"on_error must be 'raise' or 'collect', not {self.on_error!r}")
        integer("workers", self.workers)
        if self.batch_size is not None:
            integer("batch_size", self.batch_size)


def patient(collection: Collection) -> Collection:
    """Return a collection whose calls wait longer for the rate limiter, so that a bulk call is not left half done."""
    return attrs.evolve(collection, pipeline=attrs.evolve(collection.pipeline, patience=_PATIENCE))
