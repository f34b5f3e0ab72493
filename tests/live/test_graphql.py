"""GraphQL on a real server."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, GraphQLError
from tests.live.conftest import Workshop

pytestmark = pytest.mark.live


def test_items(admin: Directus, notes: str) -> None:
    document = f"query Notes($id: ID!) {{ {notes}_by_id(id: $id) {{ title }} }} query Other {{ {notes} {{ id }} }}"
    found = admin.graphql.items(document, {"id": 1}, "Notes")
    assert found == {f"{notes}_by_id": {"title": "Note 1"}}
    made = admin.graphql.items(f'mutation {{ create_{notes}_item(data: {{title: "Made"}}) {{ title }} }}')
    assert made == {f"create_{notes}_item": {"title": "Made"}}


def test_system(admin: Directus) -> None:
    assert admin.graphql.system("{ users_me { email } }")["users_me"]["email"]


def test_a_refused_document_names_the_field(admin: Directus, notes: str) -> None:
    with pytest.raises(GraphQLError, match="nope") as caught:
        admin.graphql.items(f"{{ {notes} {{ nope }} }}")
    assert caught.value.code.startswith("GRAPHQL_VALIDATION")
    assert "nope" in caught.value.errors[0]["message"]


def test_errors_in_an_answer_of_200_keep_the_rest(workshop: Workshop, notes: str) -> None:
    create = f"create_{notes}_item"
    document = f'mutation {{ good: {create}(data: {{title: "A"}}) {{ title }} bad: {create}(data: {{id: "1"}}) {{ id }} }}'
    with pytest.raises(GraphQLError) as caught:
        workshop.directus.graphql.items(document)
    error = caught.value
    assert error.status == 200
    assert error.code == ("RECORD_NOT_UNIQUE" if workshop.major > 9 else "INTERNAL_SERVER_ERROR")
    assert error.data == {"good": {"title": "A"}, "bad": None}
    assert error.errors[0]["path"] == ["bad"]
    assert "bad: " in error.message
