"""The feed of changes, against a log that a test writes down: what a real server shows only now and then."""

from __future__ import annotations

import json
import os
import random
import socket
import threading
from bisect import bisect_left, bisect_right
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
    RetryPolicy,
    SubscriptionEnded,
    Timeout,
)
from directus_sdk.changes.checkpoint import FileCheckpoint
from directus_sdk.changes.feed import Changes
from directus_sdk.models.codec import codec_for
from directus_sdk.reading.collection import Collection
from directus_sdk.realtime import manager_of
from directus_sdk.testing.mock import MockTransport, error_response
from directus_sdk.wire.query import normalize
from tests.forking import in_child, needs_fork
from tests.interrupting import Interrupter, TimeLimit
from tests.realtime.peer import WAIT, Line, peer


def among(numbers: list[int], rule: dict[str, Any]) -> list[int]:
    low, high = rule.get("_between", (rule.get("_gt", 0) + 1, numbers[-1] if numbers else 0))
    found = numbers[bisect_left(numbers, low) : bisect_right(numbers, high)]
    wanted = set(map(int, rule.get("_in", found)))
    return [number for number in found if number in wanted]


class Log:
    """A server with an activity log and nothing else."""

    def __init__(self, *numbers: int) -> None:
        self.rows = dict.fromkeys(numbers, "create")
        self.search = True
        self.cap: int | None = None
        self.failures: list[Any] = []
        self.others: set[int] = set()
        self.totals: dict[int, Any] = {}
        self.times: dict[int, str] = {}
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
        condition, *end = query.get("filter", {}).get("_and", [query.get("filter", {})])
        rules = [rule["id"] for rule in condition.get("_or", [condition]) if rule]
        found = sorted(number for rule in rules or [{}] for number in among(sorted(self.rows), rule))
        found = [number for number in found if not end or number <= end[0]["id"]["_lte"]]
        if "-id" in query.get("sort", ()):
            found.reverse()
        return [
            {
                "id": number,
                "action": self.rows[number],
                "collection": "others" if number in self.others else "orders",
                "item": str(number),
                "timestamp": self.times.get(number, "2026-01-01T00:00:00Z"),
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


def test_pending_changes_come_in_lists_and_end(tmp_path: Path) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"
    with log.directus().items("orders").changes(path) as changes:
        log.others = {3}
        log.rows.update(dict.fromkeys(range(2, 14), "create"))
        lists = []
        for number, some in enumerate(changes.pending(batch=5)):
            log.rows[100 + number] = "create"  # others go on: this belongs to the next run
            lists.append([change.key for change in some])
        assert lists == [[2, 4, 5, 6, 7], [8, 9, 10, 11, 12], [13]]
        assert [change.key for some in changes.pending() for change in some] == [100, 101, 102]
        assert list(changes.pending()) == []


def test_pending_changes_are_done_when_the_next_are_requested(tmp_path: Path) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"
    orders = log.directus().items("orders")
    orders.changes(path).close()
    log.rows.update(dict.fromkeys(range(2, 9), "create"))

    def run(batches: int) -> list[Any]:
        with orders.changes(path) as changes:
            pending = changes.pending(3)
            return [[change.key for change in next(pending)] for _ in range(batches)]

    assert run(2) == [[2, 3, 4], [5, 6, 7]]
    assert run(1) == [[5, 6, 7]]  # the program ended before it asked for more
    with orders.changes(path) as changes:
        assert [change.key for change in next(changes.pending(2))] == [5, 6]
        changes.done()
        assert changes.next(WAIT).key == 7


def test_pending_changes_of_a_page_that_holds_only_others(tmp_path: Path) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"
    orders = log.directus().items("orders")
    orders.changes(path).close()
    log.rows.update(dict.fromkeys(range(2, 2503), "create"))
    log.others = set(range(2, 2502))
    with orders.changes(path) as changes:
        assert [[change.key for change in some] for some in changes.pending()] == [[2502]]
    log.asked.clear()
    with orders.changes(path) as changes:
        assert list(changes.pending()) == []
    assert {"_gt": 2502} in [query.get("filter", {}).get("_and", [{}])[0].get("id") for query in log.asked]


def test_pending_changes_and_a_server_that_fails() -> None:
    log = Log(1)
    with log.directus().items("orders").changes() as changes:
        log.rows.update({2: "create", 3: "create"})
        pending = changes.pending(1)
        assert next(pending)[0].key == 2
        log.failures = [error_response("FORBIDDEN", 403)]
        assert next(pending)[0].key == 3  # it was read with the first
        with pytest.raises(Forbidden):
            next(pending)
        log.rows[4] = "create"
        assert [change.key for some in changes.pending() for change in some] == [4]
    with pytest.raises(SubscriptionEnded, match="orders"):
        next(changes.pending())
    for wrong in (0, -1, True, 2.0, None):
        with pytest.raises(ValueError, match="batch must be a positive integer"):
            changes.pending(wrong)  # type: ignore[arg-type]


def test_a_pending_change_that_does_not_fit_the_model_comes_in_its_turn() -> None:
    @attrs.define
    class Order:
        id: int
        total: int

    log = Log(1)
    with log.directus().items("orders", Order).changes() as changes:
        log.totals = {2: 5, 3: None, 4: 7}
        log.rows.update(dict.fromkeys((2, 3, 4), "create"))
        pending = changes.pending()
        assert [change.key for change in next(pending)] == [2]
        with pytest.raises(ModelError):
            next(pending)
        assert [change.key for some in changes.pending() for change in some] == [4]


def test_a_feed_that_was_closed_has_no_next_change_and_ends_a_loop() -> None:
    changes = Log(1).directus().items("orders").changes(poll_interval=0.01)
    changes.close()
    with pytest.raises(SubscriptionEnded, match="orders"):
        changes.next(1)
    assert list(changes) == []


@needs_fork
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_does_not_wait_for_a_thread_of_its_parent_that_reads_the_feed() -> None:
    log, reading = Log(1), threading.Event()

    def respond(request: Request) -> Any:
        if threading.current_thread() is consumer:
            reading.set()
        return log(request)

    def in_the_child() -> list[object]:
        changes.done()
        log.rows[2] = "create"
        return keys(changes, 1)

    directus = Directus("http://127.0.0.1:1", transport=MockTransport(respond))
    consumer = threading.Thread(target=lambda: list(changes))
    with directus.items("orders").changes(poll_interval=WAIT) as changes:
        consumer.start()
        assert reading.wait(WAIT)  # so it has the lock until there is a change
        assert in_child(in_the_child) == "[2]"
    consumer.join(WAIT)
    assert not consumer.is_alive()


@needs_fork
def test_a_child_does_not_use_the_checkpoint_of_a_feed_of_its_parent(tmp_path: Path) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"
    orders = log.directus().items("orders")
    with orders.changes(path, poll_interval=0.01) as changes:
        log.rows[2] = log.rows[3] = "create"
        assert keys(changes, 1) == [2]
        before = path.read_text()
        for action in (lambda: changes.next(1), changes.done, lambda: orders.changes(path)):
            assert "is in use: another feed" in in_child(action)
        assert in_child(changes.close) == "None"
        assert path.read_text() == before
        assert keys(changes, 1) == [3]


@needs_fork
def test_a_daemon_holds_the_checkpoint_of_the_program_that_it_was_forked_from(tmp_path: Path) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"

    def daemonize() -> object:
        changes = log.directus().items("orders").changes(path, poll_interval=0.01)
        program = os.getpid()
        if os.fork():
            os._exit(0)
        while os.getppid() == program:
            threading.Event().wait(0.01)
        log.rows[2] = "create"
        found = keys(changes, 1)
        with pytest.raises(ConfigurationError, match="is in use: another feed"):
            log.directus().items("orders").changes(path)
        return found

    assert in_child(daemonize) == "[2]"


def feed(log: Log, patience: float, **options: Any) -> Changes[Any]:
    """The changes of a log in which a number that is missing is old after so many seconds."""
    directus = log.directus()
    orders = Collection(directus.pipeline, "/items/orders", "orders")
    options = {"query": normalize(), "poll_interval": 0.01, "patience": patience, **options}
    return Changes(manager_of(directus), orders, codec_for("orders", None), **options)


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


def test_a_timeout_holds_while_another_thread_waits() -> None:
    with Log(1).directus().items("orders").changes(poll_interval=WAIT) as changes:
        others = [threading.Thread(target=lambda: list(changes)) for _ in range(2)]
        others[0].start()
        threading.Event().wait(0.1)  # the other thread has its turn
        with pytest.raises(Timeout, match=r"within 0\.2 s"):
            changes.next(0.2)
        changes.done()
        others[1].start()
        changes.close()
        for other in others:
            other.join(WAIT)
            assert not other.is_alive()


@pytest.mark.parametrize("query", [{"filter": {"total": {"_gt": 1}}}, {"search": "paid"}])
def test_an_item_that_the_query_leaves_out_has_no_change(query: Any) -> None:
    log = Log(1)

    def respond(request: Request) -> Any:
        if urlsplit(request.url).path != "/items/orders":
            return log(request)
        body = json.loads(request.body)  # type: ignore[arg-type]
        return [{"id": int(key)} for key in body.get("keys", ()) if key != "2"]

    directus = Directus("http://127.0.0.1:1", transport=MockTransport(respond))
    with directus.items("orders").changes(query=query, poll_interval=0.01) as changes:
        log.rows[2] = log.rows[3] = "create"
        log.rows[4] = "delete"
        assert keys(changes, 2) == [3, "4"]  # nothing tells the type of a key here


@pytest.mark.parametrize("fields", ["*.*", ["*.*.*"], ["total", "*.name"], "*", ["id"], None])
def test_wildcards_hold_the_primary_key(fields: Any) -> None:
    log = Log(1)
    query = {} if fields is None else {"fields": fields}
    with log.directus().items("orders").changes(query=query, poll_interval=0.01) as changes:
        log.rows[2] = "create"
        assert changes.next(WAIT).data == {"id": 2, "total": None}


def test_the_changes_of_a_singleton_have_its_item() -> None:
    log = Log(1)

    def respond(request: Request) -> Any:
        rows = log(request)
        return {"id": 2, "total": 7} if urlsplit(request.url).path.startswith("/items/") else rows

    orders = Directus("http://127.0.0.1:1", transport=MockTransport(respond)).items("orders")
    with orders.changes(poll_interval=0.01) as changes:
        log.rows[2] = "update"
        change = changes.next(WAIT)
        assert (change.key, change.data) == (2, {"id": 2, "total": 7})
    with pytest.raises(ConfigurationError, match="dates: orders is a singleton"):
        orders.changes(source="dates")
    with pytest.raises(ConfigurationError, match="key: orders is a singleton"):
        orders.changes(source="key")


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
    directus = log.directus().with_options(retry=RetryPolicy(attempts=1))
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


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"feed": 1}', b"not json", b"PAR1\xff"])
def test_a_file_that_is_no_checkpoint(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.ckpt"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="checkpoint"):
        Log(1).directus().items("orders").changes(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("position", [{"high": "x"}, {}, {"high": 1, "gaps": [1]}, {"high": None}, {"high": 1, "gaps": 7}, []])
def test_a_position_that_is_none(tmp_path: Path, position: Any) -> None:
    path = tmp_path / "orders.ckpt"
    path.write_text(json.dumps({"feed": {"collection": "orders", "source": "activity"}, "position": position}))
    with pytest.raises(ConfigurationError, match="not one of this SDK"):
        Log(1).directus().items("orders").changes(path)
    assert [file.name for file in tmp_path.iterdir()] == ["orders.ckpt"]


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


def test_a_checkpoint_of_a_feed_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(1)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with log.directus().items("orders").changes("orders.ckpt") as changes:
        before = Path("orders.ckpt").read_text()
        Path("alias.ckpt").symlink_to("orders.ckpt")
        with pytest.raises(ConfigurationError, match="is in use"):
            log.directus().items("orders").changes("alias.ckpt")
        monkeypatch.chdir(tmp_path / "elsewhere")
        log.rows[2] = "create"
        changes.next(timeout=5)
        changes.done()
    assert (tmp_path / "orders.ckpt").read_text() != before
    assert list((tmp_path / "elsewhere").iterdir()) == []


# ---------------------------------------------------------------------- a checkpoint is of one feed
class Kept:
    text: str | None = None

    def load(self) -> str | None:
        return self.text

    def save(self, text: str) -> None:
        self.text = text


@pytest.mark.parametrize("kind", ["path", "object", "file"])
def test_one_feed_at_a_time_works_with_a_checkpoint(tmp_path: Path, kind: str) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"
    kept: Any = {"path": path, "object": Kept(), "file": FileCheckpoint(path)}[kind]
    orders = log.directus().items("orders")
    with orders.changes(kept, poll_interval=0.01):
        for other in [kept] if kind == "object" else [kept, str(path), FileCheckpoint(path)]:
            with pytest.raises(ConfigurationError, match="is in use: another feed"):
                orders.changes(other)
    log.rows[2] = "create"
    with orders.changes(kept, poll_interval=0.01) as changes:
        assert keys(changes, 1) == [2]
        changes.done()
    with pytest.raises(ConfigurationError, match="delete"):
        orders.changes(kept, source="key", kinds=["delete"])
    feed = orders.changes(kept)
    del feed  # one that is forgotten is closed
    with orders.changes(kept, poll_interval=0.01), pytest.raises(Timeout):
        next_one = orders.changes(poll_interval=0.01)
        next_one.next(0)
    assert kind == "object" or [file.name for file in tmp_path.iterdir()] == ["orders.ckpt"]


def test_what_is_done_after_the_feed_was_closed_does_not_disturb_another(tmp_path: Path) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"
    orders = log.directus().items("orders")
    log.rows[2] = "create"
    changes = orders.changes(path, start="first", poll_interval=0.01)
    assert keys(changes, 1) == [1]
    changes.close()
    with orders.changes(path, poll_interval=0.01) as other:
        assert keys(other, 2) == [1, 2]
        with pytest.raises(ConfigurationError, match="in use"):
            changes.done()


def test_a_checkpoint_of_a_feed_knows_its_server(tmp_path: Path) -> None:
    log, path = Log(1), tmp_path / "orders.ckpt"

    def orders(url: str) -> Any:
        return Directus(url, transport=MockTransport(log)).items("orders")

    with orders("http://127.0.0.1:1").changes(path):
        pass
    with pytest.raises(ConfigurationError, match=r"another feed: .*127.0.0.1:1', .*127.0.0.1:2"):
        orders("http://127.0.0.1:2").changes(path)
    document = json.loads(path.read_text())
    del document["feed"]["server"]  # as earlier versions wrote it
    path.write_text(json.dumps(document))
    with orders("http://127.0.0.1:2").changes(path):
        pass


def test_a_database_that_was_restored_before_the_first_change(tmp_path: Path) -> None:
    log, path = Log(*range(1, 50)), tmp_path / "orders.ckpt"
    log.directus().items("orders").changes(path).close()
    log.rows = dict.fromkeys(range(1, 60), "create")
    log.directus().items("orders").changes(path).close()
    log.times = dict.fromkeys(range(1, 60), "2026-02-01T00:00:00Z")
    with pytest.raises(ConfigurationError, match="is at line 49 of directus_activity, and the log is another one now"):
        log.directus().items("orders").changes(path)


@pytest.mark.parametrize("grown", [False, True])
def test_a_database_that_was_restored(tmp_path: Path, grown: bool) -> None:
    log, path = Log(*range(1, 50)), tmp_path / "orders.ckpt"
    log.times = {number: f"2026-01-01T00:00:{number:02}Z" for number in range(1, 60)}
    with log.directus().items("orders").changes(path, poll_interval=0.01) as changes:
        log.rows[50] = "create"
        assert keys(changes, 1) == [50]
        changes.done()
    log.rows = dict.fromkeys(range(1, 60 if grown else 20), "create")
    log.times[50] = "2026-02-01T00:00:00Z" if grown else log.times[50]
    with pytest.raises(ConfigurationError, match="is at line 50 of directus_activity, and the log is another one now"):
        log.directus().items("orders").changes(path)
    log.rows.clear()  # a log that is kept for a time may be empty
    with log.directus().items("orders").changes(path):
        pass


# ---------------------------------------------------------------------- gaps
def searches(log: Log) -> int:
    return sum("timestamp" in query["fields"] and "action" in query["fields"] for query in log.asked)


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("source", ["activity", "key"])
def test_each_page_is_read_once_whatever_is_missing(fresh: bool, source: Any) -> None:
    log = Log(*(number for number in range(1, 4_001) if number % 50 and number not in (3, 4, 5)))
    log.times = {number: f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z" for number in log.rows}
    if fresh:
        log.times = {}
    wanted = sorted(log.rows)
    with log.directus().items("orders").changes(start="first", source=source, fields=["id"], poll_interval=0.01) as changes:
        log.asked.clear()
        assert [change.key for _, change in zip(wanted, changes, strict=False)] == wanted
        pages = [query for query in log.asked if "sort" in query and query["limit"] == 1_000]
        assert len(pages) == 4
        assert len({json.dumps(query["filter"]) for query in pages}) == 4
        if fresh:
            log.rows[4] = log.rows[3_950] = "create"  # committed late
            assert keys(changes, 2) == [4, 3_950]
        elif source == "activity":
            assert not changes._source.waits  # they are older than thirty seconds by the log's own times


# ---------------------------------------------------------------------- the type of a key
class Typed:
    """A log of deletions of a collection that is empty by now."""

    def __init__(self, kind: str | None) -> None:
        self.log, self.kind = Log(1), kind

    def __call__(self, request: Request) -> Any:
        path = urlsplit(request.url).path
        if path.startswith("/fields/"):
            return error_response("FORBIDDEN", 403) if self.kind is None else {"type": self.kind}
        if path == "/activity" or not path.startswith("/items/"):
            found = self.log(request)
            if isinstance(found, list):
                return [{**row, "item": ["7", "007", "-7", "0", "-0", "7.0"][row["id"] - 2]} for row in found if row["id"] > 1]
            return found
        return []


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("integer", [7, "007", -7, 0, "-0", "7.0"]),
        ("string", ["7", "007", "-7", "0", "-0", "7.0"]),
        (None, ["7", "007", "-7", "0", "-0", "7.0"]),
    ],
)
def test_keys_have_the_type_of_the_collection(kind: str | None, wanted: list[Any]) -> None:
    server = Typed(kind)
    with Directus("http://127.0.0.1:1", transport=MockTransport(server)).items("orders").changes(poll_interval=0.01) as changes:
        server.log.rows.update(dict.fromkeys(range(2, 8), "delete"))
        assert keys(changes, 6) == wanted


@pytest.mark.parametrize("error", [KeyboardInterrupt, TimeLimit])
def test_an_interrupt_leaves_the_feed_usable_and_loses_no_change(error: type[BaseException]) -> None:
    log, step = Log(1), 23
    line = offset = random.randrange(step)
    print(f"every line that is {step} from the one before, from {offset} on")
    with log.directus().items("orders").changes(source="activity", poll_interval=0.01) as changes:
        for number in range(2, 10_000, 2):
            log.rows[number] = "create"
            interrupter = Interrupter(line, error)
            caught = interrupter.run(lambda: changes.next(WAIT))
            if interrupter.place is None:
                break
            assert type(caught) is error, interrupter.place
            log.rows[number + 1] = "create"
            rest = [changes.next(WAIT).key]
            while rest[-1] != number + 1:
                rest.append(changes.next(WAIT).key)
            line += step
    assert line > 100
