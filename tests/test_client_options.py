"""Whose credentials are sent: a copy of a client has one proof of who is asking, the one that was given last."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest

from directus_sdk import (
    ConfigurationError,
    Directus,
    FileStorage,
    LoginAuth,
    MemoryStorage,
    Request,
    RequestsTransport,
    RetryPolicy,
    StaticTokenAuth,
)
from tests.realtime.peer import Line, peer
from tests.scripted_server import Seen, Wire, answer

SERVICE, USER = "SERVICE-s3cret", "USER-s3cret"
SESSION = b'{"data": {"access_token": "SESSION-s3cret", "refresh_token": "REFRESH-s3cret", "expires": 900000}}'


@pytest.fixture
def wire() -> Iterator[Wire]:
    def script(seen: Seen) -> bytes:
        if seen.path == "/auth/login":
            return answer(SESSION)
        return answer(b'{"data": {"id": "1"}}')

    with Wire(script) as server:
        yield server


def client(wire: Wire, **options: Any) -> Directus:
    return Directus(wire.url, retry=RetryPolicy(attempts=1), **options)


def proofs(seen: Seen) -> list[str]:
    """Everything in a request that could say who is asking."""
    query = dict(parse_qsl(urlsplit(seen.target).query))
    held = [seen.headers.get(name) for name in ("authorization", "cookie", "x-api-key")]
    return [proof for proof in (*held, query.get("access_token")) if proof]


SERVICES: dict[str, Callable[[Wire], Directus]] = {
    "token": lambda wire: client(wire, token=SERVICE),
    "header": lambda wire: client(wire).with_options(headers={"authorization": f"Bearer {SERVICE}"}),
    "basic": lambda wire: client(wire).with_options(headers={"Authorization": f"Basic {SERVICE}"}),
    "cookie": lambda wire: client(wire).with_options(headers={"Cookie": f"a=b; directus_session_token={SERVICE}"}),
    "other cookie": lambda wire: client(wire, token=SERVICE).with_options(headers={"cookie": f"own={SERVICE}"}),
    "key": lambda wire: client(wire, token=SERVICE).with_options(headers={"X-Api-Key": SERVICE}),
    "param": lambda wire: client(wire).with_options(params={"access_token": SERVICE, "lang": "de"}),
    "session": lambda wire: signed_in(client(wire)),
}
services = pytest.mark.parametrize("service", list(SERVICES))


def signed_in(directus: Directus) -> Directus:
    directus.auth.login("service@example.com", "pw")
    return directus


CALLS: dict[str, Callable[[Directus], object]] = {
    "items": lambda directus: directus.items("a").read_one(1),
    "graphql": lambda directus: directus.graphql.items("{ a { id } }"),
    "assets": lambda directus: directus.assets.read("1"),
    "upload": lambda directus: directus.files.upload(b"x", filename="x.txt", resumable=False),
    "request": lambda directus: directus.request("POST", "/x", json={}),
}


@pytest.mark.parametrize(
    "own",
    [
        {"headers": {"Authorization": f"Bearer {SERVICE}"}},
        {"headers": {"cookie": f"directus_session_token={SERVICE}"}},
        {"headers": {"Cookie": f'prefs={{"a": 1}}; a[b]=c;directus_session_token={SERVICE}'}},
        {"params": {"access_token": SERVICE}},
    ],
)
def test_a_proof_of_the_transport_loses_against_that_of_the_client(own: dict[str, Any], wire: Wire) -> None:
    transport = RequestsTransport(**own)
    directus = client(wire, transport=transport)
    directus.items("a").read_one(1)
    assert [proof.rpartition(" ")[2].rpartition("=")[2] for proof in proofs(wire.seen[-1])] == [SERVICE]
    cookie = {"headers": {"Cookie": f'prefs={{"a": 1}}; directus_session_token={USER}'}}
    for copy in (
        directus.with_token(USER),
        client(wire, transport=transport, token=USER),
        directus.with_options(**cookie),  # type: ignore[arg-type]
        directus.with_options(params={"access_token": USER}),
    ):
        copy.items("a").read_one(1)
        assert [proof.rpartition(" ")[2].rpartition("=")[2] for proof in proofs(wire.seen[-1])] == [USER]


@pytest.mark.parametrize("own", [{"headers": {"Authorization": f"Bearer {SERVICE}"}}, {"params": {"access_token": SERVICE}}])
def test_a_pickle_without_the_proof_of_its_transport_does_not_act_as_the_public(own: dict[str, Any], wire: Wire) -> None:
    pickled = pickle.dumps(client(wire, transport=RequestsTransport(**own)))
    assert SERVICE.encode() not in pickled
    for copy in (pickle.loads(pickled), pickle.loads(pickle.dumps(pickle.loads(pickled)))):
        with pytest.raises(ConfigurationError, match="a pickle holds no token"):
            copy.items("a").read_one(1)
    assert wire.seen == []
    pickle.loads(pickled).with_token(USER).items("a").read_one(1)
    assert proofs(wire.seen[-1]) == [f"Bearer {USER}"]


def test_the_password_of_a_gateway_goes_along_with_a_session_cookie(wire: Wire) -> None:
    gateway = {"Authorization": "Basic Z2F0ZTp3YXk=", "X-Api-Key": "key"}
    directus = client(wire, transport=RequestsTransport(headers=gateway))
    directus.with_options(headers={"Cookie": f"directus_session_token={USER}"}).items("a").read_one(1)
    assert proofs(wire.seen[-1]) == ["Basic Z2F0ZTp3YXk=", f"directus_session_token={USER}", "key"]
    directus.with_token(USER).items("a").read_one(1)
    assert proofs(wire.seen[-1]) == [f"Bearer {USER}", "key"]


@services
@pytest.mark.parametrize("call", list(CALLS))
def test_another_token_leaves_every_other_credential_behind(service: str, call: str, wire: Wire) -> None:
    directus = SERVICES[service](wire)
    CALLS[call](directus.with_token(USER))
    assert proofs(wire.seen[-1]) == [f"Bearer {USER}"]
    CALLS[call](directus.with_options(token=USER, timeout=5))
    assert proofs(wire.seen[-1]) == [f"Bearer {USER}"]


@services
def test_another_auth_leaves_every_other_credential_behind(service: str, wire: Wire) -> None:
    directus = SERVICES[service](wire)
    copy = directus.with_options(auth=LoginAuth())
    copy.items("a").read_one(1)
    assert proofs(wire.seen[-1]) == []
    copy.auth.login("user@example.com", "pw")
    assert proofs(wire.seen[-1]) == []
    copy.items("a").read_one(1)
    assert proofs(wire.seen[-1]) == ["Bearer SESSION-s3cret"]
    directus.items("a").read_one(1)
    assert "SESSION" not in str(proofs(wire.seen[-1])) or service == "session"


@services
@pytest.mark.parametrize("new", [{"headers": {"Authorization": f"Bearer {USER}"}}, {"params": {"access_token": USER}}])
def test_a_header_or_a_parameter_that_is_given_later_is_the_only_proof(service: str, new: dict[str, Any], wire: Wire) -> None:
    copy = SERVICES[service](wire).with_options(**new)
    copy.items("a").read_one(1)
    assert [proof.removeprefix("Bearer ") for proof in proofs(wire.seen[-1])] == [USER]
    assert copy.auth.token == USER


def test_other_options_of_the_client_stay(wire: Wire) -> None:
    directus = client(wire, token=SERVICE).with_options(headers={"X-Job": "nightly"}, params={"lang": "de"}, timeout=3)
    directus.with_token(USER).items("a").read_one(1)
    assert wire.seen[-1].headers["x-job"] == "nightly"
    assert "lang=de" in wire.seen[-1].target
    gateway = directus.with_options(token=USER, headers={"X-Api-Key": "gateway"})
    gateway.items("a").read_one(1)
    assert proofs(wire.seen[-1]) == [f"Bearer {USER}", "gateway"]


def test_a_token_in_a_header_of_another_name_stays_behind(wire: Wire) -> None:
    headers = {"X-Upstream": f"Bearer {SERVICE}", "Referer": f"https://a/?access_token={SERVICE}", "X-Job": "a=b"}
    directus = client(wire, token=SERVICE).with_options(headers=headers)
    directus.with_token(USER).items("a").read_one(1)
    assert SERVICE not in str(wire.seen[-1].headers)
    assert wire.seen[-1].headers["x-job"] == "a=b"
    assert SERVICE.encode() not in pickle.dumps((RequestsTransport(headers=headers), Request("GET", wire.url, (), headers)))


def test_a_cookie_that_says_nothing_of_a_user_goes_along(wire: Wire) -> None:
    directus = client(wire, token=SERVICE).with_options(headers={"Cookie": "AWSALB=1"})
    directus.items("a").read_one(1)
    assert proofs(wire.seen[-1]) == [f"Bearer {SERVICE}", "AWSALB=1"]


@pytest.mark.parametrize("path", ["/x", f"/x?access_token={USER}"])
@pytest.mark.parametrize(
    "given",
    [
        {"headers": {"Authorization": f"Bearer {USER}"}},
        {"headers": {"cookie": f'prefs={{"a": 1}}; directus_session_token={USER}'}},
        {"params": {"access_token": USER}},
        {},
    ],
)
def test_what_was_given_for_one_call_wins(given: dict[str, Any], path: str, wire: Wire) -> None:
    if not given and path == "/x":
        path = f"/x?a=b&access_token={USER}"
    transport = RequestsTransport(headers={"Authorization": f"Bearer {SERVICE}"})
    services = [make(wire) for name, make in SERVICES.items() if name not in ("other cookie", "key")]
    for directus in (*services, client(wire, transport=transport), client(wire, auth=LoginAuth(required=True))):
        directus.request("GET", path, **given)
        assert USER in str(proofs(wire.seen[-1]))
        assert SERVICE not in str(proofs(wire.seen[-1])) + wire.seen[-1].target
        assert "SESSION" not in str(proofs(wire.seen[-1]))


def test_a_parameter_that_only_looks_like_a_token_leaves_the_call_signed(wire: Wire) -> None:
    client(wire, token=SERVICE).request("GET", "/x?my_access_token=1&q=access_token=2")
    assert wire.seen[-1].headers["authorization"] == f"Bearer {SERVICE}"


@pytest.mark.parametrize("name", ["token", "auth", "storage", "headers", "params", "retry"])
def test_none_never_means_the_clients_own(name: str, wire: Wire) -> None:
    with pytest.raises(ConfigurationError, match=name):
        client(wire, token=SERVICE).with_options(**{name: None})
    assert wire.seen == []


@pytest.mark.parametrize("token", [None, ""])
def test_a_visitor_without_a_token_does_not_act_as_the_service(token: Any, wire: Wire) -> None:
    directus = client(wire, token=SERVICE)
    for copy in (lambda: directus.with_token(token), lambda: directus.with_options(token=token)):
        with pytest.raises(ConfigurationError, match=r"with_options\(auth=LoginAuth\(\)\)"):
            copy()
    for given in ({"headers": {"Authorization": token}}, {"params": {"access_token": token}}):
        with pytest.raises((ConfigurationError, TypeError)):
            directus.with_options(**given)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="no credentials"):
        directus.with_options(headers={"Authorization": "Bearer"})
    for path in ("/x", "/x?limit=1"):
        with pytest.raises(ConfigurationError, match="access_token is None"):
            directus.request("GET", path, params={"access_token": None, "limit": 1})
    assert wire.seen == []


def test_two_proofs_at_once_are_refused(wire: Wire) -> None:
    directus = client(wire)
    header, param = {"Authorization": "Bearer a"}, {"access_token": "b"}
    for given in (
        {"token": "a", "auth": LoginAuth()},
        {"token": "a", "headers": header},
        {"auth": StaticTokenAuth("a"), "params": param},
        {"headers": header, "params": param},
        {"headers": {**header, "Cookie": "directus_session_token=c"}},
    ):
        with pytest.raises(ConfigurationError, match="pass"):
            directus.with_options(**given)  # type: ignore[arg-type]


def test_a_storage_goes_with_an_auth(wire: Wire) -> None:
    storage = MemoryStorage()
    assert client(wire).with_options(auth=LoginAuth(), storage=storage).storage is storage
    assert isinstance(client(wire, storage=storage).with_options(auth=LoginAuth(), storage=None).storage, MemoryStorage)
    with pytest.raises(ConfigurationError, match="storage= needs auth="):
        client(wire).with_options(storage=storage)


@pytest.mark.parametrize("service", ["header", "basic", "cookie", "param"])
def test_a_client_with_a_proof_of_its_own_cannot_sign_in(service: str, wire: Wire) -> None:
    parent = signed_in(client(wire))
    copy = SERVICES[service](wire)
    for call in (lambda: copy.auth.login("a@example.com", "pw"), copy.auth.logout, copy.auth.refresh):
        with pytest.raises(ConfigurationError, match="of its own"):
            call()
    shared = parent.with_options(headers={"Authorization": f"Bearer {USER}"})
    with pytest.raises(ConfigurationError, match="the header Authorization of its own"):
        shared.auth.logout()
    assert parent.auth.token == "SESSION-s3cret"
    assert SERVICE not in f"{copy!r} {copy.auth!r} {vars(copy.auth)!r}"


@pytest.mark.parametrize("service", ["header", "cookie", "param"])
def test_a_pickle_of_such_a_client_holds_no_secret_and_does_not_act_as_another(service: str, wire: Wire, tmp_path: Any) -> None:
    parent = signed_in(client(wire, storage=FileStorage(tmp_path / "session.json")))
    given = {
        "header": {"headers": {"Authorization": f"Bearer {SERVICE}"}},
        "cookie": {"headers": {"Cookie": f"directus_session_token={SERVICE}"}},
        "param": {"params": {"access_token": SERVICE}},
    }[service]
    pickled = pickle.dumps(parent.with_options(**given))  # type: ignore[arg-type]
    assert SERVICE.encode() not in pickled
    count = len(wire.seen)
    with pytest.raises(ConfigurationError, match="a pickle holds no token"):
        pickle.loads(pickled).items("a").read_one(1)
    assert len(wire.seen) == count


@pytest.mark.parametrize("service", ["token", "header", "cookie", "param"])
def test_a_socket_signs_in_as_http_does(service: str) -> None:
    def greet(line: Line) -> None:
        line.welcome()
        line.rest()

    given: dict[str, Any] = {
        "token": {"token": SERVICE},
        "header": {"headers": {"Authorization": f"Bearer {SERVICE}"}},
        "cookie": {"headers": {"Cookie": f"directus_session_token={SERVICE}"}},
        "param": {"params": {"access_token": SERVICE}},
    }[service]
    transport = RequestsTransport(headers={"Authorization": "Bearer transport-s3cret"})
    with peer(greet) as server, server.directus("parent-token", transport=transport) as parent:
        copy = parent.with_options(**given)
        with copy.realtime.connect():
            assert server.line().got[0]["access_token"] == SERVICE
        with copy.with_token(USER).realtime.connect():
            line = server.line()
            assert line.got[0]["access_token"] == USER
            assert "s3cret" not in str(line.headers)


def test_what_walks_through_a_client_finds_no_credentials(wire: Wire) -> None:
    given: dict[str, Any] = {"headers": {"X-Api-Key": SERVICE}, "params": {"api_token": SERVICE}}
    for copy in (
        client(wire, token=SERVICE, transport=RequestsTransport(**given)).with_options(**given),
        client(wire).with_options(headers={"Authorization": f"Basic {SERVICE}"}),
        client(wire).with_options(params={"access_token": SERVICE}),
    ):
        copy.items("a").read_one(1)
        assert SERVICE in f"{wire.seen[-1].headers} {wire.seen[-1].target}"
        walked: dict[int, Any] = {}
        shown = json.dumps(_inside(copy, walked)) + json.dumps(attrs.asdict(copy.pipeline), default=repr)
        assert SERVICE not in shown
        assert len(walked) > 10


def _inside(held: Any, walked: dict[int, Any]) -> Any:
    """What a tool makes of an object that it does not know, such as sentry-sdk and debuggers."""
    if id(held) in walked:
        return None
    walked[id(held)] = held
    if isinstance(held, dict):
        return {str(name): _inside(value, walked) for name, value in held.items()}
    if isinstance(held, (list, tuple)):
        return [_inside(value, walked) for value in held]
    if type(held).__module__.startswith("directus_sdk."):
        names = [name for kind in type(held).__mro__ for name in kind.__dict__.get("__slots__", ()) if hasattr(held, name)]
        inside = {name: _inside(getattr(held, name), walked) for name in names if not name.startswith("__")}
        return {**inside, "vars": _inside(getattr(held, "__dict__", {}), walked), "repr": repr(held)}
    return repr(held)
