"""What is imported ahead of time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripted_server import Seen, Wire, answer

ROOT = Path(__file__).parent.parent
TOKENS = {"access_token": "a", "refresh_token": "r", "expires": 900_000}
REFUSED = b'{"errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]}'


def script(seen: Seen) -> bytes:
    if seen.path == "/auth/login":
        return answer(json.dumps({"data": TOKENS}).encode())
    if seen.path == "/items/refused":
        return answer(REFUSED, "403 Forbidden")
    if seen.path == "/items/busy":
        return answer(b"busy", "503 Service Unavailable", "text/plain", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT")
    one = (
        not isinstance(json.loads(seen.body), list)
        if seen.method == "POST" and seen.path == "/items/a"
        else "/a" not in seen.path
    )
    return answer(b'{"data": {"id": 1}}' if one else b'{"data": [{"id": 1}]}')


@pytest.mark.parametrize("warm", ["warm", "cold"])
def test_after_preload_no_call_imports_anything(warm: str) -> None:
    with Wire(script) as wire:
        done = subprocess.run(
            [sys.executable, "-m", "tests.first_calls", wire.url, warm],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
        )
    assert done.stderr == ""
    imported = {name: modules for name, *modules in map(str.split, done.stdout.splitlines())}
    assert len(imported) == 10
    if warm == "warm":
        assert not any(imported.values()), imported
    else:
        assert "requests" in imported["login"]  # else there was nothing to load ahead of time


def test_preload_needs_no_extra() -> None:
    extras = ("pandas", "websockets", "redis", "tqdm", "directus_sdk.testing", "directus_sdk.contrib")
    twice = "directus_sdk.preload(); directus_sdk.preload()"
    code = f"import sys, directus_sdk; {twice}; print(*set({extras!r}) & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == ""
