"""The life of a connection: sign-in, heartbeat, loss and return."""

from __future__ import annotations

import gc
import json
import logging
import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from directus_sdk import (
    Auth,
    ConfigurationError,
    ConnectionFailed,
    Directus,
    DirectusError,
    Forbidden,
    InvalidCredentials,
    ReconnectPolicy,
    Request,
    SessionExpired,
    StorageError,
    Timeout,
)
from directus_sdk.errors import RateLimited
from directus_sdk.realtime.websocket import WebSocket
from tests.realtime.peer import WAIT, Line, peer

AT_ONCE = ReconnectPolicy(backoff=0.01, max_delay=0.02)


class Tokens(Auth):
    """Gives the tokens of a list, each good for so many seconds."""

    def __init__(self, *tokens: Any) -> None:
        self._tokens = list(tokens)
        self._current: tuple[str, float, float] | None = None

    @property
    def token(self) -> str | None:
        return None

    def authorize(self, request: Request) -> Request:
        return request

    def fresh_token(self) -> tuple[str | None, float | None]:
        now = time.monotonic()
        if self._current is None or now > self._current[1] + self._current[2] * 0.5:
            given = self._tokens.pop(0)
            if isinstance(given, Exception):
                raise given
            self._current = (given[0], now, given[1])
        token, since, life = self._current
        return token, life - (now - since)


def wait_until(condition: Callable[[], bool]) -> None:
    ended = threading.Event()
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline
        ended.wait(0.01)


def test_handshake_signs_in_with_a_message() -> None:
    def script(line: Line) -> None:
        assert line.welcome() == "the-token"
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.connect()
        line = server.line()
        assert line.path == "/websocket"
        assert directus.realtime.connected
        directus.realtime.disconnect()
        assert not directus.realtime.connected


def test_strict_puts_the_token_into_the_address() -> None:
    with peer(Line.rest) as server, server.directus(token="a+b/c") as directus:
        directus.realtime.connect(mode="strict")
        line = server.line()
        assert line.path == "/websocket?access_token=a%2Bb%2Fc"
        # The connection of websockets holds the request of the upgrade.
        # There may be others, which other tests did not open completely.
        attributes = [vars(each) for each in gc.get_objects() if type(each) is WebSocket]
        assert any("_connection" in each for each in attributes)
        assert not any(type(value).__module__.startswith("websockets") for each in attributes for value in each.values())
        directus.realtime.disconnect()
        assert line.over.wait(WAIT)
        assert line.got == []


def test_public_sends_nothing_without_a_token() -> None:
    with peer(Line.rest) as server, server.directus(token=None) as directus:
        directus.realtime.connect(mode="public")
        line = server.line()
        directus.realtime.send_message({"type": "hello"})
        wait_until(lambda: line.got != [])
        assert line.got == [{"type": "hello"}]


def test_without_a_token_the_mode_handshake_says_what_to_do() -> None:
    with peer(Line.rest) as server, server.directus(token=None) as directus:
        with pytest.raises(ConfigurationError, match="mode='public'"):
            directus.realtime.connect()
        assert server.waiting == 0


def test_the_sub_path_of_the_address_is_kept() -> None:
    with peer(lambda line: (line.welcome(), line.rest())[1]) as server, server.directus(path="/cms/") as directus:
        directus.realtime.connect()
        assert server.line().path == "/cms/websocket"


def test_an_address_of_its_own() -> None:
    with peer(lambda line: (line.welcome(), line.rest())[1]) as server, Directus("http://127.0.0.1:1", token="t") as directus:
        directus.realtime.connect(url=f"ws://{server.address}/elsewhere?x=1")
        assert server.line().path == "/elsewhere?x=1"


def test_headers_of_the_client_go_out_with_the_upgrade() -> None:
    with peer(lambda line: (line.welcome(), line.rest())[1]) as server, server.directus() as directus:
        copy = directus.with_options(headers={"X-Gateway": "7"})
        copy.realtime.connect()
        assert server.line().headers["X-Gateway"] == "7"
        copy.close()


def test_a_ping_is_answered_and_comes_before_the_welcome_too() -> None:
    def script(line: Line) -> None:
        line.send({"type": "ping"})
        assert line.receive()["type"] == "auth"
        assert line.receive() == {"type": "pong"}
        line.send({"type": "auth", "status": "ok"}, {"type": "ping"})
        assert line.receive() == {"type": "pong"}
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.connect()
        line = server.line()
        wait_until(lambda: len(line.got) == 3)


def refuse(code: str) -> Callable[[Line], None]:
    def script(line: Line) -> None:
        line.receive()
        line.send({"type": "auth", "status": "error", "error": {"code": code, "message": "No."}})

    return script


def test_a_wrong_token_is_an_error_at_once_and_not_tried_again() -> None:
    with peer(refuse("AUTH_FAILED")) as server, server.directus() as directus:
        with pytest.raises(InvalidCredentials) as caught:
            directus.realtime.connect()
        assert "the-token" not in repr(caught.value)
        server.line()
        assert server.waiting == 0


def test_a_server_that_does_not_answer_the_sign_in() -> None:
    with peer(Line.rest) as server, server.directus() as directus, pytest.raises(Timeout, match="sign-in"):
        directus.realtime.connect(open_timeout=1)


@pytest.mark.parametrize("message", ["not json", "[1]", '{"type": "unknown"}', '"text"', "null", '{"type": 7, "uid": {}}'])
def test_messages_that_mean_nothing_do_no_harm(message: str) -> None:
    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        line.send(message)
        line.event(asked, "create", {"id": 1})
        line.rest()

    seen: queue.Queue[Any] = queue.Queue()
    with peer(script) as server, server.directus() as directus:
        directus.realtime.on("message", seen.put)
        subscription = directus.items("articles").subscribe("create")
        assert subscription.next(WAIT).keys == (1,)
        told = [seen.get(timeout=WAIT) for _ in range(4)]  # the welcome, the first answer, the message, the event
        assert told[2] == (message if message == "not json" else json.loads(message))


def test_a_lost_connection_comes_back_with_the_same_subscriptions_once_each() -> None:
    asked: queue.Queue[list[Any]] = queue.Queue()

    def script(line: Line) -> None:
        line.welcome()
        mine = [line.take_subscription(), line.take_subscription()]
        asked.put(mine)
        if line.number < 3:
            line.drop()
            return
        line.event(mine[0], "create", {"id": 1})
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(reconnect=AT_ONCE)
        first = directus.items("articles").subscribe("create", {"fields": ["id"]})
        second = directus.items("authors").subscribe("delete")
        for subscription in (first, second):
            for _ in range(2):
                gap = subscription.next(WAIT)
                assert gap.event == "reconnected"
                assert gap.lost_at is not None
                assert gap.back_at is not None
                assert gap.lost_at <= gap.back_at
        assert first.next(WAIT).data == [{"id": 1}]
        lines = [server.line() for _ in range(3)]
    before = asked.get()
    assert [message["collection"] for message in before] == ["articles", "authors"]
    assert asked.get() == before
    assert asked.get() == before
    assert [message["type"] for message in lines[2].got].count("subscribe") == 2
    assert len({message["uid"] for message in before}) == 2


def test_the_first_answer_comes_again_after_a_loss() -> None:
    def script(line: Line) -> None:
        line.welcome()
        line.take_subscription([{"id": line.number}])
        if line.number == 1:
            line.drop()
        else:
            line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(reconnect=AT_ONCE)
        subscription = directus.items("articles").subscribe()
        events = [subscription.next(WAIT) for _ in range(3)]
    assert [(event.event, event.keys) for event in events] == [("init", (1,)), ("reconnected", ()), ("init", (2,))]


def test_a_loss_is_told_to_those_who_listen() -> None:
    told: queue.Queue[str] = queue.Queue()

    def script(line: Line) -> None:
        line.welcome()
        if line.number == 1:
            line.drop()
        else:
            line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(reconnect=AT_ONCE)
        directus.realtime.on("open", lambda: told.put("open"))
        directus.realtime.on("close", lambda: told.put("close"))
        directus.realtime.on("error", lambda error: told.put(type(error).__name__))
        directus.realtime.connect()
        assert [told.get(timeout=WAIT) for _ in range(4)] == ["open", "close", "ConnectionFailed", "open"]


def test_a_refusal_ends_the_attempts_and_the_subscriptions() -> None:
    def script(line: Line) -> None:
        if line.number == 1:
            line.welcome()
            asked = line.take_subscription()
            line.event(asked, "create", {"id": 1})
            line.drop()
        else:
            refuse("AUTH_FAILED")(line)

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(reconnect=AT_ONCE)
        subscription = directus.items("articles").subscribe("create")
        assert subscription.next(WAIT).keys == (1,)
        with pytest.raises(InvalidCredentials):
            subscription.next(WAIT)
        assert subscription.closed
        for _ in range(2):
            server.line()
        assert server.waiting == 0


def test_attempts_can_be_limited() -> None:
    def script(line: Line) -> None:
        line.welcome()
        line.take_subscription()
        line.drop()

    with peer(script) as server:
        directus = server.directus()
        directus.realtime.configure(reconnect=ReconnectPolicy(attempts=0))
        subscription = directus.items("articles").subscribe("create")
        with pytest.raises(ConnectionFailed):
            subscription.next(WAIT)
        directus.close()


def test_after_the_end_the_next_subscription_makes_a_new_connection() -> None:
    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        if line.number == 1:
            line.drop()
            return
        line.event(asked, "create", {"id": 2})
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(reconnect=ReconnectPolicy(attempts=0))
        with pytest.raises(ConnectionFailed):
            directus.items("articles").subscribe("create").next(WAIT)
        assert directus.items("articles").subscribe("create").next(WAIT).keys == (2,)


def test_a_silent_server_is_given_up() -> None:
    silent = threading.Event()

    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        if line.number == 1:
            silent.wait(WAIT)
            return
        line.event(asked, "create", {"id": 2})
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(heartbeat_timeout=1, reconnect=AT_ONCE)
        subscription = directus.items("articles").subscribe("create")
        assert subscription.next(WAIT).event == "reconnected"
        assert subscription.next(WAIT).keys == (2,)
        silent.set()


def test_an_idle_server_that_answers_is_kept() -> None:
    answered = threading.Event()

    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        while [message["type"] for message in line.got].count("ping") < 3:
            message = json.loads(line._socket.recv(timeout=WAIT))
            line.got.append(message)
            line.send({"type": "pong"})
        answered.set()
        line.event(asked, "create", {"id": 1})
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(heartbeat_timeout=1)
        subscription = directus.items("articles").subscribe("create")
        assert answered.wait(WAIT)
        assert subscription.next(WAIT).event == "create"


def test_the_sign_in_is_renewed_before_the_token_ends() -> None:
    done = threading.Event()

    def script(line: Line) -> None:
        for name in ("one", "two", "three"):
            assert line.welcome() == name
        done.set()
        line.rest()

    auth = Tokens(("one", 0.4), ("two", 0.4), ("three", 60.0))
    with peer(script) as server, server.directus(auth=auth) as directus:
        directus.realtime.connect()
        assert done.wait(WAIT)
        server.line()
        assert server.waiting == 0


def test_the_server_says_that_the_token_has_ended() -> None:
    done = threading.Event()

    def script(line: Line) -> None:
        assert line.welcome() == "one"
        line.send({"type": "auth", "status": "error", "error": {"code": "TOKEN_EXPIRED", "message": "Token expired."}})
        assert line.welcome() == "two"
        done.set()
        line.rest()

    class Eager(Tokens):
        def fresh_token(self) -> tuple[str | None, float | None]:
            return self._tokens.pop(0)  # type: ignore[no-any-return]

    with peer(script) as server, server.directus(auth=Eager(("one", 1000.0), ("two", 1000.0))) as directus:
        directus.realtime.connect()
        assert done.wait(WAIT)


def test_a_session_that_is_over_ends_the_subscriptions() -> None:
    def script(line: Line) -> None:
        line.welcome()
        line.take_subscription()
        line.rest()

    auth = Tokens(("one", 0.3), SessionExpired("over"), SessionExpired("over"))
    with peer(script) as server, server.directus(auth=auth) as directus:
        subscription = directus.items("articles").subscribe("create")
        with pytest.raises(SessionExpired):
            subscription.next(WAIT)


@pytest.mark.parametrize("trouble", [ConnectionFailed("no answer"), StorageError("locked")])
def test_a_refresh_that_does_not_work_now_is_tried_again(trouble: DirectusError) -> None:
    done = threading.Event()

    def script(line: Line) -> None:
        assert line.welcome() == "one"
        assert line.welcome() == "two"
        done.set()
        line.rest()

    auth = Tokens(("one", 0.3), trouble, ("two", 60.0))
    with peer(script) as server, server.directus(auth=auth) as directus:
        directus.realtime.connect()
        assert done.wait(WAIT)


def test_too_many_messages_are_sent_again_later() -> None:
    def script(line: Line) -> None:
        line.welcome()
        first = line.receive()
        error = {"code": "REQUESTS_EXCEEDED", "message": "Too many messages, retry after 50ms."}
        line.send({"type": "subscribe", "status": "error", "error": error})
        assert line.receive() == first
        line.send({"type": "subscription", "event": "init", "uid": first["uid"]})
        line.event(first, "create", {"id": 1})
        line.rest()

    seen: queue.Queue[Any] = queue.Queue()
    with peer(script) as server, server.directus() as directus:
        directus.realtime.on("error", seen.put)
        subscription = directus.items("articles").subscribe("create")
        assert subscription.next(WAIT).keys == (1,)
        assert isinstance(seen.get(timeout=WAIT), RateLimited)


@pytest.mark.parametrize("with_uid", [True, False])
def test_an_error_after_the_first_answer_does_not_end_a_subscription(with_uid: bool) -> None:
    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        error = {"type": "subscribe", "status": "error", "error": {"code": "FORBIDDEN", "message": "No."}}
        line.send({**error, "uid": asked["uid"]} if with_uid else error)
        line.event(asked, "create", {"id": 1})
        line.rest()

    with peer(script) as server, server.directus() as directus:
        subscription = directus.items("articles").subscribe("create")
        trouble = subscription.next(WAIT)
        assert trouble.event == "error"
        assert isinstance(trouble.error, Forbidden)
        assert subscription.next(WAIT).keys == (1,)


@pytest.mark.parametrize("with_uid", [True, False])
def test_an_error_instead_of_the_first_answer_is_raised(with_uid: bool) -> None:
    def script(line: Line) -> None:
        line.welcome()
        uid = line.receive()["uid"]
        error = {"type": "subscribe", "status": "error", "error": {"code": "INVALID_COLLECTION", "message": "No."}}
        line.send({**error, "uid": uid} if with_uid else error)
        line.rest()

    with peer(script) as server, server.directus() as directus:
        with pytest.raises(Forbidden):
            directus.items("articles").subscribe()
        assert not directus.realtime.connected


def test_a_subscription_that_is_never_answered() -> None:
    def script(line: Line) -> None:
        line.welcome()
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(open_timeout=1)
        with pytest.raises(Timeout, match="subscription"):
            directus.items("articles").subscribe()
        assert not directus.realtime.connected


def test_a_subscription_that_is_not_answered_after_a_loss_is_asked_for_again() -> None:
    def script(line: Line) -> None:
        line.welcome()
        if line.number == 1:
            line.take_subscription()
            line.drop()
            return
        swallowed = line.receive()
        assert line.take_subscription() == swallowed
        line.event(swallowed, "create", {"id": 1})
        line.rest()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.configure(open_timeout=1, reconnect=AT_ONCE)
        subscription = directus.items("articles").subscribe("create")
        events = [subscription.next(WAIT) for _ in range(3)]
    assert [event.event for event in events] == ["error", "reconnected", "create"]
    assert isinstance(events[0].error, Timeout)


def test_questions_get_their_answers() -> None:
    def script(line: Line) -> None:
        line.welcome()
        asked = line.receive()
        line.send({"type": "items", "uid": "another", "data": 0}, {"type": "items", "uid": asked["uid"], "data": {"id": 1}})
        line.receive()
        line.send({"type": "items", "status": "error", "error": {"code": "FORBIDDEN", "message": "No."}})
        line.receive()
        line.drop()

    with peer(script) as server, server.directus() as directus:
        directus.realtime.connect(reconnect=ReconnectPolicy(attempts=0))
        items = directus.realtime.items("articles")
        assert items.create({"title": "x"}, fields=["id"]) == {"id": 1}
        with pytest.raises(Forbidden):
            items.read(7)
        with pytest.raises(ConnectionFailed, match="before the response"):
            items.delete([1, 2])
        got = [message for message in server.line().got if message["type"] == "items"]
    assert [{name: value for name, value in message.items() if name != "uid"} for message in got] == [
        {"type": "items", "action": "create", "collection": "articles", "data": {"title": "x"}, "query": {"fields": ["id"]}},
        {"type": "items", "action": "read", "collection": "articles", "id": "7"},
        {"type": "items", "action": "delete", "collection": "articles", "ids": ["1", "2"]},
    ]


def test_a_question_without_an_answer() -> None:
    with peer(lambda line: (line.welcome(), line.rest())[1]) as server, server.directus() as directus:
        directus.realtime.connect(open_timeout=0.3)
        with pytest.raises(Timeout):
            directus.realtime.items("articles").read()


def test_without_a_connection_nothing_can_be_sent() -> None:
    directus = Directus("http://127.0.0.1:1", token="t")
    with pytest.raises(ConnectionFailed, match="connect"):
        directus.realtime.send_message({"type": "x"})
    with pytest.raises(ConnectionFailed, match="connect"):
        directus.realtime.items("articles").read()


def test_options_are_checked() -> None:
    directus = Directus("http://127.0.0.1:1", token="t")
    bad: list[Mapping[str, Any]] = [{"mode": "none"}, {"heartbeat_timeout": 0}, {"queue_size": 0}, {"open_timeout": -1}]
    for options in bad:
        with pytest.raises(ConfigurationError):
            directus.realtime.configure(**options)
    with pytest.raises(TypeError, match="heartbeat_timeout"):
        directus.realtime.configure(heartbeat=3)


def test_options_of_an_open_connection_stay() -> None:
    with peer(lambda line: (line.welcome(), line.rest())[1]) as server, server.directus() as directus:
        directus.realtime.connect()
        with pytest.raises(ConfigurationError, match="disconnect"):
            directus.realtime.connect(heartbeat_timeout=3)


def test_closing_while_the_server_is_away_takes_no_time() -> None:
    gone = threading.Event()

    def script(line: Line) -> None:
        line.welcome()
        line.take_subscription()
        line.drop()
        gone.set()

    with peer(script) as server:
        directus = server.directus()
        directus.realtime.configure(reconnect=ReconnectPolicy(backoff=1000, max_delay=1000))
        subscription = directus.items("articles").subscribe("create")
        assert gone.wait(WAIT)
        wait_until(lambda: not directus.realtime.connected)
        directus.close()
        assert list(subscription) == []


def test_closing_while_an_upgrade_is_never_answered() -> None:
    first = threading.Event()

    def script(line: Line) -> None:
        line.welcome()
        line.take_subscription()
        first.set()
        line.drop()

    with peer(script) as server:
        directus = server.directus()
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            directus.realtime.configure(open_timeout=600, reconnect=AT_ONCE)
            directus.items("articles").subscribe("create")
            assert first.wait(WAIT)
            # From now on the address leads to somebody who takes connections and answers nothing.
            object.__setattr__(directus.pipeline, "base_url", f"http://127.0.0.1:{deaf.getsockname()[1]}")
            taken, _ = deaf.accept()
            with taken:
                assert taken.recv(10)
                directus.close()


def test_neither_logs_nor_errors_nor_reprs_show_the_token(caplog: pytest.LogCaptureFixture) -> None:
    def script(line: Line) -> None:
        if line.number == 1:
            line.welcome()
            line.take_subscription()
            line.drop()
        else:
            line._socket.close(4403, "no")

    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    with peer(script, logger=logging.getLogger("peer")) as server:
        logging.getLogger("peer").setLevel(logging.CRITICAL)
        for mode in ("handshake", "strict"):
            directus = server.directus(token="s3cr3t-token")
            directus.realtime.configure(mode=mode, reconnect=AT_ONCE)
            directus.realtime.on("error", lambda error, shown=shown: shown.append(f"{error!r} {error} {error.__cause__!r}"))
            try:
                subscription = directus.items("articles").subscribe("create")
                shown.append(repr(subscription))
                subscription.next(WAIT)
            except (InvalidCredentials, ConnectionFailed, Timeout) as error:
                shown += [repr(error), str(error), repr(error.__cause__)]
            shown.append(repr(directus.realtime) + repr(directus.realtime.options) + repr(vars(directus.realtime.manager)))
            directus.close()
    assert shown
    assert "s3cr3t" not in "".join(shown) + caplog.text
