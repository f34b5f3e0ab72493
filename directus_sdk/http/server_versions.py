"""Which servers have an endpoint that not all of them have.

A server returns 404 with ROUTE_NOT_FOUND for a path that never existed, does not exist yet or was removed. With this table
the error becomes `NotSupported`. No request asks for the version of the server; where it is known already
(``directus.server.version()``), it is used.
"""

from __future__ import annotations

import re

import attrs

_CRUD = ("GET", "POST", "PATCH", "DELETE", "SEARCH")
#: Some paths exist only for a key that is a UUID, so that another key says nothing about the server.
UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@attrs.frozen
class Support:
    """What is known about an endpoint.

    Attributes:
        methods: The methods.
        path: The paths below the base URL, as a pattern.
        since: The first version that has it, or ``None`` where the oldest supported version has it.
        until: The last version that has it, or ``None`` where the newest has it.
        instead: What other versions have instead.
        setting: The setting that enables it, where it is disabled by default.
    """

    methods: tuple[str, ...]
    path: re.Pattern[str] = attrs.field(converter=_compiled)
    since: str | None = attrs.field(default=None, kw_only=True)
    until: str | None = attrs.field(default=None, kw_only=True)
    instead: str = attrs.field(default="", kw_only=True)
    setting: str = attrs.field(default="", kw_only=True)

    def has(self, version: str) -> bool:
        """Tell whether servers of a version have it."""
        number = _number(version)
        return (self.since is None or number >= _number(self.since)) and (
            # Compared in as many parts as the last version has: 10 includes 10.13.
            self.until is None or number[: len(_number(self.until))] <= _number(self.until)
        )

    def hint(self) -> str:
        """Return which servers have it, for the end of a message."""
        versions = f"from version {self.since}" if self.since else f"up to version {self.until}"
        where = f", where {self.setting} is on" if self.setting else ""
        return f"servers have it {versions}{where}{'; ' + self.instead if self.instead else ''}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("-")[0]))


def _group(name: str) -> str:
    return rf"/{name}(/[^/]+)?"


#: Each was tested on 9.26.0, 10.13.4, 11.17.4 and 12.4.0; the versions between are from the release notes.
ENDPOINTS = (
    Support(_CRUD, _group("access"), since="11"),
    Support(_CRUD, _group("policies"), since="11", instead="before, a role has the permissions itself"),
    Support(("GET",), "/policies/me/globals", since="11"),
    Support(_CRUD, _group("comments"), since="11.1", instead="before, directus.activity.comments does it"),
    Support(
        ("POST", "PATCH", "DELETE"), "/activity/comment(/[^/]+)?", until="10", instead="from then on, directus.comments does it"
    ),
    Support(_CRUD, _group("webhooks"), until="10", instead="from then on, a flow does it"),
    Support(_CRUD, _group("translations"), since="10"),
    Support(_CRUD, _group("versions"), since="10.7"),
    Support(("GET",), "/versions/[^/]+/compare", since="10.7"),
    Support(("POST",), "/versions/[^/]+/(save|promote)", since="10.7"),
    Support(("GET",), "/permissions/me/[^/]+(/[^/]+)?", since="10.9"),
    Support(("GET",), "/extensions", since="10.7"),
    Support(("PATCH", "DELETE"), f"/extensions/{UUID}", since="10.10"),
    Support(("GET",), "/extensions/registry", since="10.10"),
    Support(("GET",), "/extensions/registry/(account|extension)/[^/]+", since="10.10"),
    Support(("POST",), "/extensions/registry/(install|reinstall)", since="10.10"),
    Support(("DELETE",), f"/extensions/registry/uninstall/{UUID}", since="10.10"),
    Support(("POST",), "/users/register", since="10.11"),
    Support(("GET",), "/users/register/verify-email", since="10.11"),
    Support(("POST",), "/files/tus", since="10.13", setting="TUS_ENABLED"),
    Support(("GET",), "/metrics", since="11.5", setting="METRICS_ENABLED"),
    Support(("POST",), "/server/setup", since="11.10"),
    Support(("POST",), "/settings/owner", since="11.10"),
    Support(("GET", "POST"), "/mcp", since="11.12"),
    Support(("POST",), f"/assets/(files|folder/{UUID})", since="11.14"),
    Support(("GET", "POST", "SEARCH"), "/deployments", since="11.15"),
    Support(_CRUD, "/deployments/(?!webhooks/)[^/]+(/.+)?", since="11.15"),
    Support(("POST",), "/utils/translations/generate", since="11.15"),
    Support(("POST",), "/utils/resolve-redirect", since="11.17"),
    Support(("GET", "POST", "PATCH", "DELETE"), "/license(/.+)?", since="12"),
    Support(("POST",), "/utils/import", since="12.1", instead="before, import the collections one by one"),
    Support(("POST",), "/utils/hash/(generate|verify)", until="12.0"),
    Support(("GET",), "/schema/snapshot", since="9.23"),
    Support(("POST",), "/schema/(diff|apply)", since="9.23"),
)


def missing(method: str, path: str, version: str | None = None) -> Support | None:
    """Return what is known about an endpoint for which a server returned ROUTE_NOT_FOUND, or ``None``.

    Args:
        method: The HTTP method.
        path: The path below the base URL.
        version: The version of the server, if it is known.

    Returns:
        ``None`` also where servers of that version have it, so that there must be another reason.
    """
    path = path.rstrip("/")
    for endpoint in ENDPOINTS:
        if method in endpoint.methods and endpoint.path.fullmatch(path):
            return None if version is not None and endpoint.has(version) and not endpoint.setting else endpoint
    return None
