"""The recorded requests of Directus 8.8.1, each made through the method that `dispatch` finds, or by `request()`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import pytest

from directus_sdk import RetryPolicy
from directus_sdk.errors import BulkError, GraphQLError, InvalidToken, RedirectRefused
from directus_sdk.v8 import Directus8, LoginAuth8
from tests.v8 import dispatch
from tests.v8.codes import class_of
from tests.v8.messages import Answer, Call
from tests.v8.recorded import Pair, pairs
from tests.v8.server import Server8
from tests.v8.sessions import Sessions

PAIRS = pairs()
UNPREFIXED = ("server", "interfaces", "layouts", "modules", "types", "uploads", "")
#: Groups whose responses are `"public": true` for everybody.
OPEN = ("auth", "server", "projects", "assets")


def spelled(pair: Pair) -> dispatch.Spelled | str:
    """The call of a pair, or why there is none."""
    try:
        return dispatch.spell(pair)
    except dispatch.Unspelled as reason:
        return str(reason)


CALLS = {pair.number: spelled(pair) for pair in PAIRS}
THROUGH_METHODS = [pair for pair in PAIRS if isinstance(CALLS[pair.number], dispatch.Spelled)]
THROUGH_REQUEST = [pair for pair in PAIRS if isinstance(CALLS[pair.number], str)]


def canonical(pairs: list[tuple[str, str]], *, keys: bool = False) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """A query without what is the same to the server: the order outside filters, lists, other names of an operator.

    With `keys` the limit of a list of keys is left out: it lifts the default limit.
    """
    others: dict[str, str] = {}
    filters: list[tuple[str, str]] = []
    for name, value in pairs:
        if name.startswith("filter["):
            filters = _with_filter(filters, name, value)
            continue
        name = name.removesuffix("[]")
        others[name] = f"{others[name]},{value}" if name in others else value
    if others.get("single") == "true":
        others["single"] = "1"
    if keys and others.get("limit") == "-1":
        del others["limit"]
    return sorted(others.items()), filters


def _with_filter(filters: list[tuple[str, str]], name: str, value: str) -> list[tuple[str, str]]:
    parts = re.findall(r"\[([^]]*)\]", name)
    many = parts[-1] == ""
    parts = parts[:-1] if many else parts
    if len(parts) == 1 or parts[-1].isdigit():
        parts.append("eq")  # a plain value
    parts[-1] = {"like": "contains", "nlike": "ncontains"}.get(parts[-1], parts[-1])
    if parts[-1] in dispatch.TRUE_ONLY:
        value = "1"  # the server ignores it
    plain = ".".join(parts)
    if many and filters and filters[-1][0] == plain:
        return [*filters[:-1], (plain, f"{filters[-1][1]},{value}")]
    return [*filters, (plain, value)]


def later(call: Call) -> Answer:
    """What is asked after the recorded request, to find out what a batch has done."""
    last = call.path.rpartition("/")[2]
    if call.method == "GET" and "," in last:
        return Answer(200, {"data": []})
    return Answer(404, {"error": {"code": 203, "message": "Item not found"}})


@contextmanager
def replaying(server: Server8, pair: Pair, *, session: bool = False) -> Iterator[tuple[Directus8, list[Call]]]:
    """A client that signs in as the recorded one did; the next request is answered as recorded."""
    first = pair.path.lstrip("/").partition("/")[0]
    project = server.project if first in UNPREFIXED else first
    known = isinstance(pair.response, dict) and "public" not in pair.response and pair.status == 200
    cookie = not pair.auth and known and first not in UNPREFIXED and "/assets/" not in pair.path
    options: dict[str, Any] = {"retry": RetryPolicy(attempts=1)}
    if session or cookie:
        options["auth"] = LoginAuth8(mode="cookie" if cookie else "jwt")
    elif pair.auth or "/assets/" in pair.path:
        options["token"] = "recorded"
    with Directus8(server.url, project, **options) as d:
        if session or cookie:
            server.script = lambda call: _sign_in(project, cookie=cookie)
            d.auth.login("admin@example.com", "password")
        server.forget()
        calls = server.calls
        server.script = lambda call: with_cookie(pair, project) if len(calls) == 1 else later(call)
        yield d, calls


def with_cookie(pair: Pair, project: str) -> Answer:
    """The recorded response; that of a sign-in with a cookie had one, but the headers were not recorded."""
    if isinstance(pair.body, dict) and pair.body.get("mode") == "cookie" and pair.status == 200:
        return attrs.evolve(pair.answer, headers={"Set-Cookie": f"directus-{project}-session=abc; path=/"})
    return pair.answer


def _sign_in(project: str, *, cookie: bool) -> Answer:
    data: dict[str, Any] = {"user": {"id": 1}}
    if cookie:
        return Answer(200, {"data": data, "public": True}, headers={"Set-Cookie": f"directus-{project}-session=abc; path=/"})
    return Answer(200, {"data": {"token": Sessions().issue(1, project), **data}, "public": True})


def check_request(pair: Pair, call: Call, *, exact: bool) -> None:
    assert call.method == pair.method
    assert call.path == pair.path
    if exact:
        assert call.pairs == pair.pairs
    else:
        keys = pair.method == "GET" and "," in pair.path
        assert canonical(call.pairs, keys=keys) == canonical(pair.pairs)
    if not isinstance(pair.body, str):
        assert call.json == pair.body or (pair.body is None and call.json in (None, {}))
    assert ("authorization" in call.headers) == pair.auth


def expected_error(pair: Pair, name: str) -> type[Exception] | None:
    """The class of the error that a response must become; None where it is none."""
    response = pair.response if isinstance(pair.response, dict) else {}
    if pair.status >= 400:
        if name == "projects.delete_one" and pair.status == 404:
            return class_of(None, 404)
        return class_of(response.get("error", {}).get("code"), pair.status)
    if pair.status >= 300:
        return RedirectRefused
    if "errors" in response:
        return GraphQLError
    exempt = name.partition(".")[0] in OPEN
    return InvalidToken if pair.auth and response.get("public") and not exempt else None


def check_error(pair: Pair, error: BaseException, expected: type[Exception]) -> None:
    if isinstance(error, BulkError):
        assert pair.path.count(",") or isinstance(pair.body, list)
        errors = [entry.error for entry in error.errors]
        assert any(type(one) is expected for one in errors), errors
        error = next(one for one in errors if type(one) is expected)
    assert type(error) is expected, repr(error)
    if pair.status >= 400:
        code = pair.response.get("error", {}).get("code")
        assert (error.code, error.status) == (code, pair.status)  # type: ignore[attr-defined]
        assert json.loads(error.response.content) == pair.response  # type: ignore[attr-defined]
        for hidden in ("class", "file"):  # of a debugging server
            assert str(pair.response.get("error", {}).get(hidden) or "-----") not in str(error)


def check_result(pair: Pair, call: dispatch.Spelled, result: Any) -> None:
    if call.kind == "credentials":
        data = pair.response["data"]
        assert (result.access_token and result.access_token.reveal()) == data.get("token")
        return
    if call.name == "assets.read":
        assert result == pair.answer.payload
        return
    expected = call.result(pair.response)
    assert result == expected
    if call.kind == "page":
        meta = pair.response.get("meta") if isinstance(pair.response, dict) else None
        if call.name.startswith("scim"):
            meta = {name: value for name, value in pair.response.items() if name != "Resources"}
        assert dict(result.meta) == (meta or {})


@pytest.mark.parametrize("pair", THROUGH_METHODS, ids=str)
def test_a_method_sends_and_reads_the_recorded_pair(server8: Server8, pair: Pair) -> None:
    call = CALLS[pair.number]
    assert isinstance(call, dispatch.Spelled)
    expected = expected_error(pair, call.name)
    with replaying(server8, pair, session=call.session) as (d, calls):
        if expected is None:
            check_result(pair, call, call.call(d))
        else:
            with pytest.raises(Exception) as caught:
                call.call(d)
            check_error(pair, caught.value, expected)
        check_request(pair, calls[0], exact=False)


def read_freely(pair: Pair) -> Any:
    """What `request()` returns: the data; the whole where it is no envelope; text as a string; other content as it is."""
    if not isinstance(pair.response, dict):
        content = pair.answer.payload
        return (content.decode() if str(pair.content_type).startswith("text/") else content) if content else None
    return pair.response if "errors" in pair.response else pair.response.get("data")


@pytest.mark.parametrize("pair", THROUGH_REQUEST, ids=str)
def test_request_sends_and_reads_the_rest(server8: Server8, pair: Pair) -> None:
    first, slash, rest = pair.path.lstrip("/").partition("/")
    whole = first in UNPREFIXED or not slash
    path = pair.path if whole else f"/{rest}"
    options: dict[str, Any] = {"project": None} if whole else {}
    expected = expected_error(pair, "request")
    expected = None if expected is GraphQLError else expected
    with replaying(server8, pair) as (d, calls):
        if expected is None:
            result = d.request(pair.method, path, params=dict(pair.pairs), json=pair.body, **options)
            assert result == read_freely(pair)
        else:
            with pytest.raises(Exception) as caught:
                d.request(pair.method, path, params=dict(pair.pairs), json=pair.body, **options)
            check_error(pair, caught.value, expected)
        check_request(pair, calls[0], exact=True)


def test_nearly_all_pairs_have_a_method() -> None:
    assert len(PAIRS) == 371
    assert len(THROUGH_METHODS) >= 320
    assert len(THROUGH_METHODS) + len(THROUGH_REQUEST) == 371


#: Why the others have none; each reason is one of the surface.
REASONS = {
    "an operator that is refused": ("the operator", "first operator", "no JSON string"),
    "an argument that must be given": ("must be given", "has its key", "takes a list", "a body is sent"),
    "a batch that the server does wrongly or not at all": ("sends another request", "no items are no request"),
    "a keyword that is none": ("is no keyword", "page is ignored"),
    "another way": ("sent in a header", "the same as POST", "by POST only", "named instead"),
    "no endpoint": ("no such endpoint", "no endpoint of a group", "has no method", "no project or"),
}


@pytest.mark.parametrize("pair", THROUGH_REQUEST, ids=str)
def test_each_of_the_rest_has_a_reason(pair: Pair) -> None:
    reason = CALLS[pair.number]
    assert isinstance(reason, str)
    assert len([words for words in REASONS.values() if any(part in reason for part in words)]) == 1, reason
