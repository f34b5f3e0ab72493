"""The file of a plan: what is not one is refused with an error that names the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from directus_sdk import ConfigurationError, Directus, Plan

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
