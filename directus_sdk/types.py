"""The fields of the system collections, for type checkers and completion.

They are those of a full read on a server of version 11 or 12. A read with `fields` returns some of them, and older servers
have fewer. `ManyToOne` and `OneToMany` are relations: keys, or items where `fields` includes nested fields. The `meta` of a
collection, field or relation is ``None`` only where Directus does not manage it.
"""

from __future__ import annotations

from typing import Any, TypedDict

from directus_sdk.json_types import JSONObject, MaybeNone

#: A relation to one item: its key or ``None``, or an item where `fields` includes nested fields. Only the call knows which.
ManyToOne = Any

#: A relation to several items: a list of keys, or of items where `fields` includes nested fields.
OneToMany = list[Any]


class User(TypedDict):
    """A user: ``directus_users``."""

    id: str
    first_name: str | None
    last_name: str | None
    email: str | None
    password: str | None
    location: str | None
    title: str | None
    description: str | None
    tags: list[str] | None
    avatar: ManyToOne
    language: str | None
    tfa_secret: str | None
    status: str
    role: ManyToOne
    token: str | None
    last_access: str | None
    last_page: str | None
    provider: str
    external_identifier: str | None
    auth_data: JSONObject | None
    email_notifications: bool | None
    appearance: str | None
    theme_dark: str | None
    theme_light: str | None
    theme_light_overrides: JSONObject | None
    theme_dark_overrides: JSONObject | None
    text_direction: str | None
    policies: OneToMany


class File(TypedDict):
    """A file: ``directus_files``."""

    id: str
    storage: str
    filename_disk: str | None
    filename_download: str
    title: str | None
    type: str | None
    folder: ManyToOne
    uploaded_by: ManyToOne
    created_on: str | None
    modified_by: ManyToOne
    modified_on: str | None
    charset: str | None
    filesize: int | str | None
    width: int | None
    height: int | None
    duration: int | None
    embed: str | None
    description: str | None
    location: str | None
    tags: list[str] | None
    metadata: JSONObject | None
    focal_point_x: int | None
    focal_point_y: int | None
    tus_id: str | None
    tus_data: JSONObject | None
    uploaded_on: str | None


class Role(TypedDict):
    """A role: ``directus_roles``."""

    id: str
    name: str
    icon: str
    description: str | None
    parent: ManyToOne
    children: OneToMany
    policies: OneToMany
    users: OneToMany


class Policy(TypedDict):
    """A policy: ``directus_policies``."""

    id: str
    name: str
    icon: str
    description: str | None
    ip_access: list[str] | None
    enforce_tfa: bool
    admin_access: bool
    app_access: bool
    permissions: OneToMany
    users: OneToMany
    roles: OneToMany


class Permission(TypedDict):
    """A permission: ``directus_permissions``."""

    id: int
    collection: str
    action: str
    permissions: JSONObject | None
    validation: JSONObject | None
    presets: JSONObject | None
    fields: list[str] | None
    policy: ManyToOne


class Activity(TypedDict):
    """An entry of the activity log: ``directus_activity``."""

    id: int
    action: str
    user: ManyToOne
    timestamp: str
    ip: str | None
    user_agent: str | None
    collection: str
    item: str
    origin: str | None
    revisions: OneToMany


class Revision(TypedDict):
    """An earlier state of an item: ``directus_revisions``."""

    id: int
    activity: ManyToOne
    collection: str
    item: str
    data: JSONObject | None
    delta: JSONObject | None
    parent: ManyToOne
    version: ManyToOne


class Folder(TypedDict):
    """A folder of files: ``directus_folders``."""

    id: str
    name: str
    parent: ManyToOne
    type: str | None


class Preset(TypedDict):
    """A bookmark, or how a user sees a collection: ``directus_presets``."""

    id: int
    bookmark: str | None
    user: ManyToOne
    role: ManyToOne
    collection: str | None
    search: str | None
    layout: str | None
    layout_query: JSONObject | None
    layout_options: JSONObject | None
    refresh_interval: int | None
    filter: JSONObject | None
    icon: str | None
    color: str | None


class Dashboard(TypedDict):
    """A dashboard: ``directus_dashboards``."""

    id: str
    name: str
    icon: str
    note: str | None
    date_created: str | None
    user_created: ManyToOne
    color: str | None
    panels: OneToMany


class Panel(TypedDict):
    """A panel of a dashboard: ``directus_panels``."""

    id: str
    dashboard: ManyToOne
    name: str | None
    icon: str | None
    color: str | None
    show_header: bool
    note: str | None
    type: str
    position_x: int
    position_y: int
    width: int
    height: int
    options: JSONObject | None
    date_created: str | None
    user_created: ManyToOne


class Notification(TypedDict):
    """A message in an inbox: ``directus_notifications``."""

    id: int
    timestamp: str
    status: str | None
    recipient: ManyToOne
    sender: ManyToOne
    subject: str
    message: str | None
    collection: str | None
    item: str | None


class Share(TypedDict):
    """An item shared by a link: ``directus_shares``."""

    id: str
    name: str | None
    collection: str
    item: str
    role: ManyToOne
    password: str | None
    user_created: ManyToOne
    date_created: str | None
    date_start: str | None
    date_end: str | None
    times_used: int | None
    max_uses: int | None


class Flow(TypedDict):
    """A flow: ``directus_flows``."""

    id: str
    name: str
    icon: str | None
    color: str | None
    description: str | None
    status: str
    trigger: str | None
    accountability: str | None
    options: JSONObject | None
    operation: ManyToOne
    date_created: str | None
    user_created: ManyToOne
    operations: OneToMany
    folder: ManyToOne


class Operation(TypedDict):
    """A step of a flow: ``directus_operations``."""

    id: str
    name: str | None
    key: str
    type: str
    position_x: int
    position_y: int
    options: JSONObject | None
    resolve: ManyToOne
    reject: ManyToOne
    flow: ManyToOne
    date_created: str | None
    user_created: ManyToOne


class Translation(TypedDict):
    """A string of the app: ``directus_translations``."""

    id: str
    language: str
    key: str
    value: str


class Version(TypedDict):
    """A content version: ``directus_versions``."""

    id: str
    key: str
    name: str | None
    collection: str
    item: str
    hash: str | None
    date_created: str | None
    date_updated: str | None
    user_created: ManyToOne
    user_updated: ManyToOne
    delta: JSONObject | None


class Comment(TypedDict):
    """A comment on an item: ``directus_comments``."""

    id: str
    collection: str
    item: str
    comment: str
    date_created: str | None
    date_updated: str | None
    user_created: ManyToOne
    user_updated: ManyToOne


class Access(TypedDict):
    """The assignment of a policy to a user or a role: ``directus_access``."""

    id: str
    role: ManyToOne
    user: ManyToOne
    policy: ManyToOne
    sort: int | None


class Settings(TypedDict):
    """The settings of the project: ``directus_settings``."""

    id: int
    project_name: str
    project_url: str | None
    project_color: str
    project_logo: ManyToOne
    public_foreground: ManyToOne
    public_background: ManyToOne
    public_note: str | None
    auth_login_attempts: int | None
    auth_password_policy: str | None
    storage_asset_transform: str | None
    storage_asset_presets: list[JSONObject] | None
    custom_css: str | None
    storage_default_folder: ManyToOne
    basemaps: list[JSONObject] | None
    mapbox_key: str | None
    module_bar: list[JSONObject] | None
    project_descriptor: str | None
    default_language: str
    custom_aspect_ratios: list[JSONObject] | None
    public_favicon: ManyToOne
    default_appearance: str | None
    default_theme_light: str | None
    theme_light_overrides: JSONObject | None
    default_theme_dark: str | None
    theme_dark_overrides: JSONObject | None
    report_error_url: str | None
    report_bug_url: str | None
    report_feature_url: str | None
    public_registration: bool
    public_registration_verify_email: bool | None
    public_registration_role: ManyToOne
    public_registration_email_filter: JSONObject | None
    visual_editor_urls: list[JSONObject] | None
    project_id: str | None
    mcp_enabled: bool | None
    mcp_allow_deletes: bool | None
    mcp_prompts_collection: str | None
    mcp_system_prompt_enabled: bool | None
    mcp_system_prompt: str | None
    project_owner: str | None
    project_usage: str | None
    org_name: str | None
    product_updates: bool | None
    project_status: str | None
    collaborative_editing_enabled: bool | None
    license_key: str | None
    license_token: str | None
    mcp_oauth_enabled: bool | None
    mcp_oauth_dcr_enabled: bool | None
    mcp_oauth_cimd_enabled: bool | None
    default_save_action: str | None


class Webhook(TypedDict):
    """A webhook, up to version 10: ``directus_webhooks``."""

    id: int
    name: str
    method: str
    url: str
    status: str
    data: bool
    actions: list[str]
    collections: list[str]
    headers: list[JSONObject] | None


class Collection(TypedDict):
    """A collection: ``directus.collections``."""

    collection: str
    meta: JSONObject | MaybeNone
    schema: JSONObject | None


class Field(TypedDict):
    """A field of a collection: ``directus.fields``."""

    collection: str
    field: str
    type: str
    meta: JSONObject | MaybeNone
    schema: JSONObject | None


class Relation(TypedDict):
    """A relation of a field to a collection: ``directus.relations``."""

    collection: str
    field: str
    related_collection: str | None
    meta: JSONObject | MaybeNone
    schema: JSONObject | None
