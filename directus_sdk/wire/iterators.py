"""Values that can be iterated only once, such as generators, and the entries of an iterable some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from directus_sdk.wire.filter_marks import Complement

T = TypeVar("T")

#: Their types, by name.
ONCE = frozenset({"map", "filter", "zip", "generator"})
_SIMPLE = frozenset({str, int, float, bool, type(None)})


def repeatable(value: object) -> object:
    """Return a value with lists in place of its generators, which can be iterated only once."""
    if isinstance(value, Mapping):
        kind = Complement if isinstance(value, Complement) else dict
        return kind((key, repeatable(item)) for key, item in value.items())
    if (isinstance(value, (list, tuple)) or type(value).__name__ in ONCE) and isinstance(value, Iterable):
        return [item if type(item) in _SIMPLE else repeatable(item) for item in value]
    return value


def batched(entries: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the entries in lists of at most `size`, as `itertools.batched` of newer Pythons does in tuples."""
    source = iter(entries)
    while some := list(islice(source, size)):
        yield some
