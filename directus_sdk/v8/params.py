"""The parameters of a custom endpoint, as PHP reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from directus_sdk.json_types import JSONMapping
from directus_sdk.v8.filters import value_text
from directus_sdk.wire.functions import bare
from directus_sdk.wire.iterators import repeatable


def free_params(params: JSONMapping | None) -> list[tuple[str, str]]:
    """Encode the parameters of any endpoint: lists with commas, mappings with brackets, ``True`` as ``1``.

    Nothing is checked, and ``None`` is left out. A list under a name that ends with ``[]`` is sent as a name for each value.

    Example:
        >>> free_params({"fields": ["id", "name"], "filter": {"id": {"gt": 3}}, "single": True, "page": None})
        [('fields', 'id,name'), ('filter[id][gt]', '3'), ('single', '1')]
    """
    if params is None:
        return []
    if not isinstance(params, Mapping):
        raise TypeError(f"params must be a mapping, not {type(params).__name__}")
    return [pair for name, value in params.items() for pair in _bracketed(str(bare(name)), bare(value))]


def _bracketed(name: str, value: object) -> Iterator[tuple[str, str]]:
    value = repeatable(value)
    if value is None:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _bracketed(f"{name}[{bare(key)}]", bare(inner))
    elif hasattr(value, "__iter__") and not isinstance(value, (str, bytes)):
        values = [bare(part) for part in value if part is not None]
        if any(isinstance(part, Mapping) for part in values):
            for index, part in enumerate(values):
                yield from _bracketed(f"{name}[{index}]", part)
        elif name.endswith("[]"):
            yield from ((name, value_text(part, name)) for part in values)
        else:
            yield name, ",".join(value_text(part, name) for part in values)
    else:
        yield name, value_text(value, name)
