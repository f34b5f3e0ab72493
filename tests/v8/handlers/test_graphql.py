"""GraphQL of Directus 8: what stands beside the data of a response."""

from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import GraphQLError
from directus_sdk.v8 import Directus8
from tests.v8.messages import Answer
from tests.v8.server import Server8

ROWS = {"data": [{"id": "1"}]}


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ({"data": {"movies": ROWS}, "errors": []}, {"movies": ROWS}),
        ({"data": {"movies": ROWS}, "extensions": {"time": 1}}, {"movies": ROWS}),
        ({"data": {"errors": ROWS}}, {"errors": ROWS}),
    ],
    ids=["no errors", "extensions", "a field called errors"],
)
def test_the_data_is_returned_alone(d: Directus8, server8: Server8, body: Any, result: Any) -> None:
    server8.script = lambda call: Answer(200, body)
    assert d.graphql.query("{ movies { data { id } } }") == result


def test_an_error_holds_the_data_beside_it(d: Directus8, server8: Server8) -> None:
    server8.script = lambda call: Answer(200, {"data": {"movies": None}, "errors": [{"message": "denied"}]})
    with pytest.raises(GraphQLError, match="denied") as caught:
        d.graphql.query("{ movies { data { id } } }")
    assert (caught.value.data, caught.value.code) == ({"movies": None}, None)
