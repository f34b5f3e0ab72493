"""Names for the types of JSON objects, which are most of what a call takes and returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

#: A JSON object that is read: an item, a query, a payload.
JSONMapping = Mapping[str, Any]

#: A JSON object of one's own.
JSONObject = dict[str, Any]

#: ``T | MaybeNone`` is a result that is ``None`` only where a permission hides the fields, or where the response is empty.
#: Almost every caller has a T, so that a check for ``None`` would be noise: type checkers know the attributes of T and do not
#: require that check. The standard library's stubs do the same.
MaybeNone: TypeAlias = Any
