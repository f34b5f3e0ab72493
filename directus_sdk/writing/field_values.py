"""Values of fields: what a value of a row means, and whether it is what the server has.

The type of the field decides, not where the value came from: ``"1"`` is a number in a field of numbers, a truth value in a
boolean one, and text in a field of texts, whether it stands in a CSV file, in a DataFrame or in a dict. Where the types of
the fields may not be read, the server's own value shows the type as well as it can (`equal`).
"""

from __future__ import annotations

import datetime as dt
import struct
import sys
from collections.abc import Set
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum
from typing import Any
from uuid import UUID

import attrs

from directus_sdk.calls.server_limits import DEFAULT_LIMIT
from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.encoding import MAX_SAFE_INTEGER, loads, to_text
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.value_forms import (
    CLOCK,
    NO_JSON,
    NUMBER,
    as_clock,
    as_decimal,
    as_moment,
    as_utc,
    as_uuid,
    csv_parts,
    holds_mapping,
    iso,
    json_list,
    on_wire,
    parsed,
    read_as,
    same_json,
    shortest,
)

_WHOLE = frozenset({"integer", "bigInteger"})
_NUMBERS = _WHOLE | {"float", "decimal"}
_TEXTS = frozenset({"string", "text"})
_MOMENTS = frozenset({"date", "dateTime", "timestamp"})
_PLAIN = _NUMBERS | _TEXTS | _MOMENTS | {"boolean", "uuid", "time", "hash"}
#: What the server fills in by itself, whatever it is sent.
_OWN = frozenset({"date-created", "date-updated", "user-created", "user-updated", "role-created", "role-updated"})
_LARGEST = 2**64
_HIDDEN = frozenset({"hash", "conceal", "encrypt"})
_WORDS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
#: How JSON and Python's own spelling of lists, tuples and objects begin.
_BRACKETS = ("{", "[", "(")
#: Types and formats of an OpenAPI specification of the server.
_SPECIFIED = {
    "": "json",
    "boolean": "boolean",
    "integer": "integer",
    "integer int64": "bigInteger",
    "number": "decimal",
    "number float": "float",
    "string": "string",
    "string date": "date",
    "string date-time": "dateTime",
    "string time": "time",
    "string timestamp": "timestamp",
    "string uuid": "uuid",
}
_PYTHON_WORDS = ("True", "False", "None")
#: How the server shows what it hides, and what it makes of it.
_SHOWN_HIDDEN = ("**********", "$argon2")


@attrs.frozen
class Field:
    """A field of a collection.

    Attributes:
        name: Its name.
        kind: Its type, such as ``"integer"``.
        special: What the server does with its values, such as ``"date-updated"``.
        single: Whether it is a number of single precision.
        scale: How many decimals the database keeps, where it keeps so many and no more.
        related: The collection that it is a key of, or ``None``.
        cuts: Where the server cuts a list of related items unless it is asked for more, and where it does in any case.
        brief: Whether nothing is known but its type.
    """

    name: str
    kind: str
    special: frozenset[str] = frozenset()
    single: bool = False
    scale: int | None = None
    related: str | None = None
    cuts: tuple[int, int] = (DEFAULT_LIMIT, sys.maxsize)
    brief: bool = False

    @classmethod
    def of(cls, field: JSONMapping) -> Field:
        """Read what ``GET /fields/{collection}`` says of a field."""
        schema, meta = field.get("schema") or {}, field.get("meta") or {}
        kind, stored = str(field.get("type")), schema.get("data_type")
        if stored == "char" and schema.get("max_length") == 36:  # how SQLite keeps a UUID
            kind = "uuid"
        single = kind == "float" and (stored == "real" or schema.get("numeric_precision") == 24)
        scale = schema.get("numeric_scale") if kind == "decimal" else None
        special = frozenset(meta.get("special") or ())
        return cls(str(field.get("field")), kind, special, single, scale, schema.get("foreign_key_table"))

    @classmethod
    def of_specification(cls, name: str, told: JSONMapping) -> Field:
        """Read what the OpenAPI specification of the server says of a field."""
        shape = next(iter(told.get("oneOf") or ()), told)
        if shape.get("type") == "array":
            kind = "csv" if (shape.get("items") or {}).get("type") == "string" else "alias"
        else:
            names = (str(shape[part]) for part in ("type", "format") if part in shape)
            kind = _SPECIFIED.get(" ".join(names), "unknown")
        return cls(name, kind, brief=True)

    def hides(self, current: Any) -> bool:
        """Tell whether a value of the server stands for one that it does not show."""
        return (self.hidden and current is not None) or (self.brief and str(current).startswith(_SHOWN_HIDDEN))

    @property
    def own(self) -> bool:
        """Whether the server fills it in by itself."""
        return bool(self.special & _OWN)

    @property
    def hidden(self) -> bool:
        """Whether the server does not show what it has."""
        return self.kind == "hash" or bool(self.special & _HIDDEN)

    def spellings(self, value: Any) -> list[Any]:
        """Return how a database may have written a value: SQLite keeps UUIDs and times as they were sent."""
        text = str(on_wire(value))
        if self.kind == "uuid":
            return list(dict.fromkeys([text, text.lower(), text.upper(), text.replace("-", "").lower()]))
        if isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER:  # as numbers of JavaScript are rounded
            return list(dict.fromkeys([value, int(float(value))]))
        if self.kind == "time" and (clock := as_clock(text)) is not None:
            hours, minutes, seconds, fraction = clock
            short = f"{hours:02}:{minutes:02}"
            whole = [f"{short}:{seconds:02}"] if not fraction else []
            return list(dict.fromkeys([text, *whole, *([short] if whole and not seconds else [])]))
        return [value]

    # ------------------------------------------------------------------ meaning
    def meant(self, given: Any, current: Any = None) -> Any:
        """Return what is sent for a value: a value of the field's own type, where the value says clearly which.

        Args:
            given: The value of the row.
            current: The value of the item, or ``None``.

        Raises:
            ValueError: It cannot be a value of the field, or stands for items of another collection.
        """
        if given is None:
            return None
        value = given.value if isinstance(given, Enum) else given
        if isinstance(value, Set):  # in an order that stays
            value = sorted(value, key=to_text)
        wire = on_wire(value)
        if self.hidden and isinstance(wire, str) and wire.startswith(_SHOWN_HIDDEN):
            raise ValueError(
                "it is what the server shows in place of what it hides, and would be stored as it stands. Leave it out"
            )
        if self.kind == "json" or self.kind.startswith("geometry"):
            return self._document(value, wire, current)
        if self.kind == "alias":
            return self._keys(value, wire)
        if holds_mapping(wire) and self.kind in (*_PLAIN, "csv"):
            raise ValueError(self._nested())
        if self.kind == "csv":
            return self._values(value, wire)
        if isinstance(wire, list) and self.kind in _PLAIN:
            raise ValueError(f"it is a list, and the field is of the type {self.kind}")
        if isinstance(wire, str) and (self.related or self.kind == "uuid"):
            return self._key(value, wire)
        if self.kind in _TEXTS:
            return value if isinstance(wire, str) else to_text(wire) if isinstance(wire, bool) else key_text(wire)
        if wire == "" and self.kind in _PLAIN:
            return None
        if self.kind == "boolean":
            return self._truth(wire)
        if self.kind in _NUMBERS:
            return self._number(value, wire)
        if self.kind in _MOMENTS and isinstance(value, str) and as_moment(value) is not None:
            return iso(value)  # of a small z, SQLite makes no moment at all
        return value

    def to_match(self, value: Any) -> Any:
        """Return a value to match on, which `meant` returned, as a value of Python that is the same however it was written."""
        if self.kind in _NUMBERS and (number := as_decimal(value)) is not None:
            if self.single:
                return shortest(float(number))
            if self.kind in _WHOLE and number == number.to_integral_value():
                return int(number)
            return float(number) if self.kind == "float" else self._rounded(number)
        if self.kind == "time" and (clock := as_clock(on_wire(value))) is not None:
            hours, minutes, seconds, fraction = clock
            return dt.time(hours, minutes, seconds, fraction) if hours < 24 else value
        moment = as_moment(value) if self.kind in _MOMENTS else None
        if moment is not None and (moment.tzinfo is not None) == (self.kind == "timestamp"):
            return moment if self.kind == "timestamp" else self._time(value)
        return csv_parts(value) if self.kind == "csv" else value

    def not_asked_for(self, value: Any) -> bool:
        """Tell whether some servers do not find items by such a value."""
        return self.kind == "csv" or (isinstance(value, dt.time) and value.microsecond > 0)

    def unfit(self, sent: Any) -> str | None:
        """Return why a value that `meant` returned can be none of the field, or ``None``.

        SQLite would store text in a field of numbers, and nothing in one of timestamps, without a word. Text that is no
        date all servers refuse.
        """
        if sent is None:
            return None
        wire = on_wire(sent)
        if self.kind in _NUMBERS and isinstance(wire, str) and not NUMBER.fullmatch(wire):
            return f"{wire[:80]!r} is no number"
        if self.kind in ("date", "dateTime") and not isinstance(wire, str):
            return f"{str(wire)[:80]!r} is no date such as 2024-01-02"
        if self.kind == "timestamp" and as_moment(wire) is None:
            return f"{str(wire)[:80]!r} is no timestamp such as 2024-01-02T10:00:00Z"
        if self.kind == "time" and (not isinstance(wire, str) or not CLOCK.fullmatch(wire)):
            return f"{str(wire)[:80]!r} is no time such as 22:00:00"
        return None

    def _values(self, value: Any, wire: Any) -> Any:
        if isinstance(wire, bool):  # SQLite makes a number of it
            return to_text(wire)
        return json_list(value, tuples=True) if isinstance(value, str) else value

    def _key(self, value: Any, wire: str) -> Any:
        if wire == "":
            return None
        if wire.lstrip().startswith("{") and isinstance(parsed(wire), dict):
            raise ValueError(self._nested())
        if self.kind in _NUMBERS:
            return self._number(value, wire)
        key = as_uuid(wire) if self.kind == "uuid" else None  # not every database knows its other spellings
        return str(key) if isinstance(key, UUID) else wire

    def _truth(self, wire: Any) -> bool:
        word = str(wire).strip().lower()
        if word not in _WORDS:
            raise ValueError(f"{wire!r} is no truth value: true, false, 1 and 0 are")
        return _WORDS[word]

    def _number(self, value: Any, wire: Any) -> Any:
        if isinstance(wire, bool):
            return int(wire)
        if self.kind in _WHOLE and isinstance(value, str) and NUMBER.fullmatch(value):
            number = as_decimal(value)
            if number is not None and number == number.to_integral_value() and abs(number) < _LARGEST:
                return int(number)
        return value

    def _document(self, value: Any, wire: Any, current: Any) -> Any:
        if isinstance(wire, str):
            if wire == current:
                return wire
            if wire == "":
                return None
            read = parsed(wire)
            if read is NO_JSON:
                if isinstance(current, (dict, list)) or wire.startswith(_BRACKETS) or wire in _PYTHON_WORDS:
                    raise ValueError(
                        f"{wire[:80]!r} is no JSON, and the field holds JSON. DataFrame.to_csv() writes lists and objects in "
                        "Python's spelling: write them with json.dumps()"
                    )
                return to_text(wire)  # some databases take no text that is not JSON
            return wire if isinstance(read, (str, bool)) else read
        # SQLite makes a number of a bare truth value.
        return to_text(wire) if isinstance(wire, bool) else value

    def _keys(self, value: Any, wire: Any) -> Any:
        listed = json_list(value) if isinstance(value, str) else wire
        if isinstance(value, str) and value == "":
            return None
        if holds_mapping(listed):
            raise ValueError(self._nested())
        if isinstance(listed, list) and all(isinstance(key, (str, int)) and key != "" for key in listed):
            return list({key_text(key): key for key in listed}.values())
        raise ValueError(f"{value!r} is no list of keys, and the field is a relation to many items")

    def _nested(self) -> str:
        related = repr(self.related) if self.related else "its name"
        return (
            "it holds items of a related collection, which would be written anew each time. Pass keys only, and compare the "
            f"related collection with a table of its own: directus.items({related}).sync(...)"
        )

    # --------------------------------------------------------------- comparison
    def same(self, sent: Any, current: Any, *, cell: bool = False) -> bool:
        """Tell whether a value that `meant` returned is what the server has.

        Args:
            sent: The value.
            current: The value of the server.
            cell: Whether ``None`` is an empty cell of a table, which is empty text as well.

        Raises:
            ValueError: An empty value stands where the item has something that no empty value can replace.
        """
        if sent is None:
            return self._none(current, cell)
        if current is None:
            # Of what it hides a server shows nothing where the text is empty.
            return (self.kind == "alias" and sent == []) or (self.hidden and sent == "")
        if self.kind == "alias":
            return self._same_keys(sent, current)
        if self.kind == "boolean":
            return isinstance(current, (bool, int, float)) and bool(current == sent)
        if self.kind in _NUMBERS:
            return self._same_number(sent, current)
        if self.kind in _TEXTS:
            return bool(on_wire(sent) == current)
        if self.kind == "csv":
            return bool(sent == current) or csv_parts(sent) == csv_parts(current)
        if self.kind == "uuid":
            return bool(as_uuid(sent) == as_uuid(current))
        if self.kind in _MOMENTS or self.kind == "time":
            ours, theirs = self._time(sent), self._time(current)
            return bool(ours == theirs if ours is not None and theirs is not None else on_wire(sent) == current)
        if self.kind == "json" or self.kind.startswith("geometry"):
            kept = read_as(current, sent) if isinstance(sent, (dict, list)) else current  # older servers return text
            ours = read_as(sent, current)
            # Some databases return text as it is, and the server reads it as JSON once more.
            return same_json(ours, kept) or (isinstance(ours, str) and same_json(parsed(ours), kept))
        return equal(sent, current)

    def asked(self, sent: Any) -> JSONMapping | None:
        """Return a filter for a moment that the server converts from or to a zone which only it knows, or ``None``.

        A timestamp is a moment, and a time without a zone is one in the server's zone; a dateTime has no zone, and the
        server takes the time of its own zone of what has one. What is finer than the server returns is left open.
        """
        moment = as_moment(sent) if self.kind in _MOMENTS and sent is not None else None
        if moment is None or (moment.tzinfo is None) != (self.kind == "timestamp"):
            return None
        if self.kind == "date":
            return {self.name: {"_eq": to_text(moment).strip('"')}}
        fine = self.kind == "timestamp"
        first = moment.replace(microsecond=moment.microsecond // 1000 * 1000 if fine else 0)
        after = first + (dt.timedelta(milliseconds=1) if fine else dt.timedelta(seconds=1))
        ends = (("_gte", first), ("_lt", after))
        return {"_and": [{self.name: {operator: to_text(end).strip('"')}} for operator, end in ends]}

    def _same_keys(self, sent: list[Any], current: Any) -> bool:
        ours, theirs = sorted(map(key_text, sent)), sorted(map(key_text, current))
        usual, most = self.cuts
        if len(theirs) >= most:
            raise ValueError(
                f"the item has {most} related items or more, and the server returns no more of their keys "
                "(QUERY_LIMIT_MAX), so that they cannot be compared. Leave the column out"
            )
        if len(ours) == usual < len(theirs) and set(ours) < set(theirs):
            raise ValueError(
                f"it has {len(ours)} of the {len(theirs)} keys of the item, and {len(ours)} is where a server cuts a list: the "
                "rest would be parted from it. Read all of them, with nested_limit=-1, or leave the column out"
            )
        return ours == theirs

    def _none(self, current: Any, cell: bool) -> bool:
        if current is None or (self.kind == "alias" and current == []):
            return True
        if self.kind == "alias":
            raise ValueError("it is empty, and the item has related items: write [] to part with them, or leave the column out")
        if cell and (current == "" or (current == [] and self.kind == "csv")):
            return True
        if cell and isinstance(current, dict):
            # An export of the server leaves the column of an object empty.
            raise ValueError(
                "it is empty, and the item has a JSON object, which a CSV export of the server writes to columns of its own: "
                "leave the column out, or write null to clear it"
            )
        return False

    def _same_number(self, sent: Any, current: Any) -> bool:
        ours, theirs = as_decimal(sent), as_decimal(current)
        if ours is None or theirs is None:
            return bool(on_wire(sent) == current)
        if ours == theirs:
            return True
        if (isinstance(current, (int, float)) or isinstance(sent, float)) and float(ours) == float(theirs):
            return True  # one of both keeps no more digits
        if self.single:
            try:
                return struct.pack("f", float(ours)) == struct.pack("f", float(theirs))
            except OverflowError:
                return False
        return self._rounded(ours) == theirs

    def _rounded(self, number: Decimal) -> Decimal:
        """Return a number as the database rounds it."""
        if self.scale is not None:
            try:
                return number.quantize(Decimal(1).scaleb(-self.scale), ROUND_HALF_UP)
            except InvalidOperation:
                pass
        return Decimal(format(number, "f"))

    def _time(self, value: Any) -> Any:
        if self.kind == "time":
            return as_clock(value)
        moment = as_moment(value)
        if moment is None:
            return None
        if self.kind == "date":
            return moment.date()
        if self.kind == "dateTime":  # the server keeps seconds
            return moment.replace(microsecond=0)
        if moment.tzinfo is None:
            return None
        return moment.astimezone(dt.timezone.utc).replace(microsecond=moment.microsecond // 1000 * 1000)


# ---------------------------------------------------------- without the types
def guessed(given: Any, current: Any) -> Any:
    """Return what is sent for a value where the type of the field may not be read: the value of the item shows it.

    Raises:
        ValueError: It stands for items of another collection.
    """
    if given is None or current is None:
        return given
    if isinstance(current, bool):
        return Field("", "boolean").meant(given)
    if isinstance(current, dict) or (isinstance(current, list) and isinstance(given, str)):
        if isinstance(current, list) and not given.lstrip().startswith(_BRACKETS) and all(isinstance(v, str) for v in current):
            return given  # the text of a csv field
        return Field("", "json").meant(given, current)
    keys = current if isinstance(current, list) else [current]
    if not isinstance(given, (str, int, float)) and holds_mapping(loads(to_text(given))) and not holds_mapping(keys):
        raise ValueError(Field("", "alias")._nested())
    return given


def equal(given: Any, current: Any, from_text: bool = False) -> bool:
    """Tell whether a value is what the server has, however each of them writes it, without the type of the field.

    Args:
        given: The value of the row.
        current: The value of the server.
        from_text: Whether the row comes from a text file, where every value is text.

    Example:
        >>> from datetime import datetime, timezone
        >>> equal(datetime(2024, 1, 1, tzinfo=timezone.utc), "2024-01-01T00:00:00.000Z"), equal(Decimal("1.50"), "1.5")
        (True, True)
        >>> equal("3", 3), equal("3", 3, from_text=True)
        (False, True)
    """
    if given is None or current is None:
        return given is current
    wire: Any = loads(to_text(given))
    if same_json(wire, current):
        return True
    if isinstance(wire, bool) or isinstance(current, bool):  # some databases keep truth as a number
        if isinstance(wire, (int, float)) and isinstance(current, (int, float)):
            return isinstance(wire, bool) and bool(wire == current)
        return bool(from_text and isinstance(current, bool) and _WORDS.get(str(wire).lower()) == current)
    numeric = isinstance(given, (int, float, Decimal)) or (from_text and isinstance(current, (int, float)))
    if numeric and isinstance(current, (int, float, str)):
        return Field("", "decimal")._same_number(given, current)
    if isinstance(wire, str) and isinstance(current, list):
        return csv_parts(wire) == csv_parts(current)
    if isinstance(wire, str) and isinstance(current, dict):
        return same_json(read_as(wire, current), current)
    if not (isinstance(wire, str) and isinstance(current, str)):
        return False
    if isinstance(given, UUID):
        return bool(as_uuid(given) == as_uuid(current))
    if isinstance(given, dt.time):
        return as_clock(given) == as_clock(current)
    moment = as_utc(wire)
    return moment is not None and moment == as_utc(current)
