"""Which row of a response belongs to which item of the request: a server returns them in the order of the primary keys."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence

from directus_sdk.errors import OrderUnknown
from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.value_forms import as_json

_WHOLE = re.compile(r"-?\d+")


def by_value(sent: Sequence[JSONMapping], rows: Sequence[JSONMapping], field: str) -> list[JSONMapping | None]:
    """Return the row of each item that was sent, by the value of a field; ``None`` where it has no row."""
    by_key = {key_text(row.get(field)): row for row in rows}
    return [by_key.get(key_text(item.get(field))) for item in sent]


def created(sent: Sequence[JSONMapping], rows: Sequence[JSONMapping], primary_key: str) -> list[JSONMapping]:
    """Return the rows of a create in the order of the items that were sent.

    Items with a key are found by it. Keys that the server generated are in the order of the input if they are numbers;
    otherwise the rows are matched by their content.

    Raises:
        OrderUnknown: The order cannot be determined; the rows are on the server nevertheless.
    """
    if len(sent) < 2:
        return list(rows)
    if len(rows) != len(sent):  # the user may not read the others
        if all(item.get(primary_key) is not None for item in sent):
            return [row for row in by_value(sent, rows, primary_key) if row is not None]
        return list(rows)
    if any(primary_key not in row for row in rows):
        return _by_content(sent, rows, primary_key)
    keys = [None if item.get(primary_key) is None else key_text(item[primary_key]) for item in sent]
    by_key = {key_text(row[primary_key]): row for row in rows}
    placed = {index: by_key[key] for index, key in enumerate(keys) if key in by_key}
    sent_keys = set(keys)
    rest = [row for key, row in by_key.items() if key not in sent_keys]
    generated = [index for index, key in enumerate(keys) if key is None]
    if len(rest) != len(generated):  # a hook of the server generated other keys
        return _by_content(sent, rows, primary_key)
    if generated:
        ordered = _by_generated_keys([sent[index] for index in generated], rest, primary_key)
        placed.update(zip(generated, ordered, strict=True))
    return [placed[index] for index in range(len(sent))]


def _by_generated_keys(sent: Sequence[JSONMapping], rows: Sequence[JSONMapping], primary_key: str) -> list[JSONMapping]:
    if not all(_WHOLE.fullmatch(key_text(row[primary_key])) for row in rows):
        return _by_content(sent, rows, primary_key)
    ordered = sorted(rows, key=lambda row: int(key_text(row[primary_key])))
    # Numbers increase with the input unless something other than the database generates them, which one field shows.
    for field in sent[0]:
        sent_values = [item.get(field) for item in sent]
        if all(isinstance(value, str) for value in sent_values):
            returned = [row.get(field) for row in ordered]
            if sent_values != returned and Counter(sent_values) == Counter(map(str, returned)):
                return _by_content(sent, rows, primary_key)
            break
    return ordered


def _by_content(sent: Sequence[JSONMapping], rows: Sequence[JSONMapping], primary_key: str) -> list[JSONMapping]:
    """Match by the fields that were returned as they were sent."""
    names = [name for name in rows[0] if name != primary_key and all(name in item for item in sent)]
    columns = [([_json(item[name]) for item in sent], [_json(row.get(name)) for row in rows]) for name in names]
    columns = [(sent_values, returned) for sent_values, returned in columns if Counter(sent_values) == Counter(returned)]
    groups: dict[tuple[str, ...], tuple[list[int], list[JSONMapping]]] = {}
    for index, row in enumerate(rows):
        groups.setdefault(tuple(sent_values[index] for sent_values, _ in columns), ([], []))[0].append(index)
        groups.setdefault(tuple(returned[index] for _, returned in columns), ([], []))[1].append(row)
    ordered: dict[int, JSONMapping] = {}
    for indexes, group in groups.values():
        # Items that are equal in all fields may change places.
        equal = len(indexes) == 1 or len({_json(sent[index]) for index in indexes}) == 1
        if not equal or len(group) != len(indexes):
            raise OrderUnknown(
                f"the server generated keys for {len(sent)} items and returned them in the order of those keys, so "
                "which is which is unknown. They are written, and are in .result in the server's order. Pass "
                "generate_keys=True if the key is a UUID, request the fields that distinguish the items, or pass "
                "returning=None",
                result=list(rows),
            )
        ordered.update(zip(indexes, group, strict=True))
    return [ordered[index] for index in range(len(sent))]


def _json(value: object) -> str:
    """Return the JSON of a value, in which 1.0 is 1 and the order of an object's fields does not matter."""
    return json.dumps(as_json(int(value) if isinstance(value, float) and value.is_integer() else value), sort_keys=True)
