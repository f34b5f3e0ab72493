"""Flows with a trigger, on a real server."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, Forbidden

pytestmark = pytest.mark.live


def new_flow(directus: Directus, method: str = "GET", returns: str = "$last", answer: object = None) -> str:
    """A flow that answers with what a step makes, or with what it was sent; its key."""
    options = {"method": method, "return": returns}
    flow = directus.flows.create_one({"name": "Answer", "status": "active", "trigger": "webhook", "options": options})
    assert flow
    if answer is not None:
        step = {"flow": flow["id"], "key": "answer", "type": "transform", "position_x": 1, "position_y": 1}
        operation = directus.operations.create_one({**step, "options": {"json": answer}})
        assert operation
        directus.flows.update_one(flow["id"], {"operation": operation["id"]})
    return flow["id"]


@pytest.mark.parametrize("answer", [{"hello": "Ada", "numbers": [1, 2]}, [1, 2]])
def test_the_answer_of_a_flow(admin: Directus, answer: object) -> None:
    key = new_flow(admin, answer=answer)
    assert admin.flows.trigger(key) == answer
    admin.flows.delete_one(key)


def test_an_answer_that_is_a_text(admin: Directus) -> None:
    key = new_flow(admin, returns="$trigger.query.word")
    assert admin.flows.trigger(key, {"word": "hello"}, method="GET") == "hello"
    admin.flows.delete_one(key)


@pytest.mark.parametrize(("method", "part"), [("GET", "query"), ("POST", "body")])
def test_what_is_sent_to_a_flow(admin: Directus, method: str, part: str) -> None:
    key = new_flow(admin, method, f"$trigger.{part}")
    assert admin.flows.trigger(key, {"name": "Ada"}, method=method) == {"name": "Ada"}
    admin.flows.delete_one(key)


def test_a_flow_that_waits_for_another_method(admin: Directus) -> None:
    key = new_flow(admin, "POST", "$trigger.method")
    assert admin.flows.trigger(key, method="POST") == "POST"
    assert admin.flows.trigger(key, {"name": "Ada"}) == "POST"
    with pytest.raises(Forbidden, match="pass method='POST'"):
        admin.flows.trigger(key)
    assert admin.flows.update_one(key, {"name": "Other"}, fields=["name"]) == {"name": "Other"}
    admin.flows.delete_one(key)
