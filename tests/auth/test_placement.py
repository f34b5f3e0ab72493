"""A static token in a header, in the query or in a cookie: sent once, in one place, and shown nowhere."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from typing import Any, Literal

import pytest

from directus_sdk import APIError, ConfigurationError, Directus, Event, LoginAuth, StaticTokenAuth
from directus_sdk.wire.credential_names import session_cookie
from tests.scripted_server import Seen, Wire, answer, redirect

TOKEN = "s3cr3t%2B;t0k=n"
Place = Literal["header", "query", "cookie"]
places = pytest.mark.parametrize("send_as", ["header", "query", "cookie"])


def token_in(seen: Seen) -> dict[str, str]:
    """The places of a request that hold the token."""
    from urllib.parse import parse_qs

    found = {
        "header": seen.headers.get("authorization", "").removeprefix("Bearer "),
        "query": parse_qs(seen.target.partition("?")[2]).get("access_token", [""])[0],
        "cookie": session_cookie(seen.headers.get("cookie", "")) or "",
    }
    return {place: value for place, value in found.items() if value}


@places
def test_the_token_is_in_one_place(send_as: Place) -> None:
    with Wire(answer(b'{"data": []}')) as server:
        for directus in (
            Directus(server.url, auth=StaticTokenAuth(TOKEN, send_as=send_as)),
            Directus(server.url, token="other").with_token(TOKEN, send_as=send_as),
            Directus(server.url).with_options(auth=StaticTokenAuth(TOKEN, send_as), headers={"Cookie": "a=b"}),
        ):
            directus.items("articles").read_many(filter={"id": {"_gt": 1}})
            directus.request("GET", "/users/me?fields=id")
            directus.request("POST", "/folders", json={"name": "x"})
            assert directus.auth.token == TOKEN
            assert directus.auth.fresh_token() == (TOKEN, None)
        assert [token_in(seen) for seen in server.seen] == [{send_as: TOKEN}] * 9
        if send_as == "cookie":
            assert server.seen[-1].headers["cookie"].startswith("a=b; ")


@places
def test_the_token_is_shown_nowhere(send_as: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    refused = b'{"errors": [{"message": "No.", "extensions": {"code": "FORBIDDEN"}}]}'
    with Wire(answer(refused, "403 Forbidden")) as server:
        auth = StaticTokenAuth(TOKEN, send_as=send_as)
        directus = Directus(server.url, auth=auth)
        events: list[Event] = []
        directus.on_event(events.append)
        with pytest.raises(APIError) as caught:
            directus.items("articles").read_many()
        explanation = directus.items("articles").explain_query(filter={"id": {"_gt": 1}})
        text = "".join(
            [
                repr(auth), repr(directus), str(events), str(vars(auth)), caplog.text, str(caught.value), repr(caught.value),
                caught.value.to_curl(), str(explanation), *traceback.format_exception(caught.value),
                pickle.dumps(directus).decode("latin-1"), pickle.dumps(caught.value).decode("latin-1"),
            ]
        )  # fmt: skip
        assert len(server.seen) == 1
    assert "s3cr3t" not in text
    # The place of the token is shown.
    mark = {"header": "Authorization: ", "query": "access_token=", "cookie": "Cookie: "}[send_as]
    assert f"{mark}***" in explanation.to_curl()
    assert f"{mark}***" in caught.value.to_curl()


@places
def test_a_redirect_to_another_host_does_not_get_the_token(send_as: Place) -> None:
    with Wire() as other, Wire(redirect(f"{other.url.replace('127.0.0.1', 'localhost')}/x?access_token=a")) as server:
        directus = Directus(server.url, auth=StaticTokenAuth(TOKEN, send_as))
        with pytest.raises(APIError) as caught:
            directus.request("GET", "/server/info")
        assert "s3cr3t" not in str(caught.value)
        assert other.seen == []


@places
def test_another_token_is_sent_in_the_same_place(send_as: Place) -> None:
    with Wire() as server:
        directus = Directus(server.url, auth=StaticTokenAuth("first", send_as))
        directus.auth.static("second", verify=True)
        directus.request("GET", "/x")
        assert [token_in(seen) for seen in server.seen] == [{send_as: "second"}] * 2
        assert server.seen[0].path == "/users/me"


def test_a_token_that_the_server_refuses_is_not_taken() -> None:
    refused = b'{"errors": [{"message": "No.", "extensions": {"code": "INVALID_CREDENTIALS"}}]}'
    with Wire(answer(refused, "401 No")) as server:
        directus = Directus(server.url, auth=StaticTokenAuth("first", "query"))
        with pytest.raises(APIError):
            directus.auth.static("s3cr3t", verify=True)
        assert directus.auth.token == "first"


@places
def test_copies_keep_the_place_and_pickles_hold_no_token(send_as: Place) -> None:
    with Wire() as server:
        auth = copy.copy(StaticTokenAuth(TOKEN, send_as))
        Directus(server.url, auth=auth).with_options(timeout=5).request("GET", "/x")
        assert token_in(server.seen[0]) == {send_as: TOKEN}
        loaded = pickle.loads(pickle.dumps(Directus(server.url, auth=StaticTokenAuth(TOKEN, send_as))))
        with pytest.raises(ConfigurationError, match="a pickle holds no token"):
            loaded.request("GET", "/x")
        assert len(server.seen) == 1


@pytest.mark.parametrize("send_as", ["Header", "", None, "body", 1, ["query"], True])
def test_another_place_is_refused(send_as: Any) -> None:
    with pytest.raises(ConfigurationError, match="send_as must be 'header', 'query' or 'cookie'"):
        StaticTokenAuth("t", send_as=send_as)
    with pytest.raises(ConfigurationError, match="send_as must be"):
        Directus("https://cms.example.com").with_token("t", send_as=send_as)


@pytest.mark.parametrize("token", [None, "", 5, "a b", "Bearer x"])
@places
def test_no_token_never_means_the_clients_own(token: Any, send_as: Place) -> None:
    with pytest.raises(ConfigurationError, match="token must"):
        Directus("https://cms.example.com", token="own").with_token(token, send_as=send_as)


def test_a_call_with_its_own_credentials_is_sent_with_those_only() -> None:
    with Wire() as server:
        directus = Directus(server.url, auth=StaticTokenAuth(TOKEN, "query"))
        directus.request("GET", "/x", headers={"Authorization": "Bearer other"})
        directus.with_options(auth=LoginAuth()).request("GET", "/x")
        assert [token_in(seen) for seen in server.seen] == [{"header": "other"}, {}]
