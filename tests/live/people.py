"""Roles with rights, on servers of all versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from directus_sdk import Directus
from directus_sdk.testing.server.versions import matches


def new_role(directus: Directus, version: str, name: str, rules: Iterable[dict[str, Any]] = (), **rights: Any) -> str:
    """Make a role with these rights and return its key.

    Args:
        directus: An administrator.
        version: The version of the server: from 11 a policy has the rights, before the role itself.
        name: Its name.
        rules: Permissions, such as ``{"collection": "articles", "action": "read"}``.
        **rights: ``app_access``, ``admin_access``.
    """
    old = matches("<11", version)
    made: Any = directus.request("POST", "/roles", json={"name": name, **(rights if old else {})})
    role, owner = str(made["id"]), {"role": made["id"]}
    if not old:
        policy: Any = directus.policies.create_one({"name": name, **rights})
        directus.access.create_one({"role": role, "policy": policy["id"]})
        owner = {"policy": policy["id"]}
    for rule in rules:
        whole: Any = {**owner, "fields": ["*"], "permissions": {}, **rule}
        directus.permissions.create_one(whole)
    return role
