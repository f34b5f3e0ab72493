"""The client of Directus 8: its options, paths, copies and custom endpoints."""

from __future__ import annotations

import pickle

import pytest

from directus_sdk import ConfigurationError, Directus, InvalidToken, StaticTokenAuth
from directus_sdk.testing.mock import MockTransport, json_response
from directus_sdk.v8 import Directus8, LoginAuth8, StaticTokenAuth8

URL = "https://cms.example.com/sub"
#: The claims of tokens: of Directus 10, of the project "other", and of the password reset of "demo".
NEWER = "e30.eyJpZCI6IjEiLCJyb2xlIjoiMiIsImlzcyI6ImRpcmVjdHVzIn0.x"
OTHER = "e30.eyJpZCI6MSwidHlwZSI6ImF1dGgiLCJwcm9qZWN0Ijoib3RoZXIifQ.x"
RESET = "e30.eyJpZCI6MSwidHlwZSI6InJlc2V0X3Bhc3N3b3JkIiwicHJvamVjdCI6ImRlbW8ifQ.x"


def client(*replies: object, **options: object) -> tuple[Directus8, MockTransport]:
    mock = MockTransport([reply if isinstance(reply, Exception) else json_response(reply) for reply in replies])
    return Directus8(URL, "demo", **{"token": "my-token", "transport": mock, **options}), mock


def test_a_path_has_the_project_after_the_base_url() -> None:
    directus, mock = client({"data": [1]})
    assert directus.request("GET", "/items/movies", params={"filter": {"id": {"in": [1, 2]}}, "single": True}) == [1]
    assert mock.last.url == f"{URL}/demo/items/movies"
    assert mock.query() == {"filter[id][in]": "1,2", "single": "1"}
    assert mock.last.headers["Authorization"] == "Bearer my-token"


@pytest.mark.parametrize(("project", "path"), [(None, "/server/ping"), ("other", "/other/server/ping")])
def test_a_request_may_have_another_project_or_none(project: str | None, path: str) -> None:
    directus, mock = client({"data": 1})
    directus.request("GET", "/server/ping", project=project)
    assert mock.last.url == URL + path


def test_a_project_is_one_name() -> None:
    with pytest.raises(ConfigurationError, match=r"one name, without a slash: write Directus8\('.*', 'my-project'\)"):
        Directus8(URL, "demo/items")
    with pytest.raises(ConfigurationError, match="begins the paths of other endpoints"):
        Directus8(URL, "server")
    with pytest.raises(ConfigurationError, match="letters, digits"):
        Directus8(URL, "")


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (NEWER, r"Directus 9 or later.*use directus_sdk\.Directus"),
        (OTHER, "from the project 'other', and the client is for 'demo'.*project='other'"),
        (RESET, "for another purpose"),
    ],
)
def test_a_token_that_the_server_would_ignore_is_refused(token: str, message: str) -> None:
    for use in (lambda: client(token=token), lambda: client()[0].with_token(token)):
        with pytest.raises(ConfigurationError, match=message):
            use()


def test_an_auth_is_for_one_generation() -> None:
    with pytest.raises(ConfigurationError, match=r"StaticTokenAuth .*for Directus\(\.\.\.\), not for Directus8"):
        Directus8(URL, auth=StaticTokenAuth("x"))
    with pytest.raises(ConfigurationError, match=r"LoginAuth8 .*for Directus8\(\.\.\.\), not for Directus\("):
        Directus(URL, auth=LoginAuth8())
    with pytest.raises(ConfigurationError, match="not for Directus8"):
        client()[0].with_options(auth=StaticTokenAuth("x"))
    with pytest.raises(ConfigurationError, match="not for Directus"):
        Directus(URL).with_options(auth=StaticTokenAuth8("x"))


def test_a_copy_has_the_project() -> None:
    directus, mock = client({"data": 1}, {"data": 1})
    directus.with_token("other-token").request("GET", "/x")
    assert mock.last.headers["Authorization"] == "Bearer other-token"
    assert mock.path() == "/sub/demo/x"
    directus.with_options(timeout=3, params={"single": True, "filter": {"id": {"eq": 1}}}).request("GET", "/x")
    assert mock.last.timeout == 3
    assert mock.query() == {"single": "1", "filter[id][eq]": "1"}
    with pytest.raises(ConfigurationError, match="access_token is None"):
        directus.request("GET", "/x", params={"access_token": None})


def test_a_pickle_has_the_project_and_no_token() -> None:
    directus = Directus8(URL, "demo", token="my-token")
    pickled = pickle.dumps(directus)
    assert b"my-token" not in pickled
    copy = pickle.loads(pickled)
    assert repr(copy) == "Directus8('https://cms.example.com/sub', 'demo', auth=StaticTokenAuth8('***'))"
    with pytest.raises(ConfigurationError, match="a pickle holds no token"):
        copy.request("GET", "/x")


def test_the_environment_has_the_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIRECTUS_URL", raising=False)
    with pytest.raises(ConfigurationError, match="set DIRECTUS_URL"):
        Directus8.from_env()
    for name, value in {"URL": URL, "PROJECT": "demo", "TOKEN": "my-token"}.items():
        monkeypatch.setenv(f"DIRECTUS_{name}", value)
    directus = Directus8.from_env()
    assert (directus.url, directus.project, directus.auth.token) == (URL, "demo", "my-token")
    assert Directus8.from_env(project="other", auth=LoginAuth8()).project == "other"


def test_a_token_that_is_not_accepted_never_returns_the_data_of_the_public_role() -> None:
    directus, _ = client({"data": [{"id": 1}], "public": True})
    with pytest.raises(InvalidToken) as caught:
        directus.request("GET", "/items/movies")
    assert (caught.value.status, caught.value.code) == (200, None)
    assert client({"data": [{"id": 1}], "public": True}, token=None)[0].request("GET", "/items/movies") == [{"id": 1}]


@pytest.mark.parametrize("path", ["/auth/check", "/assets/abc", "/", "/update"])
def test_endpoints_that_say_public_to_every_caller(path: str) -> None:
    directus, mock = client({"data": 1, "public": True})
    assert directus.pipeline.call("GET", "/demo" + path).data == 1
    assert "Authorization" in mock.last.headers


def test_a_collection_with_the_name_of_an_exempt_endpoint_is_not_exempt() -> None:
    with pytest.raises(InvalidToken):
        client({"data": 1, "public": True})[0].request("GET", "/items/auth/1")


def test_today_s_client_refuses_a_token_of_version_8() -> None:
    token = "eyJ9.eyJpZCI6MSwidHlwZSI6ImF1dGgiLCJrZXkiOiJrIiwicHJvamVjdCI6ImRlbW8ifQ.x"
    for use in (lambda: Directus(URL, token=token), lambda: Directus(URL).with_token(token)):
        with pytest.raises(ConfigurationError, match=r"from a server of Directus 8: use directus_sdk\.v8\.Directus8"):
            use()


def test_messages_name_the_auth_of_this_generation() -> None:
    for use in (lambda: client()[0].with_token(""), lambda: client()[0].with_options(auth=None)):  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match=r"with_options\(auth=LoginAuth8\(\)\)"):
            use()


def test_credentials_in_the_headers_of_a_copy() -> None:
    directus, mock = client({"data": 1})
    directus.with_options(headers={"Authorization": "Bearer other-token"}).request("GET", "/x")
    assert mock.last.headers["Authorization"] == "Bearer other-token"
    with pytest.raises(ConfigurationError, match="not headers with other credentials"):
        directus.with_options(headers={"Authorization": "Basic YTpi"})
