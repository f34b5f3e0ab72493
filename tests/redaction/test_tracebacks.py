"""Errors show where they happened, and tools that show local variables find no secret in our frames."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import pytest
import sentry_sdk
from rich.console import Console
from rich.pretty import traverse
from rich.traceback import Traceback
from sentry_sdk.utils import event_from_exception

from directus_sdk import ConnectionFailed, Directus, FileStorage, LoginAuth, RequestsTransport, RetryPolicy, TransportError
from directus_sdk.redaction.redact import JsonBytes, SecretBytes
from directus_sdk.redaction.tracebacks import blank_frames, guarded
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from directus_sdk.wire import messages
from tests.shown import SECRETS

PASSWORD, TOKEN = SECRETS["password"], SECRETS["static"]
DEAD = "http://127.0.0.1:9"


def frames(error: BaseException) -> Iterator[FrameType]:
    walked = error.__traceback__
    while walked is not None:
        yield walked.tb_frame
        walked = walked.tb_next


def ours(error: BaseException) -> list[FrameType]:
    return [frame for frame in frames(error) if frame.f_globals.get("__name__", "").startswith("directus_sdk.")]


def failing_calls() -> dict[str, Any]:
    """Calls that fail in all kinds of ways, with secrets in what is passed."""
    once = RetryPolicy(attempts=1)
    static = Directus(DEAD, token=TOKEN, retry=once)
    headers = Directus(DEAD, transport=RequestsTransport(headers={"X-Api-Key": SECRETS["header"]}), retry=once)
    query = Directus(DEAD, retry=once).with_options(params={"access_token": SECRETS["query"]})
    login = Directus(DEAD, auth=LoginAuth(credentials=lambda: {"email": "a@b.c", "password": PASSWORD}), retry=once)
    mock = MockTransport(lambda request: error_response("FORBIDDEN", 403))
    refused = Directus("https://cms.example.com", token=TOKEN, transport=mock)
    item = {"email": "a@b.c", "password": PASSWORD}
    return {
        "connection": lambda: static.items("articles").read_many(),
        "header": lambda: headers.server.ping(),
        "query": lambda: query.items("articles").read_one(1),
        "login": lambda: Directus(DEAD, retry=once).auth.login("a@b.c", PASSWORD, otp=SECRETS["otp"]),
        "credentials": lambda: login.users.me.read(),
        "static": lambda: Directus(DEAD, retry=once).auth.static(TOKEN, verify=True),
        "reset": lambda: Directus(DEAD, retry=once).auth.password.reset(TOKEN, PASSWORD),
        "create": lambda: refused.users.create_one(item),
        "create many": lambda: refused.users.create_many([item, item], batch_size=1),
        "update": lambda: refused.users.update_one(1, item),
        "refused before sending": lambda: refused.users.create_one({**item, "avatar": object()}),
        "a bad token": lambda: refused.with_token(TOKEN + "\n"),
        "a bad header": lambda: refused.with_options(headers={"Authorization": f"Bearer {TOKEN}\n"}).server.ping(),
        "no client": lambda: Directus(DEAD, token=TOKEN + " "),
        "a storage": lambda: FileStorage("/proc/nothing/here").set("key", TOKEN),
    }


@pytest.mark.parametrize("name", failing_calls())
def test_frames_of_the_package_have_no_variables(name: str) -> None:
    with pytest.raises(Exception) as caught:
        failing_calls()[name]()
    found = ours(caught.value)
    assert len(found) > 1
    for frame in found:
        assert not frame.f_locals.keys() - {"function"}, frame


@pytest.mark.parametrize("name", failing_calls())
def test_sentry_with_its_default_scrubber_and_rich_find_no_secret(name: str) -> None:
    sent: list[Any] = []
    with pytest.raises(Exception) as caught:
        failing_calls()[name]()
    error = caught.value.with_traceback(strip(caught.value))
    client = sentry_sdk.Client(dsn="http://key@127.0.0.1:9/1", default_integrations=False, before_send=keep(sent))
    event, hint = event_from_exception((type(error), error, error.__traceback__), client_options=client.options)
    client.capture_event(event, hint)
    client.close(timeout=0)
    assert sent
    shown = io.StringIO()
    Console(file=shown, width=200).print(
        Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True, locals_max_string=200)
    )
    for text in (json.dumps(sent), shown.getvalue()):
        assert "guard" in text
        assert not [secret for secret in SECRETS.values() if secret in text]


def strip(error: BaseException) -> Any:
    """The traceback from our first frame on: those of this file know the secrets."""
    walked = error.__traceback__
    while walked is not None and not walked.tb_frame.f_globals.get("__name__", "").startswith("directus_sdk."):
        walked = walked.tb_next
    return walked


def keep(sent: list[Any]) -> Any:
    def before_send(event: Any, hint: Any) -> None:
        sent.append(event)

    return before_send


def test_pytest_with_locals_shows_no_secret(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import os\nfrom directus_sdk import Directus, RetryPolicy\n"
        f"def test_it():\n    Directus({DEAD!r}, retry=RetryPolicy(attempts=1)).auth.login('a@b.c', os.environ['SECRET'])\n"
    )
    command = [sys.executable, "-m", "pytest", "-l", "-p", "no:cacheprovider", "-c", "/dev/null", "test_it.py"]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        command, cwd=tmp_path, env={"SECRET": PASSWORD, "PYTHONPATH": root, "PATH": "/usr/bin"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "ConnectionFailed" in done.stdout
    assert "in login" in done.stdout or "def login" in done.stdout
    assert PASSWORD not in done.stdout


def test_a_traceback_names_the_same_places_as_before() -> None:
    def inner(number: int) -> int:
        return 1 // number

    inner.__globals__["__name__"]
    with pytest.raises(ConnectionFailed) as caught:
        Directus(DEAD, token=TOKEN, retry=RetryPolicy(attempts=1)).items("articles").read_many()
    text = "".join(traceback.format_exception(caught.value))
    for place in ("in read_many", "in page", "in call", "in send", "in _send_once", "raise outcome from"):
        assert place in text, place


def test_frames_of_the_user_stay_as_they_are() -> None:
    def rows() -> Iterator[dict[str, int]]:
        mine = "visible"
        yield {"n": 1}
        raise ZeroDivisionError(mine)

    directus = Directus("https://cms.example.com", transport=MockTransport(lambda request: {"data": {"id": 1, "n": 1}}))
    with pytest.raises(Exception) as caught:
        directus.items("articles").create_many(rows(), batch_size=1)
    error: BaseException | None = caught.value
    found = []
    while error is not None:
        found += [frame.f_locals.get("mine") for frame in frames(error) if frame.f_code.co_name == "rows"]
        error = error.__cause__ or error.__context__
    assert "visible" in found


def test_what_an_iterator_raises_is_clean_too() -> None:
    directus = Directus(DEAD, token=TOKEN, retry=RetryPolicy(attempts=1))
    with pytest.raises(TransportError) as caught:
        next(directus.items("articles").iterate(filter={"token": {"_eq": SECRETS["usertoken"]}}))
    assert all(not frame.f_locals.keys() - {"generator", "function"} for frame in ours(caught.value))


def test_an_interrupt_shows_no_secret_either() -> None:
    def stop(request: Any) -> Any:
        raise KeyboardInterrupt

    directus = Directus("https://cms.example.com", token=TOKEN, transport=MockTransport(stop))
    with pytest.raises(KeyboardInterrupt) as caught:
        directus.users.create_one({"password": PASSWORD})
    assert all(not frame.f_locals.keys() - {"function"} for frame in ours(caught.value))


def test_causes_in_a_circle_end() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__context__, two.__context__ = two, one
    assert blank_frames(one) is one


def test_a_generator_keeps_its_value_and_is_closed() -> None:
    seen = []

    def numbers() -> Iterator[int]:
        try:
            yield 1
            yield 2
        finally:
            seen.append("closed")

    found = guarded(numbers)()
    assert next(found) == 1
    found.close()
    assert seen == ["closed"]


@pytest.mark.parametrize("kind", [SecretBytes, JsonBytes])
def test_parts_of_a_body_are_not_shown(kind: Any) -> None:
    body = kind(json.dumps({"password": PASSWORD, "padding": "x" * 200}).encode())
    assert PASSWORD not in str(traverse(body, max_string=80).value_repr)
    assert PASSWORD not in repr(body[:80]) + str(body[10:90]) + repr(memoryview(body)[:3])
    assert body[0] == ord("{")
    assert isinstance(body[:5], bytes)


def test_frames_without_variables_lead_to_none_with_variables() -> None:
    """Not by their callers either, which made them from the frames that they replace."""
    with pytest.raises(ConnectionFailed) as caught:
        Directus(DEAD, retry=RetryPolicy(attempts=1)).auth.login("a@b.c", "pass-word")
    waiting: list[Any] = [caught.value.__traceback__]
    seen: dict[int, Any] = {}
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen[id(found)] = found
        if isinstance(found, TracebackType):
            waiting += [found.tb_frame, found.tb_next]
        elif isinstance(found, FrameType):
            waiting.append(found.f_back)
            if found.f_globals["__name__"].startswith("directus_sdk"):
                waiting += found.f_locals.values()
                assert found.f_code.co_filename.endswith("tracebacks.py") or not found.f_locals
        elif isinstance(found, list):
            waiting += found
    assert len(seen) > 20


def test_an_instruction_without_a_line_is_at_the_first_line_of_its_function() -> None:
    """An interrupt can strike between lines, where Python has no line or reports a negative one."""
    with pytest.raises(TypeError) as caught:
        messages.check_headers({"X-Name": 1})  # type: ignore[dict-item]
    last = caught.tb
    while last.tb_next is not None:
        last = last.tb_next

    error = RuntimeError("stopped").with_traceback(TracebackType(None, last.tb_frame, last.tb_lasti, -2))
    blank_frames(error)
    assert traceback.extract_tb(error.__traceback__)[-1].lineno == messages.check_headers.__code__.co_firstlineno
