"""Items that are shared by a link, on a real server."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, Forbidden, InvalidCredentials, LoginAuth, MemoryStorage
from tests.live.conftest import Workshop

pytestmark = pytest.mark.live


def shared(workshop: Workshop, notes: str, **more: object) -> str:
    """A share of the first note for people who may read notes; its key."""
    directus = workshop.directus
    role = workshop.new_role("Visitors")
    rule = {"collection": notes, "action": "read", "fields": ["*"]}
    if workshop.major < 11:
        directus.permissions.create_one({**rule, "role": role})
    else:
        link = directus.access.first(filter={"role": {"_eq": role}})
        assert link
        directus.permissions.create_one({**rule, "policy": link["policy"]})
    share = directus.shares.create_one({"collection": notes, "item": "1", "role": role, "name": "Look", **more})
    assert share
    return share["id"]


def test_a_share_with_a_password(workshop: Workshop, notes: str) -> None:
    key = shared(workshop, notes, password="sesame")
    with Directus(workshop.server.url) as visitor:
        assert visitor.shares.info(key)["collection"] == notes
        with pytest.raises(InvalidCredentials):
            visitor.shares.authenticate(key, "wrong")
        session = visitor.shares.authenticate(key, "sesame")
        assert "***" in repr(session)
        assert session.access_token
        guest = visitor.with_token(session.access_token.reveal())
        assert guest.items(notes).read_one(1)["title"] == "Note 1"
        with pytest.raises(Forbidden):
            guest.items(notes).read_one(2)
    assert workshop.directus.shares.read_one(key)["times_used"] == 1


def test_a_share_that_is_over_and_one_that_never_was(workshop: Workshop, notes: str) -> None:
    for key in (shared(workshop, notes, date_end="2020-01-01T00:00:00Z"), "6c8a1c5e-25f5-4a3c-9d43-5b0a2d9e9d10"):
        with Directus(workshop.server.url) as visitor:
            with pytest.raises(InvalidCredentials):
                visitor.shares.authenticate(key)
            with pytest.raises(Forbidden):
                visitor.shares.info(key)


@pytest.mark.directus(">=10")  # version 9 keeps the refresh token of a share in a cookie
def test_a_session_of_a_share_can_be_kept(workshop: Workshop, notes: str) -> None:
    key = shared(workshop, notes)
    storage = MemoryStorage()
    storage.save(workshop.directus.shares.authenticate(key))
    with Directus(workshop.server.url, auth=LoginAuth(), storage=storage) as guest:
        assert guest.items(notes).read_one(1)["id"] == 1
        guest.auth.refresh()
        assert guest.items(notes).read_one(1)["id"] == 1


def test_an_invitation_to_a_share(workshop: Workshop, notes: str) -> None:
    key = shared(workshop, notes)
    workshop.directus.shares.invite(key, "friend@example.com")
    body = workshop.mails.wait_for("friend@example.com").get_body(("plain", "html"))
    assert body is not None
    assert key in body.get_content().replace("=\n", "")


def test_items_of_the_group(workshop: Workshop, notes: str) -> None:
    key = shared(workshop, notes)
    shares = workshop.directus.shares
    assert shares.update_one(key, {"name": "Other"}, fields=["name"]) == {"name": "Other"}
    shares.delete_one(key)
    with pytest.raises(Forbidden):
        shares.info(key)
