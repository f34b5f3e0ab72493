"""A bad network between client and server: every read succeeds, no write is done twice, every failure tells what is known."""

from __future__ import annotations

import os
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import pytest

from directus_sdk import APIError, Directus, DirectusError, RateLimited, RequestsTransport, RetryPolicy, ServiceUnavailable
from directus_sdk.errors import TransportError
from directus_sdk.testing import DirectusServer
from tests.chaos import BREAKS, REFUSALS, ChaosProxy

pytestmark = pytest.mark.live

WORKERS = 8
ROWS = 40


@attrs.define
class Outcome:
    """What a caller knows of one call."""

    name: str
    kind: str
    key: int | None = None
    error: DirectusError | None = None


@pytest.fixture
def collection(directus: Directus) -> Iterator[str]:
    name = f"chaos_{uuid.uuid4().hex[:8]}"
    fields: list[dict[str, Any]] = [
        {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
        {"field": "call", "type": "string", "meta": {}, "schema": {}},
        {"field": "value", "type": "string", "meta": {}, "schema": {}},
    ]
    directus.request("POST", "/collections", json={"collection": name, "meta": {}, "schema": {}, "fields": fields})
    yield name
    directus.request("DELETE", f"/collections/{name}")


def test_a_bad_network(directus_server: DirectusServer, directus: Directus, collection: str) -> None:
    run(directus_server, directus, collection, 500, seed=random.randrange(10**6))


@pytest.mark.soak
def test_a_bad_network_for_long(directus_server: DirectusServer, directus: Directus, collection: str) -> None:
    run(directus_server, directus, collection, 5_000, seed=random.randrange(10**6))


def run(server: DirectusServer, directus: Directus, collection: str, calls: int, seed: int) -> None:
    chance = random.Random(seed)
    kinds = [
        chance.choice(["read", "read", "list", "count", "search", "create", "create", "update", "delete"]) for _ in range(calls)
    ]
    writes = Counter(kinds)
    items = directus.items(collection)
    fixed = [row["id"] for row in items.create_many([{"call": "fixed", "value": str(n)} for n in range(ROWS)])]
    made = items.create_many([{"call": "target"} for _ in range(writes["update"] + writes["delete"])])
    targets = iter([row["id"] for row in made])
    jobs = [(f"{kind}-{n}", kind, next(targets) if kind in ("update", "delete") else None) for n, kind in enumerate(kinds)]

    with ChaosProxy(server.url, rate=0.2, seed=seed) as proxy:
        client = Directus(
            proxy.url,
            token=server.admin_token,
            retry=RetryPolicy(attempts=10, backoff=0.01),
            transport=RequestsTransport(timeout=(1, 1), pool_size=WORKERS),
        )
        with client, ThreadPoolExecutor(WORKERS) as pool:
            outcomes = list(pool.map(lambda job: one(client, collection, job, fixed), jobs))
        faults, reached = proxy.faults, proxy.reached

    rows = Counter(row["call"] for row in items.read_all(fields=["call"]))
    changes = done(directus, collection)
    for outcome in outcomes:
        if outcome.kind in ("read", "list", "count", "search"):
            assert outcome.error is None, f"seed {seed}: {outcome}"
            continue
        times = rows[outcome.name] if outcome.kind == "create" else changes[outcome.kind, str(outcome.key)]
        check(outcome, times, reached[outcome.name], seed)
    chosen = sum(faults.values())
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    unknown = [outcome for outcome in failed if isinstance(outcome.error, TransportError) and outcome.error.sent]
    print(
        f"\nchaos: {calls} calls, {sum(writes[kind] for kind in ('create', 'update', 'delete'))} writes, "
        f"{proxy.calls} requests of which {chosen} were spoilt; {len(failed)} writes failed, "
        f"{len(unknown)} of them with nobody knowing whether they were done; seed {seed}"
    )
    assert chosen > 0.15 * calls
    assert set(faults) >= ({*REFUSALS, *BREAKS} if calls > 2_000 else set()), "not every fault was tried"


def check(outcome: Outcome, times: int, reached: int, seed: int) -> None:
    """Compare what the caller was told of a write with what the server did."""
    place = f"seed {seed}: {outcome}, done {times} times, reached the server {reached} times"
    error = outcome.error
    assert times <= 1, place
    if error is None:
        assert times == 1, place
    elif isinstance(error, TransportError) and not error.sent:
        assert (times, reached) == (0, 0), place
    elif isinstance(error, (RateLimited, ServiceUnavailable)):
        assert times == 0, place
    else:
        assert isinstance(error, TransportError) or (isinstance(error, APIError) and error.status == 502), place
    if error is not None:
        assert error.attempts >= 1, place  # type: ignore[attr-defined]


def one(client: Directus, collection: str, job: tuple[str, str, int | None], fixed: list[Any]) -> Outcome:
    name, kind, key = job
    items = client.with_options(headers={"X-Call": name}).items(collection)
    outcome = Outcome(name, kind, key)
    try:
        if kind == "read":
            place = random.randrange(ROWS)
            assert items.read_one(fixed[place], fields=["value"]) == {"value": str(place)}
        elif kind == "list":
            rows = items.read_many(filter={"call": {"_eq": "fixed"}}, sort="id", fields=["id"], limit=ROWS)
            assert [row["id"] for row in rows] == fixed
        elif kind == "count":
            assert items.count({"call": {"_eq": "fixed"}}) == ROWS
        elif kind == "search":
            rows = items.read_many(filter={"id": {"_in": [*fixed, *range(10**6, 10**6 + 2_000)]}}, fields=["id"], limit=-1)
            assert len(rows) == ROWS
        elif kind == "create":
            assert items.create_one({"call": name})["call"] == name
        elif kind == "update":
            assert key is not None
            assert items.update_one(key, {"value": name})["value"] == name
        else:
            assert key is not None
            items.delete_one(key)
    except DirectusError as error:
        outcome.error = error
    return outcome


def done(directus: Directus, collection: str) -> Counter[tuple[str, str]]:
    """How often each item was updated and deleted: the server keeps a record of it."""
    rows = directus.items("directus_activity").read_all(
        filter={"collection": {"_eq": collection}, "action": {"_in": ["update", "delete"]}}, fields=["action", "item"]
    )
    return Counter((row["action"], str(row["item"])) for row in rows)


@pytest.mark.soak
def test_a_write_after_a_pause_does_not_fail(directus_server: DirectusServer, directus: Directus, collection: str) -> None:
    """The server closes a connection that was idle for 5 s; a write at that moment would be lost."""
    items = directus.items(collection)
    pauses = int(os.environ.get("DIRECTUS_SOAK_PAUSES") or 200)
    transport = RequestsTransport(pool_size=20)
    once = Directus(directus_server.url, token=directus_server.admin_token, transport=transport, retry=RetryPolicy(attempts=1))

    def worker(number: int) -> int:
        chance = random.Random(number)
        for _ in range(pauses // 20):
            once.items(collection).create_one({"call": "pause"})
            # Around the moments at which the server may give up: it says 5 s, and newer Node.js adds one.
            time.sleep(chance.choice([chance.uniform(3.9, 6.1), chance.uniform(4.99, 5.01), chance.uniform(5.995, 6.005)]))
        return pauses // 20

    with once, ThreadPoolExecutor(20) as pool:
        written = sum(pool.map(worker, range(20)))
    assert items.count({"call": {"_eq": "pause"}}) == written
