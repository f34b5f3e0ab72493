"""The facade, through its public API."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from directus_sdk import (
    ConfigurationError,
    Directus,
    DirectusError,
    FileStorage,
    LoginAuth,
    MemoryStorage,
    Request,
    RequestsTransport,
    Response,
    RetryPolicy,
    StaticTokenAuth,
    Transport,
)
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.testing import MockTransport

URL = "https://cms.example.com/sub"


def client(mock: MockTransport | None = None, **options: Any) -> Directus:
    return Directus(URL, transport=mock or MockTransport(), **options)


class Closing(MockTransport):
    closed = 0

    def close(self) -> None:
        self.closed += 1


# ---------------------------------------------------------------- construction
@pytest.mark.parametrize(
    "url",
    [
        "",
        "cms.example.com",
        "ftp://cms.example.com",
        "http://",
        "https://cms .example.com",
        "http://h:port",
        None,
        5,
        b"http://h",
    ],
)
def test_an_address_that_cannot_be_right_is_refused(url: Any) -> None:
    with pytest.raises(ConfigurationError, match="url must"):
        Directus(url)


@pytest.mark.parametrize("url", ["https://u:secret-pw@cms.example.com", "https://cms.example.com/?a=secret-pw", "https://h/#x"])
def test_an_address_with_more_than_an_address_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Directus(url)
    assert "secret-pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://cms.example.com/", "https://cms.example.com"),
        ("HTTPS://cms.example.com/a/b//", "https://cms.example.com/a/b"),
        (" http://127.0.0.1:8055 ", "http://127.0.0.1:8055"),
        ("http://[::1]:8055", "http://[::1]:8055"),
        ("https://cms.example.com/ä b", "https://cms.example.com/%C3%A4%20b"),
    ],
)
def test_an_address_is_brought_to_one_form(given: str, kept: str) -> None:
    if " " in given.strip():
        with pytest.raises(ConfigurationError):
            Directus(given)
        return
    assert Directus(given).url == kept


@pytest.mark.parametrize("token", ["", " ", "abc\n", "a b", "tok\x00en", "ключ", 5, b"abc"])
def test_a_token_that_cannot_be_one_is_refused_without_showing_it(token: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Directus(URL, token=token)
    assert not isinstance(token, str) or len(token) < 3 or token not in str(caught.value)


def test_token_and_auth_at_once_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="not both"):
        Directus(URL, token="a", auth=LoginAuth())


@pytest.mark.parametrize("name", ["auth", "storage", "transport", "retry"])
def test_a_part_of_the_wrong_type_is_refused(name: str) -> None:
    wrong: dict[str, Any] = {name: "text"}
    with pytest.raises(ConfigurationError, match=f"{name} must be"):
        Directus(URL, **wrong)


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(TypeError):
        Directus(URL, tokn="a")  # type: ignore[call-arg]


def test_from_env(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIRECTUS_URL", raising=False)
    with pytest.raises(ConfigurationError, match="DIRECTUS_URL"):
        Directus.from_env()
    monkeypatch.setenv("DIRECTUS_URL", URL)
    monkeypatch.setenv("DIRECTUS_TOKEN", "from-env")
    assert (Directus.from_env().url, Directus.from_env().auth.token) == (URL, "from-env")
    monkeypatch.setenv("DIRECTUS_TOKEN", "")
    assert Directus.from_env().auth.token is None


def test_making_a_client_sends_nothing() -> None:
    mock = MockTransport()
    directus = client(mock, token="t")
    for name in dir(type(directus)):
        if not name.startswith("_") and name not in {"close", "from_env"}:
            getattr(directus, name)
    assert mock.requests == []


def test_an_auth_belongs_to_one_client() -> None:
    auth = LoginAuth()
    client(auth=auth)
    with pytest.raises(ConfigurationError, match="belongs to another client"):
        client(auth=auth)


# ------------------------------------------------------------------ collections
@pytest.mark.parametrize(
    ("collection", "path"),
    [
        ("articles", "/sub/items/articles"),
        ("my_directus_items", "/sub/items/my_directus_items"),
        ("directus_users", "/sub/users"),
        ("directus_files", "/sub/files"),
        ("a b/c?d", "/sub/items/a%20b%2Fc%3Fd"),
        ("directus_foo", "/sub/items/directus_foo"),
    ],
)
def test_items_go_to_their_path(collection: str, path: str) -> None:
    mock = MockTransport()
    client(mock).items(collection).read_many(limit=1)
    assert mock.path() == path


@pytest.mark.parametrize("name", ["directus_fields", "directus_collections", "directus_relations", "directus_settings"])
def test_what_is_not_made_of_items_names_its_handler(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"use directus.{name.removeprefix('directus_')}"):
        client().items(name)


@pytest.mark.parametrize("name", ["", " ", ".", ".."])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="collection must not be"):
        client().items(name)


@pytest.mark.parametrize("name", [None, 5, ["articles"]])
def test_a_collection_is_a_string(name: Any) -> None:
    with pytest.raises(TypeError, match="collection must be a string"):
        client().items(name)


def test_a_singleton_and_the_settings() -> None:
    mock = MockTransport([{"title": "x"}, {"project_name": "y"}])
    assert client(mock).singleton("globals").read() == {"title": "x"}
    assert mock.path() == "/sub/items/globals"
    directus = client(mock)
    directus.singleton("directus_settings").read()
    assert mock.path() == "/sub/settings"


def test_models_are_used_where_none_is_given() -> None:
    @attrs.define
    class Article:
        id: int

    directus = client(MockTransport(lambda request: [{"id": 1}]), models={"articles": Article})
    assert directus.items("articles").read_many(limit=1) == [Article(1)]
    assert directus.items("others").read_many(limit=1) == [{"id": 1}]
    assert isinstance(directus.with_options(timeout=1).items("articles").read_many(limit=1)[0], Article)


def test_a_handler_can_be_made_by_hand() -> None:
    class Articles(ItemsHandler[dict[str, Any]]):
        collection = "articles"

    mock = MockTransport()
    Articles(client(mock)).read_many(limit=1)
    assert mock.path() == "/sub/items/articles"


# --------------------------------------------------------------- custom endpoints
def answer(content: bytes, kind: str, status: int = 200) -> MockTransport:
    return MockTransport([Response(status, {"Content-Type": kind}, content)])


@pytest.mark.parametrize(
    ("mock", "result"),
    [
        (answer(b'{"data": [1]}', "application/json"), [1]),
        (answer(b'{"data": [1], "meta": {}}', "application/json; charset=utf-8"), [1]),
        (answer(b'{"data": [1], "more": 2}', "application/json"), {"data": [1], "more": 2}),
        (answer(b"[1, 2]", "application/json"), [1, 2]),
        (answer(b'{"status": "ok"}', "application/health+json"), {"status": "ok"}),
        (answer("größe".encode(), "text/plain; charset=utf-8"), "größe"),
        (answer(b"\x00\xff", "application/octet-stream"), b"\x00\xff"),
        (answer(b"", "application/json", 204), None),
        (answer(b"", ""), None),
    ],
)
def test_what_request_returns(mock: MockTransport, result: object) -> None:
    assert client(mock).request("get", "custom") == result
    assert (mock.last.method, mock.path()) == ("GET", "/sub/custom")


def test_parameters_of_request() -> None:
    mock = MockTransport([None])
    client(mock).request(
        "POST", "/x", params={"a": 1, "b": {"c": 2}, "d": [1, 2], "e": None, "f": True, "g": "t"}, json={"z": 1}
    )
    assert mock.query() == {"a": "1", "b": '{"c":2}', "d": "[1,2]", "f": "true", "g": "t"}
    assert mock.json() == {"z": 1}
    assert mock.last.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["", "/", "https://evil.example/x", "//evil.example/x", "/a/../b", "/a/%2e%2e/b", "."])
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    mock = MockTransport()
    with pytest.raises(ValueError, match="path must"):
        client(mock).request("GET", path)
    assert mock.requests == []


def test_a_path_keeps_its_escapes_and_its_query() -> None:
    mock = MockTransport([None])
    client(mock).request("GET", "/a%2Fb/ü x?q=1&r=a b")
    assert mock.last.url == URL + "/a%2Fb/%C3%BC%20x?q=1&r=a%20b"


def test_text_as_body_is_json_unless_said_otherwise() -> None:
    mock = MockTransport([None, None])
    directus = client(mock)
    directus.request("PUT", "/x", data='{"z":1}')
    assert mock.last.headers["Content-Type"] == "application/json"
    directus.request("PUT", "/x", data="hello", headers={"content-type": "text/plain"})
    assert dict(mock.last.headers) == {"content-type": "text/plain"}
    with pytest.raises(ValueError, match="not both"):
        directus.request("PUT", "/x", data="a", json=1)
    with pytest.raises(TypeError, match="data must be"):
        directus.request("PUT", "/x", data=5)  # type: ignore[arg-type]


def test_an_iterator_as_body_is_not_sent_twice() -> None:
    def fail(request: Request) -> Response:
        assert callable(request.body)
        assert b"".join(request.body()) == b"ab"
        return Response(429, {}, b"")

    def blocks() -> Iterator[bytes]:
        yield from (b"a", b"b")

    once = MockTransport(fail)
    quick = RetryPolicy(backoff=0)
    with pytest.raises(DirectusError):
        client(once, retry=quick).request("PUT", "/x", data=blocks())
    assert len(once.requests) == 1
    again = MockTransport(fail)
    with pytest.raises(DirectusError):
        client(again, retry=quick).request("PUT", "/x", data=[b"a", b"b"])
    assert len(again.requests) == 3


def test_an_authorization_of_the_call_wins() -> None:
    mock = MockTransport([None])
    client(mock, token="mine").request("GET", "/x", headers={"authorization": "Basic abc"})
    assert {name.lower(): value for name, value in mock.last.headers.items()}["authorization"] == "Basic abc"


# ------------------------------------------------------------------------ copies
def authorization(mock: MockTransport) -> str | None:
    return mock.last.headers.get("Authorization")


def test_with_token_changes_only_the_copy() -> None:
    mock = MockTransport()
    directus = client(mock, token="mine")
    directus.with_token("yours").items("a").read_many(limit=1)
    assert authorization(mock) == "Bearer yours"
    directus.items("a").read_many(limit=1)
    assert authorization(mock) == "Bearer mine"


def test_a_copy_with_another_auth_never_signs_its_parent_in_or_out() -> None:
    session = {"access_token": "a.b.c", "refresh_token": "r", "expires": 900_000}
    mock = MockTransport(lambda request: session if request.url.endswith("/auth/login") else [])
    directus = client(mock, auth=LoginAuth())
    directus.auth.login("a@example.com", "pw")
    copied = directus.with_options(auth=LoginAuth())
    copied.items("a").read_many(limit=1)
    assert authorization(mock) is None
    copied.auth.logout()
    assert directus.auth.token == "a.b.c"
    shared = MemoryStorage()
    assert directus.with_options(auth=LoginAuth(), storage=shared).storage is shared
    with pytest.raises(ConfigurationError, match="storage= needs auth="):
        directus.with_options(storage=shared)


def test_options_of_a_copy() -> None:
    mock = MockTransport()
    directus = client(mock, token="t").with_options(headers={"X-A": "1"}, params={"p": [1]}, timeout=3)
    directus.with_options(headers={"x-a": "2", "X-B": "3"}, timeout=(1, 2)).items("a").read_many(limit=1)
    headers = {name.lower(): value for name, value in mock.last.headers.items()}
    assert (headers["x-a"], headers["x-b"], mock.last.timeout) == ("2", "3", (1, 2))
    assert mock.query() == {"p": "[1]", "limit": "1"}
    directus.items("a").read_many(limit=1)
    headers = {name.lower(): value for name, value in mock.last.headers.items()}
    assert (headers["x-a"], mock.last.timeout) == ("1", 3)


@pytest.mark.parametrize("timeout", [0, -1, "5", True, (1, 2, 3), (0, 1)])
def test_a_timeout_that_cannot_be_one_is_refused(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout must be"):
        client().with_options(timeout=timeout)
    with pytest.raises(ConfigurationError, match="timeout must be"):
        RequestsTransport(timeout=timeout)


def test_closing_a_copy_closes_nothing_shared() -> None:
    transport = Closing()
    directus = client(transport)
    with directus.with_options(timeout=1):
        pass
    assert transport.closed == 0
    with directus:
        pass
    assert transport.closed == 1


def test_copy_and_deepcopy_keep_the_session() -> None:
    directus = client(token="t")
    for other in (copy.copy(directus), copy.deepcopy(directus)):
        assert other.auth.token == "t"


# ----------------------------------------------------------------------- pickles
class Stateless(Transport):
    def send(self, request: Request) -> Response:
        return Response(200, {"Content-Type": "application/json"}, b'{"data": []}')


def test_a_pickle_holds_no_token_and_says_so() -> None:
    directus = Directus(URL, token="secret-token", transport=Stateless())
    pickled = pickle.dumps(directus)
    assert b"secret-token" not in pickled
    again = pickle.loads(pickled)
    assert again.url == URL
    with pytest.raises(ConfigurationError, match="a pickle holds no token"):
        again.items("a").read_many()


def test_a_pickled_session_in_memory_is_gone_and_in_a_file_is_not(tmp_path: Any) -> None:
    for storage in (MemoryStorage(), FileStorage(tmp_path / "session.json")):
        directus = Directus(URL, storage=storage, transport=Stateless())
        directus.auth.static("secret-token")
        pickled = pickle.dumps(directus)
        assert b"secret-token" not in pickled
        again = pickle.loads(pickled)
        if isinstance(storage, FileStorage):
            assert again.auth.token == "secret-token"
        else:
            with pytest.raises(ConfigurationError, match="a pickle holds no session"):
                again.items("a").read_many()


def test_a_pickled_public_client_stays_public() -> None:
    again = pickle.loads(pickle.dumps(Directus(URL, transport=Stateless())))
    assert again.items("a").read_many() == []


# ------------------------------------------------------------------------ events
def test_events_are_told_and_a_broken_listener_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    answers = [Response(429, {"Retry-After": "0"}, b""), Response(200, {"Content-Type": "application/json"}, b'{"data": []}')]
    directus = client(MockTransport(answers), token="secret-token", retry=RetryPolicy(sleep=lambda seconds: None))
    seen: list[Any] = []
    directus.on_event(seen.append)

    @directus.on_event
    def broken(event: object) -> None:
        raise RuntimeError("listener")

    directus.with_options(timeout=5).items("a").read_many(limit=1)
    assert [event.kind for event in seen] == ["request", "response", "retry", "request", "response"]
    assert (seen[1].status, seen[2].attempt, seen[4].attempt) == (429, 1, 2)
    assert seen[2].delay is not None
    assert "secret-token" not in repr(seen)
    assert "a listener of on_event failed" in caplog.text
    with pytest.raises(TypeError):
        directus.on_event("no function")  # type: ignore[arg-type]


def test_repr_shows_the_address_and_no_secret() -> None:
    assert repr(client(token="secret-token")) == f"Directus('{URL}', auth=StaticTokenAuth('***'))"
    assert "secret-token" not in repr(StaticTokenAuth("secret-token"))


def test_a_handler_says_what_it_is_about() -> None:
    directus = client(token="secret-token")
    assert repr(directus.items("articles")) == f"ItemsHandler('articles', '{URL}')"
    assert repr(directus.singleton("globals")) == f"SingletonHandler('globals', '{URL}')"
    assert repr(directus.files) == f"FilesHandler('directus_files', '{URL}')"
    assert repr(directus.utils) == f"UtilsHandler('{URL}')"
