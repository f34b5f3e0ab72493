"""What a bulk call that stopped says: what is written, what stopped it, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from directus_sdk.errors import APIError, BulkError, BulkModelError, Forbidden, ModelError, OrderUnknown, TransportError
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.writing import bulk
from directus_sdk.writing.bulk import Chunk, Outcome


def failure_of(
    failures: Sequence[Outcome], result: BulkResult[Any], collection: str, total: int | None, keys: Sequence[Any]
) -> Exception:
    """Return the error of a bulk call that stopped.

    Args:
        failures: What stopped it, first the one that comes first in the input.
        result: What was done.
        collection: The collection.
        total: How many items there are, where that is known.
        keys: The keys of what was written, where they are known.
    """
    outcome, *others = failures
    error = outcome.failure
    assert error is not None
    doubt = _doubt_about(outcome) + "".join(
        f" {other.failed.where} failed too: {other.failure}.{_doubt_about(other)}"
        for other in others
        if other.failed is not None
    )
    if isinstance(error, OrderUnknown):
        unknown = OrderUnknown(f"{collection}: {error.message}", errors=result.errors, result=result)
        unknown.__cause__ = error
        return unknown
    if isinstance(error, ModelError) and error.result is not None:
        return _unfit(error, result, collection, total, [key for key in keys if key is not None], doubt)
    if not (result.count or result.errors):
        # Nothing was done, so this is the server's error and no more; what it is about may be told, though.
        note = doubt or _suspect(outcome.failed, error)
        if note and isinstance(error, (APIError, TransportError)):
            error.args = (error.message + note,)
        return error
    refused = [entry for entry in outcome.errors if entry.error is error]
    where = outcome.failed.where if outcome.failed is not None else "the rest"
    what = f"{refused[0].place} was refused" if refused else f"{where} failed"
    bulk_error = BulkError(
        f"{collection}: {result.count} items are written; {what}: {error}{doubt}", errors=result.errors, result=result
    )
    bulk_error.__cause__ = error
    return bulk_error


def _unfit(
    error: ModelError, result: BulkResult[Any], collection: str, total: int | None, keys: list[Any], doubt: str
) -> Exception:
    shown = ", ".join(map(repr, keys[:20])) + (", …" if len(keys) > 20 else "")
    text = (
        f"{collection}: {result.count}{'' if total is None else f' of {total}'} items are written"
        f"{f' (keys {shown})' if keys else ''}, but what the server returned does not fit the model: {error}{doubt}"
    )
    unfit = BulkModelError(text, errors=result.errors, result=result)
    unfit.collection, unfit.field, unfit.keys = error.collection, error.field, keys
    unfit.__cause__ = error
    return unfit


def _doubt_about(outcome: Outcome) -> str:
    words = ""
    if bulk.is_doubtful(outcome.failure) and outcome.failed is not None and outcome.failed.indexes:
        words = f" Whether {outcome.failed.where} arrived is not known."
    if outcome.beyond:
        where, count = bulk.where(outcome.beyond), len(outcome.beyond)
        words += f" Beside these {where} is written." if count == 1 else f" Beside these {count} of {where} are written."
    return words


def _suspect(part: Chunk | None, error: Exception) -> str:
    """Return which item an error is about, where the server repeats the value, or else how to learn it."""
    if part is None or len(part) < 2 or not isinstance(error, APIError) or not bulk.is_about_items(error):
        return ""
    places = bulk.named(part, error)
    if places:
        suspect = ItemError(part.indexes[places[-1]], part.given[places[-1]], error)
        return f" It is {suspect.place} of {part.where}."
    if type(error) is Forbidden:
        return ""
    return f" Nothing was written; on_error='collect' names which of the {len(part)} items it is."
