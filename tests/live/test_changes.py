"""The durable feed of changes against real servers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from directus_sdk import (
    Change,
    ConfigurationError,
    Directus,
    DirectusError,
    Forbidden,
    InvalidQuery,
    ReconnectPolicy,
    ServerError,
    Timeout,
)
from directus_sdk.testing import DirectusServer
from tests.live.people import new_role

pytestmark = pytest.mark.live

VERSION = os.environ.get("DIRECTUS_VERSION") or "11.17.4"
OTHER = "12.4.1" if VERSION.startswith("11") else "11.17.4"
DATABASE = os.environ.get("DIRECTUS_DATABASE") or "sqlite3"
WAIT = 15
SOON = ReconnectPolicy(backoff=0.2, max_delay=0.5)
ID = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
UUID = {"field": "id", "type": "uuid", "meta": {"special": ["uuid"]}, "schema": {"is_primary_key": True}}
NUMBER = {"field": "number", "type": "integer", "meta": {}, "schema": {}}
CREATED = {"field": "date_created", "type": "timestamp", "meta": {"special": ["date-created"]}, "schema": {}}
UPDATED = {"field": "date_updated", "type": "timestamp", "meta": {"special": ["date-updated"]}, "schema": {}}
COLLECTIONS = {
    "orders": [ID, NUMBER],
    "dated": [UUID, NUMBER, CREATED, UPDATED],
    "plain": [UUID, NUMBER],
    "silent": [ID, NUMBER],
}


@attrs.define
class Order:
    id: int
    number: int | None = None


def prepare(server: DirectusServer) -> None:
    with server.directus() as directus:
        for name, fields in COLLECTIONS.items():
            meta = {"accountability": None} if name == "silent" else {}
            directus.collections.create_one({"collection": name, "meta": meta, "schema": {}, "fields": fields})
        rules = [{"collection": name, "action": "read"} for name in COLLECTIONS]
        role = new_role(directus, server.version, "Reader", rules, app_access=True)
        directus.users.create_one(
            {"email": "reader@example.com", "password": "correct horse", "role": role, "token": "reader-token"}
        )


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    with DirectusServer(VERSION, DATABASE) as server:
        prepare(server)
        yield server


@pytest.fixture
def directus(server: DirectusServer) -> Iterator[Directus]:
    with server.directus() as client:
        yield client


@pytest.fixture
def restricted(server: DirectusServer) -> Iterator[Directus]:
    """A user of the app, who sees of the activity only their own."""
    with Directus(server.url, token="reader-token") as client:
        yield client


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(30)
    assert not [thread for thread in left if thread.is_alive()]


def told(changes: Any, count: int) -> list[tuple[str, Any]]:
    return [(change.event, change.key) for change in (changes.next(WAIT) for _ in range(count))]


@pytest.mark.directus(">=10.4")  # there are no web sockets before
def test_every_kind_of_change(directus: Directus) -> None:
    orders = directus.items("orders", Order)
    with orders.changes() as changes:
        assert (changes.source, changes.sees) == ("activity", {"create", "update", "delete"})
        assert changes.live
        made = orders.create_many([{"number": 1}, {"number": 2}])
        first, second = changes.next(WAIT), changes.next(WAIT)
        assert (first.event, first.key, first.data) == ("create", made[0].id, made[0])
        assert (second.event, second.key, second.data) == ("create", made[1].id, made[1])
        assert first.time is not None
        orders.update_one(made[0].id, {"number": 3})
        updated = changes.next(WAIT)
        assert (updated.event, updated.data) == ("update", Order(made[0].id, 3))
        directus.items("orders").delete_one(made[0].id)
        deleted = changes.next(WAIT)
        assert (deleted.event, deleted.key, deleted.data) == ("delete", made[0].id, None)
        directus.items("plain").create_one({"number": 1})
        with pytest.raises(Timeout):
            changes.next(0.3)


def test_a_checkpoint_goes_on_where_it_was(directus: Directus, tmp_path: Path) -> None:
    orders, path = directus.items("orders"), tmp_path / "orders.ckpt"
    with orders.changes(path):
        made = [item["id"] for item in orders.create_many([{"number": n} for n in range(5)])]
    with orders.changes(path) as changes:
        assert told(changes, 2) == [("create", made[0]), ("create", made[1])]
    with orders.changes(str(path)) as changes:  # the second was not done
        assert told(changes, 2) == [("create", made[1]), ("create", made[2])]
        changes.done()
    with orders.changes(path) as changes:
        assert told(changes, 2) == [("create", made[3]), ("create", made[4])]
        with pytest.raises(Timeout):
            changes.next(0.1)
    with orders.changes(path) as changes, pytest.raises(Timeout):
        changes.next(0.1)
    assert json.loads(path.read_text())["position"]["gaps"] == []
    with pytest.raises(ConfigurationError, match="another feed"):
        directus.items("plain").changes(path)


def test_a_checkpoint_of_ones_own(directus: Directus) -> None:
    class Kept:
        text: str | None = None

        def load(self) -> str | None:
            return self.text

        def save(self, text: str) -> None:
            self.text = text

    kept = Kept()
    orders = directus.items("orders")
    with orders.changes(kept):
        key = orders.create_one({"number": 1})["id"]
    with orders.changes(kept) as changes:
        assert told(changes, 1) == [("create", key)]


def test_from_the_first_change_on(directus: Directus) -> None:
    orders = directus.items("orders")
    key = orders.create_one({"number": 77})["id"]
    with orders.changes(start="first", kinds=["create"]) as changes:
        while (change := changes.next(WAIT)).key != key:
            assert change.event == "create"
        assert change.data == {"id": key, "number": 77}


def test_fields_and_filter(directus: Directus) -> None:
    orders = directus.items("orders")
    with orders.changes(fields=["number"], filter={"number": {"_gt": 10}}, kinds=["create", "delete"]) as changes:
        orders.create_one({"number": 5})
        key = orders.create_one({"number": 50})["id"]
        orders.update_one(key, {"number": 51})
        change = changes.next(WAIT)
        assert (change.key, change.data["number"]) == (key, 51)
        assert change.data.keys() == {"number"}
        orders.delete_one(key)
        assert changes.next(WAIT).event == "delete"


def test_the_dates_of_a_collection(restricted: Directus, directus: Directus, tmp_path: Path) -> None:
    dated, path = directus.items("dated"), tmp_path / "dated.ckpt"
    dated.create_one({"number": 0})
    with restricted.items("dated").changes(path) as changes:
        assert (changes.source, changes.sees) == ("dates", {"create", "update"})
        keys = [item["id"] for item in dated.create_many([{"number": 1}, {"number": 2}])]
        assert sorted(told(changes, 2)) == sorted(("create", key) for key in keys)
        dated.update_one(keys[0], {"number": 9})
        change = changes.next(WAIT)
        assert (change.event, change.key, change.data["number"]) == ("update", keys[0], 9)
        changes.done()
        with pytest.raises(Timeout):
            changes.next(0.2)
    key = dated.create_one({"number": 3})["id"]
    with restricted.items("dated").changes(path) as changes:
        assert told(changes, 1) == [("create", key)]


@pytest.mark.parametrize("name", ["orders", "dated"])
def test_pending_changes_from_each_source(restricted: Directus, directus: Directus, tmp_path: Path, name: str) -> None:
    path, rows = tmp_path / f"{name}.ckpt", directus.items(name)
    for source in ("activity", "key") if name == "orders" else ("activity", "dates"):
        reader = directus if source == "activity" else restricted
        with reader.items(name).changes(f"{path}-{source}", source=source) as changes:
            assert list(changes.pending()) == []
    keys = [item["id"] for item in rows.create_many([{"number": number} for number in range(1_205)])]
    for source in ("activity", "key") if name == "orders" else ("activity", "dates"):
        reader = directus if source == "activity" else restricted
        with reader.items(name).changes(f"{path}-{source}", source=source) as changes:
            lists = [[change.key for change in some] for some in changes.pending(batch=600)]
        assert sorted(key for some in lists for key in some) == sorted(keys), source
        assert max(map(len, lists)) <= 600
        with reader.items(name).changes(f"{path}-{source}", source=source) as changes:
            assert list(changes.pending()) == []


def test_copy_everything_once_and_then_follow(directus: Directus, tmp_path: Path) -> None:
    orders, copy, path = directus.items("orders"), {}, tmp_path / "orders.ckpt"
    orders.create_many([{"number": number} for number in range(3)])
    with orders.changes(path):  # the position is stored before anything is read
        pass
    meanwhile = orders.create_one({"number": 8})["id"]
    copy.update((item["id"], item) for item in orders.iterate())
    orders.update_one(meanwhile, {"number": 9})
    gone = orders.create_one({"number": 10})["id"]
    orders.delete_one(gone)
    with orders.changes(path) as changes:
        for some in changes.pending():
            for change in some:
                if change.data is None:
                    copy.pop(change.key, None)
                else:
                    copy[change.key] = change.data
    assert copy == {item["id"]: item for item in orders.read_all()}


def test_nothing_old_is_handed_out(restricted: Directus, directus: Directus) -> None:
    dated = directus.items("dated")
    dated.create_many([{"number": number} for number in range(1_200)], returning=None)  # within the last seconds
    with restricted.items("dated").changes() as changes:
        assert changes.source == "dates"
        key = dated.create_one({"number": -1})["id"]
        assert told(changes, 1) == [("create", key)]
        with pytest.raises(Timeout):
            changes.next(0)


def test_the_keys_of_a_collection(restricted: Directus, directus: Directus) -> None:
    with restricted.items("orders").changes() as changes:
        assert (changes.source, changes.sees) == ("key", {"create"})
        key = directus.items("orders").create_one({"number": 1})["id"]
        assert told(changes, 1) == [("create", key)]


def test_what_cannot_be_seen_is_an_error(restricted: Directus, directus: Directus) -> None:
    for name in ("orders", "dated"):
        with pytest.raises(ConfigurationError, match="only a part of directus_activity"):
            restricted.items(name).changes(kinds=["delete"])
    with pytest.raises(ConfigurationError, match=r"dates: .*key: "):
        restricted.items("plain").changes()
    with pytest.raises(ConfigurationError, match="accountability"):
        directus.items("silent").changes(kinds=["delete"])
    with directus.items("silent").changes() as changes:
        assert changes.source == "key"
    with pytest.raises(Forbidden):
        directus.items("nope").changes()
    with pytest.raises((Forbidden, InvalidQuery, ServerError)):  # versions 10 and 9 say it otherwise
        directus.items("orders").changes(filter={"nope": {"_eq": 1}})
    with pytest.raises(InvalidQuery):
        directus.items("orders").changes(filter={"number": {"_contains": "x"}})


def test_arguments_are_checked(directus: Directus) -> None:
    orders = directus.items("orders")
    with pytest.raises(TypeError, match="limit"):
        orders.changes(limit=3)
    bad: list[dict[str, Any]] = [
        {"kinds": ["created"]},
        {"kinds": []},
        {"start": "then"},
        {"source": "log"},
        {"poll_interval": 0},
    ]
    for arguments in bad:
        with pytest.raises(ValueError):
            orders.changes(**arguments)


def test_closing_from_another_thread_ends_the_iteration(directus: Directus) -> None:
    changes = directus.items("orders").changes()
    seen: list[Change[Any]] = []
    consumer = threading.Thread(target=lambda: seen.extend(changes))
    consumer.start()
    changes.close()
    consumer.join(WAIT)
    assert not consumer.is_alive()
    assert seen == []


def test_a_right_that_is_taken_away_ends_the_feed(server: DirectusServer, directus: Directus) -> None:
    role = new_role(directus, server.version, "Second", admin_access=True)
    user = directus.users.create_one({"email": "second@example.com", "password": "x" * 20, "role": role, "token": "second"})
    # A static token has the rights of the moment; those of a login's token stay until it ends.
    with Directus(server.url, token="second") as client, client.items("orders").changes(poll_interval=0.2) as changes:
        directus.users.update_one(user["id"], {"role": None})
        with pytest.raises(Forbidden):
            changes.next(WAIT)
    directus.users.delete_one(user["id"])


# ---------------------------------------------------------------------- restarts
class Writer:
    """Writes rows one after another; a row whose answer was lost counts only if the server has it."""

    def __init__(self, server: DirectusServer, count: int) -> None:
        self._server = server
        self._count = count
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with self._server.directus() as directus:
            for number in range(self._count):
                while True:
                    try:
                        directus.items("orders").create_one({"number": number})
                        break
                    except DirectusError:
                        time.sleep(0.2)
        self.done.set()


def through_restarts(server: DirectusServer, path: Path, rows: int, restarts: list[Callable[[], None]]) -> None:
    with server.directus() as directus:
        directus.realtime.configure(reconnect=SOON)
        before = {row["id"] for row in directus.items("orders").read_all(fields=["id"])}
        subscriptions = [directus.items(name).subscribe("create") for name in ("orders", "dated", "plain")]
        changes = directus.items("orders").changes(path)
        writer = Writer(server, rows)
        seen: list[Any] = []

        def consume() -> None:
            for change in changes:
                assert change.event == "create"
                seen.append(change.key)

        consumer = threading.Thread(target=consume)
        consumer.start()
        writer.thread.start()
        gaps = [0, 0, 0]
        for end in restarts:
            try:
                end()
            finally:
                server.start()
            for index, subscription in enumerate(subscriptions):
                while (event := subscription.next(WAIT)).event != "reconnected":
                    assert event.event == "create"
                gaps[index] += 1
        assert writer.done.wait(120)
        writer.thread.join()
        wanted = {row["id"] for row in directus.items("orders").read_all(fields=["id"])} - before
        deadline = time.monotonic() + WAIT
        while set(seen) != wanted and time.monotonic() < deadline:
            time.sleep(0.05)
        changes.close()
        consumer.join(WAIT)
        assert sorted(seen) == sorted(wanted)
        assert gaps == [len(restarts)] * 3
        for subscription in subscriptions[1:]:
            with pytest.raises(Timeout):
                subscription.next(0)


@pytest.mark.directus(">=10.4")  # there are no web sockets before
def test_a_server_that_is_killed_and_stopped(server: DirectusServer, tmp_path: Path) -> None:
    through_restarts(server, tmp_path / "orders.ckpt", 60, [server.kill, server.stop])


@pytest.mark.soak
def test_a_server_that_is_restarted_five_times(server: DirectusServer, tmp_path: Path) -> None:
    restarts = [server.kill, server.stop, server.kill, server.stop, server.kill]
    through_restarts(server, tmp_path / "orders.ckpt", 1_000, restarts)


CONSUMER = """
import sys
from directus_sdk import Directus
with Directus(sys.argv[1], token=sys.argv[2]) as directus:
    for change in directus.items("orders").changes(sys.argv[3]):
        print(change.key, flush=True)
        sys.stdin.readline()
"""


def test_a_consumer_that_is_killed_gets_its_change_again_and_no_other(server: DirectusServer, tmp_path: Path) -> None:
    path = tmp_path / "orders.ckpt"
    with server.directus() as directus:
        orders = directus.items("orders")
        with orders.changes(path):
            keys = [item["id"] for item in orders.create_many([{"number": n} for n in range(4)])]
    command = [sys.executable, "-c", CONSUMER, server.url, server.admin_token, str(path)]
    seen = []
    for confirmed in (1, 1, 0):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as consumer:
            assert consumer.stdin is not None
            assert consumer.stdout is not None
            seen.append(int(consumer.stdout.readline()))
            for _ in range(confirmed):
                consumer.stdin.write("\n")
                consumer.stdin.flush()
                seen.append(int(consumer.stdout.readline()))
            consumer.send_signal(signal.SIGKILL)
    assert seen == [keys[0], keys[1], keys[1], keys[2], keys[2]]


def test_the_other_version(tmp_path: Path) -> None:
    with DirectusServer(OTHER) as server:
        prepare(server)
        with server.directus() as directus, Directus(server.url, token="reader-token") as restricted:
            test_every_kind_of_change(directus)
            test_the_dates_of_a_collection(restricted, directus, tmp_path)
            test_the_keys_of_a_collection(restricted, directus)
            test_what_cannot_be_seen_is_an_error(restricted, directus)
