"""What is displayed of an error: what happened, why, and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from directus_sdk.display.card import Card, Grid

_HINT = "directus.explain(error) finds the cause"
_LISTED = 60
#: The end of a message, such as `` [403 FORBIDDEN, GET https://...]``: these are facts of a card.
_END = re.compile(r" \[\d{3} [A-Z_]+, .*\]$", re.DOTALL)


def card(error: Exception) -> Card:
    """Return what is displayed of an error.

    Args:
        error: A `directus_sdk.DirectusError`; the attributes that its class has are displayed.
    """
    names = ("status", "code", "reason", "collection", "field", "place", "source", "retry_after")
    advice = getattr(error, "hint", "")
    what = _END.sub("", str(error)).replace(f" ({advice})", "")
    values = {name: getattr(error, name, None) for name in names}
    facts = {name: value for name, value in values.items() if value and str(value).rstrip(".") not in what}
    call = getattr(getattr(error, "request", None), "where", None)
    facts |= {"call": call} if call else {}
    facts |= {f"field {name}": messages for name, messages in (getattr(error, "field_errors", None) or {}).items()}
    failed = _failed(getattr(error, "errors", ()))
    grids = [Grid(failed[:_LISTED], len(failed), "errors")] if failed else []
    needs_hint = _is_of_a_call(error) and "directus.explain(error)" not in f"{what}{advice}"
    lines = [what, *([f"What to do: {advice}."] if advice else []), *([f"{_HINT}."] if needs_hint else [])]
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
