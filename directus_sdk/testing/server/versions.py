"""Which versions of a server a test is for."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Number = tuple[int, ...]

_CLAUSE = re.compile(r"(>=|<=|==|!=|>|<)?\s*(\d+(?:\.\d+)*)")
_COMPARISONS: dict[str, Callable[[Number, Number], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


def matches(spec: str, version: str) -> bool:
    """Returns whether a version satisfies all clauses of a spec.

    As many parts of the version are compared as the clause has, so `<=10` holds for 10.13.4 and `>10` does not.

    Args:
        spec: Clauses separated by commas, such as `">=11"`, `">=10.6,<12"`, `"!=11.2"`; a bare number means `==`.
        version: The version of the server, such as `"11.17.4"`.

    Raises:
        ValueError: One of the two cannot be read.

    Example:
        >>> matches(">=11,<12", "11.17.4")
        True
        >>> matches("<=10", "11.17.4")
        False
    """
    number = re.match(r"\d+(?:\.\d+)*", version)
    if number is None:
        raise ValueError(f"not a version: {version!r}")
    actual = _number(number.group())
    return all(_holds(clause.strip(), actual, spec) for clause in spec.split(","))


def _holds(clause: str, actual: Number, spec: str) -> bool:
    parts = _CLAUSE.fullmatch(clause)
    if parts is None:
        raise ValueError(f"a version spec looks like '>=11' or '>=10.6,<12': {spec!r}")
    wanted = _number(parts.group(2))
    padded = actual + (0,) * (len(wanted) - len(actual))
    return _COMPARISONS[parts.group(1) or "=="](padded[: len(wanted)], wanted)


def _number(version: str) -> Number:
    return tuple(int(part) for part in version.split("."))
