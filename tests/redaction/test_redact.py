"""What people read holds no secrets."""

from __future__ import annotations

import copy
import json
import pickle
import shlex
import subprocess
import sys

import attrs
import pytest

from directus_sdk import Directus, Event, Forbidden, Headers, RequestsTransport
from directus_sdk.redaction import redact
from directus_sdk.redaction.redact import JsonBytes, SafeDict, SafePairs, Secret, SecretBytes
from directus_sdk.redaction.trace import Trace
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from directus_sdk.wire.messages import Request
from directus_sdk.wire.query import normalize

S = "s3cret-value"


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret(S)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret} {secret!r}", repr([secret]), repr({"a": secret})]
    shown += [repr(getattr(secret, name)) for name in Secret.__slots__]
    assert S not in "".join(shown)
    assert secret.reveal() == S
    assert secret == Secret(S) != Secret("other")
    assert len({secret, Secret(S)}) == 1
    assert copy.deepcopy(secret) is copy.copy(secret) is secret
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(secret)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://a/b", "https://a/b"),
        ("https://a/b@c", "https://a/b@c"),
        (f"https://u:{S}@a/b", "https://a/b"),
        (f"https://a/b?access_token={S}&limit=1", "https://a/b?access_token=***&limit=1"),
        (f"https://a/b?Access_Token={S}", "https://a/b?Access_Token=***"),
        (f"/b?token={S}", "/b?token=***"),
        (f"https://a/b?filter[token][_eq]={S}", "https://a/b?filter[token][_eq]=***"),
        (
            f"https://a/b?filter=%7B%22token%22%3A%7B%22_eq%22%3A%22{S}%22%7D%7D",
            "https://a/b?filter=%7B%22token%22%3A%22%2A%2A%2A%22%7D",
        ),
        ("https://a/b?filter=%7Bbroken", "https://a/b?filter=%7Bbroken"),
        ("https://a/b?x=1#frag", "https://a/b?x=1"),
        (f"http://[broken?token={S}", "http://[broken"),
        (f"https://a/demo/users/invite/{S}", "https://a/demo/users/invite/***"),
        (f"https://a/demo/users/invite/accept{S}?b=c", "https://a/demo/users/invite/***?b=c"),
        ("https://a/users/invite/accept?b=c", "https://a/users/invite/accept?b=c"),
    ],
)
def test_addresses(address: str, shown: str) -> None:
    assert redact.url(address) == shown


def test_values_at_any_depth() -> None:
    document = {"email": "a@b.c", "password": S, "list": [{"refresh_token": S, "otp": None}], "tfa": {"otpauth_url": S}}
    shown = redact.value(document)
    assert shown == {
        "email": "a@b.c",
        "password": "***",
        "list": [{"refresh_token": "***", "otp": None}],
        "tfa": {"otpauth_url": "***"},
    }


SECRET_NAMES = [
    "ai_openai_api_key", "ai_openai_compatible_api_key", "private_key", "secret_key", "secret_access_key", "passphrase",
    "passwd", "pwd", "jwt", "tokens", "passwords", "x_api_key", "X-Access-Key", "apiKey", "accessToken", "api-keys", "API_KEY",
    "signing keys", "credentials", "auth_data", "X-Forwarded-Authorization", "passWord", "Pass-Word", "password2",
    "password_confirmation", "passwordHash", "new_password_repeat", "APIToken", "secretkey", "privatekey", "privateKeyPem",
    "credential", "token_value", "accessToken2", "access_token_v2", "otpCode", "smtp_pass", "X-Amz-Signature", "secret_value",
    "recovery_codes", "backupCode", "sessionid", "X-Goog-IAP-JWT-Assertion", "wifi_psk", "db_connection_string", "aws_creds",
]  # fmt: skip
PLAIN_NAMES = [
    "key", "keys", "primary_key", "foreign_keys", "title", "author", "monkey", "tokenizer", "secretary", "max_tokens",
    "ai_max_tokens", "tokens_used", "token_type", "password_policy", "password_reset_url_allow_list", "compass", "keyword",
    "session", "sessions", "country_code", "desk", "sacred",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_of_secrets_wherever_they_stand(name: str) -> None:
    document = {name: S, "list": [{name: [S, 1]}], "text": json.dumps({"a": {name: S}}), "pair": {"name": name, "value": S}}
    assert S not in json.dumps(redact.value(document))
    assert redact.secret_header(name)
    assert S not in repr(SafeDict({name: S})) + repr(SafePairs([(name, S), (f"filter[{name}][_eq]", S)]))
    assert redact.secrets({}, [], json.dumps(document).encode()) == [S]
    request = Request("PATCH", f"https://a/settings?{name}={S}", (), {name: S}, json.dumps(document).encode())
    trace = request.trace()
    assert S not in trace.to_curl() + repr(trace) + repr(request) + trace.where


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-Custom", f"Bearer {S}"), ("Referer", f"https://a/?access_token={S}"), ("Link", f"</a?token={S}>; rel=next")],
)
def test_tokens_in_headers_with_other_names(name: str, value: str) -> None:
    request = Request("GET", "https://a/b", (), {name: value, "Accept": "text/html; q=0.5"})
    assert S not in request.trace().to_curl() + repr(request.trace()) + repr(Headers(request.headers)) + repr(request.headers)
    assert request.trace().headers["Accept"] == "text/html; q=0.5"


def test_a_query_shows_no_secret_that_it_compares_with() -> None:
    query = normalize({"filter": {"token": {"_eq": S}}, "deep": {"users": {"_filter": {"password": {"_in": [S]}}}}})
    shown = f"{query} {query!r} {query.replace(limit=1)!r} {query.where({'token': {'_eq': S}})!r}"
    assert S not in shown
    assert S in query.encode()["filter"]


def test_the_value_of_a_field_that_is_named_beside_it() -> None:
    assert redact.value({"field": "password", "value": S}) == {"field": "password", "value": "***"}


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_names_of_what_is_no_secret(name: str) -> None:
    assert redact.value({name: "shown"}) == {name: "shown"}
    assert not redact.secret_header(name)


@pytest.mark.parametrize("name", ["data[password]", "passwords.0", "token[]", "api.key", "password\u200b", "ｐａｓｓｗｏｒｄ"])
def test_names_of_secrets_with_something_around_them(name: str) -> None:
    assert redact.value({name: S, "is_secret": True}) == {name: "***", "is_secret": True}


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (f'mutation {{ users_create(data: {{ email: "a@b.c", password: "{S}", n: 1 }}) {{ id }} }}', {}),
        (f'mutation {{ users_create(data: {{ password: """{S}""" }}) {{ id }} }}', {}),
        (f'mutation {{ a(tokens: ["{S}", "{S}"]) }}', {}),
        ("mutation ($p: String!) { users_create(data: { password: $p }) { id } }", {"p": S}),
        (f'mutation ($p: String = "{S}") {{ users_create(data: {{ password: $p }}) {{ id }} }}', {"q": 1}),
        ("mutation ($d: create_users_input!) { users_create(data: $d) { id } }", {"d": {"password": S}}),
        ("mutation ($list: [String!]) { a(tokens: $list) }", {"list": [S]}),
        (f'mutation {{ a(credentials: {{ list: [{{ key: "{S}" }}], n: null }}) {{ id }} }}', {}),
        (f'mutation {{ a(,password # the password\n:, # {{ (\n "{S}",) }}', {}),
        (f"mutation {{ a(token: {S}) }}", {}),
        (f'query {{ a(filter: {{ token: {{ _in: ["{S}"] }} }}) {{ id }} }}', {}),
        ("query ($t: String = null) { a(filter: { token: { _eq: $t } }, title: $t) { id } }", {"t": S}),
        ("mutation ($p: String!) { a(tokens: [$p]) { id } }", {"p": S}),
        (f'mutation ($p: [X!]! = {{ key: "{S}" }}) {{ a(credentials: $p) {{ id }} }}', {}),
        (f'mutation {{ a(list: [{{ name: "X-Api-Key", value: "{S}" }}]) {{ id }} }}', {}),
        (f'mutation {{ a(password: "{S}', {}),
        (f'mutation {{ a(password: """{S}', {}),
    ],
)
def test_graphql(document: str, variables: dict[str, object]) -> None:
    body = json.dumps({"query": document, "variables": variables}).encode()
    shown = redact.body(body)
    assert shown is not None
    assert S not in shown
    assert "***" in shown
    assert redact.secrets({}, [], body) == [S]


def test_a_comment_that_names_a_secret_is_not_shown() -> None:
    shown = redact.value({"query": f"# the token is {S}\n# Ada wrote this\n{{ a }}"})
    assert shown == {"query": "# ***\n# Ada wrote this\n{ a }"}


def test_an_alias_is_no_argument() -> None:
    given = {"query": 'query { password: users(limit: 1, search: "x password: y") { token id } }'}
    assert redact.value(given) == given


def test_what_is_no_secret_in_graphql_is_shown() -> None:
    document = 'query ($p: Int, $x: [String!] = ["a"]) { articles(limit: $p, title: "b") { id } }'
    given = {"query": document, "variables": {"p": 1}}
    assert redact.value(given) == given


@pytest.mark.parametrize(
    "text",
    [
        f"Bearer {S}", f"bearer {S}", f"GET /x?access_token={S}", f"a&refresh_token={S}", f'{{"password": "{S}"}}',
        f'{{"access_token":"{S}"', f'{{"token":"{S}', f"proxy http://me:{S}@127.0.0.1:80",
    ],
)  # fmt: skip
def test_texts_of_others(text: str) -> None:
    assert S not in redact.text(text)
    assert "***" in redact.text(text)


def test_bodies() -> None:
    assert redact.body(None) is None
    assert redact.body(json.dumps({"password": S, "a": "ä"}).encode()) == '{"password": "***", "a": "ä"}'
    assert redact.body(b"\x89PNG") == "<4 bytes>"
    assert redact.body(b"x" * 200_000) == "<200000 bytes>"
    assert redact.body(lambda: iter([b""])) == "<stream>"
    assert redact.body(b"[" * 50_000) == "<50000 bytes>"


def test_containers_are_what_they_were_and_show_no_secret() -> None:
    headers = SafeDict({"Authorization": f"Bearer {S}", "X-A": "1", "http": f"http://u:{S}@proxy"})
    params = SafePairs([("access_token", S), ("a", "1")])
    body = JsonBytes(json.dumps({"password": S, "a": 1}).encode())
    hidden = SecretBytes(body)
    for held in (headers, params, body, hidden):
        assert S not in repr(held) + str(held) + f"{held}" + repr([held])
    assert headers["Authorization"] == f"Bearer {S}"
    assert dict(params)["access_token"] == S
    assert json.loads(body) == json.loads(hidden) == {"password": S, "a": 1}


def test_what_a_server_repeats() -> None:
    sent = redact.secrets(
        {"Authorization": f"Bearer {S}"}, [("token", "other-secret")], b'{"password": "pass-word", "n": {"otp": 123456}}'
    )
    assert set(sent) == {S, "other-secret", "pass-word", "123456"}
    said = {"message": f"Value {S} and 123456", "extensions": {"value": "pass-word", "n": 5, "list": ["other-secret"]}}
    assert redact.without(said, sent) == {
        "message": "Value *** and ***",
        "extensions": {"value": "***", "n": 5, "list": ["***"]},
    }


def test_what_a_server_repeats_of_a_header_is_the_token_in_it() -> None:
    headers = {"authorization": f"bearer {S}", "Cookie": f"lang=german; directus_session_token={S}2"}
    body = json.dumps({"header": "Authorization", "value": f"Basic {S}3"}).encode()
    assert set(redact.secrets(headers, (), body)) == {S, f"{S}2", f"{S}3"}


def test_short_secrets_do_not_blank_out_plain_words() -> None:
    assert redact.secrets({}, [("token", "a")], b"no json") == []


def trace(**changes: object) -> Trace:
    given = {"method": "POST", "url": "https://a/items/b?filter=%7B%7D", "headers": {}, "body": None, **changes}
    return Trace(**given)  # type: ignore[arg-type]


def test_curl_can_be_run_by_a_shell() -> None:
    body = """{"a": "it's $HOME `x` \\"quoted\\" é\\n", "password": "***"}"""
    command = trace(headers={"X-A": "a'b", "Accept": "*/*", "User-Agent": "x", "Content-Length": "5"}, body=body).to_curl()
    script = command.replace("curl", shlex.quote(sys.executable) + " -c 'import json,sys; print(json.dumps(sys.argv[1:]))'", 1)
    seen = json.loads(subprocess.run(["sh", "-c", script], capture_output=True, check=True, text=True).stdout)
    assert seen == ["-X", "POST", "https://a/items/b?filter=%7B%7D", "-H", "X-A: a'b", "--data-raw", body]


def test_curl_of_other_kinds_of_calls() -> None:
    assert trace(method="HEAD").to_curl().startswith("curl --head 'https")
    assert trace(method="GET", url="https://a/b?filter[x]=1").to_curl() == "curl --globoff -X GET 'https://a/b?filter[x]=1'"
    assert trace(body="<stream>").to_curl().endswith("--data-binary @body")
    assert "'@file'" not in trace(body="@file").to_curl()


def test_a_trace_is_short_and_whole() -> None:
    long = json.dumps({"a": "x" * 5_000})
    held = trace(body=long)
    assert len(repr(held)) < 2_000
    assert long in held.to_curl()


def test_a_request_shows_no_secret_to_a_debugger() -> None:
    request = Request(
        "POST",
        f"https://a/b?token={S}",
        (("access_token", S),),
        {"Authorization": f"Bearer {S}"},
        json.dumps({"password": S}).encode(),
    )
    shown = {name: repr(getattr(request, name)) for name in Request.__slots__ if name not in ("url", "__weakref__")}
    assert S not in repr(request) + "".join(shown.values()) + repr(request.trace()) + request.trace().to_curl()
    assert shown["_headers"] == "mappingproxy({'Authorization': '***'})"
    assert S not in str({name: held for name, held in attrs.asdict(request).items() if name != "url"})
    assert S.encode() not in pickle.dumps(request)
    with pytest.raises(TypeError):
        json.dumps(request.headers)
    assert dict(request.headers) == {"Authorization": f"Bearer {S}"}
    again = pickle.loads(pickle.dumps(request))
    assert (again.method, again.params, dict(again.headers), again.body) == ("POST", (), {}, None)


def test_headers_of_gateways_show_no_secret() -> None:
    names = ["CF-Access-Client-Secret", "X-Auth-Token", "X-Vault-Token", "X-Acme-Api-Key", "apikey", "Proxy-Authorization"]
    headers = dict.fromkeys(names, "s3cret-value")
    transport = RequestsTransport(headers={"X-Site": "shown", **headers})
    assert "s3cret" not in repr(transport.__dict__) + str(pickle.dumps(transport))
    assert pickle.loads(pickle.dumps(transport))._own().headers["X-Site"] == "shown"
    mock = MockTransport(lambda request: error_response("FORBIDDEN", 403, "not with s3cret-value"))
    seen: list[Event] = []
    with Directus("https://cms.example.com", transport=mock) as directus:
        directus.on_event(seen.append)
        copied = directus.with_options(headers=headers)
        with pytest.raises(Forbidden) as caught:
            copied.request("GET", "/x", headers={"X-Request-Id": "shown"})
        shown = repr(vars(copied.pipeline) if hasattr(copied.pipeline, "__dict__") else copied.pipeline.headers)
    error = caught.value
    assert error.request is not None
    assert {error.request.headers[name] for name in names} == {"***"}
    assert error.request.headers["X-Request-Id"] == "shown"
    everything = [error.to_curl(), str(error), repr(seen), shown, repr(mock.last.headers), str(pickle.dumps(error))]
    assert "s3cret" not in "".join(everything)
    assert bytes(pickle.loads(pickle.dumps(error)).response.content) == b""
