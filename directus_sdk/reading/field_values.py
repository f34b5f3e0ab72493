"""The values of a field: what a value of a row means, and whether it equals the value of the server.

The type of the field decides, not the source of the value: ``"1"`` is a number in a field of numbers, a boolean in a boolean
field and a string in a field of strings, whether it comes from a CSV file, a DataFrame or a dict. A value of a row takes
these steps:

1. `Field.to_send` returns the value that is sent, of the field's own type, or raises an error.
2. `Field.is_same` compares it with the value of the server. Both are brought into one form with `Field.canonical`, such as
   ``Decimal("1.5")`` for ``1.5``, ``"1.50"`` and ``"01.5"``.
3. `Field.why_unfit` finds what a database would store in silence and never return again.

`directus_sdk.reading.field_types` finds out the type.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Hashable, Iterable, Set
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum
from math import isfinite
from typing import Any
from uuid import UUID

import attrs

from directus_sdk.calls.server_limits import DEFAULT_LIMIT
from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.encoding import MAX_SAFE_INTEGER, to_text
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.value_forms import (
    NO_JSON,
    NUMBER,
    LongFloat,
    as_csv,
    as_datetime,
    as_decimal,
    as_json,
    as_returned,
    as_string,
    as_time,
    as_uuid,
    holds_mapping,
    iso,
    json_list,
    parsed,
    read_as,
    same_json,
    single_precision,
    to_milliseconds,
)
from directus_sdk.wire.value_types import DATES, INTEGERS, NUMBERS, SCALARS, STRINGS, is_json

#: Values that the server sets itself and ignores in a request.
_SET_BY_SERVER = frozenset({"date-created", "date-updated", "user-created", "user-updated", "role-created", "role-updated"})
_HIDDEN = frozenset({"hash", "conceal", "encrypt"})
#: How the server masks a value, and how a hash begins.
_MASKS = ("**********", "$argon2")
_LARGEST = 2**64
#: Types that keep a number of JSON as it is written.
_AS_WRITTEN = frozenset({"decimal", *STRINGS})
#: What SQLite's servers return as 0.
_EPOCH = {"date": "1970-01-01", "dateTime": "1970-01-01T00:00:00", "timestamp": "1970-01-01T00:00:00.000Z"}
_BOOLEANS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
#: How objects, lists and tuples begin in JSON and in Python, and the constants that only Python has.
_BRACKETS = ("{", "[", "(")
_PYTHON_CONSTANTS = ("True", "False", "None")


@attrs.frozen
class Field:
    """A field of a collection.

    Attributes:
        name: Its name.
        type: Its type, such as ``"integer"``, or ``"unknown"``.
        special: What the server does with its values, such as ``"date-updated"``.
        single: Whether the database stores numbers of single precision.
        scale: How many decimals the database stores, where that is fixed.
        related: The collection whose keys the field holds, or ``None``.
        cuts: The default length at which the server cuts a list of related items, and the maximum length.
        brief: Whether only the type is known.
        is_key: Whether it is the primary key.
        nullable: Whether it may be null.
        keeps_nul: Whether the database keeps the character NUL; PostgreSQL refuses it with status 500.
    """

    name: str
    type: str = "unknown"
    special: frozenset[str] = frozenset()
    single: bool = False
    scale: int | None = None
    related: str | None = None
    cuts: tuple[int, int] = (DEFAULT_LIMIT, sys.maxsize)
    brief: bool = False
    is_key: bool = False
    nullable: bool = True
    keeps_nul: bool = True

    @property
    def of_empty_cell(self) -> str | None:
        """The value of an empty cell: an empty string in a field of strings that may not be null."""
        return "" if self.type in STRINGS and not (self.nullable or self.is_key) else None

    @property
    def is_set_by_server(self) -> bool:
        """Whether the server sets the value itself."""
        return bool(self.special & _SET_BY_SERVER)

    @property
    def is_hidden(self) -> bool:
        """Whether the server masks the value."""
        return self.type == "hash" or bool(self.special & _HIDDEN)

    @property
    def is_json(self) -> bool:
        """Whether the value is a JSON document."""
        return is_json(self.type)

    def masks(self, current: object) -> bool:
        """Return whether a value of the server stands for one that it does not return."""
        return (self.is_hidden and current is not None) or (self.brief and str(current).startswith(_MASKS))

    def is_mask(self, value: object) -> bool:
        """Return whether a value to be sent is the server's mask for a hidden one."""
        return isinstance(value, str) and value.startswith(_MASKS) and (self.is_hidden or self.brief)

    # ------------------------------------------------------------------ what is sent
    def to_send(self, raw: object, current: object = None) -> Any:
        """Return the value that is sent: one of the field's own type, where the given value is clear about it.

        Args:
            raw: The value of the row.
            current: The value of the item, or ``None``.

        Raises:
            ValueError: It is not a valid value of the field, or contains items of another collection.
        """
        if raw is None:
            return None
        value = raw.value if isinstance(raw, Enum) else raw
        value = value.text if isinstance(value, LongFloat) and self.type in _AS_WRITTEN else value
        if isinstance(value, Set):  # a set has no order, and a second plan has to find the same value
            value = sorted(value, key=to_text)
        json_value = as_json(value)
        if self.is_hidden and isinstance(json_value, str) and json_value.startswith(_MASKS):
            raise ValueError("it is the server's mask for a hidden value, and would be stored as it is. Leave it out")
        if self.is_json:
            return self._document(value, json_value, current)
        if self.type == "alias":
            return self._related_keys(value, json_value)
        self._check_nul(json_value)
        if holds_mapping(json_value) and self.type in (*SCALARS, "csv"):
            raise ValueError(self.nested_text())
        if self.type == "csv":
            return _parts(value, json_value)
        if isinstance(json_value, list) and self.type in SCALARS:
            raise ValueError(f"it is a list, and the field is of the type {self.type}")
        if json_value == "" and (self.related or self.type in SCALARS - STRINGS):
            return None
        if self.related and isinstance(json_value, str) and _is_object(json_value):
            raise ValueError(self.nested_text())
        if self.type in STRINGS:
            return value if isinstance(json_value, str) else as_string(json_value)
        if self.type == "uuid":  # not every database reads other spellings
            return str(as_uuid(json_value))
        if self.type == "boolean":
            return self._boolean(json_value)
        if self.type in NUMBERS:
            return self._number(value, json_value)
        if self.type in DATES and isinstance(value, str) and as_datetime(value) is not None:
            return iso(value)  # SQLite does not read a lower-case z
        return self.as_stored(value)

    def as_stored(self, value: object) -> object:
        """Return a value of the server; on SQLite that is 0 where a field of dates holds the first moment of 1970."""
        return _EPOCH.get(self.type, value) if type(value) is int and value == 0 else value

    def _check_nul(self, json_value: object) -> None:
        values = () if self.keeps_nul else json_value if isinstance(json_value, list) else (json_value,)
        if any(isinstance(value, str) and "\0" in value for value in values):
            advice = "remove it, or pass encoding=... with the encoding that the file has"
            raise ValueError(f"it has the character NUL (\\0), which PostgreSQL cannot keep: {advice}")

    def _boolean(self, json_value: object) -> bool:
        word = str(json_value).strip().lower()
        if word not in _BOOLEANS:
            raise ValueError(f"{json_value!r} is not a valid boolean: true, false, 1 and 0 are")
        return _BOOLEANS[word]

    def _number(self, value: object, json_value: object) -> object:
        if isinstance(json_value, bool):
            return int(json_value)
        if self.type in INTEGERS and isinstance(value, str) and NUMBER.fullmatch(value):
            number = as_decimal(value)
            if number is not None and number == number.to_integral_value() and abs(number) < _LARGEST:
                return int(number)
        return value

    def _document(self, value: object, json_value: object, current: object) -> object:
        if isinstance(json_value, bool):
            return to_text(json_value)  # SQLite stores a bare boolean as a number
        if not isinstance(json_value, str) or json_value == current:
            return as_returned(value)
        if json_value == "":
            return None
        document = parsed(json_value)
        if document is not NO_JSON:
            return json_value if isinstance(document, (str, bool)) else as_returned(document)
        if isinstance(current, (dict, list)) or json_value.startswith(_BRACKETS) or json_value in _PYTHON_CONSTANTS:
            raise ValueError(
                f"{json_value[:80]!r} is not valid JSON, and the field holds JSON. DataFrame.to_csv() writes lists and "
                "objects in Python's spelling: write them with json.dumps()"
            )
        return to_text(json_value)  # some databases accept only JSON

    def of_document(self, value: object) -> object:
        """Return what is sent for a value of a JSON document, such as a line of NDJSON, where a string is a string."""
        if not self.is_json:
            return value
        # The server reads a string as JSON, and SQLite stores a bare boolean as a number.
        return to_text(value) if isinstance(value, (str, bool)) else as_returned(value)

    def _related_keys(self, value: object, json_value: object) -> object:
        if json_value == "":
            return None
        keys = json_list(json_value) if isinstance(json_value, str) else json_value
        if holds_mapping(keys):
            raise ValueError(self.nested_text())
        if isinstance(keys, list) and all(isinstance(key, (str, int)) and key != "" for key in keys):
            return list({key_text(key): key for key in keys}.values())
        raise ValueError(f"{value!r} is not a valid list of keys, and the field is a relation to many items")

    def nested_text(self) -> str:
        """Return why items of a related collection are refused."""
        related = repr(self.related) if self.related else "its name"
        return (
            "it holds items of a related collection, which would be created again each time. Pass keys only, and compare the "
            f"related collection with a table of its own: directus.items({related}).sync(...)"
        )

    def why_unfit(self, sent: object) -> str | None:
        """Return why a value that `to_send` returned is not a valid value of the field, or ``None``.

        SQLite stores any text in a field of numbers, and null for any text in one of timestamps. Text that is not a date is
        refused by all servers.
        """
        if sent is None:
            return None
        json_value = as_json(sent)
        if self.type in NUMBERS:  # a database returns null for one that is too large for a float
            expected, fits = "number", not isinstance(json_value, str) or NUMBER.fullmatch(json_value) is not None
            fits = fits and isfinite(float(as_decimal(json_value) or 0))
        elif self.type in ("date", "dateTime"):
            expected, fits = "date such as 2024-01-02", isinstance(json_value, str)
        elif self.type == "timestamp":
            expected, fits = "timestamp such as 2024-01-02T10:00:00Z", as_datetime(json_value) is not None
        elif self.type == "time":
            expected, fits = "time such as 22:00:00", isinstance(json_value, str) and as_time(json_value) is not None
        else:
            return None
        return None if fits else f"{str(json_value)[:80]!r} is not a valid {expected}"

    def why_invalid(self, sent: object) -> str | None:
        """Return why a value that `to_send` returned is not a valid value of the field, or ``None``.

        More than `why_unfit` finds: what only some servers refuse, with an error that names no item.
        """
        if sent is None:
            return None
        expected = None
        if self.type in INTEGERS and (number := as_decimal(sent)) is not None:
            # A server rounds numbers that have more bits.
            is_valid = number == number.to_integral_value() and -(2**63) <= number < 2**63
            expected = None if is_valid else "integer"
        elif self.type in DATES and as_datetime(sent) is None:
            expected = f"{self.type} such as 2024-01-02{'' if self.type == 'date' else 'T10:00:00'}"
        elif self.type == "time" and as_time(sent) is None:
            expected = "time such as 22:00:00"
        elif self.type == "uuid" and not isinstance(as_uuid(sent), UUID):
            expected = "UUID"
        return self.why_unfit(sent) if expected is None else f"{str(sent)[:80]!r} is not a valid {expected}"

    # --------------------------------------------------------------- comparison
    def canonical(self, value: object) -> Hashable:
        """Return the one form of a value: equal for all spellings of one value in this field."""
        if self.type in NUMBERS and (number := as_decimal(value)) is not None:
            return self._stored_number(number)
        if (
            self.type in DATES
            and (moment := as_datetime(self.as_stored(value))) is not None
            and not self._needs_server_zone(moment)
        ):
            return self._stored_moment(moment)
        json_value = as_json(value)
        if self.type == "time":
            return as_time(json_value) or key_text(json_value)
        if self.type == "uuid":
            return as_uuid(json_value)
        if self.type == "csv":
            return as_csv(json_value)
        if self.type in STRINGS:
            return as_string(json_value)
        return _BOOLEANS.get(str(json_value).strip().lower(), json_value) if self.type == "boolean" else key_text(json_value)

    def is_same(self, sent: object, current: object, *, cell: bool = False) -> bool:
        """Return whether a value that `to_send` returned equals the value of the server.

        Args:
            sent: The value.
            current: The value of the server.
            cell: Whether ``None`` is an empty cell of a table, which stands for an empty string as well.

        Raises:
            ValueError: The value is empty, and the item has a value that an empty one cannot replace; or the server has cut a
                list of keys.
        """
        if sent is None:
            return self._is_empty(current, cell)
        if current is None:
            # A masked empty string is returned as null.
            return (self.type == "alias" and sent == []) or (self.is_hidden and sent == "")
        if self.type == "alias":
            return self._has_same_keys(as_json(sent), as_json(current))
        if self.type == "boolean":
            return not isinstance(current, str) and self.canonical(sent) == current
        if self.is_json:
            # Older servers return a document as text.
            stored = read_as(current, sent) if isinstance(sent, (dict, list)) and isinstance(current, str) else current
            ours = read_as(sent, current)
            # The server reads text that a database returns as JSON a second time.
            return same_json(ours, stored) or (isinstance(ours, str) and same_json(parsed(ours), stored))
        if self.type == "unknown":  # such as bytes of PostgreSQL, which a server returns as an object
            return same_json(read_as(sent, current) if isinstance(current, (dict, list)) else as_json(sent), current)
        if self.canonical(sent) == self.canonical(current):
            return True
        # A float of Python or JavaScript has fewer digits than an integer or a decimal of the database.
        is_float = isinstance(current, (int, float)) or isinstance(sent, float)
        return self.type in NUMBERS and is_float and self.bucket(sent) == self.bucket(current)

    def bucket(self, value: object) -> Hashable:
        """Return a key for a dict of values: values that `is_same` finds equal have the same one, and few others do."""
        form = self.canonical(value)
        return float(Decimal(form)) if self.type in NUMBERS and isinstance(form, (int, Decimal)) else form

    def server_filter(self, sent: object) -> JSONMapping | None:
        """Return a filter for a value that only the server can compare with the stored one, or ``None``.

        Only the server knows its time zone: a timestamp without a zone is in it, and the server converts a dateTime that has a
        zone to it. The filter ignores what is finer than the server returns. Where only the type of the field is known, only
        the database knows whether it rounds to single precision.
        """
        if self.brief and self.type in ("float", "decimal") and (number := as_decimal(sent)) is not None:
            return None if number == number.to_integral_value() else {self.name: {"_eq": float(number)}}
        moment = as_datetime(sent) if self.type in DATES and sent is not None else None
        if moment is None or not self._needs_server_zone(moment):
            return None
        if self.type == "date":
            return {self.name: {"_eq": as_json(moment)}}
        first, step = self._stored_moment(moment), dt.timedelta(milliseconds=1 if self.type == "timestamp" else 1000)
        return {"_and": [{self.name: {"_gte": as_json(first)}}, {self.name: {"_lt": as_json(first + step)}}]}

    def is_certain(self, value: object) -> bool:
        """Return whether the type of the field is enough to tell equal values, without the server."""
        if self.type == "unknown":  # "1.5" equals "1.50" in a field of decimals, and not in one of strings
            readings = (as_datetime(value), as_time(value), as_decimal(value))
            return not any(reading is not None for reading in readings) and not isinstance(as_uuid(value), UUID)
        moment = as_datetime(value) if self.type in DATES else None
        return moment is None or not self._needs_server_zone(moment)

    def is_not_searchable(self, value: object) -> bool:
        """Return whether some servers do not find items by a value: a list, or a time with microseconds."""
        return self.type == "csv" or ((self.type == "time" or isinstance(value, dt.time)) and "." in str(value))

    def is_too_fine(self, value: object) -> bool:
        """Return whether a value is a moment with microseconds, which a server cannot look for: it asks for milliseconds."""
        moment = as_datetime(value) if self.type in ("timestamp", "dateTime", "unknown") else None
        return moment is not None and moment != to_milliseconds(moment)

    def spellings(self, value: object, *, unsure: bool = False) -> Iterable[Any]:
        """Return the values to look for: SQLite stores UUIDs and times as they were sent, and JavaScript rounds integers.

        Args:
            value: The value.
            unsure: Whether the type of the field is asked for only if the server finds another spelling.
        """
        if (self.type == "uuid" or unsure) and isinstance(uuid := as_uuid(value), UUID):
            return dict.fromkeys((str(as_json(value)), str(uuid), str(uuid).upper(), uuid.hex))
        if self.type == "time" and isinstance(value, str):
            return dict.fromkeys((value, value.removesuffix(":00") if value.count(":") == 2 else value))
        if isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER:
            return dict.fromkeys((value, int(float(value))))
        return (value,)

    def _needs_server_zone(self, moment: dt.datetime) -> bool:
        return (moment.tzinfo is None) == (self.type == "timestamp")

    def _stored_moment(self, moment: dt.datetime) -> dt.date:
        """Return a moment as the server returns it."""
        if self.type == "date":
            return moment.date()
        return moment.replace(microsecond=0) if self.type == "dateTime" else to_milliseconds(moment)

    def _stored_number(self, number: Decimal) -> float | Decimal:
        """Return a number as the database rounds it."""
        if self.type == "float":
            return single_precision(float(number)) if self.single else float(number)
        if self.type in INTEGERS and number == number.to_integral_value():
            return int(number)
        if self.scale is not None:
            try:
                return number.quantize(Decimal(1).scaleb(-self.scale), ROUND_HALF_UP)
            except InvalidOperation:
                pass
        return Decimal(format(number, "f"))

    def _has_same_keys(self, sent: list[Any], current: list[Any]) -> bool:
        ours, theirs = sorted(map(key_text, sent)), sorted(map(key_text, current))
        usual, maximum = self.cuts
        if len(theirs) >= maximum:
            raise ValueError(
                f"the item has {maximum} related items or more, and the server returns no more of their keys "
                "(QUERY_LIMIT_MAX), so that they cannot be compared. Leave the column out"
            )
        if len(ours) == usual < len(theirs) and set(ours) < set(theirs):
            raise ValueError(
                f"it has {len(ours)} of the {len(theirs)} keys of the item, and {len(ours)} is where a server cuts a list: the "
                "other items would be detached. Read all keys, with nested_limit=-1, or leave the column out"
            )
        return ours == theirs

    def _is_empty(self, current: object, cell: bool) -> bool:
        if current is None or (self.type == "alias" and current == []):
            return True
        if self.type == "alias":
            raise ValueError("it is empty, and the item has related items: write [] to detach them, or leave the column out")
        if cell and (current == "" or (current == [] and self.type == "csv")):
            return True
        if cell and isinstance(current, dict):
            # A CSV export of the server leaves the column of an object empty.
            raise ValueError(
                "it is empty, and the item has a JSON object, which a CSV export of the server writes to columns of its own: "
                "leave the column out, or write null to clear it"
            )
        return False


def _parts(value: object, json_value: object) -> object:
    if isinstance(json_value, bool):
        return as_string(json_value)  # SQLite stores a bare boolean as a number
    return json_list(json_value, True) if isinstance(json_value, str) else value


def _is_object(text: str) -> bool:
    return text.lstrip().startswith("{") and isinstance(parsed(text), dict)
