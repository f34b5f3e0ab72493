from __future__ import annotations

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport


def test_revisions_are_read() -> None:
    mock = MockTransport([[{"id": 7}], {"id": 7, "delta": {"title": "x"}}])
    revisions = Directus("https://cms.example.com", transport=mock).revisions
    assert revisions.read_many(filter={"item": {"_eq": "1"}}, sort="-id") == [{"id": 7}]
    assert mock.query() == {"filter": '{"item":{"_eq":"1"}}', "sort": "-id"}
    assert revisions.read_one(7)["delta"] == {"title": "x"}
    assert mock.path() == "/revisions/7"
