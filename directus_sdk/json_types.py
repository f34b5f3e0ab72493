"""Names for the types of JSON objects, which are most of what a call takes and returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: A JSON object that is read: an item, a query, a payload.
JSONMapping = Mapping[str, Any]

#: A JSON object of one's own.
JSONObject = dict[str, Any]
