"""Folders by their path, such as ``press/2026``."""

from __future__ import annotations

from math import inf
from uuid import UUID

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import ConfigurationError, NotFound
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.thread_lock import ThreadLock
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.lookups import like
from directus_sdk.reading.paging import Rows
from directus_sdk.transfers.multipart import field_text
from directus_sdk.wire.filters import is_word
from directus_sdk.wire.query import NormalizedQuery

_creating = ThreadLock()


def folder_id(pipeline: Pipeline, folder: str | UUID, *, create: bool = False) -> str:
    """Return the id of a folder.

    ``SEARCH /folders`` for a path, which bypasses the server's cache, and ``POST /folders`` for each folder that is created.

    Args:
        pipeline: Sends the calls.
        folder: An id, which is returned unchanged, or the names from the top, joined with slashes.
        create: Whether missing folders are created.

    Raises:
        NotFound: There is no such folder, or you may not read it.
        ConfigurationError: Two folders have that path, or it is empty.
        ValueError: A name is not valid UTF-8.
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
    # Another thread may create it at the same moment, and the server accepts two folders of one name.
    with _creating.context(inf, lambda seconds: TimeoutError("another thread creates folders")):
        return _walk(pipeline, names, create=True)


def _walk(pipeline: Pipeline, names: list[str], *, create: bool) -> str:
    folders = _named(pipeline, names)
    parent: str | None = None
    for depth, name in enumerate(names, 1):
        ids: list[str] = [entry["id"] for entry in folders if entry["name"] == name and entry["parent"] == parent]
        if len(ids) > 1:
            raise ConfigurationError(f"there are {len(ids)} folders {'/'.join(names[:depth])!r}: pass the id of one")
        if not ids and not create:
            raise NotFound(
                f"there is no folder {'/'.join(names[:depth])!r}, or you may not read it; create_folders=True creates it"
            )
        parent = ids[0] if ids else _create(pipeline, name, parent)
    assert parent is not None
    return parent


def _named(pipeline: Pipeline, names: list[str]) -> Rows:
    """Return every folder that has one of these names, whatever its parent is; others may be among them."""
    plain = [name for name in names if not is_word(name)]
    rules: list[JSONMapping] = [{"name": like(name)} for name in names if is_word(name)]
    if plain:
        rules.append({"name": {"_in": plain}})
    query = NormalizedQuery(filter={"_or": rules}, fields=["id", "name", "parent"])
    response = uncached.read(pipeline, "/folders", query.replace(limit=-1, meta=["filter_count"]))
    folders: Rows = response.data or []
    # A server with a limit of its own cuts a response in silence, and a folder that is missing here would be created again.
    if len(folders) == int((response.meta or {}).get("filter_count", -1)):
        return folders
    pages = Collection(pipeline, "/folders", "directus_folders").iterate(query)
    return [folder for page in pages for folder in page]


def _create(pipeline: Pipeline, name: str, parent: str | None) -> str:
    query = NormalizedQuery(fields=["id"])
    created = pipeline.call("POST", "/folders", json={"name": name, "parent": parent}, query=query).data
    if created is None:
        raise ConfigurationError(f"the folder {name!r} was created, but you may not read it: pass its id")
    return str(created["id"])
