"""Values that the server computes: the current time, the current user, the current role."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import Enum

from directus_sdk.wire.filters import is_word

_OFFSET = r"[+-]?\s*\d+\s*(years?|yrs?|y|months?|mth|mo|weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s|ms)"


class Dynamic(str):
    """A value that the server replaces, such as ``$NOW``; it is sent as this string."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), str(self))


class Now(Dynamic):
    """The time at which the server handles the request, or a moment before or after it.

    Args:
        offset: How much earlier or later, in ``years``, ``months``, ``weeks``, ``days``, ``hours``, ``minutes`` or
            ``seconds``: ``"-1 day"``, ``"+2 hours"``.

    Raises:
        ValueError: The offset is not a number and a unit.

    Example:
        >>> F.date_created > Now("-1 day")
        {"date_created":{"_gt":"$NOW(-1 day)"}}
    """

    __slots__ = ()

    def __new__(cls, offset: str = "") -> Now:
        """Check the offset."""
        if not isinstance(offset, str):
            raise TypeError(f"the offset must be a string such as '-1 day', not {type(offset).__name__}")
        if offset and not re.fullmatch(_OFFSET, offset.strip()):
            raise ValueError(f"{offset!r} must be a number and a unit, such as '-1 day' or '+2 hours'")
        return super().__new__(cls, f"$NOW({offset.strip()})" if offset else "$NOW")


def _restored(kind: type[Dynamic], text: str) -> Dynamic:
    return str.__new__(kind, text)


class _CurrentItem(Dynamic):
    __slots__ = ()

    def field(self, path: str) -> Dynamic:
        """Return the value of a field of the user or the role.

        Args:
            path: The field, or a path such as ``"role.name"``. Servers accept it in permissions, and not in every query.

        Example:
            >>> F.region == CurrentUser.field("region")
            {"region":{"_eq":"$CURRENT_USER.region"}}
        """
        if not re.fullmatch(r"\w+(\.\w+)*", path):
            raise ValueError(f"{path!r} must be the name of a field, or names with dots")
        return Dynamic(f"{self}.{path}")


#: The user whose token the request has: ``F.owner == CurrentUser``.
CurrentUser = _CurrentItem("$CURRENT_USER")
#: The role of that user.
CurrentRole = _CurrentItem("$CURRENT_ROLE")


def operand(value: object, place: str) -> object:
    """Return a value to compare with.

    Raises:
        TypeError: It is not a single value.
        ValueError: It is a string that the server reads as something else, or a date with the year 0.
    """
    if isinstance(value, Dynamic):
        return value
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        if is_word(value):
            raise ValueError(
                f"{place} is compared with the string {value!r}, which the server reads as {_meaning(value)}. "
                f"For this very string compare its beginning, .starts_with({value[:3]!r}), and check what is returned"
            )
    elif hasattr(value, "_path"):
        raise TypeError(f"{place} is compared with another field, which the server cannot do: read both and compare in Python")
    elif value is None:
        raise ValueError(f"{place} is compared with None: write .is_null() or .is_not_null()")
    elif hasattr(value, "to_dict") or (hasattr(value, "__iter__") and not isinstance(value, (str, date, datetime))):
        raise TypeError(
            f"{place} is compared with a value of type {type(value).__name__}; for one of several values write .in_([...])"
        )
    return value


def _meaning(word: str) -> str:
    if word in ("true", "false"):
        return f"the boolean: write {word.capitalize()} for it"
    if word in ("null", "NULL"):
        return "no value: write .is_null() for it"
    return "the value of a variable: write Now(...), CurrentUser or CurrentRole for it"
