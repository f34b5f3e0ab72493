"""When a call is tried again."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import attrs
import pytest

from directus_sdk import (
    APIError,
    ConfigurationError,
    ConnectionFailed,
    Directus,
    EmailLimitExceeded,
    LoginAuth,
    RateLimited,
    RequestsTransport,
    RetryPolicy,
    ServerError,
    ServiceUnavailable,
    StaticTokenAuth,
    Timeout,
    TLSError,
    TransportError,
)
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from directus_sdk.wire.messages import Request, Response
from tests.scripted_server import Hang, Reset, Wire, answer

SAFE = ["GET", "HEAD", "OPTIONS", "SEARCH"]
UNSAFE = ["POST", "PATCH", "PUT", "DELETE"]

LIMITED = error_response("REQUESTS_EXCEEDED", 429)
PRESSURE = error_response("SERVICE_UNAVAILABLE", 503, service="api", reason="Under pressure")
PAGE = Response(502, {"Content-Type": "text/html"}, b"<h1>Bad Gateway</h1>")


def tries(outcome: Any, method: str = "POST", policy: RetryPolicy | None = None, **options: Any) -> tuple[int, list[float]]:
    """How often a call was tried whose first tries all end so, and how long it waited in between."""
    waits: list[float] = []
    policy = policy or RetryPolicy(attempts=4, backoff=0.5)
    mock = MockTransport(lambda request: outcome)
    directus = Directus("http://x", transport=mock, retry=attempt(policy, waits))
    with pytest.raises((APIError, TransportError)) as caught:
        directus.request(method, "/x", **options)
    assert caught.value.attempts == len(mock.requests)
    if len(mock.requests) > 1:
        assert f"(tried {len(mock.requests)} times)" in str(caught.value)
    return len(mock.requests), waits


def attempt(policy: RetryPolicy, waits: list[float]) -> RetryPolicy:
    return attrs.evolve(policy, sleep=waits.append)


@pytest.mark.parametrize("method", SAFE + UNSAFE)
@pytest.mark.parametrize(
    "outcome",
    [
        LIMITED,
        PRESSURE,
        Response(429, {}, b"slow down"),
        Response(429, {"Content-Type": "text/html"}, b"<h1>slow down</h1>"),
        ConnectionFailed("refused", sent=False),
        Timeout("no connection", sent=False),
    ],
)
def test_what_was_not_done_is_tried_again_whatever_it_is(method: str, outcome: Any) -> None:
    assert tries(outcome, method)[0] == 4


MAYBE_DONE = [
    PAGE,
    Response(503, {}, b"maintenance"),
    Response(504, {}, b""),
    ConnectionFailed("reset"),
    Timeout("no answer"),
]


@pytest.mark.parametrize("outcome", MAYBE_DONE)
def test_what_may_have_been_done_is_tried_again_only_where_that_does_no_harm(outcome: Any) -> None:
    for method in SAFE:
        assert tries(outcome, method)[0] == 4, method
    for method in UNSAFE:
        assert tries(outcome, method)[0] == 1, method
        assert tries(outcome, method, retryable=True)[0] == 4, method


@pytest.mark.parametrize(
    "outcome",
    [
        error_response("EMAIL_LIMIT_EXCEEDED", 429),
        error_response("SERVICE_UNAVAILABLE", 503, service="external-file", reason="no"),
        error_response("FORBIDDEN", 403),
        error_response("INVALID_PAYLOAD", 400),
        error_response("INTERNAL_SERVER_ERROR", 500),
        Response(404, {}, b""),
        Response(500, {}, b""),
        TLSError("not trusted", sent=False),
    ],
)
def test_what_would_end_alike_is_not_tried_again(outcome: Any) -> None:
    assert tries(outcome, "GET", retryable=True) == (1, [])


BROKEN = error_response("INTERNAL_SERVER_ERROR", 500)


@pytest.mark.parametrize(
    ("statuses", "outcome", "method", "attempts"),
    [
        ([500], BROKEN, "GET", 4),
        ([500], BROKEN, "POST", 1),
        ([408, 425], Response(425, {}, b""), "GET", 4),
        ([500], PAGE, "GET", 1),
        ([500], LIMITED, "GET", 1),
        ([500], PRESSURE, "GET", 1),
        ([429], error_response("EMAIL_LIMIT_EXCEEDED", 429), "GET", 1),
        ({429}, LIMITED, "POST", 4),
        ((), LIMITED, "GET", 1),
        ((), PAGE, "GET", 1),
        ((), ConnectionFailed("reset"), "GET", 4),
        (iter([502]), PAGE, "SEARCH", 4),
    ],
)
def test_the_statuses_that_are_retried(statuses: Any, outcome: Any, method: str, attempts: int) -> None:
    assert tries(outcome, method, RetryPolicy(attempts=4, backoff=0.5, statuses=statuses))[0] == attempts


def test_the_statuses_are_displayed_in_their_order() -> None:
    policy = RetryPolicy(statuses={504, 429, 502, 500, 503})
    assert repr(policy).endswith("statuses=[429, 500, 502, 503, 504])")
    assert ">429, 500, 502, 503, 504<" in policy._repr_html_()


def test_a_bulk_call_waits_for_a_rate_limiter_only_if_its_status_is_retried() -> None:
    def server(request: Request) -> Any:
        return [] if len(mock.requests) > 9 else LIMITED

    mock = MockTransport(server)
    directus = Directus("http://x", transport=mock, retry=RetryPolicy(statuses=[503]))
    with pytest.raises(RateLimited):
        directus.items("a").create_many([{"title": "x"}])
    assert len(mock.requests) == 1
    directus.with_options(retry=RetryPolicy()).items("a").create_many([{"title": "x"}])
    assert len(mock.requests) == 10


def test_the_errors_say_what_they_are() -> None:
    for outcome, kind in (
        (LIMITED, RateLimited),
        (error_response("EMAIL_LIMIT_EXCEEDED", 429), EmailLimitExceeded),
        (PRESSURE, ServiceUnavailable),
        (PAGE, ServerError),
    ):
        with pytest.raises(kind):
            Directus("http://x", transport=MockTransport(lambda request: outcome), retry=RetryPolicy(1)).request("GET", "/x")  # noqa: B023


# ---------------------------------------------------------------------- how long


def test_the_wait_doubles_and_is_drawn_at_random() -> None:
    policy = RetryPolicy(attempts=8, backoff=1.0, max_delay=10.0)
    _, waits = tries(LIMITED, policy=policy)
    assert all(0 <= wait <= min(10.0, 2.0**number) for number, wait in enumerate(waits))
    assert len(set(waits)) == 7
    _, others = tries(LIMITED, policy=policy)
    assert waits != others


def test_many_tries_do_not_overflow() -> None:
    assert RetryPolicy(attempts=10**6).delay(10**5, Request("GET", "http://x/"), LIMITED) is not None


@pytest.mark.parametrize(("text", "wait"), [("2", 2.0), ("2.5", 2.5), (" 3 ", 3.0), ("30", 30.0)])
def test_the_server_says_how_long(text: str, wait: float) -> None:
    for outcome in (
        error_response("REQUESTS_EXCEEDED", 429, headers={"Retry-After": text}),
        Response(503, {"retry-after": text}),
    ):
        assert tries(outcome, "GET")[1] == [wait] * 3


def test_the_server_says_how_long_with_a_date() -> None:
    soon = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=20), usegmt=True)
    _, (wait, *_) = tries(Response(429, {"Retry-After": soon}))
    assert 15 < wait <= 20


@pytest.mark.parametrize(
    "text", ["0", "-5", "soon", "", "nan", "Mon, 99 Foo 2020", "Wed, 21 Oct 2015 07:28:00 GMT", "1e-400", "٣x"]
)
def test_what_makes_no_sense_or_is_over_leaves_the_back_off(text: str) -> None:
    count, waits = tries(Response(429, {"Retry-After": text}))
    assert count == 4
    assert all(0 <= wait <= 2 for wait in waits)


@pytest.mark.parametrize("text", ["31", "86400", "inf", "1e400", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_that_is_too_long_is_not_waited_for(text: str) -> None:
    outcome = error_response("REQUESTS_EXCEEDED", 429, headers={"Retry-After": text})
    assert tries(outcome) == (1, [])
    with pytest.raises(RateLimited) as caught:
        Directus("http://x", transport=MockTransport(lambda request: outcome)).request("GET", "/x")
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 30


# ---------------------------------------------------------------------- the whole call


class Clock:
    """Stands still unless it is told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("directus_sdk.calls.sending.monotonic", lambda: self.now)


def test_a_wait_that_would_take_too_long_in_all_is_not_begun() -> None:
    policy = RetryPolicy(attempts=10, max_elapsed=5)
    assert tries(Response(429, {"Retry-After": "6"}), policy=policy) == (1, [])
    assert tries(Response(429, {"Retry-After": "4"}), policy=policy)[1] == [4.0] * 9  # the waits are not real


def test_tries_and_waits_end_in_time() -> None:
    with Wire(lambda seen: Hang()) as wire:
        directus = Directus(
            wire.url,
            transport=RequestsTransport(timeout=(5, 0.2)),
            retry=RetryPolicy(attempts=100, backoff=0.01, max_elapsed=1),
        )
        started = time.monotonic()
        with directus, pytest.raises(Timeout) as caught:
            directus.items("a").read_one(1)
        assert time.monotonic() - started < 20  # 100 attempts need more
    assert 2 <= caught.value.attempts == len(wire.seen)


def test_a_timeout_is_cut_to_what_is_left() -> None:
    mock = MockTransport([5, 5, 5])
    bounded = Directus("http://x", transport=mock, retry=RetryPolicy(max_elapsed=2))
    bounded.request("GET", "/x", timeout=(1, 60))
    bounded.request("GET", "/x", timeout=None)
    connect, read = mock.requests[0].timeout
    assert connect == 1
    assert 1 < read <= 2
    assert all(part <= 2 for part in mock.requests[1].timeout)
    assert mock.requests[0].deadline is not None


def test_a_sign_in_has_a_time_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)

    def server(request: Request) -> Any:
        if "/auth/" in request.url:
            clock.now += 20
            return {"access_token": "a", "refresh_token": "r", "expires": 900000}
        if len(mock.requests) == 2:
            return error_response("TOKEN_EXPIRED", 401)
        return 5

    mock = MockTransport(server)
    auth = LoginAuth(credentials=lambda: {"email": "a@example.com", "password": "p"})
    assert Directus("http://x", transport=mock, auth=auth, retry=RetryPolicy(max_elapsed=10)).request("POST", "/x") == 5
    sent = [request for request in mock.requests if request.url.endswith("/x")]
    assert len(sent) == 2
    assert all(request.timeout == (10, 10) for request in sent)


def test_nothing_is_sent_when_no_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)

    def refuse(request: Request) -> Any:
        clock.now += 10
        return error_response("TOKEN_EXPIRED", 401)

    class Renewing(StaticTokenAuth):
        def recover(self, request: Request, response: Response) -> bool:
            return True

    mock = MockTransport(refuse)
    directus = Directus("http://x", transport=mock, auth=Renewing("t"), retry=RetryPolicy(max_elapsed=10))
    with pytest.raises(Timeout, match="no time is left") as caught:
        directus.request("POST", "/x")
    assert (caught.value.sent, len(mock.requests)) == (False, 1)


def test_a_wait_that_took_too_long_leaves_the_error_before(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    mock = MockTransport([Response(503)])

    def oversleep(seconds: float) -> None:
        clock.now += 60

    directus = Directus("http://x", transport=mock, retry=RetryPolicy(max_elapsed=10, sleep=oversleep))
    with pytest.raises(ServiceUnavailable) as caught:
        directus.request("GET", "/x")
    assert caught.value.attempts == 1


@pytest.mark.parametrize("limit", [float("inf"), 1e10, 10**400], ids=["inf", "1e10", "1e400"])
def test_a_limit_beyond_all_clocks_is_none(limit: float) -> None:
    with Wire() as wire, Directus(wire.url, retry=RetryPolicy(max_elapsed=limit)) as directus:
        assert directus.request("GET", "/x", timeout=None) == 1


@pytest.mark.parametrize(
    "timeout", [float("inf"), 1e20, 10**400, (5, 3e6), float("nan")], ids=["inf", "1e20", "1e400", "pair", "nan"]
)
def test_a_timeout_that_no_socket_takes(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout must be"):
        Directus("http://x").with_options(timeout=timeout)


# ---------------------------------------------------------------------- bodies


def test_a_body_is_opened_anew_for_each_try() -> None:
    replies = iter([Reset(), Reset(), answer()])
    with Wire(lambda seen: next(replies)) as wire:
        retry = RetryPolicy(attempts=3, backoff=0)
        with Directus(wire.url, retry=retry) as directus:
            assert directus.request("POST", "/x", data=[b"one ", b"two"], retryable=True) == 1
    assert [seen.body for seen in wire.seen] == [b"one two"] * 3


def test_a_body_that_can_be_read_once_is_not_sent_twice() -> None:
    def blocks() -> Iterator[bytes]:
        yield b"once"

    assert tries(LIMITED, data=blocks(), retryable=True) == (1, [])


# ---------------------------------------------------------------------- the policy


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"attempts": 1.5},
        {"attempts": True},
        {"backoff": -1},
        {"max_delay": float("nan")},
        {"max_elapsed": "5"},
        {"backoff": None},
        {"statuses": "429"},
        {"statuses": 429},
        {"statuses": None},
        {"statuses": ["429"]},
        {"statuses": [True]},
        {"statuses": [429.0]},
        {"statuses": [200]},
        {"statuses": [600]},
    ],
)
def test_a_policy_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        RetryPolicy(**wrong)


def test_a_policy_of_ones_own() -> None:
    class Stubborn(RetryPolicy):
        def delay(self, attempt: int, request: Request, outcome: Any) -> float | None:
            return 0 if attempt < 6 else None

    mock = MockTransport(lambda request: error_response("FORBIDDEN", 403))
    with pytest.raises(APIError):
        Directus("http://x", transport=mock, retry=Stubborn()).request("POST", "/x")
    assert len(mock.requests) == 6


def test_one_call_may_have_a_policy_of_its_own() -> None:
    mock = MockTransport(lambda request: LIMITED)
    directus = Directus("http://x", transport=mock)
    with pytest.raises(RateLimited):
        directus.with_options(retry=RetryPolicy(attempts=1)).request("GET", "/x")
    assert len(mock.requests) == 1


def test_one_try_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    tries(LIMITED, policy=RetryPolicy(attempts=1))
    assert caplog.records == []
