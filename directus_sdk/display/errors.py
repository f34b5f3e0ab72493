"""What is displayed of an error: what happened, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from directus_sdk.display.card import Card, Grid

_HINT = "directus.explain(error) finds the cause"
_LISTED = 60


def card(error: Exception) -> Card:
    """Return what is displayed of an error.

    Args:
        error: A `directus_sdk.DirectusError`; the attributes that its class has are displayed.
    """
    names = ("status", "code", "reason", "collection", "field", "place", "source", "retry_after")
    values = {name: getattr(error, name, None) for name in names}
    facts = {name: value for name, value in values.items() if value and str(value) not in str(error)}
    call = getattr(getattr(error, "request", None), "where", None)
    facts |= {"call": call} if call else {}
    facts |= {f"field {name}": messages for name, messages in (getattr(error, "field_errors", None) or {}).items()}
    facts |= {"what to do": advice} if (advice := getattr(error, "hint", "")) else {}
    failed = _failed(getattr(error, "errors", ()))
    grids = [Grid(failed[:_LISTED], len(failed), "errors")] if failed else []
    lines = [str(error), *([f"{_HINT}."] if _is_of_a_call(error) and "directus.explain(error)" not in str(error) else [])]
    return Card(type(error).__name__, facts=facts, lines=lines, grids=grids)


def hint(error: Exception) -> str:
    """Return the last line of a traceback in IPython, where the error has no name."""
    return f"{_HINT}; here error is sys.last_value." if _is_of_a_call(error) else ""


def _is_of_a_call(error: Exception) -> bool:
    """Whether an error is about a response, or that there was none; others say all that is known."""
    return hasattr(error, "status") or hasattr(error, "sent")


def _failed(errors: Sequence[object]) -> list[dict[str, object]]:
    """Return the items of a bulk call that failed."""
    places = [(getattr(entry, "place", None), getattr(entry, "error", None)) for entry in errors]
    return [{"item": place, "error": str(error)} for place, error in places if place is not None]
