"""Content versions on a real server."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, Forbidden, InvalidPayload, NotFound, UnprocessableContent

pytestmark = [pytest.mark.live, pytest.mark.directus(">=10.7")]


def test_the_version_of_an_item(admin: Directus, notes: str) -> None:
    draft = admin.items(notes).version(1, "draft")
    assert draft.key() is None
    with pytest.raises(NotFound):
        draft.compare()
    draft.save({"title": "Better"})
    draft.save({"body": "Longer"})
    assert draft.read()["title"] == "Better"
    assert admin.items(notes).read_one(1)["title"] == "Note 1"
    compared = draft.compare()
    assert compared["outdated"] is False
    assert compared["current"]["body"] == "Longer"
    draft.promote()
    assert admin.items(notes).read_one(1, fields=["title", "body"]) == {"title": "Better", "body": "Longer"}
    draft.delete()
    assert draft.key() is None


def test_only_some_fields(admin: Directus, notes: str) -> None:
    draft = admin.items(notes).version(1, "draft")
    draft.save({"title": "Better", "body": "Longer"})
    draft.promote(fields=["title"])
    assert admin.items(notes).read_one(1, fields=["title", "body"]) == {"title": "Better", "body": None}


def test_versions_by_their_keys(admin: Directus, notes: str) -> None:
    made = admin.versions.create_one({"collection": notes, "item": "2", "key": "draft", "name": "Draft"})
    assert made
    key = made["id"]
    assert admin.versions.save(key, {"title": "Saved"})["title"] == "Saved"
    compared = admin.versions.compare(key)
    assert compared["main"]["title"] == "Note 2"
    with pytest.raises((InvalidPayload, UnprocessableContent)):
        admin.versions.promote(key, "wrong hash")
    assert str(admin.versions.promote(key, compared["mainHash"], ["title"])) == "2"
    assert admin.items(notes).read_one(2)["title"] == "Saved"
    admin.versions.delete_one(key)
    with pytest.raises(Forbidden):
        admin.versions.compare(key)


def test_a_collection_without_versions(admin: Directus, notes: str) -> None:
    admin.collections.update_one(notes, {"meta": {"versioning": False}})
    with pytest.raises((UnprocessableContent, InvalidPayload, Forbidden)):
        admin.items(notes).version(1, "draft").save({"title": "No"})
