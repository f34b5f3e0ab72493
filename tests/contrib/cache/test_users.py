"""Never a response of one user for another: many users, threads and tokens, on one region."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from dogpile.cache import make_region
from hypothesis import given, settings
from hypothesis import strategies as st

from directus_sdk import Directus, LoginAuth, Request, Response, StaticTokenAuth
from directus_sdk.contrib.cache import CachedTransport
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response, json_response

SERVERS = ("https://one.example.com", "https://two.example.com")
USERS = ("ada", "bob")
THREADS = 4


class Servers:
    """Two servers, which respond with who asked, in which language, and the latest version of what was asked for."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tokens = {f"static-token-of-{user}": user for user in USERS}
        self.versions = dict.fromkeys(SERVERS, 0)
        self.reads = 0

    def respond(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        server, headers = f"{parts.scheme}://{parts.netloc}", {name.lower(): value for name, value in request.headers.items()}
        with self.lock:
            if parts.path.startswith("/auth/"):
                return self.sign_in(json.loads(request.body), parts.path)  # type: ignore[arg-type]
            cookie = headers.get("cookie", "").rpartition("directus_session_token=")[2]
            token = (
                headers.get("authorization", "").removeprefix("Bearer ") or dict(request.params).get("access_token") or cookie
            )
            user = self.tokens.get(token) if token else "nobody"
            if user is None:
                return error_response("TOKEN_EXPIRED", 401)
            if request.method == "PATCH":
                self.versions[server] += 1
            else:
                self.reads += 1
            language = headers.get("accept-language")
            item = {"user": user, "server": server, "language": language, "version": self.versions[server], "path": parts.path}
            return json_response({"data": item})

    def sign_in(self, body: dict[str, str], path: str) -> Response:
        user = body["email"].partition("@")[0] if "email" in body else self.tokens.pop("refresh " + body["refresh_token"])
        number = len(self.tokens) + sum(self.versions.values())
        access, refresh = f"access-token-{number}-{threading.get_ident()}", f"{user}-{number}"
        self.tokens[access] = self.tokens["refresh " + refresh] = user
        return json_response({"data": {"access_token": access, "refresh_token": refresh, "expires": 900_000}})


def clients(servers: Servers) -> list[tuple[Directus, dict[str, object]]]:
    """Return a client for each way to be someone, with what a server has to say to it."""
    region = make_region().configure("dogpile.cache.memory")
    pairs: list[tuple[Directus, dict[str, object]]] = []
    for url in SERVERS:
        transport = CachedTransport(MockTransport(servers.respond), region, ttl=60, stale=60)
        base = Directus(url, transport=transport)
        pairs.append((base, {"user": "nobody"}))
        pairs.append((base.with_options(headers={"Accept-Language": "de"}), {"user": "nobody", "language": "de"}))
        for user in USERS:
            token = f"static-token-of-{user}"
            signed_in = base.with_options(auth=LoginAuth())
            signed_in.auth.login(f"{user}@example.com", "password")
            for client in (
                base.with_token(token),
                base.with_options(auth=StaticTokenAuth(token, send_as="query")),
                base.with_options(auth=StaticTokenAuth(token, send_as="cookie")),
                base.with_options(headers={"Authorization": f"Bearer {token}"}),
                base.with_options(headers={"Cookie": f"theme=dark; directus_session_token={token}"}),
                base.with_options(params={"access_token": token}),
                signed_in,
            ):
                pairs.append((client, {"user": user}))
            pairs.append((base.with_options(token=token, headers={"Accept-Language": "de"}), {"user": user, "language": "de"}))
    return [(client, {"language": None, "server": client.url, **says}) for client, says in pairs]


def read(client: Directus, path: str) -> dict[str, Any]:
    if path == "singleton":
        return client.singleton("settings").read()
    return client.items("articles").read_one(path)


#: Number of a client, and what it does.
STEPS = st.lists(
    st.tuples(st.integers(0, 35), st.sampled_from(["1", "2", "singleton", "write", "refresh", "forget"])), max_size=12
)


@settings(max_examples=25, deadline=None)
@given(st.lists(STEPS, min_size=THREADS, max_size=THREADS))
def test_no_user_gets_the_response_of_another(threads: list[list[tuple[int, str]]]) -> None:
    servers = Servers()
    everyone = clients(servers)
    assert len(everyone) == 36
    start = threading.Barrier(THREADS, timeout=30)

    def run(steps: list[tuple[int, str]]) -> None:
        written = dict.fromkeys(SERVERS, 0)
        start.wait()
        for number, step in steps:
            client, says = everyone[number]
            is_session = isinstance(client.auth, LoginAuth) and says["user"] != "nobody"
            if step == "write":
                written[client.url] = client.items("articles").update_one(1, {"title": "x"})["version"]  # type: ignore[index]
            elif step == "forget":
                client.transport.forget("articles")  # type: ignore[attr-defined]
            elif step == "refresh" and is_session and client.auth.signed_in:
                client.auth.refresh()
            elif step in ("1", "2", "singleton"):
                item = read(client, step)
                assert {name: item[name] for name in says} == says
                assert item["path"] == ("/items/settings" if step == "singleton" else f"/items/articles/{step}")
                assert item["version"] >= written[client.url]  # what this thread has written is never undone

    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(run, steps) for steps in threads]:
            future.result()


def test_each_of_them_is_served_from_the_cache() -> None:
    """The property is not that nothing is cached."""
    servers = Servers()
    everyone = clients(servers)
    for _ in range(3):
        for client, says in everyone:
            item = read(client, "1")
            assert {name: item[name] for name in says} == says
    # For each server: nobody, each of two users by header, query and cookies (one with another cookie), and as a session,
    # and three with a language.
    assert servers.reads == 2 * (1 + 2 * 5 + 3)
