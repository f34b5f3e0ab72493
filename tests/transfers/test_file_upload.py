"""Which name and type a file gets, and whether it is sent in chunks."""

from __future__ import annotations

import pytest

from directus_sdk import Directus
from directus_sdk.json_types import JSONObject
from directus_sdk.testing import MockTransport
from directus_sdk.transfers.file_upload import name_and_type
from directus_sdk.transfers.sources import open_source


@pytest.mark.parametrize(
    ("fields", "filename", "content_type", "expected"),
    [
        ({}, None, None, ("file", "image/png")),
        ({}, "logo.gif", None, ("logo.gif", "image/gif")),
        ({"filename_download": "a.txt", "type": "text/csv"}, None, None, ("a.txt", "text/csv")),
        ({"filename_download": "a.txt", "type": "text/csv"}, "b.html", "text/markdown", ("b.html", "text/markdown")),
    ],
)
def test_what_the_caller_chose_comes_before_the_fields_and_these_before_a_guess(
    fields: JSONObject, filename: str | None, content_type: str | None, expected: tuple[str, str]
) -> None:
    with open_source(b"\x89PNG\r\n\x1a\n") as source:
        assert name_and_type(source, fields, filename, content_type) == expected


def test_a_file_with_a_key_of_its_own_is_sent_at_once() -> None:
    mock = MockTransport([{"id": "k"}])
    files = Directus("https://cms.example.com", token="t", transport=mock).files
    files.upload(b"x", {"id": "k"}, resumable=True)
    assert [request.url for request in mock.requests] == ["https://cms.example.com/files"]
