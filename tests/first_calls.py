"""Run by tests/test_preload.py: prints which modules the first calls of a process import."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import directus_sdk
from directus_sdk import Directus, DirectusError, LoginAuth, RetryPolicy


def main(url: str, warm: str) -> None:
    if warm == "warm":
        directus_sdk.preload()
    directus = Directus(url, auth=LoginAuth(), retry=RetryPolicy(max_elapsed=20, backoff=0.01))
    calls: dict[str, Callable[[], Any]] = {
        "login": lambda: directus.auth.login("ada@example.com", "password"),
        "read": lambda: directus.items("a").read_many(filter={"x": {"_gt": 1}}, limit=5),
        "search": lambda: directus.items("a").read_many(["k" * 100] * 300),
        "write": lambda: directus.items("a").create_one({"x": 1}),
        "bulk": lambda: directus.items("a").create_many([{"x": 1}]),
        "upload": lambda: directus.files.upload(b"x", filename="x.png"),
        "asset": lambda: directus.assets.read("x"),
        "refusal": lambda: directus.items("refused").read_many(),
        "retries": lambda: directus.items("busy").read_many(),
        "user": lambda: directus.users.me.read(),
    }
    for name, call in calls.items():
        before = set(sys.modules)
        try:
            call()
        except DirectusError:
            assert name in ("refusal", "retries", "search"), name
        print(name, *sorted(set(sys.modules) - before))


main(*sys.argv[1:])
