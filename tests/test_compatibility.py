"""docs/compatibility.md is what was found on the servers, and nothing else."""

from __future__ import annotations

import pytest

from directus_sdk import EndpointGroup, EndpointGroups
from directus_sdk.http.server_versions import ENDPOINTS
from scripts import test_servers
from tests import compatibility


def test_the_page_is_made_of_the_results() -> None:
    assert compatibility.PAGE.read_text(encoding="utf-8") == compatibility.page(compatibility.load()), "run: make test-servers"


def test_every_server_was_tested_and_nothing_failed() -> None:
    runs = compatibility.load()
    assert [(run.version, run.database) for run in runs] == test_servers.SERVERS
    assert [run.failed for run in runs] == [0] * len(runs)
    assert all(run.passed > run.not_there + run.skipped for run in runs)


def test_every_handler_was_called_on_the_newest_servers() -> None:
    names = {name for name, value in vars(EndpointGroups).items() if isinstance(value, EndpointGroup)}
    newest = next(run for run in compatibility.load() if run.version.startswith("12."))
    known = {name for name in newest.handlers if name in names}
    assert names - known <= {"realtime"}  # it speaks over web sockets


def test_the_page_names_every_endpoint_that_not_all_servers_have() -> None:
    page = compatibility.PAGE.read_text(encoding="utf-8")
    section = page.partition("| Endpoint |")[2].partition("\n\n")[0]
    assert section.count("\n|") == len(ENDPOINTS) + 1


def test_endpoints_are_counted_once_and_for_the_handler_they_belong_to() -> None:
    calls = [("GET", "/users/me"), ("GET", "/users/1"), ("GET", "/users/2"), ("GET", "/nowhere"), ("PUT", "/users/1")]
    counts = compatibility.per_handler(calls)
    assert {name: count for name, count in counts.items() if count} == {"users": 2}


@pytest.mark.parametrize(
    ("reason", "not_there"),
    [
        ("for Directus >=11, this is 9.26.0", True),
        ("for postgres, this is sqlite3", True),
        ("page.md: needs a mail server", False),
    ],
)
def test_what_counts_as_not_there(reason: str, not_there: bool) -> None:
    assert test_servers.is_not_there(reason) is not_there
