"""Arguments of the wrong type: the error names the argument, and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    BulkCheckpoint,
    ConfigurationError,
    Directus,
    FileStorage,
    LoginAuth,
    MemoryStorage,
    Plan,
    ReconnectPolicy,
    RequestsTransport,
)
from directus_sdk.testing.mock import MockTransport

URL = "https://cms.example.com"
ONE = {"filter": {"id": {"_eq": 1}}}

CALLS: list[tuple[Callable[[Any], object], type[Exception], str]] = [
    # What decides how much is changed or deleted is not guessed: "no" would count as true, None as false.
    (lambda d: d.items("a").delete_by_query({}, all_items="no"), TypeError, "all_items must be True or False, not 'no'"),
    (lambda d: d.items("a").update_by_query({}, {"n": 1}, all_items=1), TypeError, "all_items must be True or False"),
    (lambda d: d.items("a").delete_by_query(ONE, dry_run=None), TypeError, "dry_run must be True or False, not None"),
    (lambda d: d.items("a").update_by_query(ONE, {"n": 1}, dry_run="yes"), TypeError, "dry_run must be True or False"),
    (lambda d: d.items("a").delete_by_query(ONE, max_affected="10"), TypeError, "max_affected must be an integer"),
    (lambda d: d.items("a").delete_by_query(ONE, max_affected=True), TypeError, "max_affected must be an integer"),
    (lambda d: d.items("a").delete_by_query(ONE, max_affected=-1), ValueError, "max_affected must be at least 0"),
    (lambda d: d.items("a").sync([{"id": 1}], delete_missing="false"), TypeError, "delete_missing must be True or False"),
    (lambda d: d.schema.migrate({}, d, dry_run=None), TypeError, "dry_run must be True or False"),
    # The names of fields
    (lambda d: d.items("a", primary_key=""), ValueError, "primary_key must not be empty"),
    (lambda d: d.items("a", primary_key=["id"]), TypeError, "primary_key must be a string, not list"),
    (lambda d: d.items("a").upsert_one({"id": 1}, match_on=["id"]), TypeError, "match_on must be a string, not list"),
    (
        lambda d: d.items("a").sync([{"a": 1}], match_on=["a", None]),
        ValueError,
        "must be a field or a list of different fields",
    ),
    (lambda d: d.items("a").upsert_many([{"id": 1}], match_on=[]), TypeError, r"not list: sync\(rows, match_on=\["),
    (lambda d: d.items("a").create_many([{"id": 1}], match_on=5), TypeError, "match_on must be a string, not int"),
    (lambda d: d.items("a").sync([{"id": 1}], match_on=5), TypeError, "match_on"),
    (lambda d: d.items("a").sync([{"id": 1}], match_on=""), ValueError, "match_on must not be empty"),
    (lambda d: d.items("a").read_many(alias={"b": None}), TypeError, "alias.b must be a string, not NoneType"),
    (lambda d: d.items("a").read_many(deep={"b": {"_alias": {"c": 5}}}), TypeError, "_alias.c must be a string"),
    # Email addresses, files, GraphQL, random strings
    (lambda d: d.users.invites.send(None, "role"), TypeError, "email must be a string, not NoneType"),
    (lambda d: d.users.invites.send([], "role"), ValueError, "email must not be empty"),
    (lambda d: d.users.invites.send(["a@example.com", None], "role"), TypeError, r"email\[1\] must be a string"),
    (lambda d: d.users.invites.send("a@example.com", None), TypeError, "role must be a string, a number or a UUID"),
    (lambda d: d.shares.invite("key", None), TypeError, "emails must be a string, not NoneType"),
    (lambda d: d.shares.invite(None, "a@example.com"), TypeError, "share must be a string"),
    (lambda d: d.files.upload(b"x", filename=5), TypeError, "filename must be a string, not int"),
    (lambda d: d.files.replace("key", b"x", content_type=5), TypeError, "content_type must be a string, not int"),
    (lambda d: d.files.import_url(None), TypeError, "url must be a string, not NoneType"),
    (lambda d: d.graphql.items("{ a }", variables=[1]), TypeError, "variables must be a mapping such as"),
    (lambda d: d.graphql.subscribe("subscription { a }", "id"), TypeError, "variables must be a mapping such as"),
    (lambda d: d.utils.random.string("x"), TypeError, "length must be an integer, not 'x'"),
    (lambda d: d.utils.generate_translations("a", None), TypeError, "fields must be a list of names, not NoneType"),
    (lambda d: d.users.verify_email(None), TypeError, "token must be a string, not NoneType"),
    (lambda d: d.users.invites.accept("t", None), TypeError, "password must be a string, not NoneType"),
    (lambda d: d.files.upload(b"x", on_progress=5), TypeError, "on_progress must be a function of"),
    (lambda d: d.schema.migrate(None, d), TypeError, "source must be a client or a snapshot, not NoneType"),
    (lambda d: d.schema.migrate({}, None), TypeError, "target must be a client, not NoneType"),
    (lambda d: d.items("a").relate(1, "tags", add="12"), TypeError, r"add must be a list of keys such as \[1, 2\], not str"),
    (lambda d: d.items("a").relate(1, "tags", add=5), TypeError, r"add must be a list of keys such as \[1, 2\], not int"),
    (lambda d: d.items("a").relate(1, "tags", remove={"a": 1}), TypeError, "remove must be a list of keys .* not dict"),
    (lambda d: d.items("a").create_many([{}], keep_before=""), ValueError, "keep_before must be the path of a file such as"),
    (lambda d: d.items("a").restore(""), ValueError, "path must be the path of a file such as 'undo.ndjson'; it is empty"),
    (lambda d: d.items("a").restore(None), TypeError, "path must be the path of a file such as 'undo.ndjson', not NoneType"),
    (lambda d: d.items("a").export(None), TypeError, "path must be the path of a file such as 'articles.csv', not NoneType"),
    (lambda d: Plan.load("", d.items("a")), ValueError, "path must be the path of a file such as 'plan.json'; it is empty"),
    (lambda d: d.files.sync_folder(None, "x"), TypeError, "path must be the path of a folder such as 'photos', not NoneType"),
    (lambda d: d.files.sync_folder(".", "x", delete="no"), TypeError, "delete must be True or False, not 'no'"),
    (lambda d: d.files.upload([]), ValueError, "an empty list is not a file: upload_many takes lists of files"),
    (lambda d: d.files.replace("key", ()), ValueError, "an empty tuple is not a file"),
    (lambda d: d.files.upload(b"x", resume_file=5), TypeError, "resume_file must be the path of a file such as"),
    (lambda d: d.items("a").create_many([{}], checkpoint=True), TypeError, "checkpoint must be the path of a file such as"),
    (lambda d: d.fields.create_many("a", [{}], checkpoint=5), TypeError, "checkpoint must be the path of a file .* not int"),
    (lambda d: d.items("a").aggregate(5), TypeError, "aggregate must be a mapping such as"),
    (lambda d: d.items("a").aggregate({"count": "*"}, {"groupBy": "b"}), TypeError, r"a query goes to query=\{"),
    (
        lambda d: d.items("a").changes(""),
        ValueError,
        "checkpoint must be the path of a file such as 'articles.ckpt'; it is empty",
    ),
    (lambda d: d.items("a").changes(5), TypeError, "checkpoint must be a path, or an object with load"),
    (lambda d: d.items("a").changes(poll_interval="5"), ValueError, "poll_interval must be more than 0 seconds, not '5'"),
    (lambda d: d.realtime.configure(heartbeat_timeout="x"), ConfigurationError, "heartbeat_timeout must be more than 0"),
    (lambda d: BulkCheckpoint("no-such.json").resolve(written=True), ConfigurationError, "does not exist"),
    # Options
    (lambda d: ReconnectPolicy(backoff="x"), ConfigurationError, "backoff must be more than 0"),  # type: ignore[arg-type]
    (lambda d: ReconnectPolicy(attempts=-1), ConfigurationError, "attempts must be an integer of at least 0"),
    (lambda d: RequestsTransport(proxies="http://x"), ConfigurationError, "proxies must be a mapping"),  # type: ignore[arg-type]
    (lambda d: Directus(URL, models=[dict]), ConfigurationError, "models must be a mapping such as"),  # type: ignore[arg-type]
    (lambda d: Directus(URL, auth="token"), ConfigurationError, "not str; write .*token="),  # type: ignore[arg-type]
    (lambda d: Directus(URL, auth=("a", "b")), ConfigurationError, "not tuple; write .*email="),  # type: ignore[arg-type]
    (lambda d: d.items(MemoryStorage), TypeError, "must be a string, not .*; write items.*MemoryStorage"),
    (lambda d: LoginAuth(refresh_margin="x"), ConfigurationError, "refresh_margin must be seconds"),  # type: ignore[arg-type]
    (lambda d: LoginAuth(refresh_margin=float("nan")), ConfigurationError, "refresh_margin must be seconds"),
    (lambda d: RequestsTransport(headers=5), ConfigurationError, "headers must be a mapping"),  # type: ignore[arg-type]
    (lambda d: FileStorage(""), ConfigurationError, "path must be the path of a file"),
    (lambda d: MemoryStorage(prefix=None), ConfigurationError, "prefix must be a string"),  # type: ignore[arg-type]
    (lambda d: d.auth.login("ada@example.com", 5), TypeError, "password must be a string, not int"),
]


@pytest.mark.parametrize(("call", "error", "message"), CALLS, ids=[message for *_, message in CALLS])
def test_the_error_names_the_argument(call: Callable[[Any], object], error: type[Exception], message: str) -> None:
    mock = MockTransport()
    directus = Directus(URL, transport=mock)
    with pytest.raises(error, match=message):
        call(directus)
    assert mock.requests == []


#: Calls with the path of a file; `NEW` is that of one that could be written.
NEW = "new.json"
FILES: dict[str, Callable[[Any, str], object]] = {
    "restore": lambda d, path: d.items("a").restore(path),
    "Plan.load": lambda d, path: Plan.load(path, d.items("a")),
    "create_many": lambda d, path: d.items("a").create_many(path, keep_before=NEW),
    "update_batch": lambda d, path: d.items("a").update_batch(path, keep_before=NEW),
    "upsert_many": lambda d, path: d.items("a").upsert_many(path, match_on="n"),
    "sync": lambda d, path: d.items("a").sync(path),
    "upload": lambda d, path: d.files.upload(path, folder="a/b", create_folders=True),
    "replace": lambda d, path: d.files.replace("1", path, folder="a/b", create_folders=True),
    "import_file": lambda d, path: d.utils.import_file("a", path),
    "sync_folder": lambda d, path: d.files.sync_folder(path, "a/b"),
    "resume_file": lambda d, path: d.files.upload(b"x", folder="a/b", create_folders=True, resume_file=path),
    "keep_before": lambda d, path: d.items("a").update_many([1], {"n": 1}, keep_before=f"{path}/undo.ndjson"),
}
#: What is the matter with the file, and the calls that are refused; a new resume file is right, and so is an empty upload.
BAD = {
    "missing": FILES.keys() - {"resume_file"},
    "folder": FILES.keys() - {"sync_folder", "keep_before"},
    "empty.json": FILES.keys() - {"upload", "replace", "import_file", "resume_file"},
    "other.json": FILES.keys() - {"upload", "replace", "import_file"},
}


@pytest.mark.parametrize(("name", "call"), [(name, call) for name, calls in BAD.items() for call in sorted(calls)])
def test_a_file_that_is_not_right_is_named_before_anything_is_sent(
    name: str, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("empty.json").touch()
    Path("other.json").write_text('{"a": 1}')
    mock = MockTransport()
    with pytest.raises((OSError, ValueError), match=name):
        FILES[call](Directus(URL, transport=mock), name)
    assert mock.requests == []
    assert not Path(NEW).exists()


def test_the_manifest_of_a_folder_is_read_before_anything_is_sent(tmp_path: Path) -> None:
    Path(tmp_path, "photos").mkdir()
    Path(tmp_path, "photos.sync.json").write_text("{}")
    mock = MockTransport()
    with pytest.raises(ConfigurationError, match=r"photos\.sync\.json is not a manifest"):
        Directus(URL, transport=mock).files.sync_folder(tmp_path / "photos", "a/b")
    assert mock.requests == []
