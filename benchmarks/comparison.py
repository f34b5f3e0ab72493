"""The claims of docs/comparison.md: what this SDK, plain requests and the other Python clients do in the same situation.

    python benchmarks/comparison.py [--only NAME] [--json FILE]

Each contender runs each situation in a process of its own, and each peer in an environment of its own under build/peers.
Nothing is judged here: a line says what was observed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from peers import OURS, PEERS, PLAIN, collection, environment

HERE = Path(__file__).parent
#: The situations, in the order of the page; those with a stub need a server that misbehaves.
SITUATIONS = {
    "read all 250 items": "server",
    "a misspelt collection": "server",
    "a misspelt field": "server",
    "the key ../../users/me": "server",
    "a read after the access token expired": "server",
    "the refresh token after logout": "server",
    "create 5,000 items in one call": "server",
    "503 for a create": "unavailable",
    "429 with Retry-After: 1": "limited",
    "a proxy's error page": "page",
    "an untrusted certificate": "tls",
    "20 reads": "fine",
    "upload 100 MB": "fine",
    "a wrong password": "server",
    "a login and 5 reads": "fine",
    "a row with the word errors": "words",
    "the types of a .jpeg, .svg, .csv and .zip": "server",
    "a filter of one condition, as a dict": "server",
    "a filter that nothing matches": "server",
    "download a private file": "server",
    "create without the permission to read": "server",
    "a date in the data": "fine",
    "a ~/.netrc for this host": "netrc",
    "a redirect to another host": "elsewhere",
    "a server that does not respond for 75 s": "silent",
}


class Stub(ThreadingHTTPServer):
    """A server that misbehaves once, or always, and counts."""

    daemon_threads = True

    def __init__(self, kind: str) -> None:
        self.kind, self.requests, self.connections, self.tokens = kind, 0, 0, 0
        self.ended = threading.Event()
        super().__init__(("127.0.0.1", 0), Answers)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A refused certificate is what is tested."""


class Answers(BaseHTTPRequestHandler):
    """The responses of a stub."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # the head and the body in one packet
    server: Stub

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()

    def answer(self) -> None:
        self.server.requests += 1
        self.server.tokens += self.headers.get("Authorization") == "Bearer secret-token"
        self.drop_body()
        first = self.server.requests == 1
        if self.server.kind == "unavailable" and first:
            self.reply(503, b"<html>Service Unavailable</html>", "text/html")
        elif self.server.kind == "limited" and first:
            body = b'{"errors":[{"message":"Too many requests","extensions":{"code":"REQUESTS_EXCEEDED"}}]}'
            self.reply(429, body, "application/json", {"Retry-After": "1"})
        elif self.server.kind == "silent" and first:
            self.server.ended.wait(75)
            self.close_connection = True
        elif self.server.kind == "elsewhere" and first:
            target = f"http://localhost:{self.server.server_port}{self.path}"
            self.reply(302, b"", "text/plain", {"Location": target})
        elif self.path.startswith("/auth/"):
            session = {"access_token": "a", "refresh_token": "r", "expires": 900_000}
            self.reply(200, json.dumps({"data": session}).encode(), "application/json")
        elif self.server.kind == "page":
            self.reply(502, b"<html>Bad Gateway</html>", "text/html")
        else:
            alone = self.path.split("?")[0].count("/") > 2 or self.command in ("POST", "PATCH")
            row = {"id": 1, "title": "No errors" if self.server.kind == "words" else "Hello"}
            data = row if alone else [row]
            self.reply(200, json.dumps({"data": data}).encode(), "application/json")

    do_GET = do_POST = do_PATCH = do_SEARCH = do_DELETE = answer  # noqa: N815

    def drop_body(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        left = int(self.headers.get("Content-Length") or 0)
        while left > 0:
            left -= len(self.rfile.read(min(left, 1 << 20)))

    def reply(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Quiet."""


@contextmanager
def stub(kind: str) -> Iterator[tuple[str, Stub]]:
    server = Stub(kind)
    scheme = "http"
    if kind == "tls":
        import trustme

        certificate = trustme.CA().issue_cert("another.example")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_port}", server
    finally:
        server.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def run(python: Path, contender: str, situation: str, access: dict[str, str]) -> dict[str, Any]:
    """Run one situation of one contender and return what it reports."""
    command = [str(python), str(HERE / "contenders" / "situations.py"), contender, situation, json.dumps(access)]
    environment = {**os.environ, "HOME": access["folder"], "NETRC": access.get("netrc", os.devnull)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"result"')]  # one of them prints
    if not lines:
        raise RuntimeError(f"{contender}, {situation}: {done.stderr}")
    return dict(json.loads(lines[-1]))


def installed(python: Path) -> str:
    """Return how many packages an environment has, besides the tools to install them."""
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True)
    return str(len({entry["name"] for entry in json.loads(listed.stdout)} - {"pip", "setuptools", "wheel"}))


def closure(name: str) -> set[str]:
    """Return a distribution and what it needs, without extras."""
    found: set[str] = set()
    left = [name]
    while left:
        name = left.pop().lower()
        if name not in found:
            found.add(name)
            needs = importlib.metadata.requires(name) or []
            left += [
                "".join(c if c.isalnum() or c in "-_." else " " for c in need).split()[0] for need in needs if ";" not in need
            ]
    return found


def prepare(server: Any, directus: Any) -> dict[str, str]:
    """Make what the situations on a real server need, and return the URL, credentials and keys for them."""
    collection(server, directus, "articles", 250)
    collection(server, directus, "blank", 0)
    policy = directus.policies.create_one({"name": "Creates only"})["id"]
    directus.permissions.create_one({"policy": policy, "collection": "articles", "action": "create", "fields": ["*"]})
    role = directus.roles.create_one({"name": "Creates only", "policies": {"create": [{"policy": policy}]}})["id"]
    directus.users.create_one({"role": role, "token": "create-only"})
    file = directus.files.upload(b"private", filename="private.txt")["id"]
    own = {"url": server.url, "token": server.admin_token, "email": server.admin_email, "password": server.admin_password}
    return {**own, "creator": "create-only", "file": file}


def observed_by(python: Path, contender: str, situation: str, own: dict[str, str], folder: Path) -> str:
    """Return what one contender reports of one situation, and what the stub saw."""
    place = SITUATIONS[situation]
    access = {"folder": str(folder)}
    if place == "server":
        return str(run(python, contender, situation, own | access)["result"])
    if place == "netrc":
        access["netrc"] = str(folder / "netrc")
        Path(access["netrc"]).write_text("machine 127.0.0.1 login ada password another\n", encoding="utf-8")
    with stub(place) as (url, counted):
        result = str(run(python, contender, situation, {"url": url, "token": "secret-token"} | access)["result"])
    if place in ("tls", "netrc"):
        return f"{result}; the token was {'' if counted.tokens else 'not '}sent"
    return f"{result}; {counted.requests} requests, {counted.connections} connections, {counted.tokens} tokens"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="the situations whose names contain this")
    parser.add_argument("--json", type=Path, help="write what was observed to this file, too")
    options = parser.parse_args()

    from directus_sdk.testing import DirectusServer

    pythons = {OURS: Path(sys.executable), PLAIN: Path(sys.executable)}
    pythons.update({name: environment(name, packages) for name, (_, packages) in PEERS.items()})
    observed: dict[str, dict[str, str]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(DirectusServer(env={"ACCESS_TOKEN_TTL": "3s"}))
        own = prepare(server, stack.enter_context(server.directus()))
        for situation, place in SITUATIONS.items():
            if options.only and options.only not in situation:
                continue
            print(f"\n{situation}", flush=True)
            with ThreadPoolExecutor(len(pythons) if place == "silent" else 1) as pool:  # waiting costs no processor
                lines = {name: pool.submit(observed_by, pythons[name], name, situation, own, folder) for name in pythons}
                observed[situation] = {name: line.result() for name, line in lines.items()}
            for contender, result in observed[situation].items():
                print(f"    {contender:<18}{result}", flush=True)
    if not options.only:
        observed["installed packages"] = {name: installed(python) for name, python in pythons.items()}
        observed["installed packages"][OURS] = str(len(closure("directus-python-sdk")))
        observed["installed packages"][PLAIN] = str(len(closure("requests")))
        print(f"\ninstalled packages\n    {observed['installed packages']}")
    if options.json:
        options.json.write_text(json.dumps(observed, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
