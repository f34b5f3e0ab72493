"""SessionTransport with sessions and adapters of other packages, with threads, with a fork, and with client certificates."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_cache
import trustme
from cachecontrol import CacheControl, CacheControlAdapter
from oauthlib.oauth2 import WebApplicationClient
from requests_oauthlib import OAuth1Session, OAuth2Session
from requests_toolbelt.adapters.host_header_ssl import HostHeaderSSLAdapter
from requests_toolbelt.adapters.socket_options import TCPKeepAliveAdapter
from requests_toolbelt.adapters.source import SourceAddressAdapter
from requests_toolbelt.sessions import BaseUrlSession

from directus_sdk import ConfigurationError, ConnectionFailed, Directus, RetryPolicy
from tests.forking import in_child, needs_fork
from tests.scripted_server import Wire

ONCE = RetryPolicy(attempts=1)


def client(url: str, session: requests.Session, **options: Any) -> Directus:
    return Directus(url, session=session, retry=ONCE, **options)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire() as wire:
        yield wire


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def oauth2() -> requests.Session:
    token = {"access_token": "of-oauth", "token_type": "Bearer"}
    return OAuth2Session(client=WebApplicationClient("client"), token=token)


def oauth1() -> requests.Session:
    return OAuth1Session("client", client_secret="s", resource_owner_key="of-oauth", resource_owner_secret="s")


@pytest.mark.parametrize(("make", "header"), [(oauth2, "Bearer of-oauth"), (oauth1, "OAuth oauth_nonce=")])
def test_an_oauth_session_authorizes_an_unauthenticated_client_only(
    make: Callable[[], requests.Session], header: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the server of the test has no TLS
    with make() as session:
        directus = client(wire.url, session)
        assert directus.request("GET", "/x", params={"a": 1}) == 1
        assert wire.seen[0].headers["authorization"].startswith(header)
        for refused in (
            lambda: client(wire.url, session, token="t"),
            lambda: directus.with_token("t"),
            lambda: directus.auth.login("a@example.com", "pass-word"),
        ):
            with pytest.raises(ConfigurationError, match="one Authorization header"):
                refused()
    assert len(wire.seen) == 1


def test_cache_control_is_refused_whenever_it_is_mounted(wire: Wire, session: requests.Session) -> None:
    with pytest.raises(ConfigurationError, match="CacheControl"):
        client(wire.url, CacheControl(requests.Session()), token="t")
    directus = client(wire.url, session, token="t")
    session.mount("http://", type("Derived", (CacheControlAdapter,), {})())
    with pytest.raises(ConfigurationError, match="CacheControl"):
        directus.request("GET", "/x")
    assert wire.seen == []


def test_a_cache_with_a_key_of_the_users_own_is_tried(wire: Wire) -> None:
    keys: list[Callable[..., str]] = [
        lambda request, **options: str(request.url),
        lambda request, **options: f"{request.url} {request.headers.get('Authorization')}",
    ]
    refused, taken = (requests_cache.CachedSession(backend="memory", key_fn=key) for key in keys)
    with refused, taken:
        with pytest.raises(ConfigurationError, match="the cache of this session ignores credentials"):
            client(wire.url, refused, token="t")
        one = client(wire.url, taken, token="one")
        for directus in (one, one.with_token("two"), one):
            assert directus.request("GET", "/x") == 1
    assert [seen.headers["authorization"] for seen in wire.seen] == ["Bearer one", "Bearer two"]


@pytest.mark.parametrize("make", [lambda: SourceAddressAdapter("127.0.0.1"), TCPKeepAliveAdapter, HostHeaderSSLAdapter])
def test_adapters_of_requests_toolbelt(make: Callable[[], Any], wire: Wire, session: requests.Session) -> None:
    session.mount("http://", make())
    directus = client(wire.url, session, token="t")
    assert directus.request("POST", "/x", json={"a": 1}) == 1
    assert b"".join(directus.assets.stream("a")).startswith(b"{")
    assert wire.seen[0].headers["authorization"] == "Bearer t"


def test_a_session_with_a_base_url_sends_to_the_server_of_the_client(wire: Wire) -> None:
    with BaseUrlSession("https://other.example.com/") as session:
        assert client(wire.url, session, token="t").request("GET", "/x") == 1
    assert wire.seen[0].path == "/x"


def test_threads_with_tokens_of_their_own_share_a_session(wire: Wire, session: requests.Session) -> None:
    directus = client(wire.url, session)

    def calls(name: str) -> None:
        for _ in range(10):
            directus.with_token(name).request("GET", f"/{name}")

    threads = [threading.Thread(target=calls, args=(f"t{index}",)) for index in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wire.seen) == 50
    assert {(seen.path, seen.headers["authorization"]) for seen in wire.seen} == {(f"/t{i}", f"Bearer t{i}") for i in range(5)}
    assert not hasattr(session, "call")


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the server of the test is a thread
def test_the_child_of_a_fork_has_connections_of_its_own(wire: Wire, session: requests.Session) -> None:
    directus = client(wire.url, session, token="t")
    assert directus.request("GET", "/before") == 1
    assert in_child(lambda: directus.request("GET", "/child")) == "1"
    assert directus.request("GET", "/after") == 1
    assert [seen.path for seen in wire.seen] == ["/before", "/child", "/after"]
    assert wire.connections == 2


def test_a_client_certificate_of_the_session_is_sent(
    authority: trustme.CA, bundle: str, tmp_path: Path, session: requests.Session
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    own = authority.issue_cert("client.example.com")
    own.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "client.pem"))
    session.verify = bundle
    with Wire(context=context) as wire:
        with pytest.raises(ConnectionFailed):
            client(wire.url, session, token="t").request("GET", "/x")
        session.cert = str(tmp_path / "client.pem")
        assert client(wire.url, session, token="t").request("GET", "/x") == 1
