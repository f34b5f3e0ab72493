from __future__ import annotations

import pytest

from directus_sdk.calls.server_limits import Limits
from directus_sdk.errors import InvalidQuery


def refusal(message: str) -> InvalidQuery:
    return InvalidQuery(message, status=400, errors=[{"message": message}])


@pytest.mark.parametrize(("size", "again"), [(101, True), (100, False), (5, False)])
def test_a_refused_page_is_requested_again_only_with_fewer_items(size: int, again: bool) -> None:
    limits = Limits()
    assert limits.learn_page(refusal('"limit" must be less than or equal to 100'), size) is again
    assert limits.page == 100
    assert [limits.within_page(wanted) for wanted in (7, 100, 1_000)] == [7, 100, 100]


def test_another_refusal_says_nothing_about_pages() -> None:
    limits = Limits()
    assert not limits.learn_page(refusal('"sort" is not valid'), 1_000)
    assert limits.page is None
    assert limits.within_page(1_000) == 1_000
