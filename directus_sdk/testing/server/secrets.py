"""The passwords and keys of a server for tests."""

from __future__ import annotations

import json
from secrets import token_urlsafe
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from pathlib import Path


@attrs.frozen(kw_only=True)
class Secrets:
    """Made at random when a data folder is, and kept with it.

    Args:
        admin_email: The login of the first user.
        admin_password: Its password.
        admin_token: Its static token.
        key: The server's KEY.
        secret: The server's SECRET, which signs its tokens.
        database_password: The password of the PostgreSQL server.
    """

    admin_email: str = "admin@example.com"
    admin_password: str = attrs.field(repr=False, factory=lambda: token_urlsafe(12))
    admin_token: str = attrs.field(repr=False, factory=lambda: token_urlsafe(24))
    key: str = attrs.field(repr=False, factory=lambda: token_urlsafe(24))
    secret: str = attrs.field(repr=False, factory=lambda: token_urlsafe(32))
    database_password: str = attrs.field(repr=False, factory=lambda: token_urlsafe(16))

    @classmethod
    def load(cls, folder: Path) -> Secrets:
        """Reads the secrets of a data folder."""
        return cls(**json.loads((folder / "secrets.json").read_text()))

    def save(self, folder: Path) -> None:
        """Keeps them in a data folder."""
        file = folder / "secrets.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(attrs.asdict(self)))
