"""Which row of an answer belongs to which item that was sent: a server answers in the order of the primary keys."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from directus_sdk.errors import OrderUnknown
from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.encoding import loads, to_text
from directus_sdk.wire.keys import key_text

Row = Any
_WHOLE = re.compile(r"-?\d+")


def by_value(sent: Sequence[JSONMapping], rows: Sequence[Row], field: str) -> list[Row | None]:
    """Return the row of each item that was sent, by the value of a field; ``None`` where there is none."""
    found = {key_text(row.get(field)): row for row in rows}
    return [found.get(key_text(item.get(field))) for item in sent]


def created(sent: Sequence[JSONMapping], rows: Sequence[Row], primary_key: str) -> list[Row]:
    """Bring the rows of a create into the order of the items that were sent.

    Items with a key are found by it. Keys that the server made are in the order of the input where they are numbers;
    else the contents tell.

    Raises:
        OrderUnknown: It cannot be told; the rows are on the server nevertheless.
    """
    if len(sent) < 2:
        return list(rows)
    if len(rows) != len(sent):  # the others may not be read
        if all(item.get(primary_key) is not None for item in sent):
            return [row for row in by_value(sent, rows, primary_key) if row is not None]
        return list(rows)
    if any(primary_key not in row for row in rows):
        return _by_content(sent, rows, primary_key)
    keyed = [index for index, item in enumerate(sent) if item.get(primary_key) is not None]
    placed = dict(zip(keyed, by_value([sent[index] for index in keyed], rows, primary_key), strict=True))
    if len(placed) == len(sent):
        if None not in placed.values():
            return [placed[index] for index in range(len(sent))]
        return _by_content(sent, rows, primary_key)  # a hook of the server made keys of its own
    taken = {key_text(row[primary_key]) for row in placed.values() if row is not None}
    rest = [row for row in rows if key_text(row[primary_key]) not in taken]
    open_places = [index for index in range(len(sent)) if index not in placed]
    if len(rest) != len(open_places):
        return _by_content(sent, rows, primary_key)
    ordered = _made_by_server([sent[index] for index in open_places], rest, primary_key)
    placed.update(zip(open_places, ordered, strict=True))
    return [placed[index] for index in range(len(sent))]


def _made_by_server(sent: Sequence[JSONMapping], rows: Sequence[Row], primary_key: str) -> list[Row]:
    if not all(_WHOLE.fullmatch(key_text(row[primary_key])) for row in rows):
        return _by_content(sent, rows, primary_key)
    ordered = sorted(rows, key=lambda row: int(key_text(row[primary_key])))
    # Numbers count up with the input unless something else than the database makes them: one field shows it.
    for field in sent[0]:
        given = [item.get(field) for item in sent]
        if all(isinstance(value, str) for value in given):
            got = [row.get(field) for row in ordered]
            if given != got and Counter(given) == Counter(map(str, got)):
                return _by_content(sent, rows, primary_key)
            break
    return ordered


def _by_content(sent: Sequence[JSONMapping], rows: Sequence[Row], primary_key: str) -> list[Row]:
    """Match by the fields that came back as they were sent."""
    common = [name for name in rows[0] if name != primary_key and all(name in item for item in sent)]
    ours: list[list[str]] = [[] for _ in sent]
    theirs: list[list[str]] = [[] for _ in rows]
    for name in common:
        given, got = [_text(item[name]) for item in sent], [_text(row.get(name)) for row in rows]
        if Counter(given) == Counter(got):
            for signature, text in zip(ours, given, strict=True):
                signature.append(text)
            for signature, text in zip(theirs, got, strict=True):
                signature.append(text)
    waiting: dict[tuple[str, ...], list[Row]] = {}
    for signature, row in zip(theirs, rows, strict=True):
        waiting.setdefault(tuple(signature), []).append(row)
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, signature in enumerate(ours):
        groups.setdefault(tuple(signature), []).append(index)
    ordered: list[Row] = [None] * len(sent)
    for key, indexes in groups.items():
        # Items that are alike in all that was sent may change places.
        alike = len(indexes) == 1 or len({_text(sent[index]) for index in indexes}) == 1
        if not alike or len(waiting.get(key, ())) != len(indexes):
            raise OrderUnknown(
                f"the server made keys for {len(sent)} items and returned them in the order of those keys, so which is "
                "which cannot be told. They are written, and stand in .result in the server's order. Pass "
                "generate_keys=True where the key is a UUID, ask for the fields that tell the items apart, or pass "
                "returning=None",
                result=list(rows),
            )
        for index, row in zip(indexes, waiting[key], strict=True):
            ordered[index] = row
    return ordered


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (dict, list)):
        return to_text(_sorted(loads(to_text(value))))
    return to_text(value)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
