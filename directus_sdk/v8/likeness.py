"""Whether entries that a server returns are those that were sent to it, although it stores some values in another form."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.encoding import loads, to_text

_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?.*)?")
_SHIFTED = re.compile(r"[+-]\d\d:?\d\d\Z")
#: Fields and values of which the server stores a hash.
_HASH = re.compile(r"\$(2[aby]|argon2\w*)\$")


def are_like(rows: Sequence[object], sent: Sequence[JSONMapping]) -> bool:
    """Return whether the values of rows are those that were sent, one row for each item.

    Example:
        >>> are_like([{"id": 7, "price": 9.9, "day": "2026-01-02 00:00:00"}], [{"price": "9.90", "day": "2026-01-02"}])
        True
    """
    return len(rows) == len(sent) and all(map(_is_like, rows, sent))


def is_comparable(item: JSONMapping) -> bool:
    """Return whether an item has values by which it can be recognized."""
    return any(True for _ in _plain(item))


def _plain(item: JSONMapping) -> Iterator[tuple[str, object]]:
    """Yield the fields with one value each, as JSON holds them; a password is never returned."""
    for name, value in loads(to_text(item)).items():
        if isinstance(value, (str, int, float)) and value != "" and name != "password":
            yield name, value


def _is_like(row: object, item: JSONMapping) -> bool:
    return isinstance(row, Mapping) and all(_like(row, name, value) for name, value in _plain(item))


def _like(row: JSONMapping, name: str, value: object) -> bool:
    stored = row.get(name, value)  # a field that is not returned says nothing
    if isinstance(stored, (list, dict)) or _HASH.match(str(stored)):
        return True
    if stored is None:
        return False
    forms = str(stored).strip().casefold(), str(value).strip().casefold()
    if forms[0] == forms[1]:
        return True
    one, other = _number(stored), _number(value)
    if one is not None and other is not None and not (one.is_integer() and other.is_integer()):
        return math.isclose(one, other, rel_tol=1e-5)  # as databases store them
    if one is not None and one == other:
        return True
    if all(map(_DATE.fullmatch, map(str.upper, forms))):
        if any(_SHIFTED.search(form[10:]) and not form.endswith(("+00:00", "+0000")) for form in forms):
            return True  # in another time zone
        digits = [re.sub(r"\D", "", form)[:14] for form in forms]
        size = min(map(len, digits))
        return digits[0][:size] == digits[1][:size]
    return False


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, (str, int, float)) else None
    except ValueError:
        return None
