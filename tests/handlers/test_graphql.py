from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import DecodeError, Directus, Forbidden, GraphQLError, Response, RetryPolicy, ServerError
from directus_sdk.testing.mock import MockTransport, error_response, json_response


def client(*answers: object) -> tuple[Directus, MockTransport]:
    mock = MockTransport(list(answers))
    return Directus("https://cms.example.com", transport=mock, token="t", retry=RetryPolicy(backoff=0)), mock


def test_the_data_is_returned() -> None:
    directus, mock = client({"articles": []})
    assert directus.graphql.items("query A { articles { id } }", {"id": 1}, "A") == {"articles": []}
    assert (mock.last.method, mock.path()) == ("POST", "/graphql")
    assert mock.json() == {"query": "query A { articles { id } }", "variables": {"id": 1}, "operationName": "A"}
    assert mock.last.has_header("Authorization")


def test_the_system_has_its_own_address() -> None:
    directus, mock = client({"users_me": {}})
    assert directus.graphql.system("{ users_me { id } }") == {"users_me": {}}
    assert mock.path() == "/graphql/system"


@pytest.mark.parametrize("document", [{"data": {"data": 1}}, {"data": {"data": 1}, "extensions": {"tracing": []}}])
def test_only_the_data_of_graphql_is_taken_out(document: Any) -> None:
    directus, _ = client(json_response(document))
    assert directus.graphql.items("{ data }") == {"data": 1}


def test_errors_in_an_answer_of_200() -> None:
    errors = [
        {"message": "No.", "path": ["bad", 0, "id"], "extensions": {"code": "FORBIDDEN"}},
        {"message": "Neither."},
    ]
    directus, mock = client(json_response({"data": {"good": 1, "bad": None}, "errors": errors}))
    with pytest.raises(GraphQLError) as caught:
        directus.graphql.items("mutation { good bad }")
    error = caught.value
    assert error.errors == errors
    assert error.data == {"good": 1, "bad": None}
    assert (error.code, error.status) == ("FORBIDDEN", 200)
    assert "bad.0.id: No; Neither" in str(error)
    assert len(mock.requests) == 1


def test_many_errors_are_cut() -> None:
    directus, _ = client(json_response({"errors": [{"message": f"Nr {number}"} for number in range(9)]}))
    with pytest.raises(GraphQLError, match="Nr 4; and 4 more errors") as caught:
        directus.graphql.items("{ a }")
    assert caught.value.data is None
    assert len(caught.value.errors) == 9


def test_errors_inside_an_error_are_unfolded() -> None:
    inner = [{"message": "Cannot query field", "locations": []}, {"message": "Other", "extensions": {"code": "X"}}]
    directus, _ = client(error_response("GRAPHQL_VALIDATION", 400, "GraphQL validation error.", errors=inner))
    with pytest.raises(GraphQLError, match="Cannot query field; Other") as caught:
        directus.graphql.items("{ nope }")
    assert [entry["extensions"]["code"] for entry in caught.value.errors] == ["GRAPHQL_VALIDATION", "X"]
    assert caught.value.code == "GRAPHQL_VALIDATION"


def test_an_error_without_others_inside_stays() -> None:
    directus, _ = client(error_response("GRAPHQL_EXECUTION", 400, "Broken."))
    with pytest.raises(GraphQLError, match="Broken") as caught:
        directus.graphql.items("{ a }")
    assert len(caught.value.errors) == 1


def test_other_errors_are_what_they_are_elsewhere() -> None:
    directus, _ = client(error_response("FORBIDDEN", 403))
    with pytest.raises(Forbidden):
        directus.graphql.items("{ a }")


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, {"Content-Type": "text/html"}, b"<html>"),
        Response(200, {"Content-Type": "application/json"}, b"{"),
        json_response([1]),
    ],
)
def test_what_is_no_answer(answer: Response) -> None:
    directus, _ = client(answer)
    with pytest.raises(DecodeError):
        directus.graphql.items("{ a }")


@pytest.mark.parametrize(
    ("document", "tries"),
    [
        ("{ a }", 2),
        ('query { a(filter: "mutation") } # mutation', 2),
        ('{ a(text: """ mutation "quoted" """) }', 2),
        ("mutation { a }", 1),
        ("query A { a } mutation B { b }", 1),
        ("subscription { a }", 1),
    ],
)
def test_only_what_changes_nothing_is_tried_again(document: str, tries: int) -> None:
    directus, mock = client(Response(502), {"a": 1})
    if tries == 1:
        with pytest.raises(ServerError):
            directus.graphql.items(document)
    else:
        assert directus.graphql.items(document) == {"a": 1}
    assert len(mock.requests) == tries


@pytest.mark.parametrize(("document", "error"), [("", ValueError), ("  ", ValueError), (None, TypeError), (b"{a}", TypeError)])
def test_no_document(document: Any, error: type[Exception]) -> None:
    directus, mock = client()
    with pytest.raises(error):
        directus.graphql.items(document)
    assert mock.requests == []
