"""Clients and servers of the tests of HTTP."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from requests.adapters import HTTPAdapter

from directus_sdk import (
    Directus,
    RequestsTransport,
    RetryPolicy,
    SessionTransport,
    Transport,
)
from tests.scripted_server import Wire

ONCE = RetryPolicy(attempts=1)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def session_transport(options: dict[str, Any]) -> SessionTransport:
    """Make a transport over a session that has the settings of a `RequestsTransport`."""
    session = requests.Session()
    session.headers.update(options.pop("headers", {}))
    for name in ("params", "verify", "cert", "proxies"):
        if name in options:
            setattr(session, name, options.pop(name))
    pool_size = options.pop("pool_size", 10)
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=pool_size))
    return SessionTransport(session, **options)


@pytest.fixture(params=["requests", "session"])
def make_transport(request: pytest.FixtureRequest) -> Callable[..., Transport]:
    """Make each of the transports over requests."""
    if request.param == "requests":
        return RequestsTransport
    return lambda **options: session_transport(options)


@pytest.fixture
def clients(make_transport: Callable[..., Transport]) -> Iterator[Callable[..., Directus]]:
    """Make clients with each of the transports over requests."""
    made: list[Directus] = []

    def client(url: str, retry: RetryPolicy = ONCE, token: str | None = "the-token", **options: Any) -> Directus:
        transport = make_transport(**{"timeout": (5, 5), **options})
        made.append(Directus(url, token=token, retry=retry, transport=transport))
        return made[-1]

    yield client
    for directus in made:
        directus.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Wire]:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Wire(context=context) as wire:
        yield wire


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context
