"""An OpenID provider of the tests' own, a Directus that signs users in with it, and a browser that walks through both."""

from __future__ import annotations

import contextlib
import html
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urljoin

import requests

from directus_sdk.testing.server.process import Command, KeptProcess, clean_environment, tail

#: The name of the provider in Directus, and the person who signs in there; their email address is the same string.
PROVIDER = "openid"
PERSON = "visitor@example.com"


#: A process of its own, so that the warnings of its libraries are not those of the tests. Without a refresh token, Directus
#: does not ask the provider again when a session is refreshed.
_PROGRAM = """
import oidc_provider_mock
from werkzeug.serving import make_server
app = oidc_provider_mock.app(issue_refresh_token=False)
server = make_server("127.0.0.1", 0, app, threaded=True)
print("port", server.port, flush=True)
server.serve_forever()
"""


@contextlib.contextmanager
def openid_provider() -> Iterator[str]:
    """Start a provider on a free port of 127.0.0.1, and yield its issuer URL.

    It knows every person: whatever is entered as `sub` is signed in, and is the email address too.
    """
    folder = Path(tempfile.mkdtemp(prefix="openid-provider-"))
    log = folder / "provider.log"
    argv = [sys.executable, "-W", "ignore", "-c", _PROGRAM]
    process = KeptProcess(Command(argv=argv, cwd=folder, env=clean_environment(), log=log, remove=[folder]))
    try:
        deadline = time.monotonic() + 60
        while not (port := re.search(r"^ *port (\d+)$", tail(log), re.MULTILINE)):
            assert process.running(), f"the OpenID provider did not start:\n{tail(log)}"
            assert time.monotonic() < deadline, f"the OpenID provider does not respond:\n{tail(log)}"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port[1]}"
    finally:
        process.stop()
        shutil.rmtree(folder, ignore_errors=True)


def openid_settings(
    issuer: str, *, site: str | None, mode: str | None = None, role: str | None = None, provider: str = PROVIDER
) -> dict[str, str]:
    """Return the settings of a Directus server that signs its users in with a provider.

    Args:
        issuer: The URL that `openid_provider` yields.
        site: The URL of the site's page to which browsers return, which the server must allow; ``None`` for none.
        mode: ``AUTH_<PROVIDER>_MODE``: ``"session"`` or ``"cookie"``.
        role: The role of users who sign in for the first time.
        provider: The name of the provider.
    """
    name = f"AUTH_{provider.upper()}"
    settings = {
        "AUTH_PROVIDERS": provider,
        f"{name}_DRIVER": "openid",
        f"{name}_CLIENT_ID": "directus",
        f"{name}_CLIENT_SECRET": "a secret of the tests",
        f"{name}_ISSUER_URL": f"{issuer}/.well-known/openid-configuration",
        f"{name}_ALLOW_PUBLIC_REGISTRATION": "true",
        f"{name}_REDIRECT_ALLOW_LIST": site,
        f"{name}_MODE": mode,
        f"{name}_DEFAULT_ROLE_ID": role,
    }
    return {key: value for key, value in settings.items() if value is not None}


def walk(url: str, person: str = PERSON, *, until: str | None = None, action: str | None = None) -> requests.Response:
    """Follow a login URL as a browser does: to the provider, through its form, and back to Directus.

    Args:
        url: What `auth.login_url` returned.
        person: Who signs in.
        until: The beginning of the URLs of the site, which are not requested.
        action: ``"deny"`` to decline at the provider.

    Returns:
        The response that redirects to the site, or the last one. The cookies that the browser keeps by then are those of
        `cookies_of`.
    """
    browser = requests.Session()
    browser.trust_env = False
    response = browser.get(url, allow_redirects=False, timeout=20)
    for _ in range(10):
        if response.is_redirect:
            target = urljoin(response.url, response.headers["Location"])
            if until is not None and target.startswith(until):
                break
            response = browser.get(target, allow_redirects=False, timeout=20)
        elif "<form" in response.text and 'name="sub"' in response.text:
            form = re.search(r'<form[^>]*action="([^"]*)"', response.text)
            target = urljoin(response.url, html.unescape(form[1])) if form else response.url
            data = {"sub": person} | ({"action": action} if action else {})
            response = browser.post(target, data=data, allow_redirects=False, timeout=20)
        else:
            break
    browser.close()
    response.cookies.update(browser.cookies)
    return response


def cookies_of(response: requests.Response) -> Mapping[str, str]:
    """Return the cookies of the browser after `walk`, by name."""
    return {cookie.name: cookie.value or "" for cookie in response.cookies}
