"""The checks that keep a malformed filter from matching every item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sized
from typing import Protocol, TypeGuard

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire.filter_marks import NOTHING, FilterExpression
from directus_sdk.wire.functions import bare, check_functions, closest

_LISTS = frozenset({"_in", "_nin"})
_PAIRS = frozenset({"_between", "_nbetween"})
_LOGICAL = frozenset({"_and", "_or"})
_RELATIONAL = frozenset({"_some", "_none"})
_FLAGS = frozenset({"_null", "_nnull", "_empty", "_nempty"})
_SHAPES = frozenset({"_intersects", "_nintersects", "_intersects_bbox", "_nintersects_bbox"})
_PARTS_OF_TEXT = ("contains", "starts_with", "ends_with")
_VALUES = frozenset(
    {"_eq", "_neq", "_ieq", "_nieq", "_lt", "_lte", "_gt", "_gte", "_regex"}
    | {f"_{form}{name}" for form in ("", "n", "i", "ni") for name in _PARTS_OF_TEXT}
)
#: Strings that servers read as no value.
_NULLS = frozenset({"null", "NULL"})
#: Strings that a server reads as a boolean, as no value, or as a variable.
_WORD = re.compile(r"(true|false|null|NULL|\$(NOW|CURRENT_).*)\Z", re.DOTALL)
_PLAIN = frozenset({int, float, bool})
#: Only these compare with ``None``.
_TAKE_NONE = frozenset({"_eq", "_neq"})
#: The operators under a path of ``_json``; any other makes the rule match everything.
_OF_A_PATH = _LISTS | _PAIRS | _FLAGS | _VALUES - {"_regex"}
OPERATORS = _LISTS | _PAIRS | _LOGICAL | _RELATIONAL | _FLAGS | _SHAPES | _VALUES | {"_json"}
#: Those of programming languages, which cannot be names of fields.
_SYMBOLS: Mapping[str, str] = {
    "=": "_eq", "==": "_eq", "!=": "_neq", "<>": "_neq", "<": "_lt", "<=": "_lte", ">": "_gt", ">=": "_gte", "%": "_contains",
}  # fmt: skip
#: Operators of SQL, of Django and of other APIs, without underscores.
_OTHER_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("equals", "equal", "eq", "is", "exact"), "_eq"),
    **dict.fromkeys(("not", "ne", "isnot", "notequal", "notequals", "notequalto"), "_neq"),
    **dict.fromkeys(("like", "contain", "includes", "has"), "_contains"),
    **dict.fromkeys(("ilike",), "_icontains"),
    **dict.fromkeys(("notlike", "notcontains", "excludes"), "_ncontains"),
    **dict.fromkeys(("iexact",), "_ieq"),
    **dict.fromkeys(("notin", "notoneof"), "_nin"),
    **dict.fromkeys(("oneof", "anyof", "inlist"), "_in"),
    **dict.fromkeys(("isnull",), "_null"),
    **dict.fromkeys(("notnull", "isnotnull", "exists"), "_nnull"),
    **dict.fromkeys(("greater", "greaterthan", "after", "more"), "_gt"),
    **dict.fromkeys(("less", "lessthan", "before", "lower"), "_lt"),
    **dict.fromkeys(("ge", "greaterthanorequal", "greaterorequal", "min", "from", "since"), "_gte"),
    **dict.fromkeys(("le", "lessthanorequal", "lessorequal", "max", "to", "until"), "_lte"),
    **dict.fromkeys(("range",), "_between"),
    **dict.fromkeys(("beginswith", "prefix"), "_starts_with"),
    **dict.fromkeys(("suffix",), "_ends_with"),
    **dict.fromkeys(("match", "matches", "regexp"), "_regex"),
    **dict.fromkeys(("isempty", "blank"), "_empty"),
    **dict.fromkeys(("any",), "_some"),
}


#: Those that are refused under a field, with a value: version 9 would match every item. Others may be names of fields.
_BARE: Mapping[str, str] = {
    **{name.replace("_", ""): name for name in OPERATORS - {"_json", "_regex"}},
    **{
        name: _OTHER_NAMES[name]
        for name in (
            "equals",
            "notequals",
            "like",
            "ilike",
            "notlike",
            "notin",
            "isnull",
            "notnull",
            "beginswith",
            "greaterthan",
        )
    },
    "lessthan": "_lt",
}


class _Values(Sized, Iterable[object], Protocol):
    """What an operator compares with, where it takes more than one value."""


def check_filter(rule: object, place: str = "filter", *, known_only: bool = False) -> JSONMapping:
    """Refuse a filter that the server would drop or read as "everything".

    An operator that no server has is refused: a server ignores it. At the top a name with an underscore may be that of a
    field, if a rule is under it.

    Args:
        rule: The filter.
        place: Its path, for the error.
        known_only: Refuse such names too, for filters that decide what is changed or deleted.

    Returns:
        The filter as it is, but for ``"true"`` and ``"false"`` where an operator takes a boolean: version 9 misreads them.

    Raises:
        TypeError: It, or a part of it, has the wrong type, or an operator is unknown.
        ValueError: A part of it is empty or malformed: ``{"_or": []}``, an operator under no field, ``{"title": {}}``, an
            empty ``_in``, a ``_between`` without two values, a comparison with ``None`` other than ``_eq`` and ``_neq``, or
            with the string ``"null"``, which a server reads as null, or a ``_some`` or ``_none`` with more than one
            condition. A server ignores these and returns, changes or deletes every item.

    Example:
        >>> check_filter({"price": {"_between": [1, 5]}})
        {'price': {'_between': [1, 5]}}
        >>> check_filter({"price": {"_between": [1]}})
        Traceback (most recent call last):
        ...
        ValueError: filter.price._between needs exactly two values, not 1; the server would ignore it and match every item
    """
    if isinstance(rule, FilterExpression):
        rule = NOTHING if rule.matches_nothing else rule.to_dict()
    if rule is NOTHING:
        return NOTHING
    check = _Check(known_only)
    checked = check.rule(rule, place, related=False)
    return _with_booleans(checked) if check.has_string_flags else checked


def is_word(value: object) -> TypeGuard[str]:
    """Return whether a server reads a string in a filter as something else.

    Example:
        >>> is_word("null"), is_word("$NOW(-1 day)"), is_word("Null"), is_word(None)
        (True, True, False, False)
    """
    return isinstance(value, str) and _WORD.match(value) is not None


def unknown_operator(name: str, place: str) -> str:
    """Return the message about an operator that is not known."""
    meant = _SYMBOLS.get(name) or _meant(name)
    return f"unknown operator {name} in {place}{f'; did you mean {meant}?' if meant else ', which no server has'}"


def _meant(name: str, cutoff: float = 0.6) -> str | None:
    plain = name.strip("_$").lower().replace("_", "")
    return _OTHER_NAMES.get(plain) or closest(name, sorted(OPERATORS), cutoff)


class _Check:
    """The check of one filter. `related` is whether a rule is under a field."""

    def __init__(self, known_only: bool) -> None:
        self._known_only = known_only
        #: Whether ``"true"`` or ``"false"`` is where a boolean belongs.
        self.has_string_flags = False

    def rule(self, rule: object, place: str, *, related: bool) -> JSONMapping:
        if not isinstance(rule, Mapping):
            raise TypeError(f"{place} must be a mapping such as {{'status': {{'_eq': 'published'}}}}, not {_kind(rule)}")
        for key, value in rule.items():
            name = bare(key)
            if not isinstance(name, str):
                raise TypeError(f"{place} has a key of type {type(name).__name__}; the names of fields are strings")
            if not name:
                raise ValueError(f"{place} has an empty name; a server may ignore it and match every item")
            if name.startswith(("_", "$")) and self._is_operator(name, bare(value), place, related=related):
                self._operator(name, bare(value), f"{place}.{name}", related=related)
            else:
                check_functions(name, place)
                if self._known_only and name.endswith(")"):
                    _refuse_pair(bare(value), f"{place}.{name}")
                _check_name(name, bare(value), place, related=related)
                self._field(bare(value), f"{place}.{name}")
        return rule

    def _is_operator(self, name: str, value: object, place: str, *, related: bool) -> bool:
        if name in OPERATORS:
            return True
        if name.startswith("$"):
            if name.lstrip("$").isalpha() and name.islower():  # $FOLLOW(...) is a field
                raise TypeError(unknown_operator(name, place))
            return False
        if related or not isinstance(value, Mapping) or self._known_only or _meant(name, 0.8):
            if name == "_not" and isinstance(value, Mapping):
                raise TypeError(
                    f"unknown operator _not in {place}: no server negates a filter; write the opposite of each operator, such "
                    f"as _neq, _nin, _nnull and _none"
                )
            raise TypeError(unknown_operator(name, place))
        return False

    def _part(self, part: object, place: str, *, related: bool) -> None:
        if isinstance(part, Mapping) and len(part) == 0:
            raise ValueError(f"{place} is empty; the server would ignore it and match every item")
        self.rule(part, place, related=related)

    def _field(self, value: object, place: str) -> None:
        if isinstance(value, Mapping):
            self._part(value, place, related=True)
        elif value is None:
            raise ValueError(f"{place} is None; to find items without a value write {{'_null': True}}")
        elif hasattr(value, "__iter__") and not isinstance(value, str):
            of_rules = isinstance(value, (list, tuple)) and any(isinstance(part, Mapping) for part in value)
            instead = "filters write {'_or': [...]}, for all {'_and': [...]}" if of_rules else "values write {'_in': [...]}"
            raise TypeError(
                f"{place} is a {type(value).__name__}, which a server may ignore and match every item; for one of several "
                f"{instead}"
            )
        else:
            _refuse_null(value, place)

    def _operator(self, name: str, value: object, place: str, *, related: bool) -> None:
        if name in _LOGICAL:
            for index, part in enumerate(_values(value, place)):
                self._part(part, f"{place}[{index}]", related=related)
        elif not related:
            field = "tags" if name in _RELATIONAL else "status"
            raise ValueError(
                f"{place} is not under a field; the server would ignore it and match every item: "
                f"write {{'{field}': {{'{name}': …}}}}"
            )
        elif name in _LISTS:
            _check_list(_values(value, place), place)
        elif name in _PAIRS:
            _check_pair(_values(value, place), place)
        elif name in _RELATIONAL:
            self._part(value, place, related=True)
            _refuse_several(value, place)
        elif name in _FLAGS:
            _check_flag(value, place)
            self.has_string_flags |= isinstance(value, str)
        elif name == "_json":
            self._paths(value, place)
        else:
            self._any(value, place, takes_none=name in _TAKE_NONE, free=name in _SHAPES)

    def _paths(self, rule: object, place: str) -> None:
        """Check the value of ``_json``: one comparison for each path within the field."""
        if not isinstance(rule, Mapping):
            raise TypeError(f"{place} must be a mapping such as {{'color': {{'_eq': 'red'}}}}, not {type(rule).__name__}")
        if not rule:
            raise ValueError(f"{place} is empty; the server would ignore it and match every item")
        for key, value in rule.items():
            path = bare(key)
            here = f"{place}.{path}"
            if path in _LOGICAL:
                for index, part in enumerate(_values(value, here)):
                    self._paths(part, f"{here}[{index}]")
            elif not isinstance(path, str) or not path or path in OPERATORS:
                raise ValueError(f"{here}: in _json an operator must be under a path: {{'color': {{'_eq': 'red'}}}}")
            elif not isinstance(value, Mapping):
                raise TypeError(f"{here} must be a mapping such as {{'_eq': 'red'}}, not {type(value).__name__}")
            else:
                self._comparison(value, here, path)

    def _comparison(self, rule: JSONMapping, place: str, path: str) -> None:
        if len(rule) != 1:
            raise ValueError(
                f"{place} must hold one comparison, since the server reads only the first; for more write "
                f"{{'_and': [{{'{path}': …}}, {{'{path}': …}}]}} in _json"
            )
        ((key, value),) = rule.items()
        name = str(bare(key))
        if name not in _OF_A_PATH:
            reason = f"{name} cannot stand in {place}" if name in OPERATORS else unknown_operator(name, place)
            raise TypeError(
                f"{reason}. The server would ignore it and match every item; a path in _json has dots: 'size.width'"
            )
        self._operator(name, bare(value), f"{place}.{name}", related=True)

    def _any(self, value: object, place: str, *, takes_none: bool, free: bool) -> None:
        """Check an operator by its value."""
        if value is None:
            if not takes_none:
                raise ValueError(
                    f"{place} is None, which a server may read as 0 or as everything; leave it out, or write {{'_null': True}}"
                )
        elif isinstance(value, Mapping):
            if not value or not free:
                self._part(value, place, related=True)
        elif hasattr(value, "__iter__") and not isinstance(value, str):
            values = _values(value, place)
            _check_list(values, place)
            for index, part in enumerate(values):
                if isinstance(part, Mapping):
                    self._part(part, f"{place}[{index}]", related=True)
        else:
            _refuse_null(value, place)


def _kind(rule: object) -> str:
    """Return the type of what should be a filter, and what to write instead."""
    name = type(rule).__name__
    if isinstance(rule, (list, tuple)) and rule and all(isinstance(part, Mapping) for part in rule):
        return f"{name}; for all of several filters write {{'_and': [...]}}, for one of them {{'_or': [...]}}"
    if isinstance(rule, (list, tuple)) and len(rule) == 3 and isinstance(rule[1], str) and rule[1] in _SYMBOLS:
        return f"{name}; write {{{rule[0]!r}: {{'{_SYMBOLS[rule[1]]}': …}}}}"
    if isinstance(rule, (str, bytes)) and rule[:1] in ("{", b"{"):
        return f"{name}; for JSON pass json.loads(...)"
    return name


def _check_name(name: str, value: object, place: str, *, related: bool) -> None:
    """Refuse what is not the name of a field but looks like one: version 9 would match every item, or fail."""
    if name in _SYMBOLS:
        raise TypeError(unknown_operator(name, place))
    if related and not isinstance(value, Mapping) and (meant := _BARE.get(name.lower().replace("_", ""))):
        raise TypeError(
            f"unknown operator {name} in {place}; did you mean {meant}? For a field of a related item write "
            f"{{{name!r}: {{'_eq': …}}}}"
        )
    if "." in name and "(" not in name:
        first, _, rest = name.partition(".")
        raise ValueError(f"{place} has the name {name!r}: a field of a related item is written {{{first!r}: {{{rest!r}: …}}}}")


def _refuse_several(value: object, place: str) -> None:
    if not _is_one_condition(value):
        raise ValueError(
            f"{place} must hold one condition on one field; with more, servers of version 11 and later match every "
            f"item. Without _some, {{'tags': {{'name': …, 'rank': …}}}} finds items of which one tag meets all"
        )


def _refuse_pair(value: object, place: str) -> None:
    """Refuse the comparison of a function with a pair of values, which version 9 reads as "every item"."""
    if isinstance(value, Mapping) and not _PAIRS.isdisjoint(value):
        raise ValueError(
            f"{place} has _between or _nbetween, which version 9 would ignore for a function and match every item: write "
            f"{{'_gte': …, '_lte': …}}, or _lt and _gt in an _or"
        )


def _refuse_null(value: object, place: str) -> None:
    if isinstance(value, str) and value in _NULLS:
        raise ValueError(
            f"{place} is the string {value!r}, which a server reads as no value: to find items without a value write "
            f"{{'_null': True}}, and {{'_nnull': True}} for those with one; for this very string write "
            f"{{'_starts_with': {value[:3]!r}}} and compare what is returned"
        )


def _check_flag(value: object, place: str) -> None:
    # The name is that of Python's type and of NumPy's.
    if type(value).__name__ not in ("bool", "bool_") and not (isinstance(value, str) and value in ("true", "false")):
        raise ValueError(f"{place} must be True or False, not {value!r}, which a server may read as true")


def _with_booleans(rule: JSONMapping) -> JSONObject:
    return {
        name: value == "true" if bare(name) in _FLAGS and isinstance(value, str) else _parts_with_booleans(value)
        for name, value in rule.items()
    }


def _parts_with_booleans(value: object) -> object:
    if isinstance(value, Mapping):
        return _with_booleans(value)
    return [_parts_with_booleans(part) for part in value] if isinstance(value, (list, tuple)) else value


def _check_pair(values: _Values, place: str) -> None:
    if len(values) != 2:
        raise ValueError(
            f"{place} needs exactly two values, not {len(values)}; the server would ignore it and match every item"
        )
    _check_list(values, place)


def _check_list(values: Iterable[object], place: str) -> None:
    for value in values:
        kind = type(value)
        if kind in _PLAIN or (kind is str and value not in _NULLS):  # most of thousands of values
            continue
        if value is None:
            raise ValueError(
                f"{place} contains None, which a server may read as 0; for items without a value write {{'_null': True}}"
            )
        _refuse_null(bare(value), place)


def _is_one_condition(rule: object) -> bool:
    """Tell whether a rule is one comparison of one field; versions 11 and 12 read several as "everything"."""
    if not isinstance(rule, Mapping):
        return True
    if len(rule) != 1:
        return False
    ((name, value),) = rule.items()
    if name.startswith("_"):
        return name not in _LOGICAL and name not in _RELATIONAL
    return _is_one_condition(value)


def _values(value: object, place: str) -> _Values:
    if isinstance(value, str) and value:
        return value.split(",")
    if isinstance(value, (str, Mapping)) or not isinstance(value, Sized) or not isinstance(value, Iterable):
        raise TypeError(f"{place} must be a list, not {type(value).__name__}")
    if len(value) == 0:
        raise ValueError(f"{place} is empty; the server would refuse it, or ignore it and match every item")
    return value
