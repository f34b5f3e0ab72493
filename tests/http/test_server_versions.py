"""What a client makes of an endpoint that a server does not have."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from directus_sdk import Directus, Forbidden, NotSupported, RouteNotFound
from directus_sdk.http.server_versions import ENDPOINTS, missing
from directus_sdk.testing.mock import MockTransport, error_response, json_response

UUID = "2d321940-69f5-445f-be6b-c773fa58a820"


def absent(request: Any) -> Any:
    if request.url.endswith("/server/info"):
        return json_response({"data": {"version": "10.13.4"}})
    return error_response("ROUTE_NOT_FOUND", 404, "Route doesn't exist.")


@pytest.fixture
def directus() -> Directus:
    return Directus("https://cms.example.com/api", token="t", transport=MockTransport(absent))


def test_the_error_names_the_first_version_and_what_there_was_before(directus: Directus) -> None:
    with pytest.raises(NotSupported, match=r"from version 11\.1; before, directus\.activity\.comments") as caught:
        directus.comments.read_many()
    assert (caught.value.since, caught.value.until, caught.value.code) == ("11.1", None, "ROUTE_NOT_FOUND")


def test_the_error_names_the_last_version(directus: Directus) -> None:
    with pytest.raises(NotSupported, match=r"up to version 12\.0") as caught:
        directus.utils.hash.generate("secret")
    assert (caught.value.since, caught.value.until) == (None, "12.0")


@pytest.mark.parametrize(
    "call",
    [
        lambda policies: policies.create_one({"name": "x"}),
        lambda policies: policies.create_many([{"name": "x"}, {"name": "y"}]),
        lambda policies: policies.update_one(UUID, {"name": "x"}),
        lambda policies: policies.update_many([UUID], {"name": "x"}),
        lambda policies: policies.delete_many([UUID]),
        lambda policies: policies.count(),
        lambda policies: list(policies.iterate()),
    ],
)
def test_every_way_to_call_it_says_so(directus: Directus, call: Any) -> None:
    with pytest.raises(NotSupported):
        call(directus.policies)


def test_the_versions_survive_pickling(directus: Directus) -> None:
    with pytest.raises(NotSupported) as caught:
        directus.policies.read_one(UUID)
    assert pickle.loads(pickle.dumps(caught.value)).since == "11"


@pytest.mark.parametrize("path", ["/custom/comments", "/items/comments", "/commentsx", "/comments/1/2", "/nowhere"])
def test_other_addresses_are_just_not_there(directus: Directus, path: str) -> None:
    with pytest.raises(RouteNotFound) as caught:
        directus.request("POST", path)
    assert not isinstance(caught.value, NotSupported)


@pytest.mark.parametrize("method", ["PUT", "OPTIONS"])
def test_a_method_that_no_server_has_is_just_not_there(directus: Directus, method: str) -> None:
    with pytest.raises(RouteNotFound) as caught:
        directus.request(method, "/comments")
    assert not isinstance(caught.value, NotSupported)


def test_a_key_that_cannot_be_one_says_nothing_about_the_server(directus: Directus) -> None:
    with pytest.raises(RouteNotFound) as caught:
        directus.extensions.delete_one("not-a-uuid")
    assert not isinstance(caught.value, NotSupported)
    with pytest.raises(NotSupported):
        directus.extensions.delete_one(UUID)


def test_a_server_that_should_have_it_has_another_reason(directus: Directus) -> None:
    with pytest.raises(NotSupported):
        directus.versions.read_many()
    assert directus.server.version() == "10.13.4"
    with pytest.raises(RouteNotFound) as caught:
        directus.versions.read_many()
    assert not isinstance(caught.value, NotSupported)
    with pytest.raises(NotSupported):
        directus.policies.read_many()


def test_where_a_setting_may_be_off_only_the_version_decides(directus: Directus) -> None:
    with pytest.raises(RouteNotFound, match=r"from version 11\.5, where METRICS_ENABLED is on") as caught:
        directus.server.metrics()
    assert not isinstance(caught.value, NotSupported)
    directus.server.version()
    with pytest.raises(NotSupported):
        directus.server.metrics()
    with pytest.raises(RouteNotFound, match="TUS_ENABLED") as caught:
        directus.request("POST", "/files/tus")
    assert not isinstance(caught.value, NotSupported)


def test_a_refusal_for_another_reason_stays_what_it_is() -> None:
    refused = Directus("https://cms.example.com", transport=MockTransport([error_response("FORBIDDEN", 403)]))
    with pytest.raises(Forbidden):
        refused.comments.read_many()


def test_a_page_of_a_proxy_is_no_answer_of_a_server() -> None:
    page = json_response("not found", 404)
    with pytest.raises(Exception, match="404") as caught:
        Directus("https://cms.example.com", transport=MockTransport([page])).comments.read_many()
    assert not isinstance(caught.value, RouteNotFound)


def test_comments_go_to_the_log_of_an_old_server_and_it_is_remembered() -> None:
    def old(request: Any) -> Any:
        if "/activity/comment" in request.url:
            return {"id": 7, "comment": "x"}
        return error_response("ROUTE_NOT_FOUND", 404)

    mock = MockTransport(old)
    directus = Directus("https://cms.example.com", transport=mock)
    comment: Any = directus.comments.create_one({"collection": "articles", "item": "1", "comment": "x"})
    directus.comments.update_one(comment["id"], {"comment": "y"})
    directus.with_options(timeout=5).comments.delete_one(comment["id"])
    sent = [(request.method, mock.path(index)) for index, request in enumerate(mock.requests)]
    assert sent == [
        ("POST", "/comments"),
        ("POST", "/activity/comment"),
        ("PATCH", "/activity/comment/7"),
        ("DELETE", "/activity/comment/7"),
    ]


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_each_verb_finds_the_log_by_itself(verb: str) -> None:
    mock = MockTransport(lambda request: None if "/activity" in request.url else error_response("ROUTE_NOT_FOUND", 404))
    comments = Directus("https://cms.example.com", transport=mock).comments
    if verb == "update":
        comments.update_one(7, {"comment": "y"})
    else:
        comments.delete_one(7)
    assert mock.path() == "/activity/comment/7"


@pytest.mark.parametrize(
    ("version", "has"),
    [("9.26.0", False), ("10.6.5", False), ("10.7.0", True), ("10.13.4", True), ("11.0.0-rc.1", True), ("12.4.0", True)],
)
def test_versions_are_compared_as_numbers(version: str, has: bool) -> None:
    endpoint = missing("GET", "/versions")
    assert endpoint is not None
    assert endpoint.has(version) is has
    assert (missing("GET", "/versions", version) is None) is has


@pytest.mark.parametrize(("version", "has"), [("9.26.0", True), ("10.13.4", True), ("11.0.0", False), ("12.4.0", False)])
def test_the_last_version_is_meant_with_all_its_patches(version: str, has: bool) -> None:
    endpoint = missing("GET", "/webhooks")
    assert endpoint is not None
    assert endpoint.has(version) is has


def test_every_endpoint_says_since_or_until() -> None:
    assert all((endpoint.since is None) != (endpoint.until is None) for endpoint in ENDPOINTS)
