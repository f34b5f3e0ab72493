"""One more server for the live tests: with mail, metrics and registration, and a collection to work on."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.strict import checks as strict_checks
from directus_sdk.testing import DirectusServer, SMTPSink
from tests.mails import token_in

VERSION = os.environ.get("DIRECTUS_VERSION") or "11.17.4"
DATABASE = os.environ.get("DIRECTUS_DATABASE") or "sqlite3"
# A field without meta is no part of a snapshot of the schema.
KEY = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
PAGE = "http://127.0.0.1/page"


class Workshop:
    """A server that sends its mail to us, and its client."""

    def __init__(self, server: DirectusServer, mails: SMTPSink, extension: Path) -> None:
        self.server = server
        self.mails = mails
        self.extension = extension
        self.directus = server.directus()
        self.major = int(server.version.partition(".")[0])

    def token_in_mail_to(self, address: str) -> str:
        """Wait for a mail and return the token at the end of its link."""
        return token_in(self.mails.wait_for(address))

    def new_role(self, name: str = "Role", **policy: object) -> str:
        """A role with one policy; before version 11 the role itself has the rights."""
        if self.major < 11:
            made = self.directus.request("POST", "/roles", json={"name": name, **policy})
            return str(made["id"])
        role = self.directus.roles.create_one({"name": name})
        assert role
        made = self.directus.policies.create_one({"name": name, **policy})
        assert made
        self.directus.access.create_one({"role": role["id"], "policy": made["id"]})
        return role["id"]

    def new_user(self, role: str | None = None) -> tuple[str, str, str]:
        """A user: key, address, password."""
        email, password = f"{uuid.uuid4().hex}@example.com", "correct horse battery"
        user = self.directus.users.create_one({"email": email, "password": password, "role": role})
        assert user
        return user["id"], email, password

    def client_of(self, role: str | None = None) -> Directus:
        """A client of a new user, to be closed."""
        _, email, password = self.new_user(role)
        client = Directus(self.server.url)
        client.auth.login(email, password)
        return client


def add_extension(folder: Path) -> Path:
    """Put an extension there that does nothing; its folder."""
    hook = folder / "directus-extension-idle"
    hook.mkdir(parents=True)
    about = {"type": "hook", "path": "index.js", "source": "src.js", "host": ">=10.0.0"}
    package = {"name": hook.name, "version": "1.0.0", "type": "module", "directus:extension": about}
    (hook / "package.json").write_text(json.dumps(package))
    (hook / "index.js").write_text("export default () => {};")
    return hook


@pytest.fixture(scope="session")
def whole_workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    extension = add_extension(tmp_path_factory.mktemp("extensions"))
    env = {
        "EXTENSIONS_PATH": str(extension.parent),
        "METRICS_ENABLED": "true",
        "USER_INVITE_URL_ALLOW_LIST": PAGE,
        "USER_REGISTER_URL_ALLOW_LIST": PAGE,
        "PASSWORD_RESET_URL_ALLOW_LIST": f"{PAGE},http://testserver/accounts/password/reset/confirm/",
        "RATE_LIMITER_REGISTRATION_ENABLED": "false",
    }
    with SMTPSink() as mails, DirectusServer(VERSION, DATABASE, env={**env, **mails.env}) as server:
        workshop = Workshop(server, mails, extension)
        yield workshop
        workshop.directus.close()


@pytest.fixture
def workshop(whole_workshop: Workshop) -> Iterator[Workshop]:
    """The server, without users but the administrator afterwards: version 12 has seats for few."""
    yield whole_workshop
    directus = whole_workshop.directus
    me = directus.users.me.read(fields=["id"])["id"]
    directus.users.delete_by_query({"filter": {"id": {"_neq": me}}})


@pytest.fixture
def admin(whole_workshop: Workshop) -> Directus:
    """The administrator of the workshop."""
    return whole_workshop.directus


@pytest.fixture
def notes(admin: Directus) -> Iterator[str]:
    """A collection with three notes, with versions and a sort field; its name."""
    name = f"notes_{uuid.uuid4().hex[:8]}"
    fields = [
        KEY,
        {"field": "title", "type": "string", "schema": {}, "meta": {}},
        {"field": "body", "type": "text", "schema": {}, "meta": {}},
        {"field": "sort", "type": "integer", "schema": {}, "meta": {}},
    ]
    meta = {"versioning": True, "sort_field": "sort"}
    admin.collections.create_one({"collection": name, "meta": meta, "schema": {}, "fields": fields})
    admin.items(name).create_many([{"title": f"Note {number}", "sort": number} for number in (1, 2, 3)])
    yield name
    admin.collections.delete_one(name)


# ------------------------------------------------------------------- make test-strict
STRICT = bool(os.environ.get("DIRECTUS_STRICT"))
_EARLIER = "provokes an error of the server, and a strict client refuses the call before it is sent"
_NO_SCHEMA = "its user may not read the schema, so that a strict client needs schema="
_IGNORED = "names a relation that the collection does not have, which a server ignores and a strict client refuses"
#: What does not run with strict clients, and why.
NOT_STRICT: dict[str, str] = {
    "test_access_control.py::test_a_permission_opens_a_collection": _EARLIER,
    "test_access_control.py::test_a_role_without_rights_is_refused": _EARLIER,
    "test_access_control.py::test_a_user_who_may_not_read_the_primary_key": _NO_SCHEMA,
    "test_auth.py::test_another_provider": _NO_SCHEMA,
    "test_bulk.py::test_a_500_for_the_first_items_is_not_the_end": _EARLIER,
    "test_bulk.py::test_a_bad_key_is_403_and_named_nevertheless": _EARLIER,
    "test_bulk.py::test_a_collection_that_is_not_there_is_not_bisected": _EARLIER,
    "test_bulk.py::test_a_key_of_another_name_and_another_key": _EARLIER,
    "test_bulk.py::test_a_role_that_may_write_and_not_read": _NO_SCHEMA,
    "test_changes.py::test_the_other_version": _EARLIER,
    "test_changes.py::test_what_cannot_be_seen_is_an_error": _EARLIER,
    "test_explain.py::test_a_restricted_user_is_told_what_he_may": _NO_SCHEMA,
    "test_explain.py::test_an_administrator_is_told_what_does_not_exist": _EARLIER,
    "test_explain.py::test_other_refusals_say_what_to_do": _EARLIER,
    "test_explain.py::test_the_public_is_told_to_sign_in": _NO_SCHEMA,
    "test_files.py::test_no_permission_is_noticed_while_sending": _NO_SCHEMA,
    "test_filters.py::test_a_count_without_the_name_of_the_key": _EARLIER,
    "test_items.py::test_the_errors_of_the_server_have_their_names": _EARLIER,
    "test_realtime.py::test_a_public_server_and_who_may_see_what": _NO_SCHEMA,
    "test_realtime.py::test_errors_come_at_once": _EARLIER,
    "test_realtime.py::test_secrets_are_in_no_log": _NO_SCHEMA,
    "test_realtime.py::test_the_other_version": _EARLIER,
    "test_realtime.py::test_tokens_of_five_seconds": _NO_SCHEMA,
    "test_realtime.py::test_tokens_of_five_seconds_on_the_other_version": _NO_SCHEMA,
    "test_resumable.py::test_refusals": _NO_SCHEMA,
    "test_schema.py::test_the_schema_of_a_strict_client": "needs a schema that is not read again within a minute",
    "test_settings.py::test_the_public_may_not_change_settings": _NO_SCHEMA,
    "test_shape.py::test_every_keyword_is_accepted_by_its_name[SingletonHandler.read]": _IGNORED,
    "test_shape.py::test_every_keyword_is_accepted_by_its_name[SingletonHandler.update]": _IGNORED,
    "test_tables.py::test_a_row_that_fails_has_its_line": _EARLIER,
    "test_tables.py::test_what_was_done_before_a_failure_is_said": _EARLIER,
    "test_tables.py::test_whoever_may_not_read_the_fields_compares_by_the_specification": _NO_SCHEMA,
    "test_troubleshooting.py::test_the_message_is_what_is_printed": _EARLIER,
    "test_undo.py::test_a_user_who_may_neither_read_relations_nor_delete": _NO_SCHEMA,
    "test_undo.py::test_fields_that_may_not_be_read_are_named": _NO_SCHEMA,
    "test_users.py::test_nobody_is_nobody": _NO_SCHEMA,
    "test_versions_of_servers.py::test_a_field_that_is_missing": _EARLIER,
    "test_versions_of_servers.py::test_a_payload_that_makes_no_sense": _EARLIER,
    "test_versions_of_servers.py::test_a_role_has_its_permissions_from_policies": _NO_SCHEMA,
    "test_versions_of_servers.py::test_nobody_needs_the_version": _EARLIER,
    "test_versions_of_servers.py::test_what_the_public_may_not_see": _NO_SCHEMA,
}

if STRICT:  # every client of the live tests checks its calls
    _plain = Directus.__init__

    def _strict(self: Directus, *args: Any, **kwargs: Any) -> None:
        _plain(self, *args, **{"strict": True, **kwargs})

    Directus.__init__ = _strict  # type: ignore[method-assign]
    # Several clients work on one server here, and each has to see what another has changed.
    strict_checks._FRESH = 0.0  # type: ignore[misc]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items if STRICT else ():
        names = (item.name, getattr(item, "originalname", None))
        reason = next((why for name in names if (why := NOT_STRICT.get(f"{item.path.name}::{name}"))), None)
        if reason and item.path.parent.name == "live":
            item.add_marker(pytest.mark.skip(reason=f"strict: {reason}"))
