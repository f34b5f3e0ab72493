#!/usr/bin/env python3
"""Replay recorded calls of the official SDKs through directus_sdk.

    python run.py [--only START] [--verbose] VECTORS.json...

A loopback server gives each call the response that the JavaScript SDK was
given, and records the request that directus_sdk sends; both are brought to one
form (see README.md) and compared, and so is what the call returns. Prints the
calls that differ and a closing line 'N passed, M failed'; exits 1 if any did.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))
import surface

LISTS = {"fields", "sort", "groupBy", "meta", "includeCollections", "excludeCollections"}


class Recorder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[dict[str, Any]] = []
    answer: dict[str, Any] = {}

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if self.parse_request():
            self.record()

    def record(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                body += self.rfile.read(size)
                self.rfile.readline()
                if not size:
                    break
        else:
            body = self.rfile.read(length)
        Recorder.seen.append({"method": self.command, "target": self.path, "headers": self.headers, "body": body})
        given = Recorder.answer
        payload = given.get("body")
        data = b"" if payload is None else payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
        status = given.get("status", 200)
        self.send_response(status)
        for name, value in (given.get("headers") or {}).items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        pass


def as_list(value: Any) -> list[str]:
    if isinstance(value, str):
        if value.startswith("["):
            try:
                return [str(v) for v in json.loads(value)]
            except ValueError:
                pass
        out, depth, part = [], 0, ""
        for char in value:
            depth += (char == "(") - (char == ")")
            if char == "," and not depth:
                out.append(part)
                part = ""
            else:
                part += char
        return out + [part]
    return [str(v) for v in value]


def canonical_query(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        if key.endswith("[]"):
            out.setdefault(key[:-2], []).append(value)
        else:
            out[key] = value
    for key, value in list(out.items()):
        if key in LISTS:
            out[key] = as_list(value)
        elif isinstance(value, list):
            out[key] = [str(v) for v in value]
        elif isinstance(value, str) and value[:1] in "[{":
            try:
                out[key] = json.loads(value)
            except ValueError:
                pass
    return out


def canonical_body(method: str, body: Any) -> Any:
    if body in (None, {}, "", b""):
        return None
    if method == "DELETE" and isinstance(body, dict) and set(body) == {"keys"}:
        return body["keys"]
    if isinstance(body, dict):
        return {k: v for k, v in body.items() if v not in (None, {})}
    return body


def multipart(content_type: str, body: bytes) -> list[tuple[str, str | None, str]]:
    boundary = content_type.split("boundary=")[1].strip('"').encode()
    parts = []
    for chunk in body.split(b"--" + boundary)[1:-1]:
        head, _, content = chunk.strip(b"\r\n").partition(b"\r\n\r\n")
        disposition = next(line for line in head.decode().split("\r\n") if line.lower().startswith("content-disposition"))
        fields = dict(p.strip().split("=", 1) for p in disposition.split(";")[1:])
        parts.append((fields["name"].strip('"'), fields.get("filename", "").strip('"') or None, content.decode()))
    return sorted(parts[:-1]) + parts[-1:]  # order of the fields is free; the file comes last


def expected_multipart(parts: list[dict[str, Any]]) -> list[tuple[str, str | None, str]]:
    out = []
    for part in parts:
        fields = dict(p.strip().split("=", 1) for p in part["headers"][0].split(";")[1:])
        out.append((fields["name"].strip('"'), fields.get("filename", "").strip('"') or None, part["content"]))
    return sorted(out[:-1]) + out[-1:]


def wire(vector: dict[str, Any]) -> dict[str, Any]:
    return vector.get("wire") or vector["request"]


def compare(vector: dict[str, Any], seen: dict[str, Any]) -> list[str]:
    expected = wire(vector)
    problems = []
    if seen["method"] != expected["method"]:
        problems.append(f"method {seen['method']}, expected {expected['method']}")
    parts = urlsplit(seen["target"])
    expected_path = expected.get("path") or urlsplit(expected["raw_url"]).path
    if unquote(parts.path).rstrip("/") != unquote(expected_path).rstrip("/"):
        problems.append(f"path {parts.path}, expected {expected_path}")
    got = canonical_query(parse_qsl(parts.query, keep_blank_values=True))
    want = canonical_query([(k, v) for k, v in expected.get("query") or []])
    if got != want:
        problems.append(f"query {got}, expected {want}")
    if isinstance(expected.get("body"), dict) and "$multipart" in expected["body"]:
        kind = seen["headers"].get("Content-Type", "")
        if not kind.startswith("multipart/form-data"):
            problems.append(f"content type {kind!r}, expected multipart/form-data")
        elif multipart(kind, seen["body"]) != expected_multipart(expected["body"]["$multipart"]):
            problems.append(f"form {multipart(kind, seen['body'])}")
    else:
        try:
            body = json.loads(seen["body"]) if seen["body"] else None
        except ValueError:
            body = seen["body"]
        if "/utils/export/" in parts.path and "title" not in expected["body"]["file"]:
            body["file"].pop("title")  # ours is unique, so that the file can be waited for
        if canonical_body(seen["method"], body) != canonical_body(expected["method"], expected.get("body")):
            problems.append(f"body {body!r}, expected {expected.get('body')!r}")
    token = (expected.get("headers") or {}).get("authorization") or ""
    if (
        not parts.path.startswith(("/auth", "/shares/auth"))
        and token.startswith("Bearer ")
        and seen["headers"].get("Authorization") != token
    ):
        problems.append(f"authorization {seen['headers'].get('Authorization')!r}, expected {token!r}")
    return problems


def compare_result(vector: dict[str, Any], result: Any) -> list[str]:
    given = vector.get("response_given") or {}
    body = given.get("body")
    if given.get("status", 200) != 200 or not isinstance(body, dict) or set(body) - {"data", "meta"}:
        return []
    if wire(vector)["path"].startswith(("/auth", "/assets")) or not isinstance(result, (list, dict, str, int)):
        return []
    plain = list(result) if isinstance(result, list) else result
    problems = [] if plain == body.get("data") else [f"returned {plain!r}, expected {body.get('data')!r}"]
    if body.get("meta") and vector["sdk"] == "legacy" and isinstance(result, list):
        meta = getattr(result, "meta", None)
        for key, value in body["meta"].items():
            got = meta.get(key) if isinstance(meta, dict) else getattr(meta, key, None)
            if got != value:
                problems.append(f"meta.{key} is {got!r}, expected {value!r}")
    return problems


def comparable(vector: dict[str, Any]) -> bool:
    return not vector.get("error") and not vector.get("note") and bool((wire(vector) or {}).get("method"))


def realistic(vector: dict[str, Any]) -> dict[str, Any]:
    """The response that was given, with one item or a list as a server would answer that call."""
    answer = dict(vector.get("response_given") or {"status": 200, "body": {"data": {}}})
    body = answer.get("body")
    if not isinstance(body, dict) or "data" not in body:
        return answer
    if vector["sdk"] == "current" and set(body) == {"data"}:
        many = vector["command"] in surface.MANY
        if many and isinstance(body["data"], dict):
            answer["body"] = {"data": [body["data"]]}
        elif not many and isinstance(body["data"], list) and len(body["data"]) == 1:
            answer["body"] = {"data": body["data"][0]}
    elif vector["sdk"] == "legacy" and vector["call"]["method"] in ("readOne", "updateOne") and isinstance(body["data"], list):
        answer["body"] = {"data": body["data"][0]}
    return answer


def replay(vector: dict[str, Any], make_client: Any) -> list[str]:
    Recorder.seen = []
    vector = dict(vector, response_given=realistic(vector))
    Recorder.answer = vector["response_given"]
    client = make_client(vector)
    try:
        if vector["sdk"] == "legacy":
            call = vector["call"]
            run = surface.LEGACY[call["handler"] + "." + call["method"]]
            result = run(client, call["args"], [surface.decode(a) for a in call["method_args"]])
        else:
            result = surface.CURRENT[vector["command"]](client, [surface.decode(a) for a in vector["args"]])
    except Exception as error:  # the report is the point: any failure of the call is one line
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return [f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})"]
    finally:
        client.close()
    if not Recorder.seen:
        return ["nothing was sent"]
    problems = [] if len(Recorder.seen) == 1 else [f"{len(Recorder.seen)} requests were sent"]
    return problems + compare(vector, Recorder.seen[-1]) + compare_result(vector, result)


def name_of(vector: dict[str, Any]) -> str:
    """The name under which surface.py has the call."""
    return f"{vector['call']['handler']}.{vector['call']['method']}" if vector["sdk"] == "legacy" else vector["command"]


def has_counterpart(vector: dict[str, Any]) -> bool:
    return name_of(vector) in (surface.LEGACY if vector["sdk"] == "legacy" else surface.CURRENT)


@contextmanager
def loopback() -> Iterator[Callable[[dict[str, Any]], Any]]:
    """A server on the loopback address, and a function that makes the client for a call."""
    from directus_sdk import Directus

    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"

    def make_client(vector: dict[str, Any]) -> Any:
        request = wire(vector)
        if request["path"].startswith("/auth"):  # signing in carries no token
            return Directus(url)
        token = (request.get("headers") or {}).get("authorization") == "Bearer test-token"
        return Directus(url, token="test-token") if token or vector.get("command") == "withToken" else Directus(url)

    try:
        yield make_client
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vectors", nargs="+", type=Path)
    parser.add_argument("--only", default="", help="only the ids that begin with this text")
    parser.add_argument("--verbose", action="store_true", help="name the calls that pass too")
    parser.add_argument("--failing", action="store_true", help="print the names of the calls that fail, and no more")
    options = parser.parse_args()

    tally: Counter = Counter()
    with loopback() as make_client:
        for path in options.vectors:
            for vector in json.loads(path.read_text(encoding="utf-8")):
                if not vector["id"].startswith(options.only) or not comparable(vector):
                    continue
                if not has_counterpart(vector):
                    tally["skipped"] += 1
                    continue
                problems = replay(vector, make_client)
                tally["failed" if problems else "passed"] += 1
                if options.failing:
                    if problems:
                        print(vector["sdk"], vector["id"])
                elif problems:
                    print(f"FAILED {vector['sdk']} {vector['id']}: " + "; ".join(problems))
                elif options.verbose:
                    print(f"passed {vector['sdk']} {vector['id']}")
    if options.failing:
        return 0
    if tally["skipped"]:
        print(f"{tally['skipped']} calls have no counterpart in surface.py, on purpose")
    print(f"{tally['passed']} passed, {tally['failed']} failed")
    return 1 if tally["failed"] or not tally["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
