"""The file of a plan: what is not one is refused with an error that names the file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from directus_sdk import ConfigurationError, Directus, Plan
from directus_sdk.testing import MockTransport

_LISTS = '"create":[],"update":[],"delete":[],"outside":[]'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"not a plan: it is not valid JSON, or is cut off"),
        (b"\x00\xff\xfe\x80PAR1", r"not a plan: it is not valid JSON, or is cut off"),
        *((text, r"not a plan that this version of the SDK has written with Plan\.save\(\)$") for text in (
            b"[1]", b"5", b'"x"', b"null", b"{}", b'{"format": 1}', b'{"version": 4, "resources": []}',
            b'{"format": 2, "server": "http://localhost", "create": []}',
        )),
        (b'{"format": 1, "server": "http://localhost"}', r"not a complete plan: KeyError 'create'"),
        (f'{{"format": 1, "server": "", {_LISTS.replace("[]", "[1]", 1)}}}'.encode(), r"not a complete plan: "),
        (f'{{"format": 1, "server": "http://localhost", {_LISTS}}}'.encode(), r"a plan for the collection None"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_a_plan(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with Directus("http://localhost") as directus, pytest.raises(ConfigurationError, match=rf"plan\.json is {reason}"):
        Plan.load(path, directus.items("articles"))


#: A plan for one item, as somebody has edited it.
_EDITED = (
    '{"format": 1, "server": "http://localhost", "collection": "people", "primary_key": "id", "match_on": ["id"], "same": 0, '
    '"not_compared": [], "query": {"fields": ["id", "pin"]}, "create": [], "delete": [], "outside": [], '
    '"update": [{"row": ROW, "old": {"id": 1}}]}'
)


@pytest.mark.parametrize("row", ['{"name": "Ada"}', '{"id": null}', "{}"])
def test_a_change_without_the_key_of_its_item(tmp_path: Path, row: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(_EDITED.replace("ROW", row), encoding="utf-8")
    text = r"plan\.json is not a complete plan: row 0 of 'update' has no 'id', which says which item is changed"
    with Directus("http://localhost") as directus, pytest.raises(ConfigurationError, match=text):
        Plan.load(path, directus.items("people"))


@pytest.mark.parametrize("fields", ["[]", '"id"', "null"])
def test_a_plan_that_matches_by_no_field(tmp_path: Path, fields: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(_EDITED.replace('["id"]', fields, 1).replace("ROW", '{"id": 1}'), encoding="utf-8")
    mock = MockTransport(lambda request: {})
    text = r"is not a complete plan: ValueError in 'match_on', which is a list"
    with Directus("http://localhost", transport=mock) as directus, pytest.raises(ConfigurationError, match=text):
        Plan.load(path, directus.items("people"))


def test_a_new_row_without_a_value_to_match_on(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    text = _EDITED.replace('["id"]', '["name", "year"]', 1).replace('{"row": ROW, "old": {"id": 1}}', "")
    path.write_text(text.replace('"create": []', '"create": [{"row": {"year": 1815}}]'), encoding="utf-8")
    replies: dict[str, object] = {"/server/info": {}}
    mock = MockTransport(lambda request: replies.get(urlsplit(request.url).path, []))
    with Directus("http://localhost", transport=mock) as directus:
        plan = Plan.load(path, directus.items("people"))
        with pytest.raises(ValueError, match=r"^row 0 has no 'name', so there is nothing to match on\. Nothing was sent$"):
            plan.apply()


@pytest.mark.parametrize("name", ["pin", "key", "note"])
def test_masks_are_never_sent_back(tmp_path: Path, name: str) -> None:
    specials = {"id": [], "pin": ["hash"], "key": ["conceal"], "note": []}
    fields = [{"field": field, "type": "hash" if field == "pin" else "string", "schema": {"is_primary_key": field == "id"},
               "meta": {"special": special}} for field, special in specials.items()]  # fmt: skip
    replies = {"/fields/people": fields, "/server/info": {}}
    mock = MockTransport(lambda request: replies.get(urlsplit(request.url).path, [{"id": 1}]))
    path = tmp_path / "plan.json"
    path.write_text(_EDITED.replace("ROW", f'{{"id": 1, "{name}": "**********"}}'), encoding="utf-8")
    with Directus("http://localhost", transport=mock) as directus:
        plan = Plan.load(path, directus.items("people"))
        if name == "note":  # a text of its own
            assert plan.apply(returning=None).count == 1
            return
        with pytest.raises(ValueError, match=rf"'{name}' of row 0 is the server's mask for a hidden value.*Nothing was sent"):
            plan.apply()
    assert {request.method for request in mock.requests} == {"GET"}
