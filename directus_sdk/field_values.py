"""Values of fields: what a value of a row means, and whether it is what the server has.

The type of the field decides, not where the value came from: ``"1"`` is a number in a field of numbers, a truth value in a
boolean one, and text in a field of texts, whether it stands in a CSV file, in a DataFrame or in a dict. Where the types of
the fields may not be read, the server's own value shows the type as well as it can (`equal`).
"""

from __future__ import annotations

import datetime as dt
import re
import struct
import sys
from collections.abc import Mapping, Set
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum
from typing import Any
from uuid import UUID

import attrs

from directus_sdk.encoding import MAX_SAFE_INTEGER, loads, to_text
from directus_sdk.keys import key_text
from directus_sdk.limits import DEFAULT_LIMIT

_WHOLE = frozenset({"integer", "bigInteger"})
_NUMBERS = _WHOLE | {"float", "decimal"}
_TEXTS = frozenset({"string", "text"})
_MOMENTS = frozenset({"date", "dateTime", "timestamp"})
_PLAIN = _NUMBERS | _TEXTS | _MOMENTS | {"boolean", "uuid", "time", "hash"}
#: What the server fills in by itself, whatever it is sent.
_OWN = frozenset({"date-created", "date-updated", "user-created", "user-updated", "role-created", "role-updated"})
_HIDDEN = frozenset({"hash", "conceal", "encrypt"})
_WORDS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
_CLOCK = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?")
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
    def of(cls, field: Mapping[str, Any]) -> Field:
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
    def of_specification(cls, name: str, told: Mapping[str, Any]) -> Field:
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
        text = str(_wire(value))
        if self.kind == "uuid":
            return list(dict.fromkeys([text, text.lower(), text.upper()]))
        if self.kind == "time" and (clock := _clock(text)) is not None:
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
        wire = _wire(value)
        if self.hidden and isinstance(wire, str) and wire.startswith(_SHOWN_HIDDEN):
            raise ValueError(
                "it is what the server shows in place of what it hides, and would be stored as it stands. Leave it out"
            )
        if self.kind == "json" or self.kind.startswith("geometry"):
            return self._document(value, wire, current)
        if self.kind == "alias":
            return self._keys(value, wire)
        if _holds_mapping(wire) and self.kind in (*_PLAIN, "csv"):
            raise ValueError(self._nested())
        if self.kind == "csv":
            return _json_list(value) if isinstance(value, str) else value
        if isinstance(wire, list) and self.kind in _PLAIN:
            raise ValueError(f"it is a list, and the field is of the type {self.kind}")
        if self.kind in _TEXTS:
            return value if isinstance(wire, str) else to_text(wire) if isinstance(wire, bool) else key_text(wire)
        if wire == "" and self.kind in _PLAIN:
            return None
        if self.kind == "boolean":
            return self._truth(wire)
        if self.kind in _NUMBERS:
            return self._number(value, wire)
        return value

    def _truth(self, wire: Any) -> bool:
        word = str(wire).strip().lower()
        if word not in _WORDS:
            raise ValueError(f"{wire!r} is no truth value: true, false, 1 and 0 are")
        return _WORDS[word]

    def _number(self, value: Any, wire: Any) -> Any:
        if isinstance(wire, bool):
            return int(wire)
        if self.kind in _WHOLE and isinstance(value, str):
            number = _decimal(value)
            if number is not None and number == number.to_integral_value() and abs(number) <= MAX_SAFE_INTEGER:
                return int(number)
        return value

    def _document(self, value: Any, wire: Any, current: Any) -> Any:
        if isinstance(wire, str):
            if wire == current:
                return wire
            if wire == "":
                return None
            try:
                read = loads(wire)
            except ValueError:
                if isinstance(current, (dict, list)) or wire.startswith(_BRACKETS) or wire in _PYTHON_WORDS:
                    raise ValueError(
                        f"{wire[:80]!r} is no JSON, and the field holds JSON. DataFrame.to_csv() writes lists and objects in "
                        "Python's spelling: write them with json.dumps()"
                    ) from None
                return to_text(wire)  # some databases take no text that is not JSON
            return wire if isinstance(read, (str, bool)) else read
        # SQLite makes a number of a bare truth value.
        return to_text(wire) if isinstance(wire, bool) else value

    def _keys(self, value: Any, wire: Any) -> Any:
        listed = _json_list(value) if isinstance(value, str) else wire
        if isinstance(value, str) and value == "":
            return None
        if _holds_mapping(listed):
            raise ValueError(self._nested())
        if isinstance(listed, list):
            return listed
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
            return self.kind == "alias" and sent == []
        if self.kind == "alias":
            return self._same_keys(sent, current)
        if self.kind == "boolean":
            return isinstance(current, (bool, int, float)) and bool(current == sent)
        if self.kind in _NUMBERS:
            return self._same_number(sent, current)
        if self.kind in _TEXTS:
            return bool(_wire(sent) == current)
        if self.kind == "csv":
            return _listed(sent) == _listed(current)
        if self.kind == "uuid":
            return bool(_uuid(sent) == _uuid(current))
        if self.kind in _MOMENTS or self.kind == "time":
            ours, theirs = self._time(sent), self._time(current)
            return bool(ours == theirs if ours is not None and theirs is not None else _wire(sent) == current)
        if self.kind == "json" or self.kind.startswith("geometry"):
            kept = _read(current, sent) if isinstance(sent, (dict, list)) else current  # older servers return text
            return _same_json(_read(sent, current), kept)
        return equal(sent, current)

    def asked(self, sent: Any) -> Mapping[str, Any] | None:
        """Return a filter for a moment that the server converts from or to a zone which only it knows, or ``None``.

        A timestamp is a moment, and a time without a zone is one in the server's zone; a dateTime has no zone, and the
        server takes the time of its own zone of what has one. What is finer than the server returns is left open.
        """
        moment = _moment(sent) if self.kind in _MOMENTS and sent is not None else None
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
        ours, theirs = _decimal(sent), _decimal(current)
        if ours is None or theirs is None:
            return bool(_wire(sent) == current)
        if ours == theirs:
            return True
        if isinstance(current, (int, float)) and float(ours) == float(theirs):
            return True  # such a server keeps no more digits
        if self.single:
            try:
                return struct.pack("f", float(ours)) == struct.pack("f", float(theirs))
            except OverflowError:
                return False
        if self.scale is not None:
            try:
                return ours.quantize(Decimal(1).scaleb(-self.scale), ROUND_HALF_UP) == theirs
            except InvalidOperation:
                return False
        return False

    def _time(self, value: Any) -> Any:
        if self.kind == "time":
            return _clock(value)
        moment = _moment(value)
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
    if not isinstance(given, (str, int, float)) and _holds_mapping(loads(to_text(given))) and not _holds_mapping(keys):
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
    if _same_json(wire, current):
        return True
    if isinstance(wire, bool) or isinstance(current, bool):  # some databases keep truth as a number
        if isinstance(wire, (int, float)) and isinstance(current, (int, float)):
            return isinstance(wire, bool) and bool(wire == current)
        return bool(from_text and isinstance(current, bool) and _WORDS.get(str(wire).lower()) == current)
    numeric = isinstance(given, (int, float, Decimal)) or (from_text and isinstance(current, (int, float)))
    if numeric and isinstance(current, (int, float, str)):
        return Field("", "decimal")._same_number(given, current)
    if isinstance(wire, str) and isinstance(current, list):
        return _listed(wire) == _listed(current)
    if isinstance(wire, str) and isinstance(current, dict):
        return _same_json(_read(wire, current), current)
    if not (isinstance(wire, str) and isinstance(current, str)):
        return False
    if isinstance(given, UUID):
        return bool(_uuid(given) == _uuid(current))
    if isinstance(given, dt.time):
        return _clock(given) == _clock(current)
    moment = _utc(wire)
    return moment is not None and moment == _utc(current)


# --------------------------------------------------------------------- forms
def _wire(value: Any) -> Any:
    """Return what the server reads of a value."""
    if isinstance(value, str) or type(value) is bool or (type(value) is int and abs(value) < MAX_SAFE_INTEGER):
        return value
    return loads(to_text(value))


def _holds_mapping(wire: Any) -> bool:
    return isinstance(wire, dict) or (isinstance(wire, list) and any(isinstance(item, dict) for item in wire))


def _json_list(text: str) -> Any:
    if text.lstrip().startswith("["):
        try:
            return loads(text)
        except ValueError:
            raise ValueError(f"{text[:80]!r} is no JSON: write lists with json.dumps()") from None
    return text


def _listed(value: Any) -> list[str]:
    wire = value if isinstance(value, str) else loads(to_text(value))
    if isinstance(wire, list):
        return [key_text(item) for item in wire]
    return str(wire).split(",") if wire != "" else []


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, (list, dict)):
        return None
    try:
        number = Decimal(str(value if isinstance(value, (str, int, float, Decimal)) else loads(to_text(value))).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _uuid(value: Any) -> Any:
    try:
        return UUID(str(value).strip())
    except ValueError:
        return value if isinstance(value, str) else key_text(value)


def _moment(value: Any) -> dt.datetime | None:
    if not isinstance(value, str):
        value = loads(to_text(value))
    if not isinstance(value, str) or not (value[:4].isdigit() and value[4:5] == "-"):
        return None
    text = value.strip()
    # Python before 3.11 takes three or six digits of a second.
    text = re.sub(r"(:\d\d)\.(\d+)", lambda found: f"{found[1]}.{found[2][:6]:0<6}", text)
    try:
        return dt.datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] in "Zz" else text)
    except ValueError:
        return None


def _utc(value: Any) -> dt.datetime | None:
    moment = _moment(value)
    if moment is None:
        return None
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)  # the server keeps milliseconds
    return moment if moment.tzinfo is None else moment.astimezone(dt.timezone.utc)


def _clock(value: Any) -> tuple[int, ...] | None:
    found = _CLOCK.fullmatch(value if isinstance(value, str) else str(loads(to_text(value))))
    if found is None:
        return None
    hours, minutes, seconds, fraction = found.groups()
    return int(hours), int(minutes), int(seconds or 0), int(f"{fraction or '':0<6}"[:6])


def _read(value: Any, other: Any) -> Any:
    """Return JSON of a value that may be JSON text where the other one is none."""
    if not isinstance(value, str):
        return loads(to_text(value))
    try:
        return value if value == other else loads(value)
    except ValueError:
        return value


def _same_json(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, bool) != isinstance(theirs, bool):
        return False  # 1 equals True in Python only
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(_same_json(value, theirs[name]) for name, value in ours.items())
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_same_json, ours, theirs))
    return bool(ours == theirs)
