"""The options of a bulk call."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any, Literal, TypedDict, Union

import attrs

from directus_sdk.local.progress import Progress
from directus_sdk.reading.collection import Collection
from directus_sdk.results import BulkResult
from directus_sdk.tables.options import FileOptions, Options
from directus_sdk.wire.parameters import file_path, integer
from directus_sdk.wire.query import SelectedQuery, WriteQuery
from directus_sdk.writing.chunk_sender import OnError

Returning = Union[Literal["items", "keys"], None]
#: Items or keys, as `returning` says.
Result = BulkResult[Any]

#: How many seconds one call waits for the server's rate limiter, if `RetryPolicy.max_elapsed` allows it.
_PATIENCE = 300.0


class _Options(TypedDict, total=False):
    batch_size: int | None
    """The maximum number of items in one request; by default as many as the server accepts, and at most 2,000 items or 10,000
    keys."""
    on_error: OnError
    """``"raise"``, the default, stops at the first invalid item. ``"collect"`` adds it to ``.errors`` and continues."""
    workers: int
    """The maximum number of concurrent requests; 1 by default."""
    progress: Progress
    """``True`` shows a progress bar (extra ``progress``). ``"auto"`` shows it only in a terminal or a notebook, and otherwise
    logs a line every 10 seconds. A logger logs such lines. A function is called with the number of items done and the total."""


class _Kept(TypedDict, total=False):
    keep_before: str | PathLike[str] | None
    """A new file that keeps the old values of the fields of the call and the keys of new items, before they are sent, so that
    `restore` can undo the call."""


class ResumableOptions(_Options, total=False):
    """The options of a bulk call on entries other than items, which cannot be undone."""

    checkpoint: str | PathLike[str] | None
    """A file that lets a second run with the same items continue where the first one ended, even if that one was killed. The
    result holds what the second run wrote."""


class BulkOptions(ResumableOptions, _Kept, total=False):
    """The options of every method that writes many items: the same names, meanings and defaults.

    `create_many`, `update_many`, `update_batch`, `upsert_many` and `delete_many` take them as keywords, and beside them
    `returning`: ``"items"`` (the default, but for `delete_many`), ``"keys"``, or ``None`` for the count only, so that memory
    use does not grow. Type checkers know which of these the result holds. `update_by_query` and `delete_by_query` take
    them too, but for `checkpoint`: after a crash the same call selects what is left; `Plan.apply` takes all of them.

    Example:
        >>> from directus_sdk import BulkOptions
        >>> options: BulkOptions = {"batch_size": 100, "workers": 2, "on_error": "collect"}
        >>> directus.items("articles").update_many([1, 2], {"views": 0}, returning="keys", **options)
        BulkResult([1, 2], count=2)
    """


class KeptKeywords(BulkOptions, WriteQuery, total=False):
    """The keywords of a bulk call on items, which can keep the old values."""


class RowsKeywords(KeptKeywords, FileOptions, total=False):
    """The keywords of a bulk call whose items may be the rows of a file."""


class SelectedKeywords(_Options, _Kept, SelectedQuery, total=False):
    """The keywords of a bulk call on the items that a query selects."""


@attrs.frozen
class CallOptions:
    """The options of one call, checked; see `BulkOptions`.

    Attributes:
        ordered: Whether the items are returned in the order of the input.
        unfit: Why items cannot be written, by their places in the input.
        file: How a file of rows is read.
        keep_before: The path of a file that keeps the old values, or an open `directus_sdk.writing.undo.UndoLog`.
    """

    batch_size: int | None = None
    returning: Returning = "items"
    on_error: OnError = "raise"
    workers: int = 1
    checkpoint: str | PathLike[str] | None = None
    progress: Progress = False
    ordered: bool = True
    unfit: Mapping[int, str] = attrs.field(factory=dict)
    file: Options = attrs.field(factory=Options)
    keep_before: object = None

    def __attrs_post_init__(self) -> None:
        if self.returning not in ("items", "keys", None):
            raise ValueError(f"returning must be 'items', 'keys' or None, not {self.returning!r}{_meant(self.returning)}")
        if self.on_error not in ("raise", "collect"):
            raise ValueError(f"on_error must be 'raise' or 'collect', not {self.on_error!r}")
        integer("workers", self.workers)
        if self.batch_size is not None:
            integer("batch_size", self.batch_size)
        if self.checkpoint is not None:
            file_path("checkpoint", self.checkpoint, "a file such as 'a.json'")


def _meant(returning: object) -> str:
    return "; the fields to return are chosen with fields=[…]" if isinstance(returning, (list, tuple)) else ""


def patient(collection: Collection) -> Collection:
    """Return a collection whose calls wait longer for the rate limiter, so that a bulk call is not left half done."""
    return attrs.evolve(collection, pipeline=attrs.evolve(collection.pipeline, patience=_PATIENCE))
