"""Values of `match_on`: which item a row is about, however Python and the server write its value.

A value is compared as it goes over the wire. Texts that are the same are the same value. Where no text is, two values
that look different may still be one, and it depends on the field, whose type nobody tells:

* A server's number belongs to a field of numbers, so ``1.5``, ``Decimal("1.50")`` and ``"1.50"`` are one value there.
* A date of Python is a moment: aware ones are compared in UTC, to the millisecond, and midnight is the date.
* Else both are texts that look like the same number, date or time, such as ``"1.5"`` and ``"1.50"``. A field of texts
  holds them as two values and a field of decimals as one, so the database has to say: they are one value if it has
  returned the item when it was asked for ours. Of two items that look alike neither is taken.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs

from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.encoding import MAX_SAFE_INTEGER, loads, to_text
from directus_sdk.wire.keys import key_text

# As databases write them: a text such as "01" is no number.
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_CLOCK = r"(\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?"
_MOMENT = re.compile(rf"(\d{{4}}-\d\d-\d\d)(?:[T ]{_CLOCK}(Z|[+-]\d\d:\d\d)?)?")
_TIME = re.compile(_CLOCK)
#: What SQLite keeps for a truth value in a field of numbers.
_TRUTH = {"True": Decimal(1), "False": Decimal(0)}


@attrs.frozen
class Value:
    """A value to match on.

    Attributes:
        text: What goes over the wire, as text.
        form: The number, moment or time that it stands for, or ``None`` for other texts.
        number: Whether it is a number, and no text.
        moment: Whether it is a date or time of Python.
        fine: Whether it is a moment of Python finer than the server's milliseconds.
    """

    text: str
    form: Hashable
    number: bool = False
    moment: bool = False
    fine: bool = False

    @classmethod
    def of(cls, given: Any) -> Value:
        """Look at a value of a row or of the server.

        Raises:
            ValueError: It cannot be sent, such as NaN.
        """
        wire = given if type(given) in (str, int) else loads(to_text(given))
        text = key_text(wire)
        if isinstance(wire, bool):
            return cls(text, None)
        if isinstance(wire, (int, float)) or isinstance(given, Decimal):
            return cls(text, _number(text), number=True)
        fine = isinstance(given, dt.datetime) and given.tzinfo is not None and given.microsecond % 1000 > 0
        form = _form(wire) if isinstance(wire, str) else None
        return cls(text, form, moment=isinstance(given, (dt.date, dt.time)), fine=fine)

    @property
    def sure(self) -> bool:
        """Whether its form is what counts, and not how it is written."""
        return self.number or self.moment


def mark(given: Any) -> Hashable:
    """Return what two values share that may turn out to be one for the server.

    Example:
        >>> mark(Decimal("1.50")) == mark("1.5"), mark("01") == mark("1")
        (True, False)
    """
    value = Value.of(given)
    return value.text if value.form is None else value.form


def matched(
    sent: Sequence[JSONMapping], rows: Sequence[JSONMapping], field: str, *, asked: bool = True
) -> list[Any]:
    """Return the server's row for each row that was given, ``None`` where there is none.

    Args:
        sent: The rows that were given.
        rows: The rows of the server.
        field: The field to match on.
        asked: Whether the server has chosen its rows by the values of `sent`. Texts that look alike are one value only
            then.

    Raises:
        ValueError: The server has chosen a row, and which of the values it has cannot be told: creating an item for
            each of them would double it. Or a moment is too fine to be found again.
    """
    ours = [None if item.get(field) is None else Value.of(item[field]) for item in sent]
    theirs = [(Value.of(row[field]), row) for row in rows if row.get(field) is not None]
    by_text = {value.text: row for value, row in theirs}
    numbers = {value.form: row for value, row in theirs if value.number}
    # A server with numbers of JavaScript rounds what is larger.
    rounded = {float(form): row for form, row in numbers.items() if isinstance(form, Decimal) and abs(form) > MAX_SAFE_INTEGER}
    taken = {value.text for value in ours if value is not None}
    alike: dict[Hashable, list[tuple[bool, Any]]] = {}
    for value, row in theirs:
        if value.form is not None:
            alike.setdefault(value.form, []).append((value.text in taken, row))

    def find(value: Value | None) -> Any:
        if value is None:
            return None
        if value.text in by_text:
            return by_text[value.text]
        form = value.form if value.form is not None or not numbers else _TRUTH.get(value.text, _number(value.text))
        if form in numbers:
            return numbers[form]
        if rounded and isinstance(form, Decimal) and float(form) in rounded:
            return rounded[float(form)]
        if asked and value.fine and form not in alike:
            raise ValueError(
                f"whether an item with {field} = {value.text} is there cannot be told: PostgreSQL keeps microseconds, and the "
                "server asks it for milliseconds. Round it: moment.replace(microsecond=moment.microsecond // 1000 * 1000)"
            )
        candidates = alike.get(form, ()) if value.moment else [entry for entry in alike.get(form, ()) if not entry[0]]
        return candidates[0][1] if len(candidates) == 1 and (asked or value.moment) else None

    found = [find(value) for value in ours]
    if asked:
        used = set(map(id, found))
        kinds = {type(value.form) for value, row in zip(ours, found, strict=True) if value is not None and row is None}
        for value, row in theirs:
            if value.form is not None and type(value.form) in kinds and id(row) not in used:
                raise ValueError(
                    f"the server has an item with {field} = {row[field]!r} for one of the values, and which one cannot be "
                    "told: send them as the server returns them (a timestamp has a time zone, a date has no time)"
                )
    return found


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _form(text: str) -> Hashable:
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if found := _MOMENT.fullmatch(text):
        day, clock, seconds, fraction, zone = found.groups()
        # The server keeps milliseconds.
        exact = f"{day}T{clock or '00:00'}:{seconds or '00'}.{(fraction or '')[:3]:0<3}"
        try:
            if zone is None:
                return dt.datetime.fromisoformat(exact)
            return dt.datetime.fromisoformat(exact + zone.replace("Z", "+00:00")).astimezone(dt.timezone.utc)
        except (ValueError, OverflowError):
            return None
    if found := _TIME.fullmatch(text):
        clock, seconds, fraction = found.groups()
        try:
            return dt.time.fromisoformat(f"{clock}:{seconds or '00'}.{(fraction or '')[:6]:0<6}")
        except ValueError:
            return None
    return None
