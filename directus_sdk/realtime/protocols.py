"""The two WebSocket protocols of Directus behind one interface."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar

import attrs

from directus_sdk.errors import APIError, BadRequest, Forbidden, GraphQLError, InvalidCredentials, TokenExpired
from directus_sdk.http.statuses import CODES
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction import redact

Message = JSONObject

_SOCKET_CODES: Mapping[str, type[APIError]] = {
    "AUTH_FAILED": InvalidCredentials,
    "AUTH_TIMEOUT": InvalidCredentials,
    "INVALID_COLLECTION": Forbidden,
    "TOKEN_EXPIRED": TokenExpired,
}
_RETRY_AFTER = re.compile(r"retry after (\d+) ?ms", re.IGNORECASE)


@attrs.frozen
class Incoming:
    """A message of the server.

    Attributes:
        kind: ``"ping"``, ``"pong"``, ``"signed_in"``, ``"refused"`` (the sign-in), ``"confirmed"`` (a subscription),
            ``"event"``, ``"error"``, ``"reply"``, ``"complete"`` or ``"other"``.
        uid: The subscription or request that it belongs to, or ``""`` where the server does not say.
        message: The message itself.
        error: The error that it reports.
        size: Its approximate size in bytes.
    """

    kind: str
    uid: str
    message: Message
    error: APIError | None = None
    size: int = 0


class SocketProtocol(ABC):
    """A protocol over WebSockets: which messages the client sends, and what those of the server mean."""

    path: ClassVar[str]
    subprotocols: ClassVar[tuple[str, ...]] = ()
    #: Whether the server confirms a subscription. Where it does not, a pong confirms it, and an error ends it.
    confirms: ClassVar[bool] = True

    @abstractmethod
    def first_message(self, token: str | None) -> Message | None:
        """Return the first message of a connection, which signs in, or ``None`` where there is none."""

    @abstractmethod
    def subscribe(self, uid: str, request: Message) -> list[Message]:
        """Return the messages that request a subscription."""

    @abstractmethod
    def unsubscribe(self, uid: str) -> Message:
        """Return the message that ends a subscription."""

    @abstractmethod
    def read(self, message: Message, size: int) -> Incoming:
        """Return what a message of the server means."""

    def sign_in(self, token: str) -> Message:
        """Return the message that signs in again."""
        return {"type": "auth", "access_token": token}


class DirectusProtocol(SocketProtocol):
    """The protocol of ``/websocket``."""

    path = "/websocket"

    def first_message(self, token: str | None) -> Message | None:
        """Return the message that signs in."""
        return None if token is None else self.sign_in(token)

    def subscribe(self, uid: str, request: Message) -> list[Message]:
        """Return the messages that request a subscription."""
        return [{"type": "subscribe", "uid": uid, **request}]

    def unsubscribe(self, uid: str) -> Message:
        """Return the message that ends a subscription."""
        return {"type": "unsubscribe", "uid": uid}

    def read(self, message: Message, size: int) -> Incoming:
        """Return what a message of the server means."""
        kind, uid = message.get("type"), message.get("uid")
        uid = "" if uid is None else str(uid)
        if message.get("status") == "error":
            return Incoming("refused" if kind == "auth" else "error", uid, message, error_of(message), size)
        if kind == "subscription":
            event = message.get("event")
            return Incoming({"init": "confirmed", "unsubscribe": "other"}.get(str(event), "event"), uid, message, None, size)
        kinds = {"ping": "ping", "pong": "pong", "auth": "signed_in", "items": "reply"}
        return Incoming(kinds.get(str(kind), "other"), uid, message, None, size)


class GraphQLProtocol(SocketProtocol):
    """The protocol graphql-transport-ws of ``/graphql``."""

    path = "/graphql"
    subprotocols = ("graphql-transport-ws",)
    confirms = False

    def first_message(self, token: str | None) -> Message | None:
        """Return the message that signs in."""
        return {"type": "connection_init", "payload": {} if token is None else {"access_token": token}}

    def subscribe(self, uid: str, request: Message) -> list[Message]:
        """Return the messages that request a subscription."""
        # The protocol has no confirmation; the pong for a ping sent after the request shows that the server has handled it.
        return [{"type": "subscribe", "id": uid, "payload": request}, {"type": "ping"}]

    def unsubscribe(self, uid: str) -> Message:
        """Return the message that ends a subscription."""
        return {"type": "complete", "id": uid}

    def read(self, message: Message, size: int) -> Incoming:
        """Return what a message of the server means."""
        kind, uid = str(message.get("type")), str(message.get("id") or "")
        if kind == "auth":
            refused = message.get("status") == "error"
            return Incoming("refused" if refused else "signed_in", uid, message, error_of(message) if refused else None, size)
        if kind == "error":
            return Incoming("error", uid, message, graphql_error(message.get("payload")), size)
        if kind == "next":
            payload = message.get("payload")
            errors = payload.get("errors") if isinstance(payload, dict) else None
            return Incoming("event", uid, message, graphql_error(errors) if errors else None, size)
        kinds = {"connection_ack": "signed_in", "ping": "ping", "pong": "pong", "complete": "complete"}
        return Incoming(kinds.get(kind, "other"), uid, message, None, size)


def without_secrets(message: Message, sent: Iterable[str]) -> Message:
    """Return a message that reports an error without the sent secrets that it repeats; ``data`` is unchanged."""
    redacted = {}
    for name, value in message.items():
        if name == "payload" and isinstance(value, dict):
            redacted[name] = without_secrets(value, sent)
        else:
            redacted[name] = value if name == "data" else redact.without(value, sent)
    return redacted


def error_of(message: JSONMapping) -> APIError:
    """Return the error that a message of the server reports."""
    error = message.get("error")
    entry: JSONMapping = error if isinstance(error, Mapping) else {"message": str(error)}
    code = str(entry.get("code") or "")
    kind = _SOCKET_CODES.get(code) or CODES.get(code) or BadRequest
    words = str(entry.get("message") or "no message").rstrip(".")[:2000]
    hint = f" ({kind.hint})" if kind.hint else ""
    errors = [{"message": entry.get("message"), "extensions": {**entry, "code": code}}]
    return kind(f"{words}{hint} [{code or 'no code'}, WebSocket]", code=code, errors=errors)


def graphql_error(payload: object) -> GraphQLError:
    """Return the error for the ``errors`` of a GraphQL response."""
    entries = [entry for entry in payload if isinstance(entry, Mapping)] if isinstance(payload, list) else []
    words = "; ".join(str(entry.get("message")).rstrip(".") for entry in entries[:5]) or "no message"
    extensions = entries[0].get("extensions") if entries else None
    code = str(extensions.get("code") or "") if isinstance(extensions, Mapping) else ""
    return GraphQLError(f"{words[:2000]} [GraphQL, WebSocket]", code=code, errors=entries)


def wait_of(error: APIError) -> float:
    """Return the number of seconds to wait before a rate-limited message is sent again."""
    match = _RETRY_AFTER.search(error.message)
    return min(int(match.group(1)) / 1000, 30.0) + 0.05 if match else 1.0
