"""Items over the WebSocket: what is asked for is checked before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import attrs
import pydantic
import pytest

from directus_sdk import UNSET, ConnectionFailed, Directus, Unset
from directus_sdk.handlers import SocketItems
from tests.realtime.peer import Line, peer

KEY = UUID("8c8b0a5e-2c4f-4a53-9e4f-0b3c8f4b8d57")


@attrs.define
class Article:
    title: str
    status: str = "draft"


@attrs.define
class Change:
    title: str | Unset = UNSET
    status: str | Unset | None = UNSET


class Page(pydantic.BaseModel):
    title: str
    status: str = "draft"


WRONG: list[tuple[Callable[[SocketItems], Any], type[Exception], str]] = [
    (lambda items: items.create([1, 2]), TypeError, "item 0: an item of articles must be a mapping or a model"),
    (lambda items: items.create([{"title": "a"}, "text"]), TypeError, "item 1: an item of articles must be a mapping"),
    (lambda items: items.create("text"), TypeError, "data: an item of articles must be a mapping or a model"),
    (lambda items: items.create(None), TypeError, "must be a mapping or a model"),
    (lambda items: items.create([]), ValueError, "at least one item"),
    (lambda items: items.update(1, "text"), TypeError, "must be a mapping or a model"),
    (lambda items: items.update(1, [{"title": "a"}]), TypeError, "must be a mapping or a model"),
    (lambda items: items.update(1, Article("a")), TypeError, "does not know which attributes were set"),
    (lambda items: items.update([1, True], {"title": "a"}), TypeError, "key 1 must be a string, a number or a UUID, not bool"),
    (lambda items: items.update([], {"title": "a"}), ValueError, "at least one key"),
    (lambda items: items.delete(True), TypeError, "key must be a string, a number or a UUID, not bool"),
    (lambda items: items.delete(None), TypeError, "key must be a string, a number or a UUID, not NoneType"),  # type: ignore[arg-type]
    (lambda items: items.delete({"id": 1}), TypeError, "key must be a string, a number or a UUID, not dict"),
    (lambda items: items.delete(b"1"), TypeError, "key must be a string, a number or a UUID, not bytes"),
    (lambda items: items.delete(""), ValueError, "key must not be empty"),
    (lambda items: items.delete(["1", ""]), ValueError, "key 1 is empty"),
    (lambda items: items.delete([[1]]), TypeError, "key 0 must be a string, a number or a UUID, not list"),  # type: ignore[list-item]
    (lambda items: items.delete(set()), ValueError, "at least one key"),
    (lambda items: items.create({}, status="x"), TypeError, "The fields of an item go into its mapping"),
    (lambda items: items.read(query=5), TypeError, "query must be a mapping"),
    (lambda items: items.read(filter={"a": {"_json": {}}}), ValueError, "_json is empty"),
    (lambda items: items.read(aggregate={"cuont": "*"}), TypeError, "did you mean count"),
    (lambda items: items.read(""), ValueError, "key must not be empty"),
    (lambda items: items.read([1]), TypeError, "key must be a string, a number or a UUID, not list"),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "message"), WRONG)
def test_what_cannot_be_meant_is_refused_before_it_is_sent(
    call: Callable[[SocketItems], Any], kind: type[Exception], message: str
) -> None:
    items = Directus("http://127.0.0.1:1", token="t").realtime.items("articles")
    with pytest.raises(kind, match=message):
        call(items)
    with pytest.raises(ConnectionFailed):  # which what can be sent gets to
        items.delete(1)


def test_models_and_keys_go_out_as_over_http() -> None:
    def script(line: Line) -> None:
        line.welcome()
        while (asked := line.receive()) is not None:
            line.send({"type": "items", "uid": asked["uid"], "data": [{"id": 1}]})

    with peer(script) as server, server.directus() as directus, directus.realtime.connect():
        items = directus.realtime.items("articles")
        items.create(Article("a"))
        items.create(Page(title="a"))
        items.create(article for article in (Article("a", "b"), {"title": "c"}))
        assert items.update(1, Change(status=None)) == {"id": 1}
        assert items.update((key for key in (1, 2)), {"title": UNSET, "n": 1}) == [{"id": 1}]
        items.delete({3})
        items.delete(range(1, 3))
        items.delete([1.0, "a/ä", KEY])
        items.delete(KEY)
        items.delete("a/ä %41")
        items.read(2.0)
        line = server.line()
    sent = [message for message in line.got if message["type"] == "items"]
    assert [message["data"] for message in sent if "data" in message] == [
        {"title": "a"}, {"title": "a"}, [{"title": "a", "status": "b"}, {"title": "c"}], {"status": None}, {"n": 1},
    ]  # fmt: skip
    assert [message["ids"] for message in sent if "ids" in message] == [
        ["1"], ["1", "2"], ["3"], ["1", "2"], ["1", "a/ä", str(KEY)], [str(KEY)], ["a/ä %41"],
    ]  # fmt: skip
    assert sent[-1]["id"] == "2"
