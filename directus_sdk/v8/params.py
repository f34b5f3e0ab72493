"""The parameters of a custom endpoint, as PHP reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.encoding import loads, to_text


def free_params(params: JSONMapping | None) -> list[tuple[str, str]]:
    """Encode the parameters of a custom endpoint; nothing of them is checked.

    Example:
        >>> free_params({"fields": ["id", "name"], "filter": {"id": {"gt": 3}}, "single": True, "page": None})
        [('fields', 'id,name'), ('filter[id][gt]', '3'), ('single', '1')]
    """
    if params is None:
        return []
    if not isinstance(params, Mapping):
        raise TypeError(f"params must be a mapping, not {type(params).__name__}")
    return [pair for name, value in params.items() for pair in _pairs(str(name), value)]


def _pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _pairs(f"{name}[{key}]", inner)
    elif isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        yield name, ",".join(_string(part) for part in value)
    elif value is not None:
        yield name, _string(value)


def _string(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str):
        return value
    text = to_text(value)
    # A date or a UUID is a JSON string in quotes; a URL has it without them.
    return str(loads(text)) if text.startswith('"') else text
