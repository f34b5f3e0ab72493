"""``cms``: one client for each process."""

from __future__ import annotations

import threading

from django.test import override_settings

from directus_sdk import Directus
from directus_sdk.contrib.django import cms
from directus_sdk.contrib.django import process as module
from directus_sdk.contrib.django.process import process
from directus_sdk.contrib.django.test import override_directus
from directus_sdk.testing import MockTransport


def test_it_is_a_client_that_is_made_at_its_first_use() -> None:
    with override_settings(DIRECTUS={"URL": "https://one.example.com"}):
        assert process._client is None
        assert isinstance(cms, Directus)
        assert cms.url == "https://one.example.com"
        assert process.client() is process.client()


def test_threads_get_one_client() -> None:
    made = []
    with override_settings(DIRECTUS={"URL": "https://one.example.com"}):
        start = threading.Barrier(8)

        def use() -> None:
            start.wait()
            made.append(process.client())

        threads = [threading.Thread(target=use) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(map(id, made))) == 1


def test_it_follows_override_settings() -> None:
    before = cms.url
    with override_settings(DIRECTUS={"URL": "https://two.example.com"}):
        assert cms.url == "https://two.example.com"
        with override_settings(DIRECTUS={"URL": "https://three.example.com"}):
            assert cms.url == "https://three.example.com"
        assert cms.url == "https://two.example.com"
    assert cms.url == before


def test_importing_it_makes_nothing() -> None:
    with override_settings(DIRECTUS={}):
        from directus_sdk.contrib.django import cms as again

        assert again is cms
        assert module.process._client is None


def test_a_lock_of_the_parent_does_not_block_a_child() -> None:
    with override_settings(DIRECTUS={"URL": "https://one.example.com"}):
        held = threading.Event()
        done = threading.Event()

        def hold() -> None:
            with process._lock:
                held.set()
                done.wait(10)

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait(10)
        old = process._lock
        try:
            process._after_fork()  # as in a child that is forked now
            assert process.client().url == "https://one.example.com"
        finally:
            process._lock = old
            done.set()
            thread.join()


def test_a_public_client_has_the_url_for_browsers_and_no_token() -> None:
    raw = {"URL": "http://directus:8055", "PUBLIC_URL": "https://cms.example.com", "TOKEN": "t"}
    with override_settings(DIRECTUS=raw):
        assert process.public_client().url == "https://cms.example.com"
        assert process.public_client().auth.token is None


def test_override_directus_is_a_context_and_a_decorator() -> None:
    mock = MockTransport([[{"id": 1}], [{"id": 2}]])

    @override_directus(mock, FORBIDDEN=403)
    def inside() -> tuple[list[dict[str, object]], int]:
        return cms.items("articles").read_many(limit=1), process.options.forbidden

    assert inside() == ([{"id": 1}], 403)
    with override_directus(mock):
        assert cms.items("articles").read_many(limit=1) == [{"id": 2}]
    assert process.transport is None
    assert process.options.forbidden == 404
