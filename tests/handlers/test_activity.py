from __future__ import annotations

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport
from directus_sdk.wire.messages import Response


def test_comments_of_old_servers() -> None:
    mock = MockTransport([{"id": 5, "comment": "Nice."}, {"id": 5}, Response(204)])
    comments = Directus("https://cms.example.com", transport=mock).activity.comments
    assert comments.create("articles", 15, "Nice.") == {"id": 5, "comment": "Nice."}
    assert mock.json() == {"collection": "articles", "item": 15, "comment": "Nice."}
    comments.update(5, "Very nice.")
    assert (mock.last.method, mock.path(), mock.json()) == ("PATCH", "/activity/comment/5", {"comment": "Very nice."})
    comments.delete(5)
    assert (mock.last.method, mock.path()) == ("DELETE", "/activity/comment/5")


def test_a_comment_that_may_not_be_read() -> None:
    mock = MockTransport([Response(204)])
    assert Directus("https://cms.example.com", transport=mock).activity.comments.create("articles", 1, "x") is None


def test_a_comment_needs_a_key() -> None:
    comments = Directus("https://cms.example.com", transport=MockTransport([])).activity.comments
    with pytest.raises(ValueError, match="empty"):
        comments.update("", "x")
