"""Folders by their path, such as ``press/2026``."""

from __future__ import annotations

from math import inf
from typing import Any
from uuid import UUID

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import ConfigurationError, NotFound
from directus_sdk.local.thread_lock import ThreadLock
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.lookups import is_word, like
from directus_sdk.reading.paging import DEFAULT_PAGE_SIZE, Rows
from directus_sdk.transfers.multipart import field_text
from directus_sdk.wire.query import NormalizedQuery

_making = ThreadLock()


def folder_id(pipeline: Pipeline, folder: str | UUID, *, create: bool = False) -> str:
    """Return the id of a folder.

    ``SEARCH /folders`` for a path, which no cache of the server answers, and ``POST /folders`` for each folder that is made.

    Args:
        pipeline: Sends the calls.
        folder: An id, which is returned as it is, or the names from the top, joined with slashes.
        create: Whether missing folders are made.

    Raises:
        NotFound: There is no such folder, or you may not see it.
        ConfigurationError: Two folders have that path, or it is empty.
        ValueError: A name is no valid UTF-8.
    """
    if not isinstance(folder, (str, UUID)):
        raise TypeError(f"folder must be an id or a path such as 'press/2026', not {type(folder).__name__}")
    try:
        return str(UUID(str(folder)))
    except ValueError:
        names = [field_text(name) for name in str(folder).split("/") if name.strip()]
    if not names:
        raise ConfigurationError("folder must not be empty; None is the top folder")
    try:
        return _walk(pipeline, names, create=False)
    except NotFound:
        if not create:
            raise
    # Another thread may make it at the same moment, and the server takes two of one name.
    with _making.context(inf, lambda seconds: TimeoutError("another thread makes folders")):
        return _walk(pipeline, names, create=True)


def _walk(pipeline: Pipeline, names: list[str], *, create: bool) -> str:
    known = _named(pipeline, names)
    parent: str | None = None
    for depth, name in enumerate(names, 1):
        found = [entry["id"] for entry in known if entry["name"] == name and entry["parent"] == parent]
        if len(found) > 1:
            raise ConfigurationError(f"there are {len(found)} folders {'/'.join(names[:depth])!r}: name one by its id")
        if not found and not create:
            raise NotFound(
                f"there is no folder {'/'.join(names[:depth])!r}, or you may not see it; create_folders=True makes it"
            )
        parent = found[0] if found else _make(pipeline, name, parent)
    assert parent is not None
    return parent


def _named(pipeline: Pipeline, names: list[str]) -> list[Any]:
    """Return every folder that has one of these names, wherever it is; others may be among them."""
    plain = [name for name in names if not is_word(name)]
    rules: list[Any] = [{"name": like(name)} for name in names if is_word(name)]
    if plain:
        rules.append({"name": {"_in": plain}})
    query = NormalizedQuery(filter={"_or": rules}, fields=["id", "name", "parent"])
    response = uncached.read(pipeline, "/folders", query.replace(limit=-1, meta=["filter_count"]))
    folders: Rows = response.data or []
    # A server with a limit of its own cuts a response in silence, and a folder that is missing here would be created again.
    if len(folders) == int((response.meta or {}).get("filter_count", -1)):
        return folders
    pages = Collection(pipeline, "/folders", "directus_folders").iterate(query, page_size=DEFAULT_PAGE_SIZE)
    return [folder for page in pages for folder in page]


def _make(pipeline: Pipeline, name: str, parent: str | None) -> str:
    made = pipeline.call("POST", "/folders", json={"name": name, "parent": parent}, query={"fields": ["id"]}).data
    if made is None:
        raise ConfigurationError(f"the folder {name!r} was made, but you may not read it: give its id")
    return str(made["id"])
