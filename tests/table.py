"""A collection in memory behind a `MockTransport`: it answers as a server does, with limits and faults on demand."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from directus_sdk import Directus, Request, Response, RetryPolicy
from directus_sdk.testing.mock import MockTransport, error_response, json_response

Row = dict[str, Any]


class Table:
    """One collection. `tests/live` shows that real servers do the same.

    Args:
        kind: The type of the key: "integer" (made by the server), "uuid" (made by the server if missing), "string", "date".
        usual: QUERY_LIMIT_DEFAULT.
        cap: QUERY_LIMIT_MAX; `silent` cuts instead of refusing.
        payload: MAX_PAYLOAD_SIZE.
        batch: MAX_BATCH_MUTATION.
        unique: A field whose values are unique.
        readable: Whether the answers of changes hold the items.
        types: For fields that are no texts: how the database writes a value of theirs.
        fields: What the server says of the types of its fields; ``None`` where nobody may read them.
    """

    def __init__(
        self,
        rows: list[Row] | None = None,
        *,
        key: str = "id",
        kind: str = "integer",
        cap: int | None = None,
        usual: int = 100,
        silent: bool = False,
        payload: int = 1_000_000,
        batch: int | None = None,
        unique: str | None = None,
        readable: bool = True,
        types: dict[str, Callable[[Any], Any]] | None = None,
        fields: dict[str, Any] | None = None,
    ) -> None:
        self.key, self.kind, self.cap, self.silent = key, kind, cap, silent
        self.payload, self.batch, self.unique, self.readable = payload, batch, unique, readable
        self.usual = usual
        self._transaction = threading.Lock()
        self.types = types or {}
        self.fields = fields
        self.rows: dict[Any, Row] = {}
        self.before: Callable[[Request], Any] = lambda request: None
        self.after: Callable[[Request], Any] = lambda request: None
        for row in rows or []:
            self._insert(row)
        self.transport = MockTransport(self.answer)

    def directus(self, **options: Any) -> Directus:
        retry = options.pop("retry", RetryPolicy(attempts=1))
        return Directus("https://cms.example.com", token="secret", transport=self.transport, retry=retry, **options)

    def items(self, **options: Any) -> Any:
        return self.directus(**options).items("things", primary_key=self.key)

    @property
    def calls(self) -> list[tuple[str, dict[str, str]]]:
        return [(request.method, dict(request.params)) for request in self.transport.requests]

    # -------------------------------------------------------------- answering
    def answer(self, request: Request) -> Any:
        told = self.before(request)
        if told is not None:
            return told
        path = urlsplit(request.url).path
        if path in ("/server/specs/oas", "/permissions/me"):
            return error_response("FORBIDDEN", 403)
        if path == "/fields/things":
            if self.fields is None:
                return error_response("FORBIDDEN", 403)
            kinds = {name: kind if isinstance(kind, dict) else {"type": kind} for name, kind in self.fields.items()}
            return json_response({"data": [{"field": name, **kind} for name, kind in kinds.items()]})
        assert path.startswith("/items/things")
        body = request.body if isinstance(request.body, bytes) else None
        if body is not None and len(body) > self.payload:
            return _refused(400, "INVALID_PAYLOAD", "request entity too large")
        try:
            with self._transaction:  # one at a time, as on a server
                answer = self._in_transaction(request, path, json.loads(body) if body else None)
        except Refused as refusal:
            return refusal.response
        return answer if isinstance(answer, dict) else self.after(request) or answer

    def _in_transaction(self, request: Request, path: str, sent: Any) -> Any:
        backup = {key: dict(row) for key, row in self.rows.items()}
        try:
            if request.method == "PATCH" and path.count("/") == 3:
                key = next(held for held in self.rows if str(held) == path.rpartition("/")[2])
                self.rows[key].update(sent)
                return dict(self.rows[key])
            if request.method == "POST" and isinstance(sent, dict):
                return dict(self.rows[self._insert(sent)])
            return self._do(request.method, dict(request.params), sent)
        except Refused:
            self.rows = backup
            raise

    def _do(self, method: str, query: dict[str, str], sent: Any) -> Response:
        wire: Row = {
            name: json.loads(value)
            if name in ("filter", "aggregate")
            else value.split(",")
            if name in ("fields", "sort")
            else value
            for name, value in query.items()
        }
        if method == "SEARCH":
            wire = sent["query"]
            if "keys" in sent:
                rule = {self.key: {"_in": sent["keys"]}}
                wire = {**wire, "filter": {"_and": [wire["filter"], rule]} if wire.get("filter") else rule}
        if method in ("GET", "SEARCH"):
            return json_response({"data": self._select(wire), "meta": {"filter_count": len(self.rows)}})
        if method == "DELETE":
            self._check_batch(sent)
            for key in sent:
                self.rows.pop(key, None)
            return Response(204)
        if method == "POST":
            self._check_batch(sent)
            keys = [self._insert(row) for row in sent]
        else:
            changes = [{self.key: key, **sent["data"]} for key in sent["keys"]] if isinstance(sent, dict) else sent
            self._check_batch(changes)
            keys = [row[self.key] for row in changes if row[self.key] in self.rows]
            for row in changes:
                if row[self.key] in self.rows:
                    self._check(row)
                    self.rows[row[self.key]].update(row)
        if not self.readable:
            return Response(204)
        limited = {**wire, "limit": wire.get("limit", min(self.cap or self.usual, self.usual))} if query else {"limit": -2}
        chosen = self._select({**limited, "filter": {self.key: {"_in": keys}}})
        return json_response({"data": chosen})

    def _select(self, wire: Row) -> list[Row]:
        limit = int(wire.get("limit", self.usual))
        if self.cap and limit > self.cap and not self.silent:
            text = f'"limit" must be less than or equal to {self.cap}'
            raise Refused(_refused(400, "INVALID_QUERY", text, f"Invalid query. {text}."))
        if "aggregate" in wire:
            return [{"count": sum(self._matches(row, wire.get("filter") or {}) for row in self.rows.values())}]
        rows = [row for row in self.rows.values() if self._matches(row, wire.get("filter") or {})]
        for name in reversed([*wire.get("sort", []), self.key]):
            field = name.lstrip("-")
            rows.sort(key=lambda row: (row.get(field) is not None, row.get(field)), reverse=name.startswith("-"))
        offset = int(wire.get("offset", 0))
        if limit != -2:  # a change without a query string has no limit
            most = len(rows) if limit < 0 else limit
            rows = rows[offset : offset + min(most, self.cap or most)]
        fields = wire.get("fields")
        return [{name: row[name] for name in row if not fields or "*" in fields or name in fields} for row in rows]

    def _matches(self, row: Row, rule: Row) -> bool:
        for name, value in rule.items():
            if name == "_and":
                if not all(self._matches(row, part) for part in value):
                    return False
                continue
            for operator, wanted in value.items():
                if name == self.key and operator in ("_gt", "_lt", "_gte", "_lte") and self.kind in ("uuid", "string"):
                    text = f'"{self.kind}" field type does not contain the "{operator}" filter operator'
                    raise Refused(_refused(400, "INVALID_QUERY", text, f"Invalid query. {text}."))
                if name in self.types and wanted is not None:
                    write = self.types[name]
                    wanted = [write(value) for value in wanted] if isinstance(wanted, list) else write(wanted)
                if not _compare(row.get(name), operator, wanted):
                    return False
        return True

    # --------------------------------------------------------------- changing
    def _check_batch(self, sent: list[Any]) -> None:
        if self.batch is not None and len(sent) > self.batch:
            raise Refused(_refused(400, "INVALID_PAYLOAD", f"Exceeded max batch mutation limit of {self.batch}"))

    def _check(self, row: Row) -> None:
        if "bad" in row:
            status, code = row["bad"]
            raise Refused(_refused(status, code, "a bad value"))

    def _insert(self, row: Row) -> Any:
        self._check(row)
        row = {name: self.types[name](held) if name in self.types and held is not None else held for name, held in row.items()}
        if row.get(self.key) is None:
            row[self.key] = max(self.rows, default=0) + 1 if self.kind == "integer" else str(uuid.uuid4())
        if row[self.key] in self.rows or (
            self.unique and any(held.get(self.unique) == row.get(self.unique) for held in self.rows.values())
        ):
            field = self.key if row[self.key] in self.rows else self.unique
            extensions = {"collection": "things", "field": field, "value": row.get(field or "")}
            raise Refused(_refused(400, "RECORD_NOT_UNIQUE", "", "has to be unique", **extensions))
        self.rows[row[self.key]] = row
        return row[self.key]


class Refused(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def _refused(status: int, code: str, reason: str, message: str = "", **extensions: Any) -> Response:
    return error_response(code, status, message or reason, reason=reason, **extensions)


def _compare(value: Any, operator: str, wanted: Any) -> bool:
    if operator == "_in":
        return value in wanted
    if operator == "_eq":
        return bool(value == wanted)
    if operator == "_null":
        return (value is None) == wanted
    if value is None:
        return False
    return bool({"_gt": value > wanted, "_lt": value < wanted, "_gte": value >= wanted, "_lte": value <= wanted}[operator])
