"""What a subscription yields."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

import attrs

from directus_sdk.errors import DirectusError
from directus_sdk.json_types import JSONMapping

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class RealtimeEvent(Generic[T]):
    """One thing that a subscription has to tell.

    Attributes:
        event: ``"init"`` (the first answer, with what matches now), ``"create"``, ``"update"``, ``"delete"``,
            ``"reconnected"`` (what happened between `lost_at` and `back_at` was not seen), ``"overflow"`` (`count`
            events were dropped, because nobody took them), ``"error"``, or ``"next"`` for GraphQL.
        data: The items, as models where the handler has one; for GraphQL the answer's ``data``. A deletion has none.
        keys: The primary keys of the items; those of a deletion are always texts.
        collection: The collection, or ``""`` for GraphQL.
        uid: The name of the subscription on its connection.
        meta: What the server says beside the items, where the query asks for ``meta``.
        lost_at: For ``"reconnected"``: when the server was last heard before.
        back_at: For ``"reconnected"``: from when on events are seen again.
        count: For ``"overflow"``: how many events were dropped.
        error: For ``"error"``: what the server, or the connection, complains about; the subscription goes on.
    """

    event: str
    data: Any = attrs.field(factory=list)
    keys: tuple[Any, ...] = ()
    collection: str = ""
    uid: str = ""
    meta: JSONMapping | None = None
    lost_at: datetime | None = None
    back_at: datetime | None = None
    count: int = 0
    error: DirectusError | None = None
