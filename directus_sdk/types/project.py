"""The settings of the project, and its data model."""

from __future__ import annotations

from typing import TypedDict

from directus_sdk.json_types import JSONObject, MaybeNone
from directus_sdk.types.relations import ManyToOne


class Settings(TypedDict):
    """The settings of the project: ``directus_settings``."""

    id: int
    """The primary key, always 1."""
    project_name: str
    """The name of the project."""
    project_url: str | None
    """The URL of the project's website."""
    project_color: str
    """The color of the app, such as ``'#6644FF'``."""
    project_logo: ManyToOne
    """The file with the logo."""
    public_foreground: ManyToOne
    """The file with the image on the login page."""
    public_background: ManyToOne
    """The file with the background of the login page."""
    public_note: str | None
    """A note on the login page, as Markdown."""
    auth_login_attempts: int | None
    """How many failed logins suspend a user; ``None`` for no limit."""
    auth_password_policy: str | None
    """The regular expression that passwords must match."""
    storage_asset_transform: str | None
    """Which transformations of images are allowed: ``'all'``, ``'presets'`` or ``'none'``."""
    storage_asset_presets: list[JSONObject] | None
    """The presets for transformations of images, by their `key`."""
    custom_css: str | None
    """CSS that is added to the app."""
    storage_default_folder: ManyToOne
    """The folder of uploads that name none."""
    basemaps: list[JSONObject] | None
    """The maps that the app offers, with URL and attribution."""
    mapbox_key: str | None
    """The access token for Mapbox."""
    module_bar: list[JSONObject] | None
    """The modules in the navigation of the app."""
    project_descriptor: str | None
    """A short description of the project, below its name."""
    default_language: str
    """The language of the app, such as ``'en-US'``."""
    custom_aspect_ratios: list[JSONObject] | None
    """The aspect ratios that the image editor offers."""
    public_favicon: ManyToOne
    """The file with the icon of the app."""
    default_appearance: str | None
    """``'auto'``, ``'light'`` or ``'dark'``."""
    default_theme_light: str | None
    """The theme of the app in light mode."""
    theme_light_overrides: JSONObject | None
    """Changes to the light theme."""
    default_theme_dark: str | None
    """The theme of the app in dark mode."""
    theme_dark_overrides: JSONObject | None
    """Changes to the dark theme."""
    report_error_url: str | None
    """The URL where the app lets users report an error."""
    report_bug_url: str | None
    """The URL where the app lets users report a bug."""
    report_feature_url: str | None
    """The URL where the app lets users request a feature."""
    public_registration: bool
    """Whether visitors may register."""
    public_registration_verify_email: bool | None
    """Whether the email address of a visitor who registers is verified."""
    public_registration_role: ManyToOne
    """The role of users who have registered."""
    public_registration_email_filter: JSONObject | None
    """The filter that the email address of a visitor who registers must match."""
    visual_editor_urls: list[JSONObject] | None
    """The URLs of the visual editor."""
    project_id: str | None
    """The id of the project, a UUID."""
    mcp_enabled: bool | None
    """Whether the MCP server at ``/mcp`` is enabled."""
    mcp_allow_deletes: bool | None
    """Whether the MCP server may delete."""
    mcp_prompts_collection: str | None
    """The collection with the prompts of the MCP server."""
    mcp_system_prompt_enabled: bool | None
    """Whether the MCP server sends a system prompt."""
    mcp_system_prompt: str | None
    """The system prompt of the MCP server, instead of the default one."""
    project_owner: str | None
    """The email address of the owner."""
    project_usage: str | None
    """What the project is used for."""
    org_name: str | None
    """The name of the organization."""
    product_updates: bool | None
    """Whether the owner receives news about the product."""
    project_status: str | None
    """The status of the project."""
    collaborative_editing_enabled: bool | None
    """Whether several users may edit one item at the same time."""
    license_key: str | None
    """The license key. Version 12."""
    license_token: str | None
    """The license token. Version 12."""
    mcp_oauth_enabled: bool | None
    """Whether clients of the MCP server may log in with OAuth. Version 12."""
    mcp_oauth_dcr_enabled: bool | None
    """Whether such clients may register themselves (RFC 7591). Version 12."""
    mcp_oauth_cimd_enabled: bool | None
    """Whether such clients may identify themselves by a URL that has their metadata. Version 12."""
    default_save_action: str | None
    """What the button for saving does: ``'save-and-quit'``, ``'save-and-stay'`` or ``'save-and-create-new'``. Version 12."""


class Collection(TypedDict):
    """A collection: ``directus.collections``."""

    collection: str
    """The name."""
    meta: JSONObject | MaybeNone
    """What Directus knows of it, such as `icon`, `singleton`, `hidden` and `sort_field`."""
    schema: JSONObject | None
    """What the database knows of its table; ``None`` for a folder of collections."""


class Field(TypedDict):
    """A field of a collection: ``directus.fields``."""

    collection: str
    """The collection that it belongs to."""
    field: str
    """The name."""
    type: str
    """The type, such as ``'string'``, ``'integer'`` or ``'alias'``."""
    meta: JSONObject | MaybeNone
    """What Directus knows of it, such as `interface`, `required` and `special`."""
    schema: JSONObject | None
    """What the database knows of its column, such as `is_nullable` and `default_value`; ``None`` for an alias."""


class Relation(TypedDict):
    """A relation of a field to a collection: ``directus.relations``."""

    collection: str
    """The collection that has the field."""
    field: str
    """The field that holds the key."""
    related_collection: str | None
    """The collection that it leads to; ``None`` for a many-to-any."""
    meta: JSONObject | MaybeNone
    """What Directus knows of it, such as `one_field` and `junction_field`."""
    schema: JSONObject | None
    """What the database knows of its foreign key, such as `on_delete`."""
