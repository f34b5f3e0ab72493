"""The feed of changes, against a log that a test writes down: what a real server shows only now and then."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest

from directus_sdk import (
    ConfigurationError,
    ConnectionFailed,
    Directus,
    Forbidden,
    ModelError,
    ReconnectPolicy,
    Request,
    Timeout,
)
from directus_sdk.models import codec_for
from directus_sdk.realtime import Changes, Table, hub_of
from directus_sdk.realtime.checkpoint import FileCheckpoint
from directus_sdk.testing.mock import MockTransport, error_response
from tests.realtime.peer import WAIT, Line, peer


class Log:
    """A server with an activity log and nothing else."""

    def __init__(self, *numbers: int) -> None:
        self.rows = dict.fromkeys(numbers, "create")
        self.search = True
        self.cap: int | None = None
        self.failures: list[Any] = []
        self.others: set[int] = set()
        self.totals: dict[int, Any] = {}
        self.asked: list[dict[str, Any]] = []

    def __call__(self, request: Request) -> Any:
        path = urlsplit(request.url).path
        if path == "/policies/me/globals":
            return {"admin_access": True}
        if path.startswith("/collections/"):
            return {"collection": "orders", "meta": None}
        if request.method == "SEARCH":
            if not self.search:
                return error_response("METHOD_NOT_ALLOWED", 405)
            body = json.loads(request.body)  # type: ignore[arg-type]
            query = {**body["query"], "filter": {"id": {"_in": body["keys"]}}} if "keys" in body else body["query"]
        else:
            decoded = ("filter", "limit", "deep")
            query = {name: json.loads(value) if name in decoded else value for name, value in request.params}
        if path == "/activity":
            if self.failures:
                return self.failures.pop(0)
            return self.activity(query)
        return [{"id": row["id"], "total": self.totals.get(row["id"])} for row in self.activity(query)]

    def activity(self, query: dict[str, Any]) -> Any:
        self.asked.append(query)
        if self.cap is not None and query["limit"] > self.cap:
            return error_response("INVALID_QUERY", 400, f'Invalid query. "limit" must be less than or equal to {self.cap}.')
        wanted = query.get("filter", {}).get("id", {})
        after = wanted.get("_gt", 0)
        among = {int(key) for key in wanted.get("_in", self.rows)}
        found = sorted(number for number in self.rows if number > after and number in among)
        if "-id" in query.get("sort", ()):
            found.reverse()
        return [
            {
                "id": number,
                "action": self.rows[number],
                "collection": "others" if number in self.others else "orders",
                "item": str(number),
                "timestamp": "2026-01-01T00:00:00Z",
            }
            for number in found[: query.get("limit", 100)]
        ]

    def directus(self) -> Directus:
        # The mode handshake needs a token, so that this client opens no socket.
        return Directus("http://127.0.0.1:1", transport=MockTransport(self))


def keys(changes: Any, count: int) -> list[Any]:
    return [changes.next(5).key for _ in range(count)]


def test_a_change_that_is_committed_late_is_handed_out_once() -> None:
    log = Log(1)
    with log.directus().items("orders").changes(poll_interval=0.01) as changes:
        log.rows.update({4: "create", 5: "create"})
        assert keys(changes, 2) == [4, 5]
        log.rows[2] = "create"
        assert keys(changes, 1) == [2]
        log.rows.update({3: "create", 6: "create"})
        assert keys(changes, 2) == [3, 6]
        with pytest.raises(Timeout):
            changes.next(0.05)


def feed(log: Log, patience: float, **options: Any) -> Changes[Any]:
    """The changes of a log in which a number that is missing is old after so many seconds."""
    directus = log.directus()
    table = Table(directus.pipeline, "orders", "/items/orders", "id", patience)
    return Changes(hub_of(directus), table, codec_for("orders", None), poll_interval=0.01, **options)


def test_a_change_that_is_committed_while_the_consumer_is_slow() -> None:
    log = Log(1)
    with feed(log, patience=0) as changes:  # whatever is missing is too old as soon as it is missed
        log.rows.update({3: "create", 5: "create"})
        assert keys(changes, 2) == [3, 5]
        log.rows.update({2: "create", 4: "create"})
        assert keys(changes, 2) == [2, 4]
        log.rows.update({7: "create"})
        assert keys(changes, 1) == [7]
        for _ in range(2):
            with pytest.raises(Timeout):
                changes.next(0)
        log.rows[6] = "create"
        with pytest.raises(Timeout):
            changes.next(0)


def test_a_change_that_is_committed_while_the_program_is_down(tmp_path: Path) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"
    with feed(log, patience=0, checkpoint=path) as changes:
        log.rows[4] = "create"
        assert keys(changes, 1) == [4]
        changes.done()
    log.rows.update({2: "create", 3: "create"})
    for _ in range(2):
        with feed(log, patience=0, checkpoint=path) as changes:
            assert keys(changes, 1) == [2]
    with feed(log, patience=0, checkpoint=path) as changes:
        assert keys(changes, 2) == [2, 3]


@pytest.mark.parametrize("source", ["activity", "key"])
def test_what_is_on_its_way_when_the_feed_begins(source: Any) -> None:
    log = Log(3, 5, 6)
    with log.directus().items("orders").changes(source=source, poll_interval=0.01) as changes:
        log.rows.update({4: "create", 7: "create"})
        assert keys(changes, 2) == [4, 7]
        with pytest.raises(Timeout):
            changes.next(0)


def test_a_read_that_fails_gives_nothing_up() -> None:
    log = Log(1)
    with feed(log, patience=0) as changes:
        log.rows[3] = "create"
        assert keys(changes, 1) == [3]
        log.failures = [error_response("FORBIDDEN", 403)]
        with pytest.raises(Forbidden):
            changes.next(0)
        log.rows[2] = "create"
        assert keys(changes, 1) == [2]


def test_the_changes_of_other_collections_are_passed_over() -> None:
    log = Log(1)
    with log.directus().items("orders").changes(poll_interval=0.01) as changes:
        log.others = {2, 3, 5}
        log.rows.update(dict.fromkeys(range(2, 7), "create"))
        assert keys(changes, 2) == [4, 6]
        log.asked.clear()
        with pytest.raises(Timeout):
            changes.next(0)
        assert log.asked[0]["filter"] == {"id": {"_gt": 6}}


def test_more_than_a_page_and_a_server_with_small_pages() -> None:
    log = Log(1)
    log.cap = 3
    with log.directus().items("orders").changes(poll_interval=0.01) as changes:
        log.rows.update(dict.fromkeys(range(2, 20), "create"))
        assert keys(changes, 18) == list(range(2, 20))


def test_a_proxy_that_does_not_know_search() -> None:
    log = Log(1)
    log.search = False
    with log.directus().items("orders").changes(poll_interval=0.01) as changes:
        log.rows[2] = "create"
        assert keys(changes, 1) == [2]


def test_trouble_passes_and_a_refusal_does_not() -> None:
    log = Log(1)
    directus = log.directus().with_options(retry=None)
    directus.realtime.configure(reconnect=ReconnectPolicy(backoff=0.01, max_delay=0.01))
    with directus.items("orders").changes(poll_interval=0.01) as changes:
        log.failures = [ConnectionFailed("no answer", sent=True)] * 3 + [error_response("INTERNAL_SERVER_ERROR", 500)] * 3
        log.rows[2] = "create"
        assert keys(changes, 1) == [2]
        log.failures = [error_response("FORBIDDEN", 403)]
        with pytest.raises(Forbidden):
            changes.next(5)


@attrs.define
class Order:
    id: int
    total: float | None = None


def test_an_item_that_does_not_fit_the_model_comes_in_its_turn(tmp_path: Path) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"
    log.totals = {3: "much"}
    orders = log.directus().items("orders", Order)
    with orders.changes(path, poll_interval=0.01) as changes:
        log.rows.update(dict.fromkeys(range(2, 6), "create"))
        assert keys(changes, 1) == [2]
        with pytest.raises(ModelError, match="total"):
            changes.next(5)
    with orders.changes(path, poll_interval=0.01) as changes:  # it was not done
        with pytest.raises(ModelError, match="total"):
            changes.next(5)
        assert changes.next(5).data == Order(4)
        assert keys(changes, 1) == [5]
        changes.done()
        log.rows[6] = "create"
        log.totals = {6: "more"}
        with pytest.raises(ModelError, match="total"):
            changes.next(5)
        changes.done()
    with orders.changes(path) as changes, pytest.raises(Timeout):
        changes.next(0)


# ---------------------------------------------------------------------- the bell
def test_a_socket_says_when_to_look() -> None:
    written = threading.Semaphore(0)

    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        written.acquire(timeout=WAIT)
        line.event(asked, "create", {"id": 2})
        line.rest()

    log = Log(1)
    with peer(script) as server, server.directus(transport=MockTransport(log)) as directus:
        with directus.items("orders").changes(poll_interval=1_000) as changes:
            assert changes.live
            with pytest.raises(Timeout):
                changes.next(0)
            log.rows[2] = "create"
            written.release()
            assert keys(changes, 1) == [2]
        assert not directus.realtime.connected


@pytest.mark.parametrize(("code", "again"), [("FORBIDDEN", False), ("INVALID_PAYLOAD", True)])
def test_a_bell_that_is_refused_leaves_no_connection(code: str, again: bool) -> None:
    refused = threading.Semaphore(0)

    def script(line: Line) -> None:
        line.welcome()
        while (message := line.receive()) is not None:
            if message["type"] == "subscribe":
                error = {"code": code, "message": "No."}
                line.send({"type": "subscribe", "status": "error", "uid": message["uid"], "error": error})
                refused.release()

    log = Log(1)
    with peer(script) as server, server.directus(transport=MockTransport(log)) as directus:
        with directus.items("orders").changes(poll_interval=0.01) as changes:
            for number in range(2, 5 if again else 3):
                while not refused.acquire(blocking=False):
                    with pytest.raises(Timeout):
                        changes.next(0.01)
                log.rows[number] = "create"
                assert keys(changes, 1) == [number]
            assert not changes.live
        assert not directus.realtime.connected
        server.line()
        assert again or server.waiting == 0


def test_a_bell_that_has_fallen_is_hung_again() -> None:
    def script(line: Line) -> None:
        line.welcome()
        line.take_subscription()
        line.rest()

    with peer(script) as server, server.directus(transport=MockTransport(Log(1))) as directus:
        with directus.items("orders").changes(poll_interval=0.01) as changes:
            for _ in range(2):
                while not changes.live:
                    with pytest.raises(Timeout):
                        changes.next(0.01)
                server.line()
                directus.realtime.disconnect()
                assert not changes.live
        assert not directus.realtime.connected


def test_nothing_waits_for_an_upgrade_that_is_never_answered() -> None:
    log = Log(1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with Directus(url, token="t", transport=MockTransport(log)) as directus:
            directus.realtime.configure(open_timeout=WAIT)
            with directus.items("orders").changes(poll_interval=0.01) as changes:
                taken, _ = deaf.accept()
                with taken:
                    log.rows[2] = "create"
                    assert changes.next(0).key == 2
                    assert taken.recv(65_536)
                    taken.setblocking(False)
                    with pytest.raises(BlockingIOError):  # the connection is still being made
                        taken.recv(1)
                    changes.close()
                    assert not directus.realtime.connected


def test_closing_while_the_sign_in_is_never_answered() -> None:
    signing_in = threading.Event()

    def script(line: Line) -> None:
        line.receive()
        signing_in.set()
        line.rest()

    with peer(script) as server, server.directus(transport=MockTransport(Log(1))) as directus:
        directus.realtime.configure(open_timeout=WAIT)
        changes = directus.items("orders").changes(poll_interval=0.01)
        consumer = threading.Thread(target=lambda: list(changes))
        consumer.start()
        assert signing_in.wait(WAIT)
        line = server.line()
        assert not line.over.is_set()
        changes.close()
        consumer.join(WAIT)
        assert not consumer.is_alive()
        assert line.over.wait(WAIT)
        assert server.waiting == 0
        left = [thread.name for thread in threading.enumerate() if thread.name.startswith("directus")]
        assert left == []


def test_attempts_can_be_limited() -> None:
    log = Log(1)
    directus = log.directus()
    directus.realtime.configure(reconnect=ReconnectPolicy(attempts=1, backoff=0.01))
    with directus.items("orders").changes(poll_interval=0.01) as changes:
        log.failures = [error_response("INTERNAL_SERVER_ERROR", 500)] * 100
        with pytest.raises(Exception, match="INTERNAL_SERVER_ERROR"):
            changes.next(5)


def test_a_gap_survives_a_restart(tmp_path: Path) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"
    with log.directus().items("orders").changes(path, poll_interval=0.01) as changes:
        log.rows[5] = "create"
        assert keys(changes, 1) == [5]
        changes.done()
    log.rows[3] = "create"
    with log.directus().items("orders").changes(path, poll_interval=0.01) as changes:
        assert keys(changes, 1) == [3]
        with pytest.raises(Timeout):
            changes.next(0)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"feed": 1}', "not json"])
def test_a_file_that_is_no_checkpoint(tmp_path: Path, text: str) -> None:
    path = tmp_path / "orders.ckpt"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="checkpoint"):
        Log(1).directus().items("orders").changes(path)
    assert path.read_text() == text


def test_a_checkpoint_is_replaced_as_a_whole(tmp_path: Path) -> None:
    kept = FileCheckpoint(tmp_path / "a.ckpt")
    assert kept.load() is None
    kept.save("one")
    kept.save("two")
    assert kept.load() == "two"
    assert [file.name for file in tmp_path.iterdir()] == ["a.ckpt"]
    with pytest.raises(FileNotFoundError):
        FileCheckpoint(tmp_path / "nowhere" / "a.ckpt").save("x")


def test_the_source_of_a_checkpoint_stays(tmp_path: Path) -> None:
    """A right that came later must not make the feed begin anew elsewhere."""
    log, path = Log(1), tmp_path / "orders.ckpt"
    with log.directus().items("orders").changes(path, source="key") as changes:
        assert changes.source == "key"
    with log.directus().items("orders").changes(path) as changes:
        assert changes.source == "key"
    with pytest.raises(ConfigurationError, match="delete"):
        log.directus().items("orders").changes(path, kinds=["delete"])
