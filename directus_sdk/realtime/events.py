"""The events of a subscription."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.errors import DirectusError, GraphQLError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.codec import Codec
from directus_sdk.realtime.protocols import Incoming
from directus_sdk.redaction import redact
from directus_sdk.wire.keys import key_text

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class RealtimeEvent(Displayed, Generic[T]):
    """One event of a subscription.

    Attributes:
        event: ``"init"`` (the first response, with what matches now), ``"create"``, ``"update"``, ``"delete"``,
            ``"reconnected"`` (what happened between `lost_at` and `back_at` was not seen), ``"overflow"`` (`count`
            events were dropped, because they were not taken in time), ``"error"``, or ``"next"`` for GraphQL.
        data: The items, as models where the handler has one; for GraphQL the response's ``data``. A deletion has none.
        keys: The primary keys of the items; those of a deletion are always strings.
        collection: The collection, or ``""`` for GraphQL.
        uid: The name of the subscription on its connection.
        meta: The metadata that the server sends with the items, where the query asks for ``meta``.
        lost_at: For ``"reconnected"``: when the last message arrived before the loss.
        back_at: For ``"reconnected"``: when the subscription was active again.
        count: For ``"overflow"``: how many events were dropped.
        error: For ``"error"``: the error of the server or of the connection; the subscription continues.
    """

    event: str
    data: Any = attrs.field(factory=list, repr=redact.masked_repr)
    keys: tuple[Any, ...] = ()
    collection: str = ""
    uid: str = ""
    meta: JSONMapping | None = None
    lost_at: datetime | None = None
    back_at: datetime | None = None
    count: int = 0
    error: DirectusError | None = None


def rows_of(incoming: Incoming) -> list[Any]:
    """Return the items, or the keys of a deletion, in a message."""
    data = incoming.message.get("data")
    return data if isinstance(data, list) else [] if data is None else [data]


def items_event(incoming: Incoming, collection: str, codec: Codec[T], primary_key: str) -> RealtimeEvent[T]:
    """Return the event for a message about items."""
    message, rows = incoming.message, rows_of(incoming)
    event = str(message.get("event"))
    if event == "delete":
        # The server repeats the keys as the client that deleted the items has sent them: numbers or strings.
        keys, items = tuple(map(key_text, rows)), []
    else:
        keys = tuple(row[primary_key] for row in rows if isinstance(row, Mapping) and primary_key in row)
        items = codec.load_many(rows)
    meta = message.get("meta")
    return RealtimeEvent(event=event, data=items, keys=keys, collection=collection, uid=incoming.uid, meta=meta)


def graphql_event(incoming: Incoming) -> RealtimeEvent[JSONObject]:
    """Return the event for a message of a GraphQL subscription."""
    payload = incoming.message.get("payload")
    data = payload.get("data") if isinstance(payload, Mapping) else None
    if isinstance(incoming.error, GraphQLError):
        incoming.error.data = data
    return RealtimeEvent(event="next" if incoming.error is None else "error", data=data, uid=incoming.uid, error=incoming.error)
