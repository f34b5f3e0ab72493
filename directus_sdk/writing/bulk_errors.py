"""The error of a bulk call that stopped: what was written, what stopped it, and what is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TypeVar

from directus_sdk.errors import APIError, BulkError, BulkModelError, Forbidden, ModelError, OrderUnknown, TransportError
from directus_sdk.results import BulkResult
from directus_sdk.writing.bulk_options import Result
from directus_sdk.writing.chunk_sender import Outcome, is_about_items, is_doubtful, named
from directus_sdk.writing.chunks import Chunk, where

Item = TypeVar("Item")


def failure_of(
    failures: Sequence[Outcome], result: Result, collection: str, total: int | None, keys: Sequence[object]
) -> Exception:
    """Return the error of a bulk call that stopped.

    Args:
        failures: The outcomes that stopped it, in the order of the input.
        result: What was written.
        collection: The collection.
        total: The number of items, where it is known.
        keys: The keys of the items that were written, where they are known.
    """
    outcome, *others = failures
    error = outcome.failure
    assert error is not None
    doubt = _doubt_about(outcome) + "".join(
        f" {other.failed.where} failed too: {other.failure}.{_doubt_about(other)}"
        for other in others
        if other.failed is not None
    )
    if outcome.of_input:
        with_result(error, result, collection)
        return error
    if isinstance(error, OrderUnknown):
        unknown = OrderUnknown(f"{collection}: {error.message}", errors=result.errors, result=result)
        unknown.__cause__ = error
        return unknown
    if isinstance(error, ModelError) and error.result is not None:
        return _model_error(error, result, collection, total, [key for key in keys if key is not None], doubt)
    if not (result.count or result.errors):
        # Nothing was written, so this is only the server's error; it may be possible to name the item that it is about.
        note = doubt or _suspected_item(outcome.failed, error)
        if note and isinstance(error, (APIError, TransportError)):
            error.args = (error.message + note,)
        return error
    refused = [entry for entry in outcome.errors if entry.error is error]
    failed = outcome.failed.where if outcome.failed is not None else "the rest"
    what = f"{refused[0].place} was refused" if refused else f"{failed} failed"
    bulk_error = BulkError(
        f"{collection}: {result.count} items are written; {what}: {error}{doubt}", errors=result.errors, result=result
    )
    bulk_error.__cause__ = error
    return bulk_error


def with_result(error: BaseException, result: Result, collection: str) -> None:
    """Add what was done to an error that the input or the caller raised, as its ``.result``."""
    with suppress(Exception):  # a class of its own may refuse attributes
        error.result = result  # type: ignore[attr-defined]
        if result and hasattr(error, "add_note"):  # from Python 3.11 on
            error.add_note(f"{collection}: {result.count} items were written before; they are in the .result of this error")


def listed(items: Iterable[Item]) -> list[Item]:
    """Return the items of a call that sends nothing before it has all of them.

    What the iterable raises gets an empty ``.result``, as in the other bulk calls.
    """
    try:
        return list(items)
    except BaseException as error:
        with_result(error, BulkResult(count=0), "")
        raise


def _model_error(
    error: ModelError, result: Result, collection: str, total: int | None, keys: list[object], doubt: str
) -> BulkModelError:
    names = ", ".join(map(repr, keys[:20])) + (", …" if len(keys) > 20 else "")
    text = (
        f"{collection}: {result.count}{'' if total is None else f' of {total}'} items are written"
        f"{f' (keys {names})' if keys else ''}, but what the server returned does not fit the model: {error}{doubt}"
    )
    bulk_error = BulkModelError(text, errors=result.errors, result=result)
    bulk_error.collection, bulk_error.field, bulk_error.keys = error.collection, error.field, keys
    bulk_error.__cause__ = error
    return bulk_error


def _doubt_about(outcome: Outcome) -> str:
    text = ""
    if is_doubtful(outcome.failure) and outcome.failed is not None and outcome.failed.indexes:
        text = f" Whether {outcome.failed.where} arrived is unknown."
    if outcome.beyond:
        places, count = where(outcome.beyond), len(outcome.beyond)
        text += f" In addition, {places} is written." if count == 1 else f" In addition, {count} of {places} are written."
    return text


def _suspected_item(part: Chunk | None, error: Exception) -> str:
    """Return which item an error is about, where the server repeats the value, or else how to find it."""
    if part is None or len(part) < 2 or not isinstance(error, APIError) or not is_about_items(error):
        return ""
    places = named(part, error)
    if places:
        suspect = part.error(places[-1], error)
        return f" It is {suspect.place} of {part.where}."
    if type(error) is Forbidden:
        return ""
    return f" Nothing was written; on_error='collect' names which of the {len(part)} items it is."
