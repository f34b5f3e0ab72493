"""What is asked of a server to explain an error."""

from __future__ import annotations

from typing import Any

from directus_sdk import Directus, Forbidden
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from directus_sdk.wire.messages import Request


def test_names_of_collections_are_quoted() -> None:
    def server(request: Request) -> Any:
        path = request.url.removeprefix("https://cms.example.com")
        if path == "/policies/me/globals":
            return {"admin_access": True}
        if path == "/collections":
            return [{"collection": "../users?x=1#"}, {"collection": ".."}]
        return error_response("FORBIDDEN", 403)

    mock = MockTransport(server)
    with Directus("https://cms.example.com", transport=mock, token="t") as directus:
        for collection in ("../users?x=1#", ".."):
            said = f'You don\'t have permission to access field "a" in collection "{collection}" or it does not exist.'
            error = Forbidden(said, status=403, code="FORBIDDEN", errors=[{"message": said}])
            error.request = Request("GET", "https://cms.example.com/items/x", (), {"Authorization": "Bearer t"}).trace()
            directus.explain(error)
    asked = [request.url.removeprefix("https://cms.example.com") for request in mock.requests]
    assert [path for path in asked if path.startswith("/fields")] == ["/fields/..%2Fusers%3Fx%3D1%23"]


def test_the_collection_is_the_one_that_the_server_names() -> None:
    def server(request: Request) -> Any:
        path = request.url.removeprefix("https://cms.example.com")
        if path == "/permissions/me":
            return {name: {"read": {"access": "full", "fields": ["id", "name"]}} for name in ("articles", "authors")}
        return error_response("FORBIDDEN", 403)

    with Directus("https://cms.example.com", transport=MockTransport(server), token="t") as directus:
        said = 'You don\'t have permission to access fields "nme", "id" in collection "authors" or they do not exist.'
        error = Forbidden(said, status=403, code="FORBIDDEN", errors=[{"message": said}])
        error.request = Request("GET", "https://cms.example.com/items/articles", (), {"Authorization": "Bearer t"}).trace()
        assert "'authors' has no field that this user may use called 'nme'. Did you mean 'name'?" in directus.explain(error)
