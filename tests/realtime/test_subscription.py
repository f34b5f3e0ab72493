"""What the caller of subscribe gets."""

from __future__ import annotations

import _thread
import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from directus_sdk import (
    ConfigurationError,
    Directus,
    Forbidden,
    GraphQLError,
    InvalidQuery,
    ModelError,
    RealtimeEvent,
    ReconnectPolicy,
    Request,
    SubscriptionEnded,
    Timeout,
)
from directus_sdk.realtime.callback_threads import CallbackThreads
from directus_sdk.realtime.connection import Connection
from directus_sdk.realtime.subscription import Subscription
from directus_sdk.testing.mock import MockTransport, error_response
from tests.interrupting import TimeLimit
from tests.realtime.peer import WAIT, Line, peer

AT_ONCE = ReconnectPolicy(backoff=0.01, max_delay=0.02)


@attrs.define
class Article:
    id: int
    title: str = ""


def greet(line: Line) -> None:
    """Take every subscription."""
    line.welcome()
    while (message := line.receive()) is not None:
        if message["type"] == "subscribe":
            line.send({"type": "subscription", "event": "init", "uid": message["uid"], "data": []})


def sending(*messages: tuple[str, list[object]]) -> Callable[[Line], None]:
    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        for event, data in messages:
            line.event(asked, event, *data)
        line.rest()

    return script


def test_events_have_items_and_keys() -> None:
    script = sending(("create", [{"id": 1}]), ("update", [{"id": 1}, {"id": 2}]), ("delete", ["1", 2]))
    with peer(script) as server, server.directus() as directus:
        subscription = directus.items("articles").subscribe("update")
        events = [subscription.next(WAIT) for _ in range(3)]
        assert [(event.event, event.data, event.keys) for event in events] == [
            ("create", [{"id": 1}], (1,)),
            ("update", [{"id": 1}, {"id": 2}], (1, 2)),
            ("delete", [], ("1", "2")),
        ]
        assert {(event.collection, event.uid) for event in events} == {("articles", subscription.uid)}


def test_items_become_models_and_a_misfit_does_not_end_the_subscription() -> None:
    script = sending(("create", [{"title": "no key"}]), ("create", [{"id": 1, "title": "x"}]))
    with peer(script) as server, server.directus() as directus:
        subscription = directus.items("articles", Article).subscribe("create")
        with pytest.raises(ModelError):
            subscription.next(WAIT)
        assert subscription.next(WAIT).data == [Article(1, "x")]


def test_the_query_is_checked_over_http_first() -> None:
    mock = MockTransport()
    with peer(greet) as server, server.directus(transport=mock) as directus:
        directus.items("articles").subscribe("create", filter={"id": {"_gt": 3}}, fields=["id", "author.name"]).close()
        assert mock.path() == "/items/articles"
        assert mock.query() == {"filter": '{"id":{"_gt":3}}', "fields": "id,author.name", "limit": "0"}
        asked = server.line().got[1]
    assert asked["query"] == {"filter": {"id": {"_gt": 3}}, "fields": ["id", "author.name"]}
    assert asked["event"] == "create"


@pytest.mark.parametrize(("code", "status", "kind"), [("FORBIDDEN", 403, Forbidden), ("INVALID_QUERY", 400, InvalidQuery)])
def test_what_http_refuses_opens_no_socket(code: str, status: int, kind: type[Exception]) -> None:
    def refuse(request: Request) -> object:
        return error_response(code, status)

    with peer(greet) as server, server.directus(transport=MockTransport(refuse)) as directus:
        with pytest.raises(kind):
            directus.items("articles").subscribe("create")
        assert server.waiting == 0


def test_arguments_are_checked_before_anything_is_sent() -> None:
    directus = Directus("http://127.0.0.1:1", token="t", transport=MockTransport())
    with pytest.raises(ValueError, match="event"):
        directus.items("articles").subscribe("created")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="limt"):
        directus.items("articles").subscribe(limt=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        directus.graphql.subscribe(7)  # type: ignore[arg-type]


def test_many_subscriptions_share_one_connection_that_closes_with_the_last() -> None:
    with peer(greet) as server, server.directus() as directus:
        first = directus.items("articles").subscribe("create")
        second = directus.items("authors").subscribe("create")
        first.close()
        first.close()
        assert directus.realtime.connected
        second.close()
        assert not directus.realtime.connected
        line = server.line()
        assert server.waiting == 0
        assert line.over.wait(WAIT)
        assert [message["type"] for message in line.got] == ["auth", "subscribe", "subscribe", "unsubscribe", "unsubscribe"]


def test_a_connection_that_was_asked_for_stays() -> None:
    with peer(greet) as server, server.directus() as directus:
        with directus.realtime.connect():
            directus.items("articles").subscribe("create").close()
            assert directus.realtime.connected
        assert not directus.realtime.connected
        server.line()
        assert server.waiting == 0


def test_threads_that_subscribe_at_once_share_a_connection() -> None:
    with peer(greet) as server, server.directus() as directus:
        made = queue.Queue[object]()
        threads = [threading.Thread(target=lambda: made.put(directus.items("a").subscribe("create"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT)
        assert made.qsize() == 8
        server.line()
        assert server.waiting == 0


def test_closing_from_another_thread_ends_the_iteration() -> None:
    with peer(greet) as server, server.directus() as directus:
        subscription = directus.items("articles").subscribe("create")
        seen: list[RealtimeEvent[dict[str, object]]] = []
        consumer = threading.Thread(target=lambda: seen.extend(subscription))
        consumer.start()
        subscription.close()
        consumer.join(WAIT)
        assert not consumer.is_alive()
        assert seen == []
        with pytest.raises(SubscriptionEnded, match="has ended"):
            subscription.next(1)


def test_next_after_the_end_leaves_a_generator_as_it_is() -> None:
    """A bare `StopIteration` would become a `RuntimeError` there."""

    def events() -> Iterator[RealtimeEvent[dict[str, object]]]:
        while True:
            yield subscription.next(WAIT)

    with peer(greet) as server, server.directus() as directus:
        subscription = directus.items("articles").subscribe("create")
        subscription.close()
        with pytest.raises(SubscriptionEnded):
            list(events())
        assert list(subscription) == []


def test_closing_the_client_ends_the_iteration() -> None:
    with peer(greet) as server:
        directus = server.directus()
        subscription = directus.items("articles").subscribe("create")
        consumer = threading.Thread(target=lambda: list(subscription))
        consumer.start()
        directus.close()
        consumer.join(WAIT)
        assert not consumer.is_alive()


def test_a_client_can_be_used_after_its_sockets_were_closed() -> None:
    with peer(greet) as server, server.directus() as directus:
        directus.items("articles").subscribe("create")
        directus.close()
        with directus.items("articles").subscribe("create") as again:
            assert not again.closed


def test_nothing_in_time_is_a_timeout_and_no_end() -> None:
    with peer(greet) as server, server.directus() as directus:
        subscription = directus.items("articles").subscribe("create")
        for _ in range(2):
            with pytest.raises(Timeout):
                subscription.next(0.01)
        with pytest.raises(TimeoutError):
            subscription.next(timeout=0)


def test_what_a_slow_consumer_does_not_take_is_counted() -> None:
    sent = 50
    told = threading.Event()

    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        for number in range(sent):
            line.event(asked, "create", {"id": number})
        last = line.take_subscription()
        told.wait(WAIT)
        line.event(asked, "create", {"id": "later"})
        line.event(last, "create", {"id": 0})
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(queue_size=10)
        slow = directus.items("articles").subscribe("create")
        directus.items("authors").subscribe("create")  # confirmed behind the events, which have all come then
        taken = [slow.next(WAIT) for _ in range(11)]
        told.set()
        assert [event.keys for event in taken[:10]] == [(number,) for number in range(10)]
        assert (taken[10].event, taken[10].count) == ("overflow", 40)
        assert slow.next(WAIT).keys == ("later",)


def test_what_overflows_stands_where_it_was_lost() -> None:
    step = threading.Semaphore(0)

    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        for number in range(4):
            line.event(asked, "create", {"id": number})
        line.take_subscription()
        step.acquire(timeout=WAIT)
        line.event(asked, "create", {"id": 4})
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(queue_size=2)
        slow = directus.items("articles").subscribe("create")
        directus.items("authors").subscribe("create")
        assert slow.next(WAIT).keys == (0,)
        step.release()
        events = [slow.next(WAIT) for _ in range(3)]
        assert [(event.event, event.keys, event.count) for event in events] == [
            ("create", (1,), 0),
            ("overflow", (), 2),
            ("create", (4,), 0),
        ]


# ---------------------------------------------------------------------- functions
def test_functions_are_called_in_order_in_another_thread() -> None:
    script = sending(*[("create", [{"id": number}]) for number in range(300)], ("update", [{"id": 1}]))
    seen: queue.Queue[tuple[object, str]] = queue.Queue()
    done = threading.Event()
    with peer(script) as server, server.directus() as directus:
        subscription = directus.items("articles").subscribe("create")
        subscription.on("update", lambda event: done.set())
        subscription.on("create", lambda event: seen.put((event.keys[0], threading.current_thread().name)))
        assert done.wait(WAIT)
        with pytest.raises(ConfigurationError):
            subscription.next(1)
    told = list(seen.queue)
    keys = [key for key, _ in told]
    assert keys == sorted(keys)  # type: ignore[type-var]
    assert keys[-1] == 299
    assert {name.rpartition("-")[0] for _, name in told} == {"directus-realtime-callback"}


@pytest.mark.parametrize("error", [RuntimeError("mine"), SystemExit("mine"), KeyboardInterrupt("mine")])
def test_a_function_that_fails_stops_nothing(caplog: pytest.LogCaptureFixture, error: BaseException) -> None:
    script = sending(("create", [{"id": 1}]), ("create", [{"id": 2}]))
    seen: queue.Queue[object] = queue.Queue()

    def listen(event: RealtimeEvent[dict[str, object]]) -> None:
        seen.put(event.keys[0])
        raise error

    with peer(script) as server, server.directus() as directus, caplog.at_level(logging.ERROR):
        subscription = directus.items("articles").subscribe("create")
        subscription.on("create", listen)
        assert [seen.get(timeout=WAIT), seen.get(timeout=WAIT)] == [1, 2]
    assert "mine" in caplog.text


@pytest.mark.filterwarnings("error")
def test_a_warning_that_is_an_error_does_not_end_the_callbacks(caplog: pytest.LogCaptureFixture) -> None:
    def respond(request: Request) -> Any:
        limits = {"queryLimit": {"default": 100, "max": -1}}
        return limits if "/server/info" in request.url else [{"id": 100}]

    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription([{"id": number} for number in range(100)])  # as many as a server returns
        line.event(asked, "create", {"id": 4})
        line.rest()

    seen: queue.Queue[Any] = queue.Queue()
    with peer(script) as server, server.directus(transport=MockTransport(respond)) as directus:
        events = directus.items("articles").subscribe()
        events.on("create", lambda event: seen.put(event.keys))
        assert seen.get(timeout=WAIT) == (4,)
    assert "the server has more" in caplog.text


def test_a_function_can_be_taken_back_and_close_the_client() -> None:
    closed = threading.Event()
    with peer(sending(("create", [{"id": 1}]))) as server:
        directus = server.directus()
        subscription = directus.items("articles").subscribe("create")
        subscription.on("create", lambda event: pytest.fail("taken back"))()

        def end(event: object) -> None:
            directus.close()
            closed.set()

        subscription.on("create", end)
        assert closed.wait(WAIT)


def test_functions_hear_of_the_end() -> None:
    def script(line: Line) -> None:
        line.welcome()
        line.take_subscription()
        line.drop()

    seen: queue.Queue[object] = queue.Queue()
    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(reconnect=ReconnectPolicy(attempts=0))
        subscription = directus.items("articles").subscribe("create")
        subscription.on("error", lambda event: seen.put(event.error))
        assert type(seen.get(timeout=WAIT)).__name__ == "ConnectionFailed"


def test_only_known_kinds_can_be_listened_to() -> None:
    with peer(greet) as server, server.directus() as directus:
        with pytest.raises(ValueError, match="create"):
            directus.items("articles").subscribe("create").on("created", print)
        with pytest.raises(TypeError):
            directus.realtime.on("open", None)  # type: ignore[arg-type]


def test_a_subscription_is_not_pickled_but_its_client_is() -> None:
    with peer(greet) as server, server.directus(transport=None) as directus, directus.realtime.connect():
        copy = pickle.loads(pickle.dumps(directus))
        assert "realtime" not in vars(copy)
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(directus.realtime)


# ---------------------------------------------------------------------- GraphQL
def graphql(line: Line) -> str:
    message = line.receive()
    assert message["type"] == "connection_init"
    line.send({"type": "connection_ack"})
    return str(message["payload"]["access_token"])


def test_a_graphql_subscription() -> None:
    def script(line: Line) -> None:
        assert line.path == "/graphql"
        assert graphql(line) == "the-token"
        asked = line.receive()
        assert asked["payload"] == {"query": "subscription { a }", "variables": {"x": 1}}
        line.send({"type": "next", "id": asked["id"], "payload": {"data": {"a": 1}}})
        line.send({"type": "next", "id": asked["id"], "payload": {"data": None, "errors": [{"message": "half"}]}})
        line.send({"type": "complete", "id": asked["id"]})
        line.rest()

    with peer(script, subprotocols=["graphql-transport-ws"]) as server, server.directus() as directus:
        subscription = directus.graphql.subscribe("subscription { a }", {"x": 1})
        first, second = subscription.next(WAIT), subscription.next(WAIT)
        assert (first.event, first.data) == ("next", {"a": 1})
        assert isinstance(second.error, GraphQLError)
        assert list(subscription) == []


def test_a_graphql_document_that_is_refused() -> None:
    def script(line: Line) -> None:
        graphql(line)
        asked = line.receive()
        line.send({"type": "error", "id": asked["id"], "payload": [{"message": "Cannot query field"}]})
        line.rest()

    refused = pytest.raises(GraphQLError, match="Cannot query field")
    with peer(script, subprotocols=["graphql-transport-ws"]) as server, server.directus() as directus, refused:
        directus.graphql.subscribe("subscription { nope }")


def test_graphql_comes_back_after_a_loss() -> None:
    def script(line: Line) -> None:
        graphql(line)
        asked = line.receive()
        line.send({"type": "next", "id": asked["id"], "payload": {"data": {"a": line.number}}})
        if line.number == 1:
            line.drop()
        line.rest()

    with peer(script, subprotocols=["graphql-transport-ws"]) as server, server.directus() as directus:
        directus.realtime.configure(reconnect=AT_ONCE)
        subscription = directus.graphql.subscribe("subscription { a }")
        events = [subscription.next(WAIT) for _ in range(3)]
        assert [(event.event, event.data) for event in events] == [("next", {"a": 1}), ("reconnected", []), ("next", {"a": 2})]


def test_events_do_not_pile_up_while_nobody_waits() -> None:
    """The connection's thread hands on and forgets: a reader that keeps up has nothing in the queue."""
    script = sending(*[("create", [{"id": number}]) for number in range(2_000)])
    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(queue_size=5_000)
        subscription = directus.items("articles").subscribe("create")
        keys = [subscription.next(WAIT).keys[0] for _ in range(2_000)]
        assert keys == list(range(2_000))
        started = time.monotonic()
        subscription.close()
        assert time.monotonic() - started < WAIT


FORKING = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from directus_sdk import ConnectionFailed, Directus
from directus_sdk.testing.mock import MockTransport
directus = Directus(sys.argv[1], token="t", transport=MockTransport())
parent = directus.items("articles").subscribe("create")
child = os.fork()
if child == 0:
    assert not directus.realtime.connected
    try:
        parent.next(10)
    except ConnectionFailed as error:
        assert "belongs to the parent" in str(error)
    else:
        os._exit(1)
    mine = directus.items("articles").subscribe("create")
    assert mine.next(10).keys == (1,)
    directus.close()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert parent.next(10).keys == (1,)
directus.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_the_child_of_a_fork_has_a_connection_of_its_own() -> None:
    gone = threading.Event()

    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        if line.number == 1:
            gone.wait(WAIT)  # until the child has come and gone
        line.event(asked, "create", {"id": 1})
        line.rest()
        gone.set()

    with peer(script) as server:
        subprocess.run([sys.executable, "-c", FORKING, server.url], check=True, timeout=60)
        lines = [server.line(), server.line()]
        assert [line.number for line in lines] == [1, 2]


LEAVING = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport
directus = Directus(sys.argv[1], token="t", transport=MockTransport())
with directus.items("articles").subscribe("create") as first, directus.items("authors").subscribe("create") as second:
    child = os.fork()
    if child != 0:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        directus.realtime.send_message({"type": "the child is gone"})
        assert first.next(10).keys == (1,)
if child == 0:
    assert first.closed and second.closed
    os._exit(0)
directus.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_what_the_child_of_a_fork_closes_stays_open_in_the_parent() -> None:
    said: queue.Queue[object] = queue.Queue()

    def script(line: Line) -> None:
        line.welcome()
        first = line.take_subscription()
        line.take_subscription()
        said.put(line.receive())
        line.event(first, "create", {"id": 1})
        line.rest()

    with peer(script) as server:
        subprocess.run([sys.executable, "-c", LEAVING, server.url], check=True, timeout=60)
        assert said.get(timeout=WAIT) == {"type": "the child is gone"}
        server.line()
        assert server.waiting == 0


INTERRUPTED = """
import signal, sys
from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport
signal.signal(signal.SIGINT, signal.default_int_handler)
directus = Directus(sys.argv[1], token="t", transport=MockTransport())
directus.realtime.configure(open_timeout=60)
try:
    directus.items("articles").subscribe("create")
except KeyboardInterrupt:
    print(directus.realtime.connected)
directus.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals to send here")
def test_an_interrupt_while_subscribing_leaves_nothing_behind() -> None:
    asked = threading.Event()

    def script(line: Line) -> None:
        line.welcome()
        assert line.receive()["type"] == "subscribe"
        asked.set()
        line.rest()

    command = [sys.executable, "-c", INTERRUPTED]
    with peer(script) as server, subprocess.Popen([*command, server.url], stdout=subprocess.PIPE, text=True) as program:
        assert asked.wait(WAIT)
        program.send_signal(signal.SIGINT)
        out, _ = program.communicate(timeout=WAIT)
    assert out == "False\n"


def test_an_interrupted_start_of_a_thread_is_no_key_error(monkeypatch: pytest.MonkeyPatch) -> None:
    start = _thread.start_new_thread

    def interrupted(function: Any, arguments: tuple[object, ...]) -> int:
        number = start(function, arguments)
        function.__self__._started.wait(WAIT)
        if threading.current_thread() is threading.main_thread():
            raise TimeLimit("the time of the task is over")
        return number

    with peer(greet) as server, server.directus() as directus:
        with monkeypatch.context() as patch:
            patch.setattr(threading, "_start_new_thread", interrupted)
            with pytest.raises(TimeLimit):
                directus.items("a").subscribe("create")
        assert not directus.realtime.connected
        events = directus.items("a").subscribe("create")
        with monkeypatch.context() as patch, pytest.raises(TimeLimit):
            patch.setattr(threading, "_start_new_thread", interrupted)
            events.on("create", print)
        events.close()
        assert not directus.realtime.connected


@pytest.mark.parametrize("place", ["open", "wait", "remove", "close"])
def test_an_interrupt_leaves_no_connection_open(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    owner = Subscription if place == "wait" else Connection
    method = getattr(owner, place)

    def interrupted(*arguments: Any) -> object:
        monkeypatch.setattr(owner, place, method)
        result = None if place == "close" else method(*arguments)
        raise TimeLimit(f"the time of the task is over: {result}")

    with peer(greet) as server, server.directus() as directus:
        monkeypatch.setattr(owner, place, interrupted)
        events = None
        with pytest.raises(TimeLimit):
            events = directus.items("a").subscribe("create")
            events.close()
        if events is not None:
            events.close()
        assert not directus.realtime.connected


def test_threads_that_subscribe_at_once_share_a_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[CallbackThreads] = []

    class Counted(CallbackThreads):
        def __init__(self, size: int) -> None:
            made.append(self)
            super().__init__(size)

    monkeypatch.setattr("directus_sdk.realtime.connection_manager.CallbackThreads", Counted)
    with peer(greet) as server, server.directus() as directus:
        directus.realtime.connect()
        threads = [threading.Thread(target=lambda: directus.items("a").subscribe("create")) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT)
        assert len(made) == 1
