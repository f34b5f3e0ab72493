"""Host names: one spelling, that of IDNA 2008, wherever a host is looked up, compared or shown."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import requests

from directus_sdk import ConfigurationError, Directus, RedirectRefused, RequestsTransport, RetryPolicy
from tests.scripted_server import Wire, answer, redirect

NAME, SPELLED, OTHER = "straße.example.test", "xn--strae-oqa.example.test", "strasse.example.test"


@pytest.mark.parametrize(
    "host", [NAME, "faß.de", "Bücher.example", "日本.example", "BÜCHER.example:8443", "σς.example", "plain.example"]
)
def test_a_host_is_spelled_as_requests_spells_it(host: str) -> None:
    expected = requests.Request("GET", f"https://{host}/assets/x").prepare().url
    directus = Directus(f"https://{host}", token="t")
    assert directus.assets.url("x") == expected
    assert f"{directus.url}/assets/x" == expected


@pytest.mark.parametrize("host", ["☃.example", "a‍b.example", "ß" * 80 + ".example", "ä_b.example", "ä..example", "-ä.example"])
def test_a_host_that_cannot_be_one_is_refused(host: str) -> None:
    with pytest.raises(ConfigurationError, match="url must name a host"):
        Directus(f"https://{host}")
    with pytest.raises(ConfigurationError, match="not a valid host name"):
        Directus("https://plain.example").realtime.configure(url=f"wss://{host}/websocket")
    with pytest.raises(ConfigurationError, match="not a valid host name"):
        RequestsTransport(proxies={"https": f"http://{host}:3128"})


def test_the_tables_are_not_loaded_for_ordinary_names() -> None:
    code = (
        "import sys, directus_sdk; directus_sdk.Directus('https://cms.example').assets.url('x'); print('idna' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ("https://CMS.Example.com:443/", "https://cms.example.com"),
        ("http://cms.example.com:80/a//", "http://cms.example.com/a"),
        ("http://cms.example.com:443", "http://cms.example.com:443"),
        ("https://cms.example.com:0443", "https://cms.example.com"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("http://[FE80::1%Eth0]:8055", "http://[fe80::1%Eth0]:8055"),
        (f"https://{NAME.upper()}".replace("SS", "ß"), f"https://{SPELLED}"),
    ],
)
def test_urls_of_one_server_are_one_text(given: str, same: str) -> None:
    assert Directus(given).url == same


def through(proxy: Wire, url: str = f"http://{NAME}", **options: Any) -> Directus:
    """A client that reaches any host through a server on loopback."""
    transport = RequestsTransport(proxies={"http": proxy.url})
    return Directus(url, transport=transport, retry=RetryPolicy(attempts=1), **{"token": "tok-s3cret", **options})


def test_the_token_goes_to_the_host_that_was_meant() -> None:
    with Wire() as wire, through(wire) as directus:
        directus.items("a").read_one(1)
    assert wire.seen[0].target.startswith(f"http://{SPELLED}/items/a/1")
    assert wire.seen[0].headers["host"] == SPELLED


@pytest.mark.parametrize(
    "location", [f"http://{NAME}/new", f"http://{SPELLED}/new", f"http://{NAME}:80/new", f"//{NAME}/new", "/new"]
)
def test_a_redirect_to_the_same_host_in_another_spelling_is_followed(location: str) -> None:
    with Wire([redirect(location), answer(b'{"data": 2}')]) as wire, through(wire) as directus:
        assert directus.request("GET", "/old") == 2
    assert wire.seen[1].target in (f"http://{SPELLED}/new", f"http://{SPELLED}:80/new")
    assert wire.seen[1].headers["authorization"] == "Bearer tok-s3cret"


@pytest.mark.parametrize(
    "location", [f"http://{OTHER}/new", f"http://{NAME}.evil.example/new", f"http://{NAME}:8080/new", "http://☃/"]
)
def test_a_redirect_to_another_host_is_refused(location: str) -> None:
    with Wire([redirect(location)]) as wire, through(wire) as directus, pytest.raises(RedirectRefused):
        directus.request("GET", "/old")
    assert len(wire.seen) == 1


@pytest.mark.parametrize(
    ("no_proxy", "proxied"),
    [
        (NAME, False),
        (f"other.test, .{NAME.partition('.')[2]}", False),
        (f"*.example.test, ä.test,{NAME}:80", False),
        (f"{NAME}:8080,ä", True),
        (OTHER, True),
        ("☃," + NAME, False),
    ],
)
def test_hosts_without_a_proxy_are_compared_in_that_spelling(
    no_proxy: str, proxied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("no_proxy", no_proxy)
    proxy, _, _ = RequestsTransport().route(f"{Directus(f'http://{NAME}').url}/websocket")
    assert (proxy is not None) is proxied


def test_a_proxy_and_what_it_is_for_are_spelled_so_too() -> None:
    transport = RequestsTransport(proxies={f"http://{NAME}": f"http://user:pw@{NAME}:3128/", "https": f"{NAME}:1"})
    assert transport.route(f"http://{SPELLED}/x")[0] == f"http://user:pw@{SPELLED}:3128/"
    assert transport.route("https://a.example/x")[0] == f"{SPELLED}:1"
