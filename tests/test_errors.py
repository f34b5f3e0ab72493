"""The tree of errors: roots, built-in relatives, pickles, and the picture in the module's docstring."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
import subprocess
import sys

import pytest

from directus_sdk import errors
from directus_sdk.redaction.trace import Trace
from directus_sdk.wire.messages import Response
from tests.scripted_server import Wire

TREE = [
    kind for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.DirectusError) and not name.startswith("_")
]  # fmt: skip


@pytest.mark.parametrize("kind", TREE)
def test_every_error_says_what_it_is_and_survives_a_pickle(kind: type[errors.DirectusError]) -> None:
    assert inspect.getdoc(kind)
    error = kind("what happened")
    error.add_note("a note") if hasattr(error, "add_note") else None
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is kind
        assert str(again) == error.message == "what happened"
        assert vars(again) == vars(error)


@pytest.mark.parametrize("kind", TREE)
def test_every_error_stands_in_the_picture(kind: type) -> None:
    assert re.search(rf"\b{kind.__name__}\b", str(errors.__doc__))


@pytest.mark.parametrize(
    ("name", "relative"),
    [
        ("ConfigurationError", ValueError), ("ModelError", ValueError), ("FailedValidation", ValueError),
        ("ConnectionFailed", ConnectionError), ("Timeout", TimeoutError), ("TruncatedResultWarning", UserWarning),
    ],
)  # fmt: skip
def test_what_they_are_for_those_who_catch_the_built_in_ones(name: str, relative: type) -> None:
    assert issubclass(getattr(errors, name), relative)


def test_there_are_two_roots_of_what_can_go_wrong_on_the_way() -> None:
    assert not issubclass(errors.TransportError, errors.APIError)
    assert not issubclass(errors.APIError, errors.TransportError)


def test_what_is_known_of_a_call_without_an_answer() -> None:
    trace = Trace("POST", "https://a/b", {}, "{}")
    error = errors.Timeout("no answer", sent=False, request=trace)
    again = pickle.loads(pickle.dumps(error))
    assert (again.sent, again.request, again.attempts) == (False, trace, 1)
    assert errors.ConnectionFailed("x").sent is True


def test_an_error_without_an_answer_has_no_parts() -> None:
    error = errors.APIError("x")
    assert (error.extensions, error.reason, error.to_curl()) == ({}, None, "")
    assert errors.RateLimited("x").retry_after is None
    assert errors.ServiceUnavailable("x").service is None
    assert errors.APIError("x", errors=[{"extensions": "odd"}]).extensions == {}


def test_a_pickled_error_keeps_the_answer_without_its_cookies() -> None:
    response = Response(400, {"Set-Cookie": "session=s3cret", "X-A": "1"}, b"body", "https://a/b")
    again = pickle.loads(pickle.dumps(errors.BadRequest("x", status=400, response=response)))
    assert (again.response.status, again.response.content, again.response.headers["x-a"]) == (400, b"body", "1")
    assert "s3cret" not in again.response.headers["set-cookie"]


def test_bulk_errors_keep_what_was_done() -> None:
    error = errors.BulkError("2 failed", errors=[1, 2], result=[3])
    assert pickle.loads(pickle.dumps(error)).errors == [1, 2]


def test_errors_of_fields_for_a_form() -> None:
    def entry(message: str, **extensions: object) -> dict[str, object]:
        return {"message": message, "extensions": {"code": "FAILED_VALIDATION", **extensions}}

    required = entry('Validation failed for field "title". Value is required.', field="title", path=[])
    error = errors.FailedValidation(
        "no",
        errors=[
            required,
            required,  # of two items
            entry('Validation failed for field "title". Value is too short.', field="title"),
            entry('Value for field "data" in collection "articles" has to be unique.', field="data", path=["list", 0]),
            entry("No field.", field=None),
            {"message": "nothing more"},
            {"extensions": "no mapping"},
        ],
    )
    assert error.field_errors == {
        "title": ["Value is required.", "Value is too short."],
        "data.list.0": ["Value has to be unique."],
    }
    assert errors.Forbidden("no").field_errors == {}
    assert pickle.loads(pickle.dumps(error)).field_errors == error.field_errors


AT_EXIT = """
import datetime, sys
from directus_sdk import Directus, LoginAuth

url, used = sys.argv[1:]
directus, other = Directus(url, token="t"), Directus(url, auth=LoginAuth())
items = directus.items("a")
if used == "used":
    items.read_one(1)
    items.update_many([1], {"x": 1}, returning=None)

CALLS = {
    "items": lambda: directus.items("a"),
    "singleton": lambda: directus.singleton("a"),
    "handler": lambda: directus.users,
    "read": lambda: items.read_one(1),
    "write": lambda: items.update_one(1, {"x": 1}),
    "dates": lambda: items.create_one({"x": datetime.date(2026, 1, 2)}),
    "many": lambda: items.create_many([{"x": 1}] * 3, workers=2),
    "sync": lambda: items.sync([{"x": 1}]),
    "request": lambda: directus.request("POST", "/x"),
    "login": lambda: other.auth.login("a@example.com", "pw"),
    "close": lambda: directus.close(),
}

class Job:
    def __del__(self, calls=CALLS, write=sys.stdout.write, flush=sys.stdout.flush):
        for name, call in calls.items():
            try:
                call()
                write(f"{name}: done\\n")
            except BaseException as error:
                write(f"{name}: {type(error).__name__}: {error}\\n")
        flush()

job = Job()
job.circle = job
sys.modules["kept to the very end"] = job
"""


@pytest.mark.parametrize("used", ["used", "unused"])
def test_a_call_while_the_interpreter_ends_says_so(used: str) -> None:
    with Wire() as wire:
        command = [sys.executable, "-c", AT_EXIT, wire.url, used]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    said = dict(line.split(": ", 1) for line in run.stdout.splitlines())
    assert said.pop("close") == "done"
    assert len(said) == 10
    assert all(words.startswith("ConnectionFailed: the interpreter is shutting down") for words in said.values()), said
