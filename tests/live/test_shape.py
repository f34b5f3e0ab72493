"""Every keyword that a signature shows, by its name, on a real server."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

from directus_sdk import RetryPolicy, TruncatedResultWarning
from tests.keyword_calls import LIVE, Stage
from tests.live.conftest import Workshop

pytestmark = [pytest.mark.live, pytest.mark.directus(">=11.17,<12")]


@pytest.fixture(scope="module")
def stage(whole_workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    directus = whole_workshop.directus.with_options(retry=RetryPolicy(attempts=1), timeout=20)
    stage = Stage(directus, tmp_path_factory.mktemp("stage"))
    try:
        stage.make()
        yield stage
    finally:
        stage.directus.realtime.disconnect()
        stage.clean()


@pytest.mark.parametrize("place", LIVE)
def test_every_keyword_is_accepted_by_its_name(stage: Stage, place: str) -> None:
    call, failed = LIVE[place], []
    for name, arguments in call.keywords(stage):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TruncatedResultWarning)
            try:
                call.run(stage, arguments)
            except Exception as error:
                failed.append(f"{place}({name}=...): {type(error).__name__}: {error}")
    assert failed == []
