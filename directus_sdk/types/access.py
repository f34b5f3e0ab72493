"""Users, and what they may do."""

from __future__ import annotations

from typing import TypedDict

from directus_sdk.json_types import JSONObject
from directus_sdk.types.relations import ManyToOne, OneToMany


class User(TypedDict):
    """A user: ``directus_users``."""

    id: str
    """The primary key, a UUID."""
    first_name: str | None
    """The first name."""
    last_name: str | None
    """The last name."""
    email: str | None
    """The email address, which is unique."""
    password: str | None
    """``'**********'`` if there is a password; a write takes the password itself, which the server hashes."""
    location: str | None
    """The location, as the user has entered it."""
    title: str | None
    """The job title."""
    description: str | None
    """A description."""
    tags: list[str] | None
    """Tags."""
    avatar: ManyToOne
    """The file with the image of the user."""
    language: str | None
    """The language of the app, such as ``'en-US'``; ``None`` for that of the project."""
    tfa_secret: str | None
    """``'**********'`` if two-factor authentication is enabled."""
    status: str
    """``'active'``, ``'draft'``, ``'invited'``, ``'unverified'``, ``'suspended'`` or ``'archived'``; only active users can log
    in."""
    role: ManyToOne
    """The role."""
    token: str | None
    """``'**********'`` if there is a static token; a write takes the token itself."""
    last_access: str | None
    """When the user last used the API, as an ISO 8601 string."""
    last_page: str | None
    """The page of the app that the user visited last."""
    provider: str
    """Where the user logs in: ``'default'`` is email and password, others are the names of SSO providers."""
    external_identifier: str | None
    """The name of the user at the SSO provider."""
    auth_data: JSONObject | None
    """What the SSO provider has returned."""
    email_notifications: bool | None
    """Whether notifications are sent by email too."""
    appearance: str | None
    """``'auto'``, ``'light'`` or ``'dark'``; ``None`` for that of the project."""
    theme_dark: str | None
    """The theme of the app in dark mode."""
    theme_light: str | None
    """The theme of the app in light mode."""
    theme_light_overrides: JSONObject | None
    """Changes to the light theme."""
    theme_dark_overrides: JSONObject | None
    """Changes to the dark theme."""
    text_direction: str | None
    """``'auto'``, ``'ltr'`` or ``'rtl'``."""
    policies: OneToMany
    """The policies that are assigned to the user directly, as entries of ``directus_access``."""


class Role(TypedDict):
    """A role: ``directus_roles``."""

    id: str
    """The primary key, a UUID."""
    name: str
    """The name."""
    icon: str
    """The name of its icon in the app."""
    description: str | None
    """A description."""
    parent: ManyToOne
    """The role whose policies it inherits."""
    children: OneToMany
    """The roles that inherit its policies."""
    policies: OneToMany
    """Its policies, as entries of ``directus_access``."""
    users: OneToMany
    """Its users."""


class Policy(TypedDict):
    """A policy: ``directus_policies``."""

    id: str
    """The primary key, a UUID."""
    name: str
    """The name."""
    icon: str
    """The name of its icon in the app."""
    description: str | None
    """A description."""
    ip_access: list[str] | None
    """The IP addresses and networks that it is limited to; ``None`` for all."""
    enforce_tfa: bool
    """Whether its users need two-factor authentication."""
    admin_access: bool
    """Whether it permits everything."""
    app_access: bool
    """Whether its users may use the app."""
    permissions: OneToMany
    """Its permissions."""
    users: OneToMany
    """The users that it is assigned to, as entries of ``directus_access``."""
    roles: OneToMany
    """The roles that it is assigned to, as entries of ``directus_access``."""


class Permission(TypedDict):
    """A permission: ``directus_permissions``."""

    id: int
    """The primary key, an integer. Permissions that the server itself adds have none."""
    collection: str
    """The collection that it is about."""
    action: str
    """``'create'``, ``'read'``, ``'update'``, ``'delete'`` or ``'share'``."""
    permissions: JSONObject | None
    """The filter of the items that it permits; ``{}`` or ``None`` for all."""
    validation: JSONObject | None
    """The filter that written values must match."""
    presets: JSONObject | None
    """Values that are set by default."""
    fields: list[str] | None
    """The fields that it permits; ``['*']`` for all."""
    policy: ManyToOne
    """The policy that it belongs to."""


class Access(TypedDict):
    """The assignment of a policy to a user or a role: ``directus_access``."""

    id: str
    """The primary key, a UUID."""
    role: ManyToOne
    """The role that has the policy."""
    user: ManyToOne
    """The user who has the policy."""
    policy: ManyToOne
    """The policy. With neither `role` nor `user` it is that of the Public role."""
    sort: int | None
    """The position among the policies of the role or user."""


class Share(TypedDict):
    """An item shared by a link: ``directus_shares``."""

    id: str
    """The primary key, a UUID. It is a part of the link."""
    name: str | None
    """The name."""
    collection: str
    """The collection of the item."""
    item: str
    """The key of the item, as a string."""
    role: ManyToOne
    """The role with whose permissions the item is read."""
    password: str | None
    """``'**********'`` if there is a password; ``None`` for a link without one."""
    user_created: ManyToOne
    """The user who created it."""
    date_created: str | None
    """When it was created, as an ISO 8601 string."""
    date_start: str | None
    """When the link begins to work; ``None`` for at once."""
    date_end: str | None
    """When the link stops working; ``None`` for never."""
    times_used: int | None
    """How often the link was used."""
    max_uses: int | None
    """How often the link may be used; ``None`` for without limit."""
