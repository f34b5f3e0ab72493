"""What the app shows, and flows."""

from __future__ import annotations

from typing import TypedDict

from directus_sdk.json_types import JSONObject
from directus_sdk.types.relations import ManyToOne, OneToMany


class Preset(TypedDict):
    """A bookmark, or how a user sees a collection: ``directus_presets``."""

    id: int
    """The primary key, an integer."""
    bookmark: str | None
    """The name of the bookmark; ``None`` for the default view."""
    user: ManyToOne
    """The user that it is for; ``None`` for all users of the role."""
    role: ManyToOne
    """The role that it is for; ``None`` with `user` ``None`` for everyone."""
    collection: str | None
    """The collection that it shows."""
    search: str | None
    """The search of the view."""
    layout: str | None
    """The layout, such as ``'tabular'``."""
    layout_query: JSONObject | None
    """The query of each layout."""
    layout_options: JSONObject | None
    """The options of each layout."""
    refresh_interval: int | None
    """The seconds after which the view is refreshed."""
    filter: JSONObject | None
    """The filter of the view."""
    icon: str | None
    """The name of its icon in the app."""
    color: str | None
    """Its color in the app."""


class Dashboard(TypedDict):
    """A dashboard: ``directus_dashboards``."""

    id: str
    """The primary key, a UUID."""
    name: str
    """The name."""
    icon: str
    """The name of its icon in the app."""
    note: str | None
    """A note below the name."""
    date_created: str | None
    """When it was created, as an ISO 8601 string."""
    user_created: ManyToOne
    """The user who created it."""
    color: str | None
    """Its color in the app."""
    panels: OneToMany
    """Its panels."""


class Panel(TypedDict):
    """A panel of a dashboard: ``directus_panels``."""

    id: str
    """The primary key, a UUID."""
    dashboard: ManyToOne
    """The dashboard that it is on."""
    name: str | None
    """The name."""
    icon: str | None
    """The name of its icon in the app."""
    color: str | None
    """Its color in the app."""
    show_header: bool
    """Whether the name is shown."""
    note: str | None
    """A note."""
    type: str
    """The kind of panel, such as ``'label'`` or ``'time-series'``."""
    position_x: int
    """The column of its left edge."""
    position_y: int
    """The row of its upper edge."""
    width: int
    """The width in columns."""
    height: int
    """The height in rows."""
    options: JSONObject | None
    """The options of this kind of panel."""
    date_created: str | None
    """When it was created, as an ISO 8601 string."""
    user_created: ManyToOne
    """The user who created it."""


class Notification(TypedDict):
    """A message in an inbox: ``directus_notifications``."""

    id: int
    """The primary key, an integer."""
    timestamp: str
    """When it was sent, as an ISO 8601 string."""
    status: str | None
    """``'inbox'`` or ``'archived'``."""
    recipient: ManyToOne
    """The user who receives it."""
    sender: ManyToOne
    """The user who has sent it."""
    subject: str
    """The subject."""
    message: str | None
    """The message."""
    collection: str | None
    """The collection of the item that it is about."""
    item: str | None
    """The key of the item that it is about."""


class Flow(TypedDict):
    """A flow: ``directus_flows``."""

    id: str
    """The primary key, a UUID."""
    name: str
    """The name."""
    icon: str | None
    """The name of its icon in the app."""
    color: str | None
    """Its color in the app."""
    description: str | None
    """A description."""
    status: str
    """``'active'`` or ``'inactive'``."""
    trigger: str | None
    """What starts it: ``'event'``, ``'webhook'``, ``'operation'``, ``'schedule'`` or ``'manual'``."""
    accountability: str | None
    """What is logged of each run: ``'all'``, ``'activity'``, or ``None`` for nothing."""
    options: JSONObject | None
    """The options of the trigger."""
    operation: ManyToOne
    """The operation that is run first."""
    date_created: str | None
    """When it was created, as an ISO 8601 string."""
    user_created: ManyToOne
    """The user who created it."""
    operations: OneToMany
    """All its operations."""
    folder: ManyToOne
    """The folder that it is in. Version 12."""


class Operation(TypedDict):
    """A step of a flow: ``directus_operations``."""

    id: str
    """The primary key, a UUID."""
    name: str | None
    """The name."""
    key: str
    """The name of its result for the operations that follow; unique in its flow."""
    type: str
    """The kind of operation, such as ``'request'`` or ``'item-create'``."""
    position_x: int
    """The horizontal position of its box in the app."""
    position_y: int
    """The vertical position of its box in the app."""
    options: JSONObject | None
    """The options of this kind of operation."""
    resolve: ManyToOne
    """The operation that follows if it succeeds."""
    reject: ManyToOne
    """The operation that follows if it fails."""
    flow: ManyToOne
    """The flow that it belongs to."""
    date_created: str | None
    """When it was created, as an ISO 8601 string."""
    user_created: ManyToOne
    """The user who created it."""


class Webhook(TypedDict):
    """A webhook, up to version 10: ``directus_webhooks``."""

    id: int
    """The primary key, an integer."""
    name: str
    """The name."""
    method: str
    """The HTTP method, ``'POST'`` or ``'GET'``."""
    url: str
    """The URL that is called."""
    status: str
    """``'active'`` or ``'inactive'``."""
    data: bool
    """Whether the event is sent in the body."""
    actions: list[str]
    """The actions that call it: ``'create'``, ``'update'`` and ``'delete'``."""
    collections: list[str]
    """The collections whose items call it."""
    headers: list[JSONObject] | None
    """The headers that are sent, each with `header` and `value`."""
