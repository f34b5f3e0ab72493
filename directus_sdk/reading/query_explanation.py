"""What a query means, in English, and the request that it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.displayed import Displayed
from directus_sdk.json_types import JSONMapping
from directus_sdk.redaction import redact
from directus_sdk.redaction.trace import Trace
from directus_sdk.wire.encoding import dumps, loads, to_text
from directus_sdk.wire.query import NormalizedQuery

if TYPE_CHECKING:
    from directus_sdk.display.card import Card

_VERBS = {
    "_eq": "is", "_neq": "is not", "_ieq": "is, in any case,", "_nieq": "is not, in any case,",
    "_lt": "is less than", "_lte": "is at most", "_gt": "is greater than", "_gte": "is at least",
    "_contains": "contains", "_ncontains": "does not contain",
    "_icontains": "contains, in any case,", "_nicontains": "does not contain, in any case,",
    "_starts_with": "begins with", "_nstarts_with": "does not begin with",
    "_istarts_with": "begins, in any case, with", "_nistarts_with": "does not begin, in any case, with",
    "_ends_with": "ends with", "_nends_with": "does not end with",
    "_iends_with": "ends, in any case, with", "_niends_with": "does not end, in any case, with",
    "_regex": "matches", "_intersects": "intersects", "_nintersects": "does not intersect",
    "_intersects_bbox": "intersects the bounding box of", "_nintersects_bbox": "does not intersect the bounding box of",
}  # fmt: skip
#: Operators whose value is true or false: what they say then.
_FLAGS = {
    "_null": ("has no value", "has a value"),
    "_nnull": ("has a value", "has no value"),
    "_empty": ("is empty", "is not empty"),
    "_nempty": ("is not empty", "is empty"),
}
_FUNCTION = r"(\w+)\((.*)\)"


@attrs.frozen
class QueryExplanation(Displayed):
    """What a query means; `print` shows all of it. Nothing was sent.

    Attributes:
        sentence: The query in English.
        filter: The filter as it is sent, a JSON string; ``""`` without one.
        request: The request, or ``None`` where none is sent because no item can match.
    """

    sentence: str
    filter: str
    request: Trace | None

    def to_curl(self) -> str:
        """Return the request as a curl command with its secrets masked; ``""`` where none is sent."""
        return self.request.to_curl() if self.request is not None else ""

    def _card(self) -> Card:
        from directus_sdk.display import Card

        return Card(self.sentence, facts={"filter": self.filter}, lines=[self.to_curl() or "Nothing is sent."])

    def __str__(self) -> str:
        lines = [self.sentence, f"filter: {self.filter}" if self.filter else "", self.to_curl() or "Nothing is sent."]
        return "\n".join(line for line in lines if line)


def explain(pipeline: Pipeline, collection: str, path: str, query: NormalizedQuery) -> QueryExplanation:
    """Explain a query; see ``directus.items(...).explain_query``."""
    if query.matches_nothing:
        return QueryExplanation(f"No item of {collection}: no item can match the filter.", "", None)
    masked: JSONMapping = redact.value(loads(to_text(query)))
    text = to_text(masked["filter"]) if "filter" in masked else ""
    return QueryExplanation(_sentence(collection, masked), text, _request(pipeline, path, query))


def _request(pipeline: Pipeline, path: str, query: NormalizedQuery) -> Trace:
    encoded = query.encode()
    if pipeline.is_long(path, encoded):
        body = dumps(query.search_body())
        request = pipeline.request("SEARCH", path, (), {"Content-Type": "application/json"}, body)
    else:
        request = pipeline.request("GET", path, tuple(encoded.items()), {})
    return pipeline.auth.illustrate(request).trace()


# ------------------------------------------------------------------- English
def _sentence(collection: str, query: JSONMapping) -> str:
    parts = [_subject(collection, query)]
    if "filter" in query:
        parts.append(f"where {_rule((), query['filter'])}")
    if "search" in query:
        parts.append(f"{'and ' if 'filter' in query else ''}whose text fields contain {query['search']!r}")
    if "sort" in query:
        parts.append("sorted by " + " and then by ".join(map(_order, query["sort"])))
    limit = query.get("limit")
    if limit is not None:
        parts.append("all that the server returns at once" if limit == -1 else f"at most {limit}")
    if "offset" in query or "page" in query:
        parts.append(f"after the first {query['offset']}" if "offset" in query else f"page {query['page']}")
    if "fields" in query and not query.keys() & {"aggregate", "groupBy"}:
        parts.append(f"with the fields {_names(query['fields'])}")
    first, second, *rest = [*parts, ""]
    if not second:
        return f"{first}."
    joined = f"{first} {second}" if second.startswith(("where", "whose")) else f"{first}, {second}"
    return f"{', '.join(part for part in (joined, *rest) if part)}."


def _subject(collection: str, query: JSONMapping) -> str:
    groups = f" for each {_names(query['groupBy'])}" if "groupBy" in query else ""
    if "aggregate" not in query:
        return f"One group{groups} of {collection}" if groups else f"Items of {collection}"
    functions = [f"{name} of {_names(fields)}" for name, fields in query["aggregate"].items()]
    return f"{_listed(functions)}{groups} of {collection}"


def _order(name: str) -> str:
    return f"{_field((name[1:],))}, the greatest first" if name.startswith("-") else f"{_field((name,))}, the least first"


def _rule(path: tuple[str, ...], rule: object, *, inside: bool = False) -> str:
    """Return a filter, or what it has under a path, in English; with parentheses where it is joined with others."""
    if not isinstance(rule, Mapping):
        return f"{_field(path)} is {_value(rule)}"
    parts = [_part(path, name, value, alone=len(rule) == 1 and not inside) for name, value in rule.items()]
    text = " and ".join(parts)
    return f"({text})" if inside and len(parts) > 1 else text


def _part(path: tuple[str, ...], name: str, value: object, *, alone: bool) -> str:
    if name in ("_and", "_or") and isinstance(value, Sequence):
        text = f" {name[1:]} ".join(_rule(path, part, inside=True) for part in value)
        return text if alone or len(value) == 1 else f"({text})"
    if name in ("_some", "_none"):
        quantity = "at least one" if name == "_some" else "none"
        return f"for {quantity} of {_field(path)}, {_rule((), value, inside=True)}"
    if name == "_json" and isinstance(value, Mapping):
        return " and ".join(_rule((*path, key), part, inside=True) for key, part in value.items())
    if name in _FLAGS:
        return f"{_field(path)} {_FLAGS[name][value in (False, 'false')]}"
    if name in ("_eq", "_neq") and value is None:
        return f"{_field(path)} {_FLAGS['_null'][name == '_neq']}"
    if name in ("_in", "_nin"):
        return f"{_field(path)} is {'not ' if name == '_nin' else ''}one of {_values(value)}"
    if name in ("_between", "_nbetween"):
        return f"{_field(path)} is {'not ' if name == '_nbetween' else ''}between {_values(value)}"
    if name in _VERBS:
        return f"{_field(path)} {_VERBS[name]} {_value(value)}"
    return _rule((*path, name), value, inside=not alone)


def _field(path: tuple[str, ...]) -> str:
    *relations, last = path
    match = re.fullmatch(_FUNCTION, last)
    if match is None:
        return ".".join(path)
    inner = ".".join((*relations, match[2]))
    return f"the number of {inner}" if match[1] == "count" else f"the {match[1]} of {inner}"


def _value(value: object) -> str:
    if isinstance(value, str) and value.startswith("$"):
        return value
    return to_text(value)


def _names(names: object) -> str:
    return names if isinstance(names, str) else _listed(list(names)) if isinstance(names, Sequence) else ""


def _values(values: object) -> str:
    return _listed([_value(value) for value in values]) if isinstance(values, (list, tuple)) else _value(values)


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
