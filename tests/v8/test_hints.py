"""Names that people bring from elsewhere, and what to write with the client of Directus 8."""

from __future__ import annotations

import pytest

from directus_sdk.errors.foreign_names import TABLE_8
from directus_sdk.v8 import Directus8

CLIENT = Directus8("http://127.0.0.1:1", "demo", token="x")
OBJECTS: dict[str, object] = {
    "Directus8": CLIENT,
    "Auth8": CLIENT.auth,
    "ReadHandler8": CLIENT.items("movies"),
    "FilesHandler8": CLIENT.files,
    "GraphQLHandler8": CLIENT.graphql,
    "SettingsHandler8": CLIENT.settings,
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in TABLE_8.items() for name in names])
def test_a_name_from_elsewhere(kind: str, name: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(OBJECTS[kind], name)
    assert str(caught.value).endswith(f": write {TABLE_8[kind][name]}")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("createItem", "directus.items('articles').create_one(data)"),
        ("getUsers", "directus.users.read_many(filter=..., limit=...)"),
        ("getMe", "directus.users.me.read()"),
        ("mails", "directus.mail"),
    ],
)
def test_a_name_of_the_javascript_client(name: str, words: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(CLIENT, name)
    assert words in str(caught.value)
