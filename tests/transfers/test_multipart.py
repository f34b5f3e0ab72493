"""What stands in the header of a part of a form cannot break out of it."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, RetryPolicy
from directus_sdk.testing import MockTransport

WRONG = ["text/plain\r\nX-Injected: 1\r\n\r\nbody", "text/plain\n", "text/plain\0", " text/plain", "text/plän", "a\x85b"]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_content_type_cannot_break_out_of_its_header(wrong: str) -> None:
    mock = MockTransport(lambda request: {"uploads": {"tus": True, "chunkSize": 1000}, "id": "f", "type": "text/plain"})
    directus = Directus("https://cms.example.com", transport=mock, retry=RetryPolicy(attempts=1))
    for call in (
        lambda: directus.files.upload(b"x", filename="a.txt", content_type=wrong, resumable=False),
        lambda: directus.files.upload(b"x", filename="a.txt", content_type=wrong, resumable=True),
        lambda: directus.files.upload(b"x", {"type": wrong}, filename="a.txt", resumable=False),
        lambda: directus.files.replace("f", b"x", filename="a.txt", content_type=wrong, resumable=False),
        lambda: directus.utils.import_file("a", b"x", filename="a.csv", content_type=wrong),
    ):
        with pytest.raises(ValueError, match="content_type"):
            call()
    assert all(request.method == "GET" for request in mock.requests)


@pytest.mark.parametrize("wrong", ["a\r\nX: 1", 'a"; filename="b', "a\0", " a", "a\u2028"])
def test_the_name_of_a_field_cannot_break_out_of_its_header(wrong: str) -> None:
    mock = MockTransport([])
    directus = Directus("https://cms.example.com", transport=mock)
    with pytest.raises(ValueError, match="name of a field"):
        directus.files.upload(b"x", {wrong: "b"}, filename="a.txt", resumable=False)
    assert mock.requests == []
