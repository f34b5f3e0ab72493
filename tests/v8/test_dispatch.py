"""Requests that were not recorded: the rules find their methods too, and these send the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.v8 import dispatch
from tests.v8.recorded import Pair
from tests.v8.server import Server8
from tests.v8.test_recorded import check_request, replaying

ONE = {"data": {"id": 1}}
MANY = {"data": [{"id": 1}, {"id": 2}]}
REQUESTS: list[tuple[str, str, Any, Any, str]] = [
    ("GET", "/demo/items/movies/1,2?meta=*&fields=id", None, MANY, "items.read_many"),
    ("GET", "/demo/items/movies/1?lang=*&status=*", None, ONE, "items.read_one"),
    ("POST", "/demo/items/movies?fields=id&activity_skip=1", [{"title": "a"}, {"title": "b"}], MANY, "items.create_many"),
    ("DELETE", "/demo/items/movies/1?comment=x", None, None, "items.delete_one"),
    ("GET", "/demo/items/movies?filter[director.name][rlike]=%25u%25", None, MANY, "items.read_many"),
    ("GET", "/demo/items/movies?filter[rating][0][gt]=8&filter[rating][1][lt]=9", None, MANY, "items.read_many"),
    (
        "GET",
        "/demo/items/movies?filter[id][0][eq]=7&filter[id][1][eq]=8&filter[id][1][logical]=or",
        None,
        MANY,
        "items.read_many",
    ),
    ("GET", "/demo/items/movies?filter[id][in]=1,2&filter[title][nin]=a,b", None, MANY, "items.read_many"),
    ("GET", "/demo/items/movies?filter[id][nbetween]=1,2&filter[title][nempty]=1", None, MANY, "items.read_many"),
    ("GET", "/demo/items/movies?q=x&limit=1&page=2&meta=page", None, MANY, "items.read_many"),
    ("GET", "/demo/items/movies?status=draft,published&lang=en,de", None, MANY, "items.read_many"),
    ("PATCH", "/demo/items/movies/1/revert/2?fields=id", None, ONE, "items.revert"),
    ("GET", "/demo/files/1,2?meta=*", None, MANY, "files.read_many"),
    ("PATCH", "/demo/files/1,2", {"title": "x"}, {"data": [[{"id": 1}], [{"id": 2}]]}, "files.update_many"),
    ("PATCH", "/demo/files", [{"id": 1}, {"id": 2}], {"data": [[{"id": 1}], [{"id": 2}]]}, "files.update_batch"),
    ("PATCH", "/demo/files/1", {"data": "aGk="}, {"data": [{"id": 1}]}, "files.replace"),
    ("PATCH", "/demo/files/1", {"data": "data:text/plain;base64,aGk="}, {"data": [{"id": 1}]}, "files.update_one"),
    ("GET", "/demo/collections?single=1", None, ONE, "collections.read_many"),
    ("GET", "/demo/folders?filter[parent_folder][null]=1", None, MANY, "folders.read_many"),
    ("PATCH", "/demo/folders/1", {"name": "x"}, ONE, "folders.update_one"),
    ("PATCH", "/demo/permissions/1,2", {"read": "full"}, MANY, "permissions.update_many"),
    ("GET", "/demo/activity/1,2", None, MANY, "activity.read_many"),
    ("GET", "/demo/users/2/revisions/0?fields=id", None, ONE, "users.revision"),
    ("PATCH", "/demo/users/1,2", {"title": "x"}, MANY, "users.update_many"),
    ("PATCH", "/demo/users/me", {"2fa_secret": None}, ONE, "users.me.tfa.disable"),
    ("POST", "/demo/users/me/activate_2fa", {"2fa_secret": "a", "otp": "1"}, ONE, "users.me.tfa.enable"),
    ("PATCH", "/demo/users/me/tracking/page", {"last_page": "/x"}, ONE, "users.me.track_page"),
    ("PATCH", "/demo/settings", [{"id": 1, "value": "x"}], {"data": [{"id": 1}]}, "settings.update_batch"),
    ("GET", "/demo/webhooks/1/revisions/0", None, ONE, "webhooks.revision"),
    ("POST", "/demo/mail", {"to": ["a@b.c", 1], "body": "x", "use_default_email": True}, None, "mail.send"),
    ("POST", "/demo/utils/hash", {"string": "x", "options": {"a": 1}}, {"data": {"hash": "x"}}, "utils.hash"),
    ("PATCH", "/demo/scim/v2/Groups/g1", {"displayName": "x"}, {"id": "g1"}, "scim.groups.update_one"),
    ("GET", "/demo/scim/v2/Users?count=1&startIndex=2", None, {"Resources": [], "totalResults": 3}, "scim.users.read_many"),
]


@pytest.mark.parametrize(("method", "target", "body", "response", "name"), REQUESTS)
def test_a_request_that_was_not_recorded(
    server8: Server8, method: str, target: str, body: Any, response: Any, name: str
) -> None:
    pair = Pair(0, method, target, body, True, 204 if response is None else 200, "application/json", response)
    call = dispatch.spell(pair)
    assert call.name == name
    with replaying(server8, pair) as (d, calls):
        assert call.call(d) == call.result(response)
        check_request(pair, calls[0], exact=False)


@pytest.mark.parametrize(
    ("method", "target", "words"),
    [
        ("GET", "/demo/items/movies?export=csv", "no keyword"),
        ("GET", "/demo/items/movies?filter[id][nhas]=1", "is refused"),
        ("PATCH", "/demo/roles/1,2", "loop"),
        ("HEAD", "/demo/items/movies", "has no method"),
        ("PATCH", "/demo/users/2/tracking/page?fields=id", "must be given"),
    ],
)
def test_what_no_method_sends(method: str, target: str, words: str) -> None:
    with pytest.raises(dispatch.Unspelled, match=words):
        dispatch.spell(Pair(0, method, target, None, True, 200, "application/json", ONE))
