"""Known secrets are planted, every public call is driven into success and failure, and no output holds one of them."""

from __future__ import annotations

import inspect
import io
import json
import logging
import pickle
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

import pytest

from directus_sdk import Directus, LoginAuth, RequestsTransport, RetryPolicy
from directus_sdk.handlers.base import Handler
from tests.scripted_server import Raw, Reset, Seen, Wire, answer
from tests.shown import OTP, SECRETS, Shown

ITEM = {"title": "x", "password": SECRETS["password"], "token": SECRETS["usertoken"], "tfa_secret": SECRETS["usertoken"]}
FILTER = {"token": {"_eq": SECRETS["usertoken"]}}

#: What is passed for a parameter of this name.
ARGUMENTS: dict[str, Any] = {
    "password": SECRETS["password"], "current_password": SECRETS["password"], "new_password": SECRETS["password"], "otp": OTP,
    "token": SECRETS["usertoken"], "secret": SECRETS["usertoken"], "email": "ada@example.com", "emails": ["ada@example.com"],
    "item": ITEM, "data": ITEM, "items": [ITEM], "values": ITEM, "payload": ITEM, "string": SECRETS["password"],
    "query": {"filter": FILTER}, "selection": {"filter": FILTER}, "filter": FILTER, "functions": {"count": "*"},
    "keys_or_query": {"filter": FILTER}, "keys": [1, 2], "key": 1, "collection": "articles", "field": "title", "method": "POST",
    "path": "/custom", "source": b"content", "file": b"content", "document": "query { articles { id } }", "url": "https://a.example",
    "changes": [{"id": 1, **ITEM}], "share": "1", "hash": SECRETS["password"], "variables": ITEM, "schema": {}, "snapshot": {},
    "diff": {"hash": "x", "diff": {}}, "role": "1", "files": ["1"], "length": 8, "to": 1,
}  # fmt: skip
LEFT_OUT = {
    "realtime": "keeps a connection of its own; see tests/realtime/test_secrets.py",
    "subscribe": "the same",
    "close": "ends the client that the others need",
}


# ---------------------------------------------------------------------- the server


def succeed(seen: Seen) -> Any:
    path = seen.path
    if path.startswith(("/auth/login", "/auth/refresh", "/shares/auth")):
        tokens = {"access_token": SECRETS["access"], "refresh_token": SECRETS["refresh"], "expires": 900_000}
        cookies = f"Set-Cookie: directus_refresh_token={SECRETS['cookie']}; Path=/; HttpOnly"
        return answer(json.dumps({"data": tokens}).encode(), headers=cookies)
    if seen.method == "DELETE":
        return answer(b"", "204 No Content", kind="")
    many = seen.method in ("GET", "SEARCH") and path.count("/") < 3
    if many and any(
        word in unquote_plus(seen.target) + seen.body.decode(errors="replace") for word in ("_gt", "offset=", "page=")
    ):
        return answer(b'{"data": []}')  # the page after the last
    item = {"id": 1, "collection": "articles", "field": "title", "token": "**********"}
    return answer(json.dumps({"data": [item] if many else item}).encode())


def echo(seen: Seen) -> str:
    return f"{seen.method} {unquote_plus(seen.target)} {dict(seen.headers)} {seen.body.decode(errors='replace')}"


def refuse(code: str, status: str) -> Callable[[Seen], Any]:
    def script(seen: Seen) -> Any:
        if seen.path.startswith("/auth/refresh"):
            return succeed(seen)
        error = {
            "message": f"No: {echo(seen)}",
            "extensions": {"code": code, "reason": echo(seen), "value": [echo(seen)]},
        }
        return answer(json.dumps({"errors": [error]}).encode(), status)

    return script


MODES: dict[str, Callable[[Seen], Any]] = {
    "success": succeed,
    "forbidden": refuse("FORBIDDEN", "403 Forbidden"),
    "invalid": refuse("INVALID_PAYLOAD", "400 Bad Request"),
    "expired": refuse("TOKEN_EXPIRED", "401 Unauthorized"),
    "rate limit": refuse("REQUESTS_EXCEEDED", "429 Too Many Requests"),
    "error": refuse("INTERNAL_SERVER_ERROR", "500 Oops"),
    "html": lambda seen: answer(f"<pre>{echo(seen)}</pre>".encode(), "502 Bad Gateway", "text/html"),
    "no json": lambda seen: answer(echo(seen).encode()),
    "redirect": lambda seen: answer(b"", "307 Moved", headers=f"Location: https://other.example{seen.target}"),
    "reset": lambda seen: Reset(),
    "truncated": lambda seen: Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
}


# ---------------------------------------------------------------------- every public call


def objects(directus: Directus) -> Iterator[tuple[str, Any]]:
    """The client, its handlers and theirs."""
    found: list[tuple[str, Any]] = [
        ("", directus),
        ("auth", directus.auth),
        ("auth.password", directus.auth.password),
        ("items", directus.items("articles")),
        ("singleton", directus.singleton("globals")),
    ]
    for name in dir(type(directus)):
        if not name.startswith("_") and name not in LEFT_OUT and isinstance(part := getattr(directus, name), Handler):
            found.append((name, part))
    for name, part in list(found):
        for inner in dir(type(part)):
            if (
                not inner.startswith("_")
                and inner not in LEFT_OUT
                and isinstance(nested := getattr(part, inner, None), Handler)
            ):
                found.append((f"{name}.{inner}", nested))
    yield from found


def calls(directus: Directus) -> Iterator[tuple[str, Any]]:
    """Every public method once, though many handlers inherit it; users and items have theirs all the same."""
    seen: set[Any] = set()
    for place, part in objects(directus):
        for name in dir(type(part)):
            if name.startswith("_") or name in LEFT_OUT:
                continue
            method = inspect.getattr_static(type(part), name)
            if isinstance(method, types.FunctionType) and (place in ("items", "users") or method not in seen):
                seen.add(method)
                yield f"{place}.{name}", getattr(part, name)


#: Calls whose arguments are not known by their names.
OWN: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "collections.create_one": ([{"collection": "x", "meta": {"note": "y"}}], {}),
    "collections.create_many": ([[{"collection": "x"}]], {}),
    "collections.read_many": ([], {}),
    "collections.update_batch": ([[{"collection": "x", "meta": {}}]], {}),
    "fields.create_one": (["articles", {"field": "x", "type": "string"}], {}),
    "fields.update_many": (["articles", [{"field": "x", "meta": ITEM}]], {}),
    "fields.create_many": (["articles", [{"field": "x", "meta": ITEM}]], {}),
    "fields.update_batch": (["articles", [{"field": "x", "meta": ITEM}]], {}),
    "fields.delete_many": (["articles", ["x"]], {}),
    "collections.update_many": ([["x"], {"meta": ITEM}], {}),
    "collections.delete_many": ([["x"]], {}),
    "relations.create_many": ([[{"collection": "articles", "field": "x", "meta": ITEM}]], {}),
    "relations.update_many": (["articles", ["x"], {"meta": ITEM}], {}),
    "relations.update_batch": ([[{"collection": "articles", "field": "x", "meta": ITEM}]], {}),
    "relations.delete_many": (["articles", ["x"]], {}),
    "relations.create_one": ([{"collection": "articles", "field": "x"}], {}),
    "graphql.items": (["query { articles { id } }", ITEM], {}),
    "graphql.system": (["query { users { id } }", ITEM], {}),
    "items.aggregate": ([{"count": "*"}], {"filter": FILTER}),
    "users.aggregate": ([{"count": "*"}], {"filter": FILTER}),
    "items.update_by_query": ([], {"filter": FILTER, "data": ITEM}),
    "users.update_by_query": ([], {"filter": FILTER, "data": ITEM}),
    "items.delete_by_query": ([], {"filter": FILTER}),
    "users.delete_by_query": ([], {"filter": FILTER}),
    "items.exists": ([], {"filter": FILTER}),
    "users.exists": ([], {"filter": FILTER}),
    "items.update_many": ([["1"]], {"data": ITEM}),
    "users.update_many": ([["1"]], {"data": ITEM}),
    "items.update_batch": ([[{"id": "1", **ITEM}]], {}),
    "users.update_batch": ([[{"id": "1", **ITEM}]], {}),
    "items.upsert_one": ([ITEM], {"match_on": "title"}),
    "users.upsert_one": ([ITEM], {"match_on": "title"}),
    "items.upsert_many": ([[ITEM]], {"match_on": "title"}),
    "users.upsert_many": ([[ITEM]], {"match_on": "title"}),
    "assets.zip_files": ([["1"]], {}),
    "utils.export": (["articles", "csv"], {}),
}
#: What asks the server for nothing by itself.
LOCAL = {
    "explain", "items", "singleton", "on_event", "with_options", "with_token", "authorize", "bind", "recover", "fresh_token",
    "url", "partitions", "version", "sync", "stream", "download", "upload_many", "generate_translations", "from_env",
}  # fmt: skip
READS = ("read", "first", "iterate", "count")


def arguments(name: str, call: Any) -> tuple[list[Any], dict[str, Any]]:
    if name in OWN:
        return OWN[name]
    given: list[Any] = []
    named: dict[str, Any] = {}
    optional = (
        "password",
        "otp",
        "token",
        "email",
        *(("query",) if name.rpartition(".")[2].startswith(READS) else ()),
    )
    for parameter in inspect.signature(call).parameters.values():
        wanted = parameter.default is parameter.empty or parameter.name in optional
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) or not wanted:
            continue
        value = ARGUMENTS.get(parameter.name, "x")
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            given.append(value)
    return given, named


# ---------------------------------------------------------------------- the clients


def clients(url: str) -> Iterator[tuple[str, Directus]]:
    options: dict[str, Any] = {
        "headers": {"X-Api-Key": SECRETS["header"]},
        "params": {"access_token": SECRETS["query"], "api_token": SECRETS["query"]},
        "proxies": {"https": f"http://me:{SECRETS['proxy']}@127.0.0.1:1"},
        "timeout": (2, 2),
    }
    for mode in ("static", "json", "cookie"):
        auth = None if mode == "static" else LoginAuth(mode=mode)
        token = SECRETS["static"] if mode == "static" else None
        yield (
            mode,
            Directus(
                url, token=token, auth=auth, transport=RequestsTransport(**options), retry=RetryPolicy(attempts=2, backoff=0)
            ),
        )


@pytest.mark.parametrize("mode", MODES)
def test_no_output_holds_a_secret(mode: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    shown = Shown()
    script = succeed
    reached: set[str] = set()
    driven: set[str] = set()
    place = "before"
    try:
        with Wire(lambda seen: (reached.add(place), script(seen))[1]) as wire, warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            for kind, directus in clients(wire.url):
                script = succeed
                if kind != "static":
                    place = f"{kind} login"
                    shown.object(place, directus.auth.login("ada@example.com", SECRETS["login"], otp=OTP))
                directus.on_event(lambda event: shown.text(f"{place} event", repr(event)))  # noqa: B023
                script = MODES[mode]
                # All of them once, and the sign-in of each mode too.
                for name, call in calls(directus) if kind == "static" else auth_calls(directus):
                    place = f"{mode}: {kind} {name}"
                    drive(shown, place, name, call)
                    if name.rpartition(".")[2] not in LOCAL and not (kind == "static" and name.startswith("auth.")):
                        driven.add(place)
                for name, part in objects(directus):
                    shown.object(f"{mode}: {kind} {name}", part)
                shown.text(f"{mode}: {kind} pickle", pickle.dumps(directus))
                directus.close()
            shown.text("warnings", "".join(str(warning.message) for warning in warned))
    finally:
        logging.getLogger().removeHandler(handler)
    shown.text("log", logged.getvalue())
    for record in caplog.records:
        shown.text(f"log of {record.name}", record.getMessage() + repr(record.args))
    assert not shown.leaks, f"{len(shown.leaks)} leaks:\n" + "\n".join(shown.leaks[:20])
    # What raises because of its arguments proves nothing.
    idle = {place.rpartition(" ")[2] for place in driven - reached}
    print("sent nothing:", sorted(idle))
    assert not {name for name in idle & OWN.keys() if name.startswith(("items.", "users."))}
    assert len(reached & driven) > 0.9 * len(driven)
    assert logged.getvalue().count("\n") > len(driven)


def auth_calls(directus: Directus) -> Iterator[tuple[str, Any]]:
    yield "items.read_many", directus.items("articles").read_many
    for name in ("refresh", "login", "fresh_token", "logout"):
        yield f"auth.{name}", getattr(directus.auth, name)


def drive(shown: Shown, place: str, name: str, call: Any) -> None:
    given, named = arguments(name, call)
    try:
        result = call(*given, **named)
        if isinstance(result, Iterator):
            list(result)
    except Exception as error:
        shown.error(place, error)
    else:
        if type(result).__module__.startswith("directus_sdk"):
            shown.text(f"{place} result", repr(result))
        if hasattr(result, "close") and not isinstance(result, Directus):
            result.close()
