"""SessionTransport: what of a user's session holds, and what does not."""

from __future__ import annotations

import base64
import copy
import json
import pickle
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests
import requests_cache
import requests_mock
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.auth import HTTPDigestAuth
from urllib3.util import Retry

from directus_sdk import (
    ConfigurationError,
    ConnectionFailed,
    Directus,
    Forbidden,
    LoginAuth,
    RedirectRefused,
    RequestsTransport,
    RetryPolicy,
    SessionTransport,
    StaticTokenAuth,
    Timeout,
)
from directus_sdk.testing import MockTransport
from tests.http.test_hooks import CMS, check_every_call, seen_by, server
from tests.scripted_server import Drip, Seen, Wire, answer, redirect

ONCE = RetryPolicy(attempts=1)


def client(url: str, session: requests.Session, token: str | None = "the-token", **options: Any) -> Directus:
    return Directus(url, token=token, session=session, retry=options.pop("retry", ONCE), **options)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire() as wire:
        yield wire


@pytest.fixture
def cms() -> Iterator[Wire]:
    """A server for every kind of call."""
    with Wire(server) as wire:
        seen_by.append(wire.seen)
        yield wire
        seen_by.pop()


# ---------------------------------------------------------------------- what holds


def test_every_kind_of_call_goes_through_a_session(cms: Wire, session: requests.Session, tmp_path: Path) -> None:
    seen: list[int] = []

    def note(response: requests.Response, *args: object, **kwargs: object) -> None:
        seen.append(response.status_code)

    session.hooks["response"] = note
    check_every_call(cms.url, tmp_path, session=session)
    assert len(seen) == len(cms.seen)
    assert {200, 302, 403, 503} <= set(seen)


def test_headers_and_parameters_of_the_session_are_sent(wire: Wire, session: requests.Session) -> None:
    session.headers.update({"X-Site": "a", "x-bytes": b"b"})
    session.params = {"lang": "de", "many": [1, 2], "none": None}
    directus = client(wire.url, session)
    directus.request("GET", "/x", params={"a": 1})
    session.headers["User-Agent"] = "mine"
    session.params = {}
    directus.request("GET", "/x")
    first, second = wire.seen
    assert (first.target, second.target) == ("/x?lang=de&many=1&many=2&a=1", "/x")
    assert (first.headers["x-site"], first.headers["x-bytes"]) == ("a", "b")
    assert first.headers["user-agent"].startswith("directus-python-sdk/")
    assert first.headers["accept"].startswith("application/json")
    assert second.headers["user-agent"] == "mine"


def test_a_mounted_adapter_is_the_users_own(wire: Wire, session: requests.Session) -> None:
    class Counting(HTTPAdapter):
        calls = 0

        def send(self, *args: Any, **kwargs: Any) -> requests.Response:
            self.calls += 1
            return super().send(*args, **kwargs)

        def add_headers(self, request: requests.PreparedRequest, **kwargs: Any) -> None:
            request.headers["X-Adapter"] = "1"

    adapter = Counting()
    session.mount(wire.url, adapter)
    client(wire.url, session).request("GET", "/x")
    assert adapter.calls == 1
    assert wire.seen[0].headers["x-adapter"] == "1"
    assert not adapter.poolmanager.pools.keys()  # its own connections are not used
    other = Counting()
    session.mount(wire.url, other)
    client(wire.url, session).request("GET", "/x")
    assert (adapter.calls, other.calls) == (1, 1)


def test_the_certificates_of_an_adapter_hold(secure: Wire, bundle: str, session: requests.Session) -> None:
    import ssl

    class Pinned(HTTPAdapter):
        def __init__(self) -> None:
            self.context = ssl.create_default_context(cafile=bundle)
            super().__init__()

        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, ssl_context=self.context, **kwargs)

        def cert_verify(self, *args: object) -> None:
            pass

    session.mount("https://", Pinned())
    assert client(secure.url, session).request("GET", "/x") == 1


def test_settings_of_the_session_win_over_the_environment(
    wire: Wire, secure: Wire, bundle: str, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
    session.proxies["http"] = wire.url
    client("http://cms.invalid", session).request("GET", "/x")
    assert wire.seen[0].target == "http://cms.invalid/x"
    session.proxies = {}
    with pytest.raises(ConnectionFailed):
        client("http://cms.invalid", session).request("GET", "/x")
    session.trust_env = False
    assert client(wire.url, session).request("GET", "/x") == 1
    session.trust_env = True
    session.verify = bundle
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert client(secure.url, session).request("GET", "/x") == 1
    session.cert = "/no/such/file"
    with pytest.raises(ConfigurationError, match="cert"):
        client(secure.url, session).request("GET", "/x")


def test_methods_of_a_class_derived_from_session_hold(wire: Wire) -> None:
    class Signing(requests.Session):
        sent = 0

        def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
            prepared = super().prepare_request(request)
            prepared.headers["X-Signature"] = f"{prepared.method} {prepared.path_url}"
            return prepared

        def request(self, *args: Any, **kwargs: Any) -> requests.Response:
            kwargs["headers"]["X-Tenant"] = "t"
            return super().request(*args, **kwargs)

        def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
            self.sent += 1
            return super().send(request, **kwargs)

    with Signing() as session:
        client(wire.url, session).request("PATCH", "/x", params={"a": 1}, json={})
        assert session.sent == 1
    headers = wire.seen[0].headers
    assert (headers["x-signature"], headers["x-tenant"]) == ("PATCH /x?a=1", "t")


def test_a_websocket_is_reached_as_the_session_says(session: requests.Session, bundle: str) -> None:
    session.proxies["https"], session.verify = "http://proxy.example.com:3128", bundle
    session.headers["X-Site"] = "a"
    proxy, verify, headers = SessionTransport(session).route("https://cms.example.com/websocket")
    assert (proxy, verify, headers["X-Site"]) == ("http://proxy.example.com:3128", bundle, "a")


# ---------------------------------------------------------------------- what is ours


def test_redirects_are_ours(session: requests.Session) -> None:
    session.max_redirects = 0
    with Wire() as other, Wire(lambda seen: redirect("/new") if seen.path == "/old" else answer()) as wire:
        assert client(wire.url, session).request("GET", "/old") == 1
        wire._script = lambda seen: redirect(f"http://localhost:{other.port}/x")
        with pytest.raises(RedirectRefused, match="another host"):
            client(wire.url, session).request("GET", "/x")
        assert other.seen == []


def test_retries_are_ours(session: requests.Session) -> None:
    session.mount("http://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[503], allowed_methods=None)))
    with Wire([answer(b"", "503 Busy", kind=""), answer()]) as wire:
        directus = client(wire.url, session, retry=RetryPolicy(attempts=2, backoff=0))
        assert directus.request("GET", "/x") == 1
        assert len(wire.seen) == 2
        wire._script = lambda seen: answer(b"", "503 Busy", kind="")
        with pytest.raises(Exception, match="503"):
            directus.request("POST", "/x", json={})
        assert len(wire.seen) == 3


def test_a_hook_that_raises_for_a_status_leaves_the_error_to_us(session: requests.Session) -> None:
    session.hooks["response"] = [lambda response, *args, **kwargs: response.raise_for_status()]
    body = b'{"errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]}'
    with Wire(answer(body, "403 Forbidden")) as wire, pytest.raises(Forbidden, match="no"):
        client(wire.url, session).items("a").read_one(1)


def test_a_hook_may_read_the_body(session: requests.Session) -> None:
    read: list[bytes] = []
    session.hooks["response"] = [lambda response, *args, **kwargs: read.append(response.content)]
    with Wire(answer(b'{"data": "x"}')) as wire:
        directus = client(wire.url, session)
        assert directus.request("GET", "/x") == "x"
        assert b"".join(directus.assets.stream("a")) == b'{"data": "x"}'
        assert wire.connections == 1
    assert read == [b'{"data": "x"}'] * 2


def test_what_a_hook_raises_arrives_as_it_is(wire: Wire, session: requests.Session) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise LookupError("mine")

    session.hooks["response"] = [refuse]
    with pytest.raises(LookupError, match="mine"):
        client(wire.url, session).request("GET", "/x")


def test_netrc_is_not_read(wire: Wire, session: requests.Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password from-netrc\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    wire._script = lambda seen: redirect("/new") if seen.path == "/old" else answer()
    for token in ("the-token", None):
        client(wire.url, session, token).request("GET", "/old")
    assert [seen.headers.get("authorization") for seen in wire.seen] == ["Bearer the-token"] * 2 + [None] * 2


@pytest.mark.parametrize("wrapped", [False, True])
def test_cookies_of_directus_neither_enter_nor_leave_the_jar(wrapped: bool, session: requests.Session) -> None:
    login = b'{"data": {"expires": 900000}}'
    cookie = "Set-Cookie: directus_session_token=from-server; Path=/; HttpOnly"
    session.cookies.set("directus_session_token", "of-another")
    session.cookies.set("directus_refresh_token", "of-another")
    session.cookies.set("gateway", "open")
    before = session.cookies.get_dict()
    if wrapped:
        original = session.send
        session.send = lambda *args, **kwargs: original(*args, **kwargs)  # type: ignore[method-assign]
    with Wire(lambda seen: answer(login, headers=cookie) if "login" in seen.path else answer(headers=cookie)) as wire:
        directus = client(wire.url, session, None, auth=LoginAuth(mode="session"))
        directus.auth.login("a@example.com", "pass-word")
        directus.request("GET", "/x")
        client(wire.url, session).request("GET", "/y")
    assert [seen.headers["cookie"] for seen in wire.seen] == [
        "gateway=open",
        "gateway=open; directus_session_token=from-server",
        "gateway=open",
    ]
    assert session.cookies.get_dict() == before


def test_closing_the_client_leaves_the_session_open(wire: Wire, session: requests.Session) -> None:
    with mock.patch.object(session, "close") as close:
        with client(wire.url, session) as directus:
            directus.request("GET", "/x")
        assert not close.called
        assert directus.request("GET", "/x") == 1
    assert wire.connections == 2


def test_a_default_timeout_of_the_session_does_not_replace_ours(wire: Wire, session: requests.Session) -> None:
    session.request = partial(session.request, timeout=0.000001)  # type: ignore[method-assign]
    assert client(wire.url, session).request("GET", "/x") == 1


def test_an_adapter_without_our_connections_may_have_sent(session: requests.Session) -> None:
    class Down(BaseAdapter):
        error: Exception = requests.ConnectionError("down")

        def send(self, *args: Any, **kwargs: Any) -> requests.Response:
            raise self.error

        def close(self) -> None:
            pass

    adapter = Down()
    session.mount("http://", adapter)
    for error, sent in ((requests.ConnectionError("down"), True), (requests.ConnectTimeout("slow"), False)):
        adapter.error = error
        with pytest.raises(Exception, match="POST") as caught:
            client("http://cms.invalid", session).request("POST", "/x")
        assert caught.value.sent is sent  # type: ignore[attr-defined]


# ---------------------------------------------------------------------- credentials


def test_a_session_with_auth_authorizes_an_unauthenticated_client(wire: Wire, session: requests.Session) -> None:
    session.auth = ("user", "pass-word")
    assert client(wire.url, session, None).request("GET", "/x") == 1
    expected = base64.b64encode(b"user:pass-word").decode()
    assert wire.seen[0].headers["authorization"] == f"Basic {expected}"
    wire._script = lambda seen: answer(json.dumps({"errors": [{"message": seen.headers["authorization"]}]}).encode(), "400 Bad")
    with pytest.raises(Exception, match="400") as caught:
        client(wire.url, session, None).request("GET", "/x")
    assert expected not in str(caught.value)


def test_a_digest_is_calculated_from_the_first_response(session: requests.Session) -> None:
    session.auth = HTTPDigestAuth("user", "pass-word")
    challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\nSet-Cookie: a=b'

    def script(seen: Seen) -> bytes:
        return answer() if "authorization" in seen.headers else answer(b"", "401 No", headers=challenge)

    with Wire(script) as wire:
        assert client(wire.url, session, None).request("POST", "/x", json={"a": 1}) == 1
    assert [seen.body for seen in wire.seen] == [b'{"a":1}'] * 2
    assert session.cookies.get_dict() == {}


class OAuth2Session(requests.Session):
    """Adds its token as such packages do."""

    def request(self, method: Any, url: Any, *args: Any, headers: Any = None, **kwargs: Any) -> requests.Response:
        return super().request(method, url, *args, headers={**(headers or {}), "Authorization": "Bearer oauth"}, **kwargs)


def _with_auth() -> requests.Session:
    session = requests.Session()
    session.auth = ("user", "pass-word")
    return session


@pytest.mark.parametrize("make", [_with_auth, OAuth2Session])
def test_two_sets_of_credentials_are_refused(make: Any, wire: Wire) -> None:
    with make() as session:
        for options in ({"token": "t"}, {"auth": StaticTokenAuth("t")}, {"auth": LoginAuth()}):
            with pytest.raises(ConfigurationError, match=r"session\.auth"):
                Directus(wire.url, session=session, **options)
        directus = Directus(wire.url, session=session)
        with pytest.raises(ConfigurationError, match=r"session\.auth"):
            directus.auth.login("a@example.com", "pass-word")
        with pytest.raises(ConfigurationError, match=r"session\.auth"):
            directus.with_token("t")
        with pytest.raises(ConfigurationError, match=r"session\.auth"):
            directus.request("GET", "/x", headers={"Authorization": "Bearer t"})
        directus.auth.static("t")
        with pytest.raises(ConfigurationError, match=r"session\.auth"):
            directus.request("GET", "/x")
        assert wire.seen == []


def test_credentials_that_a_session_adds_are_noticed_at_the_call(wire: Wire) -> None:
    class Quiet(requests.Session):
        def request(self, *args: Any, headers: Any = None, **kwargs: Any) -> requests.Response:
            return super().request(*args, headers={**(headers or {}), "authorization": "Bearer other"}, **kwargs)

    with Quiet() as session:
        assert client(wire.url, session, None).request("GET", "/x") == 1
        assert wire.seen[0].headers["authorization"] == "Bearer other"
        with pytest.raises(ConfigurationError, match="one Authorization header"):
            client(wire.url, session).request("GET", "/x")
    assert len(wire.seen) == 1


def test_a_token_among_the_headers_of_the_session_gives_way(wire: Wire, session: requests.Session) -> None:
    session.headers["Authorization"] = "Bearer of-the-session"
    client(wire.url, session, None).request("GET", "/x")
    client(wire.url, session).request("GET", "/x")
    assert [seen.headers["authorization"] for seen in wire.seen] == ["Bearer of-the-session", "Bearer the-token"]


def test_a_transport_shows_and_pickles_no_secret(session: requests.Session, wire: Wire) -> None:
    session.headers["X-Api-Key"] = "key-s3cret"
    session.auth = ("user", "pass-s3cret")
    transport = SessionTransport(session, timeout=5)
    directus = Directus(wire.url, transport=transport)
    directus.request("GET", "/x")
    assert "s3cret" not in repr(transport) + str(vars(transport))
    content = pickle.dumps(directus)
    assert b"s3cret" not in content
    with pytest.raises(ConfigurationError, match="session="):
        pickle.loads(content).request("GET", "/x")
    assert copy.deepcopy(transport) is transport


# ---------------------------------------------------------------------- what is refused


def test_what_is_not_a_session_is_refused(session: requests.Session) -> None:
    for wrong in (requests.Session, requests, object(), "session"):
        with pytest.raises(ConfigurationError, match=r"requests\.Session"):
            Directus(CMS, session=wrong)  # type: ignore[arg-type]
    for transport in (MockTransport([]), RequestsTransport()):
        with pytest.raises(ConfigurationError, match="transport or session"):
            Directus(CMS, session=session, transport=transport)


def test_a_replaced_request_is_refused(wire: Wire, session: requests.Session) -> None:
    with mock.patch.object(session, "request"), pytest.raises(ConfigurationError, match="request of the session"):
        client(wire.url, session).request("GET", "/x")
    with mock.patch("requests.Session.request"), pytest.raises(ConfigurationError, match=r"requests\.Response"):
        client(wire.url, session).request("GET", "/x")
    assert wire.seen == []


# ---------------------------------------------------------------------- with other packages


@pytest.mark.parametrize("target", ["session", "every session", "adapter"])
def test_requests_mock(target: str, session: requests.Session, wire: Wire) -> None:
    def respond(request: Any, context: Any) -> Any:
        context.headers["Content-Type"] = "application/json"
        return {"data": {"token": request.headers["Authorization"]}}

    if target == "adapter":
        adapter = requests_mock.Adapter()
        session.mount("https://cms.example.test", adapter)
        mocked, context = adapter, mock.MagicMock()
    else:
        mocked = context = requests_mock.Mocker(session=session) if target == "session" else requests_mock.Mocker()
    with context:
        mocked.register_uri("GET", f"{CMS}/items/a/1", json=respond, headers={"Set-Cookie": "a=b; Path=/"})
        directus = client(CMS, session, "one")
        tokens = [each.items("a").read_one(1)["token"] for each in (directus, directus.with_token("two"), directus)]
        assert tokens == ["Bearer one", "Bearer two", "Bearer one"]
        with pytest.raises((requests_mock.NoMockAddress, ConnectionFailed)):
            directus.items("a").delete_one(1)
    assert session.cookies.get_dict() == {}
    wire._script = lambda seen: Drip()
    with pytest.raises(Timeout):  # nothing is left of it that would hide our connections
        client(wire.url, session, retry=RetryPolicy(attempts=1, max_elapsed=0.25)).request("GET", "/x")


def test_a_cache_that_ignores_credentials_is_refused(wire: Wire) -> None:
    settings: list[dict[str, Any]] = [
        {},
        {"match_headers": ["Authorization"]},
        {"match_headers": True},
        {"ignored_parameters": []},
        {"match_headers": ["Accept"], "ignored_parameters": []},
    ]
    for setting in settings:
        with (
            requests_cache.CachedSession(backend="memory", **setting) as session,
            pytest.raises(ConfigurationError, match=r'match_headers=\["Authorization"\], ignored_parameters=\[\]'),
        ):
            client(wire.url, session)


def test_a_cache_that_distinguishes_credentials(cms: Wire, tmp_path: Path) -> None:
    setting: Any = {"backend": "memory", "match_headers": ["Authorization"], "ignored_parameters": []}
    with requests_cache.CachedSession(**setting) as session:
        directus = client(cms.url, session, "one")
        for each in (directus, directus.with_token("two"), directus, directus.with_token("two")):
            assert each.items("a").read_one(1)["id"] == 1
        assert [seen.headers["authorization"] for seen in cms.seen] == ["Bearer one", "Bearer two"]
        assert directus.items("a").create_one({"b": 1})["to"] == directus.items("a").create_one({"b": 1})["to"] == "POST"
        assert len(cms.seen) == 4
        check_every_call(cms.url, tmp_path, session=session)
        session.settings.match_headers = []
        with pytest.raises(ConfigurationError, match="match_headers"):
            directus.items("a").read_one(1)


def test_a_cache_for_a_session_in_a_cookie_needs_the_cookie_in_its_key(wire: Wire) -> None:
    setting: Any = {"backend": "memory", "ignored_parameters": []}
    cookie: Any = {"headers": {"Cookie": "directus_session_token=one"}}
    with requests_cache.CachedSession(match_headers=["Authorization"], **setting) as session:
        directus = client(wire.url, session, None)
        with pytest.raises(ConfigurationError, match=r'match_headers=\["Authorization", "Cookie"\]'):
            directus.request("GET", "/x", **cookie)
        assert directus.request("GET", "/x", params={"access_token": "one"}) == 1
        assert directus.request("GET", "/x", params={"access_token": "two"}) == 1
    assert len(wire.seen) == 2
    with requests_cache.CachedSession(match_headers=["Authorization", "Cookie"], **setting) as session:
        assert client(wire.url, session, None).request("GET", "/x", **cookie) == 1


def test_cache_control_is_refused(session: requests.Session) -> None:
    kind = type("CacheControlAdapter", (HTTPAdapter,), {"__module__": "cachecontrol.adapter"})
    session.mount("https://", kind())
    with pytest.raises(ConfigurationError, match="CacheControl"):
        Directus(CMS, session=session)


def test_opentelemetry_sees_each_call_once_and_no_token(cms: Wire, session: requests.Session, tmp_path: Path) -> None:
    from opentelemetry.instrumentation.requests import RequestsInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    RequestsInstrumentor().instrument(tracer_provider=provider)
    try:
        directus = client(cms.url, session, "token-one")
        for each in (directus, directus.with_token("token-two")):
            each.items("a").read_one(1)
        assert [seen.headers["authorization"] for seen in cms.seen] == ["Bearer token-one", "Bearer token-two"]
        check_every_call(cms.url, tmp_path, session=session)
    finally:
        RequestsInstrumentor().uninstrument()
    spans = exporter.get_finished_spans()
    assert len(spans) == len(cms.seen)
    assert len({seen.headers["traceparent"] for seen in cms.seen}) == len(cms.seen)
    assert not [span for span in spans if "token-" in span.to_json()]
