from __future__ import annotations

import pytest

from directus_sdk.testing.server.versions import matches


@pytest.mark.parametrize(
    ("spec", "version", "expected"),
    [
        (">=11", "11.0.0", True),
        (">=11", "10.13.4", False),
        (">=11", "12.4.0", True),
        (">10", "10.13.4", False),
        (">10", "11.0.0", True),
        ("<=10", "10.13.4", True),
        ("<=10", "11.0.0", False),
        ("<11", "10.13.4", True),
        ("<11", "11.0.0", False),
        (">=10.6,<12", "10.5.9", False),
        (">=10.6,<12", "10.13.4", True),  # by numbers, not by text
        (">=10.6, <12", "11.17.4", True),
        (">=10.6,<12", "12.0.0", False),
        ("11", "11.17.4", True),
        ("==11.17", "11.17.4", True),
        ("==11.17", "11.1.7", False),
        ("!=11.17", "11.17.4", False),
        ("!=11.17", "11.16.0", True),
        (">=11.17.4", "11.17.3", False),
        (">=12", "12.0.0-rc.1", True),
        ("<=11.17.4", "11.17", True),
    ],
)
def test_matches(spec: str, version: str, expected: bool) -> None:
    assert matches(spec, version) is expected


@pytest.mark.parametrize("spec", ["", "11.x", "=>11", ">=", "11;12", ">=11,"])
def test_a_spec_that_cannot_be_read(spec: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        matches(spec, "11.17.4")


def test_a_version_that_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="'latest'"):
        matches(">=11", "latest")
