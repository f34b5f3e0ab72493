"""Files, and what belongs to items: revisions, versions, comments."""

from __future__ import annotations

from typing import TypedDict

from directus_sdk.json_types import JSONObject
from directus_sdk.types.relations import ManyToOne, OneToMany


class File(TypedDict):
    """A file: ``directus_files``."""

    id: str
    """The primary key, a UUID."""
    storage: str
    """The name of the storage location."""
    filename_disk: str | None
    """The name in the storage; ``None`` if there is no content."""
    filename_download: str
    """The name of the file when it is downloaded."""
    title: str | None
    """The title."""
    type: str | None
    """The media type, such as ``'image/png'``."""
    folder: ManyToOne
    """The folder; ``None`` for the root."""
    uploaded_by: ManyToOne
    """The user who uploaded it."""
    created_on: str | None
    """When it was created, as an ISO 8601 string."""
    modified_by: ManyToOne
    """The user who changed it last."""
    modified_on: str | None
    """When it was changed last, as an ISO 8601 string."""
    charset: str | None
    """The character encoding."""
    filesize: int | str | None
    """The size in bytes; some databases return it as a string."""
    width: int | None
    """The width of an image in pixels."""
    height: int | None
    """The height of an image in pixels."""
    duration: int | None
    """The duration of a video or of audio."""
    embed: str | None
    """Where embedded content comes from."""
    description: str | None
    """A description."""
    location: str | None
    """The location where it was made."""
    tags: list[str] | None
    """Tags."""
    metadata: JSONObject | None
    """What the server has read from the file, such as the EXIF data of an image."""
    focal_point_x: int | None
    """The horizontal position, in pixels, that stays in view when an image is cropped."""
    focal_point_y: int | None
    """The vertical position, in pixels, that stays in view when an image is cropped."""
    tus_id: str | None
    """The id of a resumable upload that is not complete."""
    tus_data: JSONObject | None
    """The state of a resumable upload that is not complete."""
    uploaded_on: str | None
    """When its content was uploaded last, as an ISO 8601 string."""


class Folder(TypedDict):
    """A folder of files: ``directus_folders``."""

    id: str
    """The primary key, a UUID."""
    name: str
    """The name."""
    parent: ManyToOne
    """The folder that it is in; ``None`` for the root."""
    type: str | None
    """What it holds: ``'files'`` or ``'flows'``. Version 12."""


class Activity(TypedDict):
    """An entry of the activity log: ``directus_activity``."""

    id: int
    """The primary key, an integer."""
    action: str
    """What was done, such as ``'create'``, ``'update'``, ``'delete'`` or ``'login'``."""
    user: ManyToOne
    """The user who did it; ``None`` if unauthenticated."""
    timestamp: str
    """When it was done, as an ISO 8601 string."""
    ip: str | None
    """The IP address of the client."""
    user_agent: str | None
    """The ``User-Agent`` of the client."""
    collection: str
    """The collection of the item."""
    item: str
    """The key of the item, as a string."""
    origin: str | None
    """The ``Origin`` of the request."""
    revisions: OneToMany
    """The revisions that it has made."""


class Revision(TypedDict):
    """An earlier state of an item: ``directus_revisions``."""

    id: int
    """The primary key, an integer."""
    activity: ManyToOne
    """The entry of the activity log that has made it."""
    collection: str
    """The collection of the item."""
    item: str
    """The key of the item, as a string."""
    data: JSONObject | None
    """The whole item after the change."""
    delta: JSONObject | None
    """The fields that were changed, with their new values."""
    parent: ManyToOne
    """The revision of the change that this one was a part of, such as that of the item it is nested in."""
    version: ManyToOne
    """The content version that was changed; ``None`` for the item itself."""


class Version(TypedDict):
    """A content version: ``directus_versions``."""

    id: str
    """The primary key, a UUID."""
    key: str
    """The name in URLs: ``read_one(1, version=key)``."""
    name: str | None
    """The name for people."""
    collection: str
    """The collection of the item."""
    item: str
    """The key of the item, as a string."""
    hash: str | None
    """The hash of the item when the version was made, with which a conflict is noticed."""
    date_created: str | None
    """When it was created, as an ISO 8601 string."""
    date_updated: str | None
    """When it was changed last, as an ISO 8601 string."""
    user_created: ManyToOne
    """The user who created it."""
    user_updated: ManyToOne
    """The user who changed it last."""
    delta: JSONObject | None
    """What the version changes in the item."""


class Comment(TypedDict):
    """A comment on an item: ``directus_comments``."""

    id: str
    """The primary key, a UUID."""
    collection: str
    """The collection of the item."""
    item: str
    """The key of the item, as a string."""
    comment: str
    """The text, as Markdown; ``@`` and the key of a user mention that user."""
    date_created: str | None
    """When it was created, as an ISO 8601 string."""
    date_updated: str | None
    """When it was changed last, as an ISO 8601 string."""
    user_created: ManyToOne
    """The user who created it."""
    user_updated: ManyToOne
    """The user who changed it last."""


class Translation(TypedDict):
    """A string of the app: ``directus_translations``."""

    id: str
    """The primary key, a UUID."""
    language: str
    """The language, such as ``'en-US'``."""
    key: str
    """The name of the string, which is used as ``$t:key``."""
    value: str
    """The string in that language."""
