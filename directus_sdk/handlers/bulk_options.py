"""How a bulk call goes about it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Union

import attrs

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.local.progress import Progress
from directus_sdk.wire.query import whole_number
from directus_sdk.writing.bulk import OnError

if TYPE_CHECKING:
    from directus_sdk.handlers.read_only import ReadHandler

Returning = Union[Literal["items", "keys"], None]

#: How many seconds one call waits for the server's rate limiter, where `RetryPolicy.max_elapsed` allows it.
_PATIENCE = 300.0


@attrs.frozen
class Options:
    """How a bulk call goes about it; see `directus_sdk.handlers.items.ItemsHandler.create_many`.

    Attributes:
        ordered: Whether what is returned stands in the order of the input.
    """

    batch_size: int | None = None
    returning: Returning = "items"
    on_error: OnError = "raise"
    workers: int = 1
    checkpoint: Any = None
    progress: Progress = False
    ordered: bool = True

    def __attrs_post_init__(self) -> None:
        if self.returning not in ("items", "keys", None):
            raise ValueError(f"returning must be 'items', 'keys' or None, not {self.returning!r}")
        if self.on_error not in ("raise", "collect"):
            raise ValueError(f"on_error must be 'raise' or 'collect', not {self.on_error!r}")
        whole_number("workers", self.workers)
        if self.batch_size is not None:
            whole_number("batch_size", self.batch_size)


@attrs.frozen
class _Patient:
    """A client whose calls wait for the server's rate limiter: what is half done is better ended than given up."""

    pipeline: Pipeline
    models: Mapping[str, type[Any]]


def patient(handler: ReadHandler[Any]) -> ReadHandler[Any]:
    """Return a handler whose calls wait for the server's rate limiter."""
    other = copy.copy(handler)
    directus = handler._directus
    other._directus = _Patient(attrs.evolve(directus.pipeline, patience=_PATIENCE), directus.models)
    return other
