"""Folders by their path, such as ``press/2026``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from directus_sdk.errors import ConfigurationError, NotFound
from directus_sdk.pipeline import Pipeline


def folder_id(pipeline: Pipeline, folder: str | UUID, *, create: bool = False) -> str:
    """Return the id of a folder.

    ``GET /folders`` for a path, and ``POST /folders`` for each folder that is made.

    Args:
        pipeline: Sends the calls.
        folder: An id, which is returned as it is, or the names from the top, joined with slashes.
        create: Whether missing folders are made.

    Raises:
        NotFound: There is no such folder, or you may not see it.
        ConfigurationError: Two folders have that path, or it is empty.
    """
    if not isinstance(folder, (str, UUID)):
        raise TypeError(f"folder must be an id or a path such as 'press/2026', not {type(folder).__name__}")
    try:
        return str(UUID(str(folder)))
    except ValueError:
        names = [name for name in str(folder).split("/") if name.strip()]
    if not names:
        raise ConfigurationError("folder must not be empty; None is the top folder")
    query = {"filter": {"name": {"_in": names}}, "fields": ["id", "name", "parent"], "limit": -1}
    known: list[dict[str, Any]] = pipeline.call("GET", "/folders", query=query, searchable=True).data or []
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


def _make(pipeline: Pipeline, name: str, parent: str | None) -> str:
    made = pipeline.call("POST", "/folders", json={"name": name, "parent": parent}, query={"fields": ["id"]}).data
    if made is None:
        raise ConfigurationError(f"the folder {name!r} was made, but you may not read it: give its id")
    return str(made["id"])
